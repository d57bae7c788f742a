//! Files that are damaged or hostile: no panic, no other key, no more memory than a file is worth.

use std::time::Duration;

use base64ct::{Base64, Encoding as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use keywright::format::{
    self, Argon2Params, Argon2Variant, CbcCipher, Consent, Cost, DecodeError, Parsed, PrivateEncoding,
    PrivateFile, ScryptParams, Wrapping, jwk, key_lines, public_line, rfc4716, spki,
};
use keywright::key::PublicKey;
use keywright::key::comment::Comment;
use keywright::secret::Passphrase;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use sha2::Sha256;

use crate::allocation::{allowance, peak_of};
use crate::common::Kind;
use crate::strategies::{any_encoding, any_openssl_encoding, fitting};
use crate::{canonical, encoded, tries};

const PASSPHRASE: &[u8] = b"right";
const PPK3: PrivateEncoding = PrivateEncoding::Ppk3(Argon2Params {
    variant: Argon2Variant::Id,
    mem_kib: 8,
    passes: 1,
    parallelism: 1,
});
/// A file that asks for more is not opened here; that it may not ask for too much, `cost` sees to.
const AFFORDABLE: Duration = Duration::from_millis(40);

/// One way to damage bytes.
#[derive(Clone, Debug)]
enum Blow {
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

fn strike(blows: &[Blow], bytes: &mut Vec<u8>) {
    for blow in blows {
        blow.strike(bytes);
    }
}

fn blows() -> impl Strategy<Value = Vec<Blow>> {
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

/// A whole file.
fn whole(kind: Kind, encoding: &PrivateEncoding, is_locked: bool) -> Vec<u8> {
    let comment = Comment::new("a whole file").expect("it is a comment");
    let is_locked = is_locked && *encoding != PrivateEncoding::Jwk;
    encoded(kind.key(), &comment, encoding, is_locked.then_some(PASSPHRASE))
        .expose()
        .to_vec()
}

/// A public key in each form that there is for it; a certificate instead of some.
fn whole_public(kind: Kind, form: usize) -> Vec<u8> {
    let key = kind.key().public();
    let comment = Comment::new("a whole file").expect("it is a comment");
    let line = || public_line::encode(key, &comment).into_bytes();
    match form {
        0 => line(),
        1 => rfc4716::encode(key, &comment).into_bytes(),
        2 => spki::encode(key, Wrapping::Pem).unwrap_or_else(|_| line()),
        3 => spki::encode(key, Wrapping::Der).unwrap_or_else(|_| line()),
        4 => spki::encode_pkcs1(key, Wrapping::Pem).unwrap_or_else(|_| line()),
        5 => jwk::encode_public(key, &comment).map_or_else(|_| line(), String::into_bytes),
        6 => include_bytes!("../corpus/real/openssh/cert_host-cert.pub").to_vec(),
        _ => include_bytes!("../corpus/real/openssh/authorized_keys").to_vec(),
    }
}

/// Reads a file as far as its passphrase allows; nothing where it is no private key or costs too much.
/// Watches the memory meanwhile.
fn read(bytes: &[u8]) -> Result<Option<PrivateFile>, DecodeError> {
    let (listed, peak) = peak_of(|| key_lines::parse(bytes).map(drop));
    within(peak, allowance(bytes.len(), Cost::Nothing), &listed);
    let (parsed, peak) = peak_of(|| format::parse(bytes));
    within(peak, allowance(bytes.len(), Cost::Nothing), &parsed);
    Ok(match parsed? {
        Parsed::Private(file) => Some(file),
        Parsed::Locked(file) if file.protection.cost().estimate() <= AFFORDABLE => {
            let passphrase = Passphrase::from_bytes(PASSPHRASE.to_vec());
            let (opened, peak) = peak_of(|| file.unlock(&passphrase, Consent::NotGiven));
            within(peak, allowance(bytes.len(), file.protection.cost()), &opened);
            Some(opened?)
        }
        Parsed::Locked(_) | Parsed::Public(_) => None,
    })
}

fn within<T: std::fmt::Debug>(peak: usize, most: usize, result: &T) {
    assert!(
        peak <= most,
        "{peak} bytes of memory, more than {most}, with {result:?}"
    );
}

/// Whether the private half can be told from another one: of some types OpenSSL's formats hold nothing
/// but the private half.
fn is_tied_to_its_public_half(kind: Kind, encoding: &PrivateEncoding) -> bool {
    match encoding {
        PrivateEncoding::Pkcs8 { .. } => !matches!(kind, Kind::Ed25519 | Kind::Ed448 | Kind::Dsa),
        _ => true,
    }
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
    let text = String::from_utf8(whole(kind, &PrivateEncoding::OPENSSH, false)).expect("it is text");
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    Base64::decode_vec(&body).expect("it is base64")
}

/// First line, inside and last line of a file in PEM; nothing where it is binary.
fn taken_apart(bytes: &[u8]) -> Option<(String, Vec<u8>, String)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let lines: Vec<&str> = text.lines().collect();
    let (first, rest) = lines.split_first()?;
    let (last, body) = rest.split_last()?;
    let body = Base64::decode_vec(&body.concat()).ok()?;
    Some(((*first).to_owned(), body, (*last).to_owned()))
}

/// Public and private part of an unencrypted PPK file.
fn inside_of_ppk(kind: Kind) -> (Vec<u8>, Vec<u8>) {
    let text = String::from_utf8(whole(kind, &PPK3, false)).expect("it is text");
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

const STARTS: [&str; 13] = [
    "",
    "-----BEGIN RSA PRIVATE KEY-----\n",
    "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,",
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n",
    "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n",
    "SSH PRIVATE KEY FILE FORMAT 1.1\n\0",
    "{\"kty\":\"OKP\",\"keys\":[",
    "ssh-ed25519 AAAA a\nssh-rsa\nssh-rsa\n",
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
        encoding in any_encoding(),
        is_locked in any::<bool>(),
        blows in blows(),
    ) {
        let encoding = fitting(kind, encoding);
        let mut bytes = whole(kind, &encoding, is_locked);
        strike(&blows, &mut bytes);
        if is_tied_to_its_public_half(kind, &encoding) {
            opens_as_before_or_not_at_all(&bytes, kind)?;
        } else {
            drop(read(&bytes));
        }
    }

    #[test]
    fn a_damaged_public_key_does_not_make_the_reader_panic(
        kind in select(&Kind::ALL[..]),
        form in 0..8_usize,
        blows in blows(),
    ) {
        let mut bytes = whole_public(kind, form);
        strike(&blows, &mut bytes);
        prop_assert!(!matches!(read(&bytes), Ok(Some(_))));
    }

    #[test]
    fn damage_inside_der_makes_no_other_key(
        kind in select(&Kind::ALL[..]),
        encoding in any_openssl_encoding(),
        blows in blows(),
    ) {
        let encoding = fitting(kind, encoding);
        let Some((first, body, last)) = taken_apart(&whole(kind, &encoding, false)) else {
            return Ok(());
        };
        let mut body = body;
        strike(&blows, &mut body);
        let bytes = format!("{first}\n{}\n{last}\n", Base64::encode_string(&body)).into_bytes();
        if is_tied_to_its_public_half(kind, &encoding) {
            opens_as_before_or_not_at_all(&bytes, kind)?;
        } else {
            drop(read(&bytes));
        }
    }

    #[test]
    fn no_bytes_in_der_make_the_reader_panic(rest in vec(any::<u8>(), 0..600), is_text in any::<bool>()) {
        let len = u16::try_from(rest.len() + 3).expect("it is short").to_be_bytes();
        let bytes = [&[0x30, 0x82, len[0], len[1], 2, 1, 0], &rest[..]].concat();
        let bytes = if is_text {
            let body = Base64::encode_string(&bytes);
            format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----").into_bytes()
        } else {
            bytes
        };
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
        let pem = PrivateEncoding::Pem {
            cipher: CbcCipher::Aes256,
        };
        if let Some((first, body, last)) = taken_apart(&whole(kind, &fitting(kind, pem), false)) {
            let bytes = format!("{first}\n{}\n{last}\n", Base64::encode_string(&body)).into_bytes();
            assert!(matches!(read(&bytes), Ok(Some(_))), "{kind:?}");
        }
        for form in 0..8 {
            let is_list = form == 7;
            assert_eq!(
                read(&whole_public(kind, form)).is_ok(),
                !is_list,
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
            let text = String::from_utf8(whole(Kind::Ed25519, &PPK3, false)).expect("it is text");
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

/// What is kept for a line, or for a key of a set, takes more room than `{}` or a line break does.
#[test]
fn many_small_parts_take_no_memory() {
    let line = String::from_utf8(whole_public(Kind::Ed25519, 0)).expect("it is text");
    for text in [
        format!("{line}\n{}", "ssh-rsa\n".repeat(20_000)),
        format!("{line}\n{}", "x\n".repeat(100_000)),
        "x\n".repeat(100_000),
        format!("{line}\n").repeat(2000),
        format!("{{\"kty\":\"RSA\",\"keys\":[{}{{}}]}}", "{},".repeat(50_000)),
        format!("{{\"kty\":{}", "[".repeat(50_000)),
        format!("---- BEGIN SSH2 PUBLIC KEY ----\n{}", "a: b\n".repeat(20_000)),
        format!("-----BEGIN RSA PRIVATE KEY-----\n{}", "a: b\n".repeat(20_000)),
        format!(
            "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: {}\n",
            "x".repeat(100_000)
        ),
    ] {
        assert!(!matches!(read(text.as_bytes()), Ok(Some(_))));
    }
}

/// Found by the fuzzer: what looks like the first line of another file is part of a number.
#[test]
fn text_within_the_numbers_of_a_binary_key_is_no_text() {
    for text in ["-----BEGIN OPENSSH PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KE"] {
        let n = [&[0xc3; 100][..], b"\n", text.as_bytes(), b"\n", &[1; 60]].concat();
        let key = PublicKey::Rsa { e: vec![1, 0, 1], n };
        for bytes in [
            spki::encode(&key, Wrapping::Der),
            spki::encode_pkcs1(&key, Wrapping::Der),
        ] {
            let parsed = format::parse(&bytes.expect("it can be written"));
            assert!(
                matches!(parsed, Ok(Parsed::Public(file)) if file.key == key),
                "{text}"
            );
        }
    }
}

#[test]
fn scrypt_takes_no_more_memory_than_it_says() {
    let params = ScryptParams::new(2, 1 << 18, 1).expect("it is defined");
    assert!(
        Cost::Scrypt(params)
            .to_string()
            .ends_with("and 128 MiB of memory")
    );
    let passphrase = Passphrase::from_bytes(PASSPHRASE.to_vec());
    let (derived, peak) = peak_of(|| params.derive(&passphrase, b"salt", 32));
    assert!(derived.is_some());
    assert!((128 << 20..129 << 20).contains(&peak), "{peak}");
}
