//! What stands between the first line of a key and its base64: how it is encrypted, or a comment.

use super::letters::{Letter, blank_len, find, find_any_case, is_blank, letter, trim};
use super::marks::Label;
use crate::secret::SecretBytes;

/// A key without the lines of its marks, taken apart.
#[derive(Debug, Default)]
pub(super) struct Parts<'a> {
    /// Cipher and initialisation vector of an encrypted PEM file.
    pub(super) encryption: Option<(&'a str, &'a str)>,
    /// The headers of a file of SSH 2, each in a line of its own.
    pub(super) headers: SecretBytes,
    /// The lines of base64.
    pub(super) lines: Vec<&'a [u8]>,
}

/// What the base64 of ssh.com's private keys and of SSH's public keys begins with.
const STARTS: [&[u8]; 2] = [b"P2/56w", b"AAAA"];
/// More headers, or lines that they go on in, than any program writes.
const MOST_HEADER_LINES: usize = 64;

/// Takes the lines apart that stand between two marks.
pub(super) fn parts<'a>(lines: &[&'a [u8]], label: Option<Label>) -> Parts<'a> {
    match label {
        Some(Label::OpenSsh) => Parts {
            lines: lines.to_vec(),
            ..Parts::default()
        },
        Some(Label::SshCom | Label::SshPublic) => of_ssh2(lines),
        _ => of_pem(lines).unwrap_or_else(|| of_ssh2(lines)),
    }
}

/// `Proc-Type` and `DEK-Info` (RFC 1421 §4.6), in lines of their own or in one.
fn of_pem<'a>(lines: &[&'a [u8]]) -> Option<Parts<'a>> {
    const NAME: &[u8] = b"dek-info";
    let (number, at) = (lines.iter().take(MOST_HEADER_LINES).enumerate())
        .find_map(|(number, line)| Some((number, find_any_case(&line[..line.len().min(256)], NAME)?)))?;
    let line = lines[number];
    let mut rest = &line[at + NAME.len()..];
    rest = &rest[blank_len(rest)..];
    rest = rest.strip_prefix(b":")?;
    rest = &rest[blank_len(rest)..];
    let name_len = rest
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-')
        .count();
    let (name, rest) = rest.split_at(name_len);
    let rest = rest[blank_len(rest)..].strip_prefix(b",")?;
    let rest = &rest[blank_len(rest)..];
    // DES and RC2 have blocks of eight bytes, every other cipher has sixteen.
    let first = name.get(..3)?;
    let digits = if first.eq_ignore_ascii_case(b"DES") || first.eq_ignore_ascii_case(b"RC2") {
        16
    } else {
        32
    };
    let (iv, rest) = rest.split_at_checked(digits)?;
    if !iv.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let first = (!is_blank(rest)).then_some(rest);
    let others = lines[number + 1..]
        .iter()
        .copied()
        .filter(|line| !line.contains(&b':'));
    Some(Parts {
        encryption: Some((std::str::from_utf8(name).ok()?, std::str::from_utf8(iv).ok()?)),
        lines: first.into_iter().chain(others).collect(),
        ..Parts::default()
    })
}

/// Headers with a colon in lines of their own (RFC 4716 §3.3), or before the base64 in the only line.
fn of_ssh2<'a>(lines: &[&'a [u8]]) -> Parts<'a> {
    let lines: Vec<&[u8]> = lines.iter().copied().filter(|line| !is_blank(line)).collect();
    if let [line] = lines.as_slice()
        && line.contains(&b':')
        && let Some(at) = base64_start(line)
    {
        let mut headers = SecretBytes::copy_of(trim(&line[..at]));
        headers.extend(b"\n");
        return Parts {
            headers,
            lines: vec![&line[at..]],
            ..Parts::default()
        };
    }
    let mut headers = SecretBytes::default();
    let mut number = 0;
    let mut goes_on = false;
    while let Some(line) = lines.get(number).filter(|_| number < MOST_HEADER_LINES) {
        if !goes_on && !line.contains(&b':') {
            break;
        }
        let line = trim(line);
        goes_on = line.ends_with(b"\\");
        // A table has doubled the quotation marks.
        let doubled = find(line, b": \"\"").filter(|at| line.ends_with(b"\"\"") && line.len() > at + 6);
        match doubled {
            Some(at) => {
                headers.extend(&line[..at + 2]);
                headers.extend(&line[at + 3..line.len() - 1]);
            }
            None => headers.extend(line),
        }
        headers.extend(b"\n");
        number += 1;
    }
    Parts {
        headers,
        lines: lines[number..].to_vec(),
        ..Parts::default()
    }
}

/// Where the base64 begins in a line that begins with headers.
fn base64_start(line: &[u8]) -> Option<usize> {
    let begins = |start: &[u8]| {
        let mut from = 0;
        while let Some(at) = find(&line[from..], start) {
            let at = from + at;
            let before = line[..at].last().map(|byte| letter(&[*byte]).0);
            // A shell may have left an `n` of the line break behind a quoted comment.
            if before != Some(Letter::Base64) || line[..at].ends_with(b"\"n") {
                return Some(at);
            }
            from = at + 1;
        }
        None
    };
    STARTS.into_iter().find_map(begins)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken_apart(
        lines: &[&'static str],
        label: Label,
    ) -> (Option<(&'static str, &'static str)>, String, Vec<&'static str>) {
        let lines: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
        let parts = parts(&lines, Some(label));
        let text = |bytes: &'static [u8]| std::str::from_utf8(bytes).unwrap();
        (
            parts.encryption,
            String::from_utf8(parts.headers.expose().to_vec()).unwrap(),
            parts.lines.into_iter().map(text).collect(),
        )
    }

    #[test]
    fn how_pem_is_encrypted_is_found_in_one_line_or_several() {
        let expected = (
            Some(("AES-128-CBC", "00112233445566778899AABBCCDDEEFF")),
            String::new(),
            vec!["AAEC", "AAE="],
        );
        for lines in [
            &[
                "Proc-Type: 4,ENCRYPTED",
                "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF",
                "AAEC",
                "AAE=",
            ][..],
            &[
                "DEK-Info:AES-128-CBC, 00112233445566778899AABBCCDDEEFF",
                "Proc-Type:4,ENCRYPTED",
                "AAEC",
                "AAE=",
            ],
            &[
                "Proc-Type: 4,ENCRYPTEDDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFFAAEC",
                "AAE=",
            ],
        ] {
            assert_eq!(taken_apart(lines, Label::Rsa), expected, "{lines:?}");
        }
        let des = taken_apart(&["DEK-Info: DES-EDE3-CBC,0011223344556677 AAEC"], Label::Rsa);
        assert_eq!(
            des,
            (
                Some(("DES-EDE3-CBC", "0011223344556677")),
                String::new(),
                vec![" AAEC"]
            )
        );
    }

    #[test]
    fn headers_of_ssh_2_are_kept_in_lines_of_their_own() {
        let expected = (None, "Comment: \"a b\"\n".to_owned(), vec!["AAAAB3Nz", "AAEC"]);
        assert_eq!(
            taken_apart(&["Comment: \"a b\"", "AAAAB3Nz", "AAEC"], Label::SshPublic),
            expected
        );
        let folded = taken_apart(&["Comment: \"a \\", "b: c\"", "AAAAB3Nz"], Label::SshPublic);
        assert_eq!(folded.1, "Comment: \"a \\\nb: c\"\n");
        let one_line = taken_apart(&[" Comment: \"a b\" AAAAB3Nz AAEC"], Label::SshPublic);
        assert_eq!(one_line, (None, expected.1, vec!["AAAAB3Nz AAEC"]));
        assert_eq!(
            taken_apart(&["AAAAB3Nz"], Label::SshPublic),
            (None, String::new(), vec!["AAAAB3Nz"])
        );
    }
}
