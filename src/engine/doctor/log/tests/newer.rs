//! What OpenSSH 9.8 to 10.6 print otherwise than those before, and what had no name before: built from the format strings of
//! openssh-portable (sshd.c, sshd-session.c, srclimit.c, auth2-pubkey.c, auth2-pubkeyfile.c, auth-options.c, session.c, misc.c,
//! readconf.c, sshconnect.c, sshconnect2.c, packet.c) and of Linux-PAM's modules.

use super::*;

/// As the programs of newer servers write it, each by its own name.
fn logged(line: &str) -> [String; 3] {
    ["sshd[812]", "sshd-session[812]", "sshd-auth[812]"]
        .map(|program| format!("Dec  1 11:50:04 web {program}: {line}\n"))
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn each_new_sentence_of_a_server_has_its_name() {
    for (line, expected) in [
        (
            "drop connection #0 from [192.0.2.7]:50912 on [192.0.2.1]:22 penalty: failed authentication",
            "turned-away certain",
        ),
        (
            "drop connection #0 from [2001:db8::7]:50912 on [2001:db8::1]:22 penalty: attempted authentication by invalid user",
            "turned-away certain",
        ),
        (
            "drop connection #12 from [192.0.2.7]:50912 on [192.0.2.1]:22 Maxstartups",
            "turned-away certain",
        ),
        (
            "drop connection #12 from [192.0.2.7]:50912 on [192.0.2.1]:22 past MaxStartups",
            "turned-away certain",
        ),
        (
            "drop connection #1 from [192.0.2.7]:50912 on [192.0.2.1]:22 too many penalised addresses",
            "turned-away certain",
        ),
        (
            "srclimit_penalise: ipv4: activating ipv4 penalty of 15.000 seconds for penalty: failed authentication",
            "turned-away likely",
        ),
        (
            "PerSourcePenalties logging rate-limited: additional 14 connections dropped",
            "turned-away likely",
        ),
        (
            "User jo not allowed because /etc/nologin exists",
            "account-not-allowed certain",
        ),
        (
            "Could not open user 'jo' authorized keys '/home/jo/.ssh/authorized_keys': Required key not available",
            "server-list-unreadable certain",
        ),
        (
            "Could not open user 'jo' authorized keys '/net/jo/.ssh/authorized_keys': Stale file handle",
            "server-list-unreadable certain",
        ),
        (
            "Could not open user 'jo' authorized principals '/etc/ssh/principals/jo': Permission denied",
            "server-list-unreadable certain",
        ),
        (
            "error: Could not stat AuthorizedKeysCommand \"/opt/keys\": No such file or directory",
            "server-list-unreadable certain",
        ),
        (
            "error: AuthorizedKeysCommand /opt/keys jo exited on signal 11",
            "server-list-unreadable certain",
        ),
        (
            "error: Refusing certificate ID \"jo\" serial=7 signed by ED25519 CA SHA256:x: Certificate contains unsupported critical options",
            "certificate-kind certain",
        ),
        (
            "error: Refusing certificate ID \"jo\" serial=7 signed by RSA CA SHA256:x: Certificate signed with disallowed algorithm",
            "certificate-authority certain",
        ),
        (
            "Refused by certificate options at /home/jo/.ssh/authorized_keys:3",
            "certificate-address possible",
        ),
        (
            "error: No user for AuthorizedPrincipalsCommand specified, skipping",
            "certificate-principal likely",
        ),
        (
            "Disconnecting authenticating user jo 192.0.2.7 port 50912: no authentication methods enabled [preauth]",
            "keys-disabled certain",
        ),
        (
            "pam_access(sshd:account): access denied for user `jo' from `192.0.2.7'",
            "account-not-allowed certain",
        ),
        (
            "pam_sss(sshd:account): Access denied for user jo: 6 (Permission denied)",
            "account-not-allowed certain",
        ),
        (
            "pam_listfile(sshd:auth): Refused user jo for service sshd",
            "account-not-allowed certain",
        ),
        (
            "pam_succeed_if(sshd:auth): requirement \"user ingroup wheel\" not met by user \"jo\"",
            "account-not-allowed likely",
        ),
        (
            "pam_faillock(sshd:account): Consecutive login failures for user jo account temporarily locked",
            "account-locked likely",
        ),
        (
            "Session process 812 unpriv child crash for connection from 192.0.2.7 to 192.0.2.1",
            "connection-closed likely",
        ),
    ] {
        for log in logged(line) {
            check(&log, expected);
        }
    }
}

#[test]
fn each_new_sentence_of_a_client_has_its_name() {
    for (line, expected) in [
        (
            "Bad server host key: Invalid key length",
            "no-common-algorithm certain",
        ),
        (
            "Server host key ssh-rsa not in HostKeyAlgorithms",
            "no-common-algorithm certain",
        ),
        (
            "ED25519 host key for web.example.org was revoked and you have requested strict checking.",
            "host-key-revoked certain",
        ),
        (
            "ssh_dispatch_run_fatal: Connection to 192.0.2.7 port 22: message authentication code incorrect",
            "connection-closed certain",
        ),
        (
            "debug1: Reading configuration data /home/jo/.ssh/config\n/home/jo/.ssh/config line 7: Bad port '22x'.",
            "config-error likely",
        ),
        (
            "debug1: Reading configuration data /home/jo/.ssh/config\n/home/jo/.ssh/config line 7: invalid time value.",
            "config-error likely",
        ),
        (
            "Too many recursive configuration includes",
            "config-error certain",
        ),
        ("Missing Match criteria for host", "config-error certain"),
    ] {
        check(&format!("{line}\n"), expected);
    }
}

#[test]
fn what_is_no_fault_is_none() {
    let refused = "debug1: Offering public key: /home/jo/.ssh/id_ed25519 ED25519 SHA256:x
debug1: Authentications that can continue: publickey
jo@web.example.org: Permission denied (publickey).
";
    for harmless in [
        "** WARNING: connection is not using a post-quantum key exchange algorithm.\n",
        "debug1: get_agent_identities: ssh_agent_bind_hostkey: agent refused operation\n",
        "debug1: /etc/ssh/ssh_config line 19: Applying options for *\n",
        "/etc/ssh/ssh_config line 53: Unsupported option \"gssapiauthentication\"\n",
    ] {
        let found = causes_of(format!("{BEGINNING}{harmless}{refused}").as_bytes());
        assert_eq!(found[0], "key-not-authorized certain", "{harmless}: {found:?}");
    }
    // Who comes next is turned away for what this one did: that is not what this one was refused for.
    let failed = "Failed publickey for jo from 192.0.2.7 port 50912 ssh2: ED25519 SHA256:x";
    let penalty = "srclimit_penalise: ipv4: new 192.0.2.7/32 deferred penalty of 5.000 seconds for penalty: failed authentication";
    for log in logged(failed) {
        let log = format!("{log}Dec  1 11:50:05 web sshd[7]: {penalty}\n");
        check(&log, "key-not-authorized certain");
        check(&log.replace("deferred", "active"), "key-not-authorized certain");
        check(
            &log.replace("new 192.0.2.7/32 deferred", "activating ipv4"),
            "key-not-authorized certain",
        );
    }
    for log in logged("Timeout before authentication for connection from 192.0.2.7 to 192.0.2.1, pid = 812") {
        let found = causes_of(log.as_bytes());
        assert!(!found[0].ends_with("certain"), "{found:?}");
    }
    // Others have configurations as well.
    for log in [
        "app.conf line 7: invalid time value\n",
        "app.conf line 7: Bad port 'x'\n",
    ] {
        check(log, "not-about-keys likely");
    }
}
