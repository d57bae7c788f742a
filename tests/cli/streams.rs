//! Pipes and devices as the place for a private key: only such as are one's own.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _, lchown};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Home, Ran};

const ANOTHER: u32 = 12346;

fn home_with_pipe(mode: u32) -> Home {
    let home = Home::new();
    let ended = home.other("mkfifo").arg("pipe").status();
    assert!(ended.expect("mkfifo, of coreutils").success());
    fs::set_permissions(home.path("pipe"), fs::Permissions::from_mode(mode)).expect("it is ours");
    home
}

/// Whoever waits at the other end.
fn reader(home: &Home) -> fs::File {
    let flags = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let mut options = fs::OpenOptions::new();
    let pipe = options.read(true).custom_flags(flags).open(home.path("pipe"));
    pipe.expect("a reader may open it at any time")
}

const GENERATE: [&str; 4] = ["generate", "-o", "pipe", "--no-passphrase"];

#[test]
fn a_private_key_does_not_go_into_somebody_elses_pipe() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let home = home_with_pipe(0o666);
    lchown(home.path("pipe"), Some(ANOTHER), Some(ANOTHER)).expect("root may");
    let mut reader = reader(&home);
    for force in [&[][..], &["--force"]] {
        let words = [&GENERATE[..], force, &["--json"]].concat();
        home.run(&words).expect_error(4, "io-denied");
    }
    let mut got = Vec::new();
    reader.read_to_end(&mut got).expect("nobody writes");
    assert!(got.is_empty());
}

#[test]
fn a_pipe_that_others_may_read_from_is_refused() {
    let home = home_with_pipe(0o644);
    let _reader = reader(&home);
    let told = home
        .run(&[&GENERATE[..], &["--json"]].concat())
        .expect_error(4, "io-denied");
    assert!(told.contains("others may read"), "{told}");
}

#[test]
fn a_pipe_of_ones_own_that_nobody_reads_from_does_not_hold_the_program() {
    let home = home_with_pipe(0o600);
    let start = Instant::now();
    let told = home
        .run(&[&GENERATE[..], &["--json"]].concat())
        .expect_error(4, "io-error");
    assert!(told.contains("nobody reads"), "{told}");
    assert!(start.elapsed() < Duration::from_mins(1));
}

#[test]
fn a_pipe_of_ones_own_takes_the_key_also_where_its_reader_comes_late() {
    let home = home_with_pipe(0o600);
    let child = home
        .command()
        .args(GENERATE)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    thread::sleep(Duration::from_millis(500));
    let key = fs::read_to_string(home.path("pipe")).expect("readable");
    Ran::from(child.wait_with_output().expect("it ends")).expect_status(0);
    assert!(key.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----"), "{key}");
}

#[test]
fn what_the_shell_has_opened_takes_the_key_and_loses_nothing() {
    let home = Home::with_key();
    home.write("kept", b"kept\n");
    let line = format!(
        "'{0}' convert key --to ppk -o /dev/fd/3 3>>kept && '{0}' convert key --to ppk -o /dev/stdout > new.ppk",
        env!("CARGO_BIN_EXE_keywright-cli")
    );
    Ran::of(home.other("sh").args(["-c", &line])).expect_status(0);
    let (kept, new) = (home.read("kept"), home.read("new.ppk"));
    assert!(new.starts_with("PuTTY-User-Key-File-3"), "{new}");
    assert!(kept.starts_with("kept\nPuTTY-User-Key-File-3"), "{kept}");
}
