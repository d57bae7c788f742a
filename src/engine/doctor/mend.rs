//! What the Doctor may put right itself, when it is told to.

use std::path::{Path, PathBuf};

use crate::engine::agents::comment_for;
use crate::engine::keys::repair::{announcement as announced, apply, subject as subject_of};
use crate::engine::keys::{Remedy, Whose};
use crate::engine::only_key::OnlyKey;
use crate::engine::opening::{self, take_up_certificate};
use crate::engine::saving::{Choice, Plan, Strength, file_beside};
use crate::engine::{Blame, Problem};
use crate::format::agent::Constraints;
use crate::format::{Consent, DecodeError, Outgoing, Parsed, PrivateFile};
use crate::key::comment::Comment;
use crate::secret::Passphrase;
use crate::sys::agent::{self, Agent};

/// What can be put right on this computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mend {
    /// A file or folder.
    Here(Remedy),
    /// ssh's configuration: for a server it names one key, which is tried there first, and an agent's others are not.
    OneKey {
        /// The server, as it is typed.
        alias: String,
        /// The key.
        file: PathBuf,
    },
    /// A copy of one of PuTTY's keys that ssh reads, and that the configuration names for a server.
    ForSsh {
        /// PuTTY's file.
        file: PathBuf,
        /// The server, as it is typed; nothing where the configuration stays as it is.
        alias: Option<String>,
    },
    /// A key is put into an agent.
    IntoAgent {
        /// The key.
        file: PathBuf,
        /// Where the agent listens.
        agent: PathBuf,
        /// Whether that takes its passphrase.
        is_locked: bool,
    },
    /// An agent is started.
    StartAgent {
        /// Where it is to listen.
        place: PathBuf,
    },
}

impl Mend {
    /// Whether nothing can be lost by it.
    pub(super) fn is_harmless(&self) -> bool {
        match self {
            Self::Here(remedy) => remedy.is_harmless(),
            Self::OneKey { .. } | Self::ForSsh { .. } | Self::IntoAgent { .. } | Self::StartAgent { .. } => {
                true
            }
        }
    }

    /// Whether it cannot be done without the passphrase of a key.
    #[must_use]
    pub fn needs_passphrase(&self) -> bool {
        matches!(self, Self::IntoAgent { is_locked: true, .. })
    }
}

/// What would be done, in words behind “to”.
#[must_use]
pub fn announcement(mend: &Mend, whose: &Whose) -> String {
    match mend {
        Mend::Here(remedy) => announced(remedy, whose),
        Mend::OneKey { alias, file } => format!(
            "add lines about {alias} to ssh's configuration, by which {} is tried there first, and of an agent only keys that the configuration names",
            whose.short(file)
        ),
        Mend::ForSsh { file, alias } => {
            let copy = copy_beside(file);
            let lines = alias.as_ref().map(|alias| {
                format!(
                    ", and add lines about {alias} to ssh's configuration, by which that is tried there first"
                )
            });
            format!(
                "write a copy of {} that ssh reads to {} and {}{}",
                whose.short(file),
                whose.short(&copy),
                whose.short(&file_beside(&copy)),
                lines.unwrap_or_default()
            )
        }
        Mend::IntoAgent { file, agent, .. } => format!(
            "put {} into the agent at {}, which keeps it until it ends",
            whose.short(file),
            whose.short(agent)
        ),
        Mend::StartAgent { place } => format!("start an agent with “{}”", start_command(&whose.short(place))),
    }
}

/// The command that starts an agent there.
pub(super) fn start_command(place: &str) -> String {
    format!("ssh-agent -a {place}")
}

/// The same: a sentence.
#[must_use]
pub fn would(mend: &Mend, whose: &Whose) -> String {
    format!("Would {}.", announcement(mend, whose))
}

/// The file that it is about.
#[must_use]
pub fn subject(mend: &Mend) -> &Path {
    match mend {
        Mend::Here(remedy) => subject_of(remedy),
        Mend::OneKey { file, .. } | Mend::ForSsh { file, .. } | Mend::IntoAgent { file, .. } => file,
        Mend::StartAgent { place } => place,
    }
}

/// Does it; what was done is a sentence. `passphrase` opens a key where that is needed.
///
/// # Errors
/// It could not be done, and nothing was changed.
pub fn mend(mend: &Mend, passphrase: Option<&Passphrase>, whose: &Whose) -> Result<String, Problem> {
    match mend {
        Mend::Here(remedy) => apply(remedy, whose),
        Mend::OneKey { alias, file } => {
            let path = name_one_key(alias, file, whose)?;
            Ok(format!(
                "{path} has lines about {alias} now: {} is tried there first, and of an agent only keys that the configuration names.",
                whose.short(file)
            ))
        }
        Mend::ForSsh { file, alias } => copy_for_ssh(file, alias.as_deref(), whose),
        Mend::IntoAgent { file, agent, .. } => {
            let mut opened = opened(file, passphrase)?;
            take_up_certificate(&mut opened, file);
            let comment = comment_for(&opened.comment, Some(file));
            let (certificate, there) = (opened.certificate.as_ref(), Agent::at(agent));
            there.add(&opened.key, certificate, &comment, Constraints::default())?;
            Ok(format!(
                "The agent at {} has {} now, until it ends.",
                whose.short(agent),
                whose.short(file)
            ))
        }
        Mend::StartAgent { place } => {
            let shown = whose.short(place);
            agent::start(place).map_err(|error| not_started(&shown, &error))?;
            Ok(format!(
                "An agent answers at {shown} now, started with “{}”; it has no keys yet.",
                start_command(&shown)
            ))
        }
    }
}

fn name_one_key(alias: &str, file: &Path, whose: &Whose) -> Result<String, Problem> {
    let entry = OnlyKey::plan(whose, alias, file)?;
    entry.write()?;
    Ok(whose.short(entry.path()))
}

/// Where the copy of one of PuTTY's keys goes: `key.ppk` becomes `key`.
pub(super) fn copy_beside(file: &Path) -> PathBuf {
    let plan = Plan::private(Choice::OpenSsh, file, Strength::default());
    plan.paths()
        .first()
        .map_or_else(|| file.to_owned(), |path| (*path).to_owned())
}

fn copy_for_ssh(file: &Path, alias: Option<&str>, whose: &Whose) -> Result<String, Problem> {
    let opened = opened(file, None)?;
    let copy = copy_beside(file);
    // It may have been made before.
    let is_it = |parsed: Parsed| parsed.public() == Some(opened.key.public());
    let is_there = copy != file && opening::open_file(&copy).is_ok_and(is_it);
    if !is_there {
        let (comment, _) = Comment::cleaned(&opened.comment);
        let outgoing = Outgoing {
            key: &opened.key,
            comment: &comment,
            certificate: None,
        };
        let _stored = Plan::private(Choice::OpenSsh, file, Strength::default()).write(outgoing, None)?;
    }
    let told = format!(
        "{} is a copy of {} that ssh reads, and {} its public key.",
        whose.short(&copy),
        whose.short(file),
        whose.short(&file_beside(&copy))
    );
    let Some(alias) = alias else {
        return Ok(told);
    };
    let path = name_one_key(alias, &copy, whose)?;
    Ok(format!(
        "{told} {path} has lines about {alias} now, by which that is tried there first."
    ))
}

fn opened(file: &Path, passphrase: Option<&Passphrase>) -> Result<PrivateFile, Problem> {
    match (opening::open_file(file)?, passphrase) {
        (Parsed::Private(file), _) => Ok(file),
        (Parsed::Locked(file), Some(passphrase)) => Ok(file.unlock(passphrase, Consent::NotGiven)?),
        (Parsed::Locked(_), None) => Err(DecodeError::NeedsPassphrase.into()),
        (Parsed::Public(_), _) => Err(Problem::new(
            "key-file-public",
            Blame::Key,
            "the file holds a public key",
            "Name the file with the private key.",
        )),
    }
}

fn not_started(place: &str, error: &std::io::Error) -> Problem {
    Problem::new(
        "agent-not-running",
        Blame::World,
        format!("no agent could be started at {place}: {error}"),
        "Start one by hand: eval \"$(ssh-agent)\"",
    )
}
