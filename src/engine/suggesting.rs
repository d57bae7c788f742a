//! A passphrase for somebody who has none: words drawn at random from the large list of the Electronic Frontier Foundation
//! (2016, CC BY 3.0 US), which was made so that its words are known, short and not mistaken for one another.
//!
//! A word of 7,776 is worth 12.9 bits, however well the list is known; six are 77.5. They are joined by hyphens, so that a
//! shell and a form take them as they are; no two words of the list make a third with a hyphen between them, so that no two
//! draws give the same passphrase.

use std::sync::LazyLock;

use rand::seq::IndexedRandom as _;

use crate::secret::TypedPassphrase;
use crate::sys::randomness::{OsRandomError, os_rng};

/// One word a line, in the order of the alphabet.
const LIST: &str = include_str!("../../assets/words/eff-large.txt");

static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| LIST.lines().collect());

/// How many words there are to draw from: 6 to the power of 5, for five dice.
pub const LISTED: usize = 7776;

/// How many words make a passphrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WordCount(u8);

impl WordCount {
    /// Fewer could be guessed by somebody who has the file: five are 64 bits.
    pub const MIN: u8 = 5;
    /// 20 are 258 bits, and more help nobody.
    pub const MAX: u8 = 20;

    /// That many words; nothing if these are too few or too many.
    #[must_use]
    pub fn new(count: u8) -> Option<Self> {
        (Self::MIN..=Self::MAX).contains(&count).then_some(Self(count))
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }

    /// How many random bits such a passphrase is worth, rounded down.
    #[must_use]
    pub fn bits(self) -> u32 {
        // The binary logarithm of 7,776 is 12.9248.
        u32::from(self.0) * 129_248 / 10_000
    }
}

impl Default for WordCount {
    fn default() -> Self {
        Self(6)
    }
}

/// A new passphrase of that many words, from the operating system's randomness.
///
/// # Errors
/// The operating system gives none.
pub fn suggested(count: WordCount) -> Result<TypedPassphrase, OsRandomError> {
    let mut random = os_rng()?;
    let mut passphrase = TypedPassphrase::new();
    for word in 0..count.get() {
        if word > 0 {
            passphrase.insert(passphrase.expose().len(), "-");
        }
        let drawn = WORDS.choose(&mut random).copied().unwrap_or_default();
        passphrase.insert(passphrase.expose().len(), drawn);
    }
    Ok(passphrase)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::engine::guessing::Rating;

    fn words() -> BTreeSet<&'static str> {
        LIST.lines().collect()
    }

    #[test]
    fn the_list_is_the_one_that_was_published() {
        use sha2::{Digest as _, Sha256};
        let hash = base16ct::lower::encode_string(&Sha256::digest(LIST.as_bytes()));
        assert_eq!(
            hash,
            "6d557f0693958fb5e650b68b5bee585eb82cf4da32965505c789e924743bc522"
        );
        let lengths = |word: &&str| (3..=9).contains(&word.len());
        assert_eq!(
            (words().len(), words().iter().filter(|word| lengths(word)).count()),
            (LISTED, LISTED)
        );
    }

    #[test]
    fn no_two_words_make_a_third() {
        let words = words();
        for word in &words {
            if let Some((one, other)) = word.split_once('-') {
                assert!(!(words.contains(one) && words.contains(other)), "{word}");
            }
        }
    }

    #[test]
    fn as_many_words_come_as_were_asked_for_and_each_is_on_the_list() {
        let words = words();
        for count in WordCount::MIN..=WordCount::MAX {
            let count = WordCount::new(count).expect("it is allowed");
            let passphrase = suggested(count).expect("there is randomness");
            // A word with a hyphen counts as the pieces it has.
            let mut rest = passphrase.expose();
            let mut seen = 0;
            while !rest.is_empty() {
                let mut end = rest.match_indices('-').map(|(at, _)| at).chain([rest.len()]);
                let at = end.rfind(|at| words.contains(&rest[..*at]));
                let at = at.expect("a word of the list");
                rest = rest[at..].trim_start_matches('-');
                seen += 1;
            }
            assert_eq!(seen, count.get());
        }
        assert_eq!(WordCount::new(WordCount::MIN - 1), None);
        assert_eq!(WordCount::new(WordCount::MAX + 1), None);
    }

    #[test]
    fn every_word_is_drawn_as_often_as_any_other() {
        // 40,000 words, five of each: a word that never comes, or the first one only, would be seen.
        let mut seen = BTreeSet::new();
        let mut firsts = 0;
        let count = WordCount::new(20).expect("it is allowed");
        for _ in 0..2000 {
            let passphrase = suggested(count).expect("there is randomness");
            for word in passphrase.expose().split('-') {
                firsts += usize::from(word.as_bytes()[0] < b'm');
                seen.insert(word.to_owned());
            }
        }
        assert!(seen.len() > 7600, "{}", seen.len());
        let listed = LIST.lines().filter(|word| word.as_bytes()[0] < b'm').count();
        let expected = listed * 40_000 / LISTED;
        assert!(firsts.abs_diff(expected) < 800, "{firsts}, not {expected}");
    }

    #[test]
    fn what_is_suggested_is_called_strong() {
        for _ in 0..2000 {
            let passphrase = suggested(WordCount::default()).expect("there is randomness");
            let rating = Rating::of(passphrase.expose());
            assert!(rating >= Some(Rating::Good), "{}", passphrase.expose());
        }
    }

    #[test]
    fn six_words_are_seventy_seven_bits() {
        assert_eq!(WordCount::default().bits(), 77);
        assert_eq!(WordCount::new(20).map(WordCount::bits), Some(258));
    }
}
