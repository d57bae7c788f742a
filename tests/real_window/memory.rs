//! What the window has in memory, as a core dump shows it: nothing of a key that is closed, and no passphrase that has
//! done its work. `gcore` (package gdb) makes the dumps, `tests/faults/traces.py` judges them.
//!
//! `scripts/faults dumps` has this done with the release build (`KEYWRIGHT_WINDOW`) and every type of key
//! (`KEYWRIGHT_TYPES=all`).

use std::path::{Path, PathBuf};
use std::process::Command;

use keywright::engine::making::new_key;
use keywright::format::{self, Outgoing, PrivateEncoding};
use keywright::key::KeyPair;
use keywright::key::comment::Comment;
use keywright::key::entropy::EntropyPool;
use keywright::key::prime::Policy;
use keywright::key::spec::{Curve, KeySpec, RsaBits};
use keywright::key::watch::Unwatched;
use keywright::secret::Passphrase;
use rand::SeedableRng as _;

use crate::screen::Screen;
use crate::sshd::{PASSWORD, Sshd, USER};
use crate::window::{PROGRAM, Window};

/// Long enough to be found in pieces, and no four letters of them in any text that a library or a font may hold.
const PASSPHRASE: &str = "zw0lf-Pf1n.gs7-r0s!n";
const WRONG: &str = "3lf.g1r4ff-x7k.n0ch!n";

/// The program that is looked into.
fn program() -> PathBuf {
    std::env::var_os("KEYWRIGHT_WINDOW").map_or_else(|| PROGRAM.into(), PathBuf::from)
}

fn specs() -> Vec<KeySpec> {
    let rsa = |bits| KeySpec::Rsa(RsaBits::new(bits).expect("usual"));
    if std::env::var("KEYWRIGHT_TYPES").is_ok_and(|types| types == "all") {
        let ecdsa = Curve::ALL.map(KeySpec::Ecdsa);
        let others = [
            KeySpec::Ed25519,
            KeySpec::Ed448,
            KeySpec::Dsa,
            rsa(2048),
            rsa(3072),
        ];
        [&ecdsa[..], &others].concat()
    } else {
        vec![rsa(2048)]
    }
}

fn key(spec: KeySpec) -> KeyPair {
    new_key(spec, Policy::default(), EntropyPool::new(), &Unwatched).expect("a key")
}

/// The key as PuTTY keeps it, which holds every type.
fn put(screen: &Screen, name: &str, key: &KeyPair, passphrase: Option<&str>) -> PathBuf {
    let outgoing = Outgoing {
        key,
        comment: &Comment::new("a key to look for").expect("harmless"),
        certificate: None,
    };
    let passphrase = passphrase.map(|text| Passphrase::new(text.to_owned()));
    let mut rng = rand::rngs::ChaCha20Rng::seed_from_u64(1);
    let encoding = PrivateEncoding::Ppk2;
    let bytes = format::encode_private(outgoing, &encoding, passphrase.as_ref(), &mut rng).expect("a file");
    let text = String::from_utf8(bytes.expose().to_vec()).expect("it is text");
    screen.put(name, &text, 0o600);
    screen.path(name)
}

impl Window<'_> {
    /// What a dump of its memory shows of these texts, and of the key in this file, if one is named.
    fn traces(&self, texts: &[&str], key: Option<&Path>) -> Vec<String> {
        let core = self.screen.path("core");
        let dumped = Command::new("gdb")
            .args(["-q", "-nx", "-batch", "-p", &self.program.0.id().to_string()])
            .args(["-ex", "set dump-excluded-mappings on"])
            .arg("-ex")
            .arg(format!("gcore {}", core.display()))
            .output()
            .expect("gdb (package gdb)");
        assert!(
            core.exists(),
            "{}{}",
            String::from_utf8_lossy(&dumped.stdout),
            String::from_utf8_lossy(&dumped.stderr)
        );
        let judge = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/traces.py");
        let mut judging = Command::new("/usr/bin/python3");
        judging.arg(judge).arg(&core);
        for text in texts {
            judging.args(["--text", text]);
        }
        if let Some(key) = key {
            judging.arg("--ppk").arg(key);
        }
        let judged = judging.output().expect("python3");
        std::fs::remove_file(core).expect("it is ours");
        let said = String::from_utf8(judged.stdout).expect("text");
        let complaint = String::from_utf8_lossy(&judged.stderr);
        assert_eq!(judged.status.success(), said.is_empty(), "{said}{complaint}");
        said.lines().map(str::to_owned).collect()
    }

    #[track_caller]
    fn holds_nothing_of(&self, texts: &[&str], key: Option<&Path>) {
        let found = self.traces(texts, key);
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}

#[test]
fn nothing_is_left_of_a_key_that_was_opened_saved_and_closed() {
    for (index, spec) in specs().into_iter().enumerate() {
        let screen = Screen::new("memory-opened");
        let key = key(spec);
        let locked = put(&screen, "locked.ppk", &key, Some(PASSPHRASE));
        let plain = put(&screen, "plain.ppk", &key, None);
        let mut command = screen.command(program());
        command.env("PATH", screen.path("no-programs")).arg(&locked);
        let window = Window::of(&screen, &mut command);

        window.fill("Passphrase", WRONG);
        window.press("Return");
        window.says("passphrase does not open");
        window.holds_nothing_of(&[WRONG], Some(&plain));
        window.fill("Passphrase", PASSPHRASE);
        window.press("Return");
        window.field("Key comment");
        window.holds_nothing_of(&[WRONG, PASSPHRASE], None);
        if index == 0 {
            // What is in use is there, or the judge would be blind.
            assert!(!window.traces(&[], Some(&plain)).is_empty());
        }

        // With the key, for what is said of some types leaves no room for the button.
        window.press("ctrl+s");
        window.says("Type it once more");
        window.fill("Passphrase", WRONG);
        window.press("Return");
        window.says("passphrase does not open");
        window.fill("Passphrase", PASSPHRASE);
        window.press("Return");
        window.says_just("saved");
        window.holds_nothing_of(&[WRONG, PASSPHRASE], None);

        window.press("ctrl+n");
        window.node("push button", "Generate");
        window.holds_nothing_of(&[WRONG, PASSPHRASE], Some(&plain));
    }
}

#[test]
fn nothing_is_left_of_a_key_that_was_made_saved_and_closed() {
    let screen = Screen::new("memory-made");
    let mut command = screen.command(program());
    command.env("PATH", screen.path("no-programs"));
    let window = Window::of(&screen, &mut command);
    window.click("radio button", "RSA");
    window.click("push button", "Generate");
    window.click("push button", "Use system randomness only");
    window.field("Key passphrase");
    window.save_as(PASSPHRASE, "~/.ssh/id_rsa");
    window.says_just("saved");
    window.holds_nothing_of(&[PASSPHRASE], None);
    let bytes = std::fs::read(screen.home(".ssh/id_rsa")).expect("it was saved");
    let Ok(format::Parsed::Locked(locked)) = format::parse(&bytes) else {
        panic!("it has a passphrase");
    };
    let passphrase = Passphrase::new(PASSPHRASE.to_owned());
    let file = locked.unlock(&passphrase, format::Consent::Given);
    let plain = put(&screen, "plain.ppk", &file.expect("it opens").key, None);
    assert!(
        !window.traces(&[], Some(&plain)).is_empty(),
        "it is still shown, and its numbers are there"
    );
    window.press("ctrl+n");
    window.node("push button", "Generate");
    window.holds_nothing_of(&[PASSPHRASE], Some(&plain));
}

#[test]
fn nothing_is_left_of_a_key_that_has_logged_in_and_was_closed() {
    let screen = Screen::new("memory-server");
    let server = Sshd::with("PasswordAuthentication yes");
    let key = key(KeySpec::Ecdsa(Curve::P256));
    let locked = put(&screen, "locked.ppk", &key, Some(PASSPHRASE));
    let plain = put(&screen, "plain.ppk", &key, None);
    let mut command = screen.command(program());
    command.env("PATH", screen.path("no-programs")).arg(&locked);
    let window = Window::of(&screen, &mut command);
    window.fill("Passphrase", PASSPHRASE);
    window.press("Return");
    window.field("Key comment");

    window.click("page tab", "Servers");
    window.fill("Server", &format!("{USER}@127.0.0.1:{}", server.port()));
    window.click("push button", "Install the key");
    window.says("Is this the right server?");
    window.click("push button", "Trust and go on");
    window.paste_secret(
        &format!("Password for {USER}@127.0.0.1:{}", server.port()),
        PASSWORD,
    );
    window.press("Return");
    window.says_just("Works");
    window.click("push button", "Done");
    window.press("ctrl+n");
    window.node("push button", "Generate");
    window.holds_nothing_of(&[PASSPHRASE], Some(&plain));
}
