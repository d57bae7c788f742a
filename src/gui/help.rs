//! The page that answers questions: what is searched for, and below it the questions, each with its answer.

use egui::text::LayoutJob;
use egui::{Label, TextEdit, TextFormat, TextStyle, Ui};

use super::page::{self, View};
use super::pieces;
use super::theme::{Palette, space};
use crate::app::help::{Help, Piece};
use crate::app::{App, Page};

pub(super) fn help_ui(ui: &mut Ui, app: &mut App, view: &mut View) {
    let is_new = view.is_new();
    page::page_ui(ui, Page::Help.title(), view, |ui| {
        search_ui(ui, &mut app.help, is_new);
        ui.add_space(space::XS);
        questions_ui(ui, &mut app.help);
    });
}

fn search_ui(ui: &mut Ui, help: &mut Help, is_new: bool) {
    let field = TextEdit::singleline(&mut help.search)
        .id_salt("search in help")
        .hint_text(pieces::placeholder(ui, "What would you like to know?"))
        .desired_width(f32::INFINITY);
    let field = ui.add(field);
    ui.ctx()
        .accesskit_node_builder(field.id, |node| node.set_label("Search in the answers"));
    if is_new {
        field.request_focus();
    }
}

fn questions_ui(ui: &mut Ui, help: &mut Help) {
    let found = help.found();
    if found.is_empty() {
        let text = format!(
            "Nothing here about “{}”. Try another word, or fewer.",
            help.search.trim()
        );
        let response = pieces::hint_ui(ui, text);
        pieces::polite(ui, &response);
        return;
    }
    pieces::card_ui(ui, |ui| {
        for topic in &found {
            let is_open = help.is_open(topic, found.len());
            if pieces::disclosure_ui(ui, topic.question, is_open).clicked() {
                help.toggle(topic);
            }
            if is_open {
                answer_ui(ui, topic.answer);
                ui.add_space(space::S);
            }
        }
    });
}

fn answer_ui(ui: &mut Ui, answer: &[Piece]) {
    let mut number = 0;
    for (piece, place) in answer.iter().zip(0..) {
        match piece {
            Piece::Text(text) => {
                number = 0;
                ui.add(Label::new(marked(ui, text)).wrap());
            }
            Piece::Step(text) => {
                number += 1;
                ui.horizontal_top(|ui| {
                    ui.label(format!("{number}."));
                    ui.add(Label::new(marked(ui, text)).wrap());
                });
            }
            Piece::Command(line) => {
                let id = ui.make_persistent_id(("command", line, place));
                pieces::code_ui(ui, id, "Command", line, f32::INFINITY);
            }
        }
    }
}

/// Text in which the names of things in the window are set off.
fn marked(ui: &Ui, text: &str) -> LayoutJob {
    let palette = Palette::of(ui);
    let font = TextStyle::Body.resolve(ui.style());
    let mut job = LayoutJob::default();
    for (piece, place) in text.split('*').zip(0_usize..) {
        let color = if place % 2 == 1 {
            palette.accent
        } else {
            palette.text
        };
        job.append(piece, 0.0, TextFormat::simple(font.clone(), color));
    }
    job
}
