//! Makes the keys anew, and the list that the programs hold of them.
//!
//! `list make FOLDER` makes all sets whose names follow, or all that are in the list. It takes hours, and goes on where it was
//! ended. `list encode FOLDER FILE` writes the list of what is there.

use std::collections::HashSet;
use std::error::Error;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use keywright_debian2008::list::{encode, fingerprint};
use keywright_debian2008::{PROCESSES, Set};

/// The number of a process and a fingerprint.
const ENTRY: usize = 4 + 8;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["make", folder, ref names @ ..] => {
            let is_wanted = |set: &Set| names.is_empty() || names.contains(&set.name().as_str());
            for set in Set::listed().filter(is_wanted) {
                make(set, Path::new(folder))?;
            }
        }
        ["encode", folder, file] => {
            let mut fingerprints = Vec::new();
            for set in Set::listed() {
                let entries = read(&Path::new(folder).join(set.name()))?;
                if entries.len() != PROCESSES.count() {
                    return Err(format!("{} is not whole", set.name()).into());
                }
                fingerprints.extend(entries.into_iter().map(|(_, fingerprint)| fingerprint));
            }
            File::create(file)?.write_all(&encode(fingerprints))?;
        }
        _ => return Err("list make FOLDER [SET…] | list encode FOLDER FILE".into()),
    }
    Ok(())
}

fn make(set: Set, folder: &Path) -> Result<(), Box<dyn Error>> {
    let path = folder.join(set.name());
    let made: HashSet<u32> = read(&path)?.into_iter().map(|(process, _)| process).collect();
    let mut file = File::options().create(true).append(true).open(&path)?;
    // What was cut off counts for nothing.
    file.set_len((made.len() * ENTRY) as u64)?;
    let start = Instant::now();
    let mut count = 0;
    let mut outcome = Ok(());
    set.make(
        PROCESSES.filter(|process| !made.contains(process)),
        |process, number| {
            let mut entry = process.to_le_bytes().to_vec();
            entry.extend(fingerprint(number).to_le_bytes());
            count += 1;
            if outcome.is_ok() {
                outcome = file.write_all(&entry);
            }
        },
    );
    outcome?;
    writeln!(
        std::io::stdout(),
        "{}: {count} keys in {:.0?}",
        set.name(),
        start.elapsed()
    )?;
    Ok(())
}

/// What was made already.
fn read(path: &Path) -> Result<Vec<(u32, u64)>, Box<dyn Error>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let bytes = fs::read(path)?;
    let (entries, _) = bytes.as_chunks::<ENTRY>();
    let entry = |entry: &[u8; ENTRY]| {
        let (process, fingerprint) = entry.split_at(4);
        let process = process.first_chunk().copied().map(u32::from_le_bytes);
        let fingerprint = fingerprint.first_chunk().copied().map(u64::from_le_bytes);
        process.zip(fingerprint)
    };
    Ok(entries.iter().filter_map(entry).collect())
}
