//! A key as a part of another file: what configuration, secrets and scripts take instead of a key file.
//!
//! The other way round is [`mend`](super::mend). Everything ends with a line break, as the key itself does.

use base64ct::{Base64, Encoding as _};

use crate::secret::SecretBytes;

/// What the text of a key is put into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Carrier {
    /// A line for a `.env` file, with the line breaks written as `\n`.
    Env,
    /// A string of JSON (RFC 8259 §7), with its quotation marks.
    Json,
    /// A member of YAML: a literal block (YAML 1.2, 8.1.2), or for one line a scalar in quotation marks (7.3.2).
    Yaml,
    /// Base64 in one line, for what takes no line breaks.
    Base64,
    /// The text as it is, for a secret of GitHub Actions.
    GithubSecret,
}

/// Which half of a key is carried, for the name that it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Half {
    /// The half to give away.
    Public,
    /// The half to keep.
    Private,
}

/// Bytes that are no text go into base64 alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a file in bytes goes into base64 alone")]
pub struct NoText;

impl Carrier {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Env,
        Self::Json,
        Self::Yaml,
        Self::Base64,
        Self::GithubSecret,
    ];

    /// The word for it on a command line.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Env => "env",
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Base64 => "base64",
            Self::GithubSecret => "github-secret",
        }
    }

    /// Its name in the window, and what it is.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Env => "a .env file",
            Self::Json => "JSON",
            Self::Yaml => "YAML",
            Self::Base64 => "base64 in one line",
            Self::GithubSecret => "a secret of GitHub Actions",
        }
    }

    /// What to know about the private half there: a sentence, or nothing.
    #[must_use]
    pub fn note(self) -> Option<&'static str> {
        match self {
            Self::Env => Some(
                "the line breaks are written as \\n: programs that read .env files put them back, a shell does not",
            ),
            Self::GithubSecret => Some(
                "GitHub takes the last line break away, and ssh reads no key without it; in the workflow, printf '%s\\n' \"$KEY\" puts it back",
            ),
            Self::Json | Self::Yaml | Self::Base64 => None,
        }
    }

    /// The text of a key file in this.
    ///
    /// # Errors
    /// [`NoText`].
    pub fn carry(self, file: &[u8], half: Half) -> Result<SecretBytes, NoText> {
        if self == Self::Base64 {
            let mut base64 = zeroize::Zeroizing::new(Base64::encode_string(file));
            base64.push('\n');
            return Ok(SecretBytes::copy_of(base64.as_bytes()));
        }
        let text = std::str::from_utf8(file).map_err(|_| NoText)?;
        let (variable, member) = match half {
            Half::Public => ("SSH_PUBLIC_KEY", "ssh_public_key"),
            Half::Private => ("SSH_PRIVATE_KEY", "ssh_private_key"),
        };
        let one_line = text.strip_suffix('\n').filter(|text| !text.contains('\n'));
        let mut out = SecretBytes::with_capacity(text.len() * 2);
        match (self, one_line) {
            (Self::GithubSecret | Self::Base64, _) => out.extend(file),
            (Self::Env, _) => {
                out.extend(variable.as_bytes());
                out.extend(b"=\"");
                escape(one_line.unwrap_or(text), &['$', '`'], &mut out);
                out.extend(b"\"\n");
            }
            (Self::Json, _) => {
                out.extend(b"\"");
                escape(one_line.unwrap_or(text), &[], &mut out);
                out.extend(b"\"\n");
            }
            (Self::Yaml, Some(line)) => {
                out.extend(member.as_bytes());
                out.extend(b": '");
                for part in line.split_inclusive('\'') {
                    out.extend(part.as_bytes());
                    if part.ends_with('\'') {
                        out.extend(b"'");
                    }
                }
                out.extend(b"'\n");
            }
            (Self::Yaml, None) => {
                out.extend(member.as_bytes());
                out.extend(b": |\n");
                for line in text.lines() {
                    // An empty line needs no blanks before it.
                    if !line.is_empty() {
                        out.extend(b"  ");
                        out.extend(line.as_bytes());
                    }
                    out.extend(b"\n");
                }
            }
        }
        Ok(out)
    }
}

/// A string in double quotation marks as JSON and `.env` files have it, with a backslash also before `others`.
fn escape(text: &str, others: &[char], out: &mut SecretBytes) {
    let mut bytes = [0; 4];
    for letter in text.chars() {
        match letter {
            '\n' => out.extend(b"\\n"),
            '\r' => out.extend(b"\\r"),
            '\t' => out.extend(b"\\t"),
            '"' | '\\' => {
                out.extend(b"\\");
                out.extend(letter.encode_utf8(&mut bytes).as_bytes());
            }
            _ if others.contains(&letter) => {
                out.extend(b"\\");
                out.extend(letter.encode_utf8(&mut bytes).as_bytes());
            }
            _ => out.extend(letter.encode_utf8(&mut bytes).as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carried(carrier: Carrier, text: &str, half: Half) -> String {
        let bytes = carrier.carry(text.as_bytes(), half).unwrap();
        String::from_utf8(bytes.expose().to_vec()).unwrap()
    }

    #[test]
    fn a_key_of_several_lines_keeps_its_last_line_break() {
        let key = "-----BEGIN X-----\nAAAA\n\nB=\n-----END X-----\n";
        for (carrier, expected) in [
            (
                Carrier::Env,
                "SSH_PRIVATE_KEY=\"-----BEGIN X-----\\nAAAA\\n\\nB=\\n-----END X-----\\n\"\n",
            ),
            (
                Carrier::Json,
                "\"-----BEGIN X-----\\nAAAA\\n\\nB=\\n-----END X-----\\n\"\n",
            ),
            (
                Carrier::Yaml,
                "ssh_private_key: |\n  -----BEGIN X-----\n  AAAA\n\n  B=\n  -----END X-----\n",
            ),
            (
                Carrier::Base64,
                "LS0tLS1CRUdJTiBYLS0tLS0KQUFBQQoKQj0KLS0tLS1FTkQgWC0tLS0tCg==\n",
            ),
            (Carrier::GithubSecret, key),
        ] {
            assert_eq!(carried(carrier, key, Half::Private), expected);
        }
    }

    #[test]
    fn what_stands_in_a_comment_does_not_get_out_of_its_quotation_marks() {
        let line = "ssh-ed25519 AAAA it's \"$HOME\" \\ `id`\n";
        for (carrier, expected) in [
            (
                Carrier::Env,
                "SSH_PUBLIC_KEY=\"ssh-ed25519 AAAA it's \\\"\\$HOME\\\" \\\\ \\`id\\`\"\n",
            ),
            (
                Carrier::Json,
                "\"ssh-ed25519 AAAA it's \\\"$HOME\\\" \\\\ `id`\"\n",
            ),
            (
                Carrier::Yaml,
                "ssh_public_key: 'ssh-ed25519 AAAA it''s \"$HOME\" \\ `id`'\n",
            ),
        ] {
            assert_eq!(carried(carrier, line, Half::Public), expected);
        }
    }

    #[test]
    fn bytes_that_are_no_text_go_into_base64_alone() {
        for carrier in Carrier::ALL {
            let carried = carrier.carry(&[0x30, 0x82, 0xff], Half::Private);
            assert_eq!(carried.is_ok(), carrier == Carrier::Base64, "{carrier:?}");
        }
    }
}
