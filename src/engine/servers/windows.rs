//! OpenSSH on Windows: administrators have one list of keys together, in a folder of the system, and sshd passes over
//! it if anybody but Administrators and SYSTEM may write to it.
//!
//! The commands are constants that cmd.exe and PowerShell, whichever is the login shell, hand on to cmd.exe as they
//! are. The groups go by their numbers, for their names are translated.

use crate::engine::faults::ServerFault;
use crate::key::watch::Watch;
use crate::sys::remote::{Remote, shown};

/// The groups of the account.
const GROUPS: &str = "cmd.exe /c whoami /groups";
/// Where the folders of programs are.
const PROGRAM_DATA: &str = "cmd.exe /c echo %ProgramData%";
/// Shuts the new list before it takes its place.
const RESTRICT: &str = "cmd.exe /c icacls %ProgramData%\\ssh\\administrators_authorized_keys.new /inheritance:r /grant *S-1-5-32-544:F /grant *S-1-5-18:F";
/// What the file is called in the folder of programs.
const LIST: &str = "ssh/administrators_authorized_keys";
/// The group Administrators, in every language.
const ADMINISTRATORS: &str = "S-1-5-32-544";

/// Whether a home folder is one of Windows, as its file transfer shows it: `/C:/Users/jo`.
pub(super) fn is_home(home: &str) -> bool {
    let bytes = home.as_bytes();
    matches!(bytes, [b'/', drive, b':', ..] if drive.is_ascii_alphabetic())
}

/// Where the new list lies until it takes the place of the old one.
pub(super) fn new_beside(list: &str) -> String {
    format!("{list}.new")
}

/// The list of keys of all administrators, where the account is one of them.
pub(super) fn list_of_administrators(
    remote: &mut dyn Remote,
    watch: &dyn Watch,
) -> Result<Option<String>, ServerFault> {
    let groups = remote.run(GROUPS, &[], watch)?;
    let words = String::from_utf8_lossy(&groups.stdout).into_owned();
    if !words.split_whitespace().any(|word| word == ADMINISTRATORS) {
        return Ok(None);
    }
    let folder = remote.run(PROGRAM_DATA, &[], watch)?;
    let folder = String::from_utf8_lossy(&folder.stdout).trim().replace('\\', "/");
    let list = format!("/{folder}/{LIST}");
    Ok(is_home(&list).then_some(list))
}

/// Lets nobody but Administrators and SYSTEM have the new list.
pub(super) fn restrict(remote: &mut dyn Remote, watch: &dyn Watch) -> Result<(), ServerFault> {
    let output = remote.run(RESTRICT, &[], watch)?;
    match output.status {
        Some(0) => Ok(()),
        _ => Err(ServerFault::Other(shown(
            &[output.stdout, output.stderr].concat(),
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_of_windows_is_known_by_its_drive() {
        for (home, expected) in [
            ("/C:/Users/jo", true),
            ("/home/jo", false),
            ("/c", false),
            ("C:/Users", false),
        ] {
            assert_eq!(is_home(home), expected, "{home}");
        }
    }
}
