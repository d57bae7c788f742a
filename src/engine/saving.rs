//! Saving keys: which files come of it, and all of them or none.

mod choice;
mod doubt;
mod plan;
mod strength;

pub use choice::Choice;
pub use doubt::{Doubt, ToKeep, doubts};
pub use plan::{
    Encoded, OutgoingPublic, PEM_CIPHER, Plan, Planned, PublicForm, certificate_beside, encode_private,
    file_beside,
};
pub use strength::{PpkVersion, Strength};
