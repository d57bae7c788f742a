//! `docs/formats.md`, out of the claims.

use std::fmt::Write as _;

use keywright::engine::programs::{AS_OF, PROGRAMS};
use keywright::format::{Argon2Variant, CbcCipher, Format, Pbes1, Prf};
use keywright::key::Algorithm;
use keywright::key::spec::{Curve, Naming};

use crate::certificates;
use crate::ciphers;
use crate::claims::{Judge, Reason, Way, certificate, private, public, public_part};
use crate::common::OPENSSH_CIPHERS;
use crate::fixtures::{PRIVATE, PUBLIC, encoding};

const INTRO: &str = "\
<!-- Written by `cargo test --test formats`; to change it, change tests/formats and run it with KEYWRIGHT_BLESS=1. -->

# Formats

Which key fits into which file. **R**: Keywright reads it. **W**: Keywright writes it. A cell without both says why, and the
number leads to the [note](#notes) that says it in full.

None of it is only a promise. `cargo test --test formats` holds this page to what it proves in the same run, with the
program that the format comes from: for **W** that program reads what Keywright wrote and finds the same key, for **R**
Keywright reads what that program wrote. Where a **W** is missing, Keywright must refuse by name; what a note says that
other programs refuse, they must refuse. The [last table](#who-judges) says who judges what.

The same run takes every key from every format into every other one that can hold it and back: it stays the same key, with
the same comment and certificate where both formats have a place for them.
";

const PKCS12: &str = "\
### PKCS#12 stores

The one private key in a `.p12` or `.pfx` file is read, of the types that PKCS#8 holds, and its name there becomes the
comment; `openssl` writes the files that are tried, also in BER and as before version 3 (`-legacy`). The check over the store
is made where there is one. Certificates of X.509 are passed over, and said. Two keys in a store are refused. Stores are not
written.
";

const CIPHERS: &str = "\
## How private keys are encrypted

Every entry is tried in its direction with the program that the format comes from. Where an entry is an authenticated
cipher, its tag is verified, and a file with one changed bit in it is refused.
";

const SSH_1: &str = "\
## Keys of SSH 1

RSA keys of SSH 1, private files and public lines, are recognised and shown with size, fingerprint and comment, which
`puttygen` confirms. They are not converted: OpenSSH took SSH 1 out in 2017 and no other format can hold its keys, so what
is said is that they must be replaced.
";

const FOOTNOTE: &str = "\
(*) ML-DSA-44 with Ed25519 needs OpenSSH 10.6 (`ssh-mldsa44-ed25519`), which distributions do not have yet; 10.4 and 10.5 had
it as an experiment (`ssh-mldsa44-ed25519@openssh.com`), whose keys 10.6 does not take: they are the same but for the name, and
`keywright-cli convert --final-name` gives them the new one. The judges are files that `ssh-keygen` 10.6p1 and 10.5p1 wrote, the
one with a passphrase by 10.5p1: what Keywright writes is the same as these, byte for byte, when it is given the random numbers
that they were made with. In RFC 4716 the key between the two lines is compared. The certificate of the experiment is the one in
OpenSSH's test suite, which lies beside the repository; where it does not, one that the test has signed takes its place.

DSA is judged by `puttygen` where OpenSSH is the owner, because `ssh-keygen` dropped DSA in release 10.0; the certificate of
a DSA key is signed by the test itself.
";

/// The whole page.
pub(crate) fn document() -> String {
    let mut page = String::from(INTRO);
    page.push_str("\n## Private keys\n\n### Without a passphrase\n\n");
    private_table(&mut page, false);
    page.push_str("\n### With a passphrase\n\n");
    private_table(&mut page, true);
    page.push_str("\n### What else fits\n\n");
    beside_table(&mut page);
    page.push('\n');
    page.push_str(PKCS12);
    page.push('\n');
    page.push_str(CIPHERS);
    page.push('\n');
    cipher_table(&mut page);
    page.push_str("\n## Public keys\n\n");
    public_table(&mut page);
    page.push_str(
        "\nA comment goes into the lines, RFC 4716, PPK and JWK; the forms of OpenSSL have no place for one. \
         PKCS#8's public\nform and PKCS#1 are read and written in PEM and in DER.\n",
    );
    page.push_str("\n## Certificates\n\n");
    certificate_table(&mut page);
    page.push_str(
        "\nNo other format has room for a certificate; OpenSSH keeps it in a file of its own beside the key, \
         `id_ed25519-cert.pub`.\n\n",
    );
    page.push_str(SSH_1);
    page.push_str("\n## Notes\n\n");
    for reason in Reason::ALL {
        line(&mut page, &format!("{}. {}", reason.number(), reason.note()));
    }
    page.push_str("\n## Which file for which program\n\n");
    programs(&mut page);
    page.push_str("\n## Who judges\n\n");
    judges_table(&mut page);
    page.push('\n');
    page.push_str(FOOTNOTE);
    page
}

/// What `convert --for` knows.
fn programs(page: &mut String) {
    line(
        page,
        &format!(
            "What `convert --for PROGRAM` chooses, as of {AS_OF}. Each file is read in the tests by the program that is named \
             there. The rest was\nnot tried here: it is from what the makers publish, and from reports."
        ),
    );
    page.push('\n');
    let head = [
        "`--for`",
        "takes",
        "public half",
        "passphrase",
        "tried with",
        "source",
    ]
    .map(str::to_owned);
    let mut rows = vec![head.to_vec()];
    for program in PROGRAMS {
        let files = program.files.iter();
        let files: Vec<String> = files
            .map(|(takes, format)| format!("{} as {}", takes.title(), column(*format)))
            .collect();
        rows.push(vec![
            format!("`{}`", program.code),
            files.join("; "),
            column(program.public.format()).to_owned(),
            if program.takes_passphrase { "yes" } else { "no" }.to_owned(),
            program
                .tried_with
                .map_or("–".to_owned(), |tool| format!("`{tool}`")),
            format!("<{}>", program.source),
        ]);
    }
    table(page, &rows);
    page.push('\n');
    for program in PROGRAMS {
        line(page, &format!("- {}: {}", program.title, program.note));
    }
}

fn line(page: &mut String, text: &str) {
    writeln!(page, "{text}").expect("a text takes any text");
}

fn table(page: &mut String, rows: &[Vec<String>]) {
    let columns = rows[0].len();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for (number, row) in rows.iter().enumerate() {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}", width = *width))
            .collect();
        line(page, &format!("| {} |", cells.join(" | ")));
        if number == 0 {
            let dashes: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
            line(page, &format!("| {} |", dashes.join(" | ")));
        }
    }
}

/// A type's name for a person.
pub(crate) fn type_name(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Rsa => "RSA",
        Algorithm::Dsa => "DSA",
        Algorithm::Ecdsa(Curve::P256) => "ECDSA P-256",
        Algorithm::Ecdsa(Curve::P384) => "ECDSA P-384",
        Algorithm::Ecdsa(Curve::P521) => "ECDSA P-521",
        Algorithm::Ed25519 => "Ed25519",
        Algorithm::Ed448 => "Ed448",
        Algorithm::SkEcdsa => "ECDSA in a security key",
        Algorithm::SkEd25519 => "Ed25519 in a security key",
        Algorithm::MlDsa44Ed25519(Naming::Settled) => "ML-DSA-44 with Ed25519",
        Algorithm::MlDsa44Ed25519(Naming::Experiment) => "ML-DSA-44 with Ed25519, old name",
    }
}

fn column(format: Format) -> &'static str {
    match format {
        Format::OpenSsh => "OpenSSH",
        Format::Ppk1 => "PPK 1",
        Format::Ppk2 => "PPK 2",
        Format::Ppk3 => "PPK 3",
        Format::PublicLine => "OpenSSH line",
        Format::Rfc4716 => "RFC 4716",
        Format::Pem => "PEM",
        Format::Der => "DER",
        Format::Pkcs8 => "PKCS#8 PEM",
        Format::Pkcs8Der => "PKCS#8 DER",
        Format::Spki => "PKCS#8 public (SPKI)",
        Format::Pkcs1Public => "PKCS#1 public",
        Format::SshCom => "ssh.com",
        Format::Jwk => "JWK",
        Format::Dropbear => "Dropbear",
        Format::Pkcs12 => "PKCS#12",
    }
}

/// Both directions of one cell.
fn cell(read: Result<Judge, Reason>, write: Result<Judge, Reason>) -> String {
    match (read, write) {
        (Ok(_), Ok(_)) => "**R W**".to_owned(),
        (Ok(_), Err(reason)) => format!("**R** {} ({})", reason.word(), reason.number()),
        (Err(reason), Ok(_)) => format!("**W** {} ({})", reason.word(), reason.number()),
        (Err(reason), Err(other)) => {
            assert_eq!(reason, other, "a cell has one reason to be empty");
            format!("{} ({})", reason.word(), reason.number())
        }
    }
}

fn type_rows(head: Vec<String>, cells: impl Fn(Algorithm) -> Vec<String>) -> Vec<Vec<String>> {
    let rows = Algorithm::ALL.map(|algorithm| {
        let mut row = vec![type_name(algorithm).to_owned()];
        row.extend(cells(algorithm));
        row
    });
    std::iter::once([vec!["Type".to_owned()], head].concat())
        .chain(rows)
        .collect()
}

fn names(formats: &[Format]) -> Vec<String> {
    formats.iter().map(|format| column(*format).to_owned()).collect()
}

fn private_table(page: &mut String, is_encrypted: bool) {
    let rows = type_rows(names(&PRIVATE), |algorithm| {
        PRIVATE
            .map(|format| {
                let [read, write] = Way::BOTH.map(|way| private(algorithm, format, way, is_encrypted));
                cell(read, write)
            })
            .into()
    });
    table(page, &rows);
}

fn yes(is_so: bool) -> String {
    if is_so { "yes" } else { "–" }.to_owned()
}

fn beside_table(page: &mut String) {
    let row = |name: &str, holds: &dyn Fn(Format) -> String| {
        [vec![name.to_owned()], PRIVATE.map(holds).into()].concat()
    };
    let head = [vec!["Beside the key".to_owned()], names(&PRIVATE)].concat();
    let comment = row("a comment", &|format| match format {
        Format::Jwk => "as `kid`".to_owned(),
        _ => yes(format.holds_comment()),
    });
    let certificate = row("a certificate", &|format| yes(format.holds_certificate()));
    let public = row(
        "the public half in clear, when encrypted",
        &|format| match format {
            Format::Jwk | Format::Der | Format::Dropbear => "–".to_owned(),
            _ => yes(crate::round_trips::shows_public_half(format)),
        },
    );
    table(page, &[head, comment, certificate, public]);
}

fn public_table(page: &mut String) {
    let head = [names(&PUBLIC), vec!["Public part of an encrypted PPK".to_owned()]].concat();
    let rows = type_rows(head, |algorithm| {
        let mut cells: Vec<String> = PUBLIC
            .map(|format| cell(public(algorithm, format), public(algorithm, format)))
            .into();
        let [read, write] = Way::BOTH.map(|way| public_part(algorithm, way));
        cells.push(cell(read, write));
        cells
    });
    table(page, &rows);
}

fn certificate_table(page: &mut String) {
    let rows = type_rows(names(&certificates::FORMATS), |algorithm| {
        certificates::FORMATS
            .map(|format| cell(certificate(algorithm, format), certificate(algorithm, format)))
            .into()
    });
    table(page, &rows);
}

fn cipher_table(page: &mut String) {
    let written = CbcCipher::WRITTEN.map(CbcCipher::name).join(", ");
    let openssh: Vec<&str> = OPENSSH_CIPHERS.iter().map(|cipher| cipher.as_str()).collect();
    let openssh = openssh.join(", ").replace("@openssh.com", "");
    let argon2 = Argon2Variant::ALL.map(Argon2Variant::name).join(", ");
    let prfs = Prf::ALL.map(Prf::name).join(", ");
    let pbes1 = ciphers::PBES1.map(|scheme| match scheme {
        Pbes1::Md5Des => "MD5 and DES",
        Pbes1::Sha1Des => "SHA-1 and DES",
        Pbes1::Sha1TripleDes => "SHA-1 and 3DES",
        Pbes1::Sha1TwoKeyTripleDes => "SHA-1 and 3DES with two keys",
        Pbes1::Sha1Rc2With128 => "SHA-1 and RC2 with 128 bits",
        Pbes1::Sha1Rc2With40 => "SHA-1 and RC2 with 40 bits",
    });
    let pbes1 = format!("PBES1 and PKCS#12: {}", pbes1.join(", "));
    let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
    let rows = [
        row([
            "Format",
            "Ciphers, read and written",
            "Only read",
            "From passphrase to key",
        ]),
        row(["OpenSSH", &openssh, "–", "bcrypt_pbkdf, any rounds"]),
        row(["PPK 3", "aes256-cbc, HMAC-SHA-256", "–", &argon2]),
        row([
            "PPK 2, PPK 1",
            "aes256-cbc, HMAC-SHA-1",
            "PPK 1, also with a bare SHA-1",
            "SHA-1, once",
        ]),
        row(["PEM", &written, "des-cbc; RC2 with 40 and 128 bits", "MD5, once"]),
        row([
            "PKCS#8",
            &written,
            &format!("des-cbc; {pbes1}"),
            &format!("PBKDF2 with {prfs}; scrypt"),
        ]),
        row(["ssh.com", "3des-cbc", "–", "MD5, once"]),
    ];
    table(page, &rows);
}

/// For each column and direction: the judges, each with the types that it judges unless it judges all.
fn judges_of(claims: impl Fn(Algorithm) -> Result<Judge, Reason>) -> String {
    let claimed: Vec<(Algorithm, Judge)> = Algorithm::ALL
        .into_iter()
        .filter_map(|algorithm| Some((algorithm, claims(algorithm).ok()?)))
        .collect();
    let mut judges: Vec<Judge> = Vec::new();
    for (_, judge) in &claimed {
        if !judges.contains(judge) {
            judges.push(*judge);
        }
    }
    let [first, others @ ..] = &judges[..] else {
        return "–".to_owned();
    };
    let mut text = first.title().to_owned();
    for judge in others {
        let types = claimed.iter().filter(|(_, other)| other == judge);
        let types: Vec<&str> = types.map(|(algorithm, _)| type_name(*algorithm)).collect();
        write!(text, "; for {}, {}", types.join(" and "), judge.title()).expect("a text takes any text");
    }
    text
}

fn judges_table(page: &mut String) {
    let mut rows = vec![
        [
            "Format",
            "reads what Keywright writes",
            "writes what Keywright reads",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    for format in PRIVATE {
        let of = |way| {
            judges_of(|algorithm| {
                private(
                    algorithm,
                    format,
                    way,
                    !matches!(format, Format::Der | Format::Jwk | Format::Dropbear),
                )
            })
        };
        let reads = match encoding(format) {
            Some(_) => of(Way::Write),
            None => "– (not written)".to_owned(),
        };
        let writes = match format {
            Format::SshCom => {
                of(Way::Read) + "; and files of ssh.com's own program, from OpenSSH's test suite"
            }
            Format::Ppk1 => "nobody; made from PPK 2, and `puttygen` reads it as the same key".to_owned(),
            _ => of(Way::Read),
        };
        rows.push(vec![column(format).to_owned(), reads, writes]);
    }
    for format in PUBLIC {
        let of = judges_of(|algorithm| public(algorithm, format));
        let name = if format == Format::Jwk {
            "JWK, public"
        } else {
            column(format)
        };
        rows.push(vec![name.to_owned(), of.clone(), of]);
    }
    let part = judges_of(|algorithm| public_part(algorithm, Way::Read));
    rows.push(vec!["Public part of a PPK".to_owned(), "– (13)".to_owned(), part]);
    for format in certificates::FORMATS {
        let of = judges_of(|algorithm| certificate(algorithm, format));
        rows.push(vec![format!("Certificate in {}", column(format)), of.clone(), of]);
    }
    table(page, &rows);
}
