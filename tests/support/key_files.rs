//! A home folder with keys in it.

#![allow(dead_code, reason = "each test program uses a part of it")]

use std::fs;
use std::path::Path;

use keywright::format::{self, Outgoing, PrivateEncoding, public_line};
use keywright::key::KeyPair;
use keywright::key::comment::Comment;
use keywright::key::generate::generate;
use keywright::key::spec::KeySpec;
use keywright::key::watch::Unwatched;
use keywright::sys::files::{Existing, write_private, write_public};
use keywright::sys::permissions::create_private_folders;
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;

/// Always the same key for the same seed.
pub(crate) fn key(seed: u64) -> KeyPair {
    generate(
        KeySpec::Ed25519,
        &mut ChaCha20Rng::seed_from_u64(seed),
        &Unwatched,
    )
    .expect("a key")
}

/// Lays a private key and its public half out in `.ssh` of `home`.
pub(crate) fn put_key(home: &Path, name: &str, comment: &str, seed: u64) {
    let folder = home.join(".ssh");
    create_private_folders(&folder).expect("a folder");
    let key = key(seed);
    let comment = Comment::new(comment).expect("harmless");
    let outgoing = Outgoing {
        key: &key,
        comment: &comment,
        certificate: None,
    };
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let text = format::encode_private(outgoing, &PrivateEncoding::OPENSSH, None, &mut rng).expect("it fits");
    write_private(&folder.join(name), text.expose(), Existing::Refuse).expect("written");
    let line = public_line::encode(key.public(), &comment) + "\n";
    write_public(
        &folder.join(format!("{name}.pub")),
        line.as_bytes(),
        Existing::Refuse,
    )
    .expect("written");
}

/// The names of the files in a folder of `home`.
pub(crate) fn names(home: &Path, folder: &str) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(home.join(folder))
        .into_iter()
        .flatten()
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}
