//! From files to keys: what belongs together, and what does not.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Whose;
use super::finding::Finding;
use super::key::{Key, KeyFile, KeyId, Kind, id_of, is_for_ssh};
use super::register::Register;
use super::tried::Tried;
use crate::engine::describe::Description;
use crate::engine::opening;
use crate::engine::saving::file_beside;
use crate::format::{Format, Protection};
use crate::key::PublicKey;
use crate::sys::files::is_descriptor;
use crate::sys::permissions::{Access, audit_private};

/// A file with a key in it.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) path: PathBuf,
    pub(super) modified: Option<u64>,
    pub(super) described: Description,
}

impl Seen {
    fn kind(&self) -> Kind {
        match (self.described.has_private, &self.described.certificate) {
            (true, _) => Kind::Private,
            (false, Some(_)) => Kind::Certificate,
            (false, None) => Kind::Public,
        }
    }

    /// What makes a file the first of its key's: a private one, and of these what ssh reads, and tries.
    fn rank(&self, tried: &Tried) -> (Kind, bool, bool) {
        let is_for_ssh = self.described.format.is_some_and(is_for_ssh);
        (self.kind(), !is_for_ssh, !tried.is_tried(&self.path))
    }
}

/// What lies in `FILE.pub`.
enum Beside {
    Nothing,
    Same,
    Another,
    /// Nothing shows whether it is the same key.
    Unproved,
}

/// Makes keys of files.
pub(super) fn gather(mut seen: Vec<Seen>, register: &Register, tried: &Tried, whose: &Whose) -> Vec<Key> {
    seen.sort_by_cached_key(|seen| (seen.rank(tried), seen.path.clone()));
    let public: BTreeMap<PathBuf, (PublicKey, Vec<u8>)> = seen
        .iter()
        .filter(|seen| seen.kind() == Kind::Public)
        .filter_map(|seen| {
            let comment = seen.described.comment.clone().unwrap_or_default();
            Some((seen.path.clone(), (seen.described.public.clone()?, comment)))
        })
        .collect();
    let mut keys: Vec<Key> = Vec::new();
    let mut places: BTreeMap<KeyId, usize> = BTreeMap::new();
    for mut seen in seen {
        let findings = if is_descriptor(&seen.path) {
            findings_of_stream(&seen)
        } else if seen.kind() == Kind::Private {
            let beside = take_up(&mut seen, &public);
            [findings_of_pair(&seen, &beside, whose), own_findings(&seen)].concat()
        } else {
            own_findings(&seen)
        };
        let id = match &seen.described.public {
            Some(public) => id_of(public),
            None => KeyId::File(seen.path.clone()),
        };
        let file = KeyFile {
            path: seen.path.clone(),
            kind: seen.kind(),
            format: seen.described.format,
            is_encrypted: seen
                .described
                .protection
                .as_ref()
                .is_some_and(Protection::is_encrypted),
            modified: seen.modified,
        };
        if let Some(key) = places.get(&id).and_then(|place| keys.get_mut(*place)) {
            add(key, file, seen.described, findings, whose);
            continue;
        }
        places.insert(id.clone(), keys.len());
        keys.push(Key {
            name: key_of(&id).and_then(|key| register.name(key)),
            is_default: key_of(&id).is_some_and(|key| register.is_default(key)),
            installed: key_of(&id).map(|key| register.installed(key)).unwrap_or_default(),
            id,
            described: seen.described,
            files: vec![file],
            findings,
        });
    }
    for key in &mut keys {
        let about_use = finding_of_use(key, tried);
        key.findings.extend(about_use);
        key.findings
            .sort_by_key(|finding| std::cmp::Reverse(finding.grade));
    }
    keys.sort_by_cached_key(|key| (!key.is_default, key.title().to_lowercase(), key.file_name()));
    keys
}

fn key_of(id: &KeyId) -> Option<&crate::key::fingerprint::Fingerprint> {
    match id {
        KeyId::Fingerprint(fingerprint) => Some(fingerprint),
        KeyId::File(_) => None,
    }
}

/// Takes from `FILE.pub` what the private file does not show.
fn take_up(seen: &mut Seen, public: &BTreeMap<PathBuf, (PublicKey, Vec<u8>)>) -> Beside {
    let Some((key, comment)) = public.get(&file_beside(&seen.path)) else {
        return Beside::Nothing;
    };
    let described = &mut seen.described;
    let beside = match &described.public {
        Some(own) if own == key => Beside::Same,
        Some(_) => return Beside::Another,
        None => Beside::Unproved,
    };
    described.public.get_or_insert_with(|| key.clone());
    let has_room = described.format.is_none_or(Format::holds_comment);
    if !has_room || described.comment.is_none() {
        described.comment = Some(comment.clone());
    }
    beside
}

fn findings_of_pair(seen: &Seen, beside: &Beside, whose: &Whose) -> Vec<Finding> {
    let path = &seen.path;
    let mut findings = findings_of_public(seen, beside, whose);
    let has_stray = |key: &PublicKey| opening::has_stray_certificate(path, key);
    if seen.described.public.as_ref().is_some_and(has_stray) {
        findings.push(Finding::stray_certificate(path, whose));
    }
    findings
}

fn findings_of_public(seen: &Seen, beside: &Beside, whose: &Whose) -> Vec<Finding> {
    let path = &seen.path;
    let public = file_beside(path);
    // The files of other programs hold both halves.
    let needs_public = seen.described.format.is_some_and(is_for_ssh);
    match beside {
        Beside::Nothing if needs_public && !public.exists() => {
            let is_known = seen.described.public.is_some();
            vec![Finding::no_public_file(path, &public, is_known, whose)]
        }
        Beside::Another => vec![Finding::mismatch(path, &public, whose)],
        Beside::Nothing | Beside::Same | Beside::Unproved => Vec::new(),
    }
}

/// What the file itself gives cause for.
fn own_findings(seen: &Seen) -> Vec<Finding> {
    let warnings = seen.described.warnings.iter().cloned();
    let mut findings: Vec<Finding> = warnings
        .map(|warning| Finding::of_warning(warning, &seen.path))
        .collect();
    if cfg!(windows)
        && seen.kind() == Kind::Private
        && let Ok(Access::NotOwned { owner }) = audit_private(&seen.path)
    {
        findings.push(Finding::not_owned(&seen.path, &owner));
    }
    findings
}

/// What a key gives cause for that came from a pipe: nothing lies there that could be put right.
fn findings_of_stream(seen: &Seen) -> Vec<Finding> {
    let of_key = own_findings(seen).into_iter().map(|mut finding| {
        finding.remedy = None;
        finding
    });
    of_key.collect()
}

/// One more file of a key.
fn add(key: &mut Key, file: KeyFile, described: Description, findings: Vec<Finding>, whose: &Whose) {
    for finding in findings {
        // A weak key is as weak in each of its files.
        if !key.findings.contains(&finding) {
            key.findings.push(finding);
        }
    }
    if file.kind == Kind::Private {
        let same = |known: &&KeyFile| known.kind == Kind::Private && known.format == file.format;
        if let Some(first) = key.files.iter().find(same) {
            key.findings
                .push(Finding::duplicate(&file.path, &first.path, whose));
        }
    }
    if key.described.certificate.is_none() {
        key.described.certificate = described.certificate;
    }
    if key.described.comment.as_ref().is_none_or(Vec::is_empty) {
        key.described.comment = described.comment;
    }
    key.files.push(file);
}

/// Whether ssh comes upon the key.
fn finding_of_use(key: &Key, tried: &Tried) -> Option<Finding> {
    let file = key.private_file()?;
    let path: &Path = &file.path;
    match file.format {
        _ if is_descriptor(path) => None,
        Some(format) if !is_for_ssh(format) => Some(Finding::not_for_ssh(path, format)),
        _ if key.is_default && !tried.is_named(path) => Some(Finding::default_lost(path)),
        _ if !tried.is_tried(path) && tried.has_usual_name(path) => Some(match &tried.renewable {
            Some(config) => Finding::passed_over(config),
            None => Finding::no_longer_tried(path),
        }),
        _ if !tried.is_tried(path) => Some(Finding::not_tried(path)),
        _ => None,
    }
}
