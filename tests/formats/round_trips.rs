//! From every format into every other that can hold the key, and back: it is the same key, and the
//! same comment and certificate where both have a place for it.

use base64ct::{Base64, Encoding as _};
use keywright::format::{Certificate, Format, Outgoing, PrivateFile, Wrapping};
use keywright::key::comment::Comment;
use keywright::key::spec::Naming;
use keywright::key::{Algorithm, KeyPair};

use crate::certificates::{self, certificate_for};
use crate::claims::{Way, certificate, private, public};
use crate::fixtures::{
    PASSPHRASE, PASSPHRASES, PRIVATE, PUBLIC, certificate_file, comment_of, encoding, file, key, open,
    open_locked, open_public, public_file, written,
};
use crate::judges::same_bytes;
use crate::ppk1::version_1;
use crate::tools::{hold, same};

fn comments() -> [Comment; 3] {
    ["", "alice@example.org, 2026", r#" Jörg's "old" key \ 东京 🔑 "#]
        .map(|text| Comment::new(text).expect("it is a comment"))
}

/// The comment that is left of one in a file of this format.
fn kept(comment: &Comment, format: Format) -> Comment {
    if format.holds_comment() {
        comment.clone()
    } else {
        Comment::default()
    }
}

/// A file in this format, also in those that are only read: PPK 1 is made of PPK 2, and DER is what
/// stands within a PEM file.
fn bytes_of(outgoing: Outgoing<'_>, format: Format, passphrase: Option<&str>) -> Result<Vec<u8>, String> {
    let source = match format {
        Format::Ppk1 => Format::Ppk2,
        Format::Der => Format::Pem,
        other => other,
    };
    let encoding = encoding(source).ok_or("it holds public keys")?;
    let bytes = written(outgoing, &encoding, passphrase).map_err(|error| error.to_string())?;
    let text = || String::from_utf8_lossy(&bytes);
    Ok(match format {
        Format::Ppk1 => version_1(&text(), passphrase.unwrap_or_default(), true).into_bytes(),
        Format::Der => {
            let body: String = text().lines().filter(|line| !line.starts_with('-')).collect();
            Base64::decode_vec(&body).map_err(|error| error.to_string())?
        }
        _ => bytes,
    })
}

fn through(outgoing: Outgoing<'_>, format: Format, passphrase: Option<&str>) -> Result<PrivateFile, String> {
    let bytes = bytes_of(outgoing, format, passphrase)?;
    let found = open(&bytes, passphrase).map_err(|error| format!("{format:?}: {error}"))?;
    if found.format != format {
        return Err(format!("{format:?} read as {:?}", found.format));
    }
    Ok(found)
}

fn there_and_back(
    algorithm: Algorithm,
    [first, second]: [Format; 2],
    passphrase: Option<&str>,
    comment: &Comment,
    certificate: Option<&Certificate>,
) -> Result<(), String> {
    let original = key(algorithm);
    let mut comment_now = comment.clone();
    let mut certificate_now = certificate.cloned();
    let mut key_now: Option<KeyPair> = None;
    for format in [first, second, first] {
        let outgoing = Outgoing {
            key: key_now.as_ref().unwrap_or(original),
            comment: &comment_now,
            certificate: certificate_now.as_ref(),
        };
        let found = through(outgoing, format, passphrase)?;
        comment_now = comment_of(&found.comment);
        certificate_now = found.certificate;
        key_now = Some(found.key);
    }
    let expected = kept(&kept(comment, first), second);
    same("the comment", comment_now.as_str(), expected.as_str())?;
    if certificate_now.as_ref() != certificate {
        return Err(format!("the certificate is {certificate_now:?}"));
    }
    let came_back = key_now.ok_or("there is no key")?;
    let [came_back, original] = [&came_back, original].map(|key| crate::fixtures::canonical(key, b""));
    same_bytes("the key", &came_back, &original)
}

/// All pairs of different formats that hold keys of this type, and what they can be encrypted with.
fn pairs(algorithm: Algorithm, passphrase: Option<&str>) -> Vec<[Format; 2]> {
    let holds = |format: &Format| private(algorithm, *format, Way::Read, passphrase.is_some()).is_ok();
    let formats: Vec<Format> = PRIVATE.into_iter().filter(holds).collect();
    let with_others = |first: &Format| {
        let first = *first;
        let others: Vec<_> = formats.iter().filter(|other| **other != first).collect();
        others
            .into_iter()
            .map(|second| [first, *second])
            .collect::<Vec<_>>()
    };
    formats.iter().flat_map(with_others).collect()
}

fn check_private(algorithms: &[Algorithm]) {
    let mut results = Vec::new();
    for algorithm in algorithms {
        for passphrase in PASSPHRASES {
            // The passphrase has nothing to do with the comment, so one comment does there.
            let all = comments();
            let comments = if passphrase.is_some() { &all[2..] } else { &all[..] };
            for pair in pairs(*algorithm, passphrase) {
                for comment in comments {
                    let result = there_and_back(*algorithm, pair, passphrase, comment, None);
                    results.push(result.map_err(|complaint| {
                        format!(
                            "{}, {pair:?}, {passphrase:?}, {comment:?}: {complaint}",
                            algorithm.name()
                        )
                    }));
                }
            }
        }
    }
    hold(results);
}

#[test]
fn rsa_and_dsa_come_back_from_every_pair_of_formats() {
    check_private(&[Algorithm::Rsa, Algorithm::Dsa]);
}

#[test]
fn every_other_type_comes_back_from_every_pair_of_formats() {
    let others: Vec<Algorithm> = Algorithm::ALL
        .into_iter()
        .filter(|algorithm| !matches!(algorithm, Algorithm::Rsa | Algorithm::Dsa))
        .collect();
    check_private(&others);
}

/// Only OpenSSH's format has a place for these, so there is no other to go through.
#[test]
fn types_of_openssh_come_back_from_its_format() {
    for algorithm in [
        Algorithm::SkEcdsa,
        Algorithm::SkEd25519,
        Algorithm::MlDsa44Ed25519(Naming::Settled),
        Algorithm::MlDsa44Ed25519(Naming::Experiment),
    ] {
        assert_eq!(pairs(algorithm, None), Vec::<[Format; 2]>::new());
        for passphrase in PASSPHRASES {
            for comment in comments() {
                let same_twice = [Format::OpenSsh, Format::OpenSsh];
                let result = there_and_back(algorithm, same_twice, passphrase, &comment, None);
                assert_eq!(result, Ok(()), "{}", algorithm.name());
            }
        }
    }
}

#[test]
fn a_certificate_stays_with_its_key_between_the_versions_of_ppk() {
    let mut results = Vec::new();
    for algorithm in Algorithm::ALL {
        if certificate(algorithm, Format::Ppk3).is_err() {
            continue;
        }
        let certificate = certificate_for(algorithm).expect("it can be made");
        for pair in [[Format::Ppk3, Format::Ppk2], [Format::Ppk2, Format::Ppk3]] {
            for passphrase in PASSPHRASES {
                let [_, comment, _] = comments();
                let result = there_and_back(algorithm, pair, passphrase, &comment, Some(&certificate));
                results.push(result.map_err(|complaint| format!("{}: {complaint}", algorithm.name())));
            }
        }
    }
    assert_eq!(results.len(), 6 * 4);
    hold(results);
}

#[test]
fn a_certificate_is_lost_only_where_the_format_has_no_place_for_it() {
    let certificate = certificate_for(Algorithm::Ed25519).expect("it can be made");
    let comment = Comment::default();
    for format in PRIVATE {
        let holds =
            encoding(format).is_some() && private(Algorithm::Ed25519, format, Way::Write, false).is_ok();
        if holds {
            let outgoing = Outgoing {
                key: key(Algorithm::Ed25519),
                comment: &comment,
                certificate: Some(&certificate),
            };
            let found = through(outgoing, format, None).expect("it is read");
            assert_eq!(
                found.certificate.is_some(),
                format.holds_certificate(),
                "{format:?}"
            );
        }
    }
}

#[test]
fn public_keys_come_back_from_every_pair_of_formats() {
    let mut results = Vec::new();
    for algorithm in Algorithm::ALL {
        let holds = |format: &Format| public(algorithm, *format).is_ok();
        let formats: Vec<Format> = PUBLIC.into_iter().filter(holds).collect();
        for (first, second) in formats.iter().flat_map(|a| formats.iter().map(move |b| (*a, *b))) {
            for comment in comments() {
                for wrapping in [Wrapping::Pem, Wrapping::Der] {
                    let result = public_there_and_back(algorithm, [first, second], wrapping, &comment);
                    results.push(result.map_err(|complaint| {
                        format!(
                            "{}, {first:?}, {second:?}, {comment:?}: {complaint}",
                            algorithm.name()
                        )
                    }));
                }
            }
        }
    }
    assert!(results.len() > 500, "only {}", results.len());
    hold(results);
}

fn public_there_and_back(
    algorithm: Algorithm,
    [first, second]: [Format; 2],
    wrapping: Wrapping,
    comment: &Comment,
) -> Result<(), String> {
    let original = key(algorithm).public();
    let (mut key_now, mut comment_now) = (original.clone(), comment.clone());
    for format in [first, second, first] {
        let bytes =
            public_file(&key_now, &comment_now, format, wrapping).map_err(|error| error.to_string())?;
        let found = open_public(&bytes)?;
        if found.format != format {
            return Err(format!("{format:?} read as {:?}", found.format));
        }
        (key_now, comment_now) = (found.key, comment_of(&found.comment));
    }
    let expected = kept(&kept(comment, first), second);
    same("the comment", comment_now.as_str(), expected.as_str())?;
    let is_same = key_now == *original;
    is_same
        .then_some(())
        .ok_or_else(|| format!("another key: {key_now:?}"))
}

#[test]
fn certificates_come_back_from_both_public_formats() {
    for algorithm in Algorithm::ALL {
        let Some(original) = certificate_for(algorithm) else {
            continue;
        };
        let [_, comment, _] = comments();
        let mut now = original.clone();
        for format in certificates::FORMATS {
            if encoding(format).is_none() {
                let found = open_public(&certificate_file(&now, &comment, format)).expect("it is read");
                assert_eq!(found.comment, comment.as_str().as_bytes());
                now = found.certificate.expect("it is a certificate");
            }
        }
        assert_eq!(now, original, "{}", algorithm.name());
    }
}

/// Whether the public half of an encrypted file is seen before the passphrase is known.
pub(crate) fn shows_public_half(format: Format) -> bool {
    let ppk1 = || {
        let v2 = file(Algorithm::Rsa, Format::Ppk2, Some(PASSPHRASE));
        version_1(&String::from_utf8_lossy(&v2), PASSPHRASE, false).into_bytes()
    };
    let bytes = match format {
        Format::Ppk1 => ppk1(),
        other => file(Algorithm::Rsa, other, Some(PASSPHRASE)),
    };
    let locked = open_locked(&bytes).expect("it is encrypted");
    let shown = locked.public.as_ref();
    assert!(shown.is_none_or(|public| public == key(Algorithm::Rsa).public()));
    shown.is_some()
}
