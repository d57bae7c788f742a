//! The list of keys, by file transfer (SFTP), where no POSIX shell answers: accounts without a shell, and Windows.
//!
//! The same precautions as in the shell: a lock that the shell's minds as well, a look at what is there by now, lines that
//! are appended where they are read, and for other changes a new file that takes the place of the old one, which is kept
//! until it is seen that nobody has appended to it meanwhile.

use std::thread::sleep;
use std::time::Duration;

use super::found::{Found, KEPT, MAX_LIST, Site, Way, looseness};
use super::shell::{Write, added_key, folder_of, in_home};
use super::windows;
use crate::engine::faults::ServerFault;
use crate::engine::faults::{Loose, Part};
use crate::key::watch::Watch;
use crate::sys::remote::{FileTrouble, Files, Remote, RemoteFault, Stat, Step, shown};

const FOLDER: &str = ".ssh";
const LIST: &str = ".ssh/authorized_keys";
/// How often, and how long between, the lock of somebody else is waited for.
const LOCK_ATTEMPTS: usize = 50;
const LOCK_PAUSE: Duration = Duration::from_millis(200);
/// An older lock was left by somebody who is no more; the shell's command has it so, too.
const LOCK_LASTS_SECS: u32 = 60;
/// After so many attempts it is asked again how old the lock is.
const LOOKS_AT_AGE: usize = 10;
/// Whoever has the old list open when a new one takes its place has written to it by then.
const LATE: Duration = Duration::from_millis(500);
/// Whoever does not see it sees a part of the server only (`ChrootDirectory` in `sshd_config(5)`), or files that are made up.
const OF_EVERY_UNIX: &str = "/etc";
/// What kind of file it is, in `st_mode`.
const KIND: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;

/// Where the list lies.
struct Place {
    folder: String,
    list: String,
    /// Safe to print.
    shown: String,
    lock: String,
    /// Free for a moment's use while the lock is not one's own.
    aside: String,
    /// Where the new list lies until it takes its place.
    new: String,
    /// Where the old one lies while its name is free.
    old: String,
    /// Whether it is the one list of all administrators of a Windows, which nobody else may write to.
    is_of_administrators: bool,
}

impl Place {
    /// Where it lies for the account that is logged in to.
    fn find(
        remote: &mut dyn Remote,
        site: &Site,
        word: &str,
        watch: &dyn Watch,
    ) -> Result<Self, ServerFault> {
        let mut files = open(remote, watch)?;
        let home = files.real_path(".")?;
        // A link is followed, so that what it leads to is replaced and not the link.
        let is_windows = windows::is_home(&home);
        let kept = format!("{LIST}{KEPT}");
        let named = match site {
            Site::Usual | Site::Own => LIST,
            Site::At(path) => path,
            Site::Kept => &kept,
        };
        let usual = match files.stat(named)? {
            Some(_) if !is_windows => files.real_path(named)?,
            Some(_) | None => named.to_owned(),
        };
        drop(files);
        if is_windows
            && *site == Site::Usual
            && let Some(list) = windows::list_of_administrators(remote, watch)?
        {
            return Ok(Self {
                folder: folder_of(&list).to_owned(),
                shown: shown(list.trim_start_matches('/').as_bytes()),
                lock: format!("{list}.lock"),
                aside: format!("{list}.lock.{word}"),
                new: windows::new_beside(&list),
                old: format!("{list}.old"),
                list,
                is_of_administrators: true,
            });
        }
        let folder = folder_of(&usual).to_owned();
        Ok(Self {
            shown: in_home(named),
            lock: format!("{folder}/.authorized_keys.lock"),
            aside: format!("{folder}/.authorized_keys.lock.{word}"),
            new: format!("{folder}/.authorized_keys.{word}"),
            old: format!("{folder}/.authorized_keys.{word}.old"),
            folder,
            list: usual,
            is_of_administrators: false,
        })
    }
}

/// Looks for the list and reads it.
pub(super) fn look(remote: &mut dyn Remote, site: &Site, watch: &dyn Watch) -> Result<Found, ServerFault> {
    let place = Place::find(remote, site, "", watch)?;
    let mut files = open(remote, watch)?;
    let home = files.real_path(".")?;
    let list = match files.stat(&place.list)? {
        None => {
            check_absent(files.as_mut(), &place)?;
            None
        }
        Some(stat) if stat.mode.is_some_and(|mode| mode & KIND != REGULAR) => {
            return Err(ServerFault::NotRegular(place.shown));
        }
        Some(stat) => {
            let read = files.read(&place.list, MAX_LIST);
            Some(read.map_err(|fault| unread(fault, &place.shown, stat))?)
        }
    };
    let mut loose = Vec::new();
    // Windows has no such bits; what it tells of them says nothing.
    if !windows::is_home(&home) {
        for (part, path, shown) in [
            (Part::Home, ".", shown(home.as_bytes())),
            (Part::Folder, &place.folder, format!("~/{FOLDER}")),
            (Part::File, &place.list, place.shown.clone()),
        ] {
            let stat = files.stat(path)?.and_then(|stat| stat.permissions());
            // Whose number the account has is not told; owners are not judged then.
            let by = stat.and_then(|bits| looseness(bits, None, None));
            loose.extend(by.map(|by| Loose {
                part,
                place: shown,
                by,
            }));
        }
    }
    let kept = format!("{LIST}{KEPT}");
    let has_kept = *site == Site::Usual && files.stat(&kept)?.is_some_and(|stat| !stat.is_folder());
    let is_shut = !windows::is_home(&home) && files.stat(OF_EVERY_UNIX)?.is_none();
    Ok(Found {
        way: Way::Files,
        has_no_shell: false,
        is_shut,
        site: site.clone(),
        has_kept,
        place: place.shown,
        list,
        loose,
    })
}

/// That nothing stands in the place of a list, or of its folder, that is not there.
fn check_absent(files: &mut dyn Files, place: &Place) -> Result<(), ServerFault> {
    let folder = || folder_of(&place.shown).to_owned();
    match files.stat(&place.folder)? {
        Some(stat) if stat.mode.is_some() && !stat.is_folder() => Err(ServerFault::NotFolder(folder())),
        None if files.is_link(&place.folder)? => Err(ServerFault::DanglingLink(folder())),
        Some(_) if files.is_link(&place.list)? => Err(ServerFault::DanglingLink(place.shown.clone())),
        Some(_) | None => Ok(()),
    }
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
            // More than this has come, whatever the server says.
            size: stat.size.unwrap_or_default().max(max as u64 + 1),
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
    let place = Place::find(remote, &found.site, word, watch)?;
    let mut files = open(remote, watch)?;
    if files.stat(&place.folder)?.is_none() {
        let home = files.real_path(".")?;
        let made = files.make_folder(&place.folder, 0o700);
        made.map_err(|fault| match named(fault, &place) {
            // Where a server comes to that cannot go home. It may be the home of somebody, too, and a part that they see.
            ServerFault::Denied { .. } if home == "/" && !found.is_shut => ServerFault::NotAtHome,
            fault => fault,
        })?;
    }
    lock(files.as_mut(), &place, watch)?;
    drop(files);
    let written = write_locked(remote, &place, found, after, watch);
    let unlocked = open(remote, watch).and_then(|mut files| Ok(files.remove(&place.lock)?));
    if let (Ok(_), Err(fault)) = (&written, unlocked) {
        log::warn!("a lock was left behind on the server: {fault}");
    }
    written
}

fn open<'a>(remote: &'a mut dyn Remote, watch: &'a dyn Watch) -> Result<Box<dyn Files + 'a>, ServerFault> {
    remote.files(watch).map_err(|fault| match fault {
        RemoteFault::NoFiles => ServerFault::NoShell { said: String::new() },
        fault => fault.into(),
    })
}

fn lock(files: &mut dyn Files, place: &Place, watch: &dyn Watch) -> Result<(), ServerFault> {
    let mut was_free = false;
    for attempt in 0..LOCK_ATTEMPTS {
        let Err(fault) = files.write_new(&place.lock, b"", 0o600) else {
            return Ok(());
        };
        let Some(held) = files.stat(&place.lock)? else {
            // Once, it may have been given back a moment ago.
            if std::mem::replace(&mut was_free, true) {
                return Err(named(fault, place));
            }
            continue;
        };
        was_free = false;
        if watch.is_cancelled() {
            return Err(RemoteFault::Cancelled { step: Step::Files }.into());
        }
        if attempt % LOOKS_AT_AGE == 0 && is_stale(files, place, held)? {
            break_lock(files, place, held)?;
        } else {
            sleep(LOCK_PAUSE);
        }
    }
    Err(ServerFault::Busy(shown(place.lock.as_bytes())))
}

/// Whether whoever holds the lock is no more. Its age is told by the server's clock, from a file made there just now:
/// the one of this computer may go quite differently. Where that cannot be told, nobody's lock is broken.
fn is_stale(files: &mut dyn Files, place: &Place, held: Stat) -> Result<bool, ServerFault> {
    if files.write_new(&place.aside, b"", 0o600).is_err() {
        return Ok(false);
    }
    let now = files.stat(&place.aside)?.and_then(|stat| stat.modified);
    tidy(files, &place.aside);
    let age = now.zip(held.modified).map(|(now, then)| now.saturating_sub(then));
    Ok(age.is_some_and(|age| age > LOCK_LASTS_SECS))
}

/// Takes away a lock that was left behind. It is put aside first: where several do so at once, one of them gets it, and
/// the others find in their hands a young one, which they give back.
fn break_lock(files: &mut dyn Files, place: &Place, held: Stat) -> Result<(), ServerFault> {
    if files.replace(&place.lock, &place.aside).is_err() {
        return Ok(());
    }
    match files.stat(&place.aside)? {
        Some(taken) if taken.modified != held.modified => files.replace(&place.aside, &place.lock)?,
        Some(taken) if taken.is_folder() => files.remove_folder(&place.aside)?,
        Some(_) | None => tidy(files, &place.aside),
    }
    Ok(())
}

fn write_locked(
    remote: &mut dyn Remote,
    place: &Place,
    found: &Found,
    after: Option<&[u8]>,
    watch: &dyn Watch,
) -> Result<Write, ServerFault> {
    let mut files = open(remote, watch)?;
    let stat = files.stat(&place.list)?;
    let Some(after) = after else {
        return remove_list(files.as_mut(), place, found);
    };
    // What was added meanwhile does no harm, unless it is the same key.
    let added = added_key(found, Some(after)).map(str::as_bytes);
    let now = list_of(files.as_mut(), place, stat)?;
    let is_ready = match (&now, &found.list) {
        (Some(now), Some(before)) => now
            .strip_prefix(before.as_slice())
            .is_some_and(|late| added.is_none_or(|key| !late.windows(key.len()).any(|part| part == key))),
        (now, before) => now == before,
    };
    if !is_ready {
        return Ok(Write::Changed);
    }
    if place.is_of_administrators && files.stat(&place.new)?.is_some() {
        // Its name is always the same, and whoever left it there does not hold the lock.
        files.remove(&place.new)?;
    }
    let mode = stat.and_then(|stat| stat.permissions()).unwrap_or(0o600);
    // Whether there is room for it shows here, too, before anything is changed.
    let written = files.write_new(&place.new, after, mode);
    written.map_err(|fault| named(fault, place))?;
    drop(files);
    let mut placed = Ok(());
    if place.is_of_administrators {
        placed = windows::restrict(remote, watch);
    }
    let mut files = open(remote, watch)?;
    let placed = placed.and_then(|()| put(files.as_mut(), place, (found, after), stat, mode));
    let is_left = match placed {
        Ok(Put::InPlace) => false,
        // It may have been in place before that was seen, and then its own name is gone.
        Ok(Put::Changed) => files.stat(&place.new)?.is_some(),
        Ok(Put::Appended) | Err(_) => true,
    };
    if is_left {
        tidy(files.as_mut(), &place.new);
    }
    placed.map(|put| match put {
        Put::InPlace | Put::Appended => Write::Done,
        Put::Changed => Write::Changed,
    })
}

/// Whether the list is what was found.
fn is_still(files: &mut dyn Files, place: &Place, found: &Found) -> Result<bool, ServerFault> {
    let stat = files.stat(&place.list)?;
    Ok(list_of(files, place, stat)? == found.list)
}

/// What is in the list; nothing where there is none.
fn list_of(files: &mut dyn Files, place: &Place, stat: Option<Stat>) -> Result<Option<Vec<u8>>, ServerFault> {
    Ok(match stat {
        Some(_) => Some(files.read(&place.list, MAX_LIST)?),
        None => None,
    })
}

/// Takes the list itself away, of which nothing is to stay. It is put aside first: what somebody has appended comes back.
fn remove_list(files: &mut dyn Files, place: &Place, found: &Found) -> Result<Write, ServerFault> {
    if !is_still(files, place, found)? {
        return Ok(Write::Changed);
    }
    let aside = files.replace(&place.list, &place.old);
    aside.map_err(|fault| named(fault, place))?;
    for is_last in [false, true] {
        let was = files.read(&place.old, MAX_LIST)?;
        if found.list.as_ref() != Some(&was) {
            if files.stat(&place.list)?.is_none() {
                files.replace(&place.old, &place.list)?;
                return Ok(Write::Changed);
            }
            let late = found.list.as_deref().and_then(|before| was.strip_prefix(before));
            let size = files.read(&place.list, MAX_LIST)?.len() as u64;
            files.append(&place.list, late.unwrap_or(&was), size)?;
            break;
        }
        if !is_last {
            sleep(LATE);
        }
    }
    tidy(files, &place.old);
    Ok(Write::Done)
}

/// What became of a new list.
enum Put {
    /// It has the place of the old one.
    InPlace,
    /// The old one was given the lines that it lacked.
    Appended,
    /// The old one is not what it was.
    Changed,
}

/// Appends what is new; or gives the new file the rights and the place of the old one.
fn put(
    files: &mut dyn Files,
    place: &Place,
    (found, after): (&Found, &[u8]),
    old: Option<Stat>,
    mode: u32,
) -> Result<Put, ServerFault> {
    let new = files.stat(&place.new)?.unwrap_or_default();
    let owner = old.and_then(|old| old.owner);
    let would_change_hands = owner.is_some() && new.owner.is_some() && owner != new.owner;
    // What the server's umask took away. What Windows allows stands elsewhere.
    if !place.is_of_administrators && new.permissions() != Some(mode) {
        files.set_mode(&place.new, mode)?;
    }
    let before = found.list.as_deref().unwrap_or_default();
    if found.list.is_some() {
        // Whoever adds to it from here on does not mind the lock.
        let now = files.read(&place.list, MAX_LIST)?;
        if !now.starts_with(before) {
            return Ok(Put::Changed);
        }
        if let (Some(lines), Some(_)) = (after.strip_prefix(before), added_key(found, Some(after))) {
            let is_begun = now.len() == before.len() || lines.trim_ascii_start().len() < lines.len();
            let lines = if is_begun {
                lines.to_vec()
            } else {
                behind(&now, lines)
            };
            if files.append(&place.list, &lines, now.len() as u64).is_ok() {
                return Ok(Put::Appended);
            }
            // A server that does not know how, or a part of it on a full disk.
            if files.read(&place.list, MAX_LIST)? != now {
                return Ok(Put::Changed);
            }
        }
    } else if !is_still(files, place, found)? {
        return Ok(Put::Changed);
    }
    if would_change_hands {
        return Err(ServerFault::OtherOwner(place.shown.clone()));
    }
    if old.is_none() {
        let placed = files.replace(&place.new, &place.list);
        return placed.map(|()| Put::InPlace).map_err(|fault| named(fault, place));
    }
    if files.can_replace() {
        let is_kept = files.link(&place.list, &place.old)?;
        if let Err(fault) = files.replace(&place.new, &place.list) {
            if is_kept {
                tidy(files, &place.old);
            }
            return Err(named(fault, place));
        }
        return if is_kept {
            bring_over(files, place, before)
        } else {
            Ok(Put::InPlace)
        };
    }
    // An old server, where a name must be free before it is given: for a moment there is no list.
    let aside = files.replace(&place.list, &place.old);
    aside.map_err(|fault| named(fault, place))?;
    if let Err(fault) = files.replace(&place.new, &place.list) {
        let restored = files.replace(&place.old, &place.list);
        restored.map_err(|_| ServerFault::LeftAside {
            place: place.shown.clone(),
            aside: shown(place.old.as_bytes()),
        })?;
        return Err(named(fault, place));
    }
    bring_over(files, place, before)
}

/// What somebody who had the old list open has appended to it comes to the new one as well; then the old one goes. One that
/// was written anew meanwhile gets its place back, and so does one whose new lines cannot be brought over.
fn bring_over(files: &mut dyn Files, place: &Place, before: &[u8]) -> Result<Put, ServerFault> {
    let mut seen = before.len();
    for is_last in [false, true] {
        let was = files.read(&place.old, MAX_LIST)?;
        let is_over = match was.get(seen..).filter(|_| was.starts_with(before)) {
            None => false,
            Some(b"") => true,
            Some(late) => {
                let list = files.read(&place.list, MAX_LIST)?;
                let lines = behind(&list, late);
                files.append(&place.list, &lines, list.len() as u64).is_ok()
            }
        };
        if !is_over {
            if !files.can_replace() {
                files.remove(&place.list)?;
            }
            files.replace(&place.old, &place.list)?;
            return Ok(Put::Changed);
        }
        seen = was.len();
        if !is_last {
            sleep(LATE);
        }
    }
    tidy(files, &place.old);
    Ok(Put::InPlace)
}

/// What is to be appended to a list for these lines to be lines of their own, whether its last one is ended or not.
fn behind(list: &[u8], lines: &[u8]) -> Vec<u8> {
    let is_ended = list.is_empty() || list.ends_with(b"\n");
    let end: &[u8] = if is_ended { b"" } else { b"\n" };
    [end, lines].concat()
}

fn tidy(files: &mut dyn Files, path: &str) {
    if let Err(fault) = files.remove(path) {
        log::warn!("a file was left behind on the server: {fault}");
    }
}

fn named(fault: RemoteFault, place: &Place) -> ServerFault {
    match fault {
        RemoteFault::File {
            trouble: FileTrouble::Denied,
            ..
        } => ServerFault::Denied {
            place: folder_of(&place.shown).to_owned(),
            owner: None,
        },
        RemoteFault::File {
            trouble: FileTrouble::Failed,
            ..
        } => ServerFault::Unwritten(place.shown.clone()),
        fault => fault.into(),
    }
}
