//! Key files made by other programs, and broken ones: what the manifests promise is what we read.
//!
//! Every entry of every manifest is looked at, and what is looked at is counted, so that nothing drops
//! out unseen.

#[path = "common/allocation.rs"]
mod allocation;
#[path = "corpus/field.rs"]
mod field;
#[path = "common/manifest.rs"]
mod manifest;

use std::path::Path;
use std::time::{Duration, Instant};

use base64ct::{Base64, Encoding as _};
use keywright::engine::describe::Description;
use keywright::format::key_lines::{self, Listing};
use keywright::format::{self, Certificate, Consent, Cost, DecodeError, Format, Parsed};
use keywright::key::PublicKey;
use keywright::key::fingerprint::{Fingerprint, FingerprintKind};

use crate::allocation::{allowance, peak_of};
use crate::manifest::{Entry, Outcome, corpus, entries, passphrase};

/// The entries that are not followed, each with its reason; a reason that no longer holds fails too.
const EXEMPT: [(&str, &str); 4] = [
    (
        "semantic/ppk3_ed_second_half_mismatch.ppk",
        "is to be refused for a second half that PPK files of Ed25519 do not have; its seed and its public \
         key belong together, and puttygen opens it",
    ),
    (
        "rustcrypto-ssh/examples_id_ed25519-cert-badsig.pub",
        "is to be opened, but its signature is wrong, as its name says; ssh-keygen refuses it too",
    ),
    (
        "not_keys/json_jwk.json",
        "is to be refused as JSON; it is a JSON Web Key, which we read",
    ),
    (
        "openssl/bundle.p12",
        "is to be refused as a store; the private key in it is read",
    ),
];

/// What is warned of for the key's own sake.
const OF_THE_KEY: [&str; 10] = [
    "rsa-short",
    "rsa-small-e",
    "rsa-large-e",
    "rsa-fermat",
    "rsa-roca",
    "rsa-small-factor",
    "rsa-small-d",
    "dsa",
    "p521-putty-bias",
    "known-compromised",
];

/// Comments that the manifest wants a warning about because they would harm a program that puts them into
/// a shell, a page or a pattern. None of them breaks a line or hides what it says: they are shown and kept
/// as they are, and a warning would be a false alarm for every `"` in a comment.
const HARMLESS_COMMENTS: [&str; 10] = [
    "hostile_comment/openssh_homoglyph",
    "hostile_comment/openssh_long_64k",
    "hostile_comment/openssh_shell_dquote",
    "hostile_comment/openssh_semicolon",
    "hostile_comment/openssh_percent_fmt",
    "hostile_comment/openssh_html_script",
    "hostile_comment/openssh_leading_hash",
    "hostile_comment/openssh_begin_marker",
    "hostile_comment/openssh_only_spaces",
    "hostile_comment/openssh_json_break",
];

/// What a file may take, be it opened or refused.
const MOST_MEMORY: usize = 256 << 20;
/// What a file that is refused may take.
const MOST_TIME: Duration = Duration::from_secs(2);

/// How much was compared.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    entries: usize,
    opened: usize,
    refused: usize,
    types: usize,
    bits: usize,
    fingerprints: usize,
    comments: usize,
    warnings: usize,
    passphrases: usize,
    exempt: usize,
}

/// What a file turned out to hold. Where nobody wrote the passphrase down it is still locked, and what
/// stands in clear must be right.
struct Found {
    parsed: Parsed,
    /// Whether it was locked, and showed its public half nevertheless.
    lock: Option<bool>,
}

impl Found {
    /// The public key, unless it is locked away with the private one.
    fn key(&self) -> Option<&PublicKey> {
        match &self.parsed {
            Parsed::Private(file) => Some(file.key.public()),
            Parsed::Public(file) => Some(&file.key),
            Parsed::Locked(file) => file.public.as_ref(),
        }
    }

    /// The comment, unless it is locked away.
    fn comment(&self) -> Option<&[u8]> {
        match &self.parsed {
            Parsed::Private(file) => Some(&file.comment),
            Parsed::Public(file) => Some(&file.comment),
            Parsed::Locked(file) => file.comment.as_deref(),
        }
    }

    fn certificate(&self) -> Option<&Certificate> {
        match &self.parsed {
            Parsed::Private(file) => file.certificate.as_ref(),
            Parsed::Public(file) => file.certificate.as_ref(),
            Parsed::Locked(file) => file.certificate.as_ref(),
        }
    }

    fn format(&self) -> Format {
        match &self.parsed {
            Parsed::Private(file) => file.format,
            Parsed::Public(file) => file.format,
            Parsed::Locked(file) => file.format,
        }
    }
}

/// The first key of a list, for which the manifests speak.
fn first_of_list(bytes: &[u8]) -> Option<Found> {
    let Ok(Listing::Lines(mut lines)) = key_lines::parse(bytes) else {
        return None;
    };
    let parsed = lines.find_map(|line| line.key.ok()).map(Parsed::Public)?;
    Some(Found { parsed, lock: None })
}

fn open(bytes: &[u8], right: Option<&[u8]>) -> Result<Found, DecodeError> {
    match (format::parse(bytes)?, right) {
        (Parsed::Locked(file), right) => {
            let lock = Some(file.public.is_some());
            let parsed = match right {
                Some(right) => Parsed::Private(file.unlock(&passphrase(right), Consent::NotGiven)?),
                None => Parsed::Locked(file),
            };
            Ok(Found { parsed, lock })
        }
        (parsed, _) => Ok(Found { parsed, lock: None }),
    }
}

/// Opens the file, and adds to `wrong` what it took too much of. A machine that is busy is slow now and
/// then; what hangs is slow every time.
fn open_within_limits(entry: &Entry, wrong: &mut Vec<String>) -> Result<Found, DecodeError> {
    let bytes = entry.read();
    let right = entry.passphrase();
    for tries_left in (0..3).rev() {
        let start = Instant::now();
        let (result, peak) = peak_of(|| open(&bytes, right.as_deref()));
        let taken = start.elapsed();
        if taken > MOST_TIME && result.is_err() && tries_left > 0 {
            continue;
        }
        if taken > MOST_TIME && result.is_err() {
            wrong.push(format!("refused only after {taken:?}"));
        }
        let (_, listing_peak) = peak_of(|| key_lines::parse(&bytes).map(drop));
        let cost = match format::parse(&bytes) {
            Ok(Parsed::Locked(file)) => file.protection.cost(),
            _ => Cost::Nothing,
        };
        let most = allowance(bytes.len() + right.as_ref().map_or(0, Vec::len), cost).min(MOST_MEMORY);
        let peak = peak.max(listing_peak);
        if peak > most {
            wrong.push(format!("{peak} bytes of memory, more than {most}"));
        }
        return result;
    }
    unreachable!("the last try returns")
}

impl Tally {
    /// Counts a comparison, and adds to `wrong` what does not hold.
    fn compare(count: &mut usize, is_so: bool, wrong: &mut Vec<String>, what: impl FnOnce() -> String) {
        *count += 1;
        if !is_so {
            wrong.push(what());
        }
    }

    /// Holds one file to its entry; returns what is wrong.
    fn look_at(&mut self, entry: &Entry) -> Vec<String> {
        let mut wrong = Vec::new();
        self.entries += 1;
        let found = match open_within_limits(entry, &mut wrong) {
            // Several keys are no key file, but they can be listed.
            Err(DecodeError::MultipleKeys) if entry.outcome() == Outcome::Ok => {
                first_of_list(&entry.read()).ok_or(DecodeError::MultipleKeys)
            }
            found => found,
        };
        match (found, entry.outcome()) {
            (Ok(_), Outcome::Refused) => wrong.push("opened, but must be refused".to_owned()),
            (Err(error), Outcome::Ok) => wrong.push(format!("refused ({error}), but must be opened")),
            (Err(error), Outcome::Refused | Outcome::Either) => {
                self.refused += 1;
                let codes = entry.error_codes();
                if codes
                    .as_ref()
                    .is_some_and(|codes| !codes.iter().any(|code| code == error.code()))
                {
                    wrong.push(format!("refused as {} ({error}), not as {codes:?}", error.code()));
                }
            }
            (Ok(found), Outcome::Ok | Outcome::Either) => {
                self.opened += 1;
                self.compare_key(entry, &found, &mut wrong);
                self.compare_lock(entry, &found, &mut wrong);
                self.compare_warnings(entry, &found, &mut wrong);
            }
        }
        wrong
    }

    fn compare_key(&mut self, entry: &Entry, found: &Found, wrong: &mut Vec<String>) {
        let Some(key) = found.key() else {
            wrong.push("nothing is known of its key".to_owned());
            return;
        };
        let certificate = found.certificate();
        if let Some(kind) = entry.text("key_type") {
            let plain = key.algorithm().name();
            let ours = if Certificate::is_name(kind) {
                certificate.map_or(plain, Certificate::name)
            } else {
                plain
            };
            Self::compare(&mut self.types, ours == kind, wrong, || {
                format!("type {ours}, not {kind}")
            });
        }
        if let Some(bits) = entry.bits() {
            let ours = u64::from(key.bits());
            Self::compare(&mut self.bits, ours == bits, wrong, || {
                format!("{ours} bits, not {bits}")
            });
        }
        // Of a certificate the manifests give the fingerprint of it all, as ssh-keygen does, of a PPK file
        // with one that of the key in it, as puttygen does.
        for (name, kind) in [
            ("fp_sha256", FingerprintKind::Sha256),
            ("fp_md5", FingerprintKind::Md5),
            ("plain_fp_sha256", FingerprintKind::Sha256),
        ] {
            let Some(stated) = entry.text(name) else { continue };
            let certified = certificate.map(|cert| Fingerprint::of_wire(cert.blob(), kind).to_string());
            let plain = Fingerprint::of(key, kind).to_string();
            let is_so = ends_with(&plain, stated)
                || name != "plain_fp_sha256"
                    && certified.as_deref().is_some_and(|ours| ends_with(ours, stated));
            Self::compare(&mut self.fingerprints, is_so, wrong, || {
                format!("{name} {plain} or {certified:?}, not {stated}")
            });
        }
        if let Some(line) = entry.text("pub_openssh") {
            let blob = line
                .split(' ')
                .nth(1)
                .and_then(|blob| Base64::decode_vec(blob).ok());
            let certified = certificate.map(|certificate| certificate.blob().to_vec());
            if blob != Some(key.to_wire()) && blob != certified {
                wrong.push("another public key".to_owned());
            }
        }
        // Where the manifest leaves the decision to the reader, some do not keep the comment.
        if let (Some(stated), Some(comment), Outcome::Ok) =
            (entry.comment(), found.comment(), entry.outcome())
        {
            Self::compare(&mut self.comments, comment == stated, wrong, || {
                format!("comment {:?}", String::from_utf8_lossy(comment))
            });
        }
    }

    /// What can be seen without the passphrase, and with a wrong one.
    fn compare_lock(&mut self, entry: &Entry, found: &Found, wrong: &mut Vec<String>) {
        if let Some(has_private) = entry.flag("has_private")
            && has_private == matches!(found.parsed, Parsed::Public(_))
        {
            wrong.push(format!("has_private {has_private}"));
        }
        if let Some(is_encrypted) = entry.flag("encrypted")
            && is_encrypted != found.lock.is_some()
        {
            wrong.push(format!("encrypted {is_encrypted}"));
        }
        let is_readable = entry.expected("public_readable_without_passphrase").as_bool();
        if is_readable.is_some() && is_readable != found.lock {
            wrong.push(format!("public half in clear: {:?}", found.lock));
        }
        if entry.expected("wrong_passphrase").is_null() {
            return;
        }
        let bytes = entry.read();
        let another = open(&bytes, Some(b"not the right one")).map(|found| found.format());
        let none = open(&bytes, Some(b"")).map(|found| found.format());
        let is_so = another == Err(DecodeError::WrongPassphrase) && none == Err(DecodeError::NeedsPassphrase);
        Self::compare(&mut self.passphrases, is_so, wrong, || {
            format!("a wrong passphrase: {another:?}; none: {none:?}")
        });
    }

    fn compare_warnings(&mut self, entry: &Entry, found: &Found, wrong: &mut Vec<String>) {
        let described = Description::of(&found.parsed, None);
        let ours: Vec<&str> = described.warnings.iter().map(|warning| warning.code).collect();
        let mut expected = entry.warnings();
        if HARMLESS_COMMENTS.contains(&entry.name().as_str()) {
            expected.retain(|code| code != "comment-sanitised");
            if ours.contains(&"comment-sanitised") {
                wrong.push("its comment is not harmless".to_owned());
            }
        }
        for code in &expected {
            Self::compare(&mut self.warnings, ours.contains(&code.as_str()), wrong, || {
                format!("no warning {code}")
            });
        }
        // Only this manifest says all that there is to warn of; other suites' keys are published.
        if entry.folder.ends_with("real") {
            let is_needless =
                |code: &&&str| OF_THE_KEY.contains(*code) && !expected.iter().any(|named| named == **code);
            wrong.extend(
                ours.iter()
                    .filter(is_needless)
                    .map(|code| format!("a needless warning {code}")),
            );
        }
    }
}

fn ends_with(ours: &str, stated: &str) -> bool {
    // MD5 with and without the word in front.
    ours == stated || ours.strip_prefix("MD5:") == Some(stated)
}

fn check(folder: &Path, expected: &Tally) {
    let mut tally = Tally::default();
    let mut complaints = Vec::new();
    for entry in entries(folder) {
        let wrong = tally.look_at(&entry);
        let name = entry.name();
        let exempt = EXEMPT.iter().find(|(file, _)| *file == name);
        match (exempt, wrong.is_empty()) {
            (None, true) => {}
            (None, false) => complaints.push(format!("{name}: {}", wrong.join("; "))),
            (Some(_), false) => tally.exempt += 1,
            (Some((_, reason)), true) => complaints.push(format!("{name} is as it must be; yet it {reason}")),
        }
    }
    assert!(
        complaints.is_empty(),
        "{}:\n{}",
        complaints.len(),
        complaints.join("\n")
    );
    assert_eq!(
        tally, *expected,
        "more or less was compared than there was to compare"
    );
}

#[test]
fn files_of_other_programs_hold_what_their_manifest_says() {
    let expected = Tally {
        entries: 314,
        opened: 293,
        refused: 20,
        types: 293,
        bits: 290,
        fingerprints: 604,
        comments: 182,
        warnings: 71,
        passphrases: 114,
        exempt: 1,
    };
    check(&corpus("real"), &expected);
}

#[test]
fn broken_and_hostile_files_are_refused_for_the_reason_their_manifest_gives() {
    let expected = Tally {
        entries: 596,
        opened: 122,
        refused: 472,
        types: 0,
        bits: 0,
        fingerprints: 69,
        comments: 35,
        warnings: 26,
        passphrases: 0,
        exempt: 2,
    };
    check(&corpus("malformed"), &expected);
}

/// Their licences are mixed, so they lie beside the repository and not in it.
#[test]
fn key_files_of_other_projects_test_suites_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/third_party");
    if !folder.is_dir() {
        println!("no ../shared/corpus/third_party here: this part of the corpus was not read");
        return;
    }
    let expected = Tally {
        entries: 326,
        opened: 299,
        refused: 26,
        types: 297,
        bits: 289,
        fingerprints: 641,
        comments: 248,
        warnings: 0,
        passphrases: 40,
        exempt: 1,
    };
    check(&folder, &expected);
}

#[test]
fn no_truncation_of_a_key_file_opens_or_panics() {
    for name in [
        "openssh/ed25519",
        "putty/ed25519_comment1.ppk",
        "openssl/ed25519_pkcs8.pem",
        "openssl/ec256_sec1.pem",
        "openssl/ec256_spki.pem",
        "openssl/ec256_sec1_aes256.pem",
    ] {
        let bytes = std::fs::read(corpus("real").join(name)).expect("the file is there");
        let text_end = bytes.trim_ascii_end().len();
        for len in 0..text_end {
            assert!(open(&bytes[..len], None).is_err(), "{name} cut to {len} bytes");
        }
    }
}

#[test]
fn no_flipped_bit_makes_another_key() {
    for name in [
        "openssh/ed25519",
        "putty/ed25519_comment1.ppk",
        "openssh/ed25519.pub",
        "openssl/ec256_sec1.pem",
    ] {
        let bytes = std::fs::read(corpus("real").join(name)).expect("the file is there");
        let key = open(&bytes, None).expect("it opens").key().cloned();
        let is_public = name == "openssh/ed25519.pub";
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1 << bit;
                // A public key has no check; any point is one.
                if let (Ok(found), false) = (open(&flipped, None), is_public) {
                    assert_eq!(found.key().cloned(), key, "{name}: bit {bit} of byte {at}");
                }
            }
        }
    }
}
