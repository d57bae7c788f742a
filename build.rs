//! Gives the Windows programs their icon, version and manifest. For another system it does nothing.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use resources::{Machine, Resource, VersionInfo};

#[path = "build/resources.rs"]
mod resources;

const ICON: &str = "assets/icon/keywright.ico";
const MANIFEST: &str = "assets/keywright.exe.manifest";

/// The programs, and how the task manager and “Open with” call them.
const PROGRAMS: [(&str, &str); 2] = [
    ("keywright", "Keywright"),
    ("keywright-cli", "Keywright in the terminal"),
];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    if !is("TARGET_OS", "windows") {
        return Ok(());
    }
    println!("cargo::rerun-if-changed={ICON}");
    println!("cargo::rerun-if-changed={MANIFEST}");
    for (program, description) in PROGRAMS {
        let resources = resources_of(program, description)?;
        let linked = if is("TARGET_ENV", "msvc") {
            laid_down(&format!("{program}.res"), &resources::res_file(&resources))?
        } else {
            laid_down(
                &format!("{program}.rsrc.o"),
                &resources::object_file(&resources, machine()?),
            )?
        };
        println!("cargo::rustc-link-arg-bin={program}={}", linked.display());
    }
    // The same source gives the same bytes: no clock in the program. And one manifest only, which is ours.
    let options: &[&str] = if is("TARGET_ENV", "msvc") {
        &["/Brepro", "/MANIFEST:NO"]
    } else {
        &["-Wl,--no-insert-timestamp"]
    };
    for option in options {
        println!("cargo::rustc-link-arg-bins={option}");
    }
    Ok(())
}

fn resources_of(program: &str, description: &str) -> io::Result<Vec<Resource>> {
    let file_name = format!("{program}.exe");
    let version = VersionInfo {
        version: env!("CARGO_PKG_VERSION"),
        words: &[
            ("CompanyName", "The Keywright authors"),
            ("FileDescription", description),
            ("FileVersion", env!("CARGO_PKG_VERSION")),
            ("InternalName", program),
            ("LegalCopyright", env!("CARGO_PKG_LICENSE")),
            ("OriginalFilename", &file_name),
            ("ProductName", "Keywright"),
            ("ProductVersion", env!("CARGO_PKG_VERSION")),
        ],
    };
    let damaged = || io::Error::new(io::ErrorKind::InvalidData, format!("{ICON} is no icon"));
    let mut resources = resources::icon(&fs::read(ICON)?).ok_or_else(damaged)?;
    resources.push(version.resource());
    resources.push(resources::manifest(fs::read(MANIFEST)?));
    Ok(resources)
}

fn machine() -> io::Result<Machine> {
    let name = env::var("CARGO_CFG_TARGET_ARCH").unwrap_or_default();
    Machine::named(&name)
        .ok_or_else(|| io::Error::other(format!("what Windows calls {name} is not known here")))
}

fn is(cfg: &str, value: &str) -> bool {
    env::var(format!("CARGO_CFG_{cfg}")).is_ok_and(|found| found == value)
}

#[expect(
    clippy::disallowed_methods,
    reason = "sys::files does not exist before it is built"
)]
fn laid_down(name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    let folder = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set"))?;
    let path = Path::new(&folder).join(name);
    fs::write(&path, bytes)?;
    Ok(path)
}
