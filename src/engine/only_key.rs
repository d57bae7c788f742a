//! Lines in ssh's configuration by which one key is tried on a server, and no other of an agent: what ends “Too many
//! authentication failures” there, and has a key found that has no usual name (`ssh_config(5)`).
//!
//! They stand before all other lines, where they win, and all of them stay byte for byte.

use std::path::Path;

use crate::engine::keys::Whose;
use crate::engine::keys::own_lines::{read, spelling};
use crate::engine::lists::Change;
use crate::engine::{Blame, Problem};
use crate::format::ssh_config::{Configuration, SshConfig, Stanza};
use crate::sys::files::{Backup, ListFile};
use crate::sys::home::user_name;
use crate::sys::remote::{Target, read_config};

/// The lines, and what the configuration becomes with them; nothing is changed yet.
#[derive(Debug)]
pub struct OnlyKey {
    file: ListFile,
    after: Vec<u8>,
}

impl OnlyKey {
    /// Lines about `alias`, a server as it is typed, that name the key at `key`.
    ///
    /// # Errors
    /// No such lines can be about it, other lines would win over them, or the configuration cannot be read.
    pub fn plan(whose: &Whose, alias: &str, key: &Path) -> Result<Self, Problem> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if alias.is_empty() || alias.starts_with(['-', '.']) || !alias.chars().all(is_plain) {
            return Err(not_ours(alias));
        }
        let config = read_config()?;
        let (file, mut own) = read(whose)?;
        let key = std::path::absolute(key).unwrap_or_else(|_| key.to_owned());
        let stanza = Stanza::for_hosts([alias])?
            .with("IdentityFile", &spelling(whose, &key)?)?
            .with("IdentitiesOnly", "yes")?;
        own.add_host(&stanza);
        let after = own.into_bytes();
        // As ssh will read it, but for other files, which it includes further down.
        let then = Configuration::from(SshConfig::parse(after.clone())?).then(config);
        let is_so = Target::parse(alias, &then, &user_name()).is_ok_and(|target| {
            let settings = target.settings();
            let first = settings.identity_files().into_iter().next();
            settings.identities_only()
                && first.and_then(|file| target.file(&file)).as_deref() == Some(key.as_path())
        });
        if !is_so {
            return Err(not_ours(alias));
        }
        Ok(Self { file, after })
    }

    /// ssh's configuration.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Writes them. Lines are added and no other is touched, so no copy of the file is made.
    ///
    /// # Errors
    /// The configuration was changed since, or cannot be written.
    pub fn write(&self) -> Result<Change, Problem> {
        Change::make(&self.file, self.after.clone(), Backup::None)
    }
}

fn not_ours(alias: &str) -> Problem {
    Problem::new(
        "usage",
        Blame::Usage,
        format!(
            "lines about {} cannot be added to ssh's configuration",
            crate::key::comment::escaped(alias.as_bytes())
        ),
        "Write a Host entry by hand, with IdentityFile and “IdentitiesOnly yes”.",
    )
    .unchanged()
}
