//! What is wrong with a key, its files, or the folders that they lie in, and what can be done about it.

use std::path::{Path, PathBuf};

use super::Whose;
use crate::engine::describe::{OPEN_FOLDER, Warning, stray_certificate};
use crate::engine::problem::sentence;
use crate::engine::saving::certificate_beside;
use crate::format::Format;
use crate::key::comment::escaped;
use crate::sys::permissions::{Access, knows_no_owners};

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Something to know.
    Note,
    /// Something to put right.
    Warning,
    /// Others can use the key, or soon will.
    Danger,
}

/// What this program can do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Take from others what they may do with a private key.
    Tighten(PathBuf),
    /// Take from others the right to change a folder or a list.
    TightenShared(PathBuf),
    /// Write the public half beside the private key in this file, which shows it without a passphrase.
    WritePublic(PathBuf),
    /// The same, and the file of another key that lies in its place is moved away.
    ReplacePublic(PathBuf),
    /// Take back or finish what was broken off in this folder.
    Finish(PathBuf),
    /// Put a clean file in the place of this one, which ssh does not read as it is, and keep that.
    Mend(PathBuf),
    /// Have the lines about the default key in this configuration of ssh's name the keys with usual names as well.
    RenewLines(PathBuf),
    /// Open this private key, which shows its public half only then.
    Open(PathBuf),
    /// Have ssh try this private key first.
    MakeDefault(PathBuf),
    /// Move this private key to the trash, which lies in another file as well.
    RemoveCopy(PathBuf),
}

impl Remedy {
    /// What a button says.
    #[must_use]
    pub fn title(&self) -> &'static str {
        match self {
            Self::Tighten(_)
            | Self::TightenShared(_)
            | Self::Finish(_)
            | Self::Mend(_)
            | Self::RenewLines(_) => "Repair",
            Self::WritePublic(_) => "Make the public key file",
            Self::ReplacePublic(_) => "Put the right one there",
            Self::Open(_) => "Open the key",
            Self::MakeDefault(_) => "Make it the default key…",
            Self::RemoveCopy(_) => "Move this copy to the trash…",
        }
    }

    /// Whether it may be done without a question: nothing is lost by it, and ssh and servers take the key as before.
    #[must_use]
    pub fn is_harmless(&self) -> bool {
        match self {
            Self::Tighten(_)
            | Self::TightenShared(_)
            | Self::WritePublic(_)
            | Self::ReplacePublic(_)
            | Self::Finish(_)
            | Self::Mend(_)
            | Self::RenewLines(_) => true,
            Self::Open(_) | Self::MakeDefault(_) | Self::RemoveCopy(_) => false,
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// In words.
    pub warning: Warning,
    /// How much it matters.
    pub grade: Grade,
    /// The file or folder that it is about; nothing where it is the key itself.
    pub file: Option<PathBuf>,
    /// What can be done about it here.
    pub remedy: Option<Remedy>,
}

/// Codes of weaknesses by which others can have the private half.
const DANGERS: [&str; 7] = [
    "known-compromised",
    "rsa-short",
    "rsa-small-factor",
    "rsa-fermat",
    "rsa-small-d",
    "rsa-roca",
    "ssh1",
];

/// Codes of what belongs to a file and not to the key in it.
const OF_FILES: [&str; 5] = [
    "permissions",
    "carriage-returns",
    "mangled",
    "weak-kdf",
    "comment-sanitised",
];

impl Finding {
    /// What is known of the key in `path`, as a finding.
    pub(super) fn of_warning(mut warning: Warning, path: &Path) -> Self {
        let is_of_file = OF_FILES.contains(&warning.code);
        let is_helpless = warning.code == "permissions" && knows_no_owners(path);
        let remedy = match warning.code {
            "permissions" if is_helpless => None,
            "permissions" => Some(Remedy::Tighten(path.to_owned())),
            "carriage-returns" | "mangled" => Some(Remedy::Mend(path.to_owned())),
            _ => None,
        };
        if warning.code == "permissions" && !is_helpless {
            // Where keys are looked at one by one, one has to be saved again; here it need not be.
            warning.hint = "ssh refuses such a file. “Repair” makes it readable by you alone.";
        }
        Self {
            grade: if DANGERS.contains(&warning.code) {
                Grade::Danger
            } else {
                Grade::Warning
            },
            file: is_of_file.then(|| path.to_owned()),
            remedy,
            warning,
        }
    }

    /// What is wrong, with the name of its file where the message does not say which it is.
    #[must_use]
    pub fn told(&self, whose: &Whose) -> String {
        let message = escaped(self.warning.message.as_bytes());
        let name = self.file.as_deref().map(|file| whose.short(file));
        match name.filter(|name| !message.contains(name.as_str())) {
            Some(name) => format!("{name}: {message}"),
            None => message,
        }
    }

    /// The same as a sentence.
    #[must_use]
    pub fn sentence(&self, whose: &Whose) -> String {
        sentence(&self.told(whose))
    }

    fn new(grade: Grade, code: &'static str, message: String, hint: &'static str) -> Self {
        Self {
            warning: Warning { code, message, hint },
            grade,
            file: None,
            remedy: None,
        }
    }

    fn about(mut self, path: &Path, remedy: Option<Remedy>) -> Self {
        self.file = Some(path.to_owned());
        self.remedy = remedy;
        self
    }

    /// No public half lies beside the private key at `path`.
    pub(super) fn no_public_file(path: &Path, public: &Path, is_known: bool, whose: &Whose) -> Self {
        let message = format!("there is no file {} beside it", whose.short(public));
        let (hint, remedy) = if is_known {
            (
                "Servers and web forms are given the public half; it can be made from the private one.",
                Remedy::WritePublic(path.to_owned()),
            )
        } else {
            (
                "Only the passphrase shows the public half of such a file: open the key, and save its public key.",
                Remedy::Open(path.to_owned()),
            )
        };
        Self::new(Grade::Note, "no-public-file", message, hint).about(path, Some(remedy))
    }

    /// Another key lies beside the private key at `path`.
    pub(super) fn mismatch(path: &Path, public: &Path, whose: &Whose) -> Self {
        let message = format!("{} holds the public half of another key", whose.short(public));
        let hint = "A server that is given that file does not let this key in, but the other one. The right one can be put there; the wrong one is then kept in a folder “removed”.";
        Self::new(Grade::Warning, "pair-mismatch", message, hint)
            .about(path, Some(Remedy::ReplacePublic(path.to_owned())))
    }

    /// The certificate beside the private key at `path` is for another key.
    pub(super) fn stray_certificate(path: &Path, whose: &Whose) -> Self {
        let place = certificate_beside(path);
        Self {
            warning: stray_certificate(&whose.short(&place)),
            grade: Grade::Warning,
            file: Some(place),
            remedy: None,
        }
    }

    /// A program that was ended in the middle has left a file.
    pub(super) fn unfinished(path: &Path, message: String, hint: &'static str, remedy: Remedy) -> Self {
        Self::new(Grade::Warning, "unfinished", message, hint).about(path, Some(remedy))
    }

    /// sshd does not read all of a list as it is.
    pub(super) fn mangled_list(path: &Path, lines: usize, whose: &Whose) -> Self {
        let name = whose.short(path);
        let message = match lines {
            1 => format!("sshd passes over a line of {name} that can be put right"),
            _ => format!("sshd passes over lines of {name} that can be put right, in {lines} places"),
        };
        let hint = "They are in UTF-16, or a key in them was cut into several lines. “Repair” makes lines of them that sshd reads, and keeps the old list beside it.";
        Self::new(Grade::Warning, "list-mangled", message, hint)
            .about(path, Some(Remedy::Mend(path.to_owned())))
    }

    /// The same private key lies in another file of the same kind.
    pub(super) fn duplicate(path: &Path, first: &Path, whose: &Whose) -> Self {
        let message = format!(
            "{} holds the same private key as {}",
            whose.short(path),
            whose.short(first)
        );
        let hint = "Every copy has to be guarded, and a change of passphrase changes one only. Keep one, and move the others to the trash.";
        Self::new(Grade::Note, "duplicate", message, hint)
            .about(path, Some(Remedy::RemoveCopy(path.to_owned())))
    }

    /// ssh does not try the private key at `path`.
    pub(super) fn not_tried(path: &Path) -> Self {
        let message = "this key is not among those that ssh tries by itself";
        let hint = "It tries files with usual names, such as id_ed25519, those that its configuration names, and what its agent holds. Make this the default key, or name it: ssh -i FILE.";
        Self::new(Grade::Note, "not-tried", message.to_owned(), hint)
            .about(path, Some(Remedy::MakeDefault(path.to_owned())))
    }

    /// ssh would try the private key at `path`, if its configuration did not name others for every host.
    pub(super) fn no_longer_tried(path: &Path) -> Self {
        let message = "this key is not tried by ssh, whose configuration names other keys for every server";
        let hint = "Name this one there as well, or make it the default key.";
        Self::new(Grade::Warning, "not-tried", message.to_owned(), hint)
            .about(path, Some(Remedy::MakeDefault(path.to_owned())))
    }

    /// The same, and it comes of the lines that an earlier version of this program wrote to `config`.
    pub(super) fn passed_over(config: &Path) -> Self {
        let message = "this key is not tried by ssh, for the lines about the default key do not name it";
        let hint = "An earlier version wrote them. “Repair” has ssh try the keys with usual names again, behind the default key.";
        Self::new(Grade::Warning, "not-tried", message.to_owned(), hint)
            .about(config, Some(Remedy::RenewLines(config.to_owned())))
    }

    /// ssh cannot read the only private file of this key.
    pub(super) fn not_for_ssh(path: &Path, format: Format) -> Self {
        let message = format!(
            "it cannot be read by ssh, for its file is of the kind {}",
            format.title()
        );
        let hint =
            "The programs that it was made for can. For ssh, open it and save it in OpenSSH format as well.";
        Self::new(Grade::Note, "not-for-ssh", message, hint).about(path, Some(Remedy::Open(path.to_owned())))
    }

    /// It is the default key, but ssh does not know.
    pub(super) fn default_lost(path: &Path) -> Self {
        let message = "this is your default key, but ssh's configuration does not name it".to_owned();
        let hint =
            "Its file was moved, or the configuration was changed since. Make it the default key again.";
        Self::new(Grade::Warning, "default-lost", message, hint)
            .about(path, Some(Remedy::MakeDefault(path.to_owned())))
    }

    /// On Windows ssh refuses the keys of others.
    pub(super) fn not_owned(path: &Path, owner: &str) -> Self {
        let message = format!("the file belongs to {owner}");
        let hint = "ssh on Windows refuses it. Save the key again here, under another name.";
        Self::new(Grade::Warning, "permissions-owner", message, hint).about(path, None)
    }

    /// Others may change a folder, or a file that ssh or sshd go by.
    pub(super) fn of_place(path: &Path, place: Place, access: &Access, whose: &Whose) -> Option<Self> {
        let name = whose.short(path);
        let (code, hint) = match place {
            Place::Home => (
                "permissions-home",
                "sshd lets nobody in by key whose home folder others can change, and they could put a key of their own there.",
            ),
            Place::Folder => ("permissions-folder", OPEN_FOLDER),
            Place::List => (
                "permissions-list",
                "Others could add a key or a setting of their own; ssh or sshd refuse such a file.",
            ),
        };
        let (message, remedy) = match access {
            Access::OwnerOnly => return None,
            Access::Loose { detail } => (
                format!("others may change {name} ({detail})"),
                Some(Remedy::TightenShared(path.to_owned())),
            ),
            Access::NotOwned { owner } => (format!("{name} belongs to somebody else ({owner})"), None),
        };
        Some(Self::new(Grade::Warning, code, message, hint).about(path, remedy))
    }
}

/// What others had better not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The home folder.
    Home,
    /// `~/.ssh`, or another folder of keys.
    Folder,
    /// What ssh and sshd go by.
    List,
}
