//! The reasons that end a line (`ssherr.c`), which have several causes each.

use super::attempt::{Attempt, Event};
use super::sign::Sign;
use crate::engine::doctor::about::About;
use crate::engine::doctor::cause::Cause;
use crate::engine::doctor::verdict::Certainty;

fn has(text: &str, words: &[&str]) -> bool {
    let text = text.to_ascii_lowercase();
    words.iter().any(|word| text.contains(word))
}

fn is_public(event: &Event) -> bool {
    event.about.file.as_deref().is_some_and(|file| {
        std::path::Path::new(file)
            .extension()
            .is_some_and(|end| end == "pub")
    })
}

/// What a named cause is where the file is a public one: ssh complains of its permissions.
pub(super) fn of_file(cause: Cause, event: &Event) -> Cause {
    match cause {
        Cause::KeyFilePermissions if is_public(event) => Cause::KeyFilePublic,
        cause => cause,
    }
}

/// Why a key file could not be loaded.
pub(super) fn of_loading(event: &Event) -> Cause {
    let reason = event.about.said.as_deref().unwrap_or_default();
    if is_public(event) {
        return Cause::KeyFilePublic;
    }
    if has(reason, &["bad permissions", "permission denied"]) {
        Cause::KeyFilePermissions
    } else if has(reason, &["no such file"]) {
        Cause::KeyFileMissing
    } else if has(reason, &["passphrase"]) {
        Cause::KeyFilePassphrase
    } else if has(reason, &["invalid key length"]) {
        Cause::RsaTooShort
    } else if has(reason, &["unknown or unsupported key type"]) {
        Cause::KeyTypeClient
    } else if has(reason, &["does not match"]) {
        Cause::PublicHalfMismatch
    } else {
        Cause::KeyFileFormat
    }
}

/// Why a file that was named was not looked at.
pub(super) fn of_access(event: &Event) -> Cause {
    let reason = event.about.said.as_deref().unwrap_or_default();
    if has(reason, &["permission denied"]) {
        Cause::KeyFilePermissions
    } else {
        Cause::KeyFileMissing
    }
}

/// Why nothing was signed.
pub(super) fn of_signing(attempt: &Attempt, event: &Event) -> (Cause, Certainty) {
    let text = &event.text;
    let reason = text.rsplit(": ").next().unwrap_or_default();
    let is_security_key = has(text, &["-sk ", "sk-ssh", "sk-ecdsa", "_sk\""]);
    if has(reason, &["agent refused operation"]) {
        (Cause::AgentRefused, Certainty::Certain)
    } else if has(reason, &["communication with agent failed", "agent"]) {
        (Cause::AgentCannot, Certainty::Certain)
    } else if has(reason, &["device not found"]) {
        (Cause::SecurityKeyMissing, Certainty::Certain)
    } else if has(reason, &["passphrase"]) {
        if is_security_key || attempt.has(Sign::AsksPin) {
            (Cause::SecurityKeyPin, Certainty::Certain)
        } else {
            (Cause::KeyFilePassphrase, Certainty::Certain)
        }
    } else if is_security_key && has(reason, &["invalid format", "not supported"]) {
        (Cause::SecurityKeyMissing, Certainty::Likely)
    } else if has(reason, &["signature algorithm not supported"]) {
        (Cause::RsaSha1, Certainty::Likely)
    } else if has(reason, &["permission"]) {
        (Cause::KeyFilePermissions, Certainty::Certain)
    } else if has(reason, &["no such file"]) {
        (Cause::KeyFileMissing, Certainty::Certain)
    } else {
        (Cause::KeyFileFormat, Certainty::Likely)
    }
}

/// The services that let everybody in by one name.
const GIT_HOSTS: [&str; 12] = [
    "github.com",
    "gitlab.com",
    "bitbucket.org",
    "codeberg.org",
    "ssh.github.com",
    "altssh.gitlab.com",
    "altssh.bitbucket.org",
    "ssh.dev.azure.com",
    "vs-ssh.visualstudio.com",
    "git.sr.ht",
    "gitea.com",
    "gitee.com",
];

/// The name that this server wants, where somebody has come by another.
pub(in crate::engine::doctor) fn wanted_user(about: &About) -> Option<&'static str> {
    let host = about.host.as_deref()?;
    let user = about.user.as_deref()?;
    let is_git_host = GIT_HOSTS.iter().any(|known| host.eq_ignore_ascii_case(known));
    if host.starts_with("git-codecommit.") && !user.starts_with("APKA") {
        return Some("APKA…, the ID of your SSH key there");
    }
    (is_git_host && user != "git").then_some("git")
}
