//! Key files on real disks: read within limits, owner-only from the first instant, and written
//! whole or not at all.
//!
//! Some claims need a process of their own, with another umask, another user or a small disk. Their
//! tests start this test program once more, for one of the tests in `processes` that are ignored
//! otherwise.

#![expect(
    clippy::disallowed_methods,
    reason = "tests lay out files and threads by hand"
)]

#[cfg(target_os = "linux")]
mod links;
mod lists;
#[cfg(unix)]
mod processes;
#[cfg(unix)]
mod unix;

use std::fs;
use std::path::Path;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

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
            while !is_done.load(Ordering::Relaxed) {
                match read_key(&path) {
                    Ok(key) => {
                        let first = key.expose()[0];
                        assert_eq!(key.len(), 5000 + usize::from(first), "half a file");
                        assert!(key.expose().iter().all(|byte| *byte == first), "two halves");
                    }
                    // While Windows renames, it lets nobody in.
                    Err(ReadError::Denied { .. } | ReadError::Io { .. } | ReadError::NotFound { .. })
                        if cfg!(windows) => {}
                    Err(error) => panic!("{error}"),
                }
                // Older Windows, and Wine, cannot replace a file while it is being read; there a
                // writer gets its turn between readers.
                if cfg!(windows) {
                    thread::sleep(Duration::from_millis(5));
                }
            }
        });
        let replaced = (1..=200_u8).try_for_each(|version| {
            let bytes = vec![version; 5000 + usize::from(version)];
            write_private(&path, &bytes, Existing::Replace)
        });
        is_done.store(true, Ordering::Relaxed);
        replaced.expect("reading does not keep from writing");
        reader.join().expect("only whole files");
    });
    assert_eq!(names(folder.path()), ["id"]);
}

#[test]
fn several_files_are_saved_together() {
    let folder = folder();
    let [key, public, ppk] = ["id", "id.pub", "id.ppk"].map(|name| folder.path().join(name));
    fs::write(&public, OLD).expect("written");
    let _written = write_together(&[
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
    assert!(matches!(
        audit_private(&path).expect("known"),
        Access::Loose { .. }
    ));
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
fn loosen(path: &Path) {
    use std::os::windows::ffi::OsStrExt as _;
    use windows_sys::Win32::Foundation::LocalFree;
    use windows_sys::Win32::Security::Authorization::{
        ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
    };
    use windows_sys::Win32::Security::{DACL_SECURITY_INFORMATION, SetFileSecurityW};

    let wide = |text: &std::ffi::OsStr| text.encode_wide().chain([0]).collect::<Vec<u16>>();
    let everyone = wide("D:P(A;;FA;;;WD)".as_ref());
    let path = wide(path.as_os_str());
    let mut descriptor = std::ptr::null_mut();
    #[expect(unsafe_code, reason = "the standard library knows no access lists")]
    // SAFETY: both texts end in a zero; the descriptor is freed once, after its last use.
    unsafe {
        let made = ConvertStringSecurityDescriptorToSecurityDescriptorW(
            everyone.as_ptr(),
            SDDL_REVISION_1,
            &raw mut descriptor,
            std::ptr::null_mut(),
        );
        assert_ne!(made, 0, "{}", std::io::Error::last_os_error());
        let set = SetFileSecurityW(path.as_ptr(), DACL_SECURITY_INFORMATION, descriptor);
        assert_ne!(set, 0, "{}", std::io::Error::last_os_error());
        LocalFree(descriptor);
    }
}

#[cfg(unix)]
fn loosen(path: &Path) {
    chmod(path, 0o644);
}

#[cfg(unix)]
pub(crate) fn chmod(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("own file");
}
