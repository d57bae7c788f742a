//! What is tried with what: passphrases, encodings and their settings, and who reads them.

use keywright::format::{
    self, Argon2Params, Argon2Variant, Cipher, Consent, DecodeError, EncodeError, Outgoing, Parsed,
    PrivateEncoding, PrivateFile,
};
use keywright::key::KeyPair;
use keywright::key::comment::Comment;
use keywright::secret::Passphrase;
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;

use crate::tools::{Folder, Ran, Tool};

/// So few rounds that a hundred files take no time; the usual ones are tried once.
pub(crate) const FEW_ROUNDS: u32 = 4;

/// A passphrase to be tried, and its name in complaints.
#[derive(Clone, Copy)]
pub(crate) struct Secret {
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
}

/// The passphrases to be tried.
///
/// The long one is as long as ssh-add takes it from a person: it cuts off at 1023 bytes what it is told.
pub(crate) fn secrets() -> [Secret; 3] {
    let long: String = (0..1000_u32)
        .map(|at| char::from(b'!' + u8::try_from(at * at % 94).expect("it is below 94")))
        .collect();
    [
        Secret {
            name: "ASCII",
            text: "correct horse \"battery\" staple",
        },
        Secret {
            name: "UTF-8",
            text: "pässwörd 密码 🔑",
        },
        Secret {
            name: "1000 bytes",
            text: long.leak(),
        },
    ]
}

/// No passphrase, and each of [`secrets`].
pub(crate) fn none_and_secrets() -> Vec<Option<Secret>> {
    std::iter::once(None)
        .chain(secrets().into_iter().map(Some))
        .collect()
}

pub(crate) fn name_of(secret: Option<Secret>) -> &'static str {
    secret.map_or("no passphrase", |secret| secret.name)
}

/// OpenSSH files whose passphrase is cheap to try.
pub(crate) fn openssh(cipher: Cipher) -> PrivateEncoding {
    PrivateEncoding::OpenSsh {
        cipher,
        rounds: FEW_ROUNDS,
    }
}

/// One PPK 3 setting for each of Argon2's functions, with one lane and with several.
pub(crate) fn argon2() -> [Argon2Params; 3] {
    let params = |variant, mem_kib, passes, parallelism| Argon2Params {
        variant,
        mem_kib,
        passes,
        parallelism,
    };
    [
        params(Argon2Variant::Id, 64, 1, 1),
        params(Argon2Variant::I, 100, 2, 3),
        params(Argon2Variant::D, 64, 3, 2),
    ]
}

/// Writes a private key file as we do, if its format holds such a key.
pub(crate) fn written(
    outgoing: Outgoing<'_>,
    encoding: &PrivateEncoding,
    passphrase: Option<&str>,
) -> Result<Vec<u8>, EncodeError> {
    let passphrase = passphrase.map(|text| Passphrase::new(text.to_owned()));
    let mut rng = ChaCha20Rng::seed_from_u64(crate::common::seed());
    let file = format::encode_private(outgoing, encoding, passphrase.as_ref(), &mut rng)?;
    Ok(file.expose().to_vec())
}

/// The same without a comment.
pub(crate) fn written_bare(
    key: &KeyPair,
    encoding: PrivateEncoding,
    passphrase: Option<&str>,
) -> Result<Vec<u8>, EncodeError> {
    written(bare(key, &Comment::default()), &encoding, passphrase)
}

/// The same with a comment, in a format that holds such a key.
pub(crate) fn ours(
    key: &KeyPair,
    comment: &Comment,
    encoding: &PrivateEncoding,
    passphrase: Option<&str>,
) -> Vec<u8> {
    written(bare(key, comment), encoding, passphrase).expect("it can be written")
}

/// A key to be written that has no certificate.
pub(crate) fn bare<'a>(key: &'a KeyPair, comment: &'a Comment) -> Outgoing<'a> {
    Outgoing {
        key,
        comment,
        certificate: None,
    }
}

/// Has `puttygen` open `file` and save it without a passphrase, in the one format that leaves no byte to
/// chance. To print the public key would not do, for that it reads without opening the private one.
pub(crate) fn reread_by_puttygen(folder: &Folder, file: &str, passphrase: Option<&str>) -> Ran {
    folder.put("nothing", b"");
    folder.put("passphrase", passphrase.unwrap_or_default().as_bytes());
    folder
        .tool("puttygen")
        .args([file, "-O", "private", "--ppk-param", "version=2", "-o", "reread"])
        .args(["-P", "--old-passphrase", "passphrase"])
        .args(["--new-passphrase", "nothing"])
        .run()
}

/// `puttygen`, about to make the Ed25519 key `key.ppk` with the passphrase in a file.
pub(crate) fn made_by_puttygen(folder: &Folder, passphrase: &str) -> Tool {
    folder.tool("puttygen").args([
        "-q",
        "-t",
        "ed25519",
        "-o",
        "key.ppk",
        "--new-passphrase",
        passphrase,
    ])
}

/// Reads a private key file as we do.
pub(crate) fn read(bytes: &[u8], passphrase: Option<&str>) -> Result<PrivateFile, DecodeError> {
    match (format::parse(bytes)?, passphrase) {
        (Parsed::Private(file), None) => Ok(file),
        (Parsed::Locked(file), Some(text)) => {
            file.unlock(&Passphrase::new(text.to_owned()), Consent::NotGiven)
        }
        (Parsed::Locked(_), None) => Err(DecodeError::NeedsPassphrase),
        (other, _) => panic!("a file that should be encrypted is {other:?}"),
    }
}
