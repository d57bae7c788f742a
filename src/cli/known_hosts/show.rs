//! `known-hosts list` and `find`: which hosts are known, and by which keys.

use clap::Args;

use super::{Which, entry, line};
use crate::cli::console::{Console, print, print_object, shown};
use crate::engine::known_hosts::{Book, Host};
use crate::engine::{Blame, Problem};
use crate::key::fingerprint::FingerprintKind;

/// List the hosts that ssh knows
#[derive(Args, Debug)]
#[command(
    after_help = "Each line is told by its number, with the fingerprint that ssh shows when it asks \
whether a host is to be trusted. A hidden name (HashKnownHosts) can be found, but not shown."
)]
pub(super) struct List {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    look: Look,
}

/// Find a host among those that ssh knows
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli known-hosts find example.org
  keywright-cli known-hosts find 192.0.2.7 --md5
  keywright-cli known-hosts find example.org:2222 --art

A part of a name or of a comment is enough; a hidden name is found when the whole of it is given. The exit \
status is 1 where nothing is found.")]
pub(super) struct Find {
    /// A host, with its port where that is not 22, or a part of its name
    host: String,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    look: Look,
}

/// How the keys are shown.
#[derive(Args, Clone, Copy, Debug)]
struct Look {
    /// Show the older MD5 fingerprints
    #[arg(long)]
    md5: bool,
    /// Draw the picture of each fingerprint
    #[arg(long)]
    art: bool,
}

impl List {
    pub(super) fn run(&self, console: Console) -> Result<(), Problem> {
        let book = self.which.open()?;
        for (number, fault) in book.unreadable() {
            console.note(&format!("{}, line {number}: {fault}", shown(book.path())));
        }
        book.hosts()
            .try_for_each(|host| self.look.tell(&book, &host, console))
    }
}

impl Find {
    pub(super) fn run(&self, console: Console) -> Result<(), Problem> {
        let book = self.which.open()?;
        let mut found = book.find(&self.host).peekable();
        if found.peek().is_none() {
            return Err(Problem::new(
                "not-in-list",
                Blame::Key,
                format!("{} knows no such host", shown(book.path())),
                "Give a part of the name, or the whole of it with the port where that is not 22: a hidden name is found in no other way.",
            ));
        }
        found.try_for_each(|host| self.look.tell(&book, &host, console))
    }
}

impl Look {
    fn tell(self, book: &Book, host: &Host, console: Console) -> Result<(), Problem> {
        let kind = if self.md5 {
            FingerprintKind::Md5
        } else {
            FingerprintKind::Sha256
        };
        let key = host.key.as_ref().ok();
        let art = key.filter(|_| self.art).and_then(|key| key.randomart(kind));
        if console.is_json() {
            let mut object = entry(&shown(book.path()), host);
            if self.art {
                object["randomart"] = art.into();
            }
            return print_object(&object);
        }
        let art = art.map(|art| format!("{art}\n")).unwrap_or_default();
        print(format!("{}\n{art}", line(host, kind)).as_bytes())
    }
}
