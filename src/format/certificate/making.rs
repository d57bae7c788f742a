//! Certificates that are made here: what an authority signs (OpenSSH's PROTOCOL.certkeys).

use super::{Certificate, CertificateKind, MOST_PRINCIPALS};
use crate::format::DecodeError;
use crate::format::addresses::is_address_or_network;
use crate::key::wire::Writer;
use crate::key::{Algorithm, PublicKey};

/// As OpenSSH takes it from a person: longer ones fill the server's log.
const LONGEST_ID: usize = 1024;

/// What a certificate is to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The key that it certifies.
    pub key: PublicKey,
    /// For a person or for a server.
    pub kind: CertificateKind,
    /// A number by which it can be revoked.
    pub serial: u64,
    /// What the server writes into its log.
    pub key_id: String,
    /// The user or host names that it is good for.
    pub principals: Vec<String>,
    /// From when it counts, in seconds since 1970 (UTC); 0 is from ever.
    pub valid_after: u64,
    /// When it ceases to count, in seconds since 1970 (UTC); the largest number is never.
    pub valid_before: u64,
    /// What a server must heed, or refuse it; a name, and a value where it has one.
    pub critical_options: Vec<(String, Option<String>)>,
    /// What it permits.
    pub extensions: Vec<(String, Option<String>)>,
}

/// Why nobody would take such a certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WishFault {
    /// OpenSSH refuses those since 10.3; before, they were good for every name.
    #[error("it names nobody for whom it is good")]
    NoPrincipals,
    /// More than OpenSSH reads.
    #[error("it is for more names than the {MOST_PRINCIPALS} that OpenSSH reads")]
    ManyPrincipals,
    /// One of them is empty, or is more than a name.
    #[error("one of its names is empty, or has characters in it that no name has")]
    Principal,
    /// The text for the log is empty, or more than a line.
    #[error("its ID is empty, too long, or has characters in it that cannot be printed")]
    KeyId,
    /// It would end before it begins.
    #[error("it ends before it begins")]
    Never,
    /// It has ended by now.
    #[error("its time is over already")]
    Over,
    /// An option stands there twice.
    #[error("the option {0} stands there twice")]
    Twice(String),
    /// Addresses that OpenSSH does not read.
    #[error("{0} is no list of addresses as OpenSSH reads it")]
    Addresses(String),
    /// Keys that today's servers do not take, however they are certified.
    #[error("servers of today take no keys of type {}", .0.name())]
    Key(Algorithm),
}

impl Wish {
    /// Sees to it that servers of today would take it, if it were signed at `now`, in seconds since 1970 (UTC).
    ///
    /// # Errors
    /// See [`WishFault`].
    pub fn check(&self, now: u64) -> Result<(), WishFault> {
        if matches!(self.key.algorithm(), Algorithm::Dsa | Algorithm::Ed448) {
            return Err(WishFault::Key(self.key.algorithm()));
        }
        match self.principals.len() {
            0 => return Err(WishFault::NoPrincipals),
            1..=MOST_PRINCIPALS => {}
            _ => return Err(WishFault::ManyPrincipals),
        }
        let is_name = |name: &String| !name.is_empty() && !name.contains([',', ' ']) && is_line(name);
        if !self.principals.iter().all(is_name) {
            return Err(WishFault::Principal);
        }
        if self.key_id.is_empty() || self.key_id.len() > LONGEST_ID || !is_line(&self.key_id) {
            return Err(WishFault::KeyId);
        }
        if self.valid_before <= self.valid_after {
            return Err(WishFault::Never);
        }
        if self.valid_before <= now {
            return Err(WishFault::Over);
        }
        for options in [&self.critical_options, &self.extensions] {
            let mut names: Vec<&str> = options.iter().map(|(name, _)| name.as_str()).collect();
            names.sort_unstable();
            if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
                return Err(WishFault::Twice(twice[0].to_owned()));
            }
        }
        let addresses = self
            .critical_options
            .iter()
            .find(|(name, _)| name == "source-address");
        match addresses.and_then(|(_, value)| value.as_deref()) {
            Some(list) if !list.split(',').all(is_address_or_network) => {
                Err(WishFault::Addresses(list.to_owned()))
            }
            _ => Ok(()),
        }
    }

    /// What the authority signs.
    #[must_use]
    pub fn to_be_signed(&self, authority: &PublicKey, nonce: &[u8; 32]) -> Vec<u8> {
        let mut out = Writer::new();
        out.string(self.key.algorithm().certificate_name().as_bytes());
        out.string(nonce);
        self.key.write_fields(&mut out);
        out.bytes(&self.serial.to_be_bytes());
        out.uint32(match self.kind {
            CertificateKind::User => 1,
            CertificateKind::Host => 2,
        });
        out.string(self.key_id.as_bytes());
        let mut names = Writer::new();
        for name in &self.principals {
            names.string(name.as_bytes());
        }
        out.string(&names.finish_public());
        out.bytes(&self.valid_after.to_be_bytes());
        out.bytes(&self.valid_before.to_be_bytes());
        out.string(&packed(&self.critical_options));
        out.string(&packed(&self.extensions));
        // Room for what may come.
        out.string(b"");
        out.string(&authority.to_wire());
        out.finish_public()
    }
}

/// The certificate of what was signed, if the signature (scheme and blob) fits.
///
/// # Errors
/// It does not: [`DecodeError::BadSignature`].
pub fn signed(to_be_signed: &[u8], signature: &[u8]) -> Result<Certificate, DecodeError> {
    let mut out = Writer::new();
    out.bytes(to_be_signed).string(signature);
    Certificate::from_wire(&out.finish_public())
}

/// Options in the order of their names, as OpenSSH wants them.
fn packed(options: &[(String, Option<String>)]) -> Vec<u8> {
    let mut sorted: Vec<_> = options.iter().collect();
    sorted.sort_unstable();
    let mut out = Writer::new();
    for (name, value) in sorted {
        let mut data = Writer::new();
        if let Some(value) = value {
            data.string(value.as_bytes());
        }
        out.string(name.as_bytes()).string(&data.finish_public());
    }
    out.finish_public()
}

fn is_line(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish() -> Wish {
        Wish {
            key: PublicKey::Ed25519([7; 32]),
            kind: CertificateKind::User,
            serial: 7,
            key_id: "jo@laptop".to_owned(),
            principals: vec!["jo".to_owned()],
            valid_after: 100,
            valid_before: 200,
            critical_options: Vec::new(),
            extensions: Vec::new(),
        }
    }

    #[test]
    fn what_nobody_would_take_is_not_made() {
        assert_eq!(wish().check(150), Ok(()));
        let changed = |change: &dyn Fn(&mut Wish)| {
            let mut wish = wish();
            change(&mut wish);
            wish.check(150)
        };
        assert_eq!(
            changed(&|wish| wish.principals.clear()),
            Err(WishFault::NoPrincipals)
        );
        assert_eq!(
            changed(&|wish| wish.principals = vec!["x".to_owned(); 257]),
            Err(WishFault::ManyPrincipals)
        );
        for name in ["", "a,b", "a\nb", "a b"] {
            assert_eq!(
                changed(&|wish| wish.principals.push(name.to_owned())),
                Err(WishFault::Principal)
            );
        }
        assert_eq!(changed(&|wish| wish.key_id.clear()), Err(WishFault::KeyId));
        assert_eq!(changed(&|wish| wish.valid_before = 100), Err(WishFault::Never));
        assert_eq!(changed(&|wish| wish.valid_before = 140), Err(WishFault::Over));
        let pty = || ("permit-pty".to_owned(), None);
        assert_eq!(
            changed(&|wish| wish.extensions = vec![pty(), pty()]),
            Err(WishFault::Twice("permit-pty".to_owned()))
        );
    }

    #[test]
    fn addresses_are_those_that_openssh_reads() {
        for (list, is_fit) in [
            ("10.0.0.0/8,192.0.2.1", true),
            ("::1,2001:db8::/32", true),
            ("0.0.0.0/0", true),
            ("10.0.0.1/8", false),
            ("2001:db8::1/32", false),
            ("example.org", false),
            ("10.0.0.0/33", false),
            ("10.0.0.0/", false),
            ("", false),
            ("10.0.0.1, 10.0.0.2", false),
        ] {
            assert_eq!(list.split(',').all(is_address_or_network), is_fit, "{list}");
        }
    }
}
