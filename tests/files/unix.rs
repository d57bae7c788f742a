//! What files are on Unix: pipes, devices, links, modes and owners.

use std::os::unix::fs::{MetadataExt as _, chown, symlink};
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use super::*;
use keywright::sys::files::Seen;

/// Somebody without rights: `nobody`.
pub(crate) const NOBODY: u32 = 65534;

pub(crate) fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("there").mode() & 0o7777
}

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
#[test]
fn a_pipe_without_a_writer_is_refused_at_once() {
    let folder = folder();
    let path = folder.path().join("pipe");
    make_pipe(&path);
    let start = Instant::now();
    assert!(matches!(read_key(&path), Err(ReadError::NotRegular { .. })));
    assert!(start.elapsed() < Duration::from_secs(1));
    let refused = write_private(&path, NEW, Existing::Replace).expect_err("a pipe");
    assert!(matches!(refused, WriteError::NotRegular { .. }), "{refused:?}");
}

fn make_pipe(path: &Path) {
    let status = Command::new("mkfifo")
        .arg(path)
        .status()
        .expect("mkfifo, of coreutils");
    assert!(status.success());
}

#[test]
fn a_device_without_end_is_refused() {
    assert!(matches!(
        read_key(Path::new("/dev/zero")),
        Err(ReadError::NotRegular { .. })
    ));
    let folder = folder();
    let link = folder.path().join("id");
    symlink("/dev/zero", &link).expect("linked");
    assert!(matches!(read_key(&link), Err(ReadError::NotRegular { .. })));
}

#[cfg(target_os = "linux")]
#[test]
fn what_the_kernel_has_in_a_file_without_a_size_is_read_and_a_size_that_is_not_true_is_refused() {
    let own = Path::new("/proc/self/environ");
    let read = read_key(own).expect("it is read");
    assert_eq!(read.expose(), fs::read(own).expect("it is there"));
    assert!(!read.expose().is_empty());
    // It says that it has a whole page.
    let shorter = Path::new("/sys/kernel/uevent_seqnum");
    assert!(matches!(read_key(shorter), Err(ReadError::Changed { .. })));
}

#[test]
fn a_link_stays_a_link_and_the_file_that_it_leads_to_is_replaced() {
    let folder = folder();
    let [dotfiles, ssh] = ["dotfiles", "ssh"].map(|name| folder.path().join(name));
    fs::create_dir(&dotfiles).expect("made");
    fs::create_dir(&ssh).expect("made");
    let (real, link) = (dotfiles.join("id"), ssh.join("id"));
    fs::write(&real, OLD).expect("written");
    symlink("../dotfiles/id", &link).expect("linked");

    write_private(&link, NEW, Existing::Replace).expect("replaced");
    assert_eq!(
        fs::read_link(&link).expect("still a link"),
        Path::new("../dotfiles/id")
    );
    assert_eq!(
        (fs::read(&real).expect("there"), mode(&real)),
        (NEW.to_vec(), 0o600)
    );
    assert_eq!(
        (names(&dotfiles), names(&ssh)),
        (vec!["id".to_owned()], vec!["id".to_owned()])
    );
    assert_eq!(read_key(&link).expect("followed").expose(), NEW);
}

#[test]
fn a_link_that_leads_nowhere_is_taken_and_cannot_be_written_through() {
    let folder = folder();
    let link = folder.path().join("id");
    symlink("absent", &link).expect("linked");
    assert!(taken([&link]).contains(&link));
    let refused = write_private(&link, NEW, Existing::Refuse).expect_err("taken");
    assert!(matches!(refused, WriteError::Exists { .. }), "{refused:?}");
    let refused = write_private(&link, NEW, Existing::Replace).expect_err("leads nowhere");
    assert!(matches!(refused, WriteError::DanglingLink { .. }), "{refused:?}");
    assert_eq!(names(folder.path()), ["id"]);
}

#[test]
fn a_name_too_long_for_the_disk_is_a_bad_name_and_the_longest_is_not() {
    let folder = folder();
    write_private(&folder.path().join("k".repeat(255)), NEW, Existing::Refuse).expect("just short enough");
    let refused =
        write_private(&folder.path().join("k".repeat(256)), NEW, Existing::Refuse).expect_err("long");
    assert!(matches!(refused, WriteError::BadName { .. }), "{refused:?}");
    assert_eq!(names(folder.path()).len(), 1);
}

#[test]
fn modes_are_judged_as_ssh_judges_them() {
    let folder = folder();
    let path = folder.path().join("id");
    fs::write(&path, OLD).expect("written");
    for (mode, is_tight) in [
        (0o600, true),
        (0o400, true),
        (0o700, true),
        (0o604, false),
        (0o620, false),
        (0o610, false),
    ] {
        chmod(&path, mode);
        let expected = if is_tight {
            Access::OwnerOnly
        } else {
            Access::Loose {
                detail: format!("{mode:04o}"),
            }
        };
        assert_eq!(audit_private(&path).expect("known"), expected, "{mode:o}");
    }
}

#[test]
fn tightening_leaves_a_read_only_key_read_only() {
    let folder = folder();
    let path = folder.path().join("id");
    fs::write(&path, OLD).expect("written");
    for (before, after) in [(0o644, 0o600), (0o444, 0o400), (0o777, 0o600), (0o060, 0o400)] {
        chmod(&path, before);
        tighten_private(&path).expect("own file");
        assert_eq!(mode(&path), after, "from {before:o}");
    }
}

#[test]
fn what_belongs_to_somebody_else_is_told_apart() {
    let (owner, path) = if is_root() {
        let path = folder().keep().join("id");
        fs::write(&path, OLD).expect("written");
        chown(&path, Some(NOBODY), None).expect("root may");
        (NOBODY, path)
    } else {
        (0, PathBuf::from("/etc/passwd"))
    };
    let access = audit_private(&path).expect("known");
    if is_root() {
        fs::remove_dir_all(path.parent().expect("a folder")).expect("removed");
    }
    assert_eq!(
        access,
        Access::NotOwned {
            owner: owner.to_string()
        }
    );
}

#[test]
fn root_that_changes_anothers_key_does_not_lock_them_out() {
    // Nobody but root can own this claim's files.
    if is_root() {
        let folder = folder();
        let path = folder.path().join("id");
        fs::write(&path, OLD).expect("written");
        chown(&path, Some(NOBODY), Some(NOBODY)).expect("root may");
        write_private(&path, NEW, Existing::Change(Seen::of(OLD))).expect("replaced");
        let found = fs::metadata(&path).expect("there");
        assert_eq!(
            (found.uid(), found.gid(), found.mode() & 0o777),
            (NOBODY, NOBODY, 0o600)
        );
    }
}
