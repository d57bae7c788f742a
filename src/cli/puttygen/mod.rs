//! `puttygen`: the command line of PuTTY's tool of that name for Unix, so that scripts move over by
//! changing one word. What it prints on standard output is the same to the byte; errors and questions
//! are ours.

mod cert_info;
mod dump;
mod input;
mod options;
mod output;

use std::path::PathBuf;

use clap::Args;

use self::dump::Dump;
use self::input::Input;
use self::options::{Kind, Output, Print, PuttyParams};
use self::output::Text;
use super::console::Console;
use super::formats::ensure_holds;
use super::key_file::KeyFile;
use super::passphrases::{ask_twice, first_line_of};
use super::primes::Primes;
use super::private_file::{Private, Wanted, cleaned, is_same_file, save};
use super::{terminal, usage};
use crate::engine::making::{default_comment, new_key};
use crate::engine::saving::{OutgoingPublic, PEM_CIPHER, PublicForm, Strength};
use crate::engine::{Blame, Problem};
use crate::format::{DecodeError, Format, PrivateEncoding};
use crate::key::Algorithm;
use crate::key::comment::Comment;
use crate::key::entropy::EntropyPool;
use crate::key::fingerprint::Fingerprint;
use crate::key::prime::Policy;
use crate::key::spec::{KeySpec, RsaExponent};
use crate::secret::{Passphrase, SecretBytes};
use crate::sys::files::Secrecy;

/// Do what puttygen of PuTTY does, with its options and its output
#[derive(Args, Debug)]
#[command(
    version,
    arg_required_else_help = true,
    args_override_self = true,
    after_help = "Examples:
  keywright-cli puttygen -t ed25519 -C me@laptop -o key.ppk
  keywright-cli puttygen key.ppk -O private-openssh-new -o id_ed25519
  keywright-cli puttygen key.ppk -L >> ~/.ssh/authorized_keys
  keywright-cli puttygen key.ppk -P --old-passphrase old --new-passphrase new

Standard output is the same to the byte; questions, errors and exit statuses are those of the other \
commands. Otherwise than puttygen:
- -o replaces an existing file unasked only where nothing is lost: it is empty, holds the same key, or \
is a public key that makes room for another. --force replaces any file, as puttygen does.
- -o - is standard output, where puttygen makes a file of that name.
- -l needs no passphrase, and a certificate can be removed in any output.
- Files of all formats are read, not only those that puttygen knows.
- Keys of SSH 1 are shown by -l and not made (rsa1); DSA keys have 1024 bits; RSA keys 1024 to 16384.
- What could steer a terminal is escaped in --cert-info and replaced in comments.
- With private-openssh, a passphrase is protected by AES-128 where puttygen takes triple DES."
)]
#[expect(clippy::struct_excessive_bools, reason = "one for each switch")]
pub(super) struct Puttygen {
    /// The key to load, private or public; - is standard input
    #[arg(value_name = "KEYFILE")]
    file: Option<KeyFile>,
    /// Make a key of this type
    #[arg(short = 't', value_name = "TYPE")]
    kind: Option<Kind>,
    /// Its size: 2048 for rsa, 384 for ecdsa and 255 for eddsa where nothing is said
    #[arg(short, value_name = "N", requires = "kind")]
    bits: Option<u32>,
    /// The comment of the key, new or changed
    #[arg(short = 'C', value_name = "TEXT", allow_hyphen_values = true)]
    comment: Option<String>,
    /// Change the passphrase
    #[arg(short = 'P')]
    change_passphrase: bool,
    /// What to write
    #[arg(short = 'O', value_name = "OUTPUT", group = "what")]
    output: Option<Output>,
    /// The same as -O fingerprint
    #[arg(short = 'l', group = "what")]
    list: bool,
    /// The same as -O public-openssh
    #[arg(short = 'L', group = "what")]
    line: bool,
    /// The same as -O public
    #[arg(short = 'p', group = "what")]
    public: bool,
    /// The same as -O cert-info
    #[arg(long, group = "what")]
    cert_info: bool,
    /// The same as -O text
    #[arg(long, group = "what")]
    dump: bool,
    /// The kind of fingerprint
    #[arg(short = 'E', value_name = "KIND")]
    print: Option<Print>,
    /// Where to write; otherwise a private key goes back to its file, and all else to standard output
    #[arg(short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Add this certificate to the key
    #[arg(long, value_name = "FILE", conflicts_with = "remove_certificate")]
    certificate: Option<KeyFile>,
    /// Remove the certificate from the key
    #[arg(long)]
    remove_certificate: bool,
    /// Save the key once more, with the same passphrase
    #[arg(long)]
    reencrypt: bool,
    /// Take the key's passphrase from the first line of this file
    #[arg(long, value_name = "FILE")]
    old_passphrase: Option<PathBuf>,
    /// Take the new passphrase from the first line of this file; an empty file is none
    #[arg(long, value_name = "FILE")]
    new_passphrase: Option<PathBuf>,
    /// How a PuTTY file is written: version=2|3, kdf=…, memory=…, passes=… or time=…, parallelism=…
    #[arg(long, visible_alias = "ppk-params", value_name = "KEY=VALUE,…")]
    ppk_param: Option<PuttyParams>,
    /// How sure it must be that the primes of an RSA key are primes
    #[arg(long, value_name = "METHOD")]
    primes: Option<Primes>,
    /// Make RSA keys of “strong” primes
    #[arg(long)]
    strong_rsa: bool,
    /// Where puttygen takes randomness from; makes no difference here
    #[arg(long, value_name = "DEVICE")]
    random_device: Option<PathBuf>,
    /// Show the keys that PuTTY's releases are signed with; not known here
    #[arg(long)]
    pgpfp: bool,
}

impl Puttygen {
    pub(super) fn run(self, console: Console) -> Result<(), Problem> {
        if console.is_json() {
            return Err(usage::problem(
                "puttygen prints no JSON",
                "Leave --json out, or use info, convert, passwd and the other commands.",
            ));
        }
        if self.pgpfp {
            return Err(usage::problem(
                "this program is not PuTTY, and is not signed with PuTTY's keys",
                "Those keys are on PuTTY's web page.",
            ));
        }
        self.note_what_makes_no_difference(console);
        match (self.kind, &self.file) {
            (Some(_), Some(_)) => Err(usage::problem(
                "a key cannot be both loaded and made",
                "Give either a file or -t TYPE.",
            )),
            (None, None) => Err(usage::problem(
                "there is no key file named, and no type of key to make",
                "Give a file or -t TYPE.",
            )),
            (Some(kind), None) => self.make(kind.spec(self.bits)?, console),
            (None, Some(file)) => self.change(file, console),
        }
    }

    fn output(&self) -> Output {
        let flags = [
            (self.list, Output::Fingerprint),
            (self.line, Output::PublicOpenssh),
            (self.public, Output::Public),
            (self.cert_info, Output::CertInfo),
            (self.dump, Output::Text),
        ];
        let flagged = flags.into_iter().find(|(is_set, _)| *is_set);
        self.output
            .unwrap_or_else(|| flagged.map(|(_, output)| output).unwrap_or_default())
    }

    fn note_what_makes_no_difference(&self, console: Console) {
        if self.random_device.is_some() {
            console.note("--random-device makes no difference: randomness comes from the operating system");
        }
    }

    /// Other types than RSA have no primes to choose; `puttygen` takes the options all the same.
    fn policy(&self) -> Policy {
        Policy {
            proof: self.primes.map(Primes::proof).unwrap_or_default(),
            is_strong: self.strong_rsa,
            exponent: RsaExponent::default(),
        }
    }

    fn make(&self, spec: KeySpec, console: Console) -> Result<(), Problem> {
        let output = self.output();
        if !output.is_private() && output != Output::Text {
            return Err(usage::problem(
                "the new key would be lost: only its public half is asked for",
                "Leave -O and its short forms out, and print the public half of the saved key afterwards.",
            ));
        }
        if self.certificate.is_some() || self.remove_certificate {
            return Err(usage::problem(
                "a new key has no certificate",
                "Save the key first, and put the certificate to it then.",
            ));
        }
        let comment = match &self.comment {
            Some(text) => Comment::new(text)?,
            None => default_comment(spec),
        };
        if spec == KeySpec::Dsa && self.bits.is_none() {
            console.note("the DSA key gets 1024 bits, the only size that every SSH program knows");
        }
        if output == Output::Text {
            return self.make_and_dump(spec, console);
        }
        let encoding = self.encoding(output, spec.algorithm(), Strength::default(), console)?;
        let Some(out) = &self.out else {
            return Err(no_place());
        };
        let place = output::place(out, None, encoding, console)?;
        let passphrase = self.new_passphrase()?;
        let wanted = Wanted {
            spec,
            policy: self.policy(),
            comment,
            encoding,
            passphrase,
        };
        wanted.make(place, console).map(drop)
    }

    /// The numbers of a new key, which is kept nowhere else.
    fn make_and_dump(&self, spec: KeySpec, console: Console) -> Result<(), Problem> {
        let policy = self.policy();
        let key = super::work::run(console, &format!("Making a key ({spec})"), move |pulse| {
            new_key(spec, policy, EntropyPool::new(), pulse)
        })??;
        let text = Text {
            bytes: Dump::of(key.public(), Some(key.private())).finish(),
            secrecy: Secrecy::Private,
            is_public_key: false,
        };
        text.deliver(self.out.as_deref(), console)
    }

    fn change(&self, file: &KeyFile, console: Console) -> Result<(), Problem> {
        let output = self.output();
        let comment = self.comment.as_deref().map(Comment::new).transpose()?;
        if self.certificate.is_some() && output != Output::Private {
            return Err(usage::problem(
                "a certificate can only be put into a PuTTY private key file",
                "Save it there first, and make the other output of that file.",
            ));
        }
        let takes_certificate_from_input = matches!(self.certificate, Some(KeyFile::StandardInput));
        if takes_certificate_from_input && matches!(file, KeyFile::StandardInput) {
            return Err(usage::problem(
                "the key and its certificate cannot both come from standard input",
                "Name a file for one of them.",
            ));
        }
        let wants_comment = matches!(output, Output::Public | Output::PublicOpenssh) && comment.is_none();
        let wants = input::Wants {
            private: output.is_private() || output == Output::Text,
            comment: wants_comment,
            input_is_free: !takes_certificate_from_input,
        };
        let mut input = match Input::read(file, self.old_passphrase.as_deref(), wants, console)? {
            input::Read::Key(input) => *input,
            input::Read::Ssh1(key) if output == Output::Fingerprint => {
                let comment = match &key.comment[..] {
                    [] => String::new(),
                    comment => format!(" {}", cleaned(comment, console)),
                };
                let line = format!("{} {}{comment}\n", key.bits, key.fingerprint);
                return public_text(line, false).deliver(self.out.as_deref(), console);
            }
            input::Read::Ssh1(key) => return Err(DecodeError::Ssh1(key).into()),
        };
        if let Some(comment) = comment {
            input.comment = Some(comment.as_str().as_bytes().to_vec());
        }
        if self.remove_certificate {
            input.certificate = None;
        }
        if output.is_private() {
            self.write_private(output, file, input, console)
        } else {
            self.text(output, &input, console)?
                .deliver(self.out.as_deref(), console)
        }
    }

    fn text(&self, output: Output, input: &Input, console: Console) -> Result<Text, Problem> {
        let key = &input.key;
        let certificate = input.certificate.as_ref();
        match output {
            Output::Public => public_key(PublicForm::Rfc4716, input, console),
            Output::PublicOpenssh => public_key(PublicForm::Line, input, console),
            Output::CertInfo => match certificate {
                Some(certificate) => Ok(public_text(cert_info::text(certificate), false)),
                None => Err(Problem::new(
                    "unsupported-format",
                    Blame::Key,
                    "the key has no certificate",
                    "Name a certificate, often a file ending in -cert.pub, or a key that has one.",
                )),
            },
            Output::Text => {
                let private = input.private.as_ref().map(|file| file.key.private());
                let dump = Dump::of(key, private);
                let dump = match certificate {
                    Some(certificate) => dump.and(certificate).map_err(DecodeError::from)?,
                    None => dump,
                };
                Ok(Text {
                    bytes: dump.finish(),
                    secrecy: match private {
                        Some(_) => Secrecy::Private,
                        None => Secrecy::Public,
                    },
                    is_public_key: false,
                })
            }
            _ => {
                let print = self.print.unwrap_or_default();
                let fingerprint = match certificate.filter(|_| print.counts_the_certificate()) {
                    Some(certificate) => Fingerprint::of_wire(certificate.blob(), print.kind()),
                    None => Fingerprint::of(key, print.kind()),
                };
                let line = cert_info::fingerprint_line(key, certificate, &fingerprint);
                Ok(public_text(format!("{line}\n"), false))
            }
        }
    }

    fn write_private(
        &self,
        output: Output,
        source: &KeyFile,
        mut input: Input,
        console: Console,
    ) -> Result<(), Problem> {
        let Some(file) = input.private.take() else {
            return Err(source.no_private_half(input.certificate.as_ref()));
        };
        let is_kept = output.is_kept_from(file.format);
        let changes = [
            self.comment.is_some(),
            self.change_passphrase,
            self.new_passphrase.is_some(),
            self.reencrypt,
            self.certificate.is_some(),
            self.remove_certificate,
        ];
        if is_kept && !changes.contains(&true) {
            return Err(usage::problem(
                "nothing would change",
                "Say what to change: -C, -P, --reencrypt, --certificate, or another output with -O.",
            ));
        }
        let out = match (&self.out, source.path()) {
            (Some(out), _) => out.as_path(),
            (None, Some(path)) if is_kept => path,
            _ => return Err(no_place()),
        };
        let strength = Strength::of(&file.protection).or_usual();
        let encoding = self.encoding(output, file.key.algorithm(), strength, console)?;
        let mut certificate = input.certificate;
        if let Some(new) = &self.certificate {
            certificate = Some(input::certificate_for(new, file.key.public())?);
        }
        if certificate.is_some() && !encoding.format().holds_certificate() {
            console.note("the certificate stays behind; keywright-cli convert and cert take it along");
            certificate = None;
        }
        if file.format == Format::Ppk2 && encoding.format() == Format::Ppk3 {
            console.note(
                "the file is PPK version 3 now, which PuTTY reads since 0.75; --ppk-param version=2 keeps it",
            );
        }
        let place = output::place(
            out,
            Some((file.key.public(), source.path(), input.seen)),
            encoding,
            console,
        )?;
        let passphrase = if self.change_passphrase || self.new_passphrase.is_some() {
            self.new_passphrase()?
        } else {
            input.passphrase
        };
        let comment = cleaned(&input.comment.unwrap_or_default(), console);
        let is_changed_in_place = source.path().is_some_and(|source| is_same_file(source, out));
        let write = || {
            save(console, "Saving the key", place, move |_| {
                Ok(Private::new(file.key, comment, certificate, encoding, passphrase))
            })
        };
        let private = if is_changed_in_place {
            source.keeping_company(console, write)?
        } else {
            write()?
        };
        private.warn_of_protection(console);
        Ok(())
    }

    fn encoding(
        &self,
        output: Output,
        algorithm: Algorithm,
        strength: Strength,
        console: Console,
    ) -> Result<PrivateEncoding, Problem> {
        let params = self.ppk_param.clone().unwrap_or_default();
        let format = output.private(algorithm, params.version).unwrap_or(Format::Ppk3);
        ensure_holds(format, algorithm)?;
        let mut strength = strength;
        strength.argon2 = params.argon2.applied_to(strength.argon2);
        if format == Format::Pem {
            strength.pbes2.cipher = PEM_CIPHER;
        }
        strength.checked()?;
        let encoding = strength
            .encoding(format)
            .unwrap_or(PrivateEncoding::Ppk3(strength.argon2));
        if self.ppk_param.is_some() {
            console.accept_cost(encoding.cost())?;
        }
        Ok(encoding)
    }

    /// The passphrase that the new file gets; nothing where none is wanted.
    fn new_passphrase(&self) -> Result<Option<Passphrase>, Problem> {
        match &self.new_passphrase {
            Some(file) => Ok(Some(first_line_of(file)?).filter(|passphrase| !passphrase.is_empty())),
            None if terminal::is_there() => ask_twice(),
            None => Err(Problem::new(
                "needs-passphrase",
                Blame::Passphrase,
                "a new passphrase is needed, and there is no terminal to ask for it",
                "Give it with --new-passphrase FILE; an empty file is none.",
            )),
        }
    }
}

/// The public key; an empty comment leaves the marks in it that it leaves in PuTTY's.
fn public_key(form: PublicForm, input: &Input, console: Console) -> Result<Text, Problem> {
    let comment = cleaned(input.comment.as_deref().unwrap_or_default(), console);
    let mut text = form.text(OutgoingPublic {
        key: &input.key,
        certificate: input.certificate.as_ref(),
        comment: &comment,
    })?;
    match (form, &input.comment) {
        (PublicForm::Line, Some(none)) if none.is_empty() => text.insert(text.len() - 1, ' '),
        (PublicForm::Rfc4716, None) => text = text.replacen("Comment: \"\"\n", "", 1),
        _ => {}
    }
    Ok(public_text(text, true))
}

fn public_text(text: String, is_public_key: bool) -> Text {
    Text {
        bytes: SecretBytes::new(text.into_bytes()),
        secrecy: Secrecy::Public,
        is_public_key,
    }
}

fn no_place() -> Problem {
    usage::problem(
        "there is no place given for the private key",
        "Give a file with -o FILE, or -o - to print the key.",
    )
}
