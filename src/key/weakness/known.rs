//! Keys whose private half is published.
//!
//! The list holds the first 8 bytes of the SHA-256 of each key's number, sorted: 81,479 keys out of
//! appliances' firmware, packaged test keys, the npm module keypair (CVE-2021-41117) and public test
//! suites, as collected by badkeys (keypairvuln, pkgkeys) and rapid7/ssh-badkeys. A good key is on it
//! by chance once in 2·10¹⁴.

use sha2::{Digest as _, Sha256};

use super::super::public::PublicKey;
use super::super::wire::minimal;

static PUBLISHED: &[u8] = include_bytes!("known.dat");
const ENTRY: usize = 8;

/// Whether the private half of `key` is on the list.
pub(super) fn is_published(key: &PublicKey) -> bool {
    let digest = Sha256::digest(minimal(number(key)));
    let (entries, _) = PUBLISHED.as_chunks::<ENTRY>();
    digest
        .first_chunk::<ENTRY>()
        .is_some_and(|prefix| entries.binary_search(prefix).is_ok())
}

/// The number that stands for a key in the list: the modulus, y, the point's x, or its bytes.
fn number(key: &PublicKey) -> &[u8] {
    match key {
        PublicKey::Rsa { n, .. } => n,
        PublicKey::Dsa { y, .. } => y,
        // 04 ‖ x ‖ y.
        PublicKey::Ecdsa { point, .. } | PublicKey::SkEcdsa { point, .. } => {
            point.get(1..point.len().div_ceil(2)).unwrap_or_default()
        }
        PublicKey::Ed25519(key) | PublicKey::SkEd25519 { key, .. } => key,
        PublicKey::Ed448(key) => key,
        PublicKey::MlDsa44Ed25519 { key, .. } => key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{Parsed, parse};

    #[test]
    fn the_list_is_whole_and_sorted() {
        let (entries, rest) = PUBLISHED.as_chunks::<ENTRY>();
        assert_eq!((entries.len(), rest.len()), (81_479, 0));
        assert!(entries.is_sorted());
    }

    /// The key with which every Vagrant box was shipped, and the first of OpenSSH's Ed25519 test keys.
    #[test]
    fn a_published_key_is_found_and_another_is_not() {
        let vagrant = "ssh-rsa AAAAB3NzaC1yc2EAAAABIwAAAQEA6NF8iallvQVp22WDkTkyrtvp9eWW6A8YVr+kz4TjGYe7gHzIw+niNltGEFHzD8+v1I2YJ6oXevct1YeS0o9HZyN1Q9qgCgzUFtdOKLv6IedplqoPkcmF0aYet2PkEDo3MlTBckFXPITAMzF8dJSIFo9D8HfdOV0IAdx4O7PtixWKn5y2hMNG0zQPyUecp4pzC6kivAIhyfHilFR61RGL+GPXQ2MWZWFYbAGjyiYJnAmCP3NOTd0jMZEnDkbUvxhMmBYSdETk1rRgm+R4LOzFUGaHqHDLKLX+FIPKcF96hrucXzcWyLbIbEgE98OHlnVYCzRdK8jlqm8tehUc9c9WhQ==";
        let Ok(Parsed::Public(file)) = parse(vagrant.as_bytes()) else {
            panic!("it is a public key");
        };
        assert!(is_published(&file.key));
        let PublicKey::Rsa { e, mut n } = file.key else {
            panic!("it is an RSA key");
        };
        *n.last_mut().unwrap() ^= 2;
        assert!(!is_published(&PublicKey::Rsa { e, n }));
    }
}
