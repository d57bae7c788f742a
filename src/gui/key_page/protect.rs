//! The passphrase: typed twice, judged, and what it costs.

use egui::{Key, Label, Layout, RichText, TextStyle, Ui, vec2};

use super::View;
use crate::app::Command;
use crate::app::stage::{Agreement, Document};
use crate::engine::guessing::Rating;
use crate::engine::saving::{Choice, Strength};
use crate::engine::speed::Speed;
use crate::gui::passphrase_field::passphrase_field_ui;
use crate::gui::pieces;
use crate::gui::signs::{self, Sign};
use crate::gui::theme::Palette;

pub(super) fn protect_ui(
    ui: &mut Ui,
    document: &mut Document,
    view: &mut View,
    strength: Strength,
    speed: Option<Speed>,
    out: &mut Vec<Command>,
) {
    let gap = 16.0;
    let is_narrow = ui.available_width() < 480.0;
    let width = if is_narrow {
        ui.available_width()
    } else {
        ((ui.available_width() - gap) / 2.0).floor()
    };
    let hint = if document.keeps_passphrase() {
        "unchanged"
    } else {
        ""
    };
    let draft = &mut document.draft;
    let mut fields_ui = |ui: &mut Ui| {
        ui.spacing_mut().item_spacing.x = gap;
        let column = |ui: &mut Ui, contents: &mut dyn FnMut(&mut Ui)| {
            ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(egui::Align::Min), |ui| {
                ui.spacing_mut().item_spacing.x = 8.0;
                ui.spacing_mut().text_edit_width = width;
                // In the middle of the field's height.
                ui.spacing_mut().button_padding = vec2(10.0, 8.5);
                ui.set_width(width);
                contents(ui);
            });
        };
        column(ui, &mut |ui| {
            let name = "Key passphrase";
            let label = pieces::field_label_ui(ui, name, Some('a'));
            let reveal = &mut view.is_revealed;
            let field = passphrase_field_ui(ui, "passphrase", name, &mut draft.passphrase, reveal, hint);
            pieces::reached_by(ui, &field, &label, Some(Key::A));
        });
        column(ui, &mut |ui| {
            let name = "Confirm passphrase";
            let label = pieces::field_label_ui(ui, name, Some('o'));
            let reveal = &mut view.is_revealed;
            let field = passphrase_field_ui(ui, "confirmation", name, &mut draft.confirmation, reveal, hint);
            pieces::reached_by(ui, &field, &label, Some(Key::O));
            if field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
                out.push(Command::SavePrivate);
            }
        });
    };
    if is_narrow {
        ui.vertical(|ui| fields_ui(ui));
    } else {
        ui.horizontal_top(|ui| fields_ui(ui));
    }
    verdict_ui(ui, document, strength, speed);
}

/// Between things that are said beside each other.
const GAP: f32 = 10.0;

/// What is to be said of the passphrase, in one line where there is room.
fn verdict_ui(ui: &mut Ui, document: &Document, strength: Strength, speed: Option<Speed>) {
    let palette = Palette::of(ui);
    let draft = &document.draft;
    let say = |ui: &mut Ui, text: String, color| {
        let response = ui.add(Label::new(RichText::new(text).small().color(color)));
        pieces::polite(ui, &response);
    };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 4.0);
        ui.set_row_height(ui.text_style_height(&TextStyle::Small));
        match draft.agreement() {
            Agreement::Empty if document.keeps_passphrase() => {
                let text =
                    "It keeps its passphrase, which is asked for when you save. Type a new one to change it.";
                say(ui, text.to_owned(), palette.weak);
                return;
            }
            Agreement::Empty => {
                let text = "Without a passphrase, whoever gets the file can use the key.";
                say(ui, text.to_owned(), palette.weak);
                return;
            }
            Agreement::Match => {
                signs::sign_ui(ui, Sign::Good, palette.good);
                say(ui, "They match.".to_owned(), palette.good);
            }
            Agreement::Differ => {
                signs::sign_ui(ui, Sign::Wrong, palette.warn);
                say(ui, "They don't match yet.".to_owned(), palette.warn);
            }
        }
        if let Some(rating) = Rating::of(draft.passphrase.expose()) {
            let color = match rating {
                Rating::VeryWeak | Rating::Weak => palette.warn,
                Rating::Fair => palette.weak,
                Rating::Good | Rating::Strong => palette.good,
            };
            ui.add_space(GAP);
            signs::gauge_ui(ui, rating.level(), Rating::MOST, color);
            say(ui, format!("{}.", rating.words()), color);
            if let Some(advice) = rating.advice() {
                say(ui, advice.to_owned(), palette.weak);
            }
            ui.add_space(GAP);
        }
        say(ui, cost(draft.choice, strength, speed), palette.weak);
    });
}

fn cost(choice: Choice, strength: Strength, speed: Option<Speed>) -> String {
    if !choice.is_encrypted() {
        return "This format does not use it.".to_owned();
    }
    let Some(speed) = speed else {
        return "Measuring how long opening will take…".to_owned();
    };
    let times: Vec<String> = choice
        .costs(strength)
        .into_iter()
        .map(|cost| pieces::about(speed.estimate(cost)))
        .collect();
    format!("Opening it takes {} on this machine.", times.join(" or "))
}
