//! All that ssh reads: the files of its configuration, one after the other, each with those that it includes, and what they
//! say about a host.

use super::matching::{Asked, Verdict, names_host};
use super::settings::Settings;
use super::{Directive, Line, SshConfig};

/// The files of ssh's configuration in the order in which ssh reads them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    files: Vec<File>,
    named: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct File {
    lines: Vec<(Line, Included)>,
}

/// What stands in place of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Included {
    /// The line itself.
    Nothing,
    /// The files that it names.
    Files(Configuration),
}

impl From<SshConfig> for Configuration {
    /// The file alone, without those that it includes.
    fn from(config: SshConfig) -> Self {
        Self::with_included(&config, |_| Self::default())
    }
}

impl Configuration {
    /// A file with those that it includes, as `read` finds them: it is given one pattern of names, and returns the files in
    /// their order.
    #[must_use]
    pub fn with_included(config: &SshConfig, mut read: impl FnMut(&str) -> Self) -> Self {
        let lines = config.lines().map(|line| {
            let included = match &line.directive {
                Ok(directive) if directive.keyword == "include" => {
                    let words = directive.words.iter();
                    let patterns = words.filter_map(|word| std::str::from_utf8(word).ok());
                    let files = patterns.map(&mut read);
                    Included::Files(files.fold(Self::default(), Self::then))
                }
                _ => Included::Nothing,
            };
            (line, included)
        });
        Self {
            files: vec![File {
                lines: lines.collect(),
            }],
            named: None,
        }
    }

    /// These files and then others: what the first ones say counts.
    #[must_use]
    pub fn then(mut self, others: Self) -> Self {
        self.files.extend(others.files);
        self
    }

    /// The same, read in the place of the usual files because it was named so, as behind `-F`.
    #[must_use]
    pub fn named_as(self, word: &str) -> Self {
        Self {
            named: Some(word.to_owned()),
            ..self
        }
    }

    /// The word by which it was named; nothing where these are the usual files.
    #[must_use]
    pub fn named(&self) -> Option<&str> {
        self.named.as_deref()
    }

    /// How many files these are, with all that they include.
    #[must_use]
    pub fn count(&self) -> usize {
        let included = self.files.iter().flat_map(|file| &file.lines);
        let included = included.map(|(_, included)| match included {
            Included::Files(files) => files.count(),
            Included::Nothing => 0,
        });
        self.files.len() + included.sum::<usize>()
    }

    /// All lines of all files that are none of those at fault, whether or not they count for any host.
    #[must_use]
    pub fn directives(&self) -> Vec<&Directive> {
        let mut all = Vec::new();
        for (line, included) in self.files.iter().flat_map(|file| &file.lines) {
            match included {
                Included::Files(files) => all.extend(files.directives()),
                Included::Nothing => all.extend(line.directive.as_ref().ok()),
            }
        }
        all
    }

    /// The names in `Host` lines that are no patterns: what may be offered to choose from.
    #[must_use]
    pub fn aliases(&self) -> Vec<String> {
        let hosts = self.directives().into_iter();
        let hosts = hosts.filter(|directive| directive.keyword == "host");
        hosts
            .flat_map(|directive| &directive.words)
            .filter(|word| !word.is_empty() && !word.iter().any(|byte| b"*?!".contains(byte)))
            .filter_map(|word| String::from_utf8(word.clone()).ok())
            .collect()
    }

    /// What ssh would read here when it is asked to connect to `alias`, by a user of this name.
    ///
    /// What cannot be told from these files alone is listed, and what depends on it left out: conditions that run a
    /// program or look at the network.
    #[must_use]
    pub fn lookup(&self, alias: &str, local_user: &str) -> Settings {
        self.lookup_as(&[], alias, local_user)
    }

    /// The same when some of it is told beside the files, as behind `-o`, `-l` and `-p`: that counts before all that stands
    /// here.
    #[must_use]
    pub fn lookup_as(&self, told: &[Directive], alias: &str, local_user: &str) -> Settings {
        let mut settings = Settings::default();
        settings
            .found
            .extend(told.iter().map(|directive| (0, directive.clone())));
        let mut reader = Reader {
            settings,
            asked: Asked {
                alias,
                local_user,
                is_final: false,
            },
            wants_final: false,
            resolved: None,
        };
        reader.read(self, true);
        if reader.wants_final {
            // ssh reads everything a second time for `Match final`; what was found first stays.
            reader.asked.is_final = true;
            let resolved = reader.settings.host_name(alias).to_ascii_lowercase();
            // By now the host has its name, whatever stands below.
            let name = Directive::new("hostname", &resolved.replace('%', "%%"));
            reader.settings.found.push((0, name));
            reader.resolved = Some(resolved);
            let faults = reader.settings.faults.clone();
            reader.settings.undecided.clear();
            reader.read(self, true);
            reader.settings.faults = faults;
        }
        reader.settings
    }
}

/// Reading, from the first line to the last.
struct Reader<'a> {
    settings: Settings,
    asked: Asked<'a>,
    wants_final: bool,
    /// The name of the host that was found, which `Host` is about when everything is read a second time.
    resolved: Option<String>,
}

impl Reader<'_> {
    /// Reads files in the place of a line that counts, or does not.
    fn read(&mut self, configuration: &Configuration, counts: bool) {
        for file in &configuration.files {
            let mut applies = counts;
            for (line, included) in &file.lines {
                let Ok(directive) = &line.directive else {
                    self.settings.faults.push(line.number);
                    continue;
                };
                match (directive.keyword.as_str(), included) {
                    ("host", _) => {
                        let name = self.resolved.as_deref().unwrap_or(self.asked.alias);
                        applies = counts && names_host(&directive.words, name);
                    }
                    ("match", _) => applies = self.is_met(directive, line.number) && counts,
                    (_, Included::Files(files)) => self.read(files, applies),
                    _ if !applies => {}
                    (_, Included::Nothing) => self.settings.found.push((line.number, directive.clone())),
                }
            }
        }
    }

    fn is_met(&mut self, directive: &Directive, number: usize) -> bool {
        let Verdict { is_met, asks_final } = self.asked.meets(&self.settings, &directive.words);
        self.wants_final |= asks_final;
        if is_met.is_none() {
            self.settings.undecided.push(number);
        }
        is_met.unwrap_or(false)
    }
}
