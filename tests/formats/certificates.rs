//! Certificates: which files carry them, judged by `ssh-keygen` and `puttygen`.

use base64ct::{Base64, Encoding as _};
use ed25519_dalek::{Signer as _, SigningKey};
use keywright::format::{Certificate, Format, Outgoing, public_line};
use keywright::key::Algorithm;
use keywright::key::comment::Comment;
use keywright::key::spec::Naming;
use keywright::key::wire::Writer;

use crate::claims::{Judge, certificate};
use crate::fixtures::{
    certificate_file, comment, corpus, encoding, file, key, open, open_public, third_party, written,
};
use crate::tools::{Folder, hold, same};

/// The formats that carry certificates, in the order of the document.
pub(crate) const FORMATS: [Format; 4] = [Format::PublicLine, Format::Rfc4716, Format::Ppk3, Format::Ppk2];

/// A certificate for the key of this type; nothing where there can be none.
///
/// `ssh-keygen` signs it. For DSA, which newer releases do not know, it is signed here; for ML-DSA, which
/// older ones do not know, it comes from OpenSSH's test suite and is for a key of its own.
pub(crate) fn certificate_for(algorithm: Algorithm) -> Option<Certificate> {
    match algorithm {
        Algorithm::Ed448 => None,
        Algorithm::Dsa => Some(signed_here(algorithm, "ssh-dss-cert-v01@openssh.com")),
        Algorithm::MlDsa44Ed25519(Naming::Settled) => {
            let line = corpus("real/openssh/mldsa44_ed25519_106-cert.pub");
            open_public(&line).expect("it is a certificate").certificate
        }
        Algorithm::MlDsa44Ed25519(Naming::Experiment) => {
            let Some(folder) = third_party() else {
                return Some(signed_here(algorithm, "ssh-mldsa44-ed25519-cert-v01@openssh.com"));
            };
            let name = "openssh-portable/unittests_sshkey_testdata_mldsa44_ed25519_1-cert.pub";
            let line = std::fs::read(folder.join(name)).expect("it is in the corpus");
            open_public(&line).expect("it is a certificate").certificate
        }
        Algorithm::Rsa
        | Algorithm::Ecdsa(_)
        | Algorithm::Ed25519
        | Algorithm::SkEcdsa
        | Algorithm::SkEd25519 => {
            let folder = Folder::new();
            let line = public_line::encode(key(algorithm).public(), &comment());
            folder.put("subject.pub", line.as_bytes());
            folder.put("authority", &file(Algorithm::Ed25519, Format::OpenSsh, None));
            let tool = folder
                .tool("ssh-keygen")
                .args(["-q", "-s", "authority", "-I", "an id"]);
            tool.args(["-n", "alice", "-z", "7", "subject.pub"])
                .output()
                .expect("it signs");
            let signed = open_public(&folder.get("subject-cert.pub")).expect("it is a certificate");
            signed.certificate
        }
    }
}

/// PROTOCOL.certkeys of OpenSSH.
fn signed_here(algorithm: Algorithm, name: &str) -> Certificate {
    let authority = SigningKey::from_bytes(&[7; 32]);
    let mut authority_key = Writer::new();
    let point = authority.verifying_key().to_bytes();
    authority_key.string(b"ssh-ed25519").string(&point);
    let subject = key(algorithm).public().to_wire();
    let fields = &subject[4 + algorithm.name().len()..];
    let mut names = Writer::new();
    names.string(b"alice");
    let mut signed = Writer::new();
    let (serial, forever) = (7_u64.to_be_bytes(), u64::MAX.to_be_bytes());
    signed.string(name.as_bytes()).string(&[9; 32]).bytes(fields);
    signed
        .bytes(&serial)
        .uint32(1)
        .string(b"an id")
        .string(&names.finish_public());
    signed.bytes(&[0; 8]).bytes(&forever);
    // Neither options nor extensions, and what is reserved.
    signed
        .string(b"")
        .string(b"")
        .string(b"")
        .string(&authority_key.finish_public());
    let signed = signed.finish_public();
    let mut signature = Writer::new();
    signature
        .string(b"ssh-ed25519")
        .string(&authority.sign(&signed).to_bytes());
    let mut whole = Writer::new();
    whole.bytes(&signed).string(&signature.finish_public());
    Certificate::from_wire(&whole.finish_public()).expect("it is signed")
}

/// A file with the certificate, and the key where the format has it too.
fn ours(algorithm: Algorithm, certificate: &Certificate, format: Format) -> Vec<u8> {
    let comment = comment();
    match encoding(format) {
        None => certificate_file(certificate, &comment, format),
        Some(encoding) => {
            let outgoing = Outgoing {
                key: key(algorithm),
                comment: &comment,
                certificate: Some(certificate),
            };
            written(outgoing, &encoding, None).expect("it fits the key")
        }
    }
}

fn found_in(bytes: &[u8], format: Format) -> Result<Option<Certificate>, String> {
    match format {
        Format::PublicLine | Format::Rfc4716 => Ok(open_public(bytes)?.certificate),
        _ => Ok(open(bytes, None).map_err(|error| error.to_string())?.certificate),
    }
}

/// Has the judge read ours, and reads the judge's.
fn check(judge: Judge, algorithm: Algorithm, format: Format) -> Result<(), String> {
    let Some(certificate) = certificate_for(algorithm) else {
        return Ok(());
    };
    let bytes = ours(algorithm, &certificate, format);
    if found_in(&bytes, format)?.as_ref() != Some(&certificate) {
        return Err("it does not come back".to_owned());
    }
    let folder = Folder::new();
    folder.put("ours", &bytes);
    let line = public_line::encode_certificate(&certificate, &comment());
    folder.put("line", format!("{line}\n").as_bytes());
    let theirs = match (judge, format) {
        (Judge::SshKeygen, Format::PublicLine) => {
            let told = folder.tool("ssh-keygen").args(["-L", "-f", "ours"]).output()?;
            told.contains("Serial: 7\n").then_some(()).ok_or(told)?;
            // What ssh-keygen wrote when it signed is what was read above.
            return Ok(());
        }
        (Judge::SshKeygen, _) => {
            let read = folder.tool("ssh-keygen").args(["-i", "-f", "ours"]).output()?;
            let bare = public_line::encode_certificate(&certificate, &Comment::default());
            same("ssh-keygen -i", read.trim_end(), &bare)?;
            folder
                .tool("ssh-keygen")
                .args(["-e", "-f", "line"])
                .output()?
                .into_bytes()
        }
        (Judge::Puttygen, Format::PublicLine | Format::Rfc4716) => {
            let read = folder.tool("puttygen").args(["ours", "-L"]).output()?;
            same("puttygen -L", read.trim_end(), &line)?;
            let form = if format == Format::Rfc4716 {
                "public"
            } else {
                "public-openssh"
            };
            folder
                .tool("puttygen")
                .args(["line", "-O", form])
                .output()?
                .into_bytes()
        }
        (Judge::Puttygen, _) => {
            let told = folder.tool("puttygen").args(["ours", "--cert-info"]).output()?;
            told.contains("alice").then_some(()).ok_or(told)?;
            folder.put("plain", &file(algorithm, Format::Ppk2, None));
            folder.put("nothing", b"");
            let version = if format == Format::Ppk2 {
                "version=2"
            } else {
                "version=3"
            };
            folder
                .tool("puttygen")
                .args(["plain", "--certificate", "line", "-O", "private", "-o", "theirs"])
                .args(["--ppk-param", version, "-P", "--new-passphrase", "nothing"])
                .output()?;
            folder.get("theirs")
        }
        (Judge::NewSshKeygen(_), _) => {
            // No program here knows the type: what the file of the suite has must stand in ours.
            let blob = Base64::encode_string(certificate.blob());
            let text = String::from_utf8_lossy(&bytes).replace('\n', "");
            return text.contains(&blob).then_some(()).ok_or(text);
        }
        (Judge::Openssl | Judge::Jwcrypto | Judge::Dropbear, _) => {
            return Err("it knows no certificates of SSH".to_owned());
        }
    };
    let found = found_in(&theirs, format)?;
    let is_same = found.as_ref() == Some(&certificate);
    is_same.then_some(()).ok_or_else(|| format!("read as {found:?}"))
}

#[test]
fn certificates_go_both_ways() {
    if third_party().is_none() {
        println!("no ../shared/corpus/third_party here: ML-DSA's certificate is one of our own");
    }
    let mut results = Vec::new();
    for algorithm in Algorithm::ALL {
        for format in FORMATS {
            assert!(format.holds_certificate());
            if let Ok(judge) = certificate(algorithm, format) {
                let result = check(judge, algorithm, format);
                results.push(
                    result.map_err(|complaint| format!("{}, {format:?}: {complaint}", algorithm.name())),
                );
            }
        }
    }
    hold(results);
}
