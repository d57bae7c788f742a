//! What taking a key away moves, and where to; of a key in several files, which of them.

use egui::Ui;

use super::{Scene, paragraph_ui, path_ui};
use crate::app::Command;
use crate::app::my_keys::KeysCommand;
use crate::engine::keys::Whose;
use crate::engine::keys::copies::Copies;
use crate::gui::pieces::{self, Tone};

pub(super) fn remove_key_ui(
    ui: &mut Ui,
    title: &str,
    copies: &mut Copies,
    whose: &Whose,
    scene: &mut Scene<'_>,
) {
    let removal = copies.removal();
    match &removal {
        Ok(removal) => {
            for caution in &removal.cautions {
                pieces::note_ui(ui, Tone::Warning, caution, "");
            }
        }
        Err(problem) => pieces::note_ui(ui, Tone::Error, &problem.sentence(), &problem.hint),
    }
    let is_one = copies.all.len() == 1;
    if is_one {
        let folders = folders(copies, whose);
        paragraph_ui(
            ui,
            format!(
                "These files are moved to {folders}, where only you can read them. Nothing is deleted: they can be put back."
            ),
        );
        for file in &copies.going() {
            path_ui(ui, &whose.short(file));
        }
    } else {
        choice_ui(ui, copies, whose);
    }
    pieces::hint_ui(ui, afterwards(title, copies));
    let is_possible = removal.is_ok_and(|removal| !removal.files.is_empty());
    match scene.possible_buttons_ui(ui, scene.is_new, &["Move to trash", "Cancel"], is_possible) {
        Some(0) => scene.out.push(Command::Keys(KeysCommand::Remove)),
        Some(_) => scene.out.push(Command::CloseDialog),
        None => {}
    }
}

/// A tick for each of them.
fn choice_ui(ui: &mut Ui, copies: &mut Copies, whose: &Whose) {
    paragraph_ui(
        ui,
        "This key lies in more than one file. Select what is to go to the trash.",
    );
    for copy in &mut copies.all {
        let files: Vec<String> = copy.files.iter().map(|file| whose.short(file)).collect();
        pieces::long_check_ui(ui, &mut copy.goes, files.join(" and "));
    }
    if !copies.going().is_empty() {
        let folders = folders(copies, whose);
        pieces::hint_ui(
            ui,
            format!(
                "It is moved to {folders}, where only you can read it. Nothing is deleted: it can be put back."
            ),
        );
    }
}

fn folders(copies: &Copies, whose: &Whose) -> String {
    let folders = copies
        .removal()
        .map(|removal| removal.folders())
        .unwrap_or_default();
    let folders: Vec<String> = folders.iter().map(|folder| whose.short(folder)).collect();
    folders.join(" and ")
}

/// How things stand then.
fn afterwards(title: &str, copies: &Copies) -> String {
    if copies.staying().is_empty() {
        format!("ssh no longer finds {title} then. On servers that let it in nothing changes.")
    } else {
        "What is not selected stays where it is. On servers that let the key in nothing changes.".to_owned()
    }
}
