//! Opening key files.

use std::path::Path;

use crate::engine::Problem;
use crate::engine::saving::{certificate_beside, file_beside};
use crate::format::key_lines::{self, Listing};
use crate::format::reading::{self, Reading};
use crate::format::{self, Certificate, DecodeError, Parsed, PrivateFile, PublicFile, Ssh1Key};
use crate::key::PublicKey;
use crate::secret::SecretBytes;
use crate::sys::files::{ReadError, Seen, read_key};

/// Reads the file at `path` and says what it is.
///
/// # Errors
/// It cannot be read, or it is no key file. A private key that is given where its public half was
/// asked for, or the other way round, is no error here.
pub fn open_file(path: &Path) -> Result<Parsed, Problem> {
    let bytes = read_key(path)?;
    Ok(read(bytes.expose())?.parsed)
}

/// Says what `bytes`, from a file or the clipboard, are, and what had to be undone to read them.
///
/// # Errors
/// They are no key.
pub fn read(bytes: &[u8]) -> Result<Reading, Problem> {
    Ok(reading::read(bytes)?)
}

/// A key, or one of SSH 1, which can be shown and nothing else.
#[derive(Debug)]
pub enum Found<T> {
    /// A key that can be used.
    Key(T),
    /// A key of SSH 1.
    Ssh1(Ssh1Key),
}

/// Says what `bytes` are, for showing: as [`read`], and knows keys of SSH 1.
///
/// # Errors
/// They are no key.
pub fn look(bytes: &[u8]) -> Result<Found<Reading>, Problem> {
    found(reading::read(bytes))
}

/// Says which keys are in `bytes`, a key file or a list such as `authorized_keys`; knows
/// keys of SSH 1.
///
/// # Errors
/// They hold no key.
pub fn look_through(bytes: &[u8]) -> Result<Found<Listing<'_>>, Problem> {
    found(
        key_lines::parse(bytes).or_else(|error| match reading::read(bytes) {
            Ok(reading) => Ok(Listing::One(Box::new(reading.parsed))),
            // Of a list each line has its own fault.
            Err(found) => Err(if error == DecodeError::MultipleKeys {
                error
            } else {
                found
            }),
        }),
    )
}

fn found<T>(result: Result<T, DecodeError>) -> Result<Found<T>, Problem> {
    match result {
        Ok(key) => Ok(Found::Key(key)),
        Err(DecodeError::Ssh1(key)) => Ok(Found::Ssh1(key)),
        Err(error) => Err(error.into()),
    }
}

/// What lies in `FILE.pub`, beside the private key in `FILE`.
#[derive(Debug)]
pub enum Beside {
    /// Nothing.
    Nothing,
    /// The public half of the same key, in a file that has this in it.
    SameKey(Box<PublicFile>, Seen),
    /// Another key, or no key at all.
    SomethingElse,
}

/// Looks at what lies beside the private key at `path`, whose public half is `key`.
///
/// # Errors
/// There is a file, but the system does not let it be read: nobody knows what is in it.
pub fn public_beside(path: &Path, key: &PublicKey) -> Result<Beside, Problem> {
    let bytes = match read_beside(&file_beside(path))? {
        Lies::Nothing => return Ok(Beside::Nothing),
        Lies::NoKey => return Ok(Beside::SomethingElse),
        Lies::Bytes(bytes) => bytes,
    };
    Ok(match format::parse(bytes.expose()) {
        Ok(Parsed::Public(file)) if file.key == *key => {
            Beside::SameKey(Box::new(file), Seen::of(bytes.expose()))
        }
        _ => Beside::SomethingElse,
    })
}

/// What lies at a place beside a key.
enum Lies {
    Nothing,
    /// What can be no key: a folder, or a file that is larger than any.
    NoKey,
    Bytes(SecretBytes),
}

fn read_beside(path: &Path) -> Result<Lies, ReadError> {
    match read_key(path) {
        Ok(bytes) => Ok(Lies::Bytes(bytes)),
        Err(ReadError::NotFound { .. }) => Ok(Lies::Nothing),
        Err(ReadError::NotRegular { .. } | ReadError::TooLarge { .. }) => Ok(Lies::NoKey),
        Err(error @ (ReadError::Denied { .. } | ReadError::Changed { .. } | ReadError::Io { .. })) => {
            Err(error)
        }
    }
}

/// Reads a certificate for `key`.
///
/// # Errors
/// The file cannot be read, is no certificate, or certifies another key.
pub fn open_certificate(path: &Path, key: &PublicKey) -> Result<Certificate, Problem> {
    let certificate = match open_file(path)? {
        Parsed::Public(file) => file.certificate,
        Parsed::Private(file) => file.certificate,
        Parsed::Locked(file) => file.certificate,
    };
    let certificate = certificate.ok_or_else(Problem::no_certificate)?;
    certificate.certifies(key)?;
    Ok(certificate)
}

/// Puts the certificate beside a private key that lies beside its file, as ssh does; one that the
/// file holds itself stays. One that cannot be read is passed over, as ssh does too.
pub fn take_up_certificate(file: &mut PrivateFile, path: &Path) {
    if file.certificate.is_none() && !file.format.holds_certificate() {
        file.certificate = certificate_of(path, file.key.public()).unwrap_or_else(|problem| {
            log::warn!("{}", problem.what);
            None
        });
    }
}

/// Whether a certificate lies where ssh looks for that of the private key at `path`, and is for another key: ssh passes it over.
#[must_use]
pub fn has_stray_certificate(path: &Path, key: &PublicKey) -> bool {
    let Ok(Lies::Bytes(bytes)) = read_beside(&certificate_beside(path)) else {
        return false;
    };
    matches!(format::parse(bytes.expose()), Ok(Parsed::Public(file)) if file.certificate.is_some() && file.key != *key)
}

/// The certificate for `key` that lies beside its private key at `path`, as ssh looks for it.
///
/// # Errors
/// There is a file, but the system does not let it be read.
pub fn certificate_of(path: &Path, key: &PublicKey) -> Result<Option<Certificate>, Problem> {
    let Lies::Bytes(bytes) = read_beside(&certificate_beside(path))? else {
        return Ok(None);
    };
    Ok(match format::parse(bytes.expose()) {
        Ok(Parsed::Public(file)) if file.key == *key => file.certificate,
        _ => None,
    })
}
