//! What may be wrong on the way to a server.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};

use super::{Scene, cause_of, first};
use crate::serving::free_port;

const SSH: [&str; 4] = ["-i", "new", "-o", "IdentitiesOnly=yes"];

#[test]
fn what_is_known_of_the_host_is_told() {
    let scene = Scene::with("");
    let home = &scene.person.home;
    scene.server.authorize(&scene.person.line("new"));
    let known = home.get_text(".ssh/known_hosts");
    let strict = [&SSH[..], &["-o", "StrictHostKeyChecking=yes"]].concat();
    let other = scene.person.line("old");
    let host = known.split(' ').next().expect("a name");
    for (lines, cause) in [
        (String::new(), "host-key-unknown"),
        (format!("{host} {other}"), "host-key-changed"),
        (
            format!("@revoked * {}", known.split_once(' ').expect("a key").1),
            "host-key-revoked",
        ),
    ] {
        home.put(".ssh/known_hosts", lines.as_bytes());
        let told = scene.asks(&strict, &["--key", "new"]);
        assert_eq!([&*told.live, &*told.v, &*told.vv], [cause; 3], "{told:?}");
    }
}

#[test]
fn a_server_without_an_algorithm_in_common_is_told() {
    let scene = Scene::with("Ciphers aes128-ctr\n");
    scene
        .person
        .home
        .put(".ssh/config", b"Ciphers aes256-gcm@openssh.com\n");
    let told = scene.asks(
        &[&SSH[..], &["-o", "Ciphers=aes256-gcm@openssh.com"]].concat(),
        &["--key", "new"],
    );
    told.expect(
        "no-common-algorithm",
        "no-common-algorithm",
        "no-common-algorithm",
    );
}

/// Serves visitors who get this, and are heard until they go or have said so much.
fn stand_in(says: &'static [u8]) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::Builder::new()
        .name("stand-in".to_owned())
        .spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut stream = stream;
                let mut bytes = [0; 512];
                if stream.write_all(says).is_ok() && stream.read(&mut bytes).is_ok() {
                    drop(stream.write_all(b""));
                }
            }
        })
        .expect("a thread");
    port
}

#[test]
fn what_is_no_server_or_serves_nobody_is_told() {
    let scene = Scene::with("");
    let closed = free_port();
    for (port, cause) in [
        (closed, "connection-refused"),
        (
            stand_in(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
            "not-ssh",
        ),
        (stand_in(b"Not allowed at this time\r\n"), "turned-away"),
        (stand_in(b""), "connection-closed"),
    ] {
        let tool = scene.person.home.tool("ssh");
        let tool = tool.args([
            "-v",
            "-F",
            "none",
            "-o",
            "BatchMode=yes",
            "-p",
            &port.to_string(),
            "jo@127.0.0.1",
            "true",
        ]);
        let ran = tool.run();
        let live = scene.person.run(&[
            "doctor",
            &format!("jo@127.0.0.1:{port}"),
            "--key",
            "new",
            "--json",
        ]);
        live.expect_status(1);
        assert_eq!(first(&live.object()), cause, "{}", live.out);
        let found = cause_of(&ran.stderr);
        let may_be = found == cause || cause == "not-ssh" && found == "connection-closed";
        assert!(may_be, "{cause}, not {found}: {}", ran.stderr);
    }
    let tool = scene.person.home.tool("ssh");
    let ran = tool
        .args(["-v", "-F", "none", "jo@no-such-host.invalid", "true"])
        .run();
    assert_eq!(cause_of(&ran.stderr), "name-unknown", "{}", ran.stderr);
    let live = scene.person.run(&["doctor", "jo@no-such-host.invalid", "--json"]);
    live.expect_status(1);
    assert_eq!(first(&live.object()), "name-unknown", "{}", live.out);
}
