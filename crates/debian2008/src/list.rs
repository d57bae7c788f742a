//! How the list lays hundreds of thousands of fingerprints down in some 34 bits each.
//!
//! A fingerprint is the first 51 bits of the SHA-256 of a key's number. Its upper 13 bits name one of 8192
//! buckets; the list begins with where each of them ends, as numbers of four bytes, little-endian, counted from the end of these.
//! In a bucket the lower 38 bits are sorted, and of each the difference from the one before is written, less one but for the
//! first: the upper bits as so many ones and a zero, then the lower [`RICE`] bits, the highest first in each byte.
//! Ones fill the last byte.

use sha2::{Digest as _, Sha256};

/// The bits of a fingerprint.
pub const FINGERPRINT: u32 = 51;
/// The bits that name a bucket.
pub const BUCKET: u32 = 13;
/// The bits of a difference that are written as they are.
pub const RICE: u32 = 32;

/// The fingerprint of a number: big-endian, without leading zeros.
#[must_use]
pub fn fingerprint(number: &[u8]) -> u64 {
    let digest = Sha256::digest(number);
    let first = digest.first_chunk().copied().map_or(0, u64::from_be_bytes);
    first >> (64 - FINGERPRINT)
}

/// The list of these fingerprints.
#[must_use]
pub fn encode(mut fingerprints: Vec<u64>) -> Vec<u8> {
    fingerprints.sort_unstable();
    fingerprints.dedup();
    let mut ends = Vec::new();
    let mut bodies = Vec::new();
    let mut left = &fingerprints[..];
    for bucket in 0..1 << BUCKET {
        let shift = FINGERPRINT - BUCKET;
        let (own, later) = left.split_at(left.partition_point(|fingerprint| fingerprint >> shift <= bucket));
        left = later;
        let mut bits = Bits(Vec::new());
        let mut least = bucket << shift;
        for fingerprint in own {
            let difference = fingerprint - least;
            for _ in 0..difference >> RICE {
                bits.push(true);
            }
            bits.push(false);
            for bit in (0..RICE).rev() {
                bits.push(difference >> bit & 1 == 1);
            }
            least = fingerprint + 1;
        }
        bodies.extend(bits.bytes());
        ends.extend(u32::try_from(bodies.len()).unwrap_or(u32::MAX).to_le_bytes());
    }
    [ends, bodies].concat()
}

struct Bits(Vec<bool>);

impl Bits {
    fn push(&mut self, bit: bool) {
        self.0.push(bit);
    }

    fn bytes(mut self) -> Vec<u8> {
        self.0.resize(self.0.len().next_multiple_of(8), true);
        let byte = |bits: &[bool]| bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
        self.0.chunks(8).map(byte).collect()
    }
}
