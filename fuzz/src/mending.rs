//! Files that came to harm on their way, by chance and on purpose.

use keywright::format::reading::{self, Reading};
use keywright::format::{self, Cipher, DecodeError, Outgoing, PrivateEncoding, jwk, public_line, rfc4716};
use keywright::key::comment::Comment;
use keywright::key::validate::ed25519_public;
use keywright::key::{KeyPair, PrivateKey, PublicKey};
use keywright::secret::SecretBytes;
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;

use crate::check;
use crate::mangle::MANGLES;

/// The most memory that looking for a key in so many bytes may take: candidates are kept until the end.
fn allowance(len: usize) -> usize {
    (4 * len + (1 << 20)).min(64 << 20)
}

fn read(bytes: &[u8]) -> Result<Reading, DecodeError> {
    check::watched(allowance(bytes.len()), || reading::read(bytes))
}

/// Any bytes: what comes of them reads by itself, as the same key, and has nothing left to be put right.
pub fn mend(bytes: &[u8]) {
    let reading = match read(bytes) {
        Ok(reading) => reading,
        Err(error) => return check::refused(&error),
    };
    check::file(&reading.parsed);
    for accident in reading.accidents.iter() {
        check::printable(&accident.to_string());
    }
    if let Err(why) = reading.for_ssh {
        check::printable(&why.to_string());
    }
    if let Some(clean) = &reading.clean {
        let strict = format::parse(clean.expose()).expect("a clean file is read as strictly as any");
        assert_eq!(strict.public(), reading.parsed.public());
        let again = read(clean.expose()).expect("it is clean");
        assert!(again.clean.is_none(), "{:?}", again.accidents);
    }
}

/// A key that is spoiled in up to three known ways: it comes back, or the file is refused.
pub fn mangle(bytes: &[u8]) {
    let Some((choices, rest)) = bytes.split_at_checked(8) else {
        return;
    };
    let Some((seed, comment)) = rest.split_at_checked(32) else {
        return;
    };
    let seed = SecretBytes::copy_of(seed);
    let public = PublicKey::Ed25519(ed25519_public(&seed).expect("every seed has a public half"));
    let key = KeyPair::new(public, PrivateKey::Ed25519 { seed }).expect("they belong together");
    let comment = Comment::cleaned(&comment[..comment.len().min(200)]).0;
    let mut text = written(choices[0], &key, &comment);
    for choice in choices[2..].chunks_exact(2) {
        let number = usize::from(u16::from_le_bytes([choice[0], choice[1]]));
        text = (MANGLES[number % MANGLES.len()].spoil)(&text);
    }
    if let Ok(reading) = read(&text)
        && let Some(found) = reading.parsed.public()
    {
        assert_eq!(found, key.public());
    }
}

/// The key as one of the formats has it, without a passphrase.
fn written(choice: u8, key: &KeyPair, comment: &Comment) -> Vec<u8> {
    let private = |encoding| {
        let outgoing = Outgoing {
            key,
            comment,
            certificate: None,
        };
        let mut rng = ChaCha20Rng::seed_from_u64(7);
        let text = format::encode_private(outgoing, &encoding, None, &mut rng);
        text.expect("every format holds an Ed25519 key").expose().to_vec()
    };
    match choice % 6 {
        0 => private(PrivateEncoding::OpenSsh {
            cipher: Cipher::Aes256Ctr,
            rounds: 1,
        }),
        1 => private(PrivateEncoding::Ppk2),
        2 => private(PrivateEncoding::Jwk),
        3 => jwk::encode_public(key.public(), comment)
            .unwrap_or_default()
            .into_bytes(),
        4 => rfc4716::encode(key.public(), comment).into_bytes(),
        _ => (public_line::encode(key.public(), comment) + "\n").into_bytes(),
    }
}
