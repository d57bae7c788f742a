//! What the console program does not do: read what a window remembers, or talk to anybody.

use crate::support::{Home, Ran};

#[test]
fn what_a_window_remembers_changes_nothing_for_scripts() {
    const SETTINGS: &[u8] = b"[new_key]\ntype = \"rsa\"\n[saving]\nformat = \"ppk\"\n";
    let home = Home::new();
    let places = [
        "config/keywright",
        ".config/keywright",
        "Library/Application Support/Keywright",
        "roaming/Keywright",
    ];
    for place in places {
        std::fs::create_dir_all(home.path(place)).expect("a folder");
        home.write(&format!("{place}/settings.toml"), SETTINGS);
    }
    let before = home.names();
    let mut command = home.command();
    command
        .env("XDG_CONFIG_HOME", home.path("config"))
        .env("APPDATA", home.path("roaming"))
        .args(["generate", "-o", "key", "--no-passphrase"]);
    Ran::of(&mut command).expect_status(0);
    assert!(home.read("key.pub").starts_with("ssh-ed25519 "));
    assert!(
        home.read("key")
            .starts_with("-----BEGIN OPENSSH PRIVATE KEY-----")
    );
    for place in places {
        assert_eq!(home.read(&format!("{place}/settings.toml")).as_bytes(), SETTINGS);
    }
    let new: Vec<_> = home
        .names()
        .into_iter()
        .filter(|name| !before.contains(name))
        .collect();
    assert_eq!(new, ["key", "key.pub"]);
}

/// Watched from outside: whatever a library might do is seen too.
#[cfg(target_os = "linux")]
#[test]
fn no_command_opens_a_connection() {
    let home = Home::with_key();
    for words in [
        &["generate", "-o", "new", "--no-passphrase"][..],
        &["info", "key"],
        &["fingerprint", "--art", "key"],
        &["convert", "key", "--to", "ppk", "-o", "key.ppk"],
        &["comment", "key", "somebody@elsewhere"],
        &["puttygen", "key.ppk", "-L"],
    ] {
        let program = env!("CARGO_BIN_EXE_keywright-cli");
        let mut strace = home.other("strace");
        strace
            .args(["-f", "-qq", "-e", "trace=network", "-o", "calls", program])
            .args(words);
        let output = strace
            .output()
            .expect("strace is there: sudo apt-get install --no-install-recommends strace");
        assert!(output.status.success(), "{words:?}: {output:?}");
        assert_eq!(home.read("calls"), "", "{words:?}");
    }
}
