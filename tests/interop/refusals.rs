//! What other programs are known not to read. Each refusal is asserted, so that the day on which it
//! is gone does not pass unnoticed.

use keywright::format::{Argon2Params, Cipher, PrivateEncoding};
use keywright::key::comment::Comment;

use crate::common::Kind;
use crate::matrix::{openssh, ours};
use crate::tools::{Folder, Tool, hold, puttygen_version};

/// What `puttygen` says of a cipher that it does not know.
const UNKNOWN_CIPHER: &str = "unrecognised cipher name";

/// Why `puttygen` refuses OpenSSH files with this cipher, or nothing where it reads them.
pub(crate) fn puttygen_refusal(cipher: Cipher) -> Option<&'static str> {
    match cipher {
        Cipher::None | Cipher::Aes256Ctr | Cipher::Aes256Cbc => None,
        // PuTTY reads what 1Password writes since 0.85; releases before 0.84 do not.
        Cipher::Aes256Gcm => match puttygen_version() {
            Some(version) if version < (0, 84) => Some(UNKNOWN_CIPHER),
            _ => None,
        },
        // PuTTY knows in key files only what ssh-keygen has written by default, and that one.
        _ => Some(UNKNOWN_CIPHER),
    }
}

/// A file that a program refuses.
struct Refusal {
    kind: Kind,
    encoding: PrivateEncoding,
    program: &'static str,
    arguments: &'static [&'static str],
    says: &'static [&'static str],
}

#[test]
fn what_other_programs_do_not_read_is_known() {
    let refusals = [
        // OpenSSH never adopted Ed448 (RFC 8709).
        Refusal {
            kind: Kind::Ed448,
            encoding: openssh(Cipher::Aes256Ctr),
            program: "ssh-keygen",
            arguments: &["-y", "-P", "", "-f", "key"],
            says: &["unknown or unsupported key type", "invalid format"],
        },
        // OpenSSH reads no PPK of any version.
        Refusal {
            kind: Kind::Ed25519,
            encoding: PrivateEncoding::Ppk3(Argon2Params::default()),
            program: "ssh-keygen",
            arguments: &["-y", "-P", "", "-f", "key"],
            says: &["error in libcrypto", "invalid format"],
        },
        Refusal {
            kind: Kind::Ed25519,
            encoding: PrivateEncoding::Ppk2,
            program: "ssh-keygen",
            arguments: &["-y", "-P", "", "-f", "key"],
            says: &["error in libcrypto", "invalid format"],
        },
        // OpenSSL reads no OpenSSH file.
        Refusal {
            kind: Kind::Ed25519,
            encoding: openssh(Cipher::Aes256Ctr),
            program: "openssl",
            arguments: &["pkey", "-noout", "-in", "key"],
            says: &["unsupported", "Could not"],
        },
    ];
    let check = |refusal: &Refusal| {
        let folder = Folder::new();
        let file = ours(refusal.kind.key(), &Comment::default(), &refusal.encoding, None);
        folder.put("key", &file);
        let tool = folder.tool(refusal.program);
        let ran = refusal.arguments.iter().fold(tool, Tool::arg).run();
        let is_named = refusal.says.iter().any(|words| ran.stderr.contains(words));
        match (ran.is_success, is_named) {
            (false, true) => Ok(()),
            (true, _) => Err(format!(
                "{} reads {:?} now: take it off the list",
                refusal.program, refusal.kind
            )),
            (false, false) => Err(ran.complaint()),
        }
    };
    hold(refusals.iter().map(check).collect());
}
