//! Other programs, by where they lie.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Where the system keeps its own programs; nobody but root can put one there.
const FOLDERS: [&str; 4] = ["/usr/bin", "/bin", "/usr/local/bin", "/run/current-system/sw/bin"];

/// The program called `name` in one of the system's own folders. Of `PATH` only these count, in its order: what lies in other
/// folders somebody may have put there, and whoever leaves these out wants none of their programs.
#[must_use]
pub fn system_program(name: &str) -> Option<PathBuf> {
    find(name, env::var_os("PATH").as_deref(), &FOLDERS.map(Path::new))
}

fn find(name: &str, path: Option<&OsStr>, own: &[&Path]) -> Option<PathBuf> {
    let listed: Vec<PathBuf> = match path {
        Some(path) => env::split_paths(path).collect(),
        None => own.iter().map(PathBuf::from).collect(),
    };
    let mut programs = listed
        .iter()
        .filter(|folder| own.contains(&folder.as_path()))
        .map(|folder| folder.join(name));
    programs.find(|program| program.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::files::{Existing, write_public};

    #[test]
    fn a_program_is_taken_from_the_systems_own_folders_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let [own, other] = ["own", "other"].map(|name| folder.path().join(name));
        for place in [&own, &other] {
            std::fs::create_dir(place).expect("made");
            write_public(&place.join("opener"), b"", Existing::Refuse).expect("written");
        }
        let found = |path: Option<&[&PathBuf]>, own: &[&Path]| {
            let path = path.map(|folders| env::join_paths(folders).expect("no colons"));
            find("opener", path.as_deref(), own)
        };
        let systems = [own.as_path()];
        assert_eq!(found(Some(&[&other, &own]), &systems), Some(own.join("opener")));
        assert_eq!(found(None, &systems), Some(own.join("opener")));
        assert_eq!(found(Some(&[&other]), &systems), None);
        assert_eq!(found(Some(&[&own]), &[Path::new("/nonexistent")]), None);
    }
}
