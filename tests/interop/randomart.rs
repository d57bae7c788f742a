//! Our picture of a fingerprint against the one that `ssh-keygen -lv` draws.

use base64ct::{Base64, Encoding as _};
use keywright::key::randomart::{Randomart, title};
use md5::Md5;
use rand::{Rng as _, SeedableRng as _, rngs::ChaCha20Rng};
use sha2::{Digest as _, Sha256};

use crate::tools::{Folder, Tool};

/// What `ssh-keygen` prints.
fn ssh_keygen(folder: &Folder, arguments: &[&str]) -> String {
    let tool = arguments.iter().fold(folder.tool("ssh-keygen"), Tool::arg);
    tool.output().expect("ssh-keygen does it")
}

/// Has it make a key in the file `name`, without a passphrase.
fn make_key(folder: &Folder, type_name: &str, bits: u32, name: &str) {
    let bits = bits.to_string();
    ssh_keygen(
        folder,
        &["-q", "-t", type_name, "-b", &bits, "-N", "", "-f", name],
    );
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
    let folder = Folder::new();
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
        make_key(&folder, type_name, bits, &name);
        keys.push((kind, bits, folder.get_text(&format!("{name}.pub"))));
    }
    let file: String = keys.iter().map(|(_, _, line)| line.as_str()).collect();
    folder.put("keys", file.as_bytes());

    for hash in ["sha256", "md5"] {
        let printed = ssh_keygen(&folder, &["-lv", "-E", hash, "-f", "keys"]);
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
    let folder = Folder::new();
    for (kind, type_name, bits) in [("ED25519-CERT", "ed25519", 256), ("ECDSA-CERT", "ecdsa", 384)] {
        make_key(&folder, type_name, bits, type_name);
        let public = format!("{type_name}.pub");
        ssh_keygen(&folder, &["-q", "-s", type_name, "-I", "id", &public]);
        let printed = ssh_keygen(&folder, &["-lv", "-f", &format!("{type_name}-cert.pub")]);
        // The digest is of the key in the certificate; only the frame is judged here.
        let frame = Randomart::new(&[]).to_text(&title(kind, bits), "[SHA256]");
        assert_eq!(printed.lines().nth(1), frame.lines().next());
        assert_eq!(printed.lines().last(), frame.lines().last());
    }
}
