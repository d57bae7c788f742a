//! For what a server is visited, and which steps that takes.

use crate::engine::doctor::live;
use crate::format::authorized_keys::NewLine;

/// For what a server is visited.
#[derive(Clone, Debug)]
pub enum Errand {
    /// To add the key that is open to those that may log in.
    Install {
        /// Its line.
        line: NewLine,
        /// Whether it can be tried: its private half is here.
        is_at_hand: bool,
    },
    /// To take that off again.
    Undo,
    /// To see which keys may log in.
    Look,
    /// To take some of them away.
    Remove,
    /// To put back what was taken away.
    PutBack,
    /// To see whether one can log in, and else why not.
    Examine,
    /// To see on the server what keeps a key out.
    LookInside(Box<live::Live>),
    /// To put right what an examination has found.
    Mend,
}

/// A step of an errand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// One signs in on a server through which the way leads.
    PassThrough,
    /// Nothing secret is said yet.
    Connect,
    /// By the key that the server shows.
    Recognise,
    /// As whoever may log in there today.
    SignIn,
    /// The line is added to the list, and read back.
    Install,
    /// With this key alone.
    Prove,
    /// Whether this key would be let in, for it cannot be tried from here.
    Ask,
    /// The list is read.
    Look,
    /// Lines are taken out of the list.
    Remove,
    /// That what went lets nobody in any more.
    ProveGone,
    /// What was taken off stands there again.
    PutBack,
    /// Whether it lets somebody in, as before.
    ProveBack,
    /// The server is asked about each key.
    AskKeys,
    /// What keeps a key out is looked for there.
    LookInside,
    /// What was found is put right.
    Mend,
}

impl Step {
    /// Whether it changes something on the server, and is not left half way.
    #[must_use]
    pub fn is_change(self) -> bool {
        matches!(self, Self::Install | Self::Remove | Self::PutBack | Self::Mend)
    }

    /// What will happen.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::PassThrough => "Sign in on the server through which the way leads.",
            Self::Connect => "Connect to the server.",
            Self::Recognise => "Make sure that it is the right server.",
            Self::SignIn => "Sign in the way you do today.",
            Self::Install => {
                "Add the public key to the list of keys that may log in, and read the list back."
            }
            Self::Prove => "Log in once more with this key alone, to see that it works.",
            Self::Ask => "Ask the server whether it would let this key in.",
            Self::Look => "Read the list of keys that may log in.",
            Self::Remove => "Take it off the list, and read the list back.",
            Self::ProveGone => "See that it lets nobody in any more.",
            Self::PutBack => "Put it back on the list, and read the list back.",
            Self::ProveBack => "See whether the key lets somebody in again.",
            Self::AskKeys => "Ask the server about each key, as ssh would.",
            Self::LookInside => "Look there for what keeps the key out.",
            Self::Mend => "Put it right, and look again.",
        }
    }
}

impl Errand {
    /// All that will happen, in order.
    #[must_use]
    pub fn steps(&self) -> &'static [Step] {
        use Step as S;
        match self {
            Self::Install { is_at_hand: true, .. } => {
                &[S::Connect, S::Recognise, S::SignIn, S::Install, S::Prove]
            }
            Self::Install {
                is_at_hand: false, ..
            } => &[S::Connect, S::Recognise, S::SignIn, S::Install, S::Ask],
            Self::Undo => &[S::Connect, S::Recognise, S::SignIn, S::Remove, S::ProveGone],
            Self::Look => &[S::Connect, S::Recognise, S::SignIn, S::Look],
            Self::Remove => &[
                S::Connect,
                S::Recognise,
                S::SignIn,
                S::Look,
                S::Remove,
                S::ProveGone,
            ],
            Self::PutBack => &[S::Connect, S::Recognise, S::SignIn, S::PutBack, S::ProveBack],
            Self::Examine => &[S::Connect, S::Recognise, S::AskKeys],
            Self::LookInside(_) => &[S::Connect, S::Recognise, S::SignIn, S::LookInside],
            Self::Mend => &[S::Mend],
        }
    }
}
