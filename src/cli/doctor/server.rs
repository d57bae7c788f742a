//! `doctor user@host`: a server that is asked.

use std::path::Path;

use super::Found;
use crate::cli::console::Console;
use crate::cli::passphrases::OldPassphrase;
use crate::cli::server::Connect;
use crate::cli::work;
use crate::engine::Problem;
use crate::engine::doctor::inside::{self, Inside};
use crate::engine::doctor::live::{Live, Visit};
use crate::engine::doctor::{Cause, Examination, Step};
use crate::engine::faults::{Loose, ServerFault};
use crate::engine::keys::Whose;
use crate::engine::opening::take_up_certificate;
use crate::engine::servers::{self, Identity, OpenKey, Session, Welcome, reach, to_try, unknown};
use crate::format::Consent;
use crate::sys::remote::{Target, Trust};

/// Which server, and with what.
pub(super) struct Asking<'a> {
    pub(super) connect: &'a Connect,
    /// The key that should let its owner in.
    pub(super) key: Option<&'a Path>,
    pub(super) passphrase: &'a OldPassphrase,
}

/// What was found, and what can be taken from others on the server.
pub(super) struct Answer {
    pub(super) found: Found,
    pub(super) letter: Option<String>,
    pub(super) loose: Option<(Box<Session>, Vec<Loose>)>,
}

impl Asking<'_> {
    pub(super) fn examined(&self, whose: &Whose, console: Console) -> Result<Answer, Problem> {
        let target = self.connect.target(None)?;
        let agents = self.connect.agents_for(&target);
        let visit = Visit::plan(target.clone(), self.key, &agents, whose);
        let hop = self.connect.hop(&target, self.passphrase, console)?;
        let there = target.clone();
        let reached = work::run(console, "Reaching the server", move |pulse| {
            reach(&there, hop, pulse)
        })?;
        let reached = match reached {
            Ok(reached) => reached,
            Err(fault) => return Ok(visit.not_reached(fault)?.into()),
        };
        let server = if *reached.trust() == Trust::New {
            let may_be_taken = reached.welcome() == Welcome::Taken
                || self.connect.accepts(&reached.host_key().fingerprint());
            if !may_be_taken {
                return Ok(visit.unknown(&unknown(&reached)).into());
            }
            reached.go_on_and_remember()
        } else {
            reached.go_on()
        };
        let server = match server {
            Ok(server) => server,
            Err(fault) => return Ok(visit.not_reached(fault)?.into()),
        };
        let mut keys = match self.key {
            Some(path) => Vec::from_iter(Identity::named(path, &agents)?),
            None => to_try(&target, &agents),
        };
        if let Some(passphrase) = self.passphrase.given()? {
            keys = keys.into_iter().map(|key| opened(key, &passphrase)).collect();
        }
        let live = work::run(console, "Asking about each key", move |pulse| {
            visit.ask(server, keys, pulse)
        })??;
        self.with_second_way(live, &target, console)
    }

    /// Looks from inside why the key was refused, where there is a second way in.
    fn with_second_way(&self, live: Live, target: &Target, console: Console) -> Result<Answer, Problem> {
        let (Some(key), true) = (live.refused.clone(), self.connect.has_named_way()) else {
            return Ok(live.into());
        };
        let methods = live.methods.clone();
        let session = match self.connect.sign_in(target, None, self.passphrase, console) {
            Ok(session) => session,
            Err(problem) => {
                let mut live = live;
                live.examination
                    .steps
                    .push(Step::ill("second way in", problem.what));
                return Ok(live.into());
            }
        };
        let (session, looked) = work::run(console, "Looking on the server", move |pulse| {
            let mut session = session;
            let looked = inside::why(&mut session, &key, &methods, pulse);
            (session, looked)
        })?;
        let Inside { verdicts, loose } = match looked {
            Ok(inside) => inside,
            Err(fault) => {
                let mut live = live;
                let what = Problem::from(fault).what;
                live.examination.steps.push(Step::ill("second way in", what));
                return Ok(live.into());
            }
        };
        let mut steps = live.examination.steps;
        steps.push(Step::well(
            "second way in",
            "the server lets you in by another way",
        ));
        for verdict in &verdicts {
            let found = verdict.evidence.first().map(|evidence| evidence.text.clone());
            steps.push(Step::ill("on the server", found.unwrap_or_default()));
        }
        // What was seen there takes the place of what a client can tell.
        let is_seen = verdicts
            .iter()
            .any(|verdict| verdict.cause != Cause::KeyNotAuthorized);
        let before = live.examination.verdicts.into_iter();
        let before = before
            .filter(|verdict| verdict.cause != Cause::KeyNotAuthorized || !is_seen && verdicts.is_empty());
        let all = verdicts.iter().cloned().chain(before).collect();
        Ok(Answer {
            found: Examination::of(all, steps).into(),
            letter: if is_seen { None } else { live.letter },
            loose: (!loose.is_empty()).then(|| (Box::new(session), loose)),
        })
    }
}

impl From<Live> for Answer {
    fn from(live: Live) -> Self {
        Self {
            found: live.examination.into(),
            letter: live.letter,
            loose: None,
        }
    }
}

/// Takes from others the right to change the list; what was done.
pub(super) fn tightened(
    mut session: Box<Session>,
    loose: Vec<Loose>,
    console: Console,
) -> Result<String, Problem> {
    let told: Vec<String> = loose.iter().map(ToString::to_string).collect();
    let repaired: Result<(), ServerFault> = work::run(console, "Putting it right", move |pulse| {
        servers::repair(&mut session, &loose, pulse)
    })?;
    repaired?;
    Ok(format!("Put right on the server: {}.", told.join(", ")))
}

/// The key, opened where the passphrase does that.
fn opened(key: Identity, passphrase: &crate::secret::Passphrase) -> Identity {
    let Identity::Locked(path, file) = key else {
        return key;
    };
    match file.unlock(passphrase, Consent::NotGiven) {
        Ok(mut private) => {
            take_up_certificate(&mut private, &path);
            Identity::Open(OpenKey::File(path, Box::new(private)))
        }
        Err(_) => Identity::Locked(path, file),
    }
}
