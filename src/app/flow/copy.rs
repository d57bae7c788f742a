//! What goes to the clipboard, public things only; and what asks for what is there.

use crate::app::desktop::{Copied, Desktop};
use crate::app::dialog::Dialog;
use crate::app::doctor::DoctorCommand;
use crate::app::flow::open::clipboard_problem;
use crate::app::stage::Document;
use crate::app::{App, Command, Status};
use crate::engine::command_line::CommandLine;
use crate::engine::programs::Purpose;
use crate::engine::saving::OutgoingPublic;
use crate::key::comment::{Comment, escaped};

impl App {
    /// Whether this command takes text from the clipboard.
    #[must_use]
    pub fn reads_clipboard(&self, command: &Command) -> bool {
        let unsaved = match (&self.dialog, command) {
            (Some(Dialog::Unsaved(next)), Command::DiscardUnsaved) => Some(&**next),
            _ => None,
        };
        matches!(
            unsaved.unwrap_or(command),
            Command::Paste | Command::Doctor(DoctorCommand::Paste)
        )
    }

    pub(in crate::app) fn copy_public_key(&mut self, desktop: &dyn Desktop) {
        if let Some(document) = self.document() {
            let line = document.public_line();
            let done = copied_public_key(&name_of(document));
            self.copy(&line, &done, desktop);
        }
    }

    pub(in crate::app) fn copy_for(&mut self, purpose: Purpose, desktop: &dyn Desktop) {
        let Some(document) = self.document() else { return };
        let (comment, _) = Comment::cleaned(document.draft.comment.as_bytes());
        let text = purpose.public_text(OutgoingPublic {
            key: document.public(),
            certificate: None,
            comment: &comment,
        });
        match text {
            Ok(text) => {
                let done = format!(
                    "Copied the public key for {}. It may be given to anybody.",
                    purpose.title()
                );
                self.copy(&text, &done, desktop);
            }
            Err(problem) => self.fail("Nothing was copied", problem),
        }
    }

    pub(in crate::app) fn copy_fingerprint(&mut self, desktop: &dyn Desktop) {
        if let Some(document) = self.document() {
            let fingerprint = document
                .fingerprint_of(self.fingerprint_of, self.fingerprint)
                .to_string();
            self.copy(&fingerprint, "Copied the fingerprint.", desktop);
        }
    }

    pub(in crate::app) fn copy_certificate(&mut self, desktop: &dyn Desktop) {
        if let Some(line) = self.document().and_then(Document::certificate_line) {
            self.copy(
                &line,
                "Copied the certificate. It may be given to anybody.",
                desktop,
            );
        }
    }

    pub(in crate::app) fn copy_randomart(&mut self, desktop: &dyn Desktop) {
        if let Some(document) = self.document() {
            let art = document.art_text();
            self.copy(&art, "Copied the picture as text.", desktop);
        }
    }

    pub(in crate::app) fn copy_command_line(&mut self, index: usize, desktop: &dyn Desktop) {
        if let Some(Dialog::CommandLines(lines)) = &self.dialog
            && let Some(CommandLine { line, .. }) = lines.get(index).cloned()
        {
            self.copy(&line, "Copied the command.", desktop);
        }
    }

    pub(super) fn copy(&mut self, text: &str, done: &str, desktop: &dyn Desktop) {
        match desktop.copy(text) {
            Ok(Copied::AsUsual) => self.status = Status::say(done),
            Ok(Copied::WhileOpen) => {
                self.status = Status::say(format!("{done} Paste it before you close this window."));
            }
            Err(error) => self.fail("Nothing was copied", clipboard_problem(&error)),
        }
    }
}

/// Which public key was copied: that of the open key, or that of the one chosen among all.
pub(super) fn copied_public_key(name: &str) -> String {
    format!("Copied the public key of {name}. It may be given to anybody.")
}

/// What the open key is told by: its file, or else its comment.
fn name_of(document: &Document) -> String {
    match document.path.as_ref().and_then(|path| path.file_name()) {
        Some(name) => escaped(name.as_encoded_bytes()),
        None if document.draft.comment.is_empty() => "the open key".to_owned(),
        None => format!("the open key, {}", escaped(document.draft.comment.as_bytes())),
    }
}
