//! The attempts in a log, told apart: each with what its lines say.

use std::collections::HashMap;

use super::sign::{Side, Sign};
use super::symptoms::Hit;
use crate::engine::doctor::about::About;
use crate::engine::doctor::verdict::{Evidence, Source};

/// As many attempts as are kept, the latest ones.
const MOST_ATTEMPTS: usize = 400;
/// As many lines as are kept of one.
const MOST_EVENTS: usize = 600;

/// A line that says something.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) sign: Sign,
    pub(super) about: About,
    pub(super) line: usize,
    /// Which of all lines, where one holds several.
    pub(super) order: usize,
    pub(super) text: String,
}

impl Event {
    pub(super) fn evidence(&self) -> Evidence {
        Evidence::new(Source::Line(self.line), &self.text)
    }
}

/// One attempt to get in.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub(super) side: Side,
    pub(super) events: Vec<Event>,
    is_over: bool,
}

impl Attempt {
    fn new(side: Side) -> Self {
        Self {
            side,
            events: Vec::new(),
            is_over: false,
        }
    }

    pub(super) fn has(&self, sign: Sign) -> bool {
        self.first(sign).is_some()
    }

    pub(super) fn first(&self, sign: Sign) -> Option<&Event> {
        self.events.iter().find(|event| event.sign == sign)
    }

    pub(super) fn last(&self, sign: Sign) -> Option<&Event> {
        self.events.iter().rev().find(|event| event.sign == sign)
    }

    pub(super) fn count(&self, sign: Sign) -> usize {
        self.events.iter().filter(|event| event.sign == sign).count()
    }

    /// Whom and where it is about, as far as its lines tell.
    pub(super) fn about(&self) -> About {
        let signs = [
            Sign::As,
            Sign::In,
            Sign::Denied,
            Sign::Refuses,
            Sign::GaveUp,
            Sign::Accepts,
            Sign::Asks,
        ];
        let told = signs.iter().filter_map(|sign| self.last(*sign));
        let about = told.fold(About::default(), |about, event| about.or(&event.about));
        let about = match self.first(Sign::Connects) {
            Some(event) => about.or(&event.about),
            None => about,
        };
        About {
            file: None,
            said: None,
            port: None,
            // The port or the number behind it says nothing to a person.
            host: about
                .host
                .map(|host| host.split([' ', ':', '[']).next().unwrap_or_default().to_owned()),
            user: about
                .user
                .map(|user| user.trim_start_matches("invalid user ").to_owned()),
        }
    }

    /// Whether more was said than ssh says of files that were named before it says who it is.
    fn begun(&self) -> bool {
        self.events
            .iter()
            .any(|event| !matches!(event.sign, Sign::Inaccessible | Sign::Talk | Sign::Elsewhere))
    }
}

/// All attempts of a log.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    all: Vec<Attempt>,
    /// Which one goes on, by whose log it is and by which process.
    current: HashMap<(Side, Option<u32>), usize>,
    dropped: usize,
}

impl Attempts {
    /// Takes up what a line says.
    pub(super) fn take(&mut self, hit: Hit, process: Option<u32>, (line, order): (usize, usize), text: &str) {
        let key = (hit.side, process);
        let index = match self.current.get(&key).and_then(|at| at.checked_sub(self.dropped)) {
            Some(index) if !self.begins_anew(index, &hit, order) => index,
            _ => self.begin(key),
        };
        let attempt = &mut self.all[index];
        attempt.is_over |=
            matches!(hit.sign, Sign::Denied) || matches!(hit.sign, Sign::GaveUp) && process.is_none();
        if attempt.events.len() < MOST_EVENTS {
            attempt.events.push(Event {
                sign: hit.sign,
                about: hit.about,
                line,
                order,
                text: text.to_owned(),
            });
        }
    }

    fn begins_anew(&self, index: usize, hit: &Hit, order: usize) -> bool {
        let attempt = &self.all[index];
        if attempt.events.last().is_some_and(|event| event.order == order) {
            return false;
        }
        // PuTTY says it once in its log, and once to whoever waits.
        let is_repeated = attempt
            .events
            .last()
            .is_some_and(|event| event.sign == hit.sign && event.about == hit.about);
        match hit.sign {
            Sign::Denied if is_repeated => false,
            Sign::Begins => attempt.begun(),
            Sign::As => attempt.has(Sign::As),
            Sign::Connects => [Sign::As, Sign::CanGoOn, Sign::Closed]
                .into_iter()
                .any(|sign| attempt.has(sign)),
            Sign::After(..) | Sign::Closed | Sign::TooMany => false,
            _ => attempt.is_over,
        }
    }

    fn begin(&mut self, key: (Side, Option<u32>)) -> usize {
        let attempt = Attempt::new(key.0);
        if self.all.len() == MOST_ATTEMPTS {
            self.all.remove(0);
            self.dropped += 1;
        }
        self.all.push(attempt);
        let index = self.all.len() - 1;
        self.current.insert(key, index + self.dropped);
        if self.current.len() > MOST_ATTEMPTS * 2 {
            let dropped = self.dropped;
            self.current.retain(|_, at| *at >= dropped);
        }
        index
    }

    pub(super) fn all(&self) -> &[Attempt] {
        &self.all
    }
}
