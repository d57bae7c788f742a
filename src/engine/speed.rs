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
    /// Measures for about a third of a second.
    #[must_use]
    pub fn measure() -> Self {
        const ROUNDS: u32 = 4;
        let passphrase = Passphrase::new("how fast is this machine".to_owned());
        let once = Argon2Params {
            passes: 1,
            ..Argon2Params::default()
        };
        let often = Argon2Params { passes: 5, ..once };
        // Of several runs the fastest was disturbed least by what else the machine is doing.
        let fastest = |cost: Cost| {
            let runs = (0..3).map(|_| timed(|| black_box(cost.pay(&passphrase))));
            runs.fold(f64::INFINITY, f64::min)
        };
        let [first, all] = [once, often].map(|params| fastest(Cost::Argon2(params)));
        Self {
            secs_per_round: fastest(Cost::Bcrypt { rounds: ROUNDS }) / f64::from(ROUNDS),
            secs_per_mib_pass: secs_per_pass(first, all, often.passes) / (f64::from(once.mem_kib) / 1024.0),
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
            // Rarely wanted; measuring these too would take longer than it is worth.
            Cost::Pbkdf2 { .. } | Cost::Scrypt(_) => return cost.estimate(),
        })
    }

    /// The passes that take at least a tenth of a second with this memory, as PuTTYgen picks them;
    /// not more than 144, for other machines have to open the file too.
    #[must_use]
    pub fn passes_for(&self, params: Argon2Params) -> u32 {
        self.passes_taking(Duration::from_millis(100), params).min(144)
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

/// What one more pass takes, from the times of one and of `passes` of them.
///
/// The first pass also pays for fetching the memory, so it is taken off; but what is left cannot be
/// far below the average, and a machine that was busy in between must not make it look like nothing:
/// the passes of a file that takes minutes to open would be chosen from that.
fn secs_per_pass(once: f64, all: f64, passes: u32) -> f64 {
    let average = all / f64::from(passes);
    ((all - once) / f64::from(passes - 1)).max(average / 2.0)
}

fn timed<T>(work: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disturbed_measurement_never_makes_a_pass_look_like_nothing() {
        for (once, all, expected) in [
            (0.010, 0.030, 0.005),
            // The first run was disturbed and seems to have taken longer than all of them.
            (0.090, 0.030, 0.003),
            (0.030, 0.030, 0.003),
        ] {
            let secs = secs_per_pass(once, all, 5);
            assert!((secs - expected).abs() < 1e-9, "{secs}");
        }
    }

    #[test]
    fn the_passes_for_a_tenth_of_a_second_stay_within_reason() {
        for (secs_per_mib_pass, expected) in [(1e-9, 144), (0.001, 13), (0.1, 1)] {
            let speed = Speed {
                secs_per_round: 0.01,
                secs_per_mib_pass,
            };
            assert_eq!(speed.passes_for(Argon2Params::default()), expected);
        }
    }
}
