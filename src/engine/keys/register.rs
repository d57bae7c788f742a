//! What a person has said about their keys: names, the default one, further places, and on which servers a key
//! was installed. A file of this program's own; nothing of it goes into a key's file.
//!
//! A key is known by its SHA-256 fingerprint, so that all this follows it when its file is moved. What is not
//! understood in the file stays as it is, and so do remarks.

use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use crate::engine::key_name::KeyName;
use crate::engine::own_file::{self, Damage};
use crate::key::fingerprint::Fingerprint;

const HEADER: &str = "# What Keywright knows of your keys: their names, and where they were installed.\n\
                      # There is no key in it, and no passphrase.\n\n";

const DEFAULT: &str = "default";
const FOLDERS: &str = "folders";
const FILES: &str = "files";
const SEEN: &str = "seen";
const KEY: &str = "key";
/// So many files that were saved or opened are remembered.
const MOST_SEEN: usize = 100;
const NAME: &str = "name";
const INSTALLED: &str = "installed";
const SERVER: &str = "server";
const DATE: &str = "date";

/// A server that a key was installed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// The account: `user@host`, and the port where it is not the usual one. As it was typed, so it may hold
    /// anything.
    pub server: String,
    /// The day: `2026-11-26`.
    pub date: String,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Gives a key a name, or takes it away.
    Name {
        /// Which key.
        key: Fingerprint,
        /// What it is called from now on.
        name: Option<KeyName>,
    },
    /// Another key is the default one, or none is.
    Default(Option<Fingerprint>),
    /// Looks for keys here as well.
    AddFolder(PathBuf),
    /// Does no longer.
    ForgetFolder(PathBuf),
    /// Has this key file among the keys.
    AddFile(PathBuf),
    /// Does no longer.
    ForgetFile(PathBuf),
    /// This key file was saved or opened, and is among the keys for as long as it lies there.
    See(PathBuf),
    /// A key was installed on a server.
    Install {
        /// Which key.
        key: Fingerprint,
        /// Where and when.
        on: Installed,
    },
    /// A key was taken off a server.
    TakeOff {
        /// Which key.
        key: Fingerprint,
        /// The account.
        server: String,
    },
}

/// The file, taken apart.
#[derive(Clone, Debug)]
pub struct Register {
    /// Nothing while it says nothing: for a document the system has to give random numbers.
    document: Option<DocumentMut>,
    is_new: bool,
}

impl Default for Register {
    fn default() -> Self {
        Self {
            document: None,
            is_new: true,
        }
    }
}

impl Register {
    /// Takes the bytes of a file apart.
    pub(in crate::engine) fn parse(bytes: &[u8]) -> Result<Self, Damage> {
        let (document, is_new) = own_file::parse(bytes)?;
        for list in [FOLDERS, FILES, SEEN] {
            if document.get(list).is_some_and(|item| !item.is_array()) {
                return Err(Damage::NoList(list.to_owned()));
            }
        }
        if let Some(keys) = document.get(KEY) {
            let keys = keys
                .as_table_like()
                .ok_or_else(|| Damage::NoTable(KEY.to_owned()))?;
            for (fingerprint, key) in keys.iter() {
                let name = || format!("{KEY}.{fingerprint}");
                let key = key.as_table_like().ok_or_else(|| Damage::NoTable(name()))?;
                if key.get(INSTALLED).is_some_and(|item| !item.is_array()) {
                    return Err(Damage::NoList(format!("{}.{INSTALLED}", name())));
                }
            }
        }
        Ok(Self {
            document: Some(document),
            is_new,
        })
    }

    /// The text to be written.
    #[must_use]
    pub fn to_text(&self) -> String {
        let text = self
            .document
            .as_ref()
            .map(DocumentMut::to_string)
            .unwrap_or_default();
        if self.is_new {
            format!("{HEADER}{text}")
        } else {
            text
        }
    }

    /// What this key is called.
    #[must_use]
    pub fn name(&self, key: &Fingerprint) -> Option<KeyName> {
        let name = self.key(key)?.get(NAME)?.as_str()?;
        KeyName::new(name).ok()
    }

    /// Whether this is the default key.
    #[must_use]
    pub fn is_default(&self, key: &Fingerprint) -> bool {
        let default = self.item(DEFAULT).and_then(Item::as_str);
        default == Some(key.to_string().as_str())
    }

    /// Whether any key is.
    #[must_use]
    pub fn has_default(&self) -> bool {
        self.item(DEFAULT).is_some()
    }

    /// Where keys are looked for beside the usual folder.
    #[must_use]
    pub fn folders(&self) -> Vec<PathBuf> {
        self.paths(FOLDERS)
    }

    /// The files that are among the keys wherever they lie.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        self.paths(FILES)
    }

    /// The files that were saved or opened, and are among the keys while they lie there.
    #[must_use]
    pub fn seen(&self) -> Vec<PathBuf> {
        self.paths(SEEN)
    }

    /// The servers that this key was installed on, the first one first.
    #[must_use]
    pub fn installed(&self, key: &Fingerprint) -> Vec<Installed> {
        self.key(key).map(installed_in).unwrap_or_default()
    }

    /// Where any key was installed: an entry for each key and server.
    #[must_use]
    pub fn all_installed(&self) -> Vec<Installed> {
        let keys = self.item(KEY).and_then(Item::as_table_like);
        let keys = keys.into_iter().flat_map(TableLike::iter);
        let keys = keys.filter_map(|(_, key)| key.as_table_like());
        keys.flat_map(installed_in).collect()
    }

    /// Makes a change.
    pub fn apply(&mut self, edit: &Edit) {
        match edit {
            Edit::Name { key, name } => {
                let value = name.as_ref().map(|name| name.as_str().into());
                self.set_of(key, NAME, value);
            }
            Edit::Default(key) => {
                let value = key.as_ref().map(|key| Value::from(key.to_string()));
                set(self.document().as_table_mut(), DEFAULT, value);
            }
            Edit::AddFolder(path) => self.add_path(FOLDERS, path),
            Edit::ForgetFolder(path) => self.forget_path(FOLDERS, path),
            Edit::AddFile(path) => self.add_path(FILES, path),
            Edit::ForgetFile(path) => {
                self.forget_path(FILES, path);
                self.forget_path(SEEN, path);
            }
            Edit::See(path) => {
                // The last one seen stands last, and the first ones are forgotten.
                self.forget_path(SEEN, path);
                let seen = self.seen();
                let too_many = seen.len().saturating_sub(MOST_SEEN - 1);
                for old in &seen[..too_many] {
                    self.forget_path(SEEN, old);
                }
                self.add_path(SEEN, path);
            }
            Edit::Install { key, on } => {
                self.take_off(key, &on.server);
                let mut entry = InlineTable::new();
                entry.insert(SERVER, on.server.as_str().into());
                entry.insert(DATE, on.date.as_str().into());
                let known = self.key(key).and_then(|key| key.get(INSTALLED)?.as_array());
                let mut list = known.cloned().unwrap_or_default();
                list.push(entry);
                self.set_of(key, INSTALLED, Some(list.into()));
            }
            Edit::TakeOff { key, server } => self.take_off(key, server),
        }
    }

    fn item(&self, name: &str) -> Option<&Item> {
        self.document.as_ref()?.get(name)
    }

    fn document(&mut self) -> &mut DocumentMut {
        self.document.get_or_insert_default()
    }

    fn take_off(&mut self, key: &Fingerprint, server: &str) {
        let known = self.key(key).and_then(|key| key.get(INSTALLED)?.as_array());
        let Some(mut list) = known.cloned() else { return };
        list.retain(|value| server_in(value) != Some(server));
        let value = (!list.is_empty()).then(|| list.into());
        self.set_of(key, INSTALLED, value);
    }

    fn key(&self, key: &Fingerprint) -> Option<&dyn TableLike> {
        let keys = self.item(KEY)?.as_table_like()?;
        keys.get(&key.to_string())?.as_table_like()
    }

    /// Sets what is known of one key; where nothing is left of that, the key is no longer named.
    fn set_of(&mut self, key: &Fingerprint, name: &str, value: Option<Value>) {
        let fingerprint = key.to_string();
        if value.is_none() && self.key(key).is_none() {
            return;
        }
        let keys = self.document().entry(KEY).or_insert_with(|| {
            let mut keys = Table::new();
            keys.set_implicit(true);
            Item::Table(keys)
        });
        let Some(keys) = keys.as_table_like_mut() else {
            return;
        };
        let item = keys.entry(&fingerprint).or_insert_with(toml_edit::table);
        if let Some(entry) = item.as_table_like_mut() {
            set(entry, name, value);
            if entry.is_empty() {
                keys.remove(&fingerprint);
            }
        }
    }

    fn paths(&self, list: &str) -> Vec<PathBuf> {
        let values = self.item(list).and_then(Item::as_array);
        values
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .collect()
    }

    fn add_path(&mut self, list: &str, path: &Path) {
        let Some(text) = path.to_str() else { return };
        if self.paths(list).iter().any(|known| known == path) {
            return;
        }
        let item = self.document().entry(list);
        let item = item.or_insert_with(|| Item::Value(Array::new().into()));
        if let Some(values) = item.as_array_mut() {
            values.push(text);
        }
    }

    fn forget_path(&mut self, list: &str, path: &Path) {
        let Some(values) = self.document().get_mut(list).and_then(Item::as_array_mut) else {
            return;
        };
        values.retain(|value| value.as_str().is_none_or(|known| Path::new(known) != path));
        if values.is_empty() {
            self.document().remove(list);
        }
    }
}

fn server_in(entry: &Value) -> Option<&str> {
    entry.as_inline_table()?.get(SERVER)?.as_str()
}

/// Puts `value` in the place of what is there, where a remark behind it stays; or takes it out.
fn set(table: &mut dyn TableLike, name: &str, value: Option<Value>) {
    match (table.get_mut(name).and_then(Item::as_value_mut), value) {
        (Some(old), Some(mut new)) => {
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        (_, Some(new)) => {
            table.insert(name, new.into());
        }
        (_, None) => {
            table.remove(name);
        }
    }
}

/// What stands with a key about where it was installed.
fn installed_in(key: &dyn TableLike) -> Vec<Installed> {
    let read = |value: &Value| {
        let text = |name| value.as_inline_table()?.get(name)?.as_str().map(str::to_owned);
        Some(Installed {
            server: text(SERVER)?,
            date: text(DATE).unwrap_or_default(),
        })
    };
    let list = key.get(INSTALLED).and_then(Item::as_array);
    list.into_iter().flatten().filter_map(read).collect()
}

#[cfg(test)]
mod tests;
