//! What is said about each cause, and what ends it: the Doctor's only place that gives advice.
//!
//! Every text may have places in braces: `{file|the key file}` is the file where one is known, and the words behind the
//! bar where none is.

mod table;

use super::about::{About, Who};
use super::cause::Cause;
use crate::engine::command_line::foreign_word;

/// What is said about a cause.
#[derive(Debug)]
pub(super) struct Advice {
    /// What is wrong: one sentence.
    pub(super) message: String,
    /// What to do: sentences. Nothing where all is well.
    pub(super) what: String,
    /// The command that does it.
    pub(super) command: Option<String>,
    /// Who has to act.
    pub(super) who: Option<Who>,
}

/// The words for a cause, with what is known put in.
pub(super) fn advise(cause: Cause, about: &About) -> Advice {
    let words = table::words(cause);
    // A command is only given whole: what is not known would have to be guessed.
    let command = Some(words.command).filter(|command| !command.is_empty());
    Advice {
        message: filled(words.message, about),
        what: filled(words.what, about),
        command: command.and_then(|command| filled_command(command, about)),
        who: words.who,
    }
}

/// The text with its places filled.
fn filled(text: &str, about: &About) -> String {
    filled_with(text, about, |value| Some(value.to_owned())).unwrap_or_default()
}

/// The same for a command: what comes from a log stays one word of it, whatever it says, or there is no command.
fn filled_command(text: &str, about: &About) -> Option<String> {
    filled_with(text, about, foreign_word)
}

fn filled_with(text: &str, about: &About, spelt: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, place)) = rest.split_once('{') {
        filled.push_str(before);
        let (place, behind) = place.split_once('}').unwrap_or((place, ""));
        let (name, otherwise) = place.split_once('|').unwrap_or((place, ""));
        let value = match name {
            "file" => about.file.as_deref(),
            "user" => about.user.as_deref(),
            "host" => about.host.as_deref(),
            "said" => about.said.as_deref(),
            _ => None,
        };
        // A number is one word everywhere.
        if let (Some(port), Some(before)) = (about.port, before_port(name)) {
            filled.extend([before, &port.to_string()]);
        }
        match value.filter(|value| !value.is_empty()) {
            Some(value) => {
                if name == "said" && needs_colon(&filled, value) {
                    filled.push_str(": ");
                }
                filled.push_str(&spelt(value)?);
            }
            None => filled.push_str(otherwise),
        }
        rest = behind;
    }
    filled.push_str(rest);
    Some(filled)
}

/// Whether what was said would run into the words before it: those of a log bring no mark with them.
fn needs_colon(before: &str, said: &str) -> bool {
    !before.is_empty() && !before.ends_with(' ') && !said.starts_with([' ', ':', ',', ';'])
}

/// What stands before a port, at a place where one may stand.
fn before_port(name: &str) -> Option<&'static str> {
    match name {
        "port" => Some(" -p "),
        "colon" => Some(":"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_a_sentence_and_those_that_are_faults_say_what_to_do_and_who() {
        for cause in Cause::ALL {
            let advice = advise(*cause, &About::default());
            assert!(advice.message.ends_with('.'), "{cause}: {}", advice.message);
            assert!(
                advice.message.starts_with(char::is_uppercase),
                "{cause}: {}",
                advice.message
            );
            assert!(
                !advice.message.contains(['{', '}', '|']),
                "{cause}: {}",
                advice.message
            );
            let is_fault = !matches!(
                cause,
                Cause::Works | Cause::TakesTheKey | Cause::NotAboutKeys | Cause::Unknown
            );
            assert_eq!(advice.who.is_some(), is_fault, "{cause}");
            assert!(
                !is_fault || advice.what.ends_with('.'),
                "{cause}: {}",
                advice.what
            );
        }
    }

    #[test]
    fn what_is_known_stands_in_the_words() {
        let about = About::file("/home/jo/.ssh/id_rsa");
        let advice = advise(Cause::KeyFilePermissions, &about);
        assert!(
            advice.message.contains("/home/jo/.ssh/id_rsa"),
            "{}",
            advice.message
        );
        assert_eq!(advice.command.as_deref(), Some("chmod 600 /home/jo/.ssh/id_rsa"));
    }

    #[test]
    fn what_was_said_does_not_run_into_the_words_before_it() {
        let message = |cause, said: &str| advise(cause, &About::said(said)).message;
        for (cause, said, expected) in [
            (
                Cause::KeyFileFormat,
                "error in libcrypto",
                "The key file cannot be read as a private key: error in libcrypto.",
            ),
            (
                Cause::NoCommonAlgorithm,
                "no matching host key type found. Their offer: ssh-rsa",
                "Client and server have no algorithm in common: no matching host key type found. Their offer: ssh-rsa.",
            ),
            (
                Cause::NotSsh,
                "\"hello\"",
                "What answers at that address is no SSH server: \"hello\".",
            ),
            (
                Cause::WrongUser,
                ": this server wants the name “git”",
                "The key or the login name belongs to another account: this server wants the name “git”.",
            ),
            (Cause::Unknown, "Nothing was seen", "Nothing was seen."),
        ] {
            assert_eq!(message(cause, said), expected);
        }
        let in_brackets = About {
            said: Some(" (password)".to_owned()),
            ..About::default()
        };
        assert_eq!(
            advise(Cause::MoreWanted, &in_brackets).message,
            "The key was taken, and the server wants something more (password)."
        );
    }

    #[test]
    fn a_port_that_is_not_the_usual_one_stands_in_the_command() {
        let about = About {
            user: Some("jo".to_owned()),
            host: Some("example.org".to_owned()),
            port: Some(2222),
            ..About::default()
        };
        let command = |cause| advise(cause, &about).command.expect("there is one");
        assert_eq!(
            command(Cause::KeyNotAuthorized),
            "keywright-cli install -p 2222 jo@example.org -k FILE"
        );
        assert_eq!(
            command(Cause::HostKeyChanged),
            "keywright-cli known-hosts remove example.org:2222"
        );
        assert_eq!(
            command(Cause::TooManyKeys),
            "ssh -p 2222 -o IdentitiesOnly=yes -i FILE jo@example.org"
        );
    }

    #[test]
    fn what_a_log_says_stays_one_word_of_a_command() {
        let command = |about: &About, cause: Cause| advise(cause, about).command;
        let file = |name: &str| command(&About::file(name), Cause::KeyFilePermissions);
        for (name, expected) in [
            ("/home/jo/.ssh/id_rsa", Some("chmod 600 /home/jo/.ssh/id_rsa")),
            ("~/my keys/id", Some("chmod 600 ~/'my keys/id'")),
            ("id; rm -rf x", Some("chmod 600 'id; rm -rf x'")),
            ("$(id)'`id`", Some("chmod 600 '$(id)'\\''`id`'")),
            ("-R", None),
            ("", Some("chmod 600 FILE")),
        ] {
            assert_eq!(file(name).as_deref(), expected, "{name}");
        }
        let about = |user: &str, host: &str| About {
            user: Some(user.to_owned()),
            host: Some(host.to_owned()),
            ..About::default()
        };
        let login = |user, host| command(&about(user, host), Cause::KeyNotAuthorized);
        assert_eq!(
            login("jo", "example.org").as_deref(),
            Some("keywright-cli install jo@example.org -k FILE")
        );
        assert_eq!(login("-oProxyCommand=id", "example.org"), None);
        assert_eq!(
            login("jo", "a b|id").as_deref(),
            Some("keywright-cli install jo@'a b|id' -k FILE")
        );
    }
}
