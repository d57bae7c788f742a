//! What `install` says: what would be done, what was done, and how one logs in from now on.

use serde_json::{Value, json};

use crate::cli::console::{Console, print_object, shown};
use crate::cli::json as shape;
use crate::engine::Problem;
use crate::engine::describe::Warning;
use crate::engine::host_entry::HostEntry;
use crate::engine::log_in::LogIn;
use crate::engine::servers::{Found, Installed, Proof, line_in};
use crate::format::authorized_keys::NewLine;
use crate::key::fingerprint::{Fingerprint, FingerprintKind};
use crate::sys::remote::Target;

/// Says what would be done.
pub(super) fn tell_plan(
    found: &Found,
    line: &NewLine,
    target: &Target,
    entry: Option<&HostEntry>,
    console: Console,
) -> Result<(), Problem> {
    let there = line_in(found, line.key())?;
    if console.is_json() {
        return print_object(&json!({
            "target": target.to_string(),
            "place": found.place,
            "already_there": there.is_some(),
            "line": there,
            "text": line.as_str(),
            "host_entry": entry.map(shape_of_entry),
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
    }?;
    match entry.filter(|entry| entry.is_new()) {
        Some(entry) => console.say(&format!(
            "And this entry to {}:\n{}",
            shown(entry.path()),
            entry.text.trim_end()
        )),
        None => Ok(()),
    }
}

/// The entry of a short name in ssh's configuration.
fn shape_of_entry(entry: &HostEntry) -> Value {
    json!({
        "name": entry.name,
        "file": entry.path(),
        "already_there": !entry.is_new(),
        "text": entry.text,
    })
}

/// How a key was tried.
pub(super) struct Trial {
    pub(super) is_wanted: bool,
    /// That the server lets everybody in, where it does; it is told already.
    pub(super) everybody: Option<Warning>,
    pub(super) proof: Option<Proof>,
    /// How one logs in with it, where it lets in.
    pub(super) log_in: Option<LogIn>,
    /// The short name that it has now.
    pub(super) entry: Option<HostEntry>,
}

/// Says what was done, and how one logs in from now on.
pub(super) fn tell(
    target: &Target,
    line: &NewLine,
    installed: &Installed,
    trial: &Trial,
    console: Console,
) -> Result<(), Problem> {
    let proof = trial.proof.as_ref();
    let place = &installed.found.place;
    let was_there = installed.undo.is_none();
    let log_in = trial.log_in();
    let refused = match &trial.log_in {
        Some(LogIn::Refused(warning)) => Some(warning),
        _ => None,
    };
    for warning in installed.warning.iter().chain(&installed.managed) {
        console.warn(warning);
    }
    if console.is_json() {
        let warnings: Vec<Warning> = installed
            .warning
            .iter()
            .chain(&installed.managed)
            .chain(&trial.everybody)
            .chain(refused)
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
            "log_in": log_in.as_ref().and_then(LogIn::to_shell),
            "log_in_to_files": log_in.as_ref().and_then(LogIn::to_files),
            "host_entry": trial.entry.as_ref().map(shape_of_entry),
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
    if let Some(entry) = trial.entry.as_ref() {
        let (name, place) = (&entry.name, shown(entry.path()));
        console.say(&if entry.is_new() {
            format!("Named {name} in {place}")
        } else {
            format!("The name {name} is in {place} already")
        })?;
    }
    if let Some(warning) = refused {
        return console.say(&format!(
            "Before you can log in with it: {} {}",
            warning.sentence(),
            warning.hint
        ));
    }
    match log_in {
        Some(log_in) => tell_log_in(&log_in, console),
        None => Ok(()),
    }
}

/// How one logs in from now on.
fn tell_log_in(log_in: &LogIn, console: Console) -> Result<(), Problem> {
    let shell = log_in.to_shell();
    if let Some(command) = shell {
        console.say(&format!("From now on you log in with: {command}"))?;
    }
    match (shell, log_in.to_files()) {
        (_, None) => Ok(()),
        (None, Some(command)) => console.say(&format!(
            "The account has no shell; from now on you reach its files with: {command}"
        )),
        (Some(_), Some(files)) => console.say(&format!(
            "No shell has answered there. If that ends at once, the account is for files alone: {files}"
        )),
    }
}

impl Trial {
    /// How one logs in: by the short name, where there is one.
    fn log_in(&self) -> Option<LogIn> {
        let log_in = self.log_in.as_ref()?;
        Some(match &self.entry {
            Some(entry) => log_in.by_name(&entry.name),
            None => log_in.clone(),
        })
    }
}
