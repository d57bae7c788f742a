//! Certificates that we sign, as ssh-keygen reads them; that servers take them is shown in tests/remote.

use crate::support::Home;

fn home() -> Home {
    let home = Home::new();
    for (name, kind) in [
        ("ca", "ed25519"),
        ("rsa-ca", "rsa"),
        ("ec-ca", "ecdsa"),
        ("jo", "ed25519"),
        ("host", "ecdsa"),
    ] {
        home.tool(
            "ssh-keygen",
            &["-q", "-t", kind, "-N", "", "-C", name, "-f", name],
        );
    }
    home
}

fn shown(home: &Home, file: &str) -> String {
    let output = home
        .other("ssh-keygen")
        .env("TZ", "UTC")
        .args(["-L", "-f", file])
        .output();
    String::from_utf8(output.expect("ssh-keygen, of openssh-client").stdout).expect("text")
}

#[test]
fn a_certificate_says_what_was_wished_whoever_is_the_authority() {
    let home = home();
    for ca in ["ca", "rsa-ca", "ec-ca"] {
        let words = [
            "cert",
            "sign",
            "jo.pub",
            "--ca",
            ca,
            "--id",
            "jo@laptop",
            "-n",
            "jo,root",
            "--from",
            "2026-01-01",
            "--until",
            "209901021530Z",
            "--serial",
            "7",
            "--force-command",
            "/bin/echo hello",
            "--source-address",
            "10.0.0.0/8,::1",
            "--verify-required",
            "--forbid",
            "pty",
            "--forbid",
            "user-rc",
            "--extension",
            "note@example.org=x",
            "--force",
        ];
        let told = home.text(&words);
        assert!(told.starts_with("Certified jo.pub: jo-cert.pub\n"), "{told}");
        let shown = shown(&home, "jo-cert.pub");
        for line in [
            "ssh-ed25519-cert-v01@openssh.com user certificate",
            "Key ID: \"jo@laptop\"",
            "Serial: 7",
            "to 2099-01-02T15:30:00",
            "                jo\n                root\n",
            "force-command /bin/echo hello",
            "source-address 10.0.0.0/8,::1",
            "verify-required",
            "permit-X11-forwarding\n                permit-agent-forwarding\n                permit-port-forwarding\n",
            "note@example.org",
        ] {
            assert!(shown.contains(line), "{line}: {shown}");
        }
        assert!(
            !shown.contains("permit-pty") && !shown.contains("permit-user-rc"),
            "{shown}"
        );
        if ca == "rsa-ca" {
            assert!(shown.contains("(using rsa-sha2-512)"), "{shown}");
        }
        // And we read it as ssh-keygen does.
        let ours = home.text(&["cert", "show", "jo-cert.pub"]);
        assert!(ours.contains("Serial: 7"), "{ours}");
    }
}

#[test]
fn without_other_words_a_person_may_all_and_a_server_gets_no_permissions() {
    let home = home();
    home.text(&[
        "cert", "sign", "jo.pub", "-s", "ca", "-I", "jo", "-n", "jo", "--for", "8h",
    ]);
    let user = shown(&home, "jo-cert.pub");
    for name in [
        "X11-forwarding",
        "agent-forwarding",
        "port-forwarding",
        "pty",
        "user-rc",
    ] {
        assert!(user.contains(&format!("permit-{name}")), "{user}");
    }
    let first = home.object(&["cert", "show", "jo-cert.pub"]);
    home.text(&[
        "cert",
        "sign",
        "jo.pub",
        "-s",
        "ca",
        "-I",
        "jo",
        "-n",
        "jo",
        "--forever",
        "--clear",
        "--force",
    ]);
    let second = home.object(&["cert", "show", "jo-cert.pub"]);
    assert_ne!(first["certificate"]["serial"], second["certificate"]["serial"]);
    let bare = shown(&home, "jo-cert.pub");
    assert!(
        bare.contains("Valid: after") || bare.contains("forever"),
        "{bare}"
    );
    assert!(bare.contains("Extensions: (none)"), "{bare}");
    home.text(&[
        "cert",
        "sign",
        "host.pub",
        "-s",
        "ca",
        "-I",
        "web",
        "-n",
        "web.example.org",
        "--host",
        "--for",
        "52w",
    ]);
    let host = shown(&home, "host-cert.pub");
    assert!(
        host.contains("host certificate") && host.contains("Extensions: (none)"),
        "{host}"
    );
}

#[test]
fn what_servers_of_today_refuse_is_not_made() {
    let home = home();
    let refused = |words: &[&str]| {
        let all = [&["cert", "sign", "jo.pub", "-s", "ca", "-I", "jo"], words].concat();
        home.run(&[&all[..], &["--json"]].concat())
            .expect_error(2, "usage");
        assert!(!home.has("jo-cert.pub"), "{words:?}");
    };
    refused(&["--for", "8h"]);
    refused(&["-n", "jo"]);
    refused(&["-n", "jo", "--until", "2020-01-01"]);
    refused(&["-n", "jo", "--from", "2099-01-01", "--until", "2098-01-01"]);
    refused(&["-n", "jo", "--for", "8h", "--source-address", "example.org"]);
    refused(&["-n", "jo", "--for", "8h", "--source-address", "10.0.0.1/8"]);
    refused(&["-n", "", "--for", "8h"]);
    // An authority is not handed the private half.
    let words = [
        "cert", "sign", "jo", "-s", "ca", "-I", "jo", "-n", "jo", "--for", "8h", "--json",
    ];
    home.run(&words).expect_error(2, "usage");
    // And no private key is lost to a certificate.
    let words = [
        "cert", "sign", "jo.pub", "-s", "ca", "-I", "jo", "-n", "jo", "--for", "8h", "-o", "jo", "--force",
        "--json",
    ];
    home.run(&words).expect_error(4, "exists");
}
