//! Dropbear, the SSH server of `OpenWrt` and of other small machines: another program than sshd, with a shell and without
//! file transfer.

use crate::person::Person;
use crate::sshd::Sshd;

#[test]
fn a_key_is_installed_on_dropbear_works_and_is_gone_again() {
    let server = Sshd::dropbear();
    let person = Person::knowing(&server);
    let told = person
        .asks(&server, "install", &["-k", "new", "--password-file", "password"])
        .done();
    assert_eq!(
        (&told["proved"], &told["already_there"]),
        (&true.into(), &false.into())
    );
    let list = || std::fs::read_to_string(server.authorized_keys()).expect("a list");
    assert_eq!(list(), person.line("new"));

    // A second one, by the first.
    let told = person
        .asks(&server, "install", &["-k", "old", "-i", "new"])
        .done();
    assert_eq!((&told["proved"], &told["line"]), (&true.into(), &2.into()));
    let told = person
        .asks(&server, "remove", &["--key", "new", "-i", "old"])
        .done();
    assert_eq!(told["keys"][0]["gone"], true, "{told}");
    assert_eq!(list(), person.line("old"));
    person
        .asks(&server, "remove", &["--key", "old", "-i", "old"])
        .expect_error(4, "server-last-way-in");
    assert_eq!(list(), person.line("old"));
}

#[test]
fn a_key_whose_private_half_is_elsewhere_is_asked_about_at_dropbear() {
    let server = Sshd::dropbear();
    let person = Person::knowing(&server);
    std::fs::remove_file(person.home.path("new")).expect("it goes elsewhere");
    let told = person
        .asks(
            &server,
            "install",
            &["-k", "new.pub", "--password-file", "password"],
        )
        .done();
    assert_eq!(
        (&told["proved"], &told["accepted"]),
        (&serde_json::Value::Null, &true.into())
    );
}
