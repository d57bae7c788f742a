//! A private key on its way to its file, or to standard output.

use std::path::Path;

use super::console::{Console, print, shown};
use super::{interrupt, terminal, usage};
use crate::app::Problem;
use crate::app::describe::Description;
use crate::app::saving::{Encoded, Plan, encode_private};
use crate::format::{Certificate, Outgoing, PrivateEncoding};
use crate::key::KeyPair;
use crate::key::comment::Comment;
use crate::secret::{Passphrase, SecretBytes};
use crate::sys::files::Existing;

/// A private key, and how it is to be written.
pub(super) struct Private {
    pub(super) key: KeyPair,
    pub(super) comment: Comment,
    pub(super) certificate: Option<Certificate>,
    pub(super) encoding: PrivateEncoding,
    pub(super) passphrase: Option<Passphrase>,
}

impl Private {
    fn outgoing(&self) -> Outgoing<'_> {
        Outgoing {
            key: &self.key,
            comment: &self.comment,
            certificate: self.certificate.as_ref(),
        }
    }

    /// Says what its owner ought to know about the new key.
    pub(super) fn warn(&self, console: Console) {
        for warning in &self.described().warnings {
            console.warn(warning);
        }
    }

    /// Says where the new file protects the key badly; what is wrong with the key is no news here.
    pub(super) fn warn_of_protection(&self, console: Console) {
        let warnings = self.described().warnings;
        for warning in warnings.iter().filter(|warning| warning.code == "weak-kdf") {
            console.warn(warning);
        }
    }

    /// What is told about it once it is written.
    pub(super) fn described(&self) -> Description {
        Description::of_outgoing(self.outgoing(), &self.encoding, self.passphrase.is_some())
    }
}

/// Where a private key goes.
#[derive(Debug)]
pub(super) enum Place {
    StandardOutput,
    Files { plan: Plan, existing: Existing },
}

impl Place {
    /// The file at `path`, or standard output for `-`; and the public key beside it at `public`. Asks
    /// before a file is replaced.
    pub(super) fn new(
        path: &Path,
        public: Option<&Path>,
        encoding: PrivateEncoding,
        console: Console,
    ) -> Result<Self, Problem> {
        if path.as_os_str() == "-" {
            if console.is_json() {
                return Err(usage::problem(
                    "the key and the JSON object cannot both go to standard output",
                    "Give a file with -o, or leave --json out.",
                ));
            }
            return Ok(Self::StandardOutput);
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
        if let Some(public) = public {
            plan = plan.and(Plan::public_line(public));
        }
        let existing = may_write(&plan, console)?;
        Ok(Self::Files { plan, existing })
    }

    /// A file that is changed where it lies, together with what `plan` has beside it.
    pub(super) fn in_place(plan: Plan) -> Self {
        Self::Files {
            plan,
            existing: Existing::Replace,
        }
    }

    /// Encrypts the key, which takes a while.
    pub(super) fn prepare(&self, private: &Private) -> Result<Prepared, Problem> {
        let (outgoing, passphrase) = (private.outgoing(), private.passphrase.as_ref());
        Ok(match self {
            Self::StandardOutput => Prepared::Text(encode_private(outgoing, &private.encoding, passphrase)?),
            Self::Files { plan, existing } => Prepared::Files(plan.encode(outgoing, passphrase)?, *existing),
        })
    }
}

/// A private key that is ready to be written.
pub(super) enum Prepared {
    Text(SecretBytes),
    Files(Encoded, Existing),
}

impl Prepared {
    /// Writes it, which takes no time to speak of.
    pub(super) fn deliver(&self) -> Result<(), Problem> {
        match self {
            Self::Text(text) => print(text.expose()),
            Self::Files(files, existing) => interrupt::uninterrupted(|| files.write(*existing)),
        }
    }

    pub(super) fn is_for_standard_output(&self) -> bool {
        matches!(self, Self::Text(_))
    }
}

/// Whether the files of `plan` may be written: nothing is in the way, or it may be replaced.
pub(super) fn may_write(plan: &Plan, console: Console) -> Result<Existing, Problem> {
    let taken: Vec<String> = plan.taken().iter().map(|path| shown(path)).collect();
    let mut existing = console.existing();
    if existing == Existing::Refuse && !taken.is_empty() && terminal::is_there() {
        let question = match taken.as_slice() {
            [one] => format!("{one} exists already. Replace it?"),
            all => format!("{} exist already. Replace them?", all.join(" and ")),
        };
        if terminal::ask_yes(&question)? {
            existing = Existing::Replace;
        }
    }
    plan.check_places(existing)?;
    Ok(existing)
}
