//! What is to be known of the folders, above the list.

use eframe::egui::{Button, ScrollArea, Ui};

use crate::app::keys::Inventory;
use crate::app::keys::repair::announcement;
use crate::app::my_keys::{KeysCommand, MyKeys};
use crate::app::{App, Command};
use crate::gui::pieces::{self, Tone};
use crate::key::comment::escaped;

/// A page lower than this has no room to spare.
const LOW: f32 = 460.0;
/// The share of the page that notes take at most; it is for the keys.
const SHARE: f32 = 0.4;

/// A note: how much it matters, what is the matter, what to do.
type Note = (Tone, String, String);

pub(super) fn notes_ui(ui: &mut Ui, app: &App, is_open: &mut bool, out: &mut Vec<Command>) {
    let my_keys = &app.my_keys;
    if let Some(title) = my_keys.removed() {
        ui.horizontal_wrapped(|ui| {
            ui.label(format!("{title} was moved to a folder “removed”."));
            let back = Button::new("Put it back");
            if ui.add_enabled(!my_keys.is_busy(), back).clicked() {
                out.push(Command::Keys(KeysCommand::PutBack));
            }
        });
    }
    let Some(inventory) = &my_keys.inventory else {
        return;
    };
    let notes = notes(inventory);
    let in_full = if ui.available_height() < LOW { 0 } else { 2 };
    if notes.len() <= in_full {
        all_ui(ui, &notes);
    } else {
        let text = match notes.len() {
            1 => "One note about your files".to_owned(),
            count => format!("{count} notes about your files"),
        };
        if pieces::disclosure_ui(ui, &text, *is_open).clicked() {
            *is_open = !*is_open;
        }
        if *is_open {
            let area = ScrollArea::vertical()
                .id_salt("notes")
                .max_height(ui.available_height() * SHARE);
            pieces::scrolling_ui(ui, area, |ui| all_ui(ui, &notes));
        }
    }
    repairs_ui(ui, my_keys, inventory, out);
}

/// What can be put right without a question, and what that does.
fn repairs_ui(ui: &mut Ui, my_keys: &MyKeys, inventory: &Inventory, out: &mut Vec<Command>) {
    let (text, does) = match &inventory.remedies()[..] {
        [] => return,
        [one] => (
            "Put it right".to_owned(),
            format!(
                "This will {}. Nothing is deleted.",
                announcement(one, my_keys.whose())
            ),
        ),
        several => (
            format!("Put {} things right", several.len()),
            "Rights of files and folders, and public key files. Nothing is deleted.".to_owned(),
        ),
    };
    ui.horizontal_wrapped(|ui| {
        if ui.add_enabled(!my_keys.is_busy(), Button::new(text)).clicked() {
            out.push(Command::Keys(KeysCommand::RepairAll));
        }
        pieces::hint_ui(ui, does);
    });
}

fn all_ui(ui: &mut Ui, notes: &[Note]) {
    for (tone, what, hint) in notes {
        pieces::note_ui(ui, *tone, what, hint);
    }
}

fn notes(inventory: &Inventory) -> Vec<Note> {
    let mut notes: Vec<Note> = Vec::new();
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
    notes
}
