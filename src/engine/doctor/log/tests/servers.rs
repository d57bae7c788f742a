//! What sshd and dropbear write into their logs. The lines are built from the format strings of OpenSSH 7.x to 10.x, of
//! Linux-PAM and of dropbear.

use super::*;

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn each_reason_of_a_server_has_its_name() {
    for (line, expected) in [
        (
            "Authentication refused: bad ownership or modes for file /home/jo/.ssh/authorized_keys",
            "server-permissions",
        ),
        (
            "Authentication refused: bad ownership or modes for directory /home/jo",
            "server-permissions",
        ),
        (
            "Could not open user 'jo' authorized keys '/home/jo/.ssh/authorized_keys': Permission denied",
            "server-list-unreadable",
        ),
        (
            "Could not open authorized keys '/home/jo/.ssh/authorized_keys': Permission denied",
            "server-list-unreadable",
        ),
        (
            "User 'jo' authorized keys '/home/jo/.ssh/authorized_keys' is not a regular file",
            "server-list-unreadable",
        ),
        (
            "/home/jo/.ssh/authorized_keys:1: bad key options: unknown key option",
            "line-options",
        ),
        (
            "invalid key option string at /home/jo/.ssh/authorized_keys:1",
            "line-options",
        ),
        (
            "/home/jo/.ssh/authorized_keys:1: entry expired at 20200101",
            "line-expired",
        ),
        (
            "Authentication tried for jo with correct key but not from a permitted host (host=a, ip=192.0.2.1, required=10.0.0.0/8).",
            "line-from",
        ),
        (
            "Authentication key ED25519 SHA256:x revoked by file /etc/ssh/revoked",
            "key-revoked",
        ),
        (
            "Error checking authentication key ED25519 SHA256:x in revoked keys file /etc/ssh/revoked: No such file or directory",
            "key-revoked",
        ),
        (
            "userauth_pubkey: signature algorithm ssh-rsa not in PubkeyAcceptedAlgorithms [preauth]",
            "rsa-sha1",
        ),
        (
            "userauth_pubkey: key type ssh-rsa not in PubkeyAcceptedKeyTypes [preauth]",
            "rsa-sha1",
        ),
        (
            "userauth_pubkey: signature algorithm ssh-ed25519 not in PubkeyAcceptedAlgorithms [preauth]",
            "key-type-server",
        ),
        (
            "userauth_pubkey: unsupported public key algorithm: sk-x [preauth]",
            "key-type-server",
        ),
        ("refusing RSA key: Invalid key length [preauth]", "rsa-too-short"),
        ("Certificate invalid: expired", "certificate-expired"),
        (
            "Refusing certificate ID \"jo\" serial=0 signed by ED25519 CA SHA256:x: Certificate invalid: not yet valid",
            "certificate-not-yet-valid",
        ),
        (
            "Certificate invalid: name is not a listed principal",
            "certificate-principal",
        ),
        (
            "Refusing certificate ID \"jo\" serial=0 signed by ED25519 CA SHA256:x via /etc/ca: Certificate lacks principal list",
            "certificate-principal",
        ),
        (
            "debug2: user_cert_trusted_ca: CA ED25519 SHA256:x is not listed in /etc/ssh/ca",
            "certificate-authority",
        ),
        ("Certificate invalid: not a user certificate", "certificate-kind"),
        (
            "cert: Authentication tried for jo with valid certificate but not from a permitted source address (192.0.2.1).",
            "certificate-address",
        ),
        (
            "error: public key ED25519-SK SHA256:x signature for jo from 192.0.2.1 port 5 rejected: user presence (authenticator touch) requirement not met",
            "security-key-rules",
        ),
        ("Invalid user jo from 192.0.2.1 port 5", "account-unknown"),
        ("User jo not allowed because account is locked", "account-locked"),
        (
            "User jo not allowed because shell /bin/no does not exist",
            "account-shell",
        ),
        (
            "User jo from 192.0.2.1 not allowed because not listed in AllowUsers",
            "account-not-allowed",
        ),
        (
            "User jo from 192.0.2.1 not allowed because a group is listed in DenyGroups",
            "account-not-allowed",
        ),
        ("ROOT LOGIN REFUSED FROM 192.0.2.1 port 5", "root-refused"),
        (
            "pam_unix(sshd:account): account jo has expired (account expired)",
            "account-expired",
        ),
        (
            "pam_unix(sshd:account): expired password for user jo (root enforced)",
            "password-expired",
        ),
        (
            "maximum authentication attempts exceeded for jo from 192.0.2.1 port 5 ssh2 [preauth]",
            "too-many-keys",
        ),
        (
            "fatal: bad ownership or modes for chroot directory \"/srv/jo\"",
            "chroot-owner",
        ),
        (
            "drop connection #10 from [192.0.2.1]:5 on [192.0.2.2]:22 past MaxStartups",
            "turned-away",
        ),
        (
            "drop connection #0 from [192.0.2.1]:5 on [192.0.2.2]:22 penalty: failed authentication",
            "turned-away",
        ),
        (
            "Unable to negotiate with 192.0.2.1 port 5: no matching key exchange method found. Their offer: x [preauth]",
            "no-common-algorithm",
        ),
        (
            "authentication methods list \"publickey\" contains disabled method, skipping",
            "keys-disabled",
        ),
        (
            "Starting session: forced-command (key-option) 'date' on pts/0 for jo from 192.0.2.1 port 5 id 0",
            "unknown",
        ),
        (
            "Failed publickey for jo from 192.0.2.1 port 5 ssh2: ED25519 SHA256:x",
            "key-not-authorized",
        ),
    ] {
        let known = format!(
            "Nov 30 10:00:00 web sshd[99]: {line}\nNov 30 10:00:01 web sshd[99]: Connection closed by authenticating user jo 192.0.2.1 port 5 [preauth]\n"
        );
        let found = causes_of(known.as_bytes());
        assert!(
            found[0].starts_with(expected) || expected == "unknown",
            "{line}: {found:?}"
        );
        let journal = known.replace("sshd[", "sshd-session[");
        assert_eq!(causes_of(journal.as_bytes()), found, "{journal}");
    }
}

#[test]
fn dropbear_is_understood() {
    for (line, expected) in [
        (
            "/home/jo/.ssh must be owned by user or root, and not writable by group or others",
            "server-permissions certain",
        ),
        (
            "Bad public key options at /home/jo/.ssh/authorized_keys:1",
            "line-options certain",
        ),
        (
            "Pubkey auth bad signature for 'jo' with key x from 192.0.2.1:5",
            "signature-refused certain",
        ),
        (
            "Login attempt for nonexistent user from 192.0.2.1:5",
            "account-unknown certain",
        ),
        ("root login rejected", "root-refused certain"),
        ("User 'jo' has invalid shell, rejected", "account-shell certain"),
        (
            "Pubkey auth succeeded for 'jo' with ssh-ed25519 key SHA256:x from 192.0.2.1:5",
            "works certain",
        ),
    ] {
        check(
            &format!("[12] Nov 30 10:00:00 Child connection from 192.0.2.1:5\n[12] Nov 30 10:00:01 {line}\n"),
            expected,
        );
    }
}

#[test]
fn an_expired_account_is_not_called_locked() {
    check(
        "sshd[9]: Account jo has expired\nsshd[9]: User jo not allowed because account is locked\n",
        "account-expired certain",
    );
}

#[test]
fn a_visitor_who_leaves_is_not_taken_for_a_server_that_hangs_up() {
    check(
        "Connection from 192.0.2.1 port 5 on 192.0.2.2 port 22\n\
         Accepted publickey for jo from 192.0.2.1 port 5 ssh2: ED25519 SHA256:x\n\
         Connection closed by 192.0.2.1 port 5\n",
        "works certain",
    );
}

#[test]
fn processes_of_a_server_are_told_apart() {
    let log = "Nov 30 10:00:00 web sshd[1]: Connection from 192.0.2.1 port 5 on 192.0.2.2 port 22\n\
               Nov 30 10:00:00 web sshd[2]: Connection from 192.0.2.3 port 6 on 192.0.2.2 port 22\n\
               Nov 30 10:00:00 web sshd[2]: Accepted publickey for al from 192.0.2.3 port 6 ssh2: ED25519 SHA256:y\n\
               Nov 30 10:00:01 web sshd[1]: Authentication refused: bad ownership or modes for directory /home/jo\n\
               Nov 30 10:00:01 web sshd[1]: Failed publickey for jo from 192.0.2.1 port 5 ssh2: ED25519 SHA256:x\n";
    check(log, "server-permissions certain");
}

#[test]
fn what_a_server_tells_goes_before_what_its_client_can_only_say() {
    let log = [
        &refused(),
        "Nov 30 10:00:00 web sshd[1]: User jo not allowed because account is locked\n",
    ]
    .concat();
    check(&log, "account-locked certain");
    assert!(causes_of(log.as_bytes()).contains(&"key-not-authorized certain".to_owned()));
}
