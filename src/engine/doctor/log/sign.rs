//! What a line of a log is a sign of.

use super::super::cause::Cause;
use super::super::verdict::Certainty;

/// Whose log a line is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Side {
    /// Who signs in.
    Client,
    /// Who lets in.
    Server,
}

/// What a line says. The holes of its pattern are what stands for each `*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// It names a cause by itself.
    Points(Cause, Certainty),
    /// The same, once somebody is in.
    After(Cause, Certainty),
    /// It would, if nothing was offered.
    Lacks(Cause),
    /// It is about SSH, and says nothing else.
    Talk,
    /// It is about something beside SSH.
    Elsewhere,
    /// A program starts.
    Begins,
    /// A connection is made.
    Connects,
    /// It is known as whom somebody signs in: host, user.
    As,
    /// A key that is going to be tried.
    WillTry,
    /// The agent has so many keys.
    AgentHas,
    /// A key was offered.
    Offers,
    /// The server refuses what came last.
    Refuses,
    /// A file is tried that has no public half beside it.
    Tries,
    /// The server would take the key.
    Accepts,
    /// These methods can go on.
    CanGoOn,
    /// The next method.
    Next,
    /// A file could not be loaded, for a reason.
    Unloaded,
    /// Nothing was signed, for a reason.
    Unsigned,
    /// A file was not there, or could not be looked at.
    Inaccessible,
    /// A passphrase is asked for.
    AsksPassphrase,
    /// A PIN is asked for.
    AsksPin,
    /// A password was refused.
    WrongPassword,
    /// Something was taken, and more is wanted.
    Partial,
    /// Somebody is in, by a method.
    In,
    /// The options of the line that let somebody in.
    Options,
    /// What is to be run.
    Runs,
    /// Nobody is let in; methods.
    Denied,
    /// Too many attempts.
    TooMany,
    /// It is over: the connection ended.
    Closed,
    /// The server reads this list.
    Reads,
    /// Somebody asks for a method.
    Asks,
    /// Somebody left who was not let in.
    GaveUp,
}

/// A pattern, and what it says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Symptom {
    /// With a `*` for what changes.
    pub(super) pattern: &'static str,
    /// What stands there, one letter each: file, user, host, said; `-` for nothing.
    pub(super) holes: &'static str,
    pub(super) sign: Sign,
}

/// A row of a table.
pub(super) const fn row(pattern: &'static str, holes: &'static str, sign: Sign) -> Symptom {
    Symptom { pattern, holes, sign }
}

/// A row whose line names the cause.
pub(super) const fn certain(pattern: &'static str, holes: &'static str, cause: Cause) -> Symptom {
    row(pattern, holes, Sign::Points(cause, Certainty::Certain))
}

/// A row whose line makes a cause likely.
pub(super) const fn likely(pattern: &'static str, holes: &'static str, cause: Cause) -> Symptom {
    row(pattern, holes, Sign::Points(cause, Certainty::Likely))
}

/// A row whose line would go with a cause.
pub(super) const fn possible(pattern: &'static str, holes: &'static str, cause: Cause) -> Symptom {
    row(pattern, holes, Sign::Points(cause, Certainty::Possible))
}

/// A row about what happens once somebody is in.
pub(super) const fn after(pattern: &'static str, holes: &'static str, cause: Cause) -> Symptom {
    row(pattern, holes, Sign::After(cause, Certainty::Certain))
}
