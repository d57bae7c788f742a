//! .
#[derive(Debug)]
pub struct Cancelled;
