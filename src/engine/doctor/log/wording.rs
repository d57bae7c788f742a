//! What a line says more exactly than the words for its cause do.

use super::attempt::Event;
use super::sign::Sign;
use crate::engine::command_line::foreign_word;
use crate::engine::doctor::about::{About, Who};
use crate::engine::doctor::cause::Cause;
use crate::engine::doctor::verdict::{Fix, Verdict};

/// How ssh-add calls what it reads from its standard input.
const STANDARD_INPUT: &str = "(stdin)";
/// What stands in the logs of builds at GitHub: where they run, and what steers the display.
const OF_BUILDS: [&str; 3] = ["/home/runner/", "##[", "::error"];
/// What to do about a secret that is no whole key.
const STORE_ANEW: &str = "The secret that holds the key has most likely lost its line breaks or its last newline. Store it \
    anew, straight from the file (“gh secret set NAME < FILE”); where it has to be pasted, paste it whole, from the line that \
    begins it to the one that ends it, with a newline behind that.";

/// Whether a line shows that a build at GitHub has written it, whose computer is gone by now.
pub(super) fn is_of_build(line: &str) -> bool {
    OF_BUILDS.iter().any(|mark| line.contains(mark))
}

/// What an event is about, without what is no name of a file.
pub(super) fn of_real_file(about: About) -> About {
    let file = about.file.filter(|file| file != STANDARD_INPUT);
    About { file, ..about }
}

/// Says of a verdict what its line says more exactly.
pub(super) fn put_exactly(verdict: &mut Verdict, event: &Event, about: &About) {
    let is_standard_input = event.about.file.as_deref() == Some(STANDARD_INPUT);
    match verdict.cause {
        Cause::ConnectionClosed if matches!(event.sign, Sign::After(..)) => broken(verdict),
        Cause::KeyFileMissing if event.text.to_ascii_lowercase().contains("unable to open") => {
            let file = about.file.as_deref().unwrap_or("that was named");
            verdict.message =
                format!("The key file {file} could not be opened: it is not there, or may not be read.");
        }
        Cause::KeyFileFormat if is_standard_input => {
            let said = about.said.as_deref().unwrap_or("invalid format");
            verdict.message = format!(
                "What was given to ssh-add on its standard input cannot be read as a private key: {said}."
            );
            advise(verdict, STORE_ANEW, None);
        }
        Cause::NameUnknown => {
            if let Some((host, port)) = about.host.as_deref().and_then(with_port) {
                port_in_name(verdict, host, port, about);
            }
        }
        _ => {}
    }
}

/// Of a file on the computer of a build nothing can be mended any more.
pub(super) fn put_for_build(verdict: &mut Verdict) {
    let what = match verdict.cause {
        Cause::KeyFileFormat => STORE_ANEW,
        Cause::KeyFilePermissions => {
            "Have the job take from others the right to read the file (chmod 600) before ssh is run."
        }
        Cause::KeyFileMissing => "Have the job write the key into that file before ssh is run.",
        Cause::KeyFilePassphrase => {
            "Nobody can be asked there. Store a key without a passphrase that may do little, or have the job put the key into \
             an agent together with its passphrase."
        }
        Cause::PublicHalfMismatch => {
            "Have the job write no .pub file beside the key, or that of the same key."
        }
        Cause::ConfigPermissions => {
            "Have the job take from others the right to change the file (chmod 600) before ssh is run."
        }
        _ => return,
    };
    advise(verdict, what, None);
}

fn advise(verdict: &mut Verdict, what: &str, command: Option<String>) {
    verdict.fix = Some(Fix {
        what: what.to_owned(),
        command,
        mend: None,
    });
}

/// The connection of somebody who was in.
fn broken(verdict: &mut Verdict) {
    "Somebody was in, and the connection ended afterwards.".clone_into(&mut verdict.message);
    advise(
        verdict,
        "Routers and firewalls cut connections on which nothing is said for a while: “ServerAliveInterval 60” in ssh's \
         configuration keeps them. Where it ends at once, the server's log tells why.",
        None,
    );
    verdict.who = Some(Who::You);
}

/// A name with a port behind it, which ssh takes for a part of the name.
fn with_port(host: &str) -> Option<(&str, u16)> {
    let (name, port) = host.split_once(':')?;
    let port = port.parse().ok()?;
    (!name.is_empty()).then_some((name, port))
}

fn port_in_name(verdict: &mut Verdict, host: &str, port: u16, about: &About) {
    verdict.message =
        format!("“{host}:{port}” was looked for as a name: ssh does not take a port behind a colon.");
    let user = about.user.as_deref().and_then(foreign_word);
    let user = user.map(|user| format!("{user}@")).unwrap_or_default();
    let command = foreign_word(host).map(|host| format!("ssh -p {port} {user}{host}"));
    let what = format!(
        "Give the port by itself (-p {port}), or write the whole as an address: ssh://{user}{host}:{port}."
    );
    advise(verdict, &what, command);
}
