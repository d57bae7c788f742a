//! Servers: the one place from which this program goes out into a network, and only where a person sends it.
//!
//! [`Target`] says where to, [`Handshake`] learns who is there before anything secret is offered, and [`Connection`]
//! signs in, runs commands and handles files (RFC 4251 to 4254). Everything here waits until it is done, its time is
//! up, or the [`Watch`] says that it is no longer wanted.

mod algorithms;
mod client;
mod command;
mod config;
mod connection;
mod effective;
mod endless;
mod fault;
mod handshake;
mod host_key;
mod reaching;
mod refusal;
mod sftp;
mod sign_in;
mod signer;
mod target;
mod text;

use std::fmt;

pub use client::OwnEnd;
pub use command::MAX_OUTPUT;
pub use config::{ConfigError, read_config, read_config_named, read_config_of};
pub use connection::{Connection, Hop};
pub use fault::{Agreement, FileTrouble, HostFault, Lacking, RemoteFault, Step, WayFault, Words};
pub use handshake::{Expect, Handshake, PinnedKey};
pub use host_key::{HostKey, KnownHostsError, KnownHostsFiles, Trust};
pub use refusal::Refusal;
pub use sftp::{OpenedFiles, SftpFiles};
pub use sign_in::{Credential, Method, Question, Questions, SignIn};
pub use target::{AgentPlace, FOR_ONCE, Target, TargetError, Way, without_password};

use crate::key::watch::Watch;

/// What can be done on a server once one is in. A trait, so that what is done there can be tried out without a network.
pub trait Remote {
    /// Runs a command with `input` on its standard input, and waits for its end.
    ///
    /// The command is a constant: what a person typed, or a server said, travels in `input`.
    ///
    /// # Errors
    /// The connection fails, no commands are run there, or the output is longer than [`MAX_OUTPUT`]. That the command
    /// itself fails is no error of this function.
    fn run(&mut self, command: &'static str, input: &[u8], watch: &dyn Watch) -> Result<Output, RemoteFault>;

    /// Opens the way to its files.
    ///
    /// # Errors
    /// The connection fails, or there is no such way for this account.
    fn files<'a>(&'a mut self, watch: &'a dyn Watch) -> Result<Box<dyn Files + 'a>, RemoteFault>;
}

/// Files on a server. Paths are the server's, with `/` between their parts; one that does not begin with it starts in
/// the folder where one arrives.
pub trait Files: fmt::Debug {
    /// The whole path, with links followed; `.` is where one arrives.
    ///
    /// # Errors
    /// [`RemoteFault::File`], or the connection fails; so in the other functions.
    fn real_path(&mut self, path: &str) -> Result<String, RemoteFault>;

    /// What is there, with links followed; nothing where nothing is.
    ///
    /// # Errors
    /// See [`real_path`](Self::real_path).
    fn stat(&mut self, path: &str) -> Result<Option<Stat>, RemoteFault>;

    /// Whether a link is there, wherever it leads.
    ///
    /// # Errors
    /// See [`real_path`](Self::real_path).
    fn is_link(&mut self, path: &str) -> Result<bool, RemoteFault>;

    /// All of a file of no more than `max` bytes.
    ///
    /// # Errors
    /// See [`real_path`](Self::real_path).
    fn read(&mut self, path: &str, max: usize) -> Result<Vec<u8>, RemoteFault>;

    /// Makes a file that is not there yet, with these rights, and has it put on the disk where the server does that.
    ///
    /// # Errors
    /// See [`real_path`](Self::real_path). What was written of it is taken away again, where the server lets one.
    fn write_new(&mut self, path: &str, bytes: &[u8], mode: u32) -> Result<(), RemoteFault>;

    /// Whether [`replace`](Self::replace) can do so in one step.
    fn can_replace(&self) -> bool;

    /// Gives a file the name of another one, which is gone then. Where the server cannot do that, the name must be free.
    ///
    /// # Errors
    /// See [`real_path`](Self::real_path).
    fn replace(&mut self, from: &str, to: &str) -> Result<(), RemoteFault>;

    /// Writes behind what is in a file that is there, whoever else does so meanwhile, and has it put on the disk where the
    /// server does that. `size` is how long it is, for servers that do not know how to append.
    ///
    /// # Errors
    /// See [`real_path`](Self::real_path).
    fn append(&mut self, path: &str, bytes: &[u8], size: u64) -> Result<(), RemoteFault>;

    /// Gives a file a second name, which must be free; says whether the server could.
    ///
    /// # Errors
    /// The connection fails.
    fn link(&mut self, from: &str, to: &str) -> Result<bool, RemoteFault>;

    /// Makes a folder with these rights.
    ///
    /// # Errors
    /// See [`real_path`](Self::real_path).
    fn make_folder(&mut self, path: &str, mode: u32) -> Result<(), RemoteFault>;

    /// Changes who may do what.
    ///
    /// # Errors
    /// See [`real_path`](Self::real_path).
    fn set_mode(&mut self, path: &str, mode: u32) -> Result<(), RemoteFault>;

    /// Takes a file away.
    ///
    /// # Errors
    /// See [`real_path`](Self::real_path).
    fn remove(&mut self, path: &str) -> Result<(), RemoteFault>;

    /// Takes an empty folder away.
    ///
    /// # Errors
    /// See [`real_path`](Self::real_path).
    fn remove_folder(&mut self, path: &str) -> Result<(), RemoteFault>;
}

/// How a command ended, and what it said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Its exit status; nothing where a signal ended it or the server does not say.
    pub status: Option<u32>,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// The first of its standard error, any bytes.
    pub stderr: Vec<u8>,
}

/// What is known about a file or folder on a server. Servers need not tell all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stat {
    /// In bytes.
    pub size: Option<u64>,
    /// The rights and the kind, as `st_mode` has them.
    pub mode: Option<u32>,
    /// The number of its owner.
    pub owner: Option<u32>,
    /// The number of its group.
    pub group: Option<u32>,
    /// When it was last changed, in seconds of the server's clock.
    pub modified: Option<u32>,
}

/// What kind of thing it is, in `st_mode`.
const KIND: u32 = 0o170_000;

impl Stat {
    /// Whether it is a folder.
    #[must_use]
    pub fn is_folder(&self) -> bool {
        self.mode.is_some_and(|mode| mode & KIND == 0o040_000)
    }

    /// Who may do what: the last twelve bits of the mode.
    #[must_use]
    pub fn permissions(&self) -> Option<u32> {
        self.mode.map(|mode| mode & 0o7777)
    }
}

/// What a server or its user's files say, as one line that is safe to show: what steers terminals is spelled out, and
/// what is very long is cut off.
#[must_use]
pub fn shown(bytes: &[u8]) -> String {
    text::line(bytes)
}
