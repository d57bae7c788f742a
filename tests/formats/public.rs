//! Public key files: what the others make of ours, and we of theirs.

use keywright::format::{EncodeError, Format, Wrapping, public_line};
use keywright::key::Algorithm;
use keywright::key::comment::Comment;
use keywright::key::fingerprint::{Fingerprint, FingerprintKind};
use keywright::key::spec::Naming;

use crate::claims::{Judge, Reason, Way, public, public_part};
use crate::fixtures::{
    PASSPHRASE, PUBLIC, comment, comment_of, corpus, file, key, open_locked, open_public, public_file,
};
use crate::judges::{jwcrypto, same_bytes};
use crate::tools::{Folder, Tool, hold, same};

/// The two forms of the formats that are text or bytes.
const WRAPPINGS: [(Wrapping, &str); 2] = [(Wrapping::Pem, "PEM"), (Wrapping::Der, "DER")];

fn ours(algorithm: Algorithm, format: Format, wrapping: Wrapping) -> Result<Vec<u8>, String> {
    public_file(key(algorithm).public(), &comment(), format, wrapping).map_err(|error| error.to_string())
}

/// The line of the public key that `ssh-keygen` 10.5p1 or 10.6p1 wrote.
fn new_line(naming: Naming) -> String {
    let line = corpus(match naming {
        Naming::Settled => "real/openssh/mldsa44_ed25519_106.pub",
        Naming::Experiment => "real/openssh/mldsa44_ed25519.pub",
    });
    String::from_utf8(line).expect("it is text")
}

/// The base64 of a block between its two lines, without its headers.
fn body(block: &str) -> String {
    let is_body = |line: &&str| !line.starts_with('-') && !line.contains(':');
    block.lines().filter(is_body).collect()
}

/// Has the judge read what is written here.
fn reads_ours(judge: Judge, algorithm: Algorithm, format: Format) -> Result<(), String> {
    let folder = Folder::new();
    let bytes = ours(algorithm, format, Wrapping::Pem)?;
    folder.put("key", &bytes);
    let public = key(algorithm).public();
    let line = public_line::encode(public, &comment());
    let bare_line = public_line::encode(public, &Comment::default());
    match (judge, format) {
        (Judge::SshKeygen, Format::PublicLine) => {
            let printed = folder.tool("ssh-keygen").args(["-l", "-f", "key"]).output()?;
            let shown = printed.split(' ').nth(1).unwrap_or_default();
            let ours = Fingerprint::of(public, FingerprintKind::Sha256).to_string();
            same("ssh-keygen -l", shown, &ours)
        }
        (Judge::SshKeygen, _) => {
            let printed = folder.tool("ssh-keygen").args(["-i", "-f", "key"]).output()?;
            // It drops the comment of such a file.
            same("ssh-keygen -i", printed.trim_end(), &bare_line)
        }
        (Judge::Puttygen, _) => {
            let printed = folder.tool("puttygen").args(["key", "-L"]).output()?;
            same("puttygen -L", printed.trim_end(), &line)
        }
        (Judge::NewSshKeygen(naming), Format::PublicLine) => {
            let theirs = new_line(naming);
            let comment = Comment::new("test@example").expect("it is a comment");
            let bytes = public_file(public, &comment, format, Wrapping::Pem);
            same_bytes(
                "the line",
                &bytes.map_err(|error| error.to_string())?,
                theirs.as_bytes(),
            )
        }
        (Judge::NewSshKeygen(naming), _) => {
            let theirs = new_line(naming);
            let blob = theirs.split(' ').nth(1).unwrap_or_default();
            same("the blob", &body(&String::from_utf8_lossy(&bytes)), blob)
        }
        (Judge::Openssl, Format::Pkcs1Public) => each_wrapping(|wrapping, form| {
            folder.put("key", &ours(algorithm, format, wrapping)?);
            let tool = folder
                .tool("openssl")
                .args(["rsa", "-RSAPublicKey_in", "-inform", form]);
            tool.args(["-in", "key", "-pubout", "-outform", "DER", "-out", "public"])
                .output()?;
            same_bytes(
                "openssl",
                &folder.get("public"),
                &as_openssl_has_it(&folder, algorithm)?,
            )
        }),
        (Judge::Openssl, _) => each_wrapping(|wrapping, form| {
            folder.put("key", &ours(algorithm, format, wrapping)?);
            let tool = folder.tool("openssl").args(["pkey", "-pubin", "-inform", form]);
            tool.args(["-in", "key", "-pubout", "-outform", "DER", "-out", "public"])
                .output()?;
            same_bytes(
                "openssl",
                &folder.get("public"),
                &as_openssl_has_it(&folder, algorithm)?,
            )
        }),
        (Judge::Dropbear, _) => Err("it has no files of public keys".to_owned()),
        (Judge::Jwcrypto, _) => {
            let pem = jwcrypto(&folder, "key", "public-pem")?;
            let expected = ours(algorithm, Format::Spki, Wrapping::Pem)?;
            same(
                "jwcrypto",
                pem.trim_end(),
                String::from_utf8_lossy(&expected).trim_end(),
            )?;
            same(
                "jwcrypto's kid",
                jwcrypto(&folder, "key", "kid")?.trim_end(),
                comment().as_str(),
            )
        }
    }
}

fn each_wrapping(check: impl Fn(Wrapping, &str) -> Result<(), String>) -> Result<(), String> {
    WRAPPINGS.into_iter().try_for_each(|(wrapping, form)| {
        check(wrapping, form).map_err(|complaint| format!("{form}: {complaint}"))
    })
}

/// The public key that `openssl` computes from the private one.
fn as_openssl_has_it(folder: &Folder, algorithm: Algorithm) -> Result<Vec<u8>, String> {
    folder.put("private", &file(algorithm, Format::Pkcs8, None));
    let tool = folder.tool("openssl").args(["pkey", "-in", "private", "-pubout"]);
    tool.args(["-outform", "DER", "-out", "computed"]).output()?;
    Ok(folder.get("computed"))
}

/// Reads what the judge writes.
fn writes_for_us(judge: Judge, algorithm: Algorithm, format: Format) -> Result<(), String> {
    let folder = Folder::new();
    let line = ours(algorithm, Format::PublicLine, Wrapping::Pem)?;
    folder.put("line", &line);
    let theirs = match (judge, format) {
        (Judge::SshKeygen, Format::PublicLine) => {
            folder.put("private", &file(algorithm, Format::OpenSsh, None));
            let tool = folder.tool("ssh-keygen").args(["-y", "-P", "", "-f", "private"]);
            vec![tool.output()?.into_bytes()]
        }
        (Judge::SshKeygen, _) => {
            let tool = folder.tool("ssh-keygen").args(["-e", "-f", "line"]);
            vec![tool.output()?.into_bytes()]
        }
        (Judge::Puttygen, _) => {
            folder.put("private.ppk", &file(algorithm, Format::Ppk2, None));
            let form = if format == Format::Rfc4716 {
                "public"
            } else {
                "public-openssh"
            };
            let tool = folder.tool("puttygen").args(["private.ppk", "-O", form]);
            vec![tool.output()?.into_bytes()]
        }
        (Judge::NewSshKeygen(naming), Format::PublicLine) => vec![new_line(naming).into_bytes()],
        (Judge::NewSshKeygen(naming), _) => {
            let theirs = new_line(naming);
            let blob = theirs.split(' ').nth(1).unwrap_or_default();
            // As the `-e` of any release wraps it.
            let block = block_of_ssh_keygen(&folder, blob)?;
            vec![block.into_bytes()]
        }
        (Judge::Openssl, Format::Pkcs1Public) => {
            written_by_openssl(&folder, algorithm, &["rsa", "-RSAPublicKey_out"])?
        }
        (Judge::Openssl, _) => written_by_openssl(&folder, algorithm, &["pkey", "-pubout"])?,
        (Judge::Dropbear, _) => return Err("it has no files of public keys".to_owned()),
        (Judge::Jwcrypto, _) => {
            folder.put("pkcs8", &file(algorithm, Format::Pkcs8, None));
            vec![jwcrypto(&folder, "pkcs8", "public-jwk")?.into_bytes()]
        }
    };
    for bytes in theirs {
        let found = open_public(&bytes)?;
        if (found.format, &found.key) != (format, key(algorithm).public()) {
            return Err(format!("read as {found:?}"));
        }
    }
    Ok(())
}

/// The block that `ssh-keygen -e` writes for an Ed25519 key, around another blob.
fn block_of_ssh_keygen(folder: &Folder, blob: &str) -> Result<String, String> {
    folder.put(
        "other",
        &ours(Algorithm::Ed25519, Format::PublicLine, Wrapping::Pem)?,
    );
    let block = folder.tool("ssh-keygen").args(["-e", "-f", "other"]).output()?;
    let replaced = body(&block);
    let lines: Vec<&str> = block.lines().collect();
    let at = lines
        .iter()
        .position(|line| replaced.starts_with(line))
        .ok_or("no base64")?;
    let width = lines[at].len();
    let wrapped: Vec<&str> = (0..blob.len())
        .step_by(width)
        .map(|at| &blob[at..blob.len().min(at + width)])
        .collect();
    Ok([&lines[..at], &wrapped, &lines[lines.len() - 1..]]
        .concat()
        .join("\n")
        + "\n")
}

fn written_by_openssl(
    folder: &Folder,
    algorithm: Algorithm,
    arguments: &[&str],
) -> Result<Vec<Vec<u8>>, String> {
    folder.put("private", &file(algorithm, Format::Pkcs8, None));
    let each = |(_, form): (Wrapping, &str)| {
        let tool = folder.tool("openssl");
        let tool = arguments.iter().fold(tool, Tool::arg);
        tool.args(["-in", "private", "-outform", form, "-out", "public"])
            .output()?;
        Ok(folder.get("public"))
    };
    WRAPPINGS.into_iter().map(each).collect()
}

fn each_claim(check: impl Fn(Judge, Algorithm, Format) -> Result<(), String>) {
    let mut results = Vec::new();
    for algorithm in Algorithm::ALL {
        for format in PUBLIC {
            if let Ok(judge) = public(algorithm, format) {
                let result = check(judge, algorithm, format);
                results.push(
                    result.map_err(|complaint| format!("{}, {format:?}: {complaint}", algorithm.name())),
                );
            }
        }
    }
    assert!(results.len() > 30, "only {}", results.len());
    hold(results);
}

#[test]
fn public_files_that_are_written_here_are_read_by_those_whose_format_it_is() {
    each_claim(reads_ours);
}

#[test]
fn public_files_of_those_whose_format_it_is_are_read_here() {
    each_claim(writes_for_us);
}

#[test]
fn a_public_key_that_a_format_has_no_room_for_is_refused_by_name() {
    let mut refused = 0;
    for algorithm in Algorithm::ALL {
        for format in PUBLIC {
            if public(algorithm, format).is_ok() {
                continue;
            }
            for (wrapping, _) in WRAPPINGS {
                let found = public_file(key(algorithm).public(), &comment(), format, wrapping).err();
                let Some(EncodeError::Unsupported { algorithm: named, .. }) = found else {
                    panic!("{}, {format:?}: {found:?}", algorithm.name());
                };
                assert_eq!(named, algorithm.name());
                refused += 1;
            }
        }
    }
    assert!(refused > 20, "only {refused}");
}

#[test]
fn the_public_part_of_an_encrypted_ppk_file_is_read_without_its_passphrase() {
    let mut results = Vec::new();
    for algorithm in Algorithm::ALL {
        if public_part(algorithm, Way::Read).is_err() {
            continue;
        }
        for version in ["version=2", "version=3,memory=64,passes=1"] {
            results.push(public_part_is_read(algorithm, version));
        }
    }
    assert_eq!(results.len(), 14);
    hold(results);
    assert_eq!(
        public_part(Algorithm::Rsa, Way::Write),
        Err(Reason::PartOfPrivate)
    );
}

fn public_part_is_read(algorithm: Algorithm, version: &str) -> Result<(), String> {
    let folder = Folder::new();
    folder.put("plain", &file(algorithm, Format::Ppk2, None));
    folder.put("passphrase", PASSPHRASE.as_bytes());
    folder
        .tool("puttygen")
        .args(["plain", "-O", "private", "--ppk-param", version, "-o", "locked"])
        .args(["-P", "--new-passphrase", "passphrase"])
        .output()?;
    let shown = folder
        .tool("puttygen")
        .args(["locked", "-O", "public-openssh"])
        .output()?;
    let found = open_locked(&folder.get("locked"))?;
    let public = found.public.as_ref().ok_or("no public key")?;
    let stated = found.comment.as_deref().unwrap_or_default();
    let line = public_line::encode(public, &comment_of(stated));
    same(version, &line, shown.trim_end())?;
    same(
        version,
        &line,
        &public_line::encode(key(algorithm).public(), &comment()),
    )
}
