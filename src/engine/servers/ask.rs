//! What a server says to each key, in ssh's order: it is let in by the first that it takes, as ssh would be.
//!
//! Where the server ends the connection, the keys that were not heard are asked about on further ones.

use std::collections::VecDeque;
use std::path::PathBuf;

use super::identity::{Identity, OpenKey, file_name};
use super::offer;
use super::session::connect_again;
use super::visit::Server;
use crate::engine::faults::ServerFault;
use crate::key::PublicKey;
use crate::key::watch::Watch;
use crate::sys::remote::{Connection, Credential, Method, RemoteFault, SignIn};

/// As many further connections as are opened.
const MOST_CONNECTIONS: usize = 8;

/// What came of one key.
#[derive(Debug)]
pub(in crate::engine) enum Asked {
    /// It lets its owner in.
    In,
    /// It was taken, and the server wants more.
    Partial,
    /// The server would take it, and its file needs a passphrase.
    WouldDo,
    /// The server does not take it.
    Refused,
    /// It could not be used.
    Fault(RemoteFault),
    /// The server ended the connection, and may have said why.
    HungUp(Option<String>),
}

/// A key that was asked about.
#[derive(Debug)]
pub(in crate::engine) struct Heard {
    /// What it is called.
    pub(in crate::engine) name: String,
    /// Its file, where it is none of an agent.
    pub(in crate::engine) file: Option<PathBuf>,
    /// Its public half, where that is known.
    pub(in crate::engine) public: Option<PublicKey>,
    /// What came of it.
    pub(in crate::engine) asked: Asked,
}

/// What came of all.
#[derive(Debug)]
pub(in crate::engine) struct Answers {
    /// Of each key.
    pub(in crate::engine) asked: Vec<Heard>,
    /// What the server took before anything was offered, and at the end.
    pub(in crate::engine) first_methods: Vec<Method>,
    pub(in crate::engine) methods: Vec<Method>,
    /// The connection on which somebody is in.
    pub(in crate::engine) connection: Option<Connection>,
}

/// Asks about each key; what came of it is told in `heard`, as it comes.
///
/// # Errors
/// The connection fails before any was offered.
pub(in crate::engine) fn ask_each(
    server: Server,
    keys: Vec<Identity>,
    heard: &mut dyn FnMut(&Heard),
    watch: &dyn Watch,
) -> Result<Answers, ServerFault> {
    let Server {
        mut connection,
        pinned,
        ..
    } = server;
    let mut answers = Answers {
        asked: Vec::new(),
        first_methods: Vec::new(),
        methods: Vec::new(),
        connection: None,
    };
    let target = connection.target().clone();
    let SignIn::Refused { methods, .. } = connection.sign_in(Credential::None, watch)? else {
        let unasked = Heard {
            name: "no key at all".to_owned(),
            file: None,
            public: None,
            asked: Asked::In,
        };
        heard(&unasked);
        answers.asked.push(unasked);
        answers.connection = Some(connection);
        return Ok(answers);
    };
    answers.first_methods.clone_from(&methods);
    answers.methods = methods;
    if !answers.methods.contains(&Method::Key) {
        return Ok(answers);
    }
    let mut keys = VecDeque::from(keys);
    let mut further = 0;
    while let Some(key) = keys.pop_front() {
        let name = name_of(&key);
        watch.tell(&name);
        let public = key.public().cloned();
        let file = match &key {
            Identity::Locked(path, _) | Identity::Open(OpenKey::File(path, _)) => Some(path.clone()),
            Identity::Open(OpenKey::Agent(..) | OpenKey::Held(_)) => None,
        };
        let asked = ask(&mut connection, &key, &mut answers.methods, watch);
        let hung = matches!(&asked, Asked::HungUp(_));
        let is_end = matches!(&asked, Asked::In | Asked::Partial);
        let came = Heard {
            name,
            file,
            public,
            asked,
        };
        heard(&came);
        answers.asked.push(came);
        if is_end {
            answers.connection = Some(connection);
            return Ok(answers);
        }
        if hung {
            if further == MOST_CONNECTIONS {
                break;
            }
            further += 1;
            // That it cannot be reached any more says nothing of the keys.
            let Ok(again) = connect_again(&target, &pinned, watch) else {
                break;
            };
            connection = again;
            if connection.sign_in(Credential::None, watch).is_err() {
                break;
            }
        }
    }
    Ok(answers)
}

fn name_of(key: &Identity) -> String {
    match key {
        Identity::Open(key) => key.name(),
        Identity::Locked(path, _) => file_name(path),
    }
}

fn ask(connection: &mut Connection, key: &Identity, left: &mut Vec<Method>, watch: &dyn Watch) -> Asked {
    let answer = match key {
        Identity::Open(key) => offered(connection, key, watch),
        Identity::Locked(_, file) => match &file.public {
            Some(public) => connection.sign_in(Credential::Public(public), watch),
            // Only its passphrase shows which key it is.
            None => return Asked::WouldDo,
        },
    };
    match answer {
        Ok(SignIn::Done | SignIn::Unasked) => Asked::In,
        Ok(SignIn::WouldDo) => Asked::WouldDo,
        // The server has ended the connection where there is nothing left.
        Ok(SignIn::Refused { methods, .. }) if methods.is_empty() => Asked::HungUp(None),
        Ok(SignIn::Refused { methods, is_partial }) => {
            *left = methods;
            if is_partial {
                Asked::Partial
            } else {
                Asked::Refused
            }
        }
        Ok(SignIn::Questions(_)) => Asked::Refused,
        Err(RemoteFault::Closed { said, .. }) => Asked::HungUp(said),
        Err(fault) => Asked::Fault(fault),
    }
}

fn offered(connection: &mut Connection, key: &OpenKey, watch: &dyn Watch) -> Result<SignIn, RemoteFault> {
    offer::offer(connection, key, watch).map(|(answer, _)| answer)
}
