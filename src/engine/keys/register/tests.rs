//! What is said of keys comes back, and nothing else is touched.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::engine::key_name::KeyNameError;
use crate::key::fingerprint::FingerprintKind;

fn key(seed: u8) -> Fingerprint {
    Fingerprint::of_wire(&[seed], FingerprintKind::Sha256)
}

fn parse(text: &str) -> Register {
    Register::parse(text.as_bytes()).expect("it is a register")
}

fn named(key: Fingerprint, name: &str) -> Edit {
    let name = Some(KeyName::new(name).expect("it is a name"));
    Edit::Name { key, name }
}

fn installed(server: &str, date: &str) -> Installed {
    Installed {
        server: server.to_owned(),
        date: date.to_owned(),
    }
}

fn absolute(name: &str) -> PathBuf {
    std::env::temp_dir().join(name)
}

#[test]
fn all_that_is_said_of_keys_comes_back_from_the_file() {
    let mut register = Register::default();
    register.apply(&named(key(1), "Laptop \"2026\" – Zürich"));
    register.apply(&named(key(2), "old"));
    register.apply(&Edit::Default(Some(key(2))));
    register.apply(&Edit::AddFolder(absolute("keys")));
    register.apply(&Edit::AddFile(absolute("a.pub")));
    register.apply(&Edit::Install {
        key: key(1),
        on: installed("me@a", "2026-11-01"),
    });
    register.apply(&Edit::Install {
        key: key(1),
        on: installed("me@b:2222", "2026-11-02"),
    });
    let text = register.to_text();
    let back = parse(&text);
    let name = |seed| back.name(&key(seed)).map(|name| name.as_str().to_owned());
    assert_eq!(name(1).as_deref(), Some("Laptop \"2026\" – Zürich"), "{text}");
    assert_eq!(name(3), None);
    assert!(back.is_default(&key(2)) && !back.is_default(&key(1)));
    assert_eq!(back.folders(), [absolute("keys")]);
    assert_eq!(back.files(), [absolute("a.pub")]);
    assert_eq!(
        back.installed(&key(1)),
        [
            installed("me@a", "2026-11-01"),
            installed("me@b:2222", "2026-11-02")
        ]
    );
    assert!(text.starts_with("# What Keywright knows"), "{text}");
}

#[test]
fn what_is_not_understood_stays_as_it_was_written() {
    let before = format!(
        "# Mine.\nfuture = 7\ndefault = \"{}\" # this one\n\n[key.\"{}\"]\nname = \"a\" # short\ncolour = \"red\"\n\n[later]\nx = [1]\n",
        key(1),
        key(1)
    );
    let mut register = parse(&before);
    register.apply(&named(key(1), "b"));
    register.apply(&Edit::Default(Some(key(2))));
    let now = before
        .replace("\"a\"", "\"b\"")
        .replacen(&key(1).to_string(), &key(2).to_string(), 1);
    assert_eq!(register.to_text(), now);
}

#[test]
fn nothing_is_left_of_what_is_taken_back() {
    let mut register = parse("# mine\n");
    for edit in [
        named(key(1), "a"),
        Edit::Default(Some(key(1))),
        Edit::AddFolder(absolute("keys")),
        Edit::Install {
            key: key(1),
            on: installed("me@a", "2026-11-01"),
        },
        Edit::TakeOff {
            key: key(1),
            server: "me@a".to_owned(),
        },
        Edit::Name {
            key: key(1),
            name: None,
        },
        Edit::Default(None),
        Edit::ForgetFolder(absolute("keys")),
    ] {
        register.apply(&edit);
    }
    assert_eq!(register.to_text().trim(), "# mine");
}

#[test]
fn a_server_is_named_once_with_the_day_of_its_last_installation() {
    let mut register = Register::default();
    for date in ["2026-01-01", "2026-02-02"] {
        register.apply(&Edit::Install {
            key: key(1),
            on: installed("me@a", date),
        });
    }
    assert_eq!(register.installed(&key(1)), [installed("me@a", "2026-02-02")]);
}

#[test]
fn a_file_that_cannot_be_one_of_ours_is_damaged() {
    let damage = |text: &str| {
        Register::parse(text.as_bytes())
            .map(drop)
            .map_err(|why| why.to_string())
    };
    assert!(damage("default = ").is_err_and(|why| why.starts_with("line 1: ")));
    assert_eq!(damage("key = 1"), Err("“key” is no table".to_owned()));
    assert_eq!(damage("folders = \"x\""), Err("“folders” is no list".to_owned()));
    assert_eq!(damage("[key]\nx = 1"), Err("“key.x” is no table".to_owned()));
    assert_eq!(
        damage("[key.x]\ninstalled = 1"),
        Err("“key.x.installed” is no list".to_owned())
    );
    assert_eq!(damage("default = 1\n[key.x]\nname = 2"), Ok(()));
}

#[test]
fn a_name_is_one_line_that_can_be_seen() {
    assert_eq!(
        KeyName::new("  a b ").map(|name| name.as_str().to_owned()),
        Ok("a b".to_owned())
    );
    assert_eq!(KeyName::new(" \t"), Err(KeyNameError::Empty));
    assert!(matches!(KeyName::new("a\nb"), Err(KeyNameError::Character(_))));
    assert_eq!(KeyName::new(&"é".repeat(81)), Err(KeyNameError::TooLong(81)));
}

fn any_name() -> impl Strategy<Value = Option<KeyName>> {
    proptest::option::of(".{1,80}").prop_map(|text| KeyName::new(&text?).ok())
}

/// Server names as a hostile program would have them: any text at all.
fn any_edit() -> impl Strategy<Value = Edit> {
    let one = || 0_u8..4;
    prop_oneof![
        (one(), any_name()).prop_map(|(seed, name)| Edit::Name { key: key(seed), name }),
        proptest::option::of(one()).prop_map(|seed| Edit::Default(seed.map(key))),
        (one(), any::<String>(), any::<String>()).prop_map(|(seed, server, date)| Edit::Install {
            key: key(seed),
            on: Installed { server, date },
        }),
        (one(), any::<String>()).prop_map(|(seed, server)| Edit::TakeOff {
            key: key(seed),
            server,
        }),
        "[a-z\"\\\\' é#\\]\n]{1,12}".prop_map(|name| Edit::AddFolder(absolute(&name))),
        "[a-z]{1,2}".prop_map(|name| Edit::ForgetFolder(absolute(&name))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn whatever_is_said_comes_back_and_strangers_lines_stay(edits in vec(any_edit(), 0..24)) {
        let strange = "# mine\nfuture = 7 # keep\n";
        let mut register = parse(strange);
        let mut names = BTreeMap::new();
        for edit in &edits {
            register.apply(edit);
            if let Edit::Name { key, name } = edit {
                names.insert(key.to_string(), name.clone());
            }
        }
        let text = register.to_text();
        let back = parse(&text);
        prop_assert_eq!(back.to_text(), text.clone());
        prop_assert!(text.contains("future = 7 # keep\n") && text.starts_with("# mine\n"), "{}", text);
        for seed in 0..4 {
            let key = key(seed);
            prop_assert_eq!(back.name(&key), names.get(&key.to_string()).cloned().flatten());
            prop_assert_eq!(back.installed(&key), register.installed(&key));
            prop_assert_eq!(back.is_default(&key), register.is_default(&key));
        }
        prop_assert_eq!(back.folders(), register.folders());
    }
}
