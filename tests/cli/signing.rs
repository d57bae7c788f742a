//! Signatures of files: ours judged by ssh-keygen, and ssh-keygen's by us.

use std::fs;

use crate::ssh_agent::SshAgent;
use crate::support::Home;

const KEYS: [(&str, &[&str]); 5] = [
    ("ed25519", &["-t", "ed25519"]),
    ("rsa", &["-t", "rsa", "-b", "2048"]),
    ("p256", &["-t", "ecdsa", "-b", "256"]),
    ("p384", &["-t", "ecdsa", "-b", "384"]),
    ("p521", &["-t", "ecdsa", "-b", "521"]),
];

/// A home with a key of each type, made by ssh-keygen, a list that lets them sign, and a file.
fn home() -> Home {
    let home = Home::new();
    let mut list = String::from("# who\n\nnobody@example.org what is this\n");
    for (name, words) in KEYS {
        home.tool(
            "ssh-keygen",
            &[&["-q", "-N", "", "-C", name, "-f", name], words].concat(),
        );
        let line = home.read(&format!("{name}.pub"));
        list.extend([name, "@example.org ", &line]);
    }
    home.write("list", list.as_bytes());
    home.write("message", b"What is signed.\n");
    home
}

fn theirs(home: &Home, words: &[&str], input: &str) -> bool {
    let input = fs::File::open(home.path(input)).expect("it is there");
    let ended = home.other("ssh-keygen").args(words).stdin(input).output();
    ended.expect("ssh-keygen, of openssh-client").status.success()
}

#[test]
fn what_we_sign_counts_for_ssh_keygen_and_the_other_way_round() {
    let home = home();
    for (name, _) in KEYS {
        let signer = format!("{name}@example.org");
        for (namespace, hash) in [
            ("file", "sha512"),
            ("git", "sha256"),
            ("mine@example.org", "sha512"),
        ] {
            let words = [
                "sign", "message", "-k", name, "-n", namespace, "--hash", hash, "--force",
            ];
            let told = home.text(&words);
            assert_eq!(told, "Signed message: message.sig\n");
            let words = [
                "-Y",
                "verify",
                "-f",
                "list",
                "-I",
                &signer,
                "-n",
                namespace,
                "-s",
                "message.sig",
            ];
            assert!(theirs(&home, &words, "message"), "{name} {namespace} {hash}");
            let words = [
                "-Y",
                "verify",
                "-f",
                "list",
                "-I",
                &signer,
                "-n",
                "other",
                "-s",
                "message.sig",
            ];
            assert!(!theirs(&home, &words, "message"), "{name}: for another purpose");

            fs::remove_file(home.path("message.sig")).expect("it is there");
            let option = format!("-Ohashalg={hash}");
            home.tool(
                "ssh-keygen",
                &[
                    "-Y", "sign", "-q", "-f", name, "-n", namespace, &option, "message",
                ],
            );
            let words = [
                "verify", "message", "-f", "list", "-n", namespace, "--signer", &signer,
            ];
            let told = home.object(&words);
            assert_eq!(told["good"], true);
            assert_eq!(
                (&told["namespace"], &told["hash"]),
                (&namespace.into(), &hash.into())
            );
            assert_eq!(told["principals"], serde_json::json!([signer]));
            home.text(&["verify", "message", "-f", "list", "-n", namespace]);
            home.run(&["verify", "message", "-f", "list", "-n", "other", "--json"])
                .expect_error(1, "bad-signature");
        }
    }
}

#[test]
fn a_signature_counts_for_its_file_its_signer_and_its_time_alone() {
    let home = home();
    home.text(&["sign", "message", "-k", "ed25519"]);
    let verify = |list: &str| home.run(&["verify", "message", "-f", list, "--json"]);
    let key = home.read("ed25519.pub");
    for (line, code) in [
        ("me@example.org valid-before=\"20200101\" ", "signer-not-allowed"),
        ("me@example.org valid-after=\"20990101\" ", "signer-not-allowed"),
        ("me@example.org namespaces=\"git\" ", "signer-not-allowed"),
        ("me@example.org cert-authority ", "signer-unknown"),
        ("me@example.org nonsense ", "signer-unknown"),
    ] {
        home.write("other", format!("{line}{key}").as_bytes());
        verify("other").expect_error(1, code);
        let words = [
            "-Y",
            "verify",
            "-f",
            "other",
            "-I",
            "me@example.org",
            "-n",
            "file",
            "-s",
            "message.sig",
        ];
        assert!(!theirs(&home, &words, "message"), "{line}");
    }
    for line in [
        "me@example.org valid-after=\"20200101\",valid-before=\"20990101\" ",
        "\"*@example.org\" namespaces=\"f*,git\" ",
        "me@example.org valid-before=\"20200101\" ssh-ed25519 AAAA\nme@example.org ",
    ] {
        home.write("other", format!("{line}{key}").as_bytes());
        verify("other").expect_status(0);
        let words = [
            "-Y",
            "verify",
            "-f",
            "other",
            "-I",
            "me@example.org",
            "-n",
            "file",
            "-s",
            "message.sig",
        ];
        assert!(theirs(&home, &words, "message"), "{line}");
    }
    home.run(&[
        "verify",
        "message",
        "-f",
        "list",
        "--signer",
        "rsa@example.org",
        "--json",
    ])
    .expect_error(1, "signer-unknown");
    home.write(
        "other",
        home.read("rsa.pub")
            .replacen("ssh-rsa", "x@y ssh-rsa", 1)
            .as_bytes(),
    );
    verify("other").expect_error(1, "signer-unknown");
    home.write("message", b"What was signed.\n");
    let said = verify("list").expect_error(1, "bad-signature");
    assert!(said.contains("changed after it was signed"), "{said}");
}

#[test]
fn whose_key_it_is_and_whether_it_fits_can_be_asked_alone() {
    let home = home();
    home.text(&["sign", "message", "-k", "p256", "-o", "by"]);
    assert_eq!(
        home.text(&["verify", "--find-principals", "-s", "by", "-f", "list"]),
        "p256@example.org\n"
    );
    let told = home.text(&["verify", "message", "-s", "by", "--check-novalidate"]);
    assert!(told.contains("Whose key that is was not asked"), "{told}");
    // Nothing is called good where nobody was asked.
    home.run(&["verify", "message", "-s", "by"]).expect_status(2);
    home.run(&["verify", "message", "-s", "message", "-f", "list", "--json"])
        .expect_error(1, "not-a-signature");
    home.run(&["verify", "message", "-f", "list", "--json"])
        .expect_error(4, "io-not-found");
}

#[test]
fn a_certificate_signs_for_those_whom_its_authority_names() {
    let home = home();
    let sign_key = |names: &str, validity: &str| {
        home.tool(
            "ssh-keygen",
            &[
                "-q",
                "-s",
                "p384",
                "-I",
                "id",
                "-n",
                names,
                "-V",
                validity,
                "ed25519.pub",
            ],
        );
        if home.has("message.sig") {
            fs::remove_file(home.path("message.sig")).expect("it is ours");
        }
        home.tool(
            "ssh-keygen",
            &[
                "-Y",
                "sign",
                "-q",
                "-f",
                "ed25519-cert.pub",
                "-n",
                "file",
                "message",
            ],
        );
    };
    // ssh-keygen signs with the private half beside the certificate, as an agent would.
    let authority = home.read("p384.pub");
    home.write(
        "cas",
        format!("*@example.org cert-authority {authority}").as_bytes(),
    );
    sign_key("me@example.org,root", "-1h:+1h");
    let told = home.object(&["verify", "message", "-f", "cas"]);
    assert_eq!(told["principals"], serde_json::json!(["me@example.org"]));
    assert_eq!(told["certificate"], true);
    home.run(&[
        "verify",
        "message",
        "-f",
        "cas",
        "--signer",
        "you@example.org",
        "--json",
    ])
    .expect_error(1, "signer-not-allowed");
    home.run(&["verify", "message", "-f", "list", "--json"])
        .expect_error(1, "signer-unknown");
    sign_key("me@example.org", "-2h:-1h");
    let said = home
        .run(&["verify", "message", "-f", "cas", "--json"])
        .expect_error(1, "signer-not-allowed");
    assert!(said.contains("expired"), "{said}");
}

#[test]
fn a_key_in_an_agent_signs_where_its_public_half_is_named() {
    let home = home();
    home.run(&["sign", "message", "-k", "rsa.pub", "--json"])
        .expect_error(4, "not-in-list");
    let agent = SshAgent::at(home.path("agent"));
    let socket = agent.socket().to_str().expect("text").to_owned();
    for (name, _) in KEYS {
        home.text(&["agent", "add", name, "--agent", &socket]);
        let key = format!("{name}.pub");
        home.text(&["sign", "message", "-k", &key, "--agent", &socket, "--force"]);
        home.text(&[
            "verify",
            "message",
            "-f",
            "list",
            "--signer",
            &format!("{name}@example.org"),
        ]);
    }
}

#[test]
fn signing_takes_the_place_of_no_key_and_of_nothing_unasked() {
    let home = home();
    home.text(&["sign", "message", "-k", "ed25519"]);
    home.run(&["sign", "message", "-k", "ed25519", "--json"])
        .expect_error(4, "exists");
    home.run(&[
        "sign", "message", "-k", "ed25519", "-o", "rsa", "--force", "--json",
    ])
    .expect_error(4, "exists");
    home.tool("ssh-keygen", &["-y", "-f", "rsa"]);
    home.run(&["sign", "message", "list", "-k", "ed25519", "-o", "one"])
        .expect_status(2);
    assert!(!home.has("one"));
}

#[test]
fn standard_input_is_signed_to_standard_output_and_checked_from_there() {
    let home = home();
    home.write("pass", b"secret\n");
    home.text(&["passwd", "ed25519", "--new-passphrase-file", "pass"]);
    let message = || fs::File::open(home.path("message")).expect("it is there");
    let mut sign = home.command();
    sign.args(["sign", "-k", "ed25519", "--passphrase-file", "pass"]);
    let signed = sign.stdin(message()).output().expect("it starts");
    assert!(signed.status.success());
    home.write("sig", &signed.stdout);
    let mut verify = home.command();
    verify.args(["verify", "-s", "sig", "-f", "list"]);
    assert!(
        verify
            .stdin(message())
            .output()
            .expect("it starts")
            .status
            .success()
    );
    home.run(&["sign", "message", "-k", "ed25519", "--json"])
        .expect_error(3, "needs-passphrase");
}
