//! What taking a key away moves, and where to.

use egui::Ui;

use super::{Scene, paragraph_ui, path_ui};
use crate::app::Command;
use crate::app::my_keys::KeysCommand;
use crate::engine::keys::Whose;
use crate::engine::keys::removal::Removal;
use crate::gui::pieces::{self, Tone};

pub(super) fn remove_key_ui(
    ui: &mut Ui,
    title: &str,
    removal: &Removal,
    whose: &Whose,
    scene: &mut Scene<'_>,
) {
    for caution in &removal.cautions {
        pieces::note_ui(ui, Tone::Warning, caution, "");
    }
    let folders: Vec<String> = removal
        .folders()
        .iter()
        .map(|folder| whose.short(folder))
        .collect();
    paragraph_ui(
        ui,
        format!(
            "These files are moved to {}, where only you can read them. Nothing is deleted: they can be put back.",
            folders.join(" and ")
        ),
    );
    for file in &removal.files {
        path_ui(ui, &whose.short(file));
    }
    pieces::hint_ui(
        ui,
        format!("ssh no longer finds {title} then. On servers that let it in nothing changes."),
    );
    match scene.buttons_ui(ui, scene.is_new, &["Move to trash", "Cancel"]) {
        Some(0) => scene.out.push(Command::Keys(KeysCommand::Remove)),
        Some(_) => scene.out.push(Command::CloseDialog),
        None => {}
    }
}
