//! Check → choose a path → write, all files or none.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::desktop::Desktop;
use crate::app::dialog::{Dialog, Purpose, SamePassphrase, Writing};
use crate::app::flow::open::see;
use crate::app::stage::{Agreement, Document, Field, Stage};
use crate::app::task::{Task, Written};
use crate::app::{App, Status};
use crate::engine::describe::ENDED_BY_CLEAN_COPY;
use crate::engine::job::{Job, Poll};
use crate::engine::keys::KeyId;
use crate::engine::keys::Whose;
use crate::engine::keys::mending::keeping_more;
use crate::engine::keys::removal::Removal;
use crate::engine::saving::{Choice, Doubt, OutgoingPublic, Plan, PublicForm, certificate_beside};
use crate::engine::{Blame, Problem, lost, told_by_disk};
use crate::format::{Certificate, Consent, DecodeError, Outgoing, passphrase_as};
use crate::key::fingerprint::FingerprintKind;
use crate::secret::{Passphrase, TypedPassphrase};

impl App {
    /// Saves in the format and at the place that stand beside the button.
    pub(in crate::app) fn save_private(&mut self, desktop: &dyn Desktop) {
        if let Some(document) = self.document() {
            self.doubt_or_save(document.draft.choice, false, desktop);
        }
    }

    /// Saves in this format, and asks where.
    pub(in crate::app) fn export_private(&mut self, choice: Choice, desktop: &dyn Desktop) {
        self.doubt_or_save(choice, true, desktop);
    }

    fn doubt_or_save(&mut self, choice: Choice, asks_where: bool, desktop: &dyn Desktop) {
        let Some(document) = self.document() else { return };
        let is_possible = choice.obstacle(document.public().algorithm()).is_none();
        if self.task.is_some() || document.key().is_none() || !is_possible {
            return;
        }
        if let Err(problem) = document.draft.checked_comment() {
            return self.send_back(Field::Comment, "The comment cannot be saved", problem);
        }
        if document.draft.agreement() == Agreement::Differ {
            let problem = passphrases_differ(document.locked.is_some());
            return self.send_back(Field::Confirmation, "The private key was not saved", problem);
        }
        let doubts = document.doubts(choice);
        if doubts.is_empty() {
            self.save_where(choice, asks_where, desktop);
        } else {
            self.dialog = Some(Dialog::Doubts {
                choice,
                doubts,
                asks_where,
            });
        }
    }

    /// Tells what is wrong with a field of the page, which has the focus then.
    fn send_back(&mut self, field: Field, title: &str, problem: Problem) {
        self.fail(title, problem);
        if let Some(document) = self.document_mut() {
            document.wanted = Some(field);
        }
    }

    pub(in crate::app) fn set_passphrase(&mut self) {
        self.dialog = None;
        if let Some(document) = self.document_mut() {
            document.wanted = Some(Field::Passphrase);
        }
    }

    pub(in crate::app) fn save_all_the_same(&mut self, desktop: &dyn Desktop) {
        if let Some(Dialog::Doubts {
            choice, asks_where, ..
        }) = self.dialog
        {
            self.dialog = None;
            self.save_where(choice, asks_where, desktop);
        }
    }

    fn save_where(&mut self, choice: Choice, asks_where: bool, desktop: &dyn Desktop) {
        let Some(document) = self.document().filter(|_| self.task.is_none()) else {
            return;
        };
        let purpose = Purpose::SavePrivate(choice);
        if let Some(place) = document.place.as_ref().filter(|_| !asks_where) {
            let path = place.path(choice).to_owned();
            self.save_to(purpose, &path);
        } else {
            let request = self.save_request("Save private key as", purpose);
            self.pick(purpose, desktop.pick_to_save(request));
        }
    }

    /// Beside the private key, where ssh looks for it: beside its file, or beside the one that it would be saved in.
    pub(in crate::app) fn save_public_beside(&mut self, desktop: &dyn Desktop) {
        let beside = self.document().filter(|document| document.key().is_some());
        let beside = beside.and_then(|document| {
            let place = document.place.as_ref();
            let proposed = place.map(|place| place.path(document.draft.choice).to_owned());
            let private = document.path.clone().or(proposed)?;
            let pair = Plan::private(Choice::OpenSsh, &private, self.strength);
            pair.public_paths().first().map(|path| (*path).to_owned())
        });
        match beside {
            Some(path) if self.may_save_public(PublicForm::Line) => {
                self.save_to(Purpose::SavePublic(PublicForm::Line), &path);
            }
            Some(_) => {}
            None => self.save_public(PublicForm::Line, desktop),
        }
    }

    pub(in crate::app) fn save_public(&mut self, form: PublicForm, desktop: &dyn Desktop) {
        if self.may_save_public(form) {
            let purpose = Purpose::SavePublic(form);
            let request = self.save_request("Save public key as", purpose);
            self.pick(purpose, desktop.pick_to_save(request));
        }
    }

    /// Whether the public key can be saved; if only its comment is in the way, that is said.
    fn may_save_public(&mut self, form: PublicForm) -> bool {
        let Some(document) = self.document() else {
            return false;
        };
        let is_possible = form.obstacle(document.public().algorithm()).is_none();
        if self.task.is_some() || !is_possible {
            return false;
        }
        let checked = document.draft.checked_comment().map(drop);
        if let Err(problem) = checked {
            self.send_back(Field::Comment, "The comment cannot be saved", problem);
            return false;
        }
        true
    }

    pub(in crate::app) fn suggested_name(&self, purpose: Purpose) -> String {
        let Some(document) = self.document() else {
            return String::new();
        };
        let stem = document.suggested_stem();
        let extension = match purpose {
            Purpose::Open(_) | Purpose::Examine | Purpose::AddCertificate => return String::new(),
            Purpose::SaveCertificate => return format!("{stem}-cert.pub"),
            Purpose::SavePrivate(choice) | Purpose::ChooseSavingPlace(choice) => {
                let proposed = document.place.as_ref().map(|place| place.proposed(choice));
                let name = proposed.and_then(Path::file_name).and_then(OsStr::to_str);
                return name.map_or_else(|| choice.file_name(&stem), str::to_owned);
            }
            Purpose::SavePublic(form) => match form {
                PublicForm::Line | PublicForm::Rfc4716 => "pub",
                PublicForm::Spki | PublicForm::Pkcs1 => "pub.pem",
                PublicForm::Jwk => "pub.jwk",
            },
        };
        format!("{stem}.{extension}")
    }

    /// The files that `purpose` makes at `path`.
    fn plan(&self, purpose: Purpose, path: &Path) -> Option<Plan> {
        let has_certificate = self.document()?.certificate().is_some();
        Some(match purpose {
            Purpose::Open(_) | Purpose::Examine | Purpose::AddCertificate | Purpose::ChooseSavingPlace(_) => {
                return None;
            }
            Purpose::SaveCertificate => Plan::certificate(path),
            Purpose::SavePublic(form) => Plan::public(path, form),
            Purpose::SavePrivate(choice) => {
                let plan = Plan::private(choice, path, self.strength);
                match plan.paths().first().map(|path| certificate_beside(path)) {
                    Some(beside) if has_certificate && choice.has_openssh() => {
                        plan.and(Plan::certificate(&beside))
                    }
                    _ => plan,
                }
            }
        })
    }

    /// The path is there. Files that exist are asked about, all at once; what a system's own dialog
    /// has asked it asked about one name only.
    pub(in crate::app) fn save_to(&mut self, purpose: Purpose, path: &Path) {
        let Some(plan) = self.plan(purpose, path) else {
            return;
        };
        if let Some(folder) = path.parent() {
            self.make_ssh_folder(folder);
        }
        if plan.taken().is_empty() {
            self.write_or_ask(Writing::new(plan, purpose));
        } else if self.is_there_already(&plan, purpose) {
            // And that is said.
        } else if let Some(plan) = self.losing_nothing(&plan) {
            self.write_or_ask(Writing::new(plan, purpose));
        } else {
            self.ask_to_overwrite(plan, purpose);
        }
    }

    /// Writes the files; for a private key that keeps its passphrase once that is known.
    pub(in crate::app::flow) fn write_or_ask(&mut self, writing: Writing) {
        let Some(document) = self.document() else { return };
        let is_encrypted = matches!(writing.purpose, Purpose::SavePrivate(choice) if choice.is_encrypted());
        match &document.locked {
            Some(locked) if is_encrypted && document.keeps_passphrase() => {
                self.dialog = Some(Dialog::SamePassphrase(Box::new(SamePassphrase {
                    locked: Arc::clone(locked),
                    writing,
                    typed: TypedPassphrase::new(),
                    problem: None,
                    job: None,
                })));
            }
            _ => {
                let passphrase = document.draft.passphrase.to_passphrase();
                self.write(writing, passphrase);
            }
        }
    }

    pub(in crate::app) fn save_with_same_passphrase(&mut self) {
        let Some(Dialog::SamePassphrase(dialog)) = &mut self.dialog else {
            return;
        };
        if dialog.job.is_some() {
            return;
        }
        dialog.problem = None;
        let locked = Arc::clone(&dialog.locked);
        let is_for_putty = matches!(
            dialog.writing.purpose,
            Purpose::SavePrivate(Choice::Ppk | Choice::Ppk2)
        );
        let passphrase = dialog.typed.to_passphrase();
        dialog.job = Some(Job::start("passphrase", &self.wake.0, move |_| {
            // What it costs was agreed to when the file was opened.
            let opened = locked.unlock(&passphrase, Consent::Given);
            // A PuTTY file goes on taking it as PuTTY on Windows types it; others take it as it is typed here.
            let encoding = opened.as_ref().ok().and_then(|file| file.passphrase_encoding);
            let kept = encoding.filter(|_| is_for_putty);
            let kept = kept.and_then(|encoding| passphrase_as(&passphrase, encoding));
            (opened.map(drop), kept.unwrap_or(passphrase))
        }));
    }

    pub(in crate::app) fn save_without_passphrase(&mut self) {
        match self.dialog.take() {
            Some(Dialog::SamePassphrase(dialog)) if dialog.job.is_none() => {
                self.write(dialog.writing, Passphrase::default());
            }
            other => self.dialog = other,
        }
    }

    pub(in crate::app) fn poll_same_passphrase(&mut self) {
        let Some(Dialog::SamePassphrase(dialog)) = &mut self.dialog else {
            return;
        };
        let Some(job) = &mut dialog.job else { return };
        let problem = match job.poll() {
            Poll::Running => return,
            Poll::Done((Ok(()), passphrase)) => {
                let writing = dialog.writing.clone();
                self.dialog = None;
                return self.write(writing, passphrase);
            }
            Poll::Done((Err(error), _)) => {
                let is_wrong = matches!(error, DecodeError::WrongPassphrase);
                let mut problem = Problem::from(error);
                if is_wrong {
                    // The key is open already: nothing is wrong with its file, and nothing is lost.
                    problem.hint = "Type the one that the key was opened with; or cancel, and choose a new one on the page.".into();
                }
                problem
            }
            Poll::Lost => lost(),
        };
        dialog.job = None;
        dialog.typed.clear();
        dialog.problem = Some(problem);
    }

    fn write(&mut self, writing: Writing, passphrase: Passphrase) {
        let Writing {
            plan,
            purpose,
            trashed,
        } = writing;
        let Stage::Ready(document) = &mut self.stage else {
            return;
        };
        let comment = match document.draft.checked_comment() {
            Ok(comment) => comment,
            Err(problem) => return self.send_back(Field::Comment, "The comment cannot be saved", problem),
        };
        let work_plan = plan.clone();
        if document.is_saved_by(purpose) {
            document.being_saved = Some(document.snapshot());
        }
        let certificate = document.certificate().cloned();
        let whose = self.my_keys.whose().clone();
        let job = if let (Purpose::SavePrivate(choice), Some(key)) = (purpose, document.key().map(Arc::clone))
        {
            Job::start("save", &self.wake.0, move |_| {
                let outgoing = Outgoing {
                    key: &key,
                    comment: &comment,
                    certificate: certificate.as_ref(),
                };
                let used = choice.is_encrypted().then_some(&passphrase);
                let mut locked = None;
                let mut kept = Vec::new();
                let stored = told_by_disk(|| {
                    let encoded = work_plan.encode(outgoing, used)?;
                    locked = encoded.locked().map(Arc::new);
                    trashing(&trashed, || {
                        let (stored, copies) = keeping_more(&work_plan.paths(), || encoded.write());
                        kept = copies;
                        stored
                    })
                })?;
                if let Some(path) = work_plan.paths().first() {
                    see(&whose, path);
                }
                Ok(Written {
                    stored,
                    kept,
                    locked,
                    passphrase,
                })
            })
        } else {
            let certificate = document.certificate_in_public_file(purpose).cloned();
            let key = document.public().clone();
            Job::start("save", &self.wake.0, move |_| {
                let outgoing = OutgoingPublic {
                    key: &key,
                    certificate: certificate.as_ref(),
                    comment: &comment,
                };
                let mut kept = Vec::new();
                let stored = told_by_disk(|| {
                    let encoded = work_plan.encode_public(outgoing)?;
                    let (stored, copies) = keeping_more(&work_plan.paths(), || encoded.write());
                    kept = copies;
                    stored
                })?;
                Ok(Written {
                    stored,
                    kept,
                    ..Written::default()
                })
            })
        };
        self.task = Some(Task::Saving { plan, purpose, job });
    }

    pub(in crate::app) fn saved(&mut self, plan: &Plan, purpose: Purpose, result: Result<Written, Problem>) {
        let paths: Vec<PathBuf> = plan.paths().into_iter().map(Path::to_owned).collect();
        let quits = std::mem::take(&mut self.quits_when_saved);
        if let (Purpose::SavePrivate(_), Ok(_), Some(path)) = (purpose, &result, paths.first()) {
            self.kept.now.save_folder = self.unusual_folder_of(path);
        }
        let folder = paths.first().and_then(|path| path.parent());
        let whose = self.my_keys.whose().clone();
        let folder = folder.map(|folder| whose.short(folder));
        match (result, self.document_mut()) {
            (Ok(written), Some(document)) => {
                document.take_note(written.stored.seen.clone());
                let warnings = written.stored.warnings.clone();
                let kept = kept_sentence(&whose, &written.kept);
                let left_out = document.left_out_by(purpose);
                let left_behind = paths
                    .first()
                    .and_then(|path| document.left_behind_by(purpose, path));
                let is_saved = document.is_saved_by(purpose);
                if is_saved {
                    document.finish_saving(paths.first().cloned(), purpose, written);
                }
                let fingerprint = document.fingerprint(FingerprintKind::Sha256);
                let besides: Vec<String> = warnings
                    .iter()
                    .map(|warning| format!(" {} {}", warning.sentence(), warning.hint))
                    .collect();
                self.status = Status {
                    text: saved_sentence(&paths, folder)
                        + &kept
                        + left_out
                        + &left_behind.unwrap_or_default()
                        + &besides.concat(),
                    file: paths.first().cloned(),
                };
                if is_saved && matches!(purpose, Purpose::SavePrivate(_)) {
                    self.propose_saving_place();
                    self.my_keys.choose_next(KeyId::Fingerprint(fingerprint));
                }
                // What was being looked at was there before.
                self.my_keys.looking = None;
                // Whatever was written may have been what a key was lacking.
                self.read_keys_anew();
                if quits {
                    self.quit();
                }
            }
            (Ok(_), None) => {}
            (Err(problem), _) => {
                let title = match purpose {
                    Purpose::SavePrivate(_) => "The private key was not saved",
                    Purpose::SaveCertificate => "The certificate was not saved",
                    Purpose::Open(_)
                    | Purpose::Examine
                    | Purpose::AddCertificate
                    | Purpose::ChooseSavingPlace(_)
                    | Purpose::SavePublic(_) => "The public key was not saved",
                };
                self.fail(title, problem);
            }
        }
    }
}

impl Document {
    /// The certificate that a public file holds in the key's place: beside a private key it has a file of its own.
    pub(in crate::app::flow) fn certificate_in_public_file(&self, purpose: Purpose) -> Option<&Certificate> {
        let is_written = self.key().is_none() || purpose == Purpose::SaveCertificate;
        self.certificate().filter(|_| is_written)
    }

    /// Whether nothing is left that only this window holds, once this is written.
    pub(in crate::app::flow) fn is_saved_by(&self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::SavePrivate(choice) => !self.doubts(choice).into_iter().any(Doubt::is_loss),
            Purpose::SavePublic(form) => {
                let holds_comment = form.format().holds_comment() || self.draft.comment.is_empty();
                let holds_certificate = form.format().holds_certificate() || self.certificate().is_none();
                self.key().is_none() && holds_comment && holds_certificate
            }
            Purpose::Open(_)
            | Purpose::Examine
            | Purpose::AddCertificate
            | Purpose::ChooseSavingPlace(_)
            | Purpose::SaveCertificate => false,
        }
    }

    /// What is not in a private file that is written, to be said once more when it is.
    fn left_out_by(&self, purpose: Purpose) -> &'static str {
        let Purpose::SavePrivate(choice) = purpose else {
            return "";
        };
        let lost = self.doubts(choice);
        let loses = |doubt| lost.contains(&doubt);
        match (loses(Doubt::LosesComment), loses(Doubt::LosesCertificate)) {
            (true, true) => " The comment and the certificate are not in it.",
            (true, false) => " The comment is not in it.",
            (false, true) => " The certificate is not in it.",
            (false, false) => "",
        }
    }

    /// A certificate that was taken from the key, and that ssh still finds beside its file.
    fn left_behind_by(&self, purpose: Purpose, path: &Path) -> Option<String> {
        let has_openssh = matches!(purpose, Purpose::SavePrivate(choice) if choice.has_openssh());
        let beside = certificate_beside(path);
        let name = beside.file_name()?.to_string_lossy();
        (has_openssh && self.certificate().is_none() && beside.exists())
            .then(|| format!(" {name} is still there, and ssh goes on using it."))
    }

    pub(in crate::app::flow) fn finish_saving(
        &mut self,
        path: Option<PathBuf>,
        purpose: Purpose,
        written: Written,
    ) {
        if let Some(saved) = self.being_saved.take() {
            self.saved = Some(saved);
            if let Purpose::SavePrivate(_) = purpose {
                self.forget_passphrase(&written.passphrase);
                self.locked = written.locked;
                self.saves += 1;
            }
            self.path = path;
            self.set_missing(None);
            self.format = match purpose {
                Purpose::SavePrivate(choice) => Some(choice.format()),
                Purpose::SavePublic(form) => Some(form.format()),
                Purpose::Open(_)
                | Purpose::Examine
                | Purpose::AddCertificate
                | Purpose::ChooseSavingPlace(_)
                | Purpose::SaveCertificate => self.format,
            };
            let of_file = ["permissions", "comment-sanitised", "weak-kdf"];
            self.warnings.retain(|warning| {
                !of_file.contains(&warning.code) && !ENDED_BY_CLEAN_COPY.contains(&warning.code)
            });
            // As its disk would have it.
            let of_disk = written.stored.warnings.into_iter();
            self.warnings
                .extend(of_disk.filter(|warning| warning.code == "permissions"));
        }
    }
}

/// Does the work with these files out of the way; if nothing comes of it, they are where they were.
fn trashing<T>(files: &[PathBuf], work: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
    if files.is_empty() {
        return work();
    }
    let mut removed = Removal::of_paths(files).make()?;
    work().map_err(|problem| match removed.put_back() {
        Ok(()) => problem,
        Err(not_back) => not_back,
    })
}

fn saved_sentence(paths: &[PathBuf], folder: Option<String>) -> String {
    let names: Vec<String> = paths
        .iter()
        .filter_map(|path| path.file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    let names = match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    };
    match folder {
        Some(folder) if !folder.is_empty() => format!("Saved {names} in {folder}."),
        _ => format!("Saved {names}."),
    }
}

/// Where what stood in the files is now, if they held more than a key.
fn kept_sentence(whose: &Whose, kept: &[PathBuf]) -> String {
    if kept.is_empty() {
        return String::new();
    }
    let kept: Vec<String> = kept.iter().map(|path| whose.short(path)).collect();
    format!(" What was there is kept as {}.", kept.join(" and "))
}

fn passphrases_differ(has_one: bool) -> Problem {
    Problem::new(
        "usage",
        Blame::Usage,
        "the two passphrases given do not match",
        if has_one {
            "Type the same passphrase in both fields, or clear both to keep the one that the key has."
        } else {
            "Type the same passphrase in both fields, or clear both to save without one."
        },
    )
}
