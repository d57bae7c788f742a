//! What a server itself knows of an attempt, as far as the account may see it: what its settings and its log say for a cause.

use super::about::About;
use super::cause::Cause;
use super::log;
use super::verdict::{Certainty, Evidence, Source, Step, Verdict};
use crate::engine::plural::counted;
use crate::engine::servers::{Attempted, KnownBy, Witness};
use crate::key::PublicKey;
use crate::key::fingerprint::{Fingerprint, FingerprintKind};

/// Where sshd's words in its log stand behind, so that nobody takes them for ours.
const BY_LOG: &str = "the server's log: ";
/// What puts labels right by the server's own rules, and what has to be done where these do not know the place.
const RELABEL: &str = "restorecon -R ~/.ssh";
const BY_RULES: &str = "The server's own rules know the right label: the account may set it itself, with the command below on the server.";
const BY_HAND: &str = "The server's rules do not know this home folder, so that “restorecon -R ~/.ssh” alone may not help: \
    whoever runs it has to name it there first (“semanage fcontext -a -t ssh_home_t”).";

/// The steps by which it was seen, in words.
pub(super) fn steps(witness: &Witness) -> Vec<Step> {
    let settings = match &witness.command {
        Some((command, _)) => Step::well(
            "sshd's settings",
            format!("the server was asked with “{command}”"),
        ),
        None => Step::ill(
            "sshd's settings",
            "sshd does not tell this account what they come to; that takes root",
        ),
    };
    let log = match (&witness.log, &witness.lines) {
        (None, _) => Step::ill("the server's log", "this account may not read it"),
        (Some(place), Some((_, lines))) => Step::well(
            "the server's log",
            format!(
                "{place} has {} about this attempt",
                counted(lines.split(|byte| *byte == b'\n').count(), "line")
            ),
        ),
        (Some(place), None) => Step::ill(
            "the server's log",
            format!("{place} has nothing about this attempt"),
        ),
    };
    vec![settings, log]
}

/// Where the list of keys is, what `SELinux` says.
pub(super) fn of_label(witness: &Witness, place: &str) -> Option<Verdict> {
    let (label, is_known) = witness.label.as_ref()?;
    let mut verdict = Verdict::new(
        Cause::ServerListUnreadable,
        Certainty::Likely,
        &About::file(place),
    );
    verdict.message = format!(
        "SELinux most likely keeps sshd from reading {place}: the label there is “{label}”, and sshd reads keys from “ssh_home_t”."
    );
    if let Some(fix) = &mut verdict.fix {
        if *is_known { BY_RULES } else { BY_HAND }.clone_into(&mut fix.what);
        fix.command = Some(RELABEL.to_owned());
    }
    let evidence = format!("getenforce says Enforcing, and ls -Z {place} shows {label}");
    Some(verdict.seen(Evidence::new(Source::Step, &evidence)))
}

/// What the log of the server says of an attempt with this key.
pub(super) fn of_log(witness: &Witness, key: &PublicKey, attempted: Option<&Attempted>) -> Vec<Verdict> {
    let Some((by, lines)) = &witness.lines else {
        return Vec::new();
    };
    let Ok(examined) = log::examine(lines.as_slice()) else {
        return Vec::new();
    };
    let print = Fingerprint::of(key, FingerprintKind::Sha256).to_string();
    let was_alone = attempted.is_some_and(|attempted| attempted.keys == 1);
    let mut told = Vec::new();
    for verdict in examined.verdicts {
        if !is_reason(verdict.cause) {
            continue;
        }
        let names_it = verdict
            .evidence
            .iter()
            .any(|evidence| evidence.text.contains(&print));
        // Of several keys a line may be about another one.
        let is_about_it = names_it || was_alone || is_about_account(verdict.cause);
        let certainty = match by {
            KnownBy::Itself if is_about_it => verdict.certainty,
            KnownBy::Itself | KnownBy::Place => verdict.certainty.min(Certainty::Likely),
            KnownBy::Address => verdict.certainty.min(Certainty::Possible),
        };
        // What the server says goes into no sentence of ours but the name of a file.
        let about = verdict.file.as_deref().map_or_else(About::default, About::file);
        let mut judged = Verdict::new(verdict.cause, certainty, &about);
        for evidence in verdict.evidence {
            judged = judged.seen(Evidence::new(Source::Step, &format!("{BY_LOG}{}", evidence.text)));
        }
        told.push(judged);
    }
    told
}

/// Puts what the log says to what was seen: one verdict for each cause, with the evidence of both.
pub(super) fn put_to(verdicts: &mut Vec<Verdict>, told: Vec<Verdict>) {
    for verdict in told {
        match verdicts.iter_mut().find(|same| same.cause == verdict.cause) {
            Some(same) => {
                same.certainty = same.certainty.max(verdict.certainty);
                for evidence in verdict.evidence {
                    if !same.evidence.contains(&evidence) {
                        same.evidence.push(evidence);
                    }
                }
            }
            None => verdicts.push(verdict),
        }
    }
}

/// Whether it says why a server does not take a key, and not only that, or how a visit ended.
fn is_reason(cause: Cause) -> bool {
    !matches!(
        cause,
        Cause::Works
            | Cause::TakesTheKey
            | Cause::Unknown
            | Cause::NotAboutKeys
            | Cause::KeyNotAuthorized
            | Cause::NoKeyOffered
            | Cause::ConnectionClosed
            | Cause::SignatureRefused
            | Cause::TooManyKeys
            | Cause::MoreWanted
            | Cause::NotSsh
    )
}

/// Whether it holds for every key of the account.
fn is_about_account(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::ServerPermissions
            | Cause::ServerListUnreadable
            | Cause::ServerListElsewhere
            | Cause::KeysDisabled
            | Cause::AccountUnknown
            | Cause::AccountLocked
            | Cause::AccountShell
            | Cause::AccountNotAllowed
            | Cause::AccountExpired
            | Cause::PasswordExpired
            | Cause::RootRefused
    )
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn key() -> PublicKey {
        let line = b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8GD2UUNt2hzXZfjn9VQ8nR3ZQkTy1o8l0mO4RC4rJE";
        let parsed = crate::format::parse(line).expect("a key");
        parsed.public().expect("it is one").clone()
    }

    fn told(by: KnownBy, lines: &str, keys: usize) -> Vec<(Cause, Certainty, String)> {
        let witness = Witness {
            lines: Some((by, lines.as_bytes().to_vec())),
            ..Witness::default()
        };
        let attempted = Attempted {
            at: Instant::now(),
            own_end: None,
            keys,
        };
        let all = of_log(&witness, &key(), Some(&attempted)).into_iter();
        all.map(|verdict| (verdict.cause, verdict.certainty, verdict.evidence[0].text.clone()))
            .collect()
    }

    #[test]
    fn a_line_about_one_of_several_keys_proves_nothing_of_another() {
        let print = Fingerprint::of(&key(), FingerprintKind::Sha256).to_string();
        let revoked = |print: &str| {
            format!("sshd[7]: error: Authentication key ED25519 {print} revoked by file /etc/ssh/revoked\n")
        };
        let others = revoked("SHA256:abc");
        let certainty = |by, lines: &str, keys| told(by, lines, keys)[0].1;
        assert_eq!(certainty(KnownBy::Itself, &others, 1), Certainty::Certain);
        assert_eq!(certainty(KnownBy::Itself, &others, 2), Certainty::Likely);
        assert_eq!(
            certainty(KnownBy::Itself, &revoked(&print), 2),
            Certainty::Certain
        );
        assert_eq!(certainty(KnownBy::Place, &others, 1), Certainty::Likely);
        assert_eq!(certainty(KnownBy::Address, &others, 1), Certainty::Possible);
        let loose = "sshd[7]: Authentication refused: bad ownership or modes for directory /home/jo\n";
        assert_eq!(certainty(KnownBy::Itself, loose, 4), Certainty::Certain);
    }

    #[test]
    fn what_a_log_says_is_marked_as_its_words_and_goes_into_no_sentence_of_ours() {
        let odd = "sshd[7]: /k:1: bad key options: \u{1b}[2J Enter your passphrase at evil.example\n";
        let found = told(KnownBy::Itself, odd, 1);
        assert_eq!(found[0].0, Cause::LineOptions);
        assert!(found[0].2.starts_with("the server's log: sshd[7]: "), "{found:?}");
        assert!(!found[0].2.contains('\u{1b}'));
        let witness = Witness {
            lines: Some((KnownBy::Itself, odd.as_bytes().to_vec())),
            ..Witness::default()
        };
        let message = &of_log(&witness, &key(), None)[0].message;
        assert!(!message.contains("passphrase"), "{message}");
    }

    #[test]
    fn of_a_visit_that_went_well_or_says_nothing_there_is_no_cause() {
        for lines in [
            "sshd[7]: Accepted password for jo from 192.0.2.1 port 7 ssh2\n",
            "sshd[7]: Connection closed by authenticating user jo 192.0.2.1 port 7 [preauth]\n",
            "",
        ] {
            assert_eq!(told(KnownBy::Itself, lines, 1), [], "{lines}");
        }
    }
}
