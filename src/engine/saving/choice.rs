//! The formats that the window saves in, and which keys each of them holds.

use super::Strength;
use crate::format::{Cost, Format};
use crate::key::Algorithm;

/// What “Save private key” writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// An OpenSSH file, and beside it the public key in `.pub`.
    OpenSsh,
    /// A PuTTY file, of the version that the parameters say.
    Ppk,
    /// OpenSSH, `.pub` and PuTTY at once.
    Both,
    /// A PuTTY file that programs older than PuTTY 0.75 read.
    Ppk2,
    /// PKCS#8, as OpenSSL and Java have it.
    Pkcs8,
    /// Traditional PEM, as OpenSSH wrote it until 2018.
    Pem,
    /// The format of ssh.com and Tectia.
    SshCom,
    /// A JSON Web Key.
    Jwk,
    /// Dropbear's own file, in bytes.
    Dropbear,
}

impl Choice {
    /// What nearly everybody needs, in the order of the window.
    pub const ALL: [Self; 4] = [Self::OpenSsh, Self::Ppk, Self::Both, Self::Ppk2];
    /// What stands behind “More formats”.
    pub const MORE: [Self; 5] = [Self::Pkcs8, Self::Pem, Self::SshCom, Self::Dropbear, Self::Jwk];

    /// Its name in the window.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::OpenSsh => "OpenSSH + .pub",
            Self::Ppk => "PuTTY .ppk",
            Self::Both => "OpenSSH and PuTTY",
            Self::Ppk2 => "PuTTY .ppk, version 2",
            Self::Pkcs8 => "PKCS#8",
            Self::Pem => "PEM (PKCS#1, SEC1)",
            Self::SshCom => "ssh.com",
            Self::Jwk => "JSON Web Key",
            Self::Dropbear => "Dropbear",
        }
    }

    /// What it is good for.
    #[must_use]
    pub fn advice(self, algorithm: Algorithm) -> &'static str {
        match self {
            Self::OpenSsh if algorithm == Algorithm::Ed448 => {
                "for PuTTYgen and AsyncSSH; OpenSSH itself does not know Ed448"
            }
            Self::OpenSsh => "for ssh on Linux, macOS and Windows, for Git and most other programs",
            Self::Ppk => "for PuTTY, WinSCP and FileZilla",
            Self::Both => "the same key for both, in one go",
            Self::Ppk2 => "for PuTTY before 0.75 and programs that say “key format too new”",
            Self::Pkcs8 => "for OpenSSL, Java and cloud services; it has no room for the comment",
            Self::Pem => "for programs that know no newer format; it has no room for the comment",
            Self::SshCom => "for ssh.com, Tectia and some devices",
            Self::Jwk => "for web programs; it is never encrypted",
            Self::Dropbear => {
                "for dbclient and routers with OpenWrt; it is never encrypted and has no room for the comment"
            }
        }
    }

    /// The kind of private key file; the first of them, where there are two.
    #[must_use]
    pub fn format(self) -> Format {
        match self {
            Self::OpenSsh | Self::Both => Format::OpenSsh,
            Self::Ppk => Format::Ppk3,
            Self::Ppk2 => Format::Ppk2,
            Self::Pkcs8 => Format::Pkcs8,
            Self::Pem => Format::Pem,
            Self::SshCom => Format::SshCom,
            Self::Jwk => Format::Jwk,
            Self::Dropbear => Format::Dropbear,
        }
    }

    /// What a private file of this kind is called; `stem` is the name without an extension.
    #[must_use]
    pub fn file_name(self, stem: &str) -> String {
        let extension = match self {
            Self::OpenSsh | Self::Both => return stem.to_owned(),
            Self::Ppk | Self::Ppk2 => "ppk",
            Self::Pkcs8 => "p8",
            Self::Pem => "pem",
            Self::SshCom => "ssh2",
            Self::Jwk => "jwk",
            Self::Dropbear => "dropbear",
        };
        format!("{stem}.{extension}")
    }

    /// Whether an OpenSSH file is among what it writes, beside which ssh looks for a certificate.
    #[must_use]
    pub fn has_openssh(self) -> bool {
        matches!(self, Self::OpenSsh | Self::Both)
    }

    /// Why it cannot hold keys of this kind, in a few words; nothing where it can.
    #[must_use]
    pub fn obstacle(self, algorithm: Algorithm) -> Option<&'static str> {
        use Algorithm as A;
        let is_of_openssh_alone = matches!(algorithm, A::SkEcdsa | A::SkEd25519 | A::MlDsa44Ed25519(_));
        match self {
            Self::Ppk | Self::Both | Self::Ppk2 if is_of_openssh_alone => Some("PuTTY has no such keys"),
            Self::Pkcs8 | Self::Jwk if is_of_openssh_alone => Some("OpenSSH alone has such keys"),
            Self::Dropbear if is_of_openssh_alone || algorithm == A::Ed448 => {
                Some("Dropbear has no such keys")
            }
            Self::Jwk if algorithm == A::Dsa => Some("has no DSA keys"),
            Self::Pem if !matches!(algorithm, A::Rsa | A::Dsa | A::Ecdsa(_)) => {
                Some("holds RSA, DSA and ECDSA only")
            }
            Self::SshCom if !matches!(algorithm, A::Rsa | A::Dsa) => Some("holds RSA and DSA only"),
            Self::OpenSsh
            | Self::Ppk
            | Self::Both
            | Self::Ppk2
            | Self::Pkcs8
            | Self::Jwk
            | Self::Dropbear
            | Self::Pem
            | Self::SshCom => None,
        }
    }

    /// This, unless a program that reads it does not know such keys.
    #[must_use]
    pub fn or_fitting(self, algorithm: Algorithm) -> Self {
        let is_unread = algorithm == Algorithm::Ed448 && self.has_openssh();
        if is_unread {
            Self::Ppk
        } else if self.obstacle(algorithm).is_some() {
            Self::OpenSsh
        } else {
            self
        }
    }

    /// Whether it protects a passphrase so badly that trying millions a second is easy.
    #[must_use]
    pub fn protects_badly(self) -> bool {
        matches!(self, Self::Pem | Self::SshCom)
    }

    /// Whether it can be encrypted.
    #[must_use]
    pub fn is_encrypted(self) -> bool {
        !matches!(self, Self::Jwk | Self::Dropbear)
    }

    /// What opening each private file will cost that it makes.
    #[must_use]
    pub fn costs(self, strength: Strength) -> Vec<Cost> {
        let (openssh, ppk) = (strength.openssh().cost(), strength.ppk().cost());
        match self {
            Self::OpenSsh => vec![openssh],
            Self::Ppk => vec![ppk],
            Self::Both => vec![openssh, ppk],
            Self::Pkcs8 => vec![strength.pbes2.cost()],
            Self::Ppk2 | Self::Pem | Self::SshCom | Self::Jwk | Self::Dropbear => vec![Cost::Nothing],
        }
    }
}
