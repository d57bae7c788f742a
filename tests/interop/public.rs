//! Public keys in their two forms, fingerprints and pictures.

use keywright::engine::describe::randomart_text;
use keywright::format::{self, Format, Parsed, PublicFile, public_line, rfc4716};
use keywright::key::PublicKey;
use keywright::key::comment::Comment;
use keywright::key::fingerprint::{Fingerprint, FingerprintKind};

use crate::common::Kind;
use crate::tools::{Folder, hold, openssh_version, same};

const KINDS: [FingerprintKind; 2] = [FingerprintKind::Sha256, FingerprintKind::Md5];

fn comment() -> Comment {
    Comment::new("alice@example.org laptop").expect("it is a comment")
}

fn public(bytes: &[u8]) -> Result<PublicFile, String> {
    match format::parse(bytes) {
        Ok(Parsed::Public(file)) => Ok(file),
        other => Err(format!("{other:?} is no public key")),
    }
}

/// Ed448 was never, and DSA is no longer, a type of OpenSSH's.
fn is_known_to_openssh(kind: Kind) -> bool {
    match kind {
        Kind::Ed448 => false,
        Kind::Dsa => openssh_version().is_some_and(|version| version < (9, 8)),
        _ => true,
    }
}

/// A folder with one key as `line` and as `block`.
fn folder_with(key: &PublicKey) -> Folder {
    let folder = Folder::new();
    folder.put("line", (public_line::encode(key, &comment()) + "\n").as_bytes());
    folder.put("block", rfc4716::encode(key, &comment()).as_bytes());
    folder
}

fn each_kind(check: impl Fn(Kind, &PublicKey, &Folder) -> Result<(), String>) {
    let checked = |kind: Kind| {
        let key = kind.key().public();
        check(kind, key, &folder_with(key)).map_err(|complaint| format!("{kind:?}: {complaint}"))
    };
    hold(Kind::ALL.map(checked).into());
}

#[test]
fn ssh_keygen_shows_our_keys_as_we_do() {
    each_kind(|kind, key, folder| {
        if !is_known_to_openssh(kind) {
            return Ok(());
        }
        for hash in KINDS {
            let printed = folder
                .tool("ssh-keygen")
                .args(["-lv", "-E", &hash.name().to_lowercase(), "-f", "line"])
                .output()?;
            let expected = format!(
                "{} {} {} ({})\n{}\n",
                key.bits(),
                Fingerprint::of(key, hash),
                comment(),
                key.algorithm().title(),
                randomart_text(key, hash),
            );
            same(hash.name(), &printed, &expected)?;
        }
        Ok(())
    });
}

#[test]
fn puttygen_shows_the_fingerprints_that_we_do() {
    each_kind(|kind, key, folder| {
        // The bits of the field's prime, not those of the key.
        let bits = match kind {
            Kind::Ed25519 => 255,
            _ => key.bits(),
        };
        for file in ["line", "block"] {
            for hash in KINDS {
                let printed = folder
                    .tool("puttygen")
                    .args([file, "-l", "-E", &hash.name().to_lowercase()])
                    .output()?;
                let fingerprint = Fingerprint::of(key, hash);
                let shown = match hash {
                    FingerprintKind::Sha256 => fingerprint.to_string(),
                    FingerprintKind::Md5 => fingerprint.bare(),
                };
                let expected = format!("{} {bits} {shown}\n", key.algorithm().name());
                same(file, &printed, &expected)?;
            }
        }
        Ok(())
    });
}

#[test]
fn our_rfc_4716_is_read_by_ssh_keygen() {
    each_kind(|kind, key, folder| {
        if !is_known_to_openssh(kind) {
            return Ok(());
        }
        let printed = folder.tool("ssh-keygen").args(["-i", "-f", "block"]).output()?;
        // ssh-keygen drops the comment of such a file.
        same(
            "ssh-keygen -i",
            &printed,
            &(public_line::encode(key, &Comment::default()) + "\n"),
        )
    });
}

#[test]
fn our_public_keys_are_byte_for_byte_those_of_puttygen() {
    each_kind(|_, _, folder| {
        for from in ["line", "block"] {
            let line = folder
                .tool("puttygen")
                .args([from, "-O", "public-openssh"])
                .output()?;
            same(from, &folder.get_text("line"), &line)?;
            let block = folder.tool("puttygen").args([from, "-O", "public"]).output()?;
            same(from, &folder.get_text("block"), &block)?;
        }
        Ok(())
    });
}

#[test]
fn the_rfc_4716_of_ssh_keygen_is_read() {
    each_kind(|kind, key, folder| {
        if !is_known_to_openssh(kind) {
            return Ok(());
        }
        let printed = folder.tool("ssh-keygen").args(["-e", "-f", "line"]).output()?;
        let file = public(printed.as_bytes())?;
        if (file.format, &file.key) != (Format::Rfc4716, key) {
            return Err(format!("{file:?}"));
        }
        // What ssh-keygen puts there instead of the comment.
        let comment = String::from_utf8_lossy(&file.comment).into_owned();
        let is_whole =
            comment.starts_with(&format!("{}-bit ", key.bits())) && comment.ends_with("from OpenSSH");
        is_whole.then_some(()).ok_or(comment)
    });
}

#[test]
fn both_public_forms_of_puttygen_are_read() {
    each_kind(|_, key, folder| {
        for (form, format) in [
            ("public-openssh", Format::PublicLine),
            ("public", Format::Rfc4716),
        ] {
            let printed = folder.tool("puttygen").args(["line", "-O", form]).output()?;
            let file = public(printed.as_bytes())?;
            if (file.format, &file.key) != (format, key) {
                return Err(format!("{file:?}"));
            }
            same(form, &String::from_utf8_lossy(&file.comment), comment().as_str())?;
        }
        Ok(())
    });
}
