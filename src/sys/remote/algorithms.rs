//! What this program can agree on with a server, and what of it ssh's configuration allows (RFC 4253, section 7.1;
//! `ssh_config(5)`: `KexAlgorithms`, `Ciphers`, `MACs`, `HostKeyAlgorithms`).
//!
//! Of what ssh offers by itself, two things are not offered here, for russh's lists are closed, and what there is in Rust (the crate
//! `sntrup761`) cannot be put into them: `sntrup761x25519-sha512`, which stands beside curve25519 everywhere but where somebody took that
//! away, and UMAC, which stands beside HMAC. A server that takes nothing else is not gone to by driving `ssh` from here: it would
//! ask its own questions about hosts and passwords between ours, and there would be two judges of who a server is and by what
//! somebody came in. The command that has ssh put the key there is told instead, as it is to be typed.

use std::borrow::Cow;

use russh::keys::{Algorithm as Named, HashAlg};
use russh::{Preferred, cipher, kex, mac};

use super::fault::{Agreement, Lacking};
use crate::format::pattern::matches;
use crate::format::ssh_config::Settings;

/// What is offered by itself, in this order, and what is only taken where ssh's configuration wants it.
struct Offer {
    keyword: &'static str,
    by_itself: &'static [&'static str],
    if_wanted: &'static [&'static str],
}

const KEY_EXCHANGES: Offer = Offer {
    keyword: "KexAlgorithms",
    by_itself: &[
        "mlkem768x25519-sha256",
        "curve25519-sha256",
        "curve25519-sha256@libssh.org",
        "ecdh-sha2-nistp256",
        "ecdh-sha2-nistp384",
        "ecdh-sha2-nistp521",
        "diffie-hellman-group-exchange-sha256",
        "diffie-hellman-group18-sha512",
        "diffie-hellman-group17-sha512",
        "diffie-hellman-group16-sha512",
        "diffie-hellman-group15-sha512",
        "diffie-hellman-group14-sha256",
    ],
    if_wanted: &[
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group-exchange-sha1",
        "diffie-hellman-group1-sha1",
    ],
};

const CIPHERS: Offer = Offer {
    keyword: "Ciphers",
    by_itself: &[
        "chacha20-poly1305@openssh.com",
        "aes256-gcm@openssh.com",
        "aes128-gcm@openssh.com",
        "aes256-ctr",
        "aes192-ctr",
        "aes128-ctr",
    ],
    if_wanted: &["aes256-cbc", "aes192-cbc", "aes128-cbc"],
};

const MACS: Offer = Offer {
    keyword: "MACs",
    by_itself: &[
        "hmac-sha2-512-etm@openssh.com",
        "hmac-sha2-256-etm@openssh.com",
        "hmac-sha1-etm@openssh.com",
        "hmac-sha2-512",
        "hmac-sha2-256",
        "hmac-sha1",
    ],
    if_wanted: &[],
};

const HOST_KEYS: Offer = Offer {
    keyword: "HostKeyAlgorithms",
    by_itself: &[
        "ssh-ed25519",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "rsa-sha2-512",
        "rsa-sha2-256",
    ],
    if_wanted: &["ssh-rsa"],
};

/// What no program offers by itself any more, whether or not this one could.
const BROKEN: [&str; 17] = [
    "diffie-hellman-group*-sha1",
    "diffie-hellman-group-exchange-sha1",
    "rsa1024-sha1",
    "ssh-rsa",
    "ssh-dss",
    "*-cbc",
    "rijndael-cbc@*",
    "arcfour*",
    "hmac-md5*",
    "hmac-sha1-96*",
    "hmac-ripemd160*",
    "none",
    "3des-*",
    "des-*",
    "rc4*",
    "x509v3-*",
    "pgp-*",
];

/// What is no way of talking, but stands among them.
const MARKS: [&str; 4] = ["kex-strict-*", "ext-info-*", "*-cert-v0?@openssh.com", "*-cert"];

impl Offer {
    fn known(&self) -> impl Iterator<Item = &'static str> {
        self.by_itself.iter().chain(self.if_wanted).copied()
    }

    /// What is offered where the configuration says this.
    fn within(&self, settings: &Settings) -> Vec<&'static str> {
        let said = settings.first(self.keyword);
        let said = said.and_then(|said| std::str::from_utf8(said).ok());
        let Some(said) = said.filter(|said| !said.is_empty()) else {
            return self.by_itself.to_vec();
        };
        let named = |list: &str| {
            let mut names: Vec<&'static str> = Vec::new();
            for pattern in list.split(',') {
                let found = self
                    .known()
                    .filter(|name| matches(name.as_bytes(), pattern.as_bytes()));
                let new: Vec<_> = found.filter(|name| !names.contains(name)).collect();
                names.extend(new);
            }
            names
        };
        let rest = |names: &[&'static str]| -> Vec<&'static str> {
            let rest = self.by_itself.iter().filter(|name| !names.contains(name));
            rest.copied().collect()
        };
        match (said.as_bytes()[0], said.get(1..).unwrap_or_default()) {
            (b'+', list) => {
                let more = named(list)
                    .into_iter()
                    .filter(|name| !self.by_itself.contains(name));
                self.by_itself.iter().copied().chain(more).collect()
            }
            (b'-', list) => rest(&named(list)),
            (b'^', list) => {
                let first = named(list);
                let behind = rest(&first);
                first.into_iter().chain(behind).collect()
            }
            _ => named(said),
        }
    }
}

/// What is offered to a server: host keys of the types by which it is known come first, and certificates where an authority
/// is trusted.
pub(super) fn preferred(settings: &Settings, known_types: &[Named], is_certified: bool) -> Preferred {
    let allowed: Vec<Named> = HOST_KEYS.within(settings).into_iter().filter_map(named).collect();
    let mut names: Vec<Named> = Vec::new();
    // As ssh does, unless its configuration has an order of its own.
    let has_order = settings
        .first(HOST_KEYS.keyword)
        .is_some_and(|said| !said.starts_with(b"+") && !said.starts_with(b"-"));
    let first = known_types
        .iter()
        .filter(|name| !has_order && allowed.contains(name));
    for name in first.chain(&allowed) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let certificates = if is_certified { names.clone() } else { Vec::new() };
    let mut exchanges: Vec<kex::Name> = KEY_EXCHANGES
        .within(settings)
        .into_iter()
        .filter_map(|name| name.try_into().ok())
        .collect();
    exchanges.extend([
        kex::EXTENSION_SUPPORT_AS_CLIENT,
        kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT,
    ]);
    let ciphers = CIPHERS.within(settings).into_iter();
    let ciphers: Vec<cipher::Name> = ciphers.filter_map(|name| name.try_into().ok()).collect();
    let macs = MACS.within(settings).into_iter();
    let macs: Vec<mac::Name> = macs.filter_map(|name| name.try_into().ok()).collect();
    Preferred {
        kex: Cow::Owned(exchanges),
        key: Cow::Owned(names),
        host_key_certificates: Cow::Owned(certificates),
        cipher: Cow::Owned(ciphers),
        mac: Cow::Owned(macs),
        ..Preferred::DEFAULT
    }
}

/// What russh calls a way in which a server proves to have a key.
fn named(name: &str) -> Option<Named> {
    match name {
        "rsa-sha2-512" => Some(Named::Rsa {
            hash: Some(HashAlg::Sha512),
        }),
        "rsa-sha2-256" => Some(Named::Rsa {
            hash: Some(HashAlg::Sha256),
        }),
        name => Named::new(name).ok(),
    }
}

/// Whether one of these patterns is about a name.
fn is_one_of<'a>(patterns: impl IntoIterator<Item = &'a str>, name: &str) -> bool {
    let mut patterns = patterns.into_iter();
    patterns.any(|pattern| matches(name.as_bytes(), pattern.as_bytes()))
}

/// Whether ssh's configuration lets a key of this name be offered (`PubkeyAcceptedAlgorithms`).
pub(super) fn may_be_offered(settings: &Settings, name: &str) -> bool {
    is_accepted(
        settings,
        &["PubkeyAcceptedAlgorithms", "PubkeyAcceptedKeyTypes"],
        name,
    )
}

/// Whether an algorithm of this name, which ssh takes by itself, is taken by what one of these keywords says.
pub(super) fn is_accepted(settings: &Settings, keywords: &[&str], name: &str) -> bool {
    let said = keywords
        .iter()
        .find_map(|keyword| std::str::from_utf8(settings.first(keyword)?).ok());
    let is_among = |list: &str| is_one_of(list.split(','), name);
    match said {
        None | Some("") => true,
        Some(said) if said.starts_with(['+', '^']) => true,
        Some(said) => match said.strip_prefix('-') {
            Some(list) => !is_among(list),
            None => is_among(said),
        },
    }
}

/// What a server offers, without the marks among it, and what keeps the two from agreeing.
pub(super) fn disagreement(what: Agreement, theirs: &[String]) -> (Vec<String>, Lacking) {
    let real = theirs.iter().filter(|name| !is_one_of(MARKS, name));
    let real: Vec<String> = real.cloned().collect();
    let offer = match what {
        Agreement::KeyExchange => &KEY_EXCHANGES,
        Agreement::HostKey => &HOST_KEYS,
        Agreement::Cipher => &CIPHERS,
        Agreement::Mac => &MACS,
        Agreement::Compression => return (real, Lacking::Unknown),
    };
    let lacking = if real.iter().any(|name| offer.by_itself.contains(&name.as_str())) {
        Lacking::Ruled {
            keyword: offer.keyword,
        }
    } else if real.iter().any(|name| !is_one_of(BROKEN, name)) {
        Lacking::Unknown
    } else {
        let wanted = real.iter().map(String::as_str);
        Lacking::Broken {
            keyword: offer.keyword,
            may_be_wanted: wanted
                .into_iter()
                .find_map(|name| offer.if_wanted.iter().find(|wanted| **wanted == name).copied()),
        }
    };
    (real, lacking)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::ssh_config::{Configuration, SshConfig};

    fn settings(text: &str) -> Settings {
        let config = SshConfig::parse(text.as_bytes().to_vec()).unwrap();
        Configuration::from(config).lookup("h", "me")
    }

    #[test]
    fn all_names_are_russhs() {
        for name in KEY_EXCHANGES.known() {
            assert!(kex::Name::try_from(name).is_ok(), "{name}");
        }
        for name in CIPHERS.known() {
            assert!(cipher::Name::try_from(name).is_ok(), "{name}");
        }
        for name in MACS.known() {
            assert!(mac::Name::try_from(name).is_ok(), "{name}");
        }
        for name in HOST_KEYS.known() {
            assert!(named(name).is_some(), "{name}");
        }
    }

    #[test]
    fn the_configuration_adds_takes_away_and_orders() {
        for (said, first, last, count) in [
            ("", "chacha20-poly1305@openssh.com", "aes128-ctr", 6),
            (
                "+aes128-cbc,aes128-ctr",
                "chacha20-poly1305@openssh.com",
                "aes128-cbc",
                7,
            ),
            (
                "-*-ctr,x",
                "chacha20-poly1305@openssh.com",
                "aes128-gcm@openssh.com",
                3,
            ),
            ("^aes128-*,aes256-ctr", "aes128-gcm@openssh.com", "aes192-ctr", 7),
            ("aes192-ctr,*-cbc,unknown", "aes192-ctr", "aes128-cbc", 4),
        ] {
            let text = if said.is_empty() {
                String::new()
            } else {
                format!("Ciphers {said}\n")
            };
            let found = CIPHERS.within(&settings(&text));
            assert_eq!(
                (found.first(), found.last(), found.len()),
                (Some(&first), Some(&last), count),
                "{said}"
            );
        }
        assert!(CIPHERS.within(&settings("Ciphers unknown\n")).is_empty());
    }

    #[test]
    fn a_type_by_which_a_server_is_known_is_asked_for_first_unless_an_order_is_set() {
        let rsa = named("rsa-sha2-256").unwrap();
        let first = |text: &str| preferred(&settings(text), std::slice::from_ref(&rsa), false).key[0].clone();
        assert_eq!(first(""), rsa);
        assert_eq!(first("HostKeyAlgorithms +ssh-rsa\n"), rsa);
        assert_eq!(
            first("HostKeyAlgorithms ecdsa-*,rsa-*\n"),
            named("ecdsa-sha2-nistp256").unwrap()
        );
        assert_eq!(first("HostKeyAlgorithms -rsa*\n"), Named::Ed25519);
        let wanted = preferred(&settings("HostKeyAlgorithms +ssh-rsa\n"), &[], false);
        assert!(wanted.key.contains(&Named::Rsa { hash: None }));
        assert!(
            !preferred(&settings(""), &[], false)
                .key
                .contains(&Named::Rsa { hash: None })
        );
    }

    #[test]
    fn keys_are_offered_that_the_configuration_accepts() {
        for (said, ed25519, rsa) in [
            ("", true, true),
            ("PubkeyAcceptedAlgorithms +ssh-rsa\n", true, true),
            ("PubkeyAcceptedAlgorithms rsa-*,ecdsa-*\n", false, true),
            ("PubkeyAcceptedKeyTypes -rsa-*,ssh-rsa\n", true, false),
        ] {
            let settings = settings(said);
            let offered = ["ssh-ed25519", "rsa-sha2-512"].map(|name| may_be_offered(&settings, name));
            assert_eq!(offered, [ed25519, rsa], "{said}");
        }
    }

    #[test]
    fn a_server_that_is_newer_is_told_from_one_that_is_old() {
        let judged = |what, theirs: &[&str]| {
            let theirs: Vec<String> = theirs.iter().map(|name| (*name).to_owned()).collect();
            disagreement(what, &theirs)
        };
        let (shown, lacking) = judged(
            Agreement::KeyExchange,
            &[
                "sntrup761x25519-sha512@openssh.com",
                "kex-strict-s-v00@openssh.com",
            ],
        );
        assert_eq!(
            (shown, lacking),
            (
                vec!["sntrup761x25519-sha512@openssh.com".to_owned()],
                Lacking::Unknown
            )
        );
        let old = |keyword, may_be_wanted| Lacking::Broken {
            keyword,
            may_be_wanted,
        };
        for (what, theirs, lacking) in [
            (
                Agreement::KeyExchange,
                "diffie-hellman-group1-sha1",
                old("KexAlgorithms", Some("diffie-hellman-group1-sha1")),
            ),
            (Agreement::HostKey, "ssh-dss", old("HostKeyAlgorithms", None)),
            (Agreement::HostKey, "ssh-mldsa44-ed25519", Lacking::Unknown),
            (Agreement::Mac, "umac-64@openssh.com", Lacking::Unknown),
            (Agreement::Cipher, "3des-cbc", old("Ciphers", None)),
            (
                Agreement::Cipher,
                "aes256-ctr",
                Lacking::Ruled { keyword: "Ciphers" },
            ),
        ] {
            assert_eq!(judged(what, &[theirs]).1, lacking, "{theirs}");
        }
    }
}
