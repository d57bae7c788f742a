//! Links of others, and what belongs to them: nothing is written where it was not meant to go, and nothing is given away.

use std::os::unix::fs::{MetadataExt as _, chown, lchown, symlink};
use std::path::PathBuf;

use keywright::sys::files::{Backup, ListFile, Seen};
use keywright::sys::permissions::{tighten_private, tighten_shared};

use super::unix::{NOBODY, is_root};
use super::*;

const MAX: usize = 1 << 20;

/// Who a file belongs to, who may do what with it, and what is in it.
fn state(path: &Path) -> (u32, u32, Vec<u8>) {
    let found = fs::metadata(path).expect("there");
    (
        found.uid(),
        found.mode() & 0o7777,
        fs::read(path).expect("readable"),
    )
}

/// A folder that everybody may make files in, as `/tmp` is.
fn shared() -> TempDir {
    let folder = folder();
    chmod(folder.path(), 0o1777);
    folder
}

fn owned(path: &Path, bytes: &[u8], owner: u32) -> PathBuf {
    fs::write(path, bytes).expect("written");
    chown(path, Some(owner), Some(owner)).expect("root may");
    path.to_owned()
}

fn linked(link: &Path, to: &Path, owner: u32) -> PathBuf {
    symlink(to, link).expect("linked");
    lchown(link, Some(owner), Some(owner)).expect("root may");
    link.to_owned()
}

#[test]
fn a_backup_takes_the_place_of_a_link_and_leaves_what_that_leads_to() {
    for (backup, name) in [(Backup::Old, "list.old"), (Backup::Bak, "list.bak")] {
        let folder = folder();
        let [list, precious, link] = ["list", "precious", name].map(|name| folder.path().join(name));
        fs::write(&list, OLD).expect("written");
        fs::write(&precious, b"precious").expect("written");
        symlink("precious", &link).expect("linked");
        let file = ListFile::open(&list, MAX).expect("read");
        file.save(NEW, backup).expect("saved");
        assert_eq!(fs::read(&precious).expect("there"), b"precious");
        assert!(!fs::symlink_metadata(&link).expect("there").is_symlink());
        assert_eq!(fs::read(&link).expect("kept"), OLD);
    }
}

#[test]
fn root_that_edits_anothers_list_gives_them_no_file_of_its_own() {
    if !is_root() {
        return;
    }
    let folder = folder();
    chown(folder.path(), Some(NOBODY), Some(NOBODY)).expect("root may");
    let roots = owned(&folder.path().join("of-root"), b"root's", 0);
    chmod(&roots, 0o600);
    let list = owned(&folder.path().join("list"), OLD, NOBODY);
    let backup = linked(&folder.path().join("list.bak"), &roots, NOBODY);
    let before = state(&roots);
    ListFile::open(&list, MAX)
        .and_then(|file| file.save(NEW, Backup::Bak))
        .expect("saved");
    assert_eq!(state(&roots), before);
    assert_eq!((state(&list).0, state(&backup).0), (NOBODY, NOBODY));
}

#[test]
fn anothers_link_is_not_followed_to_a_file_of_ones_own() {
    if !is_root() {
        return;
    }
    let (home, shared) = (folder(), shared());
    let own = owned(&home.path().join("id"), OLD, 0);
    let to_file = linked(&shared.path().join("file"), &own, NOBODY);
    let to_folder = linked(&shared.path().join("folder"), home.path(), NOBODY);
    for path in [&to_file, &to_folder.join("id")] {
        for existing in [
            Existing::Replace,
            Existing::Agreed(Seen::of(OLD)),
            Existing::Change(Seen::of(OLD)),
        ] {
            let refused = write_private(path, NEW, existing).expect_err("another's link");
            assert!(matches!(refused, WriteError::ForeignLink { .. }), "{refused:?}");
        }
        let refused = ListFile::open(path, MAX)
            .and_then(|file| file.save(NEW, Backup::Old))
            .expect_err("another's link");
        assert!(refused.to_string().contains("is not followed"), "{refused}");
        tighten_private(path).expect_err("another's link");
    }
    let refused = write_private(&to_folder.join("new"), NEW, Existing::Refuse).expect_err("another's link");
    assert!(matches!(refused, WriteError::ForeignLink { .. }), "{refused:?}");
    tighten_shared(&to_folder).expect_err("another's link");
    assert_eq!(fs::read(&own).expect("there"), OLD);
    assert_eq!(
        (names(home.path()), names(shared.path()).len()),
        (vec!["id".to_owned()], 2)
    );
}

#[test]
fn root_follows_a_link_to_a_file_of_its_owner_and_leaves_it_to_them() {
    if !is_root() {
        return;
    }
    let folder = folder();
    let [dotfiles, ssh] = ["dotfiles", "ssh"].map(|name| folder.path().join(name));
    fs::create_dir(&dotfiles).expect("made");
    chown(&dotfiles, Some(NOBODY), Some(NOBODY)).expect("root may");
    linked(&ssh, &dotfiles, NOBODY);
    let real = owned(&dotfiles.join("real"), OLD, NOBODY);
    linked(&dotfiles.join("id"), &real, NOBODY);
    write_private(&ssh.join("id"), NEW, Existing::Change(Seen::of(OLD))).expect("changed");
    assert_eq!(state(&real), (NOBODY, 0o600, NEW.to_vec()));
}

#[test]
fn what_is_new_takes_no_others_place_and_is_given_to_nobody() {
    if !is_root() {
        return;
    }
    let folder = shared();
    let theirs = owned(&folder.path().join("id"), OLD, NOBODY);
    for existing in [Existing::Replace, Existing::Agreed(Seen::of(OLD))] {
        let refused = write_private(&theirs, NEW, existing).expect_err("it is nobody's");
        assert!(
            matches!(refused, WriteError::NotYours { owner: NOBODY, .. }),
            "{refused:?}"
        );
    }
    assert_eq!((state(&theirs).0, state(&theirs).2), (NOBODY, OLD.to_vec()));
    assert_eq!(names(folder.path()), ["id"]);
}

#[test]
fn a_folder_that_becomes_a_link_meanwhile_is_not_followed() {
    if !is_root() {
        return;
    }
    // Somebody puts a link to a folder of root's where theirs was, over and over, while root changes a list in it.
    let folder = folder();
    chown(folder.path(), Some(NOBODY), Some(NOBODY)).expect("root may");
    let [theirs, other, roots] = ["theirs", "other", "roots"].map(|name| folder.path().join(name));
    for made in [&theirs, &roots] {
        fs::create_dir(made).expect("made");
    }
    chown(&theirs, Some(NOBODY), Some(NOBODY)).expect("root may");
    owned(&theirs.join("list"), b"theirs\n", NOBODY);
    let precious = owned(&roots.join("list"), b"root's\n", 0);
    linked(&other, &roots, NOBODY);
    let before = state(&precious);
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let exchange = || {
                rustix::fs::renameat_with(
                    rustix::fs::CWD,
                    &theirs,
                    rustix::fs::CWD,
                    &other,
                    rustix::fs::RenameFlags::EXCHANGE,
                )
            };
            while !is_done.load(Ordering::Relaxed) {
                exchange().expect("exchanged");
            }
        });
        for line in 0..300 {
            let more = |file: ListFile| {
                let bytes = [file.bytes(), format!("{line}\n").as_bytes()].concat();
                file.save(&bytes, Backup::Bak)
            };
            // Now and then it is refused, and that is well.
            drop(ListFile::open(&theirs.join("list"), MAX).and_then(more));
        }
        is_done.store(true, Ordering::Relaxed);
    });
    assert_eq!(state(&precious), before);
    assert_eq!(names(&roots), ["list"]);
}
