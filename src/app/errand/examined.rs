//! What came of examining whether one can log in on a server.

use std::sync::{Arc, Mutex, PoisonError};

use super::Met;
use crate::engine::Problem;
use crate::engine::doctor::inside::{Inside, There};
use crate::engine::doctor::live::Live;
use crate::engine::doctor::mend::Mend;
use crate::engine::doctor::{Examination, Step, Tell};
use crate::engine::job::Wake;
use crate::engine::servers::Session;

/// What an examination comes to, and what can be done about it.
#[derive(Debug)]
pub struct Examined {
    /// What can be put right on this computer.
    pub mends: Vec<Mend>,
    /// What can be put right on the server.
    pub there: Vec<There>,
    pub(in crate::app) live: Live,
    pub(in crate::app) session: Option<Box<Session>>,
}

impl Examined {
    /// What a client sees.
    pub(in crate::app) fn of(mut live: Live) -> Self {
        // Nobody is asked for a passphrase to put something right.
        live.examination = live.examination.without_passphrase();
        Self {
            mends: live.examination.mends(),
            there: Vec::new(),
            live,
            session: None,
        }
    }

    /// With what was seen on the server.
    pub(in crate::app) fn inside(live: Live, inside: Inside, session: Box<Session>) -> Self {
        Self {
            there: inside.mends,
            session: Some(session),
            ..Self::of(live)
        }
    }

    /// How it went with the server, where that is beyond doubt.
    pub(in crate::app) fn met(&self) -> Option<Met> {
        if self.live.examination.is_well() {
            return Some(Met::LetIn);
        }
        self.live.refused.is_some().then_some(Met::Stopped)
    }

    /// The verdicts.
    #[must_use]
    pub fn examination(&self) -> &Examination {
        &self.live.examination
    }

    /// What to ask whoever runs the server.
    #[must_use]
    pub fn letter(&self) -> Option<&str> {
        self.live.letter.as_deref()
    }

    /// Whether the reason may be seen on the server, by another way in.
    #[must_use]
    pub fn can_be_seen_from_inside(&self) -> bool {
        self.live.refused.is_some() && self.session.is_none()
    }

    /// Whether something can be put right.
    #[must_use]
    pub fn can_be_mended(&self) -> bool {
        !self.mends.is_empty() || !self.there.is_empty()
    }
}

/// What was put right before, and what could not be.
#[derive(Debug, Default)]
pub struct Mended {
    /// In sentences.
    pub done: Vec<String>,
    /// What could not be.
    pub failed: Vec<Problem>,
}

/// The steps of an examination that goes on.
#[derive(Clone, Debug, Default)]
pub struct Notes(Arc<Mutex<Vec<Step>>>);

impl Notes {
    /// Those that were made so far.
    #[must_use]
    pub fn so_far(&self) -> Vec<Step> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes steps up from any thread, and wakes the window with each.
    pub(in crate::app) fn taker(&self, wake: &Wake) -> Tell {
        let (notes, wake) = (Arc::clone(&self.0), Arc::clone(wake));
        Arc::new(move |step| {
            notes
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(step.clone());
            wake();
        })
    }
}
