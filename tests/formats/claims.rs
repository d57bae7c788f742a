//! What the document claims: for each cell either who judges it, or why it is empty.

use keywright::format::Format;
use keywright::key::Algorithm;
use keywright::key::spec::Naming;

/// The direction in which a file goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Read,
    Write,
}

impl Way {
    pub(crate) const BOTH: [Self; 2] = [Self::Read, Self::Write];
}

/// Whose word counts for a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judge {
    SshKeygen,
    /// Files of a release that knows ML-DSA by this name, which the installed one need not do.
    NewSshKeygen(Naming),
    Puttygen,
    Openssl,
    Jwcrypto,
    Dropbear,
}

impl Judge {
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::SshKeygen => "`ssh-keygen`",
            Self::NewSshKeygen(Naming::Settled) => "files of `ssh-keygen` 10.6p1 (*)",
            Self::NewSshKeygen(Naming::Experiment) => "files of `ssh-keygen` 10.5p1 (*)",
            Self::Puttygen => "`puttygen`",
            Self::Openssl => "`openssl`",
            Self::Jwcrypto => "`python3-jwcrypto`",
            Self::Dropbear => "`dropbearkey`",
        }
    }
}

/// Why a cell is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    SecurityKeyInPutty,
    MlDsaInPutty,
    OnlyInSsh,
    NotTraditional,
    DerIsRead,
    DerIsPlain,
    Ppk1IsRead,
    Ppk1IsOlder,
    SshComTypes,
    JwkTypes,
    JwkIsPlain,
    OnlyRsa,
    PartOfPrivate,
    NoCertificates,
    DropbearTypes,
    DropbearIsPlain,
}

impl Reason {
    /// In the order in which the notes are numbered.
    pub(crate) const ALL: [Self; 16] = [
        Self::SecurityKeyInPutty,
        Self::MlDsaInPutty,
        Self::Ppk1IsRead,
        Self::Ppk1IsOlder,
        Self::NotTraditional,
        Self::DerIsRead,
        Self::DerIsPlain,
        Self::OnlyInSsh,
        Self::SshComTypes,
        Self::JwkTypes,
        Self::JwkIsPlain,
        Self::OnlyRsa,
        Self::PartOfPrivate,
        Self::NoCertificates,
        Self::DropbearTypes,
        Self::DropbearIsPlain,
    ];

    pub(crate) fn number(self) -> usize {
        let place = Self::ALL.iter().position(|reason| *reason == self);
        place.expect("all of them are listed") + 1
    }

    /// What stands in the cell.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::SecurityKeyInPutty | Self::MlDsaInPutty => "not in PuTTY",
            Self::OnlyInSsh => "only in SSH",
            Self::NotTraditional => "no such form",
            Self::DerIsRead | Self::Ppk1IsRead | Self::PartOfPrivate => "not written",
            Self::DerIsPlain | Self::JwkIsPlain | Self::DropbearIsPlain => "never encrypted",
            Self::Ppk1IsOlder => "older",
            Self::SshComTypes => "RSA, DSA only",
            Self::JwkTypes => "not in JOSE",
            Self::OnlyRsa => "RSA only",
            Self::NoCertificates => "none exist",
            Self::DropbearTypes => "not in Dropbear",
        }
    }

    /// The whole of it.
    pub(crate) fn note(self) -> &'static str {
        match self {
            Self::SecurityKeyInPutty => {
                "PuTTY has no key files for security keys: `puttygen` takes neither their private files nor \
                 their public lines."
            }
            Self::MlDsaInPutty => {
                "PuTTY does not know this type, which came with OpenSSH 10.4; `puttygen` refuses it."
            }
            Self::Ppk1IsRead => {
                "Only snapshots of PuTTY of 2000 and 2001 wrote version 1. Its check covers the private half \
                 alone, so it is read, and saved as version 2."
            }
            Self::Ppk1IsOlder => "In the days of version 1 PuTTY had RSA and DSA, and no other type.",
            Self::NotTraditional => {
                "The forms from before PKCS#8 are a layout for each type: PKCS#1, SEC1 and one for DSA. \
                 Ed25519 and Ed448 never got one; `openssl pkey -traditional` refuses them."
            }
            Self::DerIsRead => {
                "Nothing in these bytes names the type of the key; it is guessed from their shape. They are read, and \
                 saved as PKCS#8 in DER, which names it; what reads one reads the other."
            }
            Self::DerIsPlain => {
                "What encrypts a traditional key stands in the two header lines of its PEM text, which DER does \
                 not have; `openssl` refuses it as well. PKCS#8 can be encrypted in DER too."
            }
            Self::OnlyInSsh => {
                "A type of OpenSSH's own: no standard gives it an object identifier or a name outside SSH. Of \
                 security keys a file has no private number at all, only what the device needs to find it."
            }
            Self::SshComTypes => {
                "ssh.com's format has RSA and DSA; `puttygen` refuses to export others to it."
            }
            Self::JwkTypes => {
                "RFC 7518 and RFC 8037 name RSA, the three curves of ECDSA, Ed25519 and Ed448, and no other type \
                 of SSH's."
            }
            Self::JwkIsPlain => {
                "A JSON Web Key is plain text. RFC 7517 §7 would wrap an encrypted one in another format, JWE; \
                 save the key in OpenSSH format or PKCS#8 instead."
            }
            Self::OnlyRsa => "PKCS#1 is RSA's own standard.",
            Self::PartOfPrivate => {
                "It is the part of a PPK file that can be read before the passphrase is known. It is written \
                 with the private half, as the tables above say, and never alone."
            }
            Self::DropbearTypes => "Dropbear has no private keys of this type in its files.",
            Self::DropbearIsPlain => {
                "Dropbear knows no passphrases: `dropbearconvert` refuses files of OpenSSH that have one."
            }
            Self::NoCertificates => "OpenSSH, whose certificates these are, does not know Ed448.",
        }
    }
}

/// Who judges a private key file, or why there is none.
pub(crate) fn private(
    algorithm: Algorithm,
    format: Format,
    way: Way,
    is_encrypted: bool,
) -> Result<Judge, Reason> {
    match format {
        Format::OpenSsh => Ok(of_openssh(algorithm)),
        Format::Ppk3 | Format::Ppk2 => of_putty(algorithm),
        Format::Ppk1 => match (algorithm, way) {
            (Algorithm::Rsa | Algorithm::Dsa, Way::Read) => Ok(Judge::Puttygen),
            (Algorithm::Rsa | Algorithm::Dsa, Way::Write) => Err(Reason::Ppk1IsRead),
            _ => Err(Reason::Ppk1IsOlder),
        },
        Format::Pem => traditional(algorithm),
        Format::Der => match (traditional(algorithm)?, way, is_encrypted) {
            (_, _, true) => Err(Reason::DerIsPlain),
            (_, Way::Write, false) => Err(Reason::DerIsRead),
            (judge, Way::Read, false) => Ok(judge),
        },
        Format::Pkcs8 | Format::Pkcs8Der => standardised(algorithm),
        Format::SshCom => match algorithm {
            Algorithm::Rsa | Algorithm::Dsa => Ok(Judge::Puttygen),
            _ => Err(Reason::SshComTypes),
        },
        Format::Jwk if is_encrypted => of_jose(algorithm).and(Err(Reason::JwkIsPlain)),
        Format::Jwk => of_jose(algorithm),
        Format::Dropbear => match algorithm {
            Algorithm::Rsa | Algorithm::Dsa | Algorithm::Ecdsa(_) | Algorithm::Ed25519 if is_encrypted => {
                Err(Reason::DropbearIsPlain)
            }
            Algorithm::Rsa | Algorithm::Dsa | Algorithm::Ecdsa(_) | Algorithm::Ed25519 => Ok(Judge::Dropbear),
            _ => Err(Reason::DropbearTypes),
        },
        Format::Pkcs12 => panic!("a store has tests of its own"),
        Format::PublicLine | Format::Rfc4716 | Format::Spki | Format::Pkcs1Public => {
            panic!("{format:?} holds public keys")
        }
    }
}

/// Who judges a public key file, or why there is none.
pub(crate) fn public(algorithm: Algorithm, format: Format) -> Result<Judge, Reason> {
    match format {
        Format::PublicLine | Format::Rfc4716 => Ok(of_openssh(algorithm)),
        Format::Spki => standardised(algorithm),
        Format::Pkcs1Public => match algorithm {
            Algorithm::Rsa => Ok(Judge::Openssl),
            _ => Err(Reason::OnlyRsa),
        },
        Format::Jwk => of_jose(algorithm),
        other => panic!("{other:?} holds private keys"),
    }
}

/// Who judges the public part of an encrypted PPK file.
pub(crate) fn public_part(algorithm: Algorithm, way: Way) -> Result<Judge, Reason> {
    let judge = of_putty(algorithm)?;
    match way {
        Way::Read => Ok(judge),
        Way::Write => Err(Reason::PartOfPrivate),
    }
}

/// Who judges a certificate of a key of this type in a format that has certificates.
pub(crate) fn certificate(algorithm: Algorithm, format: Format) -> Result<Judge, Reason> {
    match (algorithm, format) {
        (Algorithm::Ed448, _) => Err(Reason::NoCertificates),
        (_, Format::PublicLine | Format::Rfc4716) => Ok(of_openssh(algorithm)),
        (_, _) => of_putty(algorithm),
    }
}

/// `ssh-keygen` knows all types but two, and has known one of them.
fn of_openssh(algorithm: Algorithm) -> Judge {
    match algorithm {
        Algorithm::Dsa | Algorithm::Ed448 => Judge::Puttygen,
        Algorithm::MlDsa44Ed25519(naming) => Judge::NewSshKeygen(naming),
        Algorithm::Rsa
        | Algorithm::Ecdsa(_)
        | Algorithm::Ed25519
        | Algorithm::SkEcdsa
        | Algorithm::SkEd25519 => Judge::SshKeygen,
    }
}

fn of_putty(algorithm: Algorithm) -> Result<Judge, Reason> {
    match algorithm {
        Algorithm::SkEcdsa | Algorithm::SkEd25519 => Err(Reason::SecurityKeyInPutty),
        Algorithm::MlDsa44Ed25519(_) => Err(Reason::MlDsaInPutty),
        Algorithm::Rsa | Algorithm::Dsa | Algorithm::Ecdsa(_) | Algorithm::Ed25519 | Algorithm::Ed448 => {
            Ok(Judge::Puttygen)
        }
    }
}

fn standardised(algorithm: Algorithm) -> Result<Judge, Reason> {
    match algorithm {
        Algorithm::SkEcdsa | Algorithm::SkEd25519 | Algorithm::MlDsa44Ed25519(_) => Err(Reason::OnlyInSsh),
        Algorithm::Rsa | Algorithm::Dsa | Algorithm::Ecdsa(_) | Algorithm::Ed25519 | Algorithm::Ed448 => {
            Ok(Judge::Openssl)
        }
    }
}

fn traditional(algorithm: Algorithm) -> Result<Judge, Reason> {
    match algorithm {
        Algorithm::Ed25519 | Algorithm::Ed448 => Err(Reason::NotTraditional),
        _ => standardised(algorithm),
    }
}

fn of_jose(algorithm: Algorithm) -> Result<Judge, Reason> {
    match algorithm {
        Algorithm::Rsa | Algorithm::Ecdsa(_) | Algorithm::Ed25519 | Algorithm::Ed448 => Ok(Judge::Jwcrypto),
        Algorithm::Dsa | Algorithm::SkEcdsa | Algorithm::SkEd25519 | Algorithm::MlDsa44Ed25519(_) => {
            Err(Reason::JwkTypes)
        }
    }
}
