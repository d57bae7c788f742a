//! The check over a PKCS#12 store, made with its passphrase (RFC 7292 §4 and appendix B).

use der::asn1::ObjectIdentifier;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq as _;

use crate::format::asn1::Fields;
use crate::format::pkcs8::pbe::{Purpose, pkcs12};
use crate::format::{DecodeError, Fault, Prf, oid};
use crate::secret::{Passphrase, SecretBytes};

const HASHES: [(Prf, ObjectIdentifier); 5] = [
    (Prf::Sha1, oid::SHA1),
    (Prf::Sha224, oid::SHA224),
    (Prf::Sha256, oid::SHA256),
    (Prf::Sha384, oid::SHA384),
    (Prf::Sha512, oid::SHA512),
];

/// What a `MacData` says.
#[derive(Debug)]
pub(super) struct Mac {
    hash: Prf,
    digest: Vec<u8>,
    salt: Vec<u8>,
    iterations: u32,
}

impl Mac {
    /// Reads its fields.
    pub(super) fn read(mut fields: Fields<'_>) -> Result<Self, DecodeError> {
        let mut info = fields.sequence()?;
        let mut algorithm = info.sequence()?;
        let name = algorithm.oid()?;
        let hash = HASHES.iter().find(|(_, known)| *known == name);
        let (hash, _) = hash.ok_or_else(|| DecodeError::UnsupportedKdf(oid::name(name)))?;
        algorithm.optional_null()?;
        let digest = info.octets()?.to_vec();
        info.end()?;
        let salt = fields.octets()?.to_vec();
        let iterations = if fields.is_finished() { 1 } else { fields.count()? };
        fields.end()?;
        if iterations == 0 {
            return Err(Fault::Value("iterations").into());
        }
        Ok(Self {
            hash: *hash,
            digest,
            salt,
            iterations: u32::try_from(iterations).unwrap_or(u32::MAX),
        })
    }

    pub(super) fn iterations(&self) -> u64 {
        self.iterations.into()
    }

    /// Whether `contents` are what was sealed with this passphrase.
    pub(super) fn fits(&self, passphrase: &Passphrase, contents: &[u8]) -> Result<bool, DecodeError> {
        macro_rules! tag {
            ($hash:ty, $len:literal) => {{
                let (salt, rounds) = (&self.salt, self.iterations);
                let key = pkcs12::<$hash>(Purpose::Mac, $len, passphrase, salt, rounds);
                let mac = Hmac::<$hash>::new_from_slice(key.expose()).map_err(|_| Fault::Value("MAC"))?;
                SecretBytes::copy_of(&mac.chain_update(contents).finalize().into_bytes())
            }};
        }
        let tag = match self.hash {
            Prf::Sha1 => tag!(Sha1, 20),
            Prf::Sha224 => tag!(Sha224, 28),
            Prf::Sha256 => tag!(Sha256, 32),
            Prf::Sha384 => tag!(Sha384, 48),
            Prf::Sha512 => tag!(Sha512, 64),
        };
        Ok(tag.expose().ct_eq(&self.digest).into())
    }
}
