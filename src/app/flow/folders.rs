//! In which folder a dialog starts: where the last one ended, or where ssh looks for keys.

use std::path::{Path, PathBuf};

use crate::app::App;
use crate::sys::home;

impl App {
    pub(in crate::app) fn folder_to_open(&self) -> Option<PathBuf> {
        remembered(self.kept.now.open_folder.as_ref())
    }

    pub(in crate::app) fn folder_to_save(&self) -> Option<PathBuf> {
        remembered(self.kept.now.save_folder.as_ref())
    }
}

/// The folder may have gone: it was on a stick, say.
fn remembered(folder: Option<&PathBuf>) -> Option<PathBuf> {
    folder
        .filter(|folder| folder.is_dir())
        .cloned()
        .or_else(home::ssh_folder)
}

/// The folder of a file that was chosen; nothing where it is the usual one, which need not be remembered.
pub(in crate::app) fn unusual_folder_of(file: &Path) -> Option<PathBuf> {
    let file = std::path::absolute(file).ok()?;
    let folder = file.parent()?.to_owned();
    (Some(&folder) != home::ssh_folder().as_ref()).then_some(folder)
}
