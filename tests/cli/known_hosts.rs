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
fn forgetting_a_host_takes_its_line_and_no_other_byte() {
    let home = home();
    let before = home.read(PLACE);
    let ran = home.run(&["known-hosts", "remove", "Example.org"]);
    ran.expect_status(0);
    assert!(
        ran.out.contains("Removed line 2: example.org,192.0.2.7 "),
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
    let line = format!("example.org,192.0.2.7 {HOST} a note\n");
    assert_eq!(home.read(PLACE), before.replacen(&line, "", 1));
    assert_eq!(home.read(".ssh/known_hosts.old"), before);

    let refused = home.run(&["known-hosts", "remove", "example.org", "--json"]);
    refused.expect_error(1, "not-in-list");
    assert_eq!(home.read(".ssh/known_hosts.old"), before);
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
