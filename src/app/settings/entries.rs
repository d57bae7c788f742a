//! Every line that a settings file can have: its name, and which setting it is.

use std::path::PathBuf;

use toml_edit::Value;

use super::Settings;
use crate::app::Kind;
use crate::app::look::{TextSize, ThemeChoice};
use crate::engine::saving::Strength;
use crate::engine::saving::{Choice, PpkVersion};
use crate::format::{Argon2Variant, Pbes2Kdf, Prf};
use crate::key::prime::Proof;
use crate::key::spec::{Curve, RsaBits};

/// One line.
pub(super) struct Entry {
    /// The table that it stands in.
    pub(super) table: &'static str,
    /// Its name there.
    pub(super) name: &'static str,
    /// Takes over a value; nothing, and no change, when there is no such.
    pub(super) read: fn(&Value, &mut Settings) -> Option<()>,
    /// The value that stands for the setting; nothing where none is set.
    pub(super) write: fn(&Settings) -> Option<Value>,
}

const THEMES: [(&str, ThemeChoice); 3] = [
    ("system", ThemeChoice::System),
    ("light", ThemeChoice::Light),
    ("dark", ThemeChoice::Dark),
];

const KINDS: [(&str, Kind); 6] = [
    ("ed25519", Kind::Ed25519),
    ("rsa", Kind::Rsa),
    ("ecdsa", Kind::Ecdsa),
    ("ed448", Kind::Ed448),
    ("mldsa44-ed25519", Kind::MlDsa44Ed25519),
    ("dsa", Kind::Dsa),
];

const PROOFS: [(&str, Proof); 3] = [
    ("probable", Proof::Probable),
    ("proven", Proof::Proven),
    ("proven-even", Proof::ProvenEven),
];

const CHOICES: [(&str, Choice); 9] = [
    ("openssh", Choice::OpenSsh),
    ("ppk", Choice::Ppk),
    ("openssh-and-ppk", Choice::Both),
    ("ppk2", Choice::Ppk2),
    ("pkcs8", Choice::Pkcs8),
    ("pem", Choice::Pem),
    ("sshcom", Choice::SshCom),
    ("jwk", Choice::Jwk),
    ("dropbear", Choice::Dropbear),
];

/// All of them, in the order of a new file.
pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        table: "window",
        name: "appearance",
        read: |value, settings| named(&THEMES, value).map(|theme| settings.theme = theme),
        write: |settings| name_of(&THEMES, settings.theme),
    },
    Entry {
        table: "window",
        name: "text_size",
        read: |value, settings| {
            let percent = whole(value)?;
            let size = TextSize::ALL
                .into_iter()
                .find(|size| u32::from(size.percent()) == percent)?;
            settings.text_size = size;
            Some(())
        },
        write: |settings| Some(i64::from(settings.text_size.percent()).into()),
    },
    Entry {
        table: "window",
        name: "width",
        read: |value, settings| side(value).map(|width| settings.window.width = width),
        write: |settings| Some(i64::from(settings.window.width).into()),
    },
    Entry {
        table: "window",
        name: "height",
        read: |value, settings| side(value).map(|height| settings.window.height = height),
        write: |settings| Some(i64::from(settings.window.height).into()),
    },
    Entry {
        table: "window",
        name: "maximized",
        read: |value, settings| value.as_bool().map(|is_so| settings.window.is_maximized = is_so),
        write: |settings| Some(settings.window.is_maximized.into()),
    },
    Entry {
        table: "new_key",
        name: "type",
        read: |value, settings| named(&KINDS, value).map(|kind| settings.next_key.kind = kind),
        write: |settings| name_of(&KINDS, settings.next_key.kind),
    },
    Entry {
        table: "new_key",
        name: "rsa_bits",
        read: |value, settings| {
            let bits = RsaBits::new_short(whole(value)?).ok()?;
            settings.next_key.rsa_bits = bits.get();
            Some(())
        },
        write: |settings| Some(i64::from(settings.next_key.rsa_bits).into()),
    },
    Entry {
        table: "new_key",
        name: "curve",
        read: |value, settings| {
            let name = value.as_str()?;
            settings.next_key.curve = Curve::ALL.into_iter().find(|curve| curve.name() == name)?;
            Some(())
        },
        write: |settings| Some(settings.next_key.curve.name().into()),
    },
    Entry {
        table: "new_key",
        name: "primes",
        read: |value, settings| named(&PROOFS, value).map(|proof| settings.next_key.primes.proof = proof),
        write: |settings| name_of(&PROOFS, settings.next_key.primes.proof),
    },
    Entry {
        table: "new_key",
        name: "strong_primes",
        read: |value, settings| {
            value
                .as_bool()
                .map(|is_so| settings.next_key.primes.is_strong = is_so)
        },
        write: |settings| Some(settings.next_key.primes.is_strong.into()),
    },
    Entry {
        table: "saving",
        name: "format",
        read: |value, settings| named(&CHOICES, value).map(|choice| settings.preferred = choice),
        write: |settings| name_of(&CHOICES, settings.preferred),
    },
    Entry {
        table: "saving",
        name: "folder",
        read: |value, settings| folder(value).map(|folder| settings.save_folder = Some(folder)),
        write: |settings| settings.save_folder.as_ref()?.to_str().map(Value::from),
    },
    Entry {
        table: "opening",
        name: "folder",
        read: |value, settings| folder(value).map(|folder| settings.open_folder = Some(folder)),
        write: |settings| settings.open_folder.as_ref()?.to_str().map(Value::from),
    },
    Entry {
        table: "protection",
        name: "openssh_cipher",
        read: |value, settings| {
            let name = value.as_str()?;
            let mut ciphers = Strength::CIPHERS.into_iter();
            settings.strength.cipher = ciphers.find(|cipher| cipher.as_str() == name)?;
            Some(())
        },
        write: |settings| Some(settings.strength.cipher.as_str().into()),
    },
    Entry {
        table: "protection",
        name: "openssh_rounds",
        read: |value, settings| whole(value).map(|rounds| settings.strength.rounds = rounds),
        write: |settings| Some(i64::from(settings.strength.rounds).into()),
    },
    Entry {
        table: "protection",
        name: "ppk_version",
        read: |value, settings| {
            settings.strength.ppk_version = match whole(value)? {
                2 => PpkVersion::V2,
                3 => PpkVersion::V3,
                _ => return None,
            };
            Some(())
        },
        write: |settings| {
            Some(Value::from(match settings.strength.ppk_version {
                PpkVersion::V2 => 2,
                PpkVersion::V3 => 3,
            }))
        },
    },
    Entry {
        table: "protection",
        name: "argon2",
        read: |value, settings| {
            let name = value.as_str()?;
            let mut variants = Argon2Variant::ALL.into_iter();
            settings.strength.argon2.variant = variants.find(|variant| variant.name() == name)?;
            Some(())
        },
        write: |settings| Some(settings.strength.argon2.variant.name().into()),
    },
    Entry {
        table: "protection",
        name: "argon2_memory_kib",
        read: |value, settings| whole(value).map(|kib| settings.strength.argon2.mem_kib = kib),
        write: |settings| Some(i64::from(settings.strength.argon2.mem_kib).into()),
    },
    Entry {
        table: "protection",
        name: "argon2_passes",
        read: |value, settings| whole(value).map(|passes| settings.strength.argon2.passes = passes),
        write: |settings| Some(i64::from(settings.strength.argon2.passes).into()),
    },
    Entry {
        table: "protection",
        name: "argon2_parallelism",
        read: |value, settings| whole(value).map(|lanes| settings.strength.argon2.parallelism = lanes),
        write: |settings| Some(i64::from(settings.strength.argon2.parallelism).into()),
    },
    Entry {
        table: "protection",
        name: "pkcs8_iterations",
        read: |value, settings| {
            settings.strength.pbes2.kdf = Pbes2Kdf::Pbkdf2 {
                prf: Prf::Sha256,
                iterations: whole(value)?,
            };
            Some(())
        },
        write: |settings| match settings.strength.pbes2.kdf {
            Pbes2Kdf::Pbkdf2 { iterations, .. } => Some(i64::from(iterations).into()),
            Pbes2Kdf::Scrypt(_) => None,
        },
    },
];

fn named<T: Copy>(names: &[(&str, T)], value: &Value) -> Option<T> {
    let wanted = value.as_str()?;
    let found = names.iter().find(|(name, _)| *name == wanted);
    found.map(|(_, named)| *named)
}

fn name_of<T: Copy + PartialEq>(names: &[(&str, T)], wanted: T) -> Option<Value> {
    let found = names.iter().find(|(_, named)| *named == wanted);
    found.map(|(name, _)| Value::from(*name))
}

fn whole(value: &Value) -> Option<u32> {
    value.as_integer().and_then(|number| u32::try_from(number).ok())
}

/// A side of a window; no screen is larger.
fn side(value: &Value) -> Option<u16> {
    let points = whole(value).and_then(|points| u16::try_from(points).ok());
    points.filter(|points| (100..=16_384).contains(points))
}

/// A relative path would lead elsewhere from each folder that the program is started in.
fn folder(value: &Value) -> Option<PathBuf> {
    value
        .as_str()
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
}
