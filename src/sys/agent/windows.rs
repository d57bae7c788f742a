//! Agents at named pipes: OpenSSH's service, and PuTTY's Pageant.

use std::env;
use std::ffi::OsString;
use std::fs::{File, OpenOptions, read_dir};
use std::io;
use std::os::windows::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use windows_sys::Win32::Foundation::ERROR_PIPE_BUSY;
use windows_sys::Win32::Security::Cryptography::{CRYPTPROTECTMEMORY_CROSS_PROCESS, CryptProtectMemory};
use windows_sys::Win32::Storage::FileSystem::SECURITY_IDENTIFICATION;

use super::{Agent, AgentKind};
use crate::sys::permissions::is_pipe_of_user_or_system;

const PIPES: &str = r"\\.\pipe\";
const OPENSSH: &str = "openssh-ssh-agent";
/// How long to wait before a pipe is tried again that serves somebody else.
const PAUSE: Duration = Duration::from_millis(50);

/// The agents of Windows are services, which only an administrator starts.
///
/// # Errors
/// Always.
pub fn start(_place: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Every agent that this user may have: the one that `SSH_AUTH_SOCK` names first, whether or not it
/// is there, then OpenSSH's service and Pageant where their pipes are.
#[must_use]
pub fn agents() -> Vec<Agent> {
    let named = env::var_os("SSH_AUTH_SOCK").filter(|place| !place.is_empty());
    let named = named.map(|place| Agent::at(PathBuf::from(place)));
    let mut agents: Vec<Agent> = named.into_iter().collect();
    let listed = read_dir(PIPES).into_iter().flatten().flatten();
    let names = std::iter::once(OsString::from(OPENSSH)).chain(listed.map(|entry| entry.file_name()));
    for name in names {
        let agent = Agent::found(Path::new(PIPES).join(name));
        let is_known = agents.iter().any(|known| is_same(known.place(), agent.place()));
        if agent.kind() != AgentKind::Other && !is_known {
            agents.push(agent);
        }
    }
    agents
}

/// What listens at a pipe, by its name; whose it is, [`connect`] sees.
pub(super) fn kind_of(place: &Path) -> AgentKind {
    let name = spelled(place);
    let Some(name) = name.strip_prefix(PIPES) else {
        return AgentKind::Other;
    };
    if name == OPENSSH {
        AgentKind::WindowsService
    } else if name.starts_with("pageant.") && name.ends_with(&pageant_suffix()) {
        AgentKind::Pageant
    } else {
        AgentKind::Other
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    spelled(one) == spelled(other)
}

/// The name of a pipe in one spelling: neither case nor the kind of stroke counts.
fn spelled(place: &Path) -> String {
    place.to_string_lossy().replace('/', r"\").to_lowercase()
}

/// What the name of Pageant's pipe ends in: the word `Pageant`, filled up to a block, encrypted with a
/// key that lasts until the computer is restarted, and hashed. (PuTTY, `windows/utils/cryptoapi.c`.)
fn pageant_suffix() -> String {
    let mut block = *b"Pageant\0\0\0\0\0\0\0\0\0";
    #[expect(unsafe_code, reason = "the standard library does not encrypt")]
    // SAFETY: it encrypts the 16 bytes of `block` in place, a multiple of its block size.
    let result =
        unsafe { CryptProtectMemory(block.as_mut_ptr().cast(), 16, CRYPTPROTECTMEMORY_CROSS_PROCESS) };
    if result == 0 {
        // PuTTY goes on likewise.
        log::debug!("Pageant's name stays in clear: {}", io::Error::last_os_error());
    }
    let mut hash = Sha256::new();
    hash.update(16_u32.to_be_bytes());
    hash.update(block);
    format!(".{}", base16ct::lower::encode_string(&hash.finalize()))
}

/// Whether whoever made the pipe may be handed keys. Its owner is asked of the connection itself; [`connect`] has done so
/// already, for every request.
pub(super) fn is_own(pipe: &File) -> io::Result<bool> {
    is_pipe_of_user_or_system(pipe)
}

/// Opens the pipe, if it is this user's or the system's: anybody may give a pipe the name of an agent
/// that is not running, and wait for keys.
pub(super) fn connect(place: &Path, until: Instant) -> io::Result<File> {
    let pipe = loop {
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            // The other side learns who asks, and may not act in their name.
            .security_qos_flags(SECURITY_IDENTIFICATION)
            .open(place);
        match opened {
            Err(error) if is_busy(&error) && Instant::now() < until => thread::sleep(PAUSE),
            opened => break opened?,
        }
    };
    if is_own(&pipe)? {
        Ok(pipe)
    } else {
        Err(io::ErrorKind::PermissionDenied.into())
    }
}

fn is_busy(error: &io::Error) -> bool {
    error.raw_os_error() == Some(ERROR_PIPE_BUSY.cast_signed())
}
