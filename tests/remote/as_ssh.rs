//! The real ssh and this program side by side, with one home folder and one configuration: what ssh reaches is reached.

use std::process::Command;

use crate::jumping::{host, known};
use crate::person::Person;
use crate::sshd::{Sshd, USER, as_root, line_of};
use crate::tools::Folder;

/// Runs a program with this folder as the home of whoever runs it, for ssh too, which asks the system where that is.
const AT_HOME: &str = r#"
set -e
sed "s|^\(root:[^:]*:[^:]*:[^:]*:[^:]*:\)[^:]*|\1$1|" /etc/passwd >"$1/passwd"
chown -R 0:0 "$1"
mount --bind "$1/passwd" /etc/passwd
cd "$1"
home=$1
shift
exec env -i PATH="$PATH" HOME="$home" LANG=C.UTF-8 "$@"
"#;

/// A person whose home is also the home that the system knows.
pub(crate) struct AtHome<'a>(pub(crate) &'a Person);

impl AtHome<'_> {
    pub(crate) fn run(&self, words: &[&str]) -> (bool, String) {
        let mut command: Command = as_root("unshare");
        command.args(["--mount", "sh", "-c", AT_HOME, "sh"]);
        let output = command
            .arg(self.0.home.path(""))
            .args(words)
            .output()
            .expect("unshare (util-linux)");
        let said = [output.stdout, output.stderr].concat();
        (
            output.status.success(),
            String::from_utf8_lossy(&said).into_owned(),
        )
    }

    /// Whether the real ssh gets in there, and what it says.
    pub(crate) fn ssh(&self, alias: &str) -> (bool, String) {
        self.run(&["ssh", "-o", "BatchMode=yes", alias, "true"])
    }

    /// The same for this program.
    fn keywright(&self, alias: &str) -> (bool, String) {
        self.run(&[env!("CARGO_BIN_EXE_keywright-cli"), "remove", alias, "--list"])
    }
}

#[test]
fn twenty_configurations_lead_both_to_the_same_servers() {
    let server = Sshd::start();
    let gate = Sshd::start();
    let person = Person::with_known_hosts(&(known(&server) + &known(&gate)));
    for each in [&server, &gate] {
        each.authorize(&person.line("old"));
    }
    let folder = Folder::new();
    let carrier = crate::jumping::CARRIER;
    person.home.put("carrier.py", carrier.as_bytes());
    let (port, other) = (server.port(), gate.port());
    let key = " IdentityFile ~/old\n";
    let way = format!(" HostName 127.0.0.1\n Port {port}\n User {USER}\n");
    let gates = host("gate", &gate, key);
    for name in [".ssh/work", ".ssh/my work"] {
        person.home.put(name, format!("Host x y\n{way}{key}").as_bytes());
    }
    person.home.put(".ssh/only", format!("{way}{key}").as_bytes());
    person.home.put("no-hosts", b"");
    let elsewhere = format!(
        "{} {}",
        folder.path("hosts").display(),
        person.home.path(".ssh/known_hosts").display()
    );
    let configurations = [
        format!("Host x\n{way}{key}"),
        "Host *\n ServerAliveInterval 60\nInclude work\n".to_owned(),
        "Host x\n Include only\n".to_owned(),
        "Include \"my work\"\n".to_owned(),
        format!("Match originalhost x\n{way}{key}"),
        format!("Match exec \"test %n = x\"\n{way}{key}"),
        format!("Match exec \"test -e no-such-file\"\n Port 1\nHost x\n{way}{key}"),
        format!("Match final host 127.0.0.1\n{key}Host x\n{way}"),
        format!("Host x\n{way} IdentityFile %d/old\n"),
        format!("Host x\n{way} IdentityFile ${{HOME}}/old\n"),
        format!("Host ? !y\n{way}{key} UserKnownHostsFile {elsewhere}\n"),
        format!("Host x\n{way}{key} UserKnownHostsFile ~/no-hosts /dev/null\n StrictHostKeyChecking no\n"),
        format!("Host x\n{way}{key} HostKeyAlias [127.0.0.1]:{port}\n"),
        format!(
            "Host x\n{way}{key} KexAlgorithms ecdh-sha2-nistp384\n Ciphers aes128-ctr\n MACs hmac-sha1\n"
        ),
        format!("{gates}Host x\n{way}{key} ProxyJump gate\n"),
        format!("{gates}Host x\n{way}{key} ProxyJump {USER}@gate:{other}\n"),
        format!(
            "Host gate\n IdentityFile ~/old\nHost x\n{way}{key} ProxyJump ssh://{USER}@127.0.0.1:{other},gate\nHost gate\n HostName localhost\n HostKeyAlias [127.0.0.1]:{other}\n Port {other}\n User {USER}\nHost 127.0.0.1\n{key}"
        ),
        format!("Host x\n{way}{key} ProxyCommand python3 ~/carrier.py %h %p\n"),
        format!(
            "Host x\n{way}{key} ProxyCommand none\n ConnectTimeout 1m\n AddressFamily inet\n BindAddress 127.0.0.1\n"
        ),
        format!(
            "Host x\n{way} CertificateFile ~/none\n{key} IdentitiesOnly yes\n PubkeyAcceptedAlgorithms ^ssh-ed25519\n"
        ),
    ];
    for config in configurations {
        person.home.put(".ssh/config", config.as_bytes());
        let home = AtHome(&person);
        let (is_in, said) = home.ssh("x");
        assert!(is_in, "ssh: {config}: {said}");
        let (is_in, said) = home.keywright("x");
        assert!(is_in, "keywright: {config}: {said}");
        assert!(said.contains("old@laptop"), "{config}: {said}");
    }
}

#[test]
fn what_ssh_says_against_its_configuration_is_passed_on_and_it_is_never_asked_about_an_option() {
    let server = Sshd::start();
    let person = Person::with_known_hosts(&known(&server));
    server.authorize(&(person.line("old") + &line_of(crate::common::Kind::Ed25519.key())));
    let config = host("x", &server, " IdentityFile ~/old\n NoSuchKeyword yes\n");
    person.home.put(".ssh/config", config.as_bytes());
    let home = AtHome(&person);
    let (is_in, said) = home.ssh("x");
    assert!(!is_in && said.contains("Bad configuration option"), "{said}");
    let (is_in, said) = home.keywright("x");
    assert!(is_in, "{said}");
    assert!(
        said.contains("ssh refuses its own configuration") && said.contains("nosuchkeyword"),
        "{said}"
    );
    // A condition that does not end is not waited for, and nothing is run for a name that is an option.
    let slow = "Match exec \"touch ran; sleep 60\"\n Port 1\n".to_owned()
        + &host("x", &server, " IdentityFile ~/old\n");
    person.home.put(".ssh/config", slow.as_bytes());
    let (is_in, said) = home.run(&[
        env!("CARGO_BIN_EXE_keywright-cli"),
        "remove",
        "--list",
        "--",
        "-oProxyCommand=touch hit",
    ]);
    assert!(
        !is_in && !person.home.path("ran").exists() && !person.home.path("hit").exists(),
        "{said}"
    );
}
