//! Lists that are edited: with backup, with the rights that they had, and never over another's change.

use std::io::Write as _;
use std::sync::Arc;
use std::thread::JoinHandle;

use keywright::sys::files::{Backup, EditError, ListFile, Saved, edit};

use super::*;

const MAX: usize = 1 << 20;

fn lay_out(folder: &Path, bytes: &[u8]) -> std::path::PathBuf {
    let path = folder.join("known_hosts");
    fs::write(&path, bytes).expect("written");
    path
}

#[test]
fn an_edit_leaves_the_new_list_and_the_old_one_beside_it() {
    for (backup, name) in [(Backup::Old, "known_hosts.old"), (Backup::Bak, "known_hosts.bak")] {
        let folder = folder();
        let path = lay_out(folder.path(), OLD);
        let there = folder.path().join(name);
        fs::write(&there, b"an older backup").expect("written");

        let list = ListFile::open(&path, MAX).expect("read");
        assert_eq!((list.is_there(), list.bytes()), (true, OLD));
        let saved = list.save(NEW, backup).expect("saved");

        assert_eq!(saved.backup.as_deref(), Some(there.as_path()));
        assert_eq!(fs::read(&path).expect("there"), NEW);
        assert_eq!(fs::read(&there).expect("kept"), OLD);
        assert_eq!(names(folder.path()), ["known_hosts", name]);
    }
}

#[test]
fn an_edit_that_changes_nothing_writes_nothing() {
    let folder = folder();
    let path = lay_out(folder.path(), OLD);
    let list = ListFile::open(&path, MAX).expect("read");
    assert_eq!(
        list.save(OLD, Backup::Old).expect("nothing to do"),
        Saved::default()
    );
    assert_eq!(names(folder.path()), ["known_hosts"]);

    let absent = folder.path().join("absent");
    let list = ListFile::open(&absent, MAX).expect("an empty list");
    assert!(!list.is_there());
    list.save(b"", Backup::Old).expect("nothing to do");
    assert_eq!(names(folder.path()), ["known_hosts"]);
}

#[test]
fn what_another_program_wrote_meanwhile_is_not_lost() {
    let folder = folder();
    let path = lay_out(folder.path(), OLD);
    let list = ListFile::open(&path, MAX).expect("read");
    // Of the same length, as a time stamp might not tell.
    let other: Vec<u8> = OLD.iter().rev().copied().collect();
    fs::write(&path, &other).expect("written");
    let refused = list.save(NEW, Backup::Old).expect_err("changed");
    assert!(matches!(refused, EditError::Changed { .. }), "{refused:?}");
    assert_eq!(fs::read(&path).expect("kept"), other);

    fs::remove_file(&path).expect("removed");
    let refused = list.save(NEW, Backup::Old).expect_err("gone");
    assert!(matches!(refused, EditError::Changed { .. }), "{refused:?}");

    let list = ListFile::open(&path, MAX).expect("an empty list");
    fs::write(&path, &other).expect("written");
    let refused = list.save(NEW, Backup::None).expect_err("made meanwhile");
    assert!(matches!(refused, EditError::Changed { .. }), "{refused:?}");
    assert_eq!(names(folder.path()), ["known_hosts"]);
}

#[test]
fn an_edit_by_content_begins_anew_where_another_program_was_faster() {
    let folder = folder();
    let path = lay_out(folder.path(), b"a\n");
    let mut is_first = true;
    let (seen, _) = edit(&path, MAX, Backup::None, |bytes| {
        if std::mem::take(&mut is_first) {
            fs::write(&path, b"a\nb\n").expect("written");
        }
        Ok::<_, EditError>(([bytes, b"c\n"].concat(), bytes.len()))
    })
    .expect("edited");
    assert_eq!(seen, 4);
    assert_eq!(fs::read(&path).expect("there"), b"a\nb\nc\n");
}

#[test]
fn a_list_larger_than_any_is_refused_by_its_size() {
    let folder = folder();
    let path = lay_out(folder.path(), OLD);
    let refused = ListFile::open(&path, OLD.len() - 1).expect_err("too large");
    assert!(matches!(refused, EditError::TooLarge { .. }), "{refused:?}");
    assert!(refused.to_string().contains("such a file"), "{refused}");
}

#[test]
fn a_new_list_and_its_folder_are_for_their_owner_alone() {
    let folder = folder();
    let path = folder.path().join(".ssh").join("config");
    let (made, saved) = edit(&path, MAX, Backup::Bak, |bytes| {
        Ok::<_, EditError>((NEW.to_vec(), bytes.is_empty()))
    })
    .expect("made");
    assert!(made && saved.backup.is_none());
    assert_eq!(fs::read(&path).expect("there"), NEW);
    assert_eq!(audit_private(&path).expect("known"), Access::OwnerOnly);
    #[cfg(unix)]
    assert_eq!(unix::mode(&folder.path().join(".ssh")), 0o700);
}

#[cfg(windows)]
#[test]
fn an_edited_list_has_the_access_list_that_it_had() {
    let folder = folder();
    let path = lay_out(folder.path(), OLD);
    loosen(&path);
    let loose = audit_private(&path).expect("known");
    let list = ListFile::open(&path, MAX).expect("read");
    list.save(NEW, Backup::Old).expect("saved");
    assert_eq!(audit_private(&path).expect("known"), loose);
}

#[cfg(unix)]
mod on_unix {
    use std::os::unix::fs::{MetadataExt as _, chown, symlink};

    use super::unix::{NOBODY, is_root, mode};
    use super::*;

    #[test]
    fn an_edited_list_has_the_mode_that_it_had_but_nobody_else_may_write() {
        for (before, after) in [
            (0o600, 0o600),
            (0o644, 0o644),
            (0o664, 0o644),
            (0o666, 0o644),
            (0o640, 0o640),
        ] {
            let folder = folder();
            let path = lay_out(folder.path(), OLD);
            chmod(&path, before);
            let list = ListFile::open(&path, MAX).expect("read");
            let saved = list.save(NEW, Backup::Old).expect("saved");
            assert_eq!(mode(&path), after, "{before:o}");
            assert_eq!(mode(&saved.backup.expect("kept")), after, "{before:o}");
        }
    }

    #[test]
    fn a_list_behind_a_link_is_edited_where_it_lies() {
        let folder = folder();
        let [dotfiles, ssh] = ["dotfiles", "ssh"].map(|name| folder.path().join(name));
        fs::create_dir(&dotfiles).expect("made");
        fs::create_dir(&ssh).expect("made");
        let (real, link) = (lay_out(&dotfiles, OLD), ssh.join("known_hosts"));
        symlink("../dotfiles/known_hosts", &link).expect("linked");
        let list = ListFile::open(&link, MAX).expect("read");
        list.save(NEW, Backup::Old).expect("saved");
        assert_eq!(fs::read(&real).expect("there"), NEW);
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
        assert_eq!(names(&ssh), ["known_hosts", "known_hosts.old"]);
        assert_eq!(names(&dotfiles), ["known_hosts"]);
    }

    #[test]
    fn root_leaves_a_list_to_its_owner() {
        if !is_root() {
            return;
        }
        let folder = folder();
        let path = lay_out(folder.path(), OLD);
        chown(&path, Some(NOBODY), Some(NOBODY)).expect("root may");
        let list = ListFile::open(&path, MAX).expect("read");
        list.save(NEW, Backup::Bak).expect("saved");
        chown(folder.path(), Some(NOBODY), Some(NOBODY)).expect("root may");
        let new = folder.path().join("authorized_keys");
        let list = ListFile::open(&new, MAX).expect("an empty list");
        list.save(NEW, Backup::Bak).expect("saved");
        for path in [&path, &Backup::Bak.place(&path).expect("one"), &new] {
            assert_eq!(fs::metadata(path).expect("there").uid(), NOBODY, "{path:?}");
        }
    }

    #[test]
    fn of_many_that_edit_at_once_none_is_lost() {
        let folder = folder();
        let path = lay_out(folder.path(), b"");
        thread::scope(|scope| {
            for writer in 0..8 {
                let path = &path;
                scope.spawn(move || {
                    for line in 0..10 {
                        edit(path, MAX, Backup::Old, |bytes| {
                            let line = format!("{writer}-{line}\n");
                            Ok::<_, EditError>(([bytes, line.as_bytes()].concat(), ()))
                        })
                        .expect("edited");
                    }
                });
            }
        });
        let text = fs::read_to_string(&path).expect("there");
        let lines: std::collections::BTreeSet<_> = text.lines().collect();
        assert_eq!((text.lines().count(), lines.len()), (80, 80));
        assert_eq!(names(folder.path()), ["known_hosts", "known_hosts.old"]);
    }
}

/// Adds lines to a list until it is dropped, as `>>` and installers do: they open it some time before they write, and know of no
/// lock.
struct Appender {
    is_over: Arc<AtomicBool>,
    running: Option<JoinHandle<usize>>,
}

impl Appender {
    fn to(path: &Path) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let (path, over) = (path.to_owned(), Arc::clone(&is_over));
        let running = thread::spawn(move || {
            for number in 0.. {
                if over.load(Ordering::Relaxed) {
                    return number;
                }
                let mut file = fs::OpenOptions::new().append(true).open(&path).expect("there");
                thread::sleep(Duration::from_millis(number as u64 % 20));
                file.write_all(format!("line {number}\n").as_bytes())
                    .expect("written");
                thread::sleep(Duration::from_millis(30 + number as u64 % 70));
            }
            unreachable!("it has no end")
        });
        Self {
            is_over,
            running: Some(running),
        }
    }

    /// How many lines it has added.
    fn stop(mut self) -> usize {
        self.is_over.store(true, Ordering::Relaxed);
        self.running
            .take()
            .expect("it runs")
            .join()
            .expect("it has added all")
    }
}

impl Drop for Appender {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

#[test]
fn no_line_that_others_append_while_a_list_is_edited_is_lost_or_doubled() {
    let folder = folder();
    let path = lay_out(folder.path(), b"");
    let appender = Appender::to(&path);
    let turns = std::env::var("KEYWRIGHT_TURNS").map_or(20, |turns| turns.parse().expect("a number"));
    for turn in 0..turns {
        let with = format!("turn {turn}\n");
        let add = |now: &[u8]| Ok::<_, EditError>(([now, with.as_bytes()].concat(), ()));
        edit(&path, MAX, Backup::Bak, add).expect("edited");
    }
    let count = appender.stop();
    let list = String::from_utf8(fs::read(&path).expect("there")).expect("text");
    let mut lines: Vec<&str> = list.lines().collect();
    let mut expected: Vec<String> = (0..count).map(|number| format!("line {number}")).collect();
    expected.extend((0..turns).map(|turn| format!("turn {turn}")));
    assert!(count > 0);
    lines.sort_unstable();
    expected.sort_unstable();
    assert_eq!(lines, expected);
}
