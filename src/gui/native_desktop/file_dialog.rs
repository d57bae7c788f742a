//! File dialogs: the system's own, or the next best that is there.
//!
//! On Windows and macOS they are part of the system, and rfd opens them; its future is made on the
//! window's thread, as macOS demands. On other systems [`portal`] finds out first whether rfd would
//! get an answer; if not, [`zenity`] is tried, and if that is not there the window is told at once
//! and lets the path be typed. All this goes on when the future is awaited, on a job's thread.
//!
//! rfd says neither why it has no path, nor that it has failed. A dialog that is gone before a
//! person could have seen it has failed.
//!
//! There is no filter for names: private keys mostly have no extension, and a filter for all files
//! is `*.*` to some dialogs, which hides just those.

use std::time::Instant;

use rfd::{AsyncFileDialog, FileHandle};

use super::TOO_QUICK;
#[cfg(not(any(windows, target_os = "macos")))]
use super::{portal, zenity};
use crate::app::desktop::{PickRequest, Picked, Picking};
#[cfg(not(any(windows, target_os = "macos")))]
use crate::sys::hardening::Visible;

/// Chooses a file to read.
#[cfg(any(windows, target_os = "macos"))]
pub(super) fn open(request: PickRequest) -> Picking {
    let begin = Instant::now();
    let file = dialog(&request).pick_file();
    Box::pin(async move { picked(file.await, begin) })
}

/// Chooses a folder.
#[cfg(any(windows, target_os = "macos"))]
pub(super) fn folder(request: PickRequest) -> Picking {
    let begin = Instant::now();
    let folder = dialog(&request).pick_folder();
    Box::pin(async move { picked(folder.await, begin) })
}

/// Chooses a name to save under.
#[cfg(any(windows, target_os = "macos"))]
pub(super) fn save(request: PickRequest) -> Picking {
    let begin = Instant::now();
    let file = dialog(&request).save_file();
    Box::pin(async move { picked(file.await, begin) })
}

/// Chooses a file to read.
#[cfg(not(any(windows, target_os = "macos")))]
pub(super) fn open(request: PickRequest) -> Picking {
    Box::pin(async move {
        let visible = Visible::now();
        if portal::has_file_chooser() {
            let begin = Instant::now();
            let answer = picked(dialog(&request).pick_file().await, begin);
            if answer != Picked::Unavailable {
                return answer;
            }
        }
        drop(visible);
        zenity::open(&request).await
    })
}

/// Chooses a folder.
#[cfg(not(any(windows, target_os = "macos")))]
pub(super) fn folder(request: PickRequest) -> Picking {
    Box::pin(async move {
        let visible = Visible::now();
        if portal::has_file_chooser() {
            let begin = Instant::now();
            let answer = picked(dialog(&request).pick_folder().await, begin);
            if answer != Picked::Unavailable {
                return answer;
            }
        }
        drop(visible);
        zenity::folder(&request).await
    })
}

/// Chooses a name to save under.
#[cfg(not(any(windows, target_os = "macos")))]
pub(super) fn save(request: PickRequest) -> Picking {
    Box::pin(async move {
        let visible = Visible::now();
        if portal::has_file_chooser() {
            let begin = Instant::now();
            let answer = picked(dialog(&request).save_file().await, begin);
            if answer != Picked::Unavailable {
                return answer;
            }
        }
        drop(visible);
        zenity::save(&request).await
    })
}

fn dialog(request: &PickRequest) -> AsyncFileDialog {
    let mut dialog = AsyncFileDialog::new().set_title(request.title);
    if let Some(folder) = &request.folder {
        dialog = dialog.set_directory(folder);
    }
    if !request.file_name.is_empty() {
        dialog = dialog.set_file_name(&request.file_name);
    }
    dialog
}

fn picked(file: Option<FileHandle>, begin: Instant) -> Picked {
    match file {
        Some(file) => Picked::Path(file.path().to_owned()),
        None if begin.elapsed() < TOO_QUICK => Picked::Unavailable,
        None => Picked::Cancelled,
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use std::time::Duration;

    use super::*;

    #[test]
    fn a_dialog_that_nobody_can_have_seen_was_not_cancelled() {
        let now = Instant::now();
        assert_eq!(picked(None, now), Picked::Unavailable);
        let earlier = now.checked_sub(Duration::from_secs(1)).unwrap();
        assert_eq!(picked(None, earlier), Picked::Cancelled);
        let file = FileHandle::from(PathBuf::from("/key"));
        assert_eq!(
            picked(Some(file), now),
            Picked::Path(Path::new("/key").to_owned())
        );
    }
}
