//! `doctor user@host`: a server that is asked.

use std::path::Path;

use super::Found;
use super::told::Steps;
use crate::cli::console::Console;
use crate::cli::interrupt::Ending;
use crate::cli::passphrases::OldPassphrase;
use crate::cli::server::Connect;
use crate::cli::work;
use crate::engine::Problem;
use crate::engine::doctor::inside::{self, There};
use crate::engine::doctor::live::{Live, Visit};
use crate::engine::keys::Whose;
use crate::engine::opening::take_up_certificate;
use crate::engine::servers::{Identity, OpenKey, Reached, Session, Welcome, in_order_of_ssh, reach, unknown};
use crate::format::Consent;
use crate::sys::remote::{Target, Trust};

/// Which server, and with what.
pub(super) struct Asking<'a> {
    pub(super) connect: &'a Connect,
    /// The key that should let its owner in.
    pub(super) key: Option<&'a Path>,
    pub(super) passphrase: &'a OldPassphrase,
    /// Where each step is told.
    pub(super) steps: &'a Steps,
}

/// What was found, and what can be put right beside what lies here.
pub(super) struct Answer {
    pub(super) found: Found,
    pub(super) letter: Option<String>,
    /// On the server.
    pub(super) there: Option<(Box<Session>, Vec<There>)>,
    /// A server that shows another key than before, whose fingerprint somebody has named.
    pub(super) new_host: Option<Box<Reached>>,
}

impl Asking<'_> {
    pub(super) fn examined(&self, whose: &Whose, console: Console) -> Result<Answer, Problem> {
        let target = self.connect.target(None)?;
        let agents = self.connect.agents_for(&target);
        let tell = self.steps.tell();
        let mut visit = Visit::plan(target.clone(), self.key, &agents, whose, tell);
        if self.connect.has_named_config() {
            visit.leaves_configuration();
        }
        let hop = self.connect.hop(&target, self.passphrase, console)?;
        let there = target.clone();
        let reached = self.steps.run(console, "Reaching the server", move |pulse| {
            reach(&there, hop, pulse)
        })?;
        let reached = match reached {
            Ok(reached) => reached,
            Err(fault) => return Ok(visit.not_reached(fault)?.into()),
        };
        visit.reached(&reached);
        let fingerprint = reached.host_key().fingerprint();
        if matches!(reached.trust(), Trust::Changed { .. }) {
            let live = visit.changed(&fingerprint);
            return Ok(Answer {
                new_host: self.connect.accepts(&fingerprint).then(|| Box::new(reached)),
                ..live.into()
            });
        }
        let server = if *reached.trust() == Trust::New {
            let may_be_taken = reached.welcome() == Welcome::Taken || self.connect.accepts(&fingerprint);
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
            None => in_order_of_ssh(&target, &agents),
        };
        if let Some(passphrase) = self.passphrase.given()? {
            keys = keys.into_iter().map(|key| opened(key, &passphrase)).collect();
            visit.has_tried_passphrase();
        }
        let live = self.steps.run(console, "Asking about each key", move |pulse| {
            visit.ask(server, keys, pulse)
        })??;
        self.with_second_way(live, &target, console)
    }

    /// Looks from inside why the key was refused, where there is a second way in.
    fn with_second_way(&self, live: Live, target: &Target, console: Console) -> Result<Answer, Problem> {
        let (Some(key), true) = (live.refused.clone(), self.connect.has_named_way()) else {
            return Ok(live.into());
        };
        let (methods, tell) = (live.methods.clone(), self.steps.tell());
        let attempted = live.attempted.clone();
        let session = match self.connect.sign_in(target, None, self.passphrase, console) {
            Ok(session) => session,
            Err(problem) => return Ok(live.with_inside(Err(&problem.what), &tell).into()),
        };
        let (session, looked) = self.steps.run(console, "Looking on the server", move |pulse| {
            let mut session = session;
            let looked = inside::why(&mut session, &key, &methods, attempted.as_ref(), pulse);
            (session, looked)
        })?;
        let inside = match looked {
            Ok(inside) => inside,
            Err(fault) => {
                let what = Problem::from(fault).what;
                return Ok(live.with_inside(Err(&what), &tell).into());
            }
        };
        let live = live.with_inside(Ok(&inside), &tell);
        let mends = inside.mends;
        Ok(Answer {
            there: (!mends.is_empty()).then(|| (Box::new(session), mends)),
            ..live.into()
        })
    }
}

impl Answer {
    /// Whether something can be put right.
    pub(super) fn can_be_mended(&self) -> bool {
        !self.found.mends.is_empty() || self.there.is_some() || self.new_host.is_some()
    }
}

impl From<Live> for Answer {
    fn from(live: Live) -> Self {
        Self {
            found: live.examination.into(),
            letter: live.letter,
            there: None,
            new_host: None,
        }
    }
}

/// Puts things right on the server; of each, what was done, or why it could not be.
pub(super) fn mended(
    mut session: Box<Session>,
    mends: Vec<There>,
    console: Console,
) -> Result<Vec<Result<String, Problem>>, Problem> {
    work::run(console, "Putting it right", move |pulse| {
        inside::mend(&mut session, &mends, &Ending(pulse))
    })
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
