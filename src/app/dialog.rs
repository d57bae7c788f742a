//! Dialogs: at most one is open, and each owns what is typed into it.

mod lists;

use std::num::NonZeroU8;
use std::path::PathBuf;
use std::time::Duration;

use crate::app::Page;
use crate::app::command::Command;
use crate::app::desktop::Picked;
use crate::engine::agents::Shown;
use crate::engine::certificate_facts::Fact;
use crate::engine::describe::Warning;
use crate::engine::job::Job;
use crate::engine::keys::copies::Copies;
use crate::engine::keys::default_key;
use crate::engine::keys::held::Held;
use crate::engine::saving::{Choice, Doubt, Plan, PpkVersion, PublicForm, Strength};
use crate::engine::speed::Speed;
use crate::engine::{Problem, command_line::CommandLine};
use crate::format::agent::Lifetime;
use crate::format::{
    Argon2Params, Argon2Variant, Cipher, Cost, DecodeError, LockedFile, Pbes2, Pbes2Kdf, Prf, PrivateFile,
    Ssh1Key,
};
use crate::key::PublicKey;
use crate::key::spec::KeySpec;
use crate::secret::{Passphrase, TypedPassphrase};
use crate::sys::files::Seen;

pub use lists::{Authorized, Done, KnownHosts, Listed, Outcome, Pictured, Providers};

/// The dialog that is open.
#[derive(Debug)]
pub enum Dialog {
    /// A passphrase is needed.
    Unlock(Box<Unlock>),
    /// Save although something speaks against it?
    Doubts {
        /// In which format.
        choice: Choice,
        /// What speaks against it.
        doubts: Vec<Doubt>,
        /// Whether a dialog is to ask for the place, whatever stands on the page.
        asks_where: bool,
    },
    /// Replace these files?
    Overwrite(Overwrite),
    /// The passphrase that a key keeps is needed to save it.
    SamePassphrase(Box<SamePassphrase>),
    /// A passphrase of random words, which is not shown again.
    Suggested(Suggested),
    /// There is an unsaved key; do this all the same?
    Unsaved(Box<Command>),
    /// A key that can be broken, such as a short RSA key?
    WeakKey(KeySpec),
    /// No file dialog on this system; the path is typed.
    TypePath(TypePath),
    /// Something went wrong.
    Problem {
        /// What was tried: “Could not open id_rsa”.
        title: String,
        /// What happened, and what to do.
        problem: Problem,
        /// The file that the Doctor can look into.
        file: Option<PathBuf>,
    },
    /// A key of SSH 1, which cannot be used.
    Ssh1 {
        /// Its file, or where else it came from.
        name: String,
        /// What can be told of it.
        key: Box<Ssh1Key>,
    },
    /// What a certificate says.
    Certificate(Vec<Fact>),
    /// What another default key changes.
    DefaultKey(Box<default_key::Plan>),
    /// What taking a key away moves.
    RemoveKey {
        /// What the key is called.
        title: String,
        /// Its files, and which of them go.
        copies: Box<Copies>,
    },
    /// Keys that were taken away, and can come back.
    RemovedKeys,
    /// Where to look for keys as well.
    AddPlace(AddPlace),
    /// Who may log in here.
    Authorized(Box<Authorized>),
    /// Whose form the key can be pasted into.
    Providers(Providers),
    /// The commands that would do the same.
    CommandLines(Vec<CommandLine>),
    /// How private key files are protected.
    Parameters(Parameters),
    /// Theme and text size.
    Settings,
    /// Who made this program.
    About,
}

/// Asks for the passphrase of a file.
#[derive(Debug)]
pub struct Unlock {
    /// The file.
    pub locked: std::sync::Arc<LockedFile>,
    /// Where it lies; nothing for pasted text.
    pub path: Option<PathBuf>,
    /// On which page the key is shown when it is open.
    pub(super) page: Page,
    /// What its owner ought to know of the file, for when it is open.
    pub(super) warnings: Vec<Warning>,
    /// What was in the file.
    pub(super) seen: Option<Seen>,
    /// What is being typed.
    pub typed: TypedPassphrase,
    /// Why the last attempt failed.
    pub problem: Option<Problem>,
    /// What opening costs, when that has to be agreed to first.
    pub asks_consent: Option<Cost>,
    /// The attempt that is going on.
    pub job: Option<Job<UnlockResult>>,
}

/// What came of an attempt. The passphrase has done its work, and is gone.
pub type UnlockResult = Result<Unlocked, DecodeError>;

/// A file that was opened.
#[derive(Debug)]
pub struct Unlocked {
    /// What is in it.
    pub file: PrivateFile,
    /// What its owner ought to know of the key.
    pub warnings: Vec<Warning>,
}

/// Suggests a passphrase.
#[derive(Debug)]
pub struct Suggested {
    /// It.
    pub passphrase: TypedPassphrase,
    /// Whether it was copied.
    pub is_copied: bool,
}

/// Shows the keys in agents, and gives and takes some.
#[derive(Debug, Default)]
pub struct Agents {
    /// Every agent; nothing until they have answered.
    pub shown: Option<Result<Vec<Shown>, Problem>>,
    /// How long an agent is to keep the key that is added.
    pub keep: Keep,
    /// Whether it is to ask before each use.
    pub confirm: bool,
    /// Why nothing came of what was asked last.
    pub problem: Option<Problem>,
    /// What goes on.
    pub job: Option<Job<AgentsResult>>,
}

/// What was done, in a sentence, or why not; and how things stand in the agents then.
pub type AgentsResult = (Result<String, Problem>, Result<Vec<Shown>, Problem>);

/// How long an agent is to keep a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// Until it ends, or the key is removed.
    #[default]
    UntilRemoved,
    /// So many hours.
    Hours(NonZeroU8),
}

impl Keep {
    /// What can be chosen.
    pub const ALL: [Self; 4] = [
        Self::UntilRemoved,
        Self::Hours(NonZeroU8::new(1).expect("1 is not 0")),
        Self::Hours(NonZeroU8::new(8).expect("8 is not 0")),
        Self::Hours(NonZeroU8::new(24).expect("24 is not 0")),
    ];

    /// Its name in the window.
    #[must_use]
    pub fn title(self) -> String {
        match self {
            Self::UntilRemoved => "Until it is removed".to_owned(),
            Self::Hours(hours) if hours.get() == 1 => "1 hour".to_owned(),
            Self::Hours(hours) => format!("{hours} hours"),
        }
    }

    /// What an agent is told.
    #[must_use]
    pub fn lifetime(self) -> Option<Lifetime> {
        match self {
            Self::UntilRemoved => None,
            Self::Hours(hours) => Some(Lifetime::hours(hours)),
        }
    }
}

/// Asks whether files may be replaced.
#[derive(Debug)]
pub struct Overwrite {
    /// All files that will be written.
    pub plan: Plan,
    /// Those that exist.
    pub taken: Vec<PathBuf>,
    /// Those of them that another program has written to since this window read or wrote them.
    pub changed: Vec<PathBuf>,
    /// The keys that are in them; nothing until they were looked at.
    pub held: Option<Vec<Held>>,
    /// Whether something else stands in one of them, or the key in it came to harm: a copy is kept of that one.
    pub holds_more: bool,
    /// The key that is to be saved.
    pub key: PublicKey,
    /// The same files, if none of them is to be replaced.
    pub(super) untouched: Plan,
    pub(super) looking: Job<(Vec<Held>, bool)>,
    pub(super) purpose: Purpose,
}

impl Overwrite {
    /// Whether a private key is to be saved, and could go elsewhere.
    #[must_use]
    pub fn is_private(&self) -> bool {
        matches!(self.purpose, Purpose::SavePrivate(_))
    }

    /// The keys that would be lost: all but the one that is to be saved.
    pub fn others(&self) -> impl Iterator<Item = &Held> {
        self.held.iter().flatten().filter(|held| held.key != self.key)
    }

    /// Whether the files hold the key itself already.
    #[must_use]
    pub fn holds_this(&self) -> bool {
        self.held.iter().flatten().any(|held| held.key == self.key)
    }
}

/// Asks for the passphrase that a key keeps, right before its files are written with it.
#[derive(Debug)]
pub struct SamePassphrase {
    pub(super) writing: Writing,
    /// The file whose passphrase it is.
    pub(super) locked: std::sync::Arc<LockedFile>,
    /// What is being typed.
    pub typed: TypedPassphrase,
    /// Why the last attempt failed.
    pub problem: Option<Problem>,
    /// The attempt that is going on; the passphrase comes back and goes to work at once.
    pub job: Option<Job<(Result<(), DecodeError>, Passphrase)>>,
}

/// Files that are about to be written.
#[derive(Clone, Debug)]
pub(super) struct Writing {
    pub(super) plan: Plan,
    pub(super) purpose: Purpose,
    /// What is moved to the trash before.
    pub(super) trashed: Vec<PathBuf>,
}

impl Writing {
    pub(super) fn new(plan: Plan, purpose: Purpose) -> Self {
        Self {
            plan,
            purpose,
            trashed: Vec::new(),
        }
    }
}

/// What a path is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To open it.
    Open(Unsaved),
    /// To have the Doctor examine it.
    Examine,
    /// To put the certificate in it beside the key.
    AddCertificate,
    /// To save the certificate there.
    SaveCertificate,
    /// To save the private key there.
    SavePrivate(Choice),
    /// To have the private key saved there next.
    ChooseSavingPlace(Choice),
    /// To save the public key there.
    SavePublic(PublicForm),
}

/// What becomes of an unsaved key when another one is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsaved {
    /// Its owner is asked.
    Ask,
    /// Its owner has said already that it may go.
    MayGo,
}

/// A path that is typed into the window.
#[derive(Debug)]
pub struct TypePath {
    /// What it is for.
    pub purpose: Purpose,
    /// What is being typed.
    pub text: String,
    /// Why it is typed and not chosen.
    pub why: WhyTyped,
}

/// Why a path is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyTyped {
    /// There is no file dialog on this system.
    NoDialog,
    /// Somebody would rather type it.
    Wanted,
}

/// A place for keys: chosen in a dialog of the system, or typed into the window.
#[derive(Debug, Default)]
pub struct AddPlace {
    /// What is being typed.
    pub text: String,
    /// Whether it can be chosen.
    pub choosing: Choosing,
}

/// Whether something can be chosen in a dialog of the system.
#[derive(Debug, Default)]
pub enum Choosing {
    /// It can be.
    #[default]
    Offered,
    /// The dialog is open.
    Open(Job<Picked>),
    /// There is none on this system.
    Unavailable,
}

/// The numbers behind “Parameters for saving key files…”, as they are being edited.
#[derive(Clone, Debug)]
pub struct Parameters {
    /// The cipher of OpenSSH files.
    pub cipher: Cipher,
    /// The rounds of bcrypt_pbkdf in OpenSSH files.
    pub rounds: u32,
    /// The version of PuTTY files.
    pub ppk_version: PpkVersion,
    /// Which Argon2 in PuTTY files.
    pub variant: Argon2Variant,
    /// Its memory in KiB.
    pub mem_kib: u32,
    /// Its passes, or how long they are to take.
    pub time: HashTime,
    /// Its lanes.
    pub parallelism: u32,
    /// The iterations of PBKDF2 in PKCS#8 files.
    pub iterations: u32,
    /// Why the numbers were not taken.
    pub problem: Option<Problem>,
}

/// How long a passphrase is hashed.
#[derive(Clone, Copy, Debug)]
pub enum HashTime {
    /// So often.
    Passes(u32),
    /// As often as takes this long here.
    Millis {
        /// How long.
        millis: u32,
        /// How fast this machine is.
        speed: Speed,
    },
}

impl Parameters {
    /// Starts from what holds now.
    #[must_use]
    pub fn new(strength: Strength) -> Self {
        Self {
            cipher: strength.cipher,
            rounds: strength.rounds,
            ppk_version: strength.ppk_version,
            variant: strength.argon2.variant,
            mem_kib: strength.argon2.mem_kib,
            time: HashTime::Passes(strength.argon2.passes),
            parallelism: strength.argon2.parallelism,
            iterations: [strength.pbes2, Pbes2::default()]
                .into_iter()
                .find_map(|pbes2| match pbes2.kdf {
                    Pbes2Kdf::Pbkdf2 { iterations, .. } => Some(iterations),
                    Pbes2Kdf::Scrypt(_) => None,
                })
                .unwrap_or_default(),
            problem: None,
        }
    }

    /// The same time, said in passes.
    pub fn count_passes(&mut self) {
        self.time = HashTime::Passes(self.argon2().passes);
    }

    /// The same time, said in milliseconds on this machine.
    pub fn measure_time(&mut self, speed: Speed) {
        if let HashTime::Passes(_) = self.time {
            let millis = speed.estimate(Cost::Argon2(self.argon2())).as_millis();
            let millis = u32::try_from(millis).unwrap_or(u32::MAX);
            self.time = HashTime::Millis { millis, speed };
        }
    }

    /// What Argon2 is asked to do.
    #[must_use]
    pub fn argon2(&self) -> Argon2Params {
        let params = Argon2Params {
            variant: self.variant,
            mem_kib: self.mem_kib,
            passes: 1,
            parallelism: self.parallelism,
        };
        let passes = match self.time {
            HashTime::Passes(passes) => passes,
            HashTime::Millis { millis, speed } => {
                speed.passes_taking(Duration::from_millis(millis.into()), params)
            }
        };
        Argon2Params { passes, ..params }
    }

    /// What the numbers say, be it possible or not.
    #[must_use]
    pub fn strength(&self) -> Strength {
        let usual = Strength::default();
        Strength {
            cipher: self.cipher,
            rounds: self.rounds,
            ppk_version: self.ppk_version,
            argon2: self.argon2(),
            pbes2: Pbes2 {
                kdf: Pbes2Kdf::Pbkdf2 {
                    prf: Prf::Sha256,
                    iterations: self.iterations,
                },
                ..usual.pbes2
            },
        }
    }
}
