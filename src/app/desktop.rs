//! What only a desktop can do: file dialogs, the clipboard, showing a folder, the session's key agents.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;

use crate::secret::SecretBytes;
use crate::sys::agent::Agent;

/// How a file dialog ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picked {
    /// With this path.
    Path(PathBuf),
    /// The person closed it.
    Cancelled,
    /// There is none on this system; a path has to be typed.
    Unavailable,
}

/// A file dialog that is open. It is awaited on a job's thread, never in a frame.
pub type Picking = Pin<Box<dyn Future<Output = Picked> + Send>>;

/// Looks for key agents; called on a job's thread.
pub type FindAgents = Box<dyn FnOnce() -> Vec<Agent> + Send>;

/// Opens a terminal in which a program runs that is given these words, none of which a shell gets to see as its own; says
/// whether there is one. Called on a job's thread.
pub type OpenTerminal = Box<dyn FnOnce(&[String]) -> bool + Send>;

/// What a file dialog is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PickRequest {
    /// Its title.
    pub title: &'static str,
    /// Where it starts.
    pub folder: Option<PathBuf>,
    /// The name that it suggests; empty for opening.
    pub file_name: String,
}

/// How long a copied text stays on the clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// As the system has it for every program.
    AsUsual,
    /// Perhaps no longer than the window is open, which hands it out itself.
    WhileOpen,
}

/// Why the clipboard did not take or give anything.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the clipboard is not available: {0}")]
pub struct ClipboardError(pub String);

/// The desktop that the window stands on. Called on the window's own thread.
pub trait Desktop {
    /// Opens a dialog that chooses a file to read.
    fn pick_to_open(&self, request: PickRequest) -> Picking;

    /// Opens a dialog that chooses a folder.
    fn pick_folder(&self, request: PickRequest) -> Picking;

    /// Opens a dialog that chooses a name to save under.
    fn pick_to_save(&self, request: PickRequest) -> Picking;

    /// Puts public text on the clipboard.
    ///
    /// # Errors
    /// The clipboard is not to be had.
    fn copy(&self, text: &str) -> Result<Copied, ClipboardError>;

    /// Puts a secret on the clipboard, and asks those who keep what was there to keep it not.
    ///
    /// # Errors
    /// The clipboard is not to be had.
    fn copy_secret(&self, text: &str) -> Result<(), ClipboardError>;

    /// Takes text from the clipboard, which may be a private key.
    ///
    /// # Errors
    /// The clipboard is not to be had, or holds no text.
    fn paste(&self) -> Result<SecretBytes, ClipboardError>;

    /// Whether only the window itself can read the clipboard, by asking for it and waiting. What comes is to be handed
    /// over before [`Desktop::paste`] is called.
    fn pastes_by_window(&self) -> bool;

    /// What came to the window, or nothing; it is what the next [`Desktop::paste`] gives.
    fn hand_over(&self, pasted: Option<SecretBytes>);

    /// Shows a file in the system's file manager.
    fn show_in_folder(&self, path: &Path);

    /// Shows a page in the browser; says whether there is what opens it.
    fn open_page(&self, address: &'static str) -> bool;

    /// Whether files can be dropped on the window here.
    fn takes_dropped_files(&self) -> bool;

    /// The home folder of whoever uses it.
    fn home(&self) -> Option<PathBuf>;

    /// How the person's terminal is opened.
    fn terminal(&self) -> OpenTerminal;

    /// How the key agents of the session are found.
    fn agents(&self) -> FindAgents;
}
