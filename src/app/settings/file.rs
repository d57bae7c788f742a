//! The text of a settings file. What is not understood in it stays as it is, and so do comments.

use toml_edit::{DocumentMut, TableLike, Value, table};

use super::Settings;
use super::entries::{ENTRIES, Entry};
use crate::engine::own_file::{self, Damage};

const HEADER: &str = "# Keywright's settings. Delete this file to have the usual ones again.\n\n";

/// A settings file, taken apart.
#[derive(Clone, Debug)]
pub(super) struct SettingsFile {
    document: DocumentMut,
    /// Whether there was nothing in it yet.
    is_new: bool,
}

impl Default for SettingsFile {
    fn default() -> Self {
        Self {
            document: DocumentMut::new(),
            is_new: true,
        }
    }
}

impl SettingsFile {
    /// Takes the bytes of a file apart.
    ///
    /// # Errors
    /// See [`Damage`].
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Damage> {
        let (document, is_new) = own_file::parse(bytes)?;
        for entry in ENTRIES {
            let item = document.get(entry.table);
            if item.is_some_and(|item| !item.is_table_like()) {
                return Err(Damage::NoTable(entry.table.to_owned()));
            }
        }
        Ok(Self { document, is_new })
    }

    /// What it says; the usual, where it says nothing or what cannot be.
    pub(super) fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        for entry in ENTRIES {
            if let Some(value) = self.value(entry)
                && (entry.read)(value, &mut settings).is_none()
            {
                log::warn!(
                    "the setting {}.{} is not understood: {value}",
                    entry.table,
                    entry.name
                );
            }
        }
        if settings.strength.checked().is_err() {
            log::warn!("nothing can be protected as the settings say");
            settings.strength = Settings::default().strength;
        }
        settings
    }

    /// Takes over what has changed from `before` to `now`, and nothing else: another window may have
    /// changed the rest.
    pub(super) fn change(&mut self, before: &Settings, now: &Settings) {
        for entry in ENTRIES {
            let [old, new] = [before, now].map(|settings| (entry.write)(settings));
            if old.as_ref().map(Value::to_string) != new.as_ref().map(Value::to_string) {
                self.set(entry, new);
            }
        }
    }

    /// The text to be written.
    pub(super) fn to_text(&self) -> String {
        let text = self.document.to_string();
        if self.is_new {
            format!("{HEADER}{text}")
        } else {
            text
        }
    }

    fn value(&self, entry: &Entry) -> Option<&Value> {
        let table = self.document.get(entry.table)?.as_table_like()?;
        table.get(entry.name)?.as_value()
    }

    fn set(&mut self, entry: &Entry, new: Option<Value>) {
        let item = self.document.entry(entry.table).or_insert_with(table);
        let Some(table) = item.as_table_like_mut() else {
            return;
        };
        match new {
            Some(new) => put(table, entry.name, new),
            None => {
                table.remove(entry.name);
            }
        }
    }
}

/// Puts `new` in the place of what is there; a comment behind it stays.
fn put(table: &mut dyn TableLike, name: &str, mut new: Value) {
    match table.get_mut(name).and_then(|item| item.as_value_mut()) {
        Some(old) => {
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        None => {
            table.insert(name, new.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::look::WindowShape;
    use crate::app::look::{TextSize, ThemeChoice};
    use crate::app::{Kind, NextKey};
    use crate::engine::saving::{Choice, PpkVersion, Strength};
    use crate::format::{Argon2Params, Argon2Variant, Cipher, Pbes2, Pbes2Kdf, Prf};
    use crate::key::prime::{Policy, Proof};
    use crate::key::spec::Curve;

    /// Settings of which each is another one than usual.
    fn unusual() -> Settings {
        Settings {
            theme: ThemeChoice::Dark,
            text_size: TextSize::ALL[2],
            window: WindowShape {
                width: 1000,
                height: 700,
                is_maximized: true,
            },
            next_key: NextKey {
                kind: Kind::Rsa,
                rsa_bits: 4096,
                curve: Curve::P384,
                primes: Policy {
                    proof: Proof::ProvenEven,
                    is_strong: true,
                    ..Policy::default()
                },
            },
            preferred: Choice::Both,
            strength: Strength {
                cipher: Cipher::Aes256Gcm,
                rounds: 32,
                ppk_version: PpkVersion::V2,
                argon2: Argon2Params {
                    variant: Argon2Variant::D,
                    mem_kib: 16_384,
                    passes: 21,
                    parallelism: 2,
                },
                pbes2: Pbes2 {
                    kdf: Pbes2Kdf::Pbkdf2 {
                        prf: Prf::Sha256,
                        iterations: 700_000,
                    },
                    ..Pbes2::default()
                },
            },
            open_folder: Some(std::env::temp_dir()),
            save_folder: Some(std::env::temp_dir()),
        }
    }

    fn parse(text: &str) -> SettingsFile {
        SettingsFile::parse(text.as_bytes()).expect("it is TOML")
    }

    #[test]
    fn every_setting_comes_back_from_its_file() {
        let mut file = SettingsFile::default();
        file.change(&Settings::default(), &unusual());
        let text = file.to_text();
        assert_eq!(parse(&text).settings(), unusual(), "{text}");
        for entry in ENTRIES {
            assert!(file.value(entry).is_some(), "{} is not written", entry.name);
        }
        assert!(text.starts_with("# Keywright's settings."), "{text}");
    }

    #[test]
    fn only_what_has_changed_is_written() {
        let mut file = SettingsFile::default();
        let now = Settings {
            theme: ThemeChoice::Light,
            ..Settings::default()
        };
        file.change(&Settings::default(), &now);
        assert_eq!(
            file.to_text().strip_prefix(HEADER),
            Some("[window]\nappearance = \"light\"\n")
        );
    }

    #[test]
    fn what_is_not_understood_stays_as_it_was_written() {
        let before = "# Mine.\nfuture = 7\n\n[window] # how it looks\nappearance = \"sepia\"\ntext_size = 125 # glasses\n\n[later]\nx = [1]\n";
        let mut file = parse(before);
        let read = file.settings();
        assert_eq!(read.theme, ThemeChoice::System);
        assert_eq!(read.text_size, TextSize::ALL[1]);
        let now = Settings {
            text_size: TextSize::ALL[2],
            ..read.clone()
        };
        file.change(&read, &now);
        assert_eq!(file.to_text(), before.replace("125", "150"));
    }

    #[test]
    fn what_cannot_be_is_taken_for_the_usual() {
        for text in [
            "[window]\nappearance = 1\ntext_size = 110\nwidth = -5\nheight = 99999\nmaximized = \"yes\"",
            "[new_key]\ntype = \"rsb\"\nrsa_bits = 12\ncurve = \"p256\"\nprimes = true",
            "[saving]\nformat = \"\"\nfolder = \"keys\"",
            "[protection]\nopenssh_rounds = 0",
            "[protection]\nopenssh_rounds = 4000000000",
            "[protection]\nargon2_memory_kib = 4294967295\nargon2_passes = 1",
            "[protection]\nopenssh_cipher = \"none\"\nppk_version = 4\nargon2_passes = 1.5",
        ] {
            assert_eq!(parse(text).settings(), Settings::default(), "{text}");
        }
    }

    #[test]
    fn damage_is_told_with_its_line() {
        let damage = |bytes: &[u8]| {
            let damage = SettingsFile::parse(bytes).expect_err("it is damaged");
            damage.to_string()
        };
        assert!(damage(b"[window]\nappearance = \"dark\n").starts_with("line 2: "));
        assert_eq!(damage(b"\xff\xfe["), "it is not UTF-8 text");
        assert_eq!(damage(b"window = 1"), "“window” is no table");
    }

    #[test]
    fn a_mark_before_the_text_is_no_damage() {
        let read = parse("\u{feff}[window]\nappearance = \"dark\"\n").settings();
        assert_eq!(read.theme, ThemeChoice::Dark);
    }
}
