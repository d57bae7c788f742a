//! How PKCS#8 files write down what encrypts them: RFC 8018 appendix A, RFC 7914 §7.

use der::Tag;
use der::asn1::ObjectIdentifier;

use super::pbe::{Pbes1, Pbes2, Pbes2Kdf};
use crate::format::asn1::{Fields, count, null, octets, oid, sequence};
use crate::format::cbc::CbcCipher;
use crate::format::kdf::{Prf, ScryptParams};
use crate::format::oid as known;
use crate::format::{DecodeError, EncodeError, Fault, Protection};
use crate::secret::{Passphrase, SecretBytes};

/// What encrypts a file, with its salt.
#[derive(Debug)]
pub(in crate::format) enum Scheme {
    Pbes2 {
        pbes2: Pbes2,
        salt: Vec<u8>,
        iv: Vec<u8>,
    },
    Pbes1 {
        pbes1: Pbes1,
        salt: Vec<u8>,
        iterations: u32,
    },
}

/// What a file is encrypted with.
pub(in crate::format) struct Keys {
    pub(in crate::format) key: SecretBytes,
    pub(in crate::format) iv: SecretBytes,
}

const PRFS: [(Prf, ObjectIdentifier); 5] = [
    (Prf::Sha1, known::HMAC_SHA1),
    (Prf::Sha224, known::HMAC_SHA224),
    (Prf::Sha256, known::HMAC_SHA256),
    (Prf::Sha384, known::HMAC_SHA384),
    (Prf::Sha512, known::HMAC_SHA512),
];

const CIPHERS: [(CbcCipher, ObjectIdentifier); 11] = [
    (CbcCipher::Des, known::DES_CBC),
    (CbcCipher::TripleDes, known::TRIPLE_DES_CBC),
    (CbcCipher::Aes128, known::AES128_CBC),
    (CbcCipher::Aes192, known::AES192_CBC),
    (CbcCipher::Aes256, known::AES256_CBC),
    (CbcCipher::Camellia128, known::CAMELLIA128_CBC),
    (CbcCipher::Camellia192, known::CAMELLIA192_CBC),
    (CbcCipher::Camellia256, known::CAMELLIA256_CBC),
    (CbcCipher::Aria128, known::ARIA128_CBC),
    (CbcCipher::Aria192, known::ARIA192_CBC),
    (CbcCipher::Aria256, known::ARIA256_CBC),
];

const PBES1: [(Pbes1, ObjectIdentifier); 6] = [
    (Pbes1::Md5Des, known::PBE_MD5_DES),
    (Pbes1::Sha1Des, known::PBE_SHA1_DES),
    (Pbes1::Sha1TripleDes, known::PBE_SHA1_3DES),
    (Pbes1::Sha1TwoKeyTripleDes, known::PBE_SHA1_2DES),
    (Pbes1::Sha1Rc2With128, known::PBE_SHA1_RC2_128),
    (Pbes1::Sha1Rc2With40, known::PBE_SHA1_RC2_40),
];

fn find<T: Copy>(table: &[(T, ObjectIdentifier)], wanted: ObjectIdentifier) -> Option<T> {
    let found = table.iter().find(|(_, oid)| *oid == wanted);
    found.map(|(value, _)| *value)
}

fn oid_of<T: PartialEq>(table: &[(T, ObjectIdentifier)], wanted: &T) -> Option<ObjectIdentifier> {
    let found = table.iter().find(|(value, _)| value == wanted);
    found.map(|(_, oid)| *oid)
}

impl Scheme {
    /// Reads the fields of an `AlgorithmIdentifier`.
    pub(in crate::format) fn read(mut fields: Fields<'_>) -> Result<Self, DecodeError> {
        let scheme = fields.oid()?;
        let mut parameters = fields.sequence()?;
        fields.end()?;
        if scheme == known::PBES2 {
            return read_pbes2(parameters);
        }
        let pbes1 = find(&PBES1, scheme).ok_or_else(|| DecodeError::UnsupportedKdf(known::name(scheme)))?;
        let salt = parameters.octets()?.to_vec();
        let iterations = read_iterations(&mut parameters)?;
        parameters.end()?;
        Ok(Self::Pbes1 {
            pbes1,
            salt,
            iterations,
        })
    }

    /// Writes the `AlgorithmIdentifier`.
    ///
    /// # Errors
    /// The scheme is one that is only read.
    pub(in crate::format) fn write(&self) -> Result<SecretBytes, EncodeError> {
        let Self::Pbes2 { pbes2, salt, iv } = self else {
            return Err(EncodeError::Cipher);
        };
        let (kdf, settings) = match pbes2.kdf {
            Pbes2Kdf::Pbkdf2 { prf, iterations } => {
                let prf = oid_of(&PRFS, &prf).ok_or(EncodeError::Cipher)?;
                let mut settings = vec![octets(salt), count(iterations.into())];
                // HMAC-SHA-1 is the default, which DER leaves out.
                if prf != known::HMAC_SHA1 {
                    settings.push(sequence(&[oid(prf), null()]));
                }
                (known::PBKDF2, settings)
            }
            Pbes2Kdf::Scrypt(params) => {
                let numbers = [params.n(), params.r().into(), params.p().into()];
                let numbers = numbers.into_iter().map(count);
                (
                    known::SCRYPT,
                    std::iter::once(octets(salt)).chain(numbers).collect(),
                )
            }
        };
        let cipher = oid_of(&CIPHERS, &pbes2.cipher).ok_or(EncodeError::Cipher)?;
        Ok(sequence(&[
            oid(known::PBES2),
            sequence(&[
                sequence(&[oid(kdf), sequence(&settings)]),
                sequence(&[oid(cipher), octets(iv)]),
            ]),
        ]))
    }

    pub(in crate::format) fn cipher(&self) -> CbcCipher {
        match self {
            Self::Pbes2 { pbes2, .. } => pbes2.cipher,
            Self::Pbes1 { pbes1, .. } => pbes1.cipher(),
        }
    }

    pub(in crate::format) fn protection(&self) -> Protection {
        match self {
            Self::Pbes2 { pbes2, .. } => Protection::Pbes2(*pbes2),
            Self::Pbes1 {
                pbes1, iterations, ..
            } => Protection::Pbes1 {
                scheme: *pbes1,
                iterations: *iterations,
            },
        }
    }

    /// Derives key and IV; nothing when scrypt's memory is not to be had.
    pub(in crate::format) fn derive(&self, passphrase: &Passphrase) -> Option<Keys> {
        match self {
            Self::Pbes2 { pbes2, salt, iv } => Some(Keys {
                key: pbes2.key(passphrase, salt)?,
                iv: SecretBytes::copy_of(iv),
            }),
            Self::Pbes1 {
                pbes1,
                salt,
                iterations,
            } => {
                let derived = pbes1.derive(passphrase, salt, *iterations);
                let (key, iv) = derived.expose().split_at_checked(pbes1.cipher().key_len())?;
                Some(Keys {
                    key: SecretBytes::copy_of(key),
                    iv: SecretBytes::copy_of(iv),
                })
            }
        }
    }
}

fn read_pbes2(mut parameters: Fields<'_>) -> Result<Scheme, DecodeError> {
    let mut kdf = parameters.sequence()?;
    let mut encryption = parameters.sequence()?;
    parameters.end()?;

    let name = encryption.oid()?;
    let cipher = find(&CIPHERS, name).ok_or_else(|| DecodeError::UnsupportedCipher(known::name(name)))?;
    let iv = encryption.octets()?.to_vec();
    encryption.end()?;
    if iv.len() != cipher.block_len() {
        return Err(Fault::Value("IV").into());
    }

    let name = kdf.oid()?;
    let mut settings = kdf.sequence()?;
    kdf.end()?;
    let (kdf, salt) = if name == known::PBKDF2 {
        read_pbkdf2(&mut settings, cipher)?
    } else if name == known::SCRYPT {
        read_scrypt(&mut settings, cipher)?
    } else {
        return Err(DecodeError::UnsupportedKdf(known::name(name)));
    };
    settings.end()?;
    let pbes2 = Pbes2 { kdf, cipher };
    Ok(Scheme::Pbes2 { pbes2, salt, iv })
}

fn read_pbkdf2(settings: &mut Fields<'_>, cipher: CbcCipher) -> Result<(Pbes2Kdf, Vec<u8>), DecodeError> {
    let salt = settings.octets()?.to_vec();
    let iterations = read_iterations(settings)?;
    read_key_len(settings, cipher)?;
    let prf = if settings.is_finished() {
        Prf::Sha1
    } else {
        let mut algorithm = settings.sequence()?;
        let name = algorithm.oid()?;
        algorithm.optional_null()?;
        algorithm.end()?;
        find(&PRFS, name)
            .ok_or_else(|| DecodeError::UnsupportedKdf(format!("PBKDF2 with {}", known::name(name))))?
    };
    Ok((Pbes2Kdf::Pbkdf2 { prf, iterations }, salt))
}

/// Numbers too large to be counted are the largest that can be, which costs too much anyway.
fn read_iterations(settings: &mut Fields<'_>) -> Result<u32, DecodeError> {
    match settings.count()? {
        0 => Err(Fault::Value("iterations").into()),
        iterations => Ok(u32::try_from(iterations).unwrap_or(u32::MAX)),
    }
}

fn read_scrypt(settings: &mut Fields<'_>, cipher: CbcCipher) -> Result<(Pbes2Kdf, Vec<u8>), DecodeError> {
    let salt = settings.octets()?.to_vec();
    let n = settings.count()?;
    let mut number = || {
        settings
            .count()
            .map(|number| u32::try_from(number).unwrap_or(u32::MAX))
    };
    let (r, p) = (number()?, number()?);
    read_key_len(settings, cipher)?;
    let params = ScryptParams::new(n, r, p).ok_or(Fault::Value("scrypt"))?;
    Ok((Pbes2Kdf::Scrypt(params), salt))
}

/// The length of the key is optional, and must be that of the cipher's key.
fn read_key_len(settings: &mut Fields<'_>, cipher: CbcCipher) -> Result<(), DecodeError> {
    if settings.peek() != Some(Tag::Integer) {
        return Ok(());
    }
    let fits = usize::try_from(settings.count()?) == Ok(cipher.key_len());
    if fits {
        Ok(())
    } else {
        Err(Fault::Value("key length").into())
    }
}
