//! The kinds of key files: what they are called, and what each can hold.

use crate::key::Algorithm;

/// The kinds of files that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// `-----BEGIN OPENSSH PRIVATE KEY-----`.
    OpenSsh,
    /// `PuTTY-User-Key-File-1`, which is only read.
    Ppk1,
    /// `PuTTY-User-Key-File-2`.
    Ppk2,
    /// `PuTTY-User-Key-File-3`, of PuTTY 0.75 and later.
    Ppk3,
    /// One line: type, base64, comment.
    PublicLine,
    /// `---- BEGIN SSH2 PUBLIC KEY ----`.
    Rfc4716,
    /// `-----BEGIN RSA PRIVATE KEY-----`, `EC` or `DSA`: what OpenSSL and OpenSSH wrote by themselves
    /// until 2010 and 2018.
    Pem,
    /// The bytes of [`Format::Pem`] without the text around them.
    Der,
    /// `-----BEGIN PRIVATE KEY-----`, `-----BEGIN ENCRYPTED PRIVATE KEY-----`.
    Pkcs8,
    /// The bytes of [`Format::Pkcs8`] without the text around them.
    Pkcs8Der,
    /// `-----BEGIN PUBLIC KEY-----`, or its bytes.
    Spki,
    /// `-----BEGIN RSA PUBLIC KEY-----`, or its bytes.
    Pkcs1Public,
    /// `---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----` of ssh.com.
    SshCom,
    /// A JSON Web Key.
    Jwk,
    /// Dropbear's own: bytes, without comment and passphrase.
    Dropbear,
    /// A PKCS#12 store (`.p12`, `.pfx`), which is only read.
    Pkcs12,
}

impl Format {
    /// The word for it in `--format`, `--to` and `--json`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::OpenSsh => "openssh",
            Self::Ppk1 => "ppk1",
            Self::Ppk2 => "ppk2",
            Self::Ppk3 => "ppk",
            Self::PublicLine => "public",
            Self::Rfc4716 => "rfc4716",
            Self::Pem => "pem",
            Self::Der => "der",
            Self::Pkcs8 => "pkcs8",
            Self::Pkcs8Der => "pkcs8-der",
            Self::Spki => "spki",
            Self::Pkcs1Public => "pkcs1-public",
            Self::SshCom => "sshcom",
            Self::Jwk => "jwk",
            Self::Dropbear => "dropbear",
            Self::Pkcs12 => "pkcs12",
        }
    }

    /// Its name in a sentence.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::OpenSsh => "OpenSSH private key",
            Self::Ppk1 => "PuTTY private key (PPK version 1)",
            Self::Ppk2 => "PuTTY private key (PPK version 2)",
            Self::Ppk3 => "PuTTY private key (PPK version 3)",
            Self::PublicLine => "OpenSSH public key",
            Self::Rfc4716 => "SSH2 public key (RFC 4716)",
            Self::Pem => "PEM private key (PKCS#1, SEC1)",
            Self::Der => "DER private key (PKCS#1, SEC1)",
            Self::Pkcs8 => "PKCS#8 private key",
            Self::Pkcs8Der => "PKCS#8 private key (DER)",
            Self::Spki => "OpenSSL public key (SubjectPublicKeyInfo)",
            Self::Pkcs1Public => "RSA public key (PKCS#1)",
            Self::SshCom => "ssh.com private key",
            Self::Jwk => "JSON Web Key",
            Self::Dropbear => "Dropbear private key",
            Self::Pkcs12 => "PKCS#12 store",
        }
    }

    /// Whether a file of this kind has room for a comment.
    #[must_use]
    pub fn holds_comment(self) -> bool {
        match self {
            Self::OpenSsh
            | Self::Ppk1
            | Self::Ppk2
            | Self::Ppk3
            | Self::PublicLine
            | Self::Rfc4716
            | Self::SshCom
            | Self::Jwk
            | Self::Pkcs12 => true,
            Self::Pem
            | Self::Der
            | Self::Pkcs8
            | Self::Pkcs8Der
            | Self::Spki
            | Self::Pkcs1Public
            | Self::Dropbear => false,
        }
    }

    /// Whether a file of this kind can hold a certificate in place of the bare public key.
    #[must_use]
    pub fn holds_certificate(self) -> bool {
        matches!(self, Self::Ppk2 | Self::Ppk3 | Self::PublicLine | Self::Rfc4716)
    }

    /// Whether a file of this kind can hold keys of this type.
    #[must_use]
    pub fn holds(self, algorithm: Algorithm) -> bool {
        use Algorithm as A;
        match self {
            Self::OpenSsh | Self::PublicLine | Self::Rfc4716 => true,
            Self::Ppk1 => matches!(algorithm, A::Rsa | A::Dsa),
            Self::Ppk2 | Self::Ppk3 | Self::Pkcs8 | Self::Pkcs8Der | Self::Spki | Self::Pkcs12 => {
                matches!(algorithm, A::Rsa | A::Dsa | A::Ecdsa(_) | A::Ed25519 | A::Ed448)
            }
            Self::Pem | Self::Der => matches!(algorithm, A::Rsa | A::Dsa | A::Ecdsa(_)),
            Self::Dropbear => matches!(algorithm, A::Rsa | A::Dsa | A::Ecdsa(_) | A::Ed25519),
            Self::Pkcs1Public => matches!(algorithm, A::Rsa),
            Self::SshCom => matches!(algorithm, A::Rsa | A::Dsa),
            Self::Jwk => matches!(algorithm, A::Rsa | A::Ecdsa(_) | A::Ed25519 | A::Ed448),
        }
    }
}
