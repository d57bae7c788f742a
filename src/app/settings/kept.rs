//! Settings and their file: read once, before the window opens, and written when they change.

use std::path::PathBuf;
use std::time::Duration;

use super::Settings;
use super::file::SettingsFile;
use crate::app::Status;
use crate::engine::job::{Job, Poll, Wake};
use crate::engine::own_file::{self, Damage};
use crate::engine::{Problem, lost};
use crate::sys::files::ReadError;
use crate::sys::settings_place::Place;

/// The settings, and what is known of their file.
#[derive(Debug)]
pub struct Kept {
    place: Option<Place>,
    /// What holds now.
    pub(in crate::app) now: Settings,
    /// What the file says, as far as this window knows.
    written: Settings,
    /// What was last tried to be written, so that a failure is not tried again for ever.
    tried: Settings,
    state: State,
    /// What is wrong with the file that was found.
    damage: Option<String>,
    job: Option<Job<Result<Written, Problem>>>,
    notice: Option<Status>,
    /// Why nothing is kept, as long as that is so.
    trouble: Option<String>,
}

/// The most bytes of a settings file.
const LARGEST: usize = 1 << 20;

/// What is to be done with the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It is written when something has changed.
    Usual,
    /// It is damaged, and is replaced as soon as there is a copy of it.
    Damaged,
    /// It could not be read, and so it is not written either: what is in it would be lost.
    LetBe,
}

/// What came of writing.
#[derive(Debug)]
struct Written {
    /// Where the damaged file lies that was found.
    damaged: Option<PathBuf>,
}

impl Kept {
    /// Settings that are forgotten when the program ends.
    #[must_use]
    pub fn nowhere() -> Self {
        Self::at(None)
    }

    /// Reads the settings at `place`. Whatever is there, the program starts: with the usual settings
    /// where it cannot be read.
    #[must_use]
    pub fn load(place: Option<Place>) -> Self {
        let mut kept = Self::at(place);
        let Some(place) = &kept.place else { return kept };
        match read(place) {
            Ok(Found::Settings(file)) => {
                kept.now = file.settings();
                kept.written = kept.now.clone();
                kept.tried = kept.now.clone();
            }
            Ok(Found::Damaged(damage)) => {
                log::warn!("{} is damaged: {damage}", place.path().display());
                kept.damage = Some(damage.to_string());
                kept.state = State::Damaged;
            }
            Err(error) => {
                kept.state = State::LetBe;
                let what = Problem::from(error).sentence();
                kept.complain(format!(
                    "The usual settings hold, and changes are not kept: {what}"
                ));
            }
        }
        kept
    }

    fn at(place: Option<Place>) -> Self {
        Self {
            place,
            now: Settings::default(),
            written: Settings::default(),
            tried: Settings::default(),
            state: State::Usual,
            damage: None,
            job: None,
            notice: None,
            trouble: None,
        }
    }

    /// What holds now.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.now
    }

    /// Where they are kept, if anywhere.
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// Where they are kept, in a sentence.
    #[must_use]
    pub fn explanation(&self) -> String {
        match &self.place {
            None => "Settings are not kept: this system does not say where.".to_owned(),
            Some(Place::OfUser(path)) => format!("Settings are kept in {}.", path.display()),
            Some(Place::Portable(path)) => format!(
                "Settings are kept beside the program, in {}, and nowhere else.",
                path.display()
            ),
        }
    }

    /// Why changes are not kept, as long as that is so.
    #[must_use]
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// What is to be said once.
    pub(in crate::app) fn take_notice(&mut self) -> Option<Status> {
        self.notice.take()
    }

    /// Whether something is being written, or still has to be.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.job.is_some() || self.has_to_be_written()
    }

    /// Has `now` written, if it is not what the file says. A window that is being resized changes its
    /// size with every frame; that alone is written when the program ends.
    pub(in crate::app) fn keep(&mut self, now: Settings, wake: &Wake) {
        self.now = now;
        self.poll();
        if self.job.is_none() && self.has_to_be_written() {
            self.start(wake);
        }
    }

    /// Writes what is still to be written, and waits for it, but not for ever.
    pub(in crate::app) fn finish(&mut self, now: Settings, wake: &Wake, limit: Duration) {
        self.now = now;
        self.wait(limit);
        let is_new = self.tried != self.now || self.state == State::Damaged;
        if self.job.is_none() && self.is_kept() && is_new {
            self.start(wake);
            self.wait(limit);
        }
    }

    fn is_kept(&self) -> bool {
        self.place.is_some() && self.state != State::LetBe
    }

    fn has_to_be_written(&self) -> bool {
        let but_for_the_window = Settings {
            window: self.tried.window,
            ..self.now.clone()
        };
        self.is_kept() && (self.state == State::Damaged || but_for_the_window != self.tried)
    }

    fn start(&mut self, wake: &Wake) {
        let Some(place) = self.place.clone() else { return };
        let (before, now) = (self.written.clone(), self.now.clone());
        self.tried = now.clone();
        // One attempt; the answer says what came of it.
        self.state = State::Usual;
        self.job = Some(Job::start("settings", wake, move |_| {
            write(&place, &before, &now)
        }));
    }

    fn poll(&mut self) {
        if let Some(job) = &mut self.job {
            let poll = job.poll();
            self.take_up(poll);
        }
    }

    fn wait(&mut self, limit: Duration) {
        if let Some(job) = &mut self.job {
            let poll = job.wait(limit);
            self.take_up(poll);
        }
    }

    fn take_up(&mut self, poll: Poll<Result<Written, Problem>>) {
        let result = match poll {
            Poll::Running => return,
            Poll::Done(result) => result,
            Poll::Lost => Err(lost()),
        };
        self.job = None;
        match result {
            Ok(Written { damaged }) => {
                self.written = self.tried.clone();
                self.trouble = None;
                let damage = self.damage.take();
                if let Some(copy) = damaged {
                    let name = copy.file_name().unwrap_or_default().to_string_lossy();
                    let why = damage.map(|why| format!(" ({why})")).unwrap_or_default();
                    let text = format!("The settings were damaged{why}. The old file is kept as {name}.");
                    self.notice = Some(Status {
                        text,
                        file: Some(copy),
                    });
                }
            }
            Err(problem) => {
                let what = problem.sentence();
                self.complain(match &self.damage {
                    Some(why) => {
                        format!("The settings are damaged ({why}), and new ones are not kept: {what}")
                    }
                    None => format!("Settings are not kept: {what}"),
                });
            }
        }
    }

    /// Said in the status line once, and in the settings for as long as it is so.
    fn complain(&mut self, text: String) {
        log::warn!("{text}");
        if self.trouble.as_ref() != Some(&text) {
            self.notice = Some(Status::say(text.clone()));
        }
        self.trouble = Some(text);
    }
}

/// What lies in a settings file.
enum Found {
    Settings(SettingsFile),
    Damaged(Damage),
}

/// No file is an empty one: all is as usual.
fn read(place: &Place) -> Result<Found, ReadError> {
    let Some(bytes) = own_file::read(place)? else {
        return Ok(Found::Settings(SettingsFile::default()));
    };
    Ok(match SettingsFile::parse(&bytes) {
        Ok(file) => Found::Settings(file),
        Err(damage) => Found::Damaged(damage),
    })
}

/// Puts the changes from `before` to `now` into the file as it is by now.
fn write(place: &Place, before: &Settings, now: &Settings) -> Result<Written, Problem> {
    own_file::edit(place, LARGEST, |bytes| {
        let Ok(mut file) = SettingsFile::parse(bytes) else {
            let damaged = Some(own_file::keep_copy(place, bytes)?);
            let mut file = SettingsFile::default();
            // Nothing of the old one is taken over, so all that holds is new.
            file.change(&Settings::default(), now);
            return Ok((file.to_text().into_bytes(), Written { damaged }));
        };
        let old = file.to_text();
        file.change(before, now);
        let text = file.to_text();
        // A file that says nothing is not made.
        let bytes = if text == old {
            bytes.to_vec()
        } else {
            text.into_bytes()
        };
        Ok((bytes, Written { damaged: None }))
    })
}
