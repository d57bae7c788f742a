//! Whether a key lets its owner in: tried on a fresh connection, with this key and nothing else.

use super::found::{Found, Site};
use super::identity::OpenKey;
use super::install::{Installed, Undo, install_at, undo};
use super::lines::{Known, LastWayIn, RemovedKey};
use super::session::{Session, connect_again};
use super::settings::{Settings, is_usual};
use super::{edit, offer, shell};
use crate::engine::faults::Reason;
use crate::engine::faults::ServerFault;
use crate::format::authorized_keys::{KeyOption, NewLine};
use crate::format::pattern::matches;
use crate::key::watch::Watch;
use crate::key::{Algorithm, PublicKey};
use crate::sys::remote::{Connection, Credential, Method, PinnedKey, RemoteFault, SignIn, Target, shown};

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

/// Tries a key that was put on a server by this line; where its private half is elsewhere, asks. Nothing where neither can
/// be done. A server that reads another list of the account's is given the line there, and `installed` tells of that one.
///
/// # Errors
/// It is refused; why, as far as that can be seen. Or the connection fails, another server answers, or the key cannot be
/// used from here.
pub fn prove_installed(
    session: &mut Session,
    installed: &mut Installed,
    key: Option<&OpenKey>,
    watch: &dyn Watch,
) -> Result<Option<Proof>, ServerFault> {
    let tried = match try_alone(session, &installed.key, key, watch)? {
        // This session came in by a key: so the server takes keys, but wants something else before.
        Some(Proof::Refused(methods)) if comes_later(&methods) && session.key().is_some() => return Ok(None),
        Some(Proof::Refused(methods)) => methods,
        proof => return Ok(proof),
    };
    let (reasons, elsewhere) = reasons(session, &installed.key, &tried, None, watch)?;
    let is_usual = installed.found.site == Site::Usual;
    for site in elsewhere.into_iter().filter(|_| is_usual) {
        let Some((moved, proof)) = try_at(session, &site, &installed.asked, key, watch)? else {
            continue;
        };
        let mut remark = format!("the server reads keys from {}", moved.found.place);
        if let Some(added) = installed.undo.take() {
            take_off(session, &added, watch)?;
            let place = &installed.found.place;
            remark = format!("{remark}; the line was taken off {place} again");
        }
        session.remarks.push(remark);
        *installed = moved;
        return Ok(Some(proof));
    }
    Err(ServerFault::Ignored {
        place: installed.found.place.clone(),
        reasons,
        was_there: installed.undo.is_none(),
    })
}

/// Tries a key whose line was put back into the list in `place`: with one of `keys`, or by asking where it is none of them.
/// Nothing where that cannot be told.
///
/// # Errors
/// It is refused; why, as far as that can be seen. Or the connection fails, another server answers, or the key cannot be
/// used from here.
pub fn prove_put_back(
    session: &mut Session,
    place: &str,
    key: &PublicKey,
    keys: &[OpenKey],
    watch: &dyn Watch,
) -> Result<Option<Proof>, ServerFault> {
    let is_it = |open: &&OpenKey| open.is_bare() && open.public() == Some(key);
    match try_alone(session, key, keys.iter().find(is_it), watch)? {
        Some(Proof::Refused(methods)) if comes_later(&methods) && session.key().is_some() => Ok(None),
        Some(Proof::Refused(methods)) => Err(ServerFault::Ignored {
            place: place.to_owned(),
            reasons: reasons(session, key, &methods, None, watch)?.0,
            was_there: true,
        }),
        proof => Ok(proof),
    }
}

/// Tries a key alone, or asks about it; behind the account's password where that has to come first.
fn try_alone(
    session: &Session,
    public: &PublicKey,
    key: Option<&OpenKey>,
    watch: &dyn Watch,
) -> Result<Option<Proof>, ServerFault> {
    let target = session.connection.target();
    // The one that has let this session in may be it, under another name.
    let is_it = |key: &&OpenKey| key.is_bare() && key.public() == Some(public);
    let key = key.or_else(|| session.key.as_ref().filter(is_it));
    let proof = match key {
        Some(key) => Some(prove(target, &session.pinned, key, watch)?),
        None => asked(ask(target, &session.pinned, public, watch))?,
    };
    let (Some(Proof::Refused(methods)), Some(password)) = (&proof, &session.before_keys) else {
        return Ok(proof);
    };
    if !comes_later(methods) {
        return Ok(proof);
    }
    let behind = log_in(target, &session.pinned, watch, |connection| {
        connection.sign_in(Credential::Password(password), watch)?;
        match key {
            Some(key) => offer::offer_bare(connection, key, watch),
            None => connection.sign_in(Credential::Public(public), watch),
        }
    });
    Ok(asked(behind)?.map(|proof| match proof {
        // With the password that came first.
        Proof::Works => Proof::AsksForMore(vec![Method::Password]),
        proof => proof,
    }))
}

/// Puts the line into another list of the account's, and tries the key once more. Nothing where it cannot be put there, or
/// the key is refused as before; then that list is what it was.
fn try_at(
    session: &mut Session,
    site: &Site,
    line: &NewLine,
    key: Option<&OpenKey>,
    watch: &dyn Watch,
) -> Result<Option<(Installed, Proof)>, ServerFault> {
    let mut there = match install_at(session, site, line, watch) {
        Ok(there) => there,
        Err(fault) => {
            log::debug!("{site:?} is not the place: {fault}");
            return Ok(None);
        }
    };
    match try_alone(session, line.key(), key, watch)? {
        None | Some(Proof::Refused(_)) => {
            if let Some(added) = there.undo.take() {
                take_off(session, &added, watch)?;
            }
            Ok(None)
        }
        Some(proof) => Ok(Some((there, proof))),
    }
}

/// Takes off a line that has let nobody in.
fn take_off(session: &mut Session, added: &Undo, watch: &dyn Watch) -> Result<(), ServerFault> {
    let known = Known::of(Vec::new(), session.by.clone(), added.before())?;
    undo(session, added, &known, LastWayIn::Goes, watch)?;
    Ok(())
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

/// Looks for what may be behind a refusal of a key that is in the list, and which lists may be read in its place. `told` is what
/// sshd itself says that its settings come to, as [`shell::settings`] has it; else they are read.
///
/// # Errors
/// The connection fails.
pub(in crate::engine) fn reasons(
    session: &mut Session,
    key: &PublicKey,
    methods: &[Method],
    told: Option<&[String]>,
    watch: &dyn Watch,
) -> Result<(Vec<Reason>, Vec<Site>), ServerFault> {
    let found = edit::look(session, watch)?;
    let loose = found.loose.iter().cloned().map(Reason::Loose);
    let mut reasons: Vec<Reason> = loose.filter(|_| !told.is_some_and(are_modes_ignored)).collect();
    reasons.extend(of_line(&found, key)?);
    // A server that has ended the connection says nothing about that.
    if comes_later(methods) {
        reasons.push(Reason::NoKeys);
    }
    if matches!(
        key.algorithm(),
        Algorithm::Dsa | Algorithm::Ed448 | Algorithm::MlDsa44Ed25519(_)
    ) {
        reasons.push(Reason::KeyType(key.algorithm()));
    }
    if found.is_shut {
        reasons.push(Reason::Shut);
    }
    if found.is_of_administrators() {
        reasons.push(Reason::OfAdministrators);
        return Ok((reasons, vec![Site::Own]));
    }
    let settings = match told {
        Some(lines) => Settings::read(lines),
        None => Settings::read(&shell::settings(session, watch)?),
    };
    let files = settings.key_files();
    if let Some(program) = settings.program_alone() {
        reasons.push(Reason::ByProgram(program));
    } else if !files.is_empty() && !files.iter().any(|file| is_usual(file)) {
        reasons.push(Reason::OtherFiles(files.join(" ")));
    }
    let telling = settings
        .lines
        .iter()
        .filter(|line| may_matter(line, key))
        .cloned();
    reasons.extend(telling.map(Reason::Setting));
    Ok((reasons, settings.own_files()))
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
        KeyOption::ExpiryTime(expiry) => Some(Reason::Expires(expiry)),
        _ => None,
    }))
}

/// Whether sshd says of itself that it does not mind who may change a list.
fn are_modes_ignored(settings: &[String]) -> bool {
    settings
        .iter()
        .any(|line| line.eq_ignore_ascii_case("strictmodes no"))
}

/// Whether a line of sshd's settings can keep this key out: not where it says what holds by default.
fn may_matter(line: &str, key: &PublicKey) -> bool {
    let mut words = line.split([' ', '\t', '=']).filter(|word| !word.is_empty());
    let keyword = words.next().unwrap_or_default().to_lowercase();
    let values: Vec<String> = words.map(str::to_lowercase).collect();
    let says = |value: &str| values.iter().any(|found| found == value);
    match keyword.as_str() {
        "pubkeyauthentication" => says("no"),
        "permitrootlogin" => says("no") || says("forced-commands-only"),
        "authenticationmethods" => !says("any"),
        "pubkeyacceptedalgorithms" | "pubkeyacceptedkeytypes" => values
            .first()
            .is_some_and(|list| keeps_out(list, key.algorithm())),
        "revokedkeys" => !says("none"),
        "requiredrsasize" => {
            let least = values.first().and_then(|bits| bits.parse::<u32>().ok());
            key.algorithm() == Algorithm::Rsa && least.is_some_and(|least| key.bits() < least)
        }
        // What it says about files is told by itself.
        "strictmodes" | "match" | "authorizedkeysfile" | "authorizedkeyscommand" => false,
        _ => true,
    }
}

/// Whether a list of algorithms (`ssh_config(5)`) has none that a key of this type signs with.
fn keeps_out(list: &str, algorithm: Algorithm) -> bool {
    let names: &[&str] = match algorithm {
        Algorithm::Rsa => &["rsa-sha2-512", "rsa-sha2-256"],
        _ => &[algorithm.name()],
    };
    let is_named = |list: &str| {
        let mut patterns = list.split(',');
        patterns.any(|pattern| {
            names
                .iter()
                .any(|name| matches(name.as_bytes(), pattern.as_bytes()))
        })
    };
    // Of a long one the end may be cut off.
    if list.ends_with('…') {
        return false;
    }
    match list.strip_prefix('-') {
        Some(taken_off) => is_named(taken_off),
        None => !list.starts_with(['+', '^']) && !is_named(list),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_the_servers_settings_those_are_told_that_can_keep_a_key_out() {
        let line = b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8GD2UUNt2hzXZfjn9VQ8nR3ZQkTy1o8l0mO4RC4rJE";
        let key = crate::format::parse(line).expect("a key");
        let key = key.public().expect("it is one").clone();
        for (line, expected) in [
            (
                "AuthorizedKeysFile .ssh/authorized_keys .ssh/authorized_keys2",
                false,
            ),
            ("AuthorizedKeysFile /etc/ssh/keys/%u", false),
            ("PubkeyAuthentication yes", false),
            ("pubkeyauthentication=no", true),
            ("PermitRootLogin prohibit-password", false),
            ("PermitRootLogin\tno", true),
            ("AllowUsers alice", true),
            ("Match User x", false),
            ("authenticationmethods any", false),
            ("AuthenticationMethods publickey,password", true),
            ("pubkeyacceptedalgorithms ssh-ed25519,rsa-sha2-512", false),
            ("pubkeyacceptedalgorithms rsa-sha2-512,rsa-sha2-256", true),
            ("PubkeyAcceptedAlgorithms +ssh-rsa", false),
            ("PubkeyAcceptedAlgorithms -ssh-ed*", true),
            ("PubkeyAcceptedAlgorithms -ssh-rsa", false),
            ("revokedkeys none", false),
            ("revokedkeys /etc/ssh/revoked", true),
            ("requiredrsasize 4096", false),
        ] {
            assert_eq!(may_matter(line, &key), expected, "{line}");
        }
    }
}
