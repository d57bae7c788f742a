//! What is left when the program is ended in the middle: `keys` says it, `keys repair` mends it, and no key is lost.

use std::fs;

use crate::support::Home;

/// What all names of files on their way begin with that belong together.
const GROUP: &str = ".keywright-0123456789abcdef";

/// A home with two keys in `.ssh`, `id` and `other`; the second one is in no file yet but in these texts.
struct Left {
    home: Home,
    other: Vec<u8>,
    other_public: Vec<u8>,
}

impl Left {
    fn new() -> Self {
        let home = Home::new();
        fs::create_dir(home.path(".ssh")).expect("made");
        for name in [".ssh/id", "other"] {
            home.run(&["generate", "-o", name, "--no-passphrase"])
                .expect_status(0);
        }
        let read = |name| fs::read(home.path(name)).expect("it is there");
        let (other, other_public) = (read("other"), read("other.pub"));
        for name in ["other", "other.pub"] {
            fs::remove_file(home.path(name)).expect("it is there");
        }
        Self {
            home,
            other,
            other_public,
        }
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        self.home.write(&format!(".ssh/{name}"), bytes);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let path = self.home.path(&format!(".ssh/{name}"));
            fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("it is ours");
        }
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.home.path(&format!(".ssh/{name}"))).expect("it is there")
    }

    /// Everything that lies in `.ssh` and below, but for folders.
    fn names(&self) -> Vec<String> {
        fn below(folder: &std::path::Path, found: &mut Vec<String>, start: usize) {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    below(&path, found, start);
                } else {
                    found.push(path.to_str().expect("UTF-8")[start..].replace('\\', "/"));
                }
            }
        }
        let folder = self.home.path(".ssh");
        let mut found = Vec::new();
        below(&folder, &mut found, folder.to_str().expect("UTF-8").len() + 1);
        found.sort();
        found
    }

    /// Each leftover is named, in text and as an object.
    fn expect_told(&self, names: &[&str]) {
        let told = self.home.run(&["keys"]);
        told.expect_status(0);
        let objects = self.home.run(&["keys", "--json"]).objects();
        let warnings = objects
            .iter()
            .filter_map(|object| object["warnings"].as_array().cloned());
        let files: Vec<String> = warnings
            .flatten()
            .filter(|warning| warning["code"] == "unfinished" && warning["repairable"] == true)
            .map(|warning| warning["file"].as_str().unwrap_or_default().to_owned())
            .collect();
        for name in names {
            assert!(told.out.contains(name), "{name}: {}", told.out);
            assert!(files.iter().any(|file| file.ends_with(name)), "{name}: {files:?}");
        }
        assert_eq!(files.len(), names.len(), "{files:?}");
    }

    fn repair(&self) -> String {
        let ran = self.home.run(&["keys", "repair"]);
        ran.expect_status(0);
        let again = self.home.text(&["keys", "repair"]);
        assert_eq!(again, "There is nothing to repair.\n");
        ran.out
    }
}

#[test]
fn a_replacement_that_was_broken_off_half_way_is_taken_back_and_no_key_is_lost() {
    let left = Left::new();
    let (old, old_public) = (left.read("id"), left.read("id.pub"));
    left.put(&format!("{GROUP}-0.old.id"), &old);
    left.put(&format!("{GROUP}-1.new.id.pub"), &left.other_public);
    left.put("id", &left.other);
    left.expect_told(&["-0.old.id", "-1.new.id.pub"]);
    left.repair();
    assert_eq!((left.read("id"), left.read("id.pub")), (old, old_public));
    // The new one was told to nobody, but it may be the only copy of something all the same.
    let names = left.names();
    let kept = names
        .iter()
        .find(|name| name.starts_with("removed/"))
        .expect("kept");
    assert!(kept.ends_with("/id"), "{kept}");
    assert_eq!(left.read(kept), left.other);
    assert_eq!(names.len(), 3, "{names:?}");
}

#[test]
fn what_was_only_begun_is_cleared_away() {
    let left = Left::new();
    let before = left.names();
    let half = &left.other[..left.other.len() / 2];
    left.put(&format!("{GROUP}-0.new.id"), half);
    left.put(&format!("{GROUP}-1.new.id.pub"), b"");
    left.expect_told(&["-0.new.id", "-1.new.id.pub"]);
    left.repair();
    assert_eq!(left.names(), before);
}

#[test]
fn another_version_of_a_key_that_is_there_is_cleared_away() {
    let left = Left::new();
    let before = left.names();
    left.put(&format!("{GROUP}-0.new.id"), &left.read("id"));
    left.repair();
    assert_eq!(left.names(), before);
}

#[test]
fn an_old_key_whose_replacement_was_finished_is_kept() {
    let left = Left::new();
    left.put(&format!("{GROUP}-0.old.id"), &left.other);
    left.expect_told(&["-0.old.id"]);
    let said = left.repair();
    assert!(said.contains("removed"), "{said}");
    let names = left.names();
    let kept = names
        .iter()
        .find(|name| name.starts_with("removed/"))
        .expect("kept");
    assert_eq!(left.read(kept), left.other);
}

#[test]
fn what_an_earlier_version_left_is_told_and_kept() {
    let left = Left::new();
    left.put(&format!("{GROUP}.old"), &left.other);
    left.expect_told(&["cdef.old"]);
    left.repair();
    let kept = left.names().into_iter().find(|name| name.starts_with("removed/"));
    assert!(kept.expect("kept").ends_with("/recovered-key"));
}

#[cfg(unix)]
#[test]
fn a_second_name_is_taken_away_and_the_file_stays() {
    let left = Left::new();
    let before = left.names();
    let twin = left.home.path(&format!(".ssh/{GROUP}-0.old.id"));
    fs::hard_link(left.home.path(".ssh/id"), twin).expect("linked");
    left.put(&format!("{GROUP}-0.new.id"), b"half");
    left.expect_told(&["-0.old.id", "-0.new.id"]);
    left.repair();
    assert_eq!(left.names(), before);
}

#[test]
fn a_file_that_has_lost_its_name_gets_it_back() {
    let left = Left::new();
    let (before, key) = (left.names(), left.read("id"));
    fs::rename(
        left.home.path(".ssh/id"),
        left.home.path(&format!(".ssh/{GROUP}-0.old.id")),
    )
    .expect("moved");
    left.put(&format!("{GROUP}-0.new.id"), &left.other);
    left.repair();
    assert_eq!(left.read("id"), key);
    assert!(left.names().starts_with(&before), "{:?}", left.names());
}

#[test]
fn a_public_half_that_had_not_got_its_name_gets_it() {
    let left = Left::new();
    let public = left.read("id.pub");
    fs::rename(
        left.home.path(".ssh/id.pub"),
        left.home.path(&format!(".ssh/{GROUP}-1.new.id.pub")),
    )
    .expect("moved");
    let said = left.repair();
    assert!(said.contains("id.pub"), "{said}");
    assert_eq!(left.read("id.pub"), public);
}

#[test]
fn what_was_being_moved_away_comes_back() {
    let left = Left::new();
    let before = left.names();
    let folder = left
        .home
        .path(&format!(".ssh/removed/{GROUP}-0.aside.id-2026-11-30"));
    fs::create_dir_all(&folder).expect("made");
    fs::rename(left.home.path(".ssh/id"), folder.join("id")).expect("moved");
    left.expect_told(&["-0.aside.id-2026-11-30"]);
    assert_eq!(
        left.home.text(&["keys", "restore"]),
        "Nothing was removed that could be put back.\n"
    );
    left.repair();
    assert_eq!(left.names(), before);
    assert!(!left.home.has(".ssh/removed"));
}

#[test]
fn what_was_being_moved_away_is_kept_where_something_else_lies_in_its_place() {
    let left = Left::new();
    let before = left.names();
    let folder = left
        .home
        .path(&format!(".ssh/removed/{GROUP}-0.aside.id-2026-11-30"));
    fs::create_dir_all(&folder).expect("made");
    left.put(&format!("removed/{GROUP}-0.aside.id-2026-11-30/id"), &left.other);
    left.repair();
    let kept = "removed/id-2026-11-30/id".to_owned();
    assert_eq!(left.read(&kept), left.other);
    assert_eq!(left.names(), [before, vec![kept]].concat());
}

#[test]
fn whoever_writes_in_the_folder_is_told_of_what_was_left() {
    let left = Left::new();
    left.put(&format!("{GROUP}-0.new.id"), b"half");
    let ran = left
        .home
        .run(&["generate", "-o", ".ssh/another", "--no-passphrase"]);
    ran.expect_status(0);
    assert!(ran.err.contains("keys repair"), "{}", ran.err);
}
