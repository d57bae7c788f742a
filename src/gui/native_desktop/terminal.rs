//! The person's terminal, and `ssh` in it. The words of the command go there one by one, and never through a shell that
//! would read them as its own.

use std::process::Command;

/// What runs these words in a terminal; nothing where there is none, or where a word could be taken for something else on
/// its way.
pub(super) fn command(words: &[String]) -> Option<Command> {
    if !words.iter().all(|word| is_plain(word)) {
        return None;
    }
    platform::command(words)
}

/// Whether no terminal and no shell takes anything in it for its own.
fn is_plain(word: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+=~,[]".contains(c);
    !word.is_empty() && word.chars().all(is_plain)
}

#[cfg(not(any(windows, target_os = "macos")))]
mod platform {
    use std::path::PathBuf;

    use super::Command;
    use crate::sys::programs::system_program;

    /// Programs, and what stands between their names and the words that they run: the one that the system or the person
    /// has chosen first (Debian policy 11.8.3).
    const TERMINALS: [(&str, &[&str]); 13] = [
        ("xdg-terminal-exec", &[]),
        ("x-terminal-emulator", &["-e"]),
        ("ptyxis", &["--"]),
        ("kgx", &["--"]),
        ("gnome-terminal", &["--"]),
        ("konsole", &["-e"]),
        ("xfce4-terminal", &["-x"]),
        ("mate-terminal", &["-x"]),
        ("kitty", &[]),
        ("alacritty", &["-e"]),
        ("foot", &[]),
        ("wezterm", &["start", "--"]),
        ("xterm", &["-e"]),
    ];

    /// Runs the words that it is given, and keeps the window open where ssh itself has failed.
    const STAYS: &str = r#""$@"; [ $? = 255 ] && { printf '\n%s' 'ssh has ended with an error. Press Enter to close this window.'; read -r _; }"#;

    pub(super) fn command(words: &[String]) -> Option<Command> {
        // As it is found by everybody: in the system's own folders.
        let ssh = system_program(words.first()?)?;
        with(words, ssh, system_program)
    }

    pub(super) fn with(
        words: &[String],
        ssh: PathBuf,
        find: impl Fn(&str) -> Option<PathBuf>,
    ) -> Option<Command> {
        let mut terminals = TERMINALS.iter();
        let (terminal, before) = terminals.find_map(|(name, before)| Some((find(name)?, before)))?;
        let mut command = Command::new(terminal);
        command
            .args(*before)
            .args(["/bin/sh", "-c", STAYS, "keywright"])
            .arg(ssh)
            .args(words.get(1..)?);
        Some(command)
    }
}

#[cfg(target_os = "macos")]
mod platform {
    use super::Command;

    /// Terminal opens addresses, and takes no words: so only a command that is an address and no more can be run.
    pub(super) fn command(words: &[String]) -> Option<Command> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let address = match words[..] {
            ["ssh", server] => format!("ssh://{server}"),
            ["ssh", "-p", port, server] => format!("ssh://{server}:{port}"),
            _ => return None,
        };
        let mut command = Command::new("/usr/bin/open");
        command.arg(address);
        Some(command)
    }
}

#[cfg(windows)]
mod platform {
    use std::os::windows::process::CommandExt as _;

    use super::Command;
    use crate::sys::programs::system_ssh;

    /// A console of its own; the system has it drawn by the terminal that the person has chosen (`CreateProcess`,
    /// `CREATE_NEW_CONSOLE`).
    const NEW_CONSOLE: u32 = 0x10;

    pub(super) fn command(words: &[String]) -> Option<Command> {
        let mut command = Command::new(system_ssh()?);
        command.args(words.get(1..)?).creation_flags(NEW_CONSOLE);
        Some(command)
    }
}

#[cfg(test)]
mod tests {
    #[cfg(not(any(windows, target_os = "macos")))]
    use std::path::PathBuf;

    use super::*;

    fn words(text: &[&str]) -> Vec<String> {
        text.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn what_a_shell_could_take_for_its_own_goes_to_no_terminal() {
        for word in [
            "jo@$(id)", "a;b", "a b", "`id`", "a&b", "a|b", "'", "\"", "\\", "a\nb", "", "*", "é",
        ] {
            assert!(command(&words(&["ssh", word])).is_none(), "{word}");
        }
    }

    #[cfg(not(any(windows, target_os = "macos")))]
    #[test]
    fn a_terminal_is_given_the_words_one_by_one() {
        let find = |name: &str| (name == "konsole").then(|| PathBuf::from("/usr/bin/konsole"));
        let ssh = PathBuf::from("/usr/bin/ssh");
        let command = platform::with(&words(&["ssh", "-i", "~/.ssh/work", "jo@example.org"]), ssh, find);
        let command = command.expect("there is one");
        assert_eq!(command.get_program(), "/usr/bin/konsole");
        let given: Vec<_> = command.get_args().collect();
        assert_eq!(given[..3], ["-e", "/bin/sh", "-c"]);
        assert_eq!(
            given[4..],
            ["keywright", "/usr/bin/ssh", "-i", "~/.ssh/work", "jo@example.org"]
        );
    }

    #[cfg(not(any(windows, target_os = "macos")))]
    #[test]
    fn without_a_terminal_none_is_opened() {
        let ssh = PathBuf::from("/usr/bin/ssh");
        assert!(platform::with(&words(&["ssh", "jo@example.org"]), ssh, |_| None).is_none());
    }
}
