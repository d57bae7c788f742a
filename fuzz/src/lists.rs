//! What must hold for every list of keys or hosts and for every configuration.

use std::collections::BTreeSet;

use keywright::format::authorized_keys::{Added, AuthorizedKeys, Content, NewLine, NewOptions, tidy};
use keywright::format::known_hosts::{self, HostName, KnownHosts, Lookup, Shown};
use keywright::format::ssh_config::{BlockPlace, Configuration, ManagedBlock, SshConfig, Stanza};
use keywright::format::{Parsed, parse};
use keywright::key::PublicKey;
use keywright::key::comment::{Comment, escaped};

use crate::check::{self, allowance, watched};

const KEY: &[u8] = b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHs79z7JKxXBNr/ArVRwU8PLlJs0O5cZX/GovM4FaWZv";

pub(crate) fn key() -> PublicKey {
    match parse(KEY) {
        Ok(Parsed::Public(file)) => file.key,
        other => panic!("{other:?} is not the key that stands here"),
    }
}

/// How the file is mended before a line is put behind its last one.
pub(crate) fn mended(bytes: &[u8]) -> Vec<u8> {
    let last = bytes.iter().rposition(|byte| *byte == b'\n');
    let end: &[u8] = if last.is_some_and(|at| bytes[..at].ends_with(b"\r")) {
        b"\r\n"
    } else {
        b"\n"
    };
    let is_whole = bytes.is_empty() || bytes.ends_with(b"\n");
    [bytes, if is_whole { b"" } else { end }].concat()
}

/// Reads every line of `authorized_keys`, and adds a key and takes it away.
pub fn authorized_keys(bytes: &[u8]) {
    let Ok(mut keys) = AuthorizedKeys::parse(bytes.to_vec()) else {
        return;
    };
    watched(allowance(bytes.len()), || keys.lines().for_each(drop));
    watched(allowance(bytes.len()), || drop(tidy(bytes)));
    for line in keys.lines() {
        check::printable(&escaped(line.text));
        match line.content {
            Content::Blank | Content::Remark => {}
            Content::Unreadable(fault) => check::printable(&fault.to_string()),
            Content::Key(entry) => {
                check::public(&entry.key);
                check::printable(&escaped(entry.options.text()));
                if let Err(fault) = entry.options.check() {
                    check::printable(&fault.to_string());
                }
            }
        }
    }
    let line = NewLine::new(&key(), &NewOptions::default(), &Comment::default());
    if keys.add(&line) == Added::Added {
        let last = keys.lines().last().map_or(0, |line| line.number);
        assert_eq!(keys.add(&line), Added::AlreadyThere(last));
        assert_eq!(keys.remove(&BTreeSet::from([last])), 1);
        assert_eq!(keys.into_bytes(), mended(bytes));
    } else {
        assert_eq!(keys.as_bytes(), bytes);
    }
}

/// Reads every line of `known_hosts`, and adds a host and takes it away.
pub fn known_hosts(bytes: &[u8]) {
    let Ok(mut hosts) = KnownHosts::parse(bytes.to_vec()) else {
        return;
    };
    let host = HostName::new("example.org", 2222).expect("it is a name");
    let key = key();
    let before = watched(allowance(bytes.len()), || hosts.lookup(&host, Shown::Key(&key)));
    for line in hosts.lines() {
        check::printable(&escaped(line.text));
        match line.content {
            known_hosts::Content::Remark => {}
            known_hosts::Content::Unreadable(fault) => check::printable(&fault.to_string()),
            known_hosts::Content::Host(entry) => match entry.key() {
                Ok(file) => check::public(&file),
                Err(error) => check::refused(&error),
            },
        }
    }
    hosts.add(&host, &key);
    let after = hosts.lookup(&host, Shown::Key(&key));
    assert!(matches!(after, Lookup::Known { .. } | Lookup::Revoked { .. }));
    let removed = hosts.remove(&host);
    if before == Lookup::New && removed.len() == 1 {
        assert_eq!(hosts.into_bytes(), mended(bytes));
    }
}

/// Reads every line of a configuration, and puts a block in and takes it out.
pub fn ssh_config(bytes: &[u8]) {
    let Ok(mut config) = SshConfig::parse(bytes.to_vec()) else {
        return;
    };
    watched(allowance(bytes.len()), || config.lines().for_each(drop));
    for line in config.lines() {
        if let Err(fault) = line.directive {
            check::printable(&fault.to_string());
        }
    }
    let settings = watched(usize::MAX, || {
        Configuration::from(config.clone()).lookup("example.org", "me")
    });
    assert!(settings.faults.is_sorted() && settings.port() != Some(0));
    let stanza = Stanza::for_all().with("IdentityFile", "~/.ssh/a key");
    let block = ManagedBlock {
        stanzas: vec![stanza.expect("it can be written")],
    };
    let there = config.block().map(|block| block.is_some());
    match config.set_block(&block, BlockPlace::Top) {
        Ok(()) => {
            assert!(matches!(config.block(), Ok(Some(_))));
            assert_eq!(config.remove_block(), Ok(true));
            assert!(there != Ok(false) || config.as_bytes() == bytes);
        }
        Err(error) => {
            check::printable(&error.to_string());
            assert_eq!(config.as_bytes(), bytes);
        }
    }
}
