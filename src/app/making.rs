//! Making a key, from a person's movements to a checked pair.

use crate::app::Problem;
use crate::key::KeyPair;
use crate::key::comment::Comment;
use crate::key::entropy::EntropyPool;
use crate::key::generate::generate;
use crate::key::spec::KeySpec;
use crate::key::watch::Watch;
use crate::sys::clock::local_date;
use crate::sys::randomness::os_random;

/// Makes a key from the operating system's randomness and the pool, which may be empty.
///
/// # Errors
/// The operating system gives no randomness, the work was cancelled, or the new key fails its check.
pub fn new_key(spec: KeySpec, pool: EntropyPool, watch: &dyn Watch) -> Result<KeyPair, Problem> {
    let os = os_random()?;
    let mut rng = pool.into_rng(&os, &spec.to_string());
    Ok(generate(spec, &mut rng, watch)?)
}

/// The comment of a new key: `ed25519-key-20261120`, as PuTTYgen has it; it gives nobody's name away.
#[must_use]
pub fn default_comment(spec: KeySpec) -> Comment {
    Comment::default_for(spec.short_name(), local_date())
}
