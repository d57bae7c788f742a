//! `keys list`: every key, and what is wrong with it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::read;
use crate::cli::console::{Console, print, print_object, shown};
use crate::cli::json as shape;
use crate::engine::Problem;
use crate::engine::key_name::KeyName;
use crate::engine::keys::key::Kind;
use crate::engine::keys::{Broken, Finding, Grade, Inventory, Key, KeyFile, Whose, age};
use crate::format::Format;
use crate::key::comment::escaped;
use crate::key::fingerprint::FingerprintKind;
use crate::sys::clock::unix_seconds;

/// List the keys
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli keys list
  keywright-cli keys list --json

With --json each line is a key as “info --json” tells it, with its name, its files, where it was installed, \
and among the warnings what the files beside it give cause for.")]
pub(super) struct List {
    /// Keys' files, or folders to look into, instead of ~/.ssh and those that were added
    #[arg(value_name = "FILE|FOLDER")]
    folders: Vec<PathBuf>,
    /// Draw the picture of each fingerprint
    #[arg(long)]
    art: bool,
}

impl List {
    pub(super) fn run(&self, whose: &Whose, console: Console) -> ExitCode {
        let inventory = match read(whose, &self.folders, console) {
            Ok(inventory) => inventory,
            Err(problem) => return console.end(Err(problem)),
        };
        if let Some(trouble) = &inventory.trouble {
            console.note(trouble);
        }
        let told = if console.is_json() {
            self.tell_json(&inventory)
        } else {
            self.tell(&inventory, whose)
        };
        if let Err(problem) = told {
            return console.end(Err(problem));
        }
        // What could not be looked at decides the status, after what could.
        console.for_each(
            &inventory.unread,
            |_| String::new(),
            |problem| Err(problem.clone()),
        )
    }

    fn tell(&self, inventory: &Inventory, whose: &Whose) -> Result<(), Problem> {
        let now = unix_seconds();
        let mut lines = Vec::new();
        for key in &inventory.keys {
            lines.extend(self.told(key, whose, now));
            lines.push(String::new());
        }
        for Broken { path, problem } in &inventory.broken {
            lines.push(whose.short(path));
            lines.push(format!("  error: {}", escaped(problem.what.as_bytes())));
            lines.push(format!("  hint: {}", problem.hint));
            lines.push(String::new());
        }
        lines.extend(
            inventory
                .places
                .iter()
                .flat_map(|finding| told_finding(finding, None)),
        );
        if inventory.keys.is_empty() && inventory.broken.is_empty() && inventory.unread.is_empty() {
            let folders: Vec<String> = inventory
                .folders
                .iter()
                .map(|folder| whose.short(folder))
                .collect();
            lines.push(format!("There are no keys in {}.", folders.join(", ")));
        }
        match inventory.remedies().len() {
            0 => {}
            count => lines.push(format!(
                "{count} of these can be put right by: keywright-cli keys repair"
            )),
        }
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        if lines.is_empty() {
            return Ok(());
        }
        print(format!("{}\n", lines.join("\n")).as_bytes())
    }

    fn told(&self, key: &Key, whose: &Whose, now: u64) -> Vec<String> {
        let mark = if key.is_default { " (default)" } else { "" };
        let mut lines = vec![format!("{}{mark}", key.title())];
        let facts = key.described.fingerprint_line(FingerprintKind::Sha256);
        let facts = facts.unwrap_or_else(|| "only its passphrase shows which key this is".to_owned());
        lines.push(format!("  {facts}"));
        let art = key
            .described
            .randomart(FingerprintKind::Sha256)
            .filter(|_| self.art);
        lines.extend(
            art.iter()
                .flat_map(|art| art.lines())
                .map(|line| format!("  {line}")),
        );
        lines.extend(key.files.iter().map(|file| told_file(file, whose, now)));
        lines.extend(key.installed.iter().map(|on| {
            let [server, date] = [&on.server, &on.date].map(|text| escaped(text.as_bytes()));
            format!("  installed on {server}, {date}")
        }));
        let private = key.files.iter().filter(|file| file.kind == Kind::Private);
        let several = (private.count() > 1).then_some(whose);
        lines.extend(
            key.findings
                .iter()
                .flat_map(|finding| told_finding(finding, several)),
        );
        lines
    }

    fn tell_json(&self, inventory: &Inventory) -> Result<(), Problem> {
        for key in &inventory.keys {
            print_object(&self.object(key))?;
        }
        for Broken { path, problem } in &inventory.broken {
            print_object(&json!({ "file": shown(path), "error": shape::error(problem) }))?;
        }
        for finding in &inventory.places {
            let place = finding.file.as_deref().map(shown);
            print_object(&json!({ "file": place, "warnings": [warning(finding)] }))?;
        }
        Ok(())
    }

    fn object(&self, key: &Key) -> Value {
        let name = key.main_file().map(shown).unwrap_or_default();
        let mut object = shape::key(&name, &key.described);
        object["name"] = key.name.as_ref().map(KeyName::as_str).into();
        object["default"] = key.is_default.into();
        object["installed"] = key
            .installed
            .iter()
            .map(|on| json!({ "server": on.server, "date": on.date }))
            .collect();
        object["files"] = key
            .files
            .iter()
            .map(|file| {
                json!({
                    "file": shown(&file.path),
                    "kind": match file.kind {
                        Kind::Private => "private",
                        Kind::Public => "public",
                        Kind::Certificate => "certificate",
                    },
                    "format": file.format.map(Format::code),
                    "encrypted": file.is_encrypted,
                    "modified": file.modified,
                })
            })
            .collect();
        object["warnings"] = key.findings.iter().map(warning).collect();
        if self.art {
            object["randomart"] = key.described.randomart(FingerprintKind::Sha256).into();
        }
        object
    }
}

fn told_file(file: &KeyFile, whose: &Whose, now: u64) -> String {
    let mut parts = vec![whose.short(&file.path)];
    match file.kind {
        Kind::Private if file.is_encrypted => parts.push("private, with a passphrase".to_owned()),
        Kind::Private => parts.push("private, without a passphrase".to_owned()),
        Kind::Public => parts.push("public".to_owned()),
        Kind::Certificate => parts.push("certificate".to_owned()),
    }
    let written = |then| format!("written {}", age::in_words(then, now));
    parts.extend(file.modified.map(written));
    format!("  {}", parts.join(", "))
}

/// What is wrong; with the name of its file where it may be one of several and the message does not say which.
fn told_finding(finding: &Finding, several: Option<&Whose>) -> [String; 2] {
    let word = match finding.grade {
        Grade::Note => "note",
        Grade::Warning | Grade::Danger => "warning",
    };
    let message = match several {
        Some(whose) => finding.told(whose),
        None => escaped(finding.warning.message.as_bytes()),
    };
    [
        format!("  {word}: {message}"),
        format!("  hint: {}", finding.warning.hint),
    ]
}

fn warning(finding: &Finding) -> Value {
    json!({
        "code": finding.warning.code,
        "message": finding.warning.message,
        "hint": finding.warning.hint,
        "file": finding.file.as_deref().map(shown),
        "repairable": finding.remedy.as_ref().is_some_and(crate::engine::keys::Remedy::is_harmless),
    })
}
