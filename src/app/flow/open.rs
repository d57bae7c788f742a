//! Open → (passphrase) → a key on the page.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::desktop::{Desktop, PickRequest, Picked};
use crate::app::dialog::{Dialog, Purpose, TypePath, Unlock, UnlockResult, Unlocked, Unsaved, WhyTyped};
use crate::app::doctor::Subject;
use crate::app::stage::Document;
use crate::app::task::{Opened, Refused, Task};
use crate::app::{App, Command, Page, Status};
use crate::engine::describe::{Description, OF_A_FILE, Warning};
use crate::engine::job::{Job, Poll};
use crate::engine::keys::{KeyId, Whose, added};
use crate::engine::{Blame, Problem, describe, lost, opening};
use crate::format::reading::{self, Reading};
use crate::format::{Consent, DecodeError, Format, Parsed, PrivateFile};
use crate::key::fingerprint::FingerprintKind;
use crate::secret::TypedPassphrase;
use crate::sys::files::{Seen, read_key};
use crate::sys::home;
use crate::sys::permissions::audit_private;

impl App {
    pub(in crate::app) fn open(&mut self, desktop: &dyn Desktop) {
        // What was answered here is not asked again once a file is chosen.
        let unsaved = if self.is_discarding {
            Unsaved::MayGo
        } else {
            Unsaved::Ask
        };
        if self.task.is_some() || !self.may_lose_key(&Command::Open) {
            return;
        }
        let request = PickRequest {
            title: "Load private key",
            folder: self.folder_to_open(),
            file_name: String::new(),
        };
        self.pick(Purpose::Open(unsaved), desktop.pick_to_open(request));
    }

    pub(in crate::app) fn open_path(&mut self, path: PathBuf, unsaved: Unsaved) {
        // File dialogs take a relative path for one below a folder of their own.
        let path = std::path::absolute(&path).unwrap_or(path);
        if unsaved == Unsaved::MayGo || self.may_lose_key(&Command::OpenPath(path.clone())) {
            self.open_for(Page::Key, path);
        }
    }

    /// Opens a file, and then shows this page with the key.
    pub(in crate::app) fn open_for(&mut self, page: Page, path: PathBuf) {
        if !self.is_saving() {
            self.dialog = None;
            let their_path = path.clone();
            let whose = self.my_keys.whose().clone();
            self.start_opening(Some(path), page, move || {
                let opened = read(&their_path)?;
                if !matches!(opened.parsed, Parsed::Public(_)) {
                    see(&whose, &their_path);
                }
                Ok(opened)
            });
        }
    }

    pub(in crate::app) fn paste(&mut self, desktop: &dyn Desktop) {
        if self.is_saving() || !self.may_lose_key(&Command::Paste) {
            return;
        }
        match desktop.paste() {
            Ok(text) => self.start_opening(None, Page::Key, move || {
                let reading = reading::read(text.expose())?;
                Ok(Opened {
                    warnings: warnings_of(&reading, describe::mended_text_warning),
                    parsed: reading.parsed,
                    seen: None,
                })
            }),
            Err(error) => self.fail("Nothing was pasted", clipboard_problem(&error)),
        }
    }

    fn start_opening(
        &mut self,
        path: Option<PathBuf>,
        page: Page,
        work: impl FnOnce() -> Result<Opened, Refused> + Send + 'static,
    ) {
        let job = Job::start("open", &self.wake.0, move |_| work());
        self.task = Some(Task::Opening { path, page, job });
    }

    /// Waits for a file dialog on a thread of its own; the window goes on drawing.
    pub(in crate::app) fn pick(&mut self, purpose: Purpose, picking: crate::app::desktop::Picking) {
        let job = self.start_picking(picking);
        self.task = Some(Task::Picking { purpose, job });
    }

    pub(in crate::app) fn type_path_instead(&mut self) {
        if let Some(Task::Picking { purpose, .. }) = &self.task {
            let purpose = *purpose;
            self.task = None;
            self.type_path(purpose, WhyTyped::Wanted);
        }
    }

    fn type_path(&mut self, purpose: Purpose, why: WhyTyped) {
        let start = match purpose {
            // There is a field for it on the page already.
            Purpose::ChooseSavingPlace(_) => {
                if why == WhyTyped::NoDialog {
                    let what = "There is no file dialog on this system. Type the path into the field “Private key file”.";
                    self.status = Status::say(what);
                }
                return;
            }
            Purpose::Open(_) | Purpose::Examine | Purpose::AddCertificate => {
                self.folder_to_open().unwrap_or_default().join("")
            }
            Purpose::SavePrivate(_) | Purpose::SavePublic(_) | Purpose::SaveCertificate => {
                let folder = self.folder_to_save().unwrap_or_default();
                folder.join(self.suggested_name(purpose))
            }
        };
        self.dialog = Some(Dialog::TypePath(TypePath {
            purpose,
            text: start.display().to_string(),
            why,
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
            Purpose::Open(unsaved) => {
                self.kept.now.open_folder = self.unusual_folder_of(&path);
                self.open_path(path, unsaved);
            }
            Purpose::Examine => {
                let absolute = std::path::absolute(&path).unwrap_or(path);
                self.examine(Subject::File(absolute), Vec::new());
            }
            Purpose::AddCertificate => self.read_certificate(path),
            Purpose::ChooseSavingPlace(_) => self.saving_place_chosen(path),
            Purpose::SavePrivate(_) | Purpose::SavePublic(_) | Purpose::SaveCertificate => {
                self.save_to(purpose, &path);
            }
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
                        self.type_path(purpose, WhyTyped::NoDialog);
                    }
                }
            }
            Some(Task::Opening { path, page, job }) => {
                let result = match job.poll() {
                    Poll::Running => return,
                    Poll::Done(result) => result,
                    Poll::Lost => Err(Refused::Other(lost())),
                };
                let (path, page) = (path.take(), *page);
                self.task = None;
                self.opened(path, page, result);
            }
            Some(Task::ReadingCertificate { path, job }) => {
                let result = match job.poll() {
                    Poll::Running => return,
                    Poll::Done(result) => result,
                    Poll::Lost => Err(lost()),
                };
                let path = std::mem::take(path);
                self.task = None;
                self.certificate_read(&path, result);
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

    fn opened(&mut self, path: Option<PathBuf>, page: Page, result: Result<Opened, Refused>) {
        let Opened {
            parsed,
            warnings,
            seen,
        } = match result {
            Ok(opened) => opened,
            Err(Refused::Other(problem)) => {
                self.dialog = Some(Dialog::Problem {
                    title: title_for(path.as_deref()),
                    // Where there is no file, or it cannot be read, nothing is to be seen in it.
                    file: path.filter(|_| problem.blame != Blame::World),
                    problem,
                });
                return;
            }
            Err(Refused::Ssh1(key)) => {
                let name = name_of(path.as_deref());
                self.dialog = Some(Dialog::Ssh1 { name, key });
                return;
            }
        };
        match parsed {
            Parsed::Locked(locked) => {
                self.dialog = Some(Dialog::Unlock(Box::new(Unlock {
                    locked: Arc::new(locked),
                    path,
                    page,
                    warnings,
                    seen,
                    typed: TypedPassphrase::new(),
                    problem: None,
                    asks_consent: None,
                    job: None,
                })));
            }
            Parsed::Private(file) => {
                let document = Document::opened(file, None);
                self.show_opened(document, (path, seen), page, warnings);
            }
            Parsed::Public(file) => {
                let document = Document::public_only(file);
                self.show_opened(document, (path, seen), page, warnings);
            }
        }
    }

    fn show_opened(
        &mut self,
        mut document: Document,
        (path, seen): (Option<PathBuf>, Option<Seen>),
        page: Page,
        warnings: Vec<Warning>,
    ) {
        let what = match (document.format, document.certificate()) {
            (Some(Format::Pkcs12), _) => " (PKCS#12 store; its private key alone is taken)".to_owned(),
            (Some(format), Some(_)) => format!(" ({}, with a certificate)", format.title()),
            (Some(format), None) => format!(" ({})", format.title()),
            (None, _) => String::new(),
        };
        self.status = match &path {
            Some(path) => Status {
                text: format!("Opened {}{what}.", path.display()),
                file: Some(path.clone()),
            },
            None => Status::say(format!(
                "Opened the key from the clipboard{what}. It is in no file yet."
            )),
        };
        if path.is_none() {
            document.mark_unsaved();
        }
        document.known = path.clone().zip(seen).into_iter().collect();
        if path.is_some() {
            let fingerprint = document.fingerprint(FingerprintKind::Sha256);
            self.my_keys.choose_next(KeyId::Fingerprint(fingerprint));
        }
        document.warnings = warnings;
        if path.is_none() {
            let is_of_file = |warning: &Warning| OF_A_FILE.contains(&warning.code);
            document.warnings.retain(|warning| !is_of_file(warning));
        }
        document.path = path;
        self.dialog = None;
        self.show(document);
        if page == Page::Servers {
            self.choose_server();
        }
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
        let path = unlock.path.clone();
        let passphrase = unlock.typed.to_passphrase();
        unlock.job = Some(Job::start("unlock", &self.wake.0, move |_| {
            let unlocked = locked.unlock(&passphrase, consent);
            unlocked.map(|file| described(file, path.as_deref()))
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
            Some(Ok(Unlocked { file, mut warnings })) => {
                let (path, seen, page) = (unlock.path.take(), unlock.seen, unlock.page);
                for warning in std::mem::take(&mut unlock.warnings) {
                    if !warnings.contains(&warning) {
                        warnings.push(warning);
                    }
                }
                let document = Document::opened(file, Some(Arc::clone(&unlock.locked)));
                self.show_opened(document, (path, seen), page, warnings);
            }
            Some(Err(DecodeError::CostsMuch(cost))) => unlock.asks_consent = Some(cost),
            Some(Err(error)) => {
                if error == DecodeError::WrongPassphrase {
                    unlock.typed.clear();
                }
                unlock.problem = Some(error.into());
            }
            None => unlock.problem = Some(lost()),
        }
    }
}

/// Has a key file that was opened or saved among the keys from now on; on a job's thread. What was asked for is done
/// either way.
pub(in crate::app::flow) fn see(whose: &Whose, path: &Path) {
    if let Err(problem) = added::see(whose, path) {
        log::info!("{} is not noted: {}", path.display(), problem.what);
    }
}

/// Reads the file and looks around it; on a job's thread.
fn read(path: &Path) -> Result<Opened, Refused> {
    let bytes = read_key(path)?;
    let mut reading = reading::read(bytes.expose())?;
    if let Parsed::Private(file) = &mut reading.parsed {
        opening::take_up_certificate(file, path);
    }
    let mut warnings = warnings_of(&reading, describe::mended_warning);
    let parsed = reading.parsed;
    if !matches!(parsed, Parsed::Public(_)) {
        let access = audit_private(path).ok();
        warnings.extend(access.and_then(|access| describe::access_warning(path, &access)));
    }
    Ok(Opened {
        parsed,
        warnings,
        seen: Some(Seen::of(bytes.expose())),
    })
}

/// What befell the file or text, in these words, and then what its owner ought to know of the key.
fn warnings_of(reading: &Reading, befell: fn(&Reading) -> Option<Warning>) -> Vec<Warning> {
    let of_key = Description::of(&reading.parsed, None).warnings_of_key();
    befell(reading).into_iter().chain(of_key).collect()
}

/// What can be said of a file now that it is open; its public half may not have been known before.
fn described(mut file: PrivateFile, path: Option<&Path>) -> Unlocked {
    if let Some(path) = path {
        opening::take_up_certificate(&mut file, path);
    }
    let warnings = Description::of_private(&file, None).warnings_of_key();
    Unlocked { file, warnings }
}

fn name_of(path: Option<&Path>) -> String {
    match path.and_then(Path::file_name) {
        Some(name) => name.to_string_lossy().into_owned(),
        None => "the key from the clipboard".to_owned(),
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
        crate::engine::Blame::World,
        error.to_string(),
        "Try again; if it stays so, select the text in the window and copy it with the keyboard.",
    )
}
