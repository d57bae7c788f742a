//! The hosts that ssh knows, who may log in here, and whose form a key is pasted into: shown, and changed in jobs that end
//! with a new look at the list.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::command::ListCommand;
use crate::app::desktop::Desktop;
use crate::app::dialog::{Authorized, Dialog, Done, KnownHosts, Listed, Outcome, Providers};
use crate::app::{App, Status};
use crate::engine::authorized::{self, Addition, LastWayIn, NO_RESTART, Roll, Row, keys_in};
use crate::engine::conditions::Conditions;
use crate::engine::job::{Job, Poll, Wake};
use crate::engine::known_hosts::{self, Book, Known, NOT_YOUR_KEY, by_host};
use crate::engine::lists::{self, Change};
use crate::engine::{Problem, lost, told_by_disk};
use crate::sys::home::ssh_folder_in;

impl App {
    pub(in crate::app) fn apply_to_lists(&mut self, command: ListCommand, desktop: &dyn Desktop) {
        match command {
            ListCommand::FindHosts => self.find_hosts(),
            ListCommand::FindHost(name) => {
                if let Some(hosts) = &mut self.hosts {
                    hosts.word = name;
                }
                self.find_hosts();
            }
            ListCommand::ForgetHost(line) => self.forget_host(line),
            ListCommand::ShowAuthorized => self.show_authorized(desktop),
            ListCommand::Authorize => self.authorize(),
            ListCommand::Unauthorize(line) => self.unauthorize(line),
            ListCommand::UnauthorizeLast => self.unauthorize_last(),
            ListCommand::Undo => self.undo_list(),
            ListCommand::ShowProviders => {
                if self.document().is_some() {
                    self.dialog = Some(Dialog::Providers(Providers::default()));
                }
            }
            ListCommand::CopyForProvider => self.copy_for_provider(desktop),
            ListCommand::OpenProviderPage => {
                if let Some(Dialog::Providers(Providers { chosen })) = &self.dialog
                    && let Some(page) = chosen.page
                    && !desktop.open_page(page)
                {
                    self.status = Status::say(format!("No browser was found. The page is at {page}"));
                }
            }
        }
    }

    pub(in crate::app) fn poll_lists(&mut self) {
        let of_hosts = self.hosts.as_mut().and_then(|hosts| poll(&mut hosts.listed));
        let of_accounts = match &mut self.dialog {
            Some(Dialog::Authorized(dialog)) => poll(&mut dialog.listed),
            _ => None,
        };
        if let Some(done) = of_hosts.or(of_accounts) {
            self.status = Status::say(done);
        }
        // What was typed while others were looked for.
        let is_behind = |hosts: &KnownHosts| hosts.listed.job.is_none() && hosts.found_by != hosts.word;
        let is_behind = self.hosts.as_deref().is_some_and(is_behind);
        if is_behind {
            self.find_hosts();
        }
    }

    /// Reads the list anew; what is searched for stays, and what was done last, while it is the same list.
    pub(in crate::app) fn show_hosts(&mut self, desktop: &dyn Desktop) {
        match place(desktop, known_hosts::FILE_NAME) {
            Err(problem) => self.fail("The list of hosts was not found", problem),
            Ok(path) => {
                let is_other = |hosts: &KnownHosts| hosts.listed.path != path;
                if self.hosts.as_deref().is_none_or(is_other) {
                    self.hosts = Some(Box::new(KnownHosts {
                        listed: Listed::at(path),
                        word: String::new(),
                        found_by: String::new(),
                        pictured: None,
                    }));
                }
                self.with_hosts(|_| Ok(None));
            }
        }
    }

    fn find_hosts(&mut self) {
        self.with_hosts(|_| Ok(None));
    }

    fn forget_host(&mut self, line: usize) {
        let Some(dialog) = &self.hosts else {
            return;
        };
        let is_it = |known: &&Known| known.lines.iter().any(|host| host.line == line);
        let Some(Known { name, lines }) = dialog.listed.lines().iter().find(is_it).cloned() else {
            return;
        };
        self.with_hosts(move |path| {
            let forgotten = Book::open(path)?.forget_shown(&lines)?;
            Ok(Some(done(
                &format!("Forgot {name}."),
                NOT_YOUR_KEY,
                forgotten.change,
            )))
        });
    }

    /// Does `work` in a job, and finds the hosts anew.
    fn with_hosts(&mut self, work: impl FnOnce(&Path) -> Result<Option<Done>, Problem> + Send + 'static) {
        let wake = Arc::clone(&self.wake.0);
        let Some(dialog) = &mut self.hosts else {
            return;
        };
        if dialog.listed.job.is_none() {
            dialog.found_by.clone_from(&dialog.word);
            let typed = dialog.word.clone();
            start(&mut dialog.listed, &wake, work, move |path| {
                Ok(by_host(Book::open(path)?.find(&typed), &typed))
            });
        }
    }

    fn show_authorized(&mut self, desktop: &dyn Desktop) {
        match place(desktop, authorized::FILE_NAME) {
            Err(problem) => self.fail("The list of who may log in was not found", problem),
            Ok(path) => {
                self.dialog = Some(Dialog::Authorized(Box::new(Authorized {
                    listed: Listed::at(path),
                    conditions: Conditions::default(),
                    shows_conditions: false,
                    asks_about: None,
                })));
                self.with_authorized(|_| Ok(None));
            }
        }
    }

    fn authorize(&mut self) {
        let Some(Dialog::Authorized(dialog)) = &self.dialog else {
            return;
        };
        match self.new_authorized_line(&dialog.conditions) {
            None => {}
            Some(Err(problem)) => self.authorized_fails(problem),
            Some(Ok(line)) => self.with_authorized(move |path| {
                Ok(Some(match Roll::add(path, &line)? {
                    Addition::Added { change, .. } => {
                        done("The key may log in here now.", NO_RESTART, change)
                    }
                    Addition::There(number) => Done {
                        text: format!("The key is there already, in line {number}; nothing was changed."),
                        change: None,
                    },
                }))
            }),
        }
    }

    fn unauthorize(&mut self, line: usize) {
        let Some(Dialog::Authorized(dialog)) = &mut self.dialog else {
            return;
        };
        let rows = dialog.listed.lines();
        let is_last = authorized::is_last_way_in(rows, &BTreeSet::from([line]));
        dialog.asks_about = is_last.then_some(line);
        if !is_last {
            self.take_out(line, LastWayIn::Stays);
        }
    }

    fn unauthorize_last(&mut self) {
        if let Some(Dialog::Authorized(dialog)) = &mut self.dialog
            && let Some(line) = dialog.asks_about.take()
        {
            self.take_out(line, LastWayIn::MayGo);
        }
    }

    fn take_out(&mut self, line: usize, last: LastWayIn) {
        let Some(Dialog::Authorized(dialog)) = &self.dialog else {
            return;
        };
        let shown = dialog.listed.lines().iter().find(|row| row.line == line);
        let Some(shown) = shown.cloned() else { return };
        self.with_authorized(move |path| {
            let change = Roll::open(path)?.take_out_shown(&shown, last)?;
            Ok(Some(done(
                "The key can no longer log in here.",
                NO_RESTART,
                change,
            )))
        });
    }

    /// Does `work` in a job, and reads the list anew.
    fn with_authorized(
        &mut self,
        work: impl FnOnce(&Path) -> Result<Option<Done>, Problem> + Send + 'static,
    ) {
        let wake = Arc::clone(&self.wake.0);
        if let Some(Dialog::Authorized(dialog)) = &mut self.dialog
            && dialog.listed.job.is_none()
        {
            start(&mut dialog.listed, &wake, work, rows);
        }
    }

    fn authorized_fails(&mut self, problem: Problem) {
        if let Some(Dialog::Authorized(dialog)) = &mut self.dialog {
            dialog.listed.problem = Some(problem);
        }
    }

    fn undo_list(&mut self) {
        let of_accounts = match &mut self.dialog {
            Some(Dialog::Authorized(dialog)) => Some(&mut dialog.listed.done),
            _ => None,
        };
        // A dialog lies over the page.
        let is_of_hosts = of_accounts.is_none();
        let of_hosts = self.hosts.as_mut().map(|hosts| &mut hosts.listed.done);
        let done = of_accounts.or(of_hosts).and_then(Option::take);
        let Some(change) = done.and_then(|done| done.change) else {
            return;
        };
        let undo = move |_: &Path| {
            change.undo()?;
            Ok(Some(Done {
                text: "The list is as it was.".to_owned(),
                change: None,
            }))
        };
        if is_of_hosts {
            self.with_hosts(undo);
        } else {
            self.with_authorized(undo);
        }
    }

    /// What is pasted at `provider`, or why the open key is not taken there.
    #[must_use]
    pub fn provider_text(&self, providers: Providers) -> Option<Result<String, Problem>> {
        let document = self.document()?;
        let text = || {
            providers
                .chosen
                .text(document.public(), &document.draft.checked_comment()?)
        };
        Some(text())
    }

    fn copy_for_provider(&mut self, desktop: &dyn Desktop) {
        if let Some(Dialog::Providers(providers)) = self.dialog
            && let Some(Ok(text)) = self.provider_text(providers)
        {
            self.copy(&text, "Copied. It may be given to anybody.", desktop);
        }
    }
}

fn place(desktop: &dyn Desktop, name: &str) -> Result<PathBuf, Problem> {
    let home = desktop.home().ok_or_else(|| lists::no_home(name))?;
    Ok(ssh_folder_in(&home).join(name))
}

fn rows(path: &Path) -> Result<Vec<Row>, Problem> {
    let mine = path.parent().map(keys_in).unwrap_or_default();
    Ok(Roll::open(path)?.rows(&mine))
}

fn done(what: &str, besides: &str, change: Change) -> Done {
    Done {
        text: format!("{what} {besides}"),
        change: Some(change),
    }
}

fn start<T: Send + 'static>(
    listed: &mut Listed<T>,
    wake: &Wake,
    work: impl FnOnce(&Path) -> Result<Option<Done>, Problem> + Send + 'static,
    look: impl FnOnce(&Path) -> Result<Vec<T>, Problem> + Send + 'static,
) {
    listed.problem = None;
    let path = listed.path.clone();
    listed.job = Some(Job::start("list", wake, move |_| {
        (told_by_disk(|| work(&path)), look(&path))
    }));
}

/// Takes up what the job has brought, and returns what is to be told in the status line.
fn poll<T>(listed: &mut Listed<T>) -> Option<String> {
    let (done, lines): Outcome<T> = match listed.job.as_mut()?.poll() {
        Poll::Running => return None,
        Poll::Done(outcome) => outcome,
        Poll::Lost => (Err(lost()), Err(lost())),
    };
    listed.job = None;
    listed.lines = Some(lines);
    match done {
        Ok(None) => None,
        Ok(Some(done)) => {
            let text = done.text.clone();
            listed.done = Some(done);
            Some(text)
        }
        Err(problem) => {
            listed.problem = Some(problem);
            None
        }
    }
}
