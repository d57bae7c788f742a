//! What ssh itself says that it would do: `ssh -G`, for the name as it was typed.
//!
//! Only ssh can decide conditions that run a program or look at the network, and each version knows keywords that others do
//! not. It is asked twice: once without any configuration, so that what was said can be told from what goes without saying.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::text;
use crate::format::ssh_config::{Directive, Settings};
use crate::sys::home::ssh_folder;
use crate::sys::programs::{ask, system_ssh};

/// How long it may take. A condition may run a program.
const LIMIT: Duration = Duration::from_secs(10);
/// Some hundred short lines.
const MOST: usize = 256 << 10;
/// What is as long as this is none of it.
const LONGEST_ANSWER: usize = 4096;

/// What came of asking.
#[derive(Debug)]
pub(super) enum Answer {
    /// What holds for the host beyond what goes without saying.
    Settings(Settings),
    /// ssh refuses its configuration, and says why.
    Refused(String),
    /// There is no ssh, or it reads the files of another home folder, or takes too long.
    Nobody,
}

/// Asks ssh about a host. `named` is the configuration that was named in the place of the usual one, as behind `-F`; `told`
/// is what was told beside the files; `ours` is what our own reader makes of them, which knows
/// the words that ssh prints without their quotes.
///
/// The host must have been looked at: it begins with no dash.
pub(super) fn effective(host: &str, named: Option<&str>, told: &[Directive], ours: &Settings) -> Answer {
    let Some(program) = system_ssh() else {
        return Answer::Nobody;
    };
    let run = |options: &[&str], told: &[Directive]| {
        let mut command = Command::new(&program);
        command.arg("-G").args(options);
        for directive in told {
            let value = String::from_utf8_lossy(&directive.rest);
            // A user may have a blank in its name, and ssh would read a second word.
            let quote = if directive.keyword == "user" && value.contains(' ') && !value.contains(['"', '\\'])
            {
                "\""
            } else {
                ""
            };
            let option = format!("{}={quote}{value}{quote}", directive.keyword);
            command.arg("-o").arg(option);
        }
        command.arg("--").arg(host);
        ask(command, LIMIT, MOST)
    };
    // Without what was told either, which is more than what goes without saying.
    let Ok(plain) = run(&["-F", "none"], &[]) else {
        return Answer::Nobody;
    };
    let plain = lines(&plain.output);
    // ssh asks the system where the home folder is, and not `HOME`.
    let known_hosts = plain.iter().find(|(keyword, _)| keyword == "userknownhostsfile");
    let folder = known_hosts.and_then(|(_, value)| Path::new(value.split(' ').next()?).parent());
    if folder.is_none() || folder != ssh_folder().as_deref() {
        return Answer::Nobody;
    }
    let named = named.map(|named| ["-F", named]);
    match run(named.as_ref().map_or(&[], |named| &named[..]), told) {
        Ok(said) if said.is_content => Answer::Settings(said_beyond(&lines(&said.output), &plain, ours)),
        Ok(said) => {
            let complaint = said.complaint.split(|byte| *byte == b'\n');
            Answer::Refused(text::line(complaint.into_iter().next().unwrap_or_default()))
        }
        Err(_) => Answer::Nobody,
    }
}

/// Keywords and values, in ssh's order.
fn lines(output: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(output);
    let lines = text.lines().filter_map(|line| line.split_once(' '));
    let lines = lines.filter(|(_, value)| value.len() < LONGEST_ANSWER);
    lines
        .map(|(keyword, value)| (keyword.to_ascii_lowercase(), value.to_owned()))
        .collect()
}

fn said_beyond(said: &[(String, String)], plain: &[(String, String)], ours: &Settings) -> Settings {
    let of = |lines: &[(String, String)], keyword: &str| -> Vec<String> {
        let lines = lines.iter().filter(|(name, _)| name == keyword);
        lines.map(|(_, value)| value.clone()).collect()
    };
    let is_said = |(keyword, _): &&(String, String)| {
        matches!(keyword.as_str(), "user" | "hostname") || of(said, keyword) != of(plain, keyword)
    };
    let directives = said.iter().filter(is_said).map(|(keyword, value)| {
        // These have no tokens left, and ssh has put the values in that they stood for.
        let value = match keyword.as_str() {
            "userknownhostsfile" | "identityagent" => value.replace('%', "%%"),
            _ => value.clone(),
        };
        let mut directive = Directive::new(keyword, &value);
        if matches!(keyword.as_str(), "userknownhostsfile" | "globalknownhostsfile") {
            directive.words = words(keyword, &value, ours);
        }
        directive
    });
    Settings::effective(directives.collect())
}

/// The files in a list that ssh prints with blanks between them, whether or not there are blanks in their names.
fn words(keyword: &str, value: &str, ours: &Settings) -> Vec<Vec<u8>> {
    let blanks = |text: &[u8]| text.split(|byte| *byte == b' ').count() - 1;
    match ours.words(keyword) {
        Some(words) if words.len() > 1 && blanks(&words.join(&b' ')) == blanks(value.as_bytes()) => {
            // Whatever stood for something else had no blanks, for the number of them is the same.
            let mut parts = value.split(' ').map(str::as_bytes);
            let word = |word: &Vec<u8>| {
                let parts: Vec<&[u8]> = parts.by_ref().take(blanks(word) + 1).collect();
                parts.join(&b' ')
            };
            words.iter().map(word).collect()
        }
        Some([_]) => vec![value.as_bytes().to_vec()],
        _ => value.split(' ').map(|word| word.as_bytes().to_vec()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::ssh_config::{Configuration, SshConfig};

    fn texts(words: &[Vec<u8>]) -> Vec<String> {
        words
            .iter()
            .map(|word| String::from_utf8_lossy(word).into_owned())
            .collect()
    }

    #[test]
    fn what_ssh_says_beyond_what_goes_without_saying_counts() {
        let plain = lines(
            b"user me\nhostname h\nport 22\nidentityfile ~/.ssh/id_rsa\nidentityfile ~/.ssh/id_ecdsa\n",
        );
        let said = lines(b"user me\nhostname H\nport 22\nidentityfile ~/a b\nproxycommand nc  \"%h\" %p\nuserknownhostsfile /a%b /c\n");
        let found = said_beyond(&said, &plain, &Settings::default());
        assert_eq!((found.user().as_deref(), found.port()), (Some("me"), None));
        assert_eq!(found.identity_files(), ["~/a b"]);
        assert_eq!(found.rest("proxycommand"), Some(&b"nc  \"%h\" %p"[..]));
        assert_eq!(texts(found.words("userknownhostsfile").unwrap()), ["/a%%b", "/c"]);
    }

    #[test]
    fn files_with_blanks_in_their_names_stay_whole() {
        let config = |text: &str| {
            let config = SshConfig::parse(text.as_bytes().to_vec()).unwrap();
            Configuration::from(config).lookup("h", "me")
        };
        for (text, value, expected) in [
            (
                "UserKnownHostsFile \"~/a b\" /c\n",
                "/root/a b /c",
                &["/root/a b", "/c"][..],
            ),
            ("UserKnownHostsFile \"/a b\"\n", "/a b", &["/a b"]),
            ("UserKnownHostsFile /a /b\n", "/a /b", &["/a", "/b"]),
            ("", "/a /b", &["/a", "/b"]),
        ] {
            let found = words("userknownhostsfile", value, &config(text));
            assert_eq!(texts(&found), expected, "{text}");
        }
    }
}
