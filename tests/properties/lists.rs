//! Lists and configurations that are edited: what was not asked to change does not, whatever it is.

use std::collections::BTreeSet;

use keywright::format::authorized_keys::{
    Added, AuthorizedKeys, Command, Content, Expiry, FromList, KeyOption, NewLine, NewOptions, Right, tidy,
};
use keywright::format::known_hosts::{self, HostName, KnownHosts, Lookup, Marker, Shown};
use keywright::format::public_line;
use keywright::format::ssh_config::{BlockPlace, Configuration, ManagedBlock, SshConfig, Stanza};
use keywright::key::comment::Comment;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;

use crate::common::Kind;
use crate::strategies::any_comment;
use crate::tries;

const PIECES: &[&str] = &[
    "\n",
    "\r\n",
    "\n",
    "\r",
    " ",
    "\t",
    "#",
    "\"",
    "\\",
    "\\\"",
    ",",
    "=",
    "\0",
    "\u{feff}",
    "é汉",
    "KEY\n",
    "OTHER\n",
    "KEY",
    "no-pty,",
    "from=\"a,b\"",
    "command=\"x \\\"y\\\"\" ",
    "\n\u{feff}command=\"x\" ",
    "cert-authority ",
    "restrict",
    "ssh-ed25519 ",
    "AAAA",
    "ssh-rsa",
    "*",
    "!",
    "host ",
    "a.example.org,b ",
    "[a]:22 ",
    "|1|AAAA|AAAA ",
    "@revoked ",
    "@cert-authority ",
    "Host ",
    "Host * ",
    "Match host a ",
    "Match all",
    "HostName",
    " = ",
    "IdentityFile ~/x",
    "Include y",
    "# >>> Keywright looks after the lines from here",
    "# <<< Keywright: to here",
];

fn key_line(kind: Kind) -> String {
    public_line::encode(kind.key().public(), &Comment::default())
}

/// What the files are made of, with bytes between that mean nothing.
fn any_file() -> impl Strategy<Value = Vec<u8>> {
    let piece = select(PIECES).prop_map(|piece| match piece.strip_suffix('\n').unwrap_or(piece) {
        "KEY" => piece.replace("KEY", &key_line(Kind::Ed25519)).into_bytes(),
        "OTHER" => piece.replace("OTHER", &key_line(Kind::P256)).into_bytes(),
        _ => piece.as_bytes().to_vec(),
    });
    let noise = vec(any::<u8>(), 0..8);
    vec(prop_oneof![8 => piece, 1 => noise], 0..30).prop_map(|pieces| pieces.concat())
}

/// The end that the line before needs, and the one that the file's lines have.
fn ends(before: &[u8]) -> (&'static [u8], &'static [u8]) {
    let last = before.iter().rposition(|byte| *byte == b'\n');
    let end: &[u8] = if last.is_some_and(|at| before[..at].ends_with(b"\r")) {
        b"\r\n"
    } else {
        b"\n"
    };
    let is_whole = before.is_empty() || before.ends_with(b"\n");
    (if is_whole { b"" } else { end }, end)
}

/// A word that could stand in a configuration, or not.
fn any_word() -> impl Strategy<Value = String> {
    let odd = select(vec![
        " ",
        "\\",
        "\"",
        "'",
        "#",
        "=",
        "a",
        "~/.ssh/x",
        "C:\\Users",
        "é",
        "\n",
        "\u{202e}",
    ]);
    vec(odd, 0..6).prop_map(|parts| parts.concat())
}

fn any_options() -> impl Strategy<Value = NewOptions> {
    let rights = btree_map(select(&Right::ALL[..]), any::<bool>(), 0..4);
    let command = proptest::option::of("[ -~é]{0,20}");
    let from = proptest::option::of(select(vec!["a.example.org", "*, !10.0.0.0/8", "::1"]));
    let day = proptest::option::of((1970_u16..9999, 1_u8..13, 1_u8..29));
    (any::<bool>(), rights, command, from, day).prop_map(|(restrict, rights, command, from, day)| {
        NewOptions {
            restrict,
            rights,
            from: from.and_then(|from| FromList::new(from).ok()),
            command: command.and_then(|command| Command::new(&command).ok()),
            expiry: day.and_then(|(year, month, day)| Expiry::at_start_of(year, month, day)),
        }
    })
}

proptest! {
    #![proptest_config(tries(400))]

    #[test]
    fn a_key_that_is_added_and_removed_leaves_the_file_as_it_was(
        before in any_file(),
        comment in any_comment(),
        options in any_options(),
    ) {
        let Ok(mut keys) = AuthorizedKeys::parse(before.clone()) else {
            return Ok(());
        };
        let key = Kind::Ed25519.key().public();
        let line = NewLine::new(key, &options, &comment);
        let count = keys.lines().count();
        if let Added::AlreadyThere(number) = keys.add(&line) {
            prop_assert_eq!(keys.as_bytes(), &before);
            prop_assert!(number <= count);
            return Ok(());
        }
        let (mended, end) = ends(&before);
        let expected = [&before, mended, line.as_str().as_bytes(), end].concat();
        prop_assert_eq!(keys.as_bytes(), &expected);
        let last = keys.lines().last().map(|line| line.number).unwrap_or_default();
        prop_assert_eq!(last, count + 1);
        prop_assert_eq!(keys.add(&line), Added::AlreadyThere(last));
        prop_assert_eq!(keys.remove(&BTreeSet::from([last])), 1);
        prop_assert_eq!(keys.into_bytes(), [&before, mended].concat());
    }

    #[test]
    fn a_line_is_read_back_with_its_options_key_and_comment(
        comment in any_comment(),
        options in any_options(),
    ) {
        let key = Kind::Ed25519.key().public();
        let line = NewLine::new(key, &options, &comment);
        let mut keys = AuthorizedKeys::default();
        keys.add(&line);
        let mut lines: Vec<_> = keys.lines().collect();
        prop_assert_eq!(lines.len(), 1);
        let Some(Content::Key(entry)) = lines.pop().map(|line| line.content) else {
            return Err(TestCaseError::fail("there is no key"));
        };
        prop_assert_eq!(&entry.key.key, key);
        let read = String::from_utf8_lossy(&entry.key.comment).into_owned();
        prop_assert_eq!(read.trim_start(), comment.as_str().trim_start());
        let mut read = NewOptions::default();
        for option in entry.options.iter() {
            match option? {
                KeyOption::Restrict => read.restrict = true,
                KeyOption::Right { right, is_granted } => {
                    read.rights.insert(right, is_granted);
                }
                KeyOption::Command(text) => {
                    read.command = Some(Command::new(std::str::from_utf8(&text)?)?);
                }
                KeyOption::From(text) => read.from = Some(FromList::new(std::str::from_utf8(&text)?)?),
                KeyOption::ExpiryTime(expiry) => read.expiry = Some(expiry),
                other => return Err(TestCaseError::fail(format!("{other:?} was not asked for"))),
            }
        }
        prop_assert_eq!(read, options);
    }

    #[test]
    fn lines_that_are_removed_take_nothing_with_them(
        before in any_file(),
        numbers in proptest::collection::btree_set(1_usize..12, 0..5),
    ) {
        let kept: Vec<u8> = before
            .split_inclusive(|byte| *byte == b'\n')
            .zip(1..)
            .filter(|(_, number)| !numbers.contains(number))
            .flat_map(|(line, _)| line.to_vec())
            .collect();
        if let Ok(mut keys) = AuthorizedKeys::parse(before.clone()) {
            keys.remove(&numbers);
            prop_assert_eq!(keys.as_bytes(), &kept);
            let mut hosts = KnownHosts::parse(before)?;
            hosts.remove_lines(&numbers);
            prop_assert_eq!(hosts.as_bytes(), &kept);
        }
    }

    #[test]
    fn a_host_that_is_added_is_known_and_one_that_is_removed_is_not(
        before in any_file(),
        host in "[A-Za-z0-9.:-]{1,20}",
        port in prop_oneof![Just(22_u16), any::<u16>()],
        is_hidden in any::<bool>(),
    ) {
        let Ok(mut hosts) = KnownHosts::parse(before.clone()) else {
            return Ok(());
        };
        let host = HostName::new(&host, port)?;
        let key = Kind::Ed25519.key().public();
        let shown = Shown::Key(key);
        let old = hosts.lookup(&host, shown);
        if is_hidden {
            hosts.add_hashed(&host, key, &mut ChaCha20Rng::seed_from_u64(3));
        } else {
            hosts.add(&host, key);
        }
        prop_assert!(hosts.as_bytes().starts_with(&before));
        let is_known = matches!(hosts.lookup(&host, shown), Lookup::Known { .. } | Lookup::Revoked { .. });
        prop_assert!(is_known);
        let marked = |hosts: &KnownHosts| {
            let is_marked = |(_, entry): &(usize, known_hosts::Entry<'_>)| entry.marker != Marker::None;
            hosts.entries().filter(is_marked).count()
        };
        let before_removal = marked(&hosts);
        let removed = hosts.remove(&host);
        prop_assert!(!removed.is_empty());
        prop_assert_eq!(marked(&hosts), before_removal);
        let unmarked = hosts.lines_of(&host).filter(|(_, entry)| entry.marker == Marker::None).count();
        prop_assert_eq!(unmarked, 0);
        if old == Lookup::New && removed.len() == 1 {
            prop_assert_eq!(hosts.into_bytes(), [&before, ends(&before).0].concat());
        }
    }

    #[test]
    fn a_block_that_is_put_in_and_taken_out_leaves_the_configuration_as_it_was(
        before in any_file(),
        words in (any_word(), any_word(), any_word()),
        place in select(vec![BlockPlace::Top, BlockPlace::End]),
    ) {
        let Ok(mut config) = SshConfig::parse(before.clone()) else {
            return Ok(());
        };
        let stanza = Stanza::for_hosts([words.0.as_str()]).and_then(|stanza| {
            stanza.with("IdentityFile", &words.1)?.with("User", &words.2)
        });
        let is_writable = |text: &String| !text.is_empty() && !text.contains(['\n', '\u{202e}']);
        let Ok(stanza) = stanza else {
            prop_assert!(!(is_writable(&words.0) && is_writable(&words.1) && is_writable(&words.2)));
            return Ok(());
        };
        let block = ManagedBlock { stanzas: vec![stanza] };
        let alone = SshConfig::parse(block.text().into_bytes())?;
        let settings = Configuration::from(alone).lookup(&words.0, "me");
        prop_assert!(settings.faults.is_empty());
        prop_assert_eq!(settings.identity_files(), std::slice::from_ref(&words.1));
        prop_assert_eq!(settings.user(), Some(words.2));
        let there = config.block().map(|block| block.is_some());
        let done = config.set_block(&block, place);
        prop_assert_eq!(done.is_ok(), there.is_ok());
        if there != Ok(false) {
            prop_assert!(done.is_ok() || config.as_bytes() == before);
            return Ok(());
        }
        prop_assert_eq!(config.remove_block(), Ok(true));
        let mended: &[u8] = match place {
            BlockPlace::Top => b"",
            BlockPlace::End => ends(&before).0,
        };
        prop_assert_eq!(config.into_bytes(), [&before, mended].concat());
    }

    #[test]
    fn a_list_that_is_put_right_still_lets_everybody_in(bytes in any_file()) {
        if let Some(tidied) = tidy(&bytes)
            && let Ok(before) = AuthorizedKeys::parse(bytes)
        {
            let after = AuthorizedKeys::parse(tidied.text)?;
            let mut after: Vec<_> = after.entries().map(|(_, entry)| entry).collect();
            for (_, one) in before.entries() {
                // A mark before the options is the one thing in a line of its own that is taken away; sshd lets nobody in
                // by such a line.
                let options = one.options.text();
                let options = options.strip_prefix(b"\xef\xbb\xbf").unwrap_or(options);
                let place = after
                    .iter()
                    .position(|there| there.options.text() == options && there.key.key == one.key.key);
                prop_assert!(place.is_some(), "a key is lost");
                prop_assert!(one.options.check().is_err() || one.options.text() == options);
                after.swap_remove(place.unwrap_or_default());
            }
        }
    }

    #[test]
    fn no_bytes_make_a_reader_of_lists_panic(bytes in any_file(), name in any_word()) {
        if let Ok(keys) = AuthorizedKeys::parse(bytes.clone()) {
            let faults = keys.entries().filter(|(_, entry)| entry.options.check().is_err()).count();
            prop_assert!(faults <= keys.lines().count());
        }
        if let Ok(hosts) = KnownHosts::parse(bytes.clone()) {
            prop_assert!(hosts.search(&name).count() <= hosts.lines().count());
        }
        if let Ok(config) = SshConfig::parse(bytes) {
            let count = config.lines().count();
            let found = Configuration::from(config).lookup(&name, "me");
            prop_assert!(found.identity_files().len() + found.faults.len() <= 2 * count);
        }
    }
}

#[test]
fn a_list_takes_time_in_proportion_to_its_length() {
    // Quadratic work on these would take minutes.
    let size = 128 << 10;
    let files = [
        "a",
        "\"",
        "\\\"",
        "a,",
        "pty,",
        "ssh-ed25519 ",
        "\n",
        "# \n",
        "Host a\n",
        "Host \\ ",
        "|1|",
        "*",
    ];
    for piece in files {
        let bytes = piece.repeat(size / piece.len());
        assert_eq!(tidy(bytes.as_bytes()), None, "{piece:?}");
        let mut keys = AuthorizedKeys::parse(bytes.clone().into_bytes()).expect("it is no UTF-16");
        let line = NewLine::new(
            Kind::Ed25519.key().public(),
            &NewOptions::default(),
            &Comment::default(),
        );
        assert_eq!(keys.add(&line), Added::Added);
        let hosts = KnownHosts::parse(bytes.clone().into_bytes()).expect("it is no UTF-16");
        let host = HostName::new("example.org", 22).expect("it is a name");
        assert!(!matches!(
            hosts.lookup(&host, Shown::Key(Kind::Ed25519.key().public())),
            Lookup::Known { .. }
        ));
        let config = SshConfig::parse(bytes.into_bytes()).expect("it is no UTF-16");
        assert_eq!(
            Configuration::from(config).lookup("example.org", "me").port(),
            None
        );
    }
}
