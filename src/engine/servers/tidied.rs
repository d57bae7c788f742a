//! A list on a server that an editor, a shell or a paste has spoiled, put in order; and a key's line put into the list that
//! the server reads.

use super::edit::{Edit, Written, edit};
use super::found::{Found, Site};
use super::install::install_at;
use crate::engine::faults::ServerFault;
use crate::format::authorized_keys::{AuthorizedKeys, NewLine, tidy};
use crate::key::watch::Watch;
use crate::sys::remote::Remote;

struct Tidying;

impl Edit for Tidying {
    fn apply(&mut self, now: &Found, _: AuthorizedKeys) -> Result<Option<Vec<u8>>, ServerFault> {
        let list = now.list.clone();
        let tidied = list.as_deref().and_then(tidy).map(|tidied| tidied.text);
        Ok(tidied.or(list))
    }

    fn holds(&self, keys: &AuthorizedKeys) -> bool {
        tidy(keys.as_bytes()).is_none()
    }
}

/// Puts the account's list in order: every line stays but those that were cut up; nothing where it was in order.
///
/// # Errors
/// The list cannot be changed, and is what it was.
pub(in crate::engine) fn tidy_list(
    remote: &mut dyn Remote,
    watch: &dyn Watch,
) -> Result<Option<Written>, ServerFault> {
    Ok(edit(remote, &Site::Usual, &mut Tidying, watch)?.written)
}

/// Puts a key's line into this list as well; where that is, safe to print.
///
/// # Errors
/// That list cannot be changed, and is what it was.
pub(in crate::engine) fn put_at(
    remote: &mut dyn Remote,
    site: &Site,
    line: &NewLine,
    watch: &dyn Watch,
) -> Result<String, ServerFault> {
    Ok(install_at(remote, site, line, watch)?.found.place)
}
