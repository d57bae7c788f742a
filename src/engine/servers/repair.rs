//! Taking from others the right to change a list of keys, over which sshd passes otherwise (`StrictModes`).

use super::found::Way;
use super::session::Session;
use super::{edit, shell};
use crate::engine::faults::{By, Loose, Part, ServerFault};
use crate::key::watch::Watch;
use crate::sys::remote::Remote as _;

/// Takes from group and everybody the right to write to these, which belong to the account.
///
/// # Errors
/// The account may not, or the connection fails.
pub fn repair(session: &mut Session, loose: &[Loose], watch: &dyn Watch) -> Result<(), ServerFault> {
    let found = edit::look(session, watch)?;
    // As they are by now.
    let still = |loose: &&Loose| found.loose.contains(loose) && !matches!(loose.by, By::Owner(_));
    let parts: Vec<Part> = loose.iter().filter(still).map(|loose| loose.part).collect();
    if found.way == Way::Shell {
        return shell::repair(session, &found, &parts, watch);
    }
    let mut files = session.files(watch)?;
    for part in parts {
        let path = match part {
            Part::Home => ".",
            Part::Folder => ".ssh",
            Part::File => ".ssh/authorized_keys",
        };
        if let Some(mode) = files.stat(path)?.and_then(|stat| stat.permissions()) {
            files.set_mode(path, mode & !0o022)?;
        }
    }
    Ok(())
}
