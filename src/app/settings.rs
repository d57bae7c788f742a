//! What the window remembers from one day to the next. The console program reads none of it: what a
//! script does must not depend on what somebody has clicked.
//!
//! No passphrase, no part of a key, no comment and no name of a server is among it.

mod entries;
mod file;
mod kept;

use std::path::PathBuf;

pub use kept::Kept;

use crate::app::NextKey;
use crate::app::look::{TextSize, ThemeChoice, WindowShape};
use crate::engine::saving::{Choice, Strength};

/// All that is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Light or dark.
    pub theme: ThemeChoice,
    /// How large text is.
    pub text_size: TextSize,
    /// How large the window is.
    pub window: WindowShape,
    /// The key that was chosen to be made; never one that can be broken, unless the file was
    /// written by hand.
    pub next_key: NextKey,
    /// The format that new keys are saved in.
    pub preferred: Choice,
    /// How private files are protected.
    pub strength: Strength,
    /// Where a key was last opened; nothing where it is the usual folder.
    pub open_folder: Option<PathBuf>,
    /// Where a private key was last saved; nothing where it is the usual folder.
    pub save_folder: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::default(),
            text_size: TextSize::default(),
            window: WindowShape::default(),
            next_key: NextKey::default(),
            preferred: Choice::OpenSsh,
            strength: Strength::default(),
            open_folder: None,
            save_folder: None,
        }
    }
}
