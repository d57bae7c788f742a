//! The console program: words in, text or JSON out. What is done to keys and files is done by the
//! floors below; here it is only asked for and told.

mod agent;
mod authorized;
mod cert;
mod comment;
mod completions;
mod console;
mod convert;
mod doctor;
mod fingerprint;
mod formats;
mod generate;
mod info;
mod install;
mod interrupt;
mod json;
mod key_file;
mod keys;
mod known_hosts;
mod man;
mod message;
mod passphrases;
mod passwd;
mod primes;
mod private_file;
mod protection;
mod provider;
mod public;
mod puttygen;
mod remove;
mod repair;
mod server;
mod sign;
mod signing_key;
mod standard_input;
mod streams;
mod suggest;
mod terminal;
mod usage;
mod verify;
mod work;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::engine::told_by_disk;
use crate::secret::forgetting;
use crate::sys::hardening;
use console::Console;

/// Makes, shows, protects and converts SSH keys.
#[derive(Debug, Parser)]
#[command(
    name = "keywright-cli",
    bin_name = "keywright-cli",
    version,
    arg_required_else_help = true,
    max_term_width = 100,
    after_help = "Examples:
  keywright-cli generate                         a new key in ~/.ssh, asking for what it needs
  keywright-cli info ~/.ssh/id_ed25519           what a file holds
  keywright-cli convert key.ppk --to openssh -o ~/.ssh/id_key
                                                 a PuTTY key for ssh
  keywright-cli passwd ~/.ssh/id_ed25519         a new passphrase

Each command says more: keywright-cli generate --help

Exit status: 0 done, 1 the key or the file is at fault, 2 wrong usage, 3 a passphrase is needed or \
wrong, 4 a file or the system failed, 5 interrupted."
)]
struct Cli {
    #[command(flatten)]
    console: Console,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Generate(generate::Generate),
    Info(info::Info),
    Fingerprint(fingerprint::Fingerprint),
    Public(public::Public),
    Convert(convert::Convert),
    Repair(repair::Repair),
    Doctor(doctor::Doctor),
    Passwd(passwd::Passwd),
    #[command(name = "passphrase")]
    Suggest(suggest::Suggest),
    Comment(comment::CommentFile),
    Cert(cert::Cert),
    Sign(sign::Sign),
    Verify(verify::Verify),
    Agent(agent::Agent),
    Install(install::Install),
    Remove(remove::Remove),
    Keys(keys::Keys),
    Authorized(authorized::Authorized),
    KnownHosts(known_hosts::KnownHosts),
    Provider(provider::Provider),
    Puttygen(puttygen::Puttygen),
    Completions(completions::Completions),
    Man(man::Man),
}

/// Runs the program with the words of the command line; what it returns is the exit status.
#[must_use]
pub fn run() -> ExitCode {
    hardening::harden_process();
    let parsed = words()
        .try_get_matches()
        .and_then(|words| Cli::from_arg_matches(&words));
    let Cli { console, command } = match parsed {
        Ok(cli) => cli,
        Err(error) => return usage::explain(&error),
    };
    console.log_warnings();
    interrupt::install(console);
    forgetting(|| command.run(console))
}

impl Command {
    fn run(self, console: Console) -> ExitCode {
        match self {
            Self::Generate(command) => console.end(told_by_disk(|| command.run(console))),
            Self::Info(command) => command.run(console),
            Self::Fingerprint(command) => command.run(console),
            Self::Public(command) => console.end(command.run(console)),
            Self::Convert(command) => console.end(told_by_disk(|| command.run(console))),
            Self::Repair(command) => command.run(console),
            Self::Doctor(command) => command.run(console),
            Self::Passwd(command) => console.end(told_by_disk(|| command.run(console))),
            Self::Suggest(command) => console.end(command.run(console)),
            Self::Comment(command) => console.end(told_by_disk(|| command.run(console))),
            Self::Cert(command) => command.run(console),
            Self::Sign(command) => command.run(console),
            Self::Verify(command) => command.run(console),
            Self::Agent(command) => command.run(console),
            Self::Install(command) => console.end(command.run(console)),
            Self::Remove(command) => console.end(command.run(console)),
            Self::Keys(command) => command.run(console),
            Self::Authorized(command) => console.end(told_by_disk(|| command.run(console))),
            Self::KnownHosts(command) => console.end(told_by_disk(|| command.run(console))),
            Self::Provider(command) => console.end(command.run(console)),
            Self::Puttygen(command) => console.end(told_by_disk(|| command.run(console))),
            Self::Completions(command) => console.end(command.run()),
            Self::Man(command) => console.end(told_by_disk(|| command.run(console))),
        }
    }
}

/// The commands and options, for parsing, for completions and for the manual.
fn words() -> clap::Command {
    // A new key has no old passphrase, so there the short names mean the new one.
    let words = Cli::command().mut_subcommand("generate", |generate| {
        generate
            .mut_arg("new_passphrase_file", |arg| arg.visible_alias("passphrase-file"))
            .mut_arg("new_passphrase_fd", |arg| arg.visible_alias("passphrase-fd"))
            .mut_arg("new_passphrase_env", |arg| arg.visible_alias("passphrase-env"))
    });
    // There a server is one of the things that may be examined, and what signs in is a second way in.
    words.mut_subcommand("doctor", |doctor| {
        doctor
            .mut_arg("target", |arg| {
                arg.required(false)
                    .default_value("")
                    .hide_default_value(true)
                    .value_name("TARGET|FILE")
                    .help(
                        "A server, as user@host or as ssh knows it, or a key file; without it, this computer",
                    )
            })
            .mut_arg("identity", |arg| {
                arg.help("A second way in: a key by which to look on the server why the other one is refused")
            })
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_words_do_not_contradict_each_other() {
        super::words().debug_assert();
    }

    /// The lines of a help text that begin with the program's name, or have it behind a pipe, up to where the shell or a
    /// remark goes on.
    fn examples(help: &str) -> Vec<Vec<String>> {
        let text = help.replace("\\\n", " ");
        let lines = text.lines().filter_map(|line| {
            let line = line.trim_start();
            let begin = line.find("keywright-cli ")?;
            let is_example = begin == 0 || line[..begin].contains("| ") || line[..begin].contains('=');
            let command = line[begin..].split("   ").next().unwrap_or_default();
            let end = command.find([';', '|', '>']).unwrap_or(command.len());
            let command = command[..end].split(" < ").next().unwrap_or_default();
            is_example.then(|| words_of(command))
        });
        lines.collect()
    }

    /// The words of a command as a shell would part them, as far as examples go: quotation marks hold blanks together.
    fn words_of(command: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        for (turn, piece) in command.split(['"', '\'']).enumerate() {
            let mut parts = piece.split(if turn % 2 == 1 { '\n' } else { ' ' });
            if let Some(last) = words.last_mut() {
                last.push_str(parts.next().unwrap_or_default());
            }
            words.extend(parts.map(str::to_owned));
        }
        words.retain(|word| !word.is_empty());
        words
    }

    fn all(command: &clap::Command) -> Vec<Vec<String>> {
        let help = command
            .get_after_help()
            .map(ToString::to_string)
            .unwrap_or_default();
        let mut found = examples(&help);
        found.extend(command.get_subcommands().flat_map(all));
        found
    }

    #[test]
    fn every_example_in_the_help_is_a_command_that_there_is() {
        let found = all(&super::words());
        assert!(found.len() > 60, "{}", found.len());
        for words in found {
            let parsed = super::words().try_get_matches_from(&words);
            assert!(
                parsed.is_ok(),
                "{}: {}",
                words.join(" "),
                parsed.err().map(|error| error.to_string()).unwrap_or_default()
            );
        }
    }
}
