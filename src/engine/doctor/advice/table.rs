//! The words for each cause.

use super::super::about::Who;
use super::super::cause::Cause;

/// What is said about a cause, with places to fill.
pub(super) struct Words {
    pub(super) message: &'static str,
    pub(super) what: &'static str,
    pub(super) command: &'static str,
    pub(super) who: Option<Who>,
}

const fn you(message: &'static str, what: &'static str, command: &'static str) -> Words {
    Words {
        message,
        what,
        command,
        who: Some(Who::You),
    }
}

const fn on_the_server(message: &'static str, what: &'static str, command: &'static str) -> Words {
    Words {
        message,
        what,
        command,
        who: Some(Who::Server),
    }
}

const fn administrator(message: &'static str, what: &'static str) -> Words {
    Words {
        message,
        what,
        command: "",
        who: Some(Who::Administrator),
    }
}

const fn nobody(message: &'static str, what: &'static str) -> Words {
    Words {
        message,
        what,
        command: "",
        who: None,
    }
}

/// The words.
#[expect(
    clippy::too_many_lines,
    reason = "a table: one entry for each cause, and the compiler sees that none is forgotten"
)]
pub(super) fn words(cause: Cause) -> Words {
    use Cause as C;
    match cause {
        C::KeyFileMissing => you(
            "The key file {file|that was named} is not there.",
            "Name the file where it lies. Under sudo and in services “~” is another home folder, and within quotation marks a shell does not expand it.",
            "",
        ),
        C::KeyFilePermissions => you(
            "The file permissions of {file|the key file} keep ssh from using the key: it takes one that you can read, and nobody else.",
            "Take from others the right to read it. On a disk that knows no owners, such as a stick or a Windows disk seen from Linux, that does not help: copy the key into your home folder first.",
            "chmod 600 {file|FILE}",
        ),
        C::KeyFileFormat => you(
            "{file|The key file} cannot be read as a private key{said|}.",
            "Line ends, a lost last line or a copy that was cut short are the usual reasons. “repair” makes a clean file where the key is whole, and keeps the old one; otherwise copy it again from where it came from.",
            "keywright-cli repair {file|FILE}",
        ),
        C::KeyFilePassphrase => you(
            "The passphrase of {file|the key file} is missing or wrong.",
            "Where nobody can be asked, in a script or a service, put the key into an agent, or use a key without a passphrase that may do little. If you are sure of the passphrase, try it with “keywright-cli info”: that tells a wrong passphrase from a damaged file.",
            "ssh-add {file|FILE}",
        ),
        C::KeyFilePublic => you(
            "{file|The file} is the public half of a key, where the private half is needed.",
            "Name the file without “.pub”. With an agent that holds the private half the public one will do, if the agent is there.",
            "",
        ),
        C::PublicHalfMismatch => you(
            "The public key that was offered does not belong to the private key in {file|the key file}.",
            "The server knows the public half of another key. Write the public half anew from the private one, and put that on the server.",
            "keywright-cli keys repair {file|FILE}",
        ),
        C::NoKeyOffered => you(
            "No key was offered to {host|the server}: none was found.",
            "Name the key (ssh -i FILE), give it a usual name such as ~/.ssh/id_ed25519, or put it into the agent.",
            "ssh{port|} -i FILE {user|USER}@{host|HOST}",
        ),
        C::TooManyKeys => you(
            "{host|The server} ended the connection after too many attempts, before the right key came.",
            "ssh offers all keys of the agent first. Have it offer one for this server: a Host entry with IdentityFile and “IdentitiesOnly yes” does that for good.",
            "ssh{port|} -o IdentitiesOnly=yes -i FILE {user|USER}@{host|HOST}",
        ),
        C::IdentitiesOnly => you(
            "The agent has keys, but “IdentitiesOnly yes” keeps ssh from offering them.",
            "Name the key for this server in ssh's configuration (IdentityFile; the .pub file will do where the agent holds the private half), or take IdentitiesOnly out.",
            "ssh{port|} -o IdentitiesOnly=no {user|USER}@{host|HOST}",
        ),
        C::WrongUser => you(
            "The key or the login name belongs to another account{said|}.",
            "Log in with the name that this server wants: “git” at GitHub and GitLab, “ubuntu”, “ec2-user”, “admin” or the like on cloud machines. If the name is right, the key that was offered first belongs to another account there.",
            "",
        ),
        C::ConfigError => you(
            "{file|The configuration} has a line that ssh cannot read{said|}.",
            "Correct or take out that line. An option of another system, such as UseKeychain, is passed over with “IgnoreUnknown UseKeychain” above it.",
            "",
        ),
        C::ConfigPermissions => you(
            "Others may change {file|ssh's configuration}, and ssh therefore refuses to start.",
            "Take that right from them.",
            "chmod 600 {file|~/.ssh/config}",
        ),
        C::KeyTypeClient => you(
            "The key {file|} is not used by ssh: its type is not allowed, or not known, on this computer.",
            "Use an Ed25519 key. For one old server the type can be allowed in its Host entry (PubkeyAcceptedAlgorithms).",
            "keywright-cli generate",
        ),
        C::RsaTooShort => you(
            "The RSA key {file|} is too short for what is demanded (RequiredRSASize).",
            "Make a new key, Ed25519 or RSA with 3072 bits or more, and put it on the server.",
            "keywright-cli generate",
        ),
        C::RsaSha1 => you(
            "Client and server find no signature for the RSA key that both allow: one of them knows SHA-1 only, which the other refuses.",
            "Use an Ed25519 or ECDSA key, or bring the older of the two up to date. As a last resort, for that one server: PubkeyAcceptedAlgorithms +ssh-rsa.",
            "keywright-cli generate",
        ),
        C::AgentMissing => you(
            "No key agent answers{said|}.",
            "Start one and put the key into it. In tmux, under sudo and in services SSH_AUTH_SOCK often names one that is gone.",
            "eval \"$(ssh-agent -s)\" && ssh-add",
        ),
        C::AgentEmpty => you(
            "The key agent has no keys: it was never given any, or it is locked.",
            "Put the key into it; or unlock the password manager that is the agent.",
            "ssh-add {file|FILE}",
        ),
        C::AgentRefused => you(
            "The server takes the key, but the key agent refused to sign with it{said|}.",
            "Look at the agent: it may be locked, wait for a confirmation or a touch, or not be able to open the key file. “ssh-add -T FILE.pub” tries it without a server.",
            "ssh-add -T {file|FILE}.pub",
        ),
        C::AgentCannot => you(
            "The key agent cannot do what it was asked for{said|}.",
            "Some agents do not know every type of key, limits in time or confirmations, or RSA signatures with SHA-2. Leave those out, or use the agent that comes with OpenSSH.",
            "",
        ),
        C::SecurityKeyProvider => you(
            "This ssh cannot talk to security keys (FIDO): it has no provider for that.",
            "Use an OpenSSH that was built with one, or name the library (SecurityKeyProvider).",
            "",
        ),
        C::SecurityKeyMissing => you(
            "The security key that belongs to {file|this key} did not answer, or is another one.",
            "Plug in the one with which the key was made, and touch it when it blinks.",
            "",
        ),
        C::SecurityKeyPin => you(
            "The PIN of the security key is missing or wrong.",
            "Do not go on guessing: after eight wrong ones the security key locks itself. Check the PIN with its maker's program.",
            "",
        ),
        C::SecurityKeyRules => you(
            "The server wants a touch of the security key, or its PIN, and the signature was made without.",
            "Make the key without “no-touch-required”, or with “verify-required”; or have the options of its line in authorized_keys changed to match.",
            "",
        ),
        C::CertificateExpired => you(
            "The certificate {file|of the key} is no longer valid.",
            "Have a new one issued. If it should be valid still, compare the clocks of both computers.",
            "keywright-cli cert show {file|FILE}",
        ),
        C::CertificateNotYetValid => you(
            "The certificate {file|of the key} is not valid yet.",
            "Wait until it is, or compare the clocks of both computers.",
            "keywright-cli cert show {file|FILE}",
        ),
        C::CertificatePrincipal => you(
            "The certificate does not name {user|the account} among those that it is for (principals).",
            "Have one issued that names the account, or have the server told who may log in by which name (AuthorizedPrincipalsFile).",
            "keywright-cli cert show {file|FILE}",
        ),
        C::CertificateAuthority => administrator(
            "The server does not trust the authority that has signed the certificate, or the kind of its signature.",
            "Ask for the authority's key to be put into TrustedUserCAKeys; a signature with SHA-1 has to be made anew with SHA-2.",
        ),
        C::CertificateMismatch => you(
            "The certificate {file|that was used} belongs to another key, or its private key is not there.",
            "Name the private key as well (IdentityFile), or move the certificate away that lies beside the key.",
            "",
        ),
        C::CertificateKind => you(
            "{file|What was given} is no certificate by which a user can log in.",
            "Ask whoever signs your certificates for a user certificate, without critical options that the server does not know.",
            "keywright-cli cert show {file|FILE}",
        ),
        C::CertificateAddress => you(
            "The certificate does not hold from the address that the connection came from (source-address).",
            "Log in from an address that it names, or have one issued for this address.",
            "",
        ),
        C::NameUnknown => you(
            "No server of the name {host|that was given} was found.",
            "Check the spelling, and whether this computer is in the right network (VPN). A short name has to stand in ssh's configuration.",
            "",
        ),
        C::NetworkUnreachable => you(
            "{host|The server} cannot be reached from this computer: there is no way there.",
            "Check the network connection, the VPN and the address.",
            "",
        ),
        C::ConnectionRefused => you(
            "{host|The server} is there, but nothing listens at that port.",
            "Check the port (ssh -p N), and whether the SSH server runs.",
            "",
        ),
        C::TimedOut => you(
            "{host|The server} does not answer.",
            "A firewall, a wrong address or a computer that is switched off look alike. Check the address and the port, and the VPN.",
            "",
        ),
        C::ConnectionClosed => administrator(
            "The connection to {host|the server} ended before anybody could sign in.",
            "A firewall, a block after many attempts (fail2ban), or a server that has too many visitors do that. Wait some minutes and try once; then ask for the server's log.",
        ),
        C::NotSsh => you(
            "What answers at {host|that address} is no SSH server{said|}.",
            "Check the port: web servers and proxies listen elsewhere (ssh -p N).",
            "",
        ),
        C::TurnedAway => administrator(
            "{host|The server} turns this computer away for now{said|}.",
            "Wait some minutes before the next attempt, for each one makes it longer. If it stays so, ask for MaxStartups, PerSourcePenalties or fail2ban to be looked at.",
        ),
        C::NoCommonAlgorithm => administrator(
            "Client and server have no algorithm in common{said|}.",
            "The older of the two has to be brought up to date. What is lacking can be allowed for that one server in its Host entry, such as HostKeyAlgorithms +ssh-rsa; it is weak then.",
        ),
        C::HostKeyUnknown => you(
            "{host|The server} is not known to this computer, and nobody could be asked whether to trust it.",
            "Compare its fingerprint with what its administrator says, and log in once by hand; or put its key into known_hosts.",
            "ssh{port|} {user|USER}@{host|HOST}",
        ),
        C::HostKeyChanged => you(
            "{host|The server} shows another key than the one that is known{said|}.",
            "It may have been set up anew, or somebody may be in between. Compare the new fingerprint with what its administrator says; only if it is right, forget the old one. Nothing secret was sent.",
            "keywright-cli known-hosts remove {host|HOST}{colon|}",
        ),
        C::HostKeyRevoked => administrator(
            "The key that {host|the server} shows is marked as given up.",
            "Do not log in. Ask whoever runs the server for its new key.",
        ),
        C::KeyNotAuthorized => on_the_server(
            "{host|The server} does not take the key for {user|this account}. A client is not told why; the server's log is.",
            "See that the public key stands in the server's list for this account (~/.ssh/authorized_keys), as one line, and that the login name is right. With a second way in, a password or another key, the Doctor looks for the reason there.",
            "keywright-cli install{port|} {user|USER}@{host|HOST} -k FILE",
        ),
        C::ServerPermissions => on_the_server(
            "The server passes over the list of keys, because others may change {file|it or a folder above it}.",
            "Take that right from group and others, for the home folder, ~/.ssh and the list.",
            "chmod go-w ~ ~/.ssh ~/.ssh/authorized_keys",
        ),
        C::ServerListElsewhere => administrator(
            "The server reads the list of keys from {file|another place} than ~/.ssh/authorized_keys.",
            "Put the key there, or ask whoever runs the server to (AuthorizedKeysFile).",
        ),
        C::ServerListUnreadable => administrator(
            "The server may not read the list of keys{said|}: {file|it}.",
            "SELinux labels (restorecon -R ~/.ssh), encrypted or unmounted home folders, and a folder or broken link in its place are the usual reasons.",
        ),
        C::LineDamaged => on_the_server(
            "A line in the server's list of keys is damaged{said|}: {file|the list}.",
            "A public key is one single line that begins with its type. Take the damaged line off, and put the key there anew.",
            "keywright-cli install{port|} {user|USER}@{host|HOST} -k FILE",
        ),
        C::LineOptions => on_the_server(
            "The options before the key in the server's list cannot be read, and the line counts for nothing{said|}.",
            "Correct them: an unknown word or a quotation mark that is not closed is enough.",
            "",
        ),
        C::LineExpired => on_the_server(
            "The key was allowed until a day that is over (expiry-time){said|}.",
            "Have the day in its line of the server's list changed.",
            "",
        ),
        C::LineFrom => on_the_server(
            "The key is allowed from certain addresses only, and this connection came from another one{said|}.",
            "Log in from there, or have the address added (from=) in the server's list. Think of IPv6, and of a VPN.",
            "",
        ),
        C::KeyRevoked => administrator(
            "The key is marked as revoked on the server, or the file that says so cannot be read.",
            "Use another key. If all keys are refused, the file that RevokedKeys names cannot be read.",
        ),
        C::KeyTypeServer => administrator(
            "The server does not take keys of this type{said|}.",
            "Use another type: Ed25519 with servers of today, RSA or ECDSA with old ones. Or have the type allowed (PubkeyAcceptedAlgorithms).",
        ),
        C::KeysDisabled => administrator(
            "The server takes no keys for {user|this account}{said|}.",
            "Log in by another way, or ask for keys to be allowed (PubkeyAuthentication, AuthenticationMethods).",
        ),
        C::MoreWanted => you(
            "The key was taken, and the server wants something more{said|}.",
            "Give what it asks for besides: a password, a code, a second key. Where nobody can be asked, this login cannot be done by key alone.",
            "",
        ),
        C::SignatureRefused => administrator(
            "The server takes the key, but not what was signed with it.",
            "Only its log tells why: a rule for the account, a PIN or touch that it wants, or a public half that belongs to another key.",
        ),
        C::AccountUnknown => you(
            "The server has no account {user|of that name}.",
            "Check the login name: user@host, or User in ssh's configuration. Without one, ssh takes the name that you have here.",
            "",
        ),
        C::AccountLocked => administrator(
            "The account {user|} is locked on the server.",
            "Ask for it to be unlocked. A password of “*” instead of “!” lets keys in where no password is wanted.",
        ),
        C::AccountShell => administrator(
            "The login shell of {user|the account} lets nobody in{said|}.",
            "Ask for a shell that exists and stands in /etc/shells (chsh).",
        ),
        C::AccountNotAllowed => administrator(
            "The server's settings do not let {user|this account} in{said|}.",
            "Ask for the account to be added to AllowUsers or AllowGroups, or taken off DenyUsers or DenyGroups.",
        ),
        C::RootRefused => administrator(
            "The server does not let root in like this (PermitRootLogin).",
            "Log in as another account and use sudo, or ask for the setting to be changed.",
        ),
        C::AccountExpired => administrator(
            "The account {user|} has expired on the server.",
            "Ask for the date to be changed (chage -E).",
        ),
        C::PasswordExpired => you(
            "The password of {user|the account} has expired, and the server wants a new one before anything else.",
            "Log in once at a terminal and change it there, or ask the administrator.",
            "ssh{port|} -t {user|USER}@{host|HOST} passwd",
        ),
        C::ForcedCommand => on_the_server(
            "The key is taken, but it may run one command only, and no shell{said|}.",
            "That is meant so as a rule (command= in its line). For a shell use another key, or have the line changed.",
            "",
        ),
        C::HomeMissing => administrator(
            "The login works, but the home folder of {user|the account} is not there: {file|it}.",
            "Ask for it to be made or mounted.",
        ),
        C::ChrootOwner => administrator(
            "The folder that the account is shut into does not belong to root alone: {file|ChrootDirectory}.",
            "It and every folder above it must belong to root, and nobody else may write there (chown root, chmod 755).",
        ),
        C::PpkWanted => you(
            "{file|The key file} is no PuTTY key{said|}, and PuTTY takes only those.",
            "Make a PuTTY key of it.",
            "keywright-cli convert {file|FILE} --to ppk -o FILE.ppk",
        ),
        C::PpkTooNew => you(
            "{file|The key file} is a PuTTY key of a newer version than the program knows.",
            "Bring the program up to date, or save the key as version 2.",
            "keywright-cli convert {file|FILE} --to ppk2 -o FILE.ppk",
        ),
        C::PpkDamaged => you(
            "{file|The PuTTY key file} is damaged, or was changed by another program{said|}.",
            "Use a backup of it. “info” says what can still be read.",
            "keywright-cli info {file|FILE}",
        ),
        C::Works => nobody("The login works{said|}.", ""),
        C::TakesTheKey => Words {
            message: "Yes: {host|the server} takes this key, and ssh will ask for the passphrase of {file|the key file}.",
            what: "Where nobody can be asked, in a script or a service, put the key into an agent first.",
            command: "ssh-add {file|FILE}",
            who: None,
        },
        C::NotAboutKeys => nobody(
            "Nothing here is about SSH keys.",
            "Give the output of “ssh -v user@host”, PuTTY's event log, or the server's log.",
        ),
        C::Unknown => nobody(
            "{said|What is here does not tell what is wrong}.",
            "Run the login again as “ssh -v user@host” and give all that it prints.",
        ),
    }
}
