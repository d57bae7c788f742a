//! What is freed is wiped, and what work leaves on the stack: looked for in this program's own memory.
//!
//! The other judge of that is `scripts/faults dumps`, which looks into the built programs from outside.

#![cfg(target_os = "linux")]

use std::collections::HashSet;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::FileExt as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use keywright::engine::job::{Job, Poll};
use keywright::engine::making::new_key;
use keywright::format::{self, Consent, Outgoing, Parsed, PrivateEncoding};
use keywright::key::comment::Comment;
use keywright::key::entropy::EntropyPool;
use keywright::key::prime::Policy;
use keywright::key::sign::{RsaHash, sign};
use keywright::key::spec::{Curve, KeySpec, RsaBits};
use keywright::key::{KeyPair, PrivateKey};
use keywright::secret::{Passphrase, SecretBytes, TypedPassphrase, Wiped, forgetting};
use keywright::sys::hardening::harden_process;
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;

#[global_allocator]
static MEMORY: Wiped<std::alloc::System> = Wiped(std::alloc::System);

/// Each test looks through all memory, and so must be alone.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is looked for is never in memory as it is.
const MASK: u64 = 0x5a5a_a5a5_c3c3_3c3c;

/// Secrets in pieces of 64 bits, masked: as bytes, and as numbers from their end on.
struct Wanted {
    pieces: HashSet<u64>,
    /// Which of all the 16 bits that a piece can begin with one begins with: most of what is in memory needs no other
    /// look.
    beginnings: Vec<bool>,
}

#[expect(clippy::cast_possible_truncation, reason = "its beginning is meant")]
fn beginning(piece: u64) -> u16 {
    piece as u16
}

impl Wanted {
    #[inline(never)]
    fn add(&mut self, secret: &[u8]) {
        for piece in secret.chunks_exact(8).chain(secret.rchunks_exact(8)) {
            let piece: [u8; 8] = piece.try_into().expect("eight");
            for piece in [u64::from_le_bytes(piece) ^ MASK, u64::from_be_bytes(piece) ^ MASK] {
                self.pieces.insert(piece);
                self.beginnings[usize::from(beginning(piece))] = true;
            }
        }
    }

    fn of(secrets: &[&[u8]]) -> Self {
        forgetting(|| {
            let mut wanted = Self {
                pieces: HashSet::new(),
                beginnings: vec![false; 1 << 16],
            };
            for secret in secrets {
                wanted.add(secret);
            }
            wanted
        })
    }

    fn count(&self, memory: &[u8]) -> usize {
        let words = memory.windows(8).map(|window| {
            let window: [u8; 8] = window.try_into().expect("eight");
            u64::from_le_bytes(window) ^ MASK
        });
        words
            .filter(|word| self.beginnings[usize::from(beginning(*word))] && self.pieces.contains(word))
            .count()
    }

    /// How many places in memory hold a piece.
    fn found(&self) -> usize {
        let mut maps = String::new();
        let read = File::open("/proc/self/maps").and_then(|mut file| file.read_to_string(&mut maps));
        read.expect("the system tells");
        let memory = File::open("/proc/self/mem").expect("our own");
        let mut buffer = vec![0_u8; 1 << 16];
        let mut found = 0;
        for line in maps.lines().filter(|line| line.contains(" rw")) {
            let (range, _) = line.split_once(' ').expect("a range");
            let (start, end) = range.split_once('-').expect("two ends");
            let [start, end] = [start, end].map(|text| u64::from_str_radix(text, 16).expect("an address"));
            let own = buffer.as_ptr() as u64..buffer.as_ptr() as u64 + buffer.len() as u64;
            for page in (start..end).step_by(4096).filter(|page| !own.contains(page)) {
                // Seven bytes more, for what begins at the end of the page.
                let len = usize::try_from((end - page).min(4096 + 7)).expect("small");
                let Ok(len) = memory.read_at(&mut buffer[..len], page) else {
                    continue;
                };
                if buffer[..len].iter().any(|byte| *byte != 0) {
                    found += self.count(&buffer[..len]);
                }
                buffer.fill(0);
            }
        }
        found
    }
}

/// On a thread of its own, as all work is in the programs.
fn done<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let mut job = Job::start("work", &(Arc::new(|| {}) as _), |_| work());
    match job.wait(Duration::from_mins(5)) {
        Poll::Done(result) => result,
        other => panic!("{:?}", matches!(other, Poll::Lost)),
    }
}

fn made(spec: KeySpec) -> KeyPair {
    done(move || {
        let made = new_key(
            spec,
            Policy::default(),
            EntropyPool::new(),
            &keywright::key::watch::Unwatched,
        );
        made.expect("a key")
    })
}

fn secrets(key: &KeyPair) -> Wanted {
    let secrets: Vec<&[u8]> = match key.private() {
        PrivateKey::Rsa { d, p, q, iqmp } => [d, p, q, iqmp].map(SecretBytes::expose).to_vec(),
        PrivateKey::Ecdsa { scalar } => vec![scalar.expose()],
        PrivateKey::Ed25519 { seed } | PrivateKey::Ed448 { seed } => vec![seed.expose()],
        PrivateKey::Dsa { x } => vec![x.expose()],
        PrivateKey::MlDsa44Ed25519 { .. } | PrivateKey::SecurityKey { .. } => Vec::new(),
    };
    Wanted::of(&secrets)
}

fn specs() -> Vec<KeySpec> {
    let rsa = KeySpec::Rsa(RsaBits::new(2048).expect("usual"));
    let ecdsa = [Curve::P256, Curve::P384, Curve::P521].map(KeySpec::Ecdsa);
    [&[KeySpec::Ed25519, KeySpec::Ed448, KeySpec::Dsa, rsa][..], &ecdsa].concat()
}

#[test]
fn what_is_in_use_is_found() {
    let _alone = alone();
    for spec in specs() {
        let key = made(spec);
        assert!(secrets(&key).found() > 0, "{spec}");
        drop(key);
    }
}

#[test]
fn what_is_freed_or_moves_is_wiped() {
    let _alone = alone();
    let wanted = Wanted::of(&[b"Zaunkoenig und Haselmaus"]);
    for len in [24, 1000, 100_000, 10_000_000] {
        let mut text = vec![b'.'; len];
        text[len - 24..].copy_from_slice(b"Zaunkoenig und Haselmaus");
        assert!(wanted.found() > 0);
        // It moves to where there is more room, and then to where there is less.
        text.reserve_exact(len);
        text.truncate(len - 24);
        text.shrink_to_fit();
        drop(text);
        assert_eq!(wanted.found(), 0, "{len}");
    }
}

#[test]
fn a_key_that_was_made_and_closed_leaves_nothing() {
    let _alone = alone();
    for spec in specs() {
        let key = made(spec);
        let wanted = secrets(&key);
        drop(key);
        assert_eq!(wanted.found(), 0, "{spec}");
    }
}

#[test]
fn a_key_that_has_signed_leaves_nothing() {
    let _alone = alone();
    for spec in specs() {
        let key = made(spec);
        let wanted = secrets(&key);
        done(move || {
            drop(sign(
                &key,
                RsaHash::Sha512,
                b"a message",
                &mut ChaCha20Rng::seed_from_u64(1),
            ));
        });
        assert_eq!(wanted.found(), 0, "{spec}");
    }
}

#[test]
fn a_key_that_was_saved_and_opened_leaves_nothing_nor_does_its_passphrase() {
    let _alone = alone();
    let wanted_passphrase = Wanted::of(&[b"Zaunkoenig und Haselmaus"]);
    for spec in specs() {
        for encoding in [PrivateEncoding::OPENSSH, PrivateEncoding::Ppk2] {
            let key = made(spec);
            let wanted = secrets(&key);
            done(move || {
                let passphrase = Passphrase::new("Zaunkoenig und Haselmaus".to_owned());
                let outgoing = Outgoing {
                    key: &key,
                    comment: &Comment::default(),
                    certificate: None,
                };
                let mut rng = ChaCha20Rng::seed_from_u64(1);
                let Ok(file) = format::encode_private(outgoing, &encoding, Some(&passphrase), &mut rng)
                else {
                    // Not every type is one for every format.
                    return;
                };
                let Ok(Parsed::Locked(locked)) = format::parse(file.expose()) else {
                    panic!("{encoding:?} is locked");
                };
                let wrong = Passphrase::new("Haselmaus ohne Zaunkoenig".to_owned());
                assert!(locked.unlock(&wrong, Consent::Given).is_err());
                assert!(locked.unlock(&passphrase, Consent::Given).is_ok());
            });
            assert_eq!(wanted.found(), 0, "{spec} as {encoding:?}");
            // The words above are constants of this program, and lie where they cannot be written.
            assert_eq!(wanted_passphrase.found(), 0, "{spec} as {encoding:?}");
        }
    }
}

#[test]
fn what_is_secret_for_long_lies_in_locked_pages_that_no_dump_has() {
    use rustix::process::{Resource, getrlimit, getuid};
    let _alone = alone();
    harden_process();
    let key = SecretBytes::copy_of(&[7; 1200]);
    let mut grown = SecretBytes::default();
    grown.extend(&[7; 100]);
    let mut typed = TypedPassphrase::new();
    typed.insert(0, "Zaunkoenig");
    let passphrase = typed.to_passphrase();
    let limit = getrlimit(Resource::Memlock).current;
    let may_lock = getuid().is_root() || limit.is_none_or(|bytes| bytes >= 1 << 20);
    for secret in [
        key.expose(),
        grown.expose(),
        typed.expose().as_bytes(),
        passphrase.expose(),
    ] {
        let flags = flags_at(secret.as_ptr().addr());
        assert!(flags.contains(&"dd".to_owned()), "in dumps: {flags:?}");
        assert!(
            !may_lock || flags.contains(&"lo".to_owned()),
            "not locked: {flags:?}"
        );
    }
    // What is too long for the vault is a secret all the same.
    let long = SecretBytes::new(vec![7; 100_000]);
    assert!(long.expose().iter().all(|byte| *byte == 7) && long.len() == 100_000);
}

/// The flags of the mapping in which this address lies (proc(5), `VmFlags`).
fn flags_at(address: usize) -> Vec<String> {
    let mut maps = String::new();
    let read = File::open("/proc/self/smaps").and_then(|mut file| file.read_to_string(&mut maps));
    read.expect("the system tells");
    let mut is_meant = false;
    for line in maps.lines() {
        let range = line.split_once(' ').and_then(|(range, _)| range.split_once('-'));
        let ends = range.map(|(start, end)| [start, end].map(|text| usize::from_str_radix(text, 16)));
        if let Some([Ok(start), Ok(end)]) = ends {
            is_meant = (start..end).contains(&address);
        }
        if let (true, Some(flags)) = (is_meant, line.strip_prefix("VmFlags:")) {
            return flags.split_whitespace().map(str::to_owned).collect();
        }
    }
    Vec::new()
}
