//! Links of others and what belongs to them, as the program of root meets them.
//!
//! Who runs these tests as somebody else has no files of others to try them on; continuous integration is root.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, lchown, symlink};
use std::path::Path;

use super::support::Home;

/// Somebody without rights.
const SOMEBODY: u32 = 12345;
const ANOTHER: u32 = 12346;

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn give(path: &Path, owner: u32) {
    lchown(path, Some(owner), Some(owner)).expect("root may");
}

/// Who a file belongs to, who may do what with it, and what is in it.
fn state(path: &Path) -> (u32, u32, Vec<u8>) {
    let found = fs::symlink_metadata(path).expect("there");
    (
        found.uid(),
        found.mode() & 0o7777,
        fs::read(path).expect("readable"),
    )
}

/// The home of somebody, with a file of root's in it that nobody else may read.
fn home_of_somebody() -> Home {
    let home = Home::with_key();
    home.write("of-root", b"root's own");
    fs::set_permissions(home.path("of-root"), fs::Permissions::from_mode(0o600)).expect("it is ours");
    for name in ["", "key", "key.pub"] {
        give(&home.path(name), SOMEBODY);
    }
    home
}

#[test]
fn root_that_edits_anothers_list_lends_them_nothing() {
    if !is_root() {
        return;
    }
    let line =
        "example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHs79z7JKxXBNr/ArVRwU8PLlJs0O5cZX/GovM4FaWZv\n";
    for (name, text, link, words) in [
        (
            "keys",
            "# mine\n",
            "keys.bak",
            &["authorized", "add", "key.pub", "-f", "keys"][..],
        ),
        (
            "hosts",
            line,
            "hosts.old",
            &["known-hosts", "remove", "example.org", "-f", "hosts"],
        ),
    ] {
        let home = home_of_somebody();
        home.write(name, text.as_bytes());
        give(&home.path(name), SOMEBODY);
        symlink("of-root", home.path(link)).expect("linked");
        give(&home.path(link), SOMEBODY);
        let before = state(&home.path("of-root"));
        home.run(words).expect_status(0);
        assert_eq!(state(&home.path("of-root")), before);
        assert_eq!(state(&home.path(link)), (SOMEBODY, 0o644, text.into()));
        assert_eq!(state(&home.path(name)).0, SOMEBODY);
    }
}

#[test]
fn root_does_not_follow_anothers_link_to_a_file_of_its_own() {
    if !is_root() {
        return;
    }
    let home = home_of_somebody();
    home.write("roots-list", b"# root's\n");
    symlink("roots-list", home.path("keys")).expect("linked");
    give(&home.path("keys"), SOMEBODY);
    let before = state(&home.path("roots-list"));
    let ran = home.run(&["authorized", "add", "key.pub", "-f", "keys", "--json"]);
    let told = ran.expect_error(4, "io-symlink");
    assert!(told.contains("belongs to somebody else"), "{told}");
    assert_eq!(state(&home.path("roots-list")), before);
}

#[test]
fn a_link_of_somebody_elses_in_a_shared_folder_replaces_no_file_of_ones_own() {
    if !is_root() {
        return;
    }
    let home = Home::with_key();
    fs::create_dir(home.path("shared")).expect("made");
    fs::set_permissions(home.path("shared"), fs::Permissions::from_mode(0o1777)).expect("it is ours");
    home.write("precious", b"precious");
    symlink("../precious", home.path("shared/new")).expect("linked");
    give(&home.path("shared/new"), ANOTHER);
    let words = [
        "convert",
        "key",
        "--to",
        "ppk",
        "-o",
        "shared/new",
        "--force",
        "--json",
    ];
    home.run(&words).expect_error(4, "io-symlink");
    assert_eq!(home.read("precious"), "precious");
}

#[test]
fn a_new_key_is_given_to_nobody_by_way_of_their_file() {
    if !is_root() {
        return;
    }
    let home = home_of_somebody();
    let before = state(&home.path("key"));
    let words = ["generate", "-o", "key", "--no-passphrase", "--force", "--json"];
    home.run(&words).expect_error(4, "io-denied");
    assert_eq!(state(&home.path("key")), before);
}

#[test]
fn root_changes_anothers_key_where_its_link_leads_and_leaves_it_to_them() {
    if !is_root() {
        return;
    }
    let home = home_of_somebody();
    symlink("key", home.path("link")).expect("linked");
    give(&home.path("link"), SOMEBODY);
    home.run(&["comment", "link", "another"]).expect_status(0);
    assert_eq!(state(&home.path("key")).0, SOMEBODY);
    assert!(home.text(&["info", "key"]).contains("another"));
}

#[test]
fn repairing_does_not_go_by_anothers_link() {
    if !is_root() {
        return;
    }
    let home = Home::new();
    for folder in [".ssh", "roots"] {
        fs::create_dir(home.path(folder)).expect("made");
    }
    home.run(&["generate", "-o", "roots/id", "--no-passphrase"])
        .expect_status(0);
    fs::set_permissions(home.path("roots/id"), fs::Permissions::from_mode(0o644)).expect("it is ours");
    for (link, to) in [
        (".ssh/id_ed25519", "../roots/id"),
        (".ssh/id_ed25519.pub", "../roots/id.pub"),
    ] {
        symlink(to, home.path(link)).expect("linked");
        give(&home.path(link), SOMEBODY);
    }
    for path in ["", ".ssh"] {
        chown(home.path(path), Some(SOMEBODY), Some(SOMEBODY)).expect("root may");
    }
    let ran = home.run(&["keys", "repair"]);
    assert!(
        ran.err.contains("belongs to somebody else"),
        "{}{}",
        ran.out,
        ran.err
    );
    assert_eq!(home.mode("roots/id"), 0o644);
}
