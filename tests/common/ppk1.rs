//! PPK version 1, which no program writes any more, made out of version 2.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use base64ct::{Base64, Encoding as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::{Digest as _, Sha1};

fn string(bytes: &[u8]) -> Vec<u8> {
    let len = u32::try_from(bytes.len()).unwrap().to_be_bytes();
    [&len[..], bytes].concat()
}

/// The base64 behind the header `name`.
fn part(text: &str, name: &str) -> Vec<u8> {
    let mut lines = text.lines().skip_while(|line| !line.starts_with(name));
    let count = lines.next().unwrap()[name.len()..].trim().parse().unwrap();
    Base64::decode_vec(&lines.take(count).collect::<String>()).unwrap()
}

fn cipher_key(passphrase: &str) -> [u8; 32] {
    let half = |number: u8| Sha1::digest([&[0, 0, 0, number], passphrase.as_bytes()].concat());
    let both = [half(0), half(1)].concat();
    both[..32].try_into().unwrap()
}

/// Version 1 of a file of version 2: another check, and for DSA the hash of its group. `passphrase` is
/// the file's, where it has one.
pub(crate) fn version_1(v2: &str, passphrase: &str, is_hash: bool) -> String {
    let is_encrypted = v2.contains("Encryption: aes256-cbc");
    let mut plain = part(v2, "Private-Lines:");
    let key = &cipher_key(passphrase).into();
    let iv = &[0; 16].into();
    if is_encrypted {
        let decryptor = cbc::Decryptor::<aes::Aes256>::new(key, iv);
        decryptor.decrypt_padded::<NoPadding>(&mut plain).unwrap();
    }
    if v2.contains(": ssh-dss") {
        let len = u32::from_be_bytes(plain[..4].try_into().unwrap()) as usize;
        plain.truncate(4 + len);
        let public = part(v2, "Public-Lines:");
        // Behind the type's name stand p, q, g and y; y is the last and as long as its length says.
        let mut rest = &public[4 + 7..];
        for _ in 0..3 {
            let len = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
            rest = &rest[4 + len..];
        }
        let group = &public[4 + 7..public.len() - rest.len()];
        plain.extend(string(&Sha1::digest(group)));
        while is_encrypted && !plain.len().is_multiple_of(16) {
            plain.push(0);
        }
    }
    let check = if is_hash {
        format!("Private-Hash: {}", hex(&Sha1::digest(&plain)))
    } else {
        let passphrase = if is_encrypted { passphrase } else { "" };
        let key = Sha1::digest(["putty-private-key-file-mac-key", passphrase].concat());
        let mut mac = Hmac::<Sha1>::new_from_slice(&key).unwrap();
        mac.update(&plain);
        format!("Private-MAC: {}", hex(&mac.finalize().into_bytes()))
    };
    if is_encrypted {
        let len = plain.len();
        let encryptor = cbc::Encryptor::<aes::Aes256>::new(key, iv);
        encryptor.encrypt_padded::<NoPadding>(&mut plain, len).unwrap();
    }
    let base64 = Base64::encode_string(&plain);
    let lines: Vec<&str> = (0..base64.len())
        .step_by(64)
        .map(|at| &base64[at..base64.len().min(at + 64)])
        .collect();
    let head = v2.split("Private-Lines:").next().unwrap();
    let head = head.replacen("File-2", "File-1", 1);
    format!(
        "{head}Private-Lines: {}\n{}\n{check}\n",
        lines.len(),
        lines.join("\n")
    )
}

fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}
