//! One cause, one sentence: nothing that is said of two faults is the same, and each comes with advice.

use std::collections::HashMap;

use keywright::engine::Problem;
use keywright::format::{
    Argon2Params, Argon2Variant, Consent, Cost, DecodeError, EncodeError, Fault, Foreign, ScryptParams,
    Ssh1Key,
};
use keywright::key::PublicKeyError;
use keywright::key::generate::GenerateError;
use keywright::key::rsa::RsaFault;
use keywright::key::signature::SignatureError;
use keywright::key::spec::RsaBitsError;
use keywright::key::validate::Unsound;
use keywright::key::wire::WireError;

/// One value for every variant. A variant that is missing here does not compile, and a value that is
/// of another variant than it stands for fails.
macro_rules! every {
    ($type:ty: $($pattern:pat => $value:expr),+ $(,)?) => {{
        fn is_complete(value: &$type) -> bool {
            match value { $($pattern)|+ => true }
        }
        let values: Vec<$type> = vec![$({
            let value: $type = $value;
            assert!(matches!(value, $pattern) && is_complete(&value));
            value
        }),+];
        values
    }};
}

fn wire_errors() -> Vec<WireError> {
    use WireError as E;
    every!(WireError:
        E::Short => E::Short,
        E::Negative => E::Negative,
        E::NotMinimal => E::NotMinimal,
        E::TooLarge => E::TooLarge,
        E::WrongLength => E::WrongLength,
        E::NotText => E::NotText,
        E::Trailing => E::Trailing,
    )
}

fn rsa_faults() -> Vec<RsaFault> {
    use RsaFault as E;
    every!(RsaFault:
        E::TooLarge => E::TooLarge,
        E::EvenModulus => E::EvenModulus,
        E::EvenExponent => E::EvenExponent,
        E::ExponentTooSmall => E::ExponentTooSmall,
        E::ExponentTooLarge => E::ExponentTooLarge,
        E::ModulusIsNotProduct => E::ModulusIsNotProduct,
        E::FactorsTrivial => E::FactorsTrivial,
        E::FactorNotPrime => E::FactorNotPrime,
        E::PrivateExponentTooLarge => E::PrivateExponentTooLarge,
        E::ExponentsDoNotMatch => E::ExponentsDoNotMatch,
        E::CoefficientWrong => E::CoefficientWrong,
        E::ReducedExponentWrong => E::ReducedExponentWrong,
    )
}

fn unsound() -> Vec<Unsound> {
    use Unsound as E;
    let mut all = every!(Unsound:
        E::HalvesDiffer => E::HalvesDiffer,
        E::OffCurve => E::OffCurve,
        E::CurveNames => E::CurveNames,
        E::ScalarRange => E::ScalarRange,
        E::WeakPoint => E::WeakPoint,
        E::RsaSize(_) => E::RsaSize(300),
        E::Rsa(_) => E::Rsa(RsaFault::TooLarge),
        E::Dsa => E::Dsa,
    );
    all.retain(|one| !matches!(one, E::Rsa(_)));
    all.extend(rsa_faults().into_iter().map(E::Rsa));
    all
}

fn signature_errors() -> Vec<SignatureError> {
    use SignatureError as E;
    every!(SignatureError:
        E::Wire(_) => E::Wire(WireError::Short),
        E::Scheme => E::Scheme,
        E::Wrong => E::Wrong,
    )
}

fn foreign() -> Vec<Foreign> {
    use Foreign as E;
    every!(Foreign:
        E::Blank => E::Blank,
        E::Binary => E::Binary,
        E::Text => E::Text,
        E::X509Certificate => E::X509Certificate,
        E::CertificateRequest => E::CertificateRequest,
        E::RevocationList => E::RevocationList,
        E::Pkcs7 => E::Pkcs7,
        E::Pkcs12 => E::Pkcs12,
        E::OpenPgp => E::OpenPgp,
        E::OpenVpn => E::OpenVpn,
        E::Age => E::Age,
        E::Parameters => E::Parameters,
        E::SshSignature => E::SshSignature,
        E::RevokedKeys => E::RevokedKeys,
        E::JavaKeyStore => E::JavaKeyStore,
        E::OtherPem => E::OtherPem,
    )
}

fn faults() -> Vec<Fault> {
    use Fault as E;
    let mut all = every!(Fault:
        E::Base64 => E::Base64,
        E::Blanks => E::Blanks,
        E::Utf16 => E::Utf16,
        E::CheckNumbers => E::CheckNumbers,
        E::Magic => E::Magic,
        E::BlockLength => E::BlockLength,
        E::Base64Length => E::Base64Length,
        E::NotWhole => E::NotWhole,
        E::RepeatedLine { .. } => E::RepeatedLine { line: 7 },
        E::LineCount { .. } => E::LineCount { header: "Private-Lines", stated: 14, found: 13 },
        E::Padding => E::Padding,
        E::Header(_) => E::Header("Encryption"),
        E::Value(_) => E::Value("Encryption"),
        E::Wire(_) => E::Wire(WireError::Negative),
        E::TypeNames => E::TypeNames,
        E::CipherWithoutKdf => E::CipherWithoutKdf,
        E::Field => E::Field,
        E::FieldLength => E::FieldLength,
        E::Parameters => E::Parameters,
        E::Json => E::Json,
        E::NoKeyBlob => E::NoKeyBlob,
        E::OneLine => E::OneLine,
        E::BrokenLine => E::BrokenLine,
        E::OddLine { .. } => E::OddLine { line: 7, len: 69, usual: 70 },
        E::ForeignCharacter { .. } => E::ForeignCharacter { line: 7, column: 3, character: '*' },
    );
    all.retain(|fault| !matches!(fault, E::Wire(_)));
    all
}

fn costs() -> Vec<Cost> {
    let argon2 = |mem_kib, passes| {
        Cost::Argon2(Argon2Params {
            variant: Argon2Variant::Id,
            mem_kib,
            passes,
            parallelism: 1,
        })
    };
    let scrypt = ScryptParams::new(1 << 22, 8, 1).expect("scrypt is defined for them");
    let mut all = every!(Cost:
        Cost::Nothing => Cost::Nothing,
        Cost::Bcrypt { .. } => Cost::Bcrypt { rounds: 1000 },
        Cost::Argon2(_) => argon2(2 << 20, 3),
        Cost::Pbkdf2 { .. } => Cost::Pbkdf2 { iterations: 100_000_000 },
        Cost::Scrypt(_) => Cost::Scrypt(scrypt),
    );
    all.retain(|cost| cost.check(Consent::NotGiven).is_err());
    all.push(argon2(1 << 20, 60));
    assert_eq!(all.len(), 5);
    all
}

fn decode_errors() -> Vec<DecodeError> {
    use DecodeError as E;
    let ssh1 = Ssh1Key {
        bits: 1024,
        fingerprint: "00:01".to_owned(),
        comment: b"old".to_vec(),
        is_private: true,
        is_encrypted: false,
    };
    let name = || "rot13".to_owned();
    let mut all = every!(DecodeError:
        E::Empty => E::Empty,
        E::NotAKeyFile(_) => E::NotAKeyFile(Foreign::Blank),
        E::Truncated => E::Truncated,
        E::Malformed(_) => E::Malformed(Fault::Base64),
        E::Corrupt(_) => E::Corrupt(Fault::Magic),
        E::BadMac => E::BadMac,
        E::NeedsPassphrase => E::NeedsPassphrase,
        E::WrongPassphrase => E::WrongPassphrase,
        E::UnsupportedFormat(_) => E::UnsupportedFormat(name()),
        E::Ssh1(_) => E::Ssh1(ssh1),
        E::UnsupportedCipher(_) => E::UnsupportedCipher(name()),
        E::UnsupportedKdf(_) => E::UnsupportedKdf(name()),
        E::UnsupportedKeyType(_) => E::UnsupportedKeyType(name()),
        E::CostsMuch(_) => E::CostsMuch(Cost::Nothing),
        E::CostsTooMuch(_) => E::CostsTooMuch(Cost::Nothing),
        E::NoMemory(_) => E::NoMemory(Cost::Nothing),
        E::NumberTooLarge => E::NumberTooLarge,
        E::Inconsistent(_) => E::Inconsistent(Unsound::OffCurve),
        E::BadSignature(_) => E::BadSignature(SignatureError::Wrong),
        E::MultipleKeys => E::MultipleKeys,
        E::TrailingData => E::TrailingData,
    );
    all.retain(|error| {
        !matches!(
            error,
            E::NotAKeyFile(_)
                | E::Malformed(_)
                | E::Corrupt(_)
                | E::CostsMuch(_)
                | E::CostsTooMuch(_)
                | E::NoMemory(_)
                | E::Inconsistent(_)
                | E::BadSignature(_)
        )
    });
    all.extend(foreign().into_iter().map(E::NotAKeyFile));
    all.extend(faults().into_iter().map(E::Malformed));
    all.extend(faults().into_iter().map(E::Corrupt));
    all.extend(costs().into_iter().map(E::CostsMuch));
    all.extend(costs().into_iter().map(E::CostsTooMuch));
    all.extend(costs().into_iter().map(E::NoMemory));
    all.extend(unsound().into_iter().map(E::Inconsistent));
    all.extend(signature_errors().into_iter().map(E::BadSignature));
    // What the wire form complains of is either a cause of its own or a rule that was broken.
    all.extend(wire_errors().into_iter().map(E::from));
    all
}

fn encode_errors() -> Vec<EncodeError> {
    use EncodeError as E;
    every!(EncodeError:
        E::Unsupported { .. } => E::Unsupported { format: "PuTTY", algorithm: "ssh-dss" },
        E::OtherCertificate => E::OtherCertificate,
        E::NoEncryption => E::NoEncryption,
        E::Cost => E::Cost,
        E::WeakCipher(_) => E::WeakCipher("des-cbc"),
        E::Cipher => E::Cipher,
    )
}

fn size_errors() -> Vec<RsaBitsError> {
    use RsaBitsError as E;
    every!(RsaBitsError:
        E::TooSmall(_) => E::TooSmall(1),
        E::Short(_) => E::Short(1024),
        E::TooLarge(_) => E::TooLarge(99999),
    )
}

fn generate_errors() -> Vec<GenerateError> {
    use GenerateError as E;
    every!(GenerateError:
        E::Cancelled => E::Cancelled,
        E::Unsound(_) => E::Unsound(Unsound::OffCurve),
        E::BadSignature => E::BadSignature,
    )
}

/// Every problem there can be with a key or its file, with what caused it.
fn problems() -> Vec<(String, Problem)> {
    fn each<E: std::fmt::Debug + 'static>(errors: &[E]) -> Vec<(String, Problem)>
    where
        Problem: for<'a> From<&'a E>,
    {
        let named = |error: &E| (format!("{error:?}"), Problem::from(error));
        errors.iter().map(named).collect()
    }
    let mut all = each(&decode_errors());
    all.extend(each(&encode_errors()));
    all.extend(each(&size_errors()));
    all.extend(each(&generate_errors()));
    all
}

#[test]
fn no_two_causes_share_a_sentence() {
    let mut said: HashMap<String, String> = HashMap::new();
    for (cause, problem) in problems() {
        if let Some(other) = said.insert(problem.sentence(), cause.clone()) {
            assert_eq!(other, cause, "both say “{}”", problem.sentence());
        }
    }
    assert!(said.len() > 100, "only {}", said.len());
}

#[test]
fn every_problem_says_what_to_do() {
    for (cause, problem) in problems() {
        assert!(problem.hint.ends_with('.'), "{cause}: {:?}", problem.hint);
        assert!(
            !problem.code.is_empty() && !problem.code.contains([' ', '_']),
            "{cause}"
        );
        let is_bare = !problem.what.ends_with('.') && !problem.what.contains('\n');
        assert!(is_bare && !problem.what.is_empty(), "{cause}: {:?}", problem.what);
    }
}

/// A missing field and a number that is too large are causes of their own, wherever they are found.
#[test]
fn one_cause_has_one_sentence_whoever_finds_it() {
    assert_eq!(DecodeError::from(WireError::Short), DecodeError::Truncated);
    assert_eq!(
        DecodeError::from(WireError::TooLarge),
        DecodeError::NumberTooLarge
    );
    let unknown = PublicKeyError::Unsupported("ssh-rot13".to_owned());
    let said = unknown.to_string();
    assert_eq!(DecodeError::from(unknown).to_string(), said);
    for unsound in unsound() {
        let within = DecodeError::from(PublicKeyError::Unsound(unsound));
        assert_eq!(within, DecodeError::Inconsistent(unsound));
        assert!(within.to_string().ends_with(&unsound.to_string()));
    }
}
