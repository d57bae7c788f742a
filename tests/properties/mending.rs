//! Files that came to harm in known ways: the key comes back or the file is refused, and never another key comes out.

use std::time::{Duration, Instant};

use keywright::format::reading::{self, Reading};
use keywright::format::{self, Cipher, Consent, DecodeError, Parsed, PrivateEncoding, public_line, rfc4716};
use keywright::key::PublicKey;
use keywright::key::comment::Comment;
use keywright::secret::Passphrase;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use base64ct::Encoding as _;

use crate::allocation::peak_of;
use crate::common::Kind;
use crate::mangle::MANGLES;
use crate::strategies::{any_encoding, any_key, holds};
use crate::{encoded, tries};

const PASSPHRASE: &[u8] = b"right";
const OPENSSH: PrivateEncoding = PrivateEncoding::OpenSsh {
    cipher: Cipher::Aes256Ctr,
    rounds: 1,
};
/// What reading may take, be the file mended or refused.
const MOST_TIME: Duration = Duration::from_secs(2);
const MOST_MEMORY: usize = 64 << 20;
/// What it may hold for each byte of the file, and besides: what is read as a key is read several times.
const MEMORY: (usize, usize) = (4, 1 << 20);

/// Reads within the limits. A machine that is busy is slow now and then; what hangs is slow every time.
fn read(bytes: &[u8]) -> Result<Reading, DecodeError> {
    for tries_left in (0..3).rev() {
        let start = Instant::now();
        let (result, peak) = peak_of(|| reading::read(bytes));
        let most = MOST_MEMORY.min(bytes.len() * MEMORY.0 + MEMORY.1);
        assert!(peak <= most, "{peak} bytes for a file of {}", bytes.len());
        if start.elapsed() <= MOST_TIME {
            return result;
        }
        assert!(tries_left > 0, "{:?}", start.elapsed());
    }
    unreachable!("the last try returns or fails")
}

/// The public half of what was read, as far as it can be known with the passphrase.
fn key_of(reading: &Reading) -> Option<PublicKey> {
    match &reading.parsed {
        Parsed::Locked(file) => {
            let passphrase = Passphrase::from_bytes(PASSPHRASE.to_vec());
            let opened = file.unlock(&passphrase, Consent::Given);
            opened.ok().map(|file| file.key.public().clone())
        }
        parsed => parsed.public().cloned(),
    }
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Private(PrivateEncoding, bool),
    Line,
    Rfc4716,
}

fn any_form() -> impl Strategy<Value = Form> {
    prop_oneof![
        6 => (any_encoding(), any::<bool>()).prop_map(|(encoding, is_locked)| Form::Private(encoding, is_locked)),
        2 => Just(Form::Line),
        1 => Just(Form::Rfc4716),
    ]
}

const COMMENTS: &[&str] = &[
    "",
    "me",
    "jenkins@ci",
    "backup server",
    "Clé",
    "a:b",
    "+/=",
    "AAAA",
    "root@web-3 xxx",
];

fn some_comment() -> impl Strategy<Value = Comment> {
    select(COMMENTS).prop_map(|text| Comment::cleaned(text.as_bytes()).0)
}

proptest! {
    #![proptest_config(tries(400))]

    #[test]
    fn whatever_befell_a_file_no_other_key_comes_out(
        key in any_key(&Kind::ALL),
        comment in some_comment(),
        form in any_form(),
        mangles in vec(select(MANGLES), 1..=3),
    ) {
        let key = key.get();
        let bytes = match form {
            Form::Private(encoding, is_locked) => {
                let encoding = if holds(&encoding, key.algorithm()) { encoding } else { OPENSSH };
                let is_locked = is_locked && encoding != PrivateEncoding::Jwk;
                encoded(&key, &comment, &encoding, is_locked.then_some(PASSPHRASE)).expose().to_vec()
            }
            Form::Line => (public_line::encode(key.public(), &comment) + "\n").into_bytes(),
            Form::Rfc4716 => rfc4716::encode(key.public(), &comment).into_bytes(),
        };
        let mangled = mangles.iter().fold(bytes, |bytes, mangle| (mangle.spoil)(&bytes));
        let Ok(reading) = read(&mangled) else { return Ok(()) };
        if let Some(found) = key_of(&reading) {
            prop_assert_eq!(&found, key.public(), "{:?}", &mangles);
        }
        // What comes of it is a file like any, with nothing left to be put right.
        if let Some(clean) = &reading.clean {
            let strict = format::parse(clean.expose()).unwrap();
            prop_assert_eq!(strict.public(), reading.parsed.public(), "{:?}", &mangles);
            let again = read(clean.expose()).unwrap();
            prop_assert!(again.clean.is_none(), "{:?}: still {:?}", &mangles, again.accidents);
        }
    }
}

#[test]
fn what_befell_a_private_key_for_ssh_is_undone_and_said() {
    let comment = Comment::new("jenkins@ci").expect("a comment");
    let mut wrong = Vec::new();
    for kind in [Kind::Ed25519, Kind::P256, Kind::Rsa2048] {
        let key = kind.key();
        let bytes = encoded(key, &comment, &OPENSSH, None);
        for mangle in MANGLES {
            let mangled = (mangle.spoil)(bytes.expose());
            if mangled == bytes.expose() {
                continue;
            }
            match read(&mangled) {
                Ok(reading) if key_of(&reading).as_ref() != Some(key.public()) => {
                    panic!("{mangle:?}: another key");
                }
                Ok(reading) => {
                    let is_said = mangle
                        .tells
                        .iter()
                        .any(|accident| reading.accidents.has(*accident));
                    if !is_said && !mangle.tells.is_empty() {
                        wrong.push(format!("{kind:?}, {mangle:?}: said {:?}", reading.accidents));
                    }
                }
                Err(error) => wrong.push(format!("{kind:?}, {mangle:?}: {error}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_is_passed_over_in_a_public_key_of_which_only_the_length_speaks() {
    // Written as UTF-16 twice, a line of the key became nonsense, and the next word that is base64 took its place.
    let wide = || MANGLES.iter().filter(|mangle| mangle.name.starts_with("utf-16"));
    let key = Kind::Ed25519.key();
    let bytes = encoded(key, &Comment::default(), &PrivateEncoding::Ppk2, None);
    for first in wide() {
        for between in MANGLES
            .iter()
            .filter(|mangle| ["xml", "rtf"].contains(&mangle.name))
        {
            for last in wide() {
                let mangled = (last.spoil)(&(between.spoil)(&(first.spoil)(bytes.expose())));
                let found = read(&mangled).ok().and_then(|reading| key_of(&reading));
                let names = [first.name, between.name, last.name];
                assert!(found.is_none_or(|found| found == *key.public()), "{names:?}");
            }
        }
    }
}

#[test]
fn keys_whose_numbers_do_not_fit_cost_no_more_for_being_many() {
    // RSA keys that have lost their factors, and whose exponents belong to another modulus.
    let der = |tag: u8, content: &[u8]| {
        let len = u16::try_from(content.len()).expect("it is short").to_be_bytes();
        [&[tag, 0x82][..], &len, content].concat()
    };
    let one = |seed: u8| {
        let long = |first: u8, last: u8| {
            let mut number = vec![seed; 256];
            (number[0], number[255]) = (first, last);
            der(2, &number)
        };
        let empty = der(2, &[0]);
        let numbers = [
            &der(2, &[0])[..],
            &long(0x71, 0x4b),
            &der(2, &[1, 0, 1]),
            &long(0x31, 0x21),
        ]
        .concat();
        let body = der(0x30, &[numbers, empty.repeat(5)].concat());
        let text = base64ct::Base64::encode_string(&body);
        let lines: Vec<&str> = (0..text.len())
            .step_by(64)
            .map(|at| &text[at..text.len().min(at + 64)])
            .collect();
        format!(
            "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----\n",
            lines.join("\n")
        )
    };
    let text: String = (1..=200).map(one).collect();
    assert!(read(text.as_bytes()).is_err());
}
