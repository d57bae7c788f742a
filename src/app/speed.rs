//! How fast this machine opens keys, measured once, so that the window can say what a file will cost.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::format::{Argon2Params, Cost};
use crate::secret::Passphrase;

/// Seconds per unit of work on this machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speed {
    secs_per_round: f64,
    secs_per_mib_pass: f64,
}

impl Speed {
    /// Measures for about a fifth of a second.
    #[must_use]
    pub fn measure() -> Self {
        const ROUNDS: u32 = 4;
        let passphrase = Passphrase::new("how fast is this machine".to_owned());
        let bcrypt = timed(|| black_box(Cost::Bcrypt { rounds: ROUNDS }.pay(&passphrase)));
        let once = Argon2Params {
            passes: 1,
            ..Argon2Params::default()
        };
        // The first run also pays for fetching the memory; a real one has many passes over it.
        let thrice = Argon2Params { passes: 4, ..once };
        let first = timed(|| black_box(Cost::Argon2(once).pay(&passphrase)));
        let all = timed(|| black_box(Cost::Argon2(thrice).pay(&passphrase)));
        let passes = f64::from(thrice.passes - once.passes);
        let mib = f64::from(once.mem_kib) / 1024.0;
        Self {
            secs_per_round: bcrypt / f64::from(ROUNDS),
            secs_per_mib_pass: ((all - first) / passes / mib).max(1e-6),
        }
    }

    /// How long `cost` takes here.
    #[must_use]
    pub fn estimate(&self, cost: Cost) -> Duration {
        Duration::from_secs_f64(match cost {
            Cost::Nothing => 0.0,
            Cost::Bcrypt { rounds } => self.secs_per_round * f64::from(rounds),
            Cost::Argon2(params) => {
                self.secs_per_mib_pass * f64::from(params.mem_kib) / 1024.0 * f64::from(params.passes)
            }
        })
    }

    /// The passes that take at least a tenth of a second with this memory, as PuTTYgen picks them.
    #[must_use]
    pub fn passes_for(&self, params: Argon2Params) -> u32 {
        self.passes_taking(Duration::from_millis(100), params)
    }

    /// The passes that take at least `wanted` with this memory: the first of 1, 2, 3, 5, 8, … that do.
    #[must_use]
    pub fn passes_taking(&self, wanted: Duration, params: Argon2Params) -> u32 {
        let (mut passes, mut next) = (1, 2);
        while self.estimate(Cost::Argon2(Argon2Params { passes, ..params })) < wanted && passes < 10_000 {
            (passes, next) = (next, passes + next);
        }
        passes
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}
