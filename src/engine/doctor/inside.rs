//! Why a server does not take a key, seen from inside: by a second way in.

use super::about::About;
use super::cause::Cause;
use super::verdict::{Certainty, Evidence, Source, Step, Verdict};
use super::witnessed;
use crate::engine::Problem;
use crate::engine::faults::{Loose, Reason, ServerFault};
use crate::engine::plural::counted;
use crate::engine::servers::{
    Attempted, Found, Session, Site, Way, Witness, look, put_at, reasons, repair, tidy_list, witness,
};
use crate::format::authorized_keys::{AuthorizedKeys, NewLine, NewOptions, tidy};
use crate::key::PublicKey;
use crate::key::comment::{Comment, escaped};
use crate::key::watch::Watch;
use crate::sys::remote::Method;

/// What was seen from inside.
#[derive(Debug, Default)]
pub struct Inside {
    /// What keeps the key out, the surest first.
    pub verdicts: Vec<Verdict>,
    /// What can be put right there.
    pub mends: Vec<There>,
    /// What else was looked at there.
    pub steps: Vec<Step>,
}

/// What can be put right on a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum There {
    /// Others lose the right to change it, so that sshd trusts the list again.
    Tighten(Loose),
    /// What an editor or a paste has cut up is one line again.
    Tidy {
        /// The list.
        place: String,
    },
    /// The key's line stands in the list that the server reads, too.
    Put {
        /// Which that is.
        site: Site,
        /// The line.
        line: Box<NewLine>,
    },
}

impl There {
    /// What would be done, in words behind “to”.
    #[must_use]
    pub fn announcement(&self) -> String {
        match self {
            Self::Tighten(loose) => format!(
                "take from others the right to change {} on the server",
                loose.place
            ),
            Self::Tidy { place } => {
                format!("make one line again of each key in {place} on the server that was cut into several")
            }
            Self::Put { site, .. } => {
                format!("add the key to {} on the server", shown_site(site))
            }
        }
    }
}

fn shown_site(site: &Site) -> String {
    match site {
        Site::At(path) => match path.strip_prefix("./") {
            Some(path) => escaped(format!("~/{path}").as_bytes()),
            None => escaped(path.as_bytes()),
        },
        Site::Usual | Site::Own | Site::Kept => "the account's own list".to_owned(),
    }
}

/// Puts things right on the server; of each, what was done, in a sentence, or why it could not be.
pub fn mend(session: &mut Session, mends: &[There], watch: &dyn Watch) -> Vec<Result<String, Problem>> {
    let mut all = Vec::new();
    for mend in mends {
        let done = match mend {
            There::Tighten(loose) => repair(session, std::slice::from_ref(loose), watch).map(|()| {
                format!(
                    "On the server nobody but its owner can change {} any more.",
                    loose.place
                )
            }),
            There::Tidy { place } => tidy_list(session, watch).map(|_| {
                format!("On the server the keys in {place} that were cut up are one line each now.")
            }),
            There::Put { site, line } => put_at(session, site, line, watch)
                .map(|place| format!("On the server the key is in {place} now.")),
        };
        all.push(done.map_err(Problem::from));
    }
    all
}

/// Looks for what keeps a key out that was refused; nothing is changed. `attempted` is how it was refused.
///
/// # Errors
/// The connection fails.
pub fn why(
    session: &mut Session,
    key: &PublicKey,
    methods: &[Method],
    attempted: Option<&Attempted>,
    watch: &dyn Watch,
) -> Result<Inside, ServerFault> {
    let found = match look(session, watch) {
        // Who reads it for this account may not read it either.
        Err(
            fault @ (ServerFault::Unreadable(_)
            | ServerFault::DanglingLink(_)
            | ServerFault::NotRegular(_)
            | ServerFault::NotFolder(_)),
        ) => {
            return Ok(Inside {
                verdicts: vec![unreadable(&fault)],
                ..Inside::default()
            });
        }
        found => found?,
    };
    let witness = match found.way {
        Way::Shell => Some(witness(session, key, attempted, watch)?),
        Way::Files => None,
    };
    let mut inside = in_list_or_not(session, &found, key, methods, witness.as_ref(), watch)?;
    if let Some(witness) = witness {
        let told = witnessed::of_log(&witness, key, attempted);
        let label = witnessed::of_label(&witness, &found.place);
        // The words about the label say more than those that fit every list that is not read.
        inside.verdicts.extend(label);
        witnessed::put_to(&mut inside.verdicts, told);
        inside.steps = witnessed::steps(&witness);
    }
    inside
        .verdicts
        .sort_by_key(|verdict| std::cmp::Reverse(verdict.certainty));
    Ok(inside)
}

/// What the list and the settings say.
fn in_list_or_not(
    session: &mut Session,
    found: &Found,
    key: &PublicKey,
    methods: &[Method],
    witness: Option<&Witness>,
    watch: &dyn Watch,
) -> Result<Inside, ServerFault> {
    let list = found.list.clone().unwrap_or_default();
    let is_in = |list: &[u8]| {
        AuthorizedKeys::parse(list.to_vec())
            .is_ok_and(|keys| keys.entries().any(|(_, entry)| entry.is_for(key)))
    };
    let place = found.place.clone();
    let mut inside = Inside::default();
    let told = witness.filter(|witness| witness.command.is_some());
    let settings = told.map(|witness| witness.settings.as_slice());
    let command = told.and_then(|witness| witness.command.as_ref());
    let (all, sites) = reasons(session, key, methods, settings, watch)?;
    if is_in(&list) {
        for reason in all {
            if let Reason::Loose(loose) = &reason {
                inside.mends.push(There::Tighten(loose.clone()));
            }
            inside.verdicts.extend(of_reason(&reason, &place, command));
        }
        // Conditions in the line would be lost.
        if let (Some(site), Some(line)) = (sites.into_iter().next(), bare_line(&list, key)) {
            let line = Box::new(line);
            inside.mends.push(There::Put { site, line });
        }
        return Ok(inside);
    }
    inside
        .verdicts
        .push(not_in_list(&list, is_in, &place, found.list.is_some()));
    let is_cut_up = |verdict: &Verdict| verdict.cause == Cause::LineDamaged;
    if inside.verdicts.iter().any(is_cut_up) {
        let place = place.clone();
        inside.mends.push(There::Tidy { place });
    }
    let loose = all.iter().filter_map(|reason| match reason {
        Reason::Loose(loose) => Some(There::Tighten(loose.clone())),
        _ => None,
    });
    // A list in order is of no use where sshd passes over it.
    if !inside.mends.is_empty() {
        inside.mends.extend(loose);
    }
    let elsewhere = all.iter().find(|reason| matches!(reason, Reason::OtherFiles(_)));
    inside
        .verdicts
        .extend(elsewhere.and_then(|reason| of_reason(reason, &place, command)));
    Ok(inside)
}

/// The key's line, where it has no conditions.
fn bare_line(list: &[u8], key: &PublicKey) -> Option<NewLine> {
    let keys = AuthorizedKeys::parse(list.to_vec()).ok()?;
    let (_, entry) = keys.entries().find(|(_, entry)| entry.is_for(key))?;
    if entry.options.iter().next().is_some() {
        return None;
    }
    let (comment, _) = Comment::cleaned(&entry.key.comment);
    Some(NewLine::new(key, &NewOptions::default(), &comment))
}

fn not_in_list(list: &[u8], is_in: impl Fn(&[u8]) -> bool, place: &str, is_there: bool) -> Verdict {
    let tidied = tidy(list);
    if let Some(tidied) = tidied.filter(|tidied| is_in(&tidied.text)) {
        let about = About::file(place);
        let places = counted(tidied.mended.len(), "place");
        let verdict = Verdict::new(Cause::LineDamaged, Certainty::Certain, &about);
        let evidence = format!("the key stands in {place}, in a form that sshd does not read ({places})");
        return verdict.seen(Evidence::new(Source::Step, &evidence));
    }
    let evidence = if is_there {
        format!("the key is not in {place} on the server")
    } else {
        format!("there is no {place} on the server")
    };
    let mut verdict = Verdict::new(Cause::KeyNotAuthorized, Certainty::Certain, &About::default());
    verdict.message = format!("The server does not take the key, because it is not in the list: {evidence}.");
    if let Some(fix) = &mut verdict.fix {
        "Put the key there. That can be done by the second way in that was used just now."
            .clone_into(&mut fix.what);
    }
    verdict.seen(Evidence::new(Source::Step, &evidence))
}

fn none_or(program: &str) -> &str {
    if program.is_empty() { "none" } else { program }
}

/// The list is there, and nobody can read it for the account.
fn unreadable(fault: &ServerFault) -> Verdict {
    let mut about = About::default();
    if let ServerFault::Unreadable(place) = fault {
        about = About::file(place);
    }
    let mut verdict = Verdict::new(Cause::ServerListUnreadable, Certainty::Certain, &about);
    if let (ServerFault::Unreadable(place), Some(fix)) = (fault, &mut verdict.fix) {
        fix.what = format!(
            "It has to belong to the account, and the account has to be able to read it. If it is somebody else's, root's say, ask \
             whoever runs the server for “chown” and “chmod 600” of {place}."
        );
    }
    verdict.seen(Evidence::new(Source::Step, &fault.to_string()))
}

/// The verdict that a reason is; `command` is what sshd was asked with, and whether it is the one that refuses.
fn of_reason(reason: &Reason, place: &str, command: Option<&(String, bool)>) -> Option<Verdict> {
    let by = match command {
        Some((command, _)) => format!("“{command}” on the server says"),
        None => "sshd's settings say".to_owned(),
    };
    let (cause, certainty, evidence) = match reason {
        Reason::Loose(loose) => (Cause::ServerPermissions, Certainty::Certain, loose.to_string()),
        Reason::BadOptions(why) => (
            Cause::LineOptions,
            Certainty::Certain,
            format!("the key's line in {place}: {why}"),
        ),
        Reason::From(list) => (
            Cause::LineFrom,
            Certainty::Likely,
            format!("the key's line in {place} lets it in from {list} only"),
        ),
        Reason::Expires(expiry) => (
            Cause::LineExpired,
            Certainty::Likely,
            format!("the key's line in {place} lets it in until {expiry}"),
        ),
        Reason::NoKeys => (
            Cause::KeysDisabled,
            Certainty::Likely,
            "the server did not offer to take a key".to_owned(),
        ),
        Reason::Shut => (
            Cause::ServerListElsewhere,
            Certainty::Possible,
            "the account sees a part of the server only".to_owned(),
        ),
        Reason::KeyType(algorithm) => (
            Cause::KeyTypeServer,
            Certainty::Likely,
            format!("the key is of the type {}", algorithm.name()),
        ),
        Reason::OtherFiles(files) => (
            Cause::ServerListElsewhere,
            Certainty::Certain,
            match command {
                Some(_) => format!("{by}: authorizedkeysfile {files}"),
                None => format!("sshd's settings name {files}"),
            },
        ),
        Reason::ByProgram(program) => (
            Cause::ServerListElsewhere,
            Certainty::Certain,
            format!(
                "sshd's settings name no file of keys (AuthorizedKeysCommand: {})",
                none_or(program)
            ),
        ),
        Reason::OfAdministrators => (
            Cause::ServerListElsewhere,
            Certainty::Possible,
            "the account is an administrator's, and all of them have one list".to_owned(),
        ),
        Reason::Setting(line) => {
            let cause = of_setting(line)?;
            let certainty = match (cause, command) {
                // Whether it holds this key is not seen.
                (Cause::KeyRevoked, _) => Certainty::Possible,
                (Cause::KeyTypeServer | Cause::KeysDisabled | Cause::RsaTooShort, Some((_, true))) => {
                    Certainty::Certain
                }
                _ => Certainty::Likely,
            };
            (cause, certainty, format!("{by}: {line}"))
        }
    };
    let about = match cause {
        Cause::LineOptions | Cause::LineDamaged => About::file(place),
        Cause::ServerListElsewhere => match reason {
            Reason::OtherFiles(files) => About::file(files),
            _ => About::default(),
        },
        _ => About::default(),
    };
    let verdict = Verdict::new(cause, certainty, &about);
    Some(verdict.seen(Evidence::new(Source::Step, &evidence)))
}

/// What a line of sshd's settings keeps out. Whoever is in by another way is not kept out by lists of accounts.
fn of_setting(line: &str) -> Option<Cause> {
    let keyword = line.split([' ', '\t', '=']).next()?.to_ascii_lowercase();
    match keyword.as_str() {
        "pubkeyauthentication" => Some(Cause::KeysDisabled),
        "authenticationmethods" => Some(Cause::MoreWanted),
        "pubkeyacceptedalgorithms" | "pubkeyacceptedkeytypes" => Some(Cause::KeyTypeServer),
        "permitrootlogin" => Some(Cause::RootRefused),
        "revokedkeys" => Some(Cause::KeyRevoked),
        "requiredrsasize" => Some(Cause::RsaTooShort),
        _ => None,
    }
}
