//! A private key on its way to its file, or to standard output.

use std::path::{Path, PathBuf};

use super::console::{Console, print, shown};
use super::{interrupt, terminal, usage, work};
use crate::engine::describe::{Description, Warning};
use crate::engine::job::Pulse;
use crate::engine::making::new_key;
use crate::engine::saving::{Encoded, Plan, PublicForm, certificate_beside, encode_private, file_beside};
use crate::engine::{Blame, Problem};
use crate::format::carrier::{Carrier, Half};
use crate::format::{self, Certificate, DecodeError, Format, Outgoing, Parsed, PrivateEncoding, PrivateFile};
use crate::key::comment::Comment;
use crate::key::entropy::EntropyPool;
use crate::key::prime::Policy;
use crate::key::spec::KeySpec;
use crate::key::{KeyPair, PublicKey};
use crate::secret::{Passphrase, SecretBytes};
use crate::sys::files::{
    Existing, ReadError, check_stream, is_standard_output, is_stream, read_key, taken, write_stream,
};

/// A private key, and how it is to be written.
pub(super) struct Private {
    pub(super) key: KeyPair,
    pub(super) comment: Comment,
    pub(super) certificate: Option<Certificate>,
    pub(super) encoding: PrivateEncoding,
    pub(super) passphrase: Option<Passphrase>,
    /// What the text of the file is put into.
    pub(super) carrier: Option<Carrier>,
    /// What came of writing it, to be told with the rest.
    written: Vec<Warning>,
}

/// What a new key is to be, and how it is written.
pub(super) struct Wanted {
    pub(super) spec: KeySpec,
    pub(super) policy: Policy,
    pub(super) comment: Comment,
    pub(super) encoding: PrivateEncoding,
    pub(super) passphrase: Option<Passphrase>,
}

impl Wanted {
    /// Makes the key and saves it: see [`save`].
    pub(super) fn make(self, place: Place, console: Console) -> Result<Private, Problem> {
        let doing = format!("Making a key ({})", self.spec);
        let private = save(console, &doing, place, move |pulse| {
            let key = new_key(self.spec, self.policy, EntropyPool::new(), pulse)?;
            Ok(Private::new(
                key,
                self.comment,
                None,
                self.encoding,
                self.passphrase,
            ))
        })?;
        private.warn(console);
        Ok(private)
    }
}

impl Private {
    pub(super) fn new(
        key: KeyPair,
        comment: Comment,
        certificate: Option<Certificate>,
        encoding: PrivateEncoding,
        passphrase: Option<Passphrase>,
    ) -> Self {
        Self {
            key,
            comment,
            certificate,
            encoding,
            passphrase,
            carrier: None,
            written: Vec::new(),
        }
    }

    fn outgoing(&self) -> Outgoing<'_> {
        Outgoing {
            key: &self.key,
            comment: &self.comment,
            certificate: self.certificate.as_ref(),
        }
    }

    /// The same key as its file had it, in another encoding or with another passphrase.
    pub(super) fn of(
        file: PrivateFile,
        encoding: PrivateEncoding,
        passphrase: Option<Passphrase>,
        console: Console,
    ) -> Self {
        let comment = cleaned(&file.comment, console);
        Self::new(file.key, comment, file.certificate, encoding, passphrase)
    }

    /// Says what its owner ought to know about the new key.
    pub(super) fn warn(&self, console: Console) {
        for warning in &self.described().warnings {
            console.warn(warning);
        }
    }

    /// Says where the new file protects the key badly, or an old one goes on; what is wrong with the key is no news here.
    pub(super) fn warn_of_protection(&self, console: Console) {
        let warnings = self.described().warnings;
        for warning in warnings.iter().filter(|warning| warning.code == "weak-kdf") {
            console.warn(warning);
        }
        self.warn_of_files(console);
    }

    /// Says what came of writing it: that an old file goes on under another name, that others may change the folder.
    pub(super) fn warn_of_files(&self, console: Console) {
        for warning in &self.written {
            console.warn(warning);
        }
    }

    /// What is told about it once it is written.
    pub(super) fn described(&self) -> Description {
        let mut described =
            Description::of_outgoing(self.outgoing(), &self.encoding, self.passphrase.is_some());
        described.warnings.extend(self.written.iter().cloned());
        described
    }
}

/// Where a private key goes.
#[derive(Debug)]
pub(super) enum Place {
    StandardOutput,
    /// A pipe or a device, into which the key is written as it is.
    Stream(PathBuf),
    Files {
        plan: Plan,
        /// What is written with it, and holds nothing of the private key.
        beside: Option<Encoded>,
    },
}

impl Place {
    /// The file at `path`, or standard output for `-`; and with it the files of `beside`. Asks before
    /// a file is replaced.
    pub(super) fn new(
        path: &Path,
        encoding: PrivateEncoding,
        beside: Option<Plan>,
        console: Console,
    ) -> Result<Self, Problem> {
        if is_standard_output(path) {
            if console.is_json() {
                return Err(usage::problem(
                    "the key and the JSON object cannot both go to standard output",
                    "Give a file with -o, or leave --json out.",
                ));
            }
            return Ok(Self::StandardOutput);
        }
        if is_stream(path) {
            check_stream(path)?;
            return Ok(Self::Stream(path.to_owned()));
        }
        // Such a file would be taken for a public key, and given away.
        if path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("pub"))
        {
            return Err(usage::problem(
                format!("the private key goes to {}, a name for public keys", shown(path)),
                "Leave .pub out of the name.",
            ));
        }
        let mut plan = Plan::single(path, encoding);
        if let Some(beside) = beside {
            plan = plan.and(beside);
        }
        Ok(Self::in_place(may_write(plan, console)?))
    }

    /// The same, and with it the files of `beside`. Asks before one of those is replaced.
    pub(super) fn and(self, beside: Plan, console: Console) -> Result<Self, Problem> {
        Ok(match self {
            Self::StandardOutput | Self::Stream(_) => self,
            Self::Files {
                plan,
                beside: encoded,
            } => Self::Files {
                plan: plan.and(may_write(beside, console)?),
                beside: encoded,
            },
        })
    }

    /// Whether the key is printed, so that nothing else may be.
    pub(super) fn is_standard_output(&self) -> bool {
        matches!(self, Self::StandardOutput)
    }

    /// Files that are changed where they lie, as `plan` says.
    pub(super) fn in_place(plan: Plan) -> Self {
        Self::Files { plan, beside: None }
    }

    /// The same, and `beside` is written with it, all or none.
    pub(super) fn with(self, beside: Option<Encoded>) -> Self {
        match self {
            Self::Files { plan, .. } => Self::Files { plan, beside },
            place => place,
        }
    }

    /// Encrypts the key, which takes a while.
    fn prepare(self, private: &Private) -> Result<Prepared, Problem> {
        let (outgoing, passphrase) = (private.outgoing(), private.passphrase.as_ref());
        let text = || {
            let file = encode_private(outgoing, &private.encoding, passphrase)?;
            match private.carrier {
                Some(carrier) => Ok::<_, Problem>(carrier.carry(file.expose(), Half::Private)?),
                None => Ok(file),
            }
        };
        Ok(match self {
            Self::StandardOutput => Prepared::Text(text()?),
            Self::Stream(path) => Prepared::Stream(path, text()?),
            Self::Files { plan, beside } => {
                let encoded = plan.encode(outgoing, passphrase)?;
                let encoded = match private.carrier {
                    Some(carrier) => encoded.carried(carrier)?,
                    None => encoded,
                };
                Prepared::Files(match beside {
                    Some(beside) => beside.and(encoded),
                    None => encoded,
                })
            }
        })
    }
}

/// A private key that is ready to be written.
enum Prepared {
    Text(SecretBytes),
    Stream(PathBuf, SecretBytes),
    Files(Encoded),
}

/// Writes the private key that `made` makes or hands over: what takes long is done on a thread of its
/// own, under a bar that says `doing`; the files are written then, all or none.
pub(super) fn save(
    console: Console,
    doing: &str,
    place: Place,
    made: impl FnOnce(&Pulse) -> Result<Private, Problem> + Send + 'static,
) -> Result<Private, Problem> {
    let (mut private, prepared) = work::run(console, doing, move |pulse| {
        let private = made(pulse)?;
        let prepared = place.prepare(&private)?;
        Ok::<_, Problem>((private, prepared))
    })??;
    match prepared {
        Prepared::Text(text) => print(text.expose())?,
        Prepared::Stream(path, text) => write_stream(&path, text.expose())?,
        Prepared::Files(files) => {
            private.written = interrupt::uninterrupted(|| files.write())?.warnings;
        }
    }
    Ok(private)
}

/// Whether a file is meant by `path`, which others can lie beside: not standard output, nor a pipe.
pub(super) fn is_file(path: &Path) -> bool {
    !is_standard_output(path) && !is_stream(path)
}

/// Whether both names lead to one file.
pub(super) fn is_same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

/// The comment from a file, as it may be written to another; says so where something was taken out.
pub(super) fn cleaned(comment: &[u8], console: Console) -> Comment {
    let (comment, is_changed) = Comment::cleaned(comment);
    if is_changed {
        console.note("the comment had characters that cannot be seen or break lines; they were replaced");
    }
    comment
}

/// Where the public half of a new key goes, beside its private file at `path` and in the form that the
/// programs of that format look for; nothing where one file shows both.
pub(super) fn public_beside(path: &Path, format: Format) -> Option<(PathBuf, PublicForm)> {
    let form = match format {
        Format::OpenSsh | Format::Pem | Format::Pkcs8 | Format::Pkcs8Der | Format::Dropbear => {
            PublicForm::Line
        }
        Format::SshCom => PublicForm::Rfc4716,
        _ => return None,
    };
    is_file(path).then(|| (file_beside(path), form))
}

/// Sees to it that a new private key at `out` does not come to lie beside the public half or the
/// certificate of another one, which would be taken for its own; `written` is put there with it. With
/// `--force` it is only said.
pub(super) fn check_neighbours(
    out: &Path,
    key: Option<&PublicKey>,
    written: &[&Path],
    console: Console,
) -> Result<(), Problem> {
    if !is_file(out) {
        return Ok(());
    }
    for path in [file_beside(out), certificate_beside(out)] {
        let Some(there) = read_if_there(&path)? else {
            continue;
        };
        let is_of_another = match format::parse(there.expose()) {
            Ok(parsed) => parsed.public().is_some_and(|there| Some(there) != key),
            Err(_) => false,
        };
        if !is_of_another || written.contains(&path.as_path()) {
            continue;
        }
        let what = format!("{} belongs to another key", shown(&path));
        if !console.is_forced() {
            return Err(Problem::new(
                "exists",
                Blame::World,
                what,
                "Choose another name, or move that file away; --force leaves it there.",
            )
            .unchanged());
        }
        console.note(&format!("{what}, and stays as it is"));
    }
    Ok(())
}

/// What is in the file at `path`; nothing where there is none that could hold a key. One that may not be read could be any.
fn read_if_there(path: &Path) -> Result<Option<SecretBytes>, ReadError> {
    match read_key(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(ReadError::NotFound { .. } | ReadError::NotRegular { .. } | ReadError::TooLarge { .. }) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Refuses to put what is public in the place of a private key, which nothing could bring back;
/// `--force` is said for files that can be made again.
fn keep_private(path: &Path) -> Result<(), Problem> {
    let Some(there) = read_if_there(path)? else {
        return Ok(());
    };
    let is_private = match format::parse(there.expose()) {
        Ok(parsed) => !matches!(parsed, Parsed::Public(_)),
        Err(DecodeError::Ssh1(key)) => key.is_private,
        Err(_) => false,
    };
    if is_private {
        return Err(Problem::new(
            "exists",
            Blame::World,
            format!("{} exists already, and holds a private key", shown(path)),
            "Choose another name: the private key would be lost.",
        ));
    }
    Ok(())
}

/// On what terms `out` is written: a file that is there stays, unless a person or `--force` says otherwise.
pub(super) fn may_replace(out: &Path, console: Console) -> Result<Existing, Problem> {
    if console.is_forced() {
        return Ok(Existing::Replace);
    }
    let is_agreed = !taken([out]).is_empty()
        && terminal::is_there()
        && terminal::ask_yes(&format!("{} exists already. Replace it?", shown(out)))?;
    Ok(if is_agreed {
        Existing::Replace
    } else {
        Existing::Refuse
    })
}

/// The same for what is public, which does not take the place of a private key, whatever is said.
pub(super) fn may_write_public(out: &Path, console: Console) -> Result<Existing, Problem> {
    refuse_folder(out)?;
    keep_private(out)?;
    may_replace(out, console)
}

fn refuse_folder(path: &Path) -> Result<(), Problem> {
    if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
        return Err(usage::problem(
            format!("{} names a folder, and no file in it", shown(path)),
            "Give the name of the file as well.",
        ));
    }
    Ok(())
}

/// Sees to it that the files of `plan` may be written: nothing is in the way, or it may be replaced.
pub(super) fn may_write(plan: Plan, console: Console) -> Result<Plan, Problem> {
    plan.paths().into_iter().try_for_each(refuse_folder)?;
    plan.public_paths().into_iter().try_for_each(keep_private)?;
    let taken: Vec<String> = plan.in_the_way().iter().map(|path| shown(path)).collect();
    let mut plan = plan;
    if console.is_forced() {
        plan = plan.replacing();
    } else if !taken.is_empty() && terminal::is_there() {
        // It is asked about what is there now.
        let agreed = plan.clone().replacing_what_is_there(&[]);
        let question = match taken.as_slice() {
            [one] => format!("{one} exists already. Replace it?"),
            all => format!("{} exist already. Replace them?", all.join(" and ")),
        };
        if terminal::ask_yes(&question)? {
            plan = agreed;
        }
    }
    plan.check_places()?;
    Ok(plan)
}
