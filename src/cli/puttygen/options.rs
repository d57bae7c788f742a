//! The words that `puttygen` knows for types, outputs and settings.

use std::str::FromStr;

use clap::ValueEnum;

use crate::cli::protection::PpkParams;
use crate::cli::usage;
use crate::engine::Problem;
use crate::engine::saving::PpkVersion;
use crate::format::Format;
use crate::key::Algorithm;
use crate::key::fingerprint::FingerprintKind;
use crate::key::spec::{Curve, KeySpec, RsaBits};

/// What `-O` names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Output {
    /// The private key in PuTTY's format
    #[default]
    Private,
    /// The private key in the oldest format of OpenSSH that can hold it
    PrivateOpenssh,
    /// The private key in OpenSSH's own format
    PrivateOpensshNew,
    /// The private key in the format of ssh.com
    PrivateSshcom,
    /// The public key in several lines (RFC 4716)
    Public,
    /// The public key in one line
    PublicOpenssh,
    /// The fingerprint
    Fingerprint,
    /// What the certificate says
    CertInfo,
    /// The numbers of the key, as name=value
    Text,
}

impl Output {
    /// The format of the private key file that is to be written; nothing where none is.
    pub(super) fn private(self, algorithm: Algorithm, version: PpkVersion) -> Option<Format> {
        Some(match self {
            Self::Private if version == PpkVersion::V2 => Format::Ppk2,
            Self::Private => Format::Ppk3,
            Self::PrivateOpenssh if Format::Pem.holds(algorithm) => Format::Pem,
            Self::PrivateOpenssh | Self::PrivateOpensshNew => Format::OpenSsh,
            Self::PrivateSshcom => Format::SshCom,
            Self::Public | Self::PublicOpenssh | Self::Fingerprint | Self::CertInfo | Self::Text => {
                return None;
            }
        })
    }

    /// Whether a private key file is to be written.
    pub(super) fn is_private(self) -> bool {
        self.private(Algorithm::Ed25519, PpkVersion::V3).is_some()
    }

    /// Whether it is what a file of this format is already, so that the file is changed where it lies.
    pub(super) fn is_kept_from(self, format: Format) -> bool {
        use Format as F;
        matches!(
            (self, format),
            (Self::Private, F::Ppk1 | F::Ppk2 | F::Ppk3)
                | (Self::PrivateOpenssh, F::Pem)
                | (Self::PrivateOpensshNew, F::OpenSsh)
                | (Self::PrivateSshcom, F::SshCom)
        )
    }
}

/// What `-t` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    #[value(alias = "rsa2")]
    Rsa,
    #[value(alias = "dss")]
    Dsa,
    Ecdsa,
    Eddsa,
    Ed25519,
    Ed448,
    #[value(hide = true)]
    Rsa1,
}

impl Kind {
    /// The key to make, with the sizes that `puttygen` takes where none is given.
    pub(super) fn spec(self, bits: Option<u32>) -> Result<KeySpec, Problem> {
        match (self, bits) {
            (Self::Rsa, bits) => Ok(KeySpec::Rsa(RsaBits::new_short(bits.unwrap_or(RsaBits::MIN))?)),
            (Self::Dsa, None | Some(1024)) => Ok(KeySpec::Dsa),
            (Self::Dsa, Some(_)) => Err(usage::problem(
                "DSA keys are made with 1024 bits here, the only size that every SSH program knows",
                "Leave -b out; or make an Ed25519 key, which every server of today takes.",
            )),
            (Self::Ecdsa, bits) => {
                let bits = bits.unwrap_or(Curve::P384.bits());
                let curve = Curve::ALL.into_iter().find(|curve| curve.bits() == bits);
                curve.map(KeySpec::Ecdsa).ok_or_else(|| {
                    usage::problem(
                        format!("an ECDSA key cannot have {bits} bits"),
                        "Choose 256, 384 or 521.",
                    )
                })
            }
            (Self::Eddsa | Self::Ed25519, None | Some(255 | 256)) => Ok(KeySpec::Ed25519),
            (Self::Eddsa | Self::Ed448, Some(448)) | (Self::Ed448, None) => Ok(KeySpec::Ed448),
            (Self::Eddsa | Self::Ed25519 | Self::Ed448, Some(bits)) => Err(usage::problem(
                format!("an EdDSA key of this type cannot have {bits} bits"),
                "Choose 255 for Ed25519 or 448 for Ed448.",
            )),
            (Self::Rsa1, _) => Err(usage::problem(
                "keys of SSH 1 (rsa1) are not made: the protocol is broken, and no server accepts them",
                "Use -t ed25519, or -t rsa for old servers.",
            )),
        }
    }
}

/// What `-E` names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Print {
    #[default]
    Sha256,
    Md5,
    /// The certificate counts in
    Sha256Cert,
    /// The certificate counts in
    Md5Cert,
}

impl Print {
    pub(super) fn kind(self) -> FingerprintKind {
        match self {
            Self::Sha256 | Self::Sha256Cert => FingerprintKind::Sha256,
            Self::Md5 | Self::Md5Cert => FingerprintKind::Md5,
        }
    }

    pub(super) fn counts_the_certificate(self) -> bool {
        matches!(self, Self::Sha256Cert | Self::Md5Cert)
    }
}

/// What `--ppk-param` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PuttyParams {
    pub(super) version: PpkVersion,
    pub(super) argon2: PpkParams,
}

impl FromStr for PuttyParams {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut version = PpkVersion::default();
        let mut others = Vec::new();
        for part in text.split(',') {
            match part.split_once('=') {
                Some(("version", "2")) => version = PpkVersion::V2,
                Some(("version", "3")) => version = PpkVersion::V3,
                Some(("version", other)) => {
                    return Err(format!("“{other}” is no version; there are 2 and 3"));
                }
                Some(("parallel", number)) => others.push(format!("parallelism={number}")),
                _ => others.push(part.to_owned()),
            }
        }
        let argon2 = if others.is_empty() {
            PpkParams::default()
        } else {
            others.join(",").parse()?
        };
        Ok(Self { version, argon2 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_have_the_names_that_puttygen_gives_them() {
        let params: PuttyParams = "version=2".parse().unwrap();
        assert_eq!(params.version, PpkVersion::V2);
        assert_eq!(params.argon2, PpkParams::default());
        let params: PuttyParams = "mem=8192,version=3,parallel=2".parse().unwrap();
        assert_eq!(params.argon2, "memory=8192,parallelism=2".parse().unwrap());
        for text in ["", "version=1", "foo=2", "passes=x", "kdf=x"] {
            assert!(text.parse::<PuttyParams>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_type_has_the_size_that_puttygen_gives_it() {
        let rsa = |bits| KeySpec::Rsa(RsaBits::new_short(bits).unwrap());
        for (kind, bits, spec) in [
            (Kind::Rsa, None, rsa(2048)),
            (Kind::Rsa, Some(1024), rsa(1024)),
            (Kind::Ecdsa, None, KeySpec::Ecdsa(Curve::P384)),
            (Kind::Ecdsa, Some(521), KeySpec::Ecdsa(Curve::P521)),
            (Kind::Eddsa, None, KeySpec::Ed25519),
            (Kind::Eddsa, Some(448), KeySpec::Ed448),
            (Kind::Ed25519, Some(256), KeySpec::Ed25519),
            (Kind::Ed448, None, KeySpec::Ed448),
            (Kind::Dsa, None, KeySpec::Dsa),
        ] {
            assert_eq!(kind.spec(bits).unwrap(), spec, "{kind:?} {bits:?}");
        }
        for (kind, bits) in [
            (Kind::Rsa, 1023),
            (Kind::Dsa, 2048),
            (Kind::Ecdsa, 255),
            (Kind::Ed25519, 448),
            (Kind::Ed448, 255),
            (Kind::Rsa1, 2048),
        ] {
            assert!(kind.spec(Some(bits)).is_err(), "{kind:?} {bits}");
        }
    }
}
