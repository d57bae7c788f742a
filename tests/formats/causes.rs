//! Each cause that has a name of its own, from the bytes of a file to the words that a person reads.

use base64ct::{Base64, Encoding as _};
use keywright::engine::Problem;
use keywright::format::{
    self, Consent, DecodeError, Fault, Foreign, Format, Parsed, PrivateEncoding, Wrapping,
};
use keywright::key::Algorithm;
use keywright::key::spec::Curve;
use keywright::key::validate::Unsound;
use keywright::secret::Passphrase;

use crate::fixtures::{
    PASSPHRASE, comment, corpus, file, key, open, open_locked, open_public, outgoing, public_file, unlock,
    written,
};
use crate::tools::{Folder, hold};

/// A file, and what is said of it.
struct Case {
    name: &'static str,
    bytes: Vec<u8>,
    passphrase: Option<&'static str>,
    error: DecodeError,
    /// The stable word for it in `--json`.
    code: &'static str,
    /// Something that a person must read in the first sentence.
    says: &'static str,
}

impl Case {
    fn new(
        name: &'static str,
        bytes: Vec<u8>,
        error: DecodeError,
        code: &'static str,
        says: &'static str,
    ) -> Self {
        Self {
            name,
            bytes,
            passphrase: None,
            error,
            code,
            says,
        }
    }

    fn with(self, passphrase: &'static str) -> Self {
        Self {
            passphrase: Some(passphrase),
            ..self
        }
    }

    fn check(&self) -> Result<(), String> {
        let found = match open_any(&self.bytes, self.passphrase) {
            Err(error) => error,
            Ok(parsed) => return Err(format!("{}: opened as {parsed:?}", self.name)),
        };
        let problem = Problem::from(&found);
        let sentence = problem.sentence();
        let is_right = found == self.error && problem.code == self.code;
        let is_said = problem.what.contains(self.says) && !problem.hint.is_empty();
        (is_right && is_said)
            .then_some(())
            .ok_or_else(|| format!("{}: {found:?}, {}: {sentence}", self.name, problem.code))
    }
}

fn open_any(bytes: &[u8], passphrase: Option<&str>) -> Result<Parsed, DecodeError> {
    match (format::parse(bytes)?, passphrase) {
        (Parsed::Locked(file), Some(passphrase)) => {
            let passphrase = Passphrase::new(passphrase.to_owned());
            file.unlock(&passphrase, Consent::NotGiven).map(Parsed::Private)
        }
        (parsed, _) => Ok(parsed),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("it is text")
}

/// The key in OpenSSH format, whose text the cases change.
fn openssh() -> String {
    text(&file(Algorithm::Ed25519, Format::OpenSsh, None))
}

fn ppk() -> String {
    text(&file(Algorithm::Ed25519, Format::Ppk3, None))
}

fn line() -> String {
    text(&corpus("real/openssh/rsa2048.pub"))
}

/// The line without its comment, and so many characters of its base64.
fn line_cut_behind(characters: usize) -> Vec<u8> {
    let line = line();
    let blob = line.find("AAAA").expect("it begins so");
    line.as_bytes()[..blob + characters].to_vec()
}

/// The text with something put into the middle of its first long word.
fn within(text: &str, put: &str) -> String {
    let is_long = |word: &&str| word.len() > 40;
    let word = text.split_whitespace().find(is_long).expect("there is base64");
    let (head, tail) = word.split_at(word.len() / 2);
    text.replacen(word, &format!("{head}{put}{tail}"), 1)
}

fn malformed(name: &'static str, text: &str, fault: Fault, says: &'static str) -> Case {
    Case::new(
        name,
        text.as_bytes().to_vec(),
        DecodeError::Malformed(fault),
        "malformed",
        says,
    )
}

fn damaged_on_the_way() -> Vec<Case> {
    let openssh = openssh();
    let utf16 = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let cut = |text: &str| text.as_bytes()[..text.len() * 2 / 3].to_vec();
    let truncated = |name, bytes| {
        Case::new(
            name,
            bytes,
            DecodeError::Truncated,
            "truncated",
            "ends before the key does",
        )
    };
    let in_utf16 = |name, bytes| {
        let error = DecodeError::Malformed(Fault::Utf16);
        Case::new(name, bytes, error, "malformed", "UTF-16")
    };
    let blanks = "blank space inside";
    vec![
        truncated("OpenSSH, cut", cut(&openssh)),
        truncated("PPK, cut", cut(&ppk())),
        // At the end of a group of four characters, where base64 alone has nothing to say, and within.
        truncated("line, cut", line_cut_behind(200)),
        truncated("line, cut by one", line_cut_behind(201)),
        truncated("line, cut by two", line_cut_behind(202)),
        truncated("line, cut by three", line_cut_behind(203)),
        truncated("PKCS#8, cut", cut(&text(&corpus("real/openssl/ec256_pkcs8.pem")))),
        truncated(
            "DER, cut",
            corpus("real/openssl/rsa2048_pkcs8.der")[..600].to_vec(),
        ),
        in_utf16("OpenSSH in UTF-16", utf16(&openssh)),
        in_utf16(
            "PPK in UTF-16 with a mark",
            [&[0xff, 0xfe][..], &utf16(&ppk())].concat(),
        ),
        in_utf16("line in UTF-16", utf16(&line())),
        malformed(
            "OpenSSH with a blank",
            &within(&openssh, " "),
            Fault::Blanks,
            blanks,
        ),
        malformed(
            "OpenSSH with a no-break space",
            &within(&openssh, "\u{a0}"),
            Fault::Blanks,
            blanks,
        ),
        malformed("PPK with a tab", &within(&ppk(), "\t"), Fault::Blanks, blanks),
        malformed("line with a blank", &within(&line(), " "), Fault::Blanks, blanks),
        malformed(
            "line with a zero-width space",
            &within(&line(), "\u{200b}"),
            Fault::Blanks,
            blanks,
        ),
        malformed(
            "line that is broken",
            &within(&line(), "\n"),
            Fault::BrokenLine,
            "broken into several lines",
        ),
        malformed(
            "OpenSSH without line breaks",
            &openssh.replace('\n', " "),
            Fault::OneLine,
            "line breaks are lost",
        ),
        malformed(
            "OpenSSH with a star",
            &within(&openssh, "*"),
            Fault::Base64,
            "a character in it that does not belong",
        ),
    ]
}

fn secrets_and_checks() -> Vec<Case> {
    let wrong = |name, bytes| {
        let error = DecodeError::WrongPassphrase;
        Case::new(name, bytes, error, "wrong-passphrase", "passphrase does not open").with("wrong")
    };
    let locked = |format| file(Algorithm::Rsa, format, Some(PASSPHRASE));
    let missing = Case::new(
        "no passphrase given",
        locked(Format::OpenSsh),
        DecodeError::NeedsPassphrase,
        "needs-passphrase",
        "protected by a passphrase",
    );
    let renamed = ppk().replace("alice@", "mallory@");
    vec![
        wrong("OpenSSH, wrong passphrase", locked(Format::OpenSsh)),
        wrong("PPK 3, wrong passphrase", locked(Format::Ppk3)),
        wrong("PPK 2, wrong passphrase", locked(Format::Ppk2)),
        wrong("PEM, wrong passphrase", locked(Format::Pem)),
        wrong("PKCS#8, wrong passphrase", locked(Format::Pkcs8)),
        wrong("ssh.com, wrong passphrase", locked(Format::SshCom)),
        missing.with(""),
        Case::new(
            "PPK with another comment",
            renamed.into_bytes(),
            DecodeError::BadMac,
            "bad-mac",
            "altered",
        ),
    ]
}

fn unknown(name: &'static str, path: &str, cipher: &str, says: &'static str) -> Case {
    let error = DecodeError::UnsupportedCipher(cipher.to_owned());
    Case::new(name, corpus(path), error, "unsupported-cipher", says)
}

fn something_else() -> Vec<Case> {
    let foreign = |name, path: &str, foreign, says| {
        Case::new(
            name,
            corpus(path),
            DecodeError::NotAKeyFile(foreign),
            "not-a-key-file",
            says,
        )
    };
    vec![
        unknown(
            "OpenSSH with RC4",
            "malformed/kdf/openssh_rc4",
            "arcfour256",
            "arcfour256",
        ),
        foreign(
            "X.509",
            "real/openssl/x509_cert.pem",
            Foreign::X509Certificate,
            "X.509 certificate",
        ),
        foreign(
            "PGP in text",
            "real/gnupg/pgp_secret.asc",
            Foreign::OpenPgp,
            "OpenPGP",
        ),
        foreign(
            "PGP in bytes",
            "real/gnupg/pgp_public.gpg",
            Foreign::OpenPgp,
            "OpenPGP",
        ),
        Case::new(
            "halves of two keys",
            corpus("malformed/semantic/openssh_ed_pub_mismatch"),
            DecodeError::Inconsistent(Unsound::HalvesDiffer),
            "inconsistent",
            "belong to different keys",
        ),
        Case::new(
            "an RSA key of 65536 bits",
            corpus("malformed/lengths/pub_rsa_n_65536bit"),
            DecodeError::NumberTooLarge,
            "limit",
            "larger than any key",
        ),
        Case::new(
            "an RSA key of 16400 bits",
            corpus("malformed/lengths/pub_rsa_n_16400bit"),
            DecodeError::NumberTooLarge,
            "limit",
            "larger than any key",
        ),
    ]
}

#[test]
fn each_cause_is_named_with_its_own_words_and_code() {
    let groups = [damaged_on_the_way(), secrets_and_checks(), something_else()];
    let cases: Vec<Case> = groups.into_iter().flatten().collect();
    assert!(cases.len() > 30);
    hold(cases.iter().map(Case::check).collect());
}

/// Line ends and byte order marks do no harm, so nothing needs to be said about them.
#[test]
fn line_ends_and_byte_order_marks_are_taken_in_stride() {
    let key = file(Algorithm::Ed25519, Format::OpenSsh, None);
    let expected = open(&key, None).expect("it is whole");
    for format in [
        Format::OpenSsh,
        Format::Ppk3,
        Format::Ppk2,
        Format::Pkcs8,
        Format::Jwk,
    ] {
        let unix = text(&file(Algorithm::Ed25519, format, None));
        for changed in [
            unix.replace('\n', "\r\n"),
            unix.replace('\n', "\r\r\n"),
            unix.replace('\n', "\r"),
            format!("\u{feff}{unix}"),
            format!("\u{feff}{}", unix.replace('\n', "\r\n")),
        ] {
            let found = open(changed.as_bytes(), None)
                .unwrap_or_else(|error| panic!("{format:?}: {error}\n{changed:?}"));
            assert_eq!(found.key.public(), expected.key.public(), "{format:?}");
        }
    }
}

#[test]
fn a_file_tells_whether_its_lines_end_as_on_windows_before_and_after_it_is_open() {
    for format in [Format::OpenSsh, Format::Ppk3, Format::Pem, Format::Pkcs8] {
        let algorithm = Algorithm::Ecdsa(Curve::P256);
        let plain = text(&file(algorithm, format, None));
        let locked = text(&file(algorithm, format, Some(PASSPHRASE)));
        for (ends, has_crlf) in [("\n", false), ("\r\n", true)] {
            let found = open(plain.replace('\n', ends).as_bytes(), None).expect("it is whole");
            assert_eq!(found.has_crlf, has_crlf, "{format:?} {ends:?}");
            let found = open_locked(locked.replace('\n', ends).as_bytes()).expect("it is locked");
            assert_eq!(found.has_crlf, has_crlf, "locked {format:?} {ends:?}");
            let found = unlock(&found, PASSPHRASE).expect("it opens");
            assert_eq!(found.has_crlf, has_crlf, "opened {format:?} {ends:?}");
        }
    }
}

/// What a program sends as text that is none: each LF becomes CRLF.
#[test]
fn a_binary_file_that_went_through_text_mode_is_not_called_whole() {
    for name in ["rsa2048_pkcs8.der", "rsa2048_pkcs1.der"] {
        let bytes = corpus(&format!("real/openssl/{name}"));
        assert!(bytes.contains(&b'\n'), "{name} has nothing to change");
        let changed: Vec<u8> = bytes
            .iter()
            .flat_map(|byte| {
                if *byte == b'\n' {
                    vec![b'\r', b'\n']
                } else {
                    vec![*byte]
                }
            })
            .collect();
        let error = format::parse(&changed).map(drop).expect_err("it is damaged");
        assert!(!matches!(error, DecodeError::NotAKeyFile(_)), "{name}: {error}");
    }
}

/// Ciphers of OpenSSL that no key of SSH's world has: named, so that a person knows what to change.
#[test]
fn a_cipher_that_is_not_known_is_named() {
    let traditional = text(&corpus("real/openssl/rsa2048_pkcs1_aes256.pem"));
    let with = |name: &str| traditional.replace("AES-256-CBC", name).into_bytes();
    for (file, named) in [
        (corpus("real/openssl/rsa2048_pbes1_PBE-SHA1-RC4-128.pem"), "RC4"),
        (with("SEED-CBC"), "seed"),
        (with("IDEA-CBC"), "idea"),
        (with("BF-CBC"), "bf"),
    ] {
        let error = format::parse(&file).map(drop);
        let error = error.expect_err("it cannot be opened");
        let problem = Problem::from(&error);
        let is_named = problem.what.to_lowercase().contains(&named.to_lowercase());
        assert!(
            is_named && problem.code.starts_with("unsupported-"),
            "{named}: {}",
            problem.what
        );
    }
}

/// The cost stands in the file, so it is named before it is paid, and small files cannot stall us.
#[test]
fn a_costly_file_says_how_many_seconds_and_gibibytes_before_they_are_paid() {
    let ppk = text(&file(Algorithm::Ed25519, Format::Ppk3, Some(PASSPHRASE)));
    let argon2 = |mem_kib: &str, passes: &str| {
        ppk.replace("Argon2-Memory: 64", &format!("Argon2-Memory: {mem_kib}"))
            .replace("Argon2-Passes: 1", &format!("Argon2-Passes: {passes}"))
            .into_bytes()
    };
    let encrypted = PrivateEncoding::OPENSSH;
    let openssh = written(
        outgoing(Algorithm::Ed25519, &comment()),
        &encrypted,
        Some(PASSPHRASE),
    );
    let rounds = |rounds: u32| with_rounds(&openssh.clone().expect("it can be written"), rounds);
    let started = std::time::Instant::now();
    for (bytes, says) in [
        (
            argon2("2097152", "3"),
            "opening this file costs about 6.0 s and 2 GiB of memory, much more",
        ),
        (
            argon2("524288", "1"),
            "about 0.5 s and 512 MiB of memory, much more",
        ),
        (rounds(1000), "opening this file costs about 12 s, much more"),
    ] {
        let locked = open_locked(&bytes).expect("it is encrypted");
        let error = unlock(&locked, PASSPHRASE).expect_err("it is asked about first");
        let problem = Problem::from(&error);
        assert!(problem.what.contains(says), "{}", problem.what);
        assert_eq!(problem.code, "limit");
        assert!(problem.hint.contains("agree"), "{}", problem.hint);
    }
    for (bytes, says) in [
        (
            argon2("16777216", "1"),
            "would cost about 16 s and 16 GiB of memory, more than any real key",
        ),
        (argon2("64", "4294967295"), "more than any real key"),
        (rounds(u32::MAX), "would cost about"),
    ] {
        // What stands in clear costs nothing.
        let locked = open_locked(&bytes).expect("it is encrypted");
        assert_eq!(locked.public.as_ref(), Some(key(Algorithm::Ed25519).public()));
        let error = unlock(&locked, PASSPHRASE).expect_err("nobody pays this");
        let problem = Problem::from(&error);
        assert!(problem.what.contains(says), "{}", problem.what);
        assert_eq!(problem.code, "limit");
    }
    assert!(started.elapsed().as_secs() < 5, "it was paid");
}

/// The same OpenSSH file with another number of rounds in its header.
fn with_rounds(text: &[u8], rounds: u32) -> Vec<u8> {
    let text = self::text(text);
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    let mut bytes = Base64::decode_vec(&body).expect("it is base64");
    let usual = 24_u32.to_be_bytes();
    // Behind the names stand the length of salt and rounds, 24, then the salt's, 16, and the rounds.
    let start = [usual, 16_u32.to_be_bytes()].concat();
    let place = bytes
        .windows(8)
        .position(|window| window == start)
        .expect("they are there")
        + 8
        + 16;
    assert_eq!(bytes[place..place + 4], usual);
    bytes[place..place + 4].copy_from_slice(&rounds.to_be_bytes());
    let body = Base64::encode_string(&bytes);
    format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{body}\n-----END OPENSSH PRIVATE KEY-----\n").into_bytes()
}

/// Neither is damaged, so it is what was asked for that decides.
#[test]
fn a_public_key_and_a_certificate_in_place_of_a_private_key_are_told_apart() {
    let public = text(
        &public_file(
            key(Algorithm::Ed25519).public(),
            &comment(),
            Format::PublicLine,
            Wrapping::Pem,
        )
        .expect("every key has a line"),
    );
    let certificate = text(&corpus("real/openssh/cert_user_ecdsa256-cert.pub"));
    assert!(open_public(certificate.as_bytes()).is_ok_and(|file| file.certificate.is_some()));
    let folder = Folder::new();
    let mut said = Vec::new();
    for (bytes, says) in [
        (&public, "holds only a public key"),
        (&certificate, "holds a certificate, and no private key"),
    ] {
        folder.put("given.pub", bytes.as_bytes());
        folder.put("nothing", b"");
        let ran = folder
            .tool(env!("CARGO_BIN_EXE_keywright-cli"))
            .args(["passwd", "given.pub", "--new-passphrase-file", "nothing"])
            .run();
        assert!(!ran.is_success && ran.stderr.contains(says), "{}", ran.stderr);
        said.push(ran.stderr);
    }
    assert_ne!(said[0], said[1]);
}

/// `puttygen` still makes them, and shows the same fingerprint.
#[test]
fn keys_of_ssh_1_are_shown_as_puttygen_shows_them_and_refused() {
    let folder = Folder::new();
    folder.put("nothing", b"");
    folder.put("passphrase", b"secret");
    for (passphrase, is_encrypted) in [("nothing", false), ("passphrase", true)] {
        folder
            .tool("puttygen")
            .args(["-q", "-t", "rsa1", "-b", "1024", "-C", "an old key", "-o", "key"])
            .args(["--new-passphrase", passphrase])
            .output()
            .expect("puttygen makes it");
        let shown = folder
            .tool("puttygen")
            .args(["key", "-l"])
            .output()
            .expect("it shows it");
        let fingerprint = shown.split(' ').nth(1).expect("bits, fingerprint, comment");
        let line = folder
            .tool("puttygen")
            .args(["key", "-L"])
            .output()
            .expect("it prints it");
        for (bytes, is_private) in [(folder.get("key"), true), (line.into_bytes(), false)] {
            let error = format::parse(&bytes).map(drop).expect_err("it must be replaced");
            let DecodeError::Ssh1(found) = &error else {
                panic!("{error:?}");
            };
            assert_eq!((found.bits, found.fingerprint.as_str()), (1024, fingerprint));
            assert_eq!(
                (found.comment.as_slice(), found.is_private),
                (&b"an old key"[..], is_private)
            );
            assert_eq!(found.is_encrypted, is_private && is_encrypted);
            let problem = Problem::from(&error);
            assert!(problem.what.contains("SSH-1") && problem.what.contains("must be replaced"));
            assert_eq!(problem.code, "unsupported-key-type");
        }
    }
}
