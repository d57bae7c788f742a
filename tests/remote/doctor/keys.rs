//! What may be wrong with keys and agents on this side.

use keywright::format::agent::Constraints;
use keywright::key::comment::Comment;
use keywright::sys::agent::Agent;

use super::{Scene, first};
use crate::common::{Kind, seed};
use crate::sshd::set_mode;
use crate::support::SshAgent;

fn named(file: &str) -> [&str; 4] {
    ["-i", file, "-o", "IdentitiesOnly=yes"]
}

#[test]
fn each_fault_of_a_key_file_has_its_name() {
    let scene = Scene::with("LogLevel DEBUG2\n");
    let home = &scene.person.home;
    scene.server.authorize(&scene.person.line("new"));
    let config = |lines: &str| home.put(".ssh/config", lines.as_bytes());
    let ask = |file: &str| {
        config(&format!(
            "IdentityFile {}\nIdentitiesOnly yes\n",
            home.path(file).display()
        ));
        scene.asks(&named(file), &[])
    };
    ask("new").expect("works", "works", "works");

    ask("nowhere").expect("key-file-missing", "key-file-missing", "no-key-offered");

    home.put("crlf", home.get_text("new").replace('\n', "\r\n").as_bytes());
    ask("crlf").expect("key-file-format", "key-file-format", "no-key-offered");

    set_mode(&home.path("new"), 0o644);
    ask("new").expect("key-file-permissions", "key-file-permissions", "");
    set_mode(&home.path("new"), 0o600);

    home.put("pair", &home.get("old"));
    home.put("pair.pub", &home.get("new.pub"));
    let told = ask("pair");
    told.expect("public-half-mismatch", "public-half-mismatch", "");

    home.put("locked", &home.get("new"));
    home.put("locked.pub", &home.get("new.pub"));
    let tool = home
        .tool("ssh-keygen")
        .args(["-q", "-p", "-N", "secret", "-f", "locked"]);
    tool.output().expect("a passphrase");
    // Nobody can be asked by ssh with BatchMode; by the Doctor nobody was.
    ask("locked").expect("takes-the-key", "key-file-passphrase", "");
    let target = format!("jo@127.0.0.1:{}", scene.server.port());
    let asked = scene.person.run(&["doctor", &target]);
    asked.expect_status(0);
    assert!(
        asked.out.contains("Yes: ")
            && asked.out.contains("ssh will ask for the passphrase of ")
            && !asked.out.contains("missing or wrong")
            && !asked.out.contains("works"),
        "{}",
        asked.out
    );
    home.put("other", b"another");
    let live = scene.live("jo", &["--passphrase-file", "other"]);
    assert_eq!(first(&live), "key-file-passphrase", "{live}");
    home.put("secret", b"secret");
    let live = scene.live("jo", &["--passphrase-file", "secret"]);
    assert_eq!(first(&live), "works", "{live}");

    let told = ask("new.pub");
    assert_eq!(
        (told.v.as_str(), told.vv.as_str()),
        ("key-file-public", "key-file-public"),
        "{told:?}"
    );
}

#[test]
fn each_fault_of_what_is_offered_has_its_name() {
    let scene = Scene::with("");
    let home = &scene.person.home;
    scene.server.authorize(&scene.person.line("new"));
    // Without a key at all: ssh looks into the home folder that the system knows, and finds none there either.
    home.put(".ssh/config", b"IdentityFile none\n");
    let none = ["-o", "IdentityFile=none"];
    scene
        .asks(&none, &[])
        .expect("no-key-offered", "no-key-offered", "no-key-offered");

    let agent = SshAgent::at(home.path("agent"));
    let socket = agent.socket().display().to_string();
    let with_agent = |place: &str| format!("IdentityAgent={place}");
    let [listening, gone] = [with_agent(&socket), with_agent("/nowhere/agent")];
    let ask = |option: &str, more: &[&str]| {
        home.put(
            ".ssh/config",
            format!(
                "IdentityFile none\n{}\n{}\n",
                option.replace('=', " "),
                more.join("\n")
            )
            .as_bytes(),
        );
        let more: Vec<&str> = more.iter().flat_map(|more| ["-o", more]).collect();
        scene.asks(&[&none[..], &["-o", option], &more].concat(), &[])
    };
    let told = ask(&listening, &[]);
    told.expect("agent-empty", "agent-empty", "no-key-offered");
    let told = ask(&gone, &[]);
    told.expect("agent-missing", "agent-missing", "no-key-offered");

    let sshs = Agent::at(agent.socket());
    let add = |count: u64| {
        for number in 0..count {
            let key = Kind::Ed25519.new_key(seed().wrapping_add(500 + number));
            let comment = Comment::new(&format!("number {number}")).expect("a comment");
            sshs.add(&key, None, &comment, Constraints::default())
                .expect("it takes the key");
        }
    };
    add(1);
    let told = ask(&listening, &["IdentitiesOnly yes"]);
    told.expect("identities-only", "identities-only", "no-key-offered");
    add(8);
    let told = ask(&listening, &[]);
    told.expect("too-many-keys", "too-many-keys", "too-many-keys");
}

#[test]
fn types_and_lengths_that_are_not_taken_have_their_names() {
    let scene = Scene::with("LogLevel DEBUG2\n");
    let home = &scene.person.home;
    let tool = home.tool("ssh-keygen");
    let tool = tool.args(["-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", "rsa"]);
    tool.output().expect("a key");
    scene.server.authorize(&scene.person.line("rsa"));
    let short = [&named("rsa")[..], &["-o", "RequiredRSASize=4096"]].concat();
    let told = scene.asks(&short, &["--key", "rsa"]);
    assert_eq!(
        (told.v.as_str(), told.vv.as_str()),
        ("rsa-too-short", "rsa-too-short"),
        "{told:?}"
    );
    let other = [&named("rsa")[..], &["-o", "PubkeyAcceptedAlgorithms=ssh-ed25519"]].concat();
    let told = scene.asks(&other, &["--key", "rsa"]);
    assert_eq!(
        (told.v.as_str(), told.vv.as_str()),
        ("key-type-client", "key-type-client"),
        "{told:?}"
    );

    let strict = Scene::with("RequiredRSASize 4096\n");
    strict.person.home.put("rsa", &home.get("rsa"));
    strict.server.authorize(&scene.person.line("rsa"));
    let told = strict.asks(&named("rsa"), &["--key", "rsa"]);
    told.expect("key-not-authorized", "key-not-authorized", "rsa-too-short");

    let modern = Scene::with("PubkeyAcceptedAlgorithms ssh-ed25519\n");
    modern.person.home.put("rsa", &home.get("rsa"));
    modern.server.authorize(&scene.person.line("rsa"));
    let told = modern.asks(&named("rsa"), &["--key", "rsa"]);
    assert_eq!(told.v, told.vv, "{told:?}");
}
