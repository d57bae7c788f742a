//! What goes wrong once the server has taken the key.

use super::{Scene, cause_of};
use crate::support::SshAgent;

const SSH: [&str; 4] = ["-i", "new", "-o", "IdentitiesOnly=yes"];
const KEY: [&str; 2] = ["--key", "new"];

fn with(lines: &str) -> Scene {
    let scene = Scene::with(lines);
    scene.server.authorize(&scene.person.line("new"));
    scene
}

#[test]
fn a_shell_or_a_home_that_is_not_there_is_told() {
    let scene = with("");
    scene
        .server
        .set_account(|line| line.replace("/bin/sh", "/usr/sbin/nologin"));
    let told = scene.asks(&SSH, &KEY);
    told.expect("account-shell", "account-shell", "");

    let scene = with("");
    scene
        .server
        .set_account(|line| line.replace("/bin/sh", "/no/shell"));
    let told = scene.asks(&SSH, &KEY);
    told.expect("key-not-authorized", "key-not-authorized", "account-shell");

    let scene = with("AuthorizedKeysFile HOME/.ssh/authorized_keys\nStrictModes no\n");
    let home = scene.server.home().display().to_string();
    scene
        .server
        .set_account(|line| line.replace(&format!(":{home}:"), ":/nowhere/jo:"));
    let told = scene.asks(&SSH, &KEY);
    told.expect("home-missing", "home-missing", "");
}

#[test]
fn a_folder_that_is_not_roots_shuts_nobody_in() {
    let scene = with("ChrootDirectory HOME\n");
    let told = scene.asks(&SSH, &KEY);
    assert_eq!(told.log, "chroot-owner", "{told:?}");
    assert_eq!([&*told.live, &*told.v], ["connection-closed"; 2], "{told:?}");
}

#[test]
fn root_that_is_not_let_in_is_told() {
    let scene =
        Scene::with("UsePAM yes\nPermitRootLogin no\nStrictModes no\nAuthorizedKeysFile FOLDER/keys\n");
    let line = scene.person.line("new");
    scene
        .server
        .folder()
        .put_with_mode("keys", line.as_bytes(), 0o644);
    let told = scene.asks_as("root", &SSH, &KEY);
    assert_eq!(told.log, "root-refused", "{told:?}");
}

#[test]
fn a_name_that_the_server_does_not_want_is_told_in_its_words() {
    let scene = Scene::with("");
    // As machines of cloud providers have it for root.
    let says = "command=\"echo 'Please login as the user \\\"ubuntu\\\" rather than the user \\\"root\\\".'; exit 142\"";
    scene
        .server
        .authorize(&format!("{says} {}", scene.person.line("new")));
    let told = scene.asks(&SSH, &KEY);
    assert_eq!(told.live, "wrong-user", "{told:?}");

    // By what it is called the name can be known that it wants.
    let home = &scene.person.home;
    let port = scene.server.port();
    home.put(
        ".ssh/config",
        format!("Host github.com\n HostName 127.0.0.1\n Port {port}\n").as_bytes(),
    );
    scene.server.authorize(&scene.person.line("old"));
    let ran = scene
        .person
        .run(&["doctor", "jo@github.com", "--key", "new", "--json"]);
    assert_eq!(super::first(&ran.object()), "wrong-user", "{}", ran.out);
}

#[test]
fn a_certificate_that_does_not_go_with_the_key_is_told() {
    let scene = Scene::with("");
    let home = &scene.person.home;
    let sign = |more: &[&str]| {
        let tool = home
            .tool("ssh-keygen")
            .args(["-q", "-s", "old", "-I", "jo's", "-n", "jo"]);
        let tool = more.iter().fold(tool, crate::tools::Tool::arg);
        tool.arg("old.pub").output().expect("a certificate");
    };
    sign(&[]);
    home.put("new-cert.pub", &home.get("old-cert.pub"));
    let agent = SshAgent::at(home.path("agent"));
    let add = home.tool("ssh-add").env("SSH_AUTH_SOCK", agent.socket());
    let ran = add.arg("new").run();
    assert_eq!(cause_of(&ran.stderr), "certificate-mismatch", "{}", ran.stderr);

    std::fs::remove_file(home.path("new-cert.pub")).expect("it was there");
    sign(&["-h"]);
    let other = [&SSH[..], &["-o", "CertificateFile=old-cert.pub"]].concat();
    let told = scene.asks(&other, &KEY);
    assert_eq!([&*told.v, &*told.vv], ["certificate-kind"; 2], "{told:?}");
}

#[test]
fn a_client_that_signs_with_sha_1_only_is_told() {
    let scene = Scene::with("");
    let tool = scene.person.home.tool("ssh-keygen");
    let tool = tool.args(["-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", "rsa"]);
    tool.output().expect("a key");
    scene.server.authorize(&scene.person.line("rsa"));
    let old = [
        "-i",
        "rsa",
        "-o",
        "IdentitiesOnly=yes",
        "-o",
        "PubkeyAcceptedAlgorithms=ssh-rsa",
    ];
    let told = scene.asks(&old, &["--key", "rsa"]);
    assert_eq!(told.log, "rsa-sha1", "{told:?}");
}
