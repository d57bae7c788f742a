//! The keys in agents: which there are, which of them is meant, and what they are called.

use std::path::Path;

use super::Problem;
use super::describe::{Description, kind_of};
use crate::format::agent::{Held, ListedKey};
use crate::format::{Format, Parsed, PublicFile};
use crate::key::PublicKey;
use crate::key::comment::{Comment, escaped};
use crate::key::fingerprint::{Fingerprint, FingerprintKind};
use crate::sys::agent::{self, Agent, AgentFault};
use crate::sys::home::user_name;
use crate::sys::remote::{AgentPlace, Target, read_config};

/// A host that no configuration names, for what it says about all of them (RFC 2606).
const NO_HOST: &str = "no-host.invalid";

/// An agent, and what came of asking for its keys.
#[derive(Debug)]
pub struct View {
    /// Which one.
    pub agent: Agent,
    /// Its keys.
    pub keys: Result<Vec<ListedKey>, AgentFault>,
}

/// Asks every one of `agents` for its keys. One that nobody named and that is not running any more
/// is left out.
///
/// # Errors
/// There is none.
pub fn look(agents: Vec<Agent>) -> Result<Vec<View>, Problem> {
    let mut views = Vec::new();
    for agent in agents {
        let keys = agent.list();
        let is_gone = matches!(keys, Err(AgentFault::NotRunning { .. }));
        if agent.is_named() || !is_gone {
            views.push(View { agent, keys });
        }
    }
    if views.is_empty() {
        return Err(AgentFault::NoneFound.into());
    }
    Ok(views)
}

/// An agent as a window shows it.
#[derive(Debug)]
pub struct Shown {
    /// Which one.
    pub agent: Agent,
    /// What it holds, or why that is not known.
    pub entries: Result<Vec<Entry>, Problem>,
}

/// A key in an agent as a window shows it.
#[derive(Debug)]
pub struct Entry {
    /// The line of [`line_of`].
    pub line: String,
    /// What stands with it, safe to show; often where it comes from.
    pub comment: String,
    /// “ED25519”, “RSA, 3072 bits with a certificate”.
    pub kind: String,
    /// Of the key.
    pub fingerprint: String,
    /// By which it is removed.
    pub blob: Vec<u8>,
}

/// Does the same, and has all ready to be shown.
///
/// # Errors
/// There is no agent.
pub fn show(agents: Vec<Agent>) -> Result<Vec<Shown>, Problem> {
    let entry = |listed: ListedKey| Entry {
        line: line_of(&listed, FingerprintKind::Sha256),
        comment: escaped(&listed.comment),
        kind: match &listed.held {
            Held::Key(key) => kind_of(key),
            Held::Certificate(certificate) => format!("{} with a certificate", kind_of(certificate.key())),
            Held::Unknown(name) => escaped(name.as_bytes()),
        },
        fingerprint: fingerprint_of(&listed, FingerprintKind::Sha256).to_string(),
        blob: listed.blob,
    };
    let shown = |View { agent, keys }| Shown {
        agent,
        entries: keys
            .map(|keys| keys.into_iter().map(entry).collect())
            .map_err(Problem::from),
    };
    Ok(look(agents)?.into_iter().map(shown).collect())
}

/// The agent at `place`, or else the one that ssh would use: the first that is there.
///
/// # Errors
/// There is none.
pub fn chosen(place: Option<&Path>) -> Result<Agent, Problem> {
    let is_there =
        |agent: &Agent| agent.is_named() || !matches!(agent.list(), Err(AgentFault::NotRunning { .. }));
    let agent = all(place).into_iter().find(is_there);
    Ok(agent.ok_or(AgentFault::NoneFound)?)
}

/// The agent at `place`, or else every one that may be there: the one that ssh would use first.
#[must_use]
pub fn all(place: Option<&Path>) -> Vec<Agent> {
    match place {
        Some(place) => vec![Agent::at(place)],
        None => with_configured(agent::agents()),
    }
}

/// Those that were found, and those that ssh's configuration names: the one for all servers first.
#[must_use]
pub fn with_configured(mut agents: Vec<Agent>) -> Vec<Agent> {
    // What cannot be read is said where a server is meant.
    let config = read_config().unwrap_or_default();
    let place_for = |alias: &str| match Target::parse(alias, &config, &user_name()) {
        Ok(target) => target.agent(),
        Err(_) => AgentPlace::Usual,
    };
    let is_there = |agents: &[Agent], place: &Path| agents.iter().any(|agent| agent.place() == place);
    match place_for(NO_HOST) {
        AgentPlace::At(place) => {
            agents.retain(|agent| agent.place() != place);
            agents.insert(0, Agent::at(place));
        }
        AgentPlace::Usual | AgentPlace::Nowhere => {}
    }
    for alias in config.aliases() {
        if let AgentPlace::At(place) = place_for(&alias)
            && !is_there(&agents, &place)
        {
            agents.push(Agent::found(place));
        }
    }
    agents
}

/// Those of `found` that ssh would let sign in on a server, or the one that its configuration names instead.
#[must_use]
pub fn for_target(target: &Target, found: Vec<Agent>) -> Vec<Agent> {
    match target.agent() {
        AgentPlace::Usual => found,
        AgentPlace::Nowhere => Vec::new(),
        AgentPlace::At(place) => vec![Agent::at(place)],
    }
}

/// So many other keys, which ssh offers before one from a file, may be more than a server hears out.
const A_CROWD: usize = 3;

/// Whether ssh would offer so many keys of its agent on a server that this one might not be heard any more.
#[must_use]
pub fn crowd_out(target: &Target, agents: Vec<Agent>, key: &PublicKey) -> bool {
    if target.settings().identities_only() {
        return false;
    }
    let used = for_target(target, agents).into_iter().find(Agent::is_named);
    let keys = used.and_then(|agent| agent.list().ok()).unwrap_or_default();
    keys.iter().filter(|listed| listed.key() != Some(key)).count() >= A_CROWD
}

/// The comment that a key gets in an agent: its own, or the name of its file where it has none, as
/// ssh-add does.
#[must_use]
pub fn comment_for(comment: &[u8], path: Option<&Path>) -> Comment {
    let (own, _) = Comment::cleaned(comment);
    match path {
        Some(path) if own.is_empty() => Comment::cleaned(path.as_os_str().as_encoded_bytes()).0,
        _ => own,
    }
}

/// The entries for `key`: itself, and with its certificates.
#[must_use]
pub fn entries_of<'a>(keys: &'a [ListedKey], key: &PublicKey) -> Vec<&'a ListedKey> {
    keys.iter().filter(|listed| listed.key() == Some(key)).collect()
}

/// The entries with this fingerprint, `SHA256:…` or `MD5:…`: of a key that is also that of its
/// certificates.
#[must_use]
pub fn entries_with<'a>(keys: &'a [ListedKey], fingerprint: &str) -> Vec<&'a ListedKey> {
    let has = |listed: &&ListedKey| {
        [FingerprintKind::Sha256, FingerprintKind::Md5]
            .into_iter()
            .any(|kind| {
                let of_key = fingerprint_of(listed, kind).to_string() == fingerprint;
                of_key || Fingerprint::of_wire(&listed.blob, kind).to_string() == fingerprint
            })
    };
    keys.iter().filter(has).collect()
}

/// The fingerprint of an entry, of whatever type; of a certificate, that of its key.
#[must_use]
pub fn fingerprint_of(listed: &ListedKey, kind: FingerprintKind) -> Fingerprint {
    match listed.key() {
        Some(key) => Fingerprint::of(key, kind),
        None => Fingerprint::of_wire(&listed.blob, kind),
    }
}

/// All that is known about an entry; nothing where its type is not.
#[must_use]
pub fn description_of(listed: &ListedKey) -> Option<Description> {
    let key = listed.key()?.clone();
    let certificate = match &listed.held {
        Held::Certificate(certificate) => Some((**certificate).clone()),
        Held::Key(_) | Held::Unknown(_) => None,
    };
    let file = PublicFile {
        format: Format::PublicLine,
        key,
        comment: listed.comment.clone(),
        certificate,
    };
    Some(Description::of(&Parsed::Public(file), None))
}

/// The line that `ssh-add -l` prints for an entry; it leaves out the types that it does not know, and
/// they are shown here by name.
#[must_use]
pub fn line_of(listed: &ListedKey, kind: FingerprintKind) -> String {
    let known = description_of(listed).and_then(|key| key.fingerprint_line(kind));
    known.unwrap_or_else(|| {
        let name = match &listed.held {
            Held::Unknown(name) => name.as_str(),
            Held::Key(_) | Held::Certificate(_) => "?",
        };
        let comment = match escaped(&listed.comment) {
            none if none.is_empty() => "no comment".to_owned(),
            comment => comment,
        };
        format!("? {} {comment} ({name})", fingerprint_of(listed, kind))
    })
}
