//! ssh's configuration, `~/.ssh/config`: what it says about a host, and a block of lines that this program
//! keeps in it (`ssh_config(5)`).

mod block;
mod words;

use super::line_file::{self, MAX_CONFIG_FILE, raw_lines};
use super::pattern::{Verdict, list_matches, matches};

pub use block::{BlockError, BlockPlace, ManagedBlock, Stanza};
pub use words::{Directive, LineFault, WordError};

/// The file, as text that can be read and edited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SshConfig {
    text: Vec<u8>,
}

/// One line that is neither blank nor a remark.
#[derive(Debug)]
pub struct Line {
    /// Which one, counted from 1.
    pub number: usize,
    /// What it says. ssh refuses a file in which one line is at fault.
    pub directive: Result<Directive, LineFault>,
}

line_file::whole_file!(SshConfig, MAX_CONFIG_FILE);

impl SshConfig {
    /// The lines of this file and then those of another one, as ssh reads them: what the first one says counts.
    #[must_use]
    pub fn then(mut self, other: &Self) -> Self {
        // A last `Host` line of the first file has no say in the second.
        self.text.extend_from_slice(b"\nMatch all\n");
        let mark = line_file::BYTE_ORDER_MARK;
        self.text
            .extend_from_slice(other.text.strip_prefix(mark).unwrap_or(&other.text));
        self
    }

    /// The same, with the lines of the files that `Include` names in its place, as `read` finds them: it is given one
    /// pattern of names, and returns the files in their order.
    ///
    /// Within the lines about some hosts, a file that speaks of other hosts stays out: whether it counts could only be
    /// told host by host.
    #[must_use]
    pub fn with_included(&self, mut read: impl FnMut(&str) -> Vec<Self>) -> Self {
        let mut text = Vec::new();
        let mut is_for_all = true;
        for line in raw_lines(&self.text) {
            let directive = words::read(line.seen()).ok().flatten();
            let keyword = directive
                .as_ref()
                .map_or("", |directive| directive.keyword.as_str());
            if matches!(keyword, "host" | "match") {
                is_for_all = false;
            }
            let mut included = Vec::new();
            if let Some(directive) = directive.filter(|directive| directive.keyword == "include") {
                for word in directive.words {
                    included.extend(
                        String::from_utf8(word)
                            .map(|word| read(&word))
                            .unwrap_or_default(),
                    );
                }
                let is_plain = |config: &Self| !config.names_hosts();
                if is_for_all || included.iter().all(is_plain) {
                    for config in included {
                        text.extend_from_slice(
                            config
                                .text
                                .strip_prefix(line_file::BYTE_ORDER_MARK)
                                .unwrap_or(&config.text),
                        );
                        text.extend_from_slice(if is_for_all { b"\nMatch all\n" } else { b"\n" });
                    }
                    continue;
                }
            }
            text.extend_from_slice(line.whole);
        }
        Self { text }
    }

    /// Whether some of it is about some hosts only.
    fn names_hosts(&self) -> bool {
        let mut directives = self.lines().filter_map(|line| line.directive.ok());
        directives.any(|directive| matches!(directive.keyword.as_str(), "host" | "match"))
    }

    /// Its lines, without blank ones and remarks. Each is read when it is asked for.
    pub fn lines(&self) -> impl Iterator<Item = Line> {
        raw_lines(&self.text).filter_map(|line| {
            let directive = words::read(line.seen()).transpose()?;
            Some(Line {
                number: line.number,
                directive,
            })
        })
    }

    /// The names in `Host` lines that are no patterns: what may be offered to choose from.
    pub fn aliases(&self) -> impl Iterator<Item = String> {
        self.lines()
            .filter_map(|line| line.directive.ok())
            .filter(|directive| directive.keyword == "host")
            .flat_map(|directive| directive.words)
            .filter(|word| !word.is_empty() && !word.iter().any(|byte| b"*?!".contains(byte)))
            .filter_map(|word| String::from_utf8(word).ok())
    }

    /// What ssh would read here when it is asked to connect to `alias`, by a user of this name.
    ///
    /// What cannot be told from this file alone is listed, and what depends on it left out: other files, and
    /// conditions that run a program or look at the network.
    #[must_use]
    pub fn lookup(&self, alias: &str, local_user: &str) -> Settings {
        self.lookup_as(None, alias, local_user)
    }

    /// The same when it is told as whom to log in, which counts before all that stands here.
    #[must_use]
    pub fn lookup_as(&self, user: Option<&str>, alias: &str, local_user: &str) -> Settings {
        let mut settings = Settings::default();
        settings.found.extend(user.map(|user| {
            let words = vec![user.as_bytes().to_vec()];
            let keyword = "user".to_owned();
            (0, Directive { keyword, words })
        }));
        let mut applies = true;
        for line in self.lines() {
            let Ok(directive) = line.directive else {
                settings.faults.push(line.number);
                continue;
            };
            match directive.keyword.as_str() {
                "host" => applies = names_host(&directive.words, alias),
                "match" => {
                    let is_met = settings.meets(&directive.words, alias, local_user);
                    if is_met.is_none() {
                        settings.undecided.push(line.number);
                    }
                    applies = is_met.unwrap_or(false);
                }
                _ if !applies => {}
                "include" => settings.includes.push(line.number),
                _ => settings.found.push((line.number, directive)),
            }
        }
        settings
    }
}

/// A value with what its tokens stand for, `%%` being a `%` (`ssh_config(5)`, “TOKENS”); nothing where `value` does not
/// know one of them.
#[must_use]
pub fn with_tokens(text: &str, value: impl Fn(char) -> Option<String>) -> Option<String> {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(letter) = rest.next() {
        match letter {
            '%' => match rest.next()? {
                '%' => whole.push('%'),
                token => whole.push_str(&value(token)?),
            },
            letter => whole.push(letter),
        }
    }
    Some(whole)
}

/// Whether a `Host` line is about this host: one pattern matches, and none with `!`.
fn names_host(patterns: &[Vec<u8>], alias: &str) -> bool {
    let mut is_named = false;
    for pattern in patterns {
        match pattern.strip_prefix(b"!") {
            Some(pattern) if matches(alias.as_bytes(), pattern) => return false,
            Some(_) => {}
            None => is_named |= matches(alias.as_bytes(), pattern),
        }
    }
    is_named
}

/// What the file says about one host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// With the numbers of their lines; 0 is what was told beside the file.
    found: Vec<(usize, Directive)>,
    /// The lines that name other files to be read in their place.
    pub includes: Vec<usize>,
    /// The lines with conditions that cannot be decided here, which were taken for not met.
    pub undecided: Vec<usize>,
    /// The lines for which ssh would refuse the file.
    pub faults: Vec<usize>,
}

impl Settings {
    /// The value of a keyword: for most of them the first one counts. Case does not.
    #[must_use]
    pub fn first(&self, keyword: &str) -> Option<&[u8]> {
        self.all(keyword).next()
    }

    /// Of several keywords that exclude one another the one that comes first, and its value.
    #[must_use]
    pub fn first_of<'a>(&self, keywords: &[&'a str]) -> Option<(&'a str, &[u8])> {
        self.found.iter().find_map(|(_, directive)| {
            let is_it = |keyword: &&&str| directive.keyword.eq_ignore_ascii_case(keyword);
            Some((*keywords.iter().find(is_it)?, directive.words.first()?.as_slice()))
        })
    }

    /// The values of a keyword that may be given several times, as `IdentityFile` may.
    pub fn all(&self, keyword: &str) -> impl Iterator<Item = &[u8]> {
        self.found
            .iter()
            .filter(move |(_, directive)| directive.keyword.eq_ignore_ascii_case(keyword))
            .filter_map(|(_, directive)| directive.words.first().map(Vec::as_slice))
    }

    /// All words of a keyword whose value may be several, as `UserKnownHostsFile` may; the first line counts.
    #[must_use]
    pub fn words(&self, keyword: &str) -> Option<&[Vec<u8>]> {
        let mut found = self.found.iter().map(|(_, directive)| directive);
        // A line with nothing but a remark behind the keyword says nothing.
        let line = found
            .find(|directive| directive.keyword.eq_ignore_ascii_case(keyword) && !directive.words.is_empty());
        line.map(|directive| directive.words.as_slice())
    }

    /// Whether a keyword that says yes or no says yes.
    #[must_use]
    pub fn says_yes(&self, keyword: &str) -> bool {
        self.first(keyword)
            .is_some_and(|value| value.eq_ignore_ascii_case(b"yes") || value.eq_ignore_ascii_case(b"true"))
    }

    fn text(&self, keyword: &str) -> Option<String> {
        self.first(keyword)
            .map(|value| String::from_utf8_lossy(value).into_owned())
    }

    /// The name or address to connect to, where it is not the alias itself; `%h` in it stands for the alias.
    #[must_use]
    pub fn host_name(&self, alias: &str) -> String {
        let Some(name) = self.text("hostname") else {
            return alias.to_owned();
        };
        with_tokens(&name, |token| (token == 'h').then(|| alias.to_owned())).unwrap_or(name)
    }

    /// The port, where one is given that there is.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.text("port")?.parse().ok().filter(|port| *port > 0)
    }

    /// The name to log in with.
    #[must_use]
    pub fn user(&self) -> Option<String> {
        self.text("user")
    }

    /// The files of keys to try, as they stand there: `~` and `%d` are not replaced.
    #[must_use]
    pub fn identity_files(&self) -> Vec<String> {
        let mut files: Vec<String> = Vec::new();
        for file in self.all("identityfile") {
            let file = String::from_utf8_lossy(file).into_owned();
            // ssh, too, tries a file once.
            if !files.contains(&file) {
                files.push(file);
            }
        }
        files
    }

    /// Whether only the keys named here are tried, and not all that the agent has.
    #[must_use]
    pub fn identities_only(&self) -> bool {
        self.says_yes("identitiesonly")
    }

    /// Whether the conditions of a `Match` line hold; nothing where that cannot be told.
    fn meets(&self, words: &[Vec<u8>], alias: &str, local_user: &str) -> Option<bool> {
        let mut words = words.iter().map(Vec::as_slice);
        let mut is_met = true;
        let mut is_unknown = false;
        while let Some(word) = words.next() {
            let (is_negated, word) = match word.strip_prefix(b"!") {
                Some(word) => (true, word),
                None => (false, word),
            };
            let equals = word.iter().position(|byte| *byte == b'=');
            let (name, given) = match equals {
                Some(at) => (&word[..at], Some(&word[at + 1..])),
                None => (word, None),
            };
            let name = name.to_ascii_lowercase();
            if name == b"all" {
                is_met &= !is_negated;
                continue;
            }
            let has_value = !matches!(name.as_slice(), b"canonical" | b"final");
            let value = if has_value {
                given.or_else(|| words.next())
            } else {
                None
            };
            let (subject, folds_case) = match name.as_slice() {
                b"host" => (self.host_name(alias), true),
                b"originalhost" => (alias.to_owned(), true),
                b"user" => (self.user().unwrap_or_else(|| local_user.to_owned()), false),
                b"localuser" => (local_user.to_owned(), false),
                _ => {
                    is_unknown = true;
                    continue;
                }
            };
            let subject = if folds_case {
                subject.to_ascii_lowercase()
            } else {
                subject
            };
            let verdict = list_matches(subject.as_bytes(), value.unwrap_or_default());
            is_met &= (verdict == Verdict::Yes) != is_negated;
        }
        // One condition that does not hold settles it, whatever the others say.
        if is_met && is_unknown { None } else { Some(is_met) }
    }
}

#[cfg(test)]
mod tests;
