//! `verify`: whose signature a file has, as `ssh-keygen -Y verify`, `check-novalidate` and `find-principals` say it.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::console::{Console, print, print_object};
use super::key_file::KeyFile;
use super::message::{Message, namespace, only_one_from_standard_input};
use super::sign::signature_beside;
use super::usage;
use crate::engine::Problem;
use crate::engine::signing::{self, FILES, Good};
use crate::format::allowed_signers::AllowedSigners;
use crate::format::sshsig::{SignedBy, SshSignature};
use crate::key::comment::escaped;
use crate::key::fingerprint::{Fingerprint, FingerprintKind};

/// Check whose signature a file has
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli verify release.tar.gz --allowed-signers signers
  keywright-cli verify release.tar.gz --allowed-signers signers --signer releases@example.org
  keywright-cli verify report.pdf -s report.sig --check-novalidate
  keywright-cli verify --find-principals -s report.pdf.sig --allowed-signers signers

The signature is looked for in FILE.sig. Anybody can sign with a key of their own: whose signature counts stands in a list of \
allowed signers (ssh-keygen(1)), a line for each: a name, and a public key. Git has the same list, as \
gpg.ssh.allowedSignersFile.

--check-novalidate asks only whether the signature fits the file, and tells the key that made it: it says nothing about whose \
key that is. --find-principals says whose key it is by the list, and looks at no file.

Exit status: 0 the signature counts, 1 it does not.")]
pub(super) struct Verify {
    /// The signed file; - is standard input, as is no file at all
    #[arg(value_name = "FILE")]
    file: Option<Message>,
    /// The signature, where it is not in FILE.sig
    #[arg(short, long, value_name = "SIGNATURE")]
    signature: Option<KeyFile>,
    /// What the signature has to be for
    #[arg(short, long, value_name = "NAMESPACE", default_value = FILES, value_parser = namespace)]
    namespace: String,
    /// The list of whose signatures count
    #[arg(short = 'f', long, value_name = "LIST")]
    allowed_signers: Option<KeyFile>,
    /// Whose signature it has to be, by the list; without it, that of anybody in the list
    #[arg(short = 'I', long, value_name = "NAME", requires = "allowed_signers")]
    signer: Option<String>,
    /// Ask only whether the signature fits the file
    #[arg(long, conflicts_with_all = ["allowed_signers", "find_principals"])]
    check_novalidate: bool,
    /// Ask only whose key made the signature, by the list
    #[arg(long, requires = "allowed_signers", conflicts_with_all = ["signer", "file"])]
    find_principals: bool,
}

impl Verify {
    pub(super) fn run(self, console: Console) -> ExitCode {
        console.end(self.judge(console))
    }

    fn judge(&self, console: Console) -> Result<(), Problem> {
        let list = match &self.allowed_signers {
            Some(file) => Some(read_list(file, console)?),
            None if self.check_novalidate => None,
            None => {
                return Err(usage::problem(
                    "nothing says whose signatures count",
                    "Name a list with --allowed-signers. With --check-novalidate it is asked only whether the signature fits the file.",
                ));
            }
        };
        self.check_input()?;
        let place = self.place()?;
        let signature = SshSignature::parse(place.read()?.expose())?;
        if let (Some(list), true) = (&list, self.find_principals) {
            let (line, names) = signing::signers(&signature, list, None, None)?;
            if console.is_json() {
                return print_object(
                    &json!({ "signature": place.name(), "principals": names, "line": line }),
                );
            }
            return print(format!("{}\n", names.join("\n")).as_bytes());
        }
        let file = self.file.clone().unwrap_or(Message::StandardInput);
        let digest = file.digest(signature.hash(), console)?;
        let good = match &list {
            Some(list) => {
                signing::check_against(&signature, &self.namespace, &digest, list, self.signer.as_deref())
            }
            None => signing::check(&signature, &self.namespace, &digest),
        }?;
        tell(&file, &place, &signature, &good, console)
    }

    fn place(&self) -> Result<KeyFile, Problem> {
        match (&self.signature, self.file.as_ref().and_then(Message::path)) {
            (Some(place), _) => Ok(place.clone()),
            (None, Some(path)) => Ok(KeyFile::At(signature_beside(path))),
            (None, None) => Err(usage::problem(
                "the signature is not named",
                "Name it with -s: standard input has no file beside it.",
            )),
        }
    }

    /// Whether more than one thing is to come from standard input.
    fn check_input(&self) -> Result<(), Problem> {
        let is_input = |file: &Option<KeyFile>| matches!(file, Some(KeyFile::StandardInput));
        let is_message = !self.find_principals && self.file.as_ref().is_none_or(Message::is_standard_input);
        let all = [
            is_input(&self.signature),
            is_input(&self.allowed_signers),
            is_message,
        ];
        if all.into_iter().filter(|is_input| *is_input).count() > 1 {
            return Err(only_one_from_standard_input());
        }
        Ok(())
    }
}

fn read_list(file: &KeyFile, console: Console) -> Result<AllowedSigners, Problem> {
    let list = AllowedSigners::parse(file.read_list()?.expose().to_vec())?;
    for (line, fault) in signing::faults(&list) {
        console.note(&format!("{}, line {line}, says nothing: {fault}", file.name()));
    }
    Ok(list)
}

fn tell(
    file: &Message,
    place: &KeyFile,
    signature: &SshSignature,
    good: &Good,
    console: Console,
) -> Result<(), Problem> {
    let key = signature.signer().key();
    let print_of_key = Fingerprint::of(key, FingerprintKind::Sha256);
    if console.is_json() {
        return print_object(&json!({
            "file": file.name(),
            "signature": place.name(),
            "good": true,
            "namespace": signature.namespace(),
            "hash": signature.hash().name(),
            "scheme": good.scheme,
            "type": key.algorithm().name(),
            "fingerprint_sha256": print_of_key.to_string(),
            "certificate": matches!(signature.signer(), SignedBy::Certificate(_)),
            "principals": good.line.map(|_| &good.names),
            "line": good.line,
        }));
    }
    let by = format!("{} {print_of_key}", key.algorithm().title());
    let purpose = escaped(signature.namespace().as_bytes());
    let told = match good.line {
        Some(_) => format!(
            "{}: signed by {}, for “{purpose}”, with the {by}.",
            file.name(),
            good.names.join(", ")
        ),
        None => format!(
            "{}: the signature fits, for “{purpose}”. It was made with the {by}. Whose key that is was not asked.",
            file.name()
        ),
    };
    print(format!("{told}\n").as_bytes())
}
