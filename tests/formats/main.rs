//! Every format with every type of key, both ways, judged by the programs that the formats come from.
//!
//! `docs/formats.md` is written from what is claimed in [`claims`] and proved in [`matrix`]; after a
//! change, `KEYWRIGHT_BLESS=1 cargo test --test formats` writes it anew.

#![cfg(unix)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/ppk1.rs"]
mod ppk1;
#[allow(dead_code, reason = "a part of what is tried in the tests beside")]
#[path = "../interop/matrix.rs"]
mod settings;
#[allow(dead_code, reason = "servers and agents are started in the tests beside")]
#[path = "../interop/tools.rs"]
mod tools;

mod causes;
mod certificates;
mod ciphers;
mod claims;
mod damage;
mod document;
mod fixtures;
mod judges;
mod jwk;
mod matrix;
mod pem;
mod pkcs12;
mod public;
mod round_trips;
mod words;
