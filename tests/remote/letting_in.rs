//! Servers that let everybody in: what is said there of a key, which proves nothing by coming in.

use crate::everybody::Everybody;
use crate::person::Person;

const WAYS: [&str; 2] = ["unasked", "unsigned"];

#[test]
fn a_key_does_not_work_where_everybody_is_let_in() {
    for way in WAYS {
        let server = Everybody::start(way);
        let person = Person::with_known_hosts(&server.known());
        let ran = person.run(&["install", &server.address(), "-k", "new", "-i", "old"]);
        ran.expect_status(0);
        assert!(ran.out.contains("Added to ~/.ssh/authorized_keys"), "{}", ran.out);
        assert!(!ran.out.contains("Works"), "{way}: {}", ran.out);
        assert!(!ran.out.contains("From now on you log in"), "{way}: {}", ran.out);
        assert!(ran.out.contains("Not proved: "), "{way}: {}", ran.out);
        assert_eq!(
            ran.err.matches("lets everybody in").count(),
            1,
            "{way}: {}",
            ran.err
        );
        assert_eq!(server.list(), person.line("new"));

        let ran = person.run(&["install", &server.address(), "-k", "new", "-i", "old", "--json"]);
        let object = ran.done();
        assert_eq!(object["proved"], serde_json::Value::Null, "{object}");
        assert_eq!(object["accepted"], serde_json::Value::Null, "{object}");
        assert_eq!(object["warnings"][0]["code"], "lets-everybody-in", "{object}");
    }
}

#[test]
fn a_key_that_was_taken_off_is_not_gone_where_everybody_is_let_in() {
    for way in WAYS {
        let server = Everybody::start(way);
        let person = Person::with_known_hosts(&server.known());
        let address = server.address();
        person
            .run(&["install", &address, "-k", "new", "-i", "old"])
            .expect_status(0);
        let words = ["remove", &address, "-k", "new", "-i", "old", "--yes", "--json"];
        let said = person.run(&words).expect_error(4, "lets-everybody-in");
        assert!(said.contains("is not in ~/.ssh/authorized_keys"), "{said}");
        assert_eq!(server.list(), "");
    }
}

#[test]
fn that_everybody_is_let_in_is_said_where_a_list_is_shown() {
    for way in WAYS {
        let server = Everybody::start(way);
        let person = Person::with_known_hosts(&server.known());
        let ran = person.run(&["remove", &server.address(), "--list", "-i", "old"]);
        ran.expect_status(0);
        assert!(ran.err.contains("lets everybody in"), "{way}: {}", ran.err);
        assert!(!ran.out.contains("in use now"), "{way}: {}", ran.out);
    }
}
