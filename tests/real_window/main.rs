//! The built program, with a real window on a screen without a monitor: used with mouse and
//! keyboard, seen as a screen reader sees it, and judged by OpenSSH and PuTTY.
//!
//! Nothing in the window is found by its place. What a test looks at is kept as a picture in
//! `target/real_window`.

#![cfg(all(target_os = "linux", feature = "gui"))]

#[path = "../common/mod.rs"]
mod common;
mod conversions;
mod doctor;
#[allow(dead_code, reason = "shared with tests/remote, which needs all of it")]
#[path = "../remote/everybody.rs"]
mod everybody;
mod logging;
mod mangled;
mod memory;
mod my_keys;
mod reading;
mod remembering;
mod screen;
#[allow(dead_code, reason = "shared with tests/interop, which needs all of it")]
#[path = "../interop/server.rs"]
mod server;
mod servers;
#[allow(dead_code, reason = "each test program uses a part of it")]
#[path = "../common/serving.rs"]
mod serving;
#[allow(dead_code, reason = "shared with tests/remote, which needs all of it")]
#[path = "../remote/sshd.rs"]
mod sshd;
#[allow(dead_code, reason = "shared with tests/interop, which needs all of it")]
#[path = "../interop/tools.rs"]
mod tools;
mod tutorials;
mod wayland;
mod window;

use std::os::unix::fs::FileExt as _;
use std::path::Path;

use screen::Screen;
use server::Server;
use tools::{Folder, mode};
use window::{PROGRAM, Window};

/// Short, because every letter is typed; and in no list, so that it is nowhere in the program.
const PASSPHRASE: &str = "quiet zebra 7";

/// The public line that `ssh-keygen` finds in a private file, or why it finds none.
fn public_line_of(file: &Path, passphrase: &str) -> Result<String, String> {
    let folder = Folder::new();
    let tool = folder.tool("ssh-keygen").args(["-y", "-P", passphrase, "-f"]);
    tool.arg(file).output().map(|line| line.trim().to_owned())
}

#[test]
fn a_key_is_made_protected_saved_and_lets_its_owner_in() {
    let screen = Screen::new("whole-way");
    let mut window = Window::open(&screen);
    window.node("push button", "Generate");
    screen.picture("1-empty");

    window.click("push button", "Generate");
    window.move_until_collected();
    window.field("Key comment");
    screen.picture("3-ready");

    window.fill("Key comment", "someone@the office");
    window.fill("Key passphrase", PASSPHRASE);
    window.fill("Confirm passphrase", "quiet");
    window.press("Tab");
    window.says("They don't match yet.");
    window.fill("Confirm passphrase", PASSPHRASE);
    window.says("They match.");
    window.click("push button", "Copy public key");
    let copied = screen::until("the public key is on the clipboard", || {
        Some(screen.clipboard()).filter(|text| text.starts_with("ssh-ed25519 "))
    });
    assert!(copied.ends_with(" someone@the office"), "{copied}");

    window.click("combo box", "Format of the private key");
    window.click("radio button", "OpenSSH and PuTTY");
    screen.picture("4-protected");
    // Nothing is asked: the key goes where ssh looks for it, though that folder is still to be made.
    assert_eq!(window.field("Private key file").text, "~/.ssh/id_ed25519");
    window.click("push button", "Save private key");
    window.says_just("saved");
    window.says("Saved id_ed25519, id_ed25519.pub and id_ed25519.ppk");
    screen.picture("6-saved");

    let ssh = screen.home(".ssh");
    for (name, expected) in [
        ("", 0o700),
        ("id_ed25519", 0o600),
        ("id_ed25519.pub", 0o644),
        ("id_ed25519.ppk", 0o600),
    ] {
        assert_eq!(mode(&ssh.join(name)), expected, "{name:?}");
    }
    openssh_and_putty_agree(&window, &ssh, &copied);
    a_server_lets_in(&ssh, &copied);

    // It is all on disk, so there is nothing to ask.
    window.ask_to_close();
    assert!(window.ended().success());
}

/// Everybody finds the same key in the three files, the clipboard and the window.
fn openssh_and_putty_agree(window: &Window<'_>, ssh: &Path, copied: &str) {
    let folder = Folder::new();
    folder.put("passphrase", PASSPHRASE.as_bytes());
    let file = |name: &str| ssh.join(name).display().to_string();
    assert_eq!(
        public_line_of(&ssh.join("id_ed25519"), PASSPHRASE).as_deref(),
        Ok(copied)
    );
    public_line_of(&ssh.join("id_ed25519"), "something else").expect_err("it is protected");
    let public = std::fs::read_to_string(file("id_ed25519.pub")).expect("it was saved");
    assert_eq!(public, format!("{copied}\n"));
    let putty = |kind: &str| {
        let tool = folder.tool("puttygen").arg(file("id_ed25519.ppk"));
        tool.args(["--old-passphrase", "passphrase", kind])
            .output()
            .expect("PuTTY opens it")
    };
    assert_eq!(putty("-L").trim(), copied);

    let shown = folder
        .tool("ssh-keygen")
        .arg("-lf")
        .arg(file("id_ed25519"))
        .output()
        .expect("OpenSSH reads it");
    let fingerprint = shown.split(' ').nth(1).expect("it is the second word");
    assert!(putty("-l").contains(fingerprint), "{fingerprint}");
    window.says(fingerprint);
}

fn a_server_lets_in(ssh: &Path, line: &str) {
    let folder = Folder::new();
    // Nobody is there to type the passphrase, so it is taken off a copy.
    folder.put(
        "key",
        &std::fs::read(ssh.join("id_ed25519")).expect("it was saved"),
    );
    let tool = folder
        .tool("ssh-keygen")
        .args(["-p", "-P", PASSPHRASE, "-N", "", "-f", "key"]);
    tool.output().expect("a copy without a passphrase");
    let server = Server::admitting(&[line.to_owned()]);
    let printed = server
        .ssh(&folder)
        .args(["-i", "key", "echo $((6 * 7))"])
        .output();
    assert_eq!(printed.as_deref(), Ok("42\n"));
}

#[test]
fn undo_never_brings_an_earlier_passphrase_back() {
    let screen = Screen::new("undo");
    let window = Window::open(&screen);
    window.generate_at_once();
    window.fill("Key passphrase", "earlier");
    window.fill("Key passphrase", "new");
    for keys in ["ctrl+z", "ctrl+z", "ctrl+y", "ctrl+shift+z"] {
        window.press(keys);
    }
    window.press("End");
    window.type_text("!");
    let field = window.wait("four bullets", |nodes| {
        (nodes.iter())
            .find(|node| node.name == "Key passphrase" && node.text.chars().count() == 4)
            .cloned()
    });
    assert_eq!(field.text, "••••");

    window.click("push button", "Show “Key passphrase”");
    window.says("new!");
    screen.picture("revealed");
    window.click("push button", "Hide “Key passphrase”");
    window.fill("Key passphrase", "x");
    window.press("BackSpace");
    window.press("ctrl+z");
    window.says("Without a passphrase, whoever gets the file can use the key.");
}

#[test]
fn a_masked_passphrase_is_nowhere_else_in_the_memory_of_the_program() {
    let screen = Screen::new("memory");
    let window = Window::open(&screen);
    window.generate_at_once();
    window.fill("Key passphrase", PASSPHRASE);
    window.fill("Confirm passphrase", PASSPHRASE);
    window.says("They match.");
    let found = occurrences(window.program.0.id(), PASSPHRASE.as_bytes());
    // One for each field.
    assert_eq!(found, 2, "the passphrase was left behind");
}

/// How often these bytes are in the memory of a process that we started.
fn occurrences(process: u32, wanted: &[u8]) -> usize {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).expect("it is ours");
    let memory = std::fs::File::open(format!("/proc/{process}/mem"))
        .expect("the memory of a program that one has started can be read, unless ptrace is forbidden here");
    let ranges = maps.lines().filter_map(|line| {
        let (range, rest) = line.split_once(' ')?;
        let (begin, end) = range.split_once('-')?;
        let number = |digits| u64::from_str_radix(digits, 16).ok();
        rest.starts_with("rw").then_some((number(begin)?, number(end)?))
    });
    let mut count = 0;
    for (begin, end) in ranges {
        let mut bytes = vec![0; usize::try_from(end - begin).expect("it fits into memory")];
        // Some ranges belong to a device and cannot be read.
        if memory.read_exact_at(&mut bytes, begin).is_ok() {
            count += bytes
                .windows(wanted.len())
                .filter(|window| *window == wanted)
                .count();
        }
    }
    count
}

#[test]
fn saving_over_a_file_that_all_may_read_asks_and_tightens_it() {
    let screen = Screen::new("overwrite");
    std::fs::create_dir(screen.home(".ssh")).unwrap();
    screen.put("home/.ssh/id_ed25519", "an old key", 0o644);
    let window = Window::open(&screen);
    window.generate_at_once();
    window.save_as(PASSPHRASE, "~/.ssh/id_ed25519");
    window.says("Replace this file?");
    screen.picture("question");
    window.press("Escape");
    window.says("not saved yet");
    assert_eq!(
        std::fs::read_to_string(screen.home(".ssh/id_ed25519")).unwrap(),
        "an old key"
    );

    window.save_as(PASSPHRASE, "~/.ssh/id_ed25519");
    window.click("push button", "Replace");
    window.says_just("saved");
    assert_eq!(mode(&screen.home(".ssh/id_ed25519")), 0o600);
    public_line_of(&screen.home(".ssh/id_ed25519"), PASSPHRASE).unwrap();
    let names = std::fs::read_dir(screen.home(".ssh")).unwrap().count();
    assert_eq!(names, 2, "nothing but the key and its public half is left");
}

#[test]
fn a_full_disk_is_said_and_costs_no_old_key() {
    // A disk of 64 KiB in a mount namespace of its own, full but for less than a key needs. Only the
    // program sees it; what is on it in the end is copied out.
    const SCRIPT: &str = r#"
        mount -t tmpfs -o size=64k none disk || exit 3
        printf 'an old key' > disk/id && chmod 600 disk/id
        head -c 65536 /dev/zero > disk/ballast 2>/dev/null
        PATH="$PWD/no-programs" "$0"
        result=$?
        cp -a disk/. result
        exit $result"#;
    let screen = Screen::new("full-disk");
    for name in ["disk", "result"] {
        std::fs::create_dir(screen.path(name)).unwrap();
    }
    let rights: &[&str] = if crate::tools::is_root() {
        &[]
    } else {
        &["--user", "--map-root-user"]
    };
    let mut command = screen.command("unshare");
    command
        .arg("--mount")
        .args(rights)
        .args(["sh", "-c", SCRIPT, PROGRAM]);
    let mut window = Window::of(&screen, &mut command);
    window.generate_at_once();
    let path = screen.path("disk/id").display().to_string();
    window.save_as(PASSPHRASE, &path);
    window.click("push button", "Replace");
    window.says("The private key was not saved");
    window.says("There is no room for");
    screen.picture("full");
    window.press("Escape");
    window.says("not saved yet");
    window.ask_to_close();
    window.click("push button", "Quit without saving");
    assert!(window.ended().success());

    let result = screen.path("result");
    assert_eq!(std::fs::read_to_string(result.join("id")).unwrap(), "an old key");
    let mut names: Vec<_> = std::fs::read_dir(result)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["ballast", "id"]);
}

#[test]
fn closing_with_an_unsaved_key_asks_first() {
    let screen = Screen::new("close");
    let mut window = Window::open(&screen);
    window.generate_at_once();
    window.ask_to_close();
    window.says("This key is not saved");
    screen.picture("question");
    window.press("Return");
    window.wait("the question is gone", |nodes| {
        let is_asked = nodes.iter().any(|node| node.name == "Quit without saving");
        (!is_asked).then_some(())
    });
    window.field("Key passphrase");
    window.ask_to_close();
    window.click("push button", "Quit without saving");
    assert!(window.ended().success());
    assert!(!screen.home(".ssh").exists());
}

#[test]
fn a_file_dialog_of_the_system_is_used_where_there_is_one() {
    let screen = Screen::new("zenity");
    let mut command = screen.command(PROGRAM);
    let window = Window::of(&screen, &mut command);
    window.generate_at_once();
    window.fill("Key passphrase", PASSPHRASE);
    window.fill("Confirm passphrase", PASSPHRASE);
    window.click("push button", "Choose another private key file…");
    screen.xdotool(&[
        "search",
        "--sync",
        "--onlyvisible",
        "--name",
        "^Save private key as$",
        "windowfocus",
        "--sync",
    ]);
    screen.picture("dialog");
    let path = screen.home("key");
    window.press("ctrl+a");
    window.type_text(path.to_str().unwrap());
    window.press("Return");
    window.wait("what was chosen is on the page", |nodes| {
        nodes.iter().find(|node| node.text == "~/key").map(|_| ())
    });
    assert!(!path.exists());
    window.click("push button", "Save private key");
    window.says_just("saved");
    assert_eq!(mode(&path), 0o600);
    public_line_of(&path, PASSPHRASE).unwrap();
}
