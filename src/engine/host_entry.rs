//! A short name for a server, in ssh's configuration: with it goes the one key that is to be tried there, which ends “Too
//! many authentication failures” for good (`ssh_config(5)`).
//!
//! It stands before all other lines, where it wins, and all of them stay byte for byte.

use std::path::{Path, PathBuf};

use crate::engine::keys::Whose;
use crate::engine::keys::own_lines::{read, spelling};
use crate::engine::lists::Change;
use crate::engine::{Blame, Problem};
use crate::format::ssh_config::{Configuration, Directive, Settings, SshConfig, Stanza};
use crate::key::PublicKey;
use crate::sys::files::{Backup, ListFile};
use crate::sys::home::user_name;
use crate::sys::remote::{FOR_ONCE, Target, TargetError, Way, read_config};

/// What else leads to a server as it was reached, and has to stand in its entry.
const GOES_ALONG: [&str; 18] = [
    "CASignatureAlgorithms",
    "HostKeyAlias",
    "UserKnownHostsFile",
    "GlobalKnownHostsFile",
    "StrictHostKeyChecking",
    "RevokedHostKeys",
    "ProxyJump",
    "KexAlgorithms",
    "Ciphers",
    "MACs",
    "HostKeyAlgorithms",
    "PubkeyAcceptedAlgorithms",
    "PreferredAuthentications",
    "CertificateFile",
    "IdentityAgent",
    "AddressFamily",
    "BindAddress",
    "ConnectTimeout",
];

/// What an entry may have so that ssh offers the key at all.
const FOR_THE_KEY: [&str; 2] = ["PubkeyAuthentication", "RequiredRSASize"];

/// What each entry has.
const OF_EACH: [&str; 5] = ["HostName", "User", "Port", "IdentityFile", "IdentitiesOnly"];

/// An entry, and what the configuration becomes with it; nothing is changed yet.
#[derive(Clone, Debug)]
pub struct HostEntry {
    /// The short name.
    pub name: String,
    /// Its lines.
    pub text: String,
    file: ListFile,
    /// Nothing where the entry is there already.
    after: Option<Vec<u8>>,
}

impl HostEntry {
    /// An entry that has `ssh name` log in on `target` with the key that `key` names, file and public half, and offer no other. `told` is what counted before
    /// ssh's configuration when the server was found.
    ///
    /// # Errors
    /// The name cannot be one, or means something else already; the configuration cannot be read, or the name of the
    /// file cannot stand in it.
    pub fn plan(
        whose: &Whose,
        name: &str,
        target: &Target,
        told: &[Directive],
        key: (&Path, &PublicKey),
    ) -> Result<Self, Problem> {
        let name = name.trim();
        check(name)?;
        let config = read_config()?;
        let (file, mut own) = read(whose)?;
        let there = There::new(target, told, &config, key);
        let stanza = there.stanza(whose, name, &config)?;
        let mut entry = Self {
            name: name.to_owned(),
            text: stanza.text(),
            file,
            after: None,
        };
        if there.is_meant_by(name, &config) {
            return Ok(entry);
        }
        if config
            .aliases()
            .iter()
            .any(|alias| alias.eq_ignore_ascii_case(name))
        {
            return Err(taken(name));
        }
        own.add_host(&stanza);
        let after = own.into_bytes();
        // As ssh will read it, but for other files, which it includes further down.
        let then = Configuration::from(SshConfig::parse(after.clone())?).then(config);
        if !there.is_meant_by(name, &then) {
            return Err(bent(name));
        }
        entry.after = Some(after);
        Ok(entry)
    }

    /// ssh's configuration.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Whether the configuration has to be changed for it.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.after.is_some()
    }

    /// Writes it; nothing comes back where it was there already. Lines are added and no other is touched, so no copy of the file
    /// is made, which would take the place of somebody's own.
    ///
    /// # Errors
    /// The configuration was changed since, or cannot be written.
    pub fn write(&self) -> Result<Option<Change>, Problem> {
        let after = self.after.clone();
        after
            .map(|after| Change::make(&self.file, after, Backup::None))
            .transpose()
    }

    /// The command that logs in by it.
    #[must_use]
    pub fn log_in(&self) -> String {
        format!("ssh {}", self.name)
    }
}

/// Takes the entry of a short name out of ssh's configuration again: one that leads to `target` with the key that `key` names, and has
/// no other lines than [`plan`](HostEntry::plan) makes. `told` is as there.
///
/// # Errors
/// There is no such entry, or it leads elsewhere or has more lines; or the configuration cannot be read or written. It is
/// what it was then.
pub fn take_out(
    whose: &Whose,
    name: &str,
    target: &Target,
    told: &[Directive],
    key: (&Path, &PublicKey),
) -> Result<Change, Problem> {
    let name = name.trim();
    check(name)?;
    let config = read_config()?;
    let (file, mut own) = read(whose)?;
    let there = There::new(target, told, &config, key);
    let keywords = [&OF_EACH[..], &GOES_ALONG[..], &FOR_THE_KEY[..]].concat();
    if !there.is_meant_by(name, &config) || !own.remove_host(name, &keywords) {
        return Err(not_ours(name));
    }
    Change::make(&file, own.into_bytes(), Backup::None)
}

/// Where an entry is to lead.
struct There<'a> {
    target: &'a Target,
    /// What our own reader finds in ssh's configuration about it.
    settings: Settings,
    key: PathBuf,
    /// What has to stand there for ssh to offer the key.
    offering: Vec<(&'static str, String)>,
}

impl<'a> There<'a> {
    fn new(
        target: &'a Target,
        told: &[Directive],
        config: &Configuration,
        (key, public): (&Path, &PublicKey),
    ) -> Self {
        let is_once = |told: &&Directive| {
            FOR_ONCE
                .iter()
                .any(|once| told.keyword.eq_ignore_ascii_case(once))
        };
        let told: Vec<Directive> = told.iter().filter(|told| !is_once(told)).cloned().collect();
        Self {
            target,
            settings: config.lookup_as(&told, target.alias(), &user_name()),
            key: std::path::absolute(key).unwrap_or_else(|_| key.to_owned()),
            offering: target.to_offer(public),
        }
    }

    fn is_for_key(&self, keyword: &str) -> bool {
        self.offering.iter().any(|(offering, _)| *offering == keyword)
    }

    fn stanza(&self, whose: &Whose, name: &str, config: &Configuration) -> Result<Stanza, Problem> {
        let target = self.target;
        if matches!(target.way(), Way::Command(_)) {
            return Err(through_a_program());
        }
        let mut stanza = Stanza::for_hosts([name])?
            // A percent sign begins a token there.
            .with("HostName", &target.host().replace('%', "%%"))?
            .with("User", target.user())?
            .with("Port", &target.port().to_string())?
            .with("IdentityFile", &spelling(whose, &self.key)?)?
            .with("IdentitiesOnly", "yes")?;
        let by_itself = config.lookup(name, &user_name());
        for (keyword, value) in &self.offering {
            stanza = stanza.with(keyword, value)?;
        }
        for keyword in GOES_ALONG.into_iter().filter(|keyword| !self.is_for_key(keyword)) {
            let wanted = self.settings.words(keyword);
            if let Some(words) = wanted.filter(|wanted| Some(*wanted) != by_itself.words(keyword)) {
                let words = words.iter().filter_map(|word| std::str::from_utf8(word).ok());
                stanza = stanza.with_words(keyword, words)?;
            }
        }
        Ok(stanza)
    }

    /// Whether `name` already leads there, with that key first and no others.
    fn is_meant_by(&self, name: &str, config: &Configuration) -> bool {
        let target = self.target;
        let Ok(found) = Target::parse(name, config, &user_name()) else {
            return false;
        };
        let settings = found.settings();
        let first = settings.identity_files().into_iter().next();
        let is_offered = self.offering.iter().all(|(keyword, value)| {
            settings
                .first(keyword)
                .is_some_and(|first| first.eq_ignore_ascii_case(value.as_bytes()))
        });
        let mut going_along = GOES_ALONG.iter().filter(|keyword| !self.is_for_key(keyword));
        let is_same_way =
            is_offered && going_along.all(|keyword| settings.words(keyword) == self.settings.words(keyword));
        (found.user(), found.host(), found.port()) == (target.user(), target.host(), target.port())
            && settings.identities_only()
            && first.and_then(|file| found.file(&file)).as_ref() == Some(&self.key)
            && is_same_way
    }
}

fn through_a_program() -> Problem {
    Problem::new(
        "unsupported-format",
        Blame::Usage,
        "the way to this server leads through a program (ProxyCommand), which stands in the lines about it in ssh's configuration",
        "Write the short name behind the Host of those lines, and both lead there.",
    )
    .unchanged()
}

fn not_ours(name: &str) -> Problem {
    Problem::new(
        "not-in-list",
        Blame::Usage,
        format!(
            "ssh's configuration has no entry {name} that leads there with this key and says nothing else"
        ),
        "Look at it yourself: it may have been changed since. It stands in ~/.ssh/config as a rule.",
    )
    .unchanged()
}

/// A name that ssh takes as a plain one, and everything else as well.
fn check(name: &str) -> Result<(), Problem> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let fine = !name.is_empty() && !name.starts_with(['-', '.']) && name.chars().all(is_plain);
    if fine {
        return Ok(());
    }
    let error = if name.is_empty() {
        TargetError::NoHost
    } else {
        TargetError::Host(name.to_owned())
    };
    Err(Problem::from(&error).with_hint(
        "Give a short name of letters, digits, hyphens and dots, such as web-1: “ssh web-1” then logs in there.",
    ))
}

fn taken(name: &str) -> Problem {
    Problem::new(
        "exists",
        Blame::Usage,
        format!("ssh's configuration has another entry for {name} already"),
        "Choose another name, or change that entry by hand.",
    )
    .unchanged()
}

/// Lines about all hosts, or about hosts of such names, count for it as well, and lead elsewhere.
fn bent(name: &str) -> Problem {
    Problem::new(
        "exists",
        Blame::Usage,
        format!("lines in ssh's configuration that hold for {name} as well would lead it elsewhere"),
        "Choose another name, or look there for a Host with a pattern that matches it.",
    )
    .unchanged()
}
