//! Repairing what is wrong with files and folders.

use std::path::{Path, PathBuf};

use super::mending::Mending;
use super::own_lines;
use super::removal;
use super::tidying::{Tidying, is_list};
use super::unfinished;
use super::{Remedy, Whose};
use crate::engine::opening;
use crate::engine::saving::{OutgoingPublic, Plan, file_beside};
use crate::engine::{Blame, Problem};
use crate::format::Parsed;
use crate::key::comment::Comment;
use crate::sys::files::{read_key, set_aside};
use crate::sys::permissions::{Access, audit_private, audit_shared, tighten_private, tighten_shared};

/// What was done, in a sentence.
pub type Done = String;

/// Does what a remedy says; it must be one that [`Remedy::is_harmless`].
///
/// # Errors
/// It could not be done; nothing was changed then.
pub fn apply(remedy: &Remedy, whose: &Whose) -> Result<Done, Problem> {
    match remedy {
        Remedy::Tighten(path) => {
            tighten_private(path).map_err(|error| not_tightened(path, &error))?;
            let is_tight = !matches!(audit_private(path), Ok(Access::Loose { .. }));
            tightened(path, is_tight, whose)
        }
        Remedy::TightenShared(path) => {
            tighten_shared(path).map_err(|error| not_tightened(path, &error))?;
            let is_tight = !matches!(audit_shared(path), Ok(Access::Loose { .. }));
            tightened(path, is_tight, whose)
        }
        Remedy::WritePublic(path) => write_public(path, whose),
        Remedy::ReplacePublic(path) => replace_public(path, whose),
        Remedy::Finish(folder) => unfinished::mend(folder, whose),
        Remedy::Mend(path) => mend(path, whose),
        Remedy::RenewLines(config) => {
            let backup = own_lines::renew(whose)?;
            let kept =
                backup.map(|backup| format!(" The file as it was is kept as {}.", whose.short(&backup)));
            Ok(format!(
                "ssh tries the keys with usual names again, by {}.{}",
                whose.short(config),
                kept.unwrap_or_default()
            ))
        }
        Remedy::Open(path) | Remedy::MakeDefault(path) | Remedy::RemoveCopy(path) => Err(Problem::new(
            "usage",
            Blame::Usage,
            format!("{} needs a decision of yours", whose.short(path)),
            "Do it by hand.",
        )),
    }
}

/// Says what would be done.
#[must_use]
pub fn announcement(remedy: &Remedy, whose: &Whose) -> String {
    match remedy {
        Remedy::Tighten(path) => format!("make {} readable by you alone", whose.short(path)),
        Remedy::TightenShared(path) => format!("let nobody but you change {}", whose.short(path)),
        Remedy::WritePublic(path) => format!("write the public key to {}", whose.short(&file_beside(path))),
        Remedy::ReplacePublic(path) => {
            let public = file_beside(path);
            format!(
                "move {} to {}, and write the right one",
                whose.short(&public),
                whose.short(&removal::folder_for(&public))
            )
        }
        Remedy::Finish(folder) => unfinished::announcement(folder, whose),
        Remedy::Mend(path) => format!(
            "put a clean file in the place of {}, and keep the old one in {}",
            whose.short(path),
            whose.short(&removal::folder_for(path))
        ),
        Remedy::RenewLines(config) => format!(
            "have ssh try the keys with usual names behind the default key, by {}",
            whose.short(config)
        ),
        Remedy::Open(path) => format!("open {}", whose.short(path)),
        Remedy::MakeDefault(path) => format!("make {} the default key", whose.short(path)),
        Remedy::RemoveCopy(path) => format!(
            "move {} to {}",
            whose.short(path),
            whose.short(&removal::folder_for(path))
        ),
    }
}

fn tightened(path: &Path, is_tight: bool, whose: &Whose) -> Result<Done, Problem> {
    if is_tight {
        Ok(format!("{} is yours alone now.", whose.short(path)))
    } else {
        Err(Problem::new(
            "io-denied",
            Blame::World,
            format!("{} is still open to others", whose.short(path)),
            "Its disk knows no owners, as most USB sticks do. Move it to your home folder.",
        ))
    }
}

fn not_tightened(path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(
        "io-denied",
        Blame::World,
        format!(
            "the permissions of {} could not be changed: {error}",
            path.display()
        ),
        "Only the owner of a file can do that. Sign in as its owner, or make a copy of your own.",
    )
}

fn write_public(path: &Path, whose: &Whose) -> Result<Done, Problem> {
    let public = file_beside(path);
    let text = public_half(path, whose)?;
    let _stored = text.write()?;
    Ok(format!("The public key is in {} now.", whose.short(&public)))
}

fn replace_public(path: &Path, whose: &Whose) -> Result<Done, Problem> {
    let public = file_beside(path);
    let text = public_half(path, whose)?;
    let folder = removal::folder_for(&public);
    let mut aside = set_aside(
        std::slice::from_ref(&public),
        &folder,
        &removal::name_for(&public),
    )?;
    if let Err(problem) = text.write() {
        if !problem.is_done()
            && let Err(error) = aside.put_back()
        {
            log::warn!("{error}");
        }
        return Err(problem);
    }
    let kept: Vec<String> = aside.files().iter().map(|path| whose.short(path)).collect();
    Ok(format!(
        "{} belongs to the key now; the other one is kept as {}.",
        whose.short(&public),
        kept.join(", ")
    ))
}

fn mend(path: &Path, whose: &Whose) -> Result<Done, Problem> {
    if is_list(path) {
        return Ok(Tidying::open(path)?.put_in_place(path)?.sentence(path, whose));
    }
    let mended = Mending::of(read_key(path)?)?.put_in_place(path)?;
    Ok(mended.sentence(path, whose))
}

/// The file with the public half of the private key at `path`, ready to be written beside it.
fn public_half(path: &Path, whose: &Whose) -> Result<crate::engine::saving::Encoded, Problem> {
    let parsed = opening::open_file(path)?;
    let (key, comment) = match &parsed {
        Parsed::Private(file) => (Some(file.key.public()), file.comment.as_slice()),
        Parsed::Locked(file) => (file.public.as_ref(), file.comment.as_deref().unwrap_or_default()),
        Parsed::Public(file) => (Some(&file.key), file.comment.as_slice()),
    };
    let key = key.ok_or_else(|| hidden(path, whose))?;
    let (comment, _) = Comment::cleaned(comment);
    let plan = Plan::public_line(&file_beside(path));
    plan.encode_public(OutgoingPublic {
        key,
        certificate: None,
        comment: &comment,
    })
}

fn hidden(path: &Path, whose: &Whose) -> Problem {
    Problem::new(
        "needs-passphrase",
        Blame::Passphrase,
        format!(
            "only the passphrase of {} shows its public half",
            whose.short(path)
        ),
        "Open the key with its passphrase, and save its public key.",
    )
}

/// The path that a remedy is about.
#[must_use]
pub fn subject(remedy: &Remedy) -> &PathBuf {
    match remedy {
        Remedy::Tighten(path)
        | Remedy::TightenShared(path)
        | Remedy::WritePublic(path)
        | Remedy::ReplacePublic(path)
        | Remedy::Finish(path)
        | Remedy::Mend(path)
        | Remedy::RenewLines(path)
        | Remedy::Open(path)
        | Remedy::MakeDefault(path)
        | Remedy::RemoveCopy(path) => path,
    }
}
