//! Patterns with `*` and `?`, and lists of them (`ssh_config(5)`, “PATTERNS”).

/// What a list of patterns says about a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// A pattern matches, and none that begins with `!`.
    Yes,
    /// No pattern matches.
    No,
    /// A pattern that begins with `!` matches.
    Refused,
}

/// OpenSSH copies each pattern into a buffer of this size, and gives the whole list up where one does not fit.
const LONGEST: usize = 1023;

/// Whether `pattern` matches all of `text`; in time of their lengths multiplied.
pub(crate) fn matches(text: &[u8], pattern: &[u8]) -> bool {
    let (mut at, mut in_pattern) = (0, 0);
    // Where to go on when a guess of what the last `*` stands for was too short.
    let mut retry = None;
    while at < text.len() {
        match pattern.get(in_pattern) {
            Some(b'*') => {
                retry = Some((at, in_pattern));
                in_pattern += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[at] => {
                at += 1;
                in_pattern += 1;
            }
            _ => match retry {
                Some((from, star)) => {
                    retry = Some((from + 1, star));
                    at = from + 1;
                    in_pattern = star + 1;
                }
                None => return false,
            },
        }
    }
    pattern[in_pattern..].iter().all(|byte| *byte == b'*')
}

/// Holds a lower-case name to a list with commas; the patterns' own case does not count.
pub(super) fn list_matches(name: &[u8], list: &[u8]) -> Verdict {
    judged(list, |pattern| matches(name, &pattern.to_ascii_lowercase()))
}

/// Holds a name to a list with commas, in which case counts.
pub(super) fn case_list_matches(name: &[u8], list: &[u8]) -> Verdict {
    judged(list, |pattern| matches(name, pattern))
}

fn judged(list: &[u8], is_it: impl Fn(&[u8]) -> bool) -> Verdict {
    let mut verdict = Verdict::No;
    for pattern in list.split(|byte| *byte == b',') {
        let (is_negated, pattern) = match pattern.strip_prefix(b"!") {
            Some(pattern) => (true, pattern),
            None => (false, pattern),
        };
        if pattern.len() >= LONGEST {
            return Verdict::No;
        }
        if is_it(pattern) {
            if is_negated {
                return Verdict::Refused;
            }
            verdict = Verdict::Yes;
        }
    }
    verdict
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks_stand_for_what_they_do_in_a_shell() {
        for (text, pattern, expected) in [
            ("abc", "abc", true),
            ("abc", "a?c", true),
            ("abc", "*", true),
            ("", "*", true),
            ("", "?", false),
            ("abc", "a*", true),
            ("abc", "*b", false),
            ("abcbc", "a*bc", true),
            ("a.b.example.org", "*.example.org", true),
            ("example.org", "*.example.org", false),
            ("abc", "a**?", true),
            ("abc", "ab", false),
        ] {
            assert_eq!(
                matches(text.as_bytes(), pattern.as_bytes()),
                expected,
                "{text} {pattern}"
            );
        }
    }

    #[test]
    fn many_stars_take_no_longer_than_few() {
        let text = vec![b'a'; 1000];
        let pattern = [b"a*".repeat(400), b"b".to_vec()].concat();
        assert!(!matches(&text, &pattern));
    }

    #[test]
    fn a_negated_pattern_counts_before_all_others() {
        for (list, expected) in [
            ("*.org,!bad.org", Verdict::Yes),
            ("!bad.org", Verdict::No),
            ("!good.*,*", Verdict::Refused),
            ("*,!good.*", Verdict::Refused),
            ("x,,GOOD.org", Verdict::Yes),
        ] {
            assert_eq!(list_matches(b"good.org", list.as_bytes()), expected, "{list}");
        }
        let long = "x".repeat(LONGEST) + ",good.org";
        assert_eq!(list_matches(b"good.org", long.as_bytes()), Verdict::No);
    }
}
