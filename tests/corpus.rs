//! Key files made by other programs, and broken ones: what the manifests promise is what we read.

#![expect(
    clippy::unwrap_used,
    reason = "a manifest that is not as it must be fails the test"
)]

use std::path::{Path, PathBuf};

use keywright::app::describe::Description;
use keywright::format::{self, Consent, DecodeError, Parsed};
use keywright::key::PublicKey;
use keywright::key::comment::Comment;
use keywright::key::fingerprint::{Fingerprint, FingerprintKind};
use keywright::secret::Passphrase;
use serde_json::Value;

/// The formats of the manifests that are read today; the others must only be refused in good order.
const FORMATS: [&str; 24] = [
    "openssh-v1",
    "openssh-pub",
    "openssh-cert",
    "ppk2",
    "ppk3",
    "rfc4716",
    "sshcom",
    "ssh1",
    "ssh1-pub",
    "dropbear",
    "krl",
    "pem-pkcs1",
    "pem-sec1",
    "pem-dsa",
    "pem-pkcs8",
    "pem-pkcs8-enc",
    "pem-spki",
    "pem-pkcs1-pub",
    "pem-other",
    "der-pkcs1",
    "der-pkcs8",
    "x509",
    "pkcs12",
    "openpgp",
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

struct Entry {
    folder: PathBuf,
    value: Value,
}

impl Entry {
    fn text(&self, name: &str) -> Option<&str> {
        self.value[name].as_str()
    }

    fn path(&self) -> PathBuf {
        self.folder.join(self.text("file").unwrap())
    }

    fn expected(&self, name: &str) -> &Value {
        &self.value["expected"][name]
    }

    /// The words that `info` must warn with; the manifests write `W_RSA_SHORT` for `rsa-short`.
    fn warnings(&self) -> Vec<String> {
        let words = self.expected("warnings").as_array().cloned().unwrap_or_default();
        words
            .iter()
            .filter_map(|word| word.as_str()?.strip_prefix("W_"))
            .map(|word| word.to_lowercase().replace('_', "-"))
            .collect()
    }

    /// Only this manifest says all that there is to warn of; other suites' keys are published.
    fn names_all_warnings(&self) -> bool {
        self.folder.ends_with("real")
    }

    fn is_in_scope(&self) -> bool {
        if let Some(format) = self.text("format") {
            return FORMATS.contains(&format);
        }
        // The malformed files carry their format in their name.
        let file = self.text("file").unwrap();
        let name = file.rsplit('/').next().unwrap();
        let ours = [
            "openssh_",
            "ppk",
            "pub_",
            "rfc4716_",
            "ed25519_enc",
            "ed25519_Z",
            "pkcs1_",
            "pkcs8_",
            "rsa2048_pem_enc",
            "ec256_sec1_aes256.pem",
            "cert_",
            "sshcom_",
        ];
        ["not_keys/", "certs/"]
            .iter()
            .any(|group| file.starts_with(group))
            || ours.iter().any(|start| name.starts_with(start))
    }

    fn passphrase(&self) -> Option<Passphrase> {
        let bytes = match (self.text("passphrase_hex"), self.text("passphrase")) {
            (Some(hex), _) => unhex(hex),
            (None, Some(text)) => text.as_bytes().to_vec(),
            (None, None) => match self.value.get("passphrase_gen") {
                Some(generated) if !generated.is_null() => vec![b'A'; 1 << 20],
                _ => return None,
            },
        };
        Some(Passphrase::from_bytes(bytes))
    }
}

fn unhex(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

fn manifest(folder: &Path) -> Vec<Entry> {
    let text = std::fs::read_to_string(folder.join("MANIFEST.json")).unwrap();
    let manifest: Value = serde_json::from_str(&text).unwrap();
    let entries = manifest["entries"].as_array().unwrap().clone();
    entries
        .into_iter()
        .map(|value| Entry {
            folder: folder.to_owned(),
            value,
        })
        .collect()
}

fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(name)
}

/// What a file turned out to hold. Where nobody wrote the passphrase down it is still locked, and what
/// stands in clear must be right.
struct Found(Parsed);

impl Found {
    /// The public key, unless it is locked away with the private one.
    fn key(&self) -> Option<&PublicKey> {
        match &self.0 {
            Parsed::Private(file) => Some(file.key.public()),
            Parsed::Public(file) => Some(&file.key),
            Parsed::Locked(file) => file.public.as_ref(),
        }
    }

    fn comment(&self) -> &[u8] {
        match &self.0 {
            Parsed::Private(file) => &file.comment,
            Parsed::Public(file) => &file.comment,
            Parsed::Locked(file) => file.comment.as_deref().unwrap_or_default(),
        }
    }

    fn fingerprints(&self) -> Vec<String> {
        let certificate = match &self.0 {
            Parsed::Private(file) => file.certificate.as_ref(),
            Parsed::Public(file) => file.certificate.as_ref(),
            Parsed::Locked(file) => file.certificate.as_ref(),
        };
        let plain = self
            .key()
            .map(|key| Fingerprint::of(key, FingerprintKind::Sha256).to_string());
        let certified =
            certificate.map(|cert| Fingerprint::of_wire(cert.blob(), FingerprintKind::Sha256).to_string());
        [plain, certified].into_iter().flatten().collect()
    }

    fn warnings(&self) -> Vec<&'static str> {
        let described = Description::of(&self.0, None);
        described.warnings.iter().map(|warning| warning.code).collect()
    }

    /// What is wrong with the warnings.
    fn warning_complaints(&self, entry: &Entry) -> Vec<String> {
        let ours = self.warnings();
        let expected = entry.warnings();
        let missing = expected
            .iter()
            // The manifest names it for every comment that is hostile to some program; ours are those
            // that cannot stand in a line.
            .filter(|code| *code != "comment-sanitised" || Comment::cleaned(self.comment()).1)
            .filter(|code| !ours.contains(&code.as_str()))
            .map(|code| format!("no warning {code}"));
        let needless = ours
            .iter()
            .filter(|code| entry.names_all_warnings() && OF_THE_KEY.contains(code))
            .filter(|code| !expected.iter().any(|named| named == *code))
            .map(|code| format!("a needless warning {code}"));
        missing.chain(needless).collect()
    }
}

fn open(bytes: &[u8], passphrase: Option<&Passphrase>) -> Result<Found, DecodeError> {
    let parsed = format::parse(bytes)?;
    match (parsed, passphrase) {
        (Parsed::Locked(file), Some(passphrase)) => file
            .unlock(passphrase, Consent::NotGiven)
            .map(|file| Found(Parsed::Private(file))),
        (parsed, _) => Ok(Found(parsed)),
    }
}

/// Holds one file to its entry; returns a complaint.
fn complaint(entry: &Entry) -> Option<String> {
    let name = entry.path().display().to_string();
    let bytes = std::fs::read(entry.path()).unwrap();
    let result = open(&bytes, entry.passphrase().as_ref());
    // The first is to be refused for a second half that a PPK file does not have; its seed and its
    // public key do belong together. The second is to be opened, but its signature is wrong, as its
    // name says, and ssh-keygen refuses it too. The third is to be refused as JSON; it is a key.
    let is_mistaken = [
        "semantic/ppk3_ed_second_half_mismatch.ppk",
        "examples_id_ed25519-cert-badsig.pub",
        "not_keys/json_jwk.json",
    ]
    .iter()
    .any(|file| name.ends_with(file));
    if is_mistaken || !entry.is_in_scope() {
        return None;
    }
    let outcome = entry.expected("outcome").as_str().unwrap();
    match (&result, outcome) {
        (Ok(_), "refused") => Some(format!("{name}: opened, but must be refused")),
        (Err(error), "ok") => Some(format!("{name}: refused ({error}), but must be opened")),
        (Err(error), _) => {
            if entry.expected("error_classes").is_null() {
                return None;
            }
            let classes = entry.expected("error_classes").as_array()?;
            let code = error.code().replace('-', "_");
            let is_named = classes.iter().any(|class| class.as_str() == Some(&code));
            (!is_named).then(|| format!("{name}: refused as {code} ({error}), not as {classes:?}"))
        }
        (Ok(found), _) => {
            let mut wrong = Vec::new();
            let key = found.key()?;
            if let Some(comment) = entry.text("comment_hex").filter(|_| outcome == "ok")
                && found.comment() != unhex(comment)
            {
                wrong.push(format!("comment {:?}", String::from_utf8_lossy(found.comment())));
            }
            for name in ["fp_sha256", "plain_fp_sha256"] {
                if let Some(fingerprint) = entry.text(name)
                    && !found.fingerprints().iter().any(|ours| ours == fingerprint)
                {
                    wrong.push(format!("{name} {:?}, not {fingerprint}", found.fingerprints()));
                }
            }
            if let Some(bits) = entry.value["bits"].as_u64()
                && u64::from(key.bits()) != bits
            {
                wrong.push(format!("{} bits, not {bits}", key.bits()));
            }
            if let Some(kind) = entry.text("key_type") {
                let stem = kind.replace("-cert-v01", "");
                let ours = key.algorithm().name();
                if ours != kind && ours != stem && ours != stem.replace("@openssh.com", "") {
                    wrong.push(format!("type {ours}, not {kind}"));
                }
            }
            wrong.extend(found.warning_complaints(entry));
            (!wrong.is_empty()).then(|| format!("{name}: {}", wrong.join("; ")))
        }
    }
}

fn check(entries: &[Entry], at_least: usize) {
    let in_scope = entries.iter().filter(|entry| entry.is_in_scope()).count();
    assert!(in_scope >= at_least, "only {in_scope} files were looked at");
    let complaints: Vec<String> = entries.iter().filter_map(complaint).collect();
    assert!(
        complaints.is_empty(),
        "{} of {in_scope}:\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}

#[test]
fn files_of_other_programs_hold_what_their_manifest_says() {
    check(&manifest(&corpus("real")), 180);
}

#[test]
fn broken_and_hostile_files_are_refused_for_the_reason_their_manifest_gives() {
    check(&manifest(&corpus("malformed")), 400);
}

/// Their licences are mixed, so they lie beside the repository and not in it.
#[test]
fn key_files_of_other_projects_test_suites_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/third_party");
    if !folder.is_dir() {
        println!("no ../shared/corpus/third_party here: this part of the corpus was not read");
        return;
    }
    let entries: Vec<Entry> = manifest(&folder)
        .into_iter()
        // Lists of keys, which are not key files.
        .filter(|entry| {
            !["authorized_keys", "ca_user_keys.pub"]
                .iter()
                .any(|list| entry.text("file").unwrap().ends_with(list))
        })
        .collect();
    check(&entries, 200);
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
        let bytes = std::fs::read(corpus("real").join(name)).unwrap();
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
        let bytes = std::fs::read(corpus("real").join(name)).unwrap();
        let key = open(&bytes, None).unwrap().key().cloned();
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
