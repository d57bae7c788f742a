//! How private files are protected against whoever gets hold of them.

use crate::engine::Problem;
use crate::format::{
    Argon2Params, CbcCipher, Cipher, Consent, EncodeError, Format, Pbes2, Pbes2Kdf, PrivateEncoding,
    Protection, Wrapping,
};

/// The version of the PuTTY files that are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PpkVersion {
    /// With Argon2, for PuTTY 0.75 and later.
    #[default]
    V3,
    /// For older programs; it protects the passphrase badly.
    V2,
}

/// How private files are protected; each format takes what it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strength {
    /// The cipher of OpenSSH files.
    pub cipher: Cipher,
    /// The rounds of `bcrypt_pbkdf` in OpenSSH files.
    pub rounds: u32,
    /// The version of PuTTY files where nothing else is asked for.
    pub ppk_version: PpkVersion,
    /// Argon2's numbers in PuTTY files.
    pub argon2: Argon2Params,
    /// Key derivation and cipher of PKCS#8 files; traditional PEM takes the cipher.
    pub pbes2: Pbes2,
}

impl Default for Strength {
    /// OpenSSH's and PuTTYgen's own defaults, and for PKCS#8 more than OpenSSL's.
    fn default() -> Self {
        Self {
            cipher: Cipher::Aes256Ctr,
            rounds: 24,
            ppk_version: PpkVersion::default(),
            argon2: Argon2Params::default(),
            pbes2: Pbes2::default(),
        }
    }
}

impl Strength {
    /// The ciphers that can be chosen for OpenSSH files; PuTTY reads the first.
    pub const CIPHERS: [Cipher; 2] = [Cipher::Aes256Ctr, Cipher::Aes256Gcm];

    /// What protects a file now; the defaults, where nothing does.
    #[must_use]
    pub fn of(protection: &Protection) -> Self {
        let usual = Self::default();
        match protection {
            Protection::None | Protection::PpkSha1 | Protection::SshCom | Protection::Pbes1 { .. } => usual,
            Protection::Pem(cipher) => Self {
                pbes2: Pbes2 {
                    cipher: *cipher,
                    ..usual.pbes2
                },
                ..usual
            },
            Protection::Pbes2(pbes2) => Self {
                pbes2: *pbes2,
                ..usual
            },
            Protection::OpenSsh { cipher, rounds } => Self {
                cipher: *cipher,
                rounds: *rounds,
                ..usual
            },
            Protection::Ppk3(argon2) => Self {
                argon2: *argon2,
                ..usual
            },
        }
    }

    /// The same, with the defaults in place of what is weaker: for a file that is protected anew.
    #[must_use]
    pub fn or_usual(self) -> Self {
        let usual = Self::default();
        let work = |argon2: Argon2Params| u64::from(argon2.mem_kib) * u64::from(argon2.passes);
        Self {
            cipher: match self.cipher {
                Cipher::TdesCbc => usual.cipher,
                kept => kept,
            },
            rounds: self.rounds.max(usual.rounds),
            ppk_version: self.ppk_version,
            argon2: if work(self.argon2) < work(usual.argon2) {
                usual.argon2
            } else {
                self.argon2
            },
            pbes2: Pbes2 {
                kdf: if self.pbes2.cost().estimate() < usual.pbes2.cost().estimate() {
                    usual.pbes2.kdf
                } else {
                    self.pbes2.kdf
                },
                cipher: match self.pbes2.cipher {
                    cipher if cipher.is_broken() || cipher == CbcCipher::TripleDes => usual.pbes2.cipher,
                    kept => kept,
                },
            },
        }
    }

    /// Says whether files could be protected so, and opened again.
    ///
    /// # Errors
    /// A number is out of bounds.
    pub fn checked(self) -> Result<(), Problem> {
        let has_iterations = !matches!(self.pbes2.kdf, Pbes2Kdf::Pbkdf2 { iterations: 0, .. });
        let is_possible = self.rounds >= 1 && self.argon2.is_defined() && has_iterations;
        let costs = [
            self.openssh().cost(),
            PrivateEncoding::Ppk3(self.argon2).cost(),
            self.pbes2.cost(),
        ];
        if is_possible && costs.iter().all(|cost| cost.check(Consent::Given).is_ok()) {
            Ok(())
        } else {
            Err(EncodeError::Cost.into())
        }
    }

    /// A private key file of this kind, protected so; nothing for the kinds that hold public keys.
    #[must_use]
    pub fn encoding(self, format: Format) -> Option<PrivateEncoding> {
        match format {
            Format::OpenSsh => Some(self.openssh()),
            Format::Ppk3 => Some(PrivateEncoding::Ppk3(self.argon2)),
            // Version 1 is only read; what is made of it is the next that everybody reads.
            Format::Ppk1 | Format::Ppk2 => Some(PrivateEncoding::Ppk2),
            Format::SshCom => Some(PrivateEncoding::SshCom),
            Format::Jwk => Some(PrivateEncoding::Jwk),
            Format::Dropbear => Some(PrivateEncoding::Dropbear),
            Format::Pem => Some(PrivateEncoding::Pem {
                cipher: self.pbes2.cipher,
            }),
            // A store is only read; the key in it is laid out as PKCS#8 has it.
            Format::Pkcs8 | Format::Pkcs12 => Some(self.pkcs8(Wrapping::Pem)),
            // Of the binary forms only PKCS#8 can be encrypted, and whoever reads one reads both.
            Format::Der | Format::Pkcs8Der => Some(self.pkcs8(Wrapping::Der)),
            Format::PublicLine | Format::Rfc4716 | Format::Spki | Format::Pkcs1Public => None,
        }
    }

    pub(super) fn pkcs8(self, wrapping: Wrapping) -> PrivateEncoding {
        PrivateEncoding::Pkcs8 {
            wrapping,
            pbes2: self.pbes2,
        }
    }

    pub(super) fn ppk(self) -> PrivateEncoding {
        match self.ppk_version {
            PpkVersion::V3 => PrivateEncoding::Ppk3(self.argon2),
            PpkVersion::V2 => PrivateEncoding::Ppk2,
        }
    }

    pub(super) fn openssh(self) -> PrivateEncoding {
        PrivateEncoding::OpenSsh {
            cipher: self.cipher,
            rounds: self.rounds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Prf;

    #[test]
    fn a_file_that_is_protected_anew_is_never_weaker_than_usual() {
        let old = Strength::of(&Protection::OpenSsh {
            cipher: Cipher::TdesCbc,
            rounds: 16,
        });
        assert_eq!(old.or_usual(), Strength::default());
        let quick = Argon2Params {
            mem_kib: 8,
            passes: 1,
            ..Argon2Params::default()
        };
        assert_eq!(
            Strength::of(&Protection::Ppk3(quick)).or_usual(),
            Strength::default()
        );
        assert_eq!(Strength::of(&Protection::Ppk3(quick)).argon2, quick);
    }

    #[test]
    fn openssl_s_own_strength_is_raised_when_a_file_is_protected_anew() {
        let of_openssl = Pbes2 {
            kdf: Pbes2Kdf::Pbkdf2 {
                prf: Prf::Sha256,
                iterations: 2048,
            },
            cipher: CbcCipher::TripleDes,
        };
        let kept = Strength::of(&Protection::Pbes2(of_openssl));
        assert_eq!(kept.pbes2, of_openssl);
        assert_eq!(kept.or_usual(), Strength::default());
        let of_old_openssl = Strength::of(&Protection::Pem(CbcCipher::Des));
        let pem = of_old_openssl.or_usual().encoding(Format::Pem);
        assert_eq!(
            pem,
            Some(PrivateEncoding::Pem {
                cipher: CbcCipher::Aes256
            })
        );
    }

    #[test]
    fn a_file_that_is_stronger_than_usual_stays_so() {
        let protection = Protection::OpenSsh {
            cipher: Cipher::ChaCha20Poly1305,
            rounds: 100,
        };
        let kept = Strength::of(&protection).or_usual();
        assert_eq!((kept.cipher, kept.rounds), (Cipher::ChaCha20Poly1305, 100));
    }
}
