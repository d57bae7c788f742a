//! What the manifests of the corpus say about each file.

use std::path::{Path, PathBuf};

use keywright::secret::Passphrase;
use serde_json::Value;

/// What is to become of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is opened.
    Ok,
    /// It is refused.
    Refused,
    /// That is for the reader to decide; in both cases it does it properly.
    Either,
}

/// One file, or one passphrase for it.
pub(crate) struct Entry {
    pub(crate) folder: PathBuf,
    value: Value,
}

impl Entry {
    /// A member that is text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.value[name].as_str()
    }

    /// A member that is true or false.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.value[name].as_bool()
    }

    pub(crate) fn bits(&self) -> Option<u64> {
        self.value["bits"].as_u64()
    }

    /// The file below its folder, and the passphrase's case where there are several.
    pub(crate) fn name(&self) -> String {
        let file = self.text("file").expect("every entry has a file");
        match self.text("case") {
            Some(case) => format!("{file} ({case})"),
            None => file.to_owned(),
        }
    }

    fn path(&self) -> PathBuf {
        self.folder
            .join(self.text("file").expect("every entry has a file"))
    }

    pub(crate) fn read(&self) -> Vec<u8> {
        std::fs::read(self.path()).expect("the file is there")
    }

    pub(crate) fn outcome(&self) -> Outcome {
        match self.expected("outcome").as_str() {
            Some("ok") => Outcome::Ok,
            Some("refused") => Outcome::Refused,
            Some("ok_or_refused" | "any") => Outcome::Either,
            other => panic!("{}: outcome {other:?}", self.name()),
        }
    }

    /// A member of what is expected, which some manifests keep in an object of its own.
    pub(crate) fn expected(&self, name: &str) -> &Value {
        self.value
            .get("expected")
            .unwrap_or(&self.value)
            .get(name)
            .unwrap_or(&Value::Null)
    }

    /// A member that is a list of words.
    pub(crate) fn words(&self, name: &str) -> Vec<String> {
        let words = self.value[name].as_array().into_iter().flatten();
        words.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// The words that it may be refused with, as `--json` spells them; nothing where any will do.
    pub(crate) fn error_codes(&self) -> Option<Vec<String>> {
        let classes = self.expected("error_classes").as_array()?;
        Some(
            classes
                .iter()
                .filter_map(Value::as_str)
                .map(|class| class.replace('_', "-"))
                .collect(),
        )
    }

    /// The words that `info` must warn with; the manifests write `W_RSA_SHORT` for `rsa-short`.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let words = self.expected("warnings").as_array().cloned().unwrap_or_default();
        let words = words.iter().filter_map(|word| word.as_str()?.strip_prefix("W_"));
        words.map(|word| word.to_lowercase().replace('_', "-")).collect()
    }

    /// The comment's bytes.
    pub(crate) fn comment(&self) -> Option<Vec<u8>> {
        match self.text("comment_hex") {
            Some(hex) => Some(unhex(hex)),
            None => self.text("comment").map(|text| text.as_bytes().to_vec()),
        }
    }

    pub(crate) fn passphrase(&self) -> Option<Vec<u8>> {
        match (
            self.text("passphrase_hex"),
            self.text("passphrase"),
            self.text("passphrase_gen"),
        ) {
            (Some(hex), _, _) => Some(unhex(hex)),
            (None, Some(text), _) => Some(text.as_bytes().to_vec()),
            (None, None, Some("'A'*1048576")) => Some(vec![b'A'; 1 << 20]),
            (None, None, None) => None,
            (None, None, Some(other)) => panic!("{}: passphrase {other}", self.name()),
        }
    }
}

pub(crate) fn passphrase(bytes: &[u8]) -> Passphrase {
    Passphrase::from_bytes(bytes.to_vec())
}

fn unhex(hex: &str) -> Vec<u8> {
    let digits = (0..hex.len()).step_by(2);
    digits
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("it is hexadecimal"))
        .collect()
}

/// The entries of the manifest in `folder`.
pub(crate) fn entries(folder: &Path) -> Vec<Entry> {
    let text = std::fs::read_to_string(folder.join("MANIFEST.json")).expect("the manifest is there");
    let manifest: Value = serde_json::from_str(&text).expect("the manifest is JSON");
    let entries = manifest["entries"].as_array().expect("it has entries").iter();
    entries
        .map(|value| Entry {
            folder: folder.to_owned(),
            value: value.clone(),
        })
        .collect()
}

/// A part of the corpus that is kept with the sources.
pub(crate) fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(name)
}
