//! Where the open key is saved: proposed, and chosen in a dialog.

use std::path::{Path, PathBuf};

use crate::app::desktop::{Desktop, PickRequest};
use crate::app::dialog::Purpose;
use crate::app::{App, SavingPlace};
use crate::format::Format;
use crate::sys::home;
use crate::sys::permissions::create_private_folder;

impl App {
    /// Proposes a place for the key that is open: beside its own file, or where ssh looks for keys.
    pub(in crate::app) fn propose_saving_place(&mut self) {
        let whose = self.my_keys.whose().clone();
        let usual = self.folder_to_save().filter(|_| whose.home.is_some());
        let Some(document) = self.document_mut() else {
            return;
        };
        let own = document.path.clone().filter(|_| document.key().is_some());
        let beside = own.as_deref().and_then(Path::parent).map(Path::to_owned);
        let folder = beside.filter(|_| whose.home.is_some()).or(usual);
        let stem = document.suggested_stem();
        // The key in a store does not take the place of all that is in it.
        let own = own.filter(|_| document.format != Some(Format::Pkcs12));
        document.place = folder.map(|folder| SavingPlace::propose(&whose, &folder, &stem, own.as_deref()));
    }

    pub(in crate::app) fn choose_saving_place(&mut self, desktop: &dyn Desktop) {
        let Some(document) = self.document().filter(|_| self.task.is_none()) else {
            return;
        };
        let purpose = Purpose::ChooseSavingPlace(document.draft.choice);
        let request = self.save_request("Save private key as", purpose);
        self.pick(purpose, desktop.pick_to_save(request));
    }

    pub(in crate::app) fn saving_place_chosen(&mut self, path: PathBuf) {
        if let Some(place) = self.document_mut().and_then(|document| document.place.as_mut()) {
            place.choose(path);
        }
    }

    /// What a dialog is asked for that saves something of the open key.
    pub(in crate::app) fn save_request(&self, title: &'static str, purpose: Purpose) -> PickRequest {
        let known = self
            .document()
            .and_then(|document| document.path.as_deref())
            .and_then(Path::parent);
        let folder = known.map(Path::to_owned).or_else(|| self.folder_to_save());
        if let Some(folder) = &folder {
            self.make_ssh_folder(folder);
        }
        let folder = folder.filter(|folder| folder.is_dir());
        let folder = folder.or_else(home::home);
        PickRequest {
            title,
            folder,
            file_name: self.suggested_name(purpose),
        }
    }

    /// A dialog that cannot open the folder starts in another one, and a beginner's key lands where ssh does not look.
    pub(in crate::app::flow) fn make_ssh_folder(&self, folder: &Path) {
        let is_ssh_folder = self.my_keys.whose().ssh_folder().as_deref() == Some(folder);
        if is_ssh_folder
            && !folder.exists()
            && let Err(error) = create_private_folder(folder)
        {
            log::warn!("{} was not made: {error}", folder.display());
        }
    }
}
