//! What is to be known of the folders, above the list.

use eframe::egui::{Button, Ui};

use crate::app::my_keys::KeysCommand;
use crate::app::{App, Command};
use crate::gui::pieces::{self, Tone};
use crate::key::comment::escaped;

/// So many notes are shown in full; the page is for the keys.
const MOST: usize = 2;

pub(super) fn notes_ui(ui: &mut Ui, app: &App, out: &mut Vec<Command>) {
    let my_keys = &app.my_keys;
    if let Some(title) = my_keys.removed() {
        let title = title.to_owned();
        ui.horizontal_wrapped(|ui| {
            ui.label(format!("{title} was moved to a folder “removed”."));
            if ui
                .add_enabled(!my_keys.is_busy(), Button::new("Put it back"))
                .clicked()
            {
                out.push(Command::Keys(KeysCommand::PutBack));
            }
        });
    }
    let Some(inventory) = &my_keys.inventory else {
        return;
    };
    let mut notes: Vec<(Tone, String, String)> = Vec::new();
    if let Some(trouble) = &inventory.trouble {
        notes.push((Tone::Error, trouble.clone(), String::new()));
    }
    for problem in &inventory.unread {
        notes.push((Tone::Error, problem.sentence(), problem.hint.clone()));
    }
    for finding in &inventory.places {
        let what = finding.warning.sentence();
        notes.push((Tone::Warning, what, finding.warning.hint.to_owned()));
    }
    for broken in &inventory.broken {
        let name = escaped(broken.path.file_name().unwrap_or_default().as_encoded_bytes());
        let what = format!("{name}: {}.", broken.problem.what);
        notes.push((Tone::Warning, what, broken.problem.hint.clone()));
    }
    for (tone, what, hint) in notes.iter().take(MOST) {
        pieces::note_ui(ui, *tone, what, hint);
    }
    let others = notes.len().saturating_sub(MOST);
    let repairable = inventory.remedies().len();
    if others == 0 && repairable == 0 {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        if others > 0 {
            pieces::hint_ui(ui, format!("And {others} more; “keywright-cli keys” lists all."));
        }
        if repairable > 0 {
            let text = match repairable {
                1 => "Put it right".to_owned(),
                count => format!("Put all {count} right"),
            };
            let repair = ui.add_enabled(!my_keys.is_busy(), Button::new(text));
            if repair.clicked() {
                out.push(Command::Keys(KeysCommand::RepairAll));
            }
            pieces::hint_ui(
                ui,
                "Rights of files and folders, and missing public key files. Nothing is deleted.",
            );
        }
    });
}
