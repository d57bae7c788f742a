//! What was put together is a key only if the key's own reader says so; and which key it is.

use sha2::{Digest as _, Sha256};

use super::accident::{Accident, Accidents};
use crate::format::{self, DecodeError, Fault, Parsed};
use crate::secret::SecretBytes;

/// How many candidates are read in all.
const MOST_CANDIDATES: u32 = 400;
/// What reading numbers may cost in all, in units of [`effort`]: a few RSA keys of 16384 bits, or a thousand of 2048.
const MOST_EFFORT: u64 = 30_000;

/// How many times as much as reading a key it costs to compute what it has lost.
const COMPUTING: u64 = 100;

/// What a key is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Identity {
    /// Its public half.
    Public(Vec<u8>),
    /// What is encrypted in its file, where nothing but the passphrase shows the public half.
    File([u8; 32]),
}

/// A key that was read.
#[derive(Debug)]
struct Proven {
    hash: [u8; 32],
    identity: Identity,
    text: SecretBytes,
    parsed: Parsed,
    irregular: Option<SecretBytes>,
}

/// A key at a place in a text.
#[derive(Clone, Copy, Debug)]
struct Sighting {
    proven: usize,
    accidents: Accidents,
    is_tidy: bool,
    /// Whether the names of hosts, or options, stand before it, so that it is somebody else's.
    has_lead: bool,
}

/// Something that was read as a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    proven: usize,
    /// Whether nothing but the number of its bytes speaks for it: the inside of an encrypted PEM file shows nothing.
    pub(super) is_weak: bool,
}

/// The keys that were found, and why others are none.
#[derive(Debug, Default)]
pub(super) struct Court {
    proven: Vec<Proven>,
    sightings: Vec<Sighting>,
    refused: Vec<([u8; 32], DecodeError)>,
    best_fault: Option<(u8, DecodeError)>,
    candidates: u32,
    effort: u64,
    /// How often numbers were computed that a key had lost.
    computed: u32,
}

/// What was found in the end.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) text: SecretBytes,
    pub(super) parsed: Parsed,
    pub(super) accidents: Accidents,
    pub(super) irregular: Option<SecretBytes>,
}

impl Court {
    /// Reads a whole file of some format as strictly as ever.
    ///
    /// # Errors
    /// It is no key; or too much was tried already.
    pub(super) fn judge(&mut self, text: &SecretBytes) -> Result<Verdict, DecodeError> {
        self.judge_by(text, text.expose())
    }

    /// The same, of a file in which `essence` is what makes it this key: where nothing but the passphrase shows more,
    /// two files are of one key if they agree in this.
    ///
    /// # Errors
    /// As [`judge`](Self::judge).
    pub(super) fn judge_by(&mut self, text: &SecretBytes, essence: &[u8]) -> Result<Verdict, DecodeError> {
        let hash: [u8; 32] = Sha256::digest(text.expose()).into();
        if let Some(proven) = self.proven.iter().position(|known| known.hash == hash) {
            return Ok(self.verdict(proven));
        }
        if let Some((_, error)) = self.refused.iter().find(|(known, _)| *known == hash) {
            return Err(error.clone());
        }
        self.candidates += 1;
        let effort = effort(text.len());
        if self.candidates > MOST_CANDIDATES || self.effort + effort > MOST_EFFORT {
            return Err(Fault::Base64.into());
        }
        self.effort += effort;
        match format::parse(text.expose()) {
            Ok(parsed) => {
                let identity = match parsed.public() {
                    Some(key) => Identity::Public(key.to_wire()),
                    None => Identity::File(Sha256::digest(essence).into()),
                };
                self.proven.push(Proven {
                    hash,
                    identity,
                    text: SecretBytes::copy_of(text.expose()),
                    parsed,
                    irregular: None,
                });
                Ok(self.verdict(self.proven.len() - 1))
            }
            Err(error) => {
                self.refused.push((hash, error.clone()));
                Err(error)
            }
        }
    }

    /// Whether numbers may be computed that a key of so many bytes has lost: that costs as much as many readings, and is
    /// done for the first one whatever it costs.
    pub(super) fn may_compute(&mut self, len: usize) -> bool {
        self.computed += 1;
        let effort = COMPUTING * effort(len);
        if self.computed > 1 && self.effort + effort > MOST_EFFORT {
            return false;
        }
        self.effort += effort;
        true
    }

    fn verdict(&self, proven: usize) -> Verdict {
        let is_weak = matches!(
            &self.proven[proven].parsed,
            Parsed::Locked(file) if file.format == format::Format::Pem
        );
        Verdict { proven, is_weak }
    }

    /// Takes down how a key's file looks in which its bytes are as they were found.
    pub(super) fn was_irregular(&mut self, verdict: Verdict, text: SecretBytes) {
        self.proven[verdict.proven].irregular.get_or_insert(text);
    }

    /// Whether both are the same key.
    pub(super) fn is_same(&self, one: Verdict, other: Verdict) -> bool {
        self.proven[one.proven].identity == self.proven[other.proven].identity
    }

    /// Takes down where a key was seen, and what had to be undone to see it.
    pub(super) fn see(&mut self, verdict: Verdict, accidents: Accidents, is_tidy: bool, has_lead: bool) {
        // What carries a key has its own way to set lines.
        let is_carried = [Accident::InsideJson, Accident::InsideYaml, Accident::InsideText]
            .into_iter()
            .any(|carrier| accidents.has(carrier));
        let of_lines = [Accident::Indented, Accident::BlankLines];
        let accidents =
            of_lines.into_iter().fold(
                accidents,
                |rest, one| if is_carried { rest.without(one) } else { rest },
            );
        self.sightings.push(Sighting {
            proven: verdict.proven,
            accidents,
            is_tidy,
            has_lead,
        });
    }

    /// Takes down why something that was plainly meant to be a key is none; the higher `weight`, the nearer it came.
    pub(super) fn miss(&mut self, weight: u8, error: DecodeError) {
        if self.best_fault.as_ref().is_none_or(|(best, _)| *best < weight) {
            self.best_fault = Some((weight, error));
        }
    }

    /// Whether what was seen is more than one key, so that nothing more need be looked for.
    pub(super) fn has_several(&self) -> bool {
        let mut own = self.sightings.iter().filter(|seen| !seen.has_lead);
        let identity = |seen: &Sighting| &self.proven[seen.proven].identity;
        own.next().is_some_and(|first| {
            own.any(|other| identity(other) != identity(first) && !self.is_unknowable(first, other))
        })
    }

    /// Whether one of both is a private key that does not show whose it is, and the other is public: it may be the
    /// same.
    fn is_unknowable(&self, one: &Sighting, other: &Sighting) -> bool {
        let parsed = |seen: &Sighting| &self.proven[seen.proven].parsed;
        let is_hidden = |seen: &Sighting| parsed(seen).public().is_none();
        let is_public = |seen: &Sighting| matches!(parsed(seen), Parsed::Public(_));
        (is_hidden(one) && is_public(other)) || (is_public(one) && is_hidden(other))
    }

    /// The one key that was found, private rather than public, as it was seen with the fewest accidents.
    ///
    /// # Errors
    /// [`DecodeError::MultipleKeys`]; or why what was found is no key; nothing where nothing was found.
    pub(super) fn decide(mut self) -> Result<Chosen, Option<DecodeError>> {
        if self.has_several() {
            return Err(Some(DecodeError::MultipleKeys));
        }
        let is_private = |seen: &Sighting| !matches!(self.proven[seen.proven].parsed, Parsed::Public(_));
        let rank = |seen: &&Sighting| {
            (
                !is_private(seen),
                seen.has_lead,
                seen.accidents.len() + if seen.is_tidy { 0 } else { 8 },
            )
        };
        let Some(best) = self.sightings.iter().min_by_key(rank).copied() else {
            return Err(self.best_fault.map(|(_, fault)| fault));
        };
        let others_key =
            |seen: &Sighting| self.proven[seen.proven].identity != self.proven[best.proven].identity;
        if best.has_lead && self.sightings.iter().any(others_key) {
            return Err(Some(DecodeError::MultipleKeys));
        }
        let Proven {
            text,
            parsed,
            irregular,
            ..
        } = self.proven.swap_remove(best.proven);
        Ok(Chosen {
            text,
            parsed,
            irregular,
            accidents: best.accidents,
        })
    }
}

/// What reading so many characters costs: the work of one RSA number grows with the cube of its length.
fn effort(len: usize) -> u64 {
    let thousands = (len as u64).div_ceil(1024).min(16);
    1 + thousands.pow(3)
}
