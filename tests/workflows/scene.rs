//! A program without a window, and what is done with it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::key_files;
use crate::support::{Scripted, wait};
use keywright::app::App;
use keywright::app::command::Command as Ask;
use keywright::app::dialog::Dialog;
use keywright::app::settings::Kept;
use keywright::app::stage::Document;
use keywright::key::spec::KeySpec;
use keywright::sys::settings_place::Place;
use tempfile::TempDir;

/// A program, its desktop, and a folder to save in.
pub(crate) struct Scene {
    pub(crate) app: App,
    pub(crate) desktop: Scripted,
    pub(crate) folder: TempDir,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self::with_settings(Kept::nowhere())
    }

    pub(crate) fn with_settings(kept: Kept) -> Self {
        Self::of(kept, None)
    }

    /// A program of somebody whose home folder this is.
    pub(crate) fn at_home_in(home: &Path) -> Self {
        let place = Place::OfUser(home.join("settings/settings.toml"));
        let scene = Self::of(Kept::load(Some(place)), Some(home.to_owned()));
        scene.desktop.is_at_home_in(home);
        scene
    }

    fn of(kept: Kept, home: Option<PathBuf>) -> Self {
        Self {
            app: App::new(Arc::new(|| {}), kept, home),
            desktop: Scripted::default(),
            folder: TempDir::new().expect("a folder"),
        }
    }

    /// A program with a new Ed25519 key.
    pub(crate) fn with_key() -> Self {
        let mut scene = Self::new();
        scene.make(KeySpec::Ed25519);
        scene
    }

    /// A program with a key that lies in a file.
    pub(crate) fn with_saved_key() -> Self {
        let mut scene = Self::with_key();
        scene.save_unprotected("id");
        scene
    }

    pub(crate) fn ask(&mut self, command: Ask) {
        self.app.apply(command, &self.desktop);
    }

    pub(crate) fn make(&mut self, spec: KeySpec) {
        self.ask(Ask::Generate(spec));
        self.ask(Ask::UseSystemRandomnessOnly);
        self.wait(|app| app.document().is_some());
    }

    pub(crate) fn save_unprotected(&mut self, name: &str) {
        self.desktop.will_pick(self.path(name));
        self.ask(Ask::SavePrivate);
        self.ask(Ask::SaveAllTheSame);
        self.settle();
    }

    pub(crate) fn open(&mut self, path: &Path) {
        self.ask(Ask::OpenPath(path.to_owned()));
        self.settle();
    }

    #[track_caller]
    pub(crate) fn wait(&mut self, is_so: impl Fn(&App) -> bool) {
        wait(&mut self.app, is_so);
    }

    /// Until nothing goes on beside the page.
    #[track_caller]
    pub(crate) fn settle(&mut self) {
        self.wait(|app| {
            let is_unlocking = match &app.dialog {
                Some(Dialog::Unlock(unlock)) => unlock.job.is_some(),
                Some(Dialog::SamePassphrase(dialog)) => dialog.job.is_some(),
                _ => false,
            };
            app.busy().is_none() && !is_unlocking
        });
    }

    /// Lays a file out as another program would have left it: for its owner alone.
    pub(crate) fn put(&self, name: &str, bytes: &[u8]) {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(self.path(name)).expect("a new file");
        std::io::Write::write_all(&mut file, bytes).expect("it can be written");
    }

    /// Writes to a file that is there, as another program would.
    pub(crate) fn overwrite(&self, name: &str, bytes: &[u8]) {
        let mut options = std::fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .truncate(true)
            .open(self.path(name))
            .expect("it is there");
        std::io::Write::write_all(&mut file, bytes).expect("it can be written");
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    #[track_caller]
    pub(crate) fn document(&mut self) -> &mut Document {
        self.app.document_mut().expect("there is a key")
    }

    pub(crate) fn type_passphrases(&mut self, passphrase: &str, confirmation: &str) {
        let draft = &mut self.document().draft;
        draft.passphrase.clear();
        draft.passphrase.insert(0, passphrase);
        draft.confirmation.clear();
        draft.confirmation.insert(0, confirmation);
    }

    pub(crate) fn type_into_unlock(&mut self, passphrase: &str) {
        match &mut self.app.dialog {
            Some(Dialog::Unlock(unlock)) => {
                unlock.typed.clear();
                unlock.typed.insert(0, passphrase);
            }
            Some(Dialog::SamePassphrase(dialog)) => {
                dialog.typed.clear();
                dialog.typed.insert(0, passphrase);
            }
            other => panic!("no passphrase is asked for: {other:?}"),
        }
    }

    #[track_caller]
    pub(crate) fn problem(&self) -> &'static str {
        match &self.app.dialog {
            Some(Dialog::Problem { problem, .. }) => {
                assert!(!problem.hint.is_empty(), "{problem:?} gives no advice");
                problem.code
            }
            other => panic!("nothing went wrong: {other:?}"),
        }
    }

    pub(crate) fn names(&self) -> Vec<String> {
        key_files::names(self.folder.path(), "")
    }
}

impl Scene {
    /// Another key in the place of one that is saved.
    pub(crate) fn make_another(&mut self) {
        self.ask(Ask::NewKey);
        self.make(KeySpec::Ed25519);
    }
}

/// A file that another program has made.
#[track_caller]
pub(crate) fn corpus(name: &str) -> Vec<u8> {
    std::fs::read(corpus_path(name)).expect("it is in the tree")
}

pub(crate) fn corpus_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus/real")
        .join(name)
}
