//! What can happen to a key file on its way, each with a stable word and a sentence.

use std::fmt;

/// Something that had to be undone to read a key, or that is written in an unusual way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Accident {
    /// Two bytes stand for each character.
    Utf16,
    /// A mark stands in front that says which encoding it is.
    ByteOrderMark,
    /// The key is a value in JSON.
    InsideJson,
    /// The key is a value in YAML.
    InsideYaml,
    /// The key stands in another kind of file: `.env`, Markdown, HTML, XML, TOML, a log.
    InsideText,
    /// The whole text is in base64 once more.
    Base64Again,
    /// Characters are spelled as in a web address: `%2B`.
    UrlEncoded,
    /// Characters are spelled as in a web page: `&#43;`, `<br>`.
    HtmlEntities,
    /// Line breaks are spelled out: `\n`.
    Escaped,
    /// Quotation marks stand around the key.
    Quoted,
    /// Each line begins with `> `, as in the answer to a mail.
    QuoteMarks,
    /// Each line begins with its number.
    LineNumbers,
    /// Lines end in CRLF, CR or U+2028.
    LineEnds,
    /// There are blanks at the beginning of lines.
    Indented,
    /// There are blanks at the end of lines.
    TrailingBlanks,
    /// There are empty lines where there must be none.
    BlankLines,
    /// The last line is not ended.
    FinalNewline,
    /// The line breaks are lost, or have become blanks.
    OneLine,
    /// There is text before the key.
    TextBefore,
    /// There is text behind the key.
    TextBehind,
    /// The name of a user stands before a public key, with a colon.
    UserPrefix,
    /// The lines with BEGIN and END are missing.
    MarksMissing,
    /// Their dashes, letters or blanks were changed.
    MarksDamaged,
    /// They name another format than the one that stands between them.
    LabelExchanged,
    /// There are blanks or line breaks inside the base64.
    BlanksInBase64,
    /// A `+` of the base64 has become a blank.
    PlusBecameBlank,
    /// The `=` at the end of the base64 are gone.
    PaddingLost,
    /// The elliptic curve is written out in numbers.
    ExplicitCurve,
    /// The public half in PKCS#8 has a tag around it that does not belong there.
    ExplicitPublicKey,
    /// Numbers lack the zero byte that says that they are not negative.
    UnsignedIntegers,
    /// Numbers that can be computed are absent or zero.
    MissingNumbers,
    /// The private part is filled up in another way than it should be.
    OddPadding,
    /// The passphrase that opens it is not encoded as UTF-8.
    PassphraseEncoding,
    /// The comment is not encoded as UTF-8.
    CommentEncoding,
}

impl Accident {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 34] = [
        Self::Utf16,
        Self::ByteOrderMark,
        Self::InsideJson,
        Self::InsideYaml,
        Self::InsideText,
        Self::Base64Again,
        Self::UrlEncoded,
        Self::HtmlEntities,
        Self::Escaped,
        Self::Quoted,
        Self::QuoteMarks,
        Self::LineNumbers,
        Self::LineEnds,
        Self::Indented,
        Self::TrailingBlanks,
        Self::BlankLines,
        Self::FinalNewline,
        Self::OneLine,
        Self::TextBefore,
        Self::TextBehind,
        Self::UserPrefix,
        Self::MarksMissing,
        Self::MarksDamaged,
        Self::LabelExchanged,
        Self::BlanksInBase64,
        Self::PlusBecameBlank,
        Self::PaddingLost,
        Self::ExplicitCurve,
        Self::ExplicitPublicKey,
        Self::UnsignedIntegers,
        Self::MissingNumbers,
        Self::OddPadding,
        Self::PassphraseEncoding,
        Self::CommentEncoding,
    ];

    /// The stable word for it in `--json`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Utf16 => "utf-16",
            Self::ByteOrderMark => "byte-order-mark",
            Self::InsideJson => "inside-json",
            Self::InsideYaml => "inside-yaml",
            Self::InsideText => "inside-text",
            Self::Base64Again => "base64-again",
            Self::UrlEncoded => "url-encoded",
            Self::HtmlEntities => "html-entities",
            Self::Escaped => "escaped",
            Self::Quoted => "quoted",
            Self::QuoteMarks => "quote-marks",
            Self::LineNumbers => "line-numbers",
            Self::LineEnds => "line-ends",
            Self::Indented => "indented",
            Self::TrailingBlanks => "trailing-blanks",
            Self::BlankLines => "blank-lines",
            Self::FinalNewline => "final-newline",
            Self::OneLine => "one-line",
            Self::TextBefore => "text-before",
            Self::TextBehind => "text-behind",
            Self::UserPrefix => "user-prefix",
            Self::MarksMissing => "marks-missing",
            Self::MarksDamaged => "marks-damaged",
            Self::LabelExchanged => "label-exchanged",
            Self::BlanksInBase64 => "blanks-in-base64",
            Self::PlusBecameBlank => "plus-became-blank",
            Self::PaddingLost => "padding-lost",
            Self::ExplicitCurve => "explicit-curve",
            Self::ExplicitPublicKey => "explicit-public-key",
            Self::UnsignedIntegers => "unsigned-integers",
            Self::MissingNumbers => "missing-numbers",
            Self::OddPadding => "odd-padding",
            Self::PassphraseEncoding => "passphrase-encoding",
            Self::CommentEncoding => "comment-encoding",
        }
    }

    /// Whether something other than the key stands in the file, which a clean copy of the key does not have.
    #[must_use]
    pub fn has_company(self) -> bool {
        matches!(
            self,
            Self::InsideJson
                | Self::InsideYaml
                | Self::InsideText
                | Self::TextBefore
                | Self::TextBehind
                | Self::UserPrefix
        )
    }
}

impl fmt::Display for Accident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf16 => "the file is UTF-16 text, as PowerShell’s “>” writes it",
            Self::ByteOrderMark => "there is a byte order mark at the beginning of the file",
            Self::InsideJson => "the key is a value in a JSON text",
            Self::InsideYaml => "the key is a value in a YAML text",
            Self::InsideText => "the key is a part of another kind of text",
            Self::Base64Again => "the key’s text was in base64 once more",
            Self::UrlEncoded => "characters were spelled as in a web address (%2B)",
            Self::HtmlEntities => "characters were spelled as in a web page (&#43; or <br>)",
            Self::Escaped => "line breaks were spelled out (\\n)",
            Self::Quoted => "there were quotation marks around the key",
            Self::QuoteMarks => {
                "there were quote marks (>) in front of the lines, as in the answer to a mail"
            }
            Self::LineNumbers => "there were numbers in front of the lines",
            Self::LineEnds => "its lines do not end as on Unix (LF)",
            Self::Indented => "there were blanks in front of the lines",
            Self::TrailingBlanks => "there were blanks at the end of lines",
            Self::BlankLines => "there were empty lines where none belong, or one was missing",
            Self::FinalNewline => "the last line is not ended",
            Self::OneLine => "its line breaks were lost",
            Self::TextBefore => "there is other text before the key",
            Self::TextBehind => "there is other text behind the key",
            Self::UserPrefix => "there is a user’s name before the key",
            Self::MarksMissing => "the lines with BEGIN and END, or one of them, were missing",
            Self::MarksDamaged => "the lines with BEGIN and END were changed",
            Self::LabelExchanged => "the lines with BEGIN and END named another format than the key has",
            Self::BlanksInBase64 => "there were blanks or line breaks inside the key’s text",
            Self::PlusBecameBlank => "each “+” in the key’s text had become a blank",
            Self::PaddingLost => "the “=” at the end of the key’s text were lost",
            Self::ExplicitCurve => "the elliptic curve is written out in numbers instead of its name",
            Self::ExplicitPublicKey => "its public half is marked as old programs mark it",
            Self::UnsignedIntegers => "its numbers lack the zero byte that keeps them from being negative",
            Self::MissingNumbers => "some of its numbers were left out, and have been computed",
            Self::OddPadding => "its private part is filled up in another way than it should be",
            Self::PassphraseEncoding => "its passphrase is encoded in a code page, not as UTF-8",
            Self::CommentEncoding => "its comment is not UTF-8, and was read as Windows-1252",
        })
    }
}

/// A set of them.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Accidents(u64);

impl Accidents {
    /// None.
    pub const NONE: Self = Self(0);

    /// These.
    #[must_use]
    pub fn of(accidents: &[Accident]) -> Self {
        accidents
            .iter()
            .fold(Self::NONE, |set, accident| set.with(*accident))
    }

    /// These and one more.
    #[must_use]
    pub fn with(self, accident: Accident) -> Self {
        Self(self.0 | 1 << accident as u32)
    }

    /// These, and one more where that is so.
    #[must_use]
    pub(super) fn with_if(self, is_so: bool, accident: Accident) -> Self {
        if is_so { self.with(accident) } else { self }
    }

    /// These without one.
    #[must_use]
    pub(super) fn without(self, accident: Accident) -> Self {
        Self(self.0 & !(1 << accident as u32))
    }

    /// Both sets together.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether it is among them.
    #[must_use]
    pub fn has(self, accident: Accident) -> bool {
        self.0 & 1 << accident as u32 != 0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many there are.
    #[must_use]
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Each of them, in the order of [`Accident::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Accident> {
        Accident::ALL
            .into_iter()
            .filter(move |accident| self.has(*accident))
    }
}

impl fmt::Debug for Accidents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Accident::code)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in_and_nothing_else() {
        let all = Accidents::of(&Accident::ALL);
        assert_eq!(all.len(), Accident::ALL.len());
        for accident in Accident::ALL {
            let one = Accidents::of(&[accident]);
            assert!(one.has(accident) && one.iter().eq([accident]), "{accident:?}");
            assert!(!all.without(accident).has(accident));
            assert_eq!(all.without(accident).and(one), all);
        }
    }

    #[test]
    fn every_sentence_is_lower_case_without_a_full_stop_and_no_word_is_used_twice() {
        let mut codes: Vec<&str> = Accident::ALL.into_iter().map(Accident::code).collect();
        for accident in Accident::ALL {
            let text = accident.to_string();
            assert!(
                !text.ends_with('.') && text.starts_with(char::is_lowercase),
                "{text}"
            );
        }
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Accident::ALL.len());
    }
}
