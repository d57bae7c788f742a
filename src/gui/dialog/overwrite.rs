//! Files are in the way.

use egui::Ui;

use super::{Scene, paragraph_ui, path_ui};
use crate::app::Command;
use crate::app::dialog::Overwrite;
use crate::engine::keys::Whose;
use crate::gui::pieces::{self, Tone};

pub(super) fn overwrite_ui(ui: &mut Ui, overwrite: &Overwrite, whose: &Whose, scene: &mut Scene<'_>) {
    let is_one = overwrite.taken.len() == 1;
    paragraph_ui(
        ui,
        if is_one {
            "This file exists already:"
        } else {
            "These files exist already:"
        },
    );
    for path in &overwrite.taken {
        path_ui(ui, &whose.short(path));
    }
    if !overwrite.changed.is_empty() {
        paragraph_ui(
            ui,
            "Another program has written to this since you opened the key here, and what it wrote will be lost:",
        );
        for path in &overwrite.changed {
            path_ui(ui, &whose.short(path));
        }
    }
    if overwrite.held.is_none() {
        let response = ui.label("Looking at what is in it…");
        pieces::polite(ui, &response);
        if scene.buttons_ui(ui, scene.is_new, &["Cancel"]).is_some() {
            scene.out.push(Command::CloseDialog);
        }
        return;
    }
    for held in overwrite.others() {
        let what = format!("Replacing would delete {}.", held.title());
        let loss = held.loss().unwrap_or_default();
        pieces::note_ui(ui, Tone::Warning, &what, &loss);
    }
    if overwrite.others().next().is_some() && overwrite.is_private() {
        other_key_ui(ui, scene);
        return;
    }
    let kept = "It is not written again as it is; what is there now is kept as a copy, in the folder “removed” beside it.";
    let what = match (overwrite.holds_this(), is_one) {
        _ if overwrite.holds_more => kept,
        (true, true) => "It holds this very key, as it was saved before.",
        (true, false) => "They hold this very key, as it was saved before.",
        (false, true) => "What is in it now is gone once the key is safely on disk.",
        (false, false) => "What is in them now is gone once the key is safely on disk.",
    };
    paragraph_ui(ui, what);
    match scene.risky_buttons_ui(ui, &["Cancel", "Replace"], 1) {
        Some(0) => scene.out.push(Command::CloseDialog),
        Some(_) => scene.out.push(Command::Overwrite),
        None => {}
    }
}

/// No key has to go for another one.
fn other_key_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let texts = [
        "Save under another name",
        "Move the old key to the trash and save",
        "Cancel",
    ];
    match scene.buttons_ui(ui, scene.is_new, &texts) {
        Some(0) => scene.out.push(Command::SaveUnderAnotherName),
        Some(1) => scene.out.push(Command::OverwriteTrashed),
        Some(_) => scene.out.push(Command::CloseDialog),
        None => {}
    }
}
