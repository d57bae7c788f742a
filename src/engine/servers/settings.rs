//! What an sshd's own settings say about the keys of one account (`sshd_config(5)`), where the account may read them.
//!
//! The first line for a keyword counts, and a `Match` block counts where all its conditions hold. Of those only the user and
//! the groups are known here; blocks with others are taken for not met.

use super::found::Site;
use super::shell;
use crate::format::pattern::matches;
use crate::key::watch::Watch;
use crate::sys::remote::Remote;

/// The settings that count for an account.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Settings {
    user: String,
    /// The lines, the first for each keyword.
    pub(super) lines: Vec<String>,
}

impl Settings {
    /// Reads the lines that matter; the first one tells the account's name and its groups.
    pub(super) fn read(lines: &[String]) -> Self {
        let mut lines = lines.iter();
        let account = lines.next().map(String::as_str).unwrap_or_default();
        let mut account = account.split(' ').skip(1);
        let user = account.next().unwrap_or_default();
        let groups: Vec<&str> = account.collect();
        let mut this = Self {
            user: user.to_owned(),
            lines: Vec::new(),
        };
        let mut seen: Vec<String> = Vec::new();
        let mut is_on = true;
        for line in lines {
            let words = words(line);
            let Some((keyword, values)) = words.split_first() else {
                continue;
            };
            let keyword = keyword.to_lowercase();
            if keyword == "match" {
                is_on = holds(values, user, &groups);
                continue;
            }
            // Lists of who may come in are put together, and the lines of all else count once.
            let is_list = keyword.starts_with("allow") || keyword.starts_with("deny");
            if is_on && (is_list || !seen.contains(&keyword)) {
                this.lines.push(line.clone());
                seen.push(keyword);
            }
        }
        this
    }

    /// The files that the account's keys are read from, as the settings name them; nothing where they do not.
    pub(super) fn key_files(&self) -> Vec<&str> {
        let lines = self.lines.iter().map(|line| words(line));
        let mut named = lines.filter(|words| words[0].eq_ignore_ascii_case("AuthorizedKeysFile"));
        named.next().map(|words| words[1..].to_vec()).unwrap_or_default()
    }

    /// The program that says which keys let in, where no list is read.
    pub(super) fn program_alone(&self) -> Option<String> {
        let is_none = matches!(self.key_files()[..], [file] if file.eq_ignore_ascii_case("none"));
        let lines = self.lines.iter().map(|line| words(line));
        let mut named = lines.filter(|words| words[0].eq_ignore_ascii_case("AuthorizedKeysCommand"));
        let program = named
            .next()
            .and_then(|words| words.get(1).map(|word| (*word).to_owned()));
        is_none.then(|| {
            program
                .filter(|program| !program.eq_ignore_ascii_case("none"))
                .unwrap_or_default()
        })
    }

    /// Those of them that are this account's and no one else's, where none is the usual one.
    pub(super) fn own_files(&self) -> Vec<Site> {
        let files = self.key_files();
        if files.iter().any(|file| is_usual(file)) {
            return Vec::new();
        }
        files.iter().filter_map(|file| own(file, &self.user)).collect()
    }
}

/// The lists that are read for the account in place of the usual one, and are its own; none where that cannot be told.
pub(super) fn own_sites(remote: &mut dyn Remote, watch: &dyn Watch) -> Vec<Site> {
    let lines = shell::settings(remote, watch).unwrap_or_default();
    Settings::read(&lines).own_files()
}

/// Whether this is the list in its usual place.
pub(super) fn is_usual(file: &str) -> bool {
    let file = file.trim_start_matches("%h/").trim_start_matches("./");
    file.eq_ignore_ascii_case(".ssh/authorized_keys")
}

/// Where such a file lies for an account, if no other account shares it.
fn own(file: &str, user: &str) -> Option<Site> {
    let is_in_home = file.starts_with("%h/") || !file.starts_with(['/', '%']);
    let is_for_user = file.contains("%u") || file.split('/').any(|part| part == user);
    if file.eq_ignore_ascii_case("none") || !(is_in_home || is_for_user) {
        return None;
    }
    let mut path = String::new();
    let mut rest = file.strip_prefix("%h/").unwrap_or(file);
    while let Some((before, behind)) = rest.split_once('%') {
        path.push_str(before);
        let mut letters = behind.chars();
        match letters.next()? {
            'u' => path.push_str(user),
            '%' => path.push('%'),
            _ => return None,
        }
        rest = letters.as_str();
    }
    path.push_str(rest);
    // It travels in a line of its own.
    if path.contains(char::is_control) || path.trim() != path {
        return None;
    }
    Some(Site::At(if path.starts_with('/') {
        path
    } else {
        format!("./{path}")
    }))
}

/// Keyword and values, without the quotes around them.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let (word, behind) = match rest.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
            Some(quoted) => quoted,
            None => rest.split_at(rest.find([' ', '\t', '=']).unwrap_or(rest.len())),
        };
        words.push(word);
        let behind = behind.trim_start();
        // One equals sign may stand behind the keyword.
        rest = match behind.strip_prefix('=') {
            Some(value) if words.len() == 1 => value.trim_start(),
            Some(value) => value,
            None => behind,
        };
    }
    words
}

/// Whether all conditions of a block hold.
fn holds(conditions: &[&str], user: &str, groups: &[&str]) -> bool {
    let mut conditions = conditions.iter();
    let mut is_any = false;
    while let Some(condition) = conditions.next() {
        is_any = true;
        let holds = match condition.to_lowercase().as_str() {
            "all" => true,
            "user" => conditions.next().is_some_and(|list| names(list, &[user])),
            "group" => conditions.next().is_some_and(|list| names(list, groups)),
            _ => false,
        };
        if !holds {
            return false;
        }
    }
    is_any
}

/// Whether a list of patterns names one of these, and none of them with an exclamation mark.
fn names(list: &str, these: &[&str]) -> bool {
    let any = |pattern: &str| {
        these
            .iter()
            .any(|name| matches(name.as_bytes(), pattern.as_bytes()))
    };
    let (not, yes): (Vec<_>, Vec<_>) = list.split(',').partition(|pattern| pattern.starts_with('!'));
    !not.iter().any(|pattern| any(&pattern[1..])) && yes.into_iter().any(any)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_as(groups: &str, text: &str) -> Settings {
        let account = format!("account jo {groups}");
        let lines = [account.as_str()].into_iter().chain(text.lines());
        Settings::read(&lines.map(str::to_owned).collect::<Vec<_>>())
    }

    fn read(text: &str) -> Settings {
        read_as("jo", text)
    }

    #[test]
    fn a_block_about_a_group_counts_for_those_who_are_in_it() {
        let text = "Match Group wheel\nauthorizedkeysfile=a";
        assert_eq!(read_as("jo wheel", text).key_files(), ["a"]);
        assert!(read_as("jo", text).key_files().is_empty());
        assert!(
            read_as("jo wheel", "Match Group *,!wheel\nAuthorizedKeysFile a")
                .key_files()
                .is_empty()
        );
    }

    #[test]
    fn of_blocks_those_count_that_are_about_this_account() {
        for (text, expected) in [
            ("AuthorizedKeysFile a\nAuthorizedKeysFile b", &["a"][..]),
            ("Match User nobody\nAuthorizedKeysFile a", &[]),
            (
                "Match User nobody\nAuthorizedKeysFile a\nMatch all\nAuthorizedKeysFile b",
                &["b"],
            ),
            ("Match User j*,!jim\nAuthorizedKeysFile a c", &["a", "c"]),
            ("Match User *,!jo\nAuthorizedKeysFile a", &[]),
            ("Match Address 192.0.2.0/24\nAuthorizedKeysFile a", &[]),
            ("Match User jo Host x\nAuthorizedKeysFile a", &[]),
            ("AuthorizedKeysFile \"%h/my keys/a\"", &["%h/my keys/a"]),
            ("\n=\nMatch\n\"", &[]),
        ] {
            assert_eq!(read(text).key_files(), expected, "{text}");
        }
    }

    #[test]
    fn a_file_is_the_accounts_own_where_no_other_account_shares_it() {
        for (file, expected) in [
            ("%h/.keys/ssh", Some("./.keys/ssh")),
            (".keys/ssh", Some("./.keys/ssh")),
            ("/etc/ssh/keys/%u", Some("/etc/ssh/keys/jo")),
            ("/etc/ssh/keys/jo/list", Some("/etc/ssh/keys/jo/list")),
            ("/etc/ssh/100%%/%u", Some("/etc/ssh/100%/jo")),
            ("/etc/ssh/keys/all", None),
            ("none", None),
            ("/etc/%U", None),
            ("%h/a\nb", None),
        ] {
            let expected = expected.map(|path| Site::At(path.to_owned()));
            assert_eq!(own(file, "jo"), expected, "{file}");
        }
        // Where the usual one is read as well, it is not its place that keeps a key out.
        let both = read("AuthorizedKeysFile .ssh/authorized_keys .ssh/authorized_keys2");
        assert_eq!(both.own_files(), []);
    }
}
