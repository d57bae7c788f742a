//! Advice about servers: reaching them, knowing them, signing in.

use super::{Blame, Problem};
use crate::engine::shell::typed;
use crate::sys::remote::{
    ConfigError, FileTrouble, HostFault, KnownHostsError, Lacking, Refusal, RemoteFault, Step, TargetError,
    WayFault,
};

impl From<&RemoteFault> for Problem {
    #[expect(clippy::too_many_lines, reason = "one arm for each fault")]
    fn from(fault: &RemoteFault) -> Self {
        use RemoteFault as F;
        let world = |code, hint| (code, Blame::World, hint);
        let (code, blame, hint) = match fault {
            F::Resolve { .. } => world(
                "resolve",
                "Check the spelling, and whether this computer is online. Some servers have a name only within a company's network or VPN.",
            ),
            F::NoFamily { .. } => world("resolve", "Look at AddressFamily in ssh's configuration."),
            F::Refused { .. } => world(
                "connect-refused",
                "The computer is there, but no SSH server listens at this port. Check the port; or start the SSH server there (often “systemctl start ssh”).",
            ),
            F::Unreachable { .. } => world(
                "connect-unreachable",
                "Check whether this computer is online, and whether a VPN is needed.",
            ),
            F::Way(fault) => return fault.into(),
            F::TimedOut { step, .. } | F::Unfinished { step, .. } => {
                world("connect-timed-out", after_silence(*step))
            }
            F::NotSsh { .. } => world(
                "not-ssh",
                "Something else listens there, such as a web server, or the server turns this computer away before it begins. Check server and port; SSH is usually at port 22.",
            ),
            F::TurnedAway { .. } => world(
                "turned-away",
                "Nothing secret was sent. Servers do so for some minutes after attempts that failed, or while too many others sign in. Wait, and then try once, with the right key or password first.",
            ),
            F::NoCommonAlgorithm { lacking, .. } => {
                let code = match lacking {
                    Lacking::Unknown => NOT_SPOKEN,
                    Lacking::Broken { .. } | Lacking::Ruled { .. } => "no-common-algorithm",
                };
                let hint = after_no_agreement(*lacking);
                return Self::new(code, Blame::World, fault.to_string(), hint);
            }
            F::Host(fault) => return fault.into(),
            F::Closed { step, said } => {
                let refusal = said.as_deref().and_then(Refusal::of);
                let hint = refusal.map_or_else(|| after_end(*step), after_refusal);
                world("connection-closed", hint)
            }
            F::Nonsense { .. } => world(
                "protocol",
                "The server may be faulty, or something on the way changes what is sent. Try another network; otherwise ask whoever runs the server.",
            ),
            F::NotText { .. } => world(
                "protocol",
                "Nothing was changed. It is its banner, as a rule, with letters such as ü in an old encoding. Until whoever runs the server writes it in UTF-8 (Banner in sshd_config), use ssh itself: ssh-copy-id -i FILE puts a key there.",
            ),
            F::Cancelled { step } => ("cancelled", Blame::Interrupted, after_stop(*step)),
            F::CannotSign(_) => (
                "unsupported-key-type",
                Blame::Key,
                "Sign in with another key or with a password; Ed25519, ECDSA and RSA keys work. A security key works through an agent.",
            ),
            F::Random(fault) => return fault.into(),
            F::UnknownAgentKey { .. } => (
                "unsupported-key-type",
                Blame::Key,
                "Sign in with another key, or with a password.",
            ),
            F::OtherCertificate => (
                "inconsistent",
                Blame::Key,
                "Choose the certificate that was made for this key, or sign in without one.",
            ),
            F::Agent(fault) => return fault.into(),
            F::AgentSignature => world(
                "agent-error",
                "The agent is old or faulty. Bring it up to date, or use the key from its file.",
            ),
            F::OnlySha1 => world(
                "only-sha1",
                "The server is old. Use an Ed25519 or ECDSA key there, or have its SSH server brought up to date.",
            ),
            F::PasswordNotText => as_text(),
            F::NoQuestions => world(
                "protocol",
                "The server has asked anew meanwhile. Begin signing in once more.",
            ),
            F::EndlessQuestions => world(
                "endless-questions",
                "The server may be faulty, or be after what it need not know: type nothing there that opens something else. Ask whoever runs it.",
            ),
            F::NoSession => world(
                "no-session",
                "The account may be locked, only be allowed to forward connections, or have as many sessions as it may (MaxSessions). Ask whoever runs the server.",
            ),
            F::NoCommands => world(
                "no-shell",
                "The account is set up for something else, such as exchanging files only. Ask whoever runs the server to add the key.",
            ),
            F::NoFiles => world(
                "no-sftp",
                "Its administrator has not turned SFTP on, or not for this account.",
            ),
            F::TooMuchOutput { .. } => world(
                "too-large",
                "Something on the server talks on and on, perhaps a line in the account's start files such as .bashrc. Look there.",
            ),
            F::File { trouble, .. } => after_trouble(trouble),
            F::Io { .. } => world(
                "connection-failed",
                "Check whether this computer is still online, and try again.",
            ),
        };
        Self::new(code, blame, fault.to_string(), hint)
    }
}

impl From<&WayFault> for Problem {
    fn from(fault: &WayFault) -> Self {
        use WayFault as F;
        let hint = match fault {
            F::Forbidden { .. } => {
                "Its sshd forbids it (AllowTcpForwarding, PermitOpen, or restrict in the key's line there). Ask whoever runs it; or install the key from there."
            }
            F::Unreached { .. } => {
                "The name has to be the one by which the server in between knows it. Sign in there with ssh, and try from there whether it answers."
            }
            F::NoHop { .. } => "Sign in there first.",
            F::Command { .. } => {
                "Nothing secret was sent. Type the command in a terminal and see whether it answers with a line that begins with SSH-; it stands in ssh's configuration."
            }
        };
        Self::new("proxy", Blame::World, fault.to_string(), hint)
    }
}

impl From<&HostFault> for Problem {
    fn from(fault: &HostFault) -> Self {
        use HostFault as F;
        let (code, hint) = match fault {
            F::False => (
                "host-key-false",
                "Nothing secret was sent. Somebody may stand between you and the server: do not sign in from this network, and ask whoever runs the server.",
            ),
            F::Unreadable => (
                "host-key-unreadable",
                "Nothing secret was sent. The key may be broken or of a type that this program does not know; ask whoever runs the server.",
            ),
            F::Unknown => (
                "host-unknown",
                "Nothing secret was sent. Compare the fingerprint with what the owner of the server says, and only then go on.",
            ),
            F::Changed { words, .. } => {
                let hint = format!(
                    "{CHANGED} The old line is replaced once the fingerprint that they tell you is the one that the server shows: in the window, or by keywright-cli doctor {} --accept-host-key FINGERPRINT --fix",
                    typed(&words.0)
                );
                return Self::new("host-key-changed", Blame::World, fault.to_string(), hint);
            }
            F::Revoked { .. } => (
                "host-key-revoked",
                "Nothing secret was sent. Do not sign in. Ask whoever runs the server for a new key.",
            ),
            F::Certificate { .. } => (
                "host-certificate",
                "Nothing secret was sent. Check this computer's date and the name of the server; otherwise whoever runs it has to renew its certificate.",
            ),
            F::Other => (
                "host-key-other",
                "Nothing secret was sent on this connection. Several servers may share the name; or somebody stands between you and the server. Ask whoever runs it before you try again.",
            ),
        };
        Self::new(code, Blame::World, fault.to_string(), hint)
    }
}

/// The code where a server speaks in ways only that this program does not know, and ssh may.
const NOT_SPOKEN: &str = "not-spoken";

impl Problem {
    /// Whether ssh may do what this program cannot, for it does not speak as the server does.
    #[must_use]
    pub fn may_be_done_by_ssh(&self) -> bool {
        self.code == NOT_SPOKEN
    }

    /// The same, with the command that has ssh put a key there.
    #[must_use]
    pub fn with_key_put_by_ssh(self, command: &str) -> Self {
        self.with_hint(format!(
            "Nothing secret was sent. The server is newer than this program, or set up more strictly. This has ssh put the key there: {command}"
        ))
    }
}

fn after_no_agreement(lacking: Lacking) -> String {
    match lacking {
        Lacking::Unknown => "Nothing secret was sent. The server is newer than this program, or set up more strictly. Where ssh knows it, this has ssh put the key there: keywright-cli public KEYFILE --install-line sh | ssh SERVER sh".to_owned(),
        Lacking::Broken { keyword, may_be_wanted } => {
            let way = may_be_wanted.map_or_else(
                || "This program cannot speak like that.".to_owned(),
                |name| format!("Where that cannot be, allow it for this server alone: “{keyword} +{name}” below its Host line in ~/.ssh/config, as for ssh."),
            );
            format!("Nothing secret was sent. Have the server's SSH brought up to date. {way}")
        }
        Lacking::Ruled { keyword } => format!("Nothing secret was sent. Look at {keyword} in ~/.ssh/config and in the system's ssh_config."),
    }
}

/// What to think and do where a server has another key than before.
pub(crate) const CHANGED: &str = "Nothing secret was sent. Either the server was set up anew, or somebody stands between you and it. Ask whoever runs the server for the fingerprint of its key, by telephone or in person.";

fn after_silence(step: Step) -> &'static str {
    match step {
        Step::Resolve => "Check whether this computer is online, and try again.",
        Step::Connect => {
            "The server is turned off, or a firewall keeps this computer away. Check name and port, whether a VPN is needed, and, for a rented server, the provider's firewall rules."
        }
        Step::Handshake => {
            "Something listens there, but does not speak like an SSH server. Check the port; the server may also be overloaded."
        }
        Step::Methods | Step::Key | Step::Questions => {
            "The server may be overloaded. Wait a while, and try again."
        }
        Step::Password => {
            "The server may be overloaded, or want a new password first, which this program cannot give: sign in once with “ssh”, change it there, and try again."
        }
        Step::Command | Step::Files => {
            "A start file of the account, such as .bashrc or .ssh/rc, may wait for something. What was begun there may or may not have been done. Look at the list of keys before you try again; what works now is left as it is."
        }
    }
}

fn after_end(step: Step) -> &'static str {
    match step {
        Step::Resolve | Step::Connect | Step::Handshake => {
            "Nothing secret was sent. The server may turn this computer away, for a time, after too many attempts: wait some minutes. Or the port belongs to something else."
        }
        Step::Methods | Step::Key | Step::Password | Step::Questions => {
            "Servers do so after too many attempts, or when an account may not sign in from here. Wait a minute, and try with the right key or password first."
        }
        Step::Command | Step::Files => {
            "What was begun there may or may not have been done. Look at the list of keys before you try again."
        }
    }
}

/// Where root is told to come as somebody else.
pub(super) const OTHER_ACCOUNT: &str = "Nothing was changed. As on most machines of clouds, this account lets nobody in: sign in as the user whom it names.";

/// What to do where the server has said why.
fn after_refusal(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::TooManyTries => {
            "It takes no more attempts on one connection. Wait a minute, and try with the right key (-i FILE) or password first."
        }
        Refusal::PasswordExpired => {
            "Sign in once with “ssh”, where the server asks for a new password, and then try again."
        }
        Refusal::AccountExpired => {
            "Nobody gets in there by this account, with any key or password. Ask whoever runs the server to extend it."
        }
        Refusal::OtherAccount => OTHER_ACCOUNT,
        Refusal::ForNow => {
            "It serves nobody for now, or not this computer. Wait some minutes, and try again."
        }
    }
}

fn after_stop(step: Step) -> &'static str {
    match step {
        Step::Command | Step::Files => {
            "What was begun on the server may have been done. Look at the list of keys there."
        }
        _ => "Nothing was changed on the server.",
    }
}

fn as_text() -> (&'static str, Blame, &'static str) {
    (
        "wrong-passphrase",
        Blame::Passphrase,
        "Give the password as UTF-8 text.",
    )
}

fn after_trouble(trouble: &FileTrouble) -> (&'static str, Blame, &'static str) {
    match trouble {
        FileTrouble::NotThere => (
            "remote-not-found",
            Blame::World,
            "It may have been moved or taken away meanwhile. Try again.",
        ),
        FileTrouble::Denied => (
            "remote-denied",
            Blame::World,
            "It belongs to somebody else there, or was made read-only. Ask whoever runs the server.",
        ),
        FileTrouble::TooLarge { .. } => (
            "too-large",
            Blame::World,
            "Look on the server what the file is; lists of keys are much smaller.",
        ),
        FileTrouble::Unsupported => (
            "remote-unsupported",
            Blame::World,
            "Ask whoever runs the server to add the key.",
        ),
        FileTrouble::Failed => (
            "remote-failed",
            Blame::World,
            "The disk may be full or read-only, a quota used up, or the name taken. Look on the server, or ask whoever runs it.",
        ),
    }
}

impl From<&TargetError> for Problem {
    fn from(error: &TargetError) -> Self {
        use TargetError as E;
        let (code, hint) = match error {
            E::NoHost | E::NoUser => (
                "usage",
                "Give user and server as you would to ssh: jo@example.org, or jo@example.org:2222 for another port.",
            ),
            E::Port => (
                "usage",
                "The usual port is 22 and can be left out. An address of IPv6 with a port goes into brackets: [2001:db8::1]:2222.",
            ),
            E::More => (
                "usage",
                "Give jo@example.org or ssh://jo@example.org:2222, without a path or a password.",
            ),
            E::Password => (
                "usage",
                "Leave it out: it is asked for when it is needed, or read from a file (--password-file). What was typed here may be remembered by the shell, so change that password when you can.",
            ),
            E::Twice(_) => (
                "usage",
                "Give it once: with the name of the server, or with an option.",
            ),
            E::Host(_) => (
                "usage",
                "Names of servers have letters, digits, dots and hyphens, and do not begin with a hyphen. For a name with other letters, give the form of it that begins with xn--.",
            ),
            E::User(_) => (
                "usage",
                "Check the user's name. One that a shell could misread is not taken, because such names are used for attacks.",
            ),
            E::Loop(_) => (
                "proxy",
                "Have its ProxyJump hold for the other hosts only: “Host * !gate” leaves the host gate out.",
            ),
            E::Way { .. } => (
                "proxy",
                "Look at this line of ssh's configuration; “ssh -v” with the name of the server tells which file it is in.",
            ),
        };
        Self::new(code, Blame::Usage, error.to_string(), hint)
    }
}

impl From<&KnownHostsError> for Problem {
    fn from(error: &KnownHostsError) -> Self {
        use KnownHostsError as E;
        match error {
            E::File(error) => error.into(),
            E::Random(error) => error.into(),
            E::List { source, .. } => Self {
                what: error.to_string(),
                ..source.into()
            },
            E::Changed { .. } => Self::new(
                "host-key-changed",
                Blame::World,
                error.to_string(),
                "Another program has written there meanwhile. Connect anew, and compare the fingerprint once more.",
            ),
            E::Revocations { .. } => Self::new(
                "host-key-revoked",
                Blame::World,
                error.to_string(),
                "Nothing was sent. ssh's configuration names this file (RevokedHostKeys), and ssh trusts no server then either; look at it, or sign in with ssh.",
            ),
            E::NoFile => Self::new(
                "io-not-found",
                Blame::World,
                error.to_string(),
                "Set HOME (on Windows USERPROFILE), or have UserKnownHostsFile in ssh's configuration name a file.",
            ),
        }
    }
}

impl From<&ConfigError> for Problem {
    fn from(error: &ConfigError) -> Self {
        match error {
            ConfigError::File(error) => error.into(),
            ConfigError::Text { source, .. } => Self {
                what: error.to_string(),
                ..source.into()
            },
        }
    }
}
