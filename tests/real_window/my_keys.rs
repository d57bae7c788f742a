//! Keys that lie in `~/.ssh` already are named, put right, made the default and put away, by somebody who reads only
//! the window; OpenSSH and the disk say what became of it.

use std::path::Path;

use crate::PASSPHRASE;
use crate::public_line_of;
use crate::screen::Screen;
use crate::tools::{Folder, mode};
use crate::window::{Node, PROGRAM, Window};

/// The small window, and the one that opens.
const SMALL: [&str; 2] = ["640", "480"];
const USUAL: [&str; 2] = ["900", "640"];

impl Screen {
    /// A person with five keys: one that is all right, one that all may read, one without its public file, one beside
    /// the public half of another, and one that is cut short.
    fn with_keys(test: &'static str) -> Self {
        let screen = Self::new(test);
        let ssh = screen.home(".ssh");
        std::fs::create_dir(&ssh).expect("a folder");
        crate::sshd::set_mode(&ssh, 0o700);
        screen.make_key("id_ed25519", "ed25519", PASSPHRASE, "me@laptop");
        screen.make_key("work", "ecdsa", "", "me at work");
        screen.make_key("backup", "ed25519", "", "nightly backup");
        screen.make_key("web", "ed25519", "", "web server");
        crate::sshd::set_mode(&ssh.join("work"), 0o644);
        std::fs::remove_file(ssh.join("backup.pub")).expect("it was made");
        std::fs::copy(ssh.join("work.pub"), ssh.join("web.pub")).expect("there is room");
        let whole = std::fs::read_to_string(ssh.join("web")).expect("it was made");
        screen.put("home/.ssh/cut", &whole[..200], 0o600);
        screen
    }

    pub(crate) fn make_key(&self, name: &str, kind: &str, passphrase: &str, comment: &str) {
        let folder = Folder::new();
        let tool = folder
            .tool("ssh-keygen")
            .args(["-q", "-t", kind, "-N", passphrase, "-C", comment, "-f"])
            .arg(self.home(".ssh").join(name));
        tool.output().expect("a key");
    }

    fn resize(&self, [width, height]: [&str; 2]) {
        self.xdotool(&["getactivewindow", "windowsize", "--sync", width, height]);
    }

    /// What ssh, with this person's configuration, would try for some host.
    fn identity_files(&self) -> Vec<String> {
        let folder = Folder::new();
        let told = folder.tool("ssh").arg("-F").arg(self.home(".ssh/config"));
        let told = told.args(["-G", "some.host"]).output().expect("ssh takes it");
        let files = told.lines().filter_map(|line| line.strip_prefix("identityfile "));
        files.map(str::to_owned).collect()
    }
}

impl Window<'_> {
    /// Waits until the rows of the list begin so.
    fn lists(&self, beginnings: &[&str]) {
        self.wait(&format!("the keys {beginnings:?}"), |nodes| {
            let rows: Vec<&str> = rows(nodes).collect();
            let fits = rows.len() == beginnings.len()
                && (rows.iter().zip(beginnings)).all(|(row, beginning)| row.starts_with(beginning));
            fits.then_some(())
        });
    }

    /// Chooses the key whose row begins so.
    fn choose(&self, beginning: &str) {
        let row = self.wait(&format!("the key {beginning}"), |nodes| {
            let row = rows(nodes).find(|row| row.starts_with(beginning));
            row.map(str::to_owned)
        });
        self.click("list item", &row);
    }
}

/// What a screen reader says of each key in the list.
fn rows(nodes: &[Node]) -> impl Iterator<Item = &str> {
    let rows = nodes.iter().filter(|node| node.role == "list item");
    rows.map(|node| node.name.as_str())
}

fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The algorithm and the key of a line, without its comment.
fn key_in(line: &str) -> String {
    line.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

#[test]
fn keys_are_found_named_and_put_right() {
    let screen = Screen::with_keys("my-keys");
    let ssh = screen.home(".ssh");
    let stranger = bytes(&ssh.join("web.pub"));
    let mut window = Window::open(&screen);
    window.click("page tab", "Keys");
    window.lists(&["backup,", "id_ed25519,", "web,", "work,"]);
    window.says("cut: the file ends before the key does.");
    screen.picture("1-list");
    screen.resize(SMALL);
    window.says("One note about your files");
    screen.picture("2-small");
    screen.resize(USUAL);

    window.fill("Search", "at work");
    window.lists(&["work,"]);
    window.choose("work,");
    window.fill("Your name for this key", "Work, 2026");
    window.press("Return");
    window.says("The key is called “Work, 2026” now.");
    window.lists(&["Work, 2026,"]);
    screen.picture("3-named");
    window.ask_to_close();
    assert!(window.ended().success());

    let mut again = Window::open(&screen);
    again.press("ctrl+1");
    again.lists(&["backup,", "id_ed25519,", "web,", "Work, 2026,"]);
    again.click("push button", "Fix 3 problems");
    again.says("3 things were put right.");
    again.says("~/.ssh/work is yours alone now.");
    screen.picture("4-put-right");
    assert_eq!(mode(&ssh.join("work")), 0o600);
    for name in ["backup", "web"] {
        let public = std::fs::read_to_string(ssh.join(name).with_extension("pub")).expect("it is there");
        let ours = public_line_of(&ssh.join(name), "").expect("OpenSSH reads it");
        assert_eq!(key_in(&public), key_in(&ours), "{name}");
    }
    let kept = std::fs::read_dir(ssh.join("removed")).expect("it was made");
    let kept: Vec<_> = kept.map(|entry| entry.expect("an entry").path()).collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(bytes(&kept[0].join("web.pub")), stranger);
    again.ask_to_close();
    assert!(again.ended().success());
}

#[test]
fn a_key_becomes_the_default_and_another_goes_away_and_comes_back() {
    let screen = Screen::with_keys("my-keys-dark");
    for folder in ["config", "config/keywright"] {
        std::fs::create_dir(screen.path(folder)).expect("a folder");
    }
    let settings = "[window]\nappearance = \"dark\"\n";
    screen.put("config/keywright/settings.toml", settings, 0o600);
    let own = "# mine\nHost web\n    Port 2222\n";
    screen.put("home/.ssh/config", own, 0o600);
    let ssh = screen.home(".ssh");
    let mut window = Window::open(&screen);
    window.press("ctrl+1");
    window.lists(&["backup,", "id_ed25519,", "web,", "work,"]);
    screen.resize(SMALL);
    window.says("One note about your files");
    screen.picture("1-small");
    window.choose("work,");
    window.click("push button", "More for this key");
    window.click("push button", "Make default…");
    window.says("+     IdentityFile ~/.ssh/work");
    screen.picture("2-default-small");
    screen.resize(USUAL);
    window.node("push button", "Change it");
    screen.picture("3-default");
    assert_eq!(
        std::fs::read_to_string(ssh.join("config")).as_deref().ok(),
        Some(own)
    );
    window.click("push button", "Change it");
    window.lists(&["work, default key", "backup,", "id_ed25519,", "web,"]);
    window.choose("work,");
    window.click("push button", "Repair");
    window.says("~/.ssh/work is yours alone now.");
    assert_eq!(mode(&ssh.join("work")), 0o600);
    screen.picture("4-changed");
    assert_eq!(
        screen.identity_files()[..2],
        ["~/.ssh/work", "~/.ssh/id_ed25519"],
        "it is first, and what was tried before still is"
    );
    let config = std::fs::read_to_string(ssh.join("config")).expect("it is there");
    assert!(config.starts_with(own), "{config}");

    let files = ["id_ed25519", "id_ed25519.pub"].map(|name| ssh.join(name));
    let before = files.clone().map(|file| bytes(&file));
    window.choose("id_ed25519,");
    window.click("push button", "More for this key");
    window.click("push button", "Move to trash…");
    window.says("Nothing is deleted");
    screen.picture("5-trash");
    window.click("push button", "Move to trash");
    window.lists(&["work, default key", "backup,", "web,"]);
    assert!(files.iter().all(|file| !file.exists()));
    screen.picture("6-moved");
    window.click("push button", "Trash…");
    window.says("nothing is replaced by it");
    screen.picture("7-in-the-trash");
    window.press("Escape");
    window.click("push button", "Put it back");
    window.lists(&["work, default key", "backup,", "id_ed25519,", "web,"]);
    assert_eq!(files.map(|file| bytes(&file)), before);
    window.ask_to_close();
    assert!(window.ended().success());
}

#[test]
fn a_folder_of_keys_is_chosen_in_the_dialog_of_the_system() {
    let screen = Screen::with_keys("my-keys-place");
    let elsewhere = screen.home("elsewhere");
    std::fs::create_dir(&elsewhere).expect("a folder");
    screen.make_key("../elsewhere/old", "ed25519", "", "an old one");
    // With the programs of this system, and so with its file dialog.
    let mut window = Window::of(&screen, &mut screen.command(PROGRAM));
    window.press("ctrl+1");
    window.lists(&["backup,", "id_ed25519,", "web,", "work,"]);
    window.click("push button", "Add…");
    window.node("push button", "Choose folder…");
    screen.picture("1-add");
    screen.resize(SMALL);
    window.node("push button", "Choose file…");
    screen.picture("2-add-small");
    window.click("push button", "Choose folder…");
    screen.xdotool(&[
        "search",
        "--sync",
        "--onlyvisible",
        "--name",
        "^Folder with keys$",
        "windowfocus",
        "--sync",
    ]);
    window.type_text(elsewhere.to_str().expect("its name is text"));
    screen.picture("3-system");
    window.press("Return");
    window.says("~/elsewhere is among your keys now.");
    window.lists(&["backup,", "id_ed25519,", "old,", "web,", "work,"]);
    window.click("push button", "Add…");
    window.click("push button", "Forget ~/elsewhere");
    window.lists(&["backup,", "id_ed25519,", "web,", "work,"]);
    screen.picture("4-forgotten");
    window.press("Escape");
    window.ask_to_close();
    assert!(window.ended().success());
}
