//! How the primes of a new RSA key are found, for whoever has a rule to follow.

use clap::{Args, ValueEnum};

use super::usage;
use crate::engine::Problem;
use crate::key::prime::{Policy, Proof};
use crate::key::spec::{KeySpec, RsaExponent};

/// What is asked of the primes of an RSA key.
#[derive(Args, Debug, Default)]
pub(super) struct PrimeOptions {
    /// How sure it must be that they are primes (default: probable, which is sure enough)
    #[arg(long, value_name = "METHOD", help_heading = "RSA")]
    primes: Option<Primes>,
    /// Make “strong” primes p: p − 1 and p + 1 have large factors. No attack of today needs that
    #[arg(long, help_heading = "RSA")]
    strong_primes: bool,
    /// The public exponent, an odd number from 3 up (default: 65537, as everybody has it)
    #[arg(long, value_name = "N", help_heading = "RSA")]
    exponent: Option<u32>,
}

impl PrimeOptions {
    /// What the options say, which is for RSA keys only.
    pub(super) fn policy(&self, spec: KeySpec) -> Result<Policy, Problem> {
        let is_asked_for = self.primes.is_some() || self.strong_primes || self.exponent.is_some();
        if is_asked_for && !matches!(spec, KeySpec::Rsa(_)) {
            return Err(usage::problem(
                format!(
                    "--primes, --strong-primes and --exponent are for RSA keys, and this is to be one of type {spec}"
                ),
                "Leave them out, or make an RSA key with -t rsa.",
            ));
        }
        let exponent = self.exponent.map(RsaExponent::new).transpose();
        Ok(Policy {
            proof: self.primes.map(Primes::proof).unwrap_or_default(),
            is_strong: self.strong_primes,
            exponent: exponent
                .map_err(|error| {
                    usage::problem(error.to_string(), "Leave --exponent out: 65537 suits everybody.")
                })?
                .unwrap_or_default(),
        })
    }
}

/// What `--primes` names; the names are those of `puttygen`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Primes {
    /// Tested as no composite number is known to pass
    #[value(alias = "probabilistic")]
    Probable,
    /// With a proof by Pocklington's criterion
    #[value(aliases = ["provable", "proven-simple", "provable-simple", "simple", "maurer-simple"])]
    Proven,
    /// The same, spread more evenly over all primes
    #[value(aliases = ["provable-even", "even", "complex", "maurer-complex"])]
    ProvenEven,
}

impl Primes {
    pub(super) fn proof(self) -> Proof {
        match self {
            Self::Probable => Proof::Probable,
            Self::Proven => Proof::Proven,
            Self::ProvenEven => Proof::ProvenEven,
        }
    }
}
