//! Every way to sign in, and what a server says to those that are wrong.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixListener;
use std::thread;

use keywright::engine::servers::{Identity, Lack, Remembered, Server, SigningIn, Step, Ways, Welcome};
use keywright::format::agent::{Constraints, Held, ListedKey};
use keywright::key::KeyPair;
use keywright::key::comment::Comment;
use keywright::key::watch::Unwatched;
use keywright::secret::Passphrase;
use keywright::sys::agent::Agent;
use keywright::sys::remote::{
    Connection, Credential, Expect, Handshake, KnownHostsFiles, Method, Questions, RemoteFault, SignIn,
};

use crate::common::{Kind, seed};
use crate::sshd::{PASSWORD, Sshd, line_of, public};
use crate::support::SshAgent;
use crate::tools::Folder;

const PAM: &str = "UsePAM yes\n";

fn sign_in(connection: &mut Connection, credential: Credential<'_>) -> SignIn {
    let answer = connection.sign_in(credential, &Unwatched);
    answer.unwrap_or_else(|fault| panic!("{fault}"))
}

fn password(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned())
}

fn asked(answer: SignIn) -> Questions {
    match answer {
        SignIn::Questions(questions) => questions,
        other => panic!("{other:?}"),
    }
}

/// Refused, with these ways left.
fn refused(methods: &[Method]) -> SignIn {
    SignIn::Refused {
        methods: methods.to_vec(),
        is_partial: false,
    }
}

#[test]
fn every_key_that_openssh_takes_signs_in() {
    let server = Sshd::start();
    server.authorize(&Kind::MADE.map(|kind| line_of(kind.key())).concat());
    for kind in Kind::MADE {
        assert!(server.signed_in(kind.key()).is_signed_in(), "{kind:?}");
    }
}

#[test]
fn an_rsa_key_does_not_sign_with_sha_1() {
    let server = Sshd::with("PubkeyAcceptedAlgorithms rsa-sha2-512");
    server.authorize(&line_of(Kind::Rsa2048.key()));
    assert!(server.signed_in(Kind::Rsa2048.key()).is_signed_in());
}

#[test]
fn a_key_that_nobody_knows_is_refused_and_another_one_may_be_tried() {
    let server = Sshd::start();
    server.authorize(&line_of(Kind::Ed25519.key()));
    let mut connection = server.connect();
    let stranger = Kind::Ed25519.new_key(seed().wrapping_add(1));
    let answer = sign_in(&mut connection, Credential::Key(&stranger, None));
    assert_eq!(answer, refused(&[Method::Key]));
    let answer = sign_in(&mut connection, Credential::Key(Kind::Ed25519.key(), None));
    assert_eq!(answer, SignIn::Done);
}

#[test]
fn a_key_that_no_server_takes_is_refused_before_anything_is_sent() {
    let server = Sshd::start();
    for kind in [Kind::Ed448, Kind::Dsa] {
        let mut connection = server.connect();
        let fault = connection.sign_in(Credential::Key(kind.key(), None), &Unwatched);
        assert!(matches!(fault, Err(RemoteFault::CannotSign(_))), "{fault:?}");
        // The connection is as good as before.
        let answer = sign_in(&mut connection, Credential::None);
        assert_eq!(answer, refused(&[Method::Key]));
    }
}

#[test]
fn a_passphrase_is_asked_for_where_the_server_takes_the_key() {
    let server = Sshd::with("UsePAM yes\nPasswordAuthentication yes\n");
    let folder = Folder::new();
    for name in ["known", "unknown"] {
        let tool = folder
            .tool("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "secret"]);
        tool.args(["-f", name]).output().expect("a locked key");
    }
    server.authorize(&folder.get_text("known.pub"));
    let lacks = |names: &[&str]| {
        let keys = names.iter().map(|name| {
            let found = Identity::named(&folder.path(name), &[]).expect("a key");
            found.expect("it is here")
        });
        let target = server.target();
        let lists = KnownHostsFiles::read(&target).expect("lists of hosts");
        let handshake = Handshake::open(&target, Expect::Listed(&lists), &Unwatched).expect("a server");
        let server = Server {
            pinned: handshake.pinned(),
            connection: handshake.go_on_if_new().expect("it is new"),
            welcome: Welcome::Asked,
            remembered: Remembered::NotNow,
        };
        let ways = Ways {
            keys: keys.collect(),
            ..Ways::default()
        };
        match SigningIn::begin(server, ways, &Unwatched) {
            Ok(Step::Lacks(lack, _)) => lack,
            other => panic!("{other:?}"),
        }
    };
    let lack = lacks(&["unknown", "known"]);
    assert!(
        matches!(&lack, Lack::Passphrase { path, .. } if path.ends_with("known")),
        "{lack:?}"
    );
    let lack = lacks(&["unknown"]);
    assert!(matches!(lack, Lack::Password { .. }), "{lack:?}");
}

#[test]
fn without_a_credential_the_server_says_which_it_takes() {
    let server = Sshd::with(&format!(
        "{PAM}PasswordAuthentication yes\nKbdInteractiveAuthentication yes"
    ));
    let answer = sign_in(&mut server.connect(), Credential::None);
    assert_eq!(
        answer,
        refused(&[Method::Key, Method::Password, Method::Questions])
    );
}

#[test]
fn a_password_signs_in_and_a_wrong_one_may_be_tried_again() {
    for lines in ["UsePAM no\n", PAM] {
        let server = Sshd::with(&format!("{lines}PasswordAuthentication yes"));
        let mut connection = server.connect();
        let answer = sign_in(&mut connection, Credential::Password(&password("wrong")));
        assert_eq!(answer, refused(&[Method::Key, Method::Password]));
        let answer = sign_in(&mut connection, Credential::Password(&password(PASSWORD)));
        assert_eq!(answer, SignIn::Done, "{}", server.log());
    }
}

#[test]
fn a_password_that_is_no_text_is_not_sent() {
    let server = Sshd::with("PasswordAuthentication yes");
    let bytes = Passphrase::from_bytes(vec![0xff]);
    let fault = server.connect().sign_in(Credential::Password(&bytes), &Unwatched);
    assert!(matches!(fault, Err(RemoteFault::PasswordNotText)), "{fault:?}");
}

#[test]
fn questions_wait_for_their_answers() {
    let server = Sshd::with(&format!("{PAM}KbdInteractiveAuthentication yes"));
    let mut connection = server.connect();
    let questions = asked(sign_in(&mut connection, Credential::Questions));
    let [question] = &questions.questions[..] else {
        panic!("{questions:?}");
    };
    assert!(
        question.text.contains("Password") && !question.is_visible,
        "{question:?}"
    );
    let none = connection.answer(&[], &Unwatched);
    assert!(matches!(none, Err(RemoteFault::NoQuestions)), "{none:?}");
    // A person takes a while.
    std::thread::sleep(std::time::Duration::from_millis(300));
    let answer = connection.answer(&[password(PASSWORD)], &Unwatched);
    assert_eq!(answer.expect("an answer"), SignIn::Done, "{}", server.log());
}

#[test]
fn questions_that_were_answered_wrongly_may_be_asked_again() {
    let server = Sshd::with(&format!("{PAM}KbdInteractiveAuthentication yes"));
    let mut connection = server.connect();
    asked(sign_in(&mut connection, Credential::Questions));
    let answer = connection
        .answer(&[password("wrong")], &Unwatched)
        .expect("an answer");
    // PAM may ask once more by itself.
    assert_ne!(answer, SignIn::Done);
    asked(sign_in(&mut connection, Credential::Questions));
    let answer = connection
        .answer(&[password(PASSWORD)], &Unwatched)
        .expect("an answer");
    assert_eq!(answer, SignIn::Done, "{}", server.log());
}

#[test]
fn questions_that_nobody_answers_do_not_bar_another_way() {
    let server = Sshd::with(&format!(
        "{PAM}KbdInteractiveAuthentication yes\nPasswordAuthentication yes"
    ));
    let mut connection = server.connect();
    asked(sign_in(&mut connection, Credential::Questions));
    let answer = sign_in(&mut connection, Credential::Password(&password(PASSWORD)));
    assert_eq!(answer, SignIn::Done, "{}", server.log());
}

#[test]
fn a_server_that_wants_two_things_is_given_one_after_the_other() {
    let server = Sshd::with(&format!(
        "{PAM}PasswordAuthentication yes\nAuthenticationMethods publickey,password"
    ));
    server.authorize(&line_of(Kind::Ed25519.key()));
    let mut connection = server.connect();
    let answer = sign_in(&mut connection, Credential::Key(Kind::Ed25519.key(), None));
    let half = SignIn::Refused {
        methods: vec![Method::Password],
        is_partial: true,
    };
    assert_eq!(answer, half);
    let answer = sign_in(&mut connection, Credential::Password(&password(PASSWORD)));
    assert_eq!(answer, SignIn::Done, "{}", server.log());
}

#[test]
fn a_server_that_has_heard_enough_says_so() {
    let server = Sshd::with("PasswordAuthentication yes\nMaxAuthTries 2");
    let mut connection = server.connect();
    let wrong = password("wrong");
    sign_in(&mut connection, Credential::Password(&wrong));
    let fault = connection
        .sign_in(Credential::Password(&wrong), &Unwatched)
        .expect_err("enough");
    let RemoteFault::Closed { said: Some(said), .. } = &fault else {
        panic!("{fault:?}");
    };
    assert!(said.contains("Too many authentication failures"), "{said}");
    let over = connection.sign_in(Credential::None, &Unwatched);
    assert!(matches!(over, Err(RemoteFault::Closed { .. })), "{over:?}");
}

/// The certificate that an authority of `folder` gives to the owner of `key`.
fn certify(folder: &Folder, key: &KeyPair) -> keywright::format::Certificate {
    folder.put("user.pub", line_of(key).as_bytes());
    let tool = folder.tool("ssh-keygen").args([
        "-q",
        "-s",
        "authority",
        "-I",
        "x",
        "-n",
        crate::sshd::USER,
        "user.pub",
    ]);
    tool.output().expect("a certificate");
    let certificate = public(&folder.get("user-cert.pub")).certificate;
    certificate.expect("a certificate")
}

#[test]
fn a_certificate_signs_in_where_its_authority_is_trusted() {
    let server = Sshd::with("TrustedUserCAKeys FOLDER/authority.pub");
    crate::serving::make_host_key(server.folder(), "ed25519", "authority");
    for kind in [Kind::Ed25519, Kind::P256, Kind::Rsa2048] {
        let certificate = certify(server.folder(), kind.key());
        let mut connection = server.connect();
        let answer = sign_in(&mut connection, Credential::Key(kind.key(), None));
        assert_eq!(answer, refused(&[Method::Key]));
        let answer = sign_in(&mut connection, Credential::Key(kind.key(), Some(&certificate)));
        assert_eq!(answer, SignIn::Done, "{kind:?}: {}", server.log());
        let other = Kind::P384.key();
        let fault = server
            .connect()
            .sign_in(Credential::Key(other, Some(&certificate)), &Unwatched);
        assert!(matches!(fault, Err(RemoteFault::OtherCertificate)), "{fault:?}");
    }
}

#[test]
fn an_agent_signs_in_with_its_keys_and_certificates() {
    let server = Sshd::with("TrustedUserCAKeys FOLDER/authority.pub");
    crate::serving::make_host_key(server.folder(), "ed25519", "authority");
    let theirs = SshAgent::at(server.folder().path("agent"));
    let agent = Agent::at(theirs.socket());
    let kinds = [Kind::Ed25519, Kind::P521, Kind::Rsa2048];
    for kind in kinds {
        let certificate = certify(server.folder(), kind.key());
        let added = agent.add(
            kind.key(),
            Some(&certificate),
            &Comment::default(),
            Constraints::default(),
        );
        added.expect("it takes the key");
    }
    let listed = agent.list().expect("a list");
    assert_eq!(listed.len(), 2 * kinds.len());
    for key in &listed {
        let answer = sign_in(&mut server.connect(), Credential::Agent(&agent, key));
        let is_certificate = matches!(key.held, Held::Certificate(_));
        assert_eq!(answer == SignIn::Done, is_certificate, "{key:?}: {answer:?}");
    }
    server.authorize(&kinds.map(|kind| line_of(kind.key())).concat());
    for key in &listed {
        let answer = sign_in(&mut server.connect(), Credential::Agent(&agent, key));
        assert_eq!(answer, SignIn::Done, "{key:?}");
    }
}

#[test]
fn an_agent_that_has_gone_is_named_and_another_way_is_open() {
    let server = Sshd::start();
    server.authorize(&line_of(Kind::Ed25519.key()));
    let theirs = SshAgent::at(server.folder().path("agent"));
    let agent = Agent::at(theirs.socket());
    let added = agent.add(
        Kind::Ed25519.key(),
        None,
        &Comment::default(),
        Constraints::default(),
    );
    added.expect("it takes the key");
    let listed = agent.list().expect("a list");
    drop(theirs);
    let mut connection = server.connect();
    let fault = connection.sign_in(Credential::Agent(&agent, &listed[0]), &Unwatched);
    assert!(matches!(fault, Err(RemoteFault::Agent(_))), "{fault:?}");
    let answer = sign_in(&mut connection, Credential::Key(Kind::Ed25519.key(), None));
    assert_eq!(answer, SignIn::Done);
}

/// An agent that signs whatever it is asked to with these bytes.
fn lying_agent(folder: &Folder, answer: Vec<u8>) -> Agent {
    let place = folder.path("liar");
    let listener = UnixListener::bind(&place).expect("a socket");
    let serving = thread::Builder::new().spawn(move || {
        for caller in listener.incoming() {
            let mut caller = caller.expect("a caller");
            let mut len = [0; 4];
            // The test may be over.
            if caller.read_exact(&mut len).is_err() {
                continue;
            }
            let mut request = vec![0; u32::from_be_bytes(len) as usize];
            caller.read_exact(&mut request).expect("a request");
            drop(caller.write_all(&answer));
        }
    });
    serving.expect("a thread");
    Agent::at(place)
}

#[test]
fn a_signature_that_does_not_fit_never_reaches_the_server() {
    let server = Sshd::start();
    let key = Kind::Ed25519.key();
    server.authorize(&line_of(key));
    // Scheme and blob, as if it had signed.
    let signature = [&[0, 0, 0, 11][..], b"ssh-ed25519", &[0, 0, 0, 64], &[7; 64]].concat();
    let body = [&[14, 0, 0, 0, 83][..], &signature].concat();
    let answer = [
        &u32::try_from(body.len()).expect("it is short").to_be_bytes()[..],
        &body,
    ]
    .concat();
    let agent = lying_agent(server.folder(), answer);
    let listed = ListedKey {
        blob: key.public().to_wire(),
        comment: Vec::new(),
        held: Held::Key(key.public().clone()),
    };
    let mut connection = server.connect();
    let fault = connection.sign_in(Credential::Agent(&agent, &listed), &Unwatched);
    assert!(matches!(fault, Err(RemoteFault::AgentSignature)), "{fault:?}");
    assert_eq!(sign_in(&mut connection, Credential::Key(key, None)), SignIn::Done);
}

#[test]
fn what_the_server_tells_everybody_is_kept_and_cleaned() {
    let server = Sshd::with("Banner FOLDER/banner");
    server
        .folder()
        .put_with_mode("banner", b"Members only\n\x1b[2J\n", 0o644);
    let mut connection = server.connect();
    sign_in(&mut connection, Credential::None);
    let marked = format!("({}) Members only", server.target());
    assert_eq!(connection.banner().lines().next(), Some(marked.as_str()));
    assert!(!connection.banner().contains('\x1b'), "{:?}", connection.banner());
    assert!(
        connection.software().starts_with("OpenSSH_"),
        "{}",
        connection.software()
    );
}
