//! Keys, and what can be computed from them without touching the world.

pub mod comment;
pub mod crew;
pub mod dsa;
pub mod edwards;
pub mod entropy;
pub mod fingerprint;
pub mod generate;
pub mod mldsa;
mod pair;
pub mod prime;
mod public;
pub mod randomart;
pub mod rsa;
pub mod self_check;
pub mod sign;
pub mod signature;
pub mod spec;
pub mod validate;
pub mod watch;
pub mod weakness;
pub mod wire;

pub use pair::{KeyPair, PrivateKey};
pub use public::{Algorithm, PublicKey, PublicKeyError};
