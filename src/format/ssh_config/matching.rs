//! Which lines are about a host: `Host` and `Match` (`ssh_config(5)`).

use super::settings::Settings;
use crate::format::pattern::{self, case_list_matches, list_matches, matches};

/// For whom the configuration is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    /// The host as the person called it.
    pub(super) alias: &'a str,
    /// The name of the account here.
    pub(super) local_user: &'a str,
    /// Whether it is read for the second time.
    pub(super) is_final: bool,
}

/// What comes of a `Match` line.
pub(super) struct Verdict {
    /// Whether its conditions hold; nothing where that cannot be told.
    pub(super) is_met: Option<bool>,
    /// Whether it has everything read a second time.
    pub(super) asks_final: bool,
}

/// Whether a `Host` line is about this host: one pattern matches, and none with `!`.
pub(super) fn names_host(patterns: &[Vec<u8>], alias: &str) -> bool {
    let mut is_named = false;
    for pattern in patterns {
        match pattern.strip_prefix(b"!") {
            Some(pattern) if matches(alias.as_bytes(), pattern) => return false,
            Some(_) => {}
            None => is_named |= matches(alias.as_bytes(), pattern),
        }
    }
    is_named
}

impl Asked<'_> {
    /// Whether the conditions of a `Match` line hold, where this is what was found before it.
    pub(super) fn meets(&self, settings: &Settings, words: &[Vec<u8>]) -> Verdict {
        let mut words = words.iter().map(Vec::as_slice);
        let (mut is_met, mut is_unknown, mut asks_final) = (true, false, false);
        while let Some(word) = words.next() {
            let (is_negated, word) = match word.strip_prefix(b"!") {
                Some(word) => (true, word),
                None => (false, word),
            };
            let equals = word.iter().position(|byte| *byte == b'=');
            let (name, given) = match equals {
                Some(at) => (&word[..at], Some(&word[at + 1..])),
                None => (word, None),
            };
            let name = name.to_ascii_lowercase();
            match name.as_slice() {
                b"all" => {
                    is_met &= !is_negated;
                    continue;
                }
                b"final" | b"canonical" => {
                    asks_final |= name == b"final";
                    is_met &= self.is_final != is_negated;
                    continue;
                }
                _ => {}
            }
            let value = given.or_else(|| words.next()).unwrap_or_default();
            let lower = |text: String| text.to_ascii_lowercase();
            let verdict = match name.as_slice() {
                b"host" => list_matches(lower(settings.host_name(self.alias)).as_bytes(), value),
                b"originalhost" => list_matches(lower(self.alias.to_owned()).as_bytes(), value),
                b"user" => {
                    let user = settings.user().unwrap_or_else(|| self.local_user.to_owned());
                    case_list_matches(user.as_bytes(), value)
                }
                b"localuser" => case_list_matches(self.local_user.as_bytes(), value),
                b"tagged" => case_list_matches(settings.first("tag").unwrap_or_default(), value),
                _ => {
                    is_unknown = true;
                    continue;
                }
            };
            is_met &= (verdict == pattern::Verdict::Yes) != is_negated;
        }
        Verdict {
            // One condition that does not hold settles it, whatever the others say.
            is_met: (!is_met || !is_unknown).then_some(is_met),
            asks_final,
        }
    }
}
