//! Files on a server, by SFTP.

use std::fs;

use keywright::key::watch::Unwatched;
use keywright::sys::remote::{FileTrouble, Files, Remote as _, RemoteFault};

use crate::common::Kind;
use crate::sshd::{Sshd, line_of};
use crate::tools::mode;

/// Works with the files of a server, and looks at what became of them.
fn with_files(lines: &str, work: impl FnOnce(&Sshd, &mut dyn Files)) {
    let server = Sshd::with(lines);
    server.authorize(&line_of(Kind::Ed25519.key()));
    let mut connection = server.signed_in(Kind::Ed25519.key());
    let files = connection.files(&Unwatched);
    let mut files = files.unwrap_or_else(|fault| panic!("{fault}\n{}", server.log()));
    work(&server, &mut *files);
}

fn trouble<T: std::fmt::Debug>(result: Result<T, RemoteFault>) -> FileTrouble {
    match result {
        Err(RemoteFault::File { trouble, .. }) => trouble,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_is_written_read_and_replaced() {
    with_files("", |server, files| {
        let home = server.home();
        assert_eq!(files.real_path(".").expect("a home"), home.to_string_lossy());
        let long: Vec<u8> = (0_u32..50_000).flat_map(u32::to_be_bytes).collect();
        files.write_new("new", &long, 0o600).expect("room");
        assert_eq!(mode(&home.join("new")), 0o600);
        assert!(files.read("new", long.len()).expect("it is there") == long);
        assert_eq!(
            trouble(files.read("new", long.len() - 1)),
            FileTrouble::TooLarge { max: long.len() - 1 }
        );
        let stat = files.stat("new").expect("an answer").expect("it is there");
        assert_eq!((stat.size, stat.permissions()), (Some(200_000), Some(0o600)));
        fs::write(home.join("old"), "old").expect("room");
        assert!(files.can_replace());
        files.replace("new", "old").expect("it has the name");
        assert!(fs::read(home.join("old")).expect("it is there") == long);
        assert!(!home.join("new").exists());
        files.remove("old").expect("it goes");
        assert_eq!(files.stat("old").expect("an answer"), None);
    });
}

#[test]
fn a_file_that_is_there_is_not_written_over() {
    with_files("", |server, files| {
        fs::write(server.home().join("taken"), "old").expect("room");
        assert_eq!(
            trouble(files.write_new("taken", b"new", 0o600)),
            FileTrouble::Failed
        );
        assert_eq!(
            fs::read(server.home().join("taken")).expect("it is there"),
            b"old"
        );
    });
}

#[test]
fn folders_are_made_with_their_rights() {
    with_files("", |server, files| {
        files.make_folder("folder", 0o700).expect("room");
        assert_eq!(mode(&server.home().join("folder")), 0o700);
        files.set_mode("folder", 0o755).expect("it is mine");
        let stat = files.stat("folder").expect("an answer").expect("it is there");
        assert!(stat.is_folder());
        assert_eq!(stat.permissions(), Some(0o755));
        assert!(stat.modified.is_some());
        files.remove_folder("folder").expect("it is mine");
        assert_eq!(files.stat("folder").expect("an answer"), None);
    });
}

#[test]
fn what_is_not_there_or_not_allowed_is_named() {
    with_files("", |_, files| {
        assert_eq!(trouble(files.read("missing", 10)), FileTrouble::NotThere);
        assert_eq!(
            trouble(files.write_new("no/file", b"x", 0o600)),
            FileTrouble::NotThere
        );
        assert_eq!(
            trouble(files.write_new("/etc/keywright-test", b"x", 0o600)),
            FileTrouble::Denied
        );
        assert_eq!(trouble(files.remove("/etc/passwd")), FileTrouble::Denied);
    });
}

#[test]
fn an_account_for_files_alone_is_reached() {
    with_files("ForceCommand internal-sftp", |_, files| {
        files.write_new("new", b"x", 0o600).expect("room");
    });
}

#[test]
fn a_server_without_sftp_is_named() {
    for lines in [
        "Subsystem none /bin/false",
        "Subsystem sftp /bin/false",
        "ForceCommand echo hello",
    ] {
        let server = Sshd::with(lines);
        server.authorize(&line_of(Kind::Ed25519.key()));
        let mut connection = server.signed_in(Kind::Ed25519.key());
        let fault = connection.files(&Unwatched).expect_err("there is none");
        assert!(matches!(fault, RemoteFault::NoFiles), "{lines}: {fault:?}");
        // The connection goes on.
        connection.run("true", b"", &Unwatched).expect("it runs");
    }
}
