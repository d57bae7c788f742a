//! The lines that were last taken off the list of each server, so that they can be put back another day. They are public: a
//! key's line is what the server's list says of it.

use toml_edit::{Array, DocumentMut, Item, Table, value};

use super::Store;
use crate::engine::{Problem, own_file};

/// Larger than the lines of many servers.
const LARGEST: usize = 4 << 20;
/// Of as many servers; the one that was first noted goes first.
const MOST_SERVERS: usize = 64;

/// Remembers the lines that were taken off a server just now, instead of others there; none are forgotten.
///
/// # Errors
/// It cannot be written down.
pub fn note_lines(store: &Store, server: &str, lines: &[Vec<u8>]) -> Result<(), Problem> {
    let Some(place) = store.place_of_taken_off() else {
        return Ok(());
    };
    // A list has lines that are no text; they cannot stand in this file.
    let texts: Array = lines
        .iter()
        .filter_map(|line| std::str::from_utf8(line).ok())
        .collect();
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
        if !texts.is_empty() {
            let mut table = Table::new();
            table.insert("lines", value(texts.clone()));
            document.insert(server, Item::Table(table));
        }
        let names: Vec<String> = document.iter().map(|(name, _)| name.to_owned()).collect();
        for first in names.iter().take(names.len().saturating_sub(MOST_SERVERS)) {
            document.remove(first);
        }
        Ok((document.to_string().into_bytes(), ()))
    })
}

/// The lines that were last taken off a server; none where that is not known.
#[must_use]
pub fn lines_of(store: &Store, server: &str) -> Vec<Vec<u8>> {
    let read = || {
        let bytes = own_file::read(&store.place_of_taken_off()?).ok()??;
        let (document, _) = own_file::parse(&bytes).ok()?;
        let lines = document.get(server)?.get("lines")?.as_array()?.clone();
        let texts = lines
            .iter()
            .filter_map(|line| Some(line.as_str()?.as_bytes().to_vec()));
        Some(texts.collect())
    };
    read().unwrap_or_default()
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
        let lines = |text: &str| vec![text.as_bytes().to_vec(), b"not\xfftext".to_vec()];
        for (server, text) in [("jo@a:22", "one \"1\""), ("jo@b", "two"), ("jo@a:22", "three")] {
            note_lines(&store, server, &lines(text)).expect("it is written");
        }
        assert_eq!(lines_of(&store, "jo@a:22"), [b"three".to_vec()]);
        assert_eq!(lines_of(&store, "jo@b"), [b"two".to_vec()]);
        note_lines(&store, "jo@b", &[]).expect("it is written");
        assert!(lines_of(&store, "jo@b").is_empty());
        for number in 0..MOST_SERVERS {
            note_lines(&store, &format!("jo@{number}"), &lines("x")).expect("it is written");
        }
        assert!(lines_of(&store, "jo@a:22").is_empty());
    }
}
