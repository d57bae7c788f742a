//! What a server came to say: what a second way in adds to it, and what there is to ask whoever runs it without one.

use super::cause::Cause;
use super::inside::Inside;
use super::steps::Tell;
use super::verdict::{Examination, Step};
use crate::key::PublicKey;
use crate::key::comment::escaped;
use crate::sys::clock::utc_moment;
use crate::sys::remote::{Method, Target};

/// What the letter asks first, and what it asks where the key was seen in the usual list.
const ASKS_FOR_KEY: &str = "is the key in the list that counts for the account (AuthorizedKeysFile),";
const ASKS_FOR_LIST: &str =
    "the key is in ~/.ssh/authorized_keys; does another list count for the account (AuthorizedKeysFile),";

/// What a server came to say.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// What was found, and the steps.
    pub examination: Examination,
    /// The key that should let its owner in, and does not.
    pub refused: Option<PublicKey>,
    /// What the server would take.
    pub methods: Vec<Method>,
    /// What to ask whoever runs the server, ready to be sent.
    pub letter: Option<String>,
    /// The command that puts that key into the server's list.
    pub(super) install: Option<String>,
}

impl Live {
    /// With what was seen on the server by a second way in, or that nothing could be.
    #[must_use]
    pub fn with_inside(self, looked: Result<&Inside, &str>, tell: &Tell) -> Self {
        let mut live = self;
        let inside = match looked {
            Ok(inside) => inside,
            Err(why) => {
                let step = Step::ill("second way in", why);
                tell(&step);
                live.examination.steps.push(step);
                return live;
            }
        };
        let mut steps = live.examination.steps;
        let in_by = Step::well("second way in", "the server lets you in by another way");
        let seen = inside.verdicts.iter().map(|verdict| {
            let found = verdict.evidence.first().map(|evidence| evidence.text.clone());
            Step::ill("on the server", found.unwrap_or_default())
        });
        for step in std::iter::once(in_by).chain(seen) {
            tell(&step);
            steps.push(step);
        }
        // What was seen there takes the place of what a client can tell.
        let is_seen = !inside.verdicts.is_empty();
        let seen = inside.verdicts.iter().cloned().map(|mut verdict| {
            if let (Cause::KeyNotAuthorized, Some(fix)) = (verdict.cause, &mut verdict.fix) {
                fix.command.clone_from(&live.install);
            }
            verdict
        });
        let before = live.examination.verdicts.into_iter();
        let before = before.filter(|verdict| verdict.cause != Cause::KeyNotAuthorized || !is_seen);
        let all = seen.chain(before).collect();
        live.examination = Examination::of(all, steps);
        // Where nothing keeps the key out that can be seen, it is in the list.
        live.letter = live.letter.filter(|_| !is_seen);
        live.letter = live
            .letter
            .map(|letter| letter.replace(ASKS_FOR_KEY, ASKS_FOR_LIST));
        live
    }
}

/// What to ask whoever runs the server.
pub(super) fn ask_administrator(
    target: &Target,
    own_address: Option<&str>,
    fingerprint: &str,
    count: usize,
) -> String {
    let ((year, month, day), (hour, minute, second)) = utc_moment();
    let moment = format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}");
    let others = if count > 1 {
        format!(" (the first of {count} keys that were offered)")
    } else {
        String::new()
    };
    let from = match own_address {
        Some(own) => {
            format!(", offered from the address {own} (behind a router the server sees another one)")
        }
        None => String::new(),
    };
    format!(
        "I cannot log in as {} at {}, port {}. At {moment} UTC the server refused the key {fingerprint}{others}{from}. \
         The server can be reached, its host key is the known one, and it offers to take keys. Please look into its log at \
         that time: {ASKS_FOR_KEY} may others change the list or a \
         folder above it, and do AllowUsers, Match blocks or the account itself keep it out?",
        escaped(target.user().as_bytes()),
        escaped(target.host().as_bytes()),
        target.port(),
    )
}
