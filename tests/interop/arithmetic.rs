//! `openssl` judges the numbers of our keys: another implementation's idea of a sound key.

use keywright::format::{Cipher, public_line};
use keywright::key::comment::Comment;
use keywright::key::{PrivateKey, PublicKey};

use crate::common::{Kind, seed};
use crate::matrix::{openssh, ours};
use crate::tools::{Folder, hold, same};

#[test]
fn openssl_finds_nothing_wrong_with_our_rsa_and_ecdsa_keys() {
    let check = |kind: Kind| {
        let folder = Folder::new();
        let key = kind.key();
        folder.put(
            "key",
            &ours(key, &Comment::default(), &openssh(Cipher::Aes256Ctr), None),
        );
        // OpenSSL does not read OpenSSH's format, so ssh-keygen turns the file into PKCS #8.
        folder
            .tool("ssh-keygen")
            .args(["-q", "-p", "-m", "PKCS8", "-P", "", "-N", "", "-f", "key"])
            .output()?;
        let verdict = folder
            .tool("openssl")
            .args(["pkey", "-check", "-noout", "-in", "key"])
            .output()?;
        same(&format!("{kind:?}"), verdict.trim(), "Key is valid")?;
        folder
            .tool("openssl")
            .args(["pkey", "-pubout", "-in", "key", "-out", "public"])
            .output()?;
        let line = folder
            .tool("ssh-keygen")
            .args(["-i", "-m", "PKCS8", "-f", "public"])
            .output()?;
        let expected = public_line::encode(key.public(), &Comment::default());
        same(&format!("{kind:?}"), line.trim_end(), &expected)
    };
    hold(
        [Kind::P256, Kind::P384, Kind::P521, Kind::Rsa2048, Kind::Rsa3072]
            .map(check)
            .into(),
    );
}

/// RFC 8410 §7: the same few bytes stand before the seed in every such file.
#[test]
fn openssl_computes_the_same_ed25519_and_ed448_public_keys() {
    let check = |(kind, number): (Kind, u64)| {
        let key = kind.new_key(seed().wrapping_add(number));
        let (start, seed, public): (&[u8], _, &[u8]) = match (key.private(), key.public()) {
            (PrivateKey::Ed25519 { seed }, PublicKey::Ed25519(public)) => (
                &[
                    0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20,
                ],
                seed,
                public,
            ),
            (PrivateKey::Ed448 { seed }, PublicKey::Ed448(public)) => (
                &[
                    0x30, 0x47, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x71, 4, 0x3b, 4, 0x39,
                ],
                seed,
                public,
            ),
            _ => return Err(format!("{kind:?} has other halves")),
        };
        let folder = Folder::new();
        folder.put("key", &[start, seed.expose()].concat());
        folder
            .tool("openssl")
            .args(["pkey", "-inform", "DER", "-in", "key"])
            .args(["-pubout", "-outform", "DER", "-out", "public"])
            .output()?;
        let computed = folder.get("public");
        let is_same = computed.ends_with(public);
        is_same
            .then_some(())
            .ok_or_else(|| format!("{kind:?}: openssl computes {computed:02x?} instead of {public:02x?}"))
    };
    let kinds = [Kind::Ed25519, Kind::Ed448];
    hold(
        (0..16)
            .flat_map(|number| kinds.map(|kind| check((kind, number))))
            .collect(),
    );
}
