//! How it ended.

use eframe::egui::{Align, Label, Layout, RichText, Ui};

use super::{Scene, buttons_ui};
use crate::app::Command;
use crate::app::visit::{Gone, Works};
use crate::gui::pieces;
use crate::gui::signs::{self, Sign};
use crate::gui::theme::{self, Palette};

pub(super) fn works_ui(ui: &mut Ui, works: &Works, scene: &mut Scene<'_>) {
    let palette = Palette::of(ui);
    pieces::card_ui(ui, |ui| {
        verdict_ui(ui, "Works");
        let what = if works.was_there {
            format!(
                "The key stood in {} on the server already, and nothing was changed there. It lets you in by itself.",
                works.place
            )
        } else {
            format!(
                "The key stands in {} on the server now. It has just let you in by itself, on a connection of its own.",
                works.place
            )
        };
        ui.add(Label::new(RichText::new(what).color(palette.text)).wrap());
        pieces::hint_ui(ui, "The server needs no restart. Other keys and the password work as before.");
        let buttons: &[&str] = if works.was_there {
            &["Done", "Show keys on this server"]
        } else {
            &["Done", "Undo", "Show keys on this server"]
        };
        match buttons_ui(ui, scene.is_new, buttons).map(|index| buttons[index]) {
            Some("Undo") => scene.out.push(Command::UndoInstall),
            Some("Done") => scene.out.push(Command::LeaveServer),
            Some(_) => scene.out.push(Command::ShowServerKeys),
            None => {}
        }
    });
}

pub(super) fn gone_ui(ui: &mut Ui, gone: &Gone, scene: &mut Scene<'_>) {
    pieces::card_ui(ui, |ui| {
        verdict_ui(ui, "Gone");
        ui.add(Label::new(gone.sentence.as_str()).wrap());
        pieces::hint_ui(
            ui,
            "The server needs no restart. Connections that are open now stay open until they are closed.",
        );
        match buttons_ui(ui, scene.is_new, &["Done", "Show keys on this server"]) {
            Some(0) => scene.out.push(Command::LeaveServer),
            Some(_) => scene.out.push(Command::ShowServerKeys),
            None => {}
        }
    });
}

/// One word, large, with its sign.
fn verdict_ui(ui: &mut Ui, word: &str) {
    let palette = Palette::of(ui);
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        signs::sign_ui(ui, Sign::Good, palette.good);
        let title = pieces::heading_ui(ui, word, theme::subheading());
        pieces::polite(ui, &title);
    });
}
