//! Questions to the person at the terminal. They go there directly, whatever standard input and
//! output are connected to.

use std::fs::OpenOptions;
use std::io::{self, BufRead, BufReader, ErrorKind, IsTerminal, Write};

use crate::engine::{Blame, Problem};
use crate::secret::{Passphrase, forget_stack};

#[cfg(unix)]
const INPUT: &str = "/dev/tty";
#[cfg(unix)]
const OUTPUT: &str = "/dev/tty";
#[cfg(windows)]
const INPUT: &str = "CONIN$";
#[cfg(windows)]
const OUTPUT: &str = "CONOUT$";

/// Whether somebody is there to answer: a program whose input and errors both go elsewhere runs for
/// a script, even where that was started in a terminal.
pub(super) fn is_there() -> bool {
    (io::stdin().is_terminal() || io::stderr().is_terminal())
        && OpenOptions::new().read(true).open(INPUT).is_ok()
}

/// Asks for something that is not shown while it is typed.
pub(super) fn ask_secret(prompt: &str) -> Result<Passphrase, Problem> {
    let _settings = settings::Kept::now();
    // A person may take an hour; what went before is not to lie there meanwhile.
    forget_stack();
    match rpassword::prompt_password(format!("{prompt}: ")) {
        Ok(typed) => Ok(Passphrase::new(typed)),
        // Control-C, which rpassword has passed on as a signal.
        Err(error) if error.kind() == ErrorKind::Interrupted => wait_for_the_end(),
        Err(error) => Err(unanswered(&error)),
    }
}

/// Asks for a line.
pub(super) fn ask_line(prompt: &str) -> Result<String, Problem> {
    forget_stack();
    let ask = || {
        let mut screen = OpenOptions::new().write(true).open(OUTPUT)?;
        screen.write_all(prompt.as_bytes())?;
        let mut line = String::new();
        let keyboard = OpenOptions::new().read(true).open(INPUT)?;
        match BufReader::new(keyboard).read_line(&mut line)? {
            0 => {
                screen.write_all(b"\n")?;
                Err(ErrorKind::UnexpectedEof.into())
            }
            _ => Ok(line),
        }
    };
    let line = ask().map_err(|error| unanswered(&error))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Asks a question that only a clear yes answers with yes.
pub(super) fn ask_yes(question: &str) -> Result<bool, Problem> {
    let answer = ask_line(&format!("{question} [y/N] "))?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}

/// Says something to whoever is being asked.
pub(super) fn tell(text: &str) -> Result<(), Problem> {
    OpenOptions::new()
        .write(true)
        .open(OUTPUT)
        .and_then(|mut screen| writeln!(screen, "{text}"))
        .map_err(|error| unanswered(&error))
}

/// Puts the terminal back to showing what is typed, when the program ends during a question.
pub(super) fn restore() {
    settings::restore();
}

fn unanswered(error: &io::Error) -> Problem {
    let what = match error.kind() {
        ErrorKind::UnexpectedEof => "the question was not answered".to_owned(),
        _ => format!("the terminal does not answer: {error}"),
    };
    Problem::new("cancelled", Blame::Interrupted, what, "").unchanged()
}

/// For whoever learns of an interruption before the signal has ended the program.
fn wait_for_the_end() -> ! {
    loop {
        std::thread::park();
    }
}

#[cfg(unix)]
mod settings {
    use std::fs::File;
    use std::sync::{Mutex, PoisonError};

    use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

    static KEPT: Mutex<Option<(File, Termios)>> = Mutex::new(None);

    /// Remembers how the terminal was set, until dropped.
    pub(super) struct Kept;

    impl Kept {
        pub(super) fn now() -> Self {
            let found = File::open(super::INPUT).ok().and_then(|terminal| {
                let settings = tcgetattr(&terminal).ok()?;
                Some((terminal, settings))
            });
            *KEPT.lock().unwrap_or_else(PoisonError::into_inner) = found;
            Self
        }
    }

    impl Drop for Kept {
        fn drop(&mut self) {
            *KEPT.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    pub(super) fn restore() {
        let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((terminal, settings)) = kept.as_ref()
            && let Err(error) = tcsetattr(terminal, OptionalActions::Now, settings)
        {
            log::warn!("the terminal may not show what is typed: {error}");
        }
    }
}

#[cfg(windows)]
mod settings {
    /// On Windows a Control-C during a question is a character, which rpassword reads: it puts the
    /// console back by itself before the program ends.
    pub(super) struct Kept;

    impl Kept {
        pub(super) fn now() -> Self {
            Self
        }
    }

    pub(super) fn restore() {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}
