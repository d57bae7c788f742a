//! Primes found here, judged by OpenSSL.

use std::process::Command;

use keywright::key::prime::Search;
use keywright::key::rsa;
use keywright::key::spec::RsaBits;
use keywright::key::watch::Unwatched;
use keywright::secret::SecretBytes;
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;

fn hex(number: &SecretBytes) -> String {
    number
        .expose()
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02X}"))
}

#[test]
fn openssl_finds_every_factor_prime() {
    for (bits, keys) in [(1024, 60), (2048, 6), (2049, 2), (3072, 1)] {
        let bits = RsaBits::new_short(bits).expect("a possible size");
        let mut factors = Vec::new();
        for seed in 1000..1000 + keys {
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            let key = rsa::generate(bits, &mut rng, &Search::alone(&Unwatched)).expect("nobody cancels");
            factors.extend([hex(&key.p), hex(&key.q)]);
        }
        let output = Command::new("openssl")
            .args(["prime", "-hex"])
            .args(&factors)
            .output()
            .expect("openssl is needed: apt-get install openssl");
        let printed = String::from_utf8(output.stdout).expect("it prints text");
        assert_eq!(printed.matches(" is prime").count(), factors.len(), "{printed}");
    }
}
