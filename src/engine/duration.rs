//! How long something takes, as people say it.

use std::time::Duration;

/// “12 s”, “2 min 5 s”, “3 h 20 min”.
#[must_use]
pub fn in_words(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_as_people_say_them() {
        assert_eq!(in_words(Duration::from_millis(9_900)), "9 s");
        assert_eq!(in_words(Duration::from_secs(125)), "2 min 5 s");
        assert_eq!(in_words(Duration::from_secs(12_059)), "3 h 20 min");
    }
}
