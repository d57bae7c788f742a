//! What can go wrong in the engine, by name. `engine/problem` says what to do about each.

mod servers;

pub use servers::{By, Loose, Part, Reason, ServerFault, Tried};
