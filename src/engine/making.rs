//! Making a key, from a person's movements to a checked pair.

use std::num::NonZero;
use std::sync::Mutex;

use keywright_sift::Engine;

use crate::engine::Problem;
use crate::key::KeyPair;
use crate::key::comment::Comment;
use crate::key::crew::Crew;
use crate::key::entropy::EntropyPool;
use crate::key::generate::generate_with;
use crate::key::prime::{Policy, Search};
use crate::key::spec::KeySpec;
use crate::key::watch::Watch;
use crate::secret::forgetting;
use crate::sys::clock::local_date;
use crate::sys::randomness::os_random;

/// Makes a key from the operating system's randomness and the pool, which may be empty. The policy is for
/// RSA keys.
///
/// # Errors
/// The operating system gives no randomness, the work was cancelled, or the new key fails its check.
pub fn new_key(
    spec: KeySpec,
    policy: Policy,
    pool: EntropyPool,
    watch: &dyn Watch,
) -> Result<KeyPair, Problem> {
    let os = os_random()?;
    let mut rng = pool.into_rng(&os, &spec.to_string());
    let search = Search {
        engine: engine(),
        crew: &AllCores,
        watch,
        policy,
    };
    Ok(generate_with(spec, &mut rng, &search)?)
}

/// The best engine. A build for tests can be told to use another one, by its name in
/// `KEYWRIGHT_ENGINE`.
fn engine() -> Engine {
    if cfg!(debug_assertions)
        && let Ok(name) = std::env::var("KEYWRIGHT_ENGINE")
        && let Some(engine) = Engine::ALL.into_iter().find(|engine| engine.name() == name)
    {
        return engine;
    }
    Engine::best()
}

/// A thread for every core, for the time of the work.
#[derive(Debug)]
struct AllCores;

impl Crew for AllCores {
    fn size(&self) -> usize {
        std::thread::available_parallelism().map_or(1, NonZero::get)
    }

    fn run(&self, work: &(dyn Fn(usize) + Sync)) {
        std::thread::scope(|scope| {
            for hand in 1..self.size() {
                let thread = std::thread::Builder::new().name(format!("generate {hand}"));
                if let Err(error) = thread.spawn_scoped(scope, move || forgetting(|| work(hand))) {
                    // The others find the primes without it.
                    log::warn!("no thread to look for primes: {error}");
                }
            }
            work(0);
        });
    }

    fn both(&self, one: &mut (dyn FnMut() + Send), other: &mut (dyn FnMut() + Send)) {
        if self.size() == 1 {
            one();
            other();
            return;
        }
        let other = Mutex::new(other);
        let do_other = || forgetting(|| other.lock().map(|mut other| other()).unwrap_or_default());
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().name("generate too".to_owned());
            let spawned = thread.spawn_scoped(scope, do_other);
            one();
            if let Err(error) = spawned {
                log::warn!("no second thread: {error}");
                do_other();
            }
        });
    }
}

/// The comment of a new key: `ed25519-key-20261120`, as PuTTYgen has it; it gives nobody's name away.
#[must_use]
pub fn default_comment(spec: KeySpec) -> Comment {
    Comment::default_for(spec.short_name(), local_date())
}
