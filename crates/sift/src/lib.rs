//! Finds out fast which large numbers are composite.
//!
//! Looking for an RSA prime is trying random numbers until one is prime, and of the numbers of 1536
//! bits without a small divisor fifty are composite for one that is prime. So nearly all the time
//! goes into showing that numbers are composite, and that is all that is done here: [`SmallPrimes`]
//! divides, quickest in a [`Window`] of numbers with the same upper bits, and an [`Engine`] makes Euler's
//! test to the base 2; and, of what is left, the strong Lucas test.
//!
//! # What it promises
//!
//! No prime is ever turned away, and a composite number passes so seldom that it hardly costs time.
//! Whoever looks for a prime must have what passes judged by something else: a fault here must never
//! be able to make a key weak.
//!
//! # Engines
//!
//! All do the same Montgomery multiplications, on limbs that suit the processor: one number at a time
//! in words of 64 bits everywhere ([`Engine::Portable`]), four at once with AVX2, eight at once with
//! the 52-bit multipliers of AVX-512 IFMA. Which is used is decided when the program runs. Lucas's
//! sequences have two products for each step; for so few AVX2 is slower than words of 64 bits are.
//!
//! # Time and memory
//!
//! Which instructions run and which addresses are read depends on the size of the numbers alone, but
//! for one word: the test begins with a power of two whose exponent shows about ten of the highest bits
//! of the number; and but for what `lucas.rs` says of itself. [`SmallPrimes`] stops at the first divisor; it
//! tells about numbers that are thrown away.
//! Everything that held a number is wiped, but for what the compiler keeps in registers and spills.
//!
//! # Unsafe code
//!
//! None but the calls that enter a function compiled for a processor feature, each made right after
//! that feature was found.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod engine;
mod exponent;
#[cfg(target_arch = "x86_64")]
mod ifma;
mod lanes;
mod lucas;
mod portable;
mod residues;
mod small_primes;
#[cfg(target_arch = "x86_64")]
mod unroll;

pub use engine::Engine;
pub use small_primes::{SmallPrimes, Window};
