//! The key’s comment, and the passphrase: typed twice, judged, and what it costs.

use egui::{Color32, Key, Label, Layout, RichText, TextEdit, TextStyle, Ui, accesskit, vec2};

use super::{First, View};
use crate::app::Command;
use crate::app::stage::{Agreement, Document, Draft, Field};
use crate::engine::guessing::Rating;
use crate::engine::saving::{Choice, Strength};
use crate::engine::speed::Speed;
use crate::gui::passphrase_field::passphrase_field_ui;
use crate::gui::pieces::{self, Tone};
use crate::gui::signs::{self, Sign};
use crate::gui::theme::{Palette, at, space};
use crate::secret::TypedPassphrase;

pub(super) fn protect_ui(
    ui: &mut Ui,
    document: &mut Document,
    view: &mut View,
    strength: Strength,
    speed: Option<Speed>,
    out: &mut Vec<Command>,
) {
    let wanted = view.wanted.take();
    comment_ui(ui, document, wanted == Some(Field::Comment));
    let gap = space::M;
    let is_narrow = ui.available_width() < at::NARROW_CARD;
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
    let mut is_told = false;
    let mut fields_ui = |ui: &mut Ui| {
        ui.spacing_mut().item_spacing.x = gap;
        let column = |ui: &mut Ui, contents: &mut dyn FnMut(&mut Ui)| {
            ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(egui::Align::Min), |ui| {
                ui.spacing_mut().item_spacing.x = space::S;
                ui.spacing_mut().text_edit_width = width;
                ui.set_width(width);
                contents(ui);
            });
        };
        let is_first = view.first.take() == Some(First::Passphrase);
        let mut goes_on = is_first || wanted == Some(Field::Passphrase);
        column(ui, &mut |ui| {
            let name = "Key passphrase";
            let row = ui.scope(|ui| {
                ui.spacing_mut().interact_size.y = ui.text_style_height(&TextStyle::Small);
                let row = ui.horizontal(|ui| {
                    let label = pieces::row_label_ui(ui, name, Some('a'));
                    pieces::at_right_ui(ui, |ui| suggest_ui(ui, out));
                    label
                });
                row.inner
            });
            let label = row.inner;
            let reveal = &mut view.is_revealed;
            let field = passphrase_field_ui(ui, "passphrase", name, &mut draft.passphrase, reveal, hint);
            pieces::reached_by(ui, &field, &label, Some(Key::A));
            if std::mem::take(&mut goes_on) {
                field.request_focus();
            }
            goes_on = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        });
        column(ui, &mut |ui| {
            let name = "Confirm passphrase";
            let label = pieces::field_label_ui(ui, name, Some('o'));
            let reveal = &mut view.is_revealed;
            let field = passphrase_field_ui(ui, "confirmation", name, &mut draft.confirmation, reveal, hint);
            pieces::reached_by(ui, &field, &label, Some(Key::O));
            if goes_on || wanted == Some(Field::Confirmation) {
                field.request_focus();
            }
            is_told = is_mismatch_told(draft, field.has_focus());
            if is_told {
                ui.ctx().accesskit_node_builder(field.id, |node| {
                    node.set_invalid(accesskit::Invalid::True);
                });
            }
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
    verdict_ui(ui, document, is_told, strength, speed);
}

fn comment_ui(ui: &mut Ui, document: &mut Document, takes_focus: bool) {
    let name = "Key comment";
    let is_narrow = ui.available_width() < at::NARROW_CARD;
    let above = is_narrow.then(|| pieces::field_label_ui(ui, name, Some('c')));
    ui.horizontal(|ui| {
        let label = above.unwrap_or_else(|| pieces::row_label_ui(ui, name, Some('c')));
        let field = TextEdit::singleline(&mut document.draft.comment)
            .id_salt("comment")
            .desired_width(ui.available_width());
        let field = ui.add(field).labelled_by(label.id);
        pieces::reached_by(ui, &field, &label, Some(Key::C));
        if takes_focus {
            field.request_focus();
        }
    });
    if let Err(problem) = document.draft.checked_comment() {
        pieces::note_ui(ui, Tone::Error, &problem.sentence(), &problem.hint);
    }
}

fn suggest_ui(ui: &mut Ui, out: &mut Vec<Command>) {
    let text = RichText::new("Suggest one").small();
    let link = ui
        .link(text)
        .on_hover_text("Six random words, which nobody can guess");
    if link.clicked() {
        out.push(Command::SuggestPassphrase);
    }
}

/// Whether it is said that the two differ: not to somebody who is still typing the second.
fn is_mismatch_told(draft: &Draft, is_being_typed: bool) -> bool {
    let length = |typed: &TypedPassphrase| typed.expose().chars().count();
    let (first, second) = (length(&draft.passphrase), length(&draft.confirmation));
    let is_over = if is_being_typed {
        second >= first
    } else {
        second > 0
    };
    is_over && draft.agreement() == Agreement::Differ
}

/// What is to be said of the passphrase. It takes the same room whatever that is, so that nothing moves below the pointer.
fn verdict_ui(ui: &mut Ui, document: &Document, is_told: bool, strength: Strength, speed: Option<Speed>) {
    let width = ui.available_width();
    let lines: u8 = match width {
        _ if width < at::NARROW_FACTS => 6,
        _ if width < at::NARROW_CARD => 4,
        _ if width < at::WIDE_CARD => 3,
        _ => 2,
    };
    let lines = f32::from(lines);
    // The signs in the first line are a little higher than its text.
    let line = ui.text_style_height(&TextStyle::Small) + 1.0;
    ui.scope(|ui| {
        ui.set_min_height(lines * line + (lines - 1.0) * space::LINE);
        ui.spacing_mut().item_spacing.y = space::LINE;
        let draft = &document.draft;
        let weak = Palette::of(ui).weak;
        match draft.agreement() {
            Agreement::Empty if document.keeps_passphrase() => {
                say_ui(
                    ui,
                    "It keeps its passphrase, which is asked for when you save. Type a new one to change it.",
                    weak,
                );
            }
            Agreement::Empty => {
                say_ui(
                    ui,
                    "Without a passphrase, whoever gets the file can use the key.",
                    weak,
                );
            }
            Agreement::Match | Agreement::Differ => {
                let rating = Rating::of(draft.passphrase.expose());
                rated_ui(ui, rating);
                let advice = rating.and_then(Rating::advice).map(str::to_owned);
                let advice = advice.unwrap_or_else(|| cost(draft.choice, strength, speed));
                compared_ui(ui, draft, is_told, advice);
            }
        }
    });
}

/// How hard it is to guess.
fn rated_ui(ui: &mut Ui, rating: Option<Rating>) {
    let Some(rating) = rating else { return };
    let palette = Palette::of(ui);
    row_ui(ui, |ui| {
        let color = match rating {
            Rating::VeryWeak | Rating::Weak => palette.warn,
            Rating::Fair => palette.weak,
            Rating::Good | Rating::Strong => palette.good,
        };
        // Four bars: what is very weak has none.
        signs::gauge_ui(ui, rating.level() - 1, Rating::MOST - 1, color);
        say_ui(ui, &format!("{}.", rating.words()), color);
    });
}

/// Whether the two match; and what else there is to know, which a screen reader does not say of its own accord: it has
/// one thing to say a keystroke.
fn compared_ui(ui: &mut Ui, draft: &Draft, is_told: bool, advice: String) {
    let palette = Palette::of(ui);
    row_ui(ui, |ui| {
        if is_told {
            signs::sign_ui(ui, Sign::Wrong, palette.warn);
            say_ui(ui, "They don't match yet.", palette.warn);
            return;
        }
        if draft.agreement() == Agreement::Match {
            signs::sign_ui(ui, Sign::Good, palette.good);
            say_ui(ui, "They match.", palette.good);
            ui.add_space(space::XS);
        }
        pieces::hint_ui(ui, advice);
    });
}

fn row_ui(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::LABEL;
        ui.set_row_height(ui.text_style_height(&TextStyle::Small));
        contents(ui);
    });
}

fn say_ui(ui: &mut Ui, text: &str, color: Color32) {
    let response = ui.add(Label::new(RichText::new(text).small().color(color)));
    pieces::polite(ui, &response);
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
