//! What a person types as a server: its parts, and what could do harm in them.

use std::borrow::Cow;

use super::{LONGEST_HOST, LONGEST_USER, TargetError};
use crate::key::comment::is_forbidden;

/// The parts of a text, not yet looked at.
pub(super) struct Typed<'a> {
    pub(super) user: Option<&'a str>,
    pub(super) host: &'a str,
    pub(super) port: Option<u16>,
}

impl<'a> Typed<'a> {
    pub(super) fn read(text: &'a str) -> Result<Self, TargetError> {
        let text = match text.strip_prefix("ssh://") {
            Some(rest) => rest.strip_suffix('/').unwrap_or(rest),
            None => text,
        };
        if has_password(text) {
            return Err(TargetError::Password);
        }
        if text.contains('/') {
            return Err(TargetError::More);
        }
        // A user's name may have an @ of its own, a host's may not.
        let (user, place) = match text.rsplit_once('@') {
            Some(("", _)) => return Err(TargetError::NoUser),
            Some((user, place)) => (Some(user), place),
            None => (None, text),
        };
        let (host, port) = if let Some(rest) = place.strip_prefix('[') {
            let (host, behind) = rest.split_once(']').ok_or(TargetError::Port)?;
            match behind.strip_prefix(':') {
                Some(port) => (host, Some(port)),
                None if behind.is_empty() => (host, None),
                None => return Err(TargetError::Port),
            }
        } else {
            match place.split_once(':') {
                // More than one colon, and it is an address of IPv6.
                Some((_, behind)) if behind.contains(':') => (place, None),
                Some((host, port)) => (host, Some(port)),
                None => (place, None),
            }
        };
        if host.is_empty() {
            return Err(TargetError::NoHost);
        }
        let port = port.map(|port| {
            let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
            let port = port.parse().ok().filter(|port| *port > 0 && is_number);
            port.ok_or(TargetError::Port)
        });
        Ok(Self {
            user,
            host,
            port: port.transpose()?,
        })
    }
}

/// A text with what it spells as a web address does: `%40` for an `@` in a user's name (RFC 3986, section 2.1). Only those that begin
/// as one are.
pub(super) fn decoded(text: &str) -> Result<Cow<'_, str>, TargetError> {
    if !text.starts_with("ssh://") || !text.contains('%') {
        return Ok(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let digits = behind
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.ok_or(TargetError::More)?);
        rest = &behind[2..];
    }
    String::from_utf8(bytes)
        .map(Cow::Owned)
        .map_err(|_| TargetError::More)
}

/// Whether a password stands behind the user's name, as browsers take it.
fn has_password(text: &str) -> bool {
    let text = text.rsplit_once("://").map_or(text, |(_, text)| text);
    text.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
}

/// A text that was typed as a target, as it may be shown: without the password that it has no place for.
#[must_use]
pub fn without_password(text: &str) -> String {
    match (has_password(text), text.split_once(':'), text.rsplit_once('@')) {
        (true, Some((user, _)), Some((_, place))) if !text.contains("://") => format!("{user}@{place}"),
        (true, _, Some((_, place))) => place.to_owned(),
        _ => text.to_owned(),
    }
}

/// Names and addresses need no more than this, and none of it means anything to a shell.
pub(super) fn check_host(host: &str) -> Result<(), TargetError> {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || "._-:%".contains(c);
    if host.is_empty() {
        return Err(TargetError::NoHost);
    }
    if host.starts_with('-') || host.len() > LONGEST_HOST || !host.chars().all(is_fine) {
        return Err(TargetError::Host(host.to_owned()));
    }
    Ok(())
}

/// Windows has users with a domain before their name and with blanks in it; what a shell would act on, no user has.
pub(super) fn check_user(user: &str) -> Result<(), TargetError> {
    let is_dangerous = |c: char| is_forbidden(c) || "'\"`$;&<>|(){}[]*?!#~:/,".contains(c);
    let is_odd = user.starts_with(['-', ' ']) || user.ends_with([' ', '\\']) || user.contains(" -");
    if user.is_empty() {
        return Err(TargetError::NoUser);
    }
    // No user's name has a colon, and what people write behind one is not repeated, wherever the name came from.
    if user.contains(':') {
        return Err(TargetError::Password);
    }
    if is_odd || user.len() > LONGEST_USER || user.chars().any(is_dangerous) {
        return Err(TargetError::User(user.to_owned()));
    }
    Ok(())
}
