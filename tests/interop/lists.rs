//! authorized_keys, known_hosts and ssh's configuration, held beside what OpenSSH's own programs make of them.

use keywright::format::authorized_keys::{
    Added, AuthorizedKeys, Command, Expiry, FromList, NewLine, NewOptions, Right,
};
use keywright::format::known_hosts::{HostName, KnownHosts, Lookup, Shown};
use keywright::format::ssh_config::{BlockPlace, Configuration, ManagedBlock, SshConfig, Stanza};
use keywright::format::{PrivateEncoding, public_line};
use keywright::key::comment::Comment;
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;

use crate::common::{Kind, seed};
use crate::matrix::ours as ours_of;
use crate::server::Server;
use crate::tools::{Folder, hold, same};

const KINDS: [Kind; 3] = [Kind::Ed25519, Kind::P256, Kind::Rsa2048];

fn line(kind: Kind) -> String {
    public_line::encode(kind.key().public(), &Comment::default())
}

fn hosts(text: &[u8]) -> KnownHosts {
    KnownHosts::parse(text.to_vec()).expect("it is a list")
}

/// Hosts of many kinds, each with one of three keys.
fn known_hosts() -> String {
    let [ed25519, p256, rsa] = KINDS.map(line);
    let mut text = format!(
        "# hosts\n\
         plain.example.org {ed25519}\n\
         plain.example.org {rsa} with a comment\n\
         \tmany.example.org,10.0.0.7,2001:db8::1  {p256}\n\
         *.wild.example.org,!not.wild.example.org {ed25519}\n\
         [port.example.org]:2222 {ed25519}\n\
         [*.ports.example.org]:2222\t{rsa}\n\
         10.1.?.* {p256}\n\
         @cert-authority *.example.org {p256}\n\
         @revoked * {rsa}\n\n"
    );
    let mut hidden = KnownHosts::default();
    let mut rng = ChaCha20Rng::seed_from_u64(seed());
    for (name, port) in [
        ("hidden.example.org", 22),
        ("hidden.example.org", 2222),
        ("10.9.9.9", 22),
    ] {
        let host = HostName::new(name, port).expect("it is a name");
        hidden.add_hashed(&host, Kind::Ed25519.key().public(), &mut rng);
    }
    text += &String::from_utf8_lossy(hidden.as_bytes());
    text
}

const ASKED: &[(&str, u16)] = &[
    ("plain.example.org", 22),
    ("plain.example.org", 2222),
    ("10.0.0.7", 22),
    ("2001:db8::1", 22),
    ("a.wild.example.org", 22),
    ("not.wild.example.org", 22),
    ("port.example.org", 2222),
    ("port.example.org", 22),
    ("x.ports.example.org", 2222),
    ("10.1.2.3", 22),
    ("10.1.22.3", 22),
    ("hidden.example.org", 22),
    ("hidden.example.org", 2222),
    ("hidden.example.org", 22222),
    ("10.9.9.9", 22),
    ("nowhere", 22),
];

/// The numbers of the lines that `ssh-keygen -F` finds.
fn found_by_ssh_keygen(folder: &Folder, name: &str) -> Vec<usize> {
    let ran = folder.tool("ssh-keygen").args(["-F", name, "-f", "hosts"]).run();
    ran.stdout
        .lines()
        .filter_map(|line| {
            let (_, behind) = line.strip_prefix("# Host ")?.split_once(" found: line ")?;
            behind.split(' ').next()?.parse().ok()
        })
        .collect()
}

#[test]
fn ssh_keygen_finds_the_lines_that_we_find() {
    for text in [known_hosts(), known_hosts().replace('\n', "\r\n")] {
        let folder = Folder::new();
        folder.put("hosts", text.as_bytes());
        let ours = hosts(text.as_bytes());
        let checked = ASKED.iter().map(|(name, port)| {
            let host = HostName::new(name, *port).expect("it is a name");
            let lines: Vec<usize> = ours.lines_of(&host).map(|(number, _)| number).collect();
            let theirs = found_by_ssh_keygen(&folder, host.as_str());
            same(host.as_str(), &format!("{lines:?}"), &format!("{theirs:?}"))
        });
        hold(checked.collect());
    }
}

#[test]
fn ssh_keygen_removes_the_lines_that_we_remove() {
    let checked = ASKED.iter().map(|(name, port)| {
        let text = known_hosts();
        let folder = Folder::new();
        folder.put("hosts", text.as_bytes());
        let host = HostName::new(name, *port).expect("it is a name");
        let ran = folder
            .tool("ssh-keygen")
            .args(["-R", host.as_str(), "-f", "hosts"])
            .run();
        if !ran.is_success {
            return Err(ran.complaint());
        }
        let mut ours = hosts(text.as_bytes());
        ours.remove(&host);
        same(
            host.as_str(),
            &String::from_utf8_lossy(ours.as_bytes()),
            &folder.get_text("hosts"),
        )
    });
    hold(checked.collect());
}

#[test]
fn names_that_ssh_keygen_hides_are_found() {
    let folder = Folder::new();
    let text = format!(
        "a.example.org,10.0.0.1 {0}\n[b.example.org]:2222 {0}\n",
        line(Kind::Ed25519)
    );
    folder.put("hosts", text.as_bytes());
    folder
        .tool("ssh-keygen")
        .args(["-H", "-f", "hosts"])
        .output()
        .expect("names are hidden");
    let hidden = folder.get_text("hosts");
    assert!(!hidden.contains("example"), "{hidden}");
    for (name, port, number) in [
        ("a.example.org", 22, 1),
        ("10.0.0.1", 22, 2),
        ("B.example.org", 2222, 3),
    ] {
        let host = HostName::new(name, port).expect("it is a name");
        let shown = Shown::Key(Kind::Ed25519.key().public());
        assert_eq!(
            hosts(hidden.as_bytes()).lookup(&host, shown),
            Lookup::Known { line: number }
        );
    }
}

#[test]
fn ssh_trusts_a_host_where_we_do_and_for_the_same_reason() {
    let server = Server::admitting(&[]);
    let (port, key) = (server.port(), server.host_key());
    let host = HostName::new("127.0.0.1", port).expect("it is a name");
    let shown = keywright::format::parse(key.as_bytes()).expect("a key");
    let shown = shown.public().expect("a public key");
    let key = public_line::encode(shown, &Comment::default());
    let [other, p256, rsa] = KINDS.map(line);
    let files = [
        format!("{host} {key}\n"),
        format!("{host} {rsa}\n"),
        format!("{host} {other}\n{host} {p256}\n"),
        format!("{host} {other}\n{host} {key}\n"),
        format!("elsewhere {key}\n"),
        format!("127.0.0.1 {key}\n"),
        format!("127.0.0.1 {other}\n"),
        format!("* {other}\n"),
        format!("@revoked * {key}\n{host} {key}\n"),
        format!("@revoked * {other}\n{host} {key} # x\r\n"),
        format!("{host} ssh-ed25519 AAAA\n"),
        format!("{host} ssh-future AAAA\n"),
        format!("@cert-authority * {key}\n"),
        format!("[127*]:*,!x {key}\n"),
        format!("!{host},* {key}\n"),
        format!(" \t{host}\t \t{key}"),
    ];
    let checked = files.iter().map(|file| {
        let folder = Folder::new();
        folder.put("hosts", file.as_bytes());
        let ran = server.ssh_knowing(&folder, "hosts").run();
        let theirs = match ran.stderr.as_str() {
            text if text.contains("REVOKED") => "revoked",
            text if text.contains("HAS CHANGED") => "changed",
            text if text.contains("host key is known for") => "new",
            text if text.contains("Permission denied") => "known",
            _ => return Err(ran.complaint()),
        };
        let ours = match hosts(file.as_bytes()).lookup(&host, Shown::Key(shown)) {
            Lookup::Known { .. } => "known",
            Lookup::New => "new",
            Lookup::Changed { .. } => "changed",
            Lookup::Revoked { .. } => "revoked",
        };
        same(file, ours, theirs)
    });
    hold(checked.collect());
}

/// Lines with one key, each as some editor or person may have left it; the server says whether it lets one in.
#[test]
fn sshd_reads_the_lines_of_authorized_keys_that_we_read() {
    let key = line(Kind::Ed25519);
    let written = NewOptions {
        restrict: true,
        rights: [(Right::Pty, true)].into(),
        from: Some(FromList::new("127.0.0.0/8, ::1").expect("a list")),
        command: Some(Command::new(r#"echo "a\" $((6*7)) 'x, y'"#).expect("a command")),
        expiry: Expiry::at_start_of(2037, 12, 31),
    };
    let comment = Comment::new("a \"b\" $(reboot) #c é").expect("a comment");
    let mut ours = AuthorizedKeys::default();
    let written = NewLine::new(Kind::Ed25519.key().public(), &written, &comment);
    assert_eq!(ours.add(&written), Added::Added);
    let lines = [
        String::from_utf8_lossy(ours.as_bytes()).into_owned(),
        format!("{key} a comment"),
        format!("  \t{key}\r"),
        key.replacen(' ', " \t ", 1),
        format!("\u{feff}{key}"),
        format!("no-pty {key}"),
        format!("NO-PTY,Command=\"true\" {key}"),
        format!("no-ptty {key}"),
        format!("no-pty, {key}"),
        format!("no-pty,,no-user-rc {key}"),
        format!(",no-pty {key}"),
        format!("command=\"true\"no-pty {key}"),
        format!("no-pty=\"a\" {key}"),
        format!("command=true {key}"),
        format!("command=\"a b\\\" c\" {key}"),
        format!("command=\"a\\\\\" {key}"),
        format!("command=\"a\\\\\" b\" {key}"),
        format!("command=\"open {key}"),
        format!("command=\"a\",command=\"b\" {key}"),
        format!("environment=\"A=b\",environment=\"C=d\" {key}"),
        format!("environment=\"A\" {key}"),
        format!("expiry-time=\"20371231\" {key}"),
        format!("expiry-time=\"2037123\" {key}"),
        format!("expiry-time=\"20371331\" {key}"),
        format!("permitopen=\"host:22\",permitopen=\"[::1]:*\" {key}"),
        format!("permitopen=\"host\" {key}"),
        format!("permitlisten=\"8080\",permitlisten=\"localhost:80\" {key}"),
        format!("tunnel=\"0\" {key}"),
        format!("tunnel=\"x\" {key}"),
        format!("restrict,pty,verify-required {key}"),
        format!("cert-authority {key}"),
        format!("principals=\"a\" {key}"),
        format!("# {key}"),
        format!("{key}\0 junk"),
        format!("a b {key}"),
        key.replacen("ssh-ed25519 ", "ssh-ed25519", 1),
        key.replacen("ssh-", "sh-", 1),
        format!("\"{key}\""),
    ];
    let client = Folder::new();
    let private = ours_of(Kind::Ed25519.key(), &comment, &PrivateEncoding::OPENSSH, None);
    client.put("key", &private);
    let checked = lines.iter().map(|line| {
        let server = Server::admitting(std::slice::from_ref(line));
        let ran = server.ssh(&client).args(["-i", "key"]).arg("echo in").run();
        // That a command is forced, and fails, is a way to be let in.
        let is_in = !ran.stderr.contains("Permission denied");
        let keys = AuthorizedKeys::parse(line.clone().into_bytes()).expect("a list");
        let is_ours = keys
            .entries()
            .any(|(_, entry)| entry.is_for(Kind::Ed25519.key().public()) && entry.options.check().is_ok());
        same(line, &is_ours.to_string(), &is_in.to_string())
    });
    hold(checked.collect());
}

#[test]
fn ssh_keygen_lists_the_keys_that_we_list() {
    let folder = Folder::new();
    let [ed25519, p256, rsa] = KINDS.map(line);
    let text = format!(
        "# who\r\n{ed25519} one\r\n\r\n  no-pty,command=\"a \\\"b\\\" c\" {p256} two\r\nnonsense\r\nfrom=\"a\" {rsa}"
    );
    folder.put("keys", text.as_bytes());
    let printed = folder
        .tool("ssh-keygen")
        .args(["-l", "-f", "keys"])
        .output()
        .expect("fingerprints");
    let keys = AuthorizedKeys::parse(text.into_bytes()).expect("a list");
    let ours: Vec<String> = keys
        .entries()
        .map(|(_, entry)| entry.key.key)
        .map(|key| {
            let kind = keywright::key::fingerprint::FingerprintKind::Sha256;
            keywright::key::fingerprint::Fingerprint::of(&key, kind).to_string()
        })
        .collect();
    let theirs: Vec<&str> = printed
        .lines()
        .filter_map(|line| line.split(' ').nth(1))
        .collect();
    assert_eq!(ours, theirs);
}

const CONFIG: &str = "# mine\n\
    AddKeysToAgent no\n\
    Host web *.example.org !bad.example.org\n\
    \tHostName = %h.internal\n\
    \tPort 2222\n\
    \tIdentityFile \"~/.ssh/my key\"\n\
    \tIdentitiesOnly yes\n\
    \tUser = \"deploy\" # who\n\
    Host \"web\" other\n\
    \tPort=22\n\
    \tIdentityFile ~/.ssh/second\n\
    \tIdentityFile ~/.ssh/my\\ key\n\
    Match host *.internal user deploy\n\
    \tIdentityFile ~/.ssh/third\n\
    Match originalhost other,else\n\
    \tUser somebody\n\
    Match !host *.internal\n\
    \tPort 7\n\
    Match all\n\
    \tIdentityFile ~/.ssh/last\n";

/// What `ssh -G` says of one keyword.
fn values<'a>(printed: &'a str, keyword: &str) -> Vec<&'a str> {
    let words = printed.lines().filter_map(|line| line.split_once(' '));
    words
        .filter(|(word, _)| *word == keyword)
        .map(|(_, value)| value)
        .collect()
}

#[test]
fn ssh_takes_the_values_from_a_configuration_that_we_take() {
    let stanza = Stanza::for_hosts(["web", "new*"]).and_then(|stanza| {
        let stanza = stanza.with("IdentityFile", "~/.ssh/a \"b\" #c")?;
        stanza.with("IdentityFile", r"C:\Users\my name\id")
    });
    let default = Stanza::for_all().with("IdentityFile", "~/.ssh/default");
    let block = ManagedBlock {
        stanzas: vec![default.expect("a stanza"), stanza.expect("a stanza")],
    };
    let mut files = vec![CONFIG.to_owned(), CONFIG.replace('\n', "\r\n")];
    for place in [BlockPlace::Top, BlockPlace::End] {
        for text in [CONFIG, &CONFIG.replace('\n', "\r\n"), "", "User me"] {
            let mut config = SshConfig::parse(text.as_bytes().to_vec()).expect("a configuration");
            config.set_block(&block, place).expect("there is none yet");
            files.push(String::from_utf8_lossy(config.as_bytes()).into_owned());
        }
    }
    let mut results = Vec::new();
    for text in files {
        let folder = Folder::new();
        folder.put("config", text.as_bytes());
        let config = SshConfig::parse(text.clone().into_bytes()).expect("a configuration");
        let user = folder.tool("id").arg("-un").output().expect("a user's name");
        for alias in [
            "web",
            "WEB",
            "a.example.org",
            "bad.example.org",
            "other",
            "else",
            "newer",
            "x",
        ] {
            let printed = match folder.tool("ssh").args(["-G", "-F", "config", alias]).output() {
                Ok(printed) => printed,
                Err(complaint) => {
                    results.push(Err(complaint));
                    continue;
                }
            };
            let settings = Configuration::from(config.clone()).lookup(alias, user.trim());
            let mut ours = vec![
                settings.host_name(alias).to_ascii_lowercase(),
                settings.port().unwrap_or(22).to_string(),
                settings.user().unwrap_or_else(|| user.trim().to_owned()),
                if settings.identities_only() { "yes" } else { "no" }.to_owned(),
            ];
            let mut theirs: Vec<String> = ["hostname", "port", "user", "identitiesonly"]
                .iter()
                .flat_map(|keyword| values(&printed, keyword))
                .map(str::to_owned)
                .collect();
            // Where none is named, ssh tells the names that it tries by itself.
            let files = settings.identity_files();
            if !files.is_empty() {
                ours.extend(files);
                theirs.extend(values(&printed, "identityfile").into_iter().map(str::to_owned));
            }
            results.push(same(
                &format!("{alias} in {text}"),
                &ours.join("|"),
                &theirs.join("|"),
            ));
        }
    }
    hold(results);
}
