//! What is said after a failure is what is on the disk, and "nothing" is said only where everything was seen.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use crate::support::{Home, Ran};

fn chmod(home: &Home, name: &str, mode: u32) {
    fs::set_permissions(home.path(name), fs::Permissions::from_mode(mode)).expect("it is ours");
}

/// Keys in `.ssh`, and nothing to repair.
fn with_ssh() -> Home {
    let home = Home::new();
    fs::create_dir(home.path(".ssh")).expect("made");
    chmod(&home, ".ssh", 0o700);
    home.run(&["generate", "-o", ".ssh/id_ed25519", "--no-passphrase"])
        .expect_status(0);
    assert_eq!(home.text(&["keys", "repair"]), "There is nothing to repair.\n");
    home
}

#[test]
fn keys_that_may_not_be_seen_are_not_none_and_not_in_order() {
    let home = with_ssh();
    for words in [&["keys"][..], &["keys", "repair"], &["keys", "restore"]] {
        let mut command = home.command_of_somebody();
        chmod(&home, ".ssh", 0o000);
        let ran = Ran::of(command.args(words).arg("--json"));
        ran.expect_error(4, "io-denied");
        for untrue in ["no keys", "nothing to repair", "Nothing was removed"] {
            assert!(
                !ran.err.contains(untrue) && !ran.out.contains(untrue),
                "{words:?}: {}",
                ran.out
            );
        }
    }
    chmod(&home, ".ssh", 0o700);
}

#[test]
fn a_key_that_may_not_be_read_is_said_by_repair() {
    let home = with_ssh();
    let mut command = home.command_of_somebody();
    chmod(&home, ".ssh/id_ed25519", 0o000);
    let ran = Ran::of(command.args(["keys", "repair", "--json"]));
    ran.expect_error(4, "io-denied");
    assert!(!ran.out.contains("nothing to repair"), "{}", ran.out);
}

#[test]
fn a_public_half_that_may_not_be_read_keeps_the_pair_as_it_is() {
    let home = with_ssh();
    let before = home.read(".ssh/id_ed25519");
    for words in [
        &["comment", ".ssh/id_ed25519", "new"][..],
        &["keys", "remove", ".ssh/id_ed25519"],
        &[
            "convert",
            ".ssh/id_ed25519",
            "--to",
            "openssh",
            "-o",
            ".ssh/id_ed25519",
            "--force",
        ],
    ] {
        let mut command = home.command_of_somebody();
        chmod(&home, ".ssh/id_ed25519.pub", 0o000);
        let ran = Ran::of(command.args(words).arg("--json"));
        ran.expect_error(4, "io-denied");
        chmod(&home, ".ssh/id_ed25519.pub", 0o644);
        assert_eq!(home.read(".ssh/id_ed25519"), before, "{words:?}");
        assert!(!home.has(".ssh/removed"));
    }
}

#[test]
fn a_key_that_cannot_go_to_the_trash_is_said_to_be_where_it_is() {
    let home = with_ssh();
    fs::create_dir(home.path(".ssh/removed")).expect("made");
    let mut command = home.command_of_somebody();
    chmod(&home, ".ssh/removed", 0o600);
    let ran = Ran::of(command.args(["keys", "remove", ".ssh/id_ed25519", "--json"]));
    chmod(&home, ".ssh/removed", 0o700);
    let told = ran.expect_error(4, "io-denied");
    assert!(home.has(".ssh/id_ed25519") && home.has(".ssh/id_ed25519.pub"));
    for part in [
        ".ssh/removed/id_ed25519-",
        "Nothing was changed. The folder is yours, but does not let you write in it: chmod u+rwx",
    ] {
        assert!(told.contains(part), "{told}");
    }
    assert!(!told.contains(".aside"), "{told}");
}

#[test]
fn a_configuration_that_was_put_back_has_left_a_backup_and_that_is_said() {
    let home = with_ssh();
    home.write(".ssh/config", b"# mine\n");
    fs::create_dir_all(home.path(".config/keywright")).expect("made");
    let mut command = home.command_of_somebody();
    chmod(&home, ".config/keywright", 0o500);
    let ran = Ran::of(command.args(["keys", "default", ".ssh/id_ed25519", "--json"]));
    chmod(&home, ".config/keywright", 0o700);
    let told = ran.expect_error(4, "io-denied");
    assert_eq!(home.read(".ssh/config"), "# mine\n");
    assert!(!told.contains("Nothing was changed"), "{told}");
    assert!(
        told.contains("config.bak is new") && !told.contains("config was changed"),
        "{told}"
    );
}

#[test]
fn a_certificate_that_could_not_be_taken_away_is_saved_all_the_same_and_that_is_said() {
    let home = Home::new();
    fs::create_dir(home.path("keys")).expect("made");
    for name in ["ca", "keys/id"] {
        home.run(&["generate", "-o", name, "--no-passphrase"])
            .expect_status(0);
    }
    home.tool("ssh-keygen", &["-q", "-s", "ca", "-I", "me", "keys/id.pub"]);
    let mut command = home.command_of_somebody();
    chmod(&home, "keys", 0o500);
    let ran = Ran::of(command.args(["cert", "detach", "keys/id", "-o", "out.pub", "--json"]));
    chmod(&home, "keys", 0o700);
    let told = ran.expect_error(4, "io-denied");
    assert!(
        told.contains("out.pub is new") && !told.contains("Nothing was changed"),
        "{told}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_does_not_hide_that_the_key_was_made() {
    let home = Home::new();
    for json in [&[][..], &["--json"]] {
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .expect("a device");
        let name = format!("key{}", json.len());
        let words = [&["generate", "-o", &name, "--no-passphrase"][..], json].concat();
        let ran = Ran::of(home.command().args(words).stdout(Stdio::from(full)));
        ran.expect_status(4);
        for file in [format!("{name} is new"), format!("{name}.pub is new")] {
            assert!(ran.err.contains(&file), "{}", ran.err);
        }
        assert!(home.has(&name));
    }
}

#[test]
fn a_folder_that_everybody_may_change_is_warned_of() {
    let home = Home::new();
    for (folder, mode, is_said) in [
        (".ssh", 0o777, true),
        (".ssh", 0o770, true),
        (".ssh", 0o700, false),
        ("shared", 0o777, true),
        ("shared", 0o1777, false),
        ("shared", 0o770, false),
    ] {
        fs::create_dir_all(home.path(folder)).expect("made");
        chmod(&home, folder, mode);
        let out = format!("{folder}/key-{mode:o}");
        let made = home.object(&["generate", "-o", &out, "--no-passphrase"]);
        let warnings = made["warnings"].as_array().expect("a list");
        let has = warnings
            .iter()
            .any(|warning| warning["code"] == "permissions-folder");
        assert_eq!(has, is_said, "{folder} {mode:o}: {made}");
    }
}

#[test]
fn a_home_that_is_none_is_said() {
    let home = Home::new();
    for (value, expected) in [
        ("/dev/null", "/dev/null is no folder"),
        ("/nonexistent/home", "does not exist"),
        ("relative", "your keys lie, because your home folder is not"),
    ] {
        for words in [&["keys"][..], &["keys", "repair"]] {
            let ran = Ran::of(home.command().env("HOME", value).args(words).arg("--json"));
            let told = ran.expect_error(2, "usage");
            assert!(told.contains(expected), "{value}: {told}");
            assert!(
                !ran.out.contains("no keys") && !ran.out.contains("nothing to repair"),
                "{}",
                ran.out
            );
        }
    }
}
