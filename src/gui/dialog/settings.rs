//! Theme, text size, the usual format, the way to the parameters, and where all that is kept.

use egui::{Button, Ui};

use super::Scene;
use crate::app::Command;
use crate::app::look::{TextSize, ThemeChoice};
use crate::app::settings::Kept;
use crate::engine::saving::Choice;
use crate::gui::pieces::{self, Tone};
use crate::gui::radios::group_ui;
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
    ui.add_space(space::XS);
    let next = group_ui(ui, "Light or dark", &ThemeChoice::ALL, theme, |each| {
        each.title().to_owned()
    });
    scene.out.extend(next.map(Command::SetTheme));
    ui.add_space(space::XS);
    let next = group_ui(ui, "Size of text", &TextSize::ALL, size, |each| {
        format!("{} %", each.percent())
    });
    scene.out.extend(next.map(Command::SetTextSize));
    ui.add_space(space::XS);
    let next = group_ui(ui, "Save new keys as", &Choice::ALL, preferred, |each| {
        each.title().to_owned()
    });
    scene.out.extend(next.map(Command::Prefer));
    ui.add_space(space::XS);
    pieces::field_label_ui(ui, "Protection of private key files", None);
    if ui.add(Button::new("Parameters for saving key files…")).clicked() {
        scene.out.push(Command::EditParameters);
    }
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
