//! The page that answers questions: what is searched for, and below it the questions, each with its answer.

use egui::text::LayoutJob;
use egui::{CentralPanel, Frame, Id, Label, ScrollArea, TextEdit, TextFormat, TextStyle, Ui};

use super::pieces;
use super::theme::{Palette, space};
use crate::app::help::{Help, Piece};
use crate::app::{App, Page};

/// What only the window knows of the page.
#[derive(Debug, Default)]
pub(super) struct View {
    /// Whether it was shown in the last frame: when it comes, the focus goes to the search.
    is_shown: bool,
    /// What had the focus in the last frame.
    focus: Option<Id>,
}

impl View {
    /// Another page is shown.
    pub(super) fn put_away(&mut self) {
        self.is_shown = false;
    }
}

pub(super) fn help_ui(ui: &mut Ui, app: &mut App, view: &mut View) {
    let is_new = !std::mem::replace(&mut view.is_shown, true);
    let is_free = app.dialog.is_none();
    let frame = Frame::new().fill(Palette::of(ui).page);
    CentralPanel::default().frame(frame).show(ui, |ui| {
        if !is_free {
            ui.disable();
        }
        let area = ScrollArea::vertical().id_salt("help").auto_shrink(false);
        pieces::scrolling_ui(ui, area, |ui| {
            pieces::column_ui(ui, |ui| {
                pieces::heading_ui(ui, Page::Help.title(), TextStyle::Heading);
                search_ui(ui, &mut app.help, is_new);
                ui.add_space(space::XS);
                questions_ui(ui, &mut app.help);
            });
            pieces::keep_focus_in_view(ui, &mut view.focus);
        });
    });
}

fn search_ui(ui: &mut Ui, help: &mut Help, is_new: bool) {
    let field = TextEdit::singleline(&mut help.search)
        .id_salt("search in help")
        .hint_text("What would you like to know?")
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
