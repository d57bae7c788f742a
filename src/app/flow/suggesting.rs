//! A passphrase for somebody who has none: it is shown once, and goes where its owner says.

use crate::app::desktop::Desktop;
use crate::app::dialog::{Dialog, Suggested};
use crate::app::flow::open::clipboard_problem;
use crate::app::{App, Stage, Status};
use crate::engine::Problem;
use crate::engine::suggesting::{WordCount, suggested};

impl App {
    pub(in crate::app) fn suggest_passphrase(&mut self) {
        match suggested(WordCount::default()) {
            Ok(passphrase) => {
                self.dialog = Some(Dialog::Suggested(Suggested {
                    passphrase,
                    is_copied: false,
                }));
            }
            Err(error) => self.fail("No passphrase was made", Problem::from(&error)),
        }
    }

    pub(in crate::app) fn use_suggested_passphrase(&mut self) {
        let (Some(Dialog::Suggested(it)), Stage::Ready(document)) = (&self.dialog, &mut self.stage) else {
            return;
        };
        for field in [&mut document.draft.passphrase, &mut document.draft.confirmation] {
            field.clear();
            field.insert(0, it.passphrase.expose());
        }
        self.dialog = None;
        self.status =
            Status::say("The suggested passphrase is filled in. It protects the key when you save it.");
    }

    pub(in crate::app) fn copy_suggested_passphrase(&mut self, desktop: &dyn Desktop) {
        let Some(Dialog::Suggested(it)) = &mut self.dialog else {
            return;
        };
        match desktop.copy_secret(it.passphrase.expose()) {
            Ok(()) => it.is_copied = true,
            Err(error) => self.fail("Nothing was copied", clipboard_problem(&error)),
        }
    }
}
