//! Advice about lists of keys on servers.

use super::remote::OTHER_ACCOUNT;
use super::{Blame, Problem};
use crate::engine::faults::{By, Loose, Reason, ServerFault, Tried};
use crate::sys::remote::{Method, Refusal};

/// As many keys are named that were tried.
const MOST_NAMES: usize = 8;

impl From<&ServerFault> for Problem {
    #[expect(clippy::too_many_lines, reason = "one arm for each fault")]
    fn from(error: &ServerFault) -> Self {
        use ServerFault as E;
        let (code, hint) = match error {
            E::Remote(fault) => return fault.into(),
            E::KnownHosts(fault) => return fault.into(),
            E::NotLetIn { methods, tried, .. } => {
                let hint = [told(tried), ways_in(methods, tried).to_owned()].concat();
                return Self::new("auth-refused", Blame::World, error.to_string(), hint);
            }
            E::Unsigned { .. } => (
                "agent-refused",
                "The agent waits for what did not come: touch the security key or the card, type its PIN, or say yes where it asks (a key that was added by ssh-add -c needs a program that asks, SSH_ASKPASS). For gpg-agent, type “gpg-connect-agent updatestartuptty /bye” in this terminal first. Then try again.",
            ),
            E::List { source, .. } => {
                return Self {
                    what: error.to_string(),
                    ..source.into()
                };
            }
            E::Random(fault) => return fault.into(),
            E::NoShell { said } if Refusal::of(said) == Some(Refusal::OtherAccount) => {
                ("server-no-shell", OTHER_ACCOUNT)
            }
            E::NoShell { .. } => (
                "server-no-shell",
                "Nothing was changed. The key or the account is bound to one command there, or has no shell; a start file of the account, such as .bashrc, reads what is meant for commands; or nobody is let in for now (/etc/nologin). Every other key that is here was tried as well. Give the account's password, where the server takes one; or ask whoever runs the server to do it for you.",
            ),
            E::StartFile => (
                "server-start-file",
                "Nothing was changed. Look at .bashrc and its like on the server: what asks, reads or waits there belongs behind a first line “case $- in *i*) ;; *) return;; esac”, which ends it where nobody sits.",
            ),
            E::PasswordExpired(_) => (
                "password-expired",
                "Nothing was changed. Sign in once with “ssh”, where the server asks for a new password, and then try again.",
            ),
            E::MissingTool(_) => (
                "server-tool",
                "Nothing was changed. Have it installed on the server (cmp is in diffutils or busybox), or add the line by hand.",
            ),
            E::NoHome(_) => (
                "server-no-home",
                "Nothing was changed. Whoever runs the server has to make the home folder of this account first.",
            ),
            E::NotAtHome => (
                "server-no-home",
                "Nothing was changed. Whoever runs the server has to make the home folder of this account, or give it the right to enter it.",
            ),
            E::HomeShut(_) => (
                "server-denied",
                "Nothing was changed. Its owner may give the right back (“chmod u+rwx”); if it is not this account's, ask whoever runs the server.",
            ),
            E::NotFolder(_) | E::NotRegular(_) => (
                "server-not-regular",
                "Nothing was changed. Look at it on the server, move it away, and try again.",
            ),
            E::DanglingLink(_) => (
                "server-not-regular",
                "Nothing was changed. Make the file that it leads to on the server, or take the link away.",
            ),
            E::Unreadable(_) => (
                "server-denied",
                "Nothing was changed. On the server, make it yours and readable: “chmod 700 ~/.ssh; chmod 600 ~/.ssh/authorized_keys”; if it belongs to somebody else, ask whoever runs the server.",
            ),
            E::TooLarge { .. } => (
                "too-large",
                "Nothing was changed. Look what the file is; a list of keys is much smaller.",
            ),
            E::Contradiction(_) => (
                "server-contradiction",
                "Nothing was changed. The server may be faulty, or a program between its shell and this one changes what is said: look at the account’s start files there, such as .bashrc.",
            ),
            E::Denied { owner: Some(_), .. } => (
                "server-denied",
                "Nothing was changed. Keys of this account are only given by whoever runs the server; ask them to add the line.",
            ),
            E::Shut(_) => (
                "server-denied",
                "Nothing was changed. It is shut into a folder (ChrootDirectory, as for file transfers only), and the list of its keys lies outside, most likely: whoever runs the server has to add the line; some have a web page for it.",
            ),
            E::Elsewhere { leads_to, .. } if leads_to.starts_with("/nix/store/") => (
                "server-elsewhere",
                "Nothing was changed. Nix writes the list anew from its configuration: enter the line there (users.users.NAME.openssh.authorizedKeys.keys, or home-manager), or have whoever runs the server do so.",
            ),
            E::Elsewhere { .. } => (
                "server-elsewhere",
                "Nothing was changed. The list is managed elsewhere, by a program or by whoever runs the server: the line has to be entered there.",
            ),
            E::Locked { .. } => (
                "server-locked",
                "Nothing was changed. On the server, “lsattr” shows what locks it: i or a. Root can take that off (“chattr -i”), where it was not put there for a reason.",
            ),
            E::Denied { owner: None, .. } => (
                "server-denied",
                "Nothing was changed. On the server, “chmod u+rwx ~/.ssh” gives the right back where the folder is yours; otherwise ask whoever runs the server.",
            ),
            E::OtherOwner(_) => (
                "server-other-owner",
                "Nothing was changed. Ask whoever runs the server: either keys of this account are only given by them, or the file should be made yours with chown.",
            ),
            E::Full | E::Unwritten(_) => (
                "server-full",
                "Nothing was changed; the list there is whole. Make room on the server, and try again; or ask whoever runs it.",
            ),
            E::Quota => (
                "server-quota",
                "Nothing was changed; the list there is whole. Delete something of yours on the server, and try again.",
            ),
            E::ReadOnly(_) => (
                "server-read-only",
                "Nothing was changed. Some devices must be unlocked for changes first; on others it is the sign of a failing disk. Ask whoever runs the server.",
            ),
            E::Busy(_) => (
                "server-busy",
                "Nothing was changed. Wait a minute and try again. If it stays so, and nobody else is at work there, remove that file or folder on the server.",
            ),
            E::KeepsChanging(_) => (
                "server-busy",
                "Some program of the server looks after the list, and undoes what others do. Add or remove the key there.",
            ),
            E::OtherLine { .. } => (
                "server-changed",
                "Nothing was changed. Have the list shown again, and choose anew.",
            ),
            E::NoSuchLine(_) => (
                "server-no-such-key",
                "Nothing was changed. Have the list shown: the key may be there with another comment, or in another account’s list.",
            ),
            E::LastWayIn(_) => (
                "server-last-way-in",
                "Nothing was changed. Put another key of yours on the server first. Go on (--yes) only if you are sure of another way in, such as a password or the provider’s console.",
            ),
            E::Ignored {
                reasons, was_there, ..
            } => return ignored(error, reasons, *was_there),
            E::LeftAside { .. } => (
                "server-left-aside",
                "Look at once, before you log out anywhere: where the list is missing, give it its name back, or nobody gets in by a key.",
            ),
            E::AnotherLine(_) => (
                "server-another-line",
                "The key may still get in by that. Have the list shown again, and take that line off as well, if it is to keep out.",
            ),
            E::StillLetIn(_) => (
                "key-still-let-in",
                "Another list on the server names it: look for ~/.ssh/authorized_keys2, for certificates, and for AuthorizedKeysFile and AuthorizedKeysCommand in /etc/ssh/sshd_config.",
            ),
            E::LetsEverybodyIn(_) => (
                "lets-everybody-in",
                "Nobody is kept out there, with any list of keys. Tell whoever runs the server, and leave nothing there that is yours alone.",
            ),
            E::Unanswered(_) => (
                "server-error",
                "What was begun there may or may not have been done. Have the list shown before you try again.",
            ),
            E::Other(_) => (
                "server-error",
                "The list there is what it was. Look at the server’s own words, or try again.",
            ),
        };
        Self::new(code, Blame::World, error.to_string(), hint)
    }
}

impl From<ServerFault> for Problem {
    fn from(error: ServerFault) -> Self {
        Self::from(&error)
    }
}

fn ignored(error: &ServerFault, reasons: &[Reason], was_there: bool) -> Problem {
    let line = if was_there {
        "The line stood there before, and was left as it is."
    } else {
        "The line was left there; Undo in the window, or the same command with --undo, takes it off again. All that let you in before still does."
    };
    let hint = format!("{} {line}", after_refusal(reasons));
    Problem::new("key-ignored", Blame::World, error.to_string(), hint)
}

/// What to do about a key that is there and lets nobody in: what comes first is the likeliest.
fn after_refusal(reasons: &[Reason]) -> String {
    let mut hints: Vec<String> = Vec::new();
    let loose: Vec<&Loose> = reasons
        .iter()
        .filter_map(|reason| match reason {
            Reason::Loose(loose) => Some(loose),
            _ => None,
        })
        .collect();
    if !loose.is_empty() {
        let told: Vec<String> = loose.iter().map(ToString::to_string).collect();
        let places: Vec<&str> = loose.iter().map(|loose| loose.place.as_str()).collect();
        let is_foreign = loose.iter().any(|loose| matches!(loose.by, By::Owner(_)));
        let remedy = if is_foreign {
            "Whoever runs the server can make them yours with chown".to_owned()
        } else {
            format!("On the server, type “chmod go-w {}”", places.join(" "))
        };
        hints.push(format!(
            "The server passes over lists that others could have changed: {}. {remedy}.",
            told.join(", "),
        ));
    }
    for reason in reasons {
        hints.push(match reason {
            Reason::Loose(_) => continue,
            Reason::BadOptions(why) => {
                format!("What stands before the key in its line does not count: {why}.")
            }
            Reason::From(places) => format!("Its line lets it in from {places} only."),
            Reason::Expires(expiry) => format!("Its line lets it in until {expiry} (expiry-time), which may be over by the server's clock; or the server does not know that condition, as dropbear and versions of OpenSSH before 7.7 do not."),
            Reason::NoKeys => {
                "The server takes no keys at all; whoever runs it can allow them (PubkeyAuthentication)."
                    .to_owned()
            }
            Reason::Shut => "This account sees a part of the server only (ChrootDirectory, as for file transfers only), and the list that the server reads lies outside, most likely: whoever runs the server has to add the line there; some have a web page for it.".to_owned(),
            Reason::KeyType(algorithm) => format!(
                "Most servers do not take keys of type {}: make an Ed25519 key.",
                algorithm.name()
            ),
            Reason::OtherFiles(files) => format!(
                "This server reads the keys of this account from {files} and not from this list (AuthorizedKeysFile); the line has to stand there, and could not be put there by this account."
            ),
            Reason::ByProgram(program) if program.is_empty() => {
                "This server reads no list of keys for this account (AuthorizedKeysFile none): whoever runs it can allow one.".to_owned()
            }
            Reason::ByProgram(program) => format!(
                "This server reads no list of keys for this account, but asks a program which of them let in: {program} (AuthorizedKeysCommand). The key has to be entered where that looks, mostly in the directory of all accounts (LDAP, FreeIPA); ask whoever runs the server."
            ),
            Reason::OfAdministrators => "It stands in the list of all administrators of that Windows, and ~/.ssh/authorized_keys does not let it in either. Whoever runs the server finds the reason in the Event Viewer, under OpenSSH/Operational.".to_owned(),
            Reason::Setting(line) => format!("The server’s settings say: “{line}”."),
        });
    }
    if hints.is_empty() {
        hints.push(
            "Nothing that can be seen from here explains it. The server may read another list (AuthorizedKeysFile), take no keys of this type (PubkeyAcceptedAlgorithms) or from this account (AllowUsers): whoever runs it finds the reason in its log (journalctl -u ssh)."
                .to_owned(),
        );
    }
    hints.join(" ")
}

/// Which keys were tried, and what the server has told everybody, in sentences with a blank behind each.
fn told(tried: &Tried) -> String {
    let keys = keys_tried(tried);
    if tried.banner.is_empty() {
        return keys;
    }
    format!("{keys}The server tells everybody: “{}”. ", tried.banner)
}

fn keys_tried(tried: &Tried) -> String {
    let names = |count: usize| {
        tried
            .keys
            .iter()
            .take(count)
            .cloned()
            .collect::<Vec<_>>()
            .join(", ")
    };
    match (tried.keys.len(), tried.all) {
        (0, _) => String::new(),
        (1, 1) => format!("The key {} was tried. ", names(1)),
        (count, all) => {
            let more = if count > MOST_NAMES { ", …" } else { "" };
            let of = if count < all {
                format!("{count} of {all} keys were tried")
            } else {
                format!("All {all} keys were tried")
            };
            format!("{of}: {}{more}. ", names(MOST_NAMES))
        }
    }
}

/// What may help where no way in was left.
fn ways_in(methods: &[Method], tried: &Tried) -> &'static str {
    let takes_password = methods.contains(&Method::Password) || methods.contains(&Method::Questions);
    if tried.is_half {
        return if takes_password && !tried.has_password {
            "This server asks for several things, one after the other (AuthenticationMethods). Give the account's password as well: it is asked for at a terminal, or taken by --password-file."
        } else {
            "This server asks for several things, one after the other (AuthenticationMethods): ask whoever runs it which. Further keys are named by -i FILE."
        };
    }
    match (takes_password, tried.has_password) {
        (true, true) => {
            "The password that was given was not taken. Check the name of the account and the password. Root may often not use one: sign in as another account, or with a key that the server knows; keywright-cli takes one by -i FILE."
        }
        (true, false) => {
            "Check the name of the account, and give its password; root may often not use one. Keys are tried that an agent holds (page “Agent”; ssh-add -l), that have a usual name, or that ~/.ssh/config names; keywright-cli also takes one by -i FILE."
        }
        (false, _)
            if !methods.is_empty()
                && methods
                    .iter()
                    .all(|method| matches!(method, Method::Host | Method::Ticket)) =>
        {
            "This program does not sign in like that, and ssh may: log in with ssh, and add the key there; keywright-cli public KEYFILE --install-line sh prints the line to paste. Or ask whoever runs the server."
        }
        (false, _) => {
            "This server takes no password, or none before a key. Sign in with a key that it knows already, from a computer that can log in. Keys are tried that an agent holds (page “Agent”; ssh-add -l), that have a usual name, or that ~/.ssh/config names; keywright-cli also takes one by -i FILE. Or put the line of the new key into the web form of whoever runs the server."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_nix_writes_is_entered_in_its_configuration() {
        for (leads_to, is_of_nix) in [
            ("/nix/store/0-keys/authorized_keys", true),
            ("/etc/keys/jo", false),
        ] {
            let fault = ServerFault::Elsewhere {
                place: "~/.ssh/authorized_keys".to_owned(),
                leads_to: leads_to.to_owned(),
                owner: Some("root".to_owned()),
            };
            let hint = Problem::from(&fault).hint;
            assert_eq!(hint.contains("authorizedKeys.keys"), is_of_nix, "{hint}");
        }
    }
}
