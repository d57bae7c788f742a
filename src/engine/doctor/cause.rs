//! The names of what can keep somebody out. Scripts depend on every word.

use std::fmt;

macro_rules! causes {
    ($($(#[$doc:meta])* $name:ident $code:literal,)*) => {
        /// Why somebody does not get in.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Cause {
            $($(#[$doc])* $name,)*
        }

        impl Cause {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable word for it.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }
    };
}

causes! {
    /// The file that was named is not there.
    KeyFileMissing "key-file-missing",
    /// Others may read the key file, or its owner may not.
    KeyFilePermissions "key-file-permissions",
    /// The file is no key that the program reads.
    KeyFileFormat "key-file-format",
    /// Its passphrase is missing or wrong.
    KeyFilePassphrase "key-file-passphrase",
    /// The public half was named where the private one is wanted.
    KeyFilePublic "key-file-public",
    /// The file with the public half belongs to another key.
    PublicHalfMismatch "public-half-mismatch",
    /// Nothing was offered at all.
    NoKeyOffered "no-key-offered",
    /// The server hung up before the right key came.
    TooManyKeys "too-many-keys",
    /// `IdentitiesOnly` keeps the agent's keys back.
    IdentitiesOnly "identities-only",
    /// Somebody else's name, or another account's key.
    WrongUser "wrong-user",
    /// A configuration has a line that cannot be read.
    ConfigError "config-error",
    /// Others may change ssh's configuration.
    ConfigPermissions "config-permissions",
    /// The client does not use keys of this type.
    KeyTypeClient "key-type-client",
    /// The RSA key is shorter than one side takes.
    RsaTooShort "rsa-too-short",
    /// One side signs with SHA-1 only.
    RsaSha1 "rsa-sha1",
    /// No agent answers.
    AgentMissing "agent-missing",
    /// The agent has no keys.
    AgentEmpty "agent-empty",
    /// The agent refuses to sign.
    AgentRefused "agent-refused",
    /// The agent cannot do what it was asked for.
    AgentCannot "agent-cannot",
    /// ssh has nothing to talk to security keys with.
    SecurityKeyProvider "security-key-provider",
    /// The security key is not plugged in.
    SecurityKeyMissing "security-key-missing",
    /// Its PIN is missing or wrong.
    SecurityKeyPin "security-key-pin",
    /// The server wants a touch or a PIN, and the signature has none.
    SecurityKeyRules "security-key-rules",
    /// The certificate is over.
    CertificateExpired "certificate-expired",
    /// It does not hold yet.
    CertificateNotYetValid "certificate-not-yet-valid",
    /// It does not name this account.
    CertificatePrincipal "certificate-principal",
    /// The server does not trust who signed it.
    CertificateAuthority "certificate-authority",
    /// It is for another key, or its key is not there.
    CertificateMismatch "certificate-mismatch",
    /// It is no certificate of a user, or asks for what the server does not know.
    CertificateKind "certificate-kind",
    /// It does not hold from this address.
    CertificateAddress "certificate-address",
    /// The name has no address.
    NameUnknown "name-unknown",
    /// There is no way there.
    NetworkUnreachable "network-unreachable",
    /// Nothing listens.
    ConnectionRefused "connection-refused",
    /// Nothing answers.
    TimedOut "timed-out",
    /// The connection ended before anybody signed in.
    ConnectionClosed "connection-closed",
    /// What answers is no SSH server.
    NotSsh "not-ssh",
    /// The server serves nobody, or not this computer, for now.
    TurnedAway "turned-away",
    /// Both sides have no algorithm in common.
    NoCommonAlgorithm "no-common-algorithm",
    /// The server is not known yet.
    HostKeyUnknown "host-key-unknown",
    /// The server shows another key than before.
    HostKeyChanged "host-key-changed",
    /// Its key is marked as given up.
    HostKeyRevoked "host-key-revoked",
    /// The server does not take the key: all that a client can tell.
    KeyNotAuthorized "key-not-authorized",
    /// Others may change the list, or a folder above it.
    ServerPermissions "server-permissions",
    /// The server reads another list.
    ServerListElsewhere "server-list-elsewhere",
    /// The server may not read the list.
    ServerListUnreadable "server-list-unreadable",
    /// The key's line is damaged.
    LineDamaged "line-damaged",
    /// Its options cannot be read.
    LineOptions "line-options",
    /// It was good until a day that is over.
    LineExpired "line-expired",
    /// It does not let in from this address.
    LineFrom "line-from",
    /// The key was revoked.
    KeyRevoked "key-revoked",
    /// The server does not take keys of this type.
    KeyTypeServer "key-type-server",
    /// The server takes no keys for this account.
    KeysDisabled "keys-disabled",
    /// The key is good, and something more is wanted.
    MoreWanted "more-wanted",
    /// The server took the key, and not its signature.
    SignatureRefused "signature-refused",
    /// There is no such account.
    AccountUnknown "account-unknown",
    /// It is locked.
    AccountLocked "account-locked",
    /// Its shell lets nobody in.
    AccountShell "account-shell",
    /// The server's lists do not let it in.
    AccountNotAllowed "account-not-allowed",
    /// root is not let in like this.
    RootRefused "root-refused",
    /// The account is over.
    AccountExpired "account-expired",
    /// Its password is over, and is to be changed first.
    PasswordExpired "password-expired",
    /// The key may run one command only.
    ForcedCommand "forced-command",
    /// Its home folder is not there.
    HomeMissing "home-missing",
    /// The folder that it is shut into does not belong to root.
    ChrootOwner "chroot-owner",
    /// The program wants a PPK file.
    PpkWanted "ppk-wanted",
    /// The PPK file is of a newer version than the program.
    PpkTooNew "ppk-too-new",
    /// The PPK file is damaged.
    PpkDamaged "ppk-damaged",
    /// All is well.
    Works "works",
    /// The server takes the key, and its passphrase is still to be given.
    TakesTheKey "takes-the-key",
    /// This is not about keys.
    NotAboutKeys "not-about-keys",
    /// What was seen does not tell.
    Unknown "unknown",
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_cause_has_a_word_of_its_own() {
        let words: BTreeSet<&str> = Cause::ALL.iter().map(|cause| cause.code()).collect();
        assert_eq!(words.len(), Cause::ALL.len());
        assert!(
            words
                .iter()
                .all(|word| word.chars().all(|c| c.is_ascii_lowercase() || "-1".contains(c)))
        );
    }
}
