//! Counts in words: “1 key”, “2 keys”. What both faces say of how many there are comes by here.

/// So many of a thing whose plural has an s: “1 line”, “3 lines”.
#[must_use]
pub fn counted(count: usize, one: &str) -> String {
    counted_as(count, one, &format!("{one}s"))
}

/// So many of a thing whose plural is another word: “1 entry”, “3 entries”.
#[must_use]
pub fn counted_as(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_one_and_none_are_many() {
        let said: Vec<String> = [0, 1, 2].map(|count| counted(count, "key")).into();
        assert_eq!(said, ["0 keys", "1 key", "2 keys"]);
        assert_eq!(counted_as(2, "entry", "entries"), "2 entries");
    }
}
