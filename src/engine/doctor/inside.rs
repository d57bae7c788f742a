//! Why a server does not take a key, seen from inside: by a second way in.

use super::about::About;
use super::cause::Cause;
use super::verdict::{Certainty, Evidence, Source, Verdict};
use crate::engine::faults::{Loose, Reason, ServerFault};
use crate::engine::servers::{Session, look, reasons};
use crate::format::authorized_keys::{AuthorizedKeys, tidy};
use crate::key::PublicKey;
use crate::key::watch::Watch;
use crate::sys::remote::Method;

/// What was seen from inside.
#[derive(Debug, Default)]
pub struct Inside {
    /// What keeps the key out, the surest first.
    pub verdicts: Vec<Verdict>,
    /// What can be taken from others, so that sshd trusts the list again.
    pub loose: Vec<Loose>,
}

/// Looks for what keeps a key out that was refused; nothing is changed.
///
/// # Errors
/// The connection fails.
pub fn why(
    session: &mut Session,
    key: &PublicKey,
    methods: &[Method],
    watch: &dyn Watch,
) -> Result<Inside, ServerFault> {
    let found = look(session, watch)?;
    let list = found.list.clone().unwrap_or_default();
    let is_in = |list: &[u8]| {
        AuthorizedKeys::parse(list.to_vec())
            .is_ok_and(|keys| keys.entries().any(|(_, entry)| entry.is_for(key)))
    };
    let place = found.place.clone();
    let mut inside = Inside::default();
    if is_in(&list) {
        for reason in reasons(session, key, methods, watch)?.0 {
            if let Reason::Loose(loose) = &reason {
                inside.loose.push(loose.clone());
            }
            inside.verdicts.extend(of_reason(&reason, &place));
        }
    } else {
        inside
            .verdicts
            .push(not_in_list(&list, is_in, &place, found.list.is_some()));
        let (more, _) = reasons(session, key, methods, watch)?;
        let elsewhere = more.iter().find(|reason| matches!(reason, Reason::OtherFiles(_)));
        inside
            .verdicts
            .extend(elsewhere.and_then(|reason| of_reason(reason, &place)));
    }
    inside
        .verdicts
        .sort_by_key(|verdict| std::cmp::Reverse(verdict.certainty));
    Ok(inside)
}

fn not_in_list(list: &[u8], is_in: impl Fn(&[u8]) -> bool, place: &str, is_there: bool) -> Verdict {
    let tidied = tidy(list);
    if let Some(tidied) = tidied.filter(|tidied| is_in(&tidied.text)) {
        let about = About::file(place);
        let lines = tidied.mended.len();
        let verdict = Verdict::new(Cause::LineDamaged, Certainty::Certain, &about);
        let evidence =
            format!("the key stands in {place}, in a form that sshd does not read ({lines} places)");
        return verdict.seen(Evidence::new(Source::Step, &evidence));
    }
    let evidence = if is_there {
        format!("the key is not in {place} on the server")
    } else {
        format!("there is no {place} on the server")
    };
    let verdict = Verdict::new(Cause::KeyNotAuthorized, Certainty::Certain, &About::default());
    verdict.seen(Evidence::new(Source::Step, &evidence))
}

fn of_reason(reason: &Reason, place: &str) -> Option<Verdict> {
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
        Reason::Expires => (
            Cause::LineExpired,
            Certainty::Likely,
            format!("the key's line in {place} has a day until which it is good"),
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
            format!("sshd's settings name {files}"),
        ),
        Reason::OfAdministrators => (
            Cause::ServerListElsewhere,
            Certainty::Possible,
            "the account is an administrator's, and all of them have one list".to_owned(),
        ),
        Reason::Setting(line) => (
            of_setting(line)?,
            Certainty::Likely,
            format!("sshd's settings say: {line}"),
        ),
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
        _ => None,
    }
}
