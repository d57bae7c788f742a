//! What was taken off a server is put back, and it is seen whether it lets somebody in again.

use super::steps::{named, others, verdict};
use super::work::{identities, working, written};
use crate::app::errand::{Back, Came, Errand, Means, Now, PutBack, Step, Verdict, Visit};
use crate::engine::Problem;
use crate::engine::faults::ServerFault;
use crate::engine::job::Wake;
use crate::engine::keys::{names_of, note_installed};
use crate::engine::plural::counted;
use crate::engine::servers::{self, Identity, OpenKey, RemovedKey, Session};
use crate::key::watch::Watch;

impl Visit {
    /// Puts back what was taken off in this visit.
    pub(super) fn put_back(&mut self, back: PutBack, wake: &Wake) -> Now {
        self.errand = Errand::PutBack;
        self.done.truncate(self.before(Step::PutBack));
        let means = self.means.clone();
        working(wake, move |pulse| put_back(back, &means, pulse))
    }

    /// It stands there again.
    pub(super) fn is_put_back(
        &mut self,
        back: &servers::PutBack,
        count: usize,
        keys: Vec<RemovedKey>,
        session: Box<Session>,
        wake: &Wake,
    ) -> Now {
        let place = back.found.place.clone();
        self.say(if back.is_changed {
            let lines = counted(count, "line");
            format!(
                "Put {lines} back into {place}, and read it back{}",
                others(back.is_all, back.has_others)
            )
        } else {
            format!("All of it stands in {place} already. Nothing was changed.")
        });
        let means = self.means.clone();
        working(wake, move |pulse| tried(session, &place, &keys, &means, pulse))
    }

    /// What was seen of the keys that are back.
    pub(super) fn proved_back(&mut self, keys: Vec<Back>) -> Now {
        let are_tried = keys
            .iter()
            .all(|key| !matches!(key.verdict, Some(Verdict::Accepted | Verdict::Untried)));
        self.say(match &keys[..] {
            [] => "There was nothing to try: no key stands in what was put back.",
            [key] => match key.verdict {
                Some(Verdict::Works | Verdict::AsksForMore(_)) => {
                    "Logged in once more with this key alone: the server lets it in."
                }
                Some(Verdict::Accepted) => {
                    "Asked the server: it would let this key in. Whoever holds it was not tried."
                }
                Some(Verdict::Unasked) => "Tried the key alone: the server let in without looking at it.",
                Some(Verdict::Untried) => "The key could not be tried.",
                None => "Tried the key alone: the server refuses it.",
            },
            _ if are_tried => "Tried each of the keys alone.",
            _ => "Tried or asked about each of the keys, as far as that can be done from here.",
        });
        Now::Back(keys)
    }
}

/// Puts back what was taken off, and does not stop half way.
fn put_back(back: PutBack, means: &Means, watch: &dyn Watch) -> Result<Came, Problem> {
    let PutBack {
        mut session,
        taken,
        keys,
    } = back;
    let back = servers::put_back(&mut *session, &taken, watch)?;
    let server = session.connection.target().to_string();
    for key in keys.iter().filter(|key| !key.is_authority) {
        written(note_installed(&means.store, &key.key, &server));
    }
    Ok(Came::PutBack {
        back,
        count: taken.lines().len(),
        keys,
        session,
    })
}

/// Tries the keys that are back, as far as their private halves are here and open; about others the server is asked. One alone
/// that is refused is a problem, with what may be behind it.
fn tried(
    mut session: Box<Session>,
    place: &str,
    keys: &[RemovedKey],
    means: &Means,
    watch: &dyn Watch,
) -> Result<Came, Problem> {
    let open = identities(session.connection.target(), means, false).into_iter();
    let open: Vec<OpenKey> = open.filter_map(Identity::into_open).collect();
    let names = names_of(&means.store, keys.iter().map(|key| &key.key));
    let mut backs: Vec<Back> = Vec::new();
    for (index, (each, name)) in keys.iter().zip(names).enumerate() {
        if keys[..index].contains(each) {
            continue;
        }
        let verdict = if each.is_authority {
            Some(Verdict::Untried)
        } else {
            match servers::prove_put_back(&mut session, place, &each.key, &open, watch) {
                Ok(proof) => Some(verdict(proof)),
                Err(ServerFault::Ignored { .. }) if keys.len() > 1 => None,
                Err(fault) => return Err(fault.into()),
            }
        };
        let name = name.unwrap_or_else(|| named(&each.key));
        backs.push(Back { name, verdict });
    }
    Ok(Came::Back(backs))
}
