//! Whether a certificate vouches for a host (OpenSSH's PROTOCOL.certkeys; ssh(1), “VERIFYING HOST KEYS”).

use super::{Certificate, CertificateKind, Validity};
use crate::format::pattern::matches;

/// Why a host's certificate does not vouch for it, although its authority did sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostCertificateFault {
    /// It is one for people.
    #[error("it was made for a user and not for a server")]
    NotForHosts,
    /// It is for other hosts, or for none.
    #[error("it was made for servers of other names")]
    OtherHost,
    /// It does not count yet.
    #[error("it does not count yet")]
    NotYetValid,
    /// It no longer counts.
    #[error("it has expired")]
    Expired,
    /// It has a condition, of which there are none for hosts.
    #[error("it has a condition that this program does not know")]
    Condition,
    /// It was signed with SHA-1, which can be forged.
    #[error("it was signed in a way that can be forged (SHA-1)")]
    Sha1,
    /// ssh's configuration does not take what it was signed with.
    #[error("it was signed in a way that ssh's configuration rules out (CASignatureAlgorithms)")]
    RuledOut,
}

impl Certificate {
    /// Whether it vouches for the host of this name, without a port, at `now` in seconds since 1970 (UTC).
    ///
    /// A certificate without names counts for no host, unlike in versions of ssh before 10.
    ///
    /// # Errors
    /// Names the first fault.
    pub fn vouches_for(&self, host: &str, now: u64) -> Result<(), HostCertificateFault> {
        use HostCertificateFault as Fault;
        if self.kind() != CertificateKind::Host {
            return Err(Fault::NotForHosts);
        }
        if self.signature().is_sha1 {
            return Err(Fault::Sha1);
        }
        match self.validity(now) {
            Validity::Valid => {}
            Validity::NotYetValid => return Err(Fault::NotYetValid),
            Validity::Expired => return Err(Fault::Expired),
        }
        if !self.critical_options().is_empty() {
            return Err(Fault::Condition);
        }
        let host = host.to_ascii_lowercase();
        let mut principals = self.principals().iter();
        let is_named = principals.any(|name| matches(host.as_bytes(), &name.to_ascii_lowercase()));
        is_named.then_some(()).ok_or(Fault::OtherHost)
    }
}
