//! Changing the list of keys on a server: read, decide here, write if it is still the same, read back.
//!
//! What is decided is decided by [`AuthorizedKeys`], which keeps every byte that was not asked to change. Whoever
//! else changes the list meanwhile loses nothing: then all begins again with what is there by then.

use super::found::{Found, MAX_LIST, Site, Way};
use super::settings::own_sites;
use super::shell::{self, Look, Write};
use super::transfer;
use crate::engine::faults::ServerFault;
use crate::format::authorized_keys::AuthorizedKeys;
use crate::key::watch::{Progress, Unwatched, Watch};
use crate::sys::remote::{Remote, RemoteFault, Step};

/// How often it is begun again before others are let have their way.
const ATTEMPTS: usize = 12;

/// A change of a list of keys.
pub(super) trait Edit {
    /// Makes the change in what is there now; nothing where the file is to go.
    fn apply(&mut self, now: &Found, keys: AuthorizedKeys) -> Result<Option<Vec<u8>>, ServerFault>;

    /// Whether a list that was read back has the change, whatever else others did to it.
    fn holds(&self, keys: &AuthorizedKeys) -> bool;
}

/// How a list was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// What it was; nothing where there was no file.
    pub before: Option<Vec<u8>>,
    /// What it was made; nothing where the file went.
    pub after: Option<Vec<u8>>,
    /// Whether just that was read back; otherwise somebody else has changed it since.
    pub is_all: bool,
}

/// The list as it is now, and how it was changed, unless it was right already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edited {
    pub(super) found: Found,
    pub(super) written: Option<Written>,
}

/// Finds the list of keys of the account that is logged in to.
///
/// # Errors
/// It cannot be read, or there is no way to it.
pub fn look(remote: &mut dyn Remote, watch: &dyn Watch) -> Result<Found, ServerFault> {
    look_at(remote, &Site::Usual, watch)
}

/// What a server says where it has no shell for the account; nothing where one answers.
pub(in crate::engine) fn said_without_shell(remote: &mut dyn Remote, watch: &dyn Watch) -> Option<String> {
    match shell::look(remote, &Site::Usual, watch) {
        Ok(Look::NoShell(said)) => Some(said),
        _ => None,
    }
}

/// Finds this list.
pub(super) fn look_at(remote: &mut dyn Remote, at: &Site, watch: &dyn Watch) -> Result<Found, ServerFault> {
    let mut attempts = 0;
    loop {
        let looked = match shell::look(remote, at, watch) {
            // Files are reached without the account's start files, at many servers.
            Err(ServerFault::Remote(RemoteFault::TimedOut { .. })) => {
                return transfer::look(remote, at, watch).map_err(|_| ServerFault::StartFile);
            }
            Err(
                fault @ ServerFault::Remote(
                    RemoteFault::Unfinished { .. } | RemoteFault::TooMuchOutput { .. },
                ),
            ) => return transfer::look(remote, at, watch).map_err(|_| fault),
            looked => looked?,
        };
        match looked {
            Look::Found(found) => return Ok(found),
            Look::Torn(_) if attempts + 1 < ATTEMPTS => attempts += 1,
            // Nobody makes a list shorter each time in the moment in which it is read.
            Look::Torn(place) => return Err(ServerFault::Contradiction(place)),
            Look::NoShell(said) => {
                return match transfer::look(remote, at, watch) {
                    Err(ServerFault::NoShell { .. }) => Err(ServerFault::NoShell { said }),
                    found => found.map(|found| found.told_by_shell(&said)),
                };
            }
        }
    }
}

/// Changes the list, and reads it back.
pub(super) fn edit(
    remote: &mut dyn Remote,
    at: &Site,
    edit: &mut dyn Edit,
    watch: &dyn Watch,
) -> Result<Edited, ServerFault> {
    let mut found = look_at(remote, at, watch)?;
    let mut is_by_files = found.way == Way::Files;
    let has_no_shell = found.has_no_shell;
    for _ in 0..ATTEMPTS {
        let after = edit.apply(&found, parse(&found)?)?;
        if after == found.list {
            return Ok(Edited { found, written: None });
        }
        // It could not be read back.
        if let Some(size) = after.as_ref().map(Vec::len).filter(|size| *size > MAX_LIST) {
            let (place, size) = (found.place, size as u64);
            return Err(ServerFault::TooLarge { place, size });
        }
        let word = shell::new_mark()?;
        let wrote = write_whole(remote, &found, after.as_deref(), &word, watch);
        let wrote = wrote.map_err(|fault| match fault {
            ServerFault::Denied { place, .. } if found.is_shut => ServerFault::Shut(place),
            fault => fault,
        })?;
        let before = found.list;
        // Whoever wants to stop now is told what became of it all the same.
        found = if is_by_files {
            transfer::look(remote, at, &Unwatched)?
        } else {
            look_at(remote, at, &Unwatched)?
        };
        found.has_no_shell = has_no_shell;
        match wrote {
            Write::Done if edit.holds(&parse(&found)?) => {
                // Where it could not go, nothing is left in it.
                let is_emptied = after.is_none() && found.list.as_deref() == Some(b"");
                let is_all = found.list == after || is_emptied;
                let written = Some(Written {
                    before,
                    after,
                    is_all,
                });
                return Ok(Edited { found, written });
            }
            // Files are reached without the account's start files, at many servers.
            Write::Cut => {
                found = transfer::look(remote, at, watch).map_err(|fault| match fault {
                    ServerFault::NoShell { .. } => ServerFault::StartFile,
                    fault => fault,
                })?;
                is_by_files = true;
            }
            // Another program did not mind the lock, and has put back what was there before.
            Write::Done | Write::Changed => {}
        }
    }
    Err(ServerFault::KeepsChanging(found.place))
}

/// Where the same line is not in the second list, nothing has to be done there.
pub(super) fn without_a_line(edited: Result<Edited, ServerFault>) -> Result<(), ServerFault> {
    match edited {
        Ok(_) | Err(ServerFault::NoSuchLine(_)) => Ok(()),
        Err(fault) => Err(fault),
    }
}

/// The second of two lists is changed as the first one was, whoever wants to stop in between.
pub(super) struct Whole<'a>(pub(super) &'a dyn Watch);

impl Watch for Whole<'_> {
    fn progress(&self, progress: Progress) {
        self.0.progress(progress);
    }

    fn is_cancelled(&self) -> bool {
        false
    }

    fn whole(&self, part: &mut dyn FnMut() -> bool) {
        self.0.whole(part);
    }
}

/// Makes a change for which there is no line in the usual list in the one that the server reads for the account instead.
pub(super) fn edit_elsewhere(
    remote: &mut dyn Remote,
    edit_of: &mut dyn Edit,
    fault: ServerFault,
    watch: &dyn Watch,
) -> Result<Edited, ServerFault> {
    for at in own_sites(remote, watch) {
        match edit(remote, &at, edit_of, watch) {
            Err(ServerFault::NoSuchLine(_)) => {}
            edited => return edited,
        }
    }
    Err(fault)
}

/// Writes what is not left half written, whoever wants to stop meanwhile.
fn write_whole(
    remote: &mut dyn Remote,
    found: &Found,
    after: Option<&[u8]>,
    word: &str,
    watch: &dyn Watch,
) -> Result<Write, ServerFault> {
    if watch.is_cancelled() {
        return Err(RemoteFault::Cancelled { step: Step::Methods }.into());
    }
    let mut wrote = None;
    watch.whole(&mut || {
        let done = match found.way {
            Way::Shell => shell::write(remote, found, after, word, &Unwatched),
            Way::Files => transfer::write(remote, found, after, word, &Unwatched),
        };
        let is_changed = matches!(done, Ok(Write::Done));
        wrote = Some(done);
        is_changed
    });
    wrote.unwrap_or(Ok(Write::Changed))
}

pub(super) fn parse(found: &Found) -> Result<AuthorizedKeys, ServerFault> {
    parse_of(&found.place, found.list.clone().unwrap_or_default())
}

/// The same for what is, or was, in the list at a place.
pub(super) fn parse_of(place: &str, list: Vec<u8>) -> Result<AuthorizedKeys, ServerFault> {
    let place = place.to_owned();
    AuthorizedKeys::parse(list).map_err(|source| ServerFault::List { place, source })
}
