//! The window is looked at again: what lies on the disk may be another than before.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::app::desktop::Desktop;
use crate::app::stage::{Document, Looked, Missing};
use crate::app::{App, Page};
use crate::engine::describe;
use crate::engine::job::{Job, Poll};
use crate::engine::keys::restoring::Restorable;
use crate::sys::permissions::audit_private;

impl App {
    /// Looks again at what the page shows, if that lies on the disk: somebody may have followed advice elsewhere.
    pub(in crate::app) fn look_again(&mut self, desktop: &dyn Desktop) {
        self.look_for_file();
        let is_missing = self
            .document()
            .is_some_and(|document| document.missing().is_some());
        // Where it went is seen by looking at the keys.
        if self.page == Page::MyKeys || is_missing {
            self.read_keys(desktop);
        }
    }

    /// Looks whether the open key is still where it was saved, and who may read it there.
    pub(in crate::app) fn look_for_file(&mut self) {
        if self.is_saving() {
            return;
        }
        let Some(document) = self.document() else { return };
        let Some(path) = document.path.clone() else {
            return;
        };
        let is_private = document.key().is_some() && !document.is_new();
        let trash = self.my_keys.restorable().iter().flat_map(Restorable::places);
        let is_in_trash = trash.into_iter().any(|place| place == path);
        let job = Job::start("open key", &self.wake.0, move |_| {
            looked(path, is_private, is_in_trash)
        });
        self.my_keys.looking = Some(job);
    }

    pub(in crate::app) fn poll_open_key(&mut self) {
        let Some(mut job) = self.my_keys.looking.take() else {
            return;
        };
        match job.poll() {
            Poll::Running => self.my_keys.looking = Some(job),
            // What is being saved just now is told by that.
            Poll::Done(_) if self.is_saving() => {}
            Poll::Done(looked) => {
                let Some(document) = self.document_mut() else {
                    return;
                };
                let was_missing = document.missing().is_some();
                document.see(looked);
                // Where it went is seen by looking at the keys.
                if document.missing().is_some() && !was_missing {
                    self.read_keys_anew();
                }
            }
            Poll::Lost => {}
        }
    }
}

impl Document {
    /// Takes up what was seen, if it is about the file that it has now.
    fn see(&mut self, looked: Looked) {
        if self.path.as_ref() != Some(&looked.path) {
            return;
        }
        self.set_missing(looked.missing);
        if looked.is_access_told {
            self.warnings.retain(|warning| warning.code != "permissions");
            self.warnings.extend(looked.access_warning);
        }
    }
}

/// Looks at a file. Whoever may read it matters where it has a private key, and is told by the system.
fn looked(path: PathBuf, is_private: bool, is_in_trash: bool) -> Looked {
    let missing = match (is_gone(&path), is_in_trash) {
        (false, _) => None,
        (true, true) => Some(Missing::InTrash),
        (true, false) => Some(Missing::Gone),
    };
    let access = is_private.then(|| audit_private(&path).ok()).flatten();
    Looked {
        missing,
        is_access_told: access.is_some(),
        access_warning: access.and_then(|access| describe::access_warning(&path, &access)),
        path,
    }
}

/// Whether nothing is there. What the system does not tell is not called gone.
fn is_gone(path: &Path) -> bool {
    let found = fs::symlink_metadata(path);
    found.is_err_and(|error| [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&error.kind()))
}
