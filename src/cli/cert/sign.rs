//! `cert sign`: certificates for people and servers, as `ssh-keygen -s` makes them.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{ArgGroup, Args};
use serde_json::json;

use crate::cli::console::{Console, print, print_object, shown};
use crate::cli::key_file::KeyFile;
use crate::cli::passphrases::OldPassphrase;
use crate::cli::private_file::may_write_public;
use crate::cli::{json as shape, signing_key, usage};
use crate::engine::authorized::expiry;
use crate::engine::certificate_facts::{PERMISSIONS, summary};
use crate::engine::certifying::{BEHIND, certify, how_it_counts, serial};
use crate::engine::saving::certificate_beside;
use crate::engine::signing::SigningKey;
use crate::engine::{Problem, told_by_disk};
use crate::format::agent::Lifetime;
use crate::format::certificate::making::Wish;
use crate::format::{Certificate, CertificateKind, Parsed, PublicFile, public_line};
use crate::key::comment::Comment;
use crate::sys::clock::{seconds_at, unix_seconds};
use crate::sys::files::write_public;

/// Certify the keys of people or servers
#[derive(Args, Debug)]
#[command(group(ArgGroup::new("end").required(true).args(["lasts", "until", "forever"])))]
#[command(after_help = "Examples:
  keywright-cli cert sign jo.pub --ca ca_key --id jo@laptop -n jo,root --for 8h
  keywright-cli cert sign backup.pub --ca ca_key --id backup -n backup --until 2027-01-31 \\
      --source-address 192.0.2.0/24 --force-command /usr/bin/backup --forbid pty
  keywright-cli cert sign host.pub --ca ca_key --host --id web -n web.example.org --for 52w

The certificate of KEY.pub is written to KEY-cert.pub, to be sent back to whoever has the key. The authority's key may be \
a private key file, or a public one (.pub) whose private half an agent holds.

Without other words a person may have a terminal, and forward ports, the agent and X11. Each certificate gets a number of \
its own, by which it can be revoked. What servers of today refuse is not made: certificates for nobody, and signatures with \
SHA-1.")]
pub(super) struct Sign {
    /// The public keys
    #[arg(required = true, value_name = "KEY")]
    keys: Vec<KeyFile>,
    /// The authority's key
    #[arg(short = 's', long, value_name = "KEY", required = true)]
    ca: KeyFile,
    /// By which its owner is told in the server's log
    #[arg(short = 'I', long, value_name = "TEXT", required = true)]
    id: String,
    /// Whom it is good for: user names on the servers, or the names of the host, with commas between them
    #[arg(short = 'n', long = "names", value_name = "NAMES", value_delimiter = ',')]
    names: Vec<String>,
    /// For a server, and not for a person
    #[arg(long)]
    host: bool,
    /// Its number, instead of one that is drawn
    #[arg(short = 'z', long, value_name = "NUMBER")]
    serial: Option<u64>,
    /// Where the certificate of a single key goes; - is standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The agent's socket or pipe, instead of the one that ssh would use
    #[arg(long, value_name = "SOCKET")]
    agent: Option<PathBuf>,
    #[command(flatten)]
    time: Time,
    #[command(flatten)]
    limits: Limits,
    #[command(flatten)]
    passphrase: OldPassphrase,
}

/// When it counts.
#[derive(Args, Debug)]
#[command(next_help_heading = "Time")]
#[group(skip)]
struct Time {
    /// How long it counts, from now or from --from on: 8h, 30d, 52w
    #[arg(id = "lasts", long = "for", value_name = "TIME")]
    lasts: Option<Lifetime>,
    /// When it ceases to count: 2027-01-31 (as that day begins), 202701311200, 202701311200Z
    #[arg(long, value_name = "DAY")]
    until: Option<String>,
    /// It never ceases to count
    #[arg(long)]
    forever: bool,
    /// From when on it counts, instead of now
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
}

/// What it permits.
#[derive(Args, Debug)]
#[command(next_help_heading = "What it permits")]
struct Limits {
    /// Run this, whatever its owner asks for
    #[arg(long, value_name = "COMMAND", conflicts_with = "host")]
    force_command: Option<String>,
    /// Count only from these addresses and networks
    #[arg(long, value_name = "LIST", conflicts_with = "host")]
    source_address: Option<String>,
    /// Of a security key, its PIN or a finger is wanted
    #[arg(long, conflicts_with = "host")]
    verify_required: bool,
    /// A security key need not be touched
    #[arg(long, conflicts_with = "host")]
    no_touch_required: bool,
    /// Permit nothing but what is permitted by other words
    #[arg(long, conflicts_with = "host")]
    clear: bool,
    /// Permit this: pty, port-forwarding, agent-forwarding, X11-forwarding or user-rc
    #[arg(long, value_name = "WHAT", value_parser = permission, conflicts_with = "host")]
    permit: Vec<&'static str>,
    /// Do not permit this
    #[arg(long, value_name = "WHAT", value_parser = permission, conflicts_with = "host")]
    forbid: Vec<&'static str>,
    /// Another extension
    #[arg(long, value_name = "NAME[=VALUE]")]
    extension: Vec<String>,
}

fn permission(text: &str) -> Result<&'static str, &'static str> {
    PERMISSIONS
        .iter()
        .map(|(name, _)| *name)
        .find(|name| name.strip_prefix("permit-") == Some(text))
        .ok_or("choose pty, port-forwarding, agent-forwarding, X11-forwarding or user-rc")
}

impl Limits {
    fn critical_options(&self) -> Vec<(String, Option<String>)> {
        let valued = [
            ("force-command", &self.force_command),
            ("source-address", &self.source_address),
        ];
        let valued = valued
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), Some(value.clone()?))));
        let verify = self.verify_required.then(|| ("verify-required".to_owned(), None));
        valued.chain(verify).collect()
    }

    fn extensions(&self, is_host: bool) -> Vec<(String, Option<String>)> {
        let is_permitted = |name: &&str| {
            self.permit.contains(name) || !(is_host || self.clear || self.forbid.contains(name))
        };
        let permitted = PERMISSIONS.iter().map(|(name, _)| *name).filter(is_permitted);
        let touch = self.no_touch_required.then_some("no-touch-required");
        let known = permitted.chain(touch).map(|name| (name.to_owned(), None));
        let others = self.extension.iter().map(|text| match text.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (text.clone(), None),
        });
        known.chain(others).collect()
    }
}

impl Time {
    /// The first and the last second.
    fn bounds(&self) -> Result<(u64, u64), Problem> {
        let from = match &self.from {
            Some(day) => seconds(day)?,
            None => unix_seconds().saturating_sub(BEHIND),
        };
        let until = match (&self.lasts, &self.until) {
            (Some(time), _) => {
                let begin = if self.from.is_some() { from } else { unix_seconds() };
                begin.saturating_add(time.secs().into())
            }
            (None, Some(day)) => seconds(day)?,
            (None, None) => u64::MAX,
        };
        Ok((from, until))
    }
}

fn seconds(text: &str) -> Result<u64, Problem> {
    let day = expiry(text)?;
    seconds_at(day.moment(), day.is_utc()).ok_or_else(|| {
        usage::problem(
            format!("it is not known which moment {day} is here"),
            "Write it in UTC, with a Z behind it: 202701311200Z.",
        )
    })
}

impl Sign {
    pub(super) fn run(self, console: Console) -> ExitCode {
        let begun = self.check().and_then(|()| {
            let time = self.time.bounds()?;
            let authority = signing_key::open(&self.ca, &self.passphrase, self.agent.as_deref(), console)?;
            Ok((time, authority))
        });
        let (time, authority) = match begun {
            Ok(begun) => begun,
            Err(problem) => return console.end(Err(problem)),
        };
        let ended = console.for_each(&self.keys, KeyFile::name, |file| {
            told_by_disk(|| self.sign(file, time, &authority, console))
        });
        if ended == ExitCode::SUCCESS && !console.is_json() {
            console.note(how_it_counts(self.kind()));
        }
        ended
    }

    fn check(&self) -> Result<(), Problem> {
        self.ca.check_input(self.passphrase.takes_standard_input())?;
        for key in &self.keys {
            key.check_input(self.passphrase.takes_standard_input())?;
        }
        if self.keys.len() > 1 && (self.output.is_some() || self.serial.is_some()) {
            return Err(usage::problem(
                "several certificates go into no single file, and have no single number",
                "Leave -o and --serial out: each is written beside its key then, with a number of its own.",
            ));
        }
        Ok(())
    }

    fn kind(&self) -> CertificateKind {
        if self.host {
            CertificateKind::Host
        } else {
            CertificateKind::User
        }
    }

    fn sign(
        &self,
        file: &KeyFile,
        (valid_after, valid_before): (u64, u64),
        authority: &SigningKey,
        console: Console,
    ) -> Result<(), Problem> {
        let PublicFile { key, comment, .. } = public_half(file)?;
        let wish = Wish {
            key,
            kind: self.kind(),
            serial: match self.serial {
                Some(serial) => serial,
                None => serial()?,
            },
            key_id: self.id.clone(),
            principals: self.names.clone(),
            valid_after,
            valid_before,
            critical_options: self.limits.critical_options(),
            extensions: self.limits.extensions(self.host),
        };
        let certificate = certify(&wish, authority)?;
        let (comment, _) = Comment::cleaned(&comment);
        let line = format!("{}\n", public_line::encode_certificate(&certificate, &comment));
        let place = self.place(file);
        if let Some(place) = &place {
            write_public(place, line.as_bytes(), may_write_public(place, console)?)?;
        }
        tell(file, &certificate, place.as_deref(), &line, console)
    }

    fn place(&self, file: &KeyFile) -> Option<PathBuf> {
        match (&self.output, file.path()) {
            (Some(output), _) => Some(output.clone()).filter(|output| output != Path::new("-")),
            (None, path) => path.map(|path| certificate_beside(&without_pub(path))),
        }
    }
}

/// The name of the private key file, as its owner has it.
fn without_pub(path: &Path) -> PathBuf {
    match path.extension() {
        Some(extension) if extension == "pub" => path.with_extension(""),
        _ => path.to_owned(),
    }
}

/// The key that is to be certified: of a private key file its public half, where that can be seen.
fn public_half(file: &KeyFile) -> Result<PublicFile, Problem> {
    let parsed = file.parse()?;
    if let Parsed::Public(public) = parsed {
        return Ok(public);
    }
    Err(usage::problem(
        format!("{} holds a private key", file.name()),
        "Name the public half, often FILE.pub: an authority needs no more, and should not have more.",
    ))
}

fn tell(
    file: &KeyFile,
    certificate: &Certificate,
    place: Option<&Path>,
    line: &str,
    console: Console,
) -> Result<(), Problem> {
    if console.is_json() {
        return print_object(&json!({
            "file": file.name(),
            "certificate_file": place.map(shown),
            "certificate": shape::certificate(certificate),
            "text": line.trim_end(),
        }));
    }
    match place {
        Some(place) => console.say(&format!(
            "Certified {}: {}\n  {}",
            file.name(),
            shown(place),
            summary(certificate)
        )),
        None => print(line.as_bytes()),
    }
}
