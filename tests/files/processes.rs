//! Claims that need a process of their own: another umask, another user, a small disk.

use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

use super::unix::{NOBODY, is_root, mode};
use super::*;

/// This test program, to run the ignored test `name` in `folder`.
fn child(name: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(child_arguments(name)).env("FOLDER", folder);
    command
}

fn child_arguments(name: &str) -> [String; 4] {
    [
        "--exact".into(),
        format!("processes::{name}"),
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
        .args(["-o", "remount,bind,ro"])
        .arg(&folder)
        .status();
    assert!(status.expect("mount, of util-linux").success());
    let error = write_private(&folder.join("id"), NEW, Existing::Refuse).expect_err("read-only");
    assert!(matches!(error, WriteError::ReadOnly { .. }), "{error:?}");
}
