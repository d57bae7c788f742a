//! Why a file is not the key that it should be; one cause, one variant, one sentence.

use super::Ssh1Key;
use super::cost::Cost;
use crate::key::PublicKeyError;
use crate::key::signature::SignatureError;
use crate::key::validate::Unsound;
use crate::key::wire::WireError;

/// Why a key file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It is something else.
    #[error("this is not a key file: {0}")]
    NotAKeyFile(Foreign),
    /// It ends too early.
    #[error("the file ends before the key does")]
    Truncated,
    /// It breaks the rules of its format.
    #[error("the key file is malformed: {0}")]
    Malformed(Fault),
    /// It was changed on its way here, in a way that has a name.
    #[error("the file is damaged: {0}")]
    Corrupt(Fault),
    /// The check over an unencrypted PPK file fails.
    #[error("the file was altered after it was saved: its check (MAC) does not match")]
    BadMac,
    /// It is encrypted, and no passphrase was given.
    #[error("the private key is protected by a passphrase")]
    NeedsPassphrase,
    /// The passphrase is not the one that it was saved with. With most ciphers damage inside the
    /// encrypted part looks the same.
    #[error("the passphrase does not open this key")]
    WrongPassphrase,
    /// A version or a kind of file that is known by name, but not read.
    #[error("{0} cannot be read")]
    UnsupportedFormat(String),
    /// A key of SSH 1, which nothing accepts and no format can hold.
    #[error("this is {0}; it must be replaced")]
    Ssh1(Ssh1Key),
    /// A cipher that is not known.
    #[error("the cipher {0} is not supported")]
    UnsupportedCipher(String),
    /// A key derivation function that is not known.
    #[error("the key derivation function {0} is not supported")]
    UnsupportedKdf(String),
    /// A kind of key that is not known.
    #[error("keys of type {0} are not supported")]
    UnsupportedKeyType(String),
    /// Opening it takes far longer or far more memory than is usual.
    #[error("opening this file costs {0}, much more than is usual")]
    CostsMuch(Cost),
    /// Opening it takes more than may be asked for.
    #[error("opening this file would cost {0}, more than any real key asks for")]
    CostsTooMuch(Cost),
    /// The memory that opening it takes is not to be had.
    #[error("there is not enough memory to open this file, which takes {0}")]
    NoMemory(Cost),
    /// A number in it is larger than any key's.
    #[error("a number in the key is larger than any key may have")]
    NumberTooLarge,
    /// The numbers of the key contradict each other.
    #[error("the key is not sound: {0}")]
    Inconsistent(Unsound),
    /// The signature of a certificate is not that of the authority that it names.
    #[error("the certificate is not what its authority signed: {0}")]
    BadSignature(SignatureError),
    /// It holds several keys.
    #[error("the file holds more than one key")]
    MultipleKeys,
    /// There is something behind the key.
    #[error("there is something behind the end of the key")]
    TrailingData,
}

/// Where a key file breaks the rules of its format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A character that base64 does not have.
    #[error("there is a character in it that does not belong there")]
    Base64,
    /// Nothing but base64, and too few or too many characters of it.
    #[error("characters of the key’s text are lost, or there are some too many")]
    Base64Length,
    /// Blanks in the middle of its base64, as chat programs and web pages leave them.
    #[error("there is blank space inside the key's text")]
    Blanks,
    /// Saved as UTF-16, as Windows PowerShell's `>` does.
    #[error("it was saved as UTF-16 text")]
    Utf16,
    /// The two check numbers inside an unencrypted OpenSSH file differ.
    #[error("its inner check does not match")]
    CheckNumbers,
    /// The inside of an OpenSSH file does not begin with its magic word.
    #[error("its inside does not begin as it must")]
    Magic,
    /// The encrypted part is no multiple of the cipher's block.
    #[error("the private part has an impossible length")]
    BlockLength,
    /// The passphrase is right, as the beginning of what it opens shows, and the rest is not what was encrypted.
    #[error("the passphrase fits, but a part of what it opens was changed or lost")]
    NotWhole,
    /// The bytes that fill up the last block are not 1, 2, 3, …
    #[error("the bytes that fill up its end are wrong")]
    Padding,
    /// A header line is missing, misspelt or in the wrong place.
    #[error("the line “{0}” is missing or not where it belongs")]
    Header(&'static str),
    /// As many lines should follow as a header says, and there are others.
    #[error("the line “{header}” says that {stated} lines follow, and there are {found}")]
    LineCount {
        /// The header.
        header: &'static str,
        /// How many it says.
        stated: usize,
        /// How many there are.
        found: usize,
    },
    /// A header's value is not what it must be.
    #[error("the value of “{0}” cannot be right")]
    Value(&'static str),
    /// A field inside the key breaks RFC 4251.
    #[error("{0}")]
    Wire(WireError),
    /// The type's name before the key and inside it differ.
    #[error("it says two different types of key")]
    TypeNames,
    /// Cipher and key derivation function contradict each other.
    #[error("its cipher and its key derivation function contradict each other")]
    CipherWithoutKdf,
    /// A field of DER (X.690) is missing, or of another kind than it must be.
    #[error("a field of the key is missing, or of another kind than it must be")]
    Field,
    /// The tag or the length of a field of DER is not one.
    #[error("a field of the key has an impossible length or mark")]
    FieldLength,
    /// An algorithm's parameters where there must be none, or the other way round.
    #[error("the settings of its type of key are not those of that type")]
    Parameters,
    /// A JSON Web Key that is not JSON.
    #[error("it is not valid JSON, or a member of the key has the wrong kind of value")]
    Json,
    /// Base64 where a public key line has none.
    #[error("there is no key behind the type's name")]
    NoKeyBlob,
    /// The key's lines stand one behind the other in a single line.
    #[error("its line breaks are lost")]
    OneLine,
    /// The key's text is broken into several lines.
    #[error("the key is broken into several lines")]
    BrokenLine,
    /// One line is longer or shorter than all others: something in it is lost, or came along.
    #[error("line {line} of the key has {len} characters, and the others have {usual}")]
    OddLine {
        /// Which one, counted from the one with BEGIN.
        line: usize,
        /// How many characters it has.
        len: usize,
        /// How many the others have.
        usual: usize,
    },
    /// A line of what is encrypted stands there twice.
    #[error("line {line} of the key is the same as the one before it, which never is by chance")]
    RepeatedLine {
        /// Which one, counted from the one with BEGIN.
        line: usize,
    },
    /// A character that base64 does not have, and where it stands.
    #[error("line {line} of the key has “{}” as its character {column}, which does not belong there", shown(*.character))]
    ForeignCharacter {
        /// Which line, counted from the one with BEGIN.
        line: usize,
        /// Which character of the line, counted from 1.
        column: usize,
        /// The character.
        character: char,
    },
}

/// What a file is that is not a key file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Foreign {
    /// Nothing but white space.
    #[error("it holds only blank space")]
    Blank,
    /// Bytes that are no text.
    #[error("it is not text")]
    Binary,
    /// Text of some kind.
    #[error("it does not begin as any key does")]
    Text,
    /// A certificate for TLS or mail.
    #[error("it is an X.509 certificate, as web servers have it")]
    X509Certificate,
    /// A PKCS#10 request for such a certificate.
    #[error("it is a request for an X.509 certificate")]
    CertificateRequest,
    /// A list of certificates that were called back.
    #[error("it is a list of revoked X.509 certificates")]
    RevocationList,
    /// Several certificates or a signed message (PKCS#7, CMS).
    #[error("it is a PKCS#7 message or certificate chain")]
    Pkcs7,
    /// Keys and certificates in one encrypted file.
    #[error("it is a PKCS#12 store (.p12, .pfx) without a private key")]
    Pkcs12,
    /// OpenPGP, as GnuPG has it.
    #[error("it is an OpenPGP key or message, as GnuPG has it")]
    OpenPgp,
    /// OpenVPN's profile or its static key.
    #[error("it is an OpenVPN profile or static key")]
    OpenVpn,
    /// A key of age.
    #[error("it is a key or a file of age")]
    Age,
    /// The numbers that several keys may share, without a key.
    #[error("it holds only parameters to make keys with")]
    Parameters,
    /// A signature that ssh-keygen has made.
    #[error("it is an SSH signature")]
    SshSignature,
    /// A list that ssh-keygen has made of revoked keys.
    #[error("it is a list of revoked SSH keys (KRL)")]
    RevokedKeys,
    /// A Java key store.
    #[error("it is a Java key store")]
    JavaKeyStore,
    /// PEM with a label that is not known.
    #[error("it is a PEM file of a kind that holds no SSH key")]
    OtherPem,
}

impl DecodeError {
    /// The stable word for it in `--json`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotAKeyFile(_) => "not-a-key-file",
            Self::Truncated => "truncated",
            Self::Malformed(_) => "malformed",
            Self::Corrupt(_) => "corrupt",
            Self::BadMac => "bad-mac",
            Self::NeedsPassphrase => "needs-passphrase",
            Self::WrongPassphrase => "wrong-passphrase",
            Self::UnsupportedFormat(_) => "unsupported-format",
            Self::UnsupportedCipher(_) => "unsupported-cipher",
            Self::UnsupportedKdf(_) => "unsupported-kdf",
            Self::UnsupportedKeyType(_) | Self::Ssh1(_) => "unsupported-key-type",
            Self::CostsMuch(_) | Self::CostsTooMuch(_) | Self::NoMemory(_) | Self::NumberTooLarge => "limit",
            Self::Inconsistent(_) => "inconsistent",
            Self::BadSignature(_) => "bad-signature",
            Self::MultipleKeys => "multiple-keys",
            Self::TrailingData => "trailing-data",
        }
    }
}

impl From<WireError> for DecodeError {
    fn from(fault: WireError) -> Self {
        match fault {
            WireError::Short => Self::Truncated,
            WireError::TooLarge => Self::NumberTooLarge,
            WireError::Negative
            | WireError::NotMinimal
            | WireError::WrongLength
            | WireError::NotText
            | WireError::Trailing => Self::Malformed(Fault::Wire(fault)),
        }
    }
}

impl From<Unsound> for DecodeError {
    fn from(unsound: Unsound) -> Self {
        Self::Inconsistent(unsound)
    }
}

impl From<PublicKeyError> for DecodeError {
    fn from(error: PublicKeyError) -> Self {
        match error {
            PublicKeyError::Wire(fault) => fault.into(),
            PublicKeyError::Unsupported(name) if name.is_empty() => Fault::TypeNames.into(),
            PublicKeyError::Unsupported(name) => Self::UnsupportedKeyType(printable(&name)),
            PublicKeyError::Unsound(unsound) => unsound.into(),
        }
    }
}

impl From<Fault> for DecodeError {
    fn from(fault: Fault) -> Self {
        Self::Malformed(fault)
    }
}

/// A character as it may be printed.
fn shown(character: char) -> String {
    crate::key::comment::escaped(character.encode_utf8(&mut [0; 4]).as_bytes())
}

/// A name out of a hostile file, short and safe to print.
pub(super) fn printable(name: &str) -> String {
    let short: String = name.chars().take(64).collect();
    crate::key::comment::escaped(short.as_bytes())
}

/// Why a key file cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The format has no room for this kind of key.
    #[error("{format} files cannot hold keys of type {algorithm}")]
    Unsupported {
        /// The format's name in a sentence.
        format: &'static str,
        /// The key's SSH name.
        algorithm: &'static str,
    },
    /// The certificate that is to go into the file certifies another key.
    #[error("the certificate is for a different public key")]
    OtherCertificate,
    /// The format has no encryption, and a passphrase was given.
    #[error("this kind of file cannot be protected by a passphrase")]
    NoEncryption,
    /// The key derivation is given a cost that is out of bounds.
    #[error("the cost of the key derivation is out of bounds")]
    Cost,
    /// A cipher that is read, but protects too little to be written.
    #[error("the cipher {0} is too weak to protect a key")]
    WeakCipher(&'static str),
    /// A cipher refuses; a fault of this program.
    #[error("the file cannot be encrypted")]
    Cipher,
}
