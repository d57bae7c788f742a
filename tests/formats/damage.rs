//! Damage to files that are locked is called damage, with its place where that can be told, and not a wrong passphrase.

use keywright::format::reading;
use keywright::format::{DecodeError, Fault, Format, Parsed};
use keywright::key::Algorithm;

use crate::fixtures::{PASSPHRASE, file, unlock};

/// The text of a locked RSA key, whose lines are many.
fn locked(format: Format) -> String {
    String::from_utf8(file(Algorithm::Rsa, format, Some(PASSPHRASE))).expect("it is text")
}

/// What is said of it, with the right passphrase.
fn said(text: &str) -> Result<(), DecodeError> {
    match reading::read(text.as_bytes())?.parsed {
        Parsed::Locked(file) => unlock(&file, PASSPHRASE).map(drop),
        other => panic!("it is locked: {other:?}"),
    }
}

/// The same text with one line, counted from 1, in another form.
fn with_line(text: &str, number: usize, change: impl Fn(&str) -> String) -> String {
    let lines = text.lines().enumerate();
    let changed = lines.map(|(place, line)| {
        if place + 1 == number {
            change(line)
        } else {
            format!("{line}\n")
        }
    });
    changed.collect()
}

/// A line in the middle of the encrypted part.
fn middle(text: &str) -> usize {
    text.lines().count() - 6
}

const FORMATS: [Format; 4] = [Format::OpenSsh, Format::Ppk3, Format::Pem, Format::Pkcs8];

#[test]
fn a_line_that_lost_or_got_characters_is_named() {
    for format in FORMATS {
        let text = locked(format);
        let (line, usual) = (middle(&text), if format == Format::OpenSsh { 70 } else { 64 });
        for (len, change) in [
            (usual - 1, "1 less"),
            (usual - 4, "4 less"),
            (usual + 1, "1 more"),
        ] {
            let changed = with_line(&text, line, |line| {
                if len > usual {
                    format!("{line}A\n")
                } else {
                    format!("{}\n", &line[usual - len..])
                }
            });
            let expected = Fault::OddLine { line, len, usual };
            assert_eq!(said(&changed), Err(expected.into()), "{format:?}, {change}");
        }
        let foreign = with_line(&text, line, |line| format!("{}*{}\n", &line[..9], &line[10..]));
        let expected = Fault::ForeignCharacter {
            line,
            column: 10,
            character: '*',
        };
        assert_eq!(said(&foreign), Err(expected.into()), "{format:?}");
    }
}

#[test]
fn a_lost_a_repeated_and_a_changed_line_are_damage() {
    for format in FORMATS {
        let text = locked(format);
        let line = middle(&text);
        let other = |line: &str| {
            let first = if line.starts_with('A') { 'B' } else { 'A' };
            format!("{first}{}\n", &line[1..])
        };
        for (change, changed) in [
            ("lost", with_line(&text, line, |_| String::new())),
            (
                "repeated",
                with_line(&text, line, |line| format!("{line}\n{line}\n")),
            ),
            ("changed", with_line(&text, line, other)),
        ] {
            let said = said(&changed).expect_err("it is damaged");
            assert_ne!(said, DecodeError::WrongPassphrase, "{format:?}, {change}");
            let is_cut = said == DecodeError::Truncated;
            assert!(
                !is_cut || format == Format::Pkcs8,
                "{format:?}, {change}: nothing is cut off"
            );
        }
    }
}

#[test]
fn puttys_count_of_lines_is_held_against_the_lines() {
    let text = locked(Format::Ppk3);
    let stated = text.lines().find_map(|line| line.strip_prefix("Private-Lines: "));
    let stated: usize = stated.expect("a header").parse().expect("a number");
    let counted = |found| {
        let header = "Private-Lines";
        Err(DecodeError::Malformed(Fault::LineCount {
            header,
            stated,
            found,
        }))
    };
    let line = middle(&text);
    assert_eq!(
        said(&with_line(&text, line, |_| String::new())),
        counted(stated - 1)
    );
    let more = with_line(&text, line, |line| format!("{line}\n{line}\n"));
    assert_eq!(said(&more), counted(stated + 1));
}

#[test]
fn with_the_right_passphrase_alone_a_changed_ppk_fails_its_check() {
    let text = locked(Format::Ppk3);
    let changed = with_line(&text, middle(&text), |line| {
        let first = if line.starts_with('A') { 'B' } else { 'A' };
        format!("{first}{}\n", &line[1..])
    });
    assert_eq!(said(&changed), Err(DecodeError::BadMac));
    let Ok(Parsed::Locked(file)) = keywright::format::parse(changed.as_bytes()) else {
        panic!("it is locked");
    };
    assert_eq!(unlock(&file, "another").err(), Some(DecodeError::WrongPassphrase));
}

/// A public key proves no more than its length: where a line of it was cut off and filled up with blanks to just that, those were
/// taken for what `+` had become, and another key came out.
#[test]
fn a_line_that_was_cut_off_and_filled_up_is_no_other_key() {
    let (line, rest) = (
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBPtCYCbbgtzru",
        "7/s2LjkuFxu+jkEN5ECaXjTSQo/+xO",
    );
    let whole = reading::read(format!("{line}{rest}").as_bytes()).expect("it is a key");
    for text in [
        format!("{line:80}\\0127{}{:50}\\012", &rest[1..], ""),
        format!("<html><body><p>Hello,</p><p>{line:80}<br>\n{rest:80}<br>\n</p></body></html>"),
        format!(
            "<html><body><p>{line:80}<br>\n{rest} me at home{:60}<br>\n</p></body></html>",
            ""
        ),
    ] {
        if let Ok(reading) = reading::read(text.as_bytes()) {
            assert_eq!(reading.parsed.public(), whole.parsed.public(), "{text:?}");
        }
    }
}

/// Blanks in a key that had been `+`, and a word of as many letters behind it, which may be what is left of a mark: with the word
/// and without the blanks it is as long as a key, too.
#[test]
fn a_word_behind_a_public_key_makes_up_for_no_plus_that_became_a_blank() {
    let whole = "AAAAC3NzaC1lZDI1NTE5AAAAIEt+ZR+is0N6IRX49XnUv1qNLPzoerTB+Ia/zBaF5wRs";
    let line = whole.replace('+', " ");
    // One with a single plus, behind which a shell has eaten the backslash of its line break.
    let one = "AAAAC3NzaC1lZDI1NTE5AAAAIGaENOyhxD2wjkU1ZIHm1V+UKiRn1dCj8+MDx6omVCYJ";
    let expected_of_one = reading::read(format!("ssh-ed25519 {one}\n").as_bytes()).expect("it is a key");
    let one = one.replace('+', " ");
    for text in [
        format!("---- BEGIN SSH2 PUBLIC KEY ----n{one}n---- END SSH2 PUBLIC KEY ----n"),
        format!(
            "---- BEGIN SSH2 PUBLIC KEY ----nComment: \"x\"n{one}n----\u{a0}END\u{a0}SSH2\u{a0}PUBLIC\u{a0}KEY\u{a0}----n"
        ),
        format!("ssh-ed25519 {one}n"),
        format!("{one}n\n"),
    ] {
        if let Ok(reading) = reading::read(text.as_bytes()) {
            assert_eq!(
                reading.parsed.public(),
                expected_of_one.parsed.public(),
                "{text:?}"
            );
        }
    }
    let expected = reading::read(format!("ssh-ed25519 {whole}\n").as_bytes()).expect("it is a key");
    let header = "Comment: \"x\"\n";
    let mut opened = 0;
    for text in [
        format!("\u{201c} BEGIN SSH2 PUBLIC KEY \n{header}{line}\n END SSH2 PUBLIC KEY\u{201d}\n"),
        format!("BEGIN SSH2 PUBLIC KEY\n{line}\nEND of it: \u{201d}\n"),
        format!("---- BEGIN SSH2 PUBLIC KEY ----\n{line} Bob (\u{fc})\n"),
        format!("---- BEGIN SSH2 PUBLIC KEY ----\n{header}{line}\n\nBob\n(\u{fc})\n"),
        format!("{header}{line}\nBob\n(\u{fc})\n"),
        format!("---- BEGIN SSH2 PUBLIC KEY ----\n{header}{line}\n(\u{fc})\n"),
        format!("ssh-ed25519 {line}\nEND \u{201d}\n"),
    ] {
        if let Ok(reading) = reading::read(text.as_bytes()) {
            assert_eq!(reading.parsed.public(), expected.parsed.public(), "{text:?}");
            opened += 1;
        }
    }
    assert!(opened > 0, "one of them has no such word");
}
