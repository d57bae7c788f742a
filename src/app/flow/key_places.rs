//! Where keys are looked for besides the usual folder: chosen in a dialog of the system, or typed.

use std::path::{Path, PathBuf};

use crate::app::App;
use crate::app::desktop::{Desktop, PickRequest, Picked};
use crate::app::dialog::{AddPlace, Choosing, Dialog};
use crate::app::my_keys::{Outcome, PlaceKind};
use crate::engine::job::Poll;
use crate::engine::keys::added;
use crate::sys::home;

impl App {
    pub(in crate::app) fn ask_place(&mut self) {
        self.dialog = Some(Dialog::AddPlace(AddPlace::default()));
    }

    /// Opens a dialog of the system; the window's own stays open behind it, and lets the path be typed meanwhile.
    pub(in crate::app) fn pick_place(&mut self, kind: PlaceKind, desktop: &dyn Desktop) {
        let is_offered = matches!(&self.dialog, Some(Dialog::AddPlace(adding)) if matches!(adding.choosing, Choosing::Offered));
        if !is_offered {
            return;
        }
        let request = |title| PickRequest {
            title,
            folder: desktop.home(),
            file_name: String::new(),
        };
        let picking = match kind {
            PlaceKind::Folder => desktop.pick_folder(request("Folder with keys")),
            PlaceKind::File => desktop.pick_to_open(request("Key file")),
        };
        let job = self.start_picking(picking);
        let Some(Dialog::AddPlace(adding)) = &mut self.dialog else {
            return;
        };
        adding.choosing = Choosing::Open(job);
    }

    pub(in crate::app) fn poll_place(&mut self) {
        // What was chosen can be added only when nothing else is being done.
        if self.my_keys.is_doing() {
            return;
        }
        let Some(Dialog::AddPlace(adding)) = &mut self.dialog else {
            return;
        };
        let Choosing::Open(job) = &mut adding.choosing else {
            return;
        };
        match job.poll() {
            Poll::Running => {}
            Poll::Done(Picked::Path(path)) => self.add_place(path),
            Poll::Done(Picked::Cancelled) => adding.choosing = Choosing::Offered,
            Poll::Done(Picked::Unavailable) | Poll::Lost => adding.choosing = Choosing::Unavailable,
        }
    }

    pub(in crate::app) fn place_typed(&mut self) {
        let Some(Dialog::AddPlace(adding)) = &self.dialog else {
            return;
        };
        let text = adding.text.trim();
        if !text.is_empty() {
            let path = home::expand_tilde(Path::new(text));
            self.add_place(path);
        }
    }

    fn add_place(&mut self, path: PathBuf) {
        if self.my_keys.is_doing() {
            return;
        }
        self.dialog = None;
        self.do_with_keys(move |whose| {
            let place = added::add(whose, &path)?;
            Ok(Outcome::say(format!(
                "{} is among your keys now.",
                whose.short(&place)
            )))
        });
    }

    pub(in crate::app) fn forget_place(&mut self, path: PathBuf) {
        self.do_with_keys(move |whose| {
            let place = added::forget(whose, &path)?;
            Ok(Outcome::say(format!(
                "{} is no longer looked into.",
                whose.short(&place)
            )))
        });
    }
}
