//! Offering a key to a server: as it is, by its certificate, or one after the other.

use super::identity::OpenKey;
use crate::format::Certificate;
use crate::key::watch::Watch;
use crate::sys::remote::{Connection, Credential, RemoteFault, SignIn};

/// What was offered last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// The key as it is.
    Key,
    /// Its certificate.
    Certificate,
}

/// Offers a key, and then, where it is not taken as it is, its certificate; and which of them was offered last.
pub(super) fn offer(
    connection: &mut Connection,
    key: &OpenKey,
    watch: &dyn Watch,
) -> Result<(SignIn, Shown), RemoteFault> {
    let certificate = key.certificate();
    if key.is_bare() {
        let answer = offer_bare(connection, key, watch)?;
        let is_over = match &answer {
            SignIn::Refused { methods, is_partial } => *is_partial || methods.is_empty(),
            SignIn::Done | SignIn::Unasked | SignIn::WouldDo | SignIn::Questions(_) => true,
        };
        if is_over || certificate.is_none() {
            return Ok((answer, Shown::Key));
        }
    }
    let answer = offer_certified(connection, key, watch)?;
    Ok((answer, Shown::Certificate))
}

/// Offers a key as it is, without the certificate that may go with it.
pub(super) fn offer_bare(
    connection: &mut Connection,
    key: &OpenKey,
    watch: &dyn Watch,
) -> Result<SignIn, RemoteFault> {
    offer_with(connection, key, None, watch)
}

/// Offers a key by the certificate that goes with it.
pub(super) fn offer_certified(
    connection: &mut Connection,
    key: &OpenKey,
    watch: &dyn Watch,
) -> Result<SignIn, RemoteFault> {
    offer_with(connection, key, key.certificate(), watch)
}

fn offer_with(
    connection: &mut Connection,
    key: &OpenKey,
    certificate: Option<&Certificate>,
    watch: &dyn Watch,
) -> Result<SignIn, RemoteFault> {
    let credential = match key {
        // Its entry says whether it is a certificate.
        OpenKey::Agent(agent, listed) => Credential::Agent(agent, listed),
        OpenKey::File(_, file) => Credential::Key(&file.key, certificate),
        OpenKey::Held(key) => Credential::Key(key, certificate),
    };
    connection.sign_in(credential, watch)
}
