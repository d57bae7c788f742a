//! The list of keys, by a shell on the server.

use super::found::{Found, MAX_LIST, Site, Way, looseness};
use super::script::{LOOK, REPAIR, SETTINGS, WRITE};
use crate::engine::faults::ServerFault;
use crate::engine::faults::{Loose, Part};
use crate::key::watch::Watch;
use crate::sys::randomness::{OsRandomError, os_random};
use crate::sys::remote::{Output, Refusal, Remote, RemoteFault, shown as cleaned};

/// What the first line of a command's answer begins with.
const PREFIX: &[u8] = b"keywright-";

/// What came of a look.
pub(super) enum Look {
    /// A shell has answered.
    Found(Found),
    /// None has; what came instead, cleaned for showing.
    NoShell(String),
    /// The list changed while it was read, or so it seems: not as much came of this one as was announced.
    Torn(String),
}

impl Look {
    fn with_kept(mut self, has_kept: bool) -> Self {
        if let Self::Found(found) = &mut self {
            found.has_kept = has_kept;
        }
        self
    }
}

/// What came of writing.
pub(super) enum Write {
    /// It is in place.
    Done,
    /// Nothing was written, for the list is not what it was.
    Changed,
    /// Nothing was written, for not all came that was sent: something else there reads standard input.
    Cut,
}

/// Looks for the list and reads it.
pub(super) fn look(remote: &mut dyn Remote, site: &Site, watch: &dyn Watch) -> Result<Look, ServerFault> {
    let mark = new_mark()?;
    let input = format!("keywright {mark}\n{}\n", path_of(site));
    let output = match remote.run(LOOK, input.as_bytes(), watch) {
        Err(RemoteFault::NoCommands) => return Ok(Look::NoShell(String::new())),
        output => output?,
    };
    let Some((word, rest)) = answer(&output.stdout, &mark) else {
        let said = said(&output);
        if Refusal::of(&said) == Some(Refusal::PasswordExpired) {
            return Err(ServerFault::PasswordExpired(said));
        }
        return Ok(Look::NoShell(said));
    };
    if word != b"look" {
        return Err(failed(word, rest, "~/.ssh/authorized_keys"));
    }
    read_look(rest, site)
}

/// How the commands are told which list is meant.
fn path_of(site: &Site) -> &str {
    match site {
        Site::Usual | Site::Own => "-",
        Site::At(path) => path,
        Site::Kept => "+",
    }
}

fn read_look(mut rest: &[u8], site: &Site) -> Result<Look, ServerFault> {
    let mut user = None;
    let mut home = String::new();
    let mut place = String::new();
    let mut modes = Vec::new();
    let mut has_kept = false;
    while let Some((line, behind)) = split_line(rest) {
        rest = behind;
        let line = String::from_utf8_lossy(line);
        let (word, value) = line.split_once(' ').unwrap_or((&line, ""));
        match word {
            "uid" => user = value.parse::<u32>().ok(),
            "home" => home = shown(value.as_bytes()),
            "place" => place = in_home(value),
            "kept" => has_kept = true,
            "mode" => modes.push(value.to_owned()),
            "state" => {
                let loose = modes.iter();
                let loose = loose
                    .filter_map(|mode| read_mode(mode, user, &home, &place))
                    .collect();
                let looked = state(value, rest, (place, site), loose);
                return looked.map(|look| look.with_kept(has_kept && *site == Site::Usual));
            }
            _ => {}
        }
    }
    Ok(Look::NoShell(String::new()))
}

/// What a command has said that is no answer: what it complained of, or else what it printed.
fn said(output: &Output) -> String {
    match shown(&output.stderr) {
        none if none.is_empty() => shown(&output.stdout),
        said => said,
    }
}

fn state(
    value: &str,
    rest: &[u8],
    (place, at): (String, &Site),
    loose: Vec<Loose>,
) -> Result<Look, ServerFault> {
    let (state, size) = value.split_once(' ').unwrap_or((value, ""));
    let list = match state {
        "absent" => None,
        "file" => match size.parse().ok().and_then(|size: usize| rest.get(..size)) {
            Some(list) => Some(list.to_vec()),
            None => return Ok(Look::Torn(place)),
        },
        "large" => {
            return Err(match size.parse() {
                Ok(size) if size > MAX_LIST as u64 => ServerFault::TooLarge { place, size },
                _ => ServerFault::Contradiction(place),
            });
        }
        "odd" => return Err(ServerFault::NotRegular(place)),
        _ => return Err(ServerFault::Unreadable(place)),
    };
    Ok(Look::Found(Found {
        way: Way::Shell,
        has_no_shell: false,
        is_shut: false,
        site: at.clone(),
        has_kept: false,
        place,
        list,
        loose,
    }))
}

/// `file -rw-r--r-- 1000`: what it is, its permissions, and its owner.
fn read_mode(mode: &str, user: Option<u32>, home: &str, file: &str) -> Option<Loose> {
    let mut words = mode.split(' ');
    let (part, place) = match words.next()? {
        "home" => (Part::Home, home.to_owned()),
        "folder" => (Part::Folder, folder_of(file).to_owned()),
        _ => (Part::File, file.to_owned()),
    };
    let letters = words.next()?.as_bytes();
    let bit = |at: usize, bit| match letters.get(at) {
        Some(b'w') => bit,
        _ => 0,
    };
    let owner = words.next().and_then(|owner| owner.parse().ok());
    let by = looseness(bit(5, 0o020) | bit(8, 0o002), owner, user)?;
    Some(Loose { part, place, by })
}

/// Puts `after` in the place of what was found, if that is still there. The mark is a new one.
pub(super) fn write(
    remote: &mut dyn Remote,
    found: &Found,
    after: Option<&[u8]>,
    mark: &str,
    watch: &dyn Watch,
) -> Result<Write, ServerFault> {
    let before = found.list.as_deref();
    let size = |list: Option<&[u8]>| list.map_or("-".to_owned(), |list| list.len().to_string());
    let kind = match added_key(found, after) {
        Some(key) => format!("add {key}"),
        None => "other".to_owned(),
    };
    let (sizes, path) = ([size(before), size(after)].join(" "), path_of(&found.site));
    let mut input = format!("keywright {mark} {sizes} {kind}\n{path}\n").into_bytes();
    input.extend(before.unwrap_or_default());
    input.extend(after.unwrap_or_default());
    let output = remote.run(WRITE, &input, watch)?;
    match answer(&output.stdout, mark) {
        Some((b"done", _)) => Ok(Write::Done),
        Some((b"failed changed", _)) => Ok(Write::Changed),
        Some((b"failed input", _)) => Ok(Write::Cut),
        Some((word, rest)) => Err(failed(word, rest, &found.place)),
        None => Err(ServerFault::Unanswered(shown(&output.stderr))),
    }
}

/// Takes from others the right to change these parts of what was found.
pub(super) fn repair(
    remote: &mut dyn Remote,
    found: &Found,
    parts: &[Part],
    watch: &dyn Watch,
) -> Result<(), ServerFault> {
    let mark = new_mark()?;
    let words = parts.iter().map(|part| match part {
        Part::Home => "home",
        Part::Folder => "folder",
        Part::File => "file",
    });
    let words = words.collect::<Vec<_>>().join(" ");
    let input = format!("keywright {mark}\n{}\n{words}\n", path_of(&found.site));
    let output = remote.run(REPAIR, input.as_bytes(), watch)?;
    match answer(&output.stdout, &mark) {
        Some((b"done", _)) => Ok(()),
        Some((word, rest)) => Err(failed(word, rest, &found.place)),
        None => Err(ServerFault::Unanswered(shown(&output.stderr))),
    }
}

/// The key of the one line that was added to what was found, in Base64, if nothing else is different.
pub(super) fn added_key<'a>(found: &Found, after: Option<&'a [u8]>) -> Option<&'a str> {
    let line = std::str::from_utf8(after?.strip_prefix(found.list.as_deref()?)?).ok()?;
    // As all keys begin: the length of their type's name is no more than three bytes can tell.
    let mut keys = line
        .split_ascii_whitespace()
        .filter(|word| word.starts_with("AAAA"));
    let is_base64 = |key: &&str| {
        key.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
    };
    keys.next().filter(is_base64).filter(|_| keys.next().is_none())
}

/// The lines of the server's settings that are about keys; none where they may not be read.
pub(super) fn settings(remote: &mut dyn Remote, watch: &dyn Watch) -> Result<Vec<String>, ServerFault> {
    let mark = new_mark()?;
    let output = match remote.run(SETTINGS, format!("keywright {mark}\n").as_bytes(), watch) {
        Err(RemoteFault::NoCommands | RemoteFault::TimedOut { .. } | RemoteFault::Unfinished { .. }) => {
            return Ok(Vec::new());
        }
        output => output?,
    };
    let Some((b"settings", rest)) = answer(&output.stdout, &mark) else {
        return Ok(Vec::new());
    };
    let lines = rest.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    Ok(lines.filter(|line| !line.is_empty()).map(shown).collect())
}

/// A word that occurs once, by which an answer is known.
pub(super) fn new_mark() -> Result<String, OsRandomError> {
    Ok(base16ct::lower::encode_string(os_random::<16>()?.as_slice()))
}

/// The answer in the line with the mark, and what comes below it. Before it may stand whatever the account's shell prints.
pub(super) fn answer<'a>(output: &'a [u8], mark: &str) -> Option<(&'a [u8], &'a [u8])> {
    let mut rest = output;
    while let Some((line, behind)) = split_line(rest) {
        rest = behind;
        let word = line
            .strip_prefix(PREFIX)
            .and_then(|line| line.strip_suffix(mark.as_bytes()));
        if let Some(word) = word.and_then(|word| word.strip_suffix(b" ")) {
            return Some((word, rest));
        }
    }
    None
}

fn split_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().position(|byte| *byte == b'\n')?;
    let (line, rest) = text.split_at(end);
    Some((line, &rest[1..]))
}

/// Why the server says that it did not do it. A shell does not hand on the number of an error but only its text,
/// in English because the command asks for that.
fn failed(word: &[u8], rest: &[u8], place: &str) -> ServerFault {
    let text = rest.trim_ascii();
    let says = |words: &str| text.windows(words.len()).any(|bytes| bytes == words.as_bytes());
    let place = || place.to_owned();
    match word {
        b"failed home" => ServerFault::NoHome(shown(text)),
        b"failed shut" => ServerFault::HomeShut(shown(text)),
        b"failed nofolder" => ServerFault::NotFolder(in_home(&String::from_utf8_lossy(text))),
        b"failed denied" => {
            let (owner, path) = owned(text);
            let place = if path == "." {
                "~".to_owned()
            } else {
                in_home(&path)
            };
            ServerFault::Denied { place, owner }
        }
        b"failed elsewhere" => {
            let (owner, leads_to) = owned(text);
            ServerFault::Elsewhere {
                place: place(),
                leads_to,
                owner,
            }
        }
        b"failed link" => ServerFault::DanglingLink(in_home(&String::from_utf8_lossy(text))),
        b"failed tool" => ServerFault::MissingTool(shown(text)),
        b"failed owner" => ServerFault::OtherOwner(place()),
        b"failed busy" => ServerFault::Busy(in_home(&String::from_utf8_lossy(text))),
        _ if says("No space left on device") => ServerFault::Full,
        _ if says("uota exceeded") => ServerFault::Quota,
        _ if says("Read-only file system") => ServerFault::ReadOnly(place()),
        _ if says("ermission denied") => ServerFault::Denied {
            place: folder_of(&place()).to_owned(),
            owner: None,
        },
        // Rights do not forbid it, or it would say so.
        _ if says("Operation not permitted") => ServerFault::Locked {
            place: place(),
            said: shown(text),
        },
        _ if text.is_empty() => ServerFault::Other(shown(word)),
        _ => ServerFault::Other(shown(text)),
    }
}

/// Whose a place is, if not the account's, and the place itself: `root /opt/keys`, `- .ssh`.
fn owned(text: &[u8]) -> (Option<String>, String) {
    let text = shown(text);
    let (owner, path) = text.split_once(' ').unwrap_or(("-", &text));
    (
        Some(owner).filter(|owner| *owner != "-").map(str::to_owned),
        path.to_owned(),
    )
}

/// A place in the home folder as people write it.
pub(super) fn in_home(place: &str) -> String {
    let place = shown(place.trim_start_matches("./").as_bytes());
    if place.starts_with('/') {
        place
    } else {
        format!("~/{place}")
    }
}

/// The folder that a file lies in.
pub(super) fn folder_of(place: &str) -> &str {
    place.rsplit_once('/').map_or(place, |(folder, _)| folder)
}

/// What a server says, in one line that is safe to print.
fn shown(text: &[u8]) -> String {
    cleaned(text.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_complains_of_has_its_name() {
        let named =
            |word: &str, text: &str| failed(word.as_bytes(), text.as_bytes(), "~/.ssh/authorized_keys");
        let name = |text: &str| format!("{:?}", named("failed write", text));
        for (text, expected) in [
            ("cat: write error: No space left on device\n", "Full"),
            ("dd: error writing: Disk quota exceeded", "Quota"),
            (
                "sh: 1: cannot create x: Read-only file system",
                "ReadOnly(\"~/.ssh/authorized_keys\")",
            ),
            (
                "mkdir: x: Permission denied",
                "Denied { place: \"~/.ssh\", owner: None }",
            ),
            (
                "mv: x: Operation not permitted",
                "Locked { place: \"~/.ssh/authorized_keys\", said: \"mv: x: Operation not permitted\" }",
            ),
            ("\u{1b}[2J odd", "Other(\"\\\\u{1b}[2J odd\")"),
        ] {
            assert_eq!(name(text), expected);
        }
        let busy = named("failed busy", ".ssh/.authorized_keys.lock\n");
        assert!(matches!(busy, ServerFault::Busy(lock) if lock == "~/.ssh/.authorized_keys.lock"));
    }

    #[test]
    fn a_list_that_changed_its_size_meanwhile_is_read_again() {
        let look = |answer: &str| read_look(answer.as_bytes(), &Site::Usual);
        assert!(matches!(
            look("place .ssh/authorized_keys\nstate file 3\nab"),
            Ok(Look::Torn(_))
        ));
        assert!(matches!(
            look("place .ssh/authorized_keys\nstate file 1\nab"),
            Ok(Look::Found(_))
        ));
        assert!(matches!(look("nothing of the kind\n"), Ok(Look::NoShell(_))));
    }
}
