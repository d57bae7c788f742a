//! `agent add`: hands keys to an agent.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::{Which, name};
use crate::cli::console::{Console, print_object};
use crate::cli::key_file::KeyFile;
use crate::cli::passphrases::OldPassphrase;
use crate::cli::{json as shape, work};
use crate::engine::agents::comment_for;
use crate::engine::describe::{Description, certificate_warnings, key_warnings};
use crate::engine::{Problem, opening};
use crate::format::agent::{Constraints, Lifetime};
use crate::key::comment::escaped;
use crate::key::fingerprint::FingerprintKind;
use crate::sys::agent::Agent;
use crate::sys::clock::unix_seconds;

/// Hand keys to an agent
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli agent add ~/.ssh/id_ed25519
  keywright-cli agent add --lifetime 8h --confirm key.ppk
  keywright-cli agent add deploy_key --passphrase-file pass

Keys of every format are taken. A certificate in the file, or in FILE-cert.pub, goes along as an entry \
of its own. What the agent of Windows is given it keeps until it is removed, also over a restart; it \
takes neither --lifetime nor --confirm.")]
pub(super) struct Add {
    /// Private keys; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<KeyFile>,
    /// Have the key forgotten after this time: seconds, or 90s, 15m, 8h, 1h30m, 2d, 1w
    #[arg(short = 't', long, value_name = "TIME")]
    lifetime: Option<Lifetime>,
    /// Have the agent ask before each use
    #[arg(short, long)]
    confirm: bool,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    passphrase: OldPassphrase,
}

impl Add {
    pub(super) fn run(self, console: Console) -> ExitCode {
        let agent = match self.which.one(console) {
            Ok(agent) => agent,
            Err(problem) => return console.end(Err(problem)),
        };
        console.for_each(&self.files, KeyFile::name, |file| self.add(file, &agent, console))
    }

    fn add(&self, file: &KeyFile, agent: &Agent, console: Console) -> Result<(), Problem> {
        file.check_input(self.passphrase.takes_standard_input())?;
        let parsed = file.parse()?;
        file.check_passphrase(&parsed, &self.passphrase)?;
        let mut opened = file.open_private(parsed, &self.passphrase, console)?.file;
        if let Some(path) = file.path() {
            opening::take_up_certificate(&mut opened, path);
        }
        let described = Description::of_private(&opened, None);
        let own = file.comment_beside(&described);
        let comment = comment_for(own.as_deref().unwrap_or(&opened.comment), file.path());

        let constraints = Constraints {
            lifetime: self.lifetime,
            confirm: self.confirm,
        };
        let (there, given) = (agent.clone(), comment.clone());
        let opened = Arc::new(opened);
        let handed = Arc::clone(&opened);
        work::run(console, "Handing the key to the agent", move |_| {
            there.add(&handed.key, handed.certificate.as_ref(), &given, constraints)
        })??;

        let mut warnings = key_warnings(opened.key.public());
        if let Some(certificate) = &opened.certificate {
            warnings.extend(certificate_warnings(certificate, unix_seconds()));
        }
        if console.is_json() {
            let mut object = shape::identity(&file.name(), &described);
            object["comment"] = comment.as_str().into();
            object["agent"] = name(agent).into();
            object["lifetime"] = self.lifetime.map(Lifetime::secs).into();
            object["confirm"] = self.confirm.into();
            object["certificate"] = opened.certificate.as_ref().map(shape::certificate).into();
            object["warnings"] = shape::warnings(&warnings);
            return print_object(&object);
        }
        for warning in &warnings {
            console.warn(warning);
        }
        let fingerprint = described.fingerprint(FingerprintKind::Sha256);
        let mut done = format!(
            "Added {} to the agent: {} {}",
            file.name(),
            fingerprint.map(|print| print.to_string()).unwrap_or_default(),
            escaped(comment.as_str().as_bytes()),
        );
        if opened.certificate.is_some() {
            done.push_str(", with its certificate");
        }
        if let Some(lifetime) = self.lifetime {
            done.extend([", for ", &lifetime.secs().to_string(), " s"]);
        }
        if self.confirm {
            done.push_str("; it asks before each use");
        }
        console.say(&done)
    }
}
