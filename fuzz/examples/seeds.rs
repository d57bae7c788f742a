//! Makes what the fuzzer starts from: `seeds TO FROM…` takes the key files below the folders FROM,
//! whole and unwrapped, and writes those that suit a target into the folder TO/TARGET.

// Where the counters of covered code live, with which this is built like the targets.
use libfuzzer_sys as _;
use std::collections::HashSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use base64ct::{Base64, Encoding as _};
use keywright::format::{
    Argon2Params, CbcCipher, Cipher, Consent, Parsed, Pbes2, Pbes2Kdf, Prf, PrivateEncoding, ScryptParams,
    Wrapping, parse,
};
use keywright::key::Algorithm;
use keywright::key::comment::Comment;
use keywright::secret::Passphrase;
use keywright_fuzz::check::{AFFORDABLE, written};
use keywright_fuzz::target::PASSPHRASES;
use keywright_fuzz::wrap::{LABELS, split, string};

/// Longer files teach the fuzzer nothing that shorter ones do not.
const LONGEST: usize = 16 << 10;

/// What no key file has: options, marked and hidden hosts, conditions, our own block, and signatures.
const LISTS: [(&str, &str); 7] = [
    (
        "log",
        "\u{1b}[0mNov 30 12:00:01 web sshd[12]: Failed publickey for jo from 192.0.2.1 port 4711 ssh2: ED25519 SHA256:abc\r\n\
         > 2026-11-30T12:00:00.000Z debug1: Offering public key: /home/jo/.ssh/id AGENT\n\
         debug1: Authentications that can continue: publickey,password\njo@host: Permission denied (publickey).\n",
    ),
    (
        "log",
        "Load key \"/home/jo/.ssh/id\": error in libcrypto\\nFATAL ERROR: No supported authentication methods available \
         (server sent: publickey)\nAuthentication refused: bad ownership or modes for directory /home/jo\n",
    ),
    (
        "authorized_keys",
        "\u{feff}# x\r\nno-pty,restrict,from=\"a,!10.0.0.0/8\",command=\"x \\\"y\\\"\",expiry-time=\"20300101Z\",\
         environment=\"A=b\",permitopen=\"[::1]:*\",permitlisten=\"80\",tunnel=\"any\",principals=\"a\",cert-authority \
         ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHs79z7JKxXBNr/ArVRwU8PLlJs0O5cZX/GovM4FaWZv a\r\n",
    ),
    (
        "allowed_signers",
        "# x\r\na@b,!c@b \"two words\" namespaces=\"git,f*\",valid-after=\"20260101\",VALID-BEFORE=\"202701012359Z\",cert-authority \
         ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHs79z7JKxXBNr/ArVRwU8PLlJs0O5cZX/GovM4FaWZv a\r\n\"two words\" \
         ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHs79z7JKxXBNr/ArVRwU8PLlJs0O5cZX/GovM4FaWZv a\n",
    ),
    (
        "sshsig",
        "-----BEGIN SSH SIGNATURE-----\n\
         U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAg1rWuZUd/3McBBaGd8avuOBE1NH\n\
         sNyBiCHiRLOp3IWDgAAAAEZmlsZQAAAAAAAAAGc2hhNTEyAAAAUwAAAAtzc2gtZWQyNTUx\n\
         OQAAAEB+ki+z/sNmbdeM9Zv69lB0+kO6eZMefhO3ADolGp+S0GMnqoaBhVjoCd6mCYUfq4\n\
         eGFnu5jsJeItT4llXEWBsI\n\
         -----END SSH SIGNATURE-----\n",
    ),
    (
        "known_hosts",
        "@revoked *,!a ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHs79z7JKxXBNr/ArVRwU8PLlJs0O5cZX/GovM4FaWZv a\n\
         @cert-authority [example.org]:2222 ssh-rsa AAAA\n|1|BwcHBwcHBwcHBwcHBwcHBwcHBwc=|AAAA= ssh-rsa AAAA\n",
    ),
    (
        "ssh_config",
        "Include a\r\nHost a \"b c\" !d*\r\n  IdentityFile = 'x'\\ y\r\nMatch !host=a,!b* user root exec \"x\" all final\n\
         # >>> Keywright looks after the lines from here\nHost *\n# <<< Keywright: to here\nPort 22",
    ),
];

struct Seeds {
    to: PathBuf,
    count: usize,
    /// The types of key of which there are encrypted files.
    encrypted: HashSet<Algorithm>,
}

fn main() -> io::Result<()> {
    let mut folders = std::env::args_os().skip(1).map(PathBuf::from);
    let Some(to) = folders.next() else {
        return Err(io::Error::other("seeds TO FROM…"));
    };
    let mut seeds = Seeds {
        to,
        count: 0,
        encrypted: HashSet::new(),
    };
    for (target, text) in LISTS {
        seeds.write(target, &[text.as_bytes()])?;
    }
    for folder in folders {
        seeds.add_all(&folder)?;
    }
    Ok(())
}

impl Seeds {
    fn add_all(&mut self, folder: &Path) -> io::Result<()> {
        let mut paths: Vec<PathBuf> = fs::read_dir(folder)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<_>>()?;
        paths.sort();
        for path in paths {
            if path.is_dir() {
                self.add_all(&path)?;
                continue;
            }
            let bytes = fs::read(&path)?;
            if bytes.len() <= LONGEST && path.file_name().is_none_or(|name| name != "MANIFEST.json") {
                self.add(&bytes)?;
            }
        }
        Ok(())
    }

    fn write(&mut self, target: &str, parts: &[&[u8]]) -> io::Result<()> {
        let folder = self.to.join(target);
        fs::create_dir_all(&folder)?;
        self.count += 1;
        let mut file = fs::File::create(folder.join(format!("{:05}", self.count)))?;
        parts.iter().try_for_each(|part| file.write_all(part))
    }

    /// Gives a file to every target that it suits.
    fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write("parse", &[bytes])?;
        self.write("mend", &[bytes])?;
        let trimmed = bytes.trim_ascii_start();
        let inside = unarmoured(trimmed);
        let inside = inside.as_deref();
        match trimmed {
            text if text.starts_with(b"-----BEGIN OPENSSH") => {
                self.write("openssh", &[text])?;
                if let Some(inside) = inside {
                    self.write("openssh", &[inside])?;
                }
            }
            text if text.starts_with(b"PuTTY-") => self.add_ppk(text)?,
            text if text.starts_with(b"---- BEGIN SSH2 PUB") => {
                self.write("rfc4716", &[text])?;
                if let Some(blob) = inside {
                    self.add_blob(blob)?;
                }
            }
            text if text.starts_with(b"---- BEGIN SSH2 ENC") => {
                self.write("sshcom", &[text])?;
                if let Some(inside) = inside {
                    self.write("sshcom", &[inside])?;
                }
            }
            text if text.starts_with(b"-----BEGIN") => self.add_pem(text, inside)?,
            text if text.starts_with(b"SSH PRIVATE") || text.first().is_some_and(u8::is_ascii_digit) => {
                self.write("ssh1", &[text])?;
            }
            text if text.starts_with(b"{") => self.write("jwk", &[text])?,
            [0x30, ..] => self.write("der", &[bytes])?,
            text => self.add_lines(text)?,
        }
        self.add_opened(bytes)
    }

    fn add_lines(&mut self, text: &[u8]) -> io::Result<()> {
        for target in [
            "key_lines",
            "authorized_keys",
            "allowed_signers",
            "known_hosts",
            "ssh_config",
        ] {
            self.write(target, &[text])?;
        }
        let words = text.split(u8::is_ascii_whitespace);
        let blob = words.filter_map(|word| Base64::decode_vec(std::str::from_utf8(word).ok()?).ok());
        if let Some(blob) = blob.max_by_key(Vec::len)
            && blob.starts_with(&[0, 0, 0])
        {
            self.write("public_line", &[text])?;
            self.add_blob(&blob)?;
        }
        Ok(())
    }

    /// The wire form of a public key or of a certificate.
    fn add_blob(&mut self, blob: &[u8]) -> io::Result<()> {
        self.write("public_line", &[blob])?;
        self.write("rfc4716", &[blob])?;
        self.write("wire", &[blob])?;
        self.write("agent", &[&[0, 0, 0, 1], &string(blob), &string(b"a comment")])?;
        let is_certificate =
            split(blob).is_some_and(|(name, _)| name.windows(6).any(|part| part == b"-cert-"));
        if is_certificate {
            self.write("certificate", &[&[0], blob])?;
            if let Some(signed) = without_authority(blob) {
                self.write("certificate", &[&[1], signed])?;
            }
        }
        Ok(())
    }

    fn add_ppk(&mut self, text: &[u8]) -> io::Result<()> {
        self.write("ppk", &[text])?;
        let text = String::from_utf8_lossy(text);
        let part = |name: &str| {
            let mut lines = text.lines().skip_while(|line| !line.starts_with(name));
            let count = lines.next()?[name.len()..].trim().parse().ok()?;
            let body: String = lines.take(count).collect();
            Base64::decode_vec(&body).ok()
        };
        if let (Some(public), Some(private)) = (part("Public-Lines:"), part("Private-Lines:")) {
            let version = [u8::from(text.starts_with("PuTTY-User-Key-File-3"))];
            self.write("ppk", &[&version, &string(&public), &private])?;
            self.add_blob(&public)?;
        }
        Ok(())
    }

    fn add_pem(&mut self, text: &[u8], inside: Option<&[u8]>) -> io::Result<()> {
        self.write("pem", &[text])?;
        let Some(inside) = inside else {
            return Ok(());
        };
        let label = LABELS
            .iter()
            .position(|label| text[11..].starts_with(label.as_bytes()));
        if let Some(label) = label {
            let choice = u8::try_from(label).unwrap_or_default();
            self.write("pem", &[&[choice], inside])?;
            match LABELS[label] {
                "PRIVATE KEY" | "ENCRYPTED PRIVATE KEY" => self.write("pkcs8", &[inside])?,
                "PUBLIC KEY" => self.write("spki", &[&[0], inside])?,
                "RSA PUBLIC KEY" => self.write("spki", &[&[1], inside])?,
                _ => {}
            }
        }
        self.write("der", &[inside])
    }

    /// What opens, for the targets that need a key; and each type of key once in every encrypted form.
    fn add_opened(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Ok(parsed) = parse(bytes) else {
            return Ok(());
        };
        let file = match parsed {
            Parsed::Public(_) => return self.write("roundtrip", &[bytes]),
            Parsed::Private(file) => {
                self.write("roundtrip", &[bytes])?;
                file
            }
            // The target would not open it either.
            Parsed::Locked(locked) if locked.protection.cost().estimate() > AFFORDABLE => return Ok(()),
            Parsed::Locked(locked) => {
                let right = (0..).zip(PASSPHRASES).find(|(_, passphrase)| {
                    let passphrase = Passphrase::from_bytes(passphrase.to_vec());
                    locked.unlock(&passphrase, Consent::NotGiven).is_ok()
                });
                return match right {
                    Some((choice, _)) => self.write("unlock", &[&[choice], bytes]),
                    None => Ok(()),
                };
            }
        };
        if !self.encrypted.insert(file.key.algorithm()) {
            return Ok(());
        }
        let comment = Comment::cleaned(&file.comment).0;
        for encoding in encodings() {
            if let Some(bytes) = written(&file.key, &comment, &encoding, None) {
                self.write("roundtrip", &[bytes.expose()])?;
                if encoding == PrivateEncoding::Jwk {
                    self.write("jwk", &[bytes.expose()])?;
                }
            }
            if let Some(bytes) = written(&file.key, &comment, &encoding, Some(PASSPHRASES[0])) {
                self.write("unlock", &[&[0], bytes.expose()])?;
            }
        }
        Ok(())
    }
}

/// Every way to write a private key, at little cost.
fn encodings() -> Vec<PrivateEncoding> {
    let ciphers = [
        Cipher::Aes128Cbc,
        Cipher::Aes256Ctr,
        Cipher::Aes256Gcm,
        Cipher::ChaCha20Poly1305,
        Cipher::TdesCbc,
    ];
    let openssh = ciphers.map(|cipher| PrivateEncoding::OpenSsh { cipher, rounds: 1 });
    let argon2 = Argon2Params {
        mem_kib: 8,
        passes: 1,
        ..Argon2Params::default()
    };
    let pbkdf2 = Prf::ALL.map(|prf| Pbes2Kdf::Pbkdf2 { prf, iterations: 1 });
    let scrypt = ScryptParams::new(2, 1, 1).map(Pbes2Kdf::Scrypt);
    let pbes2 = pbkdf2
        .into_iter()
        .chain(scrypt)
        .zip(CbcCipher::WRITTEN.into_iter().cycle());
    let pkcs8 = pbes2.flat_map(|(kdf, cipher)| {
        let pbes2 = Pbes2 { kdf, cipher };
        [Wrapping::Pem, Wrapping::Der].map(|wrapping| PrivateEncoding::Pkcs8 { wrapping, pbes2 })
    });
    let pem = CbcCipher::WRITTEN.map(|cipher| PrivateEncoding::Pem { cipher });
    let others = [
        PrivateEncoding::Ppk2,
        PrivateEncoding::Ppk3(argon2),
        PrivateEncoding::SshCom,
        PrivateEncoding::Jwk,
    ];
    openssh
        .into_iter()
        .chain(pkcs8)
        .chain(pem)
        .chain(others)
        .collect()
}

/// The bytes between the two marker lines of a file, behind its headers.
fn unarmoured(text: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?;
    let lines = text.lines().skip(1).take_while(|line| !line.starts_with("---"));
    let body: String = lines.filter(|line| !line.contains(':')).map(str::trim).collect();
    let bytes = Base64::decode_vec(&body).ok()?;
    (!bytes.is_empty()).then_some(bytes)
}

/// The fields of a certificate that stand before its authority's key and signature, its last two.
fn without_authority(blob: &[u8]) -> Option<&[u8]> {
    (0..blob.len()).find_map(|at| {
        let (_, rest) = split(&blob[at..])?;
        let (_, rest) = split(rest)?;
        let is_authority = blob[at + 4..].starts_with(&[0, 0, 0]);
        (rest.is_empty() && is_authority).then_some(&blob[..at])
    })
}
