//! Circles among files that lie side by side: `a` uses `b`, which uses `a` again, perhaps by way of others.
//!
//! A file and the folder of the same name are one room; what a room uses is what any file in it uses. A file and its own
//! sub-files may know each other. Where a name is handed on by `pub use`, the arrow leads to where it is defined.

use std::collections::{BTreeMap, BTreeSet};

use crate::arrows::{Reading, SourceFile};

/// A room, by its path from the root.
type Room = Vec<String>;

/// Each circle in words: its rooms, and one line for each two of them that are tied.
pub(crate) fn circles(files: &[SourceFile], test_modules: &BTreeSet<Vec<String>>) -> Vec<String> {
    let read: BTreeMap<Room, (&SourceFile, Reading)> = files
        .iter()
        .filter(|file| !file.is_program() && file.name != "lib.rs")
        .map(|file| (file.module(), (file, file.read(test_modules))))
        .collect();
    let mut ties: BTreeMap<(Room, Room), Vec<String>> = BTreeMap::new();
    for (from, (file, reading)) in &read {
        for arrow in &reading.arrows {
            let to = defined_in(&arrow.target, &read);
            let shared = from
                .iter()
                .zip(&to)
                .take_while(|(one, other)| one == other)
                .count();
            if shared < from.len() && shared < to.len() {
                let tie = (from[..=shared].to_vec(), to[..=shared].to_vec());
                let says = format!("src/{}:{} → {}", file.name, arrow.line, arrow.target.join("::"));
                ties.entry(tie).or_default().push(says);
            }
        }
    }
    let mut used: BTreeMap<&Room, BTreeSet<&Room>> = BTreeMap::new();
    for (from, to) in ties.keys() {
        used.entry(from).or_default().insert(to);
    }
    let reached: BTreeMap<&Room, BTreeSet<&Room>> =
        used.keys().map(|room| (*room, reached(room, &used))).collect();
    let leads = |from: &Room, to: &Room| reached.get(from).is_some_and(|rooms| rooms.contains(to));
    let mut found: BTreeMap<Vec<&Room>, Vec<String>> = BTreeMap::new();
    for ((from, _), says) in ties.iter().filter(|((from, to), _)| leads(to, from)) {
        let circle = reached[from]
            .iter()
            .filter(|room| leads(room, from))
            .copied()
            .collect();
        found.entry(circle).or_default().extend(says.first().cloned());
    }
    found
        .into_iter()
        .map(|(circle, says)| {
            let rooms: Vec<String> = circle.iter().map(|room| room.join("::")).collect();
            format!("a circle of {}:\n    {}", rooms.join(", "), says.join("\n    "))
        })
        .collect()
}

/// All rooms that a room uses, and that those use, and so on.
fn reached<'a>(from: &Room, used: &BTreeMap<&'a Room, BTreeSet<&'a Room>>) -> BTreeSet<&'a Room> {
    let mut found = BTreeSet::new();
    let mut next = vec![from];
    while let Some(room) = next.pop() {
        for to in used.get(room).into_iter().flatten() {
            if found.insert(*to) {
                next.push(to);
            }
        }
    }
    found
}

/// The file in which that is defined which `path` names.
fn defined_in(path: &[String], read: &BTreeMap<Room, (&SourceFile, Reading)>) -> Room {
    let mut path = path.to_vec();
    // Names that are handed on in a circle do not compile, so this ends; the bound says that it does.
    for _ in 0..16 {
        let Some(len) = (0..=path.len())
            .rev()
            .find(|len| read.contains_key(&path[..*len]))
        else {
            return path;
        };
        let handed_on = path.get(len).and_then(|name| {
            let (_, reading) = &read[&path[..len]];
            let (_, whole) = reading
                .handed_on
                .iter()
                .find(|(handed_on, _)| handed_on == name)?;
            Some([whole, &path[len + 1..]].concat())
        });
        match handed_on {
            Some(whole) if whole != path => path = whole,
            _ => {
                path.truncate(len);
                return path;
            }
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<SourceFile> = files
            .iter()
            .map(|(name, text)| SourceFile {
                name: (*name).to_owned(),
                text: (*text).to_owned(),
            })
            .collect();
        circles(&files, &BTreeSet::new())
    }

    #[test]
    fn two_files_that_use_each_other_are_named_with_their_lines() {
        let said = found(&[
            ("sys/a.rs", "use super::b::B;\nuse crate::sys::c;"),
            ("sys/b.rs", "\nfn f() { crate::sys::a::g() }"),
            ("sys/c.rs", ""),
        ]);
        assert_eq!(
            said,
            ["a circle of sys::a, sys::b:\n    src/sys/a.rs:1 → sys::b::B\n    src/sys/b.rs:2 → sys::a::g"]
        );
    }

    #[test]
    fn a_circle_may_go_by_way_of_others_and_of_sub_files() {
        let said = found(&[
            ("sys/a.rs", "use super::b;"),
            ("sys/b/mod.rs", ""),
            ("sys/b/inner.rs", "use crate::sys::c;"),
            ("sys/c.rs", "use super::a;"),
        ]);
        assert_eq!(said.len(), 1);
        assert!(
            said[0].starts_with("a circle of sys::a, sys::b, sys::c:"),
            "{said:?}"
        );
    }

    #[test]
    fn a_name_that_is_handed_on_leads_to_where_it_is_defined() {
        let said = found(&[
            (
                "sys/mod.rs",
                "mod a; pub use a::A; pub(crate) use crate::sys::b::B as C;",
            ),
            ("sys/a.rs", "use super::C;"),
            ("sys/b.rs", "use crate::sys::A;"),
        ]);
        assert_eq!(said.len(), 1, "{said:?}");
    }

    #[test]
    fn a_file_and_its_own_sub_files_may_know_each_other() {
        let said = found(&[
            ("sys/a.rs", "mod part; use part::Part; fn f() { self::part::g() }"),
            ("sys/a/part.rs", "use super::A; use crate::sys::a::B;"),
        ]);
        assert_eq!(said, [""; 0]);
    }

    #[test]
    fn what_only_tests_use_ties_nothing() {
        let said = found(&[
            ("sys/a.rs", "#[cfg(test)] mod tests { use crate::sys::b; }"),
            ("sys/b.rs", "use super::a;"),
        ]);
        assert_eq!(said, [""; 0]);
    }

    #[test]
    fn whole_floors_that_use_each_other_are_a_circle_too() {
        let said = found(&[
            ("key/a.rs", "use crate::format::b;"),
            ("format/b.rs", "use crate::key::c;"),
            ("key/c.rs", ""),
        ]);
        assert_eq!(said.len(), 1, "{said:?}");
    }
}
