//! Everything that a person can ask for. A command carries no secret: `App` takes those from drafts.

mod lists;
mod servers;

use std::path::PathBuf;

pub use lists::ListCommand;
pub use servers::ServerCommand;

use crate::app::Page;
use crate::app::doctor::DoctorCommand;
use crate::app::look::WindowShape;
use crate::app::look::{TextSize, ThemeChoice};
use crate::app::my_keys::KeysCommand;
use crate::app::stage::Subject;
use crate::engine::programs::Purpose;
use crate::engine::saving::{Choice, PublicForm};
use crate::key::entropy::Sample;
use crate::key::fingerprint::FingerprintKind;
use crate::key::spec::KeySpec;

/// Something to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Begin to collect movements for a key.
    Generate(KeySpec),
    /// A movement, a touch, a key.
    Stir(Sample),
    /// Do without movements.
    UseSystemRandomnessOnly,
    /// Stop collecting, generating, opening or saving.
    Cancel,

    /// Choose a key file to open.
    Open,
    /// Open this file: it was named on the command line, or typed.
    OpenPath(PathBuf),
    /// These were dropped on the window: open the file, or have them all among the keys.
    Dropped(Vec<PathBuf>),
    /// Open the key whose text is on the clipboard.
    Paste,
    /// Open the locked file with the passphrase that was typed.
    Unlock,
    /// Open it although that costs much.
    AgreeToCost,

    /// Save the private key in the format and at the place that stand beside it.
    SavePrivate,
    /// Choose that place in a dialog of the system.
    ChooseSavingPlace,
    /// Save the private key in this format, whatever is chosen.
    Export(Choice),
    /// Save the public key in one line, beside the private one; where there is none, at a place that is asked for.
    SavePublicBeside,
    /// Save the public key in this form, at a place that is asked for.
    SavePublic(PublicForm),
    /// Yes, whatever there was to be said against it.
    SaveAllTheSame,
    /// Yes, replace the files.
    Overwrite,
    /// Move what is in the files to the trash, and save then.
    OverwriteTrashed,
    /// Save the private key under a name that is free.
    SaveUnderAnotherName,
    /// Show a passphrase of random words, another one each time.
    SuggestPassphrase,
    /// Take the one that is shown.
    UseSuggestedPassphrase,
    /// Copy the one that is shown.
    CopySuggestedPassphrase,
    /// Save the key with the passphrase that it has and that was typed.
    SaveWithSamePassphrase,
    /// Save the key without a passphrase, though its file has one.
    SaveWithoutPassphrase,
    /// The path was typed into the window's own dialog.
    PathTyped,
    /// Let a file dialog be and type the path instead.
    TypePathInstead,

    /// Choose a certificate to put beside the key.
    AddCertificate,
    /// Take the certificate away from the key.
    RemoveCertificate,
    /// Show what the certificate says.
    ShowCertificate,
    /// Save the certificate in a file of its own.
    SaveCertificate,
    /// Copy the certificate in one line.
    CopyCertificate,

    /// Hand the key to this one of the agents that are shown.
    AddToAgent(usize),
    /// Have an agent forget a key.
    RemoveFromAgent {
        /// Which of the agents that are shown.
        agent: usize,
        /// Which of its keys.
        entry: usize,
    },

    /// Something on the page that says why a login does not work.
    Doctor(DoctorCommand),
    /// Log in on this server with the open key, in a terminal.
    LogIn(String),
    /// Something on a server.
    Server(ServerCommand),
    /// Lists of hosts and keys, and forms for keys.
    Lists(ListCommand),

    /// Copy the public key line.
    CopyPublicKey,
    /// Copy the public key as something takes it.
    CopyFor(Purpose),
    /// Copy the fingerprint as it is shown.
    CopyFingerprint,
    /// Copy the randomart as text.
    CopyRandomart,
    /// Copy one of the command lines that would do the same.
    CopyCommandLine(usize),
    /// Change between SHA-256 and MD5.
    ShowFingerprint(FingerprintKind),
    /// Change between the fingerprint of the key and the one that includes the certificate.
    ShowFingerprintOf(Subject),

    /// Put the key away and start anew.
    NewKey,
    /// Do this on the page “Keys”.
    Keys(KeysCommand),
    /// Go to this page.
    ShowPage(Page),
    /// Show a file in the file manager.
    ShowInFolder(PathBuf),
    /// Show the commands that would do the same.
    ShowCommandLines,
    /// Show how private key files are protected.
    EditParameters,
    /// Take over what was set there.
    ApplyParameters,
    /// Show the settings.
    EditSettings,
    /// Light, dark or as the system has it.
    SetTheme(ThemeChoice),
    /// How large text is.
    SetTextSize(TextSize),
    /// The format that new keys are saved in.
    Prefer(Choice),
    /// The window has another size now.
    ShapeWindow(WindowShape),
    /// Show who made this program, and under which licence.
    About,

    /// Close the dialog without doing anything.
    CloseDialog,
    /// Close the dialog, and type a passphrase.
    SetPassphrase,
    /// The window is in front again: look at what may be another by now.
    LookAgain,
    /// Yes, the unsaved key may go.
    DiscardUnsaved,
    /// End the program.
    Quit,
}
