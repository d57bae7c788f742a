//! Files that are damaged or hostile: no panic, no other key, no more memory than a file is worth.

use std::path::Path;
use std::time::Duration;

use base64ct::{Base64, Encoding as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use keywright::format::{
    self, Argon2Params, Cipher, Consent, DecodeError, Parsed, PrivateEncoding, PrivateFile, public_line,
    rfc4716,
};
use keywright::key::comment::Comment;
use keywright::secret::Passphrase;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use sha2::Sha256;

use crate::allocation::peak_of;
use crate::common::Kind;
use crate::{canonical, encoded, tries};

pub(crate) const PASSPHRASE: &[u8] = b"right";
/// A file that asks for more is not opened here; that it may not ask for too much, `cost` sees to.
const AFFORDABLE: Duration = Duration::from_millis(40);

/// One way to damage bytes.
#[derive(Clone, Debug)]
pub(crate) enum Blow {
    Set(Index, u8),
    Flip(Index, u8),
    Remove(Index, usize),
    Insert(Index, Vec<u8>),
    Repeat(Index, usize),
    Cut(Index),
    /// Four bytes that may be a length.
    Length(Index, u32),
}

impl Blow {
    fn strike(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let len = bytes.len();
        match self {
            Self::Set(at, byte) => bytes[at.index(len)] = *byte,
            Self::Flip(at, bit) => bytes[at.index(len)] ^= 1 << bit,
            Self::Remove(at, count) => {
                let at = at.index(len);
                bytes.drain(at..len.min(at + count));
            }
            Self::Insert(at, new) => {
                let at = at.index(len + 1);
                bytes.splice(at..at, new.iter().copied());
            }
            Self::Repeat(at, count) => {
                let at = at.index(len);
                let again = bytes[at..len.min(at + count)].to_vec();
                bytes.splice(at..at, again);
            }
            Self::Cut(at) => bytes.truncate(at.index(len)),
            Self::Length(at, length) => {
                let at = at.index(len);
                let end = len.min(at + 4);
                bytes[at..end].copy_from_slice(&length.to_be_bytes()[..end - at]);
            }
        }
    }
}

pub(crate) fn strike(blows: &[Blow], bytes: &mut Vec<u8>) {
    for blow in blows {
        blow.strike(bytes);
    }
}

pub(crate) fn blows() -> impl Strategy<Value = Vec<Blow>> {
    let at = any::<Index>;
    let length = prop_oneof![
        0..40_u32,
        select(vec![255, 256, 0xffff, 1 << 20, 1 << 31, u32::MAX])
    ];
    let blow = prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Blow::Set(at, byte)),
        (at(), 0..8_u8).prop_map(|(at, bit)| Blow::Flip(at, bit)),
        (at(), 1..50_usize).prop_map(|(at, count)| Blow::Remove(at, count)),
        (at(), vec(any::<u8>(), 1..20)).prop_map(|(at, new)| Blow::Insert(at, new)),
        (at(), 1..200_usize).prop_map(|(at, count)| Blow::Repeat(at, count)),
        at().prop_map(Blow::Cut),
        (at(), length).prop_map(|(at, length)| Blow::Length(at, length)),
    ];
    vec(blow, 1..4)
}

/// A whole file of each kind, with the key that is in it.
fn whole(kind: Kind, form: usize) -> Vec<u8> {
    let key = kind.key();
    let comment = Comment::new("a whole file").expect("it is a comment");
    let openssh = PrivateEncoding::OpenSsh {
        cipher: Cipher::Aes256Ctr,
        rounds: 1,
    };
    let gcm = PrivateEncoding::OpenSsh {
        cipher: Cipher::Aes256Gcm,
        rounds: 1,
    };
    let ppk3 = PrivateEncoding::Ppk3(Argon2Params {
        mem_kib: 8,
        passes: 1,
        ..Argon2Params::default()
    });
    let private = |encoding, passphrase| encoded(key, &comment, &encoding, passphrase).expose().to_vec();
    match form {
        0 => private(openssh, None),
        1 => private(openssh, Some(PASSPHRASE)),
        2 => private(gcm, Some(PASSPHRASE)),
        3 => private(ppk3, None),
        4 => private(ppk3, Some(PASSPHRASE)),
        5 => private(PrivateEncoding::Ppk2, None),
        6 => private(PrivateEncoding::Ppk2, Some(PASSPHRASE)),
        7 => public_line::encode(key.public(), &comment).into_bytes(),
        _ => rfc4716::encode(key.public(), &comment).into_bytes(),
    }
}

/// The most memory that reading so many bytes may take.
fn allowance(len: usize) -> usize {
    4 * len + (64 << 10)
}

/// Reads a file as far as its passphrase allows; nothing where it is no private key or costs too much.
pub(crate) fn read(bytes: &[u8]) -> Result<Option<PrivateFile>, DecodeError> {
    let (parsed, peak) = peak_of(|| format::parse(bytes));
    assert!(
        peak <= allowance(bytes.len()),
        "{peak} bytes of memory to read a file of {} bytes, with {:?}",
        bytes.len(),
        parsed.map(drop)
    );
    Ok(match parsed? {
        Parsed::Private(file) => Some(file),
        Parsed::Locked(file) if file.protection.cost().estimate() <= AFFORDABLE => {
            let passphrase = Passphrase::from_bytes(PASSPHRASE.to_vec());
            Some(file.unlock(&passphrase, Consent::NotGiven)?)
        }
        Parsed::Locked(_) | Parsed::Public(_) => None,
    })
}

/// Either it does not open, or it is the key that it was.
fn opens_as_before_or_not_at_all(bytes: &[u8], kind: Kind) -> Result<(), TestCaseError> {
    if let Ok(Some(file)) = read(bytes) {
        let comment = Comment::default();
        prop_assert_eq!(canonical(&file.key, &comment), canonical(kind.key(), &comment));
    }
    Ok(())
}

/// Wraps the inside of an OpenSSH file.
fn openssh_around(inside: &[u8]) -> Vec<u8> {
    format!(
        "-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----\n",
        Base64::encode_string(inside)
    )
    .into_bytes()
}

fn inside_of_openssh(kind: Kind) -> Vec<u8> {
    let text = String::from_utf8(whole(kind, 0)).expect("it is text");
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    Base64::decode_vec(&body).expect("it is base64")
}

/// Public and private part of an unencrypted PPK file.
fn inside_of_ppk(kind: Kind) -> (Vec<u8>, Vec<u8>) {
    let text = String::from_utf8(whole(kind, 3)).expect("it is text");
    let part = |name: &str| {
        let mut lines = text.lines().skip_while(|line| !line.starts_with(name));
        let header = lines.next().expect("the part is there");
        let count = header[name.len()..].parse().expect("it is a number");
        let body: String = lines.take(count).collect();
        Base64::decode_vec(&body).expect("it is base64")
    };
    (part("Public-Lines: "), part("Private-Lines: "))
}

/// An unencrypted PPK file around these parts, with the MAC that anybody can compute for it.
fn ppk_around(algorithm: &str, public: &[u8], private: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(b"").expect("HMAC takes keys of any length");
    for part in [algorithm.as_bytes(), b"none", b"hostile", public, private] {
        mac.update(&u32::try_from(part.len()).expect("it is short").to_be_bytes());
        mac.update(part);
    }
    let mac: Vec<String> = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let lines = |part: &[u8]| {
        let text = Base64::encode_string(part).into_bytes();
        let lines: Vec<String> = text
            .chunks(64)
            .map(|line| String::from_utf8_lossy(line).into_owned() + "\n")
            .collect();
        format!("{}\n{}", lines.len(), lines.concat())
    };
    format!(
        "PuTTY-User-Key-File-3: {algorithm}\nEncryption: none\nComment: hostile\nPublic-Lines: {}\
         Private-Lines: {}Private-MAC: {}\n",
        lines(public),
        lines(private),
        mac.concat()
    )
    .into_bytes()
}

const STARTS: [&str; 6] = [
    "",
    "-----BEGIN OPENSSH PRIVATE KEY-----\n",
    "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: c\n",
    "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: aes256-cbc\n",
    "---- BEGIN SSH2 PUBLIC KEY ----\n",
    "ssh-ed25519 ",
];

proptest! {
    #![proptest_config(tries(512))]

    #[test]
    fn no_bytes_make_the_reader_panic(start in select(&STARTS[..]), rest in vec(any::<u8>(), 0..3000)) {
        let bytes = [start.as_bytes(), &rest].concat();
        prop_assert!(!matches!(read(&bytes), Ok(Some(_))));
    }

    #[test]
    fn no_text_makes_the_reader_panic(start in select(&STARTS[..]), rest in "[ -~\n]{0,800}") {
        let bytes = [start, &rest].concat();
        prop_assert!(!matches!(read(bytes.as_bytes()), Ok(Some(_))));
    }

    #[test]
    fn a_damaged_file_never_opens_as_another_key(
        kind in select(&Kind::ALL[..]),
        form in 0..7_usize,
        blows in blows(),
    ) {
        let mut bytes = whole(kind, form);
        strike(&blows, &mut bytes);
        opens_as_before_or_not_at_all(&bytes, kind)?;
    }

    #[test]
    fn a_damaged_public_key_does_not_make_the_reader_panic(
        kind in select(&Kind::ALL[..]),
        form in 7..9_usize,
        blows in blows(),
    ) {
        let mut bytes = whole(kind, form);
        strike(&blows, &mut bytes);
        prop_assert!(!matches!(read(&bytes), Ok(Some(_))));
    }

    #[test]
    fn damage_inside_an_openssh_file_makes_no_other_key(kind in select(&Kind::ALL[..]), blows in blows()) {
        let mut inside = inside_of_openssh(kind);
        strike(&blows, &mut inside);
        opens_as_before_or_not_at_all(&openssh_around(&inside), kind)?;
    }

    #[test]
    fn damage_inside_a_ppk_file_with_a_new_mac_makes_no_other_key(
        kind in select(&Kind::ALL[..]),
        is_public in any::<bool>(),
        blows in blows(),
    ) {
        let (mut public, mut private) = inside_of_ppk(kind);
        let struck = if is_public { &mut public } else { &mut private };
        strike(&blows, struck);
        let algorithm = kind.key().algorithm().name();
        opens_as_before_or_not_at_all(&ppk_around(algorithm, &public, &private), kind)?;
    }
}

/// The two functions that take files apart put them together again, or the properties above are void.
#[test]
fn a_file_that_is_taken_apart_and_put_together_opens() {
    for kind in Kind::ALL {
        let openssh = openssh_around(&inside_of_openssh(kind));
        let (public, private) = inside_of_ppk(kind);
        let ppk = ppk_around(kind.key().algorithm().name(), &public, &private);
        for bytes in [openssh, ppk] {
            assert!(matches!(read(&bytes), Ok(Some(_))), "{kind:?}");
        }
        for form in 0..7 {
            assert!(
                matches!(read(&whole(kind, form)), Ok(Some(_))),
                "{kind:?}, {form}"
            );
        }
    }
}

#[test]
fn promises_of_length_take_no_memory() {
    let lengths = [0_u32, 1, 4096, 1 << 20, 1 << 31, u32::MAX];
    for count in [5460_u32, 5461, u32::MAX] {
        for part in ["Public-Lines", "Private-Lines"] {
            let text = String::from_utf8(whole(Kind::Ed25519, 3)).expect("it is text");
            let lines: Vec<String> = text
                .lines()
                .map(|line| {
                    let is_part = line.starts_with(part);
                    if is_part {
                        format!("{part}: {count}")
                    } else {
                        line.to_owned()
                    }
                })
                .collect();
            assert!(read(lines.join("\n").as_bytes()).is_err());
        }
    }
    let inside = inside_of_openssh(Kind::Ed25519);
    for at in 0..inside.len() - 4 {
        for length in lengths {
            let mut inside = inside.clone();
            inside[at..at + 4].copy_from_slice(&length.to_be_bytes());
            drop(read(&openssh_around(&inside)));
        }
    }
}

#[test]
fn no_file_of_the_corpus_takes_more_memory_than_it_is_worth() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the corpus is there") {
            let path = entry.expect("it can be listed").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).expect("it can be read");
            let (_, peak) = peak_of(|| format::parse(&bytes).map(drop));
            let limit = allowance(bytes.len());
            assert!(
                peak <= limit,
                "{}: {peak} bytes, more than {limit}",
                path.display()
            );
            count += 1;
        }
    }
    assert!(count > 600, "only {count} files");
}
