//! PEM files (RFC 7468) and their binary twins: which key they hold, and the traditional private
//! keys among them.

mod dek;

use rand_core::CryptoRng;

use super::armour::{self, Wrapping, block};
use super::asn1::Fields;
use super::asn1::kind::{self, Kind};
use super::cbc::CbcCipher;
use super::foreign::{foreign, of_label};
use super::{
    DecodeError, EncodeError, Fault, Format, LockedFile, Outgoing, Parsed, PrivateFile, Protection,
    PublicFile,
};
use super::{pkcs8, pkcs12, spki, traditional};
use crate::key::{KeyPair, PublicKey};
use crate::secret::{Passphrase, SecretBytes};
use dek::Dek;

/// The labels of keys, and what they promise.
const LABELS: [(&[u8], Kind); 7] = [
    (b"RSA PRIVATE KEY", Kind::Rsa),
    (b"EC PRIVATE KEY", Kind::Ec),
    (b"DSA PRIVATE KEY", Kind::Dsa),
    (b"PRIVATE KEY", Kind::Pkcs8),
    (b"ENCRYPTED PRIVATE KEY", Kind::EncryptedPkcs8),
    (b"PUBLIC KEY", Kind::Spki),
    (b"RSA PUBLIC KEY", Kind::RsaPublic),
];

/// The encrypted part of a traditional file.
#[derive(Debug)]
pub(super) struct Sealed {
    stated: Kind,
    dek: Dek,
    ciphertext: SecretBytes,
}

/// The part of a text that is a key in PEM, from its first line on. Text for people may stand before
/// it, as `openssl -text` prints it, and the parameters of a curve, as `openssl ecparam` does.
pub(super) fn find(text: &[u8]) -> Option<&[u8]> {
    let mut found = armour::first_block(text)?;
    while armour::label(found).is_some_and(|label| label.ends_with(b" PARAMETERS")) {
        found = armour::first_block(&found[1..])?;
    }
    let first = armour::lines(found).next()?.strip_prefix(armour::BEGIN)?;
    let first = first.trim_ascii_end();
    let is_key = match armour::label(found) {
        Some(label) => LABELS.iter().any(|(known, _)| *known == label),
        // Cut within its first line, or all in one line.
        None => LABELS
            .iter()
            .any(|(known, _)| first.starts_with(known) || known.starts_with(first)),
    };
    is_key.then_some(found)
}

/// Reads what [`find`] found.
pub(super) fn parse(text: &[u8]) -> Result<Parsed, DecodeError> {
    let block = block(text)?;
    let stated = LABELS.iter().find(|(label, _)| *label == block.label);
    let Some((_, stated)) = stated else {
        return Err(DecodeError::NotAKeyFile(of_label(block.label)));
    };
    let Some(dek) = Dek::read(&block.headers)? else {
        return read(block.body.expose(), *stated, Wrapping::Pem);
    };
    if !dek.cipher.can_have_made(block.body.expose()) {
        return Err(Fault::BlockLength.into());
    }
    if let Some(line) = repeated_line(text) {
        return Err(Fault::RepeatedLine { line }.into());
    }
    Ok(Parsed::Locked(LockedFile {
        format: Format::Pem,
        protection: Protection::Pem(dek.cipher),
        public: None,
        // There is no place for one.
        comment: Some(Vec::new()),
        certificate: None,
        has_crlf: false,
        sealed: super::Sealed::Pem(Sealed {
            stated: *stated,
            dek,
            ciphertext: block.body,
        }),
    }))
}

/// The first line that is the same as the one before it, counted from the one with BEGIN: in what is encrypted that never is
/// by chance.
fn repeated_line(text: &[u8]) -> Option<usize> {
    /// Half of a line, to count no short ones.
    const LONG: usize = 32;
    let before = armour::lines(text).map(<[u8]>::trim_ascii);
    let pairs = before.clone().zip(before.skip(1));
    let is_repeated = |(one, next): (&[u8], &[u8])| one == next && one.len() >= LONG;
    pairs
        .map(is_repeated)
        .position(|is_it| is_it)
        .map(|place| place + 2)
}

/// Reads a binary file that [`kind::is_candidate`].
pub(super) fn parse_der(bytes: &[u8]) -> Result<Parsed, DecodeError> {
    match (kind::of(bytes), Fields::of_sequence(bytes)) {
        (Some(kind), _) => read(bytes, kind, Wrapping::Der),
        (None, Err(error @ (DecodeError::Truncated | DecodeError::TrailingData))) => Err(error),
        (None, _) => Err(foreign(bytes)),
    }
}

/// Reads a key that is not encrypted in the way of PEM. What it is counts, not what it is said to be:
/// labels are exchanged by people who want to please some program.
fn read(bytes: &[u8], stated: Kind, wrapping: Wrapping) -> Result<Parsed, DecodeError> {
    match kind::of(bytes).unwrap_or(stated) {
        kind @ (Kind::Rsa | Kind::Ec | Kind::Dsa) => {
            let format = match wrapping {
                Wrapping::Pem => Format::Pem,
                Wrapping::Der => Format::Der,
            };
            Ok(private(format, traditional::read(kind, bytes)?))
        }
        Kind::Pkcs8 => Ok(private(pkcs8::format(wrapping), pkcs8::read(bytes)?)),
        Kind::EncryptedPkcs8 => pkcs8::read_locked(bytes, wrapping).map(Parsed::Locked),
        Kind::Spki => Ok(public(Format::Spki, spki::read(bytes)?)),
        Kind::RsaPublic => Ok(public(Format::Pkcs1Public, spki::read_pkcs1(bytes)?)),
        Kind::Pkcs12 => pkcs12::parse(bytes),
        Kind::Foreign(foreign) => Err(DecodeError::NotAKeyFile(foreign)),
    }
}

fn private(format: Format, key: KeyPair) -> Parsed {
    Parsed::Private(PrivateFile::plain(format, key, Vec::new()))
}

fn public(format: Format, key: PublicKey) -> Parsed {
    Parsed::Public(PublicFile {
        format,
        key,
        comment: Vec::new(),
        certificate: None,
    })
}

impl Sealed {
    pub(super) fn open(
        &self,
        file: &LockedFile,
        passphrase: &Passphrase,
    ) -> Result<PrivateFile, DecodeError> {
        let key = self.dek.key(passphrase);
        let cipher = self.dek.cipher;
        let plain = cipher.decrypt_key(key.expose(), &self.dek.iv, self.ciphertext.expose())?;
        match read(plain.expose(), self.stated, Wrapping::Pem)? {
            Parsed::Private(opened) => Ok(PrivateFile {
                protection: file.protection.clone(),
                has_crlf: file.has_crlf,
                ..opened
            }),
            Parsed::Locked(_) | Parsed::Public(_) => Err(Fault::Field.into()),
        }
    }
}

/// Writes a traditional file.
pub(super) fn encode(
    outgoing: Outgoing<'_>,
    protection: Option<(&Passphrase, CbcCipher)>,
    rng: &mut impl CryptoRng,
) -> Result<SecretBytes, EncodeError> {
    let (label, plain) = traditional::write(outgoing.key).ok_or(EncodeError::Unsupported {
        format: "Traditional PEM",
        algorithm: outgoing.key.algorithm().name(),
    })?;
    let Some((passphrase, cipher)) = protection else {
        return Ok(armour::pem(label, "", plain.expose()));
    };
    let mut iv = vec![0; cipher.block_len()];
    rng.fill_bytes(&mut iv);
    let dek = Dek { cipher, iv };
    let ciphertext = cipher.encrypt(dek.key(passphrase).expose(), &dek.iv, &plain)?;
    Ok(armour::pem(label, &dek.write(), ciphertext.expose()))
}
