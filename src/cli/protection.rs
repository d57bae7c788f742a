//! How strongly a new private key file is protected: ciphers and key derivation.

use std::str::FromStr;
use std::time::Duration;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use super::console::Console;
use super::usage;
use crate::engine::Problem;
use crate::engine::saving::{PEM_CIPHER, Strength};
use crate::engine::speed::Speed;
use crate::format::{
    Argon2Params, Argon2Variant, CbcCipher, Cipher, Format, Pbes2Kdf, Prf, PrivateEncoding, ScryptParams,
};

/// How a new file is protected, where it has a passphrase.
#[derive(Args, Debug, Default)]
pub(super) struct Protect {
    /// The cipher of an OpenSSH, PEM or PKCS#8 file; the last two take those that end in -cbc
    #[arg(long, value_name = "NAME", help_heading = "Protection")]
    cipher: Option<CipherName>,
    /// How often the passphrase is hashed: rounds of bcrypt in an OpenSSH file, about 12 ms each
    /// (default: 24), iterations of PBKDF2 in a PKCS#8 file (default: 600000)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Protection")]
    kdf_rounds: Option<u32>,
    /// Hash the passphrase of a PKCS#8 file with scrypt, which Java, macOS and older programs cannot
    /// read; without numbers 16384,8,5, which take 16 MiB
    #[arg(
        long,
        value_name = "N,R,P",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "16384,8,5",
        conflicts_with = "kdf_rounds",
        value_parser = scrypt,
        help_heading = "Protection"
    )]
    scrypt: Option<ScryptParams>,
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
        self.check_options(format)?;
        let strength = self.strength(format, base)?;
        strength.checked()?;
        let Some(encoding) = strength.encoding(format) else {
            return Err(usage::problem(
                format!("files of the format {} hold no private key", format.code()),
                "Choose openssh, ppk or pkcs8.",
            ));
        };
        let is_asked_for = self.kdf_rounds.is_some() || self.scrypt.is_some() || self.ppk_param.is_some();
        if is_asked_for {
            console.accept_cost(encoding.cost())?;
        }
        Ok(encoding)
    }

    /// Sees to it that no option is given in vain, for a file that gets no passphrase.
    pub(super) fn check_use(&self, has_passphrase: bool) -> Result<(), Problem> {
        let given = [
            ("--cipher", self.cipher.is_some()),
            ("--kdf-rounds", self.kdf_rounds.is_some()),
            ("--scrypt", self.scrypt.is_some()),
            ("--ppk-param", self.ppk_param.is_some()),
        ];
        match given.into_iter().find(|(_, is_given)| *is_given) {
            Some((option, _)) if !has_passphrase => Err(usage::problem(
                format!("{option} has no effect without a passphrase"),
                "Leave the option out, or give the new file a passphrase with --new-passphrase-file.",
            )),
            _ => Ok(()),
        }
    }

    /// Sees to it that every option is one that files of this format know.
    fn check_options(&self, format: Format) -> Result<(), Problem> {
        use Format as F;
        let is_pkcs8 = matches!(format, F::Pkcs8 | F::Pkcs8Der);
        let takes_cipher = is_pkcs8 || matches!(format, F::OpenSsh | F::Pem);
        let takes_rounds = is_pkcs8 || format == F::OpenSsh;
        let misplaced = [
            (
                "--cipher",
                self.cipher.is_some() && !takes_cipher,
                "OpenSSH, PEM and PKCS#8",
            ),
            (
                "--kdf-rounds",
                self.kdf_rounds.is_some() && !takes_rounds,
                "OpenSSH and PKCS#8",
            ),
            ("--scrypt", self.scrypt.is_some() && !is_pkcs8, "PKCS#8"),
            (
                "--ppk-param",
                self.ppk_param.is_some() && format != F::Ppk3,
                "PuTTY (version 3)",
            ),
        ];
        match misplaced.into_iter().find(|(_, is_misplaced, _)| *is_misplaced) {
            None => Ok(()),
            Some((option, _, belongs)) => Err(usage::problem(
                format!(
                    "{option} is for {belongs} files, and this one is of the format {}",
                    format.code()
                ),
                "Leave the option out, or choose the other format.",
            )),
        }
    }

    fn strength(&self, format: Format, base: Strength) -> Result<Strength, Problem> {
        let mut strength = base;
        match (self.cipher, format) {
            (None, _) => {}
            (Some(name), Format::OpenSsh) => strength.cipher = name.of_openssh()?,
            (Some(name), _) => strength.pbes2.cipher = name.of_pem(format)?,
        }
        match (self.kdf_rounds, format) {
            (None, _) => {}
            (Some(rounds), Format::OpenSsh) => strength.rounds = rounds,
            (Some(iterations), _) => {
                let prf = match strength.pbes2.kdf {
                    Pbes2Kdf::Pbkdf2 { prf, .. } => prf,
                    Pbes2Kdf::Scrypt(_) => Prf::default(),
                };
                strength.pbes2.kdf = Pbes2Kdf::Pbkdf2 { prf, iterations };
            }
        }
        if let Some(params) = self.scrypt {
            strength.pbes2.kdf = Pbes2Kdf::Scrypt(params);
        }
        if let Some(params) = &self.ppk_param {
            strength.argon2 = params.applied_to(strength.argon2);
        }
        Ok(strength)
    }
}

/// What protects a file of this format that is made of a file of another one, or of a new key.
pub(super) fn strength_of_new(format: Format, base: Strength) -> Strength {
    let mut strength = base;
    if format == Format::Pem {
        strength.pbes2.cipher = PEM_CIPHER;
    }
    strength
}

/// Whether private files of this format are written, and not only read.
pub(super) fn is_written(format: Format) -> bool {
    let encoding = Strength::default().encoding(format);
    encoding.is_some_and(|encoding| encoding.format() == format)
}

/// A cipher by its SSH name.
#[derive(Clone, Copy, Debug)]
struct CipherName(&'static str);

/// Those of OpenSSH files, the best first.
const OF_OPENSSH: [Cipher; 9] = [
    Cipher::Aes256Ctr,
    Cipher::Aes192Ctr,
    Cipher::Aes128Ctr,
    Cipher::Aes256Gcm,
    Cipher::Aes128Gcm,
    Cipher::ChaCha20Poly1305,
    Cipher::Aes256Cbc,
    Cipher::Aes192Cbc,
    Cipher::Aes128Cbc,
];

impl CipherName {
    fn of_openssh(self) -> Result<Cipher, Problem> {
        let found = OF_OPENSSH.into_iter().find(|cipher| cipher.as_str() == self.0);
        found.ok_or_else(|| self.misplaced(Format::OpenSsh, "Choose aes256-ctr, or leave --cipher out."))
    }

    fn of_pem(self, format: Format) -> Result<CbcCipher, Problem> {
        let found = CbcCipher::WRITTEN
            .into_iter()
            .find(|cipher| cipher.name() == self.0);
        found.ok_or_else(|| self.misplaced(format, "Choose aes256-cbc, or leave --cipher out."))
    }

    fn misplaced(self, format: Format, hint: &str) -> Problem {
        usage::problem(
            format!(
                "files of the format {} cannot be encrypted with {}",
                format.code(),
                self.0
            ),
            hint,
        )
    }
}

impl ValueEnum for CipherName {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self("aes256-ctr"),
            Self("aes192-ctr"),
            Self("aes128-ctr"),
            Self("aes256-gcm@openssh.com"),
            Self("aes128-gcm@openssh.com"),
            Self("chacha20-poly1305@openssh.com"),
            Self("aes256-cbc"),
            Self("aes192-cbc"),
            Self("aes128-cbc"),
            Self("3des-cbc"),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0))
    }
}

/// The numbers of scrypt: `16384,8,5`.
fn scrypt(text: &str) -> Result<ScryptParams, String> {
    let numbers: Vec<&str> = text.split(',').collect();
    let params = match numbers.as_slice() {
        [n, r, p] => match (n.parse(), r.parse(), p.parse()) {
            (Ok(n), Ok(r), Ok(p)) => ScryptParams::new(n, r, p),
            _ => None,
        },
        _ => None,
    };
    params.ok_or_else(|| {
        "three numbers are needed: a power of two, the size of a block, how often; such as 16384,8,5"
            .to_owned()
    })
}

/// What `--ppk-param` says; the names are those of `puttygen`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PpkParams {
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

impl PpkParams {
    /// The numbers that it names, and those of `base` where it names none.
    pub(super) fn applied_to(&self, base: Argon2Params) -> Argon2Params {
        let mut argon2 = base;
        argon2.variant = self.variant.unwrap_or(argon2.variant);
        argon2.mem_kib = self.mem_kib.unwrap_or(argon2.mem_kib);
        argon2.parallelism = self.parallelism.unwrap_or(argon2.parallelism);
        argon2.passes = match self.effort {
            None => argon2.passes,
            Some(Effort::Passes(passes)) => passes,
            Some(Effort::Time(wanted)) => Speed::measure().passes_taking(wanted, argon2),
        };
        argon2
    }
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
    fn every_cipher_on_offer_belongs_to_some_format() {
        for name in CipherName::value_variants() {
            assert!(
                name.of_openssh().is_ok() || name.of_pem(Format::Pkcs8).is_ok(),
                "{}",
                name.0
            );
        }
        let written = OF_OPENSSH.len() + 1;
        assert_eq!(CipherName::value_variants().len(), written);
    }

    #[test]
    fn scrypt_takes_the_numbers_that_it_is_defined_for() {
        assert_eq!(scrypt("16384,8,5"), Ok(ScryptParams::new(16384, 8, 5).unwrap()));
        for text in [
            "",
            "16384",
            "16383,8,1",
            "1,8,1",
            "16384,0,1",
            "16384,8,1,1",
            "n,r,p",
        ] {
            assert!(scrypt(text).is_err(), "{text}");
        }
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
