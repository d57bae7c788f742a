//! How hard a passphrase is to guess, in words: a cautious estimate that needs no dictionary.
//!
//! A program that guesses tries names, words and dates before it tries letters at random. So a run of
//! letters that could be spoken counts as one word, whatever its length, and a sequence hardly counts.
//! Nothing of the passphrase is copied.

/// How a passphrase would stand up to somebody who has the file and patient computers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rating {
    /// Hours.
    VeryWeak,
    /// Months.
    Weak,
    /// Years.
    Fair,
    /// Longer than anybody tries.
    Good,
    /// For ever.
    Strong,
}

impl Rating {
    /// The level of the best.
    pub const MOST: u8 = 5;

    /// From 1 to [`Self::MOST`].
    #[must_use]
    pub fn level(self) -> u8 {
        match self {
            Self::VeryWeak => 1,
            Self::Weak => 2,
            Self::Fair => 3,
            Self::Good => 4,
            Self::Strong => Self::MOST,
        }
    }

    /// The rating of what has been typed; nothing for nothing.
    #[must_use]
    pub fn of(passphrase: &str) -> Option<Self> {
        if passphrase.is_empty() {
            return None;
        }
        // A hundred thousand guesses a second, which is a lot against bcrypt or Argon2, are 2^17: a
        // working day is 2^32 guesses, half a year 2^41, and a millennium 2^52.
        Some(match bits(passphrase) {
            bits if bits < 32.0 => Self::VeryWeak,
            bits if bits < 42.0 => Self::Weak,
            bits if bits < 54.0 => Self::Fair,
            bits if bits < 70.0 => Self::Good,
            _ => Self::Strong,
        })
    }

    /// What to say of it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::VeryWeak => "Very weak: a program guesses it within hours",
            Self::Weak => "Weak: a program may guess it within months",
            Self::Fair => "Fair: guessing it would take years",
            Self::Good => "Good: hardly anybody could guess it",
            Self::Strong => "Strong: nobody can guess it",
        }
    }

    /// How to do better, where that is needed.
    #[must_use]
    pub fn advice(self) -> Option<&'static str> {
        match self {
            Self::VeryWeak | Self::Weak => {
                Some("Five or six unrelated words are strong and easy to remember.")
            }
            Self::Fair | Self::Good | Self::Strong => None,
        }
    }
}

/// What most people choose, in small letters; a program tries these first.
const COMMON: &[&str] = &[
    "password",
    "passwort",
    "passphrase",
    "secret",
    "geheim",
    "letmein",
    "welcome",
    "admin",
    "administrator",
    "root",
    "login",
    "master",
    "hello",
    "iloveyou",
    "love",
    "dragon",
    "monkey",
    "football",
    "baseball",
    "princess",
    "sunshine",
    "shadow",
    "superman",
    "batman",
    "michael",
    "jordan",
    "test",
    "testing",
    "changeme",
    "default",
    "guest",
    "user",
    "server",
    "linux",
    "windows",
    "ubuntu",
    "debian",
    "putty",
    "openssh",
    "github",
    "company",
    "summer",
    "winter",
    "spring",
    "autumn",
    "monday",
    "friday",
    "january",
    "december",
    "trustno",
    "pass",
    "key",
    "abc",
    "qwe",
    "asd",
    "zxc",
    "qaz",
    "qwertz",
    "azerty",
    "ssh",
    "rsa",
];

/// Rows of keys and other orders in which fingers run.
const ORDERS: [&str; 6] = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "qwertzuiop",
    "asdfghjkl",
    "yxcvbnmzxcvbnm",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Digit,
    Other,
}

fn class(character: char) -> Class {
    if character.is_alphabetic() {
        Class::Letter
    } else if character.is_numeric() {
        Class::Digit
    } else {
        Class::Other
    }
}

/// About how many yes-or-no questions a guesser needs.
fn bits(passphrase: &str) -> f32 {
    let mut total = 0.0;
    let mut start = 0;
    while let Some(first) = passphrase[start..].chars().next() {
        let len = passphrase[start..]
            .find(|next| class(next) != class(first))
            .unwrap_or(passphrase.len() - start);
        let run = &passphrase[start..start + len];
        // What was there before costs one more question: whether it comes again.
        let is_again = passphrase[..start].contains(run);
        total += match class(first) {
            _ if is_again => 1.0,
            Class::Letter => letter_bits(run),
            Class::Digit => digit_bits(run),
            Class::Other => other_bits(run),
        };
        start += len;
    }
    total
}

#[expect(clippy::cast_precision_loss, reason = "a passphrase has at most 4096 bytes")]
fn count(run: &str) -> f32 {
    run.chars().count() as f32
}

fn letter_bits(run: &str) -> f32 {
    let capitals = run.chars().skip(1).filter(|letter| letter.is_uppercase()).count();
    let is_all_capitals = run.chars().all(char::is_uppercase);
    let case = if capitals > 0 && !is_all_capitals {
        1.0
    } else {
        0.0
    };
    if COMMON.iter().any(|common| run.eq_ignore_ascii_case(common)) {
        6.0 + case
    } else if is_in_order(run) {
        3.0 + count(run).log2()
    } else if could_be_spoken(run) {
        // A word among some thousands; a long one may be two written together.
        count(run).min(5.0) * 2.4 + (count(run) - 9.0).max(0.0) * 1.5 + case
    } else {
        count(run) * (4.7 + case)
    }
}

fn digit_bits(run: &str) -> f32 {
    let is_year = run.len() == 4 && (run.starts_with("19") || run.starts_with("20"));
    if is_year {
        6.6
    } else if is_in_order(run) {
        3.0 + count(run).log2()
    } else if (6..=8).contains(&run.len()) {
        // Probably somebody's birthday.
        15.0
    } else {
        count(run) * 3.3
    }
}

fn other_bits(run: &str) -> f32 {
    let mut before = None;
    run.chars()
        .map(|character| {
            if before.replace(character) == Some(character) {
                0.5
            } else {
                3.5
            }
        })
        .sum()
}

/// One character again and again, or a row of the keyboard or the alphabet, forwards or backwards.
fn is_in_order(run: &str) -> bool {
    let mut characters = run.chars();
    let first = characters.next();
    let is_one_character = characters.all(|character| Some(character) == first);
    let lower = |character: char| character.to_ascii_lowercase();
    let runs_along = |order: &str| {
        let len = run.chars().count();
        len >= 3
            && order.as_bytes().windows(len).any(|window| {
                run.chars()
                    .map(lower)
                    .eq(window.iter().map(|&byte| char::from(byte)))
                    || run
                        .chars()
                        .rev()
                        .map(lower)
                        .eq(window.iter().map(|&byte| char::from(byte)))
            })
    };
    (is_one_character && run.chars().count() > 1) || ORDERS.iter().any(|order| runs_along(order))
}

/// Whether vowels and consonants stand as they do in words.
fn could_be_spoken(run: &str) -> bool {
    if run.chars().count() < 3 {
        return false;
    }
    let (mut vowels, mut consonants, mut longest) = (0, 0, 0);
    for letter in run.chars() {
        if "aeiouyäöüéèàáíóú".contains(letter.to_ascii_lowercase()) {
            vowels += 1;
            consonants = 0;
        } else {
            consonants += 1;
            longest = longest.max(consonants);
        }
    }
    vowels > 0 && longest <= 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_chooses_is_very_weak() {
        for passphrase in [
            "a",
            "123456",
            "password",
            "Password1",
            "P@ssword2024",
            "qwertyuiop",
            "aaaaaaaaaaaaaaaa",
            "hunter2",
            "iloveyou!",
            "19841984",
            "abcabcabcabcabc",
            "Summer2026!",
        ] {
            assert_eq!(Rating::of(passphrase), Some(Rating::VeryWeak), "{passphrase}");
        }
    }

    #[test]
    fn more_words_are_harder_to_guess() {
        for (passphrase, expected) in [
            ("staple battery", Rating::VeryWeak),
            ("staple battery horse", Rating::Weak),
            ("correct horse battery staple", Rating::Fair),
            ("correct horse battery staple lantern", Rating::Good),
            ("correct horse battery staple lantern violet", Rating::Strong),
        ] {
            assert_eq!(Rating::of(passphrase), Some(expected), "{passphrase}");
        }
    }

    #[test]
    fn the_same_word_again_helps_little() {
        assert_eq!(
            Rating::of("horse horse horse horse horse"),
            Some(Rating::VeryWeak)
        );
    }

    #[test]
    fn characters_at_random_are_strong_when_there_are_enough() {
        assert_eq!(Rating::of("xK3q"), Some(Rating::VeryWeak));
        assert!(Rating::of("k3J9xQ2mP7zL") >= Some(Rating::Good));
        assert_eq!(Rating::of("k3J9xQ2mP7zLw8Rt5v"), Some(Rating::Strong));
    }

    #[test]
    fn nothing_has_no_rating() {
        assert_eq!(Rating::of(""), None);
    }

    #[test]
    fn any_text_has_a_rating() {
        for passphrase in ["汉字汉字", "é", "🔑🔑", "\u{301}a", "ẞß", " "] {
            assert!(Rating::of(passphrase).is_some(), "{passphrase:?}");
        }
    }
}
