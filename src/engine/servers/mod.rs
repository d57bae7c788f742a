//! What is done on a server, one step after the other: a key is put on it, tried, and taken off again.
//!
//! Window and console call the same functions, on the thread of a job. Each does one step and comes back with what
//! it found, or with what it lacks; none asks anybody.

mod ask;
mod edit;
mod found;
mod identity;
mod install;
mod lines;
mod managed;
mod offer;
mod prove;
mod put_back;
mod repair;
mod script;
mod session;
mod settings;
mod shell;
mod sign_in;
#[cfg(unix)]
#[cfg(test)]
mod tests;
mod tidied;
mod told;
mod transfer;
mod visit;
mod windows;
mod witness;

pub(super) use ask::{Answers, Asked, Heard, ask_each};
pub(super) use edit::said_without_shell;
pub use edit::{Written, look};
pub use found::{Found, Shell, Site, Way};
pub use identity::{Identity, OpenKey, all_public, in_order_of_ssh, to_try};
pub(super) use identity::{file_name, tried_by_ssh};
pub use install::{Installed, Undo, Undone, install, line_in, undo};
pub use lines::{
    Chosen, Known, LastWayIn, ListedKey, ListedLine, Removed, RemovedKey, TakenLine, lines, remove,
};
pub(super) use prove::reasons;
pub use prove::{Proof, prove_gone, prove_installed, prove_put_back};
pub use put_back::{PutBack, TakenOff, put_back};
pub use repair::repair;
pub use session::{Session, SignedInBy, lets_everybody_in};
pub use sign_in::{Given, Lack, Purpose, SigningIn, Step, Ways};
pub(super) use tidied::{put_at, tidy_list};
pub use told::told;
pub use visit::{Reached, Remembered, Server, Welcome, find, no_fingerprint, not_followed, reach, unknown};
pub use witness::Attempted;
pub(super) use witness::{KnownBy, Witness, witness};
