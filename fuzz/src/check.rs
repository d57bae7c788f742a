//! What must hold for every file.

use std::time::Duration;

use keywright::engine::Problem;
use keywright::engine::describe::Description;
use keywright::format::{
    self, Certificate, Cipher, Consent, Cost, DecodeError, EncodeError, Format, Outgoing, Parsed,
    PrivateEncoding, PrivateFile, PublicFile, Wrapping, jwk, public_line, rfc4716, spki,
};
use keywright::key::comment::Comment;
use keywright::key::fingerprint::FingerprintKind;
use keywright::key::{KeyPair, PublicKey};
use keywright::secret::{Passphrase, SecretBytes};
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use rustix::time::{ClockId, clock_gettime};

use crate::allocation::{self, peak_of};

/// How long anything may take, in this thread's own time.
const PATIENCE: Duration = Duration::from_secs(2);
/// A file that asks for more of this is not opened here; that it may not ask for too much, `Cost` sees to.
pub const AFFORDABLE: Duration = Duration::from_millis(20);

fn worked() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or_default(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}

/// Does the work, and holds it to its limits of time and memory.
pub fn watched<T>(allowance: usize, work: impl FnOnce() -> T) -> T {
    let start = worked();
    let (result, peak) = peak_of(work);
    let taken = worked().saturating_sub(start);
    assert!(taken < PATIENCE, "it took {taken:?}");
    assert!(
        peak <= allowance,
        "it took {peak} bytes of memory, more than {allowance}"
    );
    result
}

/// The most memory that reading so many bytes may take.
#[must_use]
pub fn allowance(len: usize) -> usize {
    allocation::allowance(len, Cost::Nothing)
}

/// Reads a file; what is said when it cannot be read must be fit to print.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Parsed> {
    match watched(allowance(bytes.len()), || format::parse(bytes)) {
        Ok(parsed) => Some(parsed),
        Err(error) => {
            refused(&error);
            None
        }
    }
}

/// Every refusal has a code, a sentence and advice.
pub fn refused(error: &DecodeError) {
    let code = error.code();
    let problem = Problem::from(error);
    assert!(!code.is_empty() && !problem.hint.is_empty());
    printable(&problem.sentence());
    printable(&problem.hint);
}

/// One line without what could hide, break or redirect it.
pub fn printable(text: &str) {
    assert!(Comment::new(text).is_ok(), "not fit to print: {text:?}");
}

/// Holds a file that was read to all that can be asked of it.
pub fn file(parsed: &Parsed) {
    shown(parsed);
    match parsed {
        Parsed::Private(file) => {
            private(file);
        }
        Parsed::Public(file) => public(file),
        Parsed::Locked(file) => {
            assert!(file.protection.is_encrypted());
            if let Err(error) = file.protection.cost().check(Consent::NotGiven) {
                refused(&error);
            }
        }
    }
}

/// What the window and `info` say about it.
fn shown(parsed: &Parsed) {
    let described = watched(usize::MAX, || Description::of(parsed, None));
    let texts = [
        described.title(),
        described.shown_comment(),
        described.public_line(),
        described.fingerprint_line(FingerprintKind::Sha256),
        described.fingerprint_line(FingerprintKind::Md5),
    ];
    for text in texts.into_iter().flatten() {
        printable(&text);
    }
    for warning in &described.warnings {
        printable(&warning.message);
        printable(warning.hint);
    }
    if let Some(art) = described.randomart(FingerprintKind::Sha256) {
        art.lines().for_each(printable);
    }
    if let Some(certificate) = &described.certificate {
        certificate_text(certificate);
    }
}

/// The lines of a certificate, none of which its maker can forge.
pub fn certificate_text(certificate: &Certificate) {
    let text = certificate.to_string();
    text.lines().for_each(printable);
    printable(&certificate.validity_text());
    let own = text
        .lines()
        .filter(|line| line.starts_with("        Type: "))
        .count();
    assert_eq!(own, 1, "{text}");
}

/// A public key, its comment and its certificate are the same after they were written and read again.
pub fn public(file: &PublicFile) {
    let comment = Comment::cleaned(&file.comment).0;
    let texts = match &file.certificate {
        None => [
            public_line::encode(&file.key, &comment),
            rfc4716::encode(&file.key, &comment),
        ],
        Some(certificate) => [
            public_line::encode_certificate(certificate, &comment),
            rfc4716::encode_certificate(certificate, &comment),
        ],
    };
    for text in texts {
        let again = public_again(text.as_bytes());
        assert_eq!(again.key, file.key);
        assert_eq!(again.comment, comment.as_str().as_bytes());
        assert_eq!(
            again.certificate.as_ref().map(Certificate::blob),
            file.certificate.as_ref().map(Certificate::blob)
        );
    }
    for wrapping in [Wrapping::Pem, Wrapping::Der] {
        let both = [
            spki::encode(&file.key, wrapping),
            spki::encode_pkcs1(&file.key, wrapping),
        ];
        for bytes in both.into_iter().flatten() {
            assert_eq!(public_again(&bytes).key, file.key);
        }
    }
    if let Ok(text) = jwk::encode_public(&file.key, &comment) {
        assert_eq!(public_again(text.as_bytes()).key, file.key);
    }
}

fn public_again(bytes: &[u8]) -> PublicFile {
    match format::parse(bytes) {
        Ok(Parsed::Public(file)) => file,
        other => panic!(
            "{other:?} instead of a public key: {}",
            String::from_utf8_lossy(bytes)
        ),
    }
}

/// Writes a file; nothing where the format cannot hold the key.
#[must_use]
pub fn written(
    key: &KeyPair,
    comment: &Comment,
    encoding: &PrivateEncoding,
    passphrase: Option<&[u8]>,
) -> Option<SecretBytes> {
    let outgoing = Outgoing {
        key,
        comment,
        certificate: None,
    };
    let passphrase = passphrase.map(|bytes| Passphrase::from_bytes(bytes.to_vec()));
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    match format::encode_private(outgoing, encoding, passphrase.as_ref(), &mut rng) {
        Ok(bytes) => Some(bytes),
        Err(EncodeError::Unsupported { .. } | EncodeError::NoEncryption) => None,
        Err(error) => panic!("{error}"),
    }
}

/// Both halves in the one form that every type has, and that leaves no byte to chance.
fn canonical(key: &KeyPair) -> SecretBytes {
    written(key, &Comment::default(), &PrivateEncoding::OPENSSH, None)
        .expect("OpenSSH's own format holds every key")
}

/// How the file would be written that was read.
fn own_encoding(format: Format) -> Option<PrivateEncoding> {
    Some(match format {
        Format::OpenSsh => PrivateEncoding::OPENSSH,
        Format::Ppk1 | Format::Ppk2 => PrivateEncoding::Ppk2,
        Format::Ppk3 => PrivateEncoding::Ppk3(format::Argon2Params::default()),
        Format::Pem | Format::Der => PrivateEncoding::Pem {
            cipher: format::CbcCipher::Aes256,
        },
        Format::Pkcs8 | Format::Pkcs12 => pkcs8(Wrapping::Pem),
        Format::Pkcs8Der => pkcs8(Wrapping::Der),
        Format::SshCom => PrivateEncoding::SshCom,
        Format::Jwk => PrivateEncoding::Jwk,
        Format::Dropbear => PrivateEncoding::Dropbear,
        Format::PublicLine | Format::Rfc4716 | Format::Spki | Format::Pkcs1Public => return None,
    })
}

fn pkcs8(wrapping: Wrapping) -> PrivateEncoding {
    PrivateEncoding::Pkcs8 {
        wrapping,
        pbes2: format::Pbes2::default(),
    }
}

/// A private key can be written as it was read, and as OpenSSH has it, and is the same after it.
pub fn private(file: &PrivateFile) {
    let own = own_encoding(file.format).expect("private keys do not stand in public formats");
    for encoding in [own, PrivateEncoding::OPENSSH] {
        assert!(
            again(file, &encoding, None),
            "{encoding:?} does not hold what it held"
        );
    }
}

/// A private key is the same in every format that holds it.
pub fn private_in_all_formats(file: &PrivateFile) {
    private(file);
    let all = [
        PrivateEncoding::Ppk2,
        PrivateEncoding::Ppk3(format::Argon2Params {
            mem_kib: 8,
            passes: 1,
            ..format::Argon2Params::default()
        }),
        PrivateEncoding::Pem {
            cipher: format::CbcCipher::Aes128,
        },
        pkcs8(Wrapping::Pem),
        pkcs8(Wrapping::Der),
        PrivateEncoding::SshCom,
        PrivateEncoding::Jwk,
        PrivateEncoding::OpenSsh {
            cipher: Cipher::Aes256Gcm,
            rounds: 1,
        },
    ];
    for encoding in &all {
        again(file, encoding, None);
    }
    for encoding in all
        .iter()
        .filter(|encoding| encoding.cost() == Cost::Nothing || encoding.cost().estimate() <= AFFORDABLE)
    {
        again(file, encoding, Some(b"passphrase"));
    }
}

/// Whether the format holds the key; if so, it holds just this one.
fn again(file: &PrivateFile, encoding: &PrivateEncoding, passphrase: Option<&[u8]>) -> bool {
    let comment = Comment::cleaned(&file.comment).0;
    let Some(bytes) = written(&file.key, &comment, encoding, passphrase) else {
        return false;
    };
    let read = match format::parse(bytes.expose()) {
        Ok(Parsed::Private(read)) => read,
        Ok(Parsed::Locked(locked)) if let Some(passphrase) = passphrase => {
            let passphrase = Passphrase::from_bytes(passphrase.to_vec());
            locked
                .unlock(&passphrase, Consent::NotGiven)
                .expect("the passphrase is the right one")
        }
        other => panic!("{encoding:?}: {other:?}"),
    };
    assert_eq!(read.format, encoding.format());
    assert!(
        canonical(&read.key) == canonical(&file.key),
        "{encoding:?}: another key"
    );
    true
}

/// Opens what is locked, as far as that costs little.
#[must_use]
pub fn unlocked(parsed: Parsed, len: usize, passphrase: &[u8]) -> Option<PrivateFile> {
    let locked = match parsed {
        Parsed::Private(file) => return Some(file),
        Parsed::Public(_) => return None,
        Parsed::Locked(locked) => locked,
    };
    let cost = locked.protection.cost();
    if cost.estimate() > AFFORDABLE {
        return None;
    }
    let allowance = allocation::allowance(len + passphrase.len(), cost);
    let passphrase = Passphrase::from_bytes(passphrase.to_vec());
    match watched(allowance, || locked.unlock(&passphrase, Consent::NotGiven)) {
        Ok(file) => {
            if let Some(public) = &locked.public {
                assert_eq!(public, file.key.public());
            }
            Some(file)
        }
        Err(error) => {
            refused(&error);
            None
        }
    }
}

/// A public key has one wire form only, and one fingerprint: a compressed point is written out.
pub fn wire(bytes: &[u8]) {
    if let Ok(key) = watched(allowance(bytes.len()), || PublicKey::from_wire(bytes)) {
        let written = key.to_wire();
        assert!(
            written == bytes || written.len() > bytes.len(),
            "two spellings of one key: {written:?}"
        );
        assert_eq!(PublicKey::from_wire(&written), Ok(key));
    }
}
