//! Certificates: put beside a key, kept with it, and taken away.

use std::path::Path;

use keywright::app::command::Command as Ask;
use keywright::app::dialog::Dialog;
use keywright::app::stage::Subject;
use keywright::engine::certificate_facts::{Fact, facts};
use keywright::engine::saving::{Choice, PublicForm};
use keywright::format::{self, Certificate, Parsed};
use keywright::key::fingerprint::FingerprintKind;
use keywright::key::spec::KeySpec;

use crate::scene::{Scene, corpus, corpus_path};

const USER: &str = "openssh/cert_options-cert.pub";

impl Scene {
    /// The key that the certificates of the corpus are for, in a file of this folder.
    fn with_certifiable_key() -> Self {
        let mut scene = Self::new();
        scene.put("id", &corpus("openssh/ed25519"));
        scene.open(&scene.path("id"));
        assert!(!scene.document().is_unsaved());
        scene
    }

    fn add_certificate(&mut self, path: &Path) {
        self.desktop.will_pick(path);
        self.ask(Ask::AddCertificate);
        self.settle();
    }

    fn with_certificate() -> Self {
        let mut scene = Self::with_certifiable_key();
        scene.add_certificate(&corpus_path(USER));
        assert!(scene.app.dialog.is_none(), "{:?}", scene.app.dialog);
        scene
    }

    fn save(&mut self, choice: Choice, name: &str) {
        self.document().draft.choice = choice;
        self.save_unprotected(name);
        assert!(self.app.dialog.is_none(), "{:?}", self.app.dialog);
    }
}

fn certificate(name: &str) -> Certificate {
    match format::parse(&corpus(name)) {
        Ok(Parsed::Public(file)) => file.certificate.expect("it is a certificate"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_certificate_beside_a_key_is_unsaved_until_it_is_saved() {
    let mut scene = Scene::with_certificate();
    assert_eq!(scene.document().certificate(), Some(&certificate(USER)));
    assert!(scene.document().is_unsaved());
    scene.ask(Ask::Quit);
    assert!(matches!(scene.app.dialog, Some(Dialog::Unsaved(_))));
    scene.ask(Ask::CloseDialog);
    scene.ask(Ask::RemoveCertificate);
    assert!(!scene.document().is_unsaved(), "it is as it was");
}

#[test]
fn openssh_finds_the_certificate_in_a_file_of_its_own() {
    let mut scene = Scene::with_certificate();
    scene.save(Choice::OpenSsh, "work");
    assert_eq!(scene.names(), ["id", "work", "work-cert.pub", "work.pub"]);
    assert!(!scene.document().is_unsaved());
    let line = std::fs::read_to_string(scene.path("work.pub")).expect("it was saved");
    assert!(line.starts_with("ssh-ed25519 "), "the bare key: {line}");

    scene.open(&scene.path("work"));
    assert_eq!(scene.document().certificate(), Some(&certificate(USER)));
    assert!(!scene.document().is_unsaved(), "it was taken up from its file");
}

#[test]
fn a_certificate_in_the_way_is_asked_about_with_the_rest() {
    let mut scene = Scene::with_certificate();
    scene.put("work-cert.pub", &corpus("openssh/cert_host-cert.pub"));
    scene.document().draft.choice = Choice::OpenSsh;
    scene.save_unprotected("work");
    match &scene.app.dialog {
        Some(Dialog::Overwrite(overwrite)) => {
            assert_eq!(overwrite.taken, [scene.path("work-cert.pub")]);
        }
        other => panic!("nothing was asked: {other:?}"),
    }
    assert_eq!(scene.names(), ["id", "work-cert.pub"], "nothing was written yet");
}

#[test]
fn putty_s_file_keeps_the_certificate() {
    let mut scene = Scene::with_certificate();
    for choice in [Choice::Ppk, Choice::Ppk2] {
        let name = format!("{choice:?}.ppk");
        scene.save(choice, &name);
        assert!(!scene.document().is_unsaved());
        scene.open(&scene.path(&name));
        assert_eq!(scene.document().certificate(), Some(&certificate(USER)));
        assert!(!scene.document().is_unsaved());
    }
}

#[test]
fn both_formats_at_once_keep_the_certificate_twice() {
    let mut scene = Scene::with_certificate();
    scene.save(Choice::Both, "both");
    assert_eq!(
        scene.names(),
        ["both", "both-cert.pub", "both.ppk", "both.pub", "id"]
    );
}

#[test]
fn a_format_without_room_for_the_certificate_does_not_count_as_saved() {
    let mut scene = Scene::with_certificate();
    scene.document().draft.comment.clear();
    scene.desktop.will_pick(scene.path("key.p8"));
    scene.ask(Ask::Export(Choice::Pkcs8));
    match &scene.app.dialog {
        Some(Dialog::Doubts { doubts, .. }) => {
            assert!(
                doubts
                    .iter()
                    .any(|doubt| doubt.sentence().contains("certificate"))
            );
        }
        other => panic!("{other:?}"),
    }
    scene.ask(Ask::SaveAllTheSame);
    scene.settle();
    assert!(scene.path("key.p8").exists());
    assert!(scene.document().is_unsaved());
}

#[test]
fn a_certificate_that_is_taken_away_is_gone_from_the_next_file() {
    let mut scene = Scene::with_certificate();
    scene.save(Choice::Ppk, "with.ppk");
    scene.ask(Ask::RemoveCertificate);
    assert!(scene.document().is_unsaved());
    scene.save(Choice::Ppk, "without.ppk");
    scene.open(&scene.path("without.ppk"));
    assert!(scene.document().certificate().is_none());
}

#[test]
fn a_certificate_that_stays_beside_the_key_is_told() {
    let mut scene = Scene::with_certificate();
    scene.save(Choice::OpenSsh, "work");
    scene.ask(Ask::RemoveCertificate);
    scene.save_unprotected("work");
    scene.ask(Ask::Overwrite);
    scene.settle();
    assert!(!scene.document().is_unsaved());
    assert!(
        scene.app.status.text.contains("work-cert.pub is still there"),
        "{:?}",
        scene.app.status
    );
}

#[test]
fn another_key_s_certificate_is_refused() {
    let mut scene = Scene::with_certifiable_key();
    scene.add_certificate(&corpus_path("openssh/cert_user_rsa-cert.pub"));
    assert_eq!(scene.problem(), "inconsistent");
    assert!(scene.document().certificate().is_none());
    assert!(!scene.document().is_unsaved());
}

#[test]
fn a_file_without_a_certificate_is_called_that() {
    let mut scene = Scene::with_certifiable_key();
    for name in ["openssh/ed25519.pub", "openssh/ed25519"] {
        scene.add_certificate(&corpus_path(name));
        assert_eq!(scene.problem(), "not-a-certificate", "{name}");
        scene.ask(Ask::CloseDialog);
    }
    scene.add_certificate(Path::new("nowhere"));
    assert_eq!(scene.problem(), "io-not-found");
}

#[test]
fn a_certificate_that_nobody_signed_is_refused() {
    let mut scene = Scene::with_certifiable_key();
    let line = String::from_utf8(corpus(USER)).expect("it is text");
    // One letter of the signature, near the end of the base64.
    let mut words = line.split(' ').map(str::to_owned);
    let (name, base64) = (words.next().expect("a type"), words.next().expect("a key"));
    let (head, tail) = base64.split_at(base64.len() - 20);
    let letter = if tail.starts_with('A') { "B" } else { "A" };
    let forged = format!("{name} {head}{letter}{}\n", &tail[1..]);
    scene.put("forged-cert.pub", forged.as_bytes());
    scene.add_certificate(&scene.path("forged-cert.pub"));
    assert_eq!(scene.problem(), "bad-signature");
}

#[test]
fn an_expired_certificate_is_warned_about_as_long_as_it_is_there() {
    let mut scene = Scene::with_certifiable_key();
    scene.add_certificate(&corpus_path("openssh/cert_expired-cert.pub"));
    let codes = |scene: &mut Scene| -> Vec<&'static str> {
        let warnings = scene.document().certificate_warnings();
        warnings.iter().map(|warning| warning.code).collect()
    };
    assert_eq!(codes(&mut scene), ["cert-expired"]);
    scene.save(Choice::Ppk, "expired.ppk");
    scene.open(&scene.path("expired.ppk"));
    assert_eq!(codes(&mut scene), ["cert-expired"]);
    assert!(scene.document().warnings.is_empty(), "it is said once");
    scene.ask(Ask::RemoveCertificate);
    assert!(codes(&mut scene).is_empty());
}

#[test]
fn a_certificate_beside_a_key_is_taken_up_only_if_it_is_its_own() {
    let mut scene = Scene::new();
    scene.put("id", &corpus("openssh/ed25519"));
    scene.put("id-cert.pub", &corpus("openssh/cert_user_rsa-cert.pub"));
    scene.open(&scene.path("id"));
    assert!(scene.document().certificate().is_none());
}

#[test]
fn a_certificate_beside_a_locked_key_is_taken_up_when_it_is_open() {
    let mut scene = Scene::with_certificate();
    scene.type_passphrases("open sesame", "open sesame");
    scene.document().draft.choice = Choice::OpenSsh;
    scene.desktop.will_pick(scene.path("locked"));
    scene.ask(Ask::SavePrivate);
    scene.settle();
    scene.open(&scene.path("locked"));
    scene.type_into_unlock("open sesame");
    scene.ask(Ask::Unlock);
    scene.settle();
    assert_eq!(scene.document().certificate(), Some(&certificate(USER)));
    assert!(!scene.document().is_unsaved());
}

#[test]
fn keys_that_nobody_certifies_take_no_certificate() {
    let mut scene = Scene::new();
    scene.make(KeySpec::Ed448);
    assert!(!scene.document().takes_certificate());
    scene.ask(Ask::AddCertificate);
    assert_eq!(scene.desktop.dialogs_opened(), 0);
}

#[test]
fn the_fingerprint_can_include_the_certificate() {
    let mut scene = Scene::with_certificate();
    let of = |scene: &mut Scene, subject| {
        let document = scene.document();
        document
            .fingerprint_of(subject, FingerprintKind::Sha256)
            .to_string()
    };
    // As `ssh-keygen -l` and `puttygen -l -E sha256-cert` have them.
    assert_eq!(
        of(&mut scene, Subject::Key),
        "SHA256:cq4xde6y7qyUd+V6eXf5Y55JkHaJ60cbbThCLN7+8MQ"
    );
    let with = "SHA256:0P6IhufF4HqhiTO2PKQppAzHd8ceqYrny2HTwxGJ3Mg";
    assert_eq!(of(&mut scene, Subject::WithCertificate), with);
    scene.ask(Ask::ShowFingerprintOf(Subject::WithCertificate));
    scene.ask(Ask::CopyFingerprint);
    assert_eq!(scene.desktop.copied(), [with]);
    scene.ask(Ask::RemoveCertificate);
    let without = of(&mut scene, Subject::WithCertificate);
    assert_eq!(without, of(&mut scene, Subject::Key));
}

/// The lines of `puttygen --cert-info` (0.83), and what it leaves out.
#[test]
fn everything_that_a_certificate_says_is_shown() {
    let shown = facts(&certificate(USER));
    let expected = [
        ("Certificate type", "user authentication key"),
        ("Valid user names", "a"),
        ("Validity period", "forever"),
        ("Forced remote command", "/bin/true \"x y\""),
        ("Permitted client IP addresses", "10.0.0.0/8,::1/128"),
        ("PIN or finger at the security key", "required"),
        ("Permitted", "PTY allocation"),
        ("X11 forwarding permitted", "no"),
        ("Agent forwarding permitted", "no"),
        ("Port forwarding permitted", "no"),
        ("Running user ~/.ssh.rc permitted", "no"),
        ("Touching the security key", "not required"),
        ("Certificate ID string", "“opts”"),
        ("Certificate serial number", "0"),
        (
            "Fingerprint of signing CA key",
            "ssh-ed25519 SHA256:bxQWxfYzqI7LpMwgfcPLTwQ848nSv9jTOzXxirBcgKU",
        ),
        ("Signed with", "ssh-ed25519"),
        (
            "Fingerprint including certificate",
            "SHA256:0P6IhufF4HqhiTO2PKQppAzHd8ceqYrny2HTwxGJ3Mg",
        ),
        (
            "Fingerprint of the key alone",
            "SHA256:cq4xde6y7qyUd+V6eXf5Y55JkHaJ60cbbThCLN7+8MQ",
        ),
    ];
    let expected: Vec<Fact> = expected
        .into_iter()
        .map(|(name, value)| Fact {
            name,
            value: value.to_owned(),
        })
        .collect();
    assert_eq!(shown, expected);
    let value_of = |name: &str, certificate: &str| {
        let facts = facts(&self::certificate(certificate));
        facts
            .into_iter()
            .find_map(|fact| (fact.name == name).then_some(fact.value))
    };
    let host = "openssh/cert_host-cert.pub";
    assert_eq!(value_of("Certificate type", host).as_deref(), Some("host key"));
    assert!(value_of("Valid host names", host).is_some());
    assert!(
        value_of("PTY allocation permitted", host).is_none(),
        "hosts have no such rights"
    );
    let unknown = value_of(
        "Unknown critical option",
        "openssh/cert_unknown_critical-cert.pub",
    );
    assert!(unknown.is_some_and(|value| value.contains("OpenSSH refuses")));
}

#[test]
fn a_certificate_alone_is_shown_and_saved_as_one() {
    let mut scene = Scene::new();
    scene.put("id-cert.pub", &corpus(USER));
    scene.open(&scene.path("id-cert.pub"));
    assert!(scene.document().key().is_none());
    assert_eq!(scene.document().certificate(), Some(&certificate(USER)));
    scene.ask(Ask::ShowCertificate);
    assert!(matches!(&scene.app.dialog, Some(Dialog::Certificate(facts)) if !facts.is_empty()));
    scene.ask(Ask::CloseDialog);
    scene.document().draft.comment = "renamed".to_owned();
    for (form, is_kept) in [
        (PublicForm::Spki, false),
        (PublicForm::Jwk, false),
        (PublicForm::Line, true),
    ] {
        let name = format!("{form:?}");
        scene.desktop.will_pick(scene.path(&name));
        scene.ask(Ask::SavePublic(form));
        scene.settle();
        assert_eq!(scene.document().is_unsaved(), !is_kept, "{form:?}");
    }
    scene.open(&scene.path("Line"));
    assert_eq!(scene.document().certificate(), Some(&certificate(USER)));
    assert_eq!(scene.document().draft.comment, "renamed");
}

#[test]
fn a_certificate_is_copied_and_saved_by_itself() {
    let mut scene = Scene::with_certificate();
    scene.ask(Ask::CopyCertificate);
    let copied = scene.desktop.copied().concat();
    assert!(
        copied.starts_with("ssh-ed25519-cert-v01@openssh.com "),
        "{copied}"
    );
    scene.desktop.will_pick(scene.path("only-cert.pub"));
    scene.ask(Ask::SaveCertificate);
    scene.settle();
    let text = std::fs::read_to_string(scene.path("only-cert.pub")).expect("it was saved");
    assert_eq!(text.trim_end(), copied);
    let asked = scene.desktop.0.asked.borrow().last().cloned();
    assert_eq!(asked.expect("a dialog").file_name, "id-cert.pub");
    assert!(scene.document().is_unsaved(), "the key has still to be saved");
}
