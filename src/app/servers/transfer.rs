//! The list of keys, by file transfer (SFTP), where no shell answers.
//!
//! The same precautions as in the shell: a lock that the shell's minds as well, a look at what is there by now, and a
//! new file that takes the place of the old one.

use std::thread::sleep;
use std::time::Duration;

use super::fault::ServerFault;
use super::found::{Found, Loose, Part, Way, looseness};
use super::shell::{Write, folder_of};
use crate::key::watch::Watch;
use crate::sys::remote::{FileTrouble, Files, Remote, RemoteFault, Stat, shown};

const FOLDER: &str = ".ssh";
const LIST: &str = ".ssh/authorized_keys";
const LOCK: &str = ".ssh/.authorized_keys.lock";
/// The longest list that is taken on, in bytes.
const MAX_LIST: usize = 1 << 20;
/// How often, and how long between, the lock of somebody else is waited for.
const LOCK_ATTEMPTS: usize = 50;
const LOCK_PAUSE: Duration = Duration::from_millis(200);
/// What kind of file it is, in `st_mode`.
const KIND: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;

/// Looks for the list and reads it.
pub(super) fn look(remote: &mut dyn Remote, watch: &dyn Watch) -> Result<Found, ServerFault> {
    let mut files = open(remote, watch)?;
    let home = files.real_path(".")?;
    let place = format!("~/{LIST}");
    let stats = [
        (Part::Home, shown(home.as_bytes()), files.stat(".")?),
        (Part::Folder, format!("~/{FOLDER}"), files.stat(FOLDER)?),
        (Part::File, place.clone(), files.stat(LIST)?),
    ];
    let list = match stats[2].2 {
        None => None,
        Some(stat) if stat.mode.is_some_and(|mode| mode & KIND != REGULAR) => {
            return Err(ServerFault::NotRegular(place));
        }
        Some(stat) => Some(
            files
                .read(LIST, MAX_LIST)
                .map_err(|fault| unread(fault, &place, stat))?,
        ),
    };
    let loose = |(part, place, stat): (Part, String, Option<Stat>)| {
        // Whose number the account has is not told; owners are not judged then.
        let by = looseness(stat?.permissions()?, None, None)?;
        Some(Loose { part, place, by })
    };
    Ok(Found {
        way: Way::Files,
        place,
        list,
        loose: stats.into_iter().filter_map(loose).collect(),
    })
}

fn unread(fault: RemoteFault, place: &str, stat: Stat) -> ServerFault {
    let place = place.to_owned();
    match fault {
        RemoteFault::File {
            trouble: FileTrouble::Denied,
            ..
        } => ServerFault::Unreadable(place),
        RemoteFault::File {
            trouble: FileTrouble::TooLarge { max },
            ..
        } => ServerFault::TooLarge {
            place,
            size: stat.size.unwrap_or(max as u64),
        },
        fault => fault.into(),
    }
}

/// Puts `after` in the place of what was found, if that is still there. The word occurs once.
pub(super) fn write(
    remote: &mut dyn Remote,
    found: &Found,
    after: Option<&[u8]>,
    word: &str,
    watch: &dyn Watch,
) -> Result<Write, ServerFault> {
    let mut files = open(remote, watch)?;
    // A link is followed, so that what it leads to is replaced and not the link.
    let list = match files.stat(LIST)? {
        Some(_) => files.real_path(LIST)?,
        None => LIST.to_owned(),
    };
    let new = format!("{}/.authorized_keys.{word}", folder_of(&list));
    let mut transfer = Transfer {
        files: files.as_mut(),
        found,
        old: format!("{new}.old"),
        new,
        list,
    };
    if transfer.files.stat(FOLDER)?.is_none() {
        let made = transfer.files.make_folder(FOLDER, 0o700);
        made.map_err(|fault| transfer.named(fault))?;
    }
    transfer.lock()?;
    let written = transfer.write(after);
    // Where that fails the lock stays, and is named to whoever comes next.
    let unlocked = transfer.files.remove(LOCK);
    if let (Ok(_), Err(fault)) = (&written, unlocked) {
        log::warn!("a lock could not be taken away: {fault}");
    }
    written
}

fn open<'a>(remote: &'a mut dyn Remote, watch: &'a dyn Watch) -> Result<Box<dyn Files + 'a>, ServerFault> {
    remote.files(watch).map_err(|fault| match fault {
        RemoteFault::NoFiles => ServerFault::NoShell,
        fault => fault.into(),
    })
}

struct Transfer<'a> {
    files: &'a mut dyn Files,
    found: &'a Found,
    list: String,
    /// Beside it, until it takes its place.
    new: String,
    /// Where it is while its name is free.
    old: String,
}

impl Transfer<'_> {
    fn lock(&mut self) -> Result<(), ServerFault> {
        for _ in 0..LOCK_ATTEMPTS {
            match self.files.write_new(LOCK, b"", 0o600) {
                Ok(()) => return Ok(()),
                Err(fault) if self.files.stat(LOCK)?.is_none() => return Err(self.named(fault)),
                Err(_) => sleep(LOCK_PAUSE),
            }
        }
        Err(ServerFault::Busy(format!("~/{LOCK}")))
    }

    fn write(&mut self, after: Option<&[u8]>) -> Result<Write, ServerFault> {
        let stat = self.files.stat(&self.list)?;
        let now = match stat {
            Some(_) => Some(self.files.read(&self.list, MAX_LIST)?),
            None => None,
        };
        if now != self.found.list {
            return Ok(Write::Changed);
        }
        let Some(after) = after else {
            self.files.remove(&self.list).map_err(|fault| self.named(fault))?;
            return Ok(Write::Done);
        };
        let mode = stat.and_then(|stat| stat.permissions()).unwrap_or(0o600);
        let written = self.files.write_new(&self.new, after, mode);
        written.map_err(|fault| self.named(fault))?;
        let placed = self.place(stat, mode);
        if placed.is_err() {
            self.tidy(&self.new.clone());
        }
        placed
    }

    /// Gives the new file the rights and the place of the old one.
    fn place(&mut self, old: Option<Stat>, mode: u32) -> Result<Write, ServerFault> {
        let new = self.files.stat(&self.new)?.unwrap_or_default();
        let owner = old.and_then(|old| old.owner);
        if owner.is_some() && new.owner.is_some() && owner != new.owner {
            return Err(ServerFault::OtherOwner(self.found.place.clone()));
        }
        // What the server's umask took away.
        if new.permissions() != Some(mode) {
            self.files.set_mode(&self.new, mode)?;
        }
        if old.is_none() || self.files.can_replace() {
            let replaced = self.files.replace(&self.new, &self.list);
            replaced.map_err(|fault| self.named(fault))?;
            return Ok(Write::Done);
        }
        // An old server, where a name must be free before it is given: for a moment there is no list.
        let aside = self.files.replace(&self.list, &self.old);
        aside.map_err(|fault| self.named(fault))?;
        if let Err(fault) = self.files.replace(&self.new, &self.list) {
            self.files.replace(&self.old, &self.list)?;
            return Err(self.named(fault));
        }
        self.tidy(&self.old.clone());
        Ok(Write::Done)
    }

    fn tidy(&mut self, path: &str) {
        if let Err(fault) = self.files.remove(path) {
            log::warn!("a file was left behind: {fault}");
        }
    }

    fn named(&self, fault: RemoteFault) -> ServerFault {
        let place = self.found.place.clone();
        match fault {
            RemoteFault::File {
                trouble: FileTrouble::Denied,
                ..
            } => ServerFault::Denied(folder_of(&place).to_owned()),
            RemoteFault::File {
                trouble: FileTrouble::Failed,
                ..
            } => ServerFault::Unwritten(place),
            fault => fault.into(),
        }
    }
}
