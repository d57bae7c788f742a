//! The default key: a few lines of this program's in ssh's configuration, and what they change.
//!
//! Where the configuration names a key for a host, `ssh` no longer tries those with usual names by itself
//! (`ssh_config(5)`). So the lines name these as well, behind the default one, also those that are not there yet:
//! whoever gets in today gets in tomorrow, and so does who makes a key with a usual name then. They stand at the end of the file, because ssh tries keys in the order of its lines, and what was
//! said about some host is to come first.

use std::path::{Path, PathBuf};

use super::Whose;
use super::inventory::Inventory;
use super::key::Key;
use super::own_lines::{KEEPS, read, spelling};
use super::register::Edit;
use super::tried::{tried_by_itself, usual};
use crate::engine::lists::Change;
use crate::engine::{Blame, Problem};
use crate::format::ssh_config::{BlockPlace, ManagedBlock, SshConfig, Stanza};
use crate::key::fingerprint::Fingerprint;
use crate::key::watch::Unwatched;
use crate::sys::files::{ListFile, in_turn};

/// Of the usual names those of the better keys first.
const PREFERRED: [&str; 4] = ["id_ed25519", "id_ecdsa", "id_rsa", "id_dsa"];

/// What a line of the configuration becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It stays.
    Kept,
    /// It is new.
    Added,
    /// It goes.
    Removed,
}

/// What is going to be changed; nothing is yet.
#[derive(Clone, Debug)]
pub struct Plan {
    file: ListFile,
    after: Vec<u8>,
    edit: Edit,
    /// The lines that this program looks after, before and after, in the order in which they will stand.
    pub lines: Vec<(Fate, String)>,
    /// What the change means, in sentences.
    pub meaning: Vec<String>,
}

impl Plan {
    /// Makes the private key in `file`, which has this fingerprint, the one that ssh tries first.
    /// With `only`, ssh is to offer no other keys of its agent.
    ///
    /// # Errors
    /// The configuration cannot be read, its lines of ours are damaged, or the name of the file cannot stand in it.
    pub fn set(whose: &Whose, file: &Path, key: &Fingerprint, only: bool) -> Result<Self, Problem> {
        let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
        let others = others(whose, &file);
        let mut stanza = Stanza::for_all().with("IdentityFile", &spelling(whose, &file)?)?;
        for other in others.iter().chain(&not_yet(whose, &file, &others)) {
            stanza = stanza.with("IdentityFile", &spelling(whose, other)?)?;
        }
        if only {
            stanza = stanza.with("IdentitiesOnly", "yes")?;
        }
        let block = ManagedBlock {
            stanzas: vec![stanza],
        };
        let (list, mut config) = read(whose)?;
        let before = config.clone();
        config.set_block(&block, BlockPlace::End)?;
        let mut meaning = vec![format!(
            "ssh tries {} first, on every server for which its configuration names no other key.",
            whose.short(&file)
        )];
        if !others.is_empty() {
            let names: Vec<String> = others.iter().map(|other| whose.short(other)).collect();
            meaning.push(format!("It goes on trying {} as well.", names.join(", ")));
        }
        meaning.extend(no_longer_tried(whose, &before, &config));
        if only {
            meaning.push("Of its agent it uses these keys only, and no others.".to_owned());
        }
        let before = block_text(&before)?;
        Self::new(list, config, &before, meaning, Edit::Default(Some(key.clone())))
    }

    /// Has no default key any more: ssh does what it did without this program.
    ///
    /// # Errors
    /// The configuration cannot be read, or its lines of ours are damaged.
    pub fn clear(whose: &Whose) -> Result<Self, Problem> {
        let (list, mut config) = read(whose)?;
        let before = config.clone();
        config.remove_block()?;
        let mut meaning =
            vec!["ssh tries the keys with usual names, and those that its configuration names.".to_owned()];
        meaning.extend(no_longer_tried(whose, &before, &config));
        let before = block_text(&before)?;
        Self::new(list, config, &before, meaning, Edit::Default(None))
    }

    fn new(
        file: ListFile,
        config: SshConfig,
        before: &str,
        meaning: Vec<String>,
        edit: Edit,
    ) -> Result<Self, Problem> {
        let lines = difference(before, &block_text(&config)?);
        Ok(Self {
            file,
            after: config.into_bytes(),
            edit,
            lines,
            meaning,
        })
    }

    /// ssh's configuration.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Whether a key becomes the default one; otherwise none is any more.
    #[must_use]
    pub fn sets_a_key(&self) -> bool {
        matches!(self.edit, Edit::Default(Some(_)))
    }

    /// Whether the configuration has to be changed at all.
    #[must_use]
    pub fn changes_configuration(&self) -> bool {
        self.file.bytes() != self.after
    }

    /// Where the configuration as it is now will be kept; nothing where there is none.
    #[must_use]
    pub fn backup(&self) -> Option<PathBuf> {
        KEEPS.place(self.path()).filter(|_| self.file.is_there())
    }

    /// Does it. All other lines stay byte for byte, and the file as it was is kept beside it.
    ///
    /// # Errors
    /// The configuration was changed since, or cannot be written; or what is remembered cannot be, and then the
    /// configuration is as it was.
    pub fn make(&self, whose: &Whose) -> Result<Made, Problem> {
        match self.path().parent().filter(|folder| folder.is_dir()) {
            // Both places are changed in one turn: so they say the same, whoever else makes another key the default one.
            Some(folder) => in_turn(folder, || self.make_now(whose)),
            // A folder that is still to be made.
            None => self.make_now(whose),
        }
    }

    fn make_now(&self, whose: &Whose) -> Result<Made, Problem> {
        let remember = || whose.store.change(std::slice::from_ref(&self.edit));
        let change = match Change::make(&self.file, self.after.clone(), KEEPS) {
            Err(problem) if problem.is_done() => {
                remember()?;
                return Err(problem);
            }
            change => change?,
        };
        if let Err(problem) = remember() {
            // Should that fail as well, what is on the disk then is told with this.
            if let Err(undoing) = change.undo() {
                log::warn!("{}", undoing.what);
            }
            return Err(problem);
        }
        Ok(Made {
            backup: change.backup,
        })
    }
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Where the configuration as it was lies; nothing where there was none.
    pub backup: Option<PathBuf>,
}

/// The key that is meant where none is named: the default one, or else the first with a usual name, or the only one.
///
/// # Errors
/// There is none, or there are several and nothing says which.
pub fn pick(whose: &Whose) -> Result<PathBuf, Problem> {
    let inventory = Inventory::read(whose, &[], &Unwatched);
    if let Some(path) = inventory.default_key().and_then(Key::main_file) {
        return Ok(path.to_owned());
    }
    let folder = whose.ssh_folder();
    let usual = folder
        .iter()
        .flat_map(|folder| PREFERRED.map(|name| folder.join(name)));
    let mut usual = usual.filter_map(|path| inventory.key_in(&path)?.main_file().map(Path::to_owned));
    if let Some(path) = usual.next() {
        return Ok(path);
    }
    let mut all = inventory.keys.iter().filter_map(Key::main_file);
    match (all.next(), all.next()) {
        (Some(only), None) => Ok(only.to_owned()),
        (None, _) => Err(Problem::new(
            "io-not-found",
            Blame::Usage,
            "there is no key of yours yet that could be put on a server",
            "Make one: keywright-cli generate. Or name its file: --key FILE.",
        )),
        (Some(_), Some(_)) => Err(Problem::new(
            "usage",
            Blame::Usage,
            "you have several keys, and none of them is the default one",
            "Name one: --key FILE. “keywright-cli keys” lists them, and “keys default” makes one the default.",
        )),
    }
}

/// A key that no file holds in a format of ssh's cannot be the default one.
#[must_use]
pub fn not_for_ssh(title: &str) -> Problem {
    Problem::new(
        "unsupported-format",
        Blame::Key,
        format!("there is no file of {title} that ssh can read"),
        "Save its private half in OpenSSH format as well. Then make that file the default key.",
    )
}

fn block_text(config: &SshConfig) -> Result<String, Problem> {
    let block = config.block()?.unwrap_or_default();
    Ok(String::from_utf8_lossy(block).into_owned())
}

/// The other keys that ssh tries by itself today.
fn others(whose: &Whose, file: &Path) -> Vec<PathBuf> {
    usual(whose)
        .filter(|path| path != file && path.is_file())
        .collect()
}

/// The usual places where no key is yet. ssh passes over them until one is.
fn not_yet(whose: &Whose, file: &Path, others: &[PathBuf]) -> Vec<PathBuf> {
    usual(whose)
        .filter(|path| path != file && !others.contains(path))
        .collect()
}

/// Which keys ssh tries today, and does not by itself any more; nothing where there is none.
fn no_longer_tried(whose: &Whose, before: &SshConfig, after: &SshConfig) -> Option<String> {
    let [still, before] = [after, before].map(|config| tried_by_itself(whose, &config.clone().into()));
    let stops = before.into_iter().filter(|path| !still.contains(path));
    let names: Vec<String> = stops.map(|path| whose.short(&path)).collect();
    let first = names.first()?;
    Some(format!(
        "It stops trying {} by itself. For a server that wants such a key, name it: ssh -i {first}.",
        names.join(", ")
    ))
}

/// The lines of both texts: what both begin and end with is kept, and between these the old goes before the new.
fn difference(before: &str, after: &str) -> Vec<(Fate, String)> {
    let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let shorter = before.len().min(after.len());
    let same = |pairs: &mut dyn Iterator<Item = (&&str, &&str)>| {
        pairs.take_while(|(one, other)| one == other).count()
    };
    let head = same(&mut before.iter().zip(&after));
    let tail = same(&mut before.iter().rev().zip(after.iter().rev())).min(shorter - head);
    let told = |fate, lines: &[&str]| -> Vec<(Fate, String)> {
        lines.iter().map(|line| (fate, (*line).to_owned())).collect()
    };
    [
        told(Fate::Kept, &before[..head]),
        told(Fate::Removed, &before[head..before.len() - tail]),
        told(Fate::Added, &after[head..after.len() - tail]),
        told(Fate::Kept, &after[after.len() - tail..]),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_tells_what_goes_and_what_comes_between_what_stays() {
        let told = |before, after| -> String {
            let sign = |(fate, line): (Fate, String)| match fate {
                Fate::Kept => format!(" {line}"),
                Fate::Added => format!("+{line}"),
                Fate::Removed => format!("-{line}"),
            };
            difference(before, after).into_iter().map(sign).collect()
        };
        assert_eq!(told("", "a\nb\n"), "+a+b");
        assert_eq!(told("a\nb\nc\n", "a\nx\nc\n"), " a-b+x c");
        assert_eq!(told("a\na\n", "a\n"), " a-a");
        assert_eq!(told("a\nb\n", ""), "-a-b");
        assert_eq!(told("a\n", "a\n"), " a");
    }
}
