//! `install`: puts a key on a server, and proves that it lets its owner in.

use clap::Args;
use serde_json::{Value, json};

use super::authorized::Conditions;
use super::console::{Console, print_object};
use super::interrupt::uninterrupted;
use super::key_file::KeyFile;
use super::passphrases::OldPassphrase;
use super::server::{Connect, looked, remember_installed, remember_taken_off, take_off};
use super::{json as shape, terminal, work};
use crate::engine::Problem;
use crate::engine::command_line;
use crate::engine::describe::{Description, Warning};
use crate::engine::faults::ServerFault;
use crate::engine::keys::key::is_for_ssh;
use crate::engine::servers::{
    self, Client, Found, Identity, Installed, OpenKey, Proof, Session, Undo, Undone, lets_everybody_in,
    line_in,
};
use crate::format::authorized_keys::{NewLine, NewOptions};
use crate::format::{DecodeError, Parsed};
use crate::key::comment::Comment;
use crate::key::fingerprint::{Fingerprint, FingerprintKind};
use crate::sys::remote::Target;

/// Put a key on a server, and prove that it lets you in
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli install root@example.org -k ~/.ssh/id_ed25519
  keywright-cli install me@example.org:2222 -k id.pub --password-file pass
  keywright-cli install web -k new_key -i ~/.ssh/old_key
  keywright-cli install web -k new_key --undo
  keywright-cli install web -k backup.pub --restrict --command /usr/bin/backup --from 192.0.2.0/24

The server must be known to ssh, or is shown with its fingerprint and asked about; one whose key has \
changed is left alone. Sign in with a key that it knows already, or with a password. The line is added \
once to the list of keys there (~/.ssh/authorized_keys as a rule), all else in it stays as it is, and \
then the key alone is tried on a fresh connection. The server reads the list at each login: nothing has \
to be restarted.")]
pub(super) struct Install {
    #[command(flatten)]
    connect: Connect,
    /// The key that is to let you in: its private file, or its public one
    #[arg(short, long, value_name = "FILE")]
    key: KeyFile,
    #[command(flatten)]
    conditions: Conditions,
    /// Take exactly this line off again
    #[arg(long, conflicts_with = "dry_run")]
    undo: bool,
    /// Sign in and say what would be done, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not try the key afterwards
    #[arg(long)]
    no_prove: bool,
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
        let target = self.connect.target()?;
        let takes_input = self.passphrase.takes_standard_input() || self.connect.takes_standard_input();
        self.key.check_input(takes_input)?;
        let parsed = self
            .key
            .with_public(self.key.parse()?, &self.passphrase, console)?;
        let described = Description::of(&parsed, self.key.path());
        let line = self.line(&described, &options)?;
        for warning in described.warnings_of_key() {
            console.warn(&warning);
        }
        let is_tried = !(self.no_prove || self.undo || self.dry_run);
        let key = if is_tried {
            self.open(&parsed, console)?
        } else {
            None
        };
        let session = self.connect.sign_in(&target, &self.passphrase, console)?;
        if self.undo {
            return self.undo(session, line, &target, console);
        }
        if self.dry_run {
            let (_, found) = looked(session, console)?;
            return tell_plan(&found, &line, &target, console);
        }
        let (session, installed) = put(session, line.clone(), console)?;
        remember_installed(line.key(), &target, console);
        let client = installed.found.client(&session.connection.software());
        let log_in = key.as_ref().and_then(|key| log_in(client, &target, key));
        let told = session.warning();
        let proof = if is_tried {
            prove(session, key, &installed, console)?
        } else {
            None
        };
        let log_in = log_in.filter(|_| matches!(proof, Some(Proof::Works | Proof::AsksForMore(_))));
        let is_new = told.is_none() && proof == Some(Proof::Unasked);
        let found_out = is_new.then(lets_everybody_in);
        if let Some(warning) = &found_out {
            console.warn(warning);
        }
        let trial = Trial {
            is_wanted: is_tried,
            everybody: told.or(found_out),
            proof,
            log_in,
        };
        tell(&target, &line, &installed, &trial, console)
    }

    /// Takes exactly this line off again.
    fn undo(
        &self,
        session: Session,
        line: NewLine,
        target: &Target,
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
        if line_in(&found, &key)?.is_none() {
            remember_taken_off(&key, target, console);
        }
        if console.is_json() {
            return print_object(
                &json!({ "target": target.to_string(), "place": found.place, "removed": 1 }),
            );
        }
        console.say(&format!("Taken off {} on {target}", found.place))
    }

    fn line(&self, described: &Description, options: &NewOptions) -> Result<NewLine, Problem> {
        let key = described.public.as_ref().ok_or(DecodeError::NeedsPassphrase)?;
        let own = described.comment.clone().filter(|comment| !comment.is_empty());
        let comment = own
            .or_else(|| self.key.comment_beside(described))
            .unwrap_or_default();
        let (comment, _) = Comment::cleaned(&comment);
        Ok(NewLine::new(key, options, &comment))
    }

    /// The key ready to be tried; nothing where its private half is not here, or stays locked.
    fn open(&self, parsed: &Parsed, console: Console) -> Result<Option<OpenKey>, Problem> {
        let Some(path) = self.key.path() else {
            return Ok(None);
        };
        let agents = self.connect.agents();
        match parsed {
            Parsed::Private(_) | Parsed::Public(_) => {}
            Parsed::Locked(_) if self.passphrase.is_given() || terminal::is_there() => {}
            Parsed::Locked(_) => return Ok(None),
        }
        match Identity::named(path, &agents)? {
            Some(Identity::Open(key)) => Ok(Some(key)),
            Some(Identity::Locked(path, file)) => {
                let file_name = KeyFile::from(path.clone().into_os_string());
                let opened = file_name.open_private(Parsed::Locked(*file), &self.passphrase, console)?;
                Ok(Some(OpenKey::File(path, Box::new(opened.file))))
            }
            None => Ok(None),
        }
    }
}

/// Tries the key alone, or asks about it.
fn prove(
    mut session: Session,
    key: Option<OpenKey>,
    installed: &Installed,
    console: Console,
) -> Result<Option<Proof>, Problem> {
    let installed = installed.clone();
    work::run(console, "Trying the key", move |pulse| {
        servers::prove_installed(&mut session, &installed, key.as_ref(), pulse)
            .map_err(|fault| untried(fault, &installed))
    })?
}

/// Says that the key is there by another line than the one that was to be taken off.
fn differs(problem: &Problem, number: usize, place: &str, target: &Target) -> Problem {
    Problem::new(
        problem.code,
        problem.blame,
        format!(
            "line {number} of {place} on the server has this key, but with other conditions or another comment"
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
    uninterrupted(|| {
        Ok(work::run(console, "Adding the key", move |pulse| {
            let installed = servers::install(&mut session, &line, pulse)?;
            Ok::<_, ServerFault>((session, installed))
        })??)
    })
}

fn tell_plan(found: &Found, line: &NewLine, target: &Target, console: Console) -> Result<(), Problem> {
    let there = line_in(found, line.key())?;
    if console.is_json() {
        return print_object(&json!({
            "target": target.to_string(),
            "place": found.place,
            "already_there": there.is_some(),
            "line": there,
            "text": line.as_str(),
        }));
    }
    match there {
        Some(number) => console.say(&format!(
            "Nothing would be changed: line {number} of {} on {target} has this key already",
            found.place
        )),
        None => console.say(&format!(
            "This line would be added to {} on {target}:\n{line}",
            found.place
        )),
    }
}

/// How a key was tried.
struct Trial {
    is_wanted: bool,
    /// That the server lets everybody in, where it does; it is told already.
    everybody: Option<Warning>,
    proof: Option<Proof>,
    /// The command that logs in with it.
    log_in: Option<String>,
}

/// The command of OpenSSH that logs in with this key; nothing where ssh does not read its file.
fn log_in(client: Client, target: &Target, key: &OpenKey) -> Option<String> {
    match key {
        OpenKey::Agent(..) => Some(command_line::log_in(client, target, None)),
        OpenKey::File(path, file) if is_for_ssh(file.format) => {
            let path = std::path::absolute(path).ok()?;
            Some(command_line::log_in(client, target, Some(&path)))
        }
        OpenKey::File(..) | OpenKey::Held(_) => None,
    }
}

fn tell(
    target: &Target,
    line: &NewLine,
    installed: &Installed,
    trial: &Trial,
    console: Console,
) -> Result<(), Problem> {
    let proof = trial.proof.as_ref();
    let place = &installed.found.place;
    let was_there = installed.undo.is_none();
    if let Some(warning) = &installed.warning {
        console.warn(warning);
    }
    if console.is_json() {
        let warnings: Vec<Warning> = installed
            .warning
            .iter()
            .chain(&trial.everybody)
            .cloned()
            .collect();
        let proved = match proof {
            Some(Proof::Works) => Value::from(true),
            Some(Proof::WouldWork | Proof::AsksForMore(_) | Proof::Unasked | Proof::Refused(_)) | None => {
                Value::Null
            }
        };
        let tried = proof.filter(|proof| !matches!(proof, Proof::Unasked));
        let accepted = tried.map(|proof| !matches!(proof, Proof::Refused(_)));
        return print_object(&json!({
            "target": target.to_string(),
            "place": place,
            "line": installed.line,
            "options": installed.options,
            "already_there": was_there,
            "proved": proved,
            "accepted": accepted,
            "log_in": trial.log_in,
            "type": line.key().algorithm().name(),
            "fingerprint_sha256": Fingerprint::of(line.key(), FingerprintKind::Sha256).to_string(),
            "warnings": shape::warnings(&warnings),
        }));
    }
    console.say(&if was_there {
        format!(
            "The key stood in {place} on {target} already, in line {}",
            installed.line
        )
    } else {
        format!("Added to {place} on {target}, as line {}", installed.line)
    })?;
    match proof {
        Some(Proof::Works) => console.say("Works: the server lets this key in, tried on a fresh connection"),
        Some(Proof::WouldWork) => console.say(
            "Accepted: the server would let this key in; whoever holds it was not tried, for its private half is not here or locked",
        ),
        Some(Proof::AsksForMore(methods)) => {
            let more: Vec<String> = methods.iter().map(ToString::to_string).collect();
            console.say(&format!(
                "The server takes the key, and wants {} besides, as it is set up to",
                more.join(" or ")
            ))
        }
        Some(Proof::Unasked) => console.say("Not proved: the server let this computer in without looking at the key"),
        None if trial.is_wanted => {
            console.note("Whether the server lets this key in could not be tried: it wants something else before a key, or cannot be asked about a key whose private half is not here or locked.");
            Ok(())
        }
        Some(Proof::Refused(_)) | None => Ok(()),
    }?;
    match &trial.log_in {
        Some(command) => console.say(&format!("From now on you log in with: {command}")),
        None => Ok(()),
    }
}
