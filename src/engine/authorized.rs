//! Who may log in here: the lines of an `authorized_keys` file, shown, added and taken away.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::describe::{Description, Warning};
use super::lists::{self, Change};
use super::{Blame, Problem};
use crate::format::authorized_keys::{Added, AuthorizedKeys, Content, Entry, Expiry, KeyOption, NewLine};
use crate::format::{self, MAX_LIST_FILE, Parsed, find_again};
use crate::key::PublicKey;
use crate::key::comment::escaped;
use crate::key::fingerprint::FingerprintKind;
use crate::sys::files::{Backup, ListFile, candidates, read_key};
use crate::sys::permissions::{Access, audit_shared, tighten_shared};
use crate::sys::{clock, home};

/// The name of the file in the folder in which sshd looks.
pub const FILE_NAME: &str = "authorized_keys";

/// What many tutorials say, and what is not so.
pub const NO_RESTART: &str = "It counts from the next login on; sshd need not be restarted.";

/// A line that is no remark and not blank, ready to be shown.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its number, counted from 1.
    pub line: usize,
    /// The key; nothing where the line lets nobody in.
    pub key: Option<Description>,
    /// The options before it, as they stand there.
    pub options: String,
    /// Whether it is an authority for certificates, and not a key to log in with.
    pub is_authority: bool,
    /// Whether the key is one of this user's own.
    pub is_mine: bool,
    /// Why sshd lets nobody in by this line.
    pub ignored: Option<String>,
}

impl Row {
    /// Whether somebody can log in by it, as far as the file says.
    #[must_use]
    pub fn lets_in(&self) -> bool {
        self.ignored.is_none()
    }

    /// The key, or the text in its place, as it is told in one line.
    #[must_use]
    pub fn title(&self) -> String {
        let key = self.key.as_ref();
        let line = key.and_then(|key| key.fingerprint_line(FingerprintKind::Sha256));
        line.unwrap_or_else(|| "no key".to_owned())
    }
}

/// What stands before the key in a text that is one line of a list, safe to print; nothing where nothing does.
#[must_use]
pub fn options_in(text: &[u8]) -> Option<String> {
    let keys = AuthorizedKeys::parse(text.to_vec()).ok()?;
    let mut entries = keys.entries();
    let (_, entry) = entries.next()?;
    let options = entry.options.text();
    (!options.is_empty() && entries.next().is_none()).then(|| escaped(options))
}

/// The file as it was read.
#[derive(Debug)]
pub struct Roll {
    file: ListFile,
    keys: AuthorizedKeys,
}

impl Roll {
    /// Reads the file at `path`. One that is not there lets nobody in.
    ///
    /// # Errors
    /// It cannot be read, or is no such list.
    pub fn open(path: &Path) -> Result<Self, Problem> {
        let file = ListFile::open(path, MAX_LIST_FILE)?;
        let keys = AuthorizedKeys::parse(file.bytes().to_vec())?;
        Ok(Self { file, keys })
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Whether there is such a file.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.file.is_there()
    }

    /// Its lines but for remarks and blank ones; those with a key of `mine` are marked.
    #[must_use]
    pub fn rows(&self, mine: &[PublicKey]) -> Vec<Row> {
        rows_of(&self.keys, mine)
    }

    /// Adds a line to the list at `path` as it is by now, and keeps it as it was beside it.
    ///
    /// # Errors
    /// It cannot be read or written, or is no such list.
    pub fn add(path: &Path, line: &NewLine) -> Result<Addition, Problem> {
        let (change, added) = Change::edit(path, Backup::Bak, |bytes| {
            let mut keys = AuthorizedKeys::parse(bytes.to_vec())?;
            let added = keys.add(line);
            let number = keys.lines().count();
            Ok((keys.into_bytes(), (added, number)))
        })?;
        Ok(match added {
            (Added::AlreadyThere(number), _) => Addition::There(number),
            (Added::Added, line) => {
                tighten(path);
                Addition::Added { line, change }
            }
        })
    }

    /// Takes lines of this list away, as it is by now, and keeps it as it was beside it. Lines that others have added or taken
    /// away meanwhile do no harm.
    ///
    /// # Errors
    /// There is no such line, another program has changed one of them or the last other way in, or the list cannot be written.
    pub fn take_out(&self, numbers: &BTreeSet<usize>, last: LastWayIn) -> Result<Change, Problem> {
        let path = self.path();
        self.check_lines(numbers)?;
        let (change, ()) = Change::edit(path, Backup::Bak, |bytes| {
            let numbers =
                find_again(self.file.bytes(), bytes, numbers).ok_or_else(|| lists::changed(path))?;
            let mut keys = AuthorizedKeys::parse(bytes.to_vec())?;
            if last == LastWayIn::Stays && is_last_way_in(&rows_of(&keys, &[]), &numbers) {
                return Err(lists::changed(path));
            }
            keys.remove(&numbers);
            Ok((keys.into_bytes(), ()))
        })?;
        tighten(path);
        Ok(change)
    }

    /// Takes a line away that was shown before.
    ///
    /// # Errors
    /// Another one stands there now, or the list cannot be written.
    pub fn take_out_shown(&self, shown: &Row, last: LastWayIn) -> Result<Change, Problem> {
        let told = |row: &Row| (row.line, row.title(), row.options.clone());
        if !self.rows(&[]).iter().any(|row| told(row) == told(shown)) {
            return Err(lists::changed(self.path()));
        }
        self.take_out(&BTreeSet::from([shown.line]), last)
    }

    /// Sees to it that there are these lines.
    ///
    /// # Errors
    /// There is no such line.
    pub fn check_lines(&self, numbers: &BTreeSet<usize>) -> Result<(), Problem> {
        let there: BTreeSet<usize> = self.keys.lines().map(|line| line.number).collect();
        match numbers.difference(&there).next() {
            Some(missing) => Err(lists::no_line(self.path(), *missing)),
            None => Ok(()),
        }
    }
}

/// What becomes of the last line by which somebody can log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastWayIn {
    /// It stays, even where others have taken away all other lines meanwhile.
    Stays,
    /// It may go: that was agreed to.
    MayGo,
}

/// What came of adding a line.
#[derive(Debug)]
pub enum Addition {
    /// It is there now, in this line.
    Added {
        /// The number of the line.
        line: usize,
        /// How it is taken back.
        change: Change,
    },
    /// Its key was there already, in the line of this number.
    There(usize),
}

/// The file lets nobody else write to it once it was changed; its folder must not either, or sshd takes no key in it.
fn tighten(list: &Path) {
    for path in open_to_others(list).iter().take_while(|path| is_own(path, list)) {
        if let Err(error) = tighten_shared(path) {
            log::warn!("others may still write to {}: {error}", path.display());
        }
    }
}

/// Whether it is the list, or the folder of such lists: others of a home folder's rights may be meant.
fn is_own(path: &Path, list: &Path) -> bool {
    let is_ssh_folder = || path.file_name().is_some_and(|name| name == ".ssh");
    path == list || is_ssh_folder()
}

fn rows_of(keys: &AuthorizedKeys, mine: &[PublicKey]) -> Vec<Row> {
    let lines = keys.lines();
    lines
        .filter_map(|line| row(line.number, line.content, mine))
        .collect()
}

/// Whether somebody can log in by `rows`, but nobody any more without these lines.
#[must_use]
pub fn is_last_way_in(rows: &[Row], numbers: &BTreeSet<usize>) -> bool {
    let (gone, left): (Vec<&Row>, Vec<&Row>) = rows
        .iter()
        .filter(|row| row.lets_in())
        .partition(|row| numbers.contains(&row.line));
    !gone.is_empty() && left.is_empty()
}

/// A day as people write it, `2027-01-31`, or a time in sshd's own form.
///
/// # Errors
/// It is none.
pub fn expiry(text: &str) -> Result<Expiry, Problem> {
    let is_date = text.len() == 10 && text.split('-').map(str::len).eq([4, 2, 2]);
    let bare: String = text.chars().filter(|letter| *letter != '-').collect();
    let as_sshd_writes_it = if is_date { bare.as_str() } else { text };
    Expiry::read(as_sshd_writes_it.as_bytes()).ok_or_else(|| {
        Problem::new(
            "usage",
            Blame::Usage,
            format!("{} is no day", escaped(text.as_bytes())),
            "Write it as 2027-01-31.",
        )
    })
}

/// Sees to it that a key with this end would let somebody in at all.
///
/// # Errors
/// It is over, by this computer's clock.
pub fn check_to_come(expiry: Expiry) -> Result<(), Problem> {
    if !is_over(expiry) {
        return Ok(());
    }
    let (year, month, day) = expiry.date();
    let verb = if (year, month, day) == clock::local_date() {
        "has begun"
    } else {
        "is over"
    };
    Err(Problem::new(
        "usage",
        Blame::Usage,
        format!("{year:04}-{month:02}-{day:02} {verb} already"),
        "The key would let nobody in. Choose a day that is yet to come.",
    ))
}

fn row(number: usize, content: Content<'_>, mine: &[PublicKey]) -> Option<Row> {
    match content {
        Content::Blank | Content::Remark => None,
        Content::Unreadable(fault) => Some(Row {
            line: number,
            key: None,
            options: String::new(),
            is_authority: false,
            is_mine: false,
            ignored: Some(fault.to_string()),
        }),
        Content::Key(entry) => Some(Row {
            line: number,
            options: escaped(entry.options.text()),
            is_authority: entry.options.is_authority(),
            is_mine: mine.contains(&entry.key.key),
            ignored: why_ignored(&entry),
            key: Some(Description::of(&Parsed::Public(entry.key), None)),
        }),
    }
}

/// Why sshd passes over a line with a key in it.
pub(in crate::engine) fn why_ignored(entry: &Entry<'_>) -> Option<String> {
    if let Err(fault) = entry.options.check() {
        return Some(fault.to_string());
    }
    if entry.key.certificate.is_some() {
        return Some("it holds a certificate where sshd expects a key".to_owned());
    }
    entry.options.iter().find_map(|option| match option {
        Ok(KeyOption::ExpiryTime(expiry)) if is_over(expiry) => Some(format!("it has expired ({expiry})")),
        _ => None,
    })
}

/// By this computer's clock; sshd's is the same one, or near it.
fn is_over(expiry: Expiry) -> bool {
    expiry.moment() <= clock::moment_in(expiry.is_utc())
}

/// The public keys that lie in `folder`, each in a file that ends in `.pub`.
#[must_use]
pub fn keys_in(folder: &Path) -> Vec<PublicKey> {
    let found = candidates(folder).unwrap_or_default();
    let paths = found.files.into_iter().map(|candidate| candidate.path);
    let public = paths.filter(|path| path.extension().is_some_and(|extension| extension == "pub"));
    let key = |path: PathBuf| {
        let bytes = read_key(&path).ok()?;
        format::parse(bytes.expose()).ok()?.public().cloned()
    };
    public.filter_map(key).collect()
}

/// The list at `path` and the folders above it, up to the home folder, that others may write to: then sshd takes none
/// of the keys in it (`StrictModes`).
#[must_use]
pub fn open_to_others(path: &Path) -> Vec<PathBuf> {
    let home = home::home();
    let is_at_home = home.as_ref().is_some_and(|home| path.starts_with(home));
    // Of a list that lies elsewhere it is not known where sshd stops to look.
    let levels = if is_at_home { usize::MAX } else { 2 };
    let mut looked_at = Vec::new();
    for level in path.ancestors().take(levels) {
        looked_at.push(level);
        if Some(level) == home.as_deref() {
            break;
        }
    }
    let is_open = |level: &&Path| matches!(audit_shared(level), Ok(Access::Loose { .. }));
    looked_at
        .into_iter()
        .filter(is_open)
        .map(Path::to_owned)
        .collect()
}

/// Says that others may write to `path`.
#[must_use]
pub fn openness(path: &Path) -> Warning {
    Warning {
        code: "permissions",
        message: format!(
            "others may write to {}, and so sshd takes none of these keys",
            lists::shown(path)
        ),
        hint: "Take that right from them: chmod go-w, or the page “Keys” in the window.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHs79z7JKxXBNr/ArVRwU8PLlJs0O5cZX/GovM4FaWZv";
    const OTHER: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILNG8RxQbRDga5aL3RYjaQABF93BeXhbYjPhsRrCa+JQ";

    fn roll(text: &str) -> Roll {
        let folder = tempfile::tempdir().unwrap();
        let file = ListFile::open(&folder.path().join(FILE_NAME), MAX_LIST_FILE).unwrap();
        let keys = AuthorizedKeys::parse(text.as_bytes().to_vec()).unwrap();
        Roll { file, keys }
    }

    #[test]
    fn a_line_that_lets_nobody_in_says_why() {
        for (line, why) in [
            (KEY.to_owned(), None),
            (format!("expiry-time=\"20991231\" {KEY}"), None),
            (
                format!("expiry-time=\"20200101Z\" {KEY}"),
                Some("it has expired (20200101Z)"),
            ),
            (
                format!("expiry-time=\"202001011200\" {KEY}"),
                Some("it has expired (202001011200)"),
            ),
            (
                format!("no-such-thing {KEY}"),
                Some("there is an option that sshd does not know: “no-such-thing”"),
            ),
            (
                format!("from=10.0.0.1 {KEY}"),
                Some("the value of an option does not stand in quotation marks"),
            ),
            (
                "ssh-ed25519 AAAA".to_owned(),
                Some("the file ends before the key does"),
            ),
        ] {
            let rows = roll(&line).rows(&[]);
            assert_eq!(rows[0].ignored.as_deref(), why, "{line}");
        }
    }

    #[test]
    fn the_last_way_in_is_the_last_line_that_lets_somebody_in() {
        let roll = roll(&format!("# me\n{KEY}\nfrom=10.0.0.1 {OTHER}\n{OTHER}\n"));
        let rows = roll.rows(&[]);
        let is_last = |lines: &[usize]| is_last_way_in(&rows, &lines.iter().copied().collect());
        assert!(is_last(&[2, 4]) && is_last(&[1, 2, 3, 4]));
        assert!(!is_last(&[2]) && !is_last(&[4]) && !is_last(&[1, 3]));
    }
}
