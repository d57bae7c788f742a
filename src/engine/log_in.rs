//! How one logs in with a key from now on: by a command of OpenSSH that works as it stands, or not before something is
//! put right (ssh(1), `ssh_config(5)`).

use std::path::{Path, PathBuf};

use crate::engine::command_line;
use crate::engine::describe::{Description, KEEP_SSH_OUT, Warning};
use crate::engine::keys::Whose;
use crate::engine::keys::key::is_for_ssh;
use crate::engine::opening;
use crate::engine::servers::Shell;
use crate::engine::shell::typed;
use crate::format::Format;
use crate::key::PublicKey;
use crate::sys::files::read_key;
use crate::sys::permissions::{Access, audit_shared};
use crate::sys::remote::Target;

/// How to log in with a key from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogIn {
    /// By this command of OpenSSH.
    Command {
        /// To a shell; or to files, where the account has none.
        ssh: String,
        /// Whether it leads to files.
        is_for_files: bool,
        /// The same, word by word.
        words: Vec<String>,
        /// To files, where no shell has answered: there may be none.
        files: Option<String>,
    },
    /// By other programs: ssh does not read files of its format.
    OtherFile,
    /// Not before this is put right, for ssh refuses it.
    Refused(Warning),
    /// From where its private half is.
    Elsewhere,
}

/// Where the private half of a key is, for ssh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// Not here.
    Elsewhere,
    /// In an agent, whose keys ssh tries by itself.
    Agent,
    /// In a file whose format ssh does not read.
    OtherFile,
    /// In this file.
    File(PathBuf),
    /// In a file that ssh refuses, for this reason.
    Refused(Warning),
}

impl Held {
    /// What ssh makes of a file in this format that has these warnings.
    #[must_use]
    pub fn in_file(path: &Path, format: Format, warnings: &[Warning]) -> Self {
        if !is_for_ssh(format) {
            return Self::OtherFile;
        }
        let mut warnings = warnings.iter();
        match warnings.find(|warning| KEEP_SSH_OUT.contains(&warning.code)) {
            Some(refused) => Self::Refused(refused.clone()),
            None => Self::File(path.to_owned()),
        }
    }

    /// The same for the private key that lies at `path`.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let Ok(bytes) = read_key(&path) else {
            return Self::Elsewhere;
        };
        let Ok(reading) = opening::read(bytes.expose()) else {
            return Self::Elsewhere;
        };
        let described = Description::of_reading(&reading, Some(&path));
        match described.format.filter(|_| described.has_private) {
            Some(format) => Self::in_file(&path, format, &described.warnings),
            None => Self::Elsewhere,
        }
    }
}

impl LogIn {
    /// How one logs in on `target` with `key`. `shell` is what is known of the account's,
    /// and `is_crowded` that ssh has to be kept from offering other keys before this one.
    #[must_use]
    pub fn of(target: &Target, key: &PublicKey, held: &Held, shell: Shell, is_crowded: bool) -> Self {
        let file = match held {
            Held::Elsewhere => return Self::Elsewhere,
            Held::OtherFile => return Self::OtherFile,
            Held::Refused(warning) => return Self::Refused(warning.clone()),
            Held::Agent => None,
            Held::File(path) => Some(path.as_path()),
        };
        if let Some(warning) = refused_configuration(target) {
            return Self::Refused(warning);
        }
        let to_files = || command_line::log_in_to_files(target, key, file, is_crowded);
        let (words, files) = match shell {
            Shell::Answers => (command_line::log_in(target, key, file, is_crowded), None),
            Shell::Silent => {
                let words = command_line::log_in(target, key, file, is_crowded);
                (words, Some(typed(&to_files())))
            }
            Shell::None => (to_files(), None),
        };
        Self::Command {
            ssh: typed(&words),
            is_for_files: shell == Shell::None,
            words,
            files,
        }
    }

    /// The same by a short name of the server.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Self {
        let (is_for_files, files) = match self {
            Self::Command {
                is_for_files, files, ..
            } => (*is_for_files, files.is_some()),
            other => return other.clone(),
        };
        let program = if is_for_files { "sftp" } else { "ssh" };
        let words = vec![program.to_owned(), name.to_owned()];
        Self::Command {
            ssh: typed(&words),
            is_for_files,
            words,
            files: files.then(|| typed(&["sftp".to_owned(), name.to_owned()])),
        }
    }

    /// The same word by word.
    #[must_use]
    pub fn words(&self) -> Option<&[String]> {
        match self {
            Self::Command { words, .. } => Some(words),
            Self::OtherFile | Self::Refused(_) | Self::Elsewhere => None,
        }
    }

    /// The same as one line.
    #[must_use]
    pub fn command(&self) -> Option<&str> {
        match self {
            Self::Command { ssh, .. } => Some(ssh),
            Self::OtherFile | Self::Refused(_) | Self::Elsewhere => None,
        }
    }
}

impl LogIn {
    /// The command that leads to a shell, as far as is known.
    #[must_use]
    pub fn to_shell(&self) -> Option<&str> {
        match self {
            Self::Command {
                ssh,
                is_for_files: false,
                ..
            } => Some(ssh),
            Self::Command { .. } | Self::OtherFile | Self::Refused(_) | Self::Elsewhere => None,
        }
    }

    /// The command that leads to files, where the account may be for them alone.
    #[must_use]
    pub fn to_files(&self) -> Option<&str> {
        match self {
            Self::Command {
                ssh,
                is_for_files: true,
                ..
            } => Some(ssh),
            Self::Command { files, .. } => files.as_deref(),
            Self::OtherFile | Self::Refused(_) | Self::Elsewhere => None,
        }
    }
}

/// Why ssh refuses its whole configuration, and logs in nowhere; nothing where it takes it.
#[must_use]
pub fn refused_configuration(target: &Target) -> Option<Warning> {
    let whose = Whose::of_user();
    let path = whose.config()?;
    match audit_shared(&path) {
        Ok(Access::Loose { detail }) => Some(Warning {
            code: "configuration-permissions",
            message: format!(
                "ssh refuses its configuration {}, for others may change it ({detail}), and logs in nowhere",
                whose.short(&path)
            ),
            hint: if cfg!(windows) {
                "Take that right from them: in the properties of the file, under Security."
            } else {
                "Take that right from them: chmod go-w ~/.ssh/config"
            },
        }),
        Ok(Access::NotOwned { owner }) => Some(Warning {
            code: "configuration-permissions",
            message: format!(
                "ssh refuses its configuration {}, for it belongs to somebody else ({owner}), and logs in nowhere",
                whose.short(&path)
            ),
            hint: "Make it yours: put a copy of it in its place.",
        }),
        _ if target.settings().refused.is_some() || !target.settings().faults.is_empty() => Some(Warning {
            code: "configuration-line",
            message: match &target.settings().refused {
                Some(why) => format!("ssh refuses its configuration and logs in nowhere; it says: “{why}”"),
                None => "ssh refuses a line of its configuration, and logs in nowhere".to_owned(),
            },
            hint: "Type “ssh -G localhost”: it names the file and the line. Mend that, or take it out.",
        }),
        _ => None,
    }
}
