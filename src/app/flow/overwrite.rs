//! Files are in the way of a save: which keys are in them, and what becomes of those.

use std::path::{Path, PathBuf};

use crate::app::dialog::{Dialog, Overwrite, Purpose, Writing};
use crate::app::task::Written;
use crate::app::{App, SavingPlace, Status};
use crate::engine::job::{Job, Poll};
use crate::engine::keys::held::Held;
use crate::engine::keys::mending;
use crate::engine::opening;
use crate::engine::saving::{Encoded, OutgoingPublic, Plan, PublicForm};
use crate::key::comment::Comment;
use crate::sys::files::read_key;

impl App {
    /// Asks, and finds out meanwhile what is in the files.
    pub(in crate::app::flow) fn ask_to_overwrite(&mut self, plan: Plan, purpose: Purpose) {
        let Some(document) = self.document() else { return };
        let taken = plan.taken();
        let changed = document.changed_by_others(&taken);
        let key = document.public().clone();
        let untouched = plan.clone();
        // It is asked about what is there now, and nothing else is replaced.
        let plan = plan.replacing_what_is_there(&document.known);
        let (whose, files) = (self.my_keys.whose().clone(), taken.clone());
        let looking = Job::start("look", &self.wake.0, move |_| {
            let holds_more = |file: &PathBuf| {
                read_key(file).is_ok_and(|bytes| mending::has_more_than_a_key(bytes.expose()))
            };
            (Held::in_files(&whose, &files), files.iter().any(holds_more))
        });
        self.dialog = Some(Dialog::Overwrite(Overwrite {
            plan,
            taken,
            changed,
            held: None,
            holds_more: false,
            key,
            untouched,
            looking,
            purpose,
        }));
    }

    pub(in crate::app) fn poll_overwrite(&mut self) {
        if let Some(Dialog::Overwrite(overwrite)) = &mut self.dialog
            && overwrite.held.is_none()
        {
            overwrite.held = match overwrite.looking.poll() {
                Poll::Running => None,
                Poll::Done((held, holds_more)) => {
                    overwrite.holds_more = holds_more;
                    Some(held)
                }
                Poll::Lost => Some(Vec::new()),
            };
        }
    }

    pub(in crate::app) fn overwrite(&mut self) {
        if let Some(Overwrite { plan, purpose, .. }) = self.take_overwrite() {
            self.write_or_ask(Writing::new(plan, purpose));
        }
    }

    pub(in crate::app) fn overwrite_trashed(&mut self) {
        if let Some(Overwrite {
            untouched,
            taken,
            purpose,
            ..
        }) = self.take_overwrite()
        {
            let mut writing = Writing::new(untouched, purpose);
            writing.trashed = taken;
            self.write_or_ask(writing);
        }
    }

    pub(in crate::app) fn save_under_another_name(&mut self) {
        let Some(overwrite) = self.take_overwrite() else {
            return;
        };
        let Purpose::SavePrivate(choice) = overwrite.purpose else {
            return;
        };
        if let Some(path) = overwrite.plan.paths().first() {
            let folder = path.parent().unwrap_or(Path::new(""));
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let place = SavingPlace::propose(self.my_keys.whose(), folder, &stem, None);
            self.save_to(overwrite.purpose, place.path(choice));
        }
    }

    fn take_overwrite(&mut self) -> Option<Overwrite> {
        match self.dialog.take() {
            Some(Dialog::Overwrite(overwrite)) => Some(overwrite),
            other => {
                self.dialog = other;
                None
            }
        }
    }

    /// The plan that replaces what is in the way, where nothing is lost by that: it is what was read there or written by this
    /// window, of the same kind and nothing besides; or, beside a private key, its very public half, to the byte.
    pub(in crate::app::flow) fn losing_nothing(&self, plan: &Plan) -> Option<Plan> {
        let document = self.document()?;
        let comment = document.draft.checked_comment().ok()?;
        let saved = document.saved_comment();
        // What is read first is what may be replaced, whatever is compared after that.
        let replacing = plan.clone().replacing_what_is_there(&document.known);
        let public = plan.public_paths();
        let is_only_a_half = public.len() < plan.paths().len();
        let holds = |path: &PathBuf, comment: &Comment| {
            let outgoing = OutgoingPublic {
                key: document.public(),
                certificate: document.certificate(),
                comment,
            };
            let bare = OutgoingPublic {
                certificate: None,
                ..outgoing
            };
            let key = Plan::public(path, PublicForm::Line).encode_public(bare);
            let certificate = document
                .certificate()
                .map(|_| Plan::certificate(path).encode_public(outgoing));
            let is_there = |encoded: Encoded| encoded.is_there();
            key.is_ok_and(is_there) || certificate.is_some_and(|encoded| encoded.is_ok_and(is_there))
        };
        let is_half_of_it = |path: &PathBuf| {
            let is_public = is_only_a_half && public.contains(&path.as_path());
            // With the comment that it gets, or the one that it had.
            is_public
                && [Some(&comment), saved.as_ref()]
                    .into_iter()
                    .flatten()
                    .any(|comment| holds(path, comment))
        };
        let is_own = |path: &PathBuf| {
            let is_known = saved.is_some() && document.knows(path);
            let format = || {
                let bytes = read_key(path).ok()?;
                let reading = opening::read(bytes.expose()).ok()?;
                (!mending::has_more_than_a_key(bytes.expose())).then(|| reading.parsed.format())
            };
            is_known && format() == plan.format_at(path)
        };
        let is_nothing_lost = |path: &PathBuf| is_half_of_it(path) || is_own(path);
        plan.taken().iter().all(is_nothing_lost).then_some(replacing)
    }

    /// Whether the file holds this very public key or certificate, to the byte: then there is nothing to ask, and
    /// nothing to do.
    pub(in crate::app::flow) fn is_there_already(&mut self, plan: &Plan, purpose: Purpose) -> bool {
        let what = match purpose {
            Purpose::SavePublic(_) => "public key",
            Purpose::SaveCertificate => "certificate",
            _ => return false,
        };
        let Some(document) = self.document_mut() else {
            return false;
        };
        let Ok(comment) = document.draft.checked_comment() else {
            return false;
        };
        let outgoing = OutgoingPublic {
            key: document.public(),
            certificate: document.certificate_in_public_file(purpose),
            comment: &comment,
        };
        if !plan
            .encode_public(outgoing)
            .is_ok_and(|encoded| encoded.is_there())
        {
            return false;
        }
        let path: Option<PathBuf> = plan.paths().first().map(|path| (*path).to_owned());
        if document.is_saved_by(purpose) {
            document.being_saved = Some(document.snapshot());
            document.finish_saving(path.clone(), purpose, Written::default());
        }
        let name = path.as_deref().and_then(Path::file_name).unwrap_or_default();
        self.status = Status {
            text: format!("{} already holds this {what}.", name.to_string_lossy()),
            file: path,
        };
        true
    }
}
