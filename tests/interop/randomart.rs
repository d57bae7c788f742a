//! Our picture of a fingerprint against the one that `ssh-keygen -lv` draws.

use std::path::Path;
use std::process::Command;

use base64ct::{Base64, Encoding as _};
use keywright::key::randomart::{Randomart, title};
use md5::Md5;
use rand::{Rng as _, SeedableRng as _, rngs::ChaCha20Rng};
use sha2::{Digest as _, Sha256};

/// What `ssh-keygen` prints.
fn ssh_keygen(arguments: &[&str], folder: &Path) -> String {
    let output = Command::new("ssh-keygen")
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("ssh-keygen is needed: apt-get install openssh-client");
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("it prints text")
}

/// A public key line whose parts are `strings` (RFC 4251 §5).
fn line_of(strings: &[&[u8]]) -> String {
    let mut blob = Vec::new();
    for string in strings {
        blob.extend(u32::try_from(string.len()).expect("it is short").to_be_bytes());
        blob.extend(*string);
    }
    format!(
        "{} {}\n",
        String::from_utf8_lossy(strings[0]),
        Base64::encode_string(&blob)
    )
}

/// What ssh-keygen prints for the key of one line, apart from the line above the picture.
fn drawn_by_us(kind: &str, bits: u32, line: &str, hash: &str) -> String {
    let blob = line.split(' ').nth(1).expect("a line has three parts").trim_end();
    let blob = Base64::decode_vec(blob).expect("it is Base64");
    let art = match hash {
        "md5" => Randomart::new(&Md5::digest(&blob)),
        _ => Randomart::new(&Sha256::digest(&blob)),
    };
    art.to_text(&title(kind, bits), &format!("[{}]", hash.to_uppercase()))
}

#[test]
fn every_picture_is_the_one_that_ssh_keygen_draws() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut rng = ChaCha20Rng::seed_from_u64(9);
    let mut keys = Vec::new();
    for index in 0..300 {
        let mut point = [0; 32];
        rng.fill_bytes(&mut point);
        keys.push(match index % 10 {
            0 => (
                "ED25519-SK",
                256,
                line_of(&[b"sk-ssh-ed25519@openssh.com", &point, b"ssh:"]),
            ),
            _ => ("ED25519", 256, line_of(&[b"ssh-ed25519", &point])),
        });
    }
    // Walks along an edge, where the picture has its rarest characters.
    for byte in [0x00, 0xff, 0xaa, 0x55] {
        keys.push(("ED25519", 256, line_of(&[b"ssh-ed25519", &[byte; 32]])));
    }
    for (kind, type_name, bits) in [
        ("RSA", "rsa", 1024),
        ("RSA", "rsa", 2048),
        ("ECDSA", "ecdsa", 256),
        ("ECDSA", "ecdsa", 521),
    ] {
        let name = format!("{type_name}{bits}");
        ssh_keygen(
            &[
                "-q",
                "-t",
                type_name,
                "-b",
                &bits.to_string(),
                "-N",
                "",
                "-f",
                &name,
            ],
            folder.path(),
        );
        let path = folder.path().join(&name).with_extension("pub");
        keys.push((
            kind,
            bits,
            std::fs::read_to_string(path).expect("it was just made"),
        ));
    }
    let file: String = keys.iter().map(|(_, _, line)| line.as_str()).collect();
    std::io::Write::write_all(
        &mut std::fs::File::create(folder.path().join("keys")).expect("a file"),
        file.as_bytes(),
    )
    .expect("there is room");

    for hash in ["sha256", "md5"] {
        let printed = ssh_keygen(&["-lv", "-E", hash, "-f", "keys"], folder.path());
        let lines: Vec<&str> = printed.lines().collect();
        assert_eq!(
            lines.len(),
            keys.len() * 12,
            "a line about the key and eleven of the picture"
        );
        for ((kind, bits, line), theirs) in keys.iter().zip(lines.chunks(12)) {
            assert_eq!(
                drawn_by_us(kind, *bits, line, hash),
                theirs[1..].join("\n"),
                "{line}"
            );
        }
    }
}

#[test]
fn the_title_of_a_certificate_is_the_one_that_ssh_keygen_writes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (kind, type_name, bits) in [("ED25519-CERT", "ed25519", 256), ("ECDSA-CERT", "ecdsa", 384)] {
        ssh_keygen(
            &[
                "-q",
                "-t",
                type_name,
                "-b",
                &bits.to_string(),
                "-N",
                "",
                "-f",
                type_name,
            ],
            folder.path(),
        );
        ssh_keygen(
            &["-q", "-s", type_name, "-I", "id", &format!("{type_name}.pub")],
            folder.path(),
        );
        let printed = ssh_keygen(&["-lv", "-f", &format!("{type_name}-cert.pub")], folder.path());
        // The digest is of the key in the certificate; only the frame is judged here.
        let frame = Randomart::new(&[]).to_text(&title(kind, bits), "[SHA256]");
        assert_eq!(printed.lines().nth(1), frame.lines().next());
        assert_eq!(printed.lines().last(), frame.lines().last());
    }
}
