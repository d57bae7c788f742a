//! This computer: what keeps ssh from using the keys that are here.

use std::path::{Path, PathBuf};

use super::about::About;
use super::cause::Cause;
use super::file;
use super::log;
use super::mend::{Mend, start_command};
use super::verdict::{Certainty, Evidence, Examination, Fix, Source, Step, Verdict};
use crate::engine::agents;
use crate::engine::command_line::foreign_word;
use crate::engine::keys::own_lines::named_by_us_alone;
use crate::engine::keys::{Broken, Finding, Grade, Inventory, Kind, Remedy, Whose};
use crate::engine::plural::counted;
use crate::engine::servers::find;
use crate::key::watch::Watch;
use crate::sys::agent::{Agent, AgentFault};
use crate::sys::remote::{Target, read_config};

/// A host that no configuration names, for what holds for all of them (RFC 2606).
const NO_HOST: &str = "no-host.invalid";
/// As many keys of an agent as a server hears, as a rule (`MaxAuthTries`).
const USUAL_LIMIT: usize = 6;
/// As many hosts of the configuration as are looked at.
const MOST_HOSTS: usize = 200;

/// What was found here, and what this program can do about it.
#[derive(Debug)]
pub struct Here {
    /// The verdicts, and every step.
    pub examination: Examination,
    /// All that can be put right, not only what the verdicts are about.
    pub mends: Vec<Mend>,
    /// Whether something could not be looked at.
    pub is_unseen: bool,
}

/// Examines this computer.
#[must_use]
pub fn examine(whose: &Whose, watch: &dyn Watch) -> Here {
    let mut found = Found::default();
    found.configuration();
    let inventory = Inventory::read(whose, &[], watch);
    found.inventory(&inventory, whose);
    found.hosts(whose);
    let held = found.agents(&agents::all(None));
    if inventory.keys.is_empty() && held == 0 && found.verdicts.is_empty() {
        let about = About {
            host: Some("any server".to_owned()),
            ..About::default()
        };
        let verdict = Verdict::new(Cause::NoKeyOffered, Certainty::Certain, &about);
        let evidence = "there is no key in ~/.ssh, and no agent has one";
        found.put(verdict, evidence, Source::File, None);
    }
    for problem in inventory.unseen() {
        found.steps.push(Step::ill("keys", &*problem.what));
    }
    let remedies = inventory.remedies().into_iter().cloned();
    let mut mends: Vec<Mend> = remedies.map(Mend::Here).collect();
    let is_unseen = inventory.unseen().next().is_some();
    let examination = found.concluded(is_unseen);
    for mend in examination.mends() {
        if !mends.contains(&mend) {
            mends.push(mend);
        }
    }
    Here {
        examination,
        mends,
        is_unseen,
    }
}

#[derive(Default)]
struct Found {
    verdicts: Vec<Verdict>,
    steps: Vec<Step>,
}

impl Found {
    fn put(&mut self, verdict: Verdict, evidence: &str, source: Source, remedy: Option<&Remedy>) {
        self.steps.push(Step::ill(verdict.cause.code(), evidence));
        let mut verdict = verdict.seen(Evidence::new(source, evidence));
        if let Some(fix) = &mut verdict.fix {
            fix.mend = remedy.cloned().map(Mend::Here);
        }
        self.verdicts.push(verdict);
    }

    /// What ssh says of its configuration.
    fn configuration(&mut self) {
        let target = match find(NO_HOST, &[], None) {
            Ok(target) => target,
            Err(problem) => {
                let verdict = Verdict::new(Cause::ConfigError, Certainty::Certain, &About::default());
                self.put(verdict, &problem.what, Source::File, None);
                return;
            }
        };
        match &target.settings().refused {
            Some(said) => {
                let verdict = refused_configuration(said);
                self.put(verdict, &format!("ssh -G says: {said}"), Source::Step, None);
            }
            None => self.steps.push(Step::well("configuration", "ssh reads it")),
        }
    }

    fn inventory(&mut self, inventory: &Inventory, whose: &Whose) {
        for key in &inventory.keys {
            for finding in &key.findings {
                self.finding(finding, key.main_file(), whose);
            }
            let open = key
                .files
                .iter()
                .filter(|file| file.kind == Kind::Private && !file.is_encrypted);
            for file in open {
                if let Some(service) = copied_by(&file.path) {
                    let found = format!(
                        "{} has no passphrase, and {service} copies the folder that it lies in",
                        whose.short(&file.path)
                    );
                    self.steps.push(Step::ill("keys", found));
                }
            }
        }
        for finding in &inventory.places {
            self.finding(finding, None, whose);
        }
        for Broken { path, problem } in &inventory.broken {
            let about = About::file(&whose.short(path));
            let verdict = Verdict::new(Cause::KeyFileFormat, Certainty::Likely, &about);
            self.put(verdict, &problem.what, Source::File, None);
        }
        self.steps
            .push(Step::well("keys", format!("{} found", inventory.keys.len())));
    }

    fn finding(&mut self, finding: &Finding, main: Option<&Path>, whose: &Whose) {
        let warning = &finding.warning;
        let file = finding.file.as_deref().or(main);
        let name = file
            .and_then(Path::file_name)
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let (cause, certainty) = match warning.code {
            "permissions" | "permissions-owner" => (Cause::KeyFilePermissions, Certainty::Certain),
            "permissions-list" if name == "config" => (Cause::ConfigPermissions, Certainty::Certain),
            // Only where somebody logs in on this computer.
            "permissions-list" | "permissions-home" | "permissions-folder" => {
                (Cause::ServerPermissions, Certainty::Possible)
            }
            "carriage-returns" | "mangled" => (Cause::KeyFileFormat, Certainty::Certain),
            "pair-mismatch" => (Cause::PublicHalfMismatch, Certainty::Certain),
            "cert-mismatch" => (Cause::CertificateMismatch, Certainty::Certain),
            "cert-expired" => (Cause::CertificateExpired, Certainty::Certain),
            "cert-not-yet-valid" => (Cause::CertificateNotYetValid, Certainty::Certain),
            "list-mangled" => (Cause::LineDamaged, Certainty::Certain),
            "default-lost" => (Cause::NoKeyOffered, Certainty::Possible),
            "not-tried" if finding.grade > Grade::Note => (Cause::NoKeyOffered, Certainty::Possible),
            _ => {
                self.steps.push(Step::well(warning.code, &*warning.message));
                return;
            }
        };
        let about = file.map_or_else(About::default, |file| About::file(&whose.short(file)));
        let verdict = Verdict::new(cause, certainty, &about);
        let harmless = finding.remedy.as_ref().filter(|remedy| remedy.is_harmless());
        self.put(verdict, &warning.message, Source::File, harmless);
    }

    /// Hosts of the configuration whose keys are gone.
    fn hosts(&mut self, whose: &Whose) {
        let config = read_config().unwrap_or_default();
        let mut putty: Vec<PathBuf> = Vec::new();
        let mut gone: Vec<(PathBuf, String)> = Vec::new();
        // Our own lines name all usual names, whether or not there is a key of that name.
        let ours = named_by_us_alone(whose);
        for alias in config.aliases().into_iter().take(MOST_HOSTS) {
            let Ok(target) = Target::parse(&alias, &config, "nobody") else {
                continue;
            };
            for name in target.settings().identity_files() {
                let Some(path) = target.file(&name).filter(|_| !name.eq_ignore_ascii_case("none")) else {
                    continue;
                };
                let is_known = ours.contains(&name) || gone.iter().any(|(known, _)| *known == path);
                if file::is_ppk(&path) && !putty.contains(&path) {
                    self.putty(&path, &alias, whose);
                    putty.push(path);
                    continue;
                }
                if !is_known && !path.exists() && !with_pub(&path).exists() {
                    gone.push((path, alias.clone()));
                }
            }
        }
        for (path, alias) in gone {
            let about = About::file(&whose.short(&path));
            let verdict = Verdict::new(Cause::KeyFileMissing, Certainty::Certain, &about);
            let evidence = format!("ssh's configuration names it for the host {alias}");
            self.put(verdict, &evidence, Source::File, None);
        }
    }

    /// A host of the configuration has a key that only PuTTY's programs read.
    fn putty(&mut self, path: &Path, alias: &str, whose: &Whose) {
        let Ok(found) = file::examine_for_ssh(path, whose) else {
            return;
        };
        let is_of_putty = |verdict: &Verdict| verdict.cause == Cause::KeyFileFormat;
        for mut verdict in found.verdicts.into_iter().filter(is_of_putty) {
            // Of several hosts that a pattern stands for none is the one.
            if let Some(Fix {
                mend: Some(Mend::ForSsh { alias: named, .. }),
                ..
            }) = &mut verdict.fix
            {
                *named = Some(alias.to_owned());
            }
            let evidence = format!("ssh's configuration names it for the host {alias}");
            self.steps.push(Step::ill(verdict.cause.code(), &*evidence));
            self.verdicts
                .push(verdict.seen(Evidence::new(Source::File, &evidence)));
        }
    }

    /// Asks the agents; how many keys they have.
    fn agents(&mut self, all: &[Agent]) -> usize {
        let mut held = 0;
        for agent in all {
            let place = crate::key::comment::escaped(agent.place().as_os_str().as_encoded_bytes());
            match agent.list() {
                Ok(keys) => {
                    held += keys.len();
                    self.steps.push(Step::well(
                        "agent",
                        format!("{place} has {}", counted(keys.len(), "key")),
                    ));
                    if agent.is_named() && keys.len() > USUAL_LIMIT {
                        let about = About {
                            host: Some("A server".to_owned()),
                            ..About::default()
                        };
                        let mut verdict = Verdict::new(Cause::TooManyKeys, Certainty::Possible, &about);
                        verdict.message = format!(
                            "The agent has {} keys, and many servers end the connection after {USUAL_LIMIT}.",
                            keys.len()
                        );
                        self.put(
                            verdict,
                            &format!("{place} has {}", counted(keys.len(), "key")),
                            Source::Step,
                            None,
                        );
                    }
                }
                Err(fault @ AgentFault::NotRunning { .. }) if agent.is_named() => {
                    let said = format!(" at {place}");
                    let about = About {
                        said: Some(said),
                        ..About::default()
                    };
                    let verdict = Verdict::new(Cause::AgentMissing, Certainty::Certain, &about);
                    self.put(verdict, &fault.to_string(), Source::Step, None);
                    self.can_start(agent.place());
                }
                Err(fault) if agent.is_named() => self.steps.push(Step::ill("agent", fault.to_string())),
                Err(_) => {}
            }
        }
        held
    }

    /// That an agent can be started where ssh looks for one.
    fn can_start(&mut self, place: &Path) {
        // On Windows it is a service.
        if cfg!(windows) || !place.is_absolute() || !place.parent().is_some_and(Path::is_dir) {
            return;
        }
        let last = self.verdicts.last_mut().and_then(|verdict| verdict.fix.as_mut());
        if let (Some(fix), Some(shown)) = (last, place.to_str().and_then(foreign_word)) {
            fix.command = Some(start_command(&shown));
            fix.mend = Some(Mend::StartAgent {
                place: place.to_owned(),
            });
        }
    }

    fn concluded(mut self, is_unseen: bool) -> Examination {
        if self.verdicts.is_empty() {
            let mut verdict = if is_unseen {
                Verdict::new(Cause::Unknown, Certainty::Possible, &About::default())
            } else {
                Verdict::new(Cause::Works, Certainty::Certain, &About::default())
            };
            verdict.message = if is_unseen {
                "Not all of it could be looked at.".to_owned()
            } else {
                "Nothing is wrong with the keys on this computer.".to_owned()
            };
            verdict.fix = None;
            return Examination::of(vec![verdict], self.steps);
        }
        self.verdicts
            .sort_by_key(|verdict| std::cmp::Reverse(verdict.certainty));
        Examination::of(self.verdicts, self.steps)
    }
}

/// The verdict on a configuration that ssh refuses, and what it says of it.
pub(super) fn refused_configuration(said: &str) -> Verdict {
    // It is what a log would have.
    let judged = log::examine(said.as_bytes()).map(|found| found.verdicts);
    let mut judged = judged.unwrap_or_default().into_iter();
    let named = judged.find(|verdict| matches!(verdict.cause, Cause::ConfigError | Cause::ConfigPermissions));
    let verdict =
        named.unwrap_or_else(|| Verdict::new(Cause::ConfigError, Certainty::Certain, &About::default()));
    Verdict {
        evidence: Vec::new(),
        ..verdict
    }
}

/// Folders of services that copy what lies there to other computers, by how their programs name them.
const COPIED: [(&str, &str); 9] = [
    ("onedrive", "OneDrive"),
    ("dropbox", "Dropbox"),
    ("google drive", "Google Drive"),
    ("googledrive", "Google Drive"),
    ("icloud drive", "iCloud"),
    ("mobile documents", "iCloud"),
    ("nextcloud", "Nextcloud"),
    ("owncloud", "ownCloud"),
    ("syncthing", "Syncthing"),
];

/// The service that copies a file to other computers, where that can be told by the folders that it lies in.
fn copied_by(path: &Path) -> Option<&'static str> {
    let folders = path.parent()?.components();
    let names = folders.map(|folder| folder.as_os_str().to_string_lossy().to_lowercase());
    // “OneDrive - Example Ltd”, “Dropbox (Private)”.
    names.into_iter().find_map(|name| {
        let known = COPIED.iter().find(|(folder, _)| {
            name.strip_prefix(folder)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '-', '(']))
        });
        known.map(|(_, service)| *service)
    })
}

fn with_pub(path: &Path) -> PathBuf {
    crate::engine::saving::file_beside(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_that_services_copy_are_known_by_their_names() {
        for (path, expected) in [
            ("/home/jo/OneDrive - Example Ltd/keys/id", Some("OneDrive")),
            ("/home/jo/Dropbox/id", Some("Dropbox")),
            ("/Users/jo/Library/Mobile Documents/x/id", Some("iCloud")),
            ("/home/jo/.ssh/id", None),
            ("/home/jo/dropboxes/id", None),
            ("/home/jo/Dropbox", None),
        ] {
            assert_eq!(copied_by(Path::new(path)), expected, "{path}");
        }
    }
}
