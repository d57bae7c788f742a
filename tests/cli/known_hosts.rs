//! `known-hosts`, beside the real `ssh-keygen` where there is one.

use crate::support::Home;

const HOST: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHs79z7JKxXBNr/ArVRwU8PLlJs0O5cZX/GovM4FaWZv";
const OTHER: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILNG8RxQbRDga5aL3RYjaQABF93BeXhbYjPhsRrCa+JQ";
const PLACE: &str = ".ssh/known_hosts";

/// A list with names, ports, marks, a damaged line, and a file that ends without a newline.
fn home() -> Home {
    let home = Home::new();
    std::fs::create_dir(home.path(".ssh")).expect("made");
    let text = format!(
        "# mine\r\nexample.org,192.0.2.7 {HOST} a note\n[example.org]:2222 {OTHER}\n\n@revoked * {OTHER}\n\
         broken\n@cert-authority *.example.org {OTHER}\nexample.net {HOST}"
    );
    home.write(PLACE, text.as_bytes());
    home
}

#[test]
fn each_host_is_listed_by_line_names_and_fingerprint() {
    let ran = home().run(&["known-hosts", "list"]);
    ran.expect_status(0);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines.len(), 5, "{}", ran.out);
    assert!(
        lines[0].starts_with("2: example.org,192.0.2.7 256 SHA256:"),
        "{}",
        lines[0]
    );
    assert!(lines[0].ends_with(" a note (ED25519)"), "{}", lines[0]);
    assert!(lines[1].starts_with("3: [example.org]:2222 256 "), "{}", lines[1]);
    assert!(lines[2].starts_with("5: @revoked * 256 "), "{}", lines[2]);
    assert!(ran.err.contains("line 6: "), "{}", ran.err);
}

#[test]
fn a_host_is_found_by_a_part_of_its_name_and_told_to_scripts() {
    let home = home();
    let all = home.run(&["known-hosts", "find", "192.0.2", "--json"]).objects();
    // What is revoked for all hosts is so for this one.
    assert_eq!((all.len(), &all[1]["marker"]), (2, &"revoked".into()));
    let found = &all[0];
    assert_eq!((&found["line"], &found["hashed"]), (&2.into(), &false.into()));
    assert_eq!(found["hosts"], serde_json::json!(["example.org", "192.0.2.7"]));
    assert_eq!(found["type"], "ssh-ed25519");
    let art = home.text(&["known-hosts", "find", "example.net", "--art"]);
    assert!(art.contains("+--[ED25519 256]--+"), "{art}");
    home.write("few", format!("example.org {HOST}\n").as_bytes());
    home.run(&["known-hosts", "find", "nowhere.example", "-f", "few", "--json"])
        .expect_error(1, "not-in-list");
    let none = home.run(&["known-hosts", "list", "--file", "absent", "--json"]);
    none.expect_error(4, "io-not-found");
}

#[test]
fn forgetting_a_host_takes_its_name_out_of_a_line_and_no_other_byte() {
    let home = home();
    let before = home.read(PLACE);
    let ran = home.run(&["known-hosts", "remove", "Example.org"]);
    ran.expect_status(0);
    assert!(
        ran.out.contains("Taken out of line 2: example.org,192.0.2.7 "),
        "{}",
        ran.out
    );
    assert!(
        ran.err.contains("Your own key on that server was not touched"),
        "{}",
        ran.err
    );
    assert!(
        ran.err.contains("line 7 stays, because it is marked") || ran.err.contains("line 5 stays"),
        "{}",
        ran.err
    );
    let after = before.replacen("example.org,192.0.2.7 ", "192.0.2.7 ", 1);
    assert_eq!(home.read(PLACE), after);
    assert_eq!(home.read(".ssh/known_hosts.old"), before);

    let refused = home.run(&["known-hosts", "remove", "example.org", "--json"]);
    refused.expect_error(1, "not-in-list");
    assert_eq!(home.read(".ssh/known_hosts.old"), before);

    // The last name takes its line along.
    let told = home.object(&["known-hosts", "remove", "192.0.2.7"]);
    assert_eq!(
        (&told["removed"][0]["line"], &told["changed"]),
        (&2.into(), &serde_json::json!([]))
    );
    let line = format!("192.0.2.7 {HOST} a note\n");
    assert_eq!(home.read(PLACE), after.replacen(&line, "", 1));
}

#[test]
fn a_line_that_knows_many_hosts_by_a_pattern_goes_only_if_that_is_said() {
    let text = |names: &str| format!("# mine\n \t{names} {HOST} a note\r\nexample.net {OTHER}\n");
    for (names, host, excepted) in [
        (
            "*.example.org,!bad.example.org",
            "a.example.org",
            "!a.example.org,*.example.org,!bad.example.org",
        ),
        ("web?", "WEB1", "!web1,web?"),
        (
            "a.example.org,*.example.org",
            "a.example.org",
            "!a.example.org,a.example.org,*.example.org",
        ),
        (
            "[*.example.org]:2222",
            "a.example.org:2222",
            "![a.example.org]:2222,[*.example.org]:2222",
        ),
        ("*", "example.com", "!example.com,*"),
    ] {
        let home = home();
        home.write(PLACE, text(names).as_bytes());
        let refused = home.run(&["known-hosts", "remove", host, "--json"]);
        let said = refused.expect_error(2, "other-hosts");
        assert!(said.contains("line 2") && said.contains("--only"), "{said}");
        assert_eq!(home.read(PLACE), text(names));

        let told = home.object(&["known-hosts", "remove", host, "--only"]);
        assert_eq!(told["changed"][0]["line"], 2, "{told}");
        assert_eq!(home.read(PLACE), text(excepted));
        home.run(&["known-hosts", "remove", host, "--json"])
            .expect_error(1, "not-in-list");

        home.write(PLACE, text(names).as_bytes());
        let told = home.object(&["known-hosts", "remove", host, "--yes"]);
        assert_eq!(told["removed"][0]["line"], 2, "{told}");
        assert_eq!(home.read(PLACE), format!("# mine\nexample.net {OTHER}\n"));
    }
}

#[cfg(unix)]
#[test]
fn a_host_that_was_taken_out_is_new_to_ssh_and_the_others_are_known() {
    let home = home();
    home.write(
        PLACE,
        format!("*.example.org {HOST}\nexample.com,a.example.com {HOST}\n").as_bytes(),
    );
    home.object(&["known-hosts", "remove", "a.example.org", "--only"]);
    home.object(&["known-hosts", "remove", "a.example.com"]);
    for (host, is_known) in [
        ("a.example.org", false),
        ("b.example.org", true),
        ("a.example.com", false),
        ("example.com", true),
    ] {
        let found = home.other("ssh-keygen").args(["-F", host, "-f", PLACE]).status();
        assert_eq!(found.expect("ssh-keygen").success(), is_known, "{host}");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_of_ones_own_that_is_read_only_is_told_as_that() {
    let home = home();
    let run = |home: &Home| {
        let mut command = home.command_of_somebody();
        set_mode(home, 0o500);
        let words = ["known-hosts", "remove", "example.net", "--json"];
        let ran = crate::support::Ran::of(command.args(words));
        set_mode(home, 0o700);
        ran
    };
    let said = run(&home).expect_error(4, "io-denied");
    assert!(said.contains("chmod u+rwx on the folder lets you"), "{said}");
    assert!(!said.contains("folder of your own"), "{said}");
}

#[cfg(unix)]
fn set_mode(home: &Home, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(home.path(".ssh"), std::fs::Permissions::from_mode(mode)).expect("it is ours");
}

#[test]
fn lines_are_taken_away_by_their_numbers() {
    let home = home();
    let before = home.read(PLACE);
    let words = ["known-hosts", "remove", "--line", "6", "--line", "77", "--json"];
    home.run(&words).expect_error(1, "not-in-list");
    assert_eq!(home.read(PLACE), before);
    let done = home.object(&["known-hosts", "remove", "--line", "6", "--line", "8"]);
    assert_eq!(done["removed"][0]["line"], 8);
    assert!(
        done["backup"]
            .as_str()
            .expect("kept")
            .ends_with("known_hosts.old"),
        "{done}"
    );
    assert_eq!(
        home.read(PLACE),
        before
            .replace("broken\n", "")
            .replace(&format!("example.net {HOST}"), "")
    );
    home.run(&["known-hosts", "remove", "--json"])
        .expect_error(2, "usage");
    home.run(&["known-hosts", "remove", "a:port", "--json"])
        .expect_error(2, "usage");
}

#[cfg(unix)]
#[test]
fn what_is_left_and_kept_is_what_ssh_keygen_leaves_and_keeps_also_of_hidden_names() {
    for host in ["example.org", "[example.org]:2222"] {
        let [ours, theirs] = [Home::new(), Home::new()];
        for home in [&ours, &theirs] {
            std::fs::create_dir(home.path(".ssh")).expect("made");
            home.write(
                PLACE,
                format!("example.org,192.0.2.7 {HOST}\n[example.org]:2222 {OTHER}\nexample.net {HOST}\n")
                    .as_bytes(),
            );
            home.tool("ssh-keygen", &["-q", "-H", "-f", PLACE]);
            std::fs::remove_file(home.path(".ssh/known_hosts.old")).expect("made by -H");
        }
        // The salts differ, and so each is told by its key.
        let hidden = ours.read(PLACE);
        assert!(!hidden.contains("example"), "{hidden}");
        theirs.write(PLACE, hidden.as_bytes());

        let found = ours.object(&["known-hosts", "find", host]);
        assert_eq!(
            (&found["hashed"], &found["hosts"]),
            (&true.into(), &serde_json::json!([]))
        );
        ours.run(&["known-hosts", "remove", host]).expect_status(0);
        theirs.tool("ssh-keygen", &["-R", host, "-f", PLACE]);
        assert_eq!(ours.read(PLACE), theirs.read(PLACE));
        assert_eq!(
            ours.read(".ssh/known_hosts.old"),
            theirs.read(".ssh/known_hosts.old")
        );
        assert_eq!(ours.mode(PLACE), theirs.mode(PLACE));
    }
}

#[test]
fn a_name_or_comment_from_the_file_steers_no_terminal() {
    let home = Home::new();
    home.write(
        "list",
        format!("a\u{1b}[2J,b\u{202e} {HOST} c\u{9b}31m\n").as_bytes(),
    );
    for words in [
        &["known-hosts", "list", "-f", "list"][..],
        &["known-hosts", "remove", "--line", "1", "-f", "list"],
    ] {
        let ran = home.run(words);
        ran.expect_status(0);
        assert!(!crate::support::steers(&ran.out), "{:?}", ran.out);
    }
}
