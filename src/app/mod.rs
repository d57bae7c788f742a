//! What the program is doing, without saying how it looks: window and console share every line.
//!
//! A window reads [`App`], lets people edit the drafts in it, and hands [`Command`]s to
//! [`App::apply`]. Slow work runs as a [`Job`]; [`App::poll`] takes up what it brought.

pub mod command;
pub mod desktop;
pub mod dialog;
pub mod doctor;
pub mod errand;
mod flow;
pub mod help;
pub mod look;
pub mod my_keys;
mod next_key;
mod page;
mod saving_place;
pub mod settings;
pub mod stage;
mod task;

use std::path::PathBuf;
use std::time::Duration;

pub use command::Command;
pub use next_key::{Kind, NextKey};
pub use page::Page;
pub use saving_place::SavingPlace;

use crate::engine::conditions::Conditions;
use crate::engine::job::{Job, Poll, Wake};
use crate::engine::keys::{Store, Whose, has_any};
use crate::engine::saving::{Choice, Strength};
use crate::engine::speed::Speed;
use crate::engine::{Problem, lost, making};
use crate::format::authorized_keys::NewLine;
use crate::key::comment::escaped;
use crate::key::entropy::EntropyPool;
use crate::key::fingerprint::FingerprintKind;
use crate::key::spec::KeySpec;
use desktop::Desktop;
use dialog::{Agents, Dialog, KnownHosts, Parameters, Unsaved};
use doctor::Doctor;
use errand::Servers;
use help::Help;
use look::{TextSize, ThemeChoice};
use my_keys::{KeysCommand, MyKeys};
use settings::{Kept, Settings};
use stage::{Document, Generating, Stage, Stirring, Subject};
use task::Task;

/// What just happened, in one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// A sentence; empty when nothing has happened yet.
    pub text: String,
    /// The file that can be shown.
    pub file: Option<PathBuf>,
}

impl Status {
    fn say(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            file: None,
        }
    }
}

/// The whole program but for its looks.
#[derive(Debug)]
pub struct App {
    /// The page that is shown.
    pub page: Page,
    /// What the key page shows.
    pub stage: Stage,
    /// What the page “Keys” shows.
    pub my_keys: MyKeys,
    /// What the page about servers shows.
    pub servers: Servers,
    /// What the page about known hosts shows; nothing before it was shown.
    pub hosts: Option<Box<KnownHosts>>,
    /// What the page about agents shows; nothing before it was shown.
    pub agents: Option<Box<Agents>>,
    /// What the page that says why a login does not work shows.
    pub doctor: Doctor,
    /// What the page with answers shows.
    pub help: Help,
    /// The dialog that is open.
    pub dialog: Option<Dialog>,
    /// What just happened.
    pub status: Status,
    /// With which function the fingerprint is made.
    pub fingerprint: FingerprintKind,
    /// Of what the fingerprint is, where there is a certificate.
    pub fingerprint_of: Subject,
    /// How private files are protected.
    pub strength: Strength,
    /// The format that a new key is saved in unless another one is chosen.
    pub preferred: Choice,
    /// Light or dark.
    pub theme: ThemeChoice,
    /// How large text is.
    pub text_size: TextSize,
    /// The key to make next, as the page has it.
    pub next_key: NextKey,
    /// What is remembered of all this, where, and what is wrong with that.
    pub kept: Kept,
    task: Option<Task>,
    logging_in: Option<Job<Result<bool, Problem>>>,
    speed: Measured,
    wake: WakeUp,
    must_quit: bool,
    quits_when_saved: bool,
    is_discarding: bool,
}

/// [`Speed`], which is measured beside everything else when the first key is there.
#[derive(Debug)]
enum Measured {
    NotYet,
    Measuring(Job<Speed>),
    Known(Speed),
}

struct WakeUp(Wake);

impl std::fmt::Debug for WakeUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wake")
    }
}

impl App {
    /// A program without a key. `wake` is called from other threads when there is something to poll; `home` is the home
    /// folder, where that is known.
    #[must_use]
    pub fn new(wake: Wake, kept: Kept, home: Option<PathBuf>) -> Self {
        let settings = kept.settings().clone();
        let whose = Whose {
            home,
            store: Store::beside(kept.place()),
        };
        Self {
            page: Page::default(),
            stage: Stage::Empty,
            my_keys: MyKeys::new(whose),
            servers: Servers::default(),
            hosts: None,
            agents: None,
            doctor: Doctor::default(),
            help: Help::default(),
            dialog: None,
            status: Status::default(),
            fingerprint: FingerprintKind::default(),
            fingerprint_of: Subject::default(),
            strength: settings.strength,
            preferred: settings.preferred,
            theme: settings.theme,
            text_size: settings.text_size,
            next_key: settings.next_key,
            kept,
            task: None,
            logging_in: None,
            speed: Measured::NotYet,
            wake: WakeUp(wake),
            must_quit: false,
            quits_when_saved: false,
            is_discarding: false,
        }
    }

    /// Shows the keys where there are some, and finds out how many servers are known.
    pub fn begin(&mut self, desktop: &dyn Desktop) {
        if has_any(self.my_keys.whose()) {
            self.apply(Command::ShowPage(Page::MyKeys), desktop);
        }
        self.read_server_names();
    }

    /// Does what a person asked for.
    pub fn apply(&mut self, command: Command, desktop: &dyn Desktop) {
        match command {
            Command::Generate(spec) => self.ask_to_generate(spec),
            Command::Stir(sample) => self.stir(sample),
            Command::UseSystemRandomnessOnly => self.generate(),
            Command::Cancel => self.cancel(),

            Command::Open => self.open(desktop),
            Command::OpenPath(path) => self.open_path(path, Unsaved::Ask),
            Command::Dropped(paths) => self.dropped(paths),
            Command::Paste => self.paste(desktop),
            Command::Unlock => self.unlock(crate::format::Consent::NotGiven),
            Command::AgreeToCost => self.unlock(crate::format::Consent::Given),

            Command::SavePrivate => self.save_private(desktop),
            Command::Export(choice) => self.export_private(choice, desktop),
            Command::ChooseSavingPlace => self.choose_saving_place(desktop),
            Command::SavePublicBeside => self.save_public_beside(desktop),
            Command::SavePublic(format) => self.save_public(format, desktop),
            Command::SaveAllTheSame => self.save_all_the_same(desktop),
            Command::Overwrite => self.overwrite(),
            Command::OverwriteTrashed => self.overwrite_trashed(),
            Command::SaveUnderAnotherName => self.save_under_another_name(),
            Command::SuggestPassphrase => self.suggest_passphrase(),
            Command::UseSuggestedPassphrase => self.use_suggested_passphrase(),
            Command::CopySuggestedPassphrase => self.copy_suggested_passphrase(desktop),
            Command::SaveWithSamePassphrase => self.save_with_same_passphrase(),
            Command::SaveWithoutPassphrase => self.save_without_passphrase(),
            Command::PathTyped => self.path_typed(),
            Command::TypePathInstead => self.type_path_instead(),

            Command::CopyPublicKey => self.copy_public_key(desktop),
            Command::CopyFor(purpose) => self.copy_for(purpose, desktop),
            Command::CopyFingerprint => self.copy_fingerprint(desktop),
            Command::CopyRandomart => self.copy_randomart(desktop),
            Command::CopyCommandLine(index) => self.copy_command_line(index, desktop),
            Command::CopyCertificate => self.copy_certificate(desktop),
            Command::ShowFingerprint(kind) => self.fingerprint = kind,
            Command::ShowFingerprintOf(subject) => self.fingerprint_of = subject,

            Command::AddCertificate => self.add_certificate(desktop),
            Command::RemoveCertificate => self.remove_certificate(),
            Command::ShowCertificate => self.show_certificate(),
            Command::SaveCertificate => self.save_certificate(desktop),

            Command::AddToAgent(agent) => self.add_to_agent(agent),
            Command::RemoveFromAgent { agent, entry } => self.remove_from_agent(agent, entry),

            Command::Server(command) => self.apply_to_server(command, desktop),
            Command::Lists(command) => self.apply_to_lists(command, desktop),

            Command::NewKey => self.begin_new_key(),
            Command::ShowPage(page) => {
                // A name that is being typed is saved when the field is left.
                self.save_key_name();
                self.show_page(page);
                // Files come and go while a page is not looked at.
                match page {
                    Page::MyKeys => self.apply_to_keys(KeysCommand::Read, desktop),
                    Page::KnownHosts => self.show_hosts(desktop),
                    Page::Agent => self.show_agents(desktop),
                    Page::Key => self.look_for_file(),
                    Page::Servers | Page::Doctor | Page::Help => {}
                }
            }
            Command::Doctor(command) => self.apply_to_doctor(command, desktop),
            Command::Keys(command) => self.apply_to_keys(command, desktop),

            Command::LogIn(server) => self.log_in_with_document(server, desktop),
            Command::ShowInFolder(path) => desktop.show_in_folder(&path),
            Command::ShowCommandLines => {
                if let Stage::Ready(document) = &self.stage {
                    self.dialog = Some(Dialog::CommandLines(
                        document.command_lines(&self.servers.address),
                    ));
                }
            }
            Command::EditParameters => {
                self.measure_speed();
                self.dialog = Some(Dialog::Parameters(Parameters::new(self.strength)));
            }
            Command::ApplyParameters => self.apply_parameters(),
            Command::EditSettings => self.dialog = Some(Dialog::Settings),
            Command::SetTheme(theme) => self.theme = theme,
            Command::SetTextSize(size) => self.text_size = size,
            Command::Prefer(choice) => self.prefer(choice),
            Command::ShapeWindow(shape) => self.kept.now.window = shape,
            Command::About => self.dialog = Some(Dialog::About),

            Command::SetPassphrase => self.set_passphrase(),
            Command::LookAgain => self.look_again(desktop),
            Command::CloseDialog => self.dialog = None,
            Command::DiscardUnsaved => self.discard_unsaved(desktop),
            Command::Quit => self.quit(),
        }
    }

    /// Takes up what jobs have brought. Called before every frame and whenever `wake` was.
    pub fn poll(&mut self) {
        self.poll_generation();
        self.poll_task();
        self.poll_unlock();
        self.poll_same_passphrase();
        self.poll_overwrite();
        self.poll_agents();
        self.poll_keys();
        self.poll_open_key();
        self.poll_place();
        self.poll_servers();
        self.poll_log_in();
        self.poll_lists();
        self.poll_doctor();
        self.poll_speed();
        self.poll_settings();
    }

    /// Writes the settings that are not in their file yet. Called when the window closes; a disk that
    /// does not answer is waited for no longer than `limit`, twice.
    pub fn finish_settings(&mut self, limit: Duration) {
        let now = self.settings();
        self.kept.finish(now, &self.wake.0, limit);
    }

    /// Whether the program is to end.
    #[must_use]
    pub fn must_quit(&self) -> bool {
        self.must_quit
    }

    /// What is going on beside the page, for the status line: “Saving…”.
    #[must_use]
    pub fn busy(&self) -> Option<&'static str> {
        self.task.as_ref().map(Task::title)
    }

    /// Whether a file dialog of the system is open.
    #[must_use]
    pub fn is_picking(&self) -> bool {
        matches!(self.task, Some(Task::Picking { .. }))
    }

    /// Whether files are being written. That is never stopped half way.
    #[must_use]
    pub fn is_saving(&self) -> bool {
        self.task.as_ref().is_some_and(Task::is_saving)
    }

    /// The key, if there is one.
    #[must_use]
    pub fn document(&self) -> Option<&Document> {
        match &self.stage {
            Stage::Ready(document) => Some(document),
            Stage::Empty | Stage::Stirring(_) | Stage::Generating(_) => None,
        }
    }

    /// The key, to edit its draft.
    pub fn document_mut(&mut self) -> Option<&mut Document> {
        match &mut self.stage {
            Stage::Ready(document) => Some(document),
            Stage::Empty | Stage::Stirring(_) | Stage::Generating(_) => None,
        }
    }

    /// The servers that the open key was put on, as far as this program knows.
    #[must_use]
    pub fn installed_on(&self) -> Vec<String> {
        let (Some(document), Some(inventory)) = (self.document(), &self.my_keys.inventory) else {
            return Vec::new();
        };
        let fingerprint = document.fingerprint(FingerprintKind::Sha256);
        let is_it = |key: &&crate::engine::keys::Key| key.fingerprint() == Some(&fingerprint);
        let key = inventory.keys.iter().find(is_it);
        let servers = key.into_iter().flat_map(|key| &key.installed);
        servers.map(|on| escaped(on.server.as_bytes())).collect()
    }

    /// The line by which the open key could log in somewhere, under the conditions that are typed.
    ///
    /// # Errors
    /// One of them cannot be a condition, or the comment is none. Nothing where there is no key.
    #[must_use]
    pub fn new_authorized_line(&self, conditions: &Conditions) -> Option<Result<NewLine, Problem>> {
        self.document()
            .map(|document| document.authorized_line(conditions))
    }

    /// How fast this machine opens keys, once it is known.
    #[must_use]
    pub fn speed(&self) -> Option<Speed> {
        match self.speed {
            Measured::Known(speed) => Some(speed),
            Measured::NotYet | Measured::Measuring(_) => None,
        }
    }

    /// All that is to be remembered.
    fn settings(&self) -> Settings {
        let remembered = &self.kept.now;
        Settings {
            theme: self.theme,
            text_size: self.text_size,
            next_key: self.next_key.worth_remembering(remembered.next_key),
            preferred: self.preferred,
            ..remembered.clone()
        }
    }

    fn poll_settings(&mut self) {
        let now = self.settings();
        self.kept.keep(now, &self.wake.0);
        // What a person has just done is more important than what became of a file.
        if self.status.text.is_empty()
            && let Some(notice) = self.kept.take_notice()
        {
            self.status = notice;
        }
    }

    fn ask_to_generate(&mut self, spec: KeySpec) {
        let was_asked = matches!(self.dialog, Some(Dialog::WeakKey(asked)) if asked == spec);
        if next_key::is_weak(spec) && !was_asked && !self.is_discarding {
            self.dialog = Some(Dialog::WeakKey(spec));
        } else if self.may_lose_key(&Command::Generate(spec)) {
            self.dialog = None;
            self.page = Page::Key;
            let previous = self.take_document();
            let pool = Box::new(EntropyPool::new());
            self.stage = Stage::Stirring(Stirring { spec, pool, previous });
            self.status = Status::default();
        }
    }

    /// Puts the key away and begins anew; one that is being made just now is gone on with.
    fn begin_new_key(&mut self) {
        if matches!(self.stage, Stage::Stirring(_) | Stage::Generating(_)) {
            self.page = Page::Key;
        } else if self.may_lose_key(&Command::NewKey) {
            self.page = Page::Key;
            self.stage = Stage::Empty;
            self.status = Status::default();
        }
    }

    fn stir(&mut self, sample: crate::key::entropy::Sample) {
        if let Stage::Stirring(stirring) = &mut self.stage {
            stirring.pool.stir(sample);
            if stirring.pool.is_full() {
                self.generate();
            }
        }
    }

    /// Goes from collecting to generating, with what has been collected so far.
    fn generate(&mut self) {
        match std::mem::replace(&mut self.stage, Stage::Empty) {
            Stage::Stirring(Stirring { spec, pool, previous }) => {
                let primes = self.next_key.primes;
                let job = Job::start("generate", &self.wake.0, move |pulse| {
                    making::new_key(spec, primes, *pool, pulse)
                });
                self.stage = Stage::Generating(Generating { spec, job, previous });
            }
            other => self.stage = other,
        }
    }

    /// Returns to where the person was.
    fn cancel(&mut self) {
        // Files that are being written are written to the end; that takes a moment, and leaves none half done.
        let was_busy = self.task.take_if(|task| !task.is_saving()).is_some();
        match std::mem::replace(&mut self.stage, Stage::Empty) {
            Stage::Stirring(Stirring { previous, .. }) | Stage::Generating(Generating { previous, .. }) => {
                self.go_back(previous);
                self.status = Status::say("Cancelled. No key was made.");
            }
            other => {
                self.stage = other;
                if was_busy {
                    self.status = Status::say("Cancelled.");
                }
            }
        }
    }

    fn go_back(&mut self, previous: Option<Box<Document>>) {
        self.stage = previous.map_or(Stage::Empty, Stage::Ready);
    }

    fn take_document(&mut self) -> Option<Box<Document>> {
        match std::mem::replace(&mut self.stage, Stage::Empty) {
            Stage::Ready(document) => Some(document),
            other => {
                self.stage = other;
                None
            }
        }
    }

    fn poll_generation(&mut self) {
        let Stage::Generating(generating) = &mut self.stage else {
            return;
        };
        let spec = generating.spec;
        let result = match generating.job.poll() {
            Poll::Running => return,
            Poll::Done(result) => result,
            Poll::Lost => Err(lost()),
        };
        let previous = generating.previous.take();
        match result {
            Ok(key) => {
                let mut document = Document::generated(key, &making::default_comment(spec));
                document.draft.choice = self.preferred.or_fitting(document.public().algorithm());
                self.show(document);
                self.status = Status::say("Your new key is ready. It is not saved yet.");
            }
            Err(problem) => {
                self.go_back(previous);
                self.fail("No key was made", problem);
            }
        }
    }

    fn show(&mut self, document: Document) {
        self.page = Page::Key;
        self.stage = Stage::Ready(Box::new(document));
        self.propose_saving_place();
        self.measure_speed();
    }

    fn measure_speed(&mut self) {
        if matches!(self.speed, Measured::NotYet) {
            self.speed = Measured::Measuring(Job::start("measure", &self.wake.0, |_| Speed::measure()));
        }
    }

    fn poll_speed(&mut self) {
        let Measured::Measuring(job) = &mut self.speed else {
            return;
        };
        match job.poll() {
            Poll::Running => {}
            Poll::Lost => self.speed = Measured::NotYet,
            Poll::Done(speed) => {
                self.speed = Measured::Known(speed);
                if self.strength == Strength::default() {
                    self.strength.argon2.passes = speed.passes_for(self.strength.argon2);
                }
            }
        }
    }

    /// A key that was never saved follows the new wish at once.
    fn prefer(&mut self, choice: Choice) {
        self.preferred = choice;
        if let Some(document) = self.document_mut().filter(|document| document.is_new()) {
            document.draft.choice = choice.or_fitting(document.public().algorithm());
        }
    }

    fn apply_parameters(&mut self) {
        let Some(Dialog::Parameters(parameters)) = &mut self.dialog else {
            return;
        };
        let strength = parameters.strength();
        match strength.checked() {
            Ok(()) => {
                self.strength = strength;
                // What is measured on this machine is no wish of anybody's, and is not remembered.
                self.kept.now.strength = strength;
                self.dialog = None;
            }
            Err(problem) => parameters.problem = Some(problem),
        }
    }

    /// Whether a key may go for the sake of `next`; asks when it was not saved.
    fn may_lose_key(&mut self, next: &Command) -> bool {
        let is_unsaved = self.document().is_some_and(Document::is_lost_with_window);
        if is_unsaved && !self.is_discarding {
            self.dialog = Some(Dialog::Unsaved(Box::new(next.clone())));
            return false;
        }
        true
    }

    /// Ends the program; while files are being written, as soon as they are safe.
    pub(in crate::app) fn quit(&mut self) {
        if self.is_saving() {
            self.quits_when_saved = true;
        } else if self.may_lose_key(&Command::Quit) {
            self.must_quit = true;
        }
    }

    fn discard_unsaved(&mut self, desktop: &dyn Desktop) {
        if let Some(Dialog::Unsaved(next)) = &self.dialog {
            let next = next.as_ref().clone();
            // Only this answer counts: asking for the same thing twice is no yes.
            self.is_discarding = true;
            self.apply(next.clone(), desktop);
            self.is_discarding = false;
            // Whatever was asked is answered, unless the command has put its own dialog there.
            if matches!(&self.dialog, Some(Dialog::Unsaved(asked)) if **asked == next) {
                self.dialog = None;
            }
        }
    }

    fn fail(&mut self, title: impl Into<String>, problem: Problem) {
        self.dialog = Some(Dialog::Problem {
            title: title.into(),
            problem,
            file: None,
        });
    }
}
