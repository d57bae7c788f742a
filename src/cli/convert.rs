//! `convert`: the same key in another kind of file.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;

use super::console::{Console, print, print_object, shown};
use super::formats::{AnyFormat, PublicFormat, ensure_holds};
use super::key_file::{KeyFile, keeping_more};
use super::passphrases::{NewPassphrase, OldPassphrase};
use super::private_file::{Place, Private, check_neighbours, is_file, is_same_file, may_write, save};
use super::protection::{Protect, strength_of_new};
use super::public::public_comment;
use super::{interrupt, json, usage};
use crate::engine::Problem;
use crate::engine::describe::Description;
use crate::engine::keys::key::is_for_ssh;
use crate::engine::opening::{Beside, certificate_of, public_beside};
use crate::engine::programs::{PROGRAMS, Program, carried};
use crate::engine::saving::{OutgoingPublic, Plan, PublicForm, Strength, certificate_beside, file_beside};
use crate::format::carrier::Carrier;
use crate::format::mend::Accidents;
use crate::format::{Certificate, Format, Parsed, Protection, Validity};
use crate::key::PublicKey;
use crate::key::fingerprint::{Fingerprint, FingerprintKind};
use crate::secret::Passphrase;
use crate::sys::clock::unix_seconds;
use crate::sys::files::taken;

/// Save a key in another format
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli convert key.ppk --to openssh -o ~/.ssh/id_key
  keywright-cli convert ~/.ssh/id_rsa --to ppk -o id_rsa.ppk
  keywright-cli convert key.ppk --to ppk2 -o old.ppk
  keywright-cli convert key.ppk --to rfc4716
  keywright-cli convert key.pub --to pem
  keywright-cli convert id_mldsa44_ed25519 --final-name -o new
  keywright-cli convert ~/.ssh/id_rsa --for putty-before-0.75 -o id_rsa.ppk
  keywright-cli convert ~/.ssh/id_ed25519 --as env
  keywright-cli convert ~/.ssh/deploy --as github-secret --private -o - | gh secret set DEPLOY_KEY

The new file has the passphrase of the old one, unless another is given or --no-passphrase. A \
private key needs -o; -o - prints it. A public key is printed where no -o is given.

Of a file that holds only a public key, openssh, pem, pkcs8 and jwk make the public form: one line, \
BEGIN PUBLIC KEY for the next two, and a public JSON Web Key.

--for chooses the format that a program takes, and refuses what it does not; --as makes one line, a string or a \
block of the key. Both print the public half, unless the private one is asked for with --private or, with --for, \
by the -o of its file.

An OpenSSH file gets its public key beside it, in OUT.pub. \
Where the new format has no room for the comment, it is kept in OUT.pub; the certificate of a key \
goes into a PuTTY file, and beside the other kinds that ssh reads, to OUT-cert.pub.")]
pub(super) struct Convert {
    /// The key; - is standard input
    #[arg(value_name = "FILE")]
    file: KeyFile,
    /// The format of the new file
    #[arg(long, value_name = "FORMAT", required_unless_present_any = ["final_name", "carrier", "program"])]
    to: Option<AnyFormat>,
    /// Choose the format that this program takes: putty-before-0.75, winscp, filezilla, jsch, paramiko,
    /// asyncssh, bitwarden, 1password, dropbear, openssh-before-6.5, aws, azure, oci or age
    #[arg(long = "for", value_name = "PROGRAM", value_parser = program, conflicts_with = "to")]
    program: Option<&'static Program>,
    /// Put the text of the key into a part of another file: env, json, yaml, base64 or github-secret
    #[arg(long = "as", value_name = "CARRIER", value_parser = carrier)]
    carrier: Option<Carrier>,
    /// With --for and --as: the private half; without it they print the public one
    #[arg(long, conflicts_with = "to")]
    private: bool,
    /// The new file; - is standard output
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Give a key of the experiment ssh-mldsa44-ed25519@openssh.com its type's final name,
    /// ssh-mldsa44-ed25519 (OpenSSH 10.6): the same numbers, with another fingerprint
    #[arg(long)]
    final_name: bool,
    /// Have the new PuTTY file take the passphrase in the code page in which the old one takes it, as PuTTY on
    /// Windows types it; without this it takes it as it is typed here (UTF-8)
    #[arg(long)]
    keep_encoding: bool,
    #[command(flatten)]
    old: OldPassphrase,
    #[command(flatten)]
    new: NewPassphrase,
    #[command(flatten)]
    protect: Protect,
}

impl Convert {
    pub(super) fn run(self, console: Console) -> Result<(), Problem> {
        let takes_standard_input = self.old.takes_standard_input() || self.new.takes_standard_input();
        self.file.check_input(takes_standard_input)?;
        let mut parsed = self.file.parse()?;
        self.file.check_passphrase(&parsed, &self.old)?;
        let mut known = None;
        if let Some(program) = self.program {
            // Of some encrypted files nothing is known before they are open.
            if parsed.public().is_none() {
                let opened = self.file.open_private(parsed, &self.old, console)?;
                (parsed, known) = (Parsed::Private(opened.file), opened.passphrase);
            }
            if let Some(key) = parsed.public() {
                program.format(key)?;
            }
        }
        match self.wanted(&parsed)? {
            Wanted::Public(form) => self.write_public(parsed, form, console),
            Wanted::Private(format) => self.write_private(parsed, known, format, console),
        }
    }

    /// What is asked for, by the name of a format or by what it is for: the private half only by name, or by the place of a
    /// program's own file.
    fn wanted(&self, parsed: &Parsed) -> Result<Wanted, Problem> {
        if let Parsed::Public(file) = parsed {
            let form = match (self.to, self.program) {
                (Some(to), _) => to.of_public().map(PublicFormat::form),
                (None, _) if self.private => None,
                (None, Some(program)) => Some(program.public),
                (None, None) => Some(PublicForm::Line),
            };
            let form = form.ok_or_else(|| self.file.no_private_half(file.certificate.as_ref()))?;
            return Ok(Wanted::Public(form));
        }
        let is_private = self.private || self.carrier.is_none() && self.out.is_some();
        match (self.to, self.program) {
            (Some(AnyFormat::Private(format)), _) => Ok(Wanted::Private(format.format())),
            (Some(AnyFormat::Public(format)), _) => Ok(Wanted::Public(format.form())),
            (None, Some(program)) => match parsed.public() {
                Some(key) if is_private => Ok(Wanted::Private(program.format(key)?)),
                _ => Ok(Wanted::Public(program.public)),
            },
            (None, None) if self.carrier.is_some() && !self.private => Ok(Wanted::Public(PublicForm::Line)),
            (None, None) => Ok(Wanted::Private(Format::OpenSsh)),
        }
    }

    fn write_private(
        self,
        parsed: Parsed,
        known: Option<Passphrase>,
        format: Format,
        console: Console,
    ) -> Result<(), Problem> {
        let Some(out) = self.out else {
            return Err(usage::problem(
                "there is no place given for the private key",
                "Give a file with -o FILE, or -o - to print the key.",
            ));
        };
        if let Some(key) = parsed.public() {
            ensure_holds(format, key.algorithm())?;
        }
        if self.keep_encoding && !matches!(format, Format::Ppk2 | Format::Ppk3) {
            return Err(usage::problem(
                "only a PuTTY file can keep the encoding of its passphrase",
                "Other programs hand it over as it is typed: leave --keep-encoding out, or make a file --to ppk.",
            ));
        }
        let described = Description::of(&parsed, None);
        let protection = described.protection.as_ref();
        if protection.is_some_and(Protection::is_encrypted) || self.new.is_given() {
            self.new.check(format)?;
        }
        let mut strength = protection.map(Strength::of).unwrap_or_default().or_usual();
        if self.program.is_some() {
            // What is unusual about the old file may be what the program does not take.
            strength = strength_of_new(format, Strength::default());
        } else if parsed.format() != format {
            strength = strength_of_new(format, strength);
        }
        let encoding = self.protect.encoding(format, strength, console)?;
        let mut place = Place::new(&out, encoding, None, console)?;
        let opened = self.file.open_private(parsed, &self.old, console)?;
        let passphrase = if self.keep_encoding {
            opened.passphrase_as_it_was()
        } else {
            opened.passphrase
        };
        let mut file = opened.file;
        // What had no room for the comment has it beside.
        if !file.format.holds_comment()
            && let Beside::SameKey(public, _) = self.file.beside(Some(file.key.public()))?
        {
            file.comment = public.comment;
        }
        if self.final_name {
            final_name(file.key.public(), file.certificate.is_some(), console)?;
            file.key = file.key.with_final_name();
            file.certificate = None;
        }
        // Of an encrypted PEM file nothing was known before.
        ensure_holds(format, file.key.algorithm())?;
        let passphrase = self.new.or_keep(passphrase.or(known))?;
        self.protect.check_use(passphrase.is_some())?;
        if let Some(program) = self.program {
            program.check_passphrase(passphrase.is_some())?;
        }

        let mut private = Private::of(file, encoding, passphrase, console);
        private.carrier = self.carrier;
        let mut beside = Companions::default();
        // A part of another file has no neighbours.
        if self.carrier.is_none() {
            if !format.holds_comment() && !private.comment.is_empty() {
                beside.keep_comment(&out, &private, &self.file, console)?;
            }
            if format == Format::OpenSsh {
                beside.add_public(&out, &private)?;
            }
            beside.keep_certificate(&out, &mut private, &self.file, console)?;
        }
        check_neighbours(&out, Some(private.key.public()), &beside.paths(), console)?;
        if let Some(plan) = beside.plan() {
            place = place.and(plan, console)?;
        }
        let is_printed = place.is_standard_output();
        let written = [&[out.as_path()][..], &beside.paths()].concat();
        let saving = || save(console, "Saving the key", place, move |_| Ok(private));
        let private = keeping_more(console, &written, saving)?;
        private.warn_of_protection(console);
        self.carrier
            .and_then(Carrier::note)
            .into_iter()
            .for_each(|note| console.note(note));
        if let Some(program) = self.program {
            console.note(&program.told());
        }
        if is_printed {
            return Ok(());
        }
        if console.is_json() {
            let mut object = with_source(json::key(&shown(&out), &private.described()), &self.file);
            object["public_file"] = beside.public.as_deref().map(shown).into();
            object["certificate_file"] = beside.certificate.as_deref().map(shown).into();
            return print_object(&object);
        }
        let protected = match private.passphrase {
            Some(_) => "with a passphrase",
            None => "without a passphrase",
        };
        let public = match &beside.public {
            Some(public) => format!("\nand the public key in {}", shown(public)),
            None => String::new(),
        };
        console.say(&format!(
            "Saved the private key in {}, {protected}{public}",
            shown(&out)
        ))
    }

    fn write_public(self, parsed: Parsed, form: PublicForm, console: Console) -> Result<(), Problem> {
        let parsed = self.file.with_public(parsed, &self.old, console)?;
        let mut described = Description::of(&parsed, None);
        if self.final_name {
            let key = described.known_public()?;
            described.public = Some(final_name(key, described.certificate.is_some(), console)?);
            described.certificate = None;
        }
        let comment = public_comment(&self.file, &described);
        let key = described.known_public()?;
        ensure_holds(form.format(), key.algorithm())?;
        // A certificate in a file of its own is what is converted; one that rides along with a private
        // key is not the public key.
        let certificate = described.certificate.take_if(|_| !described.has_private);
        if certificate.is_some() && !form.format().holds_certificate() {
            console.note(&format!(
                "the format {} has no room for a certificate; it gets the key that is certified",
                form.format().code()
            ));
        }
        let outgoing = OutgoingPublic {
            key: described.known_public()?,
            certificate: certificate.as_ref(),
            comment: &comment,
        };
        let out = match self.out {
            Some(out) if out.as_os_str() != "-" => out,
            _ if console.is_json() => {
                return Err(usage::problem(
                    "the key and the JSON object cannot both go to standard output",
                    "Give a file with -o, or use the command public.",
                ));
            }
            _ => {
                let text = form.text(outgoing)?;
                let text = match self.carrier {
                    Some(carrier) => carried(carrier, &text)?,
                    None => text,
                };
                return print(text.as_bytes());
            }
        };
        let plan = may_write(Plan::public(&out, form), console)?;
        let mut encoded = plan.encode_public(outgoing)?;
        if let Some(carrier) = self.carrier {
            encoded = encoded.carried(carrier)?;
        }
        let stored = keeping_more(console, &[&out], || interrupt::uninterrupted(|| encoded.write()))?;
        console.warn_all(&stored.warnings);
        if console.is_json() {
            let written = Description {
                format: Some(form.format()),
                comment: Some(comment.as_str().as_bytes().to_vec()),
                protection: None,
                has_private: false,
                certificate: certificate.filter(|_| form.format().holds_certificate()),
                mended: Accidents::NONE,
                for_ssh: None,
                ..described
            };
            return print_object(&with_source(json::key(&shown(&out), &written), &self.file));
        }
        console.say(&format!("Saved the public key in {}", shown(&out)))
    }
}

/// What is made.
enum Wanted {
    Private(Format),
    Public(PublicForm),
}

fn program(code: &str) -> Result<&'static Program, String> {
    Program::called(code).ok_or_else(|| {
        let codes: Vec<&str> = PROGRAMS.iter().map(|program| program.code).collect();
        format!("choose among {}", codes.join(", "))
    })
}

fn carrier(code: &str) -> Result<Carrier, String> {
    let found = Carrier::ALL.into_iter().find(|carrier| carrier.code() == code);
    found.ok_or_else(|| {
        let codes = Carrier::ALL.map(Carrier::code);
        format!("choose among {}", codes.join(", "))
    })
}

/// The files that are written beside a private key so that nothing of it is lost.
#[derive(Default)]
struct Companions {
    public: Option<PathBuf>,
    certificate: Option<PathBuf>,
}

impl Companions {
    /// Keeps the comment in the public key beside the new file, which has no room for it; without
    /// replacing anything, for the old file has it still.
    fn keep_comment(
        &mut self,
        out: &Path,
        private: &Private,
        source: &KeyFile,
        console: Console,
    ) -> Result<(), Problem> {
        let code = private.encoding.format().code();
        let public = file_beside(out);
        let is_there = match public_beside(out, private.key.public())? {
            Beside::SameKey(there, _) => there.comment == private.comment.as_str().as_bytes(),
            Beside::Nothing | Beside::SomethingElse => false,
        };
        let becomes = if is_file(out) && taken([&public]).is_empty() {
            let becomes = format!("is kept in {}", shown(&public));
            self.public = Some(public);
            becomes
        } else if is_file(out) && is_there {
            format!("is in {}", shown(&public))
        } else {
            match source.path() {
                Some(path) if !is_same_file(path, out) => format!("stays in {} alone", source.name()),
                _ => "is lost".to_owned(),
            }
        };
        console.note(&format!(
            "the format {code} has no room for the comment “{}”, which {becomes}",
            private.comment
        ));
        Ok(())
    }

    /// Puts the public key beside a file for ssh, as a new key has it, unless it is there.
    fn add_public(&mut self, out: &Path, private: &Private) -> Result<(), Problem> {
        if is_file(out) && !matches!(public_beside(out, private.key.public())?, Beside::SameKey(..)) {
            self.public = Some(file_beside(out));
        }
        Ok(())
    }

    /// Takes the certificate along: into the file where there is room, and else to where ssh looks
    /// for it.
    fn keep_certificate(
        &mut self,
        out: &Path,
        private: &mut Private,
        source: &KeyFile,
        console: Console,
    ) -> Result<(), Problem> {
        let format = private.encoding.format();
        let is_inside = private.certificate.is_some();
        if !is_inside {
            let beside = match source.path() {
                Some(path) => certificate_of(path, private.key.public())?,
                None => None,
            };
            // PuTTY would show an old one to every server.
            let is_stale = |certificate: &Certificate| {
                format.holds_certificate() && certificate.validity(unix_seconds()) == Validity::Expired
            };
            match beside {
                Some(certificate) if is_stale(&certificate) => {
                    console.note("the certificate beside the key has expired, and stays behind");
                }
                beside => private.certificate = beside,
            }
        }
        let Some(certificate) = &private.certificate else {
            return Ok(());
        };
        let place = certificate_beside(out);
        if format.holds_certificate()
            || certificate_of(out, private.key.public())?.as_ref() == Some(certificate)
        {
            return Ok(());
        }
        if is_for_ssh(format) && is_file(out) {
            console.note(&format!("the certificate is in {}", shown(&place)));
            self.certificate = Some(place);
            return Ok(());
        }
        console.note(&match source.path() {
            Some(path) if !is_inside => {
                format!("the certificate stays in {}", shown(&certificate_beside(path)))
            }
            Some(path) if !is_same_file(path, out) => format!(
                "the certificate stays behind in {}; keywright-cli cert detach takes it out",
                shown(path)
            ),
            _ => format!(
                "the format {} has no room for the certificate, which is lost",
                format.code()
            ),
        });
        Ok(())
    }

    fn paths(&self) -> Vec<&Path> {
        let paths = [&self.public, &self.certificate];
        paths.into_iter().filter_map(Option::as_deref).collect()
    }

    fn plan(&self) -> Option<Plan> {
        let public = self.public.as_deref().map(Plan::public_line);
        let certificate = self.certificate.as_deref().map(Plan::certificate);
        match (public, certificate) {
            (Some(public), Some(certificate)) => Some(public.and(certificate)),
            (public, certificate) => public.or(certificate),
        }
    }
}

/// The key under the name that its type has for good.
fn final_name(key: &PublicKey, has_certificate: bool, console: Console) -> Result<PublicKey, Problem> {
    let Some(renamed) = key.with_final_name() else {
        return Err(usage::problem(
            format!("keys of type {} have their final name", key.algorithm().name()),
            "Leave --final-name out.",
        ));
    };
    if has_certificate {
        console.note("the certificate is for the old name, and stays behind; ask for one for the new key");
    }
    console.note(&format!(
        "under its new name the key has another fingerprint, {}: servers need the new public key",
        Fingerprint::of(&renamed, FingerprintKind::Sha256)
    ));
    Ok(renamed)
}

fn with_source(mut object: Value, source: &KeyFile) -> Value {
    object["source"] = source.name().into();
    object
}
