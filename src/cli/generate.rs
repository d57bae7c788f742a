//! `generate`: a new key.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::console::{Console, print_object, shown};
use super::formats::{PrivateFormat, ensure_holds};
use super::passphrases::NewPassphrase;
use super::primes::PrimeOptions;
use super::private_file::{Place, Wanted, check_neighbours, public_beside};
use super::protection::{Protect, strength_of_new};
use super::{json, terminal, usage};
use crate::engine::Problem;
use crate::engine::making::default_comment;
use crate::engine::saving::{Plan, Strength};
use crate::format::public_line;
use crate::key::comment::Comment;
use crate::key::fingerprint::FingerprintKind;
use crate::key::spec::{Curve, KeySpec, RsaBits, RsaBitsError};
use crate::sys::home;

/// Make a new key
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli generate
  keywright-cli generate -t rsa -b 4096 -C me@laptop -o ~/.ssh/id_work
  keywright-cli generate --format ppk -o key.ppk
  keywright-cli generate -o key --no-passphrase --json
  pass show ssh | keywright-cli generate -o key --new-passphrase-fd 0

The private key is saved in FILE and the public key in FILE.pub; a PuTTY file and a JSON Web Key \
hold both. Without -o the program asks, and offers the name that ssh looks for.")]
pub(super) struct Generate {
    /// The kind of key
    #[arg(short = 't', long = "type", value_name = "TYPE", default_value = "ed25519")]
    kind: Kind,
    /// The size: 2048 to 16384 for rsa (default: 3072); 256, 384 or 521 for ecdsa (default: 256); the
    /// other types have one size each
    #[arg(short, long, value_name = "N")]
    bits: Option<u32>,
    /// What to remember the key by (default: its type and today's date)
    #[arg(short = 'C', long, value_name = "TEXT")]
    comment: Option<String>,
    /// Where to save the private key; - is standard output
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The kind of file
    #[arg(long, value_name = "FORMAT", default_value = "openssh")]
    format: PrivateFormat,
    /// Allow RSA keys of 1024 to 2047 bits, which can be broken, for devices that take nothing longer
    #[arg(long)]
    allow_short: bool,
    #[command(flatten)]
    passphrase: NewPassphrase,
    #[command(flatten)]
    protect: Protect,
    #[command(flatten)]
    primes: PrimeOptions,
}

/// The kinds of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Small, fast and strong: the best choice
    Ed25519,
    /// Large; accepted everywhere
    Rsa,
    /// Where a rule asks for the NIST curves
    Ecdsa,
    /// Stronger than Ed25519, but only PuTTY and few others know it
    Ed448,
    /// Refused by OpenSSH today; for devices that know nothing else
    Dsa,
    /// Against quantum computers: for servers with OpenSSH 10.6 and later; not yet accepted by most
    #[value(name = "mldsa44-ed25519")]
    MlDsa44Ed25519,
}

impl Generate {
    pub(super) fn run(self, console: Console) -> Result<(), Problem> {
        let spec = self.spec()?;
        let policy = self.primes.policy(spec)?;
        let comment = match &self.comment {
            Some(text) => Comment::new(text)?,
            None => default_comment(spec),
        };
        let format = self.format.format();
        ensure_holds(format, spec.algorithm())?;
        self.passphrase.check(format)?;
        let strength = strength_of_new(format, Strength::default());
        let encoding = self.protect.encoding(format, strength, console)?;
        let path = match self.out {
            Some(path) => path,
            None => ask_for_place(spec, self.format)?,
        };
        let beside = public_beside(&path, format);
        let written: Vec<&Path> = beside.iter().map(|(path, _)| path.as_path()).collect();
        check_neighbours(&path, None, &written, console)?;
        let plan = beside.as_ref().map(|(path, form)| Plan::public(path, *form));
        let place = Place::new(&path, encoding, plan, console)?;
        let is_printed = place.is_standard_output();
        let passphrase = self.passphrase.or_ask()?;
        self.protect.check_use(passphrase.is_some())?;

        let wanted = Wanted {
            spec,
            policy,
            comment,
            encoding,
            passphrase,
        };
        let private = wanted.make(place, console)?;
        if spec == KeySpec::Ed448 {
            console.note("ssh and most servers do not know Ed448 keys; PuTTY does");
        }
        if spec == KeySpec::MlDsa44Ed25519 {
            console
                .note("such keys are for servers with OpenSSH 10.6 and later; most do not accept them yet");
        }
        if is_printed {
            return Ok(());
        }

        let made = private.described();
        if console.is_json() {
            let mut object = json::key(&shown(&path), &made);
            object["public_file"] = beside.map(|(path, _)| shown(&path)).into();
            object["randomart"] = made.randomart(FingerprintKind::Sha256).into();
            return print_object(&object);
        }
        let saved = match &beside {
            Some((public, _)) => format!(
                "Saved the private key in {}\nand the public key in {}",
                shown(&path),
                shown(public)
            ),
            None => format!("Saved the key in {}", shown(&path)),
        };
        console.say(&format!(
            "{saved}\n\n{}\n{}\n\nThe public key, for servers and web sites:\n{}",
            made.fingerprint_line(FingerprintKind::Sha256).unwrap_or_default(),
            made.randomart(FingerprintKind::Sha256).unwrap_or_default(),
            public_line::encode(private.key.public(), &private.comment),
        ))
    }

    fn spec(&self) -> Result<KeySpec, Problem> {
        match (self.kind, self.bits) {
            (Kind::Ed25519, None | Some(256)) => Ok(KeySpec::Ed25519),
            (Kind::Ed25519, Some(bits)) => Err(usage::problem(
                format!("an Ed25519 key cannot have {bits} bits; it always has 256"),
                "Leave -b out, or make another kind of key with -t rsa or -t ecdsa.",
            )),
            (Kind::Ed448, None | Some(448)) => Ok(KeySpec::Ed448),
            (Kind::Ed448, Some(bits)) => Err(usage::problem(
                format!("an Ed448 key cannot have {bits} bits; it always has 448"),
                "Leave -b out.",
            )),
            (Kind::MlDsa44Ed25519, None | Some(256)) => Ok(KeySpec::MlDsa44Ed25519),
            (Kind::MlDsa44Ed25519, Some(bits)) => Err(usage::problem(
                format!("an ML-DSA-44 key with Ed25519 cannot have {bits} bits; there is one size only"),
                "Leave -b out.",
            )),
            (Kind::Dsa, None | Some(1024)) => Ok(KeySpec::Dsa),
            (Kind::Dsa, Some(bits)) => Err(usage::problem(
                format!("a DSA key for SSH cannot have {bits} bits; it always has 1024"),
                "Leave -b out; or make an Ed25519 key, which every server of today takes.",
            )),
            (Kind::Rsa, None) => Ok(KeySpec::Rsa(RsaBits::default())),
            (Kind::Rsa, Some(bits)) => Ok(KeySpec::Rsa(self.rsa_bits(bits)?)),
            (Kind::Ecdsa, bits) => {
                let bits = bits.unwrap_or(Curve::P256.bits());
                let curve = Curve::ALL.into_iter().find(|curve| curve.bits() == bits);
                curve.map(KeySpec::Ecdsa).ok_or_else(|| {
                    usage::problem(
                        format!("an ECDSA key cannot have {bits} bits"),
                        "Choose 256, 384 or 521.",
                    )
                })
            }
        }
    }

    fn rsa_bits(&self, bits: u32) -> Result<RsaBits, RsaBitsError> {
        if self.allow_short {
            RsaBits::new_short(bits)
        } else {
            RsaBits::new(bits)
        }
    }
}

fn ask_for_place(spec: KeySpec, format: PrivateFormat) -> Result<PathBuf, Problem> {
    let extension = match format {
        PrivateFormat::Openssh | PrivateFormat::Dropbear => "",
        PrivateFormat::Ppk | PrivateFormat::Ppk2 => ".ppk",
        PrivateFormat::Pem | PrivateFormat::Pkcs8 => ".pem",
        PrivateFormat::Pkcs8Der => ".der",
        PrivateFormat::Sshcom => ".ssh2",
        PrivateFormat::Jwk => ".jwk",
    };
    let name = format!("{}{extension}", spec.default_file_name());
    let offered = home::default_path(&name);
    if !terminal::is_there() {
        return Err(usage::problem(
            "there is no place given for the key, and no terminal to ask for one",
            "Give it with -o FILE.",
        ));
    }
    let Some(offered) = offered else {
        return Ok(home::expand_tilde(Path::new(&terminal::ask_line(
            "Save the key in: ",
        )?)));
    };
    let typed = terminal::ask_line(&format!("Save the key in ({}): ", shown(&offered)))?;
    match typed.trim() {
        "" => Ok(offered),
        typed => Ok(home::expand_tilde(Path::new(typed))),
    }
}
