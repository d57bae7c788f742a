//! What would be lost with files that are to be replaced: which keys are in them, and where those let somebody in.

use std::path::{Path, PathBuf};

use super::Whose;
use crate::engine::describe::Description;
use crate::engine::opening;
use crate::engine::saving::file_beside;
use crate::key::PublicKey;
use crate::key::comment::escaped;
use crate::key::fingerprint::{Fingerprint, FingerprintKind};

/// A key in a file that is to be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Which key it is.
    pub key: PublicKey,
    /// `ED25519`.
    kind: String,
    /// Whether only its public half is there.
    is_public: bool,
    /// What its owner calls it, or its comment; empty where there is neither.
    name: String,
    servers: Vec<String>,
    is_default: bool,
}

impl Held {
    /// The keys in these files, each once. Files that hold none, or do not say which, are passed over.
    #[must_use]
    pub fn in_files(whose: &Whose, files: &[PathBuf]) -> Vec<Self> {
        let mut held: Vec<Self> = Vec::new();
        for one in files.iter().filter_map(|file| Self::in_file(whose, file)) {
            if !held.iter().any(|other| other.key == one.key) {
                held.push(one);
            }
        }
        held
    }

    fn in_file(whose: &Whose, path: &Path) -> Option<Self> {
        let described = |path: &Path| Some(Description::of(&opening::open_file(path).ok()?, None));
        let mut description = described(path)?;
        let is_public = !description.has_private;
        // A locked file may not tell, and the one beside it may.
        if description.public.is_none() {
            description = described(&file_beside(path))?;
        }
        let key = description.public.clone()?;
        let register = whose.store.read().register;
        let fingerprint = Fingerprint::of(&key, FingerprintKind::Sha256);
        let name = register.name(&fingerprint);
        let name = name.map(|name| name.as_str().to_owned());
        let installed = register.installed(&fingerprint);
        Some(Self {
            kind: description.title()?,
            is_public,
            name: name.or_else(|| description.shown_comment()).unwrap_or_default(),
            servers: installed.iter().map(|on| escaped(on.server.as_bytes())).collect(),
            is_default: register.is_default(&fingerprint),
            key,
        })
    }

    /// Which key it is: “the ED25519 key “me@laptop”, SHA256:…”.
    #[must_use]
    pub fn title(&self) -> String {
        let fingerprint = Fingerprint::of(&self.key, FingerprintKind::Sha256);
        let name = match self.name.as_str() {
            "" => String::new(),
            name => format!(" “{name}”"),
        };
        let half = if self.is_public { "the public half of " } else { "" };
        format!("{half}the {} key{name}, {fingerprint}", self.kind)
    }

    /// What its owner would miss, in a sentence; nothing where nothing is known.
    #[must_use]
    pub fn loss(&self) -> Option<String> {
        let servers = match &self.servers[..] {
            [] => None,
            [one] => Some(format!("lets you in on {one}")),
            several => Some(format!(
                "lets you in on {} servers: {}",
                several.len(),
                several.join(", ")
            )),
        };
        match (self.is_default, servers) {
            (true, Some(servers)) => Some(format!("It is your default key, and {servers}.")),
            (true, None) => Some("It is your default key.".to_owned()),
            (false, Some(servers)) => Some(format!("It {servers}.")),
            (false, None) => None,
        }
    }
}
