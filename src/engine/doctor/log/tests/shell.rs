//! What ssh itself prints. The lines are built from the format strings of OpenSSH 7.x to 10.x.

use super::*;

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn each_fault_of_the_client_has_its_name() {
    let sign = |reason: &str| {
        accepted(&format!(
            "sign_and_send_pubkey: signing failed for ED25519 \"/home/jo/.ssh/id_ed25519\" from agent: {reason}\n"
        ))
    };
    let load = |reason: &str| {
        [
            BEGINNING,
            "debug1: Next authentication method: publickey\n",
            &format!("Load key \"/k\": {reason}\n"),
            DENIED,
        ]
        .concat()
    };
    let mut wrong = Vec::new();
    for (log, expected) in [
        (load("invalid format"), "key-file-format certain"),
        (load("error in libcrypto"), "key-file-format certain"),
        (load("key encrypted using unsupported cipher"), "key-file-format certain"),
        (load("bad permissions"), "key-file-permissions certain"),
        (load("Permission denied"), "key-file-permissions certain"),
        (load("No such file or directory"), "key-file-missing certain"),
        (load("incorrect passphrase supplied to decrypt private key"), "key-file-passphrase certain"),
        (load("Invalid key length"), "rsa-too-short certain"),
        (load("unknown or unsupported key type"), "key-type-client certain"),
        (load("x").replace("/k\"", "/k.pub\""), "key-file-public certain"),
        (sign("agent refused operation"), "agent-refused certain"),
        (sign("communication with agent failed"), "agent-cannot certain"),
        (sign("device not found"), "security-key-missing certain"),
        (
            accepted("sign_and_send_pubkey: signing failed for ED25519-SK \"/home/jo/.ssh/id_ed25519_sk\": invalid format\n"),
            "security-key-missing likely",
        ),
        (
            accepted("Enter PIN for ED25519-SK key /home/jo/.ssh/id_ed25519_sk: \nsign_and_send_pubkey: signing failed for ED25519-SK \"/home/jo/.ssh/id_ed25519_sk\": incorrect passphrase supplied to decrypt private key\n"),
            "security-key-pin certain",
        ),
        (accepted("identity_sign: private key /k contents do not match public\n"), "public-half-mismatch certain"),
        (accepted("debug1: Authentications that can continue: publickey\n"), "signature-refused likely"),
        (accepted("debug1: read_passphrase: can't open /dev/tty: No such device or address\n"), "key-file-passphrase likely"),
        (
            [BEGINNING, WILL, OFFER, "Received disconnect from 192.0.2.7 port 22:2: Too many authentication failures\nDisconnected from 192.0.2.7 port 22\n"].concat(),
            "too-many-keys likely",
        ),
        (
            [BEGINNING, WILL, OFFER, NO_MORE, OFFER, NO_MORE, "Received disconnect from 192.0.2.7 port 22:2: Too many authentication failures\n"].concat(),
            "too-many-keys certain",
        ),
        (
            [BEGINNING, "debug1: get_agent_identities: agent returned 3 keys\ndebug1: Will attempt key: /k  explicit\ndebug1: Next authentication method: publickey\ndebug1: Trying private key: /k\n", DENIED].concat(),
            "identities-only likely",
        ),
        (
            [BEGINNING, "debug1: get_agent_identities: ssh_fetch_identitylist: agent contains no identities\ndebug1: Next authentication method: publickey\n", DENIED].concat(),
            "agent-empty likely",
        ),
        (
            [BEGINNING, "debug1: get_agent_identities: ssh_get_authentication_socket: Connection refused\ndebug1: Next authentication method: publickey\n", DENIED].concat(),
            "agent-missing likely",
        ),
        ([BEGINNING, "debug1: Next authentication method: publickey\ndebug1: Trying private key: /home/jo/.ssh/id_rsa\n", DENIED].concat(), "no-key-offered certain"),
        ([BEGINNING, "debug1: Authentications that can continue: password\ndebug1: Next authentication method: password\n"].concat(), "keys-disabled likely"),
        (
            [BEGINNING, WILL, OFFER, ACCEPTS, "Authenticated using \"publickey\" with partial success.\ndebug1: Authentications that can continue: password\n"].concat(),
            "more-wanted certain",
        ),
        (
            [BEGINNING, "debug1: Skipping ssh-dss key /k - corresponding algorithm not in PubkeyAcceptedAlgorithms\ndebug1: Next authentication method: publickey\n", DENIED].concat(),
            "key-type-client certain",
        ),
        (
            [BEGINNING, "debug1: Skipping ssh-dss key /k - corresponding algo not in PubkeyAcceptedKeyTypes\n", DENIED].concat(),
            "key-type-client certain",
        ),
        (
            [BEGINNING, "debug1: Skipping ssh-rsa key /k - corresponding algorithm not supported by server\n", DENIED].concat(),
            "key-type-server likely",
        ),
        ([BEGINNING, WILL, "debug1: send_pubkey_test: no mutual signature algorithm\n", DENIED].concat(), "rsa-sha1 certain"),
        (
            refused().replace("web.example.org", "github.com"),
            "wrong-user likely",
        ),
        (
            [BEGINNING, WILL, OFFER, ACCEPTS, IN, "Please login as the user \"ubuntu\" rather than the user \"root\".\n"].concat(),
            "works certain",
        ),
        ("/home/jo/.ssh/config: line 4: Bad configuration option: usekeychain\n/home/jo/.ssh/config: terminating, 1 bad configuration options\n".to_owned(), "config-error certain"),
        ("/home/jo/.ssh/config line 3: invalid quotes\n".to_owned(), "config-error certain"),
        ("/home/jo/.ssh/config line 3: keyword identityfile empty argument\n".to_owned(), "config-error certain"),
        ("/home/jo/.ssh/config line 7: Invalid ProxyJump \"a b\"\n".to_owned(), "config-error certain"),
        ("jumphost loop via gate\n".to_owned(), "config-error certain"),
        ("ssh: Could not resolve host \"web\"\n".to_owned(), "name-unknown certain"),
        ("Bad owner or permissions on /home/jo/.ssh/config\n".to_owned(), "config-permissions certain"),
        ("Could not open a connection to your authentication agent.\nssh-add\n".to_owned(), "agent-missing certain"),
        ("Could not add identity \"/home/jo/.ssh/id_ed25519\": agent refused operation\n".to_owned(), "agent-cannot certain"),
        ("Certificate /home/jo/.ssh/id_ed25519-cert.pub has already expired; ignored.\n".to_owned(), "certificate-expired certain"),
        ("debug1: ignoring certificate /k-cert.pub: not a user certificate\n".to_owned(), "certificate-kind certain"),
        ("debug1: key /k-cert.pub type ED25519 is not a certificate\n".to_owned(), "certificate-kind certain"),
        ("debug1: sign_and_send_pubkey: no separate private key for certificate \"/k-cert.pub\"\n".to_owned(), "certificate-mismatch certain"),
        ("debug1: pubkey_prepare: ignoring authenticator-hosted key /k as no SecurityKeyProvider has been specified\n".to_owned(), "security-key-provider certain"),
        ("ssh: Could not resolve hostname web.exmaple.org: Name or service not known\n".to_owned(), "name-unknown certain"),
        ("ssh: connect to host web.example.org port 22: Network is unreachable\n".to_owned(), "network-unreachable certain"),
        ("ssh: connect to host web.example.org port 22: Connection refused\r\n".to_owned(), "connection-refused certain"),
        ("ssh: connect to host web.example.org port 22: Connection timed out\r\n".to_owned(), "timed-out certain"),
        ("Connection timed out during banner exchange\nConnection to 192.0.2.7 port 22 timed out\n".to_owned(), "timed-out certain"),
        ("kex_exchange_identification: Connection closed by remote host\nConnection closed by 192.0.2.7 port 22\n".to_owned(), "connection-closed certain"),
        ("kex_exchange_identification: banner line contains invalid characters\nbanner exchange: Connection to 192.0.2.7 port 80: invalid format\n".to_owned(), "not-ssh certain"),
        ("debug1: kex_exchange_identification: banner line 0: Not allowed at this time\nkex_exchange_identification: Connection closed by remote host\n".to_owned(), "turned-away certain"),
        ("Unable to negotiate with 192.0.2.7 port 22: no matching host key type found. Their offer: ssh-rsa\n".to_owned(), "no-common-algorithm certain"),
        ("No ED25519 host key is known for web.example.org and you have requested strict checking.\nHost key verification failed.\n".to_owned(), "host-key-unknown certain"),
        ("Host key verification failed.\nfatal: Could not read from remote repository.\n".to_owned(), "host-key-unknown likely"),
        ("@       WARNING: REVOKED HOST KEY DETECTED!               @\nHost key verification failed.\n".to_owned(), "host-key-revoked certain"),
        ([&works(), "Could not chdir to home directory /home/jo: No such file or directory\n"].concat(), "home-missing certain"),
        ([&works(), "This account is currently not available.\n"].concat(), "account-shell certain"),
        ([&works(), "WARNING: Your password has expired.\nPassword change required but no TTY available.\n"].concat(), "password-expired certain"),
        (works().replace("options: agent", "options: command agent"), "forced-command certain"),
        (refused(), "key-not-authorized certain"),
        ("Hi jo! You've successfully authenticated, but GitHub does not provide shell access.\n".to_owned(), "works certain"),
        ("GitLab: You are not allowed to push code to this project.\nfatal: Could not read from remote repository.\n".to_owned(), "wrong-user likely"),
        ("ERROR: The key you are authenticating with has been marked as read only.\n".to_owned(), "wrong-user likely"),
        ("ERROR: Repository not found.\nfatal: Could not read from remote repository.\n".to_owned(), "wrong-user possible"),
        ("remote: Public key authentication failed.\nfatal: Could not read from remote repository.\n".to_owned(), "key-not-authorized likely"),
        ("[09:14:04.100] > jo@web: Permission denied (publickey).\n[09:14:04.503] Resolver error: Error: Permission denied (publickey).\n".to_owned(), "unknown possible"),
        ("jo@web: Permission denied (password,keyboard-interactive).\n".to_owned(), "keys-disabled likely"),
        ("unable to start ssh-agent service, error :1058\n".to_owned(), "agent-missing certain"),
        ("ERROR: Permission to a/b.git denied to jo.\nfatal: Could not read from remote repository.\n".to_owned(), "wrong-user likely"),
    ] {
        let found = causes_of(log.as_bytes());
        if found.first().map(String::as_str) != Some(expected) {
            wrong.push(format!("{expected}, not {found:?}:\n{log}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
