//! An account on this machine that stands for one on a server.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::engine::servers::script::WRITE;
use crate::key::watch::Watch;
use crate::sys::remote::{FileTrouble, Files, Output, Remote, RemoteFault, Stat};

/// What happens to the list at the path.
type Meanwhile = Box<dyn FnOnce(&Path) + Send>;

/// An account on this machine, whose login shell is `sh -c`.
#[expect(
    clippy::struct_excessive_bools,
    reason = "what servers can do, in any combination"
)]
pub(super) struct Account {
    pub(super) home: tempfile::TempDir,
    /// What happens right before the list is written.
    pub(super) meanwhile: Option<Meanwhile>,
    /// What happens right after.
    pub(super) since: Option<Meanwhile>,
    pub(super) shell: PathBuf,
    /// What runs the command inside it.
    pub(super) sh: Option<PathBuf>,
    /// Where its programs are, if not in the usual places.
    pub(super) programs: Option<PathBuf>,
    /// Whether it is root of a router whose `/etc` is the folder `etc` in its home.
    pub(super) is_router: bool,
    pub(super) has_files: bool,
    pub(super) can_replace: bool,
    pub(super) can_append: bool,
    /// Whether its commands never come to an end.
    pub(super) hangs: bool,
    /// How many files can be given another name before none can any more.
    pub(super) renames: Option<usize>,
    /// What `whoami /groups` says, where the server is a Windows.
    pub(super) windows: Option<&'static str>,
    pub(super) commands: Vec<&'static str>,
}

/// The account's files, as file transfer shows them.
#[derive(Debug)]
struct Transferred<'a> {
    account: &'a mut Account,
}

impl Transferred<'_> {
    fn path(&self, path: &str) -> PathBuf {
        self.account.path(path.trim_start_matches('/'))
    }
}

fn failed(path: &str, error: &std::io::Error) -> RemoteFault {
    let trouble = match error.kind() {
        std::io::ErrorKind::NotFound => FileTrouble::NotThere,
        std::io::ErrorKind::PermissionDenied => FileTrouble::Denied,
        _ => FileTrouble::Failed,
    };
    let path = path.to_owned();
    RemoteFault::File { path, trouble }
}

impl Files for Transferred<'_> {
    fn real_path(&mut self, path: &str) -> Result<String, RemoteFault> {
        if self.account.windows.is_some() {
            return Ok("/C:/Users/jo".to_owned());
        }
        // Where links lead, within the home folder.
        let real = self.path(path).canonicalize().unwrap();
        let home = self.account.home.path().canonicalize().unwrap();
        Ok(real.strip_prefix(home).unwrap().display().to_string())
    }

    fn stat(&mut self, path: &str) -> Result<Option<Stat>, RemoteFault> {
        use std::os::unix::fs::MetadataExt as _;
        let stat = |found: fs::Metadata| Stat {
            size: Some(found.size()),
            mode: Some(found.mode()),
            owner: Some(found.uid()),
            group: Some(found.gid()),
            modified: found.mtime().try_into().ok(),
        };
        Ok(fs::metadata(self.path(path)).ok().map(stat))
    }

    fn is_link(&mut self, path: &str) -> Result<bool, RemoteFault> {
        Ok(self.path(path).is_symlink())
    }

    fn read(&mut self, path: &str, _: usize) -> Result<Vec<u8>, RemoteFault> {
        fs::read(self.path(path)).map_err(|error| failed(path, &error))
    }

    fn write_new(&mut self, path: &str, bytes: &[u8], mode: u32) -> Result<(), RemoteFault> {
        use std::os::unix::fs::OpenOptionsExt as _;
        if let Some(meanwhile) = self.account.meanwhile.take() {
            meanwhile(&self.path(".ssh/authorized_keys"));
        }
        let file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(self.path(path));
        file.and_then(|mut file| file.write_all(bytes))
            .map_err(|error| failed(path, &error))
    }

    fn can_replace(&self) -> bool {
        self.account.can_replace
    }

    fn replace(&mut self, from: &str, to: &str) -> Result<(), RemoteFault> {
        self.account.renames = match self.account.renames {
            Some(0) => return Err(failed(from, &std::io::ErrorKind::Other.into())),
            left => left.map(|left| left - 1),
        };
        assert!(self.can_replace() || !self.path(to).exists(), "the name is taken");
        fs::rename(self.path(from), self.path(to)).map_err(|error| failed(from, &error))
    }

    fn append(&mut self, path: &str, bytes: &[u8], _: u64) -> Result<(), RemoteFault> {
        if !self.account.can_append {
            return Err(failed(path, &std::io::ErrorKind::Unsupported.into()));
        }
        let file = fs::OpenOptions::new().append(true).open(self.path(path));
        file.and_then(|mut file| file.write_all(bytes))
            .map_err(|error| failed(path, &error))
    }

    fn link(&mut self, from: &str, to: &str) -> Result<bool, RemoteFault> {
        Ok(fs::hard_link(self.path(from), self.path(to)).is_ok())
    }

    fn make_folder(&mut self, path: &str, mode: u32) -> Result<(), RemoteFault> {
        use std::os::unix::fs::DirBuilderExt as _;
        let done = fs::DirBuilder::new().mode(mode).create(self.path(path));
        done.map_err(|error| failed(path, &error))
    }

    fn set_mode(&mut self, path: &str, mode: u32) -> Result<(), RemoteFault> {
        let set = fs::set_permissions(self.path(path), PermissionsExt::from_mode(mode));
        set.map_err(|error| failed(path, &error))
    }

    fn remove(&mut self, path: &str) -> Result<(), RemoteFault> {
        fs::remove_file(self.path(path)).map_err(|error| failed(path, &error))
    }

    fn remove_folder(&mut self, path: &str) -> Result<(), RemoteFault> {
        fs::remove_dir(self.path(path)).map_err(|error| failed(path, &error))
    }
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Account")
    }
}

impl Account {
    pub(super) fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
            meanwhile: None,
            since: None,
            shell: "/bin/sh".into(),
            sh: None,
            programs: None,
            is_router: false,
            has_files: false,
            can_replace: true,
            can_append: true,
            hangs: false,
            renames: None,
            windows: None,
            commands: Vec::new(),
        }
    }

    pub(super) fn with(list: &[u8]) -> Self {
        let account = Self::new();
        fs::create_dir(account.path(".ssh")).unwrap();
        account.put(list);
        account
    }

    /// Gives it no programs but those of busybox.
    pub(super) fn live_on(&mut self, busybox: &Path) {
        let programs = self.path("programs");
        fs::create_dir(&programs).unwrap();
        let listed = Command::new(busybox).arg("--list").output().unwrap();
        for applet in String::from_utf8(listed.stdout).unwrap().lines() {
            std::os::unix::fs::symlink(busybox, programs.join(applet)).unwrap();
        }
        self.shell = programs.join("sh");
        self.programs = Some(programs);
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    #[expect(clippy::disallowed_methods, reason = "lays out what is there before")]
    pub(super) fn put(&self, list: &[u8]) {
        fs::write(self.path(".ssh/authorized_keys"), list).unwrap();
    }

    pub(super) fn list(&self) -> String {
        String::from_utf8(fs::read(self.path(".ssh/authorized_keys")).unwrap()).unwrap()
    }

    pub(super) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path(".ssh")).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    pub(super) fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.path(name)).unwrap().permissions().mode() & 0o7777
    }
}

impl Remote for Account {
    fn files<'a>(&'a mut self, _: &'a dyn Watch) -> Result<Box<dyn Files + 'a>, RemoteFault> {
        if self.has_files {
            Ok(Box::new(Transferred { account: self }))
        } else {
            Err(RemoteFault::NoFiles)
        }
    }

    fn run(&mut self, command: &'static str, input: &[u8], _: &dyn Watch) -> Result<Output, RemoteFault> {
        self.commands.push(command);
        if self.hangs {
            let step = crate::sys::remote::Step::Command;
            return Err(RemoteFault::TimedOut { step, secs: 30 });
        }
        if let Some(groups) = self.windows {
            let said = match command {
                "cmd.exe /c whoami /groups" => groups,
                "cmd.exe /c echo %ProgramData%" => "C:\\ProgramData\r\n",
                _ => "",
            };
            return Ok(Output {
                status: Some(u32::from(command.starts_with("exec"))),
                stdout: said.into(),
                stderr: Vec::new(),
            });
        }
        if command == WRITE
            && let Some(meanwhile) = self.meanwhile.take()
        {
            meanwhile(&self.path(".ssh/authorized_keys"));
        }
        let is_write = command == WRITE;
        let command = match &self.sh {
            Some(sh) => command.replacen("exec sh ", &format!("exec {} ", sh.display()), 1),
            None => command.to_owned(),
        };
        let command = if self.is_router {
            let etc = format!("{}/", self.path("etc").display());
            command
                .replace("/etc/", &etc)
                .replace("\"$(id -u)\" = 0", "0 = 0")
        } else {
            command
        };
        let mut shell = Command::new(&self.shell);
        if let Some(programs) = &self.programs {
            shell.env("PATH", programs);
        }
        let mut child = shell
            .args(["-c", &command])
            .env("HOME", self.home.path())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A shell may end before it has read all.
        drop(child.stdin.take().unwrap().write_all(input));
        let output = child.wait_with_output().unwrap();
        if is_write && let Some(since) = self.since.take() {
            since(&self.path(".ssh/authorized_keys"));
        }
        Ok(Output {
            status: output.status.code().map(i32::cast_unsigned),
            stdout: output.stdout,
            stderr: output.stderr,
        })
    }
}
