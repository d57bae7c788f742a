//! `remove`: shows the keys that a server lets in, takes some off, and proves that they are gone.

use clap::Args;
use serde_json::{Value, json};

use super::console::{Console, print, print_object};
use super::key_file::KeyFile;
use super::passphrases::OldPassphrase;
use super::server::{
    Connect, check_fingerprint, looked, note, remember_installed, remember_taken_off, take_off,
};
use super::{json as shape, terminal, usage, work};
use crate::engine::describe::Warning;
use crate::engine::faults::ServerFault;
use crate::engine::plural::counted;
use crate::engine::servers::{
    self, Chosen, Found, Identity, Known, ListedKey, ListedLine, OpenKey, Proof, Removed, RemovedKey,
    Session, TakenOff, lines,
};
use crate::engine::{Blame, Problem, keys};
use crate::format::DecodeError;
use crate::format::authorized_keys::AuthorizedKeys;
use crate::key::PublicKey;
use crate::key::comment::escaped;
use crate::key::fingerprint::{Fingerprint, FingerprintKind};
use crate::sys::remote::Target;

/// Show the keys that a server lets in, and take keys off it
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli remove me@example.org --list
  keywright-cli remove me@example.org --key old_key.pub
  keywright-cli remove me@example.org --fingerprint SHA256:Bkl1…
  keywright-cli remove me@example.org --line 3 --line 5
  keywright-cli remove me@example.org --undo

All other lines stay as they are, byte for byte. The last key of yours is asked about first, or \
refused without --yes (on this computer, “authorized remove” wants --force for that). What was removed is \
tried afterwards on a fresh connection; where its private half is elsewhere, the server is asked. It reads the list at each login: nothing has to be restarted.")]
pub(super) struct Remove {
    #[command(flatten)]
    connect: Connect,
    /// Show the list, and change nothing
    #[arg(long, conflicts_with_all = ["key", "fingerprint", "line"])]
    list: bool,
    /// Take off the key of this file, private or public
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["fingerprint", "line"])]
    key: Option<KeyFile>,
    /// Take off the key with this fingerprint (SHA256:…)
    #[arg(short, long, value_name = "FINGERPRINT", conflicts_with = "line")]
    fingerprint: Option<String>,
    /// Log in as this user, whose name may also stand before the server's
    #[arg(long, value_name = "USER", help_heading = "Signing in")]
    login: Option<String>,
    /// Take off this line, counted from 1 as the list shows it; may be given several times
    #[arg(short, long, value_name = "N")]
    line: Vec<usize>,
    /// Put back what the last removal from this server took off
    #[arg(long, conflicts_with_all = ["list", "key", "fingerprint", "line"])]
    undo: bool,
    /// Do not try the keys afterwards, neither those that went nor those that --undo has put back
    #[arg(long)]
    no_prove: bool,
    #[command(flatten)]
    passphrase: OldPassphrase,
}

impl Remove {
    pub(super) fn run(self, console: Console) -> Result<(), Problem> {
        if let Some(typed) = &self.fingerprint {
            check_fingerprint(typed)?;
        }
        let target = self.connect.target(self.login.as_deref())?;
        if self.undo {
            return self.put_back(&target, console);
        }
        let named = self.named(console)?;
        let session = self.connect.sign_in(
            &target,
            self.key.as_ref().and_then(KeyFile::path),
            &self.passphrase,
            console,
        )?;
        let (session, found) = looked(session, console)?;
        let known = self.connect.whose(&session, &found, console)?;
        let mut shown = lines(&found, &known)?;
        ListedLine::call_all(&mut shown, |all| keys::names_of(&keys::Store::of_user(), all));
        let is_asked = !self.list && named.is_none() && self.fingerprint.is_none() && self.line.is_empty();
        if self.list || (is_asked && !terminal::is_there()) {
            return tell_list(&target, &found, &shown, console);
        }
        let chosen = if is_asked {
            print(text_of(&target, &found, &shown).as_bytes())?;
            ask(&shown)?
        } else {
            self.chosen(named, &shown, &found)?
        };
        let (session, removed) = noted(&target, &found, &chosen.clone(), console, || {
            remove(session, chosen, known, console)
        })?;
        for gone in &removed.keys {
            if !gone.is_authority && !gone.stays {
                remember_taken_off(&gone.key, &target, console);
            }
        }
        let everybody = session.warning();
        let verdicts = self.prove(session, &target, &removed, console)?;
        tell(&target, &removed, &verdicts, everybody.as_ref(), console)
    }

    /// Puts back what was taken off there before.
    fn put_back(&self, target: &Target, console: Console) -> Result<(), Problem> {
        let store = keys::Store::of_user();
        let taken = keys::taken_off::lines_of(&store, &target.to_string()).ok_or_else(|| {
            Problem::new(
                "not-in-list",
                Blame::Usage,
                format!("nothing is known that was taken off {target} from here"),
                "Put a key there anew: keywright-cli install.",
            )
        })?;
        let texts: Vec<Vec<u8>> = taken.lines().iter().map(|line| line.text.clone()).collect();
        let session = self.connect.sign_in(target, None, &self.passphrase, console)?;
        let (session, back) = take_off(session, "Putting it back", console, move |session, _, pulse| {
            servers::put_back(session, &taken, pulse)
        })?;
        let place = &back.found.place;
        let list = AuthorizedKeys::parse(texts.join(&b'\n'))?;
        let entries = list.entries().map(|(_, entry)| entry);
        let mut keys: Vec<PublicKey> = Vec::new();
        for entry in entries.filter(|entry| !entry.options.is_authority()) {
            let key = entry.key.key;
            if !keys.contains(&key) {
                remember_installed(&key, target, console);
                keys.push(key);
            }
        }
        note(
            keys::taken_off::note_lines(&store, &target.to_string(), None),
            console,
        );
        if !console.is_json() {
            let lines = if texts.len() == 1 { "One line" } else { "All lines" };
            console.say(&if back.is_changed {
                format!("{lines} put back into {place} on {target}")
            } else {
                format!("What was to be taken off stands in {place} on {target}; nothing had to be put back")
            })?;
        }
        let tried = self.try_back(session, place, keys, console)?;
        if console.is_json() {
            return print_object(&json!({
                "target": target.to_string(),
                "place": place,
                "put_back": if back.is_changed { texts.len() } else { 0 },
                "keys": tried.iter().map(shape_of_tried).collect::<Vec<_>>(),
            }));
        }
        for (key, proof) in &tried {
            console.say(&told_of_tried(key, proof.as_ref()))?;
        }
        Ok(())
    }

    /// Tries the keys that stand there again, or asks about them.
    fn try_back(
        &self,
        mut session: Session,
        place: &str,
        keys: Vec<PublicKey>,
        console: Console,
    ) -> Result<Vec<(PublicKey, Option<Proof>)>, Problem> {
        if self.no_prove {
            return Ok(Vec::new());
        }
        let open = self.open(session.connection.target())?;
        let place = place.to_owned();
        work::run(console, "Trying what was put back", move |pulse| {
            let mut tried = Vec::new();
            for key in keys {
                let proof = servers::prove_put_back(&mut session, &place, &key, &open, pulse);
                let proof = proof.map_err(|fault| {
                    let is_told = matches!(fault, ServerFault::Ignored { .. });
                    let mut problem = Problem::from(fault);
                    if !is_told {
                        let hint = &problem.hint;
                        problem.hint =
                            format!("The line stands in {place} again, and only could not be tried. {hint}");
                    }
                    problem
                })?;
                tried.push((key, proof));
            }
            Ok::<_, Problem>(tried)
        })?
    }

    /// The key in the file that was named.
    fn named(&self, console: Console) -> Result<Option<PublicKey>, Problem> {
        let Some(file) = &self.key else {
            return Ok(None);
        };
        let takes_input = self.passphrase.takes_standard_input() || self.connect.takes_standard_input();
        file.check_input(takes_input)?;
        let parsed = file.with_public(file.parse()?, &self.passphrase, console)?;
        Ok(Some(parsed.public().ok_or(DecodeError::NeedsPassphrase)?.clone()))
    }

    fn chosen(
        &self,
        named: Option<PublicKey>,
        shown: &[ListedLine],
        found: &Found,
    ) -> Result<Chosen, Problem> {
        if let Some(key) = named {
            return Ok(Chosen::Key(key));
        }
        if let Some(fingerprint) = &self.fingerprint {
            let told = Fingerprint::typed(fingerprint);
            let has_it = |key: &ListedKey| told.as_ref().is_some_and(|told| told.is_of(&key.key));
            let with_it = shown.iter().filter(|line| line.key.as_ref().is_ok_and(has_it));
            let with_it: Vec<ListedLine> = with_it.cloned().collect();
            if with_it.is_empty() {
                return Err(ServerFault::NoSuchLine(found.place.clone()).into());
            }
            return Ok(Chosen::Lines(with_it));
        }
        numbered(&self.line, shown)
    }

    /// Tries what was removed.
    fn prove(
        &self,
        session: Session,
        target: &Target,
        removed: &Removed,
        console: Console,
    ) -> Result<Vec<(PublicKey, Verdict)>, Problem> {
        let mut verdicts: Vec<(PublicKey, Verdict)> = Vec::new();
        let mut gone: Vec<RemovedKey> = Vec::new();
        for each in &removed.keys {
            if gone.contains(each) {
                continue;
            }
            if each.stays {
                verdicts.push((each.key.clone(), Verdict::AnotherLine));
            } else {
                gone.push(each.clone());
            }
        }
        if self.no_prove {
            verdicts.extend(gone.into_iter().map(|each| (each.key, Verdict::Untried)));
            return Ok(verdicts);
        }
        let keys = self.open(target)?;
        let (there, place) = (target.clone(), removed.found.place.clone());
        let count = told_count(removed.count);
        let tried = work::run(console, "Trying what was taken off", move |pulse| {
            let mut verdicts = Vec::new();
            for each in gone {
                let proof = servers::prove_gone(&there, &session.pinned, &each, &keys, pulse);
                let proof = proof.map_err(|fault| {
                    let mut problem = Problem::from(fault);
                    let hint = &problem.hint;
                    problem.hint = format!("{count} taken off {place}, and only could not be tried. {hint}");
                    problem
                })?;
                let verdict = match proof {
                    None => Verdict::Untried,
                    Some(Proof::Refused(_)) => Verdict::Gone,
                    Some(Proof::Unasked) => return Err(ServerFault::LetsEverybodyIn(place).into()),
                    Some(Proof::Works | Proof::WouldWork | Proof::AsksForMore(_)) => {
                        if !each.is_authority {
                            remember_installed(&each.key, &there, console);
                        }
                        return Err(ServerFault::StillLetIn(place).into());
                    }
                };
                verdicts.push((each.key, verdict));
            }
            Ok::<_, Problem>(verdicts)
        })??;
        verdicts.extend(tried);
        Ok(verdicts)
    }

    /// The keys that are here and open.
    fn open(&self, target: &Target) -> Result<Vec<OpenKey>, Problem> {
        let agents = self.connect.agents();
        let named = self.key.as_ref().and_then(KeyFile::path);
        let named = named.and_then(|path| Identity::named(path, &agents).ok().flatten());
        let all = named.into_iter().chain(self.connect.all_keys(target)?);
        Ok(all.filter_map(Identity::into_open).collect())
    }
}

/// A key that stands on the list again, as `install` tells of one.
fn shape_of_tried((key, proof): &(PublicKey, Option<Proof>)) -> Value {
    json!({
        "type": key.algorithm().name(),
        "fingerprint_sha256": Fingerprint::of(key, FingerprintKind::Sha256).to_string(),
        "proved": match proof {
            Some(Proof::Works) => Value::from(true),
            _ => Value::Null,
        },
        "accepted": match proof {
            Some(Proof::Works | Proof::WouldWork | Proof::AsksForMore(_)) => Value::from(true),
            // A refusal comes as a problem.
            Some(Proof::Unasked | Proof::Refused(_)) | None => Value::Null,
        },
    })
}

/// The same in a sentence.
fn told_of_tried(key: &PublicKey, proof: Option<&Proof>) -> String {
    let print = Fingerprint::of(key, FingerprintKind::Sha256);
    match proof {
        Some(Proof::Works) => {
            format!("Works: the server lets {print} in, tried on a fresh connection")
        }
        Some(Proof::AsksForMore(methods)) => {
            let more: Vec<String> = methods.iter().map(ToString::to_string).collect();
            let more = more.join(" or ");
            format!("The server takes {print}, and wants {more} besides, as it is set up to")
        }
        Some(Proof::WouldWork) => format!(
            "Accepted: the server would let {print} in; whoever holds it was not tried, for its private half is not here or locked"
        ),
        Some(Proof::Unasked) => {
            format!("Not proved: the server let this computer in without looking at {print}")
        }
        Some(Proof::Refused(_)) | None => format!("Whether the server lets {print} in could not be tried"),
    }
}

/// What is known about a key that was taken off.
#[derive(Clone, Copy)]
enum Verdict {
    /// It was tried, and lets nobody in.
    Gone,
    /// It was not tried, or nothing here can.
    Untried,
    /// It has one more line.
    AnotherLine,
}

fn told_count(lines: usize) -> String {
    match lines {
        1 => "One line was".to_owned(),
        count => format!("{} were", counted(count, "line")),
    }
}

fn numbered(numbers: &[usize], shown: &[ListedLine]) -> Result<Chosen, Problem> {
    let find = |number: &usize| {
        let line = shown.iter().find(|line| line.number == *number);
        line.cloned().ok_or_else(|| {
            usage::problem(
                format!("there is no key in line {number} of the list"),
                "Have the list shown with --list: each key has its number there.",
            )
        })
    };
    Ok(Chosen::Lines(numbers.iter().map(find).collect::<Result<_, _>>()?))
}

/// Which lines are to go, from the person at the terminal.
fn ask(shown: &[ListedLine]) -> Result<Chosen, Problem> {
    let answer = terminal::ask_line("Which of them are to go? Numbers, or nothing to leave all: ")?;
    let words = answer.split([' ', ',']).filter(|word| !word.is_empty());
    let numbers = words.map(|word| {
        word.parse().map_err(|_| {
            usage::problem(
                format!("{word} is no number of a line"),
                "Nothing was changed. Type numbers as the list shows them.",
            )
        })
    });
    let numbers: Vec<usize> = numbers.collect::<Result<_, _>>()?;
    numbered(&numbers, shown)
}

/// Removes them; the last way in after a plain question.
fn remove(
    session: Session,
    chosen: Chosen,
    known: Known,
    console: Console,
) -> Result<(Session, Removed), Problem> {
    if matches!(&chosen, Chosen::Lines(lines) if lines.is_empty()) {
        return Err(usage::problem("no line was chosen", "Nothing was changed."));
    }
    take_off(
        session,
        "Taking keys off",
        console,
        move |session, last, pulse| servers::remove(session, &chosen, &known, last, pulse),
    )
}

/// What leaves the list as it was, so that what was taken off it before may still be put back.
const LEFT_AS_IT_WAS: [&str; 8] = [
    "server-last-way-in",
    "server-no-such-key",
    "server-changed",
    "server-denied",
    "server-locked",
    "server-other-owner",
    "server-read-only",
    "server-busy",
];

/// Writes down what is about to be taken off before it is: whoever stops in between can have it put back, too.
fn noted(
    target: &Target,
    found: &Found,
    chosen: &Chosen,
    console: Console,
    take: impl FnOnce() -> Result<(Session, Removed), Problem>,
) -> Result<(Session, Removed), Problem> {
    let (store, server) = (keys::Store::of_user(), target.to_string());
    let write = |taken: Option<&TakenOff>| {
        note(keys::taken_off::note_lines(&store, &server, taken), console);
    };
    let before = keys::taken_off::lines_of(&store, &server);
    if let Some(to_come) = TakenOff::to_come(found, chosen) {
        write(Some(&to_come));
    }
    let taken = take();
    match &taken {
        Ok((_, removed)) => write(Some(&TakenOff::of(removed))),
        Err(problem) if LEFT_AS_IT_WAS.contains(&problem.code) => write(before.as_ref()),
        Err(_) => {}
    }
    taken
}

fn tell_list(target: &Target, found: &Found, shown: &[ListedLine], console: Console) -> Result<(), Problem> {
    if console.is_json() {
        return print_object(&json!({
            "target": target.to_string(),
            "place": found.place,
            "lines": shown.iter().map(shape_of).collect::<Vec<_>>(),
        }));
    }
    print(text_of(target, found, shown).as_bytes())
}

fn text_of(target: &Target, found: &Found, shown: &[ListedLine]) -> String {
    let mut text = format!("{} on {target}:\n", found.place);
    if shown.is_empty() {
        text.push_str("  no keys\n");
    }
    for line in shown {
        let described = match &line.key {
            Err(why) => format!("not read by the server: {why}\n"),
            Ok(key) => text_of_key(key),
        };
        text.extend([format!("{:4}  ", line.number), described]);
    }
    text
}

fn text_of_key(key: &ListedKey) -> String {
    let comment = if key.comment.is_empty() {
        "no comment"
    } else {
        &key.comment
    };
    let name = key
        .name
        .as_ref()
        .map(|name| format!("“{}” ", escaped(name.as_bytes())));
    let name = name.unwrap_or_default();
    let marks = [
        (key.is_mine, "yours"),
        (key.is_in_use, "in use now"),
        (key.is_authority, "signs certificates"),
    ];
    let marks: Vec<&str> = marks
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, mark)| mark)
        .collect();
    let marks = match marks.join(", ") {
        none if none.is_empty() => none,
        marks => format!("  [{marks}]"),
    };
    let mut text = format!(
        "{name}{} {} {comment} ({}){marks}\n",
        key.key.bits(),
        key.fingerprint(),
        key.key.algorithm().title()
    );
    if !key.options.is_empty() {
        text.extend(["      ", &key.options, "\n"]);
    }
    if let Some(why) = &key.ignored {
        text.extend(["      the server passes over this line: ", why, "\n"]);
    }
    text
}

fn shape_of(line: &ListedLine) -> Value {
    let key = line.key.as_ref().ok();
    json!({
        "line": line.number,
        "type": key.map(|key| key.key.algorithm().name()),
        "bits": key.map(|key| key.key.bits()),
        "fingerprint_sha256": key.map(|key| key.fingerprint().to_string()),
        "name": key.and_then(|key| key.name.as_deref()),
        "comment": key.map(|key| key.comment.as_str()),
        "options": key.map(|key| key.options.as_str()),
        "authority": key.is_some_and(|key| key.is_authority),
        "mine": key.is_some_and(|key| key.is_mine),
        "in_use": key.is_some_and(|key| key.is_in_use),
        "ignored": match &line.key {
            Err(why) => Some(why.as_str()),
            Ok(key) => key.ignored.as_deref(),
        },
    })
}

fn tell(
    target: &Target,
    removed: &Removed,
    verdicts: &[(PublicKey, Verdict)],
    everybody: Option<&Warning>,
    console: Console,
) -> Result<(), Problem> {
    let place = &removed.found.place;
    let print_of = |key| Fingerprint::of(key, FingerprintKind::Sha256).to_string();
    if console.is_json() {
        let keys = verdicts.iter().map(|(key, verdict)| {
            json!({
                "type": key.algorithm().name(),
                "fingerprint_sha256": print_of(key),
                "gone": match verdict {
                    Verdict::Gone => Value::from(true),
                    Verdict::Untried => Value::Null,
                    Verdict::AnotherLine => Value::from(false),
                },
            })
        });
        return print_object(&json!({
            "target": target.to_string(),
            "place": place,
            "removed": removed.count,
            "keys": keys.collect::<Vec<_>>(),
            "warnings": shape::warnings(&everybody.into_iter().chain(&removed.managed).cloned().collect::<Vec<_>>()),
        }));
    }
    console.warn_all(&Vec::from_iter(removed.managed.clone()));
    let count = told_count(removed.count);
    console.say(&format!("{count} taken off {place} on {target}"))?;
    for (key, verdict) in verdicts {
        let print = print_of(key);
        console.say(&match verdict {
            Verdict::Gone => {
                format!("Gone: the server does not let {print} in any more, tried on a fresh connection")
            }
            Verdict::Untried => format!("{print} was not tried"),
            Verdict::AnotherLine => format!("{print} has another line there, and may still get in by that"),
        })?;
    }
    Ok(())
}
