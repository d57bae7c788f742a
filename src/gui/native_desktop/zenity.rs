//! The file dialog of `zenity`, for desktops without a portal.
//!
//! rfd would call it as well, but without a title and without the folder to start in, and with a
//! cancelled dialog and one that could not be opened looking the same.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use super::TOO_QUICK;
use crate::app::desktop::{PickRequest, Picked};
use crate::sys::programs::system_program;

/// Chooses a file to read.
pub(super) fn open(request: &PickRequest) -> Picked {
    with_zenity(|program| run(&mut command(program, request)))
}

/// The one in the system's own folders, or none.
fn with_zenity(work: impl FnOnce(&OsStr) -> Picked) -> Picked {
    match system_program("zenity") {
        Some(program) => work(program.as_os_str()),
        None => Picked::Unavailable,
    }
}

/// Chooses a folder.
pub(super) fn folder(request: &PickRequest) -> Picked {
    with_zenity(|program| run(&mut for_folder(program, request)))
}

fn for_folder(program: &OsStr, request: &PickRequest) -> Command {
    let mut command = command(program, request);
    command.arg("--directory");
    command
}

/// Chooses a name to save under. Whether it may be replaced is asked later, by the window.
pub(super) fn save(request: &PickRequest) -> Picked {
    with_zenity(|program| run(command(program, request).arg("--save")))
}

fn command(program: &OsStr, request: &PickRequest) -> Command {
    let mut command = Command::new(program);
    command.arg("--file-selection").arg("--title").arg(request.title);
    if let Some(folder) = &request.folder {
        // With a separator at its end it is a folder and not a name in the one above.
        command.arg("--filename").arg(folder.join(&request.file_name));
    }
    command
}

fn run(command: &mut Command) -> Picked {
    let begin = Instant::now();
    match command.output() {
        Ok(output) if output.status.success() => match path(output.stdout) {
            Some(path) => Picked::Path(path),
            None => Picked::Unavailable,
        },
        // 1 says that it was closed, and also that it could not be shown.
        Ok(output) if output.status.code() == Some(1) && begin.elapsed() >= TOO_QUICK => Picked::Cancelled,
        Ok(output) => {
            log::info!(
                "zenity failed: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
            Picked::Unavailable
        }
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                log::info!("zenity was not started: {error}");
            }
            Picked::Unavailable
        }
    }
}

/// What was chosen: a line with an absolute path.
fn path(mut line: Vec<u8>) -> Option<PathBuf> {
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    let path = PathBuf::from(OsString::from_vec(line));
    path.is_absolute().then_some(path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// What comes of a `zenity` that is this shell script.
    #[expect(clippy::disallowed_methods, reason = "a script in a folder of the test's own")]
    fn picked(script: &str) -> Picked {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("zenity");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let request = PickRequest {
            title: "Save private key as",
            folder: Some(PathBuf::from("/home/someone/.ssh")),
            file_name: "id_ed25519".to_owned(),
        };
        run(command(program.as_os_str(), &request).arg("--save"))
    }

    #[test]
    fn the_dialog_starts_at_the_suggested_name_and_gives_the_path_as_it_is() {
        let script = r#"test "$*" = "--file-selection --title Save private key as --filename /home/someone/.ssh/id_ed25519 --save" || exit 9
            printf '/tmp/ a\n b\n'"#;
        assert_eq!(picked(script), Picked::Path(PathBuf::from("/tmp/ a\n b")));
    }

    #[test]
    fn a_folder_is_asked_for_as_one() {
        let request = PickRequest {
            title: "Folder with keys",
            folder: Some(PathBuf::from("/home/someone")),
            file_name: String::new(),
        };
        let command = for_folder(OsStr::new("zenity"), &request);
        let told: Vec<_> = command.get_args().collect();
        assert!(
            told.ends_with(&["/home/someone/", "--directory"].map(OsStr::new)),
            "{told:?}"
        );
    }

    #[test]
    fn a_closed_dialog_is_not_a_missing_one() {
        assert_eq!(picked("sleep 0.2; exit 1"), Picked::Cancelled);
        assert_eq!(picked("exit 1"), Picked::Unavailable);
        assert_eq!(picked("sleep 0.2; exit 255"), Picked::Unavailable);
        let nowhere = OsStr::new("/nonexistent/zenity");
        let request = PickRequest {
            title: "",
            folder: None,
            file_name: String::new(),
        };
        assert_eq!(run(&mut command(nowhere, &request)), Picked::Unavailable);
    }

    #[test]
    fn an_answer_that_is_no_path_is_not_used() {
        assert_eq!(picked("echo"), Picked::Unavailable);
        assert_eq!(picked("echo relative"), Picked::Unavailable);
    }

    #[test]
    fn a_dialog_for_opening_starts_in_the_folder() {
        let request = PickRequest {
            title: "Open",
            folder: Some(PathBuf::from("/home/someone/.ssh")),
            file_name: String::new(),
        };
        let command = command(OsStr::new("zenity"), &request);
        assert_eq!(command.get_args().last(), Some(OsStr::new("/home/someone/.ssh/")));
    }
}
