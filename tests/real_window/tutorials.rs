//! What tutorials tell people to do, step by step, from a home folder that has no `.ssh`: with as few clicks as PuTTYgen
//! wants, and at the end ssh itself logs in as they write it.

use std::cell::Cell;
use std::process::Command;

use crate::PASSPHRASE;
use crate::screen::Screen;
use crate::sshd::{PASSWORD, Sshd, USER, as_root};
use crate::tools::Folder;
use crate::window::Window;

/// Somebody who does what is written and counts it: clicks, and presses of keys that are no text.
struct Reader<'a> {
    window: Window<'a>,
    clicks: Cell<usize>,
    presses: Cell<usize>,
}

impl<'a> Reader<'a> {
    fn sits_down(screen: &'a Screen) -> Self {
        Self {
            window: Window::open(screen),
            clicks: Cell::default(),
            presses: Cell::default(),
        }
    }

    fn clicks(&self, role: &str, name: &str) {
        self.window.click(role, name);
        self.clicks.set(self.clicks.get() + 1);
    }

    fn presses(&self, keys: &str) {
        self.window.press(keys);
        self.presses.set(self.presses.get() + 1);
    }

    /// Waits until this has the focus by itself.
    fn is_at(&self, name: &str) {
        self.window.wait(&format!("{name} has the focus"), |nodes| {
            let mut all = nodes.iter();
            all.find(|node| node.name == name && node.is("focused"))
                .map(|_| ())
        });
    }

    fn goes_to(&self, name: &str) {
        self.goes("Tab", name);
    }

    /// Goes there by this key, and no farther than a person would.
    fn goes(&self, by: &str, name: &str) {
        for _ in 0..8 {
            let before = self.window.wait("something has the focus", |nodes| {
                nodes.iter().find(|node| node.is("focused")).cloned()
            });
            if before.name == name {
                return;
            }
            self.presses(by);
            self.window.wait("the focus goes on", |nodes| {
                let now = nodes.iter().find(|node| node.is("focused"))?;
                (now.name != before.name || now.place != before.place).then_some(())
            });
        }
        self.is_at(name);
    }

    /// Types where the focus is, which has to be this field.
    fn types_into(&self, field: &str, text: &str) {
        self.is_at(field);
        self.window.type_text(text);
    }

    /// How many clicks and presses this step took, which begins the next one.
    fn counted(&self) -> (usize, usize) {
        (self.clicks.take(), self.presses.take())
    }
}

/// What ssh does for somebody with a copy of this home, who types the passphrase of the key where they are asked.
const AT_HOME: &str = r#"
set -e
sed "s|^\(root:[^:]*:[^:]*:[^:]*:[^:]*:\)[^:]*|\1$1/home|" /etc/passwd >"$1/passwd"
printf '#!/bin/sh\necho "%s"\n' "$2" >"$1/answer"
chmod 700 "$1/answer"
chown -R 0:0 "$1"
mount --bind "$1/passwd" /etc/passwd
place=$1
shift 2
cd "$place/home"
exec env -i PATH="$PATH" HOME="$place/home" LANG=C.UTF-8 \
    SSH_ASKPASS="$place/answer" SSH_ASKPASS_REQUIRE=force "$@"
"#;

/// What is typed into a terminal, word for word, and whether it ended well.
pub(crate) fn typed_at_home(screen: &Screen, words: &[&str]) -> (bool, String) {
    let folder = Folder::new();
    let copied = Command::new("cp")
        .arg("-a")
        .args([screen.home(""), folder.path("home")])
        .status();
    assert!(copied.expect("cp").success(), "the home was not copied");
    let mut command = as_root("unshare");
    let output = command
        .args(["--mount", "sh", "-c", AT_HOME, "sh"])
        .arg(folder.path(""))
        .arg(PASSPHRASE)
        .args(words)
        .output()
        .expect("unshare (util-linux)");
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

/// “ssh user@host”, with the port that the server of this test has.
fn ssh(server: &Sshd, screen: &Screen) -> (bool, String) {
    let port = server.port().to_string();
    let host = format!("{USER}@127.0.0.1");
    typed_at_home(screen, &["ssh", "-p", &port, &host, "echo it is $((6 * 7))"])
}

/// Installs the key that is shown from its own page, up to “Works”.
fn put_on_server(reader: &Reader<'_>, server: &Sshd, trusts: impl FnOnce(&str)) {
    let window = &reader.window;
    let address = format!("{USER}@127.0.0.1:{}", server.port());
    reader.types_into("Server", &address);
    reader.presses("Return");
    window.says("Is this the right server?");
    trusts("Trust and go on");
    let field = format!("Password for {address}");
    reader.is_at(&field);
    // It has letters that are not on this keyboard.
    window.screen.copy(PASSWORD);
    window.press("ctrl+v");
    reader.presses("Return");
    window.says_just("Works");
}

#[test]
fn the_tutorial_of_puttygen_is_followed_to_the_letter() {
    let screen = Screen::new("tutorial-puttygen");
    let server = Sshd::with("PasswordAuthentication yes");
    let reader = Reader::sits_down(&screen);
    let window = &reader.window;
    assert!(!screen.home(".ssh").exists());

    // “Under Type of key to generate choose RSA. Click Generate, and move the mouse over the blank area.”
    window.says("Type of key to generate");
    reader.clicks("radio button", "RSA");
    reader.clicks("push button", "Generate");
    window.says("Please generate some randomness by moving the mouse over the blank area.");
    window.move_until_collected();
    assert_eq!(reader.counted(), (2, 0), "PuTTYgen: 2 clicks");

    // “Type a passphrase into Key passphrase, and the same into Confirm passphrase.”
    reader.types_into("Key passphrase", PASSPHRASE);
    // The eye of the first field comes between.
    reader.goes_to("Confirm passphrase");
    reader.types_into("Confirm passphrase", PASSPHRASE);
    let (clicks, presses) = reader.counted();
    assert!(
        clicks == 0 && presses <= 4,
        "PuTTYgen: 2 clicks; {presses} presses"
    );

    // “Click Save private key, and choose a place.”
    reader.clicks("push button", "Save private key");
    window.says("Saved id_rsa and id_rsa.pub");
    assert_eq!(reader.counted(), (1, 0), "PuTTYgen: 2 clicks, and a name");
    screen.picture("1-saved");

    // “Click Save public key.”
    reader.clicks("push button", "Save public key");
    window.says("id_rsa.pub already holds this public key");
    assert_eq!(reader.counted(), (1, 0), "PuTTYgen: 2 clicks, and a name");
    screen.picture("2-public");

    // “Select the text under Public key for pasting into OpenSSH authorized_keys file, and copy it.”
    window.says("Public key for pasting into OpenSSH authorized_keys file");
    reader.clicks("push button", "Copy public key");
    crate::screen::until("the public key is on the clipboard", || {
        Some(screen.clipboard()).filter(|text| text.starts_with("ssh-rsa "))
    });
    assert_eq!(reader.counted(), (1, 0), "PuTTYgen: a click and two presses");

    // “Log in with your password, and append it to ~/.ssh/authorized_keys.”
    reader.clicks("entry", "Server");
    put_on_server(&reader, &server, |trust| reader.clicks("push button", trust));
    assert_eq!(reader.counted(), (2, 2), "PuTTYgen cannot");
    screen.picture("3-works");

    let (gets_in, said) = ssh(&server, &screen);
    assert!(gets_in && said.ends_with("it is 42\n"), "{said}");
}

#[test]
fn the_tutorial_of_ssh_keygen_is_followed_by_the_keyboard_alone() {
    let screen = Screen::new("tutorial-ssh-keygen");
    let server = Sshd::with("PasswordAuthentication yes");
    let reader = Reader::sits_down(&screen);
    let window = &reader.window;
    let press = |button: &str| {
        reader.goes_to(button);
        reader.presses("Return");
    };

    // “ssh-keygen -t ed25519”: that is chosen.
    reader.is_at("Generate");
    reader.presses("Return");
    reader.window.node("push button", "Use system randomness only");
    press("Use system randomness only");
    // “Enter passphrase”, “Enter same passphrase again”, “Enter file in which to save the key”: as it stands.
    reader.types_into("Key passphrase", PASSPHRASE);
    reader.goes_to("Confirm passphrase");
    reader.types_into("Confirm passphrase", PASSPHRASE);
    reader.presses("Return");
    window.says("Saved id_ed25519 and id_ed25519.pub");
    let (_, made) = reader.counted();

    // “ssh-copy-id user@host”, “ssh user@host”
    put_on_server(&reader, &server, press);
    let (_, put) = reader.counted();
    screen.picture("1-works");
    let (gets_in, said) = ssh(&server, &screen);
    assert!(gets_in && said.ends_with("it is 42\n"), "{said}");

    // “Delete the line from ~/.ssh/authorized_keys, and check that the key no longer works.”
    press("Show keys on this server");
    window.says("yours: its private half is on this computer");
    screen.picture("2-list");
    // It stands above what has the focus.
    reader.goes("shift+Tab", &removes(window));
    reader.presses("Return");
    window.says("Take away your last key?");
    press("Remove it all the same");
    window.says_just("Gone");
    let (clicks, removed) = reader.counted();
    screen.picture("3-gone");
    let (gets_in, said) = ssh(&server, &screen);
    assert!(!gets_in && said.contains("Permission denied"), "{said}");
    assert_eq!((clicks, made, put, removed), (0, 6, 4, 7), "clicks, presses");
}

/// What takes the one key off that is on the list.
fn removes(window: &Window<'_>) -> String {
    window.wait("a key can be taken off", |nodes| {
        let mut all = nodes.iter().map(|node| node.name.as_str());
        all.find(|name| name.starts_with("Remove ed25519-key-"))
            .map(str::to_owned)
    })
}
