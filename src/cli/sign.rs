//! `sign`: signatures of files, as `ssh-keygen -Y sign` makes them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::console::{Console, print, print_object, shown};
use super::key_file::KeyFile;
use super::message::{Message, namespace, only_one_from_standard_input};
use super::passphrases::OldPassphrase;
use super::private_file::may_write_public;
use super::{signing_key, usage};
use crate::engine::signing::{FILES, SigningKey, signature_of};
use crate::engine::{Problem, told_by_disk};
use crate::format::sshsig::{MessageHash, SshSignature};
use crate::key::fingerprint::{Fingerprint, FingerprintKind};
use crate::sys::files::write_public;

/// Sign files, so that others can check whose they are
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli sign release.tar.gz -k ~/.ssh/id_ed25519
  keywright-cli sign report.pdf notes.txt -k ~/.ssh/work
  keywright-cli sign -k ~/.ssh/id_ed25519.pub < release.tar.gz > release.tar.gz.sig

The signature of FILE is written to FILE.sig, and that of standard input to standard output. The file itself stays as it \
is, and goes along with its signature: whoever has both, and knows the key, can check them with keywright-cli verify or \
with ssh-keygen -Y verify.

What a signature is for (its namespace) is signed with the file, so that one made for a file cannot be passed off as one for \
a commit. Name a key's public half (.pub) where an agent holds the private one; security keys sign in that way too.")]
pub(super) struct Sign {
    /// The files to be signed; - is standard input, as is no file at all
    #[arg(value_name = "FILE")]
    files: Vec<Message>,
    /// The key that signs: a private key file, or a public one whose private half an agent holds
    #[arg(short, long, value_name = "KEY", required = true)]
    key: KeyFile,
    /// What the signature is for: file, email, git, or NAME@DOMAIN for a purpose of one's own
    #[arg(short, long, value_name = "NAMESPACE", default_value = FILES, value_parser = namespace)]
    namespace: String,
    /// By which hash the file is taken: sha512 or sha256
    #[arg(long, value_name = "HASH", default_value = "sha512", value_parser = hash)]
    hash: MessageHash,
    /// Where the signature of a single file goes; - is standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The agent's socket or pipe, instead of the one that ssh would use
    #[arg(long, value_name = "SOCKET")]
    agent: Option<PathBuf>,
    #[command(flatten)]
    passphrase: OldPassphrase,
}

fn hash(text: &str) -> Result<MessageHash, &'static str> {
    let is_meant = |hash: &MessageHash| hash.name() == text;
    MessageHash::ALL
        .into_iter()
        .find(is_meant)
        .ok_or("choose sha512 or sha256")
}

impl Sign {
    pub(super) fn run(mut self, console: Console) -> ExitCode {
        if self.files.is_empty() {
            self.files.push(Message::StandardInput);
        }
        let key = match self
            .check()
            .and_then(|()| signing_key::open(&self.key, &self.passphrase, self.agent.as_deref(), console))
        {
            Ok(key) => key,
            Err(problem) => return console.end(Err(problem)),
        };
        console.for_each(&self.files, Message::name, |file| {
            told_by_disk(|| self.sign(file, &key, console))
        })
    }

    fn check(&self) -> Result<(), Problem> {
        let takes_input = self.passphrase.takes_standard_input();
        self.key.check_input(takes_input)?;
        let messages = self.files.iter().filter(|file| file.is_standard_input()).count();
        let others = usize::from(takes_input) + usize::from(matches!(self.key, KeyFile::StandardInput));
        if messages + others > 1 {
            return Err(only_one_from_standard_input());
        }
        if self.output.is_some() && self.files.len() > 1 {
            return Err(usage::problem(
                "one file cannot hold the signatures of several",
                "Leave -o out: each signature is written beside its file then.",
            ));
        }
        Ok(())
    }

    fn sign(&self, file: &Message, key: &SigningKey, console: Console) -> Result<(), Problem> {
        let digest = file.digest(self.hash, console)?;
        let signature = signature_of(key, &self.namespace, self.hash, &digest)?;
        let place = match (&self.output, file.path()) {
            (Some(output), _) if output == Path::new("-") => None,
            (Some(output), _) => Some(output.clone()),
            (None, Some(path)) => Some(signature_beside(path)),
            (None, None) => None,
        };
        let text = signature.to_text();
        if let Some(place) = &place {
            write_public(place, text.as_bytes(), may_write_public(place, console)?)?;
        }
        if console.is_json() {
            return print_object(&self.told(file, &signature, place.as_deref()));
        }
        match &place {
            Some(place) => console.say(&format!("Signed {}: {}", file.name(), shown(place))),
            None => print(text.as_bytes()),
        }
    }

    fn told(&self, file: &Message, signature: &SshSignature, place: Option<&Path>) -> Value {
        let key = signature.signer().key();
        let mut object = json!({
            "file": file.name(),
            "signature": place.map(shown),
            "namespace": self.namespace,
            "hash": self.hash.name(),
            "type": key.algorithm().name(),
            "fingerprint_sha256": Fingerprint::of(key, FingerprintKind::Sha256).to_string(),
        });
        if place.is_none() {
            object["text"] = signature.to_text().into();
        }
        object
    }
}

/// Where the signature of a file lies.
pub(super) fn signature_beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".sig");
    name.into()
}
