//! Files are in the way.

use egui::Ui;

use super::{Scene, buttons_ui, paragraph_ui, path_ui};
use crate::app::Command;
use crate::app::dialog::Overwrite;

pub(super) fn overwrite_ui(ui: &mut Ui, overwrite: &Overwrite, scene: &mut Scene<'_>) {
    let (exist, them) = if overwrite.taken.len() > 1 {
        ("These files exist already:", "their contents are")
    } else {
        ("This file exists already:", "its contents are")
    };
    paragraph_ui(ui, exist);
    for path in &overwrite.taken {
        path_ui(ui, &path.display().to_string());
    }
    if !overwrite.changed.is_empty() {
        paragraph_ui(
            ui,
            "Another program has written to this since you opened the key here, and what it wrote will be lost:",
        );
        for path in &overwrite.changed {
            path_ui(ui, &path.display().to_string());
        }
    }
    paragraph_ui(
        ui,
        format!(
            "If a key is in there that you still need, choose another name: {them} gone once the new key is safely on disk."
        ),
    );
    match buttons_ui(ui, scene.is_new, &["Cancel", "Replace"]) {
        Some(0) => scene.out.push(Command::CloseDialog),
        Some(_) => scene.out.push(Command::Overwrite),
        None => {}
    }
}
