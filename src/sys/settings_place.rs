//! Where settings are kept: in the place that each system has for them, or beside the program.
//!
//! XDG Base Directory Specification; Apple's File System Programming Guide, "The Library Directory";
//! Windows' `FOLDERID_RoamingAppData`.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::home;

/// The name of the file that makes the program portable when it lies beside it.
pub const PORTABLE_FILE: &str = "keywright.toml";
const USUAL_FILE: &str = "settings.toml";
const PORTABLE_KEYS: &str = "keywright-keys.toml";
const USUAL_KEYS: &str = "keys.toml";
const PORTABLE_TAKEN_OFF: &str = "keywright-taken-off.toml";
const USUAL_TAKEN_OFF: &str = "taken-off.toml";

/// The file that settings are read from and written to; there is never a second one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Beside the program, because there is such a file: nothing is kept in the home folder.
    Portable(PathBuf),
    /// Where the system has the user's settings. It need not exist.
    OfUser(PathBuf),
}

impl Place {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Portable(path) | Self::OfUser(path) => path,
        }
    }

    /// The file beside this one in which stands what was last taken off the lists of servers.
    #[must_use]
    pub fn of_taken_off(&self) -> Self {
        match self {
            Self::Portable(path) => Self::Portable(path.with_file_name(PORTABLE_TAKEN_OFF)),
            Self::OfUser(path) => Self::OfUser(path.with_file_name(USUAL_TAKEN_OFF)),
        }
    }

    /// The file beside this one in which stands what the user calls their keys.
    #[must_use]
    pub fn of_keys(&self) -> Self {
        match self {
            Self::Portable(path) => Self::Portable(path.with_file_name(PORTABLE_KEYS)),
            Self::OfUser(path) => Self::OfUser(path.with_file_name(USUAL_KEYS)),
        }
    }
}

/// The habits of a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Windows.
    Windows,
    /// macOS.
    MacOs,
    /// Linux, and every other Unix.
    Unix,
}

impl System {
    /// That which this program was built for.
    #[must_use]
    pub const fn here() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::MacOs
        } else {
            Self::Unix
        }
    }

    /// Whether a path leads to the same place from everywhere. Told by its letters, so that the
    /// habits of one system can be tested on another.
    fn is_absolute(self, path: &OsStr) -> bool {
        match (self, path.as_encoded_bytes()) {
            (Self::Windows, [drive, b':', b'/' | b'\\', ..]) => drive.is_ascii_alphabetic(),
            (Self::Windows, bytes) => bytes.starts_with(br"\\"),
            (Self::MacOs | Self::Unix, bytes) => bytes.starts_with(b"/"),
        }
    }
}

/// What decides the place.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Whose habits hold.
    pub system: System,
    /// The environment.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// The user's home folder.
    pub home: Option<&'a Path>,
    /// The program's own file, with all links followed.
    pub program: Option<&'a Path>,
}

impl std::fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Surroundings")
            .field("system", &self.system)
            .field("home", &self.home)
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

impl Surroundings<'_> {
    /// The place; none where nothing says whose settings these are. `is_file` says whether there
    /// is a file.
    #[must_use]
    pub fn place(&self, is_file: impl Fn(&Path) -> bool) -> Option<Place> {
        let portable = self.beside().into_iter().find(|path| is_file(path));
        portable
            .map(Place::Portable)
            .or_else(|| self.of_user().map(Place::OfUser))
    }

    /// Where a portable program's file would lie.
    fn beside(&self) -> Vec<PathBuf> {
        let folder = self.program.and_then(Path::parent);
        let bundle = folder
            .filter(|_| self.system == System::MacOs)
            .and_then(bundle_of);
        [folder, bundle.and_then(Path::parent)]
            .into_iter()
            .flatten()
            .map(Path::to_owned)
            .chain(self.image().and_then(|image| image.parent().map(Path::to_owned)))
            .map(|folder| folder.join(PORTABLE_FILE))
            .collect()
    }

    /// The `AppImage` that the program runs from. Another one, that has started a terminal say,
    /// leaves the same variables behind; but then the program is not in its folder.
    fn image(&self) -> Option<PathBuf> {
        let inside = self.folder_named_by("APPDIR")?;
        let is_ours = self.program.is_some_and(|program| program.starts_with(&inside));
        self.folder_named_by("APPIMAGE").filter(|_| is_ours)
    }

    fn of_user(&self) -> Option<PathBuf> {
        let at_home = |path: &str| self.home.map(|home| home.join(path));
        let folder = match self.system {
            System::Windows => self
                .folder_named_by("APPDATA")
                .or_else(|| at_home("AppData/Roaming"))?
                .join("Keywright"),
            System::MacOs => at_home("Library/Application Support")?.join("Keywright"),
            System::Unix => self
                .folder_named_by("XDG_CONFIG_HOME")
                .or_else(|| at_home(".config"))?
                .join("keywright"),
        };
        Some(folder.join(USUAL_FILE))
    }

    /// The specification has relative paths ignored: they would lead elsewhere from each folder.
    fn folder_named_by(&self, variable: &str) -> Option<PathBuf> {
        (self.variable)(variable)
            .filter(|path| self.system.is_absolute(path))
            .map(PathBuf::from)
    }
}

/// `X.app`, when `folder` is its `Contents/MacOS`.
fn bundle_of(folder: &Path) -> Option<&Path> {
    let contents = folder.parent().filter(|_| folder.ends_with("Contents/MacOS"))?;
    let bundle = contents.parent()?;
    bundle.extension().filter(|kind| *kind == "app").map(|_| bundle)
}

/// The place on this system, for this program and its user.
#[must_use]
pub fn find() -> Option<Place> {
    let program = env::current_exe()
        .and_then(|program| program.canonicalize())
        .map(without_verbatim);
    if let Err(error) = &program {
        log::warn!("where this program lies is not known: {error}");
    }
    let (program, home) = (program.ok(), home::home());
    let surroundings = Surroundings {
        system: System::here(),
        variable: &|name| env::var_os(name),
        home: home.as_deref(),
        program: program.as_deref(),
    };
    surroundings.place(Path::is_file)
}

/// Windows' canonical paths begin with `\\?\`, which nobody recognises and few programs take.
fn without_verbatim(path: PathBuf) -> PathBuf {
    let plain = path.to_str().and_then(|text| text.strip_prefix(r"\\?\"));
    match plain {
        Some(plain) if System::Windows.is_absolute(OsStr::new(plain)) => PathBuf::from(plain),
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Case<'a> {
        system: System,
        variables: &'a [(&'a str, &'a str)],
        home: Option<&'a str>,
        program: &'a str,
        files: &'a [&'a str],
    }

    impl Case<'_> {
        fn place(&self) -> Option<Place> {
            let variable = |name: &str| {
                let found = self.variables.iter().find(|(each, _)| *each == name);
                found.map(|(_, value)| OsString::from(value))
            };
            let surroundings = Surroundings {
                system: self.system,
                variable: &variable,
                home: self.home.map(Path::new),
                program: Some(Path::new(self.program)),
            };
            surroundings.place(|path| self.files.iter().any(|file| Path::new(file) == path))
        }
    }

    const LINUX: Case<'_> = Case {
        system: System::Unix,
        variables: &[],
        home: Some("/home/me"),
        program: "/usr/bin/keywright",
        files: &[],
    };
    const MAC: Case<'_> = Case {
        system: System::MacOs,
        variables: &[("XDG_CONFIG_HOME", "/elsewhere")],
        home: Some("/Users/me"),
        program: "/Volumes/STICK/Keywright.app/Contents/MacOS/keywright",
        files: &[],
    };
    const WINDOWS: Case<'_> = Case {
        system: System::Windows,
        variables: &[("APPDATA", "C:/Users/me/AppData/Roaming")],
        home: Some("C:/Users/me"),
        program: "E:/keywright/keywright.exe",
        files: &[],
    };

    #[track_caller]
    fn is_of_user(case: &Case<'_>, path: &str) {
        assert_eq!(case.place(), Some(Place::OfUser(path.into())));
    }

    #[track_caller]
    fn is_portable(case: &Case<'_>, path: &str) {
        assert_eq!(case.place(), Some(Place::Portable(path.into())));
    }

    #[test]
    fn settings_lie_where_each_system_has_them() {
        is_of_user(&LINUX, "/home/me/.config/keywright/settings.toml");
        is_of_user(
            &MAC,
            "/Users/me/Library/Application Support/Keywright/settings.toml",
        );
        is_of_user(&WINDOWS, "C:/Users/me/AppData/Roaming/Keywright/settings.toml");
    }

    #[test]
    fn on_linux_the_variable_of_the_desktop_counts_when_it_is_absolute() {
        for (value, expected) in [
            ("/conf", "/conf/keywright/settings.toml"),
            ("conf", "/home/me/.config/keywright/settings.toml"),
            ("", "/home/me/.config/keywright/settings.toml"),
        ] {
            let variables = &[("XDG_CONFIG_HOME", value)];
            is_of_user(&Case { variables, ..LINUX }, expected);
        }
    }

    #[test]
    fn windows_without_its_variable_is_asked_for_the_home_folder() {
        for variables in [&[][..], &[("APPDATA", "Roaming")], &[("APPDATA", r"\Roaming")]] {
            let case = Case { variables, ..WINDOWS };
            is_of_user(&case, "C:/Users/me/AppData/Roaming/Keywright/settings.toml");
        }
    }

    #[test]
    fn nobody_s_settings_are_kept_nowhere() {
        for case in [LINUX, MAC] {
            assert_eq!(Case { home: None, ..case }.place(), None);
        }
        let nobody = Case {
            home: None,
            variables: &[],
            ..WINDOWS
        };
        assert_eq!(nobody.place(), None);
    }

    #[test]
    fn a_file_beside_the_program_makes_it_portable() {
        let files = &["/opt/keywright/keywright.toml", "E:/keywright/keywright.toml"];
        let program = "/opt/keywright/keywright";
        is_portable(
            &Case {
                program,
                files,
                ..LINUX
            },
            files[0],
        );
        is_portable(
            &Case {
                files,
                home: None,
                ..WINDOWS
            },
            files[1],
        );
    }

    #[test]
    fn on_macos_the_file_may_lie_beside_the_bundle() {
        let beside = "/Volumes/STICK/keywright.toml";
        is_portable(
            &Case {
                files: &[beside],
                ..MAC
            },
            beside,
        );
        // A program that was put anywhere else has no bundle to look beside.
        let case = Case {
            files: &[beside],
            program: "/Volumes/STICK/Keywright/Contents/MacOS/keywright",
            ..MAC
        };
        assert!(matches!(case.place(), Some(Place::OfUser(_))));
    }

    #[test]
    fn an_appimage_is_the_program_that_the_file_lies_beside() {
        let beside = "/media/stick/keywright.toml";
        let files = &[beside];
        let case = |program| Case {
            variables: &[
                ("APPDIR", "/tmp/.mount_Keywr"),
                ("APPIMAGE", "/media/stick/Keywright.AppImage"),
            ],
            program,
            files,
            ..LINUX
        };
        is_portable(&case("/tmp/.mount_Keywr/usr/bin/keywright"), beside);
        let started_by_another = case("/usr/bin/keywright").place();
        assert!(matches!(started_by_another, Some(Place::OfUser(_))));
    }

    #[test]
    fn windows_long_form_of_a_path_is_shortened_where_it_can_be() {
        for (long, short) in [
            (r"\\?\E:\keywright\keywright.exe", r"E:\keywright\keywright.exe"),
            (
                r"\\?\UNC\server\share\keywright.exe",
                r"\\?\UNC\server\share\keywright.exe",
            ),
            ("/usr/bin/keywright", "/usr/bin/keywright"),
        ] {
            assert_eq!(without_verbatim(long.into()), PathBuf::from(short));
        }
    }
}
