//! What can be asked for in the dialogs about lists of hosts and keys, and about forms for keys.

/// Something to be done with a list, or with somebody's form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListCommand {
    /// Show those that may be meant by what was typed.
    FindHosts,
    /// Show this one.
    FindHost(String),
    /// Have ssh forget the host that this line is about, with all its keys that are shown.
    ForgetHost(usize),

    /// Show who may log in here.
    ShowAuthorized,
    /// Let the open key log in here, under the conditions that were typed.
    Authorize,
    /// Keep the key in this line from logging in; the last one is asked about.
    Unauthorize(usize),
    /// Yes, the last one too.
    UnauthorizeLast,

    /// Take back what was done last to the list that is shown.
    Undo,

    /// Show whose form the open key can be pasted into.
    ShowProviders,
    /// Copy what is pasted there.
    CopyForProvider,
    /// Show the provider's page in the browser.
    OpenProviderPage,
}
