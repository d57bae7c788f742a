//! Patterns for lines of a log: fixed words, with `*` for what changes. Case does not count, and more may stand before
//! and behind.

/// A pattern.
#[derive(Debug)]
pub(super) struct Pattern {
    /// In lower case; the first and the last may be empty.
    pieces: Vec<&'static str>,
}

impl Pattern {
    pub(super) fn new(text: &'static str) -> Self {
        Self {
            pieces: text.split('*').collect(),
        }
    }

    /// The piece by which it is found.
    pub(super) fn anchor(&self) -> &'static str {
        let longest = self.pieces.iter().max_by_key(|piece| piece.len());
        longest.copied().unwrap_or_default()
    }

    /// What stands for each `*` in a line, where the line is of this pattern; `lower` is the line in lower case.
    pub(super) fn holes<'a>(&self, line: &'a str, lower: &str) -> Option<Vec<&'a str>> {
        let (first, rest) = self.pieces.split_first()?;
        // A line may say the first words twice, in a prefix for example.
        lower
            .match_indices(first)
            .take(8)
            .find_map(|(at, _)| Self::behind(line, lower, at + first.len(), rest))
    }

    fn behind<'a>(line: &'a str, lower: &str, mut at: usize, rest: &[&str]) -> Option<Vec<&'a str>> {
        let mut holes = Vec::with_capacity(rest.len());
        for (index, piece) in rest.iter().enumerate() {
            let end = if piece.is_empty() && index + 1 == rest.len() {
                line.len()
            } else {
                at + lower.get(at..)?.find(piece)?
            };
            holes.push(line.get(at..end)?.trim());
            at = end + piece.len();
        }
        Some(holes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holes<'a>(pattern: &'static str, line: &'a str) -> Option<Vec<&'a str>> {
        Pattern::new(pattern).holes(line, &line.to_ascii_lowercase())
    }

    #[test]
    fn what_changes_is_found_between_the_fixed_words() {
        let found = holes(
            "permissions * for '*' are too open",
            "x: Permissions 0644 for '/home/jo/my key' are too open.",
        );
        assert_eq!(found, Some(vec!["0644", "/home/jo/my key"]));
        assert_eq!(
            holes("can continue: *", "… that can continue: publickey,password"),
            Some(vec!["publickey,password"])
        );
        assert_eq!(holes("no such key", "there is NO SUCH KEY here"), Some(vec![]));
        assert_eq!(holes("a * b", "a c"), None);
    }

    #[test]
    fn the_longest_words_are_those_by_which_it_is_found() {
        assert_eq!(Pattern::new("load key \"*\": *").anchor(), "load key \"");
    }
}
