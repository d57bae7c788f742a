//! How strongly a new private key file is protected: ciphers and key derivation.

use std::str::FromStr;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::console::Console;
use super::usage;
use crate::app::Problem;
use crate::app::saving::Strength;
use crate::app::speed::Speed;
use crate::format::{Argon2Variant, Cipher, Format, PrivateEncoding};

/// How a new file is protected, where it has a passphrase.
#[derive(Args, Debug, Default)]
pub(super) struct Protect {
    /// The cipher of an OpenSSH file
    #[arg(long, value_name = "NAME", help_heading = "Protection")]
    cipher: Option<CipherName>,
    /// How often an OpenSSH file hashes the passphrase; each round takes about 12 ms (default: 24)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Protection")]
    kdf_rounds: Option<u32>,
    /// How a PuTTY file hashes the passphrase: kdf=argon2id|argon2i|argon2d, memory=KiB, passes=N or
    /// time=MILLISECONDS, parallelism=N, separated by commas
    #[arg(long, value_name = "KEY=VALUE,…", help_heading = "Protection")]
    ppk_param: Option<PpkParams>,
}

impl Protect {
    /// The encoding of a new file in `format`: as the options say, and as `base` has it where they say
    /// nothing.
    ///
    /// # Errors
    /// An option is for another format, or the cost is too high, or unusual and not agreed to.
    pub(super) fn encoding(
        &self,
        format: Format,
        base: Strength,
        console: Console,
    ) -> Result<PrivateEncoding, Problem> {
        let is_openssh = format == Format::OpenSsh;
        let misplaced = [
            ("--cipher", self.cipher.is_some() && !is_openssh, "OpenSSH"),
            (
                "--kdf-rounds",
                self.kdf_rounds.is_some() && !is_openssh,
                "OpenSSH",
            ),
            (
                "--ppk-param",
                self.ppk_param.is_some() && format != Format::Ppk3,
                "PuTTY (version 3)",
            ),
        ];
        if let Some((option, _, belongs)) = misplaced.into_iter().find(|(_, is_misplaced, _)| *is_misplaced) {
            return Err(usage::problem(
                format!(
                    "{option} is for {belongs} files, and this one is of the format {}",
                    format.code()
                ),
                "Leave the option out, or choose the other format.",
            ));
        }
        let strength = self.strength(base);
        strength.checked()?;
        let Some(encoding) = strength.encoding(format) else {
            return Err(usage::problem(
                format!("files of the format {} hold no private key", format.code()),
                "Choose openssh, ppk or ppk2.",
            ));
        };
        let is_asked_for = self.kdf_rounds.is_some() || self.ppk_param.is_some();
        if is_asked_for {
            console.accept_cost(encoding.cost())?;
        }
        Ok(encoding)
    }

    fn strength(&self, base: Strength) -> Strength {
        let mut strength = base;
        if let Some(CipherName(cipher)) = self.cipher {
            strength.cipher = cipher;
        }
        if let Some(rounds) = self.kdf_rounds {
            strength.rounds = rounds;
        }
        if let Some(params) = &self.ppk_param {
            let argon2 = &mut strength.argon2;
            argon2.variant = params.variant.unwrap_or(argon2.variant);
            argon2.mem_kib = params.mem_kib.unwrap_or(argon2.mem_kib);
            argon2.parallelism = params.parallelism.unwrap_or(argon2.parallelism);
            argon2.passes = match params.effort {
                None => argon2.passes,
                Some(Effort::Passes(passes)) => passes,
                Some(Effort::Time(wanted)) => Speed::measure().passes_taking(wanted, *argon2),
            };
        }
        strength
    }
}

/// A cipher by its SSH name.
#[derive(Clone, Copy, Debug)]
struct CipherName(Cipher);

impl ValueEnum for CipherName {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self(Cipher::Aes256Ctr),
            Self(Cipher::Aes192Ctr),
            Self(Cipher::Aes128Ctr),
            Self(Cipher::Aes256Gcm),
            Self(Cipher::Aes128Gcm),
            Self(Cipher::ChaCha20Poly1305),
            Self(Cipher::Aes256Cbc),
            Self(Cipher::Aes192Cbc),
            Self(Cipher::Aes128Cbc),
        ]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.as_str()))
    }
}

/// What `--ppk-param` says; the names are those of `puttygen`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct PpkParams {
    variant: Option<Argon2Variant>,
    mem_kib: Option<u32>,
    effort: Option<Effort>,
    parallelism: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effort {
    Passes(u32),
    Time(Duration),
}

impl FromStr for PpkParams {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut params = Self::default();
        for part in text.split(',') {
            let (name, value) = part
                .split_once('=')
                .ok_or_else(|| format!("“{part}” is not of the form name=value"))?;
            let number = || {
                let parsed = value.parse().ok().filter(|number| *number > 0);
                parsed.ok_or_else(|| format!("“{value}” is no number from 1 up"))
            };
            match name {
                "kdf" => params.variant = Some(variant(value)?),
                "memory" | "mem" => params.mem_kib = Some(number()?),
                "parallelism" => params.parallelism = Some(number()?),
                "passes" => params.effort = Some(Effort::Passes(number()?)),
                "time" => params.effort = Some(Effort::Time(Duration::from_millis(number()?.into()))),
                _ => {
                    return Err(format!(
                        "“{name}” is none of kdf, memory, time, passes, parallelism"
                    ));
                }
            }
        }
        Ok(params)
    }
}

fn variant(name: &str) -> Result<Argon2Variant, String> {
    Argon2Variant::ALL
        .into_iter()
        .find(|variant| variant.name().eq_ignore_ascii_case(name))
        .ok_or_else(|| format!("“{name}” is none of argon2id, argon2i, argon2d"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_have_the_names_that_puttygen_gives_them() {
        let params: PpkParams = "kdf=argon2i,memory=16384,passes=3,parallelism=2".parse().unwrap();
        let expected = PpkParams {
            variant: Some(Argon2Variant::I),
            mem_kib: Some(16384),
            effort: Some(Effort::Passes(3)),
            parallelism: Some(2),
        };
        assert_eq!(params, expected);
        let params: PpkParams = "mem=8192,time=200".parse().unwrap();
        assert_eq!(params.effort, Some(Effort::Time(Duration::from_millis(200))));
    }

    #[test]
    fn a_parameter_that_makes_no_sense_is_named() {
        for (text, named) in [
            ("", "“”"),
            ("passes", "“passes”"),
            ("passes=0", "“0”"),
            ("memory=8M", "“8M”"),
            ("kdf=bcrypt", "“bcrypt”"),
            ("lanes=2", "“lanes”"),
        ] {
            let error = text.parse::<PpkParams>().unwrap_err();
            assert!(error.contains(named), "{text}: {error}");
        }
    }
}
