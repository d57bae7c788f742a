//! The key that signs: from its file, or from an agent where its public half is named.

use std::path::Path;
use std::sync::Arc;

use super::console::Console;
use super::key_file::KeyFile;
use super::passphrases::OldPassphrase;
use crate::engine::signing::SigningKey;
use crate::engine::{Problem, agents};
use crate::format::Parsed;

/// Opens it; `agent` is the socket of the agent that is meant.
pub(super) fn open(
    file: &KeyFile,
    passphrase: &OldPassphrase,
    agent: Option<&Path>,
    console: Console,
) -> Result<SigningKey, Problem> {
    let parsed = file.parse()?;
    if let Parsed::Public(file) = &parsed {
        return SigningKey::in_agent(agents::all(agent), &file.key);
    }
    let opened = file.open_private(parsed, passphrase, console)?;
    let here = SigningKey::Here(Arc::new(opened.file.key));
    if here.can_sign() {
        return Ok(here);
    }
    // The file of a security key is of no use by itself; an agent may hold the key with what it takes.
    Ok(SigningKey::in_agent(agents::all(agent), here.public()).unwrap_or(here))
}
