//! What a person can ask for on the page about servers.

/// Something to be done on a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerCommand {
    /// Put the open key on the server that is typed.
    Install,
    /// Show which keys may log in there.
    Look,
    /// Yes, it is the right server.
    Trust,
    /// Forget the key that the server had, if the fingerprint that is typed is the one of its new key, and take that.
    ReplaceHostKey,
    /// Hand over the password, passphrase or answers that were typed.
    SignIn,
    /// Go on without what is asked for, in another way.
    SignInOtherwise,
    /// Copy the command that logs in with the key that works.
    CopyLogIn,
    /// Copy the command that has ssh put the key there.
    CopyBySsh,
    /// Log in with the key that works, in a terminal.
    LogIn,
    /// Give the server the short name that is typed.
    NameServer,
    /// Take the key off again that was just put on a server.
    Undo,
    /// Take from others the right to change the list, so that the server trusts it, and try the key once more.
    Repair,
    /// Show which keys may log in on the server that this is about.
    ShowKeys,
    /// Take the chosen keys off the server.
    Remove,
    /// Yes, even if no other way in is known.
    RemoveLastWayIn,
    /// No, let the last way in be.
    KeepLastWayIn,
    /// See whether one can log in on the server that is typed, and else why not.
    Examine,
    /// Look on the server, by another way in, for what keeps the key out.
    LookInside,
    /// Put right what the examination has found, and look again.
    Mend,
    /// Copy the command of this verdict.
    CopyFix(usize),
    /// Copy the message to whoever runs the server.
    CopyLetter,
    /// Do the same on the server once more.
    TryAgain,
    /// Have done with the server.
    Leave,
}
