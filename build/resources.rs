//! What Windows shows of a program without starting it: its icon, version and manifest.
//!
//! Microsoft's `link.exe` takes them as a `.res` file, GNU's `ld` as an object with a section `.rsrc`. Both are written
//! here, so that whoever builds Keywright needs no resource compiler.
//!
//! PE Format §.rsrc; Resource File Formats; `VS_VERSIONINFO`; all in Microsoft's documentation.

use std::collections::BTreeMap;

/// English of the United States, the language in which the programs speak.
const LANGUAGE: u16 = 0x0409;

const RT_ICON: u16 = 3;
const RT_GROUP_ICON: u16 = 14;
const RT_VERSION: u16 = 16;
const RT_MANIFEST: u16 = 24;

/// One thing that lies in a program beside its code.
pub(crate) struct Resource {
    kind: u16,
    id: u16,
    data: Vec<u8>,
}

/// The manifest that an executable file must have under number 1.
pub(crate) fn manifest(xml: Vec<u8>) -> Resource {
    Resource {
        kind: RT_MANIFEST,
        id: 1,
        data: xml,
    }
}

/// The pictures of an ICO file and the list of them, or nothing if it is no such file.
///
/// The two formats differ in the last field of an entry: where the picture stands in the file, and its number here.
pub(crate) fn icon(ico: &[u8]) -> Option<Vec<Resource>> {
    const HEADER_LEN: usize = 6;
    const ENTRY_LEN: usize = 16;

    let header = ico.get(..HEADER_LEN)?;
    if header[..4] != [0, 0, 1, 0] {
        return None;
    }
    let count = u16::from_le_bytes([header[4], header[5]]);
    let mut list = header.to_vec();
    let mut resources = Vec::new();
    for (id, entry) in (1..=count).zip(ico.get(HEADER_LEN..)?.chunks_exact(ENTRY_LEN)) {
        let size = number_at(entry, 8)?;
        let start = number_at(entry, 12)?;
        let picture = ico.get(start..start.checked_add(size)?)?;
        list.extend(&entry[..12]);
        list.extend(id.to_le_bytes());
        resources.push(Resource {
            kind: RT_ICON,
            id,
            data: picture.to_vec(),
        });
    }
    if resources.len() != usize::from(count) {
        return None;
    }
    resources.push(Resource {
        kind: RT_GROUP_ICON,
        id: 1,
        data: list,
    });
    Some(resources)
}

fn number_at(bytes: &[u8], at: usize) -> Option<usize> {
    let four: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(four)).ok()
}

/// What “Properties” of the file shows under “Details”.
pub(crate) struct VersionInfo<'a> {
    /// As in Cargo.toml; what follows the three numbers does not fit into the fixed part.
    pub(crate) version: &'a str,
    /// Names that Windows knows, and what they say.
    pub(crate) words: &'a [(&'a str, &'a str)],
}

impl VersionInfo<'_> {
    pub(crate) fn resource(&self) -> Resource {
        const UTF16: u16 = 1200;
        let table = self.words.iter().map(|(name, word)| {
            let text = utf16(word);
            let characters = size16(text.len() / 2);
            block(name, ValueKind::Text, characters, &text, &[])
        });
        let language = format!("{LANGUAGE:04x}{UTF16:04x}");
        let table = block(&language, ValueKind::Text, 0, &[], &table.collect::<Vec<_>>());
        let translation = [LANGUAGE.to_le_bytes(), UTF16.to_le_bytes()].concat();
        let translation = block("Translation", ValueKind::Binary, 4, &translation, &[]);
        let children = [
            block("StringFileInfo", ValueKind::Text, 0, &[], &[table]),
            block("VarFileInfo", ValueKind::Text, 0, &[], &[translation]),
        ];
        let fixed = self.fixed();
        Resource {
            kind: RT_VERSION,
            id: 1,
            data: block(
                "VS_VERSION_INFO",
                ValueKind::Binary,
                size16(fixed.len()),
                &fixed,
                &children,
            ),
        }
    }

    /// `VS_FIXEDFILEINFO`: a program of 32-bit Windows or later, no debug or preliminary version, no date.
    fn fixed(&self) -> Vec<u8> {
        const SIGNATURE: u32 = 0xFEEF_04BD;
        const STRUCTURE: u32 = 0x0001_0000;
        const KNOWN_FLAGS: u32 = 0x3F;
        const WINDOWS_NT: u32 = 0x0004_0004;
        const PROGRAM: u32 = 1;
        let numbers = self.version.split(['-', '+']).next().unwrap_or_default();
        let mut numbers = numbers
            .split('.')
            .map(|number| number.parse::<u16>().unwrap_or(0));
        let mut pair = || {
            let upper = numbers.next().unwrap_or(0);
            u32::from(upper) << 16 | u32::from(numbers.next().unwrap_or(0))
        };
        let (upper, lower) = (pair(), pair());
        let fields = [
            SIGNATURE,
            STRUCTURE,
            upper,
            lower,
            upper,
            lower,
            KNOWN_FLAGS,
            0,
            WINDOWS_NT,
            PROGRAM,
            0,
            0,
            0,
        ];
        fields.iter().flat_map(|field| field.to_le_bytes()).collect()
    }
}

#[derive(Clone, Copy)]
enum ValueKind {
    Binary = 0,
    Text = 1,
}

/// One node of the tree that a version is: length, length of the value, its kind, key, value, children.
fn block(key: &str, kind: ValueKind, value_len: u16, value: &[u8], children: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0, 0];
    bytes.extend(value_len.to_le_bytes());
    bytes.extend((kind as u16).to_le_bytes());
    bytes.extend(utf16(key));
    for part in std::iter::once(value).chain(children.iter().map(Vec::as_slice)) {
        pad(&mut bytes, 4);
        bytes.extend(part);
    }
    let len = size16(bytes.len());
    bytes[..2].copy_from_slice(&len.to_le_bytes());
    bytes
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16()
        .chain([0])
        .flat_map(u16::to_le_bytes)
        .collect()
}

/// A `.res` file: every resource after a header of its own, an empty one first to tell it from 16-bit files.
pub(crate) fn res_file(resources: &[Resource]) -> Vec<u8> {
    const MOVEABLE_PURE: u16 = 0x30;
    let mut bytes = Vec::new();
    let mut add = |kind: u16, id: u16, flags: u16, language: u16, data: &[u8]| {
        bytes.extend(size32(data.len()).to_le_bytes());
        bytes.extend(32_u32.to_le_bytes());
        for name in [kind, id] {
            // A number in place of a name is marked by what no character is.
            bytes.extend(0xFFFF_u16.to_le_bytes());
            bytes.extend(name.to_le_bytes());
        }
        bytes.extend(0_u32.to_le_bytes());
        bytes.extend(flags.to_le_bytes());
        bytes.extend(language.to_le_bytes());
        bytes.extend([0; 8]);
        bytes.extend(data);
        pad(&mut bytes, 4);
    };
    add(0, 0, 0, 0, &[]);
    for resource in resources {
        add(
            resource.kind,
            resource.id,
            MOVEABLE_PURE,
            LANGUAGE,
            &resource.data,
        );
    }
    bytes
}

/// The processor that an object is for.
#[derive(Clone, Copy)]
pub(crate) struct Machine {
    id: u16,
    /// How an address counted from the program's start is asked of the linker.
    address_relocation: u16,
}

impl Machine {
    /// By the name that Rust gives it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let (id, address_relocation) = match name {
            "x86_64" => (0x8664, 3),
            "aarch64" => (0xAA64, 2),
            "x86" => (0x014C, 7),
            _ => return None,
        };
        Some(Self {
            id,
            address_relocation,
        })
    }
}

/// A COFF object with one section, `.rsrc`: directories by kind, by number and by language, then the data.
pub(crate) fn object_file(resources: &[Resource], machine: Machine) -> Vec<u8> {
    const FILE_HEADER_LEN: usize = 20;
    const SECTION_HEADER_LEN: usize = 40;
    const RELOCATION_LEN: usize = 10;
    const INITIALIZED_READABLE: u32 = 0x4000_0040;
    const STATIC: u8 = 3;
    const NAME: &[u8; 8] = b".rsrc\0\0\0";

    let section = section(resources);
    let section_at = FILE_HEADER_LEN + SECTION_HEADER_LEN;
    let relocations_at = section_at + section.bytes.len();
    let symbols_at = relocations_at + section.addresses_at.len() * RELOCATION_LEN;

    let mut bytes = Vec::new();
    bytes.extend(machine.id.to_le_bytes());
    bytes.extend(1_u16.to_le_bytes());
    // No date.
    bytes.extend(0_u32.to_le_bytes());
    bytes.extend(size32(symbols_at).to_le_bytes());
    bytes.extend(1_u32.to_le_bytes());
    bytes.extend([0; 4]);

    bytes.extend(NAME);
    bytes.extend([0; 8]);
    bytes.extend(size32(section.bytes.len()).to_le_bytes());
    bytes.extend(size32(section_at).to_le_bytes());
    bytes.extend(size32(relocations_at).to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(size16(section.addresses_at.len()).to_le_bytes());
    bytes.extend([0; 2]);
    bytes.extend(INITIALIZED_READABLE.to_le_bytes());

    bytes.extend(&section.bytes);
    for at in section.addresses_at {
        bytes.extend(at.to_le_bytes());
        // Counted from symbol 0, the section.
        bytes.extend(0_u32.to_le_bytes());
        bytes.extend(machine.address_relocation.to_le_bytes());
    }

    bytes.extend(NAME);
    bytes.extend([0; 4]);
    bytes.extend(1_u16.to_le_bytes());
    bytes.extend(0_u16.to_le_bytes());
    bytes.extend([STATIC, 0]);
    // No longer names: a string table that holds nothing but its own length.
    bytes.extend(4_u32.to_le_bytes());
    bytes
}

struct Section {
    bytes: Vec<u8>,
    /// Where an address stands that the linker must complete.
    addresses_at: Vec<u32>,
}

fn section(resources: &[Resource]) -> Section {
    const TABLE_LEN: usize = 16;
    const ENTRY_LEN: usize = 8;
    const DESCRIPTION_LEN: usize = 16;
    const IS_DIRECTORY: u32 = 0x8000_0000;

    // Entries must be sorted, on every storey.
    let mut kinds: BTreeMap<u16, BTreeMap<u16, &[u8]>> = BTreeMap::new();
    for resource in resources {
        kinds
            .entry(resource.kind)
            .or_default()
            .insert(resource.id, &resource.data);
    }
    let count: usize = kinds.values().map(BTreeMap::len).sum();
    let ids_at = TABLE_LEN + kinds.len() * ENTRY_LEN;
    let languages_at = ids_at + kinds.len() * TABLE_LEN + count * ENTRY_LEN;
    let descriptions_at = languages_at + count * (TABLE_LEN + ENTRY_LEN);
    let data_at = descriptions_at + count * DESCRIPTION_LEN;

    let mut bytes = Vec::new();
    table(&mut bytes, kinds.len());
    let mut next_table = ids_at;
    for (kind, ids) in &kinds {
        entry(&mut bytes, *kind, size32(next_table) | IS_DIRECTORY);
        next_table += TABLE_LEN + ids.len() * ENTRY_LEN;
    }
    for ids in kinds.values() {
        table(&mut bytes, ids.len());
        for id in ids.keys() {
            entry(&mut bytes, *id, size32(next_table) | IS_DIRECTORY);
            next_table += TABLE_LEN + ENTRY_LEN;
        }
    }
    for nth in 0..count {
        table(&mut bytes, 1);
        entry(
            &mut bytes,
            LANGUAGE,
            size32(descriptions_at + nth * DESCRIPTION_LEN),
        );
    }
    let mut data = Vec::new();
    let mut addresses_at = Vec::new();
    for part in kinds.values().flat_map(BTreeMap::values) {
        addresses_at.push(size32(bytes.len()));
        bytes.extend(size32(data_at + data.len()).to_le_bytes());
        bytes.extend(size32(part.len()).to_le_bytes());
        bytes.extend([0; 8]);
        data.extend(*part);
        pad(&mut data, 8);
    }
    bytes.extend(data);
    Section { bytes, addresses_at }
}

/// The head of a directory whose entries have numbers, not names.
fn table(bytes: &mut Vec<u8>, entries: usize) {
    bytes.extend([0; 14]);
    bytes.extend(size16(entries).to_le_bytes());
}

fn entry(bytes: &mut Vec<u8>, id: u16, points_to: u32) {
    bytes.extend(u32::from(id).to_le_bytes());
    bytes.extend(points_to.to_le_bytes());
}

fn pad(bytes: &mut Vec<u8>, to_multiple_of: usize) {
    bytes.resize(bytes.len().next_multiple_of(to_multiple_of), 0);
}

fn size16(len: usize) -> u16 {
    u16::try_from(len).expect("an icon, a version and a manifest are small")
}

fn size32(len: usize) -> u32 {
    u32::try_from(len).expect("an icon, a version and a manifest are small")
}
