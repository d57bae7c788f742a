//! What is to be known of the folders, above the list.

use egui::{Button, ScrollArea, Ui};

use crate::app::my_keys::{KeysCommand, MyKeys};
use crate::app::{App, Command};
use crate::engine::keys::Inventory;
use crate::engine::keys::repair::announcement;
use crate::gui::pieces::{self, Tone};
use crate::gui::theme::at;
use crate::key::comment::escaped;

/// The share of the page that notes take at most; it is for the keys.
const SHARE: f32 = 0.4;

/// A note: how much it matters, what is wrong, what to do.
type Note = (Tone, String, String);

/// What only the window knows of the notes.
#[derive(Debug, Default)]
pub(super) struct View {
    is_open: bool,
    names_repairs: bool,
}

pub(super) fn notes_ui(ui: &mut Ui, app: &App, view: &mut View, out: &mut Vec<Command>) {
    let my_keys = &app.my_keys;
    if let Some(title) = my_keys.removed() {
        ui.horizontal_wrapped(|ui| {
            ui.label(format!("Moved {title} to a folder “removed”."));
            let back = Button::new("Put it back");
            if ui.add_enabled(!my_keys.is_doing(), back).clicked() {
                out.push(Command::Keys(KeysCommand::PutBack));
            }
        });
    }
    let Some(inventory) = &my_keys.inventory else {
        return;
    };
    let notes = notes(inventory);
    let is_low = ui.available_height() < at::LOW;
    let in_full = if is_low { 0 } else { 2 };
    if notes.len() <= in_full {
        all_ui(ui, &notes);
    } else {
        let text = match notes.len() {
            1 => "One note about your files".to_owned(),
            count => format!("{count} notes about your files"),
        };
        if pieces::disclosure_ui(ui, &text, view.is_open).clicked() {
            view.is_open = !view.is_open;
        }
        if view.is_open {
            pieces::scrolling_ui(ui, area(ui, "notes"), |ui| all_ui(ui, &notes));
        }
    }
    let in_hint = if is_low { 1 } else { 3 };
    repairs_ui(ui, my_keys, inventory, (in_hint, &mut view.names_repairs), out);
}

/// Where more stands than there is room for.
fn area(ui: &Ui, name: &str) -> ScrollArea {
    ScrollArea::vertical()
        .id_salt(name)
        .max_height(ui.available_height() * SHARE)
}

/// What can be put right without a question, and what that does: beside the button, or on request where it is more
/// than `in_hint`.
fn repairs_ui(
    ui: &mut Ui,
    my_keys: &MyKeys,
    inventory: &Inventory,
    (in_hint, is_open): (usize, &mut bool),
    out: &mut Vec<Command>,
) {
    let remedies = inventory.remedies();
    let text = match remedies.len() {
        0 => return,
        1 => "Fix it".to_owned(),
        count => format!("Fix {count} problems"),
    };
    let whose = my_keys.whose();
    let does: Vec<String> = remedies
        .iter()
        .map(|remedy| announcement(remedy, whose))
        .collect();
    // What was only begun is cleared away.
    let kept = match inventory.unfinished().next() {
        Some(_) => "No key is deleted.",
        None => "Nothing is deleted.",
    };
    let is_short = does.len() <= in_hint;
    ui.horizontal_wrapped(|ui| {
        if ui.add_enabled(!my_keys.is_doing(), Button::new(text)).clicked() {
            out.push(Command::Keys(KeysCommand::RepairAll));
        }
        let hint = if is_short {
            format!("This will {}. {kept}", does.join("; "))
        } else {
            format!("Permissions of files and folders, and public key files. {kept}")
        };
        pieces::hint_ui(ui, hint);
    });
    if is_short {
        return;
    }
    if pieces::disclosure_ui(ui, "What will be put right", *is_open).clicked() {
        *is_open = !*is_open;
    }
    if *is_open {
        pieces::scrolling_ui(ui, area(ui, "repairs"), |ui| {
            for each in &does {
                pieces::hint_ui(ui, format!("It will {each}."));
            }
        });
    }
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
