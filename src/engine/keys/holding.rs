//! Which files of a folder may hold keys, by their names.

use std::path::Path;

use crate::sys::files::is_temporary;

/// What lies in `~/.ssh` and holds public keys of others, or none.
const NO_KEYS: [&str; 8] = [
    "allowed_signers",
    "authorized_keys",
    "authorized_keys2",
    "config",
    "environment",
    "known_hosts",
    "known_hosts2",
    "rc",
];

/// What they are called as they were before somebody changed them.
const OF_BACKUPS: [&str; 3] = [".bak", ".old", "~"];

/// Whether a file may hold a key of this user's, by its name.
pub(super) fn may_hold_key(path: &Path) -> bool {
    let Some(name) = path.file_name() else {
        return false;
    };
    // What this program had begun to write when it was ended is told by itself.
    let is_begun = is_temporary(name);
    let name = name.to_string_lossy();
    let before = OF_BACKUPS.iter().find_map(|ending| name.strip_suffix(ending));
    let is_list = |name: &str| NO_KEYS.contains(&name);
    !is_begun && !is_list(&name) && !before.is_some_and(is_list)
}
