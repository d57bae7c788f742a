//! What encrypts the files: every cipher and every key derivation function, both ways.

use std::convert::Infallible;

use base64ct::{Base64, Encoding as _};
use bcrypt_pbkdf::bcrypt_pbkdf;
use keywright::format::{
    Argon2Variant, CbcCipher, Cipher, DecodeError, Format, Pbes1, Pbes2, Pbes2Kdf, Prf, PrivateEncoding,
    Protection, ScryptParams, Wrapping, public_line,
};
use keywright::key::Algorithm;
use keywright::key::spec::Curve;
use keywright::key::wire::Reader;
use rand_core::{TryCryptoRng, TryRng};

use crate::common::OPENSSH_CIPHERS;
use crate::fixtures::{PASSPHRASE, argon2, canonical, comment, file, key, open, outgoing, written};
use crate::judges::{same_bytes, subject_public_key_info};
use crate::settings::reread_by_puttygen;
use crate::tools::{Folder, Tool, hold, same};

/// What is read of PKCS#8's older schemes.
pub(crate) const PBES1: [Pbes1; 6] = [
    Pbes1::Md5Des,
    Pbes1::Sha1Des,
    Pbes1::Sha1TripleDes,
    Pbes1::Sha1TwoKeyTripleDes,
    Pbes1::Sha1Rc2With128,
    Pbes1::Sha1Rc2With40,
];

/// The key of the OpenSSH and PPK files here.
const SSH: Algorithm = Algorithm::Ed25519;
/// The key of the PEM and PKCS#8 files here.
const ASN1: Algorithm = Algorithm::Ecdsa(Curve::P384);

fn openssh(cipher: Cipher) -> PrivateEncoding {
    PrivateEncoding::OpenSsh { cipher, rounds: 2 }
}

fn pkcs8(kdf: Pbes2Kdf, cipher: CbcCipher) -> PrivateEncoding {
    PrivateEncoding::Pkcs8 {
        wrapping: Wrapping::Pem,
        pbes2: Pbes2 { kdf, cipher },
    }
}

fn pbkdf2(prf: Prf) -> Pbes2Kdf {
    Pbes2Kdf::Pbkdf2 { prf, iterations: 10 }
}

fn scrypt() -> Pbes2Kdf {
    Pbes2Kdf::Scrypt(ScryptParams::new(1 << 10, 8, 1).expect("scrypt is defined for them"))
}

fn locked(algorithm: Algorithm, encoding: &PrivateEncoding) -> Vec<u8> {
    written(outgoing(algorithm, &comment()), encoding, Some(PASSPHRASE)).expect("it can be written")
}

/// Whether a file of theirs holds our key, protected as it must be.
fn fits(algorithm: Algorithm, theirs: &[u8], protection: &Protection) -> Result<(), String> {
    let found = open(theirs, Some(PASSPHRASE)).map_err(|error| error.to_string())?;
    if found.protection != *protection {
        return Err(format!("{:?} instead of {protection:?}", found.protection));
    }
    same_bytes(
        "the key",
        &canonical(&found.key, b""),
        &canonical(key(algorithm), b""),
    )
}

fn each<T: std::fmt::Debug>(all: &[T], check: impl Fn(&T) -> Result<(), String>) {
    let named = |one: &T| check(one).map_err(|complaint| format!("{one:?}: {complaint}"));
    hold(all.iter().map(named).collect());
}

#[test]
fn ssh_keygen_reads_our_files_with_every_cipher() {
    each(&OPENSSH_CIPHERS, |cipher| {
        let folder = Folder::new();
        folder.put("key", &locked(SSH, &openssh(*cipher)));
        let tool = folder
            .tool("ssh-keygen")
            .args(["-y", "-P", PASSPHRASE, "-f", "key"]);
        let expected = public_line::encode(key(SSH).public(), &comment());
        same("ssh-keygen", tool.output()?.trim_end(), &expected)
    });
}

#[test]
fn files_of_ssh_keygen_with_every_cipher_are_read() {
    each(&OPENSSH_CIPHERS, |cipher| {
        let folder = Folder::new();
        folder.put("key", &file(SSH, Format::OpenSsh, None));
        folder
            .tool("ssh-keygen")
            .args(["-q", "-p", "-P", "", "-N", PASSPHRASE, "-f", "key"])
            .args(["-a", "3", "-Z", cipher.as_str()])
            .output()?;
        let protection = Protection::OpenSsh {
            cipher: *cipher,
            rounds: 3,
        };
        fits(SSH, &folder.get("key"), &protection)
    });
}

/// The text of an OpenSSH file without its armour, and back.
fn unarmoured(text: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(text).expect("it is text");
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    Base64::decode_vec(&body).expect("it is base64")
}

fn armoured(bytes: &[u8]) -> Vec<u8> {
    let body = Base64::encode_string(bytes);
    format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{body}\n-----END OPENSSH PRIVATE KEY-----\n").into_bytes()
}

#[test]
fn no_bit_of_an_authentication_tag_may_change() {
    const TAG_LEN: usize = 16;
    let with_tag: Vec<Cipher> = OPENSSH_CIPHERS
        .into_iter()
        .filter(|cipher| cipher.has_tag())
        .collect();
    assert_eq!(with_tag.len(), 3);
    each(&with_tag, |cipher| {
        let whole = unarmoured(&locked(SSH, &openssh(*cipher)));
        for at in 1..=TAG_LEN {
            let mut altered = whole.clone();
            let place = altered.len() - at;
            altered[place] ^= 1 << (at % 8);
            let error = open(&armoured(&altered), Some(PASSPHRASE)).err();
            if error != Some(DecodeError::WrongPassphrase) {
                return Err(format!("byte {at} from the end: {error:?}"));
            }
        }
        // ssh-keygen is as strict.
        let folder = Folder::new();
        let mut altered = whole;
        let last = altered.len() - 1;
        altered[last] ^= 1;
        folder.put("key", &armoured(&altered));
        let tool = folder
            .tool("ssh-keygen")
            .args(["-y", "-P", PASSPHRASE, "-f", "key"]);
        let is_refused = !tool.run().is_success;
        is_refused
            .then_some(())
            .ok_or_else(|| "ssh-keygen takes it".to_owned())
    });
}

/// The names that `openssl` has for the ciphers.
fn openssl_name(cipher: CbcCipher) -> &'static str {
    match cipher {
        CbcCipher::Des => "des",
        CbcCipher::TripleDes => "des3",
        CbcCipher::Aes128 => "aes128",
        CbcCipher::Aes192 => "aes192",
        CbcCipher::Aes256 => "aes256",
        CbcCipher::Camellia128 => "camellia128",
        CbcCipher::Camellia192 => "camellia192",
        CbcCipher::Camellia256 => "camellia256",
        CbcCipher::Aria128 => "aria128",
        CbcCipher::Aria192 => "aria192",
        CbcCipher::Aria256 => "aria256",
        CbcCipher::Rc2With40 => "rc2-40-cbc",
        CbcCipher::Rc2With128 => "rc2-cbc",
    }
}

fn read_by_openssl(encoding: &PrivateEncoding) -> Result<(), String> {
    let folder = Folder::new();
    folder.put("key", &locked(ASN1, encoding));
    folder
        .tool("openssl")
        .args(["pkey", "-in", "key", "-passin", &format!("pass:{PASSPHRASE}")])
        .args(["-pubout", "-outform", "DER", "-out", "public"])
        .output()?;
    let expected = subject_public_key_info(key(ASN1).public());
    same_bytes("openssl", &folder.get("public"), &expected)
}

fn written_by_openssl(arguments: &[&str], protection: &Protection) -> Result<(), String> {
    let folder = Folder::new();
    folder.put("plain", &file(ASN1, Format::Pkcs8, None));
    let passphrase = format!("pass:{PASSPHRASE}");
    // DES is in OpenSSL's cellar.
    let legacy = ["-provider", "legacy", "-provider", "default"];
    arguments
        .iter()
        .fold(folder.tool("openssl"), Tool::arg)
        .args(["-in", "plain", "-out", "key", "-passout", &passphrase])
        .args(legacy)
        .output()?;
    fits(ASN1, &folder.get("key"), protection)
}

#[test]
fn openssl_reads_our_pem_files_with_every_cipher() {
    each(&CbcCipher::WRITTEN, |cipher| {
        read_by_openssl(&PrivateEncoding::Pem { cipher: *cipher })
    });
}

#[test]
fn pem_files_of_openssl_with_every_cipher_are_read() {
    let broken = [CbcCipher::Des, CbcCipher::Rc2With40, CbcCipher::Rc2With128];
    let all = [&CbcCipher::WRITTEN[..], &broken].concat();
    each(&all, |cipher| {
        let option = format!("-{}", openssl_name(*cipher));
        written_by_openssl(&["ec", &option], &Protection::Pem(*cipher))
    });
}

#[test]
fn openssl_reads_our_pkcs8_with_every_hash_and_cipher_and_with_scrypt() {
    let hashes = Prf::ALL.map(|prf| pkcs8(pbkdf2(prf), CbcCipher::Aes256));
    let ciphers = CbcCipher::WRITTEN.map(|cipher| pkcs8(pbkdf2(Prf::Sha256), cipher));
    let scrypts = CbcCipher::WRITTEN.map(|cipher| pkcs8(scrypt(), cipher));
    each(&[&hashes[..], &ciphers, &scrypts].concat(), read_by_openssl);
}

#[test]
fn pkcs8_of_openssl_with_every_hash_and_cipher_and_with_scrypt_is_read() {
    let hashes = Prf::ALL.map(|prf| (prf, CbcCipher::Aes256));
    let ciphers = [&CbcCipher::WRITTEN[..], &[CbcCipher::Des]].concat();
    let ciphers = ciphers.into_iter().map(|cipher| (Prf::Sha256, cipher));
    let all: Vec<(Prf, CbcCipher)> = hashes.into_iter().chain(ciphers).collect();
    each(&all, |(prf, cipher)| {
        let hash = prf.name().replace("HMAC-SHA-", "hmacWithSHA");
        let name = openssl_name(*cipher);
        let kdf = pbkdf2(*prf);
        let protection = Protection::Pbes2(Pbes2 { kdf, cipher: *cipher });
        written_by_openssl(
            &["pkcs8", "-topk8", "-v2", name, "-v2prf", &hash, "-iter", "10"],
            &protection,
        )
    });
    each(&CbcCipher::WRITTEN, |cipher| {
        let name = openssl_name(*cipher);
        let size = ["-scrypt_N", "1024", "-scrypt_r", "8", "-scrypt_p", "1"];
        let arguments = [&["pkcs8", "-topk8", "-scrypt", "-v2", name][..], &size].concat();
        let protection = Protection::Pbes2(Pbes2 {
            kdf: scrypt(),
            cipher: *cipher,
        });
        written_by_openssl(&arguments, &protection)
    });
}

#[test]
fn the_older_schemes_of_openssl_are_read() {
    each(&PBES1, |scheme| {
        let name = match scheme {
            Pbes1::Md5Des => "PBE-MD5-DES",
            Pbes1::Sha1Des => "PBE-SHA1-DES",
            Pbes1::Sha1TripleDes => "PBE-SHA1-3DES",
            Pbes1::Sha1TwoKeyTripleDes => "PBE-SHA1-2DES",
            Pbes1::Sha1Rc2With128 => "PBE-SHA1-RC2-128",
            Pbes1::Sha1Rc2With40 => "PBE-SHA1-RC2-40",
        };
        let protection = Protection::Pbes1 {
            scheme: *scheme,
            iterations: 10,
        };
        written_by_openssl(&["pkcs8", "-topk8", "-v1", name, "-iter", "10"], &protection)
    });
}

#[test]
fn puttygen_reads_our_ppk_files_with_every_argon2_and_we_read_its() {
    each(&Argon2Variant::ALL, |variant| {
        let params = argon2(*variant);
        let folder = Folder::new();
        folder.put("key", &locked(SSH, &PrivateEncoding::Ppk3(params)));
        let ran = reread_by_puttygen(&folder, "key", Some(PASSPHRASE));
        if !ran.is_success {
            return Err(ran.complaint());
        }
        same_bytes("puttygen", &folder.get("reread"), &file(SSH, Format::Ppk2, None))?;
        let parameters = format!("kdf={},memory=64,passes=1", variant.name().to_lowercase());
        folder
            .tool("puttygen")
            .args(["reread", "-O", "private", "--ppk-param", &parameters])
            .args(["-o", "written", "-P", "--new-passphrase", "passphrase"])
            .output()?;
        fits(SSH, &folder.get("written"), &Protection::Ppk3(params))
    });
}

/// What an OpenSSH file took from its writer's random generator: the number that stands twice before
/// the key, and the salt.
#[derive(Clone)]
pub(crate) struct Randomness {
    check: u32,
    salt: Vec<u8>,
}

impl Randomness {
    /// Finds it in a file that is encrypted with AES-256-CTR, or not at all.
    pub(crate) fn of_openssh(text: &[u8], passphrase: Option<&str>) -> Self {
        const MAGIC: &[u8] = b"openssh-key-v1\0";
        let bytes = unarmoured(text);
        let mut reader = Reader::new(&bytes[MAGIC.len()..]);
        let [_cipher, _kdf, options] = [(); 3].map(|()| reader.string().expect("a whole file"));
        let _count = reader.uint32().expect("a whole file");
        let [_public, private] = [(); 2].map(|()| reader.string().expect("a whole file"));
        let mut private = private.to_vec();
        let mut salt = Vec::new();
        if let Some(passphrase) = passphrase {
            let mut options = Reader::new(options);
            salt = options.string().expect("a whole file").to_vec();
            let rounds = options.uint32().expect("a whole file");
            let mut keys = [0; 48];
            bcrypt_pbkdf(passphrase, &salt, rounds, &mut keys).expect("the numbers are sound");
            Cipher::Aes256Ctr
                .decrypt(&keys[..32], &keys[32..], &mut private, None)
                .expect("it has no tag");
        }
        let check = Reader::new(&private).uint32().expect("a whole file");
        Self { check, salt }
    }

    /// A generator that gives the same once more.
    pub(crate) fn again(&self) -> Self {
        self.clone()
    }
}

impl TryRng for Randomness {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.check)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        panic!("no file takes such a number")
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.copy_from_slice(&self.salt);
        Ok(())
    }
}

impl TryCryptoRng for Randomness {}
