//! Where keys usually lie, and what a new one is usually called.

use std::env;
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
    home().map(|home| home.join(".ssh"))
}

/// Where a key called `file_name` would lie by default.
#[must_use]
pub fn default_path(file_name: &str) -> Option<PathBuf> {
    ssh_folder().map(|folder| folder.join(file_name))
}

/// A path that a person typed: `~` and `~/…` stand for the home folder, as they do in a shell.
#[must_use]
pub fn expand_tilde(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), home()) {
        (Ok(rest), Some(home)) if rest.as_os_str().is_empty() => home,
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

/// `user@host`, as `ssh-keygen` comments a new key. `None` where either is unknown.
#[must_use]
pub fn user_at_host() -> Option<String> {
    let (user, host) = (user_name()?, host_name()?);
    (!user.is_empty() && !host.is_empty()).then(|| format!("{user}@{host}"))
}

/// The password database knows who this process runs as; the environment may still name whoever
/// called `su`. Users from a directory service, and all users on macOS, are not in the file.
#[cfg(unix)]
fn user_name() -> Option<String> {
    let own = rustix::process::getuid().as_raw();
    std::fs::read_to_string("/etc/passwd")
        .ok()
        .and_then(|database| name_of(own, &database))
        .or_else(|| env::var("USER").ok())
        .or_else(|| env::var("LOGNAME").ok())
}

/// The first name that belongs to `uid` in lines of `name:password:uid:…` (passwd(5)).
#[cfg(unix)]
fn name_of(uid: u32, database: &str) -> Option<String> {
    database.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let listed: u32 = fields.nth(1)?.parse().ok()?;
        (listed == uid).then(|| name.to_owned())
    })
}

#[cfg(unix)]
fn host_name() -> Option<String> {
    rustix::system::uname()
        .nodename()
        .to_str()
        .ok()
        .map(str::to_owned)
}

#[cfg(windows)]
fn user_name() -> Option<String> {
    env::var("USERNAME").ok()
}

#[cfg(windows)]
fn host_name() -> Option<String> {
    env::var("COMPUTERNAME").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lie_in_dot_ssh_below_the_home_folder() {
        let home = home().expect("tests run as somebody");
        assert_eq!(
            default_path("id_ed25519"),
            Some(home.join(".ssh").join("id_ed25519"))
        );
    }

    #[test]
    fn a_new_key_is_named_after_its_user_and_host() {
        let comment = user_at_host().expect("tests run as somebody, somewhere");
        let (user, host) = comment.split_once('@').expect("user@host");
        assert!(!user.is_empty() && !host.is_empty(), "{comment}");
    }

    #[cfg(unix)]
    #[test]
    fn a_user_is_found_by_number_not_by_place() {
        let database = "root:x:0:0::/root:/bin/sh\n+::::::\nbroken\nada:x:1000:1000:Ada:/home/ada:/bin/sh\n";
        assert_eq!(name_of(1000, database), Some("ada".to_owned()));
        assert_eq!(name_of(0, database), Some("root".to_owned()));
        assert_eq!(name_of(7, database), None);
    }
}
