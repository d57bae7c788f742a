//! Keys, and what can be computed from them without touching the world.

mod blob;
pub mod comment;
pub mod crew;
pub mod dsa;
pub mod edwards;
pub mod entropy;
pub mod fingerprint;
pub mod generate;
pub mod mldsa;
mod pair;
mod points;
pub mod prime;
mod private;
mod public;
pub mod randomart;
pub mod rsa;
pub mod self_check;
pub mod sign;
pub mod signature;
pub mod spec;
mod unsound;
pub mod validate;
pub mod watch;
pub mod weakness;
pub mod wire;

pub use blob::PublicKeyError;
pub use pair::KeyPair;
pub use private::PrivateKey;
pub use public::PublicKey;
pub use spec::Algorithm;
