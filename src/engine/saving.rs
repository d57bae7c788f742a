//! Saving keys: which files come of it, and all of them or none.

mod choice;
mod doubt;
mod plan;
mod public_form;
mod strength;

pub use choice::Choice;
pub use doubt::{Doubt, ToKeep, doubts};
pub use plan::{Encoded, PEM_CIPHER, Plan, Planned, certificate_beside, encode_private, file_beside};
pub use public_form::{OutgoingPublic, PublicForm};
pub use strength::{PpkVersion, Strength};
