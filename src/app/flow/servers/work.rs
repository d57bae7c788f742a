//! The steps themselves, each on the thread of a job.

use std::collections::BTreeSet;
use std::path::Path;

use crate::app::desktop::FindAgents;
use crate::app::errand::{
    Came, Examined, KnownServer, LastWay, Listed, Means, Naming, Now, PutBack, Repairable, Undoable, Works,
};
use crate::engine::describe::Warning;
use crate::engine::doctor::live;
use crate::engine::faults::ServerFault;
use crate::engine::host_entry::HostEntry;
use crate::engine::job::{Job, Pulse, Wake};
use crate::engine::keys::{Whose, names_of, note_installed, note_taken_off};
use crate::engine::known_hosts::{self, Book};
use crate::engine::servers::{
    self, Chosen, Identity, Installed, Known, LastWayIn, ListedLine, OpenKey, Proof, Reached, RemovedKey,
    Session, TakenOff, Undone, line_in,
};
use crate::engine::{Problem, agents};
use crate::format::authorized_keys::NewLine;
use crate::key::PublicKey;
use crate::key::watch::Watch;
use crate::sys::home::{home, user_name};
use crate::sys::remote::{Target, read_config};

/// Work on a thread of its own.
pub(super) fn working(
    wake: &Wake,
    work: impl FnOnce(&Pulse) -> Result<Came, Problem> + Send + 'static,
) -> Now {
    Now::Working {
        job: Job::start("server", wake, work),
        is_stopping: false,
    }
}

/// The servers that can be offered: where keys were installed, and those of ssh's configuration. What cannot be read
/// is said when it is needed; here it only saves typing.
pub(super) fn to_offer(whose: &Whose) -> Vec<KnownServer> {
    let installed = whose.store.read().register.all_installed();
    let config = read_config().unwrap_or_default();
    let place = whose
        .ssh_folder()
        .map(|folder| folder.join(known_hosts::FILE_NAME));
    let book = place.and_then(|path| Book::open(&path).ok());
    let of = |name: String| {
        let target = Target::parse(&name, &config, &user_name()).ok()?;
        let host = target.host_name().to_string();
        let lines = book.iter().flat_map(|book| book.of_host(target.host_name()));
        Some(KnownServer {
            own_keys: lines
                .filter_map(|line| Some((line.kind(), line.fingerprint()?.to_string())))
                .collect(),
            account: target.to_string(),
            dates: Vec::new(),
            name,
            host,
        })
    };
    let mut known: Vec<KnownServer> = config.aliases().into_iter().filter_map(of).collect();
    // Where keys were put comes first, and a server that has a short name is called by it.
    let mut first = 0;
    for on in installed {
        if !known.iter().any(|server| server.is_called(&on.server)) {
            let Some(server) = of(on.server.clone()) else {
                continue;
            };
            // Its account may have a short name although it was not noted like that.
            if !known.iter().any(|other| other.account == server.account) {
                known.insert(first, server);
                first += 1;
            }
        }
        let account = known.iter().find(|server| server.is_called(&on.server));
        let account = account.map_or_else(|| on.server.clone(), |server| server.account.clone());
        for server in known.iter_mut().filter(|server| server.account == account) {
            server.dates.push(on.date.clone());
        }
    }
    known.sort_by_key(|server| server.dates.is_empty());
    known
}

/// Which server is meant, and which agents are there.
pub(super) fn aim(address: &str, find: FindAgents) -> Result<Came, Problem> {
    Ok(Came::Aimed(Box::new(servers::find(address, &[], None)?), find()))
}

pub(super) fn remember(reached: Reached) -> Result<Came, Problem> {
    Ok(Came::Known(Box::new(reached.go_on_and_remember()?)))
}

/// The keys to sign in with: those of the agents, the usual ones, and the one that is open; each once, or once more
/// with a certificate.
///
/// A key that is about to be installed comes last: it is not expected to be let in.
pub(super) fn identities(target: &Target, means: &Means, is_new_key: bool) -> Vec<Identity> {
    let mut all = to_pass_through(target, means);
    if let Some(held) = means.held.clone() {
        // It is open already; its file need not be opened once more.
        all.retain(|identity| identity.has_certificate() || identity.public() != Some(held.public()));
        let at = if is_new_key { all.len() } else { 0 };
        all.insert(at, Identity::Open(OpenKey::Held(held)));
    }
    let mut seen: Vec<PublicKey> = Vec::new();
    all.retain(|identity| match identity.public() {
        Some(key) if seen.contains(key) => identity.has_certificate(),
        Some(key) => {
            seen.push(key.clone());
            true
        }
        None => true,
    });
    all
}

/// The keys that ssh would try on a server.
pub(super) fn to_pass_through(target: &Target, means: &Means) -> Vec<Identity> {
    let agents = agents::for_target(target, means.agents.clone());
    servers::to_try(target, &agents)
}

/// Adds the line, and does not stop half way.
pub(super) fn install(mut session: Box<Session>, line: &NewLine, watch: &dyn Watch) -> Result<Came, Problem> {
    let installed = servers::install(&mut *session, line, watch)?;
    let remark = installed.another_list(&session);
    session.remarks.extend(remark);
    Ok(Came::Installed(session, Box::new(installed)))
}

/// Tries the key that was installed. The session comes back whatever the result, for what was added can be taken off
/// again by it.
pub(super) fn prove(
    mut session: Box<Session>,
    mut installed: Box<Installed>,
    means: &Means,
    watch: &dyn Watch,
) -> Came {
    // Of a key that is open as its public half alone, an agent or a usual file may have the other one.
    let all = identities(session.connection.target(), means, false).into_iter();
    let is_it = |key: &OpenKey| key.is_bare() && key.public() == Some(&installed.key);
    let key = all.filter_map(Identity::into_open).find(is_it);
    let proof = servers::prove_installed(&mut session, &mut installed, key.as_ref(), watch);
    let server = session.connection.target().to_string();
    match &proof {
        Ok(_) => written(note_installed(&means.store, &installed.key, &server)),
        // What was seen last counts, although it may have worked there once.
        Err(ServerFault::Ignored { .. }) => {
            written(note_taken_off(&means.store, &installed.key, &server));
        }
        Err(_) => {}
    }
    let is_crowded = agents::crowd_out(session.connection.target(), means.agents.clone(), &installed.key);
    Came::Proved {
        session,
        installed,
        proof,
        is_crowded,
    }
}

/// Takes from others the right to change the list, and tries the key once more.
pub(super) fn repair(repairable: Repairable, means: &Means, watch: &dyn Watch) -> Result<Came, Problem> {
    let Repairable {
        mut session,
        installed,
        loose,
    } = repairable;
    servers::repair(&mut session, &loose, watch)?;
    Ok(prove(session, installed, means, watch))
}

/// Gives the server a short name in ssh's configuration.
pub(super) fn name(mut works: Box<Works>, typed: &str, file: &Path, means: &Means) -> Box<Works> {
    let whose = Whose {
        home: home(),
        store: means.store.clone(),
    };
    let target = works.session.connection.target();
    let named = HostEntry::plan(&whose, typed, target, &[], (file, &works.key)).and_then(|entry| {
        let change = entry.write()?;
        Ok((entry, change))
    });
    works.naming = match named {
        Ok((entry, change)) => {
            works.log_in = works.log_in.by_name(&entry.name);
            Naming::Named {
                place: whose.short(entry.path()),
                name: entry.name,
                change,
            }
        }
        Err(problem) => Naming::Offered {
            typed: typed.to_owned(),
            problem: Some(problem),
        },
    };
    works
}

/// Takes off what installing has added, and does not stop half way.
pub(super) fn undo(
    mut undo: Box<Undoable>,
    means: &Means,
    last: LastWayIn,
    watch: &dyn Watch,
) -> Result<Came, Problem> {
    let Undoable {
        session,
        undo: added,
        named,
    } = &mut *undo;
    let known = known(session, means, added.before())?;
    match servers::undo(&mut **session, added, &known, last, watch) {
        Ok(Undone {
            found,
            written: changed,
        }) => {
            // A short name that leads nowhere any more is no help.
            if let Some(change) = named.take() {
                written(change.undo());
            }
            let removed = RemovedKey {
                key: added.key().clone(),
                is_authority: false,
                stays: line_in(&found, added.key())?.is_some(),
            };
            Ok(Came::Removed {
                has_others: found.has_lines(),
                place: found.place,
                count: 1,
                is_all: changed.is_none_or(|changed| changed.is_all),
                taken: None,
                keys: vec![removed],
                managed: None,
                session: undo.session,
            })
        }
        Err(ServerFault::LastWayIn(place)) => Ok(Came::IsLast(LastWay::Added { place, undo })),
        Err(fault) => Err(fault.into()),
    }
}

/// Whose the keys are, where the list was this one when somebody signed in.
fn known(session: &Session, means: &Means, list: Option<&[u8]>) -> Result<Known, ServerFault> {
    let mut mine = servers::all_public(&means.agents);
    mine.extend(means.held.iter().map(|key| key.public().clone()));
    Known::of(mine, session.by.clone(), list)
}

/// Reads the list, and marks whose the keys are.
pub(super) fn look(mut session: Box<Session>, means: &Means, watch: &dyn Watch) -> Result<Came, Problem> {
    let found = servers::look(&mut *session, watch)?;
    let remark = session.another_list(&found.place, found.list.as_deref());
    session.remarks.extend(remark);
    let known = known(&session, means, found.list.as_deref())?;
    let mut lines = servers::lines(&found, &known)?;
    ListedLine::call_all(&mut lines, |all| names_of(&means.store, all));
    Ok(Came::Listed(Box::new(Listed {
        lines,
        place: found.place,
        chosen: BTreeSet::new(),
        known,
        session,
    })))
}

/// Takes lines off the list, and does not stop half way.
pub(super) fn remove(
    mut listed: Box<Listed>,
    chosen: &Chosen,
    last: LastWayIn,
    watch: &dyn Watch,
) -> Result<Came, Problem> {
    match servers::remove(&mut *listed.session, chosen, &listed.known, last, watch) {
        Ok(removed) => Ok(Came::Removed {
            place: removed.found.place.clone(),
            count: removed.count,
            has_others: removed.found.has_lines(),
            is_all: removed.written.as_ref().is_none_or(|written| written.is_all),
            taken: Some(TakenOff::of(&removed)),
            keys: removed.keys,
            managed: removed.managed,
            session: listed.session,
        }),
        Err(ServerFault::LastWayIn(_)) => Ok(Came::IsLast(LastWay::Chosen(listed))),
        Err(fault) => Err(fault.into()),
    }
}

/// Tries the keys that went, as far as their private halves are here and open.
pub(super) fn prove_gone(
    session: Box<Session>,
    (place, taken, managed): (&str, Option<TakenOff>, Option<Warning>),
    keys: Vec<RemovedKey>,
    means: &Means,
    watch: &dyn Watch,
) -> Result<Came, Problem> {
    let target = session.connection.target();
    let open = identities(target, means, false).into_iter();
    let open: Vec<OpenKey> = open.filter_map(Identity::into_open).collect();
    let (mut tried, mut untried) = (0, 0);
    let (staying, gone): (Vec<_>, Vec<_>) = keys.iter().partition(|removed| removed.stays);
    for removed in gone {
        if !removed.is_authority {
            written(note_taken_off(&means.store, &removed.key, &target.to_string()));
        }
        match servers::prove_gone(target, &session.pinned, removed, &open, watch)? {
            None => untried += 1,
            Some(Proof::Refused(_)) => tried += 1,
            Some(Proof::Unasked) => return Err(ServerFault::LetsEverybodyIn(place.to_owned()).into()),
            Some(Proof::Works | Proof::WouldWork | Proof::AsksForMore(_)) => {
                if !removed.is_authority {
                    written(note_installed(&means.store, &removed.key, &target.to_string()));
                }
                return Err(ServerFault::StillLetIn(place.to_owned()).into());
            }
        }
    }
    if !staying.is_empty() {
        return Err(ServerFault::AnotherLine(place.to_owned()).into());
    }
    let undo = taken.map(|taken| Box::new(PutBack { session, taken, keys }));
    Ok(Came::Gone {
        tried,
        untried,
        managed,
        undo,
    })
}

/// That it is not remembered where a key is keeps nobody from logging in.
pub(super) fn written(result: Result<(), Problem>) {
    if let Err(problem) = result {
        log::warn!("{}", problem.sentence());
    }
}

/// The keys by which one may get in where `refused` does not.
pub(super) fn other_ways(keys: Vec<Identity>, live: &live::Live) -> Vec<Identity> {
    let mut keys = keys;
    keys.retain(|key| key.public().is_none() || key.public() != live.refused.as_ref());
    keys
}

/// What a server that was tried to reach comes to.
pub(super) fn reached(
    reached: Result<servers::Reached, ServerFault>,
    plan: Option<Box<live::Visit>>,
) -> Result<Came, Problem> {
    match (reached, plan) {
        (Ok(reached), _) => Ok(Came::Reached(Box::new(reached))),
        (Err(fault), Some(plan)) => Ok(Came::Examined(Box::new(Examined::of(plan.not_reached(fault)?)))),
        (Err(fault), None) => Err(fault.into()),
    }
}
