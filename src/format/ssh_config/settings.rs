//! What ssh's configuration says about one host, keyword by keyword.

use super::Directive;

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

/// What the file says about one host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// With the numbers of their lines; 0 is what was told beside the file.
    pub(super) found: Vec<(usize, Directive)>,
    /// The lines with conditions that cannot be decided here, which were taken for not met.
    pub undecided: Vec<usize>,
    /// The lines for which ssh would refuse the file.
    pub faults: Vec<usize>,
    /// Whether ssh itself has said it.
    is_effective: bool,
    /// Why ssh refuses its configuration, in its own words, where it was asked.
    pub refused: Option<String>,
}

impl Settings {
    /// What ssh itself says that holds.
    #[must_use]
    pub fn effective(found: Vec<Directive>) -> Self {
        Self {
            found: found.into_iter().map(|directive| (0, directive)).collect(),
            is_effective: true,
            ..Self::default()
        }
    }

    /// Whether ssh itself has said so, and nothing is left undecided.
    #[must_use]
    pub fn is_effective(&self) -> bool {
        self.is_effective
    }

    /// The value of a keyword: for most of them the first one counts. Case does not.
    #[must_use]
    pub fn first(&self, keyword: &str) -> Option<&[u8]> {
        self.all(keyword).next()
    }

    /// `ProxyJump` or `ProxyCommand` and what stands behind it, whichever comes first; nothing where the way is straight.
    #[must_use]
    pub fn proxy(&self) -> Option<(&'static str, String)> {
        let value = |keyword: &str| {
            let rest = self.rest(keyword)?;
            Some(String::from_utf8_lossy(rest).into_owned())
        };
        let mut found = self.found.iter().map(|(_, directive)| directive);
        let first = found.find(|directive| matches!(&*directive.keyword, "proxyjump" | "proxycommand"))?;
        let is_none = |value: &String| value.eq_ignore_ascii_case("none");
        // A command that comes behind `ProxyJump none` counts all the same.
        if first.keyword == "proxyjump"
            && let Some(jump) = value("proxyjump").filter(|value| !is_none(value))
        {
            return Some(("ProxyJump", jump));
        }
        let command = value("proxycommand").filter(|value| !is_none(value))?;
        Some(("ProxyCommand", command))
    }

    /// All that stands behind a keyword, as it stands there: a command.
    #[must_use]
    pub fn rest(&self, keyword: &str) -> Option<&[u8]> {
        let mut found = self.found.iter().map(|(_, directive)| directive);
        let line = found.find(|directive| directive.keyword.eq_ignore_ascii_case(keyword))?;
        Some(&line.rest)
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

    /// Whether a keyword that says yes or no says no.
    #[must_use]
    pub fn says_no(&self, keyword: &str) -> bool {
        self.first(keyword)
            .is_some_and(|value| value.eq_ignore_ascii_case(b"no") || value.eq_ignore_ascii_case(b"false"))
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
}
