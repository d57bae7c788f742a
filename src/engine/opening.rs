//! Opening key files.

use std::path::Path;

use crate::engine::Problem;
use crate::engine::saving::{certificate_beside, file_beside};
use crate::format::key_lines::{self, Listing};
use crate::format::reading::{self, Reading};
use crate::format::{self, Certificate, DecodeError, Parsed, PrivateFile, PublicFile, Ssh1Key};
use crate::key::PublicKey;
use crate::sys::files::{ReadError, read_key};

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
    found(key_lines::parse(bytes).or_else(|error| match reading::read(bytes) {
        Ok(reading) => Ok(Listing::One(Box::new(reading.parsed))),
        // Of a list each line has its own fault.
        Err(found) => Err(if error == DecodeError::MultipleKeys { error } else { found }),
    }))
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
    /// The public half of the same key.
    SameKey(Box<PublicFile>),
    /// Another key, or no key at all.
    SomethingElse,
}

/// Looks at what lies beside the private key at `path`, whose public half is `key`.
#[must_use]
pub fn public_beside(path: &Path, key: &PublicKey) -> Beside {
    match read_key(&file_beside(path)) {
        Err(ReadError::NotFound { .. }) => Beside::Nothing,
        Err(error) => {
            log::debug!("{error}");
            Beside::SomethingElse
        }
        Ok(bytes) => match format::parse(bytes.expose()) {
            Ok(Parsed::Public(file)) if file.key == *key => Beside::SameKey(Box::new(file)),
            _ => Beside::SomethingElse,
        },
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
/// file holds itself stays.
pub fn take_up_certificate(file: &mut PrivateFile, path: &Path) {
    if file.certificate.is_none() && !file.format.holds_certificate() {
        file.certificate = certificate_of(path, file.key.public());
    }
}

/// The certificate for `key` that lies beside its private key at `path`, as ssh looks for it.
#[must_use]
pub fn certificate_of(path: &Path, key: &PublicKey) -> Option<Certificate> {
    let bytes = read_key(&certificate_beside(path)).ok()?;
    match format::parse(bytes.expose()) {
        Ok(Parsed::Public(file)) if file.key == *key => file.certificate,
        _ => None,
    }
}
