//! What a server came to say: what a second way in adds to it, and what there is to ask whoever runs it without one.

use super::cause::Cause;
use super::inside::Inside;
use super::steps::Tell;
use super::verdict::{Examination, Step};
use crate::engine::servers::Attempted;
use crate::key::PublicKey;
use crate::key::comment::escaped;
use crate::sys::clock::utc_moment;
use crate::sys::remote::{Method, OwnEnd, Target};

/// What the letter asks where nothing was seen, and where the list was looked at.
const ASKS_FOR_KEY: &str = "is the key in the list that counts for the account (AuthorizedKeysFile), may others change the \
    list or a folder above it, and do";
const ASKS_FOR_LIST: &str = "the key is in ~/.ssh/authorized_keys, and nobody but the account can change that list, its \
    folder and the home folder; does another list count for the account (AuthorizedKeysFile), or do";

/// What a server came to say.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// What was found, and the steps.
    pub examination: Examination,
    /// The key that should let its owner in, and does not.
    pub refused: Option<PublicKey>,
    /// What the server would take.
    pub methods: Vec<Method>,
    /// How it was refused.
    pub attempted: Option<Attempted>,
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
        let looked_at = inside.steps.iter().cloned();
        for step in std::iter::once(in_by).chain(looked_at).chain(seen) {
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
    own_end: Option<&OwnEnd>,
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
    let from = match own_end {
        Some(own) => format!(
            ", offered from the address {}, port {} (behind a router the server sees others)",
            own.address, own.port
        ),
        None => String::new(),
    };
    let user = escaped(target.user().as_bytes());
    let settings = match own_end {
        Some(own) if is_plain(&user) => format!(
            ", and at what “sshd -T -C user={user},host={own},addr={own}” says",
            own = own.address
        ),
        _ => String::new(),
    };
    format!(
        "I cannot log in as {user} at {}, port {}. At {moment} UTC the server refused the key {fingerprint}{others}{from}. \
         The server can be reached, its host key is the known one, and it offers to take keys. Please look into its log at \
         that time{settings}: {ASKS_FOR_KEY} AllowUsers, Match blocks or the account itself keep it out?",
        escaped(target.host().as_bytes()),
        target.port(),
    )
}

/// Whether a name is one word of a command, and of sshd's list of conditions.
fn is_plain(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}
