//! Who a server says it is, and whether that is known: ssh's own lists, `known_hosts` of the user and of the system.

use std::env;
use std::path::{Path, PathBuf};

use super::Target;
use super::algorithms::is_accepted;
use crate::format::certificate::HostCertificateFault;
use crate::format::known_hosts::{KnownHosts, Lookup, Marker, Shown};
use crate::format::{Certificate, ListError, MAX_LIST_FILE, Parsed, parse};
use crate::key::fingerprint::{Fingerprint, FingerprintKind};
use crate::key::randomart::{self, Randomart};
use crate::key::{Algorithm, PublicKey};
use crate::sys::files::{self, Backup, EditError, ListFile};
use crate::sys::home::ssh_folder;
use crate::sys::randomness::{OsRandomError, os_rng};

/// The key that a server showed and proved to have, and the certificate if it showed one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostKey {
    key: PublicKey,
    certificate: Option<Box<Certificate>>,
}

impl HostKey {
    pub(super) fn plain(key: PublicKey) -> Self {
        let certificate = None;
        Self { key, certificate }
    }

    pub(super) fn certified(certificate: Certificate) -> Self {
        Self {
            key: certificate.key().clone(),
            certificate: Some(Box::new(certificate)),
        }
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The certificate.
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_deref()
    }

    /// What to compare with what the owner of the server says.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.key, FingerprintKind::Sha256)
    }

    /// The fingerprint as a picture, and the title that `ssh` writes over it.
    #[must_use]
    pub fn art(&self) -> (Randomart, String) {
        let title = randomart::title(self.key.algorithm().title(), self.key.bits());
        (Randomart::new(self.fingerprint().digest()), title)
    }
}

/// What the lists say about the key that a server shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// This line knows the server by this key.
    Known {
        /// The list.
        file: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// An authority that this line trusts vouches for it.
    ByAuthority {
        /// The list.
        file: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// It is the key that this connection was told to expect.
    Pinned,
    /// Nobody knows the server yet.
    New,
    /// The server is known by other keys.
    Changed {
        /// The list.
        file: PathBuf,
        /// Counted from 1.
        lines: Vec<usize>,
    },
    /// This line says that the key must never be trusted.
    Revoked {
        /// The list.
        file: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// An authority that is trusted has signed its certificate, which is not good for this server.
    BadCertificate {
        /// What is wrong with it.
        why: HostCertificateFault,
    },
}

/// The lists of hosts that count for one server.
#[derive(Clone, Debug, Default)]
pub struct KnownHostsFiles {
    /// Those of the user come first.
    files: Vec<(PathBuf, KnownHosts)>,
    own: Own,
    is_hashed: bool,
    /// Keys that must not be trusted, with the file and the line that say so.
    revoked: Vec<(PathBuf, usize, PublicKey)>,
}

/// Where a new server is remembered.
#[derive(Clone, Debug, Default)]
enum Own {
    /// In this file.
    File(PathBuf),
    /// Nowhere: ssh's configuration wants it so.
    Nowhere,
    /// It is not known where.
    #[default]
    Unknown,
}

/// Why the lists cannot be read, or a server not be remembered.
#[derive(Debug, thiserror::Error)]
pub enum KnownHostsError {
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] EditError),
    /// It is no such list.
    #[error("{} is no list of hosts: {source}", path.display())]
    List {
        /// The file.
        path: PathBuf,
        /// What it is.
        source: ListError,
    },
    /// By now, the server is known there by other keys.
    #[error("{} has other keys of this server by now", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// Which keys are revoked cannot be read, so that none can be trusted.
    #[error("which keys must not be trusted cannot be told from {} ({why})", path.display())]
    Revocations {
        /// The file.
        path: PathBuf,
        /// Why.
        why: &'static str,
    },
    /// There is no file to remember servers in, for no home folder is known.
    #[error("there is no file to remember servers in")]
    NoFile,
    /// A name cannot be hidden without randomness.
    #[error(transparent)]
    Random(#[from] OsRandomError),
}

impl KnownHostsFiles {
    /// Reads the lists that ssh would ask about this server. One that is not there is empty.
    ///
    /// # Errors
    /// One of them cannot be read. To go on without it could make a server look new that has changed.
    pub fn read(target: &Target) -> Result<Self, KnownHostsError> {
        let said = listed(target, "userknownhostsfile");
        let is_said = said.is_some();
        let users = said.unwrap_or_else(|| in_ssh_folder(&["known_hosts", "known_hosts2"]));
        let systems = listed(target, "globalknownhostsfile")
            .unwrap_or_else(|| in_system_folder(&["ssh_known_hosts", "ssh_known_hosts2"]));
        let own = match users.first() {
            Some(path) => Own::File(path.clone()),
            None if is_said => Own::Nowhere,
            None => Own::Unknown,
        };
        let mut files = Vec::new();
        for path in users.into_iter().chain(systems) {
            let file = ListFile::open(&path, MAX_LIST_FILE)?;
            if file.is_there() {
                files.push((path.clone(), parsed(&path, file.bytes())?));
            }
        }
        Ok(Self {
            files,
            own,
            is_hashed: target.settings().says_yes("hashknownhosts"),
            revoked: revoked(target)?,
        })
    }

    /// What they say about the key that a server shows, at `now` in seconds since 1970 (UTC).
    ///
    /// One line that knows it is enough, and one that revokes it is too much.
    #[must_use]
    pub fn check(&self, target: &Target, shown: &HostKey, now: u64) -> Trust {
        let authority = shown.certificate().map(Certificate::authority);
        let is_it = |key: &PublicKey| key == shown.key() || Some(key) == authority;
        if let Some((file, line, _)) = self.revoked.iter().find(|(_, _, key)| is_it(key)) {
            return Trust::Revoked {
                file: file.clone(),
                line: *line,
            };
        }
        let certified = shown
            .certificate()
            .map(|certificate| self.check_certificate(target, certificate, now));
        match certified {
            Some(found @ (Trust::ByAuthority { .. } | Trust::Revoked { .. })) => found,
            Some(Trust::BadCertificate { why }) => match self.check_key(target, shown.key()) {
                // ssh would ask about the key alone. But whoever set up an authority meant it.
                Trust::New => Trust::BadCertificate { why },
                found => found,
            },
            _ => self.check_key(target, shown.key()),
        }
    }

    fn check_certificate(&self, target: &Target, certificate: &Certificate, now: u64) -> Trust {
        let name = target.host_name();
        let bare = name.without_port().unwrap_or(name.as_str());
        let mut trust = Trust::New;
        for (file, hosts) in &self.files {
            let file = || file.clone();
            match hosts.lookup(name, Shown::Certificate(certificate)) {
                Lookup::Revoked { line } => return Trust::Revoked { file: file(), line },
                Lookup::Known { line } => match vouches(target, certificate, bare, now) {
                    Err(why) if trust == Trust::New => trust = Trust::BadCertificate { why },
                    Ok(()) if !matches!(trust, Trust::ByAuthority { .. }) => {
                        trust = Trust::ByAuthority { file: file(), line }
                    }
                    Ok(()) | Err(_) => {}
                },
                Lookup::New | Lookup::Changed { .. } => {}
            }
        }
        trust
    }

    fn check_key(&self, target: &Target, key: &PublicKey) -> Trust {
        let mut trust = Trust::New;
        for (file, hosts) in &self.files {
            let file = || file.clone();
            match hosts.lookup(target.host_name(), Shown::Key(key)) {
                Lookup::Revoked { line } => return Trust::Revoked { file: file(), line },
                Lookup::Known { line } if !matches!(trust, Trust::Known { .. }) => {
                    trust = Trust::Known { file: file(), line }
                }
                Lookup::Changed { lines } if trust == Trust::New => {
                    trust = Trust::Changed { file: file(), lines }
                }
                Lookup::Known { .. } | Lookup::Changed { .. } | Lookup::New => {}
            }
        }
        trust
    }

    /// The types of key by which the server is known: to be asked for first, so that it does not seem to have changed
    /// for having more than one.
    pub(super) fn known_types(&self, target: &Target) -> Vec<Algorithm> {
        let types = self.lines_of(target, Marker::None);
        types
            .filter_map(|name| Algorithm::from_name(std::str::from_utf8(name).ok()?))
            .collect()
    }

    /// Whether an authority is trusted to vouch for the server, so that its certificate is worth asking for.
    pub(super) fn has_authority(&self, target: &Target) -> bool {
        self.lines_of(target, Marker::CertAuthority).next().is_some()
    }

    fn lines_of(&self, target: &Target, marker: Marker) -> impl Iterator<Item = &[u8]> {
        let name = target.host_name();
        let bare = name.without_port();
        self.files
            .iter()
            .flat_map(|(_, hosts)| hosts.entries())
            .filter_map(move |(_, entry)| {
                let is_about = |name| entry.names.matches(name);
                let is_it = is_about(name.as_str()) || bare.is_some_and(is_about);
                (entry.marker == marker && is_it).then(|| entry.key_type())
            })
    }

    /// Where [`remember`](Self::remember) writes; nothing where ssh's configuration has no servers remembered.
    #[must_use]
    pub fn own_file(&self) -> Option<&Path> {
        match &self.own {
            Own::File(path) => Some(path),
            Own::Nowhere | Own::Unknown => None,
        }
    }

    /// Adds a line for the server and its key to the user's list, with the name hidden where ssh would hide it. Other
    /// programs may write to the list meanwhile; none of their lines is lost. Nothing where ssh's configuration has no
    /// servers remembered.
    ///
    /// # Errors
    /// The list cannot be written, or by now it has other keys of this server.
    pub fn remember(&self, target: &Target, key: &HostKey) -> Result<Option<PathBuf>, KnownHostsError> {
        let path = match &self.own {
            Own::File(path) => path,
            Own::Nowhere => return Ok(None),
            Own::Unknown => return Err(KnownHostsError::NoFile),
        };
        let mut rng = os_rng()?;
        let (name, key) = (target.host_name(), key.key());
        files::edit(path, MAX_LIST_FILE, Backup::None, |bytes| {
            let mut hosts = parsed(path, bytes)?;
            match hosts.lookup(name, Shown::Key(key)) {
                Lookup::Known { .. } => {}
                Lookup::New if self.is_hashed => {
                    hosts.add_hashed(name, key, &mut rng);
                }
                Lookup::New => hosts.add(name, key),
                Lookup::Changed { .. } | Lookup::Revoked { .. } => {
                    return Err(KnownHostsError::Changed { path: path.clone() });
                }
            }
            Ok((hosts.into_bytes(), ()))
        })?;
        Ok(Some(path.clone()))
    }
}

fn parsed(path: &Path, bytes: &[u8]) -> Result<KnownHosts, KnownHostsError> {
    KnownHosts::parse(bytes.to_vec()).map_err(|source| KnownHostsError::List {
        path: path.to_owned(),
        source,
    })
}

/// The keys that ssh's configuration has revoked (`RevokedHostKeys`): one in a line. As for ssh, a file that cannot be read
/// revokes all of them; and so does a list in OpenSSH's own format, which is not read here.
fn revoked(target: &Target) -> Result<Vec<(PathBuf, usize, PublicKey)>, KnownHostsError> {
    let Some(word) = target.settings().first("revokedhostkeys") else {
        return Ok(Vec::new());
    };
    if word.eq_ignore_ascii_case(b"none") {
        return Ok(Vec::new());
    }
    let word = String::from_utf8_lossy(word);
    let fault = |path: &Path, why| KnownHostsError::Revocations {
        path: path.to_owned(),
        why,
    };
    let path = target
        .file(&word)
        .ok_or_else(|| fault(Path::new(&*word), "its name cannot be told"))?;
    let file = ListFile::open(&path, MAX_LIST_FILE)?;
    if !file.is_there() {
        return Err(fault(&path, "it is not there"));
    }
    if file.bytes().starts_with(b"SSHKRL") {
        return Err(fault(&path, "it is a KRL, which this program does not read"));
    }
    let lines = file.bytes().split(|byte| *byte == b'\n').enumerate();
    let said = lines.filter(|(_, line)| {
        let line = line.trim_ascii();
        !line.is_empty() && !line.starts_with(b"#")
    });
    said.map(|(index, line)| match parse(line) {
        Ok(Parsed::Public(found)) => Ok((path.clone(), index + 1, found.key)),
        _ => Err(fault(&path, "it has a line that is no public key")),
    })
    .collect()
}

/// The files that a keyword of ssh's configuration names, but for those of which only ssh could tell where they are.
fn listed(target: &Target, keyword: &str) -> Option<Vec<PathBuf>> {
    let words = target.settings().words(keyword)?;
    let is_empty = |word: &&Vec<u8>| word.eq_ignore_ascii_case(b"none") || *word == b"/dev/null";
    let paths = words.iter().filter(|word| !is_empty(word));
    let paths = paths.filter_map(|word| target.file(std::str::from_utf8(word).ok()?));
    Some(paths.collect())
}

fn in_ssh_folder(names: &[&str]) -> Vec<PathBuf> {
    let folder = ssh_folder();
    folder
        .iter()
        .flat_map(|folder| names.iter().map(|name| folder.join(name)))
        .collect()
}

fn in_system_folder(names: &[&str]) -> Vec<PathBuf> {
    let folder = system_folder();
    folder
        .iter()
        .flat_map(|folder| names.iter().map(|name| folder.join(name)))
        .collect()
}

/// Where OpenSSH keeps what holds for all users.
pub(super) fn system_folder() -> Option<PathBuf> {
    if cfg!(windows) {
        env::var_os("ProgramData").map(|folder| PathBuf::from(folder).join("ssh"))
    } else {
        Some(PathBuf::from("/etc/ssh"))
    }
}

/// Whether a certificate vouches for the host of this name, and was signed as ssh's configuration takes it.
fn vouches(
    target: &Target,
    certificate: &Certificate,
    name: &str,
    now: u64,
) -> Result<(), HostCertificateFault> {
    certificate.vouches_for(name, now)?;
    let scheme = certificate.signature().scheme;
    if is_accepted(target.settings(), &["CASignatureAlgorithms"], scheme) {
        Ok(())
    } else {
        Err(HostCertificateFault::RuledOut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::ssh_config::SshConfig;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHs79z7JKxXBNr/ArVRwU8PLlJs0O5cZX/GovM4FaWZv";
    const OTHER: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILNG8RxQbRDga5aL3RYjaQABF93BeXhbYjPhsRrCa+JQ";

    fn target(text: &str, config: &str) -> Target {
        let config = SshConfig::parse(config.as_bytes().to_vec()).unwrap();
        Target::parse(text, &config.into(), "jo").unwrap()
    }

    fn lists(texts: &[&str]) -> KnownHostsFiles {
        let files = texts.iter().enumerate().map(|(index, text)| {
            let hosts = KnownHosts::parse(text.as_bytes().to_vec()).unwrap();
            (PathBuf::from(index.to_string()), hosts)
        });
        KnownHostsFiles {
            files: files.collect(),
            ..KnownHostsFiles::default()
        }
    }

    fn trust(texts: &[&str]) -> Trust {
        let Ok(Parsed::Public(shown)) = parse(KEY.as_bytes()) else {
            panic!("a public key");
        };
        lists(texts).check(&target("host", ""), &HostKey::plain(shown.key), 0)
    }

    #[test]
    fn all_lists_are_asked_and_one_that_revokes_settles_it() {
        let [known, changed] = [KEY, OTHER].map(|key| format!("x {key}\nhost {key}\n"));
        let revoked = format!("@revoked * {KEY}\n");
        let file = |name: &str| PathBuf::from(name);
        let lines = vec![2];
        assert_eq!(trust(&[]), Trust::New);
        assert_eq!(
            trust(&["", &known]),
            Trust::Known {
                file: file("1"),
                line: 2
            }
        );
        assert_eq!(
            trust(&[&changed, &known]),
            Trust::Known {
                file: file("1"),
                line: 2
            }
        );
        assert_eq!(
            trust(&["", &changed, &changed]),
            Trust::Changed {
                file: file("1"),
                lines
            }
        );
        assert_eq!(
            trust(&[&known, &revoked]),
            Trust::Revoked {
                file: file("1"),
                line: 1
            }
        );
        assert_eq!(
            trust(&[&changed, &revoked]),
            Trust::Revoked {
                file: file("1"),
                line: 1
            }
        );
    }

    #[test]
    fn what_a_server_is_known_by_is_asked_for_first() {
        let text = format!(
            "*.org ssh-rsa AAAA\n[a.org]:22 {KEY}\n[a.org]:99 ecdsa-sha2-nistp256 AAAA\n@cert-authority b.org {KEY}\n"
        );
        let lists = lists(&[&text]);
        assert_eq!(lists.known_types(&target("a.org", "")), [Algorithm::Rsa]);
        let types = lists.known_types(&target("a.org:99", ""));
        assert_eq!(types.len(), 2, "{types:?}");
        assert!(!lists.has_authority(&target("a.org", "")));
        assert!(lists.has_authority(&target("b.org:99", "")));
    }

    #[test]
    fn lists_lie_where_ssh_has_them_or_its_configuration_says() {
        let target = |config| target("h", config);
        assert_eq!(listed(&target(""), "userknownhostsfile"), None);
        let named = listed(
            &target("UserKnownHostsFile /a \"/b c\" /%h/%C /%h none\n"),
            "userknownhostsfile",
        );
        assert_eq!(named, Some(["/a", "/b c", "/h"].map(PathBuf::from).to_vec()));
        assert_eq!(
            listed(&target("UserKnownHostsFile none\n"), "userknownhostsfile"),
            Some(Vec::new())
        );
        assert_eq!(
            listed(&target("UserKnownHostsFile /dev/null\n"), "userknownhostsfile"),
            Some(Vec::new())
        );
        assert_eq!(
            listed(&target("UserKnownHostsFile # why\n"), "userknownhostsfile"),
            None
        );
    }
}
