//! A passphrase of random words, to be written down before it is used.

use egui::{Frame, Label, RichText, Ui};

use super::{Scene, paragraph_ui};
use crate::app::Command;
use crate::app::dialog::Suggested;
use crate::engine::suggesting::WordCount;
use crate::gui::pieces;

pub(super) fn suggested_ui(ui: &mut Ui, dialog: &Suggested, scene: &mut Scene<'_>) {
    paragraph_ui(
        ui,
        "Six words drawn at random: easy to read and to type, and nobody can guess them.",
    );
    Frame::group(ui.style()).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let words = RichText::new(dialog.passphrase.expose()).monospace();
        let response = ui.add(Label::new(words).wrap());
        pieces::polite(ui, &response);
    });
    paragraph_ui(
        ui,
        "Put it into your password manager or write it down now, with the hyphens. Once the key is saved nothing can show it again, and without it the key cannot be used.",
    );
    pieces::hint_ui(
        ui,
        format!(
            "Trying all of them takes 7,000 years at a trillion guesses a second ({} bits). The words are from a published list, the randomness is this computer's.",
            WordCount::default().bits()
        ),
    );
    if dialog.is_copied {
        let response = ui.label("Copied. Copy something else when it is where it belongs.");
        pieces::polite(ui, &response);
    }
    let buttons = ["Use this passphrase", "Copy", "Suggest another", "Cancel"];
    match scene.buttons_ui(ui, scene.is_new, &buttons) {
        Some(0) => scene.out.push(Command::UseSuggestedPassphrase),
        Some(1) => scene.out.push(Command::CopySuggestedPassphrase),
        Some(2) => scene.out.push(Command::SuggestPassphrase),
        Some(_) => scene.out.push(Command::CloseDialog),
        None => {}
    }
}
