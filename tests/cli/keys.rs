//! `keys`: the keys of a home folder, listed, named, made the default one, repaired and taken away.

use std::fs;

use serde_json::Value;

use crate::support::{Home, Ran};

/// A home with a `.ssh` that nobody else may enter.
fn home() -> Home {
    let home = Home::new();
    fs::create_dir(home.path(".ssh")).expect("a folder");
    #[cfg(unix)]
    set_mode(&home, ".ssh", 0o700);
    home
}

#[cfg(unix)]
fn set_mode(home: &Home, name: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(home.path(name), fs::Permissions::from_mode(mode)).expect("it is ours");
}

fn make(home: &Home, name: &str, comment: &str) {
    let path = format!(".ssh/{name}");
    home.run(&["generate", "-o", &path, "-C", comment, "--no-passphrase"])
        .expect_status(0);
}

fn keys(home: &Home, words: &[&str]) -> Ran {
    Ran::of(home.command().arg("keys").args(words))
}

fn done(home: &Home, words: &[&str]) -> String {
    let ran = keys(home, words);
    ran.expect_status(0);
    ran.out
}

fn listed(home: &Home) -> Vec<Value> {
    let ran = keys(home, &["--json"]);
    ran.expect_status(0);
    ran.objects()
}

fn codes(key: &Value) -> Vec<&str> {
    let warnings = key["warnings"].as_array().expect("a list");
    warnings
        .iter()
        .filter_map(|warning| warning["code"].as_str())
        .collect()
}

#[test]
fn a_key_and_its_files_are_one_entry() {
    let home = home();
    make(&home, "id_ed25519", "me@here");
    home.run(&["convert", ".ssh/id_ed25519", "--to", "ppk", "-o", ".ssh/id.ppk"])
        .expect_status(0);
    home.write(".ssh/known_hosts", home.read(".ssh/id_ed25519.pub").as_bytes());
    home.write(".ssh/notes.txt", b"nothing\n");
    let all = listed(&home);
    let [key] = &all[..] else {
        panic!("not one entry: {all:?}")
    };
    assert_eq!(key["type"], "ssh-ed25519");
    assert_eq!(key["comment"], "me@here");
    let files: Vec<&str> = key["files"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|file| file["kind"].as_str().expect("text"))
        .collect();
    assert_eq!(files, ["private", "private", "public"]);
    assert!(codes(key).is_empty(), "{key}");
    let told = done(&home, &[]);
    assert!(told.starts_with("id_ed25519\n  256 SHA256:"), "{told}");
}

#[test]
fn a_name_follows_its_key_when_the_files_are_moved() {
    let home = home();
    make(&home, "id_ed25519", "me@here");
    done(&home, &["name", ".ssh/id_ed25519.pub", "Laptop, 2026"]);
    for suffix in ["", ".pub"] {
        let [from, to] = ["id_ed25519", "moved"].map(|name| home.path(&format!(".ssh/{name}{suffix}")));
        fs::rename(from, to).expect("moved");
    }
    assert_eq!(listed(&home)[0]["name"], "Laptop, 2026");
    assert!(done(&home, &["list"]).starts_with("Laptop, 2026\n"));
    done(&home, &["name", ".ssh/moved", "--none"]);
    assert_eq!(listed(&home)[0]["name"], Value::Null);
    keys(&home, &["name", ".ssh/moved", "a\u{1b}b", "--json"]).expect_error(2, "usage");
    keys(&home, &["name", ".ssh/moved", " ", "--json"]).expect_error(2, "usage");
}

#[test]
fn the_default_key_is_tried_first_and_whatever_was_tried_before_still_is() {
    let home = home();
    make(&home, "id_ed25519", "usual");
    make(&home, "work", "work");
    let before = "# mine\r\nHost a\r\n\tIdentityFile ~/.ssh/other\r\n\tPort 2222";
    home.write(".ssh/config", before.as_bytes());

    let told = done(&home, &["default", ".ssh/work", "--dry-run"]);
    assert!(told.contains("+     IdentityFile ~/.ssh/work\n"), "{told}");
    assert_eq!(home.read(".ssh/config"), before);
    let told = done(&home, &["default", ".ssh/work"]);
    assert!(told.contains("+     IdentityFile ~/.ssh/work\n"), "{told}");
    let config = home.read(".ssh/config");
    assert!(config.starts_with(before), "{config}");
    assert!(
        config.contains("Host *\r\n    IdentityFile ~/.ssh/work\r\n    IdentityFile ~/.ssh/id_ed25519\r\n"),
        "{config}"
    );
    assert_eq!(home.read(".ssh/config.bak"), before);
    #[cfg(unix)]
    {
        let path = home.path(".ssh/config");
        let path = path.to_str().expect("UTF-8");
        let said = |host: &str| -> Vec<String> {
            let said = home.tool("ssh", &["-G", "-F", path, host]);
            let files = said.lines().filter_map(|line| line.strip_prefix("identityfile "));
            files.map(str::to_owned).collect()
        };
        let [b, a] = ["b", "a"].map(said);
        assert_eq!(b[..2], ["~/.ssh/work", "~/.ssh/id_ed25519"]);
        assert_eq!(a[..3], ["~/.ssh/other", "~/.ssh/work", "~/.ssh/id_ed25519"]);
        // Keys with the other usual names are still to be made, and are tried when they are.
        let [later, later_of_a] = [&b[2..], &a[3..]].map(<[String]>::to_vec);
        assert_eq!(later, later_of_a);
        assert!(later.contains(&"~/.ssh/id_rsa".to_owned()), "{later:?}");
        assert!(
            later.iter().all(|name| name.starts_with("~/.ssh/id_")),
            "{later:?}"
        );
    }
    assert_eq!(keys(&home, &["default", "--json"]).object()["name"], Value::Null);
    assert_eq!(
        done(&home, &["default"]).trim_end().rsplit(['/', '\\']).next(),
        Some("work (work)")
    );

    done(&home, &["default", "--none"]);
    // The line that was not ended had to be.
    assert_eq!(home.read(".ssh/config"), format!("{before}\r\n"));
    assert_eq!(keys(&home, &["default", "--json"]).object()["file"], Value::Null);
}

#[test]
fn a_default_key_that_ssh_does_not_find_is_told() {
    let home = home();
    make(&home, "work", "work");
    done(&home, &["default", ".ssh/work"]);
    assert!(codes(&listed(&home)[0]).is_empty());
    for suffix in ["", ".pub"] {
        let [from, to] = ["work", "moved"].map(|name| home.path(&format!(".ssh/{name}{suffix}")));
        fs::rename(from, to).expect("moved");
    }
    assert_eq!(codes(&listed(&home)[0]), ["default-lost"]);
    done(&home, &["default", ".ssh/moved"]);
    assert!(codes(&listed(&home)[0]).is_empty());
    assert!(!home.read(".ssh/config").contains("work"));
}

#[test]
fn a_usual_key_that_comes_after_the_default_one_is_tried_as_well() {
    let home = home();
    make(&home, "work", "work");
    done(&home, &["default", ".ssh/work"]);
    make(&home, "id_ed25519", "later");
    for key in listed(&home) {
        assert!(codes(&key).is_empty(), "{key:?}");
    }
    // And there is nothing to be said anew.
    let before = home.read(".ssh/config");
    done(&home, &["default", ".ssh/work"]);
    let lines = |text: &str| {
        text.lines()
            .map(str::to_owned)
            .collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(lines(&home.read(".ssh/config")), lines(&before));
}

/// What this program wrote before it named keys that are still to be made.
#[test]
fn a_usual_key_that_older_lines_pass_over_is_missed_and_taken_in_again() {
    let home = home();
    make(&home, "work", "work");
    done(&home, &["default", ".ssh/work"]);
    make(&home, "id_ed25519", "later");
    let config = home.read(".ssh/config");
    let older = config
        .split_inclusive('\n')
        .filter(|line| !line.contains("~/.ssh/id_"));
    home.write(".ssh/config", older.collect::<String>().as_bytes());
    let usual = |home: &Home| {
        listed(home)
            .into_iter()
            .find(|key| key["comment"] == "later")
            .expect("it is there")
    };
    assert_eq!(codes(&usual(&home)), ["not-tried"]);
    let before = home.read(".ssh/config");
    let told = done(&home, &["default", ".ssh/work"]);
    assert!(
        told.contains("\n+     IdentityFile ~/.ssh/id_ed25519\n"),
        "{told}"
    );
    assert!(codes(&usual(&home)).is_empty());
    home.write(".ssh/config", before.as_bytes());
    let told = done(&home, &["repair"]);
    assert!(
        told.starts_with("ssh tries the keys with usual names again, by ~/.ssh/config."),
        "{told}"
    );
    assert_eq!(home.read(".ssh/config.bak"), before);
    assert!(codes(&usual(&home)).is_empty());
    assert_eq!(done(&home, &["repair"]).trim(), "There is nothing to repair.");
}

#[test]
fn a_key_that_an_included_file_names_is_tried() {
    let home = home();
    make(&home, "work", "work");
    home.write(".ssh/config", b"Include config.d/*.conf ~/.ssh/more\n");
    assert_eq!(codes(&listed(&home)[0]), ["not-tried"]);
    for name in ["config.d/1.conf", "more"] {
        fs::create_dir_all(home.path(".ssh/config.d")).expect("a folder");
        home.write(
            &format!(".ssh/{name}"),
            b"Host web\n    IdentityFile ~/.ssh/work\n",
        );
        assert!(codes(&listed(&home)[0]).is_empty(), "{name}");
        fs::remove_file(home.path(&format!(".ssh/{name}"))).expect("it was written");
    }
}

#[test]
fn what_ssh_cannot_read_is_no_default_key() {
    let home = home();
    make(&home, "id", "me");
    home.run(&["convert", ".ssh/id", "--to", "ppk", "-o", ".ssh/id.ppk"])
        .expect_status(0);
    keys(&home, &["default", ".ssh/id.ppk", "--json"]).expect_error(1, "unsupported-format");
    keys(&home, &["default", ".ssh/id.pub", "--json"]).expect_error(2, "usage");
    assert!(!home.has(".ssh/config"));
}

#[cfg(unix)]
#[test]
fn what_is_the_matter_is_found_and_repaired() {
    let home = home();
    make(&home, "id_ed25519", "me");
    make(&home, "id_rsa", "other");
    make(&home, "id_ecdsa", "lone");
    fs::copy(home.path(".ssh/id_ed25519.pub"), home.path(".ssh/id_rsa.pub")).expect("copied");
    fs::remove_file(home.path(".ssh/id_ecdsa.pub")).expect("removed");
    home.write(".ssh/config", b"# mine\n");
    for (name, mode) in [
        ("", 0o775),
        (".ssh", 0o777),
        (".ssh/id_ed25519", 0o644),
        (".ssh/config", 0o666),
    ] {
        set_mode(&home, name, mode);
    }
    let found = listed(&home);
    let all: Vec<&str> = found.iter().flat_map(codes).collect();
    for code in [
        "permissions",
        "pair-mismatch",
        "no-public-file",
        "permissions-home",
        "permissions-folder",
        "permissions-list",
    ] {
        assert!(all.contains(&code), "{code} is not in {all:?}");
    }
    let told = done(&home, &["repair", "--dry-run"]);
    assert_eq!(told.lines().count(), 6, "{told}");
    assert_eq!(listed(&home), found);
    assert_eq!(done(&home, &["repair"]).lines().count(), 6);
    let all = listed(&home);
    assert!(all.iter().all(|key| codes(key).is_empty()), "{all:?}");
    assert_eq!(
        [".ssh/id_ed25519", ".ssh/config", ".ssh"].map(|name| home.mode(name)),
        [0o600, 0o644, 0o755]
    );
    let written = home.tool("ssh-keygen", &["-yf", ".ssh/id_rsa"]);
    assert_eq!(written, home.read(".ssh/id_rsa.pub"));
    assert_eq!(done(&home, &["repair"]), "There is nothing to repair.\n");
}

#[cfg(unix)]
#[test]
fn a_file_is_repaired_by_its_name_and_nothing_is_called_sound_that_was_not_looked_at() {
    let home = home();
    make(&home, "id_ed25519", "me");
    make(&home, "id_rsa", "other");
    fs::remove_file(home.path(".ssh/id_rsa.pub")).expect("removed");
    home.write(".ssh/config", b"# mine\n");
    home.write("notes", b"buy milk\n");
    for name in [".ssh/id_ed25519", ".ssh/id_rsa", ".ssh/config"] {
        set_mode(&home, name, 0o777);
    }
    for (name, lines) in [(".ssh/id_ed25519", 1), (".ssh/config", 1), (".ssh/id_rsa", 2)] {
        assert_eq!(done(&home, &["repair", name]).lines().count(), lines, "{name}");
        assert_eq!(
            done(&home, &["repair", name]),
            "There is nothing to repair.\n",
            "{name}"
        );
    }
    assert_eq!(
        [".ssh/id_ed25519", ".ssh/id_rsa"].map(|name| home.mode(name)),
        [0o600; 2]
    );
    assert!(home.has(".ssh/id_rsa.pub"));

    // By its public half as well, and beside a folder.
    set_mode(&home, ".ssh/id_ed25519", 0o644);
    done(&home, &["repair", ".ssh/id_ed25519.pub"]);
    assert_eq!(home.mode(".ssh/id_ed25519"), 0o600);
    for (name, status, code) in [
        (".ssh/no_such", 4, "io-not-found"),
        ("/dev/null", 4, "io-not-regular"),
        ("notes", 1, "not-a-key-file"),
        (".ssh/id_ed25519/x", 4, "io-not-found"),
    ] {
        let ran = keys(&home, &["repair", name, "--json"]);
        ran.expect_error(status, code);
        assert!(!ran.out.contains("nothing to repair"), "{}", ran.out);
        keys(&home, &["repair", ".ssh", name, "--json"]).expect_error(status, code);
    }
}

#[test]
fn a_key_is_taken_away_with_its_public_half_and_nothing_is_deleted() {
    let home = home();
    make(&home, "id_old", "old");
    make(&home, "id_ed25519", "new");
    let before = home.read(".ssh/id_old");
    done(&home, &["remove", ".ssh/id_old", "--dry-run"]);
    assert!(home.has(".ssh/id_old"));
    let told = keys(&home, &["remove", ".ssh/id_old", "--json"]).object();
    assert!(!home.has(".ssh/id_old") && !home.has(".ssh/id_old.pub"));
    let now = told["now"].as_array().expect("a list");
    let now: Vec<&str> = now.iter().filter_map(Value::as_str).collect();
    assert_eq!(now.len(), 2, "{told}");
    assert_eq!(fs::read_to_string(now[0]).expect("it is there"), before);
    assert_eq!(listed(&home).len(), 1);
}

#[test]
fn what_was_taken_away_is_listed_and_put_back() {
    let home = home();
    make(&home, "id_old", "old");
    assert_eq!(
        done(&home, &["restore"]),
        "Nothing was removed that could be put back.\n"
    );
    let before = [".ssh/id_old", ".ssh/id_old.pub"].map(|name| home.read(name));
    let told = done(&home, &["remove", ".ssh/id_old"]);
    assert!(
        told.ends_with("“keywright-cli keys restore .ssh/id_old” puts it back.\n"),
        "{told}"
    );
    let told = done(&home, &["restore"]).replace('\\', "/");
    assert!(
        told.contains("\n  ~/.ssh/id_old\n  ~/.ssh/id_old.pub\n"),
        "{told}"
    );
    let told = done(&home, &["restore", "id_old", "--dry-run"]).replace('\\', "/");
    assert_eq!(told, "Would put back ~/.ssh/id_old and ~/.ssh/id_old.pub.\n");
    assert!(!home.has(".ssh/id_old"));
    let told = keys(&home, &["restore", ".ssh/id_old", "--json"]).object();
    assert_eq!(told["restored"], true);
    let after = [".ssh/id_old", ".ssh/id_old.pub"].map(|name| home.read(name));
    assert_eq!(after, before);
    assert!(!home.has(".ssh/removed"));
    keys(&home, &["restore", "id_old", "--json"]).expect_error(4, "io-not-found");
}

#[test]
fn nothing_is_put_back_over_another_file() {
    let home = home();
    make(&home, "id", "first");
    done(&home, &["remove", ".ssh/id"]);
    make(&home, "id", "second");
    let second = home.read(".ssh/id");
    let listed = keys(&home, &["restore", "--json"]).object();
    assert_eq!(listed["taken"].as_array().map(Vec::len), Some(2), "{listed}");
    keys(&home, &["restore", "id", "--dry-run", "--json"]).expect_error(4, "exists");
    let told = keys(&home, &["restore", "id", "--force", "--json"]).expect_error(4, "exists");
    assert!(
        told.contains("Rename the file that lies there now") && !told.contains("--force"),
        "{told}"
    );
    assert_eq!(home.read(".ssh/id"), second);
    done(&home, &["remove", ".ssh/id"]);
    keys(&home, &["restore", "id", "--json"]).expect_error(2, "usage");
    let name = listed["name"].as_str().expect("a name");
    done(&home, &["restore", name]);
    assert!(home.read(".ssh/id.pub").ends_with("first\n"));
}

#[test]
fn what_lay_in_another_folder_is_put_back_by_its_path() {
    let home = home();
    fs::create_dir(home.path("stick")).expect("a folder");
    home.run(&["generate", "-o", "stick/id", "-C", "me", "--no-passphrase"])
        .expect_status(0);
    for words in [&["restore", "stick/id"][..], &["restore", "id", "--in", "stick"]] {
        done(&home, &["remove", "stick/id"]);
        keys(&home, &["restore", "id", "--json"]).expect_error(4, "io-not-found");
        done(&home, words);
        assert!(home.has("stick/id.pub"));
    }
}

#[test]
fn the_default_key_is_not_taken_away() {
    let home = home();
    make(&home, "work", "work");
    done(&home, &["default", ".ssh/work"]);
    keys(&home, &["remove", ".ssh/work", "--json"]).expect_error(1, "in-use");
    assert!(home.has(".ssh/work"));
}

#[test]
fn other_folders_and_single_public_keys_can_be_added_and_forgotten() {
    let home = home();
    make(&home, "id_ed25519", "me");
    fs::create_dir(home.path("more")).expect("a folder");
    home.run(&["generate", "-o", "more/id", "-C", "more", "--no-passphrase"])
        .expect_status(0);
    home.run(&["generate", "-o", "colleague", "-C", "hers", "--no-passphrase"])
        .expect_status(0);
    done(&home, &["add", "more"]);
    done(&home, &["add", "colleague.pub"]);
    let all = listed(&home);
    assert_eq!(all.len(), 3, "{all:?}");
    let hers = all
        .iter()
        .find(|key| key["comment"] == "hers")
        .expect("it is there");
    assert_eq!(hers["private"], false);
    done(&home, &["forget", "more"]);
    done(&home, &["forget", "colleague.pub"]);
    assert_eq!(listed(&home).len(), 1);
    keys(&home, &["forget", "more", "--json"]).expect_error(4, "io-not-found");
    keys(&home, &["add", "nothing", "--json"]).expect_error(4, "io-not-found");
    assert_eq!(keys(&home, &["more", "--json"]).objects().len(), 1);
}

#[test]
fn a_damaged_key_is_among_them_and_a_missing_folder_is_told() {
    let home = home();
    make(&home, "id_ed25519", "me");
    let key = home.read(".ssh/id_ed25519");
    home.write(".ssh/cut", &key.as_bytes()[..200]);
    let all = listed(&home);
    assert_eq!(all[1]["error"]["code"], "truncated", "{all:?}");
    let ran = keys(&home, &["nowhere", "--json"]);
    ran.expect_error(4, "io-not-found");
    let home = Home::new();
    assert_eq!(done(&home, &[]).lines().count(), 1);
}

#[test]
fn what_is_printed_of_a_hostile_register_is_safe() {
    let home = home();
    make(&home, "id_ed25519", "me");
    let print = listed(&home)[0]["fingerprint_sha256"]
        .as_str()
        .expect("text")
        .to_owned();
    let register = format!(
        "[key.\"{print}\"]\nname = \"a\\u001Bb\"\ninstalled = [{{ server = \"x\\u001B[2J\\n\\u202E\", date = \"\\u0007\" }}]\n"
    );
    let folder = if cfg!(windows) {
        "appdata/Keywright"
    } else {
        ".config/keywright"
    };
    if cfg!(target_os = "macos") {
        return;
    }
    fs::create_dir_all(home.path(folder)).expect("a folder");
    home.write(&format!("{folder}/keys.toml"), register.as_bytes());
    let told = done(&home, &[]);
    assert!(told.contains("installed on x"), "{told}");
    assert!(!crate::support::steers(&told), "{told:?}");
}

#[test]
fn lists_as_they_were_before_a_change_are_no_keys() {
    let home = home();
    make(&home, "id", "mine");
    let line = home.read(".ssh/id.pub");
    for name in [
        "authorized_keys",
        "authorized_keys.bak",
        "config.bak",
        "known_hosts.old",
    ] {
        home.write(&format!(".ssh/{name}"), format!("{line}{line}").as_bytes());
    }
    let told = done(&home, &["--json"]);
    assert!(!told.contains(".bak") && !told.contains(".old"), "{told}");
}

#[test]
fn a_key_with_the_line_ends_of_windows_is_told_for_ssh_does_not_read_it() {
    let home = home();
    make(&home, "id_ed25519", "mine");
    let text = home.read(".ssh/id_ed25519").replace('\n', "\r\n");
    home.write(".ssh/id_ed25519", text.as_bytes());
    let warnings = |words: &[&str]| home.object(words)["warnings"].to_string();
    assert!(warnings(&["info", ".ssh/id_ed25519"]).contains("carriage-returns"));
    home.run(&[
        "convert",
        ".ssh/id_ed25519",
        "--to",
        "openssh",
        "-o",
        ".ssh/id_ed25519",
        "--force",
        "--no-passphrase",
    ])
    .expect_status(0);
    assert!(!warnings(&["info", ".ssh/id_ed25519"]).contains("carriage-returns"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_script_is_told_of_the_servers_that_a_key_is_on_and_goes_on() {
    let home = Home::with_installed_key();
    let ran = keys(&home, &["remove", ".ssh/id_old"]);
    ran.expect_status(0);
    assert!(
        ran.err.contains("It was installed on jo@example.org"),
        "{}",
        ran.err
    );
    assert!(!home.has(".ssh/id_old"));
}

/// A file that was opened anywhere is among the keys, and so is what was taken away from where it lay.
#[test]
#[cfg(target_os = "linux")]
fn what_was_taken_away_from_where_a_key_was_opened_is_listed() {
    let home = home();
    make(&home, "id_old", "old");
    fs::create_dir_all(home.path("elsewhere")).expect("a folder");
    for name in ["id_old", "id_old.pub"] {
        fs::rename(
            home.path(&format!(".ssh/{name}")),
            home.path(&format!("elsewhere/{name}")),
        )
        .expect("moved");
    }
    fs::create_dir_all(home.path(".config/keywright")).expect("a folder");
    let seen = format!("seen = [\"{}\"]\n", home.path("elsewhere/id_old").display());
    home.write(".config/keywright/keys.toml", seen.as_bytes());
    assert_eq!(listed(&home).len(), 1);
    done(&home, &["remove", "elsewhere/id_old"]);
    let told = done(&home, &["restore"]);
    assert!(told.contains("\n  ~/elsewhere/id_old\n"), "{told}");
    done(&home, &["restore", "id_old"]);
    assert!(home.has("elsewhere/id_old") && home.has("elsewhere/id_old.pub"));
}
