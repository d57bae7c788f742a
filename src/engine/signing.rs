//! Signatures of files: made with keys from files and agents, and judged by whose they are allowed to be.

use std::sync::Arc;

use crate::engine::agents::entries_of;
use crate::engine::{Blame, Problem};
use crate::format::allowed_signers::{AllowedSigners, LineFault, Signer};
use crate::format::authorized_keys::Expiry;
use crate::format::sshsig::{MessageHash, SignedBy, SshSignature, Unfit, signed_data};
use crate::format::{Certificate, CertificateKind, Validity};
use crate::key::comment::escaped;
use crate::key::fingerprint::{Fingerprint, FingerprintKind};
use crate::key::sign::{RsaHash, can_sign, sign};
use crate::key::signature::SignatureError;
use crate::key::{KeyPair, PublicKey};
use crate::sys::agent::Agent;
use crate::sys::clock;
use crate::sys::randomness::os_rng;

/// What files are signed for, where nothing else is said.
pub const FILES: &str = "file";

/// The key that signs.
#[derive(Clone, Debug)]
pub enum SigningKey {
    /// From a file.
    Here(Arc<KeyPair>),
    /// Held by an agent.
    InAgent(Agent, PublicKey),
}

impl SigningKey {
    /// This key, which an agent must hold.
    ///
    /// # Errors
    /// No agent that answers holds it.
    pub fn in_agent(agents: Vec<Agent>, key: &PublicKey) -> Result<Self, Problem> {
        let mut fault = None;
        for agent in agents {
            match agent.list() {
                Ok(keys) if !entries_of(&keys, key).is_empty() => {
                    return Ok(Self::InAgent(agent, key.clone()));
                }
                Ok(_) => {}
                Err(error) => fault = fault.or(Some(error)),
            }
        }
        let why = fault.map_or_else(String::new, |fault| format!(" ({fault})"));
        Err(Problem::new(
            "not-in-list",
            Blame::World,
            format!("this is the public half alone, and no agent holds the private one{why}"),
            "Name the file with the private key, or hand the key to the agent first: keywright-cli agent add FILE.",
        ))
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        match self {
            Self::Here(key) => key.public(),
            Self::InAgent(_, key) => key,
        }
    }

    /// Whether it can sign at all: a security key's file cannot, but an agent may.
    #[must_use]
    pub fn can_sign(&self) -> bool {
        match self {
            Self::Here(key) => can_sign(key),
            Self::InAgent(..) => true,
        }
    }

    /// Signs, with SHA-512 where the key leaves a choice.
    ///
    /// # Errors
    /// The key or its agent does not.
    pub(in crate::engine) fn sign(&self, data: &[u8]) -> Result<Vec<u8>, Problem> {
        match self {
            Self::Here(key) => Ok(sign(key, RsaHash::Sha512, data, &mut os_rng()?)?),
            Self::InAgent(agent, key) => Ok(agent.sign(&key.to_wire(), data, RsaHash::Sha512)?),
        }
    }
}

/// Signs a message, of which this is the hash. What came out was seen to fit.
///
/// # Errors
/// The key or its agent does not sign.
pub fn signature_of(
    key: &SigningKey,
    namespace: &str,
    hash: MessageHash,
    digest: &[u8],
) -> Result<SshSignature, Problem> {
    let signature = key.sign(&signed_data(namespace, hash, digest))?;
    let made = SshSignature::new(SignedBy::Key(key.public().clone()), namespace, hash, signature);
    made.check(namespace, digest)
        .map_err(|unfit| not_good(&unfit, "The agent made it. Use another key, or another agent."))?;
    Ok(made)
}

/// A signature that fits its file, and by whom it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Good {
    /// How it was made: `ssh-ed25519`, `rsa-sha2-512`, …
    pub scheme: &'static str,
    /// The names of the signer, where somebody said whose key it is.
    pub names: Vec<String>,
    /// The line of the list that says so.
    pub line: Option<usize>,
}

/// Sees to it that a signature fits the message with this hash, whoever made it.
///
/// # Errors
/// It does not.
pub fn check(signature: &SshSignature, namespace: &str, digest: &[u8]) -> Result<Good, Problem> {
    let verified = signature.check(namespace, digest).map_err(|unfit| {
        let hint = match unfit {
            Unfit::Namespace { .. } => "Ask for what it was made for (-n), if that is what you expect of it.",
            Unfit::Signature(SignatureError::Wrong) => {
                "The file was changed after it was signed, or it is the signature of another file. Do not trust the file; get both anew."
            }
            Unfit::Signature(_) | Unfit::Sha1 => "Ask for a new signature, by ssh-keygen -Y or this program.",
        };
        not_good(&unfit, hint)
    })?;
    Ok(Good {
        scheme: verified.scheme,
        names: Vec::new(),
        line: None,
    })
}

fn not_good(unfit: &Unfit, hint: &str) -> Problem {
    let what = format!("the signature does not count: {unfit}");
    Problem::new("bad-signature", Blame::Key, what, hint)
}

/// Sees to it that a signature fits the message with this hash, and that the list lets it count: for `name`, or for whomever
/// the list names.
///
/// # Errors
/// It does not fit, the list does not know its key, or something in the list speaks against it.
pub fn check_against(
    signature: &SshSignature,
    namespace: &str,
    digest: &[u8],
    list: &AllowedSigners,
    name: Option<&str>,
) -> Result<Good, Problem> {
    let mut good = check(signature, namespace, digest)?;
    let (line, names) = signers(signature, list, name, Some(namespace))?;
    good.names = names;
    good.line = Some(line);
    Ok(good)
}

/// Whose signature it would be by the list: the line, and its names. What it signs is not looked at.
///
/// # Errors
/// The list does not know its key, or something in it speaks against it.
pub fn signers(
    signature: &SshSignature,
    list: &AllowedSigners,
    name: Option<&str>,
    namespace: Option<&str>,
) -> Result<(usize, Vec<String>), Problem> {
    let mut against = None;
    for line in list.lines() {
        let Ok(signer) = line.content else { continue };
        match judged(&signer, signature.signer(), name, namespace) {
            Ok(Some(names)) => return Ok((line.number, names)),
            Ok(None) => {}
            Err(why) => against = against.or(Some((line.number, why))),
        }
    }
    let key = Fingerprint::of(signature.signer().key(), FingerprintKind::Sha256);
    Err(match against {
        Some((line, why)) => Problem::new(
            "signer-not-allowed",
            Blame::Key,
            format!("the key {key} is in the list, and its signature does not count: {why} (line {line})"),
            "Whoever keeps the list decides that. Do not trust the file before they have.",
        ),
        None => Problem::new(
            "signer-unknown",
            Blame::Key,
            match name {
                Some(name) => format!(
                    "the list does not say that the key {key} is {}’s",
                    escaped(name.as_bytes())
                ),
                None => format!("the list does not say whose key {key} is"),
            },
            "Anybody can sign with a key of their own. Ask the signer for the fingerprint by another way before you add the key to the list.",
        ),
    })
}

/// The lines of the list that ssh-keygen passes over, and why.
pub fn faults(list: &AllowedSigners) -> impl Iterator<Item = (usize, LineFault)> {
    list.lines()
        .filter_map(|line| Some((line.number, line.content.err()?)))
}

/// The names for which a line lets this signer count; nothing where the line is about somebody else.
fn judged(
    line: &Signer<'_>,
    signer: &SignedBy,
    name: Option<&str>,
    namespace: Option<&str>,
) -> Result<Option<Vec<String>>, String> {
    let certificate = match signer {
        SignedBy::Certificate(certificate)
            if line.is_authority && line.key.key == *certificate.authority() =>
        {
            Some(certificate)
        }
        SignedBy::Key(key) if !line.is_authority && line.key.key == *key => None,
        _ => return Ok(None),
    };
    if let Some(name) = name
        && !line.is_for(name.as_bytes())
    {
        return Ok(None);
    }
    let names = match certificate {
        Some(certificate) => certified_names(line, certificate, name)?,
        None => match name {
            Some(name) => vec![name.as_bytes()],
            None => line.principals.split(|byte| *byte == b',').collect(),
        },
    };
    if let Some(namespace) = namespace
        && !line.covers(namespace.as_bytes())
    {
        let namespaces = escaped(line.namespaces.as_deref().unwrap_or_default());
        return Err(format!("it may be used for {namespaces} only"));
    }
    let is_past = |day: Expiry| day.moment() < clock::moment_in(day.is_utc());
    match (line.valid_after, line.valid_before) {
        (Some(after), _) if !is_past(after) && after.moment() != clock::moment_in(after.is_utc()) => {
            Err(format!("it counts from {} on", shown(after)))
        }
        (_, Some(before)) if is_past(before) => Err(format!("it counted until {}", shown(before))),
        _ => Ok(Some(names.into_iter().map(escaped).collect())),
    }
}

fn certified_names<'a>(
    line: &Signer<'_>,
    certificate: &'a Certificate,
    name: Option<&'a str>,
) -> Result<Vec<&'a [u8]>, String> {
    if certificate.kind() != CertificateKind::User {
        return Err("its certificate is for a server, not for a person".to_owned());
    }
    match certificate.validity(clock::unix_seconds()) {
        Validity::Valid => {}
        Validity::NotYetValid => return Err("its certificate does not count yet".to_owned()),
        Validity::Expired => return Err("its certificate has expired".to_owned()),
    }
    let names = match name {
        Some(name) => {
            let names = certificate.principals().iter().map(Vec::as_slice);
            names.filter(|listed| *listed == name.as_bytes()).collect()
        }
        None => line.of_certificate(certificate.principals()),
    };
    if names.is_empty() {
        return Err("its certificate is for other names".to_owned());
    }
    Ok(names)
}

fn shown(day: Expiry) -> String {
    let ((year, month, date), (hour, minute, _)) = day.moment();
    let zone = if day.is_utc() { " UTC" } else { "" };
    format!("{year:04}-{month:02}-{date:02} {hour:02}:{minute:02}{zone}")
}
