//! In which folder a dialog starts: where the last one ended, or where ssh looks for keys.

use std::path::{Path, PathBuf};

use crate::app::App;
use crate::sys::home;

impl App {
    pub(in crate::app) fn folder_to_open(&self) -> Option<PathBuf> {
        self.remembered(self.kept.now.open_folder.as_ref())
    }

    pub(in crate::app) fn folder_to_save(&self) -> Option<PathBuf> {
        self.remembered(self.kept.now.save_folder.as_ref())
    }

    /// The folder may have gone: it was on a stick, say.
    fn remembered(&self, folder: Option<&PathBuf>) -> Option<PathBuf> {
        folder
            .filter(|folder| folder.is_dir())
            .cloned()
            .or_else(|| self.ssh_folder())
    }

    fn ssh_folder(&self) -> Option<PathBuf> {
        self.my_keys.whose().ssh_folder().or_else(home::ssh_folder)
    }

    /// The folder of a file that was chosen; nothing where it is the usual one, or the home folder itself, where a
    /// dialog starts that cannot open the usual one: these need not be remembered.
    pub(in crate::app) fn unusual_folder_of(&self, file: &Path) -> Option<PathBuf> {
        let file = std::path::absolute(file).ok()?;
        let folder = file.parent()?.to_owned();
        let usual = self.ssh_folder();
        let is_usual = Some(&folder) == usual.as_ref()
            || Some(folder.as_path()) == usual.as_deref().and_then(Path::parent);
        (!is_usual).then_some(folder)
    }
}
