//! ssh's configuration: three hundred that nobody wrote, read by `ssh -G` and by our own reader, setting by setting.

use std::path::Path;

use keywright::format::ssh_config::{Configuration, Settings, SshConfig};
use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use crate::tools::{Folder, hold, same};

const ALIASES: [&str; 5] = ["web", "web1.example.org", "db", "DB", "gate"];

/// What stands behind keywords; `%` and quotes among it, for they are where readers differ.
const VALUES: [(&str, &[&str]); 19] = [
    (
        "HostName",
        &["%h.example.org", "10.0.0.7", "inner%%x", "\"db.example.org\""],
    ),
    ("User", &["jo", "\"deploy\"", "root # who"]),
    ("Port", &["22", "2222", "=99"]),
    (
        "IdentityFile",
        &[
            "~/.ssh/one",
            "\"~/.ssh/my key\"",
            "%d/.ssh/%h",
            "none",
            "${HOME}/k",
        ],
    ),
    ("IdentitiesOnly", &["yes", "no"]),
    ("CertificateFile", &["~/.ssh/one-cert.pub", "/c/%r"]),
    (
        "IdentityAgent",
        &["none", "SSH_AUTH_SOCK", "$AGENT", "/run/agent"],
    ),
    ("UserKnownHostsFile", &["/dev/null", "none", "/k/one /k/two"]),
    (
        "StrictHostKeyChecking",
        &["yes", "no", "accept-new", "ask", "off"],
    ),
    ("HostKeyAlias", &["other", "%h"]),
    (
        "ProxyJump",
        &["gate", "jo@gate:2222,[::1]:99", "none", "ssh://a@b:7"],
    ),
    (
        "ProxyCommand",
        &["nc %h %p", "none", "sh -c \"nc '%h' %p\"  2>/dev/null"],
    ),
    ("ConnectTimeout", &["5", "1m", "none"]),
    ("AddressFamily", &["inet", "inet6", "any"]),
    ("BindAddress", &["127.0.0.1", "::1"]),
    (
        "PreferredAuthentications",
        &["publickey,password", "keyboard-interactive"],
    ),
    ("NumberOfPasswordPrompts", &["1", "3"]),
    ("PubkeyAuthentication", &["yes", "no"]),
    ("HashKnownHosts", &["yes", "no"]),
];

const HOSTS: [&str; 9] = [
    "web*",
    "*.example.org",
    "db web",
    "* !gate",
    "!web *",
    "w?b",
    "DB",
    "\"web\" gate",
    "*",
];

const CONDITIONS: [&str; 15] = [
    "all",
    "host web*,db",
    "host *.example.org",
    "host 10.0.0.*",
    "originalhost DB,!x",
    "!originalhost web",
    "user jo",
    "!user root,deploy",
    "user JO",
    "localuser nobody-here",
    "!localuser nobody-here host *",
    "final all",
    "final host *.org",
    "!final host web*",
    "canonical user jo",
];

struct Writer {
    rng: ChaCha8Rng,
}

impl Writer {
    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of.choose(&mut self.rng).expect("there are some")
    }

    /// A file of some lines, which may include these.
    fn file(&mut self, included: &[String]) -> String {
        let mut text = String::new();
        for _ in 0..self.rng.random_range(3..14) {
            let line = match self.rng.random_range(0..10) {
                0 | 1 => format!("Host {}", self.one(&HOSTS)),
                2 => format!("match {}", self.one(&CONDITIONS)),
                3 if !included.is_empty() => {
                    let one = included.choose(&mut self.rng).expect("there are some");
                    format!("  Include {one}")
                }
                _ => {
                    let (keyword, values) = *VALUES.choose(&mut self.rng).expect("there are some");
                    format!("\t{keyword} {}", self.one(values))
                }
            };
            text.push_str(&line);
            text.push_str(if self.rng.random_range(0..6) == 0 {
                "\r\n"
            } else {
                "\n"
            });
        }
        text
    }
}

/// Reads a file and those that it includes by their whole paths.
fn read(path: &Path) -> Configuration {
    let bytes = std::fs::read(path).expect("it was written");
    let config = SshConfig::parse(bytes).expect("text");
    Configuration::with_included(&config, |name| read(Path::new(name)))
}

/// What `ssh -G` prints of a keyword, without what it makes of `~` and tokens in some of them.
fn theirs(printed: &str, keyword: &str) -> Vec<String> {
    let keyword = keyword.to_ascii_lowercase();
    let lines = printed.lines().filter_map(|line| line.split_once(' '));
    lines
        .filter(|(name, _)| *name == keyword)
        .map(|(_, value)| value.to_owned())
        .collect()
}

/// Our own word for it, as ssh prints it; nothing where nothing was said.
fn ours(settings: &Settings, keyword: &str, alias: &str) -> Option<Vec<String>> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let first = || settings.first(keyword).map(text);
    let yes_or_no = |value: String| match value.as_str() {
        "yes" => "true".to_owned(),
        "no" | "off" => "false".to_owned(),
        _ => value,
    };
    match keyword {
        "HostName" => Some(vec![settings.host_name(alias).to_ascii_lowercase()]),
        "Port" => settings.port().map(|port| vec![port.to_string()]),
        "IdentityFile" => Some(settings.identity_files()).filter(|files| !files.is_empty()),
        "CertificateFile" => {
            let mut files: Vec<String> = Vec::new();
            for file in settings.all(keyword).map(text) {
                if !files.contains(&file) {
                    files.push(file);
                }
            }
            Some(files).filter(|files| !files.is_empty())
        }
        "UserKnownHostsFile" => settings
            .words(keyword)
            .map(|words| vec![text(&words.join(&b' '))]),
        "ProxyJump" | "ProxyCommand" => match settings.proxy() {
            Some((found, way)) if found == keyword => Some(vec![way.replace("ssh://", "")]),
            _ => None,
        },
        "ConnectTimeout" => {
            let value = settings.all(keyword).map(text).find(|value| value != "none");
            value.map(|value| vec![value.replace("1m", "60")])
        }
        "StrictHostKeyChecking" | "PubkeyAuthentication" => first().map(|value| vec![yes_or_no(value)]),
        _ => first().map(|value| vec![value]),
    }
}

#[test]
fn three_hundred_configurations_say_to_us_what_they_say_to_ssh() {
    let folder = Folder::new();
    let name = |number: usize| folder.path(&format!("config{number}")).display().to_string();
    let user = folder.tool("id").arg("-un").output().expect("a user's name");
    let mut results = Vec::new();
    for seed in 0..300 {
        let mut writer = Writer {
            rng: ChaCha8Rng::seed_from_u64(seed),
        };
        let last = writer.file(&[]);
        folder.put("config2", last.as_bytes());
        let middle = writer.file(&[name(2)]);
        folder.put("config1", middle.as_bytes());
        let first = writer.file(&[name(1), name(2)]);
        folder.put("config0", first.as_bytes());
        let configuration = read(&folder.path("config0"));
        let alias = writer.one(&ALIASES);
        let asked = |file: &str| folder.tool("ssh").args(["-G", "-F", file, alias]).output();
        let settings = configuration.lookup(alias, user.trim());
        assert!(
            settings.undecided.is_empty() && settings.faults.is_empty(),
            "{seed}"
        );
        let is_loop = matches!(settings.proxy(), Some((_, way)) if way == alias);
        let (Ok(printed), Ok(plain)) = (asked("config0"), asked("none")) else {
            if !is_loop {
                results.push(Err(format!(
                    "ssh refuses {seed}:\n{first}\n---\n{middle}\n---\n{last}"
                )));
            }
            continue;
        };
        for (keyword, _) in VALUES {
            let expected = theirs(&printed, keyword);
            let found = ours(&settings, keyword, alias).unwrap_or_else(|| theirs(&plain, keyword));
            results.push(same(
                &format!("{keyword} of {alias}, {seed}:\n{first}\n---\n{middle}\n---\n{last}"),
                &found.join("|"),
                &expected.join("|"),
            ));
        }
    }
    hold(results);
}
