//! `repair`: a clean file of a mangled one.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::console::{Console, print, print_object, shown};
use super::key_file::KeyFile;
use super::passphrases::OldPassphrase;
use super::private_file::may_replace;
use super::{interrupt, json as shape, usage};
use crate::engine::describe::written_without_owners;
use crate::engine::keys::mending::{Mended, Mending};
use crate::engine::keys::repair::{announcement, apply};
use crate::engine::keys::tidying::{Tidying, is_list};
use crate::engine::keys::{Remedy, Whose};
use crate::engine::{Problem, opening, told_by_disk};
use crate::format::Parsed;
use crate::format::mend::Accident;
use crate::format::reading::Reading;
use crate::sys::files::{
    Save, Secrecy, check_stream, is_standard_output, is_stream, write_stream, write_together,
};
use crate::sys::permissions::{Access, audit_private};

/// Make a clean key file of a mangled one
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli repair ~/.ssh/id_ed25519
  keywright-cli repair secret.json -o ~/.ssh/id_deploy
  keywright-cli repair --dry-run ~/.ssh/*

Line breaks that were lost or spelled out, BEGIN and END lines that are missing or damaged, a key inside JSON, YAML or \
another text: all that is undone, and the key itself proves that it is whole. Passphrase, comment and format stay as they \
are, and no passphrase is asked for; one that is given lets a comment or passphrase in another encoding become UTF-8.

Without -o the clean file takes the old one's place, and the old one is kept in a folder “removed” beside it; a FILE.pub \
that is damaged is made anew as well. A file that is sound is left as it is.

A list (authorized_keys) is put right line by line: what is in UTF-16, keys pasted as a block, and lines that were cut \
into several. Every other byte of it stays.")]
pub(super) struct Repair {
    /// Files with one key each; - is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<KeyFile>,
    /// Write the clean file there instead; - is standard output
    #[arg(short, long, value_name = "OUT")]
    out: Option<PathBuf>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    passphrase: OldPassphrase,
}

impl Repair {
    pub(super) fn run(self, console: Console) -> ExitCode {
        if self.out.is_some() && self.files.len() > 1 {
            return console.end(Err(usage::problem(
                "several keys cannot go to one file",
                "Repair them one by one, or leave -o out: then each takes its own place.",
            )));
        }
        let whose = Whose::of_user();
        console.for_each(&self.files, KeyFile::name, |file| {
            told_by_disk(|| match &self.out {
                _ if file.path().is_some_and(is_list) => self.list(file.place()?, &whose, console),
                Some(out) => self.to(out, file, console),
                None => self.in_place(file, &whose, console),
            })
        })
    }

    /// The clean file; with its passphrase, where one was given, it is opened for that.
    fn mending(&self, file: &KeyFile, console: Console) -> Result<Mending, Problem> {
        file.check_input(self.passphrase.takes_standard_input())?;
        let bytes = file.read()?;
        let reading = opening::read(bytes.expose())?;
        let Reading {
            parsed,
            accidents,
            clean,
            for_ssh,
        } = reading;
        let (parsed, passphrase) = match parsed {
            Parsed::Locked(locked) if self.passphrase.is_given() => {
                let opened = file.open_private(Parsed::Locked(locked), &self.passphrase, console)?;
                (Parsed::Private(opened.file), opened.passphrase)
            }
            parsed => (parsed, None),
        };
        let reading = Reading {
            parsed,
            accidents,
            clean,
            for_ssh,
        };
        Mending::of_reading(bytes, reading, passphrase.as_ref())
    }

    /// A list of who may log in, line by line.
    fn list(&self, path: &Path, whose: &Whose, console: Console) -> Result<(), Problem> {
        let tidying = Tidying::open(path)?;
        let mut told = json!({
            "file": shown(path),
            "needed": tidying.is_needed(),
            "repaired": false,
            "mended": tidying.mended().iter().map(|(line, accident)| json!({
                "code": accident.code(), "message": accident.to_string(), "line": line,
            })).collect::<Vec<Value>>(),
            "kept": [],
        });
        let lines: Vec<String> = tidying
            .mended()
            .iter()
            .map(|(line, accident)| format!("  line {line}: {accident}"))
            .collect();
        let lines = lines.join("\n");
        if let Some(out) = &self.out {
            if is_standard_output(out) && !console.is_json() {
                return print(tidying.text());
            }
            let existing = may_replace(out, console)?;
            let save = Save {
                path: out.clone(),
                bytes: tidying.text(),
                secrecy: Secrecy::Public,
                existing,
            };
            if !self.dry_run {
                let _written = interrupt::uninterrupted(|| write_together(&[save]))?;
            }
            if console.is_json() {
                return print_object(&told);
            }
            return console.say(&format!("The clean list is in {}.\n{lines}", shown(out)));
        }
        if !tidying.is_needed() || self.dry_run {
            return match (console.is_json(), tidying.is_needed()) {
                (true, _) => print_object(&told),
                (false, true) => print(format!("Would repair {}.\n{lines}\n", shown(path)).as_bytes()),
                (false, false) => console.say(&format!("{} needs no repair.", shown(path))),
            };
        }
        let mended = interrupt::uninterrupted(|| tidying.put_in_place(path))?;
        if console.is_json() {
            told["repaired"] = true.into();
            told["kept"] = mended
                .kept
                .iter()
                .map(|path| shown(path))
                .collect::<Vec<_>>()
                .into();
            return print_object(&told);
        }
        console.say(&format!("{}\n{lines}", mended.sentence(path, whose)))
    }

    fn in_place(&self, file: &KeyFile, whose: &Whose, console: Console) -> Result<(), Problem> {
        let path = file.place()?;
        let mending = self.mending(file, console)?;
        if !mending.is_needed() {
            let tightened = self.tighten(path, &mending, whose)?;
            if console.is_json() {
                return print_object(&told(path, &mending, None));
            }
            return console.say(&tightened.unwrap_or_else(|| format!("{} needs no repair.", shown(path))));
        }
        if self.dry_run {
            return would(path, &mending, console);
        }
        let mended = interrupt::uninterrupted(|| mending.put_in_place(path))?;
        warn_of_disk(path, &mending, console);
        if console.is_json() {
            return print_object(&told(path, &mending, Some(&mended)));
        }
        console.say(&mended.sentence(path, whose))?;
        console.say(&list(&mending))?;
        if mending.has_company() {
            console.note("what else stood in the file is in the old one only");
        }
        Ok(())
    }

    /// Takes from others what they may do with a private key that is sound otherwise.
    fn tighten(&self, path: &Path, mending: &Mending, whose: &Whose) -> Result<Option<String>, Problem> {
        let is_loose =
            mending.secrecy() == Secrecy::Private && matches!(audit_private(path), Ok(Access::Loose { .. }));
        let remedy = Remedy::Tighten(path.to_owned());
        Ok(match (is_loose, self.dry_run) {
            (false, _) => None,
            (true, true) => Some(format!("Would {}.", announcement(&remedy, whose))),
            (true, false) => Some(apply(&remedy, whose)?),
        })
    }

    fn to(&self, out: &Path, file: &KeyFile, console: Console) -> Result<(), Problem> {
        let mending = self.mending(file, console)?;
        if self.dry_run {
            return would(Path::new(&file.name()), &mending, console);
        }
        if is_standard_output(out) {
            if console.is_json() {
                return Err(usage::problem(
                    "the key and the JSON object cannot both go to standard output",
                    "Give a file with -o, or leave --json out.",
                ));
            }
            return print(mending.text());
        }
        if is_stream(out) {
            check_stream(out)?;
            write_stream(out, mending.text())?;
        } else {
            let existing = may_replace(out, console)?;
            interrupt::uninterrupted(|| mending.write_to(out, existing))?;
            warn_of_disk(out, &mending, console);
        }
        if console.is_json() {
            return print_object(&told(out, &mending, None));
        }
        console.say(&format!("The clean key is in {}.", shown(out)))?;
        console.say(&list(&mending))
    }
}

/// Says that the disk keeps a private file from nobody.
fn warn_of_disk(path: &Path, mending: &Mending, console: Console) {
    if mending.secrecy() == Secrecy::Private {
        console.warn_all(&Vec::from_iter(written_without_owners(path)));
    }
}

fn would(path: &Path, mending: &Mending, console: Console) -> Result<(), Problem> {
    if console.is_json() {
        return print_object(&told(path, mending, None));
    }
    if !mending.is_needed() {
        return print(format!("{} needs no repair.\n", shown(path)).as_bytes());
    }
    let list = list(mending);
    print(format!("Would repair {}.\n{list}\n", shown(path)).as_bytes())
}

/// What happened to the file, a line each.
fn list(mending: &Mending) -> String {
    let sentence = |accident: Accident| format!("  {accident}");
    let all: Vec<String> = mending.accidents().iter().map(sentence).collect();
    all.join("\n")
}

fn told(path: &Path, mending: &Mending, mended: Option<&Mended>) -> Value {
    json!({
        "file": shown(path),
        "needed": mending.is_needed(),
        "repaired": mended.is_some(),
        "mended": shape::mended(mending.accidents()),
        "kept": mended.map_or(Vec::new(), |mended| mended.kept.iter().map(|path| shown(path)).collect()),
        "public": mended.and_then(|mended| mended.public.as_deref()).map(shown),
        "note": mended.and_then(|mended| mended.note.clone()),
    })
}
