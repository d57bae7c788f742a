//! The lines that were last taken off the list of each server, so that they can be put back another day. They are public: a
//! key's line is what the server's list says of it.

use toml_edit::{Array, DocumentMut, Item, Table, value};

use super::Store;
use crate::engine::servers::{TakenLine, TakenOff};
use crate::engine::{Problem, own_file};

/// Larger than the lines of many servers.
const LARGEST: usize = 4 << 20;
/// Of as many servers; the one that was first noted goes first.
const MOST_SERVERS: usize = 64;

/// Remembers the lines that were taken off a server just now, or are about to be, instead of others there; with nothing, none
/// are remembered.
///
/// # Errors
/// It cannot be written down.
pub fn note_lines(store: &Store, server: &str, taken: Option<&TakenOff>) -> Result<(), Problem> {
    let Some(place) = store.place_of_taken_off() else {
        return Ok(());
    };
    let table = taken.map(table_of).filter(|table| !table.is_empty());
    own_file::edit(&place, LARGEST, |bytes| {
        let mut document = match own_file::parse(bytes) {
            Ok((document, _)) => document,
            Err(damage) => {
                let copy = own_file::keep_copy(&place, bytes)?;
                log::warn!("{damage}; the old file is kept as {}", copy.display());
                DocumentMut::new()
            }
        };
        document.remove(server);
        if let Some(table) = table.clone() {
            document.insert(server, Item::Table(table));
        }
        let names: Vec<String> = document.iter().map(|(name, _)| name.to_owned()).collect();
        for first in names.iter().take(names.len().saturating_sub(MOST_SERVERS)) {
            document.remove(first);
        }
        Ok((document.to_string().into_bytes(), ()))
    })
}

/// What is written down.
fn table_of(taken: &TakenOff) -> Table {
    // A list has lines that are no text; they cannot stand in this file.
    let lines = taken.lines().iter();
    let lines: Vec<(&TakenLine, &str)> = lines
        .filter_map(|line| Some((line, std::str::from_utf8(&line.text).ok()?)))
        .collect();
    let mut table = Table::new();
    if lines.is_empty() {
        return table;
    }
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let texts: Array = lines.iter().map(|(_, text)| *text).collect();
    let numbers: Array = lines.iter().map(|(line, _)| number(line.number)).collect();
    let stay: Array = lines.iter().map(|(line, _)| number(line.stay)).collect();
    table.insert("lines", value(texts));
    table.insert("numbers", value(numbers));
    table.insert("stay", value(stay));
    // The others would stand elsewhere without these.
    if let Some(left) = taken.left().filter(|_| lines.len() == taken.lines().len()) {
        table.insert("left", value(base16ct::lower::encode_string(left)));
    }
    table
}

/// What was last taken off a server; nothing where that is not known.
#[must_use]
pub fn lines_of(store: &Store, server: &str) -> Option<TakenOff> {
    let bytes = own_file::read(&store.place_of_taken_off()?).ok()??;
    let (document, _) = own_file::parse(&bytes).ok()?;
    let table = document.get(server)?;
    let texts = table.get("lines")?.as_array()?.clone();
    let of = |name: &str, index: usize| {
        let count = table.get(name)?.as_array()?.get(index)?.as_integer()?;
        usize::try_from(count).ok()
    };
    let lines: Vec<TakenLine> = texts
        .iter()
        .enumerate()
        .filter_map(|(index, text)| {
            Some(TakenLine {
                text: text.as_str()?.as_bytes().to_vec(),
                // Earlier versions did not write these down.
                number: of("numbers", index).unwrap_or(usize::MAX),
                stay: of("stay", index).unwrap_or(0),
            })
        })
        .collect();
    let left = table.get("left").and_then(Item::as_str);
    let left = left.and_then(|left| base16ct::lower::decode_vec(left).ok());
    (!lines.is_empty()).then(|| TakenOff::of_lines(lines, left))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::settings_place::Place;

    #[test]
    fn the_lines_that_were_last_taken_off_each_server_are_remembered_and_forgotten() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Place::OfUser(folder.path().join("settings.toml"));
        let store = Store::beside(Some(&place));
        let taken = |text: &str| {
            let line = |text: &[u8], number, stay| TakenLine {
                text: text.to_vec(),
                number,
                stay,
            };
            let lines = vec![line(text.as_bytes(), 3, 1), line(b"not\xfftext", 4, 0)];
            TakenOff::of_lines(lines, Some(vec![7; 32]))
        };
        let note = |server: &str, taken: Option<&TakenOff>| {
            note_lines(&store, server, taken).expect("it is written");
        };
        for (server, text) in [("jo@a:22", "one \"1\""), ("jo@b", "two"), ("jo@a:22", "three")] {
            note(server, Some(&taken(text)));
        }
        let known = lines_of(&store, "jo@a:22").expect("known");
        assert_eq!(known.lines(), &taken("three").lines()[..1]);
        assert_eq!(known.left(), None, "a line is missing");
        let whole = TakenOff::of_lines(known.lines().to_vec(), Some(vec![7; 32]));
        note("jo@b", Some(&whole));
        assert_eq!(lines_of(&store, "jo@b"), Some(whole));
        note("jo@b", None);
        assert_eq!(lines_of(&store, "jo@b"), None);
        for number in 0..MOST_SERVERS {
            note(&format!("jo@{number}"), Some(&taken("x")));
        }
        assert_eq!(lines_of(&store, "jo@a:22"), None);
    }
}
