//! A file wants its passphrase.

use egui::{Id, Key, Ui};

use super::{Scene, paragraph_ui};
use crate::app::Command;
use crate::app::dialog::Unlock;
use crate::format::public_line;
use crate::gui::passphrase_field::passphrase_field_ui;
use crate::gui::pieces::{self, Tone};
use crate::key::PublicKey;
use crate::key::comment::{self, Comment};
use crate::key::fingerprint::{Fingerprint, FingerprintKind};

/// So many lines of a long public key are seen at once.
const LINES: u8 = 3;

pub(super) fn unlock_ui(ui: &mut Ui, unlock: &mut Unlock, scene: &mut Scene<'_>) {
    paragraph_ui(ui, name(unlock));
    let title = unlock.locked.format.title();
    pieces::hint_ui(ui, title);
    public_ui(ui, unlock.locked.public.as_ref());
    if let Some(problem) = &unlock.problem {
        pieces::note_ui(ui, Tone::Error, &problem.sentence(), &problem.hint);
    }
    if let Some(cost) = unlock.asks_consent {
        let what = format!("Opening this file takes {cost}.");
        pieces::note_ui(
            ui,
            Tone::Warning,
            &what,
            "That is unusual. Go on only if you trust where the file came from.",
        );
        match scene.buttons_ui(ui, scene.is_new, &["Cancel", "Open it all the same"]) {
            Some(0) => scene.out.push(Command::CloseDialog),
            Some(_) => scene.out.push(Command::AgreeToCost),
            None => {}
        }
        return;
    }
    let is_working = unlock.job.is_some();
    let was_working = std::mem::replace(scene.was_opening, is_working);
    let mut is_entered = false;
    ui.add_enabled_ui(!is_working, |ui| {
        let name = "Passphrase";
        let label = pieces::field_label_ui(ui, name, None);
        ui.spacing_mut().text_edit_width = ui.available_width();
        let field = passphrase_field_ui(ui, "unlock", name, &mut unlock.typed, scene.is_revealed, "");
        pieces::reached_by(ui, &field, &label, None);
        is_entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        // A wrong passphrase leaves the field empty and ready for the next one, also where it was tried between two frames.
        if scene.is_new || (was_working && !is_working) {
            field.request_focus();
        }
        pieces::goes_back_to(ui, &field, unlock.problem.is_some());
    });
    if is_working {
        let cost = unlock.locked.protection.cost();
        let response = ui.label(format!("Opening, which takes {cost}…"));
        pieces::polite(ui, &response);
        if scene.buttons_ui(ui, true, &["Cancel"]).is_some() {
            scene.out.push(Command::CloseDialog);
        }
        return;
    }
    match scene.buttons_ui(ui, false, &["Open", "Cancel"]) {
        Some(0) => scene.out.push(Command::Unlock),
        Some(_) => scene.out.push(Command::CloseDialog),
        None if is_entered => scene.out.push(Command::Unlock),
        None => {}
    }
}

/// What can be told before the passphrase is known.
fn public_ui(ui: &mut Ui, public: Option<&PublicKey>) {
    let Some(public) = public else {
        pieces::hint_ui(
            ui,
            "In such a file the public half is encrypted too. It is shown once the file is open.",
        );
        return;
    };
    let fingerprint = Fingerprint::of(public, FingerprintKind::Sha256);
    pieces::hint_ui(ui, fingerprint.to_string());
    let name = "Public key";
    pieces::field_label_ui(ui, name, None);
    let line = public_line::encode(public, &Comment::default());
    let max_height = pieces::code_height(ui, LINES);
    pieces::code_ui(
        ui,
        Id::unique("public key of a locked file"),
        name,
        &line,
        max_height,
    );
}

/// What the key is called: its comment where that can be seen, and its file.
fn name(unlock: &Unlock) -> String {
    let file = match unlock.path.as_ref().and_then(|path| path.file_name()) {
        Some(name) => name.to_string_lossy().into_owned(),
        None => "the key from the clipboard".to_owned(),
    };
    match unlock.locked.comment.as_deref() {
        Some(bytes) if !bytes.is_empty() => format!("{} ({file})", comment::escaped(bytes)),
        _ => file,
    }
}
