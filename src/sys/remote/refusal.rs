//! What a server means by the words with which it turns somebody away.
//!
//! SSH has no numbers for most of these reasons, and neither has PAM: the words are all that tells them apart. They are those of
//! OpenSSH's sshd (`auth.c`, `sshd.c`, `session.c`), of Linux-PAM and of cloud-init, in English. Whatever they lead to, the words
//! themselves are shown as well; words that are not known lead to nothing.

/// Why a server turns somebody away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// It has refused as often as it bears on one connection.
    TooManyTries,
    /// The password is too old, and no other will do until it is changed.
    PasswordExpired,
    /// The account is over.
    AccountExpired,
    /// Somebody else is to be logged in as, says the command to which the keys of root are bound in clouds.
    OtherAccount,
    /// It serves nobody, or not this computer, for a while.
    ForNow,
}

/// In lower case.
const WORDS: &[(&str, Refusal)] = &[
    ("too many authentication failures", Refusal::TooManyTries),
    ("password has expired", Refusal::PasswordExpired),
    ("password change required", Refusal::PasswordExpired),
    ("required to change your password", Refusal::PasswordExpired),
    ("must change your password", Refusal::PasswordExpired),
    ("account has expired", Refusal::AccountExpired),
    ("please login as the user", Refusal::OtherAccount),
    ("not allowed at this time", Refusal::ForNow),
    ("exceeded maxstartups", Refusal::ForNow),
    ("system is booting up", Refusal::ForNow),
    ("system is going down", Refusal::ForNow),
];

impl Refusal {
    /// What these words mean; nothing where they are not known.
    #[must_use]
    pub fn of(said: &str) -> Option<Self> {
        let said = said.to_lowercase();
        let found = WORDS.iter().find(|(words, _)| said.contains(words));
        found.map(|(_, refusal)| *refusal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_sshd_and_pam_have_their_meanings_and_others_have_none() {
        for (said, expected) in [
            (
                "WARNING: Your password has expired.\\nPassword change required but no TTY available.",
                Some(Refusal::PasswordExpired),
            ),
            (
                "You are required to change your password immediately (administrator enforced).",
                Some(Refusal::PasswordExpired),
            ),
            (
                "Your account has expired; please contact your system administrator.",
                Some(Refusal::AccountExpired),
            ),
            ("Not allowed at this time", Some(Refusal::ForNow)),
            ("Exceeded MaxStartups", Some(Refusal::ForNow)),
            ("Too many authentication failures", Some(Refusal::TooManyTries)),
            (
                "Please login as the user \"ubuntu\" rather than the user \"root\".",
                Some(Refusal::OtherAccount),
            ),
            ("Welcome to example.org", None),
            ("", None),
        ] {
            assert_eq!(Refusal::of(said), expected, "{said}");
        }
    }
}
