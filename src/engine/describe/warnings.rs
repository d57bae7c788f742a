//! What the owner of a key ought to know, each with a stable word, and with what to do.

use std::path::Path;

use crate::engine::problem;
use crate::format::for_ssh::NotForSsh;
use crate::format::mend::{Accident, Accidents};
use crate::format::reading::Reading;
use crate::format::{CbcCipher, Certificate, Pbes2, Pbes2Kdf, Protection, Validity};
use crate::key::PublicKey;
use crate::key::comment::{Comment, escaped};
use crate::key::weakness::{Weakness, weaknesses};
use crate::sys::files::OtherNames;
use crate::sys::permissions::{Access, audit_private, audit_shared, knows_no_owners, lets_all_write};

/// What to do with a key that reads well here, and not with ssh.
const REPAIR: &str =
    "Repair it (keywright-cli repair FILE): a clean file takes its place, and this one is kept beside it.";

/// The same, where other things stand in the file as well.
const TAKE_OUT: &str = "Take the key out into a file of its own: keywright-cli repair FILE -o OUT.";

/// The same, where the key is there to be saved.
const CLEAN_COPY: &str = "Save a clean copy, and use that from now on.";

/// The codes of warnings that a clean copy puts an end to.
pub const ENDED_BY_CLEAN_COPY: [&str; 3] = ["carriage-returns", "mangled", "mended"];

/// The warnings about a file that ssh therefore does not use.
pub const KEEP_SSH_OUT: [&str; 3] = ["permissions", "carriage-returns", "mangled"];

/// The warnings about a file, which nobody needs of a key that lies in none.
pub const OF_A_FILE: [&str; 5] = [
    "permissions",
    "carriage-returns",
    "mangled",
    "weak-kdf",
    "passphrase-encoding",
];

/// Something about a key that its owner ought to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// One stable word for scripts: `rsa-short`, `permissions`, …
    pub code: &'static str,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do: sentences.
    pub hint: &'static str,
}

impl Warning {
    /// What is wrong, with a capital letter and a full stop.
    #[must_use]
    pub fn sentence(&self) -> String {
        problem::sentence(&self.message)
    }
}

/// What is known to be bad about a key, in words.
#[must_use]
pub fn key_warnings(key: &PublicKey) -> Vec<Warning> {
    weaknesses(key).into_iter().map(Warning::from).collect()
}

impl From<Weakness> for Warning {
    fn from(weakness: Weakness) -> Self {
        use Weakness as W;
        const REPLACE: &str = "Make a new key, put it on your servers, and remove this one there.";
        let (message, hint) = match weakness {
            W::KnownCompromised => (
                "the private half of this key is published: anybody can use it".to_owned(),
                "Remove this key from every server now, and make a new one.",
            ),
            W::DebianGuessable => (
                "a Debian or Ubuntu system of 2006 to 2008 made this key of random numbers that can be guessed: anybody can make it again (CVE-2008-0166)"
                    .to_owned(),
                "Remove this key from every server now, and make a new one.",
            ),
            W::RsaShort { bits } => (format!("an RSA key of {bits} bits can be broken"), REPLACE),
            W::RsaSmallFactor { factor } => (
                format!("the RSA modulus can be divided by {factor}: anybody can compute the private key"),
                "Remove this key from every server now. What made it is broken, or the file was damaged.",
            ),
            W::RsaCloseFactors { .. } => (
                "the two primes of this RSA key lie so close together that anybody can find them".to_owned(),
                "Remove this key from every server now, and do not use the program that made it (CVE-2022-26320).",
            ),
            W::RsaSmallPrivateExponent => (
                "the private exponent of this RSA key is so small that anybody can find it".to_owned(),
                "Remove this key from every server now, and make a new one.",
            ),
            W::RsaRoca => (
                "this RSA key comes from a chip whose keys can be computed (ROCA, CVE-2017-15361)".to_owned(),
                "Make a new key outside that chip, put it on your servers, and remove this one there.",
            ),
            W::RsaSmallExponent { exponent } => (
                format!("the public exponent of this RSA key is {exponent} instead of 65537"),
                "It works, but programs with faults in their padding can be fooled with it. Make a new key when you can.",
            ),
            W::RsaLargeExponent { bits } => (
                format!("the public exponent of this RSA key has {bits} bits, and many programs refuse it"),
                "Make a new key: every program uses the exponent 65537 today.",
            ),
            W::Dsa => (
                "DSA keys are no longer accepted by OpenSSH".to_owned(),
                "Make an Ed25519 key, put it on your servers, and remove this one there.",
            ),
            W::MlDsaExperiment => (
                "OpenSSH 10.6 and later do not take this key: its type has another name since the experiment ended"
                    .to_owned(),
                "Give it the new name (keywright-cli convert FILE --final-name -o NEW), and put the new public key on your servers: it has another fingerprint.",
            ),
            W::P521PuttyBias => (
                "if this P-521 key was ever used with PuTTY 0.68 to 0.80, its signatures give it away"
                    .to_owned(),
                "That holds for FileZilla, WinSCP and TortoiseGit of 2017 to 2024 too (CVE-2024-31497). If it was, replace the key by an Ed25519 one; if not, it is sound.",
            ),
        };
        Self {
            code: weakness.code(),
            message,
            hint,
        }
    }
}

/// What the owner of a key of SSH 1 ought to know.
#[must_use]
pub fn ssh1_warning() -> Warning {
    Warning {
        code: "ssh1",
        message: "keys of SSH 1 are worthless today: the protocol is broken, and no server accepts them"
            .to_owned(),
        hint: "Make an Ed25519 key, put it on your servers, and remove this one there.",
    }
}

/// What its owner ought to know about a certificate at `now`, in seconds since 1970 (UTC).
#[must_use]
pub fn certificate_warnings(certificate: &Certificate, now: u64) -> Vec<Warning> {
    const ASK: &str = "Ask whoever signs your certificates for a new one.";
    let mut warnings = Vec::new();
    let mut warn = |code, message: String, hint| warnings.push(Warning { code, message, hint });
    match certificate.validity(now) {
        Validity::Valid => {}
        Validity::Expired => warn(
            "cert-expired",
            format!(
                "the certificate has expired (valid {})",
                certificate.validity_in_words()
            ),
            ASK,
        ),
        Validity::NotYetValid => warn(
            "cert-not-yet-valid",
            format!(
                "the certificate is not valid yet (valid {})",
                certificate.validity_in_words()
            ),
            "Wait until then, or check this computer's clock.",
        ),
    }
    if certificate.principals().is_empty() {
        warn(
            "cert-no-principals",
            "the certificate names no users or hosts, so it may count for all of them or for none".to_owned(),
            "Ask for one that names those that it is for.",
        );
    }
    if certificate.signature().is_sha1 {
        warn(
            "cert-sha1",
            "the certificate is signed with SHA-1, which OpenSSH no longer accepts".to_owned(),
            "Ask for a new one, signed with rsa-sha2-512 or by an Ed25519 authority.",
        );
    }
    for option in certificate.unknown_critical_options() {
        let name = escaped(option.name.as_bytes());
        warn(
            "cert-unknown-critical",
            format!("OpenSSH does not know the critical option {name} and refuses the certificate"),
            ASK,
        );
    }
    let shown =
        std::iter::once(certificate.key_id()).chain(certificate.principals().iter().map(Vec::as_slice));
    if shown.into_iter().any(|text| Comment::cleaned(text).1) {
        warn(
            "bidi-text",
            "the certificate has characters that are invisible or turn text around".to_owned(),
            "They are shown as codes here. Whoever made it may have meant to deceive.",
        );
    }
    warnings
}

pub(super) fn weak_kdf(protection: &Protection) -> Option<Warning> {
    /// What OpenSSH has written since 2013.
    const LEAST_ROUNDS: u32 = 16;
    /// The least that RFC 8018 §4.2 recommends.
    const LEAST_ITERATIONS: u32 = 1000;
    let message = match protection {
        Protection::PpkSha1 => {
            "this version of the PPK format lets an attacker try passphrases millions of times a second"
                .to_owned()
        }
        Protection::OpenSsh { rounds, .. } if *rounds < LEAST_ROUNDS => {
            format!("only {rounds} rounds protect the passphrase; 24 are usual")
        }
        Protection::SshCom => {
            "the ssh.com format lets an attacker try passphrases millions of times a second".to_owned()
        }
        Protection::Pem(_) => {
            "traditional PEM lets an attacker try passphrases millions of times a second".to_owned()
        }
        Protection::Pbes1 { .. } | Protection::Pbes2(_)
            if protection.cipher_name() == Some(CbcCipher::Des.name()) =>
        {
            "the cipher of this file, DES, can be broken in days".to_owned()
        }
        Protection::Pbes1 { .. } if protection.cipher_name() == Some(CbcCipher::Rc2With40.name()) => {
            "the cipher of this file, RC2 with 40 bits, can be broken in hours".to_owned()
        }
        Protection::Pbes1 { .. } => {
            "this protection (PBES1) lets an attacker try passphrases millions of times a second".to_owned()
        }
        Protection::Pbes2(Pbes2 {
            kdf: Pbes2Kdf::Pbkdf2 { iterations, .. },
            ..
        }) if *iterations < LEAST_ITERATIONS => {
            format!("only {iterations} iterations protect the passphrase; 600000 are usual")
        }
        Protection::None | Protection::OpenSsh { .. } | Protection::Ppk3(_) | Protection::Pbes2(_) => {
            return None;
        }
    };
    Some(Warning {
        code: "weak-kdf",
        message,
        hint: "Save the key again in OpenSSH format or as PPK version 3.",
    })
}

/// What others can do who may change a folder of keys.
pub(in crate::engine) const OPEN_FOLDER: &str =
    "Others could put a key or a setting of their own there; sshd then trusts no key in it.";

/// A folder that a key was saved in, and that others may change: `~/.ssh` as sshd judges it, and any that all may.
#[must_use]
pub fn open_folder_warning(folder: &Path) -> Option<Warning> {
    let is_for_ssh = folder.file_name().is_some_and(|name| name == ".ssh");
    let shown = escaped(folder.as_os_str().as_encoded_bytes());
    let message = match audit_shared(folder) {
        Ok(Access::Loose { detail }) if is_for_ssh || lets_all_write(folder).unwrap_or(false) => {
            format!("others may change {shown} ({detail})")
        }
        Ok(Access::NotOwned { owner }) if is_for_ssh => {
            format!("{shown} belongs to somebody else ({owner})")
        }
        Ok(_) => return None,
        Err(error) => {
            log::debug!("no permissions of {}: {error}", folder.display());
            return None;
        }
    };
    Some(Warning {
        code: "permissions-folder",
        message,
        hint: OPEN_FOLDER,
    })
}

/// A changed file that goes on as it was under other names.
#[must_use]
pub fn other_names_warning(names: &OtherNames) -> Warning {
    let OtherNames { path, count, inode } = names;
    let names = if *count == 1 {
        "one other name (hard link)".to_owned()
    } else {
        format!("{count} other names (hard links)")
    };
    Warning {
        code: "other-names",
        message: format!(
            "the old file at {} has {names}, number {inode} on its disk, and stays there as it was",
            escaped(path.as_os_str().as_encoded_bytes())
        ),
        hint: "Under another name an old passphrase still opens it. “find FOLDER -inum NUMBER” finds such names; remove those that you do not need.",
    }
}

/// A comment that is not written again as it stands in the file.
pub(super) fn comment_warning(comment: &[u8]) -> Option<Warning> {
    if !Comment::cleaned(comment).1 {
        return None;
    }
    let is_text = std::str::from_utf8(comment).is_ok();
    let (message, hint) = if is_text {
        (
            "the comment has characters that are invisible or break lines",
            "They are shown as codes here, and something harmless takes their place when the key is saved again.",
        )
    } else {
        (
            "the comment is not UTF-8, and is read as Windows-1252",
            "It is written as UTF-8 when the key is saved again.",
        )
    };
    Some(Warning {
        code: "comment-sanitised",
        message: message.to_owned(),
        hint,
    })
}

/// The certificate beside a private key is for another one.
#[must_use]
pub fn stray_certificate(name: &str) -> Warning {
    Warning {
        code: "cert-mismatch",
        message: format!("{name} is a certificate for another key, and ssh does not use it with this one"),
        hint: "Put the certificate that was made for this key there, or move that file away.",
    }
}

/// The passphrase opens the file in an encoding of its own.
pub(super) fn passphrase_encoding(encoding: &str) -> Warning {
    Warning {
        code: "passphrase-encoding",
        message: format!("the file takes its passphrase as {encoding}, and not as it was typed here (UTF-8)"),
        hint: "Programs that hand it over as UTF-8 do not open the file. They open it once it has a new passphrase, or is saved as another kind of file.",
    }
}

/// What befell a text, for whoever sees nothing but the key that came of it.
#[must_use]
pub fn mended_text_warning(reading: &Reading) -> Option<Warning> {
    // How lines end is up to whoever copies a text.
    let is_told = |one: &Accident| *one != Accident::LineEnds;
    let what: Vec<String> = reading
        .accidents
        .iter()
        .filter(is_told)
        .map(|one| one.to_string())
        .collect();
    (!what.is_empty()).then(|| Warning {
        code: "mended",
        message: format!(
            "the key is whole, but its text is not as it was made: {}; it was put together again and checked",
            what.join(", ")
        ),
        hint: CLEAN_COPY,
    })
}

/// A private key that ssh would read if its text were laid out as its format wants it.
pub(super) fn not_laid_out(reading: &Reading) -> Option<Warning> {
    if reading.for_ssh != Err(NotForSsh::Layout) {
        return None;
    }
    if reading.accidents == Accidents::of(&[Accident::LineEnds]) {
        return Some(carriage_returns());
    }
    let has_company = reading.accidents.iter().any(Accident::has_company);
    Some(Warning {
        code: "mangled",
        message: "ssh does not read the file as it is".to_owned(),
        hint: if has_company { TAKE_OUT } else { REPAIR },
    })
}

/// What befell a file, in one sentence for whoever sees nothing but the key that came of it.
#[must_use]
pub fn mended_warning(reading: &Reading) -> Option<Warning> {
    let is_kept_out = reading.for_ssh == Err(NotForSsh::Layout);
    if reading.accidents.is_empty() {
        return not_laid_out(reading).map(|warning| Warning {
            hint: CLEAN_COPY,
            ..warning
        });
    }
    let what: Vec<String> = reading.accidents.iter().map(|one| one.to_string()).collect();
    let but = if is_kept_out {
        ", but ssh does not read the file as it is"
    } else {
        ""
    };
    Some(Warning {
        code: if is_kept_out { "mangled" } else { "mended" },
        message: format!(
            "the key is whole, but its file is not as it was made: {}; it was put together again and checked{but}",
            what.join(", ")
        ),
        hint: CLEAN_COPY,
    })
}

/// ssh does not read a file of its own format with the line ends of Windows, which this program does.
pub(super) fn carriage_returns() -> Warning {
    Warning {
        code: "carriage-returns",
        message: "the lines of the file end as on Windows, and ssh does not read such a key".to_owned(),
        hint: REPAIR,
    }
}

/// A private file at `path` that others may read.
#[must_use]
pub fn access_warning(path: &Path, access: &Access) -> Option<Warning> {
    match access {
        Access::Loose { detail } if knows_no_owners(path) => Some(disk_without_owners(path, detail)),
        Access::Loose { detail } => Some(Warning {
            code: "permissions",
            message: format!("other users of this computer may read the file ({detail})"),
            hint: "ssh refuses such a file. Save it again here, or run chmod 600 on it.",
        }),
        Access::OwnerOnly | Access::NotOwned { .. } => None,
    }
}

/// A private file at `path` that is open to others although it was written for its owner alone.
#[must_use]
pub fn written_without_owners(path: &Path) -> Option<Warning> {
    match audit_private(path) {
        Ok(Access::Loose { detail }) => Some(disk_without_owners(path, &detail)),
        Ok(Access::OwnerOnly | Access::NotOwned { .. }) => None,
        Err(error) => {
            log::debug!("no permissions of {}: {error}", path.display());
            None
        }
    }
}

fn disk_without_owners(path: &Path, detail: &str) -> Warning {
    Warning {
        code: "permissions",
        message: format!(
            "other users of this computer may read {} ({detail}): its disk knows no owners, as most USB sticks do",
            escaped(path.as_os_str().as_encoded_bytes())
        ),
        hint: "ssh refuses such a file. Move it to your home folder; on such a disk keep keys with a passphrase only.",
    }
}

pub(super) fn loose_permissions(path: &Path) -> Option<Warning> {
    match audit_private(path) {
        Ok(access) => access_warning(path, &access),
        Err(error) => {
            log::debug!("no permissions of {}: {error}", path.display());
            None
        }
    }
}
