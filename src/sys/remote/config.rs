//! ssh's configuration, of the user and of the system.

use std::path::{Path, PathBuf};

use super::host_key::system_folder;
use crate::format::ssh_config::SshConfig;
use crate::format::{ListError, MAX_CONFIG_FILE};
use crate::sys::files::{EditError, ListFile};
use crate::sys::home::ssh_folder;

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

/// `~/.ssh/config` and, behind it, what the system says. A file that is not there says nothing.
///
/// # Errors
/// See [`ConfigError`].
pub fn read_config() -> Result<SshConfig, ConfigError> {
    let user = ssh_folder().map(|folder| folder.join("config"));
    let system = system_folder().map(|folder| folder.join("ssh_config"));
    let read = |path: Option<PathBuf>| path.map_or_else(|| Ok(SshConfig::default()), |path| read_file(&path));
    Ok(read(user)?.then(&read(system)?))
}

fn read_file(path: &Path) -> Result<SshConfig, ConfigError> {
    let file = ListFile::open(path, MAX_CONFIG_FILE)?;
    SshConfig::parse(file.bytes().to_vec()).map_err(|source| ConfigError::Text {
        path: path.to_owned(),
        source,
    })
}
