//! Random keys, comments, passphrases and encodings.

use keywright::format::{
    Argon2Params, Argon2Variant, CbcCipher, Cipher, Pbes2, Pbes2Kdf, Prf, PrivateEncoding, ScryptParams,
    Wrapping,
};
use keywright::key::comment::Comment;
use keywright::key::spec::Naming;
use keywright::key::validate::ed25519_public;
use keywright::key::wire::minimal;
use keywright::key::{Algorithm, KeyPair, PrivateKey, PublicKey, dsa};
use keywright::secret::SecretBytes;
use ml_dsa::Keypair as _;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::common::{Kind, OPENSSH_CIPHERS};

/// How to make a key; it is made anew wherever it is needed, since keys cannot be cloned.
#[derive(Clone, Debug)]
pub(crate) enum AnyKey {
    /// From a seed.
    Seeded(Kind, u64),
    /// One of a few, where making one takes long.
    Pooled(Kind),
    /// From these bytes.
    Ed25519([u8; 32]),
    /// With this private number, in a group that takes long to make.
    Dsa([u8; 16]),
    /// From these seeds.
    MlDsa44Ed25519 {
        naming: Naming,
        first: [u8; 32],
        second: [u8; 32],
    },
    /// The handle of a key that a security key keeps.
    SecurityKey {
        on_p256: bool,
        seed: u64,
        application: Vec<u8>,
        handle: Vec<u8>,
        reserved: Vec<u8>,
        flags: u8,
    },
}

impl AnyKey {
    pub(crate) fn ed25519_with_leading_zeros() -> Self {
        let mut seed = [0; 32];
        seed[3..].fill(0x5a);
        Self::Ed25519(seed)
    }

    pub(crate) fn get(&self) -> Owned {
        let (public, private) = match self {
            Self::Seeded(kind, seed) => return Owned::New(kind.new_key(*seed)),
            Self::Pooled(kind) => return Owned::Pooled(kind.key()),
            Self::Ed25519(seed) => {
                let seed = SecretBytes::copy_of(seed);
                let public = ed25519_public(&seed).expect("every seed has a key");
                (PublicKey::Ed25519(public), PrivateKey::Ed25519 { seed })
            }
            Self::Dsa(x) => {
                let PublicKey::Dsa { p, q, g, .. } = Kind::Dsa.key().public().clone() else {
                    panic!("the DSA key is one");
                };
                let x = SecretBytes::copy_of(minimal(x));
                let y = dsa::public(&p, &g, &x).expect("every number has a public one");
                (PublicKey::Dsa { p, q, g, y }, PrivateKey::Dsa { x })
            }
            Self::MlDsa44Ed25519 {
                naming,
                first,
                second,
            } => {
                let signing = ml_dsa::SigningKey::<ml_dsa::MlDsa44>::from_seed(&(*first).into());
                let classic = ed25519_public(&SecretBytes::copy_of(second)).expect("every seed has a key");
                let public = [&signing.verifying_key().encode()[..], &classic].concat();
                let seeds = SecretBytes::new([*first, *second].concat());
                (
                    PublicKey::MlDsa44Ed25519 {
                        naming: *naming,
                        key: public,
                    },
                    PrivateKey::MlDsa44Ed25519 { seeds },
                )
            }
            Self::SecurityKey {
                on_p256,
                seed,
                application,
                handle,
                reserved,
                flags,
            } => {
                let kind = if *on_p256 { Kind::P256 } else { Kind::Ed25519 };
                let application = application.clone();
                let public = match kind.new_key(*seed).public().clone() {
                    PublicKey::Ed25519(key) => PublicKey::SkEd25519 { key, application },
                    PublicKey::Ecdsa { point, .. } => PublicKey::SkEcdsa { point, application },
                    other => panic!("{other:?}"),
                };
                let private = PrivateKey::SecurityKey {
                    flags: *flags,
                    handle: SecretBytes::copy_of(handle),
                    reserved: reserved.clone(),
                };
                (public, private)
            }
        };
        Owned::New(KeyPair::new(public, private).expect("they belong together"))
    }

    pub(crate) fn is_p256_with_leading_zero(&self) -> bool {
        match self.get().private() {
            PrivateKey::Ecdsa { scalar } => scalar.len() < 32,
            _ => false,
        }
    }

    pub(crate) fn is_ed25519_with_leading_zero(&self) -> bool {
        match self.get().private() {
            PrivateKey::Ed25519 { seed } => seed.expose()[0] == 0,
            _ => false,
        }
    }
}

/// A key that was just made, or one of those that stay.
#[derive(Debug)]
pub(crate) enum Owned {
    New(KeyPair),
    Pooled(&'static KeyPair),
}

impl std::ops::Deref for Owned {
    type Target = KeyPair;

    fn deref(&self) -> &KeyPair {
        match self {
            Self::New(key) => key,
            Self::Pooled(key) => key,
        }
    }
}

/// A key of one of these kinds.
pub(crate) fn any_key(kinds: &'static [Kind]) -> impl Strategy<Value = AnyKey> {
    (select(kinds), any::<u64>()).prop_map(|(kind, seed)| match kind {
        Kind::Rsa2048 | Kind::Rsa3072 | Kind::Dsa => AnyKey::Pooled(kind),
        _ => AnyKey::Seeded(kind, seed),
    })
}

/// A key of any type there is.
pub(crate) fn any_key_of_all() -> impl Strategy<Value = AnyKey> {
    let bytes = || vec(any::<u8>(), 0..80);
    let security_key = (
        any::<bool>(),
        any::<u64>(),
        bytes(),
        bytes(),
        bytes(),
        any::<u8>(),
    );
    prop_oneof![
        8 => any_key(&Kind::ALL),
        1 => any::<[u8; 16]>().prop_filter("not zero", |x| *x != [0; 16]).prop_map(AnyKey::Dsa),
        1 => (select(&[Naming::Settled, Naming::Experiment][..]), any::<[u8; 32]>(), any::<[u8; 32]>())
            .prop_map(|(naming, first, second)| AnyKey::MlDsa44Ed25519 { naming, first, second }),
        1 => security_key.prop_map(|(on_p256, seed, application, handle, reserved, flags)| {
            AnyKey::SecurityKey { on_p256, seed, application, handle, reserved, flags }
        }),
    ]
}

/// Whether this kind of file has room for this kind of key; the manuals say so, not the program.
pub(crate) fn holds(encoding: &PrivateEncoding, algorithm: Algorithm) -> bool {
    use Algorithm as A;
    match encoding {
        PrivateEncoding::OpenSsh { .. } => true,
        PrivateEncoding::Ppk2 | PrivateEncoding::Ppk3(_) => {
            !matches!(algorithm, A::SkEcdsa | A::SkEd25519 | A::MlDsa44Ed25519(_))
        }
        PrivateEncoding::Pem { .. } => matches!(algorithm, A::Rsa | A::Dsa | A::Ecdsa(_)),
        PrivateEncoding::Pkcs8 { .. } => {
            matches!(algorithm, A::Rsa | A::Dsa | A::Ecdsa(_) | A::Ed25519 | A::Ed448)
        }
        PrivateEncoding::SshCom => matches!(algorithm, A::Rsa | A::Dsa),
        PrivateEncoding::Dropbear => matches!(algorithm, A::Rsa | A::Dsa | A::Ecdsa(_) | A::Ed25519),
        PrivateEncoding::Jwk => matches!(algorithm, A::Rsa | A::Ecdsa(_) | A::Ed25519 | A::Ed448),
    }
}

/// The encoding, or OpenSSH's own where it has no room for this kind of key.
pub(crate) fn fitting(kind: Kind, encoding: PrivateEncoding) -> PrivateEncoding {
    if holds(&encoding, kind.key().algorithm()) {
        encoding
    } else {
        PrivateEncoding::OpenSsh {
            cipher: Cipher::Aes256Ctr,
            rounds: 1,
        }
    }
}

/// Any comment there can be: of any characters, and of those that mean something to a format.
pub(crate) fn any_comment() -> impl Strategy<Value = Comment> {
    let telling = select(vec![
        ' ', '"', '\\', '\'', ':', '#', '-', '=', ',', '+', '/', 'a', 'ü', '密', '🔑',
    ]);
    let text = prop_oneof![
        vec(any::<char>(), 0..60),
        vec(telling, 0..60),
        vec(proptest::char::range(' ', '~'), 0..300),
        vec(any::<char>(), 2000..2100),
        vec(Just(' '), 1..100),
    ];
    text.prop_map(|characters| {
        let text: String = characters.into_iter().collect();
        Comment::cleaned(text.as_bytes()).0
    })
}

/// Any bytes but none, which would mean no passphrase.
pub(crate) fn any_passphrase() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 1..80),
        "\\PC{1,30}".prop_map(String::into_bytes),
        vec(any::<u8>(), 1000..1100),
    ]
}

/// A passphrase, and another one: quite different, or hardly.
pub(crate) fn other_passphrase() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let change = (
        any_passphrase(),
        any_passphrase(),
        0..5,
        any::<proptest::sample::Index>(),
    );
    change
        .prop_map(|(right, another, how, place)| {
            let mut wrong = right.clone();
            let place = place.index(right.len());
            match how {
                0 => wrong = another,
                1 => wrong[place] ^= 1,
                2 => wrong.truncate(place),
                3 => wrong.push(b'\n'),
                _ => wrong.extend(another),
            }
            (right, wrong)
        })
        .prop_filter("they differ", |(right, wrong)| {
            right != wrong && !wrong.is_empty()
        })
}

pub(crate) fn any_cipher() -> impl Strategy<Value = Cipher> {
    select(&OPENSSH_CIPHERS[..])
}

/// PPK, at little cost.
pub(crate) fn any_ppk_encoding() -> impl Strategy<Value = PrivateEncoding> {
    let params = (select(&Argon2Variant::ALL[..]), 1..4_u32, 1..4_u32, 0..40_u32);
    let version_3 = params.prop_map(|(variant, parallelism, passes, more_kib)| {
        PrivateEncoding::Ppk3(Argon2Params {
            variant,
            mem_kib: 8 * parallelism + more_kib,
            passes,
            parallelism,
        })
    });
    prop_oneof![3 => version_3, 1 => Just(PrivateEncoding::Ppk2)]
}

/// Traditional PEM and PKCS#8 in every variety, at little cost.
pub(crate) fn any_openssl_encoding() -> impl Strategy<Value = PrivateEncoding> {
    let cipher = || select(&CbcCipher::WRITTEN[..]);
    let pbkdf2 =
        (select(&Prf::ALL[..]), 1..4_u32).prop_map(|(prf, iterations)| Pbes2Kdf::Pbkdf2 { prf, iterations });
    let scrypt = (1..4_u32, 1..4_u32, 1..4_u32).prop_filter_map("scrypt is defined", |(log_n, r, p)| {
        ScryptParams::new(1 << log_n, r, p)
    });
    let kdf = prop_oneof![2 => pbkdf2, 1 => scrypt.prop_map(Pbes2Kdf::Scrypt)];
    let wrapping = select(vec![Wrapping::Pem, Wrapping::Der]);
    let pkcs8 = (kdf, cipher(), wrapping).prop_map(|(kdf, cipher, wrapping)| PrivateEncoding::Pkcs8 {
        wrapping,
        pbes2: Pbes2 { kdf, cipher },
    });
    prop_oneof![2 => pkcs8, 1 => cipher().prop_map(|cipher| PrivateEncoding::Pem { cipher })]
}

/// Every kind of private file, at little cost.
pub(crate) fn any_encoding() -> impl Strategy<Value = PrivateEncoding> {
    let openssh = (any_cipher(), 1..3_u32);
    prop_oneof![
        3 => openssh.prop_map(|(cipher, rounds)| PrivateEncoding::OpenSsh { cipher, rounds }),
        3 => any_ppk_encoding(),
        3 => any_openssl_encoding(),
        1 => Just(PrivateEncoding::SshCom),
        1 => Just(PrivateEncoding::Jwk),
    ]
}
