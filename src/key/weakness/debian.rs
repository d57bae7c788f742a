//! The keys that Debian's broken OpenSSL could make (CVE-2008-0166).
//!
//! From September 2006 to May 2008 Debian, Ubuntu and their kin shipped an OpenSSL whose random numbers depended on
//! little more than the number of the process, so that there are 32768 keys for each type, size, program and kind of computer, and
//! anybody can make all of them. The list was made that way, with `crates/debian2008`, whose `list.rs` tells how it is laid down:
//! fingerprints of 51 bits in buckets, sorted, as differences.
//!
//! In it are the keys of little-endian computers, of 32 and of 64 bits, that
//!
//! - ssh-keygen made: RSA of 2048 and of 1024 bits; and, with 32 bits only, DSA of 1024;
//! - openssl made where it had no seed file, and where it read one: RSA of 2048 and of 1024 bits;
//! - openssl made where it could not read one: RSA of 1024 bits.
//!
//! Not in it are the other ones of these, other sizes of RSA, DSA keys that openssl made, keys on curves, and keys of big-endian
//! computers; nor keys that a library or a service made after it had drawn other numbers.
//!
//! 491,520 of 2^51: a good key is on it by chance less than once in 2^32.

use sha2::{Digest as _, Sha256};

use super::super::public::PublicKey;
use super::super::wire::minimal;

static GUESSABLE: &[u8] = include_bytes!("debian.dat");

/// The bits of a fingerprint.
const FINGERPRINT: u32 = 51;
/// Those of them that are the same in a bucket.
const BUCKET: u32 = 13;
/// The bits of a difference that are written as they are.
const RICE: u32 = 32;

/// Whether `key` is one that this OpenSSL made, by its modulus or its y.
pub(super) fn is_guessable(key: &PublicKey) -> bool {
    let (PublicKey::Rsa { n: number, .. } | PublicKey::Dsa { y: number, .. }) = key else {
        return false;
    };
    let digest = Sha256::digest(minimal(number));
    let first = digest.first_chunk().copied().map_or(0, u64::from_be_bytes);
    let fingerprint = first >> (u64::BITS - FINGERPRINT);
    bucket(fingerprint >> (FINGERPRINT - BUCKET)).any(|listed| listed == fingerprint)
}

/// The fingerprints in a bucket, in their order.
fn bucket(number: u64) -> impl Iterator<Item = u64> {
    let (ends, bodies) = GUESSABLE.split_at(GUESSABLE.len().min(size_of::<u32>() << BUCKET));
    let (ends, _) = ends.as_chunks();
    let end = |index: usize| {
        ends.get(index)
            .and_then(|end| usize::try_from(u32::from_le_bytes(*end)).ok())
    };
    let bytes = usize::try_from(number).ok().and_then(|index| {
        let start = index.checked_sub(1).map_or(Some(0), end)?;
        bodies.get(start..end(index)?)
    });
    let mut bits = Bits {
        bytes: bytes.unwrap_or_default(),
        at: 0,
    };
    let mut least = number << (FINGERPRINT - BUCKET);
    std::iter::from_fn(move || {
        let fingerprint = least + bits.difference()?;
        least = fingerprint + 1;
        Some(fingerprint)
    })
}

/// Bits, of which the highest of a byte comes first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    /// How much more a fingerprint is than the least that it can be: so many ones, a zero, and 32 bits.
    fn difference(&mut self) -> Option<u64> {
        let mut upper = 0;
        while self.next()? {
            upper += 1;
        }
        let (start, shift) = (self.at / 8, self.at % 8);
        self.at += RICE as usize;
        let end = self.at.div_ceil(8);
        let window = self.bytes.get(start..end)?;
        let window = window
            .iter()
            .fold(0, |window, byte| window << 8 | u64::from(*byte));
        let behind = 8 * (end - start) - shift - RICE as usize;
        Some(upper << RICE | (window >> behind) & u64::from(u32::MAX))
    }

    fn next(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }
}

#[cfg(test)]
mod tests {
    use keywright_debian2008::list::encode;
    use keywright_debian2008::{Kind, PROCESSES, Set};

    use super::*;

    fn all() -> Vec<u64> {
        (0..1 << BUCKET).flat_map(bucket).collect()
    }

    #[test]
    fn the_list_is_whole_and_sorted_and_as_it_is_written() {
        let all = all();
        assert!(all.is_sorted_by(|one, next| one < next));
        assert!(all.iter().all(|fingerprint| fingerprint >> FINGERPRINT == 0));
        assert_eq!(all.len(), Set::listed().count() * PROCESSES.count());
        assert!(encode(all) == GUESSABLE);
    }

    /// What a good key meets by chance is the share of all fingerprints that are listed.
    #[test]
    fn a_good_key_is_called_weak_once_in_four_billion_at_most() {
        assert!(all().len() <= 1 << (FINGERPRINT - 32));
    }

    fn key(kind: Kind, number: &[u8]) -> PublicKey {
        let number = number.to_vec();
        match kind {
            Kind::Rsa(_) => PublicKey::Rsa {
                e: vec![1, 0, 1],
                n: number,
            },
            Kind::Dsa => PublicKey::Dsa {
                p: vec![7],
                q: vec![3],
                g: vec![2],
                y: number,
            },
        }
    }

    #[test]
    fn keys_made_anew_are_found_in_each_set_and_others_are_not() {
        for (index, set) in (1..).zip(Set::listed()) {
            let mut found = 0;
            set.make([index * 1009, 32767 - index], |process, number| {
                assert!(is_guessable(&key(set.kind, number)), "{} {process}", set.name());
                let mut other = number.to_vec();
                other[9] ^= 1;
                assert!(!is_guessable(&key(set.kind, &other)), "{} {process}", set.name());
                found += 1;
            });
            assert_eq!(found, 2, "{}", set.name());
        }
    }
}
