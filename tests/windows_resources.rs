//! What the build script lays into the Windows programs, read back by another reader of such objects.
//! That the linker takes it and Windows finds it is seen by `scripts/check-windows-programs`, on the built programs.

use std::collections::BTreeMap;
use std::path::Path;

use object::pe::ImageResourceDataEntry;
use object::read::pe::{ResourceDirectory, ResourceDirectoryEntryData, ResourceDirectoryTable};
use object::{LittleEndian as LE, Object as _, ObjectSection as _, RelocationFlags};

use resources::{Machine, Resource, VersionInfo, icon, manifest, object_file, res_file};

#[path = "../build/resources.rs"]
mod resources;

const ICON: u16 = 3;
const GROUP: u16 = 14;
const VERSION: u16 = 16;
const MANIFEST: u16 = 24;

/// By kind, number and language.
type Found = BTreeMap<(u16, u16, u16), Vec<u8>>;

#[test]
fn every_picture_of_the_icon_and_the_list_of_them_are_in_the_object() {
    let ico = asset("icon/keywright.ico");
    let found = in_object(&everything(), "x86_64");
    let kinds: Vec<(u16, u16)> = found.keys().map(|(kind, id, _)| (*kind, *id)).collect();
    let icons = (1..=5).map(|id| (ICON, id));
    let rest = [(GROUP, 1), (VERSION, 1), (MANIFEST, 1)];
    assert_eq!(kinds, icons.chain(rest).collect::<Vec<_>>());

    let list = &found[&(GROUP, 1, 0x0409)];
    assert_eq!(list[..6], ico[..6]);
    for (entry, id) in list[6..].chunks(14).zip(1..) {
        let size = u32::from_le_bytes(entry[8..12].try_into().expect("four"));
        assert_eq!(u16::from_le_bytes([entry[12], entry[13]]), id);
        let picture = &found[&(ICON, id, 0x0409)];
        assert_eq!(picture.len(), usize::try_from(size).expect("small"));
        assert!(ico.windows(picture.len()).any(|part| part == picture));
    }
}

#[test]
fn the_manifest_is_in_the_object_as_it_is() {
    let found = in_object(&everything(), "x86_64");
    assert_eq!(found[&(MANIFEST, 1, 0x0409)], asset("keywright.exe.manifest"));
}

#[test]
fn the_linker_is_asked_for_each_address_in_the_words_of_its_processor() {
    for (name, relocation) in [("x86_64", 3), ("aarch64", 2), ("x86", 7)] {
        let bytes = object_file(&everything(), Machine::named(name).expect("known"));
        let file: object::coff::CoffFile = object::coff::CoffFile::parse(&*bytes).expect("an object");
        let section = file.section_by_name(".rsrc").expect("there");
        let asked: Vec<RelocationFlags> = section.relocations().map(|(_, asked)| asked.flags()).collect();
        assert_eq!(asked, [RelocationFlags::Coff { typ: relocation }; 8], "{name}");
    }
}

#[test]
fn a_res_file_holds_the_same_as_the_object() {
    let resources = everything();
    assert_eq!(
        in_res_file(&res_file(&resources)),
        in_object(&resources, "x86_64")
    );
}

#[test]
fn the_version_is_there_in_numbers_and_in_words() {
    let version = VersionInfo {
        version: "1.20.3-rc.4",
        words: &[("ProductName", "Keywright")],
    };
    let data = &in_object(&[version.resource()], "x86_64")[&(VERSION, 1, 0x0409)];
    let fixed = at(data, &0xFEEF_04BD_u32.to_le_bytes());
    assert_eq!(data[fixed + 8..fixed + 16], [20, 0, 1, 0, 0, 0, 3, 0]);
    let word = at(data, &utf16("Keywright\0"));
    assert_eq!(word % 4, 0);
    assert!(at(data, &utf16("040904b0\0")) < at(data, &utf16("ProductName\0")));
    assert!(at(data, &utf16("ProductName\0")) < word);
    assert_eq!(usize::from(u16::from_le_bytes([data[0], data[1]])), data.len());
}

#[test]
fn what_is_no_icon_is_refused() {
    let ico = asset("icon/keywright.ico");
    for cut in [0, 5, 6, 40, 85, 86, ico.len() - 1] {
        assert!(icon(&ico[..cut]).is_none(), "{cut} bytes");
    }
    assert!(icon(&asset("icon/keywright-16.png")).is_none());
    assert!(icon(&ico).is_some());
}

fn everything() -> Vec<Resource> {
    let version = VersionInfo {
        version: "0.1.0",
        words: &[("ProductName", "Keywright")],
    };
    let mut resources = vec![manifest(asset("keywright.exe.manifest")), version.resource()];
    resources.extend(icon(&asset("icon/keywright.ico")).expect("an icon"));
    resources
}

fn asset(name: &str) -> Vec<u8> {
    std::fs::read(Path::new("assets").join(name)).expect("it is in the source")
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn at(bytes: &[u8], part: &[u8]) -> usize {
    bytes
        .windows(part.len())
        .position(|here| here == part)
        .expect("there")
}

fn in_object(resources: &[Resource], machine: &str) -> Found {
    let bytes = object_file(resources, Machine::named(machine).expect("known"));
    let file: object::coff::CoffFile = object::coff::CoffFile::parse(&*bytes).expect("an object");
    let section = file
        .section_by_name(".rsrc")
        .expect("there")
        .data()
        .expect("inside");
    let directory = ResourceDirectory::new(section);
    let mut found = Found::new();
    for (kind, ids) in tables(directory, &directory.root().expect("a root")) {
        for (id, languages) in tables(directory, &ids) {
            for entry in languages.entries {
                let data = entry
                    .data(directory)
                    .expect("inside")
                    .data()
                    .expect("no fourth storey");
                let language = u16::try_from(entry.name_or_id.get(LE)).expect("no name");
                found.insert((kind, id, language), described(section, data));
            }
        }
    }
    found
}

fn tables<'a>(
    directory: ResourceDirectory<'a>,
    table: &ResourceDirectoryTable<'a>,
) -> Vec<(u16, ResourceDirectoryTable<'a>)> {
    let entries = table.entries.iter().map(|entry| {
        let ResourceDirectoryEntryData::Table(below) = entry.data(directory).expect("inside") else {
            panic!("data on the wrong storey");
        };
        (u16::try_from(entry.name_or_id.get(LE)).expect("no name"), below)
    });
    let entries: Vec<_> = entries.collect();
    assert!(entries.is_sorted_by_key(|(id, _)| *id));
    entries
}

fn described(section: &[u8], data: &ImageResourceDataEntry) -> Vec<u8> {
    let start = usize::try_from(data.offset_to_data.get(LE)).expect("small");
    let len = usize::try_from(data.size.get(LE)).expect("small");
    section[start..start + len].to_vec()
}

/// A header of 32 bytes each, as all here have numbers for names.
fn in_res_file(bytes: &[u8]) -> Found {
    let number = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
    let mut found = Found::new();
    let mut at = 0;
    while at < bytes.len() {
        let len = usize::from(number(at)) + (usize::from(number(at + 2)) << 16);
        assert_eq!((number(at + 4), number(at + 6)), (32, 0));
        assert_eq!((number(at + 8), number(at + 12)), (0xFFFF, 0xFFFF));
        let data = bytes[at + 32..at + 32 + len].to_vec();
        found.insert((number(at + 10), number(at + 14), number(at + 22)), data);
        at = (at + 32 + len).next_multiple_of(4);
    }
    assert_eq!(
        found.remove(&(0, 0, 0)),
        Some(Vec::new()),
        "the mark of 32 bits comes first"
    );
    found
}
