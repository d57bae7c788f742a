//! What `convert --for PROGRAM` writes, read by that program, or by the one that reads the same files.

use keywright::engine::programs::{PROGRAMS, Program};
use keywright::engine::saving::Strength;
use keywright::format::{self, Format, Parsed, PrivateEncoding, Wrapping, public_line, spki};
use keywright::key::comment::Comment;
use keywright::key::{Algorithm, PublicKey};

use crate::common::Kind;
use crate::matrix::ours;
use crate::tools::{Folder, hold, same};

/// Debian puts its modules where only its own interpreter looks.
const PYTHON: &str = "/usr/bin/python3";

const PASSPHRASE: &str = "six words and a half";

/// Reads a key file, and prints its public half.
const PARAMIKO: &str = "
import sys, paramiko
for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
    try:
        key = kind.from_private_key_file('key', password=sys.argv[1] or None)
        print(key.get_name(), key.get_base64())
        break
    except paramiko.SSHException:
        pass
";

/// The same; what it says against old ciphers goes to standard error.
const ASYNCSSH: &str = "
import sys, asyncssh
try:
    key = asyncssh.read_private_key('key', sys.argv[1] or None)
    print(key.export_public_key().decode())
except asyncssh.KeyImportError:
    pass
";

fn kind(algorithm: Algorithm) -> Kind {
    Kind::ALL
        .into_iter()
        .find(|kind| kind.key().algorithm() == algorithm)
        .unwrap_or_else(|| panic!("no key of type {}", algorithm.name()))
}

fn line(key: &PublicKey) -> String {
    public_line::encode(key, &Comment::default())
}

/// Puts the file into the folder as `key`, and has the program read it.
fn check(program: &Program, kind: Kind, format: Format, passphrase: Option<&str>) -> Result<(), String> {
    let folder = Folder::new();
    let key = kind.key();
    let encoding = Strength::default().encoding(format).expect("it is written");
    // Of files without a comment paramiko refuses those that need no filling up.
    let comment = Comment::new("me@here").expect("it is a comment");
    folder.put("key", &ours(key, &comment, &encoding, passphrase));
    folder.put("passphrase", passphrase.unwrap_or_default().as_bytes());
    let expected = line(key.public());
    let given = passphrase.unwrap_or_default();
    let judge = match (program.tried_with, format) {
        // What is in OpenSSH's own format is read by no `openssl`; DSA is no longer read by every `ssh-keygen`.
        (Some("openssl"), Format::OpenSsh) => "ssh-keygen",
        (Some("ssh-keygen"), _) if kind == Kind::Dsa => "openssl",
        (Some(judge), _) => judge,
        (None, _) => return Ok(()),
    };
    let found = match judge {
        "puttygen" => {
            let tool = folder.tool("puttygen").args(["key", "-L"]);
            tool.args(["--old-passphrase", "passphrase"]).output()?
        }
        "ssh-keygen" => folder
            .tool("ssh-keygen")
            .args(["-y", "-P", given, "-f", "key"])
            .output()?,
        "openssl" => {
            let tool = folder.tool("openssl").args(["pkey", "-in", "key", "-passin"]);
            let tool = tool.args([&format!("pass:{given}"), "-pubout", "-outform", "DER"]);
            let theirs = tool.bytes()?;
            let ours = spki::encode(key.public(), Wrapping::Der).map_err(|error| error.to_string())?;
            return (theirs == ours).then_some(()).ok_or("another key".to_owned());
        }
        "paramiko" => folder.tool(PYTHON).args(["-c", PARAMIKO, given]).output()?,
        "asyncssh" => folder.tool(PYTHON).args(["-c", ASYNCSSH, given]).output()?,
        "dropbearkey" => {
            let printed = folder.tool("dropbearkey").args(["-y", "-f", "key"]).output()?;
            // And what Dropbear makes of it is the key again.
            let convert = folder
                .tool("dropbearconvert")
                .args(["dropbear", "openssh", "key", "theirs"]);
            convert.output()?;
            let ours = folder
                .tool("ssh-keygen")
                .args(["-y", "-P", "", "-f", "theirs"])
                .output()?;
            let two: Vec<&str> = ours.split_whitespace().take(2).collect();
            same("ssh-keygen", &two.join(" "), expected.trim_end())?;
            let is_key = |line: &&str| line.starts_with("ssh-") || line.starts_with("ecdsa-");
            printed.lines().find(is_key).unwrap_or_default().to_owned()
        }
        "age" => {
            folder.put("recipient", format!("{expected}\n").as_bytes());
            folder.put("plain", b"a secret");
            let encrypt = folder
                .tool("age")
                .args(["-R", "recipient", "-o", "locked", "plain"]);
            encrypt.output()?;
            let opened = folder.tool("age").args(["-d", "-i", "key", "locked"]).output()?;
            return same("age", &opened, "a secret");
        }
        other => return Err(format!("nobody knows how {other} is asked")),
    };
    let two: Vec<&str> = found.split_whitespace().take(2).collect();
    same(judge, &two.join(" "), expected.trim_end())
}

#[test]
fn each_program_reads_every_file_that_is_chosen_for_it() {
    let mut results = Vec::new();
    for program in PROGRAMS {
        for (takes, format) in program.files {
            for algorithm in takes.algorithms() {
                let kind = kind(algorithm);
                assert_eq!(program.format(kind.key().public()).ok(), Some(*format));
                // age asks for a passphrase on a terminal only.
                let asks = program.takes_passphrase && program.tried_with != Some("age");
                for passphrase in [None, Some(PASSPHRASE)] {
                    if passphrase.is_none() || asks {
                        let result = check(program, kind, *format, passphrase);
                        results.push(result.map_err(|complaint| {
                            format!("{}, {kind:?}, {passphrase:?}: {complaint}", program.code)
                        }));
                    }
                }
            }
        }
    }
    assert!(results.len() > 80, "only {}", results.len());
    hold(results);
}

#[test]
fn a_file_that_dropbear_has_made_is_read() {
    let folder = Folder::new();
    for (kind, bits) in [
        ("rsa", "2048"),
        ("ecdsa", "256"),
        ("ecdsa", "521"),
        ("ed25519", "256"),
    ] {
        let name = format!("{kind}{bits}");
        let make = folder
            .tool("dropbearkey")
            .args(["-t", kind, "-s", bits, "-f", &name]);
        let printed = make.output().expect("it makes keys");
        let is_key = |line: &&str| line.starts_with("ssh-") || line.starts_with("ecdsa-");
        let theirs = printed.lines().find(is_key).expect("it prints the public key");
        let Ok(Parsed::Private(file)) = format::parse(&folder.get(&name)) else {
            panic!("{name} is not read");
        };
        assert_eq!(file.format, Format::Dropbear);
        let two: Vec<&str> = theirs.split_whitespace().take(2).collect();
        assert_eq!(line(file.key.public()).trim_end(), two.join(" "));
        // Written again, it is the same to the byte.
        let ours = ours(&file.key, &Comment::default(), &PrivateEncoding::Dropbear, None);
        assert!(ours == folder.get(&name), "{name}");
    }
}

#[test]
fn what_a_program_is_said_not_to_take_it_does_not_take() {
    let folder = Folder::new();
    let put = |name: &str, kind: Kind, format, passphrase: Option<&str>| {
        let encoding = Strength::default().encoding(format).expect("it is written");
        folder.put(
            name,
            &ours(kind.key(), &Comment::default(), &encoding, passphrase),
        );
    };
    put("locked", Kind::Ed25519, Format::OpenSsh, Some(PASSPHRASE));
    let dropbear = folder
        .tool("dropbearconvert")
        .args(["openssh", "dropbear", "locked", "out"])
        .run();
    assert!(!dropbear.is_success, "dropbear opens files with a passphrase");

    put("key", Kind::Ed25519, Format::Pkcs8, None);
    let paramiko = folder.tool(PYTHON).args(["-c", PARAMIKO, ""]).run();
    assert!(paramiko.is_success, "{}", paramiko.complaint());
    assert_eq!(paramiko.stdout, "", "paramiko reads PKCS#8");

    put("key", Kind::Ed25519, Format::Ppk3, None);
    let asyncssh = folder.tool(PYTHON).args(["-c", ASYNCSSH, ""]).run();
    assert!(asyncssh.is_success, "{}", asyncssh.complaint());
    assert_eq!(asyncssh.stdout, "", "asyncssh reads PuTTY's files");
    for format in [Format::Pem, Format::Pkcs8] {
        put("key", Kind::P256, format, Some(PASSPHRASE));
        let asyncssh = folder.tool(PYTHON).args(["-c", ASYNCSSH, PASSPHRASE]).output();
        let ours = line(Kind::P256.key().public());
        let theirs = asyncssh.expect("it runs");
        assert_eq!(theirs.trim_end(), ours.trim_end(), "{format:?}");
    }

    folder.put("recipient", line(Kind::P256.key().public()).as_bytes());
    folder.put("plain", b"a secret");
    let age = folder
        .tool("age")
        .args(["-R", "recipient", "-o", "locked.age", "plain"])
        .run();
    assert!(!age.is_success, "age takes ECDSA keys");
}
