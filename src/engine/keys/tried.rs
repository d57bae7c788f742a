//! Which keys `ssh` tries by itself: those with a usual name, and those that its configuration names
//! (`ssh_config(5)`, `IdentityFile`).

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::Whose;
use crate::format::ssh_config::{Configuration, with_tokens};
use crate::sys::files;

/// The names that `ssh` tries in `~/.ssh`, in its order, where the configuration names no key for the host.
const USUAL_NAMES: [&str; 6] = [
    "id_rsa",
    "id_ecdsa",
    "id_ecdsa_sk",
    "id_ed25519",
    "id_ed25519_sk",
    "id_mldsa44_ed25519",
];

/// A host that no configuration names, for what it says about all of them (RFC 2606).
const NO_HOST: &str = "no-host.invalid";

/// What decides whether a key is tried.
#[derive(Debug, Default)]
pub(super) struct Tried {
    ssh_folder: Option<PathBuf>,
    named: Vec<PathBuf>,
    /// Whether the configuration names keys for every host, so that usual names are not tried by themselves.
    pub(super) names_for_all: bool,
    /// The configuration, where that comes of lines of ours which can be renewed.
    pub(super) renewable: Option<PathBuf>,
}

impl Tried {
    pub(super) fn of(whose: &Whose, config: &Configuration) -> Self {
        let mut tried = Self {
            ssh_folder: whose.ssh_folder(),
            names_for_all: !config.lookup(NO_HOST, "").identity_files().is_empty(),
            ..Self::default()
        };
        for directive in config.directives() {
            if directive.keyword == "identityfile" {
                let word = directive.words.first().map(Vec::as_slice);
                let text = word.and_then(|word| std::str::from_utf8(word).ok());
                let home = whose.home.as_deref();
                tried.named.extend(text.and_then(|text| expanded(text, home)));
            }
        }
        tried
    }

    /// Whether the configuration names the private key at `path`, for whatever host.
    pub(super) fn is_named(&self, path: &Path) -> bool {
        self.named.iter().any(|named| named == path)
    }

    /// Whether the private key at `path` has a name that ssh tries where nothing else was said.
    pub(super) fn has_usual_name(&self, path: &Path) -> bool {
        has_usual_name(self.ssh_folder.as_deref(), path)
    }

    /// Whether ssh tries the private key at `path` for some host or other.
    pub(super) fn is_tried(&self, path: &Path) -> bool {
        (self.has_usual_name(path) && !self.names_for_all) || self.is_named(path)
    }
}

/// Whether a private key at `path` has a name that ssh tries where nothing else was said to it.
#[must_use]
pub fn is_tried_by_name(whose: &Whose, path: &Path) -> bool {
    has_usual_name(whose.ssh_folder().as_deref(), path)
}

/// Whether there is a key, told at a glance: under a name that ssh tries by itself, or where one was saved or opened.
#[must_use]
pub fn has_any(whose: &Whose) -> bool {
    let register = whose.store.read().register;
    let known = register.seen().into_iter().chain(register.files());
    !files::taken(usual(whose).chain(known)).is_empty()
}

/// The paths that ssh tries by itself, in its order, whatever is there.
pub(super) fn usual(whose: &Whose) -> impl Iterator<Item = PathBuf> {
    let names = |folder: PathBuf| USUAL_NAMES.map(|name| folder.join(name));
    whose.ssh_folder().into_iter().flat_map(names)
}

fn has_usual_name(ssh_folder: Option<&Path>, path: &Path) -> bool {
    let is_usual = |name: &OsStr| USUAL_NAMES.iter().any(|usual| name == *usual);
    path.parent() == ssh_folder && path.file_name().is_some_and(is_usual)
}

/// The private keys that ssh tries on a server that its configuration does not name.
pub(super) fn tried_by_itself(whose: &Whose, config: &Configuration) -> Vec<PathBuf> {
    let named = config.lookup(NO_HOST, "").identity_files();
    let paths: Vec<PathBuf> = if named.is_empty() {
        usual(whose).collect()
    } else {
        let home = whose.home.as_deref();
        named.iter().filter_map(|text| expanded(text, home)).collect()
    };
    paths.into_iter().filter(|path| path.is_file()).collect()
}

/// The path that an `IdentityFile` means; nothing where that differs from host to host.
fn expanded(text: &str, home: Option<&Path>) -> Option<PathBuf> {
    let folder = || home.and_then(Path::to_str).map(str::to_owned);
    let path = PathBuf::from(with_tokens(text, |token| (token == 'd').then(folder)?)?);
    match path.strip_prefix("~") {
        Ok(below) => Some(home?.join(below)),
        Err(_) => Some(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::ssh_config::SshConfig;

    fn whose() -> Whose {
        Whose {
            home: Some(PathBuf::from("/home/me")),
            ..Whose::default()
        }
    }

    #[test]
    fn a_key_is_tried_because_the_configuration_names_it() {
        let config = b"Host a\n IdentityFile ~/.ssh/work\nHost *\n IdentityFile=%d/keys/100%%\n";
        let config = SshConfig::parse(config.to_vec()).expect("a configuration");
        let tried = Tried::of(&whose(), &config.into());
        for (path, is_tried) in [
            ("/home/me/.ssh/id_ed25519", false),
            ("/home/me/.ssh/work", true),
            ("/home/me/keys/100%", true),
            ("/home/me/.ssh/other", false),
            ("/home/me/keys/id_rsa", false),
        ] {
            assert_eq!(tried.is_tried(Path::new(path)), is_tried, "{path}");
        }
        assert!(tried.names_for_all);
    }

    #[test]
    fn where_keys_are_named_for_every_host_usual_names_are_not_tried_by_themselves() {
        let usual = Path::new("/home/me/.ssh/id_ed25519");
        for (config, is_tried) in [
            ("Host a\n IdentityFile ~/.ssh/work\n", true),
            ("Host *\n IdentityFile ~/.ssh/work\n", false),
            ("IdentityFile ~/.ssh/work\n", false),
            ("IdentityFile ~/.ssh/id_ed25519\n", true),
        ] {
            let parsed = SshConfig::parse(config.as_bytes().to_vec()).expect("a configuration");
            assert_eq!(
                Tried::of(&whose(), &parsed.into()).is_tried(usual),
                is_tried,
                "{config}"
            );
        }
    }

    #[test]
    fn what_differs_from_host_to_host_names_no_file_here() {
        assert_eq!(expanded("~/.ssh/%h", Some(Path::new("/h"))), None);
        assert_eq!(expanded("~/.ssh/a", None), None);
        assert_eq!(expanded("/k/a", None), Some(PathBuf::from("/k/a")));
    }
}
