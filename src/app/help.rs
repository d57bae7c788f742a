//! What people ask about keys, with answers: one page, no network.
//!
//! `*Name*` in an answer is the name of something in the window, as it is written there; a test holds that.

mod topics;

pub use topics::TOPICS;

/// A question and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic {
    /// As somebody would ask it.
    pub question: &'static str,
    /// One after the other.
    pub answer: &'static [Piece],
}

/// A piece of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A paragraph.
    Text(&'static str),
    /// Something to be done; those that follow one another are numbered.
    Step(&'static str),
    /// A line for a terminal.
    Command(&'static str),
}

impl Piece {
    fn text(self) -> &'static str {
        match self {
            Self::Text(text) | Self::Step(text) | Self::Command(text) => text,
        }
    }
}

impl Topic {
    /// Whether each of these words, in small letters, stands in it somewhere.
    fn has_all<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> bool {
        let has = |text: &str, word: &str| text.replace('*', "").to_lowercase().contains(word);
        words
            .into_iter()
            .all(|word| has(self.question, word) || self.answer.iter().any(|piece| has(piece.text(), word)))
    }
}

/// The page, as it stands.
#[derive(Debug, Default)]
pub struct Help {
    /// What is searched for, as it is being typed.
    pub search: String,
    /// Whose answer is shown.
    open: Option<&'static str>,
}

impl Help {
    /// The questions that are searched for; all of them if nothing is. Those that are asked in these words come first.
    #[must_use]
    pub fn found(&self) -> Vec<&'static Topic> {
        let search = self.search.to_lowercase();
        let words = || search.split_whitespace();
        let mut found: Vec<_> = TOPICS.iter().filter(|topic| topic.has_all(words())).collect();
        let asks = |topic: &Topic| {
            let question = topic.question.to_lowercase();
            words().all(|word| question.contains(word))
        };
        found.sort_by_key(|topic| !asks(topic));
        found
    }

    /// Whether the answer is shown: of the one that was chosen, or the only one that was found.
    #[must_use]
    pub fn is_open(&self, topic: &Topic, found: usize) -> bool {
        self.open == Some(topic.question) || (found == 1 && !self.search.trim().is_empty())
    }

    /// Shows the answer, or puts it away.
    pub fn toggle(&mut self, topic: &Topic) {
        let is_open = self.open == Some(topic.question);
        self.open = (!is_open).then_some(topic.question);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(search: &str) -> Vec<&'static str> {
        let help = Help {
            search: search.to_owned(),
            open: None,
        };
        help.found().iter().map(|topic| topic.question).collect()
    }

    #[test]
    fn everything_is_shown_until_something_is_searched_for() {
        assert_eq!(found("").len(), TOPICS.len());
        assert_eq!(found("  ").len(), TOPICS.len());
        assert!(found("no such word anywhere").is_empty());
    }

    #[test]
    fn words_are_found_in_any_order_and_case_and_questions_come_first() {
        let asked = found("for PASSPHRASE");
        assert_eq!(asked.first(), Some(&"What is a passphrase for?"));
        assert!(asked.len() > 1, "others have both words in their answers");
        assert_eq!(
            found("puttygen").first(),
            Some(&"I have used PuTTYgen. Where is everything?")
        );
        assert!(found("denied").contains(&"“Permission denied (publickey)”: what now?"));
    }

    #[test]
    fn names_are_searched_for_as_they_are_read() {
        assert!(found("save private key").len() > 1);
    }

    #[test]
    fn each_question_stands_there_once_and_has_an_answer() {
        for topic in TOPICS {
            let same = TOPICS.iter().filter(|other| other.question == topic.question);
            assert_eq!(same.count(), 1, "{}", topic.question);
            assert!(!topic.answer.is_empty(), "{}", topic.question);
            for piece in topic.answer {
                assert_eq!(piece.text().matches('*').count() % 2, 0, "{piece:?}");
            }
        }
    }
}
