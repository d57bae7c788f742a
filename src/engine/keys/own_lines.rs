//! The lines of the default key in ssh's configuration: how they are read and spelled, and how those of an earlier version,
//! which keep ssh from trying keys with usual names (`ssh_config(5)`, `IdentityFile`), are made to name these as well.

use std::path::{Path, PathBuf};

use super::Whose;
use super::tried::usual;
use crate::engine::lists::Change;
use crate::engine::{Blame, Problem};
use crate::format::MAX_CONFIG_FILE;
use crate::format::ssh_config::{BlockPlace, ManagedBlock, SshConfig, Stanza};
use crate::sys::files::{Backup, ListFile};

/// How the configuration as it was is kept.
pub(super) const KEEPS: Backup = Backup::Bak;

/// ssh's configuration as it is now, to be edited.
///
/// # Errors
/// It cannot be read.
pub(in crate::engine) fn read(whose: &Whose) -> Result<(ListFile, SshConfig), Problem> {
    let path = whose.config().ok_or_else(|| {
        Problem::new(
            "usage",
            Blame::Usage,
            "it is not known where ssh's configuration lies, because your home folder is not",
            "Set HOME.",
        )
    })?;
    let list = ListFile::open(&path, MAX_CONFIG_FILE)?;
    let config = SshConfig::parse(list.bytes().to_vec())?;
    Ok((list, config))
}

/// A file as the configuration names it.
///
/// # Errors
/// The name of the file cannot stand in it.
pub(in crate::engine) fn spelling(whose: &Whose, path: &Path) -> Result<String, Problem> {
    let unspeakable = || {
        Problem::new(
            "usage",
            Blame::Usage,
            format!("{} cannot stand in ssh's configuration", whose.short(path)),
            "ssh would read something else there. Give the file a name of letters and digits.",
        )
    };
    let below = whose
        .home
        .as_deref()
        .and_then(|home| path.strip_prefix(home).ok());
    let text = match below {
        // The same words then hold on every computer that shares the configuration.
        Some(below) => format!("~/{}", below.to_str().ok_or_else(unspeakable)?.replace('\\', "/")),
        None => path.to_str().ok_or_else(unspeakable)?.to_owned(),
    };
    // ssh puts the value of a variable in the place of such a word, and has no way to say that it is none.
    if text.contains("${") {
        return Err(unspeakable());
    }
    Ok(text.replace('%', "%%"))
}

/// The configuration, where its lines of ours can be renewed: they do not name all keys with usual names, and are
/// otherwise what this program writes.
pub(super) fn renewable(whose: &Whose) -> Option<PathBuf> {
    let (list, config) = read(whose).ok()?;
    renewed(whose, config).ok()??;
    Some(list.path().to_owned())
}

/// Has the lines name the keys with usual names as well, behind those that they name already; what is said is where the
/// configuration as it was is kept.
///
/// # Errors
/// The configuration cannot be read or written, or its lines of ours are not what this program writes.
pub(super) fn renew(whose: &Whose) -> Result<Option<PathBuf>, Problem> {
    let (list, config) = read(whose)?;
    let after = renewed(whose, config)?.ok_or_else(|| {
        Problem::new(
            "not-in-list",
            Blame::Usage,
            format!(
                "the lines about the default key in {} have been changed",
                whose.short(list.path())
            ),
            "Choose the default key once more.",
        )
        .unchanged()
    })?;
    Ok(Change::make(&list, after, KEEPS)?.backup)
}

/// What the configuration becomes; nothing where there is nothing to renew.
fn renewed(whose: &Whose, mut config: SshConfig) -> Result<Option<Vec<u8>>, Problem> {
    let Some((mut named, only)) = config.block()?.and_then(told) else {
        return Ok(None);
    };
    let before = named.len();
    for path in usual(whose) {
        let spelled = spelling(whose, &path)?;
        if !named.contains(&spelled) {
            named.push(spelled);
        }
    }
    if named.len() == before {
        return Ok(None);
    }
    let mut stanza = Stanza::for_all();
    for name in &named {
        stanza = stanza.with("IdentityFile", name)?;
    }
    if only {
        stanza = stanza.with("IdentitiesOnly", "yes")?;
    }
    let block = ManagedBlock {
        stanzas: vec![stanza],
    };
    config.set_block(&block, BlockPlace::End)?;
    Ok(Some(config.into_bytes()))
}

/// The files that our lines name and no other line does, as they are spelled there: most have no keys in them yet.
pub(in crate::engine) fn named_by_us_alone(whose: &Whose) -> Vec<String> {
    let Ok((_, mut config)) = read(whose) else {
        return Vec::new();
    };
    let named = config.block().ok().flatten().and_then(told);
    let Some((mut named, _)) = named.filter(|_| config.remove_block().is_ok()) else {
        return Vec::new();
    };
    for line in config.lines() {
        let Ok(directive) = line.directive else {
            continue;
        };
        if directive.keyword == "identityfile" {
            named.retain(|name| !directive.words.iter().any(|word| word == name.as_bytes()));
        }
    }
    named
}

/// Which keys the lines name, and whether ssh is to offer no others; nothing where they say anything else.
fn told(block: &[u8]) -> Option<(Vec<String>, bool)> {
    let lines = SshConfig::parse(block.to_vec()).ok()?;
    let mut named = Vec::new();
    let (mut begins, mut only) = (false, false);
    for line in lines.lines() {
        let directive = line.directive.ok()?;
        let [word] = &directive.words[..] else {
            return None;
        };
        let word = std::str::from_utf8(word).ok()?;
        match (directive.keyword.as_str(), word) {
            ("host", "*") if !begins => begins = true,
            ("identityfile", name) if begins && !only => named.push(name.to_owned()),
            ("identitiesonly", "yes") if begins && !only => only = true,
            _ => return None,
        }
    }
    (!named.is_empty()).then_some((named, only))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whose() -> Whose {
        Whose {
            home: Some(std::env::temp_dir()),
            ..Whose::default()
        }
    }

    fn after(lines: &str) -> Option<String> {
        let text = format!(
            "Host web\n    User me\n# >>> Keywright looks after the lines from here\n{lines}# <<< Keywright: to here\n"
        );
        let config = SshConfig::parse(text.into_bytes()).expect("a configuration");
        let after = renewed(&whose(), config).expect("no fault");
        after.map(|bytes| String::from_utf8(bytes).expect("text"))
    }

    #[test]
    fn what_is_named_stays_first_and_the_usual_names_follow() {
        let now = after(
            "Host *\n    IdentityFile ~/.ssh/100%%\n    IdentityFile ~/.ssh/id_rsa\n    IdentitiesOnly yes\n",
        )
        .expect("there is something to renew");
        let named: Vec<&str> = now.lines().map(str::trim).collect();
        assert_eq!(
            &named[..6],
            [
                "Host web",
                "User me",
                "# >>> Keywright looks after the lines from here",
                "Host *",
                "IdentityFile ~/.ssh/100%%",
                "IdentityFile ~/.ssh/id_rsa",
            ]
        );
        assert!(named.contains(&"IdentityFile ~/.ssh/id_ed25519"), "{now}");
        let times = named.iter().filter(|line| line.ends_with("/id_rsa")).count();
        assert_eq!(times, 1, "{now}");
        assert_eq!(named[named.len() - 2], "IdentitiesOnly yes");
    }

    #[test]
    fn lines_that_somebody_has_changed_are_left_alone() {
        for lines in [
            "",
            "Host *\n",
            "Host *\n    IdentityFile ~/.ssh/work\n    User me\n",
            "Host web\n    IdentityFile ~/.ssh/work\n",
            "Host *\n    IdentityFile ~/.ssh/work\n    IdentitiesOnly no\n",
            "Host *\n    IdentityFile ~/.ssh/work\nHost *\n    IdentityFile ~/.ssh/other\n",
        ] {
            assert_eq!(after(lines), None, "{lines}");
        }
    }

    #[test]
    fn lines_that_name_all_of_them_are_not_renewed_again() {
        let now = after("Host *\n    IdentityFile ~/.ssh/work\n").expect("there is something to renew");
        let config = SshConfig::parse(now.into_bytes()).expect("a configuration");
        assert_eq!(renewed(&whose(), config).expect("no fault"), None);
    }

    #[test]
    fn a_file_is_spelled_so_that_ssh_reads_that_file() {
        let (whose, home) = (whose(), std::env::temp_dir());
        let spelled = |path: &Path| spelling(&whose, path).map_err(|problem| problem.code);
        assert_eq!(spelled(&home.join(".ssh/100%")), Ok("~/.ssh/100%%".to_owned()));
        assert_eq!(spelled(&home.join("${X}")), Err("usage"));
    }
}
