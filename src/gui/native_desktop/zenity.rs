//! The file dialog of `zenity`, for desktops without a portal.
//!
//! rfd would call it as well, but without a title and without the folder to start in, and with a
//! cancelled dialog and one that could not be opened looking the same.

use std::ffi::{OsStr, OsString};
use std::future::poll_fn;
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::task::Poll;
use std::time::Instant;

use super::TOO_QUICK;
use crate::app::desktop::{PickRequest, Picked};
use crate::sys::programs::system_program;

/// Chooses a file to read.
pub(super) async fn open(request: &PickRequest) -> Picked {
    with_zenity(|program| command(program, request)).await
}

/// Asks the one in the system's own folders, if there is one.
async fn with_zenity(command: impl FnOnce(&OsStr) -> Command) -> Picked {
    match system_program("zenity") {
        Some(program) => run(&mut command(program.as_os_str())).await,
        None => Picked::Unavailable,
    }
}

/// Chooses a folder.
pub(super) async fn folder(request: &PickRequest) -> Picked {
    with_zenity(|program| for_folder(program, request)).await
}

fn for_folder(program: &OsStr, request: &PickRequest) -> Command {
    let mut command = command(program, request);
    command.arg("--directory");
    command
}

/// Chooses a name to save under. Whether it may be replaced is asked later, by the window.
pub(super) async fn save(request: &PickRequest) -> Picked {
    with_zenity(|program| for_saving(program, request)).await
}

fn for_saving(program: &OsStr, request: &PickRequest) -> Command {
    let mut command = command(program, request);
    command.arg("--save");
    command
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

/// A dialog that is open. When nobody waits for it any more, it is closed.
struct Shown(Child);

impl Drop for Shown {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Looks whether it has ended whenever the future is looked at.
async fn run(command: &mut Command) -> Picked {
    let begin = Instant::now();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut shown = match command.spawn() {
        Ok(child) => Shown(child),
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                log::info!("zenity was not started: {error}");
            }
            return Picked::Unavailable;
        }
    };
    let ended = poll_fn(|_| match shown.0.try_wait() {
        Ok(None) => Poll::Pending,
        Ok(Some(status)) => Poll::Ready(Ok(status)),
        Err(error) => Poll::Ready(Err(error)),
    });
    match ended.await {
        Ok(status) if status.success() => match shown.0.stdout.take().and_then(chosen) {
            Some(path) => Picked::Path(path),
            None => Picked::Unavailable,
        },
        // 1 says that it was closed, and also that it could not be shown.
        Ok(status) if status.code() == Some(1) && begin.elapsed() >= TOO_QUICK => Picked::Cancelled,
        Ok(status) => {
            log::info!("zenity failed: {status}");
            Picked::Unavailable
        }
        Err(error) => {
            log::info!("zenity is not heard of: {error}");
            Picked::Unavailable
        }
    }
}

fn chosen(mut told: ChildStdout) -> Option<PathBuf> {
    let mut line = Vec::new();
    told.read_to_end(&mut line).ok()?;
    path(line)
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
    use std::task::{Context, Waker};
    use std::time::Duration;

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
        ended(&mut for_saving(program.as_os_str(), &request))
    }

    /// What comes of it, looked at again and again.
    fn ended(command: &mut Command) -> Picked {
        let mut running = Box::pin(run(command));
        let mut context = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(picked) = running.as_mut().poll(&mut context) {
                return picked;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a script in a folder of the test's own")]
    fn a_dialog_that_nobody_waits_for_is_closed() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("zenity");
        std::fs::write(&program, "#!/bin/sh\nexec sleep 60\n").unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = Command::new(&program);
        let mut running = Box::pin(run(&mut command));
        let mut context = Context::from_waker(Waker::noop());
        assert!(running.as_mut().poll(&mut context).is_pending());
        let sleeps = || {
            let children = std::fs::read_to_string("/proc/thread-self/children").unwrap();
            !children.trim().is_empty()
        };
        assert!(sleeps());
        drop(running);
        assert!(!sleeps(), "it outlives the one who asked");
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
        assert_eq!(ended(&mut command(nowhere, &request)), Picked::Unavailable);
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
