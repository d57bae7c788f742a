//! A passphrase as another program encoded it: PuTTY on Windows takes it in the code page of the system, and some systems
//! take letters apart.

use encoding_rs::{
    BIG5, EUC_KR, EncoderResult, Encoding, GBK, SHIFT_JIS, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252,
    WINDOWS_1254, WINDOWS_1257,
};
use unicode_normalization::UnicodeNormalization as _;

use crate::secret::{Passphrase, SecretBytes};

/// More tries are not made, for each costs as much as opening the file.
const MOST: usize = 12;
/// The code pages of Windows, those of most people first.
const PAGES: [(&str, &Encoding); 9] = [
    ("Windows-1252", WINDOWS_1252),
    ("Windows-1250", WINDOWS_1250),
    ("Windows-1251", WINDOWS_1251),
    ("Windows-1254", WINDOWS_1254),
    ("Windows-1257", WINDOWS_1257),
    ("code page 932", SHIFT_JIS),
    ("code page 936", GBK),
    ("code page 949", EUC_KR),
    ("code page 950", BIG5),
];

/// The same passphrase in each other encoding that has all of its letters, with the encoding's name; none for one that is
/// ASCII or no UTF-8.
pub(super) fn others(passphrase: &Passphrase) -> Vec<(&'static str, Passphrase)> {
    let Some(text) = std::str::from_utf8(passphrase.expose())
        .ok()
        .filter(|text| !text.is_ascii())
    else {
        return Vec::new();
    };
    let composed = collected(text, text.nfc());
    let apart = collected(text, text.nfd());
    let of_pages = PAGES
        .into_iter()
        .filter_map(|(name, page)| Some((name, encoded(composed.expose(), page)?)));
    let mut found: Vec<(&'static str, Passphrase)> = Vec::new();
    for (name, other) in of_pages.chain([
        (
            "UTF-8 with letters put together",
            Passphrase::from_secret(SecretBytes::copy_of(composed.expose())),
        ),
        ("UTF-8 with letters taken apart", Passphrase::from_secret(apart)),
    ]) {
        let is_new =
            !other.is_same_as(passphrase) && !found.iter().any(|(_, known)| known.is_same_as(&other));
        if is_new && found.len() < MOST {
            found.push((name, other));
        }
    }
    found
}

/// The same passphrase in the encoding of this name, as a file that opens names it.
#[must_use]
pub fn passphrase_as(passphrase: &Passphrase, encoding: &str) -> Option<Passphrase> {
    let mut all = others(passphrase).into_iter();
    all.find_map(|(name, other)| (name == encoding).then_some(other))
}

fn collected(text: &str, letters: impl Iterator<Item = char>) -> SecretBytes {
    let mut found = SecretBytes::with_capacity(text.len() * 3);
    for letter in letters {
        found.extend(letter.encode_utf8(&mut [0; 4]).as_bytes());
    }
    found
}

/// The text in a code page; nothing where that lacks a letter.
fn encoded(text: &[u8], page: &'static Encoding) -> Option<Passphrase> {
    let text = std::str::from_utf8(text).ok()?;
    let mut encoder = page.new_encoder();
    let most = encoder.max_buffer_length_from_utf8_without_replacement(text.len())?;
    let mut found = SecretBytes::new(vec![0; most]);
    let (result, _, len) = encoder.encode_from_utf8_without_replacement(text, found.expose_mut(), true);
    if result != EncoderResult::InputEmpty {
        return None;
    }
    found.truncate(len);
    Some(Passphrase::from_secret(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn others_of(text: &str) -> Vec<(&'static str, Vec<u8>)> {
        let found = others(&Passphrase::new(text.to_owned()));
        found
            .into_iter()
            .map(|(name, other)| (name, other.expose().to_vec()))
            .collect()
    }

    #[test]
    fn a_passphrase_is_tried_in_each_encoding_that_has_its_letters() {
        let umlauts = others_of("ä€");
        assert_eq!(umlauts[0], ("Windows-1252", vec![0xe4, 0x80]));
        assert!(umlauts.contains(&("UTF-8 with letters taken apart", "a\u{308}€".as_bytes().to_vec())));
        assert_eq!(others_of("a\u{308}")[0], ("Windows-1252", vec![0xe4]));
        assert_eq!(
            others_of("пароль")[0],
            ("Windows-1251", vec![0xef, 0xe0, 0xf0, 0xee, 0xeb, 0xfc])
        );
        assert!(others_of("密码").contains(&("code page 936", vec![0xc3, 0xdc, 0xc2, 0xeb])));
        for text in ["ä", "é€ß", "パスワード", "пароль"] {
            let found = others_of(text);
            assert!(!found.is_empty() && found.len() <= MOST, "{text}");
            assert!(found.iter().all(|(_, other)| other != text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn what_is_the_same_in_all_encodings_is_tried_once() {
        assert!(others_of("").is_empty());
        assert!(others_of("correct horse").is_empty());
        assert!(others(&Passphrase::from_bytes(vec![0xe4])).is_empty());
    }
}
