//! Where “Save private key” saves: proposed under a name that is free, where ssh looks, and changed by typing or
//! choosing another place.

use std::path::{Path, PathBuf};

use crate::engine::keys::{Whose, is_tried_by_name};
use crate::engine::saving::{Choice, Plan, Strength, certificate_beside};
use crate::sys::{files, home};

/// So many names are tried until one is free.
const MOST: u32 = 999;

/// The place for a private key.
#[derive(Clone, Debug)]
pub struct SavingPlace {
    whose: Whose,
    /// For each format a path that no file is at but the key's own.
    proposed: Vec<(Choice, PathBuf)>,
    chosen: Option<Chosen>,
}

/// A place that somebody has typed or chosen, and how it is shown.
#[derive(Clone, Debug)]
struct Chosen {
    path: PathBuf,
    text: String,
}

impl SavingPlace {
    /// Looks for a free name. `stem` is what the file would best be called, and `own` the file that the key lies in.
    pub(super) fn propose(whose: &Whose, folder: &Path, stem: &str, own: Option<&Path>) -> Self {
        let free = |choice: Choice| {
            let names = (1..=MOST).map(|number| match number {
                1 => choice.file_name(stem),
                _ => choice.file_name(&format!("{stem}_{number}")),
            });
            let mut paths = names.map(|name| folder.join(name));
            let first = folder.join(choice.file_name(stem));
            let is_free = |path: &PathBuf| own == Some(path) || is_free(choice, path);
            (choice, paths.find(is_free).unwrap_or(first))
        };
        Self {
            whose: whose.clone(),
            proposed: Choice::ALL.into_iter().chain(Choice::MORE).map(free).collect(),
            chosen: None,
        }
    }

    /// Where a file of this format goes.
    #[must_use]
    pub fn path(&self, choice: Choice) -> &Path {
        match &self.chosen {
            Some(chosen) if !chosen.text.trim().is_empty() => &chosen.path,
            _ => self.proposed(choice),
        }
    }

    /// Where it would go if nobody had said anything else.
    pub(super) fn proposed(&self, choice: Choice) -> &Path {
        let proposed = self.proposed.iter().find(|(each, _)| *each == choice);
        proposed.map_or(Path::new(""), |(_, path)| path.as_path())
    }

    /// The same as a person writes it, with `~` for the home folder.
    #[must_use]
    pub fn text(&self, choice: Choice) -> String {
        match &self.chosen {
            Some(chosen) => chosen.text.clone(),
            None => self.whose.short(self.proposed(choice)),
        }
    }

    /// Another place was typed. A name alone stands for a file in the folder that was proposed.
    pub fn type_text(&mut self, text: String, choice: Choice) {
        let typed = home::expand_tilde_in(self.whose.home.as_deref(), Path::new(text.trim()));
        let folder = self.proposed(choice).parent().unwrap_or(Path::new(""));
        let path = folder.join(typed);
        self.chosen = Some(Chosen { path, text });
    }

    /// Another place was chosen in a dialog.
    pub(super) fn choose(&mut self, path: PathBuf) {
        let text = self.whose.short(&path);
        self.chosen = Some(Chosen { path, text });
    }

    /// A path as a person writes it.
    pub(super) fn short(&self, path: &Path) -> String {
        self.whose.short(path)
    }

    /// Whether ssh tries a key of this format there without being told to.
    #[must_use]
    pub fn is_tried(&self, choice: Choice) -> bool {
        choice.has_openssh() && is_tried_by_name(&self.whose, self.path(choice))
    }
}

/// Whether no file is at any of the paths that saving would write, and no certificate would be taken for the key's own.
fn is_free(choice: Choice, path: &Path) -> bool {
    let plan = Plan::private(choice, path, Strength::default());
    let certificate = certificate_beside(path);
    let beside = choice.has_openssh().then_some(certificate.as_path());
    files::taken(plan.paths().into_iter().chain(beside)).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::files::{Existing, write_public};

    fn in_folder(names: &[&str], own: Option<&str>) -> (tempfile::TempDir, SavingPlace) {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            write_public(&folder.path().join(name), b"", Existing::Refuse).unwrap();
        }
        let own = own.map(|name| folder.path().join(name));
        let whose = Whose {
            home: Some(folder.path().to_owned()),
            ..Whose::default()
        };
        let place = SavingPlace::propose(&whose, folder.path(), "id", own.as_deref());
        (folder, place)
    }

    #[test]
    fn a_name_that_is_taken_is_not_proposed() {
        for (names, own, choice, expected) in [
            (&[][..], None, Choice::OpenSsh, "~/id"),
            (&["id"], None, Choice::OpenSsh, "~/id_2"),
            (&["id.pub"], None, Choice::OpenSsh, "~/id_2"),
            (&["id-cert.pub"], None, Choice::OpenSsh, "~/id_2"),
            (&["id", "id_2.pub"], None, Choice::OpenSsh, "~/id_3"),
            (&["id"], None, Choice::Ppk, "~/id.ppk"),
            (&["id.ppk"], None, Choice::Both, "~/id_2"),
            (&["id"], Some("id"), Choice::OpenSsh, "~/id"),
            (&["id", "id.ppk"], Some("id"), Choice::Ppk, "~/id_2.ppk"),
        ] {
            let (_folder, place) = in_folder(names, own);
            assert_eq!(place.text(choice), expected, "{names:?} {choice:?}");
        }
    }

    #[test]
    fn what_is_typed_holds_for_every_format_until_nothing_is_typed() {
        let (folder, mut place) = in_folder(&[], None);
        for (typed, path) in [
            ("~/keys/work", "keys/work"),
            (" work ", "work"),
            ("sub/work", "sub/work"),
            ("", "id.ppk"),
        ] {
            place.type_text(typed.to_owned(), Choice::OpenSsh);
            assert_eq!(place.text(Choice::Ppk), typed);
            assert_eq!(place.path(Choice::Ppk), folder.path().join(path), "{typed:?}");
        }
    }

    #[test]
    fn only_usual_names_where_ssh_looks_are_tried() {
        let whose = Whose {
            home: Some(PathBuf::from("/home/me")),
            ..Whose::default()
        };
        for (path, choice, expected) in [
            ("/home/me/.ssh/id_rsa", Choice::OpenSsh, true),
            ("/home/me/.ssh/id_rsa", Choice::Both, true),
            ("/home/me/.ssh/id_rsa", Choice::Ppk, false),
            ("/home/me/.ssh/work", Choice::OpenSsh, false),
            ("/home/me/id_rsa", Choice::OpenSsh, false),
        ] {
            let mut place = SavingPlace::propose(&whose, Path::new("/home/me/.ssh"), "id_rsa", None);
            place.choose(PathBuf::from(path));
            assert_eq!(place.is_tried(choice), expected, "{path} {choice:?}");
        }
    }
}
