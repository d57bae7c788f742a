//! What a person's movements add to the operating system's randomness.
//!
//! A key is made from one seed:
//!
//! ```text
//! seed = HKDF-SHA512(salt = 64 bytes from the operating system,
//!                    ikm  = SHA-512 of everything that was moved, pressed and touched, and when,
//!                    info = "keywright key seed v1/" ‖ what the key is for)        (RFC 5869)
//! ```
//!
//! and that seed starts a `ChaCha20` generator, which serves this key and is wiped. Extraction is an
//! HMAC under the operating system's bytes, so somebody who saw or even steered every movement
//! learns nothing about the seed; and if the operating system's generator is broken, what the
//! movements hold still goes into it. Nothing is mixed in later: 256 bits of seed are more than any
//! key here is strong, and a generator that asked the system again would have made the tests of
//! everything above it a matter of luck.
//!
//! # How much a movement counts
//!
//! Everything that arrives is hashed. What is *credited* only decides how long a person is asked to
//! move; for a pointer it is kept far below what is there, because a hand is smooth and its next point can be
//! guessed closely:
//!
//! * A pointer or finger that moved: 2 bits, at most once in 10 ms. That is `PuTTYgen`'s figure; its
//!   author estimates 5.7 bits an event. The limit in time is there because a fast mouse reports a
//!   thousand points a second on nearly the same line. A pointer that stands still counts nothing.
//! * A key: 5 bits, at most once in 30 ms, for the moment of the press. Whoever presses keys does so some hundred
//!   milliseconds apart, give or take thirty; read to a millisecond that is 7 bits, and to a frame of a slow screen 3. So it is
//!   what is there and no less, and some fifty presses are enough: the operating system's bytes go in whatever this is worth.
//!   A key that the keyboard repeats counts nothing: a clock does that. *Which* key it was is not even taken: what is typed
//!   without thinking may be a passphrase, and what never comes in cannot come out.
//! * A turn of the wheel: 1 bit, at most once in 30 ms.

use std::convert::Infallible;
use std::fmt;

use hkdf::Hkdf;
use rand::rngs::ChaCha20Rng;
use rand_core::{SeedableRng as _, TryCryptoRng, TryRng};
use sha2::{Digest as _, Sha512};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::secret::SecretArray;

/// How many credited bits fill the pool, whatever the key.
///
/// The seed has 256 bits. More could not enter it, and fewer would make the pool the weaker part if
/// the operating system's generator were broken. At 2 bits in 10 ms it is 1.3 seconds of movement.
pub const NEEDED_BITS: u32 = 256;

/// How many random bytes the operating system has to give for one key.
pub const OS_BYTES: usize = 64;

/// What the moment of a key press is credited with.
const PRESS_BITS: u32 = 5;

const INFO: &[u8] = b"keywright key seed v1/";

/// Something a person did.
///
/// `Debug` shows its kind and not where the pointer was.
#[derive(Clone, Copy, PartialEq)]
pub enum Event {
    /// The pointer is now here. Any unit will do; fractions of a pixel are welcome.
    Pointer {
        /// From the left.
        x: f32,
        /// From the top.
        y: f32,
    },
    /// A finger or pen is now here.
    Touch {
        /// From the left.
        x: f32,
        /// From the top.
        y: f32,
    },
    /// A wheel or two fingers moved by this much.
    Scroll {
        /// To the right.
        x: f32,
        /// Down.
        y: f32,
    },
    /// Some key went down.
    Key {
        /// Whether it was down already, and the keyboard repeats it.
        is_repeat: bool,
    },
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pointer { .. } => "Pointer(…)",
            Self::Touch { .. } => "Touch(…)",
            Self::Scroll { .. } => "Scroll(…)",
            Self::Key { .. } => "Key(…)",
        })
    }
}

/// Something a person did, and when.
#[derive(Clone, Copy, PartialEq)]
pub struct Sample {
    /// What happened.
    pub event: Event,
    /// When, in nanoseconds from any fixed moment; as fine as the clock is.
    pub nanos: u64,
}

impl fmt::Debug for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.event, f)
    }
}

/// Collects what a person does, until a key is made from it.
///
/// Nothing is kept but a running hash, which is wiped.
#[derive(Default)]
pub struct EntropyPool {
    hash: Sha512,
    credited_bits: u32,
    position: Option<(u32, u32)>,
    movement: RateLimit<10>,
    wheel: RateLimit<30>,
    keyboard: RateLimit<30>,
}

impl EntropyPool {
    /// An empty pool.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Hashes a sample, and credits what it is worth.
    pub fn stir(&mut self, sample: Sample) {
        let (kind, x, y) = match sample.event {
            Event::Pointer { x, y } => (0, x.to_bits(), y.to_bits()),
            Event::Touch { x, y } => (1, x.to_bits(), y.to_bits()),
            Event::Scroll { x, y } => (2, x.to_bits(), y.to_bits()),
            Event::Key { is_repeat } => (3, u32::from(is_repeat), 0),
        };
        // Each record is as long as the others, so different samples can never be the same bytes.
        let mut record = Zeroizing::new([0; 17]);
        record[0] = kind;
        record[1..5].copy_from_slice(&x.to_be_bytes());
        record[5..9].copy_from_slice(&y.to_be_bytes());
        record[9..].copy_from_slice(&sample.nanos.to_be_bytes());
        self.hash.update(*record);

        let worth = match sample.event {
            Event::Pointer { .. } | Event::Touch { .. } => {
                let before = self.position.replace((x, y));
                let has_moved = before.is_some_and(|before| before != (x, y));
                if has_moved && self.movement.allows(sample.nanos) {
                    2
                } else {
                    0
                }
            }
            Event::Scroll { .. } => u32::from(self.wheel.allows(sample.nanos)),
            Event::Key { is_repeat } if !is_repeat && self.keyboard.allows(sample.nanos) => PRESS_BITS,
            Event::Key { .. } => 0,
        };
        self.credited_bits = self.credited_bits.saturating_add(worth);
    }

    /// How many bits have been credited; more than [`NEEDED_BITS`] if somebody goes on.
    #[must_use]
    pub fn credited_bits(&self) -> u32 {
        self.credited_bits
    }

    /// How much of what is needed is there, in `0.0..=1.0`.
    #[must_use]
    pub fn progress(&self) -> f32 {
        #[expect(clippy::cast_precision_loss, reason = "both are at most 256")]
        let progress = self.credited_bits.min(NEEDED_BITS) as f32 / NEEDED_BITS as f32;
        progress
    }

    /// Whether there is as much as is needed. A key can be made from a pool that is not full too.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.credited_bits >= NEEDED_BITS
    }

    /// The generator for one key, from the pool and from what the operating system gave just now.
    ///
    /// `context` says what the key is, `ed25519`; the same pool and bytes give another stream for
    /// another context.
    #[must_use]
    #[expect(
        clippy::missing_panics_doc,
        reason = "HKDF-SHA512 refuses only outputs over 16320 bytes"
    )]
    pub fn into_rng(self, os: &SecretArray<OS_BYTES>, context: &str) -> KeyRng {
        let mut digest = Zeroizing::new([0; 64]);
        self.hash.finalize_into((&mut *digest).into());
        let mut seed = Zeroizing::new([0; 32]);
        Hkdf::<Sha512>::new(Some(os.as_slice()), digest.as_slice())
            .expand_multi_info(&[INFO, context.as_bytes()], seed.as_mut_slice())
            .expect("32 bytes are fewer than 16320");
        KeyRng(Box::new(ChaCha20Rng::from_seed(*seed)))
    }
}

impl fmt::Debug for EntropyPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EntropyPool")
            .field("credited_bits", &self.credited_bits)
            .finish_non_exhaustive()
    }
}

/// Lets one event through in so many milliseconds.
#[derive(Default)]
struct RateLimit<const MILLIS: u64> {
    last: Option<u64>,
}

impl<const MILLIS: u64> RateLimit<MILLIS> {
    /// Whether enough time has passed since it last said yes. A clock that goes back does not pass.
    fn allows(&mut self, nanos: u64) -> bool {
        let allowed = self
            .last
            .is_none_or(|last| nanos.saturating_sub(last) >= MILLIS * 1_000_000);
        if allowed {
            self.last = Some(nanos);
        }
        allowed
    }
}

/// The generator of one key: `ChaCha20` from the seed of [`EntropyPool::into_rng`]. Wiped when dropped.
///
/// It cannot be cloned, so that two keys never come from the same stream.
pub struct KeyRng(Box<ChaCha20Rng>);

impl TryRng for KeyRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0.try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0.try_next_u64()
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.try_fill_bytes(bytes)
    }
}

impl TryCryptoRng for KeyRng {}

// Fails to build if a change of features takes the wiping out of these crates.
const _: () = {
    const fn is_wiped<T: ZeroizeOnDrop>() {}
    is_wiped::<ChaCha20Rng>();
    is_wiped::<Sha512>();
};

impl ZeroizeOnDrop for KeyRng {}

impl fmt::Debug for KeyRng {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyRng(…)")
    }
}

#[cfg(test)]
mod tests {
    use rand_core::Rng as _;

    use super::*;

    const MILLI: u64 = 1_000_000;

    fn moved_to(x: f32, y: f32, nanos: u64) -> Sample {
        Sample {
            event: Event::Pointer { x, y },
            nanos,
        }
    }

    fn pool_of(samples: &[Sample]) -> EntropyPool {
        let mut pool = EntropyPool::new();
        for &sample in samples {
            pool.stir(sample);
        }
        pool
    }

    fn stream(pool: EntropyPool, os: u8, context: &str) -> [u8; 64] {
        let mut bytes = [0; 64];
        pool.into_rng(&Zeroizing::new([os; OS_BYTES]), context)
            .fill_bytes(&mut bytes);
        bytes
    }

    #[test]
    fn the_stream_follows_from_the_system_the_movements_and_the_context() {
        let movements = [moved_to(1.0, 2.5, 5), moved_to(3.0, 2.5, 9)];
        let expected = stream(pool_of(&movements), 7, "ed25519");
        assert_eq!(
            stream(pool_of(&movements), 7, "ed25519"),
            expected,
            "the same again"
        );
        assert_ne!(
            stream(pool_of(&movements), 8, "ed25519"),
            expected,
            "another system"
        );
        assert_ne!(stream(pool_of(&movements), 7, "rsa"), expected, "another context");
        assert_ne!(
            stream(pool_of(&movements[..1]), 7, "ed25519"),
            expected,
            "one movement less"
        );
        let [first, second] = movements;
        assert_ne!(
            stream(pool_of(&[second, first]), 7, "ed25519"),
            expected,
            "another order"
        );
    }

    #[test]
    fn every_part_of_a_sample_reaches_the_stream() {
        let samples = [
            moved_to(1.0, 2.0, 3),
            moved_to(1.000_000_1, 2.0, 3),
            moved_to(1.0, 2.000_000_2, 3),
            moved_to(1.0, 2.0, 4),
            Sample {
                event: Event::Touch { x: 1.0, y: 2.0 },
                nanos: 3,
            },
            Sample {
                event: Event::Scroll { x: 1.0, y: 2.0 },
                nanos: 3,
            },
            Sample {
                event: Event::Key { is_repeat: false },
                nanos: 3,
            },
            Sample {
                event: Event::Key { is_repeat: true },
                nanos: 3,
            },
        ];
        let streams: std::collections::HashSet<_> = samples
            .iter()
            .map(|&sample| stream(pool_of(&[sample]), 0, "rsa"))
            .collect();
        assert_eq!(streams.len(), samples.len());
    }

    #[test]
    fn keys_differ_without_any_movement() {
        let streams: std::collections::HashSet<_> = (0..=255)
            .map(|os| stream(EntropyPool::new(), os, "ed25519"))
            .collect();
        assert_eq!(streams.len(), 256);
    }

    // Computed independently of the crates used here:
    //
    //   import hashlib, hmac, struct
    //   from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
    //   pool = hashlib.sha512(struct.pack(">BffQ", 0, 1.5, -2.25, 1000)
    //                       + struct.pack(">BIIQ", 3, 0, 0, 2000)).digest()
    //   extracted = hmac.new(bytes(range(64)), pool, "sha512").digest()
    //   seed = hmac.new(extracted, b"keywright key seed v1/rsa" + b"\x01", "sha512").digest()[:32]
    //   stream = Cipher(algorithms.ChaCha20(seed, bytes(16)), None).encryptor().update(bytes(32))
    #[test]
    fn the_seed_is_the_one_that_python_computes() {
        let pool = pool_of(&[
            moved_to(1.5, -2.25, 1000),
            Sample {
                event: Event::Key { is_repeat: false },
                nanos: 2000,
            },
        ]);
        let os = Zeroizing::new(std::array::from_fn(|index| {
            u8::try_from(index).expect("there are 64")
        }));
        let mut bytes = [0; 32];
        pool.into_rng(&os, "rsa").fill_bytes(&mut bytes);
        assert_eq!(
            bytes,
            [
                0xad, 0x0a, 0xb8, 0x4f, 0x38, 0x03, 0xc5, 0xa0, 0x4f, 0x73, 0x0c, 0x28, 0x3a, 0xc5, 0xd0,
                0x8d, 0xc6, 0x73, 0xaa, 0x5c, 0x4d, 0x91, 0x2a, 0xaf, 0x60, 0xeb, 0xa8, 0xed, 0x29, 0x3d,
                0x37, 0xc8
            ]
        );
    }

    #[test]
    fn a_fast_mouse_does_not_fill_the_pool_faster() {
        for reports_per_second in [125, 1000, 8000_u16] {
            let mut pool = EntropyPool::new();
            let mut nanos = 0;
            let mut x = 0.0;
            while !pool.is_full() {
                pool.stir(moved_to(x, 1.0, nanos));
                nanos += 1_000_000_000 / u64::from(reports_per_second);
                x += 0.5;
            }
            let millis = nanos / MILLI;
            assert!(
                (1270..2100).contains(&millis),
                "{reports_per_second} Hz took {millis} ms"
            );
        }
    }

    #[test]
    fn standing_still_counts_nothing() {
        let mut pool = EntropyPool::new();
        for step in 0..10_000 {
            pool.stir(moved_to(20.0, 30.0, step * 20 * MILLI));
        }
        assert_eq!(pool.credited_bits(), 0);
    }

    #[test]
    fn a_clock_that_stands_or_goes_back_counts_once() {
        let mut pool = EntropyPool::new();
        let mut x = 0.0;
        for nanos in [500 * MILLI, 500 * MILLI, 499 * MILLI, 0, 500 * MILLI] {
            x += 1.0;
            pool.stir(moved_to(x, 0.0, nanos));
        }
        assert_eq!(pool.credited_bits(), 2);
    }

    #[test]
    fn a_key_held_down_counts_once() {
        let mut pool = EntropyPool::new();
        for step in 0..100 {
            pool.stir(Sample {
                event: Event::Key { is_repeat: step > 0 },
                nanos: step * 33 * MILLI,
            });
        }
        assert_eq!(pool.credited_bits(), PRESS_BITS);
        pool.stir(Sample {
            event: Event::Key { is_repeat: false },
            nanos: 4000 * MILLI,
        });
        pool.stir(Sample {
            event: Event::Key { is_repeat: false },
            nanos: 4010 * MILLI,
        });
        assert_eq!(pool.credited_bits(), 2 * PRESS_BITS);
    }

    #[test]
    fn some_fifty_presses_fill_the_pool_however_fast_somebody_types() {
        for between in [60, 150, 400] {
            let mut pool = EntropyPool::new();
            let mut presses: u32 = 0;
            while !pool.is_full() {
                pool.stir(Sample {
                    event: Event::Key { is_repeat: false },
                    nanos: u64::from(presses) * between * MILLI,
                });
                presses += 1;
            }
            assert!(
                (40..=60).contains(&presses),
                "{presses} presses, {between} ms apart"
            );
        }
    }

    #[test]
    fn the_bar_is_full_when_the_pool_is_and_stays_full() {
        let mut pool = EntropyPool::new();
        assert!(pool.progress() <= 0.0 && !pool.is_full());
        for step in 0..400 {
            pool.stir(Sample {
                event: Event::Scroll { x: 0.0, y: 1.0 },
                nanos: step * 31 * MILLI,
            });
            assert_eq!(pool.is_full(), step >= 255);
            assert_eq!(pool.progress() >= 1.0, pool.is_full());
        }
        assert_eq!(pool.credited_bits(), 400);
    }

    #[test]
    fn nothing_of_where_the_pointer_was_is_printed() {
        let sample = moved_to(123.25, 456.5, 789);
        let printed = format!("{sample:?} {:?}", pool_of(&[sample]));
        assert!(
            !["123", "456", "789"].iter().any(|part| printed.contains(part)),
            "{printed}"
        );
    }
}
