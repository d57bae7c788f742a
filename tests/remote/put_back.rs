//! What was taken off a list is put back, some other day.

use crate::person::Person;
use crate::sshd::Sshd;

fn list(server: &Sshd) -> String {
    std::fs::read_to_string(server.authorized_keys()).expect("a list")
}

#[test]
fn what_was_taken_off_is_put_back_with_all_that_stood_in_its_lines() {
    for (lines, end) in [("", "\n"), ("ForceCommand internal-sftp\n", "\r\n")] {
        let server = Sshd::with(lines);
        let person = Person::knowing(&server);
        person.makes("third", "third");
        let odd = format!("no-pty,from=\"127.0.0.1\" {}", person.line("new").trim_end());
        let third = person.line("third");
        let before = format!(
            "{}{end}# mine{end}{odd}{end}{}{end}",
            person.line("old").trim_end(),
            third.trim_end()
        );
        server.authorize(&before);
        person
            .asks(&server, "remove", &["--line", "3", "--line", "4", "-i", "old"])
            .done();
        assert!(!list(&server).contains("no-pty"));

        let told = person.asks(&server, "remove", &["--undo", "-i", "old"]).done();
        assert_eq!(
            (&told["put_back"], &told["place"]),
            (&2.into(), &"~/.ssh/authorized_keys".into())
        );
        assert_eq!(list(&server), before);
        // One is tried with its file, and about the other one the server is asked.
        let of = |name: &str| {
            let print = person.run(&["fingerprint", name]).out;
            let keys = told["keys"].as_array().expect("keys");
            let is_it =
                |key: &&serde_json::Value| print.contains(key["fingerprint_sha256"].as_str().expect("text"));
            keys.iter().find(is_it).cloned().expect("it was tried")
        };
        for name in ["new", "third"] {
            let (proved, accepted) = (&of(name)["proved"], &of(name)["accepted"]);
            assert_eq!((proved.is_null(), accepted), (true, &true.into()), "{told}");
        }
        let known = person.home.get_text(".config/keywright/keys.toml");
        assert_eq!(
            known.matches(&format!("jo@127.0.0.1:{}", server.port())).count(),
            2,
            "{known}"
        );
        let said = person
            .asks(&server, "remove", &["--undo", "-i", "old"])
            .expect_error(2, "not-in-list");
        assert!(said.contains("nothing is known"), "{said}");

        if !lines.is_empty() {
            continue;
        }
        // What others have added since stays.
        person
            .asks(&server, "remove", &["--key", "third", "-i", "old"])
            .done();
        server.authorize(&format!("{}# since{end}", list(&server)));
        person.asks(&server, "remove", &["--undo", "-i", "old"]).done();
        let after = before.replace(&format!("{}{end}", third.trim_end()), "");
        assert_eq!(
            list(&server),
            format!("{after}# since{end}{}{end}", third.trim_end())
        );
    }
}

#[test]
fn one_of_several_lines_that_are_alike_is_put_back_to_its_place() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    let (old, new) = (person.line("old"), person.line("new"));
    // The first one counts, and what it allows.
    let before = format!("{old}{new}restrict {new}{new}");
    server.authorize(&before);
    person.asks(&server, "remove", &["--line", "2", "-i", "old"]);
    assert_eq!(list(&server), format!("{old}restrict {new}{new}"));
    let undo = ["--undo", "-i", "old"];
    assert_eq!(person.asks(&server, "remove", &undo).done()["put_back"], 1);
    assert_eq!(list(&server), before);

    // What was written down before nothing was done is no promise.
    let target = format!("jo@127.0.0.1:{}", server.port());
    person.asks(&server, "remove", &["--line", "4", "-i", "old"]);
    let noted = person.home.get_text(".config/keywright/taken-off.toml");
    assert!(noted.contains(&target), "{noted}");
    server.authorize(&before);
    let said = person.run(&["remove", &target, "--undo", "-i", "old"]);
    assert!(said.out.contains("nothing had to be put back"), "{}", said.out);
    assert_eq!(list(&server), before);
}

#[test]
fn a_key_is_listed_by_the_name_that_its_owner_gave_it() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    server.authorize(&format!("{}{}", person.line("old"), person.line("new")));
    person
        .run(&["keys", "name", "old", "Laptop, \u{202e}2026"])
        .expect_status(2);
    person
        .run(&["keys", "name", "old", "Laptop, 2026"])
        .expect_status(0);
    let told = person.asks(&server, "remove", &["--list", "-i", "old"]).done();
    let names = [&told["lines"][0]["name"], &told["lines"][1]["name"]];
    assert_eq!(names, [&"Laptop, 2026".into(), &serde_json::Value::Null]);
    let target = format!("jo@127.0.0.1:{}", server.port());
    let said = person.run(&["remove", &target, "--list", "-i", "old"]).out;
    assert!(said.contains("“Laptop, 2026” 256 SHA256:"), "{said}");
}
