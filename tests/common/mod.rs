//! Keys of every kind, made once for each test program, and what they are encrypted with.

#![allow(dead_code, reason = "each test program uses a part of it")]

use std::sync::{LazyLock, OnceLock};

use keywright::format::{self, Cipher, Parsed};
use keywright::key::generate::generate;
use keywright::key::spec::{Curve, KeySpec, RsaBits};
use keywright::key::validate::ed448_public;
use keywright::key::watch::Unwatched;
use keywright::key::{KeyPair, PrivateKey, PublicKey};
use keywright::secret::SecretBytes;
use keywright::sys::randomness::os_random;
use rand::rngs::ChaCha20Rng;
use rand::{Rng as _, SeedableRng as _};

/// The kinds of keys that are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Ed25519,
    P256,
    P384,
    P521,
    Rsa2048,
    Rsa3072,
    /// PuTTY knows it, OpenSSH does not.
    Ed448,
    /// Nothing makes it any more; the key comes from a file.
    Dsa,
}

impl Kind {
    /// All that can be kept in a file.
    pub(crate) const ALL: [Self; 8] = [
        Self::Ed25519,
        Self::P256,
        Self::P384,
        Self::P521,
        Self::Rsa2048,
        Self::Rsa3072,
        Self::Ed448,
        Self::Dsa,
    ];

    /// Those that this program makes, and that OpenSSH takes.
    pub(crate) const MADE: [Self; 6] = [
        Self::Ed25519,
        Self::P256,
        Self::P384,
        Self::P521,
        Self::Rsa2048,
        Self::Rsa3072,
    ];

    /// A key of this kind, always the same one within a run.
    pub(crate) fn key(self) -> &'static KeyPair {
        static KEYS: [OnceLock<KeyPair>; 8] = [const { OnceLock::new() }; 8];
        KEYS[self as usize].get_or_init(|| self.new_key(seed() ^ self as u64))
    }

    /// A key of this kind for a seed. There is one DSA key only, whatever the seed.
    pub(crate) fn new_key(self, seed: u64) -> KeyPair {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        match self.spec() {
            Some(spec) => generate(spec, &mut rng, &Unwatched).expect("a key can be made"),
            None if self == Self::Ed448 => {
                let mut seed = vec![0; 57];
                rng.fill_bytes(&mut seed);
                let seed = SecretBytes::new(seed);
                let public = PublicKey::Ed448(ed448_public(&seed).expect("every seed has a key"));
                KeyPair::new(public, PrivateKey::Ed448 { seed }).expect("they belong together")
            }
            None => match format::parse(include_bytes!("../corpus/real/putty/dsa1024_v2.ppk")) {
                Ok(Parsed::Private(file)) => file.key,
                other => panic!("the DSA key of the corpus: {other:?}"),
            },
        }
    }

    /// What to ask for; nothing where this program makes no such keys.
    pub(crate) fn spec(self) -> Option<KeySpec> {
        let rsa = |bits| KeySpec::Rsa(RsaBits::new(bits).expect("it is a size"));
        Some(match self {
            Self::Ed25519 => KeySpec::Ed25519,
            Self::P256 => KeySpec::Ecdsa(Curve::P256),
            Self::P384 => KeySpec::Ecdsa(Curve::P384),
            Self::P521 => KeySpec::Ecdsa(Curve::P521),
            Self::Rsa2048 => rsa(2048),
            Self::Rsa3072 => rsa(3072),
            Self::Ed448 | Self::Dsa => return None,
        })
    }
}

/// All that OpenSSH encrypts key files with.
pub(crate) const OPENSSH_CIPHERS: [Cipher; 10] = [
    Cipher::Aes256Ctr,
    Cipher::Aes192Ctr,
    Cipher::Aes128Ctr,
    Cipher::Aes256Cbc,
    Cipher::Aes192Cbc,
    Cipher::Aes128Cbc,
    Cipher::Aes256Gcm,
    Cipher::Aes128Gcm,
    Cipher::ChaCha20Poly1305,
    Cipher::TdesCbc,
];

/// Other keys on every run, to find what one set of keys would not; `KEYWRIGHT_TEST_SEED` brings the
/// keys of a failed run back.
pub(crate) fn seed() -> u64 {
    static SEED: LazyLock<u64> = LazyLock::new(|| {
        if let Ok(seed) = std::env::var("KEYWRIGHT_TEST_SEED") {
            return seed.parse().expect("KEYWRIGHT_TEST_SEED is a whole number");
        }
        let random = os_random::<16>().expect("the operating system has randomness");
        random.iter().fold(0, |seed, byte| seed << 8 | u64::from(*byte))
    });
    *SEED
}
