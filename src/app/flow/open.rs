//! Open → (passphrase) → a key on the page.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::desktop::{Desktop, PickRequest, Picked};
use crate::app::dialog::{Dialog, Purpose, TypePath, Unlock, UnlockResult};
use crate::app::job::{Job, Poll};
use crate::app::stage::Document;
use crate::app::task::{Opened, Task};
use crate::app::{App, Command, Problem, Status, describe, lost, opening};
use crate::format::{Consent, DecodeError, Parsed};
use crate::secret::{Passphrase, TypedPassphrase};
use crate::sys::home;
use crate::sys::permissions::audit_private;

impl App {
    pub(in crate::app) fn open(&mut self, desktop: &dyn Desktop) {
        if self.task.is_some() || !self.may_lose_key(&Command::Open) {
            return;
        }
        let request = PickRequest {
            title: "Load private key",
            folder: home::ssh_folder(),
            file_name: String::new(),
        };
        self.pick(Purpose::Open, desktop.pick_to_open(request));
    }

    pub(in crate::app) fn open_path(&mut self, path: PathBuf) {
        if !self.is_saving() && self.may_lose_key(&Command::OpenPath(path.clone())) {
            self.dialog = None;
            let their_path = path.clone();
            self.start_opening(Some(path), move || {
                let parsed = opening::open_file(&their_path)?;
                let is_private = !matches!(parsed, Parsed::Public(_));
                let access = if is_private {
                    audit_private(&their_path).ok()
                } else {
                    None
                };
                Ok(Opened { parsed, access })
            });
        }
    }

    pub(in crate::app) fn paste(&mut self, desktop: &dyn Desktop) {
        if self.is_saving() || !self.may_lose_key(&Command::Paste) {
            return;
        }
        match desktop.paste() {
            Ok(text) => self.start_opening(None, move || {
                Ok(Opened {
                    parsed: opening::parse(text.expose())?,
                    access: None,
                })
            }),
            Err(error) => self.fail("Nothing was pasted", clipboard_problem(&error)),
        }
    }

    fn start_opening(
        &mut self,
        path: Option<PathBuf>,
        work: impl FnOnce() -> Result<Opened, Problem> + Send + 'static,
    ) {
        let job = Job::start("open", &self.wake.0, move |_| work());
        self.task = Some(Task::Opening { path, job });
    }

    /// Waits for a file dialog on a thread of its own; the window goes on drawing.
    pub(in crate::app) fn pick(&mut self, purpose: Purpose, picking: crate::app::desktop::Picking) {
        let job = Job::start("pick", &self.wake.0, move |_| pollster::block_on(picking));
        self.task = Some(Task::Picking { purpose, job });
    }

    pub(in crate::app) fn type_path_instead(&mut self) {
        if let Some(Task::Picking { purpose, .. }) = &self.task {
            let purpose = *purpose;
            self.task = None;
            self.type_path(purpose);
        }
    }

    fn type_path(&mut self, purpose: Purpose) {
        let folder = home::ssh_folder().unwrap_or_default();
        let start = match purpose {
            Purpose::Open => folder.join(""),
            Purpose::SavePrivate(_) | Purpose::SavePublic(_) => folder.join(self.suggested_name(purpose)),
        };
        self.dialog = Some(Dialog::TypePath(TypePath {
            purpose,
            text: start.display().to_string(),
        }));
    }

    pub(in crate::app) fn path_typed(&mut self) {
        let Some(Dialog::TypePath(typed)) = &self.dialog else {
            return;
        };
        let (purpose, text) = (typed.purpose, typed.text.trim());
        if !text.is_empty() {
            let path = home::expand_tilde(Path::new(text));
            self.dialog = None;
            self.path_chosen(purpose, path);
        }
    }

    fn path_chosen(&mut self, purpose: Purpose, path: PathBuf) {
        match purpose {
            Purpose::Open => self.open_path(path),
            Purpose::SavePrivate(_) | Purpose::SavePublic(_) => self.save_to(purpose, &path),
        }
    }

    pub(in crate::app) fn poll_task(&mut self) {
        match &mut self.task {
            None => {}
            Some(Task::Picking { purpose, job }) => {
                let purpose = *purpose;
                match job.poll() {
                    Poll::Running => {}
                    Poll::Done(Picked::Path(path)) => {
                        self.task = None;
                        self.path_chosen(purpose, path);
                    }
                    Poll::Done(Picked::Cancelled) => self.task = None,
                    Poll::Done(Picked::Unavailable) | Poll::Lost => {
                        self.task = None;
                        self.type_path(purpose);
                    }
                }
            }
            Some(Task::Opening { path, job }) => {
                let result = match job.poll() {
                    Poll::Running => return,
                    Poll::Done(result) => result,
                    Poll::Lost => Err(lost()),
                };
                let path = path.take();
                self.task = None;
                self.opened(path, result);
            }
            Some(Task::Saving { plan, purpose, job }) => {
                let result = match job.poll() {
                    Poll::Running => return,
                    Poll::Done(result) => result,
                    Poll::Lost => Err(lost()),
                };
                let (plan, purpose) = (plan.clone(), *purpose);
                self.task = None;
                self.saved(&plan, purpose, result);
            }
        }
    }

    fn opened(&mut self, path: Option<PathBuf>, result: Result<Opened, Problem>) {
        let Opened { parsed, access } = match result {
            Ok(opened) => opened,
            Err(problem) => return self.fail(title_for(path.as_deref()), problem),
        };
        let warnings = {
            let mut described = describe::Description::of(&parsed, None);
            described
                .warnings
                .extend(access.as_ref().and_then(describe::access_warning));
            described.warnings
        };
        match parsed {
            Parsed::Locked(locked) => {
                self.dialog = Some(Dialog::Unlock(Box::new(Unlock {
                    locked: Arc::new(locked),
                    path,
                    warnings,
                    typed: TypedPassphrase::new(),
                    problem: None,
                    asks_consent: None,
                    job: None,
                })));
            }
            Parsed::Private(file) => {
                let document = Document::opened(file, &Passphrase::default());
                self.show_opened(document, path, warnings);
            }
            Parsed::Public(file) => {
                let document = Document::public_only(file);
                self.show_opened(document, path, warnings);
            }
        }
    }

    fn show_opened(
        &mut self,
        mut document: Document,
        path: Option<PathBuf>,
        warnings: Vec<describe::Warning>,
    ) {
        self.status = match &path {
            Some(path) => Status {
                text: format!("Opened {}.", path.display()),
                file: Some(path.clone()),
            },
            None => Status::say("Opened the key from the clipboard. It is in no file yet."),
        };
        if path.is_none() {
            document.mark_unsaved();
        }
        document.path = path;
        document.warnings = warnings;
        self.dialog = None;
        self.show(document);
    }

    pub(in crate::app) fn unlock(&mut self, consent: Consent) {
        let Some(Dialog::Unlock(unlock)) = &mut self.dialog else {
            return;
        };
        if unlock.job.is_some() {
            return;
        }
        unlock.problem = None;
        unlock.asks_consent = None;
        let locked = Arc::clone(&unlock.locked);
        let passphrase = unlock.typed.to_passphrase();
        unlock.job = Some(Job::start("unlock", &self.wake.0, move |_| {
            (locked.unlock(&passphrase, consent), passphrase)
        }));
    }

    pub(in crate::app) fn poll_unlock(&mut self) {
        let Some(Dialog::Unlock(unlock)) = &mut self.dialog else {
            return;
        };
        let Some(job) = &mut unlock.job else { return };
        let result: Option<UnlockResult> = match job.poll() {
            Poll::Running => return,
            Poll::Done(result) => Some(result),
            Poll::Lost => None,
        };
        unlock.job = None;
        match result {
            Some((Ok(file), passphrase)) => {
                let (path, warnings) = (unlock.path.take(), std::mem::take(&mut unlock.warnings));
                let document = Document::opened(file, &passphrase);
                self.show_opened(document, path, warnings);
            }
            Some((Err(DecodeError::CostsMuch(cost)), _)) => unlock.asks_consent = Some(cost),
            Some((Err(error), _)) => {
                if error == DecodeError::WrongPassphrase {
                    unlock.typed.clear();
                }
                unlock.problem = Some(error.into());
            }
            None => unlock.problem = Some(lost()),
        }
    }
}

fn title_for(path: Option<&Path>) -> String {
    match path.and_then(Path::file_name) {
        Some(name) => format!("Could not open {}", name.to_string_lossy()),
        None => "This text is no key".to_owned(),
    }
}

pub(in crate::app::flow) fn clipboard_problem(error: &crate::app::desktop::ClipboardError) -> Problem {
    Problem::new(
        "io-error",
        crate::app::Blame::World,
        error.to_string(),
        "Try again; if it stays so, select the text in the window and copy it with the keyboard.",
    )
}
