//! Whether a key lets its owner in: tried on a fresh connection, with this key and nothing else.

use super::found::Found;
use super::identity::OpenKey;
use super::install::Installed;
use super::lines::RemovedKey;
use super::session::{Session, connect_again};
use super::{edit, offer, shell};
use crate::engine::faults::Reason;
use crate::engine::faults::ServerFault;
use crate::format::authorized_keys::KeyOption;
use crate::key::watch::Watch;
use crate::key::{Algorithm, PublicKey};
use crate::sys::remote::{
    Connection, Credential, Method, PinnedKey, Remote, RemoteFault, SignIn, Target, shown,
};

/// What came of trying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The key lets its owner in.
    Works,
    /// The server says that it would let in who holds the key; nobody has shown to hold it.
    WouldWork,
    /// The key is right, and the server wants something more besides.
    AsksForMore(Vec<Method>),
    /// The server has let in without asking for the key's signature. It lets everybody in, which says nothing of the key.
    Unasked,
    /// The key lets nobody in; what the server would take instead.
    Refused(Vec<Method>),
}

/// Logs in with one key alone, on a connection of its own to the same server.
///
/// # Errors
/// The connection fails, another server answers, or the key cannot be used from here.
fn prove(
    target: &Target,
    pinned: &PinnedKey,
    key: &OpenKey,
    watch: &dyn Watch,
) -> Result<Proof, ServerFault> {
    let proof = log_in(target, pinned, watch, |connection| {
        offer::offer_bare(connection, key, watch)
    });
    proof.map_err(|fault| match fault {
        // It was asked to sign, so the server takes the key.
        ServerFault::Remote(why @ (RemoteFault::Agent(_) | RemoteFault::AgentSignature)) => {
            let key = key.name();
            ServerFault::Unsigned { key, why }
        }
        fault => fault,
    })
}

/// Asks a server, on a connection of its own, whether it would let in who holds a key. Its private half is not needed.
///
/// # Errors
/// The connection fails, another server answers, or the key is of a type that cannot be asked about.
fn ask(
    target: &Target,
    pinned: &PinnedKey,
    key: &PublicKey,
    watch: &dyn Watch,
) -> Result<Proof, ServerFault> {
    log_in(target, pinned, watch, |connection| {
        connection.sign_in(Credential::Public(key), watch)
    })
}

/// Tries a key that was put on a server; where its private half is elsewhere, asks. Nothing where neither can
/// be done.
///
/// # Errors
/// It is refused; why, as far as that can be seen. Or the connection fails, another server answers, or the key cannot be
/// used from here.
pub fn prove_installed(
    session: &mut Session,
    installed: &Installed,
    key: Option<&OpenKey>,
    watch: &dyn Watch,
) -> Result<Option<Proof>, ServerFault> {
    let target = session.connection.target().clone();
    // The one that has let this session in may be it, under another name.
    let is_it = |key: &&OpenKey| key.is_bare() && key.public() == Some(&installed.key);
    let key = key.or_else(|| session.key.as_ref().filter(is_it));
    let mut proof = match key {
        Some(key) => Some(prove(&target, &session.pinned, key, watch)?),
        None => asked(ask(&target, &session.pinned, &installed.key, watch))?,
    };
    if let (Some(Proof::Refused(methods)), Some(password)) = (&proof, &session.before_keys)
        && comes_later(methods)
    {
        let behind = log_in(&target, &session.pinned, watch, |connection| {
            connection.sign_in(Credential::Password(password), watch)?;
            match key {
                Some(key) => offer::offer_bare(connection, key, watch),
                None => connection.sign_in(Credential::Public(&installed.key), watch),
            }
        });
        proof = asked(behind)?.map(|proof| match proof {
            // With the password that came first.
            Proof::Works => Proof::AsksForMore(vec![Method::Password]),
            proof => proof,
        });
    }
    match proof {
        // This session came in by a key: so the server takes keys, but wants something else before.
        Some(Proof::Refused(methods)) if comes_later(&methods) && session.key().is_some() => Ok(None),
        Some(Proof::Refused(methods)) => Err(ServerFault::Ignored {
            place: installed.found.place.clone(),
            reasons: reasons(session, &installed.key, &methods, watch)?,
        }),
        proof => Ok(proof),
    }
}

/// What came of asking; nothing where the key is of a type about which one cannot.
fn asked(proof: Result<Proof, ServerFault>) -> Result<Option<Proof>, ServerFault> {
    match proof {
        Err(ServerFault::Remote(RemoteFault::CannotSign(_) | RemoteFault::OnlySha1)) => Ok(None),
        proof => proof.map(Some),
    }
}

/// Whether a key that went still lets its owner in: tried with one of `keys`, or asked where it is none of them. Of an
/// authority, whether it still lets in by a certificate that goes with one of `keys`. Nothing where that cannot be told.
///
/// # Errors
/// The connection fails, another server answers, or the key cannot be used from here.
pub fn prove_gone(
    target: &Target,
    pinned: &PinnedKey,
    removed: &RemovedKey,
    keys: &[OpenKey],
    watch: &dyn Watch,
) -> Result<Option<Proof>, ServerFault> {
    let is_by_it = |key: &&OpenKey| {
        let certificate = key.certificate();
        certificate.is_some_and(|certificate| *certificate.authority() == removed.key)
    };
    let is_it = |key: &&OpenKey| key.is_bare() && key.public() == Some(&removed.key);
    let told = |proof: Option<Proof>| {
        proof.filter(|proof| !matches!(proof, Proof::Refused(methods) if comes_later(methods)))
    };
    if !removed.is_authority {
        let proof = match keys.iter().find(is_it) {
            Some(key) => prove(target, pinned, key, watch).map(Some),
            None => asked(ask(target, pinned, &removed.key, watch)),
        };
        return proof.map(told);
    }
    let certified = |key| {
        log_in(target, pinned, watch, |connection| {
            offer::offer_certified(connection, key, watch)
        })
    };
    keys.iter().find(is_by_it).map(certified).transpose().map(told)
}

/// Whether a server has refused a key without looking at it: it takes none, or not as the first thing.
fn comes_later(methods: &[Method]) -> bool {
    !methods.is_empty() && !methods.contains(&Method::Key)
}

/// What a connection of its own says to what is offered there.
fn log_in(
    target: &Target,
    pinned: &PinnedKey,
    watch: &dyn Watch,
    offer: impl FnOnce(&mut Connection) -> Result<SignIn, RemoteFault>,
) -> Result<Proof, ServerFault> {
    let mut connection = connect_again(target, pinned, watch)?;
    Ok(match offer(&mut connection)? {
        SignIn::Done => Proof::Works,
        SignIn::Unasked => Proof::Unasked,
        SignIn::WouldDo => Proof::WouldWork,
        SignIn::Refused {
            methods,
            is_partial: true,
        } => Proof::AsksForMore(methods),
        SignIn::Refused { methods, .. } => Proof::Refused(methods),
        SignIn::Questions(_) => Proof::Refused(vec![Method::Questions]),
    })
}

/// Looks for what may be behind a refusal of a key that is in the list.
///
/// # Errors
/// The connection fails.
fn reasons(
    remote: &mut dyn Remote,
    key: &PublicKey,
    methods: &[Method],
    watch: &dyn Watch,
) -> Result<Vec<Reason>, ServerFault> {
    let found = edit::look(remote, watch)?;
    let mut reasons: Vec<Reason> = found.loose.iter().cloned().map(Reason::Loose).collect();
    reasons.extend(of_line(&found, key)?);
    // A server that has ended the connection says nothing about that.
    if comes_later(methods) {
        reasons.push(Reason::NoKeys);
    }
    if matches!(
        key.algorithm(),
        Algorithm::Dsa | Algorithm::Ed448 | Algorithm::MlDsa44Ed25519
    ) {
        reasons.push(Reason::KeyType(key.algorithm()));
    }
    let settings = shell::settings(remote, watch)?;
    reasons.extend(
        settings
            .into_iter()
            .filter(|line| may_matter(line))
            .map(Reason::Setting),
    );
    Ok(reasons)
}

fn of_line(found: &Found, key: &PublicKey) -> Result<Option<Reason>, ServerFault> {
    let keys = edit::parse(found)?;
    let mut entries = keys.entries().filter(|(_, entry)| entry.is_for(key));
    let Some((_, entry)) = entries.next() else {
        return Ok(None);
    };
    if let Err(fault) = entry.options.check() {
        return Ok(Some(Reason::BadOptions(fault.to_string())));
    }
    let mut options = entry.options.iter().flatten();
    Ok(options.find_map(|option| match option {
        KeyOption::From(list) => Some(Reason::From(shown(&list))),
        KeyOption::ExpiryTime(_) => Some(Reason::Expires),
        _ => None,
    }))
}

/// Whether a line of sshd's settings can keep a key out: not where it says what holds by default.
fn may_matter(line: &str) -> bool {
    let mut words = line.split([' ', '\t', '=']).filter(|word| !word.is_empty());
    let keyword = words.next().unwrap_or_default().to_lowercase();
    let values: Vec<String> = words.map(str::to_lowercase).collect();
    let says = |value: &str| values.iter().any(|found| found == value);
    match keyword.as_str() {
        "authorizedkeysfile" => !says(".ssh/authorized_keys") && !says("%h/.ssh/authorized_keys"),
        "pubkeyauthentication" => says("no"),
        "permitrootlogin" => says("no") || says("forced-commands-only"),
        "strictmodes" | "match" => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_the_servers_settings_those_are_told_that_can_keep_a_key_out() {
        for (line, expected) in [
            (
                "AuthorizedKeysFile .ssh/authorized_keys .ssh/authorized_keys2",
                false,
            ),
            ("AuthorizedKeysFile /etc/ssh/keys/%u", true),
            ("PubkeyAuthentication yes", false),
            ("pubkeyauthentication=no", true),
            ("PermitRootLogin prohibit-password", false),
            ("PermitRootLogin\tno", true),
            ("AllowUsers alice", true),
            ("Match User x", false),
        ] {
            assert_eq!(may_matter(line), expected, "{line}");
        }
    }
}
