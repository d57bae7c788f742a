//! What a line says, and what becomes of it.

use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;

use super::*;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHs79z7JKxXBNr/ArVRwU8PLlJs0O5cZX/GovM4FaWZv";
const OTHER: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILNG8RxQbRDga5aL3RYjaQABF93BeXhbYjPhsRrCa+JQ";
/// Its number is no point of the curve, of which ssh does not care.
const OFF_CURVE: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAsIZCADdQ60Iiu4lwVXB8NdXK0QK+J4Nt6YOAlz4Y8u";

fn file(text: &str) -> KnownHosts {
    KnownHosts::parse(text.as_bytes().to_vec()).unwrap()
}

fn key(line: &str) -> PublicKey {
    public_line::parse(line.as_bytes()).unwrap().key
}

fn host(name: &str, port: u16) -> HostName {
    HostName::new(name, port).unwrap()
}

fn looked_up(text: &str, name: &str, port: u16) -> Lookup {
    file(text).lookup(&host(name, port), Shown::Key(&key(KEY)))
}

#[test]
fn a_host_is_known_by_each_of_the_ways_to_name_it() {
    for (names, name, port) in [
        ("host", "HOST", 22),
        ("a,Host,b", "host", 22),
        ("*.example.org", "www.example.org", 22),
        ("10.0.0.?", "10.0.0.7", 22),
        ("[host]:2222", "host", 2222),
        ("[*]:2222", "host", 2222),
        ("host", "host", 2222),
        ("::1", "::1", 22),
        ("!other,*", "host", 22),
    ] {
        let text = format!("# x\r\n{names}\t {KEY} remark\r\n");
        assert_eq!(looked_up(&text, name, port), Lookup::Known { line: 2 }, "{names}");
    }
}

#[test]
fn a_host_that_no_line_names_is_new() {
    for names in ["other", "[host]:2222", "host2", "!host,*", "@cert-authority host"] {
        assert_eq!(
            looked_up(&format!("{names} {KEY}\n"), "host", 22),
            Lookup::New,
            "{names}"
        );
    }
    for line in [
        "host",
        "host # x",
        "host ssh-ed25519 AAAA",
        "@unknown host",
        "|1|x|y",
    ] {
        assert_eq!(looked_up(&format!("{line}\n"), "host", 22), Lookup::New, "{line}");
    }
}

#[test]
fn other_keys_alone_mean_that_the_host_has_changed() {
    let text = format!("host {OTHER}\nelse {OTHER}\n*,!x {OFF_CURVE}\nhost ssh-future AAAA\n");
    assert_eq!(
        looked_up(&text, "host", 22),
        Lookup::Changed { lines: vec![1, 3] }
    );
    let text = format!("{text}host {KEY}\n");
    assert_eq!(looked_up(&text, "host", 22), Lookup::Known { line: 5 });
    // Without its port the host is only known or not.
    assert_eq!(looked_up(&format!("host {OTHER}\n"), "host", 2222), Lookup::New);
    assert_eq!(looked_up("host ssh-future AAAA\n", "host", 22), Lookup::New);
}

#[test]
fn a_revoked_key_is_revoked_however_well_it_is_known() {
    for text in [
        format!("host {KEY}\n@revoked * {KEY}\n"),
        format!("@revoked host {KEY}\nhost {KEY}\n"),
        format!("host {OTHER}\n@revoked\thost {KEY}\n"),
    ] {
        assert!(
            matches!(looked_up(&text, "host", 22), Lookup::Revoked { .. }),
            "{text}"
        );
    }
    let text = format!("@revoked host {KEY}\n");
    assert_eq!(looked_up(&text, "host", 2222), Lookup::Revoked { line: 1 });
    let text = format!("@revoked * {OTHER}\nhost {KEY}\n");
    assert_eq!(looked_up(&text, "host", 22), Lookup::Known { line: 2 });
}

#[test]
fn what_is_added_is_known_and_what_is_removed_is_new() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let before = format!("# x\r\nhost,other {OTHER} c\r\n@revoked * {OTHER}\r\n");
    for (name, port) in [("new.example.org", 22), ("new", 2222), ("::1", 22)] {
        let (host, key) = (host(name, port), key(KEY));
        let mut hosts = file(&before);
        hosts.add(&host, &key);
        assert_eq!(hosts.lookup(&host, Shown::Key(&key)), Lookup::Known { line: 4 });
        assert_eq!(hosts.as_bytes(), format!("{before}{host} {KEY}\r\n").as_bytes());
        hosts.add_hashed(&host, &key, &mut rng);
        assert_eq!(hosts.remove(&host), BTreeSet::from([4, 5]));
        assert_eq!(hosts.as_bytes(), before.as_bytes());

        hosts.add_hashed(&host, &key, &mut rng);
        assert!(!String::from_utf8_lossy(hosts.as_bytes()).contains(name));
        assert_eq!(hosts.lookup(&host, Shown::Key(&key)), Lookup::Known { line: 4 });
    }
}

#[test]
fn marked_lines_stay_when_a_host_is_forgotten() {
    let marked = format!("@cert-authority host {KEY}\n@revoked host {KEY}\n");
    let mut hosts = file(&format!("host {KEY}\n{marked}h*,x {KEY}\n"));
    assert_eq!(hosts.remove(&host("host", 22)), BTreeSet::from([1, 4]));
    assert_eq!(hosts.as_bytes(), marked.as_bytes());
}

#[test]
fn a_word_finds_names_comments_and_whole_hidden_names() {
    let mut hosts = file(&format!("web.example.org,10.0.0.1 {KEY} Office\n# web\n"));
    hosts.add_hashed(
        &host("hidden", 22),
        &key(OTHER),
        &mut ChaCha20Rng::seed_from_u64(1),
    );
    for (word, lines) in [
        ("WEB", vec![1]),
        ("0.0.1", vec![1]),
        ("office", vec![1]),
        ("hidden", vec![3]),
        ("hidde", vec![]),
        ("", vec![1, 3]),
    ] {
        let found: Vec<_> = hosts.search(word).map(|(number, _)| number).collect();
        assert_eq!(found, lines, "{word}");
    }
}
