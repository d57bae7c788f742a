//! The commands that do what a click does: for learning, and for scripts.

use std::iter::once;
use std::path::Path;

use crate::engine::servers::tried_by_ssh;
use crate::engine::shell::{quoted, typed};
use crate::format::Format;
use crate::format::ssh_config::Configuration;
use crate::key::comment::is_forbidden;
use crate::key::spec::Naming;
use crate::key::{Algorithm, PublicKey};
use crate::sys::home::{default_path, user_name, with_tilde};
use crate::sys::remote::{Target, without_password};

/// Where no server was typed.
const ANYWHERE: &str = "user@server";

/// A command, and what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// What it does: “Make such a key with OpenSSH”.
    pub does: &'static str,
    /// The line to type, quoted for a POSIX shell and PowerShell alike.
    pub line: String,
}

/// The key that the commands are about.
#[derive(Clone, Copy, Debug)]
pub struct OfKey<'a> {
    /// Its public half.
    pub public: &'a PublicKey,
    /// Whether its private half is there too.
    pub has_private: bool,
    /// The file that it is in; nothing where it is in none.
    pub file: Option<&'a Path>,
    /// The name of its file without an extension, or the one that it would get.
    pub stem: &'a str,
    /// Its comment.
    pub comment: &'a str,
    /// The format that it would be saved in.
    pub format: Format,
}

/// The commands that make, show and use such a key; `address` is the server that is typed, if there is one.
#[must_use]
pub fn for_key(key: OfKey<'_>, address: &str) -> Vec<CommandLine> {
    let address = without_password(address.trim());
    let server = match address.as_str() {
        "" => ANYWHERE.to_owned(),
        address => quoted(address),
    };
    let stem = key.stem;
    let file = match key.file {
        Some(path) => quoted(&path.display().to_string()),
        None => format!("~/.ssh/{}", quoted(stem)),
    };
    let comment = quoted(key.comment);
    let bits = key.public.bits();
    let mut lines = Vec::new();
    let mut push = |does, line| lines.push(CommandLine { does, line });

    let size = match key.public {
        PublicKey::Rsa { .. } | PublicKey::Ecdsa { .. } => format!(" -b {bits}"),
        _ => String::new(),
    };
    let algorithm = key.public.algorithm();
    let kind = algorithm.short_name();
    // Made where another key lies already, a new one would take its place.
    let new = if key.file.is_some() { "new_key" } else { stem };
    let target = format!("~/.ssh/{}", quoted(&name_not_there(new, "")));
    let is_made_here = is_made_here(algorithm);
    let is_post_quantum = matches!(algorithm, Algorithm::MlDsa44Ed25519(_));
    let named = if is_post_quantum { "mldsa44-ed25519" } else { kind };
    // OpenSSH makes no DSA keys since version 10, and knows no Ed448.
    let is_made_by_openssh = is_made_here && !matches!(algorithm, Algorithm::Dsa | Algorithm::Ed448);
    let is_known_to_openssh = algorithm != Algorithm::Ed448;
    if is_made_here {
        push(
            "Make such a key with this program",
            format!("keywright-cli generate -t {named}{size} -C {comment} -o {target}"),
        );
    }
    if is_made_by_openssh {
        push(
            "Make such a key with OpenSSH",
            format!("ssh-keygen -t {named}{size} -C {comment} -f {target}"),
        );
    }
    if is_made_here && !is_post_quantum {
        push(
            "Make such a key with PuTTY",
            format!(
                "puttygen -t {kind}{size} -C {comment} -o {}",
                quoted(&name_not_there(new, ".ppk"))
            ),
        );
    }
    let show = if is_known_to_openssh {
        format!("ssh-keygen -l -v -f {file}")
    } else {
        format!("keywright-cli fingerprint --art {file}")
    };
    push("Show the fingerprint and the picture", show);
    if key.has_private {
        let show = if is_known_to_openssh {
            format!("ssh-keygen -y -f {file}")
        } else {
            format!("keywright-cli public {file}")
        };
        push("Show the public key", show);
        push("Change the passphrase", format!("keywright-cli passwd {file}"));
        let (format, extension) = match key.format {
            Format::OpenSsh => ("ppk", ".ppk"),
            _ => ("openssh", ""),
        };
        push(
            "Save it in another format",
            format!(
                "keywright-cli convert {file} --to {format} -o ~/.ssh/{}",
                quoted(&name_not_there(stem, extension))
            ),
        );
    }
    if is_known_to_openssh {
        push(
            "Put the key on a server, and see that it works",
            format!("keywright-cli install {server} -k {file}"),
        );
        push(
            "See which keys a server lets in",
            format!("keywright-cli remove {server} --list"),
        );
        push(
            "Take the key off a server",
            format!("keywright-cli remove {server} --key {file}"),
        );
        push(
            "Put the key on a server with OpenSSH",
            format!("ssh-copy-id -i {file} {}", words_for_ssh(&address)),
        );
    }
    lines
}

fn is_made_here(algorithm: Algorithm) -> bool {
    match algorithm {
        Algorithm::Rsa
        | Algorithm::Ecdsa(_)
        | Algorithm::Ed25519
        | Algorithm::Ed448
        | Algorithm::Dsa
        | Algorithm::MlDsa44Ed25519(Naming::Settled) => true,
        Algorithm::SkEcdsa | Algorithm::SkEd25519 | Algorithm::MlDsa44Ed25519(Naming::Experiment) => false,
    }
}

/// A server that was typed as OpenSSH's programs take it, which know no port behind its name: `-p 2222 jo@example.org`.
#[must_use]
pub fn words_for_ssh(address: &str) -> String {
    let Ok(target) = Target::parse(address, &Configuration::default(), &user_name()) else {
        return ANYWHERE.to_owned();
    };
    let mut words = target.words("-p");
    if !address.contains('@') {
        // Whom ssh's configuration names is not this one's to say.
        words.pop();
        words.push(target.alias().to_owned());
    }
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    words.join(" ")
}

/// The command of OpenSSH that logs in on a server with the key in `file`, which is named where ssh does not try it there
/// by itself: `ssh -i ~/.ssh/work jo@example.org`. A key in an agent needs no file. Its words, as ssh is to be given them.
#[must_use]
pub fn log_in(target: &Target, key: &PublicKey, file: Option<&Path>, alone: bool) -> Vec<String> {
    with_key(("ssh", "-p"), target, key, (file, alone))
}

/// The same for files alone, for an account that has no shell.
#[must_use]
pub fn log_in_to_files(target: &Target, key: &PublicKey, file: Option<&Path>, alone: bool) -> Vec<String> {
    with_key(("sftp", "-P"), target, key, (file, alone))
}

fn with_key(
    (program, port): (&str, &str),
    target: &Target,
    key: &PublicKey,
    (file, alone): (Option<&Path>, bool),
) -> Vec<String> {
    let mut words = vec![program.to_owned()];
    for (keyword, value) in target.to_offer(key) {
        words.extend(["-o".to_owned(), format!("{keyword}={value}")]);
    }
    if let Some(file) = file
        && (alone || !tried_by_ssh(target).iter().any(|tried| tried == file))
    {
        if alone {
            words.extend(["-o".to_owned(), "IdentitiesOnly=yes".to_owned()]);
        }
        // ssh knows the tilde in a quoted word, too; and on Windows the strokes of Unix, which need no quotes in any shell.
        let file = with_tilde(file).display().to_string();
        let file = if cfg!(windows) {
            file.replace('\\', "/")
        } else {
            file
        };
        words.extend(["-i".to_owned(), file]);
    }
    words.extend(target.words(port));
    words
}

/// The command that has ssh put the key in `file` on a server with which this program cannot speak.
#[must_use]
pub fn install_by_ssh(target: &Target, file: &Path) -> String {
    let mut words = vec!["ssh".to_owned()];
    words.extend(target.words("-p"));
    words.push("sh".to_owned());
    let file = quoted(&file.display().to_string());
    format!(
        "keywright-cli public {file} --install-line sh | {}",
        typed(&words)
    )
}

/// The first name of a file that does not lie in `~/.ssh` yet: the one that is wanted, or one for a new key.
fn name_not_there(wanted: &str, extension: &str) -> String {
    let is_there = |name: &String| default_path(name).is_some_and(|path| path.exists());
    let new = format!("new_key{extension}");
    let mut name = format!("{wanted}{extension}");
    let mut others = once(new).chain((2..).map(|number: u32| format!("new_key_{number}{extension}")));
    while is_there(&name)
        && let Some(next) = others.next()
    {
        name = next;
    }
    name
}

/// What came from elsewhere, from a log say, as one word of a command line, with a leading `~/` left to the shell; nothing where
/// it could be taken for an option, or would have to be typed in another way.
pub(in crate::engine) fn foreign_word(text: &str) -> Option<String> {
    let is_word = !text.is_empty() && !text.starts_with('-') && !text.chars().any(is_forbidden);
    is_word.then(|| match text.strip_prefix("~/") {
        Some(rest) if !rest.is_empty() => format!("~/{}", quoted(rest)),
        _ => quoted(text),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::ssh_config::SshConfig;

    #[test]
    fn a_port_is_told_as_ssh_takes_it() {
        assert_eq!(words_for_ssh("jo@example.org:2222"), "-p 2222 jo@example.org");
        assert_eq!(words_for_ssh("jo@[2001:db8::1]:2222"), "-p 2222 jo@2001:db8::1");
        assert_eq!(words_for_ssh("web"), "web");
    }

    #[test]
    fn a_key_is_named_where_ssh_does_not_try_it_by_itself() {
        let config = b"Host named\n IdentityFile ~/.ssh/work\n Port 99\n".to_vec();
        let config = SshConfig::parse(config).expect("text");
        let key = PublicKey::Ed25519([7; 32]);
        let command = |host: &str, name: &str| {
            let target = Target::parse(host, &config.clone().into(), "jo").expect("a target");
            typed(&log_in(&target, &key, default_path(name).as_deref(), false))
        };
        assert_eq!(command("host", "id_ed25519"), "ssh jo@host");
        assert_eq!(
            command("me@host:2222", "work"),
            "ssh -i ~/.ssh/work -p 2222 me@host"
        );
        assert_eq!(command("named", "work"), "ssh jo@named");
        assert_eq!(
            command("named", "id_ed25519"),
            "ssh -i ~/.ssh/id_ed25519 jo@named"
        );
        let target = Target::parse("host:2222", &config.clone().into(), "jo").expect("a target");
        assert_eq!(
            typed(&log_in_to_files(&target, &key, None, false)),
            "sftp -P 2222 jo@host"
        );
        assert_eq!(command("host", "a b"), "ssh -i '~/.ssh/a b' jo@host");
    }

    #[test]
    fn a_server_is_told_to_ssh_as_ssh_takes_it() {
        for (typed, words) in [
            ("jo@example.org:2222", "-p 2222 jo@example.org"),
            ("ssh://jo@[2001:db8::1]:22", "jo@2001:db8::1"),
            ("web", "web"),
            ("", "user@server"),
            ("no server", "user@server"),
        ] {
            assert_eq!(words_for_ssh(typed), words);
        }
    }

    #[test]
    fn a_word_of_a_command_line_stays_one_word() {
        for (text, expected) in [
            ("id_rsa", "id_rsa"),
            ("", "''"),
            ("my key", "'my key'"),
            ("$(rm -rf ~)", "'$(rm -rf ~)'"),
            ("it's", r"'it'\''s'"),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }
}
