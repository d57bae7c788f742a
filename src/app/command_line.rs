//! The commands that do what a click does: for learning, and for scripts.

use crate::app::stage::Document;
use crate::key::{Algorithm, PublicKey};

/// A command, and what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// What it does: “Make such a key with OpenSSH”.
    pub does: &'static str,
    /// The line to type, quoted for a POSIX shell and PowerShell alike.
    pub line: String,
}

/// The commands that make, show and use a key like the one in `document`.
#[must_use]
pub fn for_document(document: &Document) -> Vec<CommandLine> {
    let stem = &document.suggested_stem();
    let file = match &document.path {
        Some(path) => quoted(&path.display().to_string()),
        None => format!("~/.ssh/{}", quoted(stem)),
    };
    let comment = quoted(&document.draft.comment);
    let bits = document.public().bits();
    let mut lines = Vec::new();
    let mut push = |does, line| lines.push(CommandLine { does, line });

    let size = match document.public() {
        PublicKey::Rsa { .. } | PublicKey::Ecdsa { .. } => format!(" -b {bits}"),
        _ => String::new(),
    };
    let kind = document.public().algorithm().short_name();
    if matches!(
        document.public().algorithm(),
        Algorithm::Rsa | Algorithm::Ecdsa(_) | Algorithm::Ed25519
    ) {
        let target = format!("~/.ssh/{}", quoted(stem));
        push(
            "Make such a key with this program",
            format!("keywright-cli generate -t {kind}{size} -C {comment} -o {target}"),
        );
        push(
            "Make such a key with OpenSSH",
            format!("ssh-keygen -t {kind}{size} -C {comment} -f {target}"),
        );
        push(
            "Make such a key with PuTTY",
            format!("puttygen -t {kind}{size} -C {comment} -o {}.ppk", quoted(stem)),
        );
    }
    push(
        "Show the fingerprint and the picture",
        format!("ssh-keygen -l -v -f {file}"),
    );
    if document.key().is_some() {
        push("Show the public key", format!("ssh-keygen -y -f {file}"));
        push("Change the passphrase", format!("keywright-cli passwd {file}"));
    }
    push(
        "Put the key on a server",
        format!("ssh-copy-id -i {file} user@server"),
    );
    lines
}

/// `text` as one word of a command line.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+=~".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_word_of_a_command_line_stays_one_word() {
        for (text, expected) in [
            ("id_rsa", "id_rsa"),
            ("", "''"),
            ("my key", "'my key'"),
            ("$(rm -rf ~)", "'$(rm -rf ~)'"),
            ("it's", r"'it'\''s'"),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }
}
