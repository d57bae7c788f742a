//! What the Doctor may put right itself, when it is told to.

use super::verdict::Examination;
use crate::engine::Problem;
use crate::engine::keys::repair::{announcement, apply};
use crate::engine::keys::{Remedy, Whose};

/// What the verdicts of an examination have remedies for, each once.
#[must_use]
pub fn remedies(examination: &Examination) -> Vec<Remedy> {
    let mut remedies: Vec<Remedy> = Vec::new();
    let fixes = examination
        .verdicts
        .iter()
        .filter_map(|verdict| verdict.fix.as_ref());
    for remedy in fixes.filter_map(|fix| fix.remedy.clone()) {
        if remedy.is_harmless() && !remedies.contains(&remedy) {
            remedies.push(remedy);
        }
    }
    remedies
}

/// What would be done: a sentence.
#[must_use]
pub fn would(remedy: &Remedy, whose: &Whose) -> String {
    format!("Would {}.", announcement(remedy, whose))
}

/// Does it; what was done is a sentence.
///
/// # Errors
/// It could not be done, and nothing was changed.
pub fn mend(remedy: &Remedy, whose: &Whose) -> Result<String, Problem> {
    apply(remedy, whose)
}
