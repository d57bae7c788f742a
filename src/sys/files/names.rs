//! The names of files on their way: what has one is this program's, and what it was to become can be read from it, should
//! the program have been ended in the middle.
//!
//! `.keywright-NUMBER-I.new.NAME` is written, and will be called NAME; `….old.NAME` was, and is kept until all that belongs
//! together is in place; `….aside.NAME` is a folder into which files are being moved, or out of it. NUMBER is the same for
//! what is written together, and I tells its files apart.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// What all of these names begin with.
const PREFIX: &str = ".keywright-";

/// The most bytes of a name on nearly every disk.
const LONGEST: usize = 255;

/// What a file with such a name is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It is to take a name.
    New,
    /// It had a name.
    Old,
    /// It is a folder for what is moved away, or back.
    Aside,
}

impl Purpose {
    const ALL: [Self; 3] = [Self::New, Self::Old, Self::Aside];

    fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Old => "old",
            Self::Aside => "aside",
        }
    }
}

/// What is written together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group(u64);

impl Group {
    /// One that no other has. Not by the system's random numbers: these may fail, and nobody has to guess it, because a name
    /// that is taken is not used.
    pub(super) fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| {
            since.as_secs().wrapping_mul(1_000_000_000) + u64::from(since.subsec_nanos())
        });
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Self(nanos ^ u64::from(process::id()).rotate_left(40) ^ count.rotate_left(56))
    }

    /// The name of one of its files.
    pub(super) fn name(self, index: usize, purpose: Purpose, target: &OsStr) -> OsString {
        let mut name = OsString::from(format!("{PREFIX}{:016x}-{index:x}.{}", self.0, purpose.word()));
        // One so long that it does not fit is left out, and then only the content tells what the file is.
        if name.len() + 1 + target.len() <= LONGEST {
            name.push(".");
            name.push(target);
        }
        name
    }
}

/// What such a name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Temporary {
    /// Nothing for a name that an earlier version gave.
    pub(super) group: Option<Group>,
    pub(super) purpose: Purpose,
    /// What it is to be called, or was; nothing where that did not fit.
    pub(super) target: Option<OsString>,
}

/// Whether a name is one of these.
#[must_use]
pub fn is_temporary(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(PREFIX.as_bytes())
}

/// Takes such a name apart. Earlier versions gave them without I and NAME.
pub(super) fn parse(name: &OsStr) -> Option<Temporary> {
    let name = name.as_encoded_bytes().strip_prefix(PREFIX.as_bytes())?;
    let (number, rest) = name.split_at_checked(16)?;
    let number = u64::from_str_radix(str::from_utf8(number).ok()?, 16).ok()?;
    let dot = rest.iter().position(|byte| *byte == b'.')?;
    let (index, rest) = (&rest[..dot], &rest[dot + 1..]);
    let (word, target) = match rest.iter().position(|byte| *byte == b'.') {
        Some(dot) => (&rest[..dot], Some(&rest[dot + 1..])),
        None => (rest, None),
    };
    let purpose = Purpose::ALL
        .into_iter()
        .find(|purpose| purpose.word().as_bytes() == word)?;
    Some(Temporary {
        group: (!index.is_empty()).then_some(Group(number)),
        purpose,
        target: target.and_then(os_string).filter(|name| is_file_name(name)),
    })
}

/// Not so `.` and `..`.
fn is_file_name(name: &OsStr) -> bool {
    Path::new(name).file_name() == Some(name)
}

#[cfg(unix)]
#[expect(
    clippy::unnecessary_wraps,
    reason = "as on Windows, where not all bytes are names"
)]
fn os_string(bytes: &[u8]) -> Option<OsString> {
    use std::os::unix::ffi::OsStringExt as _;
    Some(OsString::from_vec(bytes.to_vec()))
}

#[cfg(windows)]
fn os_string(bytes: &[u8]) -> Option<OsString> {
    str::from_utf8(bytes).ok().map(OsString::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_it_is_to_become() {
        let group = Group::new();
        for target in ["id", "id.pub", "a.b.c", &"k".repeat(200)] {
            for purpose in Purpose::ALL {
                let name = group.name(3, purpose, OsStr::new(target));
                let expected = Temporary {
                    group: Some(group),
                    purpose,
                    target: Some(target.into()),
                };
                assert!(is_temporary(&name));
                assert_eq!(parse(&name), Some(expected), "{name:?}");
            }
        }
    }

    #[test]
    fn a_name_fits_on_the_disk_whatever_it_is_to_become() {
        let name = Group::new().name(0, Purpose::Old, OsStr::new(&"k".repeat(255)));
        assert!(name.len() < 64 && parse(&name).expect("one of ours").target.is_none());
    }

    #[test]
    fn what_an_earlier_version_left_is_known() {
        let parsed = parse(OsStr::new(".keywright-0123456789abcdef.old")).expect("one of ours");
        assert_eq!(
            (parsed.group, parsed.purpose, parsed.target),
            (None, Purpose::Old, None)
        );
    }

    #[test]
    fn a_name_that_leads_out_of_the_folder_is_none() {
        for target in [".", ".."] {
            let name = format!(".keywright-0123456789abcdef-0.old.{target}");
            assert_eq!(parse(OsStr::new(&name)).expect("one of ours").target, None);
        }
    }

    #[test]
    fn what_others_call_so_is_not_taken_for_ours() {
        for name in [
            ".keywright-",
            ".keywright-notes.txt",
            ".keywright-0123456789abcdef",
            ".keywright-0123456789abcdef.gone",
            ".keywright-012345678\u{e9}bcdef-0.new",
        ] {
            assert_eq!(parse(OsStr::new(name)), None, "{name}");
        }
    }

    #[test]
    fn no_two_are_called_the_same() {
        let groups: std::collections::BTreeSet<_> = (0..1000).map(|_| Group::new()).collect();
        assert_eq!(groups.len(), 1000);
    }
}
