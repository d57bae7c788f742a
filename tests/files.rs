//! Key files on real disks: read within limits, owner-only from the first instant, and written
//! whole or not at all.
//!
//! Some claims need a process of their own, with another umask, another user or a small disk. Their
//! tests start this test program once more, for one of the tests at the end that are ignored
//! otherwise.

#![expect(
    clippy::disallowed_methods,
    reason = "tests lay out files and threads by hand"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use keywright::sys::files::{
    Existing, MAX_KEY_FILE, ReadError, Save, Secrecy, WriteError, read_key, taken, write_private,
    write_public, write_together,
};
use keywright::sys::permissions::{Access, audit_private, create_private_folder, tighten_private};
use tempfile::TempDir;

const OLD: &[u8] = b"the only copy of an old key";
const NEW: &[u8] = b"a new key";

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

fn save<'a>(path: &Path, bytes: &'a [u8], secrecy: Secrecy, existing: Existing) -> Save<'a> {
    Save {
        path: path.to_owned(),
        bytes,
        secrecy,
        existing,
    }
}

#[test]
fn a_key_reads_back_as_it_was_written() {
    let folder = folder();
    for (name, len) in [("empty", 0), ("short", 1), ("long", 1 << 20)] {
        let path = folder.path().join(name);
        let bytes: Vec<u8> = (0..=255).cycle().take(len).collect();
        write_private(&path, &bytes, Existing::Refuse).expect("written");
        assert_eq!(read_key(&path).expect("read").expose(), bytes, "{name}");
    }
    assert_eq!(names(folder.path()), ["empty", "long", "short"]);
}

#[test]
fn what_is_no_file_is_not_read() {
    let folder = folder();
    assert!(matches!(
        read_key(folder.path()),
        Err(ReadError::NotRegular { .. })
    ));
    assert!(matches!(
        read_key(&folder.path().join("absent")),
        Err(ReadError::NotFound { .. })
    ));
    let file = folder.path().join("file");
    fs::write(&file, OLD).expect("written");
    assert!(matches!(
        read_key(&file.join("below")),
        Err(ReadError::NotFound { .. })
    ));
}

#[test]
fn a_file_larger_than_any_key_is_refused_by_its_size() {
    let folder = folder();
    let path = folder.path().join("large");
    let file = fs::File::create(&path).expect("created");
    file.set_len(MAX_KEY_FILE).expect("sized");
    assert_eq!(
        read_key(&path).expect("as large as allowed").len() as u64,
        MAX_KEY_FILE
    );
    file.set_len(1 << 40).expect("sized");
    assert!(matches!(
        read_key(&path),
        Err(ReadError::TooLarge { size, max: MAX_KEY_FILE, .. }) if size == 1 << 40
    ));
}

#[test]
fn a_file_that_exists_is_never_overwritten_unasked() {
    let folder = folder();
    let path = folder.path().join("id");
    fs::write(&path, OLD).expect("written");
    for write in [write_private, write_public] {
        assert!(matches!(
            write(&path, NEW, Existing::Refuse),
            Err(WriteError::Exists { .. })
        ));
    }
    assert_eq!(fs::read(&path).expect("kept"), OLD);
    assert_eq!(names(folder.path()), ["id"]);
}

#[test]
fn of_many_that_write_at_once_exactly_one_gets_the_name() {
    const RIVALS: u8 = 8;
    for _ in 0..50 {
        let folder = folder();
        let path = folder.path().join("id");
        let start = Barrier::new(RIVALS.into());
        let (start, path) = (&start, &path);
        let won: Vec<u8> = thread::scope(|scope| {
            let rivals: Vec<_> = (0..RIVALS)
                .map(|rival| {
                    scope.spawn(move || {
                        start.wait();
                        match write_private(path, &[rival; 1000], Existing::Refuse) {
                            Ok(()) => Some(rival),
                            Err(WriteError::Exists { .. }) => None,
                            Err(error) => panic!("{error}"),
                        }
                    })
                })
                .collect();
            rivals
                .into_iter()
                .filter_map(|rival| rival.join().expect("no panic"))
                .collect()
        });
        assert_eq!(won.len(), 1, "{won:?}");
        assert_eq!(fs::read(path).expect("written"), [won[0]; 1000]);
        assert_eq!(names(folder.path()), ["id"]);
    }
}

#[test]
fn a_reader_finds_the_old_file_or_the_new_one_and_nothing_between() {
    let folder = folder();
    let path = folder.path().join("id");
    write_private(&path, &[0; 5000], Existing::Refuse).expect("written");
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut count = 0;
            while !is_done.load(Ordering::Relaxed) || count == 0 {
                match read_key(&path) {
                    Ok(key) => {
                        let first = key.expose()[0];
                        assert!(key.len() == 5000 + usize::from(first), "half a file");
                        assert!(key.expose().iter().all(|byte| *byte == first), "two halves");
                        count += 1;
                    }
                    // While Windows renames, it lets nobody in.
                    Err(ReadError::Denied { .. } | ReadError::Io { .. } | ReadError::NotFound { .. })
                        if cfg!(windows) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        });
        for version in 1..=200_u8 {
            let bytes = vec![version; 5000 + usize::from(version)];
            write_private(&path, &bytes, Existing::Replace).expect("replaced");
        }
        is_done.store(true, Ordering::Relaxed);
        reader.join().expect("only whole files");
    });
    assert_eq!(names(folder.path()), ["id"]);
}

#[test]
fn several_files_are_saved_together() {
    let folder = folder();
    let [key, public, ppk] = ["id", "id.pub", "id.ppk"].map(|name| folder.path().join(name));
    fs::write(&public, OLD).expect("written");
    write_together(&[
        save(&key, NEW, Secrecy::Private, Existing::Refuse),
        save(&public, b"public", Secrecy::Public, Existing::Replace),
        save(&ppk, b"ppk", Secrecy::Private, Existing::Replace),
    ])
    .expect("saved");
    assert_eq!(fs::read(&key).expect("there"), NEW);
    assert_eq!(fs::read(&public).expect("there"), b"public");
    assert_eq!(fs::read(&ppk).expect("there"), b"ppk");
    assert_eq!(names(folder.path()), ["id", "id.ppk", "id.pub"]);
}

#[test]
fn one_file_that_cannot_be_saved_keeps_all_from_being_saved() {
    let folder = folder();
    let [key, public, nowhere] = ["id", "id.pub", "absent/id.ppk"].map(|name| folder.path().join(name));
    fs::write(&key, OLD).expect("written");
    let error = write_together(&[
        save(&key, NEW, Secrecy::Private, Existing::Replace),
        save(&public, NEW, Secrecy::Public, Existing::Refuse),
        save(&nowhere, NEW, Secrecy::Private, Existing::Refuse),
    ])
    .expect_err("no such folder");
    let missing = folder.path().join("absent");
    assert!(
        matches!(&error, WriteError::NoFolder { folder } if *folder == missing),
        "{error:?}"
    );
    assert_eq!(fs::read(&key).expect("kept"), OLD);
    assert_eq!(names(folder.path()), ["id"]);
}

#[test]
fn the_public_half_does_not_overwrite_the_private_one_that_was_just_saved() {
    let folder = folder();
    let key = folder.path().join("id");
    let same = folder.path().join(".").join("id");
    let error = write_together(&[
        save(&key, NEW, Secrecy::Private, Existing::Replace),
        save(&same, NEW, Secrecy::Public, Existing::Replace),
    ])
    .expect_err("one path for two");
    assert!(matches!(error, WriteError::Twice { .. }), "{error:?}");
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_folder_in_the_way_is_not_replaced() {
    let folder = folder();
    let path = folder.path().join("id");
    fs::create_dir(&path).expect("made");
    let refused = write_private(&path, NEW, Existing::Refuse).expect_err("taken");
    assert!(matches!(refused, WriteError::Exists { .. }), "{refused:?}");
    let refused = write_private(&path, NEW, Existing::Replace).expect_err("a folder");
    assert!(matches!(refused, WriteError::NotRegular { .. }), "{refused:?}");
    assert_eq!(names(folder.path()), ["id"]);
}

#[test]
fn a_path_without_a_file_name_is_refused() {
    for path in ["", "..", "/"] {
        let refused = write_private(Path::new(path), NEW, Existing::Replace).expect_err("no name");
        assert!(
            matches!(refused, WriteError::BadName { .. }),
            "{path:?}: {refused:?}"
        );
    }
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
fn what_is_taken_is_known_before_saving() {
    let folder = folder();
    let [taken_path, free] = ["id", "free"].map(|name| folder.path().join(name));
    fs::write(&taken_path, OLD).expect("written");
    assert_eq!(taken([&taken_path, &free]), [taken_path]);
}

#[test]
fn a_private_key_is_for_its_owner_alone_also_where_it_replaces_a_loose_one() {
    let folder = folder();
    let path = folder.path().join("id");
    fs::write(&path, OLD).expect("written");
    loosen(&path);
    assert!(matches!(
        audit_private(&path).expect("known"),
        Access::Loose { .. }
    ));
    write_private(&path, NEW, Existing::Replace).expect("replaced");
    assert_eq!(audit_private(&path).expect("known"), Access::OwnerOnly);
    assert_eq!(fs::read(&path).expect("there"), NEW);
}

#[test]
fn a_loose_key_is_tightened_where_it_lies() {
    let folder = folder();
    let path = folder.path().join("id");
    fs::write(&path, OLD).expect("written");
    loosen(&path);
    tighten_private(&path).expect("allowed");
    assert_eq!(audit_private(&path).expect("known"), Access::OwnerOnly);
    assert_eq!(fs::read(&path).expect("readable"), OLD);
    fs::write(&path, NEW).expect("still writable");
}

#[test]
fn a_folder_for_keys_is_made_once_and_only_in_one_that_exists() {
    let folder = folder();
    let made = folder.path().join(".ssh");
    create_private_folder(&made).expect("made");
    write_private(&made.join("id"), NEW, Existing::Refuse).expect("written");
    create_private_folder(&made).expect("there already");
    assert_eq!(names(&made), ["id"]);
    create_private_folder(&made.join("id")).expect_err("a file has the name");
    create_private_folder(&folder.path().join("absent/.ssh")).expect_err("no such parent");
}

#[cfg(windows)]
fn loosen(_: &Path) {
    // A file that is created without an access list takes on the folder's, which others can read.
}

#[cfg(unix)]
fn loosen(path: &Path) {
    chmod(path, 0o644);
}

#[cfg(unix)]
fn chmod(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("own file");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt as _, chown, symlink};
    use std::os::unix::process::CommandExt as _;
    use std::process::Command;
    use std::time::{Duration, Instant};

    use super::*;

    /// Somebody without rights: `nobody`.
    const NOBODY: u32 = 65534;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("there").mode() & 0o7777
    }

    fn is_root() -> bool {
        rustix::process::geteuid().is_root()
    }

    /// This test program, to run the ignored test `name` in `folder`.
    fn child(name: &str, folder: &Path) -> Command {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args(child_arguments(name)).env("FOLDER", folder);
        command
    }

    fn child_arguments(name: &str) -> [String; 4] {
        [
            "--exact".into(),
            format!("unix::{name}"),
            "--ignored".into(),
            "--nocapture".into(),
        ]
    }

    /// The folder that the parent chose.
    fn child_folder() -> PathBuf {
        std::env::var_os("FOLDER")
            .expect("started by another test")
            .into()
    }

    fn check(mut command: Command) {
        let output = command.output().expect("started");
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && said.contains("1 passed"),
            "{command:?}\n{said}"
        );
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
    fn a_file_with_more_in_it_than_its_size_says_is_refused() {
        assert!(matches!(
            read_key(Path::new("/proc/self/environ")),
            Err(ReadError::Changed { .. })
        ));
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
        assert_eq!(taken([&link]), [link.clone()]);
        let refused = write_private(&link, NEW, Existing::Refuse).expect_err("taken");
        assert!(matches!(refused, WriteError::Exists { .. }), "{refused:?}");
        let refused = write_private(&link, NEW, Existing::Replace).expect_err("leads nowhere");
        assert!(matches!(refused, WriteError::DanglingLink { .. }), "{refused:?}");
        assert_eq!(names(folder.path()), ["id"]);
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
            write_private(&path, NEW, Existing::Replace).expect("replaced");
            let found = fs::metadata(&path).expect("there");
            assert_eq!(
                (found.uid(), found.gid(), found.mode() & 0o777),
                (NOBODY, NOBODY, 0o600)
            );
        }
    }

    #[test]
    fn the_umask_neither_loosens_a_private_file_nor_is_ignored_by_a_public_one() {
        let folder = folder();
        check(child("child_with_umask_0", folder.path()));
        check(child("child_with_umask_077", folder.path()));
    }

    #[ignore = "started by the_umask_neither_loosens…"]
    #[test]
    fn child_with_umask_0() {
        rustix::process::umask(rustix::fs::Mode::empty());
        let folder = child_folder();
        let (key, public, made) = (folder.join("a"), folder.join("a.pub"), folder.join("made"));
        write_private(&key, NEW, Existing::Refuse).expect("written");
        write_public(&public, NEW, Existing::Refuse).expect("written");
        create_private_folder(&made).expect("made");
        assert_eq!((mode(&key), mode(&public), mode(&made)), (0o600, 0o644, 0o700));
    }

    #[ignore = "started by the_umask_neither_loosens…"]
    #[test]
    fn child_with_umask_077() {
        rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
        let folder = child_folder();
        let (key, public) = (folder.join("b"), folder.join("b.pub"));
        write_private(&key, NEW, Existing::Refuse).expect("written");
        write_public(&public, NEW, Existing::Refuse).expect("written");
        assert_eq!((mode(&key), mode(&public)), (0o600, 0o600));
    }

    #[test]
    fn nobody_ever_sees_a_private_file_that_others_could_read() {
        let folder = folder();
        check(child("child_that_is_watched", folder.path()));
    }

    #[ignore = "started by nobody_ever_sees…"]
    #[test]
    fn child_that_is_watched() {
        const SIGHTINGS: usize = 500;
        rustix::process::umask(rustix::fs::Mode::empty());
        let folder = child_folder();
        let is_done = AtomicBool::new(false);
        thread::scope(|scope| {
            let watcher = scope.spawn(|| {
                let mut unfinished = 0;
                while unfinished < SIGHTINGS {
                    for entry in fs::read_dir(&folder).expect("a folder").flatten() {
                        // It may be gone again.
                        let Ok(found) = entry.metadata() else { continue };
                        assert_eq!(found.mode() & 0o7777, 0o600, "{:?}", entry.file_name());
                        unfinished += usize::from(entry.file_name() != "id");
                    }
                }
                is_done.store(true, Ordering::Relaxed);
            });
            let key = vec![7; 200_000];
            while !is_done.load(Ordering::Relaxed) && !watcher.is_finished() {
                write_private(&folder.join("id"), &key, Existing::Replace).expect("written");
            }
            watcher.join().expect("only 0600 was seen");
        });
    }

    #[test]
    fn a_folder_or_file_that_is_closed_to_the_user_is_called_so() {
        let folder = folder();
        let [closed, key] = ["closed", "key"].map(|name| folder.path().join(name));
        fs::create_dir(&closed).expect("made");
        fs::write(&key, OLD).expect("written");
        chmod(folder.path(), 0o755);
        chmod(&closed, 0o555);
        chmod(&key, 0o000);
        let mut command = child("child_without_rights", folder.path());
        if is_root() {
            // Nothing is closed to root, and what is root's may be closed to nobody: this program too.
            let copy = folder.path().join("program");
            fs::copy(std::env::current_exe().expect("this program"), &copy).expect("copied");
            command = Command::new(copy);
            command
                .args(child_arguments("child_without_rights"))
                .env("FOLDER", folder.path());
            command.uid(NOBODY).gid(NOBODY);
        }
        check(command);
    }

    #[ignore = "started by a_folder_or_file_that_is_closed…"]
    #[test]
    fn child_without_rights() {
        let folder = child_folder();
        assert!(matches!(
            read_key(&folder.join("key")),
            Err(ReadError::Denied { .. })
        ));
        let refused = write_private(&folder.join("closed/id"), NEW, Existing::Refuse).expect_err("closed");
        assert!(matches!(refused, WriteError::Denied { .. }), "{refused:?}");
    }

    /// Runs the ignored test `name` where the disk at `folder` is a new one of 64 KiB.
    #[cfg(target_os = "linux")]
    fn check_on_a_small_disk(name: &str, folder: &Path) {
        const SCRIPT: &str = r#"mount -t tmpfs -o size=64k none "$FOLDER" && exec "$0" "$@""#;
        // A mount namespace of its own: nobody else sees the disk, and it goes away with the process.
        let rights: &[&str] = if is_root() {
            &[]
        } else {
            &["--user", "--map-root-user"]
        };
        let possible = Command::new("unshare")
            .arg("--mount")
            .args(rights)
            .arg("true")
            .output();
        assert!(
            possible.as_ref().is_ok_and(|output| output.status.success()),
            "a small disk cannot be mounted: install unshare (util-linux), and run this as root or \
             allow unprivileged user namespaces (sysctl kernel.apparmor_restrict_unprivileged_userns=0 \
             where there is such a setting): {possible:?}"
        );
        let mut command = Command::new("unshare");
        command.arg("--mount").args(rights).args(["sh", "-c", SCRIPT]);
        command
            .arg(std::env::current_exe().expect("this program"))
            .args(child_arguments(name));
        command.env("FOLDER", folder);
        check(command);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_costs_neither_the_old_key_nor_half_of_the_new_ones() {
        let folder = folder();
        check_on_a_small_disk("child_on_a_full_disk", folder.path());
        assert!(
            names(folder.path()).is_empty(),
            "the small disk was seen from outside"
        );
    }

    #[cfg(target_os = "linux")]
    #[ignore = "started by a_full_disk_costs…"]
    #[test]
    fn child_on_a_full_disk() {
        let folder = child_folder();
        let [key, public, ppk] = ["id", "id.pub", "id.ppk"].map(|name| folder.join(name));
        let (old, large) = (vec![1; 20_000], vec![2; 50_000]);
        fs::write(&key, &old).expect("room for it");

        for existing in [Existing::Replace, Existing::Refuse] {
            let path = if existing == Existing::Replace { &key } else { &ppk };
            let error = write_private(path, &large, existing).expect_err("no room");
            assert!(
                matches!(&error, WriteError::Full { path: named } if named == path),
                "{error:?}"
            );
            assert_eq!(names(&folder), ["id"]);
        }
        // Each would fit, all of them do not: the first must not be in place when that shows.
        let error = write_together(&[
            save(&key, &large[..20_000], Secrecy::Private, Existing::Replace),
            save(&public, &large[..10_000], Secrecy::Public, Existing::Refuse),
            save(&ppk, &large[..20_000], Secrecy::Private, Existing::Refuse),
        ])
        .expect_err("no room for all");
        assert!(
            matches!(&error, WriteError::Full { path } if *path == ppk),
            "{error:?}"
        );
        assert_eq!(names(&folder), ["id"]);
        assert_eq!(fs::read(&key).expect("kept"), old);

        write_private(&key, NEW, Existing::Replace).expect("room for this");
        assert_eq!(fs::read(&key).expect("there"), NEW);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_write_protected_disk_is_called_so() {
        let folder = folder();
        check_on_a_small_disk("child_on_a_write_protected_disk", folder.path());
    }

    #[cfg(target_os = "linux")]
    #[ignore = "started by a_write_protected_disk…"]
    #[test]
    fn child_on_a_write_protected_disk() {
        let folder = child_folder();
        let status = Command::new("mount")
            .args(["-o", "remount,ro"])
            .arg(&folder)
            .status();
        assert!(status.expect("mount, of util-linux").success());
        let error = write_private(&folder.join("id"), NEW, Existing::Refuse).expect_err("read-only");
        assert!(matches!(error, WriteError::ReadOnly { .. }), "{error:?}");
    }
}
