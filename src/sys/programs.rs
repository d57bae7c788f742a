//! Other programs: where they lie, and what they say within a time.

use std::env;
use std::ffi::OsStr;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How often it is looked whether a program has ended.
const LOOK: Duration = Duration::from_millis(3);

/// Where the system keeps its own programs; nobody but root can put one there.
const FOLDERS: [&str; 4] = ["/usr/bin", "/bin", "/usr/local/bin", "/run/current-system/sw/bin"];

/// The program called `name` in one of the system's own folders. Of `PATH` only these count, in its order: what lies in other
/// folders somebody may have put there, and whoever leaves these out wants none of their programs.
#[must_use]
pub fn system_program(name: &str) -> Option<PathBuf> {
    find(name, env::var_os("PATH").as_deref(), &FOLDERS.map(Path::new))
}

/// The `ssh` that comes with the system, if there is one.
#[must_use]
pub fn system_ssh() -> Option<PathBuf> {
    if cfg!(windows) {
        let program = PathBuf::from(env::var_os("SystemRoot")?).join(r"System32\OpenSSH\ssh.exe");
        program.is_file().then_some(program)
    } else {
        system_program("ssh")
    }
}

/// What a program said, and whether it was content.
#[derive(Debug)]
pub struct Said {
    /// Whether it ended with the status 0.
    pub is_content: bool,
    /// The first of its standard output.
    pub output: Vec<u8>,
    /// The first of its standard error.
    pub complaint: Vec<u8>,
}

/// Runs a program that is given nothing to read, and keeps as many bytes of each of its outputs.
///
/// # Errors
/// It cannot be started, or has not ended within `limit`; it was ended then.
pub fn ask(mut command: Command, limit: Duration, most: usize) -> io::Result<Said> {
    let until = Instant::now() + limit;
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let output = child.stdout.take().map(|pipe| first_of(pipe, most)).transpose();
    let complaint = child.stderr.take().map(|pipe| first_of(pipe, most)).transpose();
    let ended = wait(&mut child, until);
    // What it has started itself may hold the pipes for longer than it lives; that is not waited for.
    let read = |pipe: Option<Receiver<Vec<u8>>>| {
        let left = until.saturating_duration_since(Instant::now());
        pipe.and_then(|pipe| pipe.recv_timeout(left).ok())
            .ok_or_else(|| io::Error::from(ErrorKind::TimedOut))
    };
    match ended {
        Ok(is_content) => Ok(Said {
            is_content,
            output: read(output?)?,
            complaint: read(complaint?)?,
        }),
        Err(error) => {
            // It may have ended by itself meanwhile.
            drop(child.kill());
            child.wait()?;
            Err(error)
        }
    }
}

fn wait(child: &mut Child, until: Instant) -> io::Result<bool> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if Instant::now() >= until {
            return Err(ErrorKind::TimedOut.into());
        }
        thread::sleep(LOOK);
    }
}

/// Reads a pipe to its end, and hands over the first of it.
fn first_of(mut pipe: impl Read + Send + 'static, most: usize) -> io::Result<Receiver<Vec<u8>>> {
    let (sender, receiver) = channel();
    let reading = thread::Builder::new().name("program".to_owned());
    reading.spawn(move || {
        let mut first = Vec::new();
        let limited = pipe.by_ref().take(most as u64).read_to_end(&mut first);
        // Nobody listens any more when it took too long; and what cannot be read was not said.
        drop((limited, sender.send(first)));
        drop(io::copy(&mut pipe, &mut io::sink()));
    })?;
    Ok(receiver)
}

fn find(name: &str, path: Option<&OsStr>, own: &[&Path]) -> Option<PathBuf> {
    let listed: Vec<PathBuf> = match path {
        Some(path) => env::split_paths(path).collect(),
        None => own.iter().map(PathBuf::from).collect(),
    };
    let mut programs = listed
        .iter()
        .filter(|folder| own.contains(&folder.as_path()))
        .map(|folder| folder.join(name));
    programs.find(|program| program.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::files::{Existing, write_public};

    #[cfg(unix)]
    #[test]
    fn a_program_is_heard_up_to_a_size_and_ended_after_a_time() {
        let shell = |script: &str| {
            let mut command = Command::new("/bin/sh");
            command.args(["-c", script]);
            command
        };
        let said = ask(
            shell("echo 123456; echo no >&2; exit 3"),
            Duration::from_secs(10),
            4,
        )
        .expect("it ends");
        assert_eq!(
            (said.is_content, &*said.output, &*said.complaint),
            (false, &b"1234"[..], &b"no\n"[..])
        );
        let begun = Instant::now();
        for script in ["sleep 20", "sleep 20 &"] {
            let late = ask(shell(script), Duration::from_millis(200), 4).map(|said| said.output);
            assert_eq!(
                late.map_err(|error| error.kind()),
                Err(ErrorKind::TimedOut),
                "{script}"
            );
        }
        assert!(begun.elapsed() < Duration::from_secs(10));
        let full = ask(shell("yes | head -c 1000000"), Duration::from_secs(10), 4).expect("it ends");
        assert!(full.is_content && full.output == b"y\ny\n");
    }

    #[test]
    fn a_program_is_taken_from_the_systems_own_folders_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let [own, other] = ["own", "other"].map(|name| folder.path().join(name));
        for place in [&own, &other] {
            std::fs::create_dir(place).expect("made");
            write_public(&place.join("opener"), b"", Existing::Refuse).expect("written");
        }
        let found = |path: Option<&[&PathBuf]>, own: &[&Path]| {
            let path = path.map(|folders| env::join_paths(folders).expect("no colons"));
            find("opener", path.as_deref(), own)
        };
        let systems = [own.as_path()];
        assert_eq!(found(Some(&[&other, &own]), &systems), Some(own.join("opener")));
        assert_eq!(found(None, &systems), Some(own.join("opener")));
        assert_eq!(found(Some(&[&other]), &systems), None);
        assert_eq!(found(Some(&[&own]), &[Path::new("/nonexistent")]), None);
    }
}
