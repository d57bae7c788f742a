//! Who said no, and in which words.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;

use crate::person::Person;
use crate::sshd::{PASSWORD, Sshd, USER};
use crate::terminal::Terminal;

const PASSWORDS: &str = "UsePAM no\nPasswordAuthentication yes\n";
const PAM: &str = "UsePAM yes\nPasswordAuthentication yes\n";
const BY_PASSWORD: [&str; 4] = ["-k", "new", "--password-file", "password"];

#[test]
fn a_password_that_has_expired_is_called_that_in_the_words_of_the_server() {
    // Without PAM sshd does not mind it where somebody comes with a key.
    for (lines, count) in [(PASSWORDS, 1), (PAM, 2)] {
        let server = Sshd::with(lines);
        server.set_ages("0:0:99999:7:::");
        let person = Person::knowing(&server);
        server.authorize(&person.line("old"));
        for words in [&BY_PASSWORD[..], &["-k", "new", "-i", "old"]].iter().take(count) {
            let ran = person.asks(&server, "install", words);
            let told = ran.expect_error(4, "password-expired");
            assert!(told.contains("(it said: “"), "{lines}: {told}");
            assert!(told.contains("Sign in once with “ssh”"), "{told}");
            assert!(!ran.err.contains("packet"), "{}", ran.err);
        }
    }
}

#[test]
fn an_account_that_has_expired_is_called_that_in_the_words_of_the_server() {
    let server = Sshd::with(PAM);
    server.set_ages("19000:0:99999:7::1:");
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    for words in [&BY_PASSWORD[..], &["-k", "new", "-i", "old"]] {
        let told = person
            .asks(&server, "install", words)
            .expect_error(4, "connection-closed");
        assert!(told.contains("Your account has expired"), "{told}");
        assert!(
            told.contains("Ask whoever runs the server to extend it"),
            "{told}"
        );
    }
}

#[test]
fn a_server_that_serves_as_many_as_it_can_is_not_called_something_else() {
    // The first caller says nothing, and fills it.
    let server = Sshd::with("PerSourceMaxStartups 1\n");
    let mut first = TcpStream::connect((Ipv4Addr::LOCALHOST, server.port())).expect("it listens");
    first.read_exact(&mut [0; 8]).expect("its version");
    let person = Person::knowing(&server);
    let told = person
        .asks(&server, "install", &["-k", "new", "-i", "old"])
        .expect_error(4, "turned-away");
    assert!(told.contains("(it said: “Exceeded MaxStartups”)"), "{told}");
}

/// Something that says these bytes to whoever calls, and hangs up.
fn says(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("it has an address").port();
    let spawned = thread::Builder::new().spawn(move || {
        for caller in listener.incoming() {
            let mut caller = caller.expect("a caller");
            // The caller may hang up on the way.
            drop(caller.write_all(bytes));
            drop(caller.read(&mut [0; 64]));
        }
    });
    spawned.expect("a thread");
    format!("{USER}@127.0.0.1:{port}")
}

#[test]
fn what_stands_in_place_of_a_version_is_shown_and_cannot_steer_the_terminal() {
    let person = Person::with_known_hosts("");
    for (bytes, code, words) in [
        (
            &b"Not allowed at this time\r\n"[..],
            "turned-away",
            "“Not allowed at this time”",
        ),
        (
            b"The system is going down.\r\n",
            "turned-away",
            "“The system is going down.”",
        ),
        (
            b"220 mail\x1b[2J ready\r\n",
            "not-ssh",
            "“220 mail\\u{1b}[2J ready”",
        ),
    ] {
        let address = says(bytes);
        let ran = person.run(&["install", &address, "--json", "-k", "new", "-i", "old"]);
        let told = ran.expect_error(4, code);
        assert!(told.contains(words), "{told}");
        assert!(!ran.err.contains('\x1b'), "{:?}", ran.err);
    }
}

#[test]
fn what_a_server_tells_everybody_is_passed_on_once_and_marked() {
    let server = Sshd::with(&format!("{PASSWORDS}Banner FOLDER/banner\n"));
    let banner = b"Members only\n\x1b[2JPassword of ~/.ssh/id_ed25519:\n";
    server.folder().put_with_mode("banner", banner, 0o644);
    let person = Person::knowing(&server);
    let mark = format!("({USER}@127.0.0.1:{}) ", server.port());
    let expected = format!("{mark}Members only\n{mark}\\u{{1b}}[2JPassword of ~/.ssh/id_ed25519:\n");
    let ran = person.asks(&server, "install", &BY_PASSWORD);
    ran.expect_status(0);
    assert_eq!(ran.err, expected);

    let mut terminal = Terminal::run(&person, &server, "install", &["-k", "old"]);
    let before = terminal.answer("Password of ", PASSWORD);
    assert!(before.contains("Members only"), "{before}");
    let after = terminal.end();
    assert!(after.contains("Works") && !after.contains("Members"), "{after}");

    // Where nothing lets in, it may say why.
    server.authorize("");
    person.home.put("password", b"wrong");
    let ran = person.asks(&server, "install", &BY_PASSWORD);
    let told = ran.expect_error(4, "auth-refused");
    assert!(
        told.contains("The server tells everybody: “Members only"),
        "{told}"
    );
}

#[test]
fn a_banner_without_an_end_fills_neither_screen_nor_memory() {
    let server = Sshd::with(&format!("{PASSWORDS}Banner FOLDER/banner\n"));
    let endless = "\x1b]0;x\x07 Works: the server lets this key in\n".repeat(2_000);
    server.folder().put_with_mode("banner", endless.as_bytes(), 0o644);
    let person = Person::knowing(&server);
    person.home.put("password", b"wrong");
    let ran = person.asks(&server, "install", &BY_PASSWORD);
    ran.expect_error(4, "auth-refused");
    assert!(
        !ran.err.contains('\x1b') && ran.err.len() < 8 << 10,
        "{}",
        ran.err
    );
    assert!(
        !ran.err.lines().any(|line| line.starts_with("Works")),
        "{}",
        ran.err
    );
}

#[test]
fn a_command_in_place_of_a_shell_that_never_ends_its_output_is_left() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    server.authorize(&format!("command=\"yes Works\" {}", person.line("old")));
    let ran = person.asks(&server, "install", &["-k", "new", "-i", "old"]);
    ran.expect_error(4, "too-large");
    assert!(ran.err.len() < 8 << 10, "{} bytes", ran.err.len());
}

#[test]
fn a_banner_in_an_old_encoding_is_called_that_and_another_way_is_named() {
    let server = Sshd::with("Banner FOLDER/banner\n");
    server.folder().put("banner", b"M\xfcnchen\n");
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    let told = person
        .asks(&server, "install", &["-k", "new", "-i", "old"])
        .expect_error(4, "protocol");
    assert!(
        told.contains("no UTF-8") && told.contains("ssh-copy-id"),
        "{told}"
    );
}

#[test]
fn a_server_that_lets_nobody_in_for_now_is_quoted() {
    let server = Sshd::with(PAM);
    let place = server.folder().path("nologin").display().to_string();
    let words = b"Maintenance until noon.\n";
    server.folder().put_with_mode("nologin", words, 0o644);
    let pam = server.folder().get_text("pam");
    let pam = format!("account required pam_nologin.so file={place}\n{pam}");
    // Written where it is: the server has another name for it.
    std::fs::write(server.folder().path("pam"), pam).expect("a file");
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    for words in [&BY_PASSWORD[..], &["-k", "new", "-i", "old"]] {
        let told = person
            .asks(&server, "install", words)
            .expect_error(4, "connection-closed");
        assert!(told.contains("(it said: “Maintenance until noon.”)"), "{told}");
    }
}

#[test]
fn a_way_that_this_program_does_not_go_is_called_by_its_name() {
    for (lines, name) in [
        (
            "HostbasedAuthentication yes\nAuthenticationMethods hostbased,publickey\n",
            "the key of the computer that one comes from (hostbased)",
        ),
        (
            "GSSAPIAuthentication yes\nAuthenticationMethods gssapi-with-mic\n",
            "a ticket of Kerberos (gssapi-with-mic)",
        ),
    ] {
        let server = Sshd::with(&format!("{PAM}{lines}"));
        let person = Person::knowing(&server);
        server.authorize(&person.line("old"));
        let words = [&BY_PASSWORD[..], &["-i", "old"]].concat();
        let told = person
            .asks(&server, "install", &words)
            .expect_error(4, "auth-refused");
        assert!(told.contains(name) && told.contains("ssh may"), "{told}");
    }
}
