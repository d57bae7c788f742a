//! The window is looked at again: what lies on the disk may be another than before.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::app::desktop::Desktop;
use crate::app::stage::{Document, Missing};
use crate::app::{App, Page};
use crate::engine::describe;
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

    /// Looks whether the open key is still where it was saved.
    pub(in crate::app) fn look_for_file(&mut self) {
        if self.is_saving() {
            return;
        }
        let trash: Vec<_> = self
            .my_keys
            .restorable()
            .iter()
            .flat_map(Restorable::places)
            .collect();
        let Some(document) = self.document_mut() else {
            return;
        };
        let Some(path) = document.path.clone() else {
            return;
        };
        document.set_missing(if !is_gone(&path) {
            None
        } else if trash.contains(&path) {
            Some(Missing::InTrash)
        } else {
            Some(Missing::Gone)
        });
        document.look_at_permissions(&path);
    }
}

impl Document {
    /// Says who may read the file as it is now.
    fn look_at_permissions(&mut self, path: &Path) {
        if self.key().is_none() || self.is_new() {
            return;
        }
        let Ok(access) = audit_private(path) else { return };
        let now = describe::access_warning(path, &access);
        self.warnings.retain(|warning| warning.code != "permissions");
        self.warnings.extend(now);
    }
}

/// Whether nothing is there. What the system does not tell is not called gone.
fn is_gone(path: &Path) -> bool {
    let found = fs::symlink_metadata(path);
    found.is_err_and(|error| [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&error.kind()))
}
