//! The page “Keys”: what was found, which key is chosen, and what is being done.

use std::path::PathBuf;

use crate::app::stage::Looked;
use crate::engine::Problem;
use crate::engine::job::Job;
use crate::engine::key_name::KeyName;
use crate::engine::keys::default_key::Plan;
use crate::engine::keys::removal::Removed;
use crate::engine::keys::restoring::Restorable;
use crate::engine::keys::{Finding, Inventory, Key, KeyId, Remedy, Whose};

/// What can be asked for there.
#[derive(Clone, Debug, PartialEq)]
pub enum KeysCommand {
    /// Look at all keys again.
    Read,
    /// Show this one.
    Choose(KeyId),
    /// Call the chosen key what was typed.
    SaveName,
    /// Let it be called what it was.
    UndoName,
    /// Copy the public key line of the chosen one.
    CopyPublicKey,
    /// Open the chosen one on the page “Key”: to change its passphrase or comment, or its format.
    Open,
    /// Open the chosen one, and go with it to the page “Servers”.
    PutOnServer,
    /// Log in on this server with the chosen one, in a terminal.
    LogIn(String),
    /// Show its file in the file manager.
    ShowInFolder,
    /// Show what making the chosen one the default key would change.
    PlanDefault,
    /// Show what it would change to have no default key.
    PlanNoDefault,
    /// Make that change.
    MakeDefault,
    /// Show what taking the chosen one away would move.
    PlanRemoval,
    /// The same for the copy of it in this file.
    PlanRemovalOf(PathBuf),
    /// Move it.
    Remove,
    /// Move back what was moved last.
    PutBack,
    /// Show what was taken away, and can come back.
    ShowRemoved,
    /// Move that back.
    Restore(Restorable),
    /// Put one thing right.
    Repair(Remedy),
    /// Put everything right that can be without a question.
    RepairAll,
    /// Mend what a program left that was ended in the middle.
    RepairUnfinished,
    /// Ask for a place to look for keys.
    AskPlace,
    /// Choose it in a dialog of the system.
    PickPlace(PlaceKind),
    /// Add the place that was typed.
    AddPlace,
    /// Look there no longer.
    ForgetPlace(PathBuf),
}

/// What is added to where keys are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceKind {
    /// A folder with keys.
    Folder,
    /// One key.
    File,
}

/// The state of the page.
#[derive(Debug, Default)]
pub struct MyKeys {
    /// What was found; nothing before the page was shown.
    pub inventory: Option<Inventory>,
    /// What is searched for, as it is being typed.
    pub search: String,
    /// The name of the chosen key, as it is being typed.
    pub name: String,
    /// Why that is no name.
    pub name_problem: Option<Problem>,
    pub(super) chosen: Option<KeyId>,
    next: Option<KeyId>,
    pub(in crate::app) whose: Whose,
    pub(super) removed: Option<(String, Removed)>,
    pub(super) work: Option<Work>,
    /// Whether the open key is where it was.
    pub(super) looking: Option<Job<Looked>>,
    filtered: Option<(String, Vec<usize>)>,
}

/// What goes on beside the page.
#[derive(Debug)]
pub(super) enum Work {
    Reading(Job<Inventory>),
    Planning(Job<Result<Box<Plan>, Problem>>),
    Doing(Job<Finished>),
}

/// What came of doing something, and how things stand then.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) result: Result<Outcome, Problem>,
    pub(super) inventory: Inventory,
}

/// What was done.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) sentence: String,
    pub(super) file: Option<PathBuf>,
    pub(super) trash: Trash,
}

/// What becomes of the offer to put a key back.
#[derive(Debug, Default)]
pub(super) enum Trash {
    /// It stays as it is.
    #[default]
    Same,
    /// It is for this key now.
    Holds(String, Removed),
    /// The key is back.
    Empty,
}

impl Outcome {
    pub(super) fn say(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            ..Self::default()
        }
    }
}

impl MyKeys {
    /// The page before anything was looked at.
    pub(super) fn new(whose: Whose) -> Self {
        Self {
            whose,
            ..Self::default()
        }
    }

    /// Has this key chosen when the keys are looked at next.
    pub(super) fn choose_next(&mut self, id: KeyId) {
        self.next = Some(id);
    }

    /// The key that is shown in full.
    #[must_use]
    pub fn chosen(&self) -> Option<&Key> {
        self.inventory.as_ref()?.key(self.chosen.as_ref()?)
    }

    /// Whose keys these are.
    #[must_use]
    pub fn whose(&self) -> &Whose {
        &self.whose
    }

    /// The folders and files that were added to the usual place.
    #[must_use]
    pub fn added(&self) -> &[PathBuf] {
        self.inventory.as_ref().map_or(&[], |inventory| &inventory.added)
    }

    /// What was taken away, now or some other day, and can come back.
    #[must_use]
    pub fn restorable(&self) -> &[Restorable] {
        self.inventory
            .as_ref()
            .map_or(&[], |inventory| &inventory.removed)
    }

    /// What a program left that was ended in the middle.
    #[must_use]
    pub fn unfinished(&self) -> Vec<Finding> {
        let inventory = self.inventory.iter();
        inventory.flat_map(Inventory::unfinished).cloned().collect()
    }

    /// Whether there is something in the trash, or left over.
    #[must_use]
    pub fn has_trash(&self) -> bool {
        !self.restorable().is_empty() || !self.unfinished().is_empty()
    }

    /// Whether something goes on beside the page.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.work.is_some() || self.looking.is_some()
    }

    /// Whether something is being done, so that nothing else can be. Looking gives way, and is begun anew behind it.
    #[must_use]
    pub fn is_doing(&self) -> bool {
        self.work.is_some() && !self.is_reading()
    }

    /// Whether the keys are being looked at.
    #[must_use]
    pub fn is_reading(&self) -> bool {
        matches!(self.work, Some(Work::Reading(_)))
    }

    /// What was taken away last, and can come back.
    #[must_use]
    pub fn removed(&self) -> Option<&str> {
        self.removed.as_ref().map(|(title, _)| title.as_str())
    }

    /// The keys that are searched for, by their place in the inventory; the chosen one is among them.
    pub fn found(&mut self) -> &[usize] {
        let search = self.search.trim().to_lowercase();
        if self.filtered.as_ref().is_none_or(|(text, _)| *text != search) {
            let keys = self
                .inventory
                .as_ref()
                .map_or(&[][..], |inventory| &inventory.keys);
            let matching = (0..keys.len()).filter(|index| keys[*index].matches(&search));
            let matching = matching.collect();
            self.filtered = Some((search, matching));
            self.choose_among_found();
        }
        self.filtered.as_ref().map_or(&[], |(_, found)| found)
    }

    /// What can be done is done with a key that is seen: when the chosen one is not, the first one takes its place.
    fn choose_among_found(&mut self) {
        let (Some(inventory), Some((_, found))) = (&self.inventory, &self.filtered) else {
            return;
        };
        let mut ids = found.iter().map(|index| &inventory.keys[*index].id);
        if !ids.clone().any(|id| Some(id) == self.chosen.as_ref()) {
            let first = ids.next().cloned();
            self.choose(first);
        }
    }

    /// Takes up what was found. The key that was chosen stays so, wherever it lies now.
    pub(super) fn take_up(&mut self, inventory: Inventory) {
        self.inventory = Some(inventory);
        self.filtered = None;
        if let Some(next) = self.next.take() {
            self.choose(Some(next));
        }
        self.found();
    }

    pub(super) fn choose(&mut self, id: Option<KeyId>) {
        self.chosen = id;
        self.name = self.known_name().to_owned();
        self.name_problem = None;
    }

    /// What the chosen key is called; empty where it has no name of its own.
    pub(super) fn known_name(&self) -> &str {
        let name = self.chosen().and_then(|key| key.name.as_ref());
        name.map(KeyName::as_str).unwrap_or_default()
    }
}
