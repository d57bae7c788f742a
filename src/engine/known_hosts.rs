//! The hosts that ssh knows by their keys: shown, found and forgotten.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use super::describe::{Description, kind_of};
use super::lists::{self, Change};
use super::{Blame, Problem};
use crate::format::known_hosts::{ByPattern, Content, Entry, HostName, KnownHosts, Marker};
use crate::format::mend::Accidents;
use crate::format::{MAX_LIST_FILE, PublicFile, find_again};
use crate::key::comment::escaped;
use crate::key::fingerprint::{Fingerprint, FingerprintKind};
use crate::sys::files::{Backup, ListFile};

/// The name of the file in the folder in which ssh looks.
pub const FILE_NAME: &str = "known_hosts";

/// What is said wherever a host is forgotten, for many take it for more.
pub const NOT_YOUR_KEY: &str =
    "Your own key on that server was not touched: this only forgets by which key you knew the server.";

/// A line about a host, ready to be shown.
#[derive(Clone, Debug)]
pub struct Host {
    /// Its number, counted from 1.
    pub line: usize,
    /// The names and patterns; of a hidden name none.
    pub names: Vec<String>,
    /// What is said about the key.
    pub marker: Marker,
    /// The type of key that the line names.
    pub key_type: String,
    /// The key, or why it cannot be shown.
    pub key: Result<Description, String>,
}

impl Host {
    fn new(line: usize, entry: &Entry<'_>) -> Self {
        Self {
            line,
            names: entry.names.patterns().map(escaped).collect(),
            marker: entry.marker,
            key_type: escaped(entry.key_type()),
            key: entry.key().map(described).map_err(|error| error.to_string()),
        }
    }

    /// Whether the name is hidden.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        self.names.is_empty()
    }

    /// What `ssh-keygen -l` says of the key, or why nothing can be said.
    #[must_use]
    pub fn key_line(&self, kind: FingerprintKind) -> String {
        match &self.key {
            Ok(key) => key.fingerprint_line(kind).unwrap_or_default(),
            Err(why) => format!("{} ({why})", self.key_type),
        }
    }

    /// What kind of key it is: “ED25519”, “RSA, 3072 bits”; or what its line says, and why that is no key.
    #[must_use]
    pub fn kind(&self) -> String {
        match &self.key {
            Ok(key) => key.public.as_ref().map(kind_of).unwrap_or_default(),
            Err(why) => format!("{} ({why})", self.key_type),
        }
    }

    /// The key's fingerprint, where it has one.
    #[must_use]
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        let key = self.key.as_ref().ok()?.public.as_ref()?;
        Some(Fingerprint::of(key, FingerprintKind::Sha256))
    }

    /// Whether both are told alike, and stand in the same line.
    fn is_same_as(&self, other: &Self) -> bool {
        let told = |host: &Self| (host.line, host.title(), host.key_line(FingerprintKind::Sha256));
        told(self) == told(other)
    }

    /// The hosts as they are told: their names with a mark before them.
    #[must_use]
    pub fn title(&self) -> String {
        let names = if self.is_hidden() {
            "(hidden name)".to_owned()
        } else {
            self.names.join(",")
        };
        self.marked(&names)
    }

    /// Names, behind the mark of the line.
    fn marked(&self, names: &str) -> String {
        match self.marker {
            Marker::None => names.to_owned(),
            Marker::CertAuthority => format!("@cert-authority {names}"),
            Marker::Revoked => format!("@revoked {names}"),
        }
    }
}

/// One host and all that is known of it.
#[derive(Clone, Debug)]
pub struct Known {
    /// What it is called; where its name is hidden, what it was searched by.
    pub name: String,
    /// The lines about it, in their order.
    pub lines: Vec<Host>,
}

impl Known {
    /// Whether nobody can tell which host it is.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        self.lines.iter().any(Host::is_hidden)
    }

    /// Its name, and where it stands.
    #[must_use]
    pub fn title(&self) -> String {
        let numbers: Vec<String> = self.lines.iter().map(|host| host.line.to_string()).collect();
        let lines = if numbers.len() == 1 { "line" } else { "lines" };
        format!("{} ({lines} {})", self.name, numbers.join(", "))
    }
}

/// The same hosts, each once with all its keys. A hidden name is found by the whole of it alone, so those that are hidden
/// are what was `searched`; without a search nobody can tell which of them are the same.
pub fn by_host(hosts: impl Iterator<Item = Host>, searched: &str) -> Vec<Known> {
    let searched = searched.trim();
    let mut all: Vec<Known> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for host in hosts {
        let is_unknown = host.is_hidden() && searched.is_empty();
        let name = if host.is_hidden() && !is_unknown {
            host.marked(&escaped(searched.as_bytes()))
        } else if is_unknown {
            host.marked("Hidden name")
        } else {
            host.title()
        };
        if let Some(place) = places.get(&name).filter(|_| !is_unknown) {
            all[*place].lines.push(host);
            continue;
        }
        if !is_unknown {
            places.insert(name.clone(), all.len());
        }
        all.push(Known {
            name,
            lines: vec![host],
        });
    }
    all
}

/// Without the search for weaknesses, which takes long where there are thousands, and is the host's affair.
fn described(file: PublicFile) -> Description {
    Description {
        format: Some(file.format),
        public: Some(file.key),
        comment: Some(file.comment),
        protection: None,
        has_private: false,
        certificate: file.certificate,
        has_x509: false,
        warnings: Vec::new(),
        mended: Accidents::NONE,
        for_ssh: None,
    }
}

/// The file as it was read.
#[derive(Debug)]
pub struct Book {
    path: PathBuf,
    bytes: Vec<u8>,
    hosts: KnownHosts,
}

/// What is left of a list, which hosts went, and which stay for being marked.
struct Left {
    hosts: KnownHosts,
    gone: Vec<Host>,
    changed: Vec<Host>,
    kept: Vec<Host>,
}

/// What was forgotten.
#[derive(Debug)]
pub struct Forgotten {
    /// The lines that are gone.
    pub hosts: Vec<Host>,
    /// The lines out of which the host's name went, as they were: they know others still.
    pub changed: Vec<Host>,
    /// The same host's lines with a mark, which stay.
    pub kept: Vec<Host>,
    /// How it is taken back.
    pub change: Change,
}

impl Book {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// It is not there, cannot be read, or is no such list.
    pub fn open(path: &Path) -> Result<Self, Problem> {
        let file = ListFile::open(path, MAX_LIST_FILE)?;
        if !file.is_there() {
            return Err(Problem::new(
                "io-not-found",
                Blame::World,
                format!("there is no file {}", lists::shown(path)),
                "ssh makes it when it first meets a host.",
            ));
        }
        Self::of(path, file.bytes())
    }

    fn of(path: &Path, bytes: &[u8]) -> Result<Self, Problem> {
        Ok(Self {
            path: path.to_owned(),
            bytes: bytes.to_vec(),
            hosts: KnownHosts::parse(bytes.to_vec())?,
        })
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Every host in it.
    pub fn hosts(&self) -> impl Iterator<Item = Host> {
        self.hosts.entries().map(|(line, entry)| Host::new(line, &entry))
    }

    /// The lines that ssh passes over, and why.
    pub fn unreadable(&self) -> impl Iterator<Item = (usize, String)> {
        self.hosts.lines().filter_map(|line| match line.content {
            Content::Unreadable(fault) => Some((line.number, fault.to_string())),
            Content::Remark | Content::Host(_) => None,
        })
    }

    /// The hosts that a word may mean: a name, also a hidden one, or a part of it.
    pub fn find(&self, word: &str) -> impl Iterator<Item = Host> {
        // `host:22` is a part of nothing, and means the host.
        let name = HostName::parse(word);
        let word = name.as_ref().map_or(word, HostName::as_str).to_owned();
        let found: Vec<_> = self.hosts.search(&word).collect();
        found.into_iter().map(|(line, entry)| Host::new(line, &entry))
    }

    /// The lines about this very host, also by its hidden name.
    pub fn of_host(&self, host: &HostName) -> impl Iterator<Item = Host> {
        let lines = self.hosts.lines_of(host);
        lines.map(|(line, entry)| Host::new(line, &entry))
    }

    /// The lines that know a host by a pattern, and others with it.
    #[must_use]
    pub fn patterns_for(&self, host: &HostName) -> Vec<Host> {
        let found = self.hosts.patterns_for(host);
        found.map(|(line, entry)| Host::new(line, &entry)).collect()
    }

    /// Forgets a host in the list as it is by now, also by its hidden name, and no other one; the list as it was is kept
    /// beside it.
    ///
    /// # Errors
    /// The host is not there, or only in what stays; or the file cannot be written.
    pub fn forget(&self, host: &HostName, by_pattern: ByPattern) -> Result<Forgotten, Problem> {
        self.change(|book| {
            let mut left = book.hosts.clone();
            let forgotten = left.forget(host, by_pattern);
            let kept: Vec<Host> = book
                .hosts
                .lines_of(host)
                .filter(|(line, _)| !forgotten.gone.contains(line) && !forgotten.changed.contains(line))
                .map(|(line, entry)| Host::new(line, &entry))
                .collect();
            if forgotten.gone.is_empty() && forgotten.changed.is_empty() {
                return Err(book.unknown(host, &kept));
            }
            Ok(Left {
                hosts: left,
                gone: book.among(&forgotten.gone),
                changed: book.among(&forgotten.changed),
                kept,
            })
        })
    }

    /// Takes lines away that were shown before.
    ///
    /// # Errors
    /// Others stand there now, or the file cannot be written.
    pub fn forget_shown(&self, shown: &[Host]) -> Result<Forgotten, Problem> {
        let there: Vec<Host> = self.hosts().collect();
        let is_there = |shown: &Host| there.iter().any(|host| host.is_same_as(shown));
        if !shown.iter().all(is_there) {
            return Err(lists::changed(self.path()));
        }
        self.forget_lines(&shown.iter().map(|host| host.line).collect())
    }

    /// Takes these lines away, whatever they hold, from the list as it is by now. Lines that others have added or taken away
    /// meanwhile do no harm.
    ///
    /// # Errors
    /// There is no such line, another program has changed one of them, or the file cannot be written.
    pub fn forget_lines(&self, numbers: &BTreeSet<usize>) -> Result<Forgotten, Problem> {
        let there: BTreeSet<usize> = self.hosts.lines().map(|line| line.number).collect();
        if let Some(missing) = numbers.difference(&there).next() {
            return Err(lists::no_line(self.path(), *missing));
        }
        self.change(|book| {
            let numbers =
                find_again(&self.bytes, &book.bytes, numbers).ok_or_else(|| lists::changed(self.path()))?;
            let mut left = book.hosts.clone();
            left.remove_lines(&numbers);
            Ok(Left {
                hosts: left,
                gone: book.among(&numbers),
                changed: Vec::new(),
                kept: Vec::new(),
            })
        })
    }

    /// Has `work` say what is left of the list as it is by now.
    fn change(&self, work: impl Fn(&Self) -> Result<Left, Problem>) -> Result<Forgotten, Problem> {
        let (change, left) = Change::edit(self.path(), Backup::Old, |bytes| {
            let book = Self::of(self.path(), bytes)?;
            let mut left = work(&book)?;
            Ok((std::mem::take(&mut left.hosts).into_bytes(), left))
        })?;
        let Left {
            gone, changed, kept, ..
        } = left;
        Ok(Forgotten {
            hosts: gone,
            changed,
            kept,
            change,
        })
    }

    fn among(&self, numbers: &BTreeSet<usize>) -> Vec<Host> {
        self.hosts().filter(|host| numbers.contains(&host.line)).collect()
    }

    fn unknown(&self, host: &HostName, marked: &[Host]) -> Problem {
        let what = format!("{} does not know {host}", lists::shown(self.path()));
        let others: Vec<String> = self
            .find(host.without_port().unwrap_or(host.as_str()))
            .map(|host| format!("line {} ({})", host.line, host.title()))
            .take(3)
            .collect();
        let hint = if !marked.is_empty() {
            "Only lines with a mark speak of it; take those away by their number (--line).".to_owned()
        } else if others.is_empty() {
            "A host has a line for each name, address and port that you used: “host” and “host:2222” are two."
                .to_owned()
        } else {
            format!(
                "Perhaps you mean {}: take lines away by their number (--line).",
                others.join(", ")
            )
        };
        Problem::new("not-in-list", Blame::Key, what, hint).unchanged()
    }
}
