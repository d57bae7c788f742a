//! Keys, and what can be computed from them without touching the world.

pub mod comment;
pub mod entropy;
pub mod fingerprint;
pub mod generate;
pub mod prime;
pub mod randomart;
pub mod rsa;
pub mod spec;
pub mod validate;
pub mod watch;
pub mod weakness;
pub mod wire;
