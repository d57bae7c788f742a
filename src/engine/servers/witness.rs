//! What a server itself knows of an attempt to get in: what sshd's settings come to, `SELinux`'s labels, its log. Seen with the
//! rights that the account has; nobody becomes somebody else for it.

use std::time::Instant;

use super::script::WITNESS;
use super::shell::{answer, new_mark};
use crate::engine::faults::ServerFault;
use crate::key::PublicKey;
use crate::key::comment::escaped;
use crate::key::fingerprint::{Fingerprint, FingerprintKind};
use crate::key::watch::Watch;
use crate::sys::remote::{OwnEnd, Remote, RemoteFault, shown};

/// As many seconds more than have gone by are asked for: clocks and logs are late.
const MARGIN: u64 = 30;
/// The type of label that `SELinux` lets sshd read keys from.
const RIGHT_LABEL: &str = "ssh_home_t";
/// As long as a setting may be, in bytes.
const LONGEST_SETTING: usize = 4000;
/// As much of a log as is kept, in bytes.
const MOST_LOG: usize = 512 << 10;

/// An attempt that came to nothing.
#[derive(Clone, Debug)]
pub struct Attempted {
    /// When it began.
    pub(in crate::engine) at: Instant,
    /// This computer's end of it, where the server is reached straight.
    pub(in crate::engine) own_end: Option<OwnEnd>,
    /// How many keys were offered.
    pub(in crate::engine) keys: usize,
}

/// By what it is known that lines of a log are about an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum KnownBy {
    /// By the port it came from, or the key it showed.
    Itself,
    /// By the address it came from alone.
    Address,
    /// By where they stand in a log that tells processes not apart.
    Place,
}

/// What was witnessed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::engine) struct Witness {
    /// The label that keeps sshd from the list, and whether the server's own rules say that it should be another one.
    pub(in crate::engine) label: Option<(String, bool)>,
    /// The command that told the settings; and whether that sshd serves this connection, with that file.
    pub(in crate::engine) command: Option<(String, bool)>,
    /// What it told: the account and its groups first.
    pub(in crate::engine) settings: Vec<String>,
    /// The log that may be read.
    pub(in crate::engine) log: Option<String>,
    /// Its lines about the attempt.
    pub(in crate::engine) lines: Option<(KnownBy, Vec<u8>)>,
}

/// Asks for it; nothing where no shell answers.
///
/// # Errors
/// The connection fails.
pub(in crate::engine) fn witness(
    remote: &mut dyn Remote,
    key: &PublicKey,
    attempted: Option<&Attempted>,
    watch: &dyn Watch,
) -> Result<Witness, ServerFault> {
    let mark = new_mark()?;
    let seconds = attempted.map_or(0, |attempted| attempted.at.elapsed().as_secs()) + MARGIN;
    let print = Fingerprint::of(key, FingerprintKind::Sha256);
    let end = attempted.and_then(|attempted| attempted.own_end.as_ref());
    let port = end.map(|end| end.port);
    let end = port.map_or("-".to_owned(), |port| port.to_string());
    let input = format!("keywright {mark} {seconds} {print} {end}\n");
    let output = match remote.run(WITNESS, input.as_bytes(), watch) {
        Err(
            RemoteFault::NoCommands
            | RemoteFault::TimedOut { .. }
            | RemoteFault::Unfinished { .. }
            | RemoteFault::TooMuchOutput { .. },
        ) => return Ok(Witness::default()),
        output => output?,
    };
    let Some((b"witness", rest)) = answer(&output.stdout, &mark) else {
        return Ok(Witness::default());
    };
    Ok(read(rest, port))
}

fn read(answer: &[u8], port: Option<u16>) -> Witness {
    let mut found = Witness::default();
    let (mut is_enforced, mut would_relabel) = (false, false);
    let mut known_by = "";
    let mut lines: Vec<&[u8]> = Vec::new();
    let mut size = 0;
    for line in answer.split(|byte| *byte == b'\n') {
        let at = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
        let (word, value) = (&line[..at], line.get(at + 1..).unwrap_or_default());
        match word {
            b"enforcing" => is_enforced = true,
            b"label" if is_enforced && found.label.is_none() => {
                found.label = wrong_label(value).map(|label| (label, false));
            }
            b"relabel" => would_relabel = true,
            b"command" => found.command = Some((shown(value), false)),
            b"listener" => {
                if let Some((_, is_its)) = &mut found.command {
                    *is_its = true;
                }
            }
            // A list that is cut off would lack what it has.
            b"setting" if found.settings.len() < 50 && value.len() < LONGEST_SETTING => {
                found.settings.push(escaped(value));
            }
            b"log" => found.log = Some(shown(value)),
            b"by" => {
                known_by = match value {
                    b"port" => "port",
                    b"key" => "key",
                    b"address" => "address",
                    _ => "",
                }
            }
            b"line" if size + value.len() < MOST_LOG => {
                size += value.len() + 1;
                lines.push(value);
            }
            _ => {}
        }
    }
    if let Some((_, is_known)) = &mut found.label {
        *is_known = would_relabel;
    }
    found.lines = match known_by {
        "port" | "key" => Some((KnownBy::Itself, lines)),
        "address" => Some((KnownBy::Address, lines)),
        _ => port.and_then(|port| Some((KnownBy::Place, between(&lines, port)?))),
    }
    .map(|(by, lines)| (by, lines.join(&b'\n')));
    found
}

/// The type in a line of `ls -Z`, where `SELinux` keeps sshd from what has it.
fn wrong_label(line: &[u8]) -> Option<String> {
    let line = shown(line);
    let label = line.split(' ').find(|word| word.matches(':').count() >= 2)?;
    let kind = label.split(':').nth(2)?;
    (!kind.is_empty() && kind != RIGHT_LABEL).then(|| kind.to_owned())
}

/// The lines from the first to the last that names this port.
fn between<'a>(lines: &[&'a [u8]], port: u16) -> Option<Vec<&'a [u8]>> {
    let words = format!(" port {port}").into_bytes();
    let names_it = |line: &&[u8]| {
        line.windows(words.len())
            .enumerate()
            .any(|(at, found)| found == words && !line.get(at + words.len()).is_some_and(u8::is_ascii_digit))
    };
    let first = lines.iter().position(names_it)?;
    let last = lines.iter().rposition(names_it)?;
    Some(lines[first..=last].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_counts_where_it_is_enforced_and_wrong() {
        let label = |answer: &str| read(answer.as_bytes(), None).label;
        let home = "label unconfined_u:object_r:user_home_t:s0 .ssh\n";
        assert_eq!(label(home), None);
        assert_eq!(
            label(&format!("enforcing\n{home}")),
            Some(("user_home_t".to_owned(), false))
        );
        assert_eq!(
            label(&format!(
                "enforcing\n{home}relabel Would relabel /home/jo/.ssh from a to b\n"
            )),
            Some(("user_home_t".to_owned(), true))
        );
        let old = "enforcing\nlabel drwx------. jo jo system_u:object_r:default_t:s0 .ssh\n";
        assert_eq!(label(old), Some(("default_t".to_owned(), false)));
        for well in ["system_u:object_r:ssh_home_t:s0 .ssh", "? .ssh", ".ssh", "a::"] {
            assert_eq!(label(&format!("enforcing\nlabel {well}\n")), None, "{well}");
        }
    }

    #[test]
    fn in_a_log_without_processes_the_lines_of_an_attempt_are_those_between_its_ends() {
        let log = "log /x/log\nby none\nline Connection from 192.0.2.1 port 40 on\nline Connection from 192.0.2.1 port 4\n\
            line refused\nline Connection closed by 192.0.2.1 port 4 [preauth]\nline other\n";
        let (by, lines) = read(log.as_bytes(), Some(4)).lines.expect("it is there");
        assert_eq!(by, KnownBy::Place);
        assert_eq!(
            String::from_utf8_lossy(&lines),
            "Connection from 192.0.2.1 port 4\nrefused\nConnection closed by 192.0.2.1 port 4 [preauth]"
        );
        assert_eq!(read(log.as_bytes(), Some(5)).lines, None);
        assert_eq!(read(log.as_bytes(), None).lines, None);
    }

    #[test]
    fn whatever_a_server_answers_is_cleaned_and_bounded() {
        let long = format!("line {}\n", "x".repeat(1000)).repeat(2000);
        let answer = format!(
            "setting \u{1b}[2J\n{}by port\n{long}\u{0}\n",
            "setting a\n".repeat(200)
        );
        let found = read(answer.as_bytes(), None);
        assert_eq!(found.settings[0], "\\u{1b}[2J");
        assert_eq!(found.settings.len(), 50);
        assert!(found.lines.expect("they are there").1.len() <= MOST_LOG);
    }
}
