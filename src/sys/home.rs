//! Where keys usually lie, and what a new one is usually called.

use std::env;
#[cfg(unix)]
use std::fs::File;
#[cfg(unix)]
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The user's home folder: `$HOME`, or the user's entry in the password database where that is
/// not set; `%USERPROFILE%` on Windows. `None` where it is unknown, or empty or relative and so
/// would depend on the folder that the program was started in.
#[must_use]
pub fn home() -> Option<PathBuf> {
    env::home_dir().filter(|home| home.is_absolute())
}

/// The folder in which every SSH program looks for keys: `~/.ssh`, `%USERPROFILE%\.ssh`. It need
/// not exist.
#[must_use]
pub fn ssh_folder() -> Option<PathBuf> {
    home().as_deref().map(ssh_folder_in)
}

/// The same below a home folder that is known.
#[must_use]
pub fn ssh_folder_in(home: &Path) -> PathBuf {
    home.join(".ssh")
}

/// The name of the account that this program runs for, as the session says, or else the list of accounts; empty where
/// neither does.
#[must_use]
pub fn user_name() -> String {
    let names = if cfg!(windows) {
        ["USERNAME", "USER"]
    } else {
        ["USER", "LOGNAME"]
    };
    let mut values = names.into_iter().filter_map(|name| env::var(name).ok());
    let value = values.find(|value| !value.is_empty());
    value.or_else(listed_name).unwrap_or_default()
}

/// The account's name in the list that every Unix has (`passwd(5)`).
#[cfg(unix)]
fn listed_name() -> Option<String> {
    const MOST: u64 = 1 << 20;
    let mut text = String::new();
    let list = File::open("/etc/passwd").ok()?;
    list.take(MOST).read_to_string(&mut text).ok()?;
    let own = rustix::process::geteuid().as_raw().to_string();
    text.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == own).then(|| name.to_owned())
    })
}

#[cfg(not(unix))]
fn listed_name() -> Option<String> {
    None
}

/// Where a key called `file_name` would lie by default.
#[must_use]
pub fn default_path(file_name: &str) -> Option<PathBuf> {
    ssh_folder().map(|folder| folder.join(file_name))
}

/// A path that a person typed: `~` and `~/…` stand for the home folder, as they do in a shell.
#[must_use]
pub fn expand_tilde(path: &Path) -> PathBuf {
    expand_tilde_in(home().as_deref(), path)
}

/// The same for somebody whose home folder this is.
#[must_use]
pub fn expand_tilde_in(home: Option<&Path>, path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) if rest.as_os_str().is_empty() => home.to_owned(),
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

/// A text with the values of the variables that it names, `${NAME}`; nothing where one of them is not set.
#[must_use]
pub fn with_environment(text: &str) -> Option<String> {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        let (name, behind) = behind.split_once('}')?;
        whole.push_str(before);
        whole.push_str(&env::var(name).ok()?);
        rest = behind;
    }
    whole.push_str(rest);
    Some(whole)
}

/// A path as people write it: `~/…` for what lies in the home folder. The other way round of [`expand_tilde`].
#[must_use]
pub fn with_tilde(path: &Path) -> PathBuf {
    with_tilde_in(home().as_deref(), path)
}

/// The same for a home folder that is known.
#[must_use]
pub fn with_tilde_in(home: Option<&Path>, path: &Path) -> PathBuf {
    let below = home.and_then(|home| path.strip_prefix(home).ok());
    match below.filter(|below| !below.as_os_str().is_empty()) {
        Some(below) => Path::new("~").join(below),
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_at_home_is_written_with_a_tilde() {
        let home = PathBuf::from("/home/jo");
        let short = |path: &str| with_tilde_in(Some(&home), Path::new(path));
        assert_eq!(short("/home/jo/.ssh/id"), Path::new("~").join(".ssh/id"));
        for same in ["/home/jo", "/home/joan/id", "id"] {
            assert_eq!(short(same), Path::new(same));
        }
        assert_eq!(with_tilde_in(None, &home), home);
    }

    #[test]
    fn keys_lie_in_dot_ssh_below_the_home_folder() {
        let home = home().expect("tests run as somebody");
        assert_eq!(
            default_path("id_ed25519"),
            Some(home.join(".ssh").join("id_ed25519"))
        );
    }
}
