//! One log, as ten ways of passing it on make it look.

use super::*;

/// The log behind each of the disguises, by the name of who puts it on.
fn disguises(log: &str) -> Vec<(&'static str, Vec<u8>)> {
    let each = |change: &dyn Fn(&str) -> String| -> Vec<u8> {
        let lines: Vec<String> = log.lines().map(change).collect();
        (lines.join("\n") + "\n").into_bytes()
    };
    let wide = |log: &str| -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(log.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    };
    let mail = |line: &str| {
        let mut lines = vec![String::from(">")];
        for word in line.split(' ') {
            if lines
                .last()
                .is_some_and(|last| last.len() + word.len() > 72 && last.len() > 1)
            {
                lines.push(String::from(">"));
            }
            if let Some(last) = lines.last_mut() {
                last.push(' ');
                last.push_str(word);
            }
        }
        lines.join("\n")
    };
    let folded = |line: &str| {
        let letters: Vec<char> = line.chars().collect();
        let parts: Vec<String> = letters.chunks(80).map(String::from_iter).collect();
        parts.join("\n")
    };
    let string = log.trim_end().replace('"', "\\\"").replace('\n', "\\r\\n");
    vec![
        ("nobody", log.as_bytes().to_vec()),
        ("a terminal", each(&|line| format!("\u{1b}[32m{line}\u{1b}[0m"))),
        ("Windows", log.replace('\n', "\r\n").into_bytes()),
        ("PowerShell", wide(log)),
        ("GitHub Actions", each(&|line| format!("2026-11-30T10:11:12.1234567Z {line}"))),
        ("GitLab", each(&|line| format!("00:12 O \u{1b}[0;m{line}\u{1b}[0;m"))),
        ("Jenkins", each(&|line| format!("[2026-11-30T10:11:12.123Z] [ssh] {line}"))),
        ("docker", each(&|line| format!("deploy-1  | {line}"))),
        ("docker's file", each(&|line| format!("{{\"log\":\"{}\\n\",\"stream\":\"stderr\",\"time\":\"2026-11-30T10:11:12Z\"}}", line.replace('"', "\\\"")))),
        ("Ansible", format!("fatal: [web]: UNREACHABLE! => {{\"changed\": false, \"msg\": \"Failed to connect to the host via ssh: {string}\", \"unreachable\": true}}\n").into_bytes()),
        ("a mail", each(&mail)),
        ("a narrow terminal", each(&folded)),
        ("a web page", log.replace('"', "&quot;").replace('\'', "&#39;").into_bytes()),
        ("a chat", log.replace('"', "”").replace('\'', "’").into_bytes()),
        ("a time stamp", each(&|line| format!("Nov 30 10:11:12 runner ci[4711]: {line}"))),
    ]
}

#[track_caller]
fn check_disguised(log: &str, expected: &str) {
    for (name, disguised) in disguises(log) {
        let found = causes_of(&disguised);
        let text = String::from_utf8_lossy(&disguised);
        assert_eq!(
            found.first().map(String::as_str),
            Some(expected),
            "by {name}: {found:?}\n{text}"
        );
    }
}

#[test]
fn a_refused_key_is_known_in_every_disguise() {
    check_disguised(&refused(), "key-not-authorized certain");
}

#[test]
fn open_permissions_are_known_in_every_disguise() {
    let log = accepted(
        "@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @\n\
         Permissions 0644 for '/home/jo/.ssh/id_ed25519' are too open.\n\
         Load key \"/home/jo/.ssh/id_ed25519\": bad permissions\n",
    );
    check_disguised(&log, "key-file-permissions certain");
}

#[test]
fn an_agent_that_refuses_is_known_in_every_disguise() {
    let log = accepted(
        "sign_and_send_pubkey: signing failed for ED25519 \"/home/jo/.ssh/id_ed25519\" from agent: agent refused operation\n",
    );
    check_disguised(&log, "agent-refused certain");
}

#[test]
fn a_file_that_is_no_key_is_known_in_every_disguise() {
    let log = [
        BEGINNING,
        "debug1: Authentications that can continue: publickey,password\n",
        "debug1: Next authentication method: publickey\n",
        "debug1: Trying private key: /home/runner/work/_temp/deploy_key_with_a_long_name\n",
        "Load key \"/home/runner/work/_temp/deploy_key_with_a_long_name\": error in libcrypto: unsupported\n",
        DENIED,
    ]
    .concat();
    check_disguised(&log, "key-file-format certain");
}

#[test]
fn a_healthy_login_is_known_in_every_disguise() {
    check_disguised(&works(), "works certain");
}

#[test]
fn a_changed_host_key_is_known_in_every_disguise() {
    check_disguised(
        "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n\
         Offending ECDSA key in /home/jo/.ssh/known_hosts:3\n\
         Host key for web.example.org has changed and you have requested strict checking.\n\
         Host key verification failed.\n",
        "host-key-changed certain",
    );
}
