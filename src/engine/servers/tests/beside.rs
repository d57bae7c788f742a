//! Other programs that add lines while this one changes a list, and know nothing of its lock.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::*;

/// How often a key is put on and taken off; `KEYWRIGHT_TURNS` asks for more.
fn turns() -> usize {
    let asked = std::env::var("KEYWRIGHT_TURNS").ok();
    asked.map_or(6, |turns| turns.parse().expect("a number"))
}

/// Adds a line after each pause until it is told to stop, and says how many. As `cat >>` does, it opens the file some time
/// before it writes.
fn add_lines(list: &Path, name: &str, is_over: &AtomicBool) -> usize {
    for number in 0.. {
        if is_over.load(Ordering::Relaxed) {
            return number;
        }
        let mut file = fs::OpenOptions::new().append(true).open(list).unwrap();
        thread::sleep(Duration::from_millis(20 * (number as u64 % 7)));
        // At once: the parts of a line might lie among those of another.
        file.write_all(format!("# {name} {number}\n").as_bytes()).unwrap();
        drop(file);
        thread::sleep(Duration::from_millis(90 * (number as u64 % 11)));
    }
    unreachable!("it has no end")
}

/// Tells them to stop, also when something fails: they would go on.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Puts a key on and takes it off, again and again, beside two programs that add lines.
fn nothing_is_lost(mut account: Account) {
    let list = account.path(".ssh/authorized_keys");
    let is_over = AtomicBool::new(false);
    let added = thread::scope(|scope| {
        let adding = ["one", "another"].map(|name| {
            let (list, is_over) = (&list, &is_over);
            (name, scope.spawn(move || add_lines(list, name, is_over)))
        });
        let over = Over(&is_over);
        for _ in 0..turns() {
            let installed = put_on(&mut account).unwrap();
            assert!(account.list().contains(KEY));
            take_back(&mut account, installed);
            assert!(!account.list().contains(KEY));
        }
        drop(over);
        adding.map(|(name, adding)| (name, adding.join().unwrap()))
    });
    let list = account.list();
    let mut lines: Vec<&str> = list.lines().collect();
    let mut expected = vec!["# first".to_owned()];
    for (name, count) in added {
        assert!(count > 0);
        expected.extend((0..count).map(|number| format!("# {name} {number}")));
    }
    lines.sort_unstable();
    expected.sort_unstable();
    assert_eq!(lines, expected);
    assert_eq!(account.names(), ["authorized_keys"]);
}

#[test]
fn no_line_that_others_add_to_the_list_meanwhile_is_lost_or_doubled() {
    let mut account = Account::with(b"# first\n");
    // A disk that takes its time.
    let programs = account.path("programs");
    fs::create_dir(&programs).unwrap();
    program(&programs.join("sync"), "#!/bin/sh\nsleep 0.3\n");
    account.programs = Some(format!("{}:/usr/bin:/bin", programs.display()).into());
    nothing_is_lost(account);
}

#[test]
fn nor_is_any_by_file_transfer() {
    let mut account = Account::with(b"# first\n");
    account.shell = "/bin/false".into();
    account.has_files = true;
    nothing_is_lost(account);
}

#[test]
fn what_was_left_behind_is_cleared_away_and_what_others_have_there_stays() {
    let mut account = Account::with(b"# first\n");
    let word = "0123456789abcdef".repeat(2);
    let [left, young] =
        ["old", "new"].map(|end| account.path(&format!(".ssh/.authorized_keys.{word}.{end}")));
    let own = account.path(".ssh/.authorized_keys.backup");
    for path in [&left, &young, &own] {
        fs::File::create(path).unwrap();
    }
    for path in [&left, &own] {
        age(path);
    }
    put_on(&mut account).unwrap();
    assert!(!left.exists() && young.exists() && own.exists());
}

/// What `mv` says where the list is mounted by itself.
const BUSY: &str = "#!/bin/sh\necho mv: Device or resource busy >&2\nexit 1\n";

#[test]
fn where_nothing_takes_the_lists_place_it_is_written_there_and_only_the_line_that_is_to_go_goes() {
    for shell in ["dash", "bash", "busybox", "mksh"] {
        let before = format!("# é\n{OTHER} b\nno-pty {KEY} a\nlast");
        let mut account = Account::with(before.as_bytes());
        let programs = account.path("programs");
        if shell == "busybox" {
            account.live_on(&found(shell));
            fs::remove_file(programs.join("mv")).unwrap();
            program(&programs.join("mv"), BUSY);
        } else {
            fs::create_dir(&programs).unwrap();
            program(&programs.join("mv"), BUSY);
            account.programs = Some(format!("{}:/usr/bin:/bin", programs.display()).into());
            account.sh = Some(found(shell));
        }
        let inode = |account: &Account| {
            use std::os::unix::fs::MetadataExt as _;
            fs::metadata(account.path(".ssh/authorized_keys")).unwrap().ino()
        };
        let was = inode(&account);
        let known = known(&[], SignedInBy::Password, "");
        let chosen = Chosen::Key(key(KEY));
        let removed = remove(&mut account, &chosen, &known, LastWayIn::Stays, &Unwatched).unwrap();
        assert!(removed.written.unwrap().is_all, "{shell}");
        assert_eq!(account.list(), format!("# é\n{OTHER} b\nlast"), "{shell}");
        assert_eq!(account.names(), ["authorized_keys"], "{shell}");
        assert_eq!(inode(&account), was, "{shell}");

        // Somebody else adds to it meanwhile.
        account.put(before.as_bytes());
        account.meanwhile = Some(Box::new(|list| {
            let mut file = fs::OpenOptions::new().append(true).open(list).unwrap();
            file.write_all(b"\nmeanwhile\n").unwrap();
        }));
        remove(&mut account, &chosen, &known, LastWayIn::Stays, &Unwatched).unwrap();
        assert_eq!(
            account.list(),
            format!("# é\n{OTHER} b\nlast\nmeanwhile\n"),
            "{shell}"
        );
    }
}
