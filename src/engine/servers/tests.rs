//! The commands, run by the shells that servers have, in a folder that is the account's home.

mod account;
mod beside;
mod lies;

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::*;
use crate::engine::faults::{By, Part, ServerFault};
use crate::format::authorized_keys::{NewLine, NewOptions};
use crate::format::{Parsed, parse, public_line};
use crate::key::PublicKey;
use crate::key::comment::Comment;
use crate::key::generate::generate;
use crate::key::spec::KeySpec;
use crate::key::watch::Unwatched;
use account::Account;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHs79z7JKxXBNr/ArVRwU8PLlJs0O5cZX/GovM4FaWZv";
const OTHER: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILNG8RxQbRDga5aL3RYjaQABF93BeXhbYjPhsRrCa+JQ";

fn key(line: &str) -> PublicKey {
    match parse(line.as_bytes()).unwrap() {
        Parsed::Public(file) => file.key,
        _ => panic!("a public key"),
    }
}

fn new_line(text: &str) -> NewLine {
    let comment = Comment::new("me@laptop").unwrap();
    NewLine::new(&key(text), &NewOptions::default(), &comment)
}

/// Somebody who has these keys, and is in by `by` where the list is this one.
fn known(mine: &[&str], by: SignedInBy, list: &str) -> Known {
    let mine = mine.iter().map(|line| key(line)).collect();
    Known::of(mine, by, Some(list.as_bytes())).unwrap()
}

/// Takes off what was added, as somebody who is in by a password.
fn take_back(account: &mut Account, installed: Installed) {
    let known = known(&[KEY], SignedInBy::Password, "");
    let added = installed.undo.unwrap();
    undo(account, &added, &known, LastWayIn::Stays, &Unwatched).unwrap();
}

fn put_on(account: &mut Account) -> Result<Installed, ServerFault> {
    install(account, &new_line(KEY), &Unwatched)
}

#[test]
fn a_first_key_makes_folder_and_list_for_its_owner_alone() {
    let mut account = Account::new();
    let installed = put_on(&mut account).unwrap();
    assert_eq!(account.list(), format!("{KEY} me@laptop\n"));
    assert_eq!(account.mode(".ssh"), 0o700);
    assert_eq!(account.mode(".ssh/authorized_keys"), 0o600);
    assert_eq!(account.names(), ["authorized_keys"]);
    assert_eq!(installed.line, 1);
    assert_eq!(installed.found.place, "~/.ssh/authorized_keys");
    assert_eq!(installed.found.loose, []);
}

#[test]
fn all_other_bytes_stay_and_the_file_keeps_its_mode() {
    let odd = format!("\u{feff}# é\r\n\r\nno-pty,command=\"a \\\"b\" {OTHER} x\0y\r\nnot a key");
    let mut account = Account::with(odd.as_bytes());
    for mode in [0o640, 0o400] {
        account.put(odd.as_bytes());
        fs::set_permissions(
            account.path(".ssh/authorized_keys"),
            PermissionsExt::from_mode(mode),
        )
        .unwrap();
        put_on(&mut account).unwrap();
        assert_eq!(account.list(), format!("{odd}\r\n{KEY} me@laptop\r\n"));
        assert_eq!(account.mode(".ssh/authorized_keys"), mode);
        fs::remove_file(account.path(".ssh/authorized_keys")).unwrap();
    }
}

#[test]
fn adding_twice_adds_once() {
    let mut account = Account::with(format!("no-pty {KEY} another name").as_bytes());
    let before = account.list();
    let installed = put_on(&mut account).unwrap();
    assert_eq!((installed.line, installed.undo), (1, None));
    assert_eq!(account.list(), before);
}

#[test]
fn undo_leaves_the_file_byte_for_byte_as_it_was() {
    for before in ["", "x", "a\r\nb"] {
        let mut account = Account::with(before.as_bytes());
        let installed = put_on(&mut account).unwrap();
        take_back(&mut account, installed);
        assert_eq!(account.list(), before);
    }
    let mut account = Account::new();
    let installed = put_on(&mut account).unwrap();
    take_back(&mut account, installed);
    assert!(account.names().is_empty());
}

#[test]
fn undo_keeps_what_others_have_added_since() {
    let mut account = Account::with(b"x");
    let installed = put_on(&mut account).unwrap();
    let since = format!("{}{OTHER}\n", account.list());
    account.put(since.as_bytes());
    take_back(&mut account, installed);
    assert_eq!(account.list(), format!("x\n{OTHER}\n"));
}

#[test]
fn what_somebody_else_adds_meanwhile_is_not_lost() {
    let mut account = Account::with(b"first\n");
    account.meanwhile = Some(Box::new(|list| {
        let mut file = fs::OpenOptions::new().append(true).open(list).unwrap();
        file.write_all(OTHER.as_bytes()).unwrap();
    }));
    put_on(&mut account).unwrap();
    assert_eq!(account.list(), format!("first\n{OTHER}\n{KEY} me@laptop\n"));
    assert_eq!(account.names(), ["authorized_keys"]);
}

#[test]
fn it_is_told_apart_whether_somebody_else_has_changed_the_list_since() {
    let mut account = Account::with(b"x\n");
    assert!(put_on(&mut account).unwrap().is_all());
    let mut account = Account::with(b"x\n");
    account.since = Some(Box::new(|list| {
        let mut file = fs::OpenOptions::new().append(true).open(list).unwrap();
        file.write_all(b"since\n").unwrap();
    }));
    let installed = put_on(&mut account).unwrap();
    assert!(!installed.is_all());
    take_back(&mut account, installed);
    assert_eq!(account.list(), "x\nsince\n");
}

#[test]
fn a_link_stays_a_link() {
    let mut account = Account::with(b"");
    let (list, elsewhere) = (account.path(".ssh/authorized_keys"), account.path("elsewhere"));
    fs::rename(&list, &elsewhere).unwrap();
    std::os::unix::fs::symlink("../elsewhere", &list).unwrap();
    put_on(&mut account).unwrap();
    assert!(fs::symlink_metadata(&list).unwrap().is_symlink());
    assert_eq!(fs::read(&elsewhere).unwrap(), account.list().as_bytes());
    assert!(account.list().starts_with(KEY));
}

#[test]
fn what_login_scripts_print_is_not_taken_for_an_answer() {
    let mut account = Account::new();
    account.shell = account.path("login");
    let script = "#!/bin/sh\nprintf 'keywright-look\\nWelcome'\nexec sh \"$@\"\n";
    program(&account.shell, script);
    put_on(&mut account).unwrap();
    assert_eq!(account.list(), format!("{KEY} me@laptop\n"));
}

#[test]
fn every_shell_that_servers_have_does_the_same() {
    let shells: &[&str] = if cfg!(target_os = "linux") {
        &["dash", "bash", "busybox", "mksh", "zsh", "tcsh", "fish"]
    } else {
        &["bash", "zsh", "ksh", "tcsh"]
    };
    for name in shells {
        let mut account = Account::with("# é\r\nx".as_bytes());
        let shell = found(name);
        match *name {
            // Login shells that hand on what they are told to sh.
            "tcsh" | "fish" => {}
            // Here all other programs are its own as well.
            "busybox" => account.live_on(&shell),
            _ => account.sh = Some(shell.clone()),
        }
        if *name != "busybox" {
            account.shell = shell;
        }
        put_on(&mut account).unwrap();
        assert_eq!(
            account.list(),
            format!("# é\r\nx\r\n{KEY} me@laptop\r\n"),
            "{name}"
        );
        assert_eq!(account.names(), ["authorized_keys"], "{name}");
    }
}

fn found(program: &str) -> std::path::PathBuf {
    let places = ["/bin", "/usr/bin", "/usr/local/bin"];
    let mut paths = places.iter().map(|folder| Path::new(folder).join(program));
    paths
        .find(|path| path.exists())
        .unwrap_or_else(|| panic!("{program} is needed: apt-get install busybox mksh zsh tcsh fish"))
}

#[test]
fn without_a_shell_the_same_is_done_by_file_transfer() {
    for (can_replace, can_append) in [(true, true), (true, false), (false, true), (false, false)] {
        let mut account = Account::new();
        account.can_append = can_append;
        // What an account without a shell is given in its place.
        account.shell = "/bin/false".into();
        let refused = put_on(&mut account);
        assert!(matches!(refused, Err(ServerFault::NoShell { .. })), "{refused:?}");
        account.has_files = true;
        account.can_replace = can_replace;
        let installed = put_on(&mut account).unwrap();
        assert_eq!(installed.found.way, Way::Files);
        assert_eq!(account.list(), format!("{KEY} me@laptop\n"));
        assert_eq!(account.mode(".ssh"), 0o700);
        assert_eq!(account.mode(".ssh/authorized_keys"), 0o600);
        take_back(&mut account, installed);
        assert!(account.names().is_empty(), "{:?}", account.names());

        account.put(b"x");
        fs::set_permissions(
            account.path(".ssh/authorized_keys"),
            PermissionsExt::from_mode(0o666),
        )
        .unwrap();
        account.meanwhile = Some(Box::new(|list| {
            let mut file = fs::OpenOptions::new().append(true).open(list).unwrap();
            file.write_all(OTHER.as_bytes()).unwrap();
        }));
        let installed = put_on(&mut account).unwrap();
        assert_eq!(account.list(), format!("x{OTHER}\n{KEY} me@laptop\n"));
        assert_eq!(account.mode(".ssh/authorized_keys"), 0o666);
        assert_eq!(installed.found.loose[0].by, By::Everybody);
        assert_eq!(account.names(), ["authorized_keys"]);
    }
}

#[test]
fn where_no_command_comes_to_its_end_files_are_transferred_or_start_files_are_named() {
    let mut account = Account::with(b"x\n");
    account.hangs = true;
    let refused = put_on(&mut account);
    assert!(matches!(refused, Err(ServerFault::StartFile)), "{refused:?}");
    account.has_files = true;
    put_on(&mut account).unwrap();
    assert_eq!(account.list(), format!("x\n{KEY} me@laptop\n"));
}

#[test]
fn where_a_list_may_be_left_aside_it_is_said_where() {
    let mut account = Account::with(b"x\n");
    account.shell = "/bin/false".into();
    account.has_files = true;
    account.can_replace = false;
    account.can_append = false;
    account.renames = Some(1);
    let Err(ServerFault::LeftAside { aside, .. }) = put_on(&mut account) else {
        panic!("the list is in its place");
    };
    assert_eq!(fs::read(account.path(&aside)).unwrap(), b"x\n");
}

#[test]
fn where_the_list_is_a_link_file_transfer_minds_the_lock_of_the_shell() {
    let mut account = Account::with(b"");
    account.shell = "/bin/false".into();
    account.has_files = true;
    let list = account.path(".ssh/authorized_keys");
    fs::create_dir(account.path("dot")).unwrap();
    fs::rename(&list, account.path("dot/keys")).unwrap();
    std::os::unix::fs::symlink("../dot/keys", &list).unwrap();
    let lock = account.path("dot/.authorized_keys.lock");
    abandon(&lock);
    put_on(&mut account).unwrap();
    assert!(!lock.exists());
}

#[test]
fn on_a_router_with_dropbear_root_has_its_list_elsewhere() {
    let mut account = Account::new();
    account.is_router = true;
    fs::create_dir_all(account.path("etc/dropbear")).unwrap();
    fs::File::create(account.path("etc/openwrt_release")).unwrap();
    let installed = put_on(&mut account).unwrap();
    let list = account.path("etc/dropbear/authorized_keys");
    assert_eq!(fs::read_to_string(&list).unwrap(), format!("{KEY} me@laptop\n"));
    assert_eq!(installed.found.place, list.display().to_string());
    assert!(!account.path(".ssh").exists());
}

#[test]
fn an_administrator_of_windows_has_the_list_of_all_administrators() {
    let mut account = Account::new();
    account.has_files = true;
    account.windows =
        Some("Mandatory Label\r\nBUILTIN\\Administratoren Alias S-1-5-32-544 Group used for deny\r\n");
    let folder = account.path("C:/ProgramData/ssh");
    fs::create_dir_all(&folder).unwrap();
    let list = folder.join("administrators_authorized_keys");
    fs::File::create(&list).unwrap();
    let installed = put_on(&mut account).unwrap();
    assert_eq!(fs::read_to_string(&list).unwrap(), format!("{KEY} me@laptop\n"));
    assert_eq!(
        installed.found.place,
        "C:/ProgramData/ssh/administrators_authorized_keys"
    );
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    let shut = account
        .commands
        .iter()
        .filter(|command| command.contains("icacls"));
    assert_eq!(shut.count(), 1);

    account.windows = Some("Everyone Well-known group S-1-1-0\r\nBUILTIN\\Users Alias S-1-5-32-545\r\n");
    fs::create_dir(account.path(".ssh")).unwrap();
    let installed = put_on(&mut account).unwrap();
    assert_eq!(installed.found.place, "~/.ssh/authorized_keys");
    assert_eq!(account.list(), format!("{KEY} me@laptop\n"));
}

#[test]
fn lines_are_removed_and_nothing_else() {
    let text = format!("# é\n\n{KEY} a\r\nno-pty {OTHER} b\nbroken\n{KEY} c");
    let mut account = Account::with(text.as_bytes());
    let known = known(&[KEY, OTHER], SignedInBy::Key(key(OTHER)), &text);
    let found = look(&mut account, &Unwatched).unwrap();
    let shown = lines(&found, &known).unwrap();
    let numbers: Vec<_> = shown.iter().map(|line| line.number).collect();
    assert_eq!(numbers, [3, 4, 5, 6]);
    let chosen = Chosen::Lines(vec![shown[0].clone(), shown[2].clone()]);
    let removed = remove(&mut account, &chosen, &known, LastWayIn::Stays, &Unwatched).unwrap();
    let gone = RemovedKey {
        key: key(KEY),
        is_authority: false,
        stays: true,
    };
    assert_eq!((removed.count, removed.keys), (2, vec![gone]));
    assert_eq!(account.list(), format!("# é\n\nno-pty {OTHER} b\n{KEY} c"));
}

#[test]
fn a_line_that_was_shown_and_has_changed_is_not_removed() {
    let mut account = Account::with(format!("{KEY} a\n{OTHER} b\n").as_bytes());
    let found = look(&mut account, &Unwatched).unwrap();
    let known = known(&[], SignedInBy::Password, "");
    let shown = lines(&found, &known).unwrap();
    account.put(format!("{OTHER} b\n{KEY} a\n").as_bytes());
    let chosen = Chosen::Lines(shown[..1].to_vec());
    let refused = remove(&mut account, &chosen, &known, LastWayIn::Stays, &Unwatched);
    assert!(
        matches!(refused, Err(ServerFault::OtherLine { line: 1, .. })),
        "{refused:?}"
    );
}

#[test]
fn the_last_way_in_goes_only_when_that_was_asked() {
    let other = format!("{OTHER} a colleague's\n");
    let text = format!("{KEY} mine\n{other}");
    let chosen = Chosen::Key(key(KEY));
    let with_key = known(&[KEY], SignedInBy::Key(key(KEY)), &text);
    let mut account = Account::with(text.as_bytes());
    let refused = remove(&mut account, &chosen, &with_key, LastWayIn::Stays, &Unwatched);
    assert!(matches!(refused, Err(ServerFault::LastWayIn(_))), "{refused:?}");
    assert_eq!(account.list(), text);
    remove(&mut account, &chosen, &with_key, LastWayIn::Goes, &Unwatched).unwrap();
    assert_eq!(account.list(), other);

    // Whoever has come in by a password can do so again.
    let with_password = known(&[KEY], SignedInBy::Password, &text);
    account.put(text.as_bytes());
    remove(
        &mut account,
        &chosen,
        &with_password,
        LastWayIn::Stays,
        &Unwatched,
    )
    .unwrap();
}

#[test]
fn an_authority_that_vouches_for_who_is_in_is_a_way_in() {
    let authority = format!("cert-authority {OTHER} of the house\n");
    let text = format!("{KEY} a colleague's\n{authority}");
    let by_certificate = SignedInBy::Certificate {
        key: key(&made(1)),
        authority: key(OTHER),
    };
    let known = known(&[], by_certificate, &text);
    let mut account = Account::with(text.as_bytes());
    let found = look(&mut account, &Unwatched).unwrap();
    let shown = lines(&found, &known).unwrap();
    let chosen = Chosen::Lines(vec![shown[1].clone()]);
    let refused = remove(&mut account, &chosen, &known, LastWayIn::Stays, &Unwatched);
    assert!(matches!(refused, Err(ServerFault::LastWayIn(_))), "{refused:?}");
    assert_eq!(account.list(), text);
    // The other line was never a way in of theirs.
    let chosen = Chosen::Lines(vec![shown[0].clone()]);
    remove(&mut account, &chosen, &known, LastWayIn::Stays, &Unwatched).unwrap();
    assert_eq!(account.list(), authority);
}

#[test]
fn undoing_does_not_take_the_last_way_in_unasked() {
    let old = format!("{OTHER} old\n");
    let mut account = Account::with(old.as_bytes());
    let added = put_on(&mut account).unwrap().undo.unwrap();
    let known = known(&[KEY, OTHER], SignedInBy::Key(key(OTHER)), &old);
    // The key by which one came in was taken off meanwhile.
    let rest = account.list().replace(&old, "");
    account.put(rest.as_bytes());
    let refused = undo(&mut account, &added, &known, LastWayIn::Stays, &Unwatched);
    assert!(matches!(refused, Err(ServerFault::LastWayIn(_))), "{refused:?}");
    assert_eq!(account.list(), rest);
    undo(&mut account, &added, &known, LastWayIn::Goes, &Unwatched).unwrap();
    assert_eq!(account.list(), "");
}

#[test]
fn what_sshd_would_not_trust_is_told() {
    let mut account = Account::with(b"");
    fs::set_permissions(account.path(""), PermissionsExt::from_mode(0o775)).unwrap();
    fs::set_permissions(account.path(".ssh"), PermissionsExt::from_mode(0o777)).unwrap();
    fs::set_permissions(
        account.path(".ssh/authorized_keys"),
        PermissionsExt::from_mode(0o644),
    )
    .unwrap();
    let found = look(&mut account, &Unwatched).unwrap();
    let told: Vec<_> = found.loose.iter().map(|loose| (loose.part, loose.by)).collect();
    assert_eq!(told, [(Part::Home, By::Group), (Part::Folder, By::Everybody)]);
}

#[test]
fn a_file_that_is_none_and_a_link_to_nowhere_are_named() {
    let mut account = Account::with(b"");
    let list = account.path(".ssh/authorized_keys");
    fs::remove_file(&list).unwrap();
    fs::create_dir(&list).unwrap();
    let refused = put_on(&mut account);
    assert!(matches!(refused, Err(ServerFault::NotRegular(_))), "{refused:?}");
}

#[test]
fn a_list_that_could_not_be_read_back_is_not_written() {
    let full = [vec![b'#'; found::MAX_LIST - 1], vec![b'\n']].concat();
    let mut account = Account::with(&full);
    let refused = put_on(&mut account);
    assert!(
        matches!(refused, Err(ServerFault::TooLarge { .. })),
        "{refused:?}"
    );
    assert_eq!(account.list().into_bytes(), full);
}

#[test]
fn a_command_that_ends_without_a_word_is_not_called_undone() {
    let mut account = Account::with(b"x\n");
    account.shell = account.path("login");
    let script = "#!/bin/sh\ncase $2 in *keywright-done*) exec > /dev/null;; esac\nexec sh \"$@\"\n";
    program(&account.shell, script);
    let refused = put_on(&mut account);
    assert!(matches!(refused, Err(ServerFault::Unanswered(_))), "{refused:?}");
}

#[test]
fn somebody_who_holds_the_lock_is_waited_for_and_one_who_died_is_not() {
    let mut account = Account::with(b"x\n");
    let lock = account.path(".ssh/.authorized_keys.lock");
    abandon(&lock);
    put_on(&mut account).unwrap();
    assert_eq!(account.names(), ["authorized_keys"]);

    // Without a shell, whatever kind of lock it is.
    account.shell = "/bin/false".into();
    account.has_files = true;
    for make in [
        |path: &Path| fs::create_dir(path),
        |path: &Path| fs::File::create(path).map(drop),
    ] {
        account.put(b"x\n");
        make(&lock).unwrap();
        age(&lock);
        put_on(&mut account).unwrap();
        assert_eq!(account.names(), ["authorized_keys"]);
    }
    account.has_files = false;
    account.shell = "/bin/sh".into();

    fs::create_dir(&lock).unwrap();
    let (sender, start) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let lock = &lock;
        scope.spawn(move || {
            start.recv().unwrap();
            std::thread::sleep(std::time::Duration::from_millis(500));
            fs::remove_dir(lock).unwrap();
        });
        account.meanwhile = Some(Box::new(move |_| sender.send(()).unwrap()));
        install(&mut account, &new_line(OTHER), &Unwatched).unwrap();
    });
    assert_eq!(account.names(), ["authorized_keys"]);
}

#[test]
fn of_several_who_find_the_lock_of_one_who_died_only_one_takes_it() {
    let account = Account::with(b"x\n");
    abandon(&account.path(".ssh/.authorized_keys.lock"));
    // All look at the lock before one of them acts on it, the next one while that one is inside.
    let programs = account.path("programs");
    fs::create_dir(&programs).unwrap();
    let [inside, looked] = ["inside", "looked"].map(|name| account.path(name));
    let find = format!(
        "find \"$@\"; if mkdir {}; then sleep 0.1; else sleep 0.5; fi",
        looked.display()
    );
    let stay = format!(
        "mkdir {0} || mkdir {0}.two; sleep 0.3; cmp \"$@\"; r=$?; rmdir {0}; exit $r",
        inside.display()
    );
    for (name, script) in [("find", find), ("cmp", stay)] {
        let script = format!("#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n");
        program(&programs.join(name), &script);
    }
    let path = format!("{}:/usr/bin:/bin", programs.display());
    std::thread::scope(|scope| {
        for number in 0..3 {
            let path = path.clone();
            let mut same = same_home(&account);
            scope.spawn(move || {
                same.programs = Some(path.into());
                install(&mut same, &new_line(&made(number)), &Unwatched).unwrap();
            });
        }
    });
    assert!(!account.path("inside.two").exists());
    assert_eq!(account.list().lines().count(), 4, "{}", account.list());
}

#[test]
fn two_installs_at_once_lose_neither() {
    let account = Account::with(b"first\n");
    std::thread::scope(|scope| {
        for number in 0..6 {
            let mut same = same_home(&account);
            scope.spawn(move || {
                install(&mut same, &new_line(&made(number)), &Unwatched).unwrap();
            });
        }
    });
    assert_eq!(account.list().lines().count(), 7, "{}", account.list());
    assert_eq!(account.names(), ["authorized_keys"]);
}

/// Leaves a lock behind, of some minutes ago.
fn abandon(lock: &Path) {
    fs::create_dir(lock).unwrap();
    age(lock);
}

fn age(lock: &Path) {
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(150);
    fs::File::open(lock).unwrap().set_modified(old).unwrap();
}

/// Lays out a program of these lines.
fn program(path: &Path, script: &str) {
    let mut file = fs::File::create(path).unwrap();
    file.write_all(script.as_bytes()).unwrap();
    fs::set_permissions(path, PermissionsExt::from_mode(0o700)).unwrap();
}

/// The same home under another name, for a connection of its own.
fn same_home(account: &Account) -> Account {
    let same = Account {
        home: tempfile::TempDir::new_in(account.home.path()).unwrap(),
        ..Account::new()
    };
    std::os::unix::fs::symlink(account.path(".ssh"), same.path(".ssh")).unwrap();
    same
}

/// The line of another key for each number.
fn made(number: u64) -> String {
    use rand::SeedableRng as _;
    let mut rng = rand::rngs::ChaCha20Rng::seed_from_u64(number);
    let pair = generate(KeySpec::Ed25519, &mut rng, &Unwatched).unwrap();
    public_line::encode(pair.public(), &Comment::default())
}
