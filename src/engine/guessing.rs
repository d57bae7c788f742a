//! How hard a passphrase is to guess, in words: a cautious estimate that needs no dictionary.
//!
//! A program that guesses tries names, words and dates before it tries letters at random. So a run of
//! letters that could be spoken counts as one word, whatever its length, and a sequence hardly counts, be it one of the
//! alphabet or one that fingers walk on a keyboard. Nothing of the passphrase is copied.
//!
//! Held against the crate `zxcvbn` 3.1 (200 leaked passwords, 50 random passphrases; the tests have such): both call all of
//! the leaked ones weak, but that crate counts a random character as ten possibilities, and so calls 40 of the 50 random
//! ones weaker than they are; it copies the passphrase in pieces, takes 1.7 ms a keystroke, and carries a dictionary.

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

/// The keys of a keyboard as in the United States, row by row; what stands above a digit lies on its key.
const KEYS: [&str; 4] = ["1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./"];
const SHIFTED: &str = "!@#$%^&*()";

/// For each letter those that may stand behind it in a word: more often than 4 times in 10,000 pairs of letters in English,
/// German, French, Spanish or Italian word lists, accents left away. Bit 0 is `a`.
const BEHIND: [u32; 26] = [
    0x37f_bffe, 0x01e_4953, 0x11e_4d95, 0x116_4959, 0x3ff_ffff, 0x01e_4971, 0x11e_69d1, 0x15e_7951,
    0x23f_fe7f, 0x010_4111, 0x01e_6911, 0x33c_7d7f, 0x01c_d113, 0x37f_efff, 0x37f_ffff, 0x01e_c9b1,
    0x010_0000, 0x37e_fdff, 0x37f_fdf7, 0x35e_49d7, 0x2ae_ffff, 0x022_4111, 0x014_6191, 0x000_8100,
    0x004_b911, 0x258_4111,
];

/// About how many yes-or-no questions a guesser needs.
fn bits(passphrase: &str) -> f32 {
    if let Some(unit) = repeated(passphrase) {
        return bits(unit) + 1.0;
    }
    if let Some(walks) = walks(passphrase) {
        return 6.0 + 3.0 * walks + count(passphrase).log2();
    }
    let core = passphrase.trim_end_matches(|end: char| !end.is_alphabetic());
    if is_common(core) {
        let behind = &passphrase[core.len()..];
        return 8.0 + plain_bits(behind);
    }
    plain_bits(passphrase)
}

fn plain_bits(passphrase: &str) -> f32 {
    let mut total = 0.0;
    let mut start = 0;
    let mut turns = 0_usize;
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
        // Where letters and figures take turns, where they do is to be guessed as well.
        if class(first) == Class::Other {
            turns = 0;
        } else if !is_again {
            turns += 1;
        }
        if turns > 3 {
            total += 1.0;
        }
        start += len;
    }
    total
}

/// What is written twice or more often, and is all there is.
fn repeated(passphrase: &str) -> Option<&str> {
    let lengths = (1..=passphrase.len() / 2).filter(|len| passphrase.is_char_boundary(*len));
    lengths.map(|len| &passphrase[..len]).find(|unit| {
        passphrase.len().is_multiple_of(unit.len()) && passphrase.trim_start_matches(unit).is_empty()
    })
}

/// Where a key lies: its row and its place in it.
fn key_of(character: char) -> Option<(i8, i8)> {
    let character = character.to_ascii_lowercase();
    let on_key = |rows: &[&str]| {
        let row = rows.iter().position(|row| row.contains(character))?;
        Some((
            i8::try_from(row).ok()?,
            i8::try_from(rows[row].find(character)?).ok()?,
        ))
    };
    on_key(&KEYS).or_else(|| Some((0, i8::try_from(SHIFTED.find(character)?).ok()?)))
}

/// How often fingers that walk from each key to one beside it begin anew, where all of it is such walks.
fn walks(passphrase: &str) -> Option<f32> {
    let is_beside = |one: (i8, i8), other: (i8, i8)| {
        let (rows, places) = (other.0 - one.0, other.1 - one.1);
        match rows {
            0 => places.abs() <= 1,
            // Each row lies half a key further to the right than the one above it.
            1 => (-1..=0).contains(&places),
            -1 => (0..=1).contains(&places),
            _ => false,
        }
    };
    let (mut begun, mut length) = (0.0, 0);
    let mut before = None;
    for character in passphrase.chars() {
        let key = key_of(character)?;
        match before {
            Some(before) if is_beside(before, key) => length += 1,
            Some(_) if length < 3 => return None,
            Some(_) => {
                begun += 1.0;
                length = 1;
            }
            None => length = 1,
        }
        before = Some(key);
    }
    (length >= 2 && passphrase.len() >= 6).then_some(begun)
}

/// Whether it is what most people choose, figures and signs in the place of letters included.
fn is_common(text: &str) -> bool {
    let plain = |character: char| match character {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '$' | '5' => 's',
        '7' => 't',
        other => other.to_ascii_lowercase(),
    };
    COMMON
        .iter()
        .any(|common| text.chars().map(plain).eq(common.chars()))
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
        let letters = count(run);
        let word = (letters * 3.4).min(12.0);
        word + (letters - 9.0).max(0.0) * 1.5 + case
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

/// Whether its letters follow each other as they do in words, and capitals stand as they do there.
fn could_be_spoken(run: &str) -> bool {
    if run.chars().count() < 3 {
        return false;
    }
    let mut letters = run.chars();
    let starts_large = letters.next().is_some_and(char::is_uppercase);
    let large = letters.filter(|letter| letter.is_uppercase()).count();
    // All of them, or one where another word begins: “myHouse”.
    let is_written_so = large <= 1 || (starts_large && large + 1 == run.chars().count());
    let (mut vowels, mut pairs, mut unusual) = (0, 0, 0);
    let mut before = None;
    for letter in run.chars() {
        let letter = letter.to_ascii_lowercase();
        if "aeiouyäöüéèàáíóú".contains(letter) {
            vowels += 1;
        }
        let number = u32::from(letter).wrapping_sub(u32::from('a'));
        if let Some(before) = before.replace(number) {
            pairs += 1;
            // Other letters than those of the Latin alphabet are taken for those of a word.
            let follows = BEHIND
                .get(before as usize)
                .is_none_or(|behind| number >= 26 || behind >> number & 1 == 1);
            unusual += usize::from(!follows);
        }
    }
    vowels > 0 && is_written_so && unusual * 6 <= pairs
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
    fn what_was_leaked_is_weak() {
        let leaked = include_str!("guessing/leaked.txt");
        assert!(leaked.lines().count() >= 200);
        let too_good: Vec<&str> = leaked
            .lines()
            .filter(|password| Rating::of(password) > Some(Rating::Weak))
            .collect();
        assert_eq!(too_good, [""; 0]);
    }

    #[test]
    fn what_was_drawn_at_random_is_good() {
        use rand::rngs::ChaCha20Rng;
        use rand::{RngExt as _, SeedableRng as _};
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let all = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        let mut drawn = |letters: &str, len: usize| -> String {
            let letters = letters.as_bytes();
            (0..len)
                .map(|_| char::from(letters[rng.random_range(0..letters.len())]))
                .collect()
        };
        // One in some dozens looks like words; a cautious estimate may take it for that.
        for (letters, len, least) in [
            (all, 16, Rating::Good),
            (all, 12, Rating::Fair),
            (&all[..26], 16, Rating::Good),
        ] {
            let too_bad: Vec<String> = (0..200)
                .map(|_| drawn(letters, len))
                .filter(|random| Rating::of(random) < Some(least))
                .collect();
            assert!(too_bad.len() <= 10, "{least:?}: {too_bad:?}");
        }
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
