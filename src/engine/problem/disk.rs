//! What is said of the disk after a failure: what is there, not what was meant.

use super::{Effect, Problem};
use crate::key::comment::escaped;
use crate::sys::files::is_temporary;
use crate::sys::journal::{Difference, Kind, watch};

/// Does `work`, and if it fails, looks at the files that it touched: the hint then says that nothing was changed, or what was.
///
/// # Errors
/// Those of `work`.
pub fn told_by_disk<T>(work: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
    let watched = watch(work);
    watched.result.map_err(|mut problem| {
        if !watched.differences.is_empty() {
            problem.without_claim();
            problem.begin_with(&told(&watched.differences));
        } else if watched.has_touched && problem.effect == Effect::Unsaid {
            problem = problem.unchanged();
        }
        problem
    })
}

/// Whether something was on its way, and is no longer: where it is now is told by itself.
fn has_moved_on(difference: &Difference) -> bool {
    difference.kind == Kind::Gone && difference.path.iter().any(is_temporary)
}

/// What is not as it was, in a sentence.
fn told(differences: &[Difference]) -> String {
    let is_all_gone = differences.iter().all(has_moved_on);
    let lasting = differences.iter().filter(|one| is_all_gone || !has_moved_on(one));
    let told = lasting.map(|Difference { path, kind }| {
        let path = escaped(path.as_os_str().as_encoded_bytes());
        match kind {
            Kind::New => format!("{path} is new"),
            Kind::Changed => format!("{path} was changed"),
            Kind::Gone => format!("{path} is no longer there"),
            Kind::Unknown => format!("it cannot be told whether {path} was changed"),
        }
    });
    format!(
        "By then this had been done: {}.",
        told.collect::<Vec<_>>().join(", ")
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::engine::Blame;
    use crate::sys::files::{Existing, write_public};

    fn fail_after(writing: Option<&Path>, problem: Problem) -> Problem {
        told_by_disk(|| {
            if let Some(path) = writing {
                write_public(path, b"new", Existing::Replace)?;
            }
            Err::<(), _>(problem)
        })
        .expect_err("it fails")
    }

    fn problem(hint: &str) -> Problem {
        Problem::new("io-error", Blame::World, "it failed", hint)
    }

    #[test]
    fn a_claim_that_nothing_was_changed_is_taken_back_where_something_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new");
        let told = fail_after(Some(&path), problem("Try again.").unchanged());
        let expected = format!(
            "By then this had been done: {} is new. Try again.",
            path.display()
        );
        assert_eq!(told.hint, expected);
    }

    #[test]
    fn what_has_arrived_is_told_and_not_where_it_came_through() {
        let [way, place] = [".keywright-0123456789abcdef-0.aside.id/id", "id"].map(Path::new);
        let one = |path: &Path, kind| Difference {
            path: path.to_owned(),
            kind,
        };
        let gone = one(way, Kind::Gone);
        let both = [gone.clone(), one(place, Kind::New)];
        assert_eq!(told(&both), "By then this had been done: id is new.");
        let alone = format!(
            "By then this had been done: {} is no longer there.",
            way.display()
        );
        assert_eq!(told(&[gone]), alone);
    }

    #[test]
    fn a_claim_stands_where_nothing_was_touched() {
        let told = fail_after(None, problem("Try again.").unchanged());
        assert_eq!(told.hint, "Nothing was changed. Try again.");
        assert_eq!(fail_after(None, problem("Try again.")).hint, "Try again.");
    }

    #[test]
    fn what_was_touched_and_is_as_before_was_not_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("same");
        write_public(&path, b"new", Existing::Refuse).expect("written");
        assert_eq!(fail_after(Some(&path), problem("")).hint, "Nothing was changed.");
    }
}
