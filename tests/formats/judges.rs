//! Private key files: what the others make of ours, and we of theirs.

use keywright::format::{self, EncodeError, Format, Outgoing, PrivateEncoding, Wrapping, public_line, spki};
use keywright::key::comment::Comment;
use keywright::key::fingerprint::{Fingerprint, FingerprintKind};
use keywright::key::spec::Naming;
use keywright::key::{Algorithm, PublicKey};
use keywright::secret::Passphrase;

use crate::ciphers::Randomness;
use crate::claims::Judge;
use crate::fixtures::{
    canonical, comment, comment_of, corpus, file, fingerprint_in_manifest, key, open, outgoing, written,
};
use crate::ppk1::version_1;
use crate::settings::reread_by_puttygen;
use crate::tools::{Folder, Tool, same};

/// What Debian runs Python programs with; another Python on the path has other modules.
const PYTHON: &str = "/usr/bin/python3";
/// Reads any JSON Web Key or PEM file, and writes it in another form.
const JWCRYPTO: &str = "
import sys
from jwcrypto import jwk
bytes = open(sys.argv[1], 'rb').read()
key = jwk.JWK.from_json(bytes) if bytes.startswith(b'{') else jwk.JWK.from_pem(bytes)
form = sys.argv[2]
if form == 'jwk':
    key = jwk.JWK(**{**key.export(private_key=True, as_dict=True), 'kid': sys.argv[3]})
    print(key.export(private_key=True))
elif form == 'public-jwk':
    key = jwk.JWK(**{**key.export_public(as_dict=True), 'kid': sys.argv[3]})
    print(key.export())
elif form == 'kid':
    print(key.get('kid'))
else:
    is_private = form == 'private-pem'
    print(key.export_to_pem(private_key=is_private, password=None).decode())
";

/// Has jwcrypto write `file` in another form: `jwk`, `public-jwk`, `private-pem` or `public-pem`; or
/// say its `kid`.
pub(crate) fn jwcrypto(folder: &Folder, file: &str, form: &str) -> Result<String, String> {
    let comment = comment();
    folder
        .tool(PYTHON)
        .args(["-c", JWCRYPTO, file, form, comment.as_str()])
        .output()
        .map_err(|complaint| format!("is python3-jwcrypto installed? {complaint}"))
}

pub(crate) fn subject_public_key_info(key: &PublicKey) -> Vec<u8> {
    spki::encode(key, Wrapping::Der).expect("OpenSSL has this type")
}

/// Whether two byte strings are the same.
pub(crate) fn same_bytes(what: &str, found: &[u8], expected: &[u8]) -> Result<(), String> {
    let is_same = found == expected;
    is_same.then_some(()).ok_or_else(|| {
        let [found, expected] = [found, expected].map(String::from_utf8_lossy);
        format!("{what}:\n  found    {found:?}\n  expected {expected:?}")
    })
}

/// Has `judge` read a file that is written here.
pub(crate) fn reads_ours(
    judge: Judge,
    algorithm: Algorithm,
    format: Format,
    passphrase: Option<&str>,
) -> Result<(), String> {
    let folder = Folder::new();
    folder.put("key", &file(algorithm, format, passphrase));
    let public = key(algorithm).public();
    match judge {
        Judge::SshKeygen => {
            let printed = folder
                .tool("ssh-keygen")
                .args(["-y", "-P", passphrase.unwrap_or_default(), "-f", "key"])
                .output()?;
            same(
                "ssh-keygen",
                printed.trim_end(),
                &public_line::encode(public, &comment()),
            )
        }
        Judge::Puttygen => {
            let ran = reread_by_puttygen(&folder, "key", passphrase);
            if !ran.is_success {
                return Err(ran.complaint());
            }
            same_bytes(
                "puttygen",
                &folder.get("reread"),
                &file(algorithm, Format::Ppk2, None),
            )
        }
        Judge::Openssl => {
            let form = if format == Format::Pkcs8Der { "DER" } else { "PEM" };
            let tool = folder
                .tool("openssl")
                .args(["pkey", "-in", "key", "-inform", form]);
            openssl_passphrase(tool, "-passin", passphrase)
                .args(["-pubout", "-outform", "DER", "-out", "public"])
                .output()?;
            same_bytes("openssl", &folder.get("public"), &subject_public_key_info(public))
        }
        Judge::Dropbear => {
            let printed = folder.tool("dropbearkey").args(["-y", "-f", "key"]).output()?;
            let is_key = |line: &&str| line.starts_with("ssh-") || line.starts_with("ecdsa-");
            let line = printed.lines().find(is_key).unwrap_or_default();
            let two: Vec<&str> = line.split_whitespace().take(2).collect();
            let expected = public_line::encode(public, &Comment::default());
            same("dropbearkey", &two.join(" "), expected.trim_end())
        }
        Judge::Jwcrypto => {
            let pem = jwcrypto(&folder, "key", "private-pem")?;
            let found = open(pem.trim_end().as_bytes(), None).map_err(|error| error.to_string())?;
            same_bytes(
                "jwcrypto",
                &canonical(&found.key, b""),
                &canonical(key(algorithm), b""),
            )?;
            same(
                "jwcrypto's kid",
                jwcrypto(&folder, "key", "kid")?.trim_end(),
                comment().as_str(),
            )
        }
        Judge::NewSshKeygen(naming) => byte_for_byte(naming, passphrase.is_some()),
    }
}

fn openssl_passphrase(tool: Tool, option: &str, passphrase: Option<&str>) -> Tool {
    match passphrase {
        Some(passphrase) => tool.args([option, &format!("pass:{passphrase}")]),
        None => tool,
    }
}

/// Has `judge` write a file that is read here.
pub(crate) fn writes_for_us(
    judge: Judge,
    algorithm: Algorithm,
    format: Format,
    passphrase: Option<&str>,
) -> Result<(), String> {
    let folder = Folder::new();
    if let Judge::NewSshKeygen(naming) = judge {
        let (name, passphrase) = new_ssh_keygen(naming, passphrase.is_some());
        let found = open(&corpus(&format!("real/{name}")), passphrase).map_err(|error| error.to_string())?;
        let fingerprint = Fingerprint::of(found.key.public(), FingerprintKind::Sha256).to_string();
        return same(name, &fingerprint, &fingerprint_in_manifest(name));
    }
    let theirs = their_file(judge, &folder, algorithm, format, passphrase)?;
    let found = open(&theirs, passphrase).map_err(|error| error.to_string())?;
    if found.format != format {
        return Err(format!("read as {:?}", found.format));
    }
    let has_comment = format.holds_comment();
    let comment = if has_comment {
        comment().as_str().to_owned()
    } else {
        String::new()
    };
    same("comment", &String::from_utf8_lossy(&found.comment), &comment)?;
    same_bytes(
        "the key",
        &canonical(&found.key, b""),
        &canonical(key(algorithm), b""),
    )
}

fn their_file(
    judge: Judge,
    folder: &Folder,
    algorithm: Algorithm,
    format: Format,
    passphrase: Option<&str>,
) -> Result<Vec<u8>, String> {
    folder.put("passphrase", passphrase.unwrap_or_default().as_bytes());
    match judge {
        Judge::SshKeygen => {
            folder.put("written", &file(algorithm, Format::OpenSsh, None));
            // To change the passphrase is to write the file anew, for a security key too.
            folder
                .tool("ssh-keygen")
                .args(["-q", "-p", "-P", "", "-a", "1", "-f", "written"])
                .args(["-N", passphrase.unwrap_or_default()])
                .output()?;
        }
        Judge::Puttygen => {
            folder.put("key.ppk", &file(algorithm, Format::Ppk2, None));
            let (form, parameters) = match format {
                Format::OpenSsh => ("private-openssh-new", "version=3"),
                Format::SshCom => ("private-sshcom", "version=3"),
                Format::Ppk3 => ("private", "version=3,memory=64,passes=1"),
                _ => ("private", "version=2"),
            };
            folder
                .tool("puttygen")
                .args(["key.ppk", "-O", form, "--ppk-param", parameters, "-o", "written"])
                .args(["-P", "--new-passphrase", "passphrase"])
                .output()?;
            if format == Format::Ppk1 {
                return ppk1(folder, algorithm, passphrase);
            }
        }
        Judge::Openssl => {
            folder.put("pkcs8", &file(algorithm, Format::Pkcs8, None));
            let tool = folder.tool("openssl");
            let tool = match (format, passphrase) {
                (Format::Pem, None) => tool.args(["pkey", "-traditional"]),
                (Format::Pem, Some(_)) => tool.args(["pkey", "-traditional", "-aes256"]),
                (Format::Der, _) => tool.args(["pkey", "-outform", "DER"]),
                (Format::Pkcs8, None) => tool.args(["pkcs8", "-topk8", "-nocrypt"]),
                (Format::Pkcs8, Some(_)) => tool.args(["pkcs8", "-topk8"]),
                (_, None) => tool.args(["pkcs8", "-topk8", "-outform", "DER", "-nocrypt"]),
                (_, Some(_)) => tool.args(["pkcs8", "-topk8", "-outform", "DER"]),
            };
            openssl_passphrase(tool, "-passout", passphrase)
                .args(["-in", "pkcs8", "-out", "written"])
                .output()?;
        }
        Judge::Dropbear => {
            // Of DSA it takes the older form alone.
            let form = match algorithm {
                Algorithm::Dsa => Format::Pem,
                _ => Format::OpenSsh,
            };
            folder.put("openssh", &file(algorithm, form, None));
            folder
                .tool("dropbearconvert")
                .args(["openssh", "dropbear", "openssh", "written"])
                .output()?;
        }
        Judge::Jwcrypto => {
            folder.put("pkcs8", &file(algorithm, Format::Pkcs8, None));
            return Ok(jwcrypto(folder, "pkcs8", "jwk")?.into_bytes());
        }
        Judge::NewSshKeygen(_) => return Err("it is not installed".to_owned()),
    }
    Ok(folder.get("written"))
}

/// Nothing writes version 1 any more, so it is made of the version 2 that `puttygen` has written;
/// `puttygen` reads it as the same key, and so must we.
fn ppk1(folder: &Folder, algorithm: Algorithm, passphrase: Option<&str>) -> Result<Vec<u8>, String> {
    let older = version_1(&folder.get_text("written"), passphrase.unwrap_or_default(), false);
    folder.put("key", older.as_bytes());
    let ran = reread_by_puttygen(folder, "key", passphrase);
    if !ran.is_success {
        return Err(ran.complaint());
    }
    same_bytes(
        "puttygen",
        &folder.get("reread"),
        &file(algorithm, Format::Ppk2, None),
    )?;
    Ok(older.into_bytes())
}

/// The ML-DSA files that `ssh-keygen` 10.5p1 and 10.6p1 wrote, and the passphrase of the first.
fn new_ssh_keygen(naming: Naming, is_encrypted: bool) -> (&'static str, Option<&'static str>) {
    match (naming, is_encrypted) {
        (_, true) => ("openssh/mldsa44_ed25519_enc", Some("pqpass")),
        (Naming::Settled, false) => ("openssh/mldsa44_ed25519_106", None),
        (Naming::Experiment, false) => ("openssh/mldsa44_ed25519", None),
    }
}

/// Writes the file anew that `ssh-keygen` wrote, with the randomness that it used, and compares
/// every byte.
fn byte_for_byte(naming: Naming, is_encrypted: bool) -> Result<(), String> {
    let (name, passphrase) = new_ssh_keygen(naming, is_encrypted);
    let theirs = corpus(&format!("real/{name}"));
    let opened = open(&theirs, passphrase).map_err(|error| error.to_string())?;
    let comment = comment_of(&opened.comment);
    let used = Randomness::of_openssh(&theirs, passphrase);
    let encoding = PrivateEncoding::OPENSSH;
    let outgoing = Outgoing {
        key: &opened.key,
        comment: &comment,
        certificate: None,
    };
    let given = passphrase.map(|text| Passphrase::new(text.to_owned()));
    let ours = format::encode_private(outgoing, &encoding, given.as_ref(), &mut used.again())
        .map_err(|error| error.to_string())?;
    same_bytes(name, ours.expose(), &theirs)
}

/// Tries to make the tools do what a note says that they refuse.
pub(crate) fn refuse(algorithm: Algorithm, format: Format) -> Result<(), String> {
    let folder = Folder::new();
    let ran = match format {
        Format::Ppk2 | Format::Ppk3 => {
            folder.put("key", &file(algorithm, Format::OpenSsh, None));
            folder.put("passphrase", b"");
            let line = public_line::encode(key(algorithm).public(), &comment());
            folder.put("key.pub", line.as_bytes());
            if folder.tool("puttygen").args(["key.pub", "-L"]).run().is_success {
                return Err(format!("puttygen takes {line}"));
            }
            folder
                .tool("puttygen")
                .args(["key", "-O", "private", "-o", "written"])
                .args(["--new-passphrase", "passphrase"])
                .run()
        }
        Format::SshCom => {
            folder.put("key", &file(algorithm, Format::Ppk2, None));
            folder.put("passphrase", b"");
            folder
                .tool("puttygen")
                .args(["key", "-O", "private-sshcom", "-o", "written"])
                .args(["--new-passphrase", "passphrase"])
                .run()
        }
        Format::Pem => {
            folder.put("key", &file(algorithm, Format::Pkcs8, None));
            let tool = folder.tool("openssl");
            tool.args(["pkey", "-traditional", "-in", "key", "-out", "written"])
                .run()
        }
        Format::Der => {
            folder.put("key", &file(algorithm, Format::Pkcs8, None));
            let tool = folder
                .tool("openssl")
                .args(["pkey", "-traditional", "-outform", "DER"]);
            tool.args(["-in", "key", "-aes256", "-passout", "pass:x", "-out", "written"])
                .run()
        }
        other => panic!("{other:?} is refused by nobody"),
    };
    let is_refused = !ran.is_success;
    is_refused
        .then_some(())
        .ok_or_else(|| format!("{} as {format:?} is no longer refused", algorithm.name()))
}

/// Whether we refuse to write it, and say why.
pub(crate) fn we_refuse(
    algorithm: Algorithm,
    encoding: &PrivateEncoding,
    passphrase: Option<&str>,
) -> Option<EncodeError> {
    written(outgoing(algorithm, &comment()), encoding, passphrase).err()
}
