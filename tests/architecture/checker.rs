//! The checker, checked: each claim is a piece of source and what is said about it.

use std::collections::BTreeSet;

use crate::arrows::SourceFile;

fn said_of(name: &str, text: &str) -> Vec<String> {
    let file = SourceFile {
        name: name.to_owned(),
        text: text.to_owned(),
    };
    file.read(&BTreeSet::new())
        .faults
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn is_caught(name: &str, text: &str, expected: &str) {
    let said = said_of(name, text);
    assert!(
        said.iter().any(|line| line.contains(expected)),
        "{name}: {text}\nsaid {said:?}"
    );
}

fn is_allowed(name: &str, text: &str) {
    let said = said_of(name, text);
    assert!(said.is_empty(), "{name}: {text}\nsaid {said:?}");
}

#[test]
fn catches_a_climbing_import_and_names_its_line() {
    let said = said_of("format/ppk.rs", "//! Words.\n\nuse crate::app::App;\n");
    assert_eq!(
        said,
        ["src/format/ppk.rs:3: format (floor 1) → app (floor 4) climbs"]
    );
}

#[test]
fn names_the_line_of_a_path_in_quotes() {
    let said = said_of(
        "key/rsa.rs",
        "//! Words.\n#[serde(\n  with = \"crate::sys::hex\"\n)]\nstruct S;",
    );
    assert_eq!(said, ["src/key/rsa.rs:3: key (floor 1) → sys (floor 2) climbs"]);
}

#[test]
fn allows_an_arrow_that_descends_or_stays() {
    is_allowed(
        "gui/mod.rs",
        "use crate::app::App; use crate::secret::Passphrase; use egui::Ui;",
    );
    is_allowed(
        "format/mod.rs",
        "use crate::key::{KeyPair, spec::KeySpec}; use super::key::rsa;",
    );
    is_allowed(
        "cli/mod.rs",
        "use clap::Parser; use crate::cli::info; fn f() { crate::sys::home::folder() }",
    );
    is_allowed(
        "app/mod.rs",
        "use crate::engine::Problem; fn f() { crate::sys::home::folder() }",
    );
    is_allowed("lib.rs", "pub use crate::app::App; pub use crate::gui::run;");
}

#[test]
fn catches_an_arrow_in_every_place_where_a_path_can_stand() {
    for text in [
        "use crate::{key::KeyPair, gui::{self, theme}};",
        "pub use crate::gui::theme as look;",
        "fn f() { crate::gui::run(); }",
        "fn f(x: &crate::gui::Theme) {}",
        "fn f(x: u8) { match x { crate::gui::BLACK => {} _ => {} } }",
        "fn f() -> Vec<Option<crate::gui::Theme>> { Vec::new() }",
        "impl crate::gui::Draw for Key {}",
        "fn f() { println!(\"{}\", crate::gui::NAME); }",
        "fn f() { vec![[crate::gui::NAME]]; }",
        "macro_rules! m { () => { $crate::gui::run() } }",
        "macro_rules! m { () => { use $crate::{key, gui}; } }",
        "#[serde(with = \"crate::gui::hex\")] struct S;",
        "#[derive(crate::gui::Draw)] struct S;",
        "fn f() { keywright::gui::run(); }",
        "#[cfg(test)] mod tests { use crate::gui::run; }",
    ] {
        is_caught("sys/files.rs", text, "sys (floor 2) → gui (floor 5) climbs");
    }
}

#[test]
fn follows_self_and_super_to_where_they_lead() {
    is_caught(
        "sys/agent/mod.rs",
        "use super::super::app::Job;",
        "sys (floor 2) → app",
    );
    is_caught(
        "key/prime/sieve.rs",
        "use super::super::super::sys::files;",
        "key (floor 1) → sys",
    );
    is_caught(
        "key/rsa.rs",
        "mod inner { fn f() { super::super::super::sys::home() } }",
        "key (floor 1) → sys",
    );
    is_allowed(
        "key/prime/mod.rs",
        "use super::watch::Watch; use self::sieve::Sieve; use super::*;",
    );
    is_allowed("key/rsa.rs", "mod app { pub fn f() {} } use self::app::f;");
}

#[test]
fn catches_one_face_of_the_program_using_the_other() {
    is_caught("gui/mod.rs", "use crate::cli::table;", "may not use each other");
    is_caught("cli/mod.rs", "use crate::gui::theme;", "may not use each other");
    is_caught("app/mod.rs", "use crate::cli::table;", "may not use each other");
    is_caught("cli/mod.rs", "use crate::app::App;", "may not use each other");
    is_caught(
        "cli/mod.rs",
        "fn f() { crate::app::stage::f() }",
        "may not use each other",
    );
    is_caught("cli/mod.rs", "use eframe::egui;", "cli (floor 4) names eframe");
    is_caught("gui/mod.rs", "use clap::Parser;", "gui (floor 5) names clap");
}

#[test]
fn catches_a_window_or_a_command_line_on_a_lower_floor() {
    is_caught("app/mod.rs", "use egui::Ui;", "app (floor 4) names egui");
    is_caught(
        "app/mod.rs",
        "fn f(c: ::egui_kittest::Harness) {}",
        "app (floor 4) names egui_kittest",
    );
    is_caught(
        "sys/home.rs",
        "fn f() { rfd::AsyncFileDialog::new(); }",
        "sys (floor 2) names rfd",
    );
    is_caught(
        "key/spec.rs",
        "#[derive(clap::ValueEnum)] enum E {}",
        "key (floor 1) names clap",
    );
    is_caught(
        "app/mod.rs",
        "extern crate arboard;",
        "app (floor 4) names arboard",
    );
}

#[test]
fn catches_the_outside_world_in_pure_computing() {
    for text in [
        "use std::fs;",
        "use std::{io, net::TcpStream};",
        "use std::time::{Duration, Instant};",
        "use std::time::{self};",
        "use std::time;",
        "use std::*;",
        "fn f() { std::thread::sleep(x); }",
        "fn f() { assert!(std::time::SystemTime::now() > x); }",
        "use tempfile::NamedTempFile;",
    ] {
        is_caught("key/rsa.rs", text, "pure computing has no outside world");
    }
    is_allowed(
        "key/rsa.rs",
        "use std::time::Duration; use std::{fmt, io}; use std::io::Read as _;",
    );
    is_allowed(
        "sys/files.rs",
        "use std::fs; use std::thread; use std::time::SystemTime;",
    );
}

#[test]
fn lets_test_code_read_its_examples_from_files() {
    is_allowed(
        "format/ppk.rs",
        "#[cfg(test)] mod tests { fn f() { std::fs::read(\"x\"); } }",
    );
    is_allowed("format/ppk.rs", "#[cfg(all(test, unix))] use std::fs;");
    is_allowed("format/examples.rs", "#![cfg(test)] use std::fs;");
    is_allowed("format/ppk.rs", "#[test] fn f() { std::fs::read(\"x\"); }");
    is_caught("format/ppk.rs", "#[cfg(not(test))] use std::fs;", "names std::fs");
    is_caught(
        "format/ppk.rs",
        "#[cfg(any(test, unix))] use std::fs;",
        "names std::fs",
    );
    is_caught(
        "format/ppk.rs",
        "#[cfg(test)] mod tests {} use std::fs;",
        "names std::fs",
    );
}

#[test]
fn knows_a_file_of_tests_by_its_parent() {
    let parent = SourceFile {
        name: "key/mod.rs".into(),
        text: "#[cfg(test)] mod examples; mod rsa;".into(),
    };
    let child = SourceFile {
        name: "key/examples.rs".into(),
        text: "use std::fs;".into(),
    };
    let test_modules = parent.test_modules().into_iter().collect();
    assert_eq!(
        test_modules,
        BTreeSet::from([vec!["key".to_owned(), "examples".to_owned()]])
    );
    assert!(child.read(&test_modules).faults.is_empty());
    assert_eq!(child.read(&BTreeSet::new()).faults.len(), 1);
}

#[test]
fn catches_what_would_hide_an_arrow() {
    is_caught("key/rsa.rs", "use crate::*;", "imports the whole crate");
    is_caught("key/rsa.rs", "use crate as house;", "imports the whole crate");
    is_caught(
        "key/mod.rs",
        "#[path = \"../gui/theme.rs\"] mod theme;",
        "#[path]",
    );
}

#[test]
fn does_not_mistake_words_for_arrows() {
    is_allowed(
        "key/rsa.rs",
        "//! Drawn by crate::gui::key_panel.\n/// See [`crate::app::Job`].\npub fn f() {}",
    );
    is_allowed(
        "key/rsa.rs",
        "// crate::gui::run()\nfn f() { log(\"crate::gui is above\"); let gui = 1; }",
    );
}

#[test]
fn catches_whatever_could_make_a_connection() {
    for (name, text) in [
        ("app/mod.rs", "use std::net::TcpStream;"),
        ("gui/mod.rs", "fn f() { std::net::UdpSocket::bind(\"[::]:0\"); }"),
        ("cli/mod.rs", "use std::{fs, net};"),
        ("sys/agent/mod.rs", "use std::net;"),
        ("sys/files.rs", "use tokio::net::TcpStream;"),
        ("app/task.rs", "fn f() { russh::client::connect(); }"),
    ] {
        is_caught(name, text, "nothing but sys::remote makes connections");
    }
    is_allowed("sys/remote/client.rs", "use tokio::net::TcpStream; use std::net;");
    is_allowed("sys/remote.rs", "use russh::client;");
    is_allowed("sys/agent/unix.rs", "use std::os::unix::net::UnixStream;");
    is_allowed(
        "sys/files.rs",
        "#[cfg(test)] mod tests { use std::net::TcpListener; }",
    );
}
