//! What is said where a line says more than its cause alone.

use super::*;

/// The first verdict on a log.
#[track_caller]
fn first(log: &str) -> Verdict {
    let found = examine(log.as_bytes()).expect("it can be read");
    found.verdicts.into_iter().next().expect("there is always one")
}

fn advice(verdict: &Verdict) -> &str {
    verdict.fix.as_ref().map_or("", |fix| &fix.what)
}

fn command(verdict: &Verdict) -> Option<&str> {
    verdict.fix.as_ref()?.command.as_deref()
}

#[test]
fn a_connection_that_breaks_was_somebodys_who_was_in() {
    for line in [
        "client_loop: send disconnect: Broken pipe\n",
        "client_loop: send disconnect: Connection reset by peer\n",
        "Connection to web.example.org closed by remote host.\n",
    ] {
        let verdict = first(line);
        assert_eq!(verdict.cause, Cause::ConnectionClosed, "{line}");
        assert!(verdict.certainty < Certainty::Certain, "{line}");
        assert!(
            verdict.message.starts_with("Somebody was in") && !advice(&verdict).contains("fail2ban"),
            "{verdict:?}"
        );
    }
    let before = first("kex_exchange_identification: read: Connection reset by peer\n");
    assert!(
        before.message.contains("before anybody could sign in"),
        "{before:?}"
    );
}

#[test]
fn a_file_that_putty_could_not_open_is_not_called_damaged() {
    for line in [
        "Couldn't load private key (unable to open key file)",
        "Couldn't load private key from /home/jo/id.ppk (unable to open key file)",
        "Unable to load private key (unable to open key file)",
        "Unable to load private key file \"id.ppk\" (unable to open key file)",
        "Unable to use key file \"id.ppk\" (unable to open file)",
    ] {
        let verdict = first(line);
        assert_eq!(verdict.cause, Cause::KeyFileMissing, "{line}");
        assert!(
            verdict.message.contains("could not be opened") && verdict.message.contains("may not be read"),
            "{verdict:?}"
        );
        assert_eq!(command(&verdict), None, "{line}");
    }
    check("Couldn't load private key (MAC failed)", "ppk-damaged certain");
}

#[test]
fn a_host_is_named_without_its_port() {
    let verdict = first("Received disconnect from 10.0.0.4 port 22:2: Too many authentication failures\n");
    assert_eq!(verdict.cause, Cause::TooManyKeys);
    assert!(
        verdict.message.starts_with("10.0.0.4 ended the connection"),
        "{}",
        verdict.message
    );
    let command = command(&verdict).expect("there is one");
    assert!(command.ends_with("@10.0.0.4"), "{command}");
}

#[test]
fn the_command_about_a_changed_host_key_names_the_host() {
    let warning = "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
Offending ED25519 key in /home/jo/.ssh/known_hosts:3
";
    for (line, expected) in [
        (
            "Host key for web.example.org has changed and you have requested strict checking.",
            "keywright-cli known-hosts remove web.example.org",
        ),
        (
            "Host key for [web.example.org]:2222 has changed and you have requested strict checking.",
            "keywright-cli known-hosts remove web.example.org:2222",
        ),
        (
            "  remove with:\n  ssh-keygen -f \"/home/jo/.ssh/known_hosts\" -R \"[web.example.org]:2222\"",
            "keywright-cli known-hosts remove web.example.org:2222",
        ),
    ] {
        let verdict = first(&format!("{warning}{line}\nHost key verification failed.\n"));
        assert_eq!(verdict.cause, Cause::HostKeyChanged);
        assert_eq!(command(&verdict), Some(expected), "{line}");
        assert!(
            verdict.message.starts_with("web.example.org shows"),
            "{}",
            verdict.message
        );
    }
}

#[test]
fn a_port_behind_a_colon_is_the_mistake() {
    let verdict = first("ssh: Could not resolve hostname 127.0.0.1:2299: Name or service not known\n");
    assert_eq!(verdict.cause, Cause::NameUnknown);
    assert_eq!(command(&verdict), Some("ssh -p 2299 127.0.0.1"));
    assert!(
        advice(&verdict).contains("ssh://127.0.0.1:2299"),
        "{}",
        advice(&verdict)
    );
    let plain = first("ssh: Could not resolve hostname web: Name or service not known\n");
    assert_eq!(command(&plain), None);
}

#[test]
fn a_secret_of_a_build_is_to_be_stored_anew() {
    let given = first("Error loading key \"(stdin)\": error in libcrypto\n");
    assert_eq!(given.cause, Cause::KeyFileFormat);
    assert!(
        given.message.ends_with("as a private key: error in libcrypto."),
        "{}",
        given.message
    );
    assert!(
        advice(&given).contains("line breaks") && advice(&given).contains("gh secret set"),
        "{}",
        advice(&given)
    );
    assert_eq!((command(&given), &given.file), (None, &None));
    for log in [
        "Load key \"/home/runner/.ssh/id_rsa\": error in libcrypto\n",
        "##[group]Run git push\nLoad key \"/root/.ssh/id_rsa\": error in libcrypto\n",
        "::error::it failed\nLoad key \"/root/.ssh/id_rsa\": error in libcrypto\n",
    ] {
        let verdict = first(log);
        assert_eq!(command(&verdict), None, "{log}");
        assert!(advice(&verdict).contains("Store it anew"), "{}", advice(&verdict));
        assert!(
            verdict.message.ends_with(": error in libcrypto."),
            "{}",
            verdict.message
        );
    }
    let open = first("Permissions 0644 for '/home/runner/.ssh/id_rsa' are too open.\n");
    assert_eq!(command(&open), None);
    assert!(advice(&open).contains("Have the job"), "{}", advice(&open));
    let at_home = first("Load key \"/home/jo/.ssh/id_rsa\": error in libcrypto\n");
    assert_eq!(
        command(&at_home),
        Some("keywright-cli repair /home/jo/.ssh/id_rsa")
    );
}
