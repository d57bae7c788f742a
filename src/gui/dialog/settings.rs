//! Theme, text size, the usual format, the way to the parameters, and where all that is kept.

use egui::{Button, Ui};

use super::Scene;
use crate::app::Command;
use crate::app::look::{TextSize, ThemeChoice};
use crate::app::settings::Kept;
use crate::engine::saving::Choice;
use crate::gui::pieces::{self, Tone};
use crate::gui::radios::radios_ui;
use crate::gui::theme::space;

/// What the dialog shows; none of it is a draft.
pub(super) struct Shown<'a> {
    pub(super) theme: ThemeChoice,
    pub(super) size: TextSize,
    pub(super) preferred: Choice,
    pub(super) kept: &'a Kept,
}

pub(super) fn settings_ui(ui: &mut Ui, shown: &Shown<'_>, scene: &mut Scene<'_>) {
    let Shown {
        theme,
        size,
        preferred,
        kept,
    } = *shown;
    let mut out = Vec::new();
    row_ui(ui, "Light or dark", |ui| {
        let all = ThemeChoice::ALL;
        let next = radios_ui(
            ui,
            &all,
            |each| each == theme,
            |ui, each, radio| radio.ui(ui, each.title()),
        );
        out.extend(next.map(Command::SetTheme));
    });
    row_ui(ui, "Size of text", |ui| {
        let all = TextSize::ALL;
        let next = radios_ui(
            ui,
            &all,
            |each| each == size,
            |ui, each, radio| radio.ui(ui, format!("{} %", each.percent())),
        );
        out.extend(next.map(Command::SetTextSize));
    });
    row_ui(ui, "Save new keys as", |ui| {
        let all = Choice::ALL;
        let next = radios_ui(
            ui,
            &all,
            |each| each == preferred,
            |ui, each, radio| radio.ui(ui, each.title()),
        );
        out.extend(next.map(Command::Prefer));
    });
    row_ui(ui, "Protection of private key files", |ui| {
        if ui.add(Button::new("Parameters for saving key files…")).clicked() {
            out.push(Command::EditParameters);
        }
    });
    scene.out.append(&mut out);
    ui.add_space(space::XS);
    match kept.trouble() {
        Some(trouble) => pieces::note_ui(ui, Tone::Warning, trouble, ""),
        None => {
            pieces::hint_ui(ui, kept.explanation());
        }
    }
    if scene.buttons_ui(ui, scene.is_new, &["Close"]).is_some() {
        scene.out.push(Command::CloseDialog);
    }
}

fn row_ui(ui: &mut Ui, name: &str, contents: impl FnOnce(&mut Ui)) {
    ui.add_space(space::XS);
    let label = pieces::field_label_ui(ui, name, None);
    ui.label_inputs_by(label.id, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = space::L;
            contents(ui);
        });
    });
}
