//! The ways in which a public key is written.

use crate::format::{Certificate, EncodeError, Format, Wrapping, jwk, public_line, rfc4716, spki};
use crate::key::comment::Comment;
use crate::key::{Algorithm, PublicKey};

/// A public key to be written.
#[derive(Clone, Copy, Debug)]
pub struct OutgoingPublic<'a> {
    /// The key.
    pub key: &'a PublicKey,
    /// Written in place of the key that it certifies.
    pub certificate: Option<&'a Certificate>,
    /// Goes into the file as it is.
    pub comment: &'a Comment,
}

/// The ways in which a public key is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicForm {
    /// One line, as OpenSSH has it.
    Line,
    /// As RFC 4716 has it.
    Rfc4716,
    /// As OpenSSL has it: `BEGIN PUBLIC KEY` (SubjectPublicKeyInfo, RFC 5280).
    Spki,
    /// As PKCS#1 has it, for RSA: `BEGIN RSA PUBLIC KEY`.
    Pkcs1,
    /// As a JSON Web Key (RFC 7517).
    Jwk,
}

impl PublicForm {
    /// All of them, those that every SSH program reads first.
    pub const ALL: [Self; 5] = [Self::Line, Self::Rfc4716, Self::Spki, Self::Pkcs1, Self::Jwk];

    /// The kind of file that it makes.
    #[must_use]
    pub fn format(self) -> Format {
        match self {
            Self::Line => Format::PublicLine,
            Self::Rfc4716 => Format::Rfc4716,
            Self::Spki => Format::Spki,
            Self::Pkcs1 => Format::Pkcs1Public,
            Self::Jwk => Format::Jwk,
        }
    }

    /// The form of a public key file of this kind; nothing for the kinds that hold private keys only.
    #[must_use]
    pub fn of(format: Format) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.format() == format)
    }

    /// The whole text of the file. A form that has no room for comment or certificate leaves them out.
    ///
    /// # Errors
    /// The form cannot hold this kind of key.
    pub fn text(self, outgoing: OutgoingPublic<'_>) -> Result<String, EncodeError> {
        let OutgoingPublic {
            key,
            certificate,
            comment,
        } = outgoing;
        let pem = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok(match (self, certificate) {
            (Self::Line, None) => format!("{}\n", public_line::encode(key, comment)),
            (Self::Line, Some(certificate)) => {
                format!("{}\n", public_line::encode_certificate(certificate, comment))
            }
            (Self::Rfc4716, None) => rfc4716::encode(key, comment),
            (Self::Rfc4716, Some(certificate)) => rfc4716::encode_certificate(certificate, comment),
            (Self::Spki, _) => pem(spki::encode(key, Wrapping::Pem)?),
            (Self::Pkcs1, _) => pem(spki::encode_pkcs1(key, Wrapping::Pem)?),
            (Self::Jwk, _) => jwk::encode_public(key, comment)?,
        })
    }

    /// Its name in the window.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Line => "One line, for authorized_keys and web forms",
            Self::Rfc4716 => "SSH2 file (RFC 4716), as PuTTYgen saves it",
            Self::Spki => "PEM, as OpenSSL has it; without the comment",
            Self::Pkcs1 => "PEM for RSA (PKCS#1); without the comment",
            Self::Jwk => "JSON Web Key",
        }
    }

    /// Why it cannot hold keys of this kind, in a few words; nothing where it can.
    #[must_use]
    pub fn obstacle(self, algorithm: Algorithm) -> Option<&'static str> {
        use Algorithm as A;
        match (self, algorithm) {
            (Self::Line | Self::Rfc4716, _) | (Self::Pkcs1, A::Rsa) => None,
            (Self::Pkcs1, _) => Some("holds RSA only"),
            (Self::Spki | Self::Jwk, A::SkEcdsa | A::SkEd25519 | A::MlDsa44Ed25519(_)) => {
                Some("OpenSSH alone has such keys")
            }
            (Self::Jwk, A::Dsa) => Some("has no DSA keys"),
            (Self::Spki | Self::Jwk, _) => None,
        }
    }
}
