//! Logs as they are printed, and as they come to us: through terminals, build servers, mails and chats.

mod disguise;
mod exact;
mod newer;
mod programs;
mod servers;
mod shell;

use super::*;

/// The causes of a log, with how sure they are.
fn causes_of(log: &[u8]) -> Vec<String> {
    let found = examine(log).expect("it can be read");
    let cause = |verdict: &Verdict| format!("{} {}", verdict.cause.code(), verdict.certainty.code());
    found.verdicts.iter().map(cause).collect()
}

/// Holds a log to its first cause.
#[track_caller]
fn check(log: &str, expected: &str) {
    let found = causes_of(log.as_bytes());
    assert_eq!(
        found.first().map(String::as_str),
        Some(expected),
        "{found:?}\n{log}"
    );
}

/// The beginning of what `ssh -v` prints, up to the keys.
const BEGINNING: &str = "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.19 27 Jan 2026
debug1: Reading configuration data /etc/ssh/ssh_config
debug1: Connecting to web.example.org [192.0.2.7] port 22.
debug1: Connection established.
debug1: identity file /home/jo/.ssh/id_ed25519 type 3
debug1: identity file /home/jo/.ssh/id_ed25519-cert type -1
debug1: Local version string SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10
debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1 Debian-2+deb12u10
debug1: Authenticating to web.example.org:22 as 'jo'
debug1: SSH2_MSG_KEXINIT sent
debug1: kex: algorithm: sntrup761x25519-sha512
debug1: Server host key: ssh-ed25519 SHA256:bDh4VSSRMpQ0p5ZXZ8GHMJlxLCCFVHS3PvDjr6FWpb0
debug1: Host 'web.example.org' is known and matches the ED25519 host key.
";
const WILL: &str = "debug1: Will attempt key: /home/jo/.ssh/id_ed25519 ED25519 SHA256:fH9tV7uC2BSk0ocnYqs4FRaQcjseBMA5qEAXGvV2NLA explicit
debug1: Authentications that can continue: publickey
debug1: Next authentication method: publickey
";
const OFFER: &str = "debug1: Offering public key: /home/jo/.ssh/id_ed25519 ED25519 SHA256:fH9tV7uC2BSk0ocnYqs4FRaQcjseBMA5qEAXGvV2NLA explicit
";
const ACCEPTS: &str = "debug1: Server accepts key: /home/jo/.ssh/id_ed25519 ED25519 SHA256:fH9tV7uC2BSk0ocnYqs4FRaQcjseBMA5qEAXGvV2NLA explicit
";
const NO_MORE: &str = "debug1: Authentications that can continue: publickey
";
const DENIED: &str = "debug1: No more authentication methods to try.
jo@web.example.org: Permission denied (publickey).
";
const IN: &str = "Authenticated to web.example.org ([192.0.2.7]:22) using \"publickey\".
debug1: channel 0: new session [client-session] (inactive timeout: 0)
debug1: Entering interactive session.
debug1: Remote: /home/jo/.ssh/authorized_keys:1: key options: agent-forwarding port-forwarding pty user-rc x11-forwarding
";

fn refused() -> String {
    [BEGINNING, WILL, OFFER, NO_MORE, DENIED].concat()
}

fn accepted(then: &str) -> String {
    [BEGINNING, WILL, OFFER, ACCEPTS, then, DENIED].concat()
}

fn works() -> String {
    [BEGINNING, WILL, OFFER, ACCEPTS, IN, "debug1: Exit status 0\n"].concat()
}

#[test]
fn the_evidence_is_the_lines_that_say_so() {
    let found = examine(refused().as_bytes()).expect("it can be read");
    let lines: Vec<&str> = found.verdicts[0]
        .evidence
        .iter()
        .map(|evidence| evidence.text.as_str())
        .collect();
    assert!(lines[0].contains("Offering public key"), "{lines:?}");
    assert!(
        lines[1].contains("Authentications that can continue"),
        "{lines:?}"
    );
    assert!(
        found.verdicts[0].message.contains("web.example.org"),
        "{}",
        found.verdicts[0].message
    );
}

#[test]
fn of_several_attempts_at_one_server_the_last_one_counts() {
    check(&[refused(), works()].concat(), "works certain");
    check(&[works(), refused()].concat(), "key-not-authorized certain");
}

#[test]
fn of_attempts_at_two_servers_the_one_that_failed_is_told() {
    let other = works()
        .replace("web.example.org", "git.example.net")
        .replace("192.0.2.7", "192.0.2.8");
    check(&[refused(), other].concat(), "key-not-authorized certain");
}

#[test]
fn two_faults_at_once_are_both_told_the_one_that_hits_first_on_top() {
    let log = [
        BEGINNING,
        "debug1: Will attempt key: /home/jo/.ssh/deploy  explicit\n",
        "debug1: Authentications that can continue: publickey\n",
        "debug1: Next authentication method: publickey\n",
        "debug1: Trying private key: /home/jo/.ssh/deploy\n",
        "Load key \"/home/jo/.ssh/deploy\": error in libcrypto\n",
        OFFER,
        NO_MORE,
        DENIED,
    ]
    .concat();
    let found = causes_of(log.as_bytes());
    assert_eq!(found, ["key-file-format certain", "key-not-authorized certain"]);
}

#[test]
fn a_log_that_is_too_short_to_tell_says_so() {
    for log in [
        BEGINNING,
        "jo@web.example.org: Permission denied (publickey).\n",
        "git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.\n",
        "debug1: Reading configuration data /home/jo/.ssh/config\n",
        "rsync error: unexplained error (code 255) at io.c(228); ssh: see above\n",
        "Nov 30 10:00:00 web sshd[99]: Server listening on 0.0.0.0 port 22.\n",
    ] {
        check(log, "unknown possible");
    }
    let found = examine(BEGINNING.as_bytes()).expect("it can be read");
    assert_eq!(
        found.verdicts[0].message,
        "This log ends before ssh tried a key; run it with -v."
    );
}

#[test]
fn what_is_about_other_things_is_called_that() {
    for log in [
        "npm ERR! code ECONNREFUSED\nnpm ERR! connect ECONNREFUSED 127.0.0.1:4873\n",
        "bash: /root/x: Permission denied\nmake: *** [all] Error 126\n",
        "curl: (7) Failed to connect to localhost port 80: Connection refused\n",
        "Traceback (most recent call last):\nFileNotFoundError: [Errno 2] No such file or directory: 'x'\n",
        "remote: Support for password authentication was removed on August 13, 2021.\nfatal: Authentication failed for 'https://github.com/a/b.git/'\n",
        "Access granted to report 7\nWrong passphrase for the archive\nHost does not exist\n",
        "The quick brown fox jumps over the lazy dog.\n",
    ] {
        check(log, "not-about-keys likely");
    }
}

#[test]
fn a_healthy_login_works() {
    check(&works(), "works certain");
    check(
        &[
            BEGINNING,
            WILL,
            "debug1: get_agent_identities: ssh_get_authentication_socket: No such file or directory\n",
            OFFER,
            NO_MORE,
            OFFER,
            ACCEPTS,
            IN,
        ]
        .concat(),
        "works certain",
    );
    check(
        "Warning: Identity file /home/jo/.ssh/old not accessible: No such file or directory.\n\
         Hi jo! You've successfully authenticated, but GitHub does not provide shell access. (git@github.com)\n",
        "works certain",
    );
    check(
        "Nov 30 10:00:00 web sshd[99]: Accepted publickey for jo from 192.0.2.1 port 5555 ssh2: ED25519 SHA256:x\n",
        "works certain",
    );
}

#[test]
fn no_bytes_make_it_panic_or_print_what_steers_a_terminal() {
    let mut state = 7_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 16
    };
    let pieces: Vec<String> = [refused(), accepted("Load key \"\u{1b}[2J\u{202e}x\": bad\n")]
        .concat()
        .lines()
        .map(str::to_owned)
        .collect();
    for _ in 0..300 {
        let mut log: Vec<u8> = Vec::new();
        for _ in 0..20 {
            let line = pieces[next() as usize % pieces.len()].as_bytes();
            let end = next() as usize % (line.len() + 1);
            log.extend(&line[..end]);
            log.extend([next().to_le_bytes()[0], b"\n\r\x1b[*\\"[next() as usize % 6]]);
        }
        for verdict in examine(log.as_slice()).expect("it can be read").verdicts {
            let mut texts = verdict.evidence.iter().map(|evidence| evidence.text.as_str());
            let steers = |text: &str| text.chars().any(crate::key::comment::is_forbidden);
            assert!(!steers(&verdict.message) && !texts.any(steers), "{verdict:?}");
        }
    }
}

#[test]
fn a_line_of_many_megabytes_is_looked_through_in_little_memory_and_time() {
    let started = std::time::Instant::now();
    let noise = std::io::Read::take(std::io::repeat(b'x'), 20 << 20);
    let found = examine(std::io::BufReader::with_capacity(1 << 16, noise)).expect("it can be read");
    assert_eq!(found.verdicts[0].cause, Cause::NotAboutKeys);
    assert!(started.elapsed().as_secs() < 20);
}
