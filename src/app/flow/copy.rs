//! What goes to the clipboard: public things only.

use crate::app::command_line::CommandLine;
use crate::app::desktop::Desktop;
use crate::app::dialog::Dialog;
use crate::app::flow::open::clipboard_problem;
use crate::app::stage::Document;
use crate::app::{App, Status};

impl App {
    pub(in crate::app) fn copy_public_key(&mut self, desktop: &dyn Desktop) {
        if let Some(document) = self.document() {
            let line = document.public_line();
            self.copy(
                &line,
                "Copied the public key. It may be given to anybody.",
                desktop,
            );
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
            Ok(()) => self.status = Status::say(done),
            Err(error) => self.fail("Nothing was copied", clipboard_problem(&error)),
        }
    }
}
