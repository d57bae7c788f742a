//! Save → (no passphrase?) → where → (replace?) → files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::desktop::{Desktop, PickRequest};
use crate::app::dialog::{Dialog, Overwrite, Purpose};
use crate::app::job::Job;
use crate::app::saving::{self, Choice, Plan, PublicForm};
use crate::app::stage::{Agreement, Document, Stage};
use crate::app::task::Task;
use crate::app::{App, Blame, Problem, Status};
use crate::format::Outgoing;
use crate::sys::files::Existing;
use crate::sys::home;

impl App {
    pub(in crate::app) fn save_private(&mut self, desktop: &dyn Desktop) {
        let Some(document) = self.document() else { return };
        if self.task.is_some() || document.key().is_none() {
            return;
        }
        if let Err(problem) = document.draft.checked_comment() {
            return self.fail("The comment cannot be saved", problem);
        }
        match document.draft.agreement() {
            Agreement::Match => self.pick_private(desktop),
            Agreement::Empty => self.dialog = Some(Dialog::NoPassphrase),
            Agreement::Differ => self.fail("The private key was not saved", passphrases_differ()),
        }
    }

    pub(in crate::app) fn pick_private(&mut self, desktop: &dyn Desktop) {
        if self.document().is_some() && self.task.is_none() {
            let request = self.save_request("Save private key as", Purpose::SavePrivate);
            self.pick(Purpose::SavePrivate, desktop.pick_to_save(request));
        }
    }

    pub(in crate::app) fn save_public(&mut self, form: PublicForm, desktop: &dyn Desktop) {
        let Some(document) = self.document() else { return };
        if self.task.is_some() {
            return;
        }
        if let Err(problem) = document.draft.checked_comment() {
            return self.fail("The comment cannot be saved", problem);
        }
        let purpose = Purpose::SavePublic(form);
        let request = self.save_request("Save public key as", purpose);
        self.pick(purpose, desktop.pick_to_save(request));
    }

    fn save_request(&self, title: &'static str, purpose: Purpose) -> PickRequest {
        let known = self
            .document()
            .and_then(|document| document.path.as_deref())
            .and_then(Path::parent);
        let folder = known
            .map(Path::to_owned)
            .or_else(home::ssh_folder)
            .filter(|folder| folder.is_dir());
        let folder = folder.or_else(home::home);
        PickRequest {
            title,
            folder,
            file_name: self.suggested_name(purpose),
        }
    }

    pub(in crate::app) fn suggested_name(&self, purpose: Purpose) -> String {
        let Some(document) = self.document() else {
            return String::new();
        };
        let name = document.suggested_name();
        let stem = name.trim_end_matches(".pub").trim_end_matches(".ppk");
        match (purpose, document.draft.choice) {
            (Purpose::Open, _) => String::new(),
            (Purpose::SavePrivate, Choice::OpenSsh | Choice::Both) => stem.to_owned(),
            (Purpose::SavePrivate, Choice::Ppk | Choice::Ppk2) => format!("{stem}.ppk"),
            (Purpose::SavePublic(_), _) => format!("{stem}.pub"),
        }
    }

    /// The path is there. Files that exist are asked about, all at once; what a system's own dialog
    /// has asked it asked about one name only.
    pub(in crate::app) fn save_to(&mut self, purpose: Purpose, path: &Path) {
        let Some(document) = self.document() else { return };
        let plan = match purpose {
            Purpose::Open => return,
            Purpose::SavePrivate => Plan::private(document.draft.choice, path, self.strength),
            Purpose::SavePublic(form) => Plan::public(path, form),
        };
        let taken = plan.taken();
        if taken.is_empty() {
            self.write(plan, purpose, Existing::Refuse);
        } else {
            self.dialog = Some(Dialog::Overwrite(Overwrite { plan, taken, purpose }));
        }
    }

    pub(in crate::app) fn overwrite(&mut self) {
        match self.dialog.take() {
            Some(Dialog::Overwrite(Overwrite { plan, purpose, .. })) => {
                self.write(plan, purpose, Existing::Replace);
            }
            other => self.dialog = other,
        }
    }

    fn write(&mut self, plan: Plan, purpose: Purpose, existing: Existing) {
        let Stage::Ready(document) = &mut self.stage else {
            return;
        };
        let comment = match document.draft.checked_comment() {
            Ok(comment) => comment,
            Err(problem) => return self.fail("The comment cannot be saved", problem),
        };
        let work_plan = plan.clone();
        let private = document
            .key()
            .filter(|_| purpose == Purpose::SavePrivate)
            .map(Arc::clone);
        if document.is_saved_by(purpose) {
            document.being_saved = Some(document.snapshot());
        }
        let job = if let Some(key) = private {
            let certificate = document.certificate.clone();
            let passphrase = document.draft.passphrase.to_passphrase();
            Job::start("save", &self.wake.0, move |_| {
                let outgoing = Outgoing {
                    key: &key,
                    comment: &comment,
                    certificate: certificate.as_ref(),
                };
                work_plan.write(outgoing, Some(&passphrase), existing)
            })
        } else {
            let key = document.public().clone();
            Job::start("save", &self.wake.0, move |_| {
                saving::write_public(&work_plan, &key, &comment, existing)
            })
        };
        self.task = Some(Task::Saving { plan, purpose, job });
    }

    pub(in crate::app) fn saved(&mut self, plan: &Plan, purpose: Purpose, result: Result<(), Problem>) {
        let paths: Vec<PathBuf> = plan.paths().into_iter().map(Path::to_owned).collect();
        let quits = std::mem::take(&mut self.quits_when_saved);
        match (result, self.document_mut()) {
            (Ok(()), Some(document)) => {
                if document.is_saved_by(purpose) {
                    document.finish_saving(paths.first().cloned());
                }
                self.status = Status {
                    text: saved_sentence(&paths),
                    file: paths.first().cloned(),
                };
                if quits {
                    self.quit();
                }
            }
            (Ok(()), None) => {}
            (Err(problem), _) => {
                let title = match purpose {
                    Purpose::SavePrivate => "The private key was not saved",
                    Purpose::Open | Purpose::SavePublic(_) => "The public key was not saved",
                };
                self.fail(title, problem);
            }
        }
    }
}

impl Document {
    /// Whether nothing is left that only this window holds, once this is written.
    fn is_saved_by(&self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::SavePrivate => true,
            Purpose::SavePublic(_) => self.key().is_none(),
            Purpose::Open => false,
        }
    }

    fn finish_saving(&mut self, path: Option<PathBuf>) {
        if let Some(saved) = self.being_saved.take() {
            self.saved = Some(saved);
            self.path = path;
            self.warnings
                .retain(|warning| !["permissions", "comment-sanitised", "weak-kdf"].contains(&warning.code));
        }
    }
}

fn saved_sentence(paths: &[PathBuf]) -> String {
    let names: Vec<String> = paths
        .iter()
        .filter_map(|path| path.file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    let folder = paths
        .first()
        .and_then(|path| path.parent())
        .map(|folder| folder.display().to_string());
    let names = match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    };
    match folder {
        Some(folder) if !folder.is_empty() => format!("Saved {names} in {folder}."),
        _ => format!("Saved {names}."),
    }
}

fn passphrases_differ() -> Problem {
    Problem::new(
        "usage",
        Blame::Usage,
        "the two passphrases given do not match",
        "Type the same passphrase in both fields, or clear both to save without one.",
    )
}
