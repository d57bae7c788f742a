//! Look → choose → (show what it would change) → do it → look again.

use crate::app::desktop::Desktop;
use crate::app::dialog::{Dialog, Unsaved};
use crate::app::flow::copy::copied_public_key;
use crate::app::my_keys::{Finished, KeysCommand, Outcome, Trash, Work};
use crate::app::{App, Command, Page, Status};
use crate::engine::job::{Job, Poll};
use crate::engine::key_name::KeyName;
use crate::engine::keys::copies::Copies;
use crate::engine::keys::default_key::{self, Plan};
use crate::engine::keys::restoring::Restorable;
use crate::engine::keys::{Edit, Inventory, Key, KeyId, Remedy, Store, Whose, repair};
use crate::engine::{Blame, Problem, lost, told_by_disk};
use crate::key::watch::Unwatched;

impl App {
    pub(in crate::app) fn apply_to_keys(&mut self, command: KeysCommand, desktop: &dyn Desktop) {
        match command {
            KeysCommand::Read => self.read_keys(desktop),
            KeysCommand::Choose(id) => {
                self.save_key_name();
                self.my_keys.choose(Some(id));
            }
            KeysCommand::SaveName => self.save_key_name(),
            KeysCommand::UndoName => self.my_keys.choose(self.my_keys.chosen.clone()),
            KeysCommand::CopyPublicKey => {
                if let Some(key) = self.my_keys.chosen()
                    && let Some(line) = key.public_line()
                {
                    let done = copied_public_key(&key.title());
                    self.copy(&line, &done, desktop);
                }
            }
            KeysCommand::Open => {
                if let Some(path) = self.my_keys.chosen().and_then(Key::main_file) {
                    self.open_path(path.to_owned(), Unsaved::Ask);
                }
            }
            KeysCommand::PutOnServer => self.put_chosen_on_server(),
            KeysCommand::LogIn(server) => self.log_in_with_chosen(server, desktop),
            KeysCommand::ShowInFolder => {
                if let Some(path) = self.my_keys.chosen().and_then(Key::main_file) {
                    desktop.show_in_folder(path);
                }
            }
            KeysCommand::PlanDefault => self.plan_default(),
            KeysCommand::PlanNoDefault => {
                self.plan_for_keys(Plan::clear);
            }
            KeysCommand::MakeDefault => self.make_default(),
            KeysCommand::PlanRemoval => self.plan_removal(Copies::of),
            KeysCommand::PlanRemovalOf(file) => self.plan_removal(|key| Copies::only(key, &file)),
            KeysCommand::Remove => self.remove_key(),
            KeysCommand::PutBack => self.put_key_back(),
            KeysCommand::ShowRemoved => self.dialog = Some(Dialog::RemovedKeys),
            KeysCommand::Restore(removed) => self.restore_key(removed),
            KeysCommand::Repair(remedy) => self.do_with_keys(move |whose| {
                let done = repair::apply(&remedy, whose)?;
                Ok(Outcome::say(done))
            }),
            KeysCommand::RepairAll => self.repair_all(),
            KeysCommand::RepairUnfinished => self.repair_unfinished(),
            KeysCommand::AskPlace => self.ask_place(),
            KeysCommand::PickPlace(kind) => self.pick_place(kind, desktop),
            KeysCommand::AddPlace => self.place_typed(),
            KeysCommand::ForgetPlace(path) => self.forget_place(path),
        }
    }

    /// Looks at all keys; what is shown stays until that is done.
    pub(in crate::app) fn read_keys(&mut self, desktop: &dyn Desktop) {
        if matches!(self.my_keys.work, Some(Work::Doing(_))) {
            return;
        }
        self.my_keys.whose = Whose {
            home: desktop.home(),
            store: Store::beside(self.kept.place()),
        };
        self.read_keys_anew();
    }

    /// The same for whoever they were before.
    pub(in crate::app) fn read_keys_anew(&mut self) {
        if matches!(self.my_keys.work, Some(Work::Doing(_))) {
            return;
        }
        let whose = self.my_keys.whose.clone();
        let job = Job::start("keys", &self.wake.0, move |pulse| {
            Inventory::read(&whose, &[], pulse)
        });
        self.my_keys.work = Some(Work::Reading(job));
    }

    pub(in crate::app) fn poll_keys(&mut self) {
        match self.my_keys.work.take() {
            None => {}
            Some(Work::Reading(mut job)) => match job.poll() {
                Poll::Running => self.my_keys.work = Some(Work::Reading(job)),
                Poll::Done(inventory) => {
                    self.my_keys.take_up(inventory);
                    self.look_for_file();
                }
                Poll::Lost => self.fail("The keys could not be looked at", lost()),
            },
            Some(Work::Planning(mut job)) => match job.poll() {
                Poll::Running => self.my_keys.work = Some(Work::Planning(job)),
                Poll::Done(Ok(plan)) => self.dialog = Some(Dialog::DefaultKey(plan)),
                Poll::Done(Err(problem)) => self.fail("Nothing was changed", problem),
                Poll::Lost => self.fail("Nothing was changed", lost()),
            },
            Some(Work::Doing(mut job)) => match job.poll() {
                Poll::Running => self.my_keys.work = Some(Work::Doing(job)),
                Poll::Done(finished) => self.finished_with_keys(finished),
                Poll::Lost => self.fail("This may not have been done", lost()),
            },
        }
    }

    fn finished_with_keys(&mut self, Finished { result, inventory }: Finished) {
        self.my_keys.take_up(inventory);
        self.look_for_file();
        match result {
            Ok(Outcome {
                sentence,
                file,
                trash,
            }) => {
                match trash {
                    Trash::Same => {}
                    Trash::Holds(title, removed) => self.my_keys.removed = Some((title, removed)),
                    Trash::Empty => self.my_keys.removed = None,
                }
                self.status = Status { text: sentence, file };
            }
            Err(problem) => self.fail("This went wrong", problem),
        }
    }

    /// Does something on a thread of its own, and looks at all keys again.
    pub(in crate::app::flow) fn do_with_keys(
        &mut self,
        work: impl FnOnce(&Whose) -> Result<Outcome, Problem> + Send + 'static,
    ) {
        // Looking is begun anew behind it.
        if self.my_keys.is_doing() {
            return;
        }
        let whose = self.my_keys.whose.clone();
        let job = Job::start("keys", &self.wake.0, move |_| {
            let result = told_by_disk(|| work(&whose));
            // Whatever became of it, how things stand is to be seen.
            let inventory = Inventory::read(&whose, &[], &Unwatched);
            Finished { result, inventory }
        });
        self.my_keys.work = Some(Work::Doing(job));
    }

    /// Finds out what something would change, and shows that.
    fn plan_for_keys(&mut self, work: impl FnOnce(&Whose) -> Result<Plan, Problem> + Send + 'static) {
        if self.my_keys.is_doing() {
            return;
        }
        let whose = self.my_keys.whose.clone();
        let job = Job::start("keys", &self.wake.0, move |_| work(&whose).map(Box::new));
        self.my_keys.work = Some(Work::Planning(job));
    }

    /// Has the chosen key called what was typed, where that is something new.
    pub(in crate::app) fn save_key_name(&mut self) {
        let Some(KeyId::Fingerprint(key)) = self.my_keys.chosen().map(|key| key.id.clone()) else {
            return;
        };
        let before = self.my_keys.known_name().to_owned();
        if self.my_keys.name.trim() == before {
            self.my_keys.name_problem = None;
            return;
        }
        let name = match self.my_keys.name.trim() {
            "" => None,
            text => match KeyName::new(text) {
                Ok(name) => Some(name),
                Err(error) => {
                    self.my_keys.name_problem = Some(error.into());
                    return;
                }
            },
        };
        self.my_keys.name_problem = None;
        self.do_with_keys(move |whose| {
            let sentence = match &name {
                Some(name) => format!("The key is called “{}” now.", name.as_str()),
                None => "The key goes by its file’s name now.".to_owned(),
            };
            let there = whose.store.read().register.name(&key);
            if there.as_ref().map_or("", KeyName::as_str) != before {
                return Err(named_meanwhile());
            }
            whose.store.change(&[Edit::Name { key, name }])?;
            Ok(Outcome::say(sentence))
        });
    }

    fn plan_default(&mut self) {
        let Some(key) = self.my_keys.chosen() else { return };
        let (Some(file), Some(fingerprint)) = (key.file_for_ssh(), key.fingerprint().cloned()) else {
            let problem = default_key::not_for_ssh(&key.title());
            return self.fail("Nothing was changed", problem);
        };
        let path = file.path.clone();
        self.plan_for_keys(move |whose| Plan::set(whose, &path, &fingerprint, false));
    }

    fn make_default(&mut self) {
        let Some(Dialog::DefaultKey(plan)) = self
            .dialog
            .take_if(|dialog| matches!(dialog, Dialog::DefaultKey(_)))
        else {
            return;
        };
        self.do_with_keys(move |whose| {
            let made = plan.make(whose)?;
            let path = whose.short(plan.path());
            let sentence = match &made.backup {
                Some(backup) => {
                    format!(
                        "Changed {path}. The file as it was is kept as {}.",
                        whose.short(backup)
                    )
                }
                None => format!("Your default key is in {path}."),
            };
            Ok(Outcome {
                file: Some(plan.path().to_owned()),
                ..Outcome::say(sentence)
            })
        });
    }

    /// A key that is open already need not be opened once more.
    fn put_chosen_on_server(&mut self) {
        let Some(key) = self.my_keys.chosen() else { return };
        let Some(path) = key.main_file() else { return };
        let path = path.to_owned();
        let is_open = self.document().is_some_and(|document| {
            document.path.as_ref() == Some(&path) && key.described.public.as_ref() == Some(document.public())
        });
        if is_open {
            self.choose_server();
        } else if self.may_lose_key(&Command::Keys(KeysCommand::PutOnServer)) {
            self.open_for(Page::Servers, path);
        }
    }

    fn plan_removal(&mut self, copies: impl FnOnce(&Key) -> Copies) {
        let Some(key) = self.my_keys.chosen() else { return };
        let (title, copies) = (key.title(), Box::new(copies(key)));
        match copies.removal() {
            Ok(_) => self.dialog = Some(Dialog::RemoveKey { title, copies }),
            Err(problem) => self.fail("The key stays where it is", problem),
        }
    }

    fn remove_key(&mut self) {
        let Some(Dialog::RemoveKey { title, copies }) = self
            .dialog
            .take_if(|dialog| matches!(dialog, Dialog::RemoveKey { .. }))
        else {
            return;
        };
        let removal = match copies.removal() {
            Ok(removal) if removal.files.is_empty() => return,
            Ok(removal) => removal,
            Err(problem) => return self.fail("The key stays where it is", problem),
        };
        let title = if copies.staying().is_empty() {
            title
        } else {
            // What is left of it keeps its name.
            let files: Vec<String> = removal
                .files
                .iter()
                .map(|file| self.my_keys.whose.short(file))
                .collect();
            files.join(" and ")
        };
        self.do_with_keys(move |whose| {
            let removed = removal.make()?;
            Ok(Outcome {
                sentence: removed.sentence(&title, whose),
                file: removed.files().first().cloned(),
                trash: Trash::Holds(title, removed),
            })
        });
    }

    fn put_key_back(&mut self) {
        if self.my_keys.is_doing() {
            return;
        }
        let Some((title, mut removed)) = self.my_keys.removed.clone() else {
            return;
        };
        self.do_with_keys(move |_| {
            removed.put_back()?;
            Ok(Outcome {
                trash: Trash::Empty,
                ..Outcome::say(format!("Put back {title}."))
            })
        });
    }

    fn restore_key(&mut self, removed: Restorable) {
        if self.my_keys.is_doing() {
            return;
        }
        self.dialog = None;
        self.do_with_keys(move |whose| {
            let places: Vec<String> = removed.places().iter().map(|place| whose.short(place)).collect();
            removed.put_back()?;
            Ok(Outcome {
                trash: Trash::Empty,
                ..Outcome::say(format!("Put back {}.", places.join(" and ")))
            })
        });
    }

    fn repair_unfinished(&mut self) {
        let Some(inventory) = &self.my_keys.inventory else {
            return;
        };
        let remedies = inventory.remedies_of_unfinished();
        self.do_with_keys(move |whose| {
            let done = remedies.iter().map(|remedy| repair::apply(remedy, whose));
            let done = done.collect::<Result<Vec<_>, _>>()?;
            Ok(Outcome::say(done.join(" ")))
        });
    }

    fn repair_all(&mut self) {
        let Some(inventory) = &self.my_keys.inventory else {
            return;
        };
        let unfinished = inventory.remedies_of_unfinished();
        let mut remedies: Vec<_> = inventory.remedies().into_iter().cloned().collect();
        self.do_with_keys(move |whose| {
            let mut failed = None;
            let mut done = Vec::new();
            let mut apply = |remedies: &[Remedy]| {
                for remedy in remedies {
                    match repair::apply(remedy, whose) {
                        Ok(sentence) => done.push(sentence),
                        Err(problem) => failed = failed.take().or(Some(problem)),
                    }
                }
            };
            apply(&unfinished);
            if !unfinished.is_empty() {
                // What was broken off may have been what was the matter with the others.
                let inventory = Inventory::read(whose, &[], &Unwatched);
                remedies = inventory.remedies().into_iter().cloned().collect();
            }
            remedies.retain(|remedy| !unfinished.contains(remedy));
            apply(&remedies);
            match failed {
                Some(problem) => Err(problem),
                None => Ok(Outcome::say(match &done[..] {
                    [one] => one.clone(),
                    several => format!("{} things were put right. {}", several.len(), several.join(" ")),
                })),
            }
        });
    }
}

/// Another program has given the key a name.
fn named_meanwhile() -> Problem {
    Problem::new(
        "changed",
        Blame::World,
        "the key was given another name meanwhile, by another window or program",
        "That name is shown now. Type yours once more if it is to have that.",
    )
    .unchanged()
}
