//! How old a file is, as people say it.

const DAY: u64 = 24 * 60 * 60;

/// “today”, “5 days ago”, “3 months ago”, “2 years ago”. Both times are in seconds since 1970 (UTC).
#[must_use]
pub fn in_words(then: u64, now: u64) -> String {
    let days = now.saturating_sub(then) / DAY;
    let (count, unit) = match days {
        0 => return "today".to_owned(),
        1..=59 => (days, "day"),
        60..=729 => (days / 30, "month"),
        _ => (days / 365, "year"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural} ago")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_said_as_people_say_them() {
        for (days, said) in [
            (0, "today"),
            (1, "1 day ago"),
            (59, "59 days ago"),
            (60, "2 months ago"),
            (729, "24 months ago"),
            (730, "2 years ago"),
        ] {
            assert_eq!(in_words(1_000, 1_000 + days * DAY), said);
        }
        assert_eq!(in_words(2_000, 1_000), "today");
    }
}
