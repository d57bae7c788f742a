//! What the lines of one attempt come to.

use super::attempt::{Attempt, Event};
use super::reasons;
use super::sign::{Side, Sign};
use super::wording;
use crate::engine::doctor::about::About;
use crate::engine::doctor::cause::Cause;
use crate::engine::doctor::verdict::{Certainty, Verdict};
use crate::key::comment::escaped;

/// How an attempt went.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Somebody is in, and there is nothing to say but that.
    Works(Verdict),
    /// Something is wrong: the likeliest first.
    Fails(Vec<Verdict>),
    /// Its lines do not tell; why not, where more can be said.
    Silent(Option<Verdict>),
}

/// The order in which verdicts are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// What ended the attempt.
    End,
    /// A fault that was named, in the order of the lines.
    Named,
    /// What explains more than the next ones.
    Likely,
    /// What a client can tell, and nothing more.
    General,
    /// That nothing was offered, and why.
    Nothing,
    Possible,
}

/// Verdicts on their way.
struct Judge<'a> {
    attempt: &'a Attempt,
    about: About,
    found: Vec<(Rank, usize, Verdict)>,
}

/// Judges an attempt.
pub(super) fn judge(attempt: &Attempt) -> Outcome {
    let mut judge = Judge {
        attempt,
        about: attempt.about(),
        found: Vec::new(),
    };
    let entrance = attempt.last(Sign::In);
    if let Some(entrance) = entrance
        && is_by_key(entrance)
    {
        return judge.inside(entrance);
    }
    judge.named();
    match attempt.side {
        Side::Client => judge.client(),
        Side::Server => judge.server(),
    }
    match (judge.told(), entrance) {
        (verdicts, _) if !verdicts.is_empty() => Outcome::Fails(verdicts),
        // By a password, and no key has failed.
        (_, Some(entrance)) => judge.inside(entrance),
        _ => judge.silent(),
    }
}

fn is_by_key(entrance: &Event) -> bool {
    let text = entrance.text.to_ascii_lowercase();
    ![
        "\"password\"",
        "(password)",
        "keyboard-interactive",
        "accepted password",
        "password auth",
        "gssapi",
        "\"none\"",
    ]
    .iter()
    .any(|other| text.contains(other))
}

impl Judge<'_> {
    fn add(&mut self, rank: Rank, cause: Cause, certainty: Certainty, event: &Event) -> &mut Verdict {
        let mut about = wording::of_real_file(event.about.clone());
        if cause == Cause::HostKeyChanged {
            // The host stands in another line of the same warning.
            let same = self.attempt.events.iter();
            let same = same.filter(|other| {
                matches!(
                    other.sign,
                    Sign::Points(Cause::HostKeyChanged, _) | Sign::Lacks(Cause::HostKeyChanged)
                )
            });
            about = same.fold(about, |about, other| about.or(&other.about));
        }
        let about = about.or(&self.about);
        let mut verdict = Verdict::new(cause, certainty, &about).seen(event.evidence());
        wording::put_exactly(&mut verdict, event, &about);
        self.found.push((rank, event.order, verdict));
        let last = self.found.len() - 1;
        &mut self.found[last].2
    }

    /// Somebody is in; what went wrong behind the door.
    fn inside(&mut self, entrance: &Event) -> Outcome {
        let attempt = self.attempt;
        self.found.clear();
        for event in attempt
            .events
            .iter()
            .filter(|event| event.order >= entrance.order)
        {
            match event.sign {
                Sign::After(cause, certainty)
                | Sign::Points(cause @ (Cause::PasswordExpired | Cause::ChrootOwner), certainty) => {
                    self.add(Rank::Named, cause, certainty, event);
                }
                Sign::Options if says_command(event) && !self.runs_git() => {
                    self.add(Rank::Named, Cause::ForcedCommand, Certainty::Certain, event);
                }
                Sign::Closed if event.order > entrance.order => {
                    let verdict = self.add(Rank::Likely, Cause::ConnectionClosed, Certainty::Likely, event);
                    "The login works, and the server ended the connection afterwards. Its log tells why."
                        .clone_into(&mut verdict.message);
                }
                _ => {}
            }
        }
        let verdicts = self.told();
        if verdicts.is_empty() {
            let verdict = Verdict::new(Cause::Works, Certainty::Certain, &About::default());
            return Outcome::Works(verdict.seen(entrance.evidence()));
        }
        Outcome::Fails(verdicts)
    }

    fn runs_git(&self) -> bool {
        let runs = self.attempt.first(Sign::Runs);
        runs.and_then(|event| event.about.said.as_deref())
            .is_some_and(|command| command.contains("git-") || command.contains("git "))
    }

    /// What lines name by themselves.
    fn named(&mut self) {
        for event in &self.attempt.events {
            match event.sign {
                Sign::Points(cause, certainty) => {
                    let rank = match certainty {
                        Certainty::Certain => Rank::Named,
                        Certainty::Likely => Rank::Likely,
                        Certainty::Possible => Rank::Possible,
                    };
                    let cause = reasons::of_file(cause, event);
                    self.add(rank, cause, certainty, event);
                }
                Sign::Unloaded => {
                    let cause = reasons::of_loading(event);
                    self.add(Rank::Named, cause, Certainty::Certain, event);
                }
                // Of files with usual names that is only told to those who ask for everything.
                Sign::Inaccessible if !event.text.contains("debug3:") => {
                    let cause = reasons::of_access(event);
                    self.add(Rank::Named, cause, Certainty::Certain, event);
                }
                // Nobody but whoever is in hears of that.
                Sign::After(cause, certainty) if self.is_heard_inside() => {
                    let rank = match certainty {
                        Certainty::Certain => Rank::Named,
                        Certainty::Likely | Certainty::Possible => Rank::Likely,
                    };
                    self.add(rank, cause, certainty, event);
                }
                Sign::Unsigned => {
                    let (cause, certainty) = reasons::of_signing(self.attempt, event);
                    self.add(Rank::Named, cause, certainty, event);
                }
                _ => {}
            }
        }
    }

    /// Whether nothing shows that nobody was let in, where nothing shows that somebody was.
    fn is_heard_inside(&self) -> bool {
        let is_out = [Sign::Denied, Sign::TooMany, Sign::Refuses].into_iter();
        self.attempt.side == Side::Client && !is_out.clone().any(|sign| self.attempt.has(sign))
    }

    fn client(&mut self) {
        let attempt = self.attempt;
        if let Some(event) = attempt.last(Sign::Partial) {
            let said = attempt.events.iter().filter(|other| other.order > event.order);
            let wanted = said
                .filter(|other| other.sign == Sign::CanGoOn)
                .find_map(|other| other.about.said.clone());
            let verdict = Verdict::new(Cause::MoreWanted, Certainty::Certain, &in_brackets(wanted));
            self.found
                .push((Rank::End, event.order, verdict.seen(event.evidence())));
            return;
        }
        // Which file that is about stands below it, where all was copied.
        let is_told = |(_, _, verdict): &(Rank, usize, Verdict)| {
            matches!(verdict.cause, Cause::KeyFilePermissions | Cause::KeyFilePublic)
        };
        if let Some(event) = attempt.last(Sign::Lacks(Cause::KeyFilePermissions))
            && !self.found.iter().any(is_told)
        {
            self.add(Rank::Named, Cause::KeyFilePermissions, Certainty::Certain, event);
        }
        let offers = attempt.count(Sign::Offers);
        self.too_many(offers);
        self.disabled(offers);
        if let Some(accepted) = attempt.last(Sign::Accepts) {
            self.unsigned(accepted);
            return;
        }
        if let Some(event) = attempt.last(Sign::Lacks(Cause::KeyFilePassphrase)) {
            self.add(Rank::Named, Cause::KeyFilePassphrase, Certainty::Likely, event);
        } else if attempt.count(Sign::AsksPassphrase) > 1
            && let Some(event) = attempt.last(Sign::AsksPassphrase)
        {
            self.add(Rank::Named, Cause::KeyFilePassphrase, Certainty::Likely, event);
        }
        if let Some(event) = attempt.last(Sign::Lacks(Cause::HostKeyUnknown))
            && !attempt.has(Sign::CanGoOn)
            && offers == 0
        {
            self.add(Rank::Likely, Cause::HostKeyUnknown, Certainty::Likely, event);
        }
        if offers > 0 {
            self.refused();
        } else {
            self.nothing_offered();
        }
        self.closed(offers);
    }

    fn too_many(&mut self, offers: usize) {
        let attempt = self.attempt;
        let Some(event) = attempt.last(Sign::TooMany) else {
            return;
        };
        let passwords = attempt.count(Sign::WrongPassword);
        if passwords > 0 && offers + attempt.count(Sign::Refuses) < 2 {
            return;
        }
        let certainty = if offers > 1 || attempt.count(Sign::Refuses) > 1 {
            Certainty::Certain
        } else {
            Certainty::Likely
        };
        self.add(Rank::End, Cause::TooManyKeys, certainty, event);
    }

    /// The server takes no keys, or not as the first thing.
    fn disabled(&mut self, offers: usize) {
        let first = self
            .attempt
            .first(Sign::CanGoOn)
            .or_else(|| self.attempt.first(Sign::Denied));
        let Some(event) = first.filter(|_| offers == 0 && !self.attempt.has(Sign::Accepts)) else {
            return;
        };
        let methods = methods_in(&event.text);
        if !methods.is_empty() && !methods.contains("publickey") {
            let said = in_brackets(Some(escaped(methods.as_bytes())));
            let verdict = Verdict::new(Cause::KeysDisabled, Certainty::Likely, &said.or(&self.about));
            self.found
                .push((Rank::End, event.order, verdict.seen(event.evidence())));
        }
    }

    /// The server would take the key, and nobody is in.
    fn unsigned(&mut self, accepted: &Event) {
        let attempt = self.attempt;
        let is_explained = self
            .found
            .iter()
            .any(|(rank, line, _)| *rank <= Rank::Named && *line >= accepted.order);
        if is_explained {
            return;
        }
        let behind = |sign: Sign| {
            let mut behind = attempt.events.iter().filter(|event| event.order > accepted.order);
            behind.find(|event| event.sign == sign)
        };
        let locked = [Sign::AsksPassphrase, Sign::Lacks(Cause::KeyFilePassphrase)]
            .into_iter()
            .find_map(behind);
        if let Some(event) = locked {
            self.add(Rank::Named, Cause::KeyFilePassphrase, Certainty::Likely, event);
        } else if let Some(event) = behind(Sign::AsksPin) {
            self.add(Rank::Named, Cause::SecurityKeyPin, Certainty::Possible, event);
        } else if let Some(event) = [Sign::CanGoOn, Sign::Refuses, Sign::Closed]
            .into_iter()
            .find_map(behind)
        {
            let evidence = event.evidence();
            let verdict = self.add(
                Rank::General,
                Cause::SignatureRefused,
                Certainty::Likely,
                accepted,
            );
            verdict.evidence.push(evidence);
        } else if let Some(event) = behind(Sign::Denied) {
            // It was not even tried to sign: the private half could not be had.
            let evidence = event.evidence();
            let verdict = self.add(
                Rank::Likely,
                Cause::KeyFilePassphrase,
                Certainty::Likely,
                accepted,
            );
            verdict.evidence.push(evidence);
        }
    }

    /// Keys were offered, and none was taken.
    fn refused(&mut self) {
        let attempt = self.attempt;
        let Some(offer) = attempt.last(Sign::Offers) else {
            return;
        };
        let answers = [Sign::CanGoOn, Sign::Refuses, Sign::Denied, Sign::TooMany];
        let mut behind = attempt.events.iter().filter(|event| event.order > offer.order);
        let Some(answer) = behind.find(|event| answers.contains(&event.sign)) else {
            return;
        };
        if self.found.iter().any(|(rank, _, _)| *rank == Rank::End) {
            return;
        }
        if let Some(wanted) = reasons::wanted_user(&self.about) {
            let about = About::said(&format!(": this server wants the name “{wanted}”"));
            let verdict = Verdict::new(Cause::WrongUser, Certainty::Likely, &about);
            let verdict = verdict.seen(offer.evidence()).seen(answer.evidence());
            self.found.push((Rank::Named, offer.order, verdict));
        }
        let evidence = answer.evidence();
        let verdict = self.add(Rank::General, Cause::KeyNotAuthorized, Certainty::Certain, offer);
        verdict.evidence.push(evidence);
    }

    /// No key was offered; why, as far as that shows.
    fn nothing_offered(&mut self) {
        let attempt = self.attempt;
        let mut asked = [Sign::Next, Sign::Tries, Sign::WillTry, Sign::CanGoOn].into_iter();
        let Some(event) = asked.find_map(|sign| attempt.last(sign)) else {
            // PuTTY tells nothing of what it does not have.
            if let Some(event) = attempt
                .last(Sign::Denied)
                .filter(|event| event.text.contains("server sent"))
                && !self.has_key_fault()
                && !attempt.has(Sign::Refuses)
            {
                self.add(Rank::Nothing, Cause::NoKeyOffered, Certainty::Likely, event);
            }
            if let Some(event) = attempt.last(Sign::Refuses) {
                self.add(Rank::General, Cause::KeyNotAuthorized, Certainty::Certain, event);
            }
            return;
        };
        let is_over = [Sign::Denied, Sign::Next, Sign::WrongPassword, Sign::In]
            .into_iter()
            .any(|sign| attempt.has(sign));
        if !is_over || self.found.iter().any(|(rank, _, _)| *rank == Rank::End) {
            return;
        }
        let has_keys = attempt
            .last(Sign::AgentHas)
            .filter(|event| event.about.said.as_deref().is_some_and(|count| count != "0"));
        let of_agent = attempt
            .events
            .iter()
            .any(|event| event.sign == Sign::WillTry && event.text.trim_end().ends_with("agent"));
        if let Some(event) = has_keys.filter(|_| !of_agent) {
            self.add(Rank::Nothing, Cause::IdentitiesOnly, Certainty::Likely, event);
        }
        for cause in [Cause::AgentMissing, Cause::AgentEmpty] {
            if let Some(event) = attempt.last(Sign::Lacks(cause)) {
                self.add(Rank::Nothing, cause, Certainty::Likely, event);
            }
        }
        if let Some(event) = attempt.last(Sign::AgentHas).filter(|_| has_keys.is_none()) {
            self.add(Rank::Nothing, Cause::AgentEmpty, Certainty::Likely, event);
        }
        // Where a password let somebody in, a key may not have been wanted.
        if !attempt.has(Sign::In) && !self.has_key_fault() {
            let line = usize::MAX;
            let verdict = Verdict::new(Cause::NoKeyOffered, Certainty::Certain, &self.about);
            self.found
                .push((Rank::Nothing, line, verdict.seen(event.evidence())));
        }
    }

    fn has_key_fault(&self) -> bool {
        self.found.iter().any(|(rank, _, _)| *rank <= Rank::Named)
    }

    fn closed(&mut self, offers: usize) {
        let Some(event) = self.attempt.last(Sign::Closed) else {
            return;
        };
        let is_explained = self.found.iter().any(|(rank, _, _)| *rank <= Rank::General);
        if is_explained {
            return;
        }
        if offers > 4 {
            self.add(Rank::Likely, Cause::TooManyKeys, Certainty::Likely, event);
            return;
        }
        self.add(Rank::General, Cause::ConnectionClosed, Certainty::Certain, event);
    }

    fn server(&mut self) {
        let attempt = self.attempt;
        self.too_many(attempt.count(Sign::Refuses));
        if let Some(event) = attempt.last(Sign::Partial) {
            self.add(Rank::End, Cause::MoreWanted, Certainty::Certain, event);
            return;
        }
        if self.has_key_fault() {
            return;
        }
        if let Some(refused) = attempt.last(Sign::Refuses) {
            let lists: Vec<&Event> = attempt
                .events
                .iter()
                .filter(|event| event.sign == Sign::Reads)
                .collect();
            let is_usual = |event: &&Event| event.about.file.as_deref().is_some_and(is_usual_list);
            if let Some(list) = lists.first().filter(|_| !lists.iter().any(is_usual)) {
                self.add(Rank::Named, Cause::ServerListElsewhere, Certainty::Likely, list);
            }
            self.add(
                Rank::General,
                Cause::KeyNotAuthorized,
                Certainty::Certain,
                refused,
            );
            return;
        }
        let Some(left) = attempt.last(Sign::GaveUp) else {
            return;
        };
        if let Some(accepted) = attempt.last(Sign::Accepts) {
            for cause in [
                Cause::KeyFilePassphrase,
                Cause::AgentRefused,
                Cause::PublicHalfMismatch,
            ] {
                let evidence = left.evidence();
                self.add(Rank::Possible, cause, Certainty::Possible, accepted)
                    .evidence
                    .push(evidence);
            }
            return;
        }
        let mut asked = attempt.events.iter().filter(|event| event.sign == Sign::Asks);
        let has_asked = attempt.has(Sign::Asks);
        let is_by_key = |event: &Event| event.text.contains("method publickey");
        if has_asked && !asked.any(is_by_key) {
            self.add(Rank::Nothing, Cause::NoKeyOffered, Certainty::Certain, left);
        } else {
            for cause in [Cause::KeyNotAuthorized, Cause::NoKeyOffered] {
                self.add(Rank::Possible, cause, Certainty::Possible, left);
            }
        }
    }

    /// The verdicts in their order.
    fn told(&mut self) -> Vec<Verdict> {
        let mut found = std::mem::take(&mut self.found);
        found.sort_by_key(|(rank, line, _)| (*rank, *line));
        let has = |cause: Cause| found.iter().any(|(_, _, verdict)| verdict.cause == cause);
        let is_sure = found
            .iter()
            .any(|(_, _, verdict)| verdict.certainty == Certainty::Certain);
        let is_taken_back = |verdict: &Verdict| match verdict.cause {
            // “Host key verification failed” is said of all three.
            Cause::HostKeyUnknown => has(Cause::HostKeyChanged) || has(Cause::HostKeyRevoked),
            Cause::HostKeyChanged => has(Cause::HostKeyRevoked),
            // PAM calls an account that is over locked as well.
            Cause::AccountLocked => has(Cause::AccountExpired),
            Cause::AccountNotAllowed => {
                verdict.certainty < Certainty::Certain
                    && (has(Cause::AccountExpired) || has(Cause::PasswordExpired))
            }
            _ => is_sure && verdict.certainty == Certainty::Possible,
        };
        let verdicts: Vec<Verdict> = found
            .iter()
            .filter(|(_, _, verdict)| !is_taken_back(verdict))
            .map(|(_, _, verdict)| verdict.clone())
            .collect();
        merged(verdicts)
    }

    /// Nothing can be said; what could be done to say more.
    fn silent(&self) -> Outcome {
        let attempt = self.attempt;
        let said = if let Some(event) = attempt.last(Sign::Denied) {
            Some((
                event,
                "The server let nobody in, and this log does not show whether a key was offered; run it with -v",
            ))
        } else if attempt.side == Side::Server {
            let event = attempt.last(Sign::WrongPassword).or(attempt.events.last());
            event.map(|event| (event, "The server's log does not show whether a key was offered; with “LogLevel VERBOSE” it would"))
        } else {
            let event = attempt.events.last();
            event.map(|event| (event, "This log ends before ssh tried a key; run it with -v"))
        };
        Outcome::Silent(said.map(|(event, words)| {
            Verdict::new(Cause::Unknown, Certainty::Possible, &About::said(words)).seen(event.evidence())
        }))
    }
}

/// One verdict for each cause, with the evidence of all.
fn merged(verdicts: Vec<Verdict>) -> Vec<Verdict> {
    let mut merged: Vec<Verdict> = Vec::new();
    for verdict in verdicts {
        match merged.iter_mut().find(|same| same.cause == verdict.cause) {
            Some(same) => {
                same.certainty = same.certainty.max(verdict.certainty);
                for evidence in verdict.evidence {
                    if !same.evidence.contains(&evidence) && same.evidence.len() < 6 {
                        same.evidence.push(evidence);
                    }
                }
            }
            None => merged.push(verdict),
        }
    }
    merged
}

/// The methods that a line says can go on, or were refused.
fn methods_in(text: &str) -> &str {
    let behind = |words: &str| {
        let at = text.to_ascii_lowercase().rfind(words)?;
        text.get(at + words.len()..)
    };
    let told = behind("can continue: ")
        .or_else(|| behind("denied ("))
        .or_else(|| behind("server sent: "));
    let told = told.unwrap_or_default();
    let end = told.find([')', ' ', '"']).unwrap_or(told.len());
    told[..end].trim_end_matches(['.', '\\'])
}

fn says_command(event: &Event) -> bool {
    let options = event.about.said.as_deref().unwrap_or_default();
    options.split_whitespace().any(|option| option == "command")
}

fn is_usual_list(path: &str) -> bool {
    path.contains(".ssh/authorized_keys") || path.contains(".ssh\\authorized_keys")
}

fn in_brackets(said: Option<String>) -> About {
    About {
        said: said.map(|said| format!(" ({said})")),
        ..About::default()
    }
}
