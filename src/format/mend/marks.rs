//! The lines with BEGIN and END, be they as they should be or as programs that mean well have left them.

use super::letters::{Letter, letter};

/// What stands between the words BEGIN or END and the last dashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    OpenSsh,
    SshCom,
    SshPublic,
    Rsa,
    Ec,
    Dsa,
    Pkcs8,
    EncryptedPkcs8,
    Spki,
    RsaPublic,
    /// Words that no key file has; what stands in the block may be a key all the same.
    Unknown,
}

impl Label {
    const KNOWN: [Self; 10] = [
        Self::OpenSsh,
        Self::SshCom,
        Self::SshPublic,
        Self::Rsa,
        Self::Ec,
        Self::Dsa,
        Self::Pkcs8,
        Self::EncryptedPkcs8,
        Self::Spki,
        Self::RsaPublic,
    ];

    /// Its words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::OpenSsh => "OPENSSH PRIVATE KEY",
            Self::SshCom => "SSH2 ENCRYPTED PRIVATE KEY",
            Self::SshPublic => "SSH2 PUBLIC KEY",
            Self::Rsa => "RSA PRIVATE KEY",
            Self::Ec => "EC PRIVATE KEY",
            Self::Dsa => "DSA PRIVATE KEY",
            Self::Pkcs8 => "PRIVATE KEY",
            Self::EncryptedPkcs8 => "ENCRYPTED PRIVATE KEY",
            Self::Spki => "PUBLIC KEY",
            Self::RsaPublic => "RSA PUBLIC KEY",
            Self::Unknown => "",
        }
    }

    /// Whether no private key stands behind it.
    pub(super) fn is_public(self) -> bool {
        matches!(self, Self::SshPublic | Self::Spki | Self::RsaPublic)
    }

    /// The whole line with BEGIN or END.
    pub(super) fn line(self, word: Word) -> String {
        let (word, label) = (word.as_str(), self.words());
        match self {
            Self::SshCom | Self::SshPublic => format!("---- {word} {label} ----"),
            _ => format!("-----{word} {label}-----"),
        }
    }
}

/// The word that a mark begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Begin,
    End,
}

impl Word {
    fn as_str(self) -> &'static str {
        match self {
            Self::Begin => "BEGIN",
            Self::End => "END",
        }
    }
}

/// A line with BEGIN or END, or what was one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) word: Word,
    pub(super) label: Label,
    /// Where its first dash is.
    pub(super) start: usize,
    /// Behind its last dash.
    pub(super) end: usize,
    /// Whether it is exactly as it should be.
    pub(super) is_sound: bool,
}

/// More than this are no keys for people.
const MOST: usize = 4096;
/// The longest label that is looked at.
const LONGEST_LABEL: usize = 48;

/// All marks of a text, in their order.
pub(super) fn marks(text: &[u8]) -> Vec<Mark> {
    let mut found = Vec::new();
    let mut at = 0;
    // Where the dashes begin that stand right before the place looked at, and how many they are.
    let mut dashes = None;
    let mut is_in_word = false;
    while at < text.len() && found.len() < MOST {
        let word = match text[at] {
            b'B' | b'b' if !is_in_word => Some(Word::Begin),
            b'E' | b'e' if !is_in_word => Some(Word::End),
            _ => None,
        };
        if let Some(mark) = word.and_then(|word| mark_at(text, at, word, dashes)) {
            at = mark.end;
            found.push(mark);
            dashes = None;
            is_in_word = false;
            continue;
        }
        let (kind, len) = letter(&text[at..]);
        dashes = match (kind, dashes) {
            (
                Letter::Dash,
                Some(Dashes {
                    start,
                    count,
                    gap: false,
                }),
            ) => Some(Dashes {
                start,
                count: count + 1,
                gap: false,
            }),
            // A single dash and a blank are the mark of a list.
            (Letter::Dash, _) => Some(Dashes {
                start: at,
                count: 1,
                gap: false,
            }),
            (Letter::Blank, Some(dashes)) => Some(Dashes { gap: true, ..dashes }),
            (_, Some(dashes)) if text[at] == b'_' => Some(Dashes { gap: true, ..dashes }),
            (Letter::Nothing, None) => Some(Dashes {
                start: at,
                count: 0,
                gap: false,
            }),
            (Letter::Nothing, dashes) => dashes,
            _ => None,
        };
        is_in_word = text[at].is_ascii_alphanumeric() || (text[at] == b'_' && dashes.is_none());
        at += len;
    }
    found
}

#[derive(Clone, Copy)]
struct Dashes {
    start: usize,
    count: usize,
    /// Whether a blank stands behind them.
    gap: bool,
}

fn mark_at(text: &[u8], at: usize, word: Word, dashes: Option<Dashes>) -> Option<Mark> {
    let begin = at + word.as_str().len();
    if !text
        .get(at..begin)?
        .eq_ignore_ascii_case(word.as_str().as_bytes())
    {
        return None;
    }
    let (label, label_end) = known_label(text, begin).or_else(|| unknown_label(text, begin))?;
    let (end, behind) = dashes_behind(text, label_end);
    let before = dashes.filter(|dashes| dashes.count > 0);
    // A single dash with a blank behind it is a list's.
    let before = before.filter(|dashes| dashes.count > 1 || !dashes.gap);
    let is_plain_label = label != Label::Unknown;
    let is_mark = match (before, behind) {
        (Some(_), 2..) => true,
        (Some(_), _) | (None, 1..) => is_plain_label,
        (None, 0) => is_plain_label && stands_alone(text, at, end),
    };
    if !is_mark || (!is_plain_label && before.is_none_or(|dashes| dashes.count < 3)) {
        return None;
    }
    let start = before.map_or(at, |dashes| dashes.start);
    Some(Mark {
        word,
        label,
        start,
        end,
        is_sound: is_plain_label && &text[start..end] == label.line(word).as_bytes(),
    })
}

/// The longest label whose words stand at `at`, in letters of any size and with whatever blanks, dashes or
/// line breaks between them; and where it ends.
fn known_label(text: &[u8], at: usize) -> Option<(Label, usize)> {
    let ends = Label::KNOWN
        .into_iter()
        .filter_map(|label| Some((label, words_at(text, at, label.words())?)));
    // “PRIVATE KEY” ends “RSA PRIVATE KEY”, but does not begin it, so two never fit.
    ends.max_by_key(|(label, _)| label.words().len())
}

fn words_at(text: &[u8], mut at: usize, words: &str) -> Option<usize> {
    for letter_of_label in words.bytes().filter(|byte| *byte != b' ') {
        let gap = gap_len(&text[at..]);
        at += gap;
        if !text.get(at)?.eq_ignore_ascii_case(&letter_of_label) {
            return None;
        }
        at += 1;
    }
    Some(at)
}

/// How much of what stands between two letters of a label means nothing.
fn gap_len(text: &[u8]) -> usize {
    let mut at = 0;
    // Eight characters are more than any program puts there.
    for _ in 0..8 {
        match text.get(at..).map(letter) {
            Some((Letter::Blank | Letter::Nothing | Letter::Break | Letter::Dash, len))
                if len > 0 && at < text.len() =>
            {
                at += len;
            }
            Some(_) if text.get(at) == Some(&b'_') => at += 1,
            _ => break,
        }
    }
    at
}

/// Words in the place of a label, up to the dashes behind them.
fn unknown_label(text: &[u8], at: usize) -> Option<(Label, usize)> {
    let window = text.get(at..)?;
    let window = &window[..window.len().min(LONGEST_LABEL)];
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'#');
    let end = window.iter().position(|byte| !is_word(byte))?;
    let begins_a_word = window.first() == Some(&b' ');
    (begins_a_word && end > 1).then_some((Label::Unknown, at + end))
}

/// Where the dashes end that stand at `at`, perhaps behind blanks; and how many they are.
fn dashes_behind(text: &[u8], at: usize) -> (usize, usize) {
    let (mut end, mut count, mut here) = (at, 0, at);
    while here < text.len() {
        let (kind, len) = letter(&text[here..]);
        here += len;
        match kind {
            Letter::Dash => {
                count += 1;
                end = here;
            }
            Letter::Blank | Letter::Nothing if count == 0 => {}
            _ if count == 0 && text[here - len] == b'_' => {}
            _ => break,
        }
    }
    (end, count)
}

/// Whether nothing else stands in the line.
fn stands_alone(text: &[u8], start: usize, end: usize) -> bool {
    let before = text[..start]
        .iter()
        .rev()
        .take_while(|byte| !matches!(byte, b'\n' | b'\r'));
    let behind = text[end..]
        .iter()
        .take_while(|byte| !matches!(byte, b'\n' | b'\r'));
    before.chain(behind).all(|byte| matches!(byte, b' ' | b'\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(Word, Label, bool)> {
        let marks = marks(text.as_bytes());
        marks
            .into_iter()
            .map(|mark| (mark.word, mark.label, mark.is_sound))
            .collect()
    }

    #[test]
    fn every_label_is_found_as_it_is_written() {
        for label in Label::KNOWN {
            for word in [Word::Begin, Word::End] {
                let line = label.line(word);
                assert_eq!(found(&line), [(word, label, true)], "{line}");
                assert_eq!(
                    found(&format!("x\n{line}\nAAAA")),
                    [(word, label, true)],
                    "{line}"
                );
                assert_eq!(found(&line.to_lowercase()), [(word, label, false)], "{line}");
            }
        }
    }

    #[test]
    fn a_mark_is_known_whatever_became_of_its_dashes_letters_and_blanks() {
        use Label::OpenSsh;
        for text in [
            "----BEGIN OPENSSH PRIVATE KEY-----",
            "-----BEGIN OPENSSH PRIVATE KEY----",
            "-----BEGIN OPENSSH PRIVATE KEY",
            "BEGIN OPENSSH PRIVATE KEY-----",
            "BEGIN OPENSSH PRIVATE KEY",
            "\u{2014}\u{2014}-BEGIN OPENSSH PRIVATE KEY\u{2014}\u{2014}-",
            "\u{2212}\u{2212}BEGIN OPENSSH PRIVATE KEY\u{2212}\u{2212}",
            "----- BEGIN OPENSSH PRIVATE KEY -----",
            "-----BEGIN\u{a0}OPENSSH\u{a0}PRIVATE\u{a0}KEY-----",
            "-----BEGIN OPENSSH\nPRIVATE KEY-----",
            "-----BEGIN OPEN SSH PRIVATE  KEY-----",
            "\u{200b}-----BEGIN OPENSSH PRIVATE KEY-----",
            "-----Begin OpenSSH Private Key-----",
            "-----BEGIN_OPENSSH_PRIVATE_KEY-----",
        ] {
            assert_eq!(found(text), [(Word::Begin, OpenSsh, false)], "{text:?}");
        }
    }

    #[test]
    fn what_stands_before_a_mark_is_no_part_of_it() {
        for before in [
            "  ",
            "\t",
            "> ",
            "key: ",
            "- ",
            "  - \"",
            "1: ",
            "# ",
            "<key>",
            "[2026-11-30T04:52:00.000Z] ",
        ] {
            let text = format!("{before}-----BEGIN RSA PRIVATE KEY-----\n");
            let marks = marks(text.as_bytes());
            assert_eq!(
                (marks.len(), marks[0].start, marks[0].is_sound),
                (1, before.len(), true),
                "{before:?}"
            );
        }
    }

    #[test]
    fn a_label_that_no_key_has_is_a_mark_between_dashes_only() {
        assert_eq!(
            found("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
            [
                (Word::Begin, Label::Unknown, false),
                (Word::End, Label::Unknown, false)
            ]
        );
        for text in [
            "the end of days",
            "BEGIN;\nSELECT 1;\nEND;",
            "begin with a key",
            "spend it-",
            "-- begin it --",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn glued_marks_end_where_their_dashes_end() {
        let text = "-----BEGIN RSA PRIVATE KEY-----MIIE-----END RSA PRIVATE KEY-----";
        let found: Vec<_> = marks(text.as_bytes())
            .iter()
            .map(|mark| (mark.start, mark.end))
            .collect();
        assert_eq!(found, [(0, 31), (35, 64)]);
    }
}
