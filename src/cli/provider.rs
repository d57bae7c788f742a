//! `provider`: what is pasted into whose form, checked before.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::console::{Console, print, print_object};
use super::json as shape;
use super::key_file::KeyFile;
use super::passphrases::OldPassphrase;
use super::public::public_comment;
use crate::engine::Problem;
use crate::engine::describe::Description;
use crate::engine::providers::{AS_OF, PROVIDERS, Provider as Taker};

/// Say what to paste into a provider's form
#[derive(Args, Debug)]
#[command(
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "Examples:
  keywright-cli provider list
  keywright-cli provider show github ~/.ssh/id_ed25519
  keywright-cli provider show cloud-init key.pub -q > user-data

Nothing is sent to anybody: what is known about the providers comes with the program, and has a date."
)]
pub(super) struct Provider {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    List(List),
    Show(Show),
}

/// List the providers, and the keys that each takes
#[derive(Args, Debug)]
struct List {}

/// Print what is pasted there, and say where that is
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli provider show gitlab ~/.ssh/id_ed25519
  keywright-cli provider show azure-devops id_rsa.ppk --json

What is to be pasted goes to standard output, and what to do to standard error; -q leaves the latter out. A key \
that the provider does not take is refused, with exit status 1.")]
struct Show {
    /// Which one, as `list` names it
    #[arg(value_name = "PROVIDER", value_parser = taker)]
    provider: &'static Taker,
    /// The key, public or private; - is standard input
    #[arg(value_name = "KEY")]
    key: KeyFile,
    #[command(flatten)]
    passphrase: OldPassphrase,
}

fn taker(code: &str) -> Result<&'static Taker, String> {
    Taker::called(code).ok_or_else(|| {
        let codes: Vec<&str> = PROVIDERS.iter().map(|provider| provider.code).collect();
        format!("choose among {}", codes.join(", "))
    })
}

impl Provider {
    pub(super) fn run(self, console: Console) -> Result<(), Problem> {
        match self.action {
            Action::List(_) => list(console),
            Action::Show(action) => action.run(console),
        }
    }
}

fn list(console: Console) -> Result<(), Problem> {
    for provider in PROVIDERS {
        if console.is_json() {
            print_object(&entry(provider))?;
        } else {
            let line = format!("{:<14} {}: {}\n", provider.code, provider.title, provider.taken());
            print(line.as_bytes())?;
        }
    }
    console.note(&format!("as of {AS_OF}"));
    Ok(())
}

fn entry(provider: &Taker) -> Value {
    json!({
        "provider": provider.code,
        "title": provider.title,
        "takes": provider.taken(),
        "documented": provider.is_documented,
        "page": provider.page,
        "steps": provider.steps,
        "note": Some(provider.note).filter(|note| !note.is_empty()),
        "source": provider.source,
        "as_of": AS_OF,
    })
}

impl Show {
    fn run(self, console: Console) -> Result<(), Problem> {
        self.key.check_input(self.passphrase.takes_standard_input())?;
        let parsed = self
            .key
            .with_public(self.key.parse()?, &self.passphrase, console)?;
        let described = Description::of(&parsed, None);
        let comment = public_comment(&self.key, &described);
        let provider = self.provider;
        let text = provider.text(described.known_public()?, &comment)?;
        if console.is_json() {
            let mut object = entry(provider);
            object["file"] = self.key.name().into();
            object["text"] = text.into();
            object["warnings"] = shape::warnings(&described.warnings);
            return print_object(&object);
        }
        for warning in &described.warnings {
            console.warn(warning);
        }
        let page = provider.page.map(|page| format!("The page is {page}"));
        for step in provider.steps.iter().copied().chain(page.as_deref()) {
            console.note(step);
        }
        if !provider.note.is_empty() {
            console.note(provider.note);
        }
        print(format!("{}\n", text.trim_end()).as_bytes())
    }
}
