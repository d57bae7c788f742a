//! Saving keys: which files come of it, and all of them or none.

mod choice;
mod doubt;
mod encoded;
mod plan;
mod public_form;
mod strength;

pub use choice::Choice;
pub use doubt::{Doubt, ToKeep, doubts};
pub use encoded::{Encoded, Stored, encode_private};
pub use plan::{PEM_CIPHER, Plan, Planned, certificate_beside, file_beside};
pub use public_form::{OutgoingPublic, PublicForm};
pub use strength::{PpkVersion, Strength};
