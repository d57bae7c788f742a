//! `install`: puts a key on a server, and proves that it lets its owner in.

mod told;

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::authorized::Conditions;
use super::console::{Console, print_object, shown};
use super::interrupt::Ending;
use super::key_file::KeyFile;
use super::passphrases::OldPassphrase;
use super::server::{Connect, looked, remember_installed, remember_taken_off, take_off};
use super::{terminal, usage, work};
use crate::engine::Problem;
use crate::engine::agents;
use crate::engine::command_line::install_by_ssh;
use crate::engine::describe::Description;
use crate::engine::faults::{Loose, ServerFault};
use crate::engine::host_entry::{self, HostEntry};
use crate::engine::keys::{Whose, default_key};
use crate::engine::log_in::{Held, LogIn};
use crate::engine::servers::{
    self, Identity, Installed, OpenKey, Proof, Session, Undo, Undone, lets_everybody_in, line_in,
};
use crate::format::authorized_keys::{NewLine, NewOptions};
use crate::format::ssh_config::Directive;
use crate::format::{DecodeError, Parsed};
use crate::key::PublicKey;
use crate::key::comment::Comment;
use crate::sys::remote::Target;

/// Put a key on a server, and prove that it lets you in
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli install root@example.org
  keywright-cli install root@example.org -k ~/.ssh/id_ed25519
  keywright-cli install -i id.pub -p 2222 root@example.org
  keywright-cli install me@example.org:2222 -k id.pub --password-file pass
  keywright-cli install web -k new_key -i ~/.ssh/old_key
  keywright-cli install me@example.org -k id_ed25519 --as web-1
  keywright-cli install web -k new_key --undo
  keywright-cli install web -k backup.pub --restrict --command /usr/bin/backup --from 192.0.2.0/24

The server must be known to ssh, or is shown with its fingerprint and asked about; one whose key has \
changed is left alone. Sign in with a key that it knows already, or with a password. The line is added \
once to the list of keys there (~/.ssh/authorized_keys as a rule), all else in it stays as it is, and \
then the key alone is tried on a fresh connection. The server reads the list at each login: nothing has \
to be restarted.")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(super) struct Install {
    #[command(flatten)]
    connect: Connect,
    /// The key that is to let you in: its private file, or its public one. Without it, the one behind -i, as with
    /// ssh-copy-id, or else your default key
    #[arg(short, long, value_name = "FILE")]
    key: Option<KeyFile>,
    /// Log in as this user, whose name may also stand before the server's
    #[arg(short, long, value_name = "USER", help_heading = "Signing in")]
    login: Option<String>,
    #[command(flatten)]
    conditions: Conditions,
    /// Give the server this short name in ssh's configuration: ssh NAME then logs in with this key and offers no other
    #[arg(long = "as", value_name = "NAME")]
    name: Option<String>,
    /// Take exactly this line off again, and out of ssh's configuration the short name behind --as
    #[arg(long, conflicts_with = "dry_run")]
    undo: bool,
    /// Sign in and say what would be done, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not try the key afterwards
    #[arg(long)]
    no_prove: bool,
    /// Where the server passes over the list because others could change it, take that right from them (chmod go-w)
    #[arg(long, conflicts_with_all = ["undo", "dry_run", "no_prove"])]
    repair: bool,
    #[command(flatten)]
    passphrase: OldPassphrase,
}

impl Install {
    pub(super) fn run(mut self, console: Console) -> Result<(), Problem> {
        let conditions = std::mem::take(&mut self.conditions);
        if !self.undo {
            conditions.check_to_come()?;
        }
        let options = conditions.options()?;
        let file = self.file(console)?;
        let told = self.connect.told(self.login.as_deref())?;
        let target = self.connect.target(self.login.as_deref())?;
        let takes_input = self.passphrase.takes_standard_input() || self.connect.takes_standard_input();
        file.check_input(takes_input)?;
        if !self.undo {
            file.refuse_lost_options(&options)?;
        }
        let parsed = file.with_public(file.parse()?, &self.passphrase, console)?;
        let described = Description::of(&parsed, file.path());
        let line = line(&file, &described, &options)?;
        for warning in described.warnings_of_key() {
            console.warn(&warning);
        }
        let entry = if self.undo {
            None
        } else {
            self.entry((&file, line.key()), &target, &told)?
        };
        let is_tried = !(self.no_prove || self.undo || self.dry_run);
        let key = if is_tried {
            self.open(&file, &target, console)?
        } else {
            None
        };
        let session = self
            .connect
            .sign_in(&target, file.path(), &self.passphrase, console);
        let session = session.map_err(|problem| match file.path() {
            // The line for a shell has no restrictions, and takes nothing off.
            Some(file) if problem.may_be_done_by_ssh() && !self.undo && options == NewOptions::default() => {
                problem.with_key_put_by_ssh(&install_by_ssh(&target, file))
            }
            _ => problem,
        })?;
        if self.undo {
            let named = self.name.as_deref().map(|name| Named {
                name,
                told: &told,
                file: &file,
            });
            return self.undo(session, line, &target, named, console);
        }
        if self.dry_run {
            let (_, found) = looked(session, console)?;
            return told::tell_plan(&found, &line, &target, entry.as_ref(), console);
        }
        let (session, mut installed) = put(session, line.clone(), console)?;
        let shell = installed.found.shell(&session.connection.software());
        let held = key.as_ref().map(held);
        let told = session.warning();
        let proof = if is_tried {
            self.prove(session, key, &mut installed, console)?
        } else {
            None
        };
        remember_installed(line.key(), &target, console);
        if let Some(entry) = &entry {
            name(entry, &installed)?;
        }
        let lets_in = matches!(proof, Some(Proof::Works | Proof::AsksForMore(_)));
        let held = held.filter(|_| lets_in);
        let is_crowded = lets_in && agents::crowd_out(&target, Connect::agents_of_ssh(), line.key());
        let log_in = held.map(|held| LogIn::of(&target, line.key(), &held, shell, is_crowded));
        let is_new = told.is_none() && proof == Some(Proof::Unasked);
        let found_out = is_new.then(lets_everybody_in);
        if let Some(warning) = &found_out {
            console.warn(warning);
        }
        let trial = told::Trial {
            is_wanted: is_tried,
            everybody: told.or(found_out),
            proof,
            log_in,
            entry,
        };
        told::tell(&target, &line, &installed, &trial, console)
    }

    /// The key that is to let in: the one that was named, in either way; or else the default one.
    fn file(&mut self, console: Console) -> Result<KeyFile, Problem> {
        if let Some(file) = self.key.take() {
            return Ok(file);
        }
        let path = match <[PathBuf; 1]>::try_from(self.connect.take_identities()) {
            Ok([path]) => path,
            Err(several) if !several.is_empty() => {
                return Err(usage::problem(
                    "it is not said which of these keys is to let you in",
                    "Name that one with --key, and those to sign in with by -i.",
                ));
            }
            Err(_) => {
                let path = default_key::pick(&Whose::of_user())?;
                console.note(&format!("the key is {}", shown(&path)));
                path
            }
        };
        Ok(KeyFile::from(path.into_os_string()))
    }

    /// The short name that was asked for, planned while nothing is done yet.
    fn entry(
        &self,
        (file, public): (&KeyFile, &PublicKey),
        target: &Target,
        told: &[Directive],
    ) -> Result<Option<HostEntry>, Problem> {
        let Some(name) = &self.name else {
            return Ok(None);
        };
        if self.connect.has_named_config() {
            return Err(usage::problem(
                "a short name is written to ssh's own configuration, and another one was named (-F)",
                "Leave out one of the two.",
            ));
        }
        let key = self.file_of_entry(file)?;
        HostEntry::plan(&Whose::of_user(), name, target, told, (&key, public)).map(Some)
    }

    /// The file with the private key, as an entry names it.
    fn file_of_entry(&self, file: &KeyFile) -> Result<PathBuf, Problem> {
        let path = file.place()?;
        Ok(match Identity::named(path, &self.connect.agents())? {
            Some(Identity::Open(OpenKey::File(file, _)) | Identity::Locked(file, _)) => match Held::at(&file)
            {
                Held::OtherFile => return Err(not_for_ssh()),
                _ => file,
            },
            // ssh finds a key of an agent by either half.
            Some(Identity::Open(OpenKey::Agent(..) | OpenKey::Held(_))) => path.to_owned(),
            None => return Err(no_private_half()),
        })
    }

    /// Tries the key alone, or asks about it. Where others could change the list, that is put right first if it is agreed to.
    fn prove(
        &self,
        mut session: Session,
        mut key: Option<OpenKey>,
        installed: &mut Installed,
        console: Console,
    ) -> Result<Option<Proof>, Problem> {
        let mut is_repaired = false;
        loop {
            let mut tried = installed.clone();
            let proof = work::run(console, "Trying the key", move |pulse| {
                let proof = servers::prove_installed(&mut session, &mut tried, key.as_ref(), pulse);
                (session, key, tried, proof)
            })?;
            let (back, same_key, tried, proof) = proof;
            (session, key, *installed) = (back, same_key, tried);
            for remark in std::mem::take(&mut session.remarks) {
                console.note(&remark);
            }
            let fault = match proof {
                Ok(proof) => return Ok(proof),
                Err(fault) => fault,
            };
            if matches!(fault, ServerFault::Ignored { .. }) {
                // What was seen last counts, although it may have worked there once.
                remember_taken_off(&installed.key, session.connection.target(), console);
            }
            let loose = fault.repairable();
            if loose.is_empty() || is_repaired || !self.may_repair(&loose)? {
                let mut problem = untried(fault, installed);
                if !loose.is_empty() && !is_repaired {
                    problem.hint.push_str(" Or have it done from here: --repair");
                }
                return Err(problem);
            }
            let told = in_words(&loose);
            let repaired = work::run(console, "Putting it right", move |pulse| {
                let repaired = servers::repair(&mut session, &loose, pulse);
                (session, repaired)
            })?;
            repaired.1?;
            session = repaired.0;
            is_repaired = true;
            console.note(&format!("put right on the server: {told}"));
        }
    }

    /// Whether others are to lose the right to change the list: it was asked for, or somebody at the terminal agrees.
    fn may_repair(&self, loose: &[Loose]) -> Result<bool, Problem> {
        if self.repair || !terminal::is_there() {
            return Ok(self.repair);
        }
        terminal::ask_yes(&format!(
            "The server passes over the list: {}. Take that right from them (chmod go-w)?",
            in_words(loose)
        ))
    }

    /// Takes exactly this line off again.
    fn undo(
        &self,
        session: Session,
        line: NewLine,
        target: &Target,
        named: Option<Named<'_>>,
        console: Console,
    ) -> Result<(), Problem> {
        let (session, found) = looked(session, console)?;
        let known = self.connect.whose(&session, &found, console)?;
        let key = line.key().clone();
        let undo = Undo::of_line(line);
        let other_line = line_in(&found, &key)?;
        let (_, Undone { found, .. }) = take_off(
            session,
            "Taking the key off",
            console,
            move |session, last, pulse| servers::undo(session, &undo, &known, last, pulse),
        )
        .map_err(|problem| match other_line {
            Some(number) if problem.code == "server-no-such-key" => {
                differs(&problem, number, &found.place, target)
            }
            _ => problem,
        })?;
        let stays = line_in(&found, &key)?;
        match stays {
            None => remember_taken_off(&key, target, console),
            Some(number) => console.note(&format!(
                "line {number} of {} has this key as well, and may still let it in",
                found.place
            )),
        }
        let unnamed = named
            .map(|named| self.unname(&named, &key, target, &found.place))
            .transpose()?;
        if console.is_json() {
            return print_object(&json!({
                "target": target.to_string(),
                "place": found.place,
                "removed": 1,
                "stays": stays.is_some(),
                "host_entry_removed_from": unnamed,
            }));
        }
        console.say(&format!("Taken off {} on {target}", found.place))?;
        unnamed.map_or(Ok(()), |path| {
            console.say(&format!("Taken out of {}", shown(&path)))
        })
    }

    /// Takes a short name out of ssh's configuration, and tells where that was.
    fn unname(
        &self,
        named: &Named<'_>,
        key: &PublicKey,
        target: &Target,
        place: &str,
    ) -> Result<PathBuf, Problem> {
        let taken_out = self.file_of_entry(named.file).and_then(|path| {
            let whose = Whose::of_user();
            host_entry::take_out(&whose, named.name, target, named.told, (&path, key))
        });
        let taken_out = taken_out.map_err(|mut problem| {
            problem.hint = format!(
                "The line was taken off {place} on the server, and only the short name was not taken out. {}",
                problem.hint
            );
            problem
        })?;
        Ok(taken_out.path().to_owned())
    }

    /// The key ready to be tried; nothing where its private half is not here, or stays locked.
    fn open(&self, file: &KeyFile, target: &Target, console: Console) -> Result<Option<OpenKey>, Problem> {
        let Some(path) = file.path() else {
            return Ok(None);
        };
        match Identity::named(path, &self.connect.agents_for(target))? {
            Some(Identity::Open(key)) => Ok(Some(key)),
            Some(Identity::Locked(path, file)) if self.passphrase.is_given() || terminal::is_there() => {
                let file_name = KeyFile::from(path.clone().into_os_string());
                let opened = file_name.open_private(Parsed::Locked(*file), &self.passphrase, console)?;
                Ok(Some(OpenKey::File(path, Box::new(opened.file))))
            }
            Some(Identity::Locked(..)) | None => Ok(None),
        }
    }
}

/// A short name that was given when the key was put there.
struct Named<'a> {
    name: &'a str,
    told: &'a [Directive],
    file: &'a KeyFile,
}

/// The line that is put there.
fn line(file: &KeyFile, described: &Description, options: &NewOptions) -> Result<NewLine, Problem> {
    let key = described.public.as_ref().ok_or(DecodeError::NeedsPassphrase)?;
    let own = described.comment.clone().filter(|comment| !comment.is_empty());
    let comment = own.or_else(|| file.comment_beside(described)).unwrap_or_default();
    let (comment, _) = Comment::cleaned(&comment);
    Ok(NewLine::new(key, options, &comment))
}

/// Who could change what.
fn in_words(loose: &[Loose]) -> String {
    loose
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

/// Where ssh finds the private half of a key that was tried.
fn held(key: &OpenKey) -> Held {
    match key {
        OpenKey::Agent(..) => Held::Agent,
        OpenKey::File(path, _) => Held::at(path),
        OpenKey::Held(_) => Held::Elsewhere,
    }
}

/// Writes the entry of a short name.
fn name(entry: &HostEntry, installed: &Installed) -> Result<(), Problem> {
    entry.write().map(drop).map_err(|mut problem| {
        problem.hint = format!(
            "The key stands in line {} of {} on the server now; only the short name could not be written. {}",
            installed.line,
            installed.found.place,
            problem.hint.trim_start_matches("Nothing was changed. ")
        );
        problem
    })
}

fn not_for_ssh() -> Problem {
    usage::problem(
        "ssh does not read the file of this key, and so it cannot have a short name there",
        "Save its private half in OpenSSH format as well (keywright-cli convert), and name that file.",
    )
}

fn no_private_half() -> Problem {
    usage::problem(
        "the private half of this key is not here, and ssh could not log in by the short name",
        "Name the file with the private key, or leave out --as.",
    )
}

/// Says that the key is there by another line than the one that was to be taken off.
fn differs(problem: &Problem, number: usize, place: &str, target: &Target) -> Problem {
    Problem::new(
        problem.code,
        problem.blame,
        format!(
            "line {number} of {place} on the server has this key, but with other restrictions or another comment"
        ),
        format!(
            "Nothing was changed. --undo takes off exactly the line that the same words would add. To take the key off \
             whatever stands in its line: keywright-cli remove {target} --key FILE"
        ),
    )
}

/// Why the key could not be tried, and that it stands there all the same.
fn untried(fault: ServerFault, installed: &Installed) -> Problem {
    // It says so itself.
    let is_told = matches!(fault, ServerFault::Ignored { .. });
    let mut problem = Problem::from(fault);
    if !is_told {
        problem.hint = format!(
            "The key stands in line {} of {} on the server now, and only could not be tried. {}",
            installed.line, installed.found.place, problem.hint
        );
    }
    problem
}

fn put(mut session: Session, line: NewLine, console: Console) -> Result<(Session, Installed), Problem> {
    let (session, installed) = work::run(console, "Adding the key", move |pulse| {
        let installed = servers::install(&mut session, &line, &Ending(pulse))?;
        Ok::<_, ServerFault>((session, installed))
    })??;
    if let Some(remark) = installed.another_list(&session) {
        console.note(&remark);
    }
    Ok((session, installed))
}
