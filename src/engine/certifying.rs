//! A small authority: certificates for the keys of people and servers.

use crate::engine::signing::SigningKey;
use crate::engine::{Blame, Problem};
use crate::format::certificate::making::{Wish, signed};
use crate::format::{Certificate, CertificateKind, DecodeError};
use crate::sys::clock::unix_seconds;
use crate::sys::randomness::os_random;

/// By how many seconds a certificate begins before now: the clock of a server may be a little behind.
pub const BEHIND: u64 = 60;

/// Has the authority sign what is wished.
///
/// # Errors
/// No server of today would take it, or the authority does not sign.
pub fn certify(wish: &Wish, authority: &SigningKey) -> Result<Certificate, Problem> {
    wish.check(unix_seconds())?;
    let to_be_signed = wish.to_be_signed(authority.public(), &*os_random::<32>()?);
    let certificate = signed(&to_be_signed, &authority.sign(&to_be_signed)?);
    let certificate = certificate.map_err(|error| match error {
        DecodeError::BadSignature(fault) => Problem::new(
            "bad-signature",
            Blame::World,
            format!("the agent’s signature does not count: {fault}"),
            "Nothing was written. Use the authority’s key from its file, or another agent.",
        ),
        error => error.into(),
    })?;
    if certificate.signature().is_sha1 {
        return Err(Problem::new(
            "unsupported-key-type",
            Blame::World,
            "the agent signs with SHA-1, and servers of today take no certificate that rests on it",
            "Nothing was written. Use the authority’s key from its file, or another agent.",
        ));
    }
    Ok(certificate)
}

/// A number for a certificate, by which it can be revoked: of 63 random bits.
///
/// # Errors
/// The system gives no random numbers.
pub fn serial() -> Result<u64, Problem> {
    let random = os_random::<16>()?;
    let (number, _) = random.as_chunks::<8>();
    let number = number
        .first()
        .copied()
        .map(u64::from_be_bytes)
        .unwrap_or_default();
    // Of those that every program can show. 0 stands for none.
    Ok((number >> 1).max(1))
}

/// What whoever runs the server, or logs in on it, puts where for certificates of this kind to count.
#[must_use]
pub fn how_it_counts(kind: CertificateKind) -> &'static str {
    match kind {
        CertificateKind::User => {
            "Servers let its owner in once they know the authority: its public key in a file there, named in sshd_config by TrustedUserCAKeys."
        }
        CertificateKind::Host => {
            "The server shows it once sshd_config names it by HostCertificate; who logs in trusts it by a line “@cert-authority NAMES KEY” in known_hosts, with the authority’s public key."
        }
    }
}
