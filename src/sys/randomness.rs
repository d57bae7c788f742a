//! Random bytes from the operating system, with the checks that catch a generator which is broken
//! outright.

use std::cell::Cell;
use std::hash::RandomState;
use std::io;
use std::panic;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rand::rngs::{ChaCha20Rng, SysRng};
use rand::{SeedableRng as _, TryRng};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::secret::SecretArray;

/// The hash of the last block drawn: enough to notice a repetition, no help in guessing the block.
static PREVIOUS: Mutex<Option<[u8; 32]>> = Mutex::new(None);

/// Why there is no randomness. Nothing may be generated then: no other source makes up for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OsRandomError {
    /// The operating system did not answer.
    #[error("the operating system's random generator failed: {0}")]
    Failed(#[from] rand::rngs::SysError),
    /// The answer is the same byte over and over.
    #[error("the operating system's random generator returns a constant")]
    Constant,
    /// The answer is the one that came before.
    #[error("the operating system's random generator repeats itself")]
    Repeated,
}

/// `N` bytes from the operating system's generator; at least 16, below which a good generator
/// would now and then look like a broken one.
///
/// # Errors
/// If the generator fails, or its answer is constant or the same as the time before.
pub fn os_random<const N: usize>() -> Result<SecretArray<N>, OsRandomError> {
    draw(&mut |block| Ok(SysRng.try_fill_bytes(block)?), &PREVIOUS)
}

/// A generator that begins with a seed from the operating system.
///
/// # Errors
/// As [`os_random`].
pub fn os_rng() -> Result<ChaCha20Rng, OsRandomError> {
    Ok(ChaCha20Rng::from_seed(*os_random()?))
}

/// Has the hash tables of this thread get their seed, which the standard library draws with the first of them, and panics where
/// the system gives none. Whoever uses tables calls this before, and hears of an error instead.
///
/// # Errors
/// The operating system's generator fails.
pub fn seed_tables() -> io::Result<()> {
    thread_local! {
        static IS_SEEDED: Cell<bool> = const { Cell::new(false) };
    }
    if !IS_SEEDED.get() {
        let seeded = without_a_word(|| drop(RandomState::new()));
        seeded.ok_or_else(|| io::Error::other("the operating system's random generator failed"))?;
        IS_SEEDED.set(true);
    }
    Ok(())
}

/// What `work` returns; nothing where it panics, and then nothing is printed either. Other threads' panics are told as ever.
fn without_a_word<T>(work: impl FnOnce() -> T + panic::UnwindSafe) -> Option<T> {
    /// The hook is one for the whole program.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let usual = Arc::new(panic::take_hook());
    let (here, tell) = (thread::current().id(), Arc::clone(&usual));
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() != here {
            tell(info);
        }
    }));
    let done = panic::catch_unwind(work);
    drop(panic::take_hook());
    // None where another thread is telling of its panic just now; it may finish, and the next one tells as std does.
    if let Some(usual) = Arc::into_inner(usual) {
        panic::set_hook(usual);
    }
    done.ok()
}

fn draw<const N: usize>(
    source: &mut dyn FnMut(&mut [u8]) -> Result<(), OsRandomError>,
    previous: &Mutex<Option<[u8; 32]>>,
) -> Result<SecretArray<N>, OsRandomError> {
    const { assert!(N >= 16, "too short to be judged") }
    let mut block = Zeroizing::new([0; N]);
    source(&mut *block)?;
    if block.iter().all(|byte| *byte == block[0]) {
        return Err(OsRandomError::Constant);
    }
    let digest: [u8; 32] = Sha256::digest(*block).into();
    // A thread that panicked here left a whole digest or none, so the value is good either way.
    let before = previous
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .replace(digest);
    if before == Some(digest) {
        return Err(OsRandomError::Repeated);
    }
    Ok(block)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_gives_different_bytes_each_time() {
        let (first, second) = (
            os_random::<64>().expect("random"),
            os_random::<64>().expect("random"),
        );
        assert_ne!(*first, *second);
    }

    #[test]
    fn work_that_panics_without_a_word_leaves_the_hook_as_it_was() {
        assert_eq!(without_a_word(|| 1), Some(1));
        let (told, telling) = (Arc::new(Mutex::new(0)), thread::current().id());
        let count = Arc::clone(&told);
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if thread::current().id() == telling {
                *count.lock().expect("whole") += 1;
            } else {
                usual(info);
            }
        }));
        assert_eq!(without_a_word(|| panic!("on purpose")), None::<()>);
        assert_eq!(*told.lock().expect("whole"), 0);
        panic::catch_unwind(|| panic!("on purpose")).expect_err("it panics");
        drop(panic::take_hook());
        assert_eq!(*told.lock().expect("whole"), 1);
    }

    #[test]
    fn a_generator_that_returns_zeros_is_refused() {
        let drawn = draw::<32>(&mut |_| Ok(()), &Mutex::new(None));
        assert_eq!(drawn.expect_err("constant"), OsRandomError::Constant);
    }

    #[test]
    fn a_generator_that_returns_one_byte_over_and_over_is_refused() {
        let mut source = |block: &mut [u8]| {
            block.fill(0xA5);
            Ok(())
        };
        assert_eq!(
            draw::<32>(&mut source, &Mutex::new(None)).expect_err("constant"),
            OsRandomError::Constant
        );
    }

    #[test]
    fn a_generator_that_repeats_itself_is_refused_every_time() {
        let mut source = |block: &mut [u8]| {
            block.iter_mut().zip(0..).for_each(|(byte, value)| *byte = value);
            Ok(())
        };
        let previous = Mutex::new(None);
        assert!(draw::<32>(&mut source, &previous).is_ok());
        for _ in 0..3 {
            assert_eq!(
                draw::<32>(&mut source, &previous).expect_err("repeated"),
                OsRandomError::Repeated
            );
        }
    }

    #[test]
    fn a_generator_that_fails_gives_nothing() {
        let failure = OsRandomError::Failed(rand::rngs::SysError::UNSUPPORTED);
        assert_eq!(
            draw::<32>(&mut |_| Err(failure), &Mutex::new(None)).expect_err("failed"),
            failure
        );
    }
}
