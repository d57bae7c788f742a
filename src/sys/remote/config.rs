//! ssh's configuration, of the user and of the system.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use super::host_key::system_folder;
use crate::format::pattern::matches;
use crate::format::ssh_config::{Configuration, SshConfig};
use crate::format::{ListError, MAX_CONFIG_FILE};
use crate::sys::entries::Names;
use crate::sys::files::{EditError, ListFile, ReadError};
use crate::sys::home::{expand_tilde_in, home, ssh_folder_in, with_environment};

/// Why the configuration cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] EditError),
    /// It is no text.
    #[error("{} cannot be read: {source}", path.display())]
    Text {
        /// The file.
        path: PathBuf,
        /// What it is.
        source: ListError,
    },
}

/// How many files may lead to one another; ssh takes as many.
const DEEPEST: usize = 16;
/// As many files as one pattern may name, and as may be read in all.
const MOST_FILES: usize = 256;

/// `~/.ssh/config` and, behind it, what the system says, with the files that both include. A file that is not there
/// says nothing, and neither does an included one that cannot be read.
///
/// # Errors
/// See [`ConfigError`].
pub fn read_config() -> Result<Configuration, ConfigError> {
    read_config_of(home().as_deref())
}

/// The same for somebody whose home folder this is.
///
/// # Errors
/// See [`ConfigError`].
pub fn read_config_of(home: Option<&Path>) -> Result<Configuration, ConfigError> {
    let user = read_in(home.map(ssh_folder_in), "config", home)?;
    let system = read_in(system_folder(), "ssh_config", home)?;
    Ok(user.then(system))
}

/// The file that was named in the place of all of these, as behind `-F` of ssh; `none` is no file.
///
/// # Errors
/// See [`ConfigError`]; or there is no such file.
pub fn read_config_named(word: &str) -> Result<Configuration, ConfigError> {
    if word == "none" {
        return Ok(Configuration::default().named_as(word));
    }
    let path = Path::new(word);
    let file = ListFile::open(path, MAX_CONFIG_FILE)?;
    if !file.is_there() {
        let path = path.to_owned();
        return Err(EditError::from(ReadError::NotFound { path }).into());
    }
    let home = home();
    let config = parse(&file)?;
    // It counts as the user's own, and what it includes lies where that would.
    let folder = home.as_deref().map(ssh_folder_in).unwrap_or_default();
    Ok(with_included(&config, &folder, home.as_deref()).named_as(word))
}

fn read_in(folder: Option<PathBuf>, name: &str, home: Option<&Path>) -> Result<Configuration, ConfigError> {
    let Some(folder) = folder else {
        return Ok(Configuration::default());
    };
    let config = read_file(&folder.join(name))?;
    Ok(with_included(&config, &folder, home))
}

fn with_included(config: &SshConfig, folder: &Path, home: Option<&Path>) -> Configuration {
    let whence = Whence {
        folder,
        home,
        left: Cell::new(MOST_FILES),
    };
    Configuration::with_included(config, |pattern| whence.included(pattern, DEEPEST))
}

/// From where the names behind `Include` are seen.
struct Whence<'a> {
    /// The folder of the first file.
    folder: &'a Path,
    /// What `~` stands for.
    home: Option<&'a Path>,
    /// How many files may still be read: each may name the others.
    left: Cell<usize>,
}

impl Whence<'_> {
    /// The files that one word behind `Include` names: a path, with `*` and `?` in its last part.
    fn included(&self, pattern: &str, depth: usize) -> Configuration {
        let pattern = with_environment(pattern).unwrap_or_else(|| pattern.to_owned());
        let pattern = self.folder.join(expand_tilde_in(self.home, Path::new(&pattern)));
        let paths = match pattern.to_str() {
            Some(text) if text.contains(['*', '?']) => named_by(&pattern),
            _ => vec![pattern],
        };
        let mut all = Configuration::default();
        for path in paths {
            let Some(left) = self.left.get().checked_sub(1) else {
                break;
            };
            self.left.set(left);
            let Ok(config) = read_file(&path) else {
                continue;
            };
            let depth = depth - 1;
            all = all.then(if depth == 0 {
                Configuration::with_included(&config, |_| Configuration::default())
            } else {
                Configuration::with_included(&config, |pattern| self.included(pattern, depth))
            });
        }
        all
    }
}

fn named_by(pattern: &Path) -> Vec<PathBuf> {
    let (Some(folder), Some(name)) = (pattern.parent(), pattern.file_name()) else {
        return Vec::new();
    };
    let names = Names::of(folder).into_iter().flatten().flatten();
    let paths = names.map(|name| folder.join(name));
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| {
            let found = path.file_name().unwrap_or_default().as_encoded_bytes();
            // A shell's pattern does not find hidden files either.
            !found.starts_with(b".") && matches(found, name.as_encoded_bytes())
        })
        .take(MOST_FILES)
        .collect();
    paths.sort();
    paths
}

fn read_file(path: &Path) -> Result<SshConfig, ConfigError> {
    parse(&ListFile::open(path, MAX_CONFIG_FILE)?)
}

fn parse(file: &ListFile) -> Result<SshConfig, ConfigError> {
    SshConfig::parse(file.bytes().to_vec()).map_err(|source| ConfigError::Text {
        path: file.path().to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "lays out what is there before")]
    fn included_files_are_found_by_their_patterns() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        fs::create_dir(folder.path().join("config.d")).unwrap();
        put("config", "Include config.d/*.conf missing\nHost *\n Port 99\n");
        put("config.d/2.conf", "Host web\n User two\n Port 2\n");
        put(
            "config.d/1.conf",
            "Host web\n User one\nInclude config.d/*.conf\n",
        );
        put("config.d/.3.conf", "Host web\n HostName hidden\n");
        put("config.d/4.txt", "Host web\n HostName other\n");
        let config = read_in(Some(folder.path().to_owned()), "config", None).unwrap();
        let web = config.lookup("web", "me");
        assert_eq!((web.user(), web.port()), (Some("one".to_owned()), Some(2)));
        assert_eq!(web.host_name("web"), "web");
        assert_eq!(config.lookup("x", "me").port(), Some(99));
    }
}
