//! The floors of the house, held by a test: an arrow that climbs fails, with its file, line and direction.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use arrows::{Fault, ROOF, SourceFile};

#[path = "architecture/arrows.rs"]
mod arrows;
#[path = "architecture/checker.rs"]
mod checker;
#[path = "architecture/circles.rs"]
mod circles;
#[path = "architecture/measures.rs"]
mod measures;

const MOST_LINES: usize = 600;
const MOST_LINES_OF_A_PROGRAM: &[(&str, usize)] = &[("main.rs", 60), ("bin/keywright-cli.rs", 40)];

#[test]
fn no_arrow_between_floors_climbs() {
    let house = House::read();
    let faults: Vec<Fault> = house
        .files
        .iter()
        .flat_map(|file| file.read(&house.test_modules).faults)
        .collect();
    assert!(faults.is_empty(), "\n{}\n", lines(&faults));
}

#[test]
fn no_files_that_lie_side_by_side_import_each_other_in_a_circle() {
    let house = House::read();
    let circles = circles::circles(&house.files, &house.test_modules);
    assert!(circles.is_empty(), "\n{}\n", circles.join("\n"));
}

#[test]
fn every_module_at_the_root_stands_on_a_floor() {
    let house = House::read();
    let homeless: BTreeSet<&str> = house
        .files
        .iter()
        .filter(|file| file.name != "lib.rs" && file.floor() == ROOF && !file.is_program())
        .map(|file| file.name.as_str())
        .collect();
    assert!(
        homeless.is_empty(),
        "no floor is known for {homeless:?}: add the module to FLOORS"
    );
}

#[test]
fn the_window_has_its_colours_and_measures_in_one_table() {
    let house = House::read();
    let found: Vec<String> = house.files.iter().flat_map(measures::of_its_own).collect();
    assert!(found.is_empty(), "not in src/gui/theme:\n{}\n", found.join("\n"));
}

/// What fetches pages, reports home or brings updates.
const TALKATIVE: &[&str] = &[
    "attohttpc",
    "curl",
    "hyper",
    "isahc",
    "minreq",
    "native-tls",
    "openssl",
    "opentelemetry",
    "quinn",
    "reqwest",
    "rustls",
    "self_update",
    "sentry",
    "surf",
    "tungstenite",
    "ureq",
];

#[test]
fn no_library_is_there_that_could_talk_to_a_server_of_its_own_accord() {
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock");
    let lock = std::fs::read_to_string(lock).expect("it is in the tree");
    let names: Vec<&str> = (lock.lines())
        .filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
        .collect();
    assert!(names.contains(&"keywright"), "this is no Cargo.lock: {names:?}");
    let talkative: Vec<_> = names.iter().filter(|name| TALKATIVE.contains(name)).collect();
    assert!(talkative.is_empty(), "{talkative:?}");
}

#[test]
fn the_console_program_knows_no_settings() {
    for file in House::read().files {
        let is_console = file.name.starts_with("cli/") || file.name.starts_with("bin/");
        let names_them = ["app::settings", "settings_place"]
            .iter()
            .any(|name| file.text.contains(name));
        assert!(!is_console || !names_them, "src/{} reads settings", file.name);
    }
}

#[test]
fn no_source_file_outgrows_a_reader() {
    let too_long: Vec<String> = House::read()
        .files
        .iter()
        .map(|file| (file, file.text.lines().count(), most_lines(&file.name)))
        .filter(|(_, long, most)| long > most)
        .map(|(file, long, most)| {
            format!(
                "src/{}: {long} lines, {most} at most: split it by subject",
                file.name
            )
        })
        .collect();
    assert!(too_long.is_empty(), "\n{}\n", too_long.join("\n"));
}

fn most_lines(name: &str) -> usize {
    let program = MOST_LINES_OF_A_PROGRAM
        .iter()
        .find(|(program, _)| *program == name);
    program.map_or(MOST_LINES, |(_, most)| *most)
}

fn lines(faults: &[Fault]) -> String {
    faults
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

/// All the source, read once.
struct House {
    files: Vec<SourceFile>,
    /// Files that are `#[cfg(test)] mod name;` of their parent: test code although they do not say so themselves.
    test_modules: BTreeSet<Vec<String>>,
}

impl House {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = Vec::new();
        for path in rust_files(&root) {
            let text = std::fs::read_to_string(&path).expect("a source file can be read");
            let name = path
                .strip_prefix(&root)
                .expect("found below src")
                .to_string_lossy()
                .replace('\\', "/");
            files.push(SourceFile { name, text });
        }
        assert!(files.len() > 5, "src/ was not found at {}", root.display());
        let test_modules = files.iter().flat_map(SourceFile::test_modules).collect();
        Self { files, test_modules }
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a source folder can be listed") {
        let path = entry.expect("a folder entry can be read").path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}
