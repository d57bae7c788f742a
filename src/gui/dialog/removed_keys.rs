//! Keys that were moved to the trash, now or some other day, and how they come back.

use egui::{Button, ScrollArea, Ui};

use super::{Scene, paragraph_ui, path_ui};
use crate::app::Command;
use crate::app::my_keys::KeysCommand;
use crate::engine::keys::restoring::Restorable;
use crate::engine::keys::{Finding, Whose};
use crate::gui::pieces;
use crate::gui::theme::size;

pub(super) fn removed_keys_ui(
    ui: &mut Ui,
    (removed, unfinished): (&[Restorable], &[Finding]),
    whose: &Whose,
    scene: &mut Scene<'_>,
) {
    if !unfinished.is_empty() {
        unfinished_ui(ui, unfinished, scene);
    }
    if !removed.is_empty() {
        paragraph_ui(
            ui,
            "These lie in a folder “removed”, where ssh does not find them. What is put back is where it was; nothing is replaced by it.",
        );
    }
    let area = ScrollArea::vertical()
        .id_salt("removed keys")
        .max_height(size::TRASH);
    pieces::scrolling_ui(ui, area, |ui| {
        for one in removed {
            removed_ui(ui, one, whose, scene);
        }
    });
    if scene.buttons_ui(ui, scene.is_new, &["Close"]).is_some() {
        scene.out.push(Command::CloseDialog);
    }
}

/// What a program left that was ended in the middle.
fn unfinished_ui(ui: &mut Ui, unfinished: &[Finding], scene: &mut Scene<'_>) {
    paragraph_ui(
        ui,
        "These files were left when a program was ended in the middle of its work:",
    );
    for finding in unfinished {
        let text = format!("{} {}", finding.warning.sentence(), finding.warning.hint);
        pieces::hint_ui(ui, text);
    }
    if ui.button("Fix them").clicked() {
        scene.out.push(Command::Keys(KeysCommand::RepairUnfinished));
        scene.out.push(Command::CloseDialog);
    }
}

fn removed_ui(ui: &mut Ui, one: &Restorable, whose: &Whose, scene: &mut Scene<'_>) {
    let is_free = one.taken().is_empty();
    let files_ui = |ui: &mut Ui| {
        pieces::field_label_ui(ui, &one.name(), None);
        for place in one.places() {
            path_ui(ui, &whose.short(&place));
        }
        if !is_free {
            let taken: Vec<String> = one.taken().iter().map(|place| whose.short(place)).collect();
            let taken = taken.join(" and ");
            pieces::hint_ui(
                ui,
                format!("Another file lies at {taken} now. Rename or remove that one first."),
            );
        }
    };
    pieces::with_actions_ui(ui, files_ui, |ui| {
        let back = ui.add_enabled(is_free, Button::new("Put back"));
        let back = pieces::named(ui, back, &format!("Put back {}", one.name()));
        if back.clicked() {
            scene.out.push(Command::Keys(KeysCommand::Restore(one.clone())));
        }
    });
}
