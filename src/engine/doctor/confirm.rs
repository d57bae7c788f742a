//! What a log says of files that lie on this computer: they are looked at, and the verdict becomes certain, or is spoken
//! against.

use std::path::{Path, PathBuf};

use super::cause::Cause;
use super::file;
use super::mend::Mend;
use super::verdict::{Certainty, Evidence, Examination, Source, Verdict};
use crate::engine::keys::{Remedy, Whose};
use crate::engine::{agents, opening};
use crate::format::Parsed;
use crate::key::PublicKey;
use crate::sys::agent::Agent;
use crate::sys::home::expand_tilde_in;
use crate::sys::permissions::{Access, audit_shared};

/// Looks at the files that the verdicts are about.
#[must_use]
pub fn confirmed(mut examination: Examination, whose: &Whose) -> Examination {
    for verdict in &mut examination.verdicts {
        let Some(path) = verdict
            .file
            .as_deref()
            .and_then(|file| on_this_computer(file, whose))
        else {
            continue;
        };
        match verdict.cause {
            Cause::ConfigPermissions => configuration(verdict, &path),
            cause if is_about_a_key_file(cause) => key_file(verdict, &path, whose),
            _ => {}
        }
    }
    examination
}

fn on_this_computer(file: &str, whose: &Whose) -> Option<PathBuf> {
    let path = expand_tilde_in(whose.home.as_deref(), Path::new(file));
    (path.is_absolute() && path.is_file()).then_some(path)
}

fn is_about_a_key_file(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::KeyFilePermissions
            | Cause::KeyFileFormat
            | Cause::KeyFilePublic
            | Cause::KeyFilePassphrase
            | Cause::PublicHalfMismatch
            | Cause::KeyTypeClient
            | Cause::RsaTooShort
            | Cause::CertificateExpired
            | Cause::CertificateMismatch
            | Cause::PpkDamaged
            | Cause::PpkTooNew
    )
}

fn configuration(verdict: &mut Verdict, path: &Path) {
    match audit_shared(path) {
        Ok(Access::Loose { detail }) => {
            verdict.certainty = Certainty::Certain;
            let evidence = format!("the file on this computer can be changed by others ({detail})");
            verdict.evidence.push(Evidence::new(Source::File, &evidence));
            if let Some(fix) = &mut verdict.fix {
                fix.mend = Some(Mend::Here(Remedy::TightenShared(path.to_owned())));
            }
        }
        Ok(Access::OwnerOnly) => {
            contradict(verdict, "nobody else can change the file on this computer by now");
        }
        Ok(Access::NotOwned { .. }) | Err(_) => {}
    }
}

fn key_file(verdict: &mut Verdict, path: &Path, whose: &Whose) {
    // What PuTTY says of its own files is another matter.
    let looked = match verdict.cause {
        Cause::PpkDamaged | Cause::PpkTooNew => file::examine(path, None, whose),
        _ => file::examine_for_ssh(path, whose),
    };
    let Ok(found) = looked else {
        return;
    };
    if verdict.cause == Cause::KeyFilePassphrase {
        into_agent(verdict, path);
    }
    if let Some(same) = found.verdicts.iter().find(|same| same.cause == verdict.cause) {
        verdict.certainty = Certainty::Certain;
        for evidence in &same.evidence {
            let evidence = format!("the file on this computer: {}", evidence.text);
            verdict.evidence.push(Evidence::new(Source::File, &evidence));
        }
        // What ssh prints of a file of PuTTY's does not tell that it is one.
        if file::is_ppk(path) {
            verdict.message.clone_from(&same.message);
        }
        verdict.fix.clone_from(&same.fix);
    } else if found.is_well() && verdict.cause != Cause::KeyFilePassphrase {
        contradict(verdict, "the file on this computer is sound by now");
    }
}

/// A key whose passphrase nobody was asked for: an agent that has it asks once.
fn into_agent(verdict: &mut Verdict, path: &Path) {
    let Ok(Parsed::Locked(file)) = opening::open_file(path) else {
        return;
    };
    let mut named = agents::all(None).into_iter().filter(Agent::is_named);
    let found = named.find_map(|agent| Some((agent.list().ok()?, agent)));
    let Some((held, agent)) = found else {
        return;
    };
    let has_it = |key: &PublicKey| !agents::entries_of(&held, key).is_empty();
    if file.public.as_ref().is_some_and(has_it) {
        contradict(verdict, "your agent has the key by now");
    } else if let Some(fix) = &mut verdict.fix {
        fix.mend = Some(Mend::IntoAgent {
            file: path.to_owned(),
            agent: agent.place().to_owned(),
            is_locked: true,
        });
    }
}

fn contradict(verdict: &mut Verdict, evidence: &str) {
    verdict.certainty = verdict.certainty.min(Certainty::Likely);
    verdict
        .evidence
        .push(Evidence::new(Source::File, evidence).against());
}
