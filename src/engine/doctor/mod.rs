//! The Doctor: why somebody does not get in, from a log, a key file, this computer, or a server that is asked.
//!
//! An examination looks and changes nothing. It comes to three verdicts at most, the likeliest first, and says of each
//! what it goes by: nothing is said that was not seen.

mod about;
mod advice;
pub mod cause;
mod causes_of_faults;
pub mod confirm;
pub mod file;
pub mod here;
pub mod inside;
pub mod live;
pub mod log;
pub mod mend;
mod outcome;
mod steps;
pub mod verdict;
mod witnessed;

pub use about::{About, Who};
pub use cause::Cause;
pub use steps::Tell;
pub use verdict::{Certainty, Evidence, Examination, Fix, Source, Step, Verdict};
