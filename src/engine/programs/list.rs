//! What is known about each program, from its makers or by trying it. Look at the sources before you change a line, and
//! set the date.

use super::Program;
use crate::engine::providers::Takes;
use crate::engine::saving::PublicForm;
use crate::format::Format;

/// The month of these facts. What was tried is named in [`Program::tried_with`]; the rest is what makers and reports say.
pub const AS_OF: &str = "November 2026";

const RSA: Takes = Takes::Rsa { from_bits: 1024 };
const RSA_2048: Takes = Takes::Rsa { from_bits: 2048 };

/// The one file for all keys that PuTTY had before 0.75.
const PPK2: &[(Takes, Format)] = &[
    (Takes::Ed25519, Format::Ppk2),
    (RSA, Format::Ppk2),
    (Takes::Ecdsa, Format::Ppk2),
    (Takes::Dsa, Format::Ppk2),
];
const PPK3: &[(Takes, Format)] = &[
    (Takes::Ed25519, Format::Ppk3),
    (RSA, Format::Ppk3),
    (Takes::Ecdsa, Format::Ppk3),
    (Takes::Dsa, Format::Ppk3),
];
/// What clouds hand out and take.
const CLOUD: &[(Takes, Format)] = &[(RSA_2048, Format::Pem), (Takes::Ed25519, Format::OpenSsh)];

/// All of them, in the order in which they are shown.
pub const PROGRAMS: &[Program] = &[
    Program {
        code: "putty-before-0.75",
        title: "PuTTY before 0.75",
        files: PPK2,
        public: PublicForm::Line,
        takes_passphrase: true,
        tried_with: Some("puttygen"),
        source: "https://www.chiark.greenend.org.uk/~sgtatham/putty/wishlist/ppk3.html",
        note: "It says “key format too new” of version 3, and knows no Ed448 keys. Version 2 protects a passphrase worse.",
    },
    Program {
        code: "winscp",
        title: "WinSCP",
        files: PPK3,
        public: PublicForm::Line,
        takes_passphrase: true,
        tried_with: Some("puttygen"),
        source: "https://winscp.net/eng/docs/public_key",
        note: "It opens PuTTY’s files alone, and converts others itself; releases from before 2021 take version 2 (putty-before-0.75).",
    },
    Program {
        code: "filezilla",
        title: "FileZilla",
        files: PPK3,
        public: PublicForm::Line,
        takes_passphrase: true,
        tried_with: Some("puttygen"),
        source: "https://wiki.filezilla-project.org/Howto",
        note: "It opens PuTTY’s files, and OpenSSH’s and PEM files as they are (3.63 of 2023 tried); releases from before 2021 take version 2 (putty-before-0.75) and convert others.",
    },
    Program {
        code: "jsch",
        title: "JSch",
        files: &[
            (RSA, Format::Pem),
            (Takes::Ecdsa, Format::Pem),
            (Takes::Dsa, Format::Pem),
            (Takes::Ed25519, Format::OpenSsh),
        ],
        public: PublicForm::Line,
        takes_passphrase: true,
        tried_with: Some("openssl"),
        source: "https://github.com/mwiede/jsch",
        note: "JCraft’s last release, 0.1.55 of 2018 (tried), says “invalid privatekey” of OpenSSH’s own files and knows no Ed25519; the fork com.github.mwiede:jsch takes both, and PuTTY’s files; for Ed25519 it wants Java 15 or Bouncy Castle.",
    },
    Program {
        code: "paramiko",
        title: "Paramiko",
        files: &[
            (Takes::Ed25519, Format::OpenSsh),
            (RSA, Format::OpenSsh),
            (Takes::Ecdsa, Format::OpenSsh),
        ],
        public: PublicForm::Line,
        takes_passphrase: true,
        tried_with: Some("paramiko"),
        source: "https://docs.paramiko.org/en/stable/api/keys.html",
        note: "It takes no PKCS#8 and no PuTTY files; before 2.7 (2019) it takes only PEM of RSA and ECDSA keys. Give the key a comment: of files without one it refuses some.",
    },
    Program {
        code: "asyncssh",
        title: "AsyncSSH",
        files: &[
            (Takes::Ed25519, Format::OpenSsh),
            (RSA, Format::OpenSsh),
            (Takes::Ecdsa, Format::OpenSsh),
        ],
        public: PublicForm::Line,
        takes_passphrase: true,
        tried_with: Some("asyncssh"),
        source: "https://asyncssh.readthedocs.io/en/stable/api.html#public-key-support",
        note: "It takes PEM and PKCS#8 as well, and no PuTTY files. Files of OpenSSH’s own with a passphrase want the module bcrypt beside it.",
    },
    Program {
        code: "bitwarden",
        title: "Bitwarden",
        files: &[
            (Takes::Ed25519, Format::OpenSsh),
            (RSA_2048, Format::OpenSsh),
            (Takes::Ecdsa, Format::OpenSsh),
        ],
        public: PublicForm::Line,
        takes_passphrase: true,
        tried_with: Some("ssh-keygen"),
        source: "https://github.com/bitwarden/sdk-internal/blob/main/crates/bitwarden-ssh/src/import.rs",
        note: "It takes OpenSSH’s own files and PKCS#8, no PuTTY files and no PKCS#1; ECDSA keys only since the middle of 2026. It keeps the key without its passphrase.",
    },
    Program {
        code: "1password",
        title: "1Password",
        files: &[(Takes::Ed25519, Format::OpenSsh), (RSA_2048, Format::OpenSsh)],
        public: PublicForm::Line,
        takes_passphrase: true,
        tried_with: Some("ssh-keygen"),
        source: "https://www.1password.dev/ssh/manage-keys",
        note: "It takes Ed25519 keys, and RSA keys of 2048, 3072 or 4096 bits; no ECDSA keys and no PuTTY files.",
    },
    Program {
        code: "dropbear",
        title: "Dropbear",
        files: &[
            (Takes::Ed25519, Format::Dropbear),
            (RSA, Format::Dropbear),
            (Takes::Ecdsa, Format::Dropbear),
        ],
        public: PublicForm::Line,
        takes_passphrase: false,
        tried_with: Some("dropbearkey"),
        source: "https://github.com/mkj/dropbear/blob/master/manpages/dropbearconvert.1",
        note: "It has files of its own, in bytes; since 2020.79 with Ed25519 keys. Its public half is an ordinary line.",
    },
    Program {
        code: "openssh-before-6.5",
        title: "OpenSSH before 6.5",
        files: &[
            (RSA, Format::Pem),
            (Takes::Ecdsa, Format::Pem),
            (Takes::Dsa, Format::Pem),
        ],
        public: PublicForm::Line,
        takes_passphrase: true,
        tried_with: Some("ssh-keygen"),
        source: "https://www.openssh.com/txt/release-6.5",
        note: "OpenSSH’s own files and Ed25519 came with 6.5 (2014), ECDSA with 5.7 (2011).",
    },
    Program {
        code: "aws",
        title: "AWS (EC2)",
        files: CLOUD,
        public: PublicForm::Line,
        takes_passphrase: true,
        tried_with: Some("openssl"),
        source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/create-key-pairs.html",
        note: "It imports the public half, of RSA and Ed25519 keys; machines with Windows take RSA alone. “get-password-data” opens the private file only if it has no passphrase.",
    },
    Program {
        code: "azure",
        title: "Azure",
        files: CLOUD,
        public: PublicForm::Line,
        takes_passphrase: true,
        tried_with: Some("openssl"),
        source: "https://learn.microsoft.com/en-us/azure/virtual-machines/linux/mac-create-ssh-keys",
        note: "It takes the public half of RSA keys, and since 2024 of Ed25519 keys for machines with Linux. Azure DevOps takes RSA alone.",
    },
    Program {
        code: "oci",
        title: "Oracle Cloud (API key)",
        files: &[(RSA_2048, Format::Pkcs8)],
        public: PublicForm::Spki,
        takes_passphrase: true,
        tried_with: Some("openssl"),
        source: "https://docs.oracle.com/en-us/iaas/Content/API/Concepts/apisigningkey.htm",
        note: "For its API it takes PEM, and no line of SSH; the key of a machine is another one, and an ordinary line.",
    },
    Program {
        code: "age",
        title: "age",
        files: &[(Takes::Ed25519, Format::OpenSsh), (RSA_2048, Format::OpenSsh)],
        public: PublicForm::Line,
        takes_passphrase: true,
        tried_with: Some("age"),
        source: "https://github.com/FiloSottile/age/blob/main/README.md",
        note: "It encrypts to the public line (-R) and decrypts with the private file (-i). It takes no ECDSA keys, none of security keys, and no ML-DSA.",
    },
];
