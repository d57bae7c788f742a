//! A key is put on a real server, proved, and taken off again, by somebody who reads only the window.

use crate::PASSPHRASE;
use crate::everybody::Everybody;
use crate::screen::Screen;
use crate::sshd::{PASSWORD, Sshd, USER};
use crate::tools::Folder;
use crate::window::Window;

/// What ssh, with this key alone, answers on the server.
fn ssh(server: &Sshd, screen: &Screen) -> Result<String, String> {
    let folder = Folder::new();
    folder.put(
        "key",
        &std::fs::read(screen.home(".ssh/id_ed25519")).expect("it was saved"),
    );
    let opened = folder
        .tool("ssh-keygen")
        .args(["-p", "-P", PASSPHRASE, "-N", "", "-f", "key"])
        .output();
    opened.expect("a copy without a passphrase");
    folder
        .tool("ssh")
        .args(["-F", "none", "-i", "key", "-p", &server.port().to_string()])
        .args(["-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"])
        .args([
            "-o",
            "StrictHostKeyChecking=yes",
            "-o",
            "GlobalKnownHostsFile=none",
        ])
        .args(["-o", "PasswordAuthentication=no"])
        // The server that was trusted in the window is known to ssh.
        .args([
            "-o",
            &format!("UserKnownHostsFile={}", screen.home(".ssh/known_hosts").display()),
        ])
        .arg(format!("{USER}@127.0.0.1"))
        .arg("echo $((6 * 7))")
        .output()
}

fn list_of(server: &Sshd) -> String {
    std::fs::read_to_string(server.authorized_keys()).unwrap_or_default()
}

#[test]
fn a_key_is_made_installed_proved_and_taken_off_again() {
    let screen = Screen::new("server");
    let server = Sshd::with("PasswordAuthentication yes");
    let stranger = "# somebody else's\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8GD2UUNt2hzXZfjn9VQ8nR3ZQkTy1o8l0mO4RC4rJE a stranger\n";
    server.authorize(stranger);
    let mut window = Window::open(&screen);
    window.generate_at_once();
    window.fill("Key comment", "jo at home");
    window.save_as(PASSPHRASE, "~/.ssh/id_ed25519");
    window.says_just("saved");

    // Which server, and which key.
    window.click("page tab", "Servers");
    window.fill("Server", &format!("{USER}@127.0.0.1:{}", server.port()));
    screen.picture("1-choose");
    window.click("push button", "Install the key");

    // Is it the right one? Nothing secret was said so far.
    window.says("Is this the right server?");
    window.says(&fingerprint_of(&server));
    screen.picture("2-new-host");
    assert!(!server.log().contains("Failed password"), "{}", server.log());
    window.click("push button", "Trust and go on");

    let field = format!("Password for {USER}@127.0.0.1:{}", server.port());
    window.fill(&field, "wrong");
    window.press("Return");
    window.says("The server does not take this password.");
    screen.picture("3-password");
    window.paste_secret(&field, PASSWORD);
    window.press("Return");
    window.says_just("Works");
    screen.picture("4-works");
    assert!(list_of(&server).starts_with(stranger), "{}", list_of(&server));
    assert!(
        list_of(&server).ends_with(" jo at home\n"),
        "{}",
        list_of(&server)
    );
    assert_eq!(ssh(&server, &screen).as_deref(), Ok("42\n"));

    // By a short name, which another server may not have.
    screen.put("home/.ssh/config", "Host web-0\n  HostName example.org\n", 0o600);
    window.fill("Short name for this server", "web-0");
    window.press("Return");
    window.says("has another entry for web-0 already");
    // The name is to be typed once more: Enter does not leave the page.
    window.wait("the field with the focus", |_| {
        window
            .field("Short name for this server")
            .is("focused")
            .then_some(())
    });
    window.press("Return");
    window.fill("Short name for this server", "web-1");
    window.click("push button", "Save name");
    window.says("“web-1” stands in ~/.ssh/config");
    window.says("ssh web-1");
    screen.picture("5-named");
    let config = std::fs::read_to_string(screen.home(".ssh/config")).expect("it was written");
    assert!(
        config.starts_with("Host web-1\n    HostName 127.0.0.1\n"),
        "{config}"
    );
    assert!(
        config.ends_with("\nHost web-0\n  HostName example.org\n"),
        "{config}"
    );

    // Off again, back, and off.
    window.click("push button", "Show keys on this server");
    window.says("yours: its private half is on this computer");
    screen.picture("6-list");
    window.click("check box", "jo at home (ED25519)");
    window.click("push button", "Remove 1 key");
    window.says("Take away your last key?");
    screen.picture("7-last");
    window.click("push button", "Remove it all the same");
    window.says_just("Gone");
    screen.picture("8-gone");
    assert_eq!(list_of(&server), stranger);
    window.click("push button", "Undo");
    // It stands there again, and is tried as when it was put there.
    window.says_just("Works");
    window.says("Put 1 line back into ~/.ssh/authorized_keys, and read it back");
    window.says("What was taken off stands on the list again.");
    screen.picture("9-back");
    assert!(
        list_of(&server).ends_with(" jo at home\n"),
        "{}",
        list_of(&server)
    );
    assert_eq!(ssh(&server, &screen).as_deref(), Ok("42\n"));
    window.click("push button", "Show keys on this server");
    window.says("yours: its private half is on this computer");
    window.click("push button", "Remove jo at home (ED25519)");
    window.click("push button", "Remove it all the same");
    window.says_just("Gone");
    assert_eq!(list_of(&server), stranger);
    ssh(&server, &screen).expect_err("it lets nobody in");
    window.click("push button", "Done");
    window.field("Server");
    // Its short name and its account are one server, and what was seen last of it is told.
    let account = format!("{USER}@127.0.0.1:{}", server.port());
    let row = format!("web-1, {account} · a key was taken off just now");
    window.says(&row);
    screen.picture("10-servers");
    let rows = window.nodes();
    let begins = |name: &str| rows.iter().filter(|node| node.name.starts_with(name)).count();
    assert_eq!((begins("web-1, "), begins(&format!("{account}, "))), (1, 0));
    window.ask_to_close();
    assert!(window.ended().success());
}

fn fingerprint_of(server: &Sshd) -> String {
    let key = server.host_key("ed25519");
    keywright::key::fingerprint::Fingerprint::of(&key, keywright::key::fingerprint::FingerprintKind::Sha256)
        .to_string()
}

impl Screen {
    /// A person who has a key already, and a server that they know; both are as they ask for in the settings.
    pub(crate) fn settled(test: &'static str, settings: &str, known: &str) -> Self {
        let screen = Self::new(test);
        for folder in ["config", "config/keywright", "home/.ssh"] {
            std::fs::create_dir(screen.path(folder)).expect("a folder");
        }
        screen.put("config/keywright/settings.toml", settings, 0o600);
        screen.put("home/.ssh/known_hosts", known, 0o600);
        screen.make_key("id_ecdsa", "ecdsa", "", "old key");
        screen
    }
}

/// A line of known hosts by which the server is known.
fn known(server: &Sshd) -> String {
    format!(
        "[127.0.0.1]:{} {}",
        server.port(),
        server.folder().get_text("host_ed25519.pub")
    )
}

/// Lets the old key in by a list that is not the usual one.
fn let_in_elsewhere(server: &Sshd, screen: &Screen) {
    let old = std::fs::read(screen.home(".ssh/id_ecdsa.pub")).expect("it was made");
    let elsewhere = server.folder().path("home/elsewhere");
    server.folder().put("home/elsewhere", &old);
    crate::sshd::set_mode(&elsewhere, 0o600);
    crate::sshd::give(&elsewhere);
}

#[test]
fn a_key_that_the_server_passes_over_is_said_and_taken_off_again() {
    let server = Sshd::with("AuthorizedKeysFile HOME/elsewhere");
    let settings = "[window]\nappearance = \"dark\"\n";
    let screen = Screen::settled("passed-over", settings, &known(&server));
    let_in_elsewhere(&server, &screen);
    screen.put("home/.ssh/config", "Match exec true\n User nobody\n", 0o600);

    let window = Window::open(&screen);
    window.generate_at_once();
    window.save_as(PASSPHRASE, "~/.ssh/id_ed25519");
    window.says_just("saved");
    window.press("ctrl+2");
    screen.xdotool(&["getactivewindow", "windowsize", "--sync", "640", "480"]);
    window.fill("Server", &format!("{USER}@127.0.0.1:{}", server.port()));
    screen.picture("1-choose");
    // Nothing has to be asked: the server is known, and the old key lets in.
    window.press("Return");
    window.says("but the server does not let it in");
    window.says("conditions that only ssh can decide");
    window.node("push button", "Undo");
    screen.picture("2-passed-over");
    assert!(
        list_of(&server).starts_with("ssh-ed25519 "),
        "{}",
        list_of(&server)
    );
    window.press("Tab");
    window.press("space");
    window.says_just("Gone");
    screen.picture("3-gone");
    assert_eq!(list_of(&server), "");
}

#[test]
fn a_folder_that_others_could_change_is_put_right_and_the_key_works() {
    let server = Sshd::with("AuthorizedKeysFile .ssh/authorized_keys HOME/elsewhere");
    let screen = Screen::settled("put-right", "", &known(&server));
    let_in_elsewhere(&server, &screen);
    server.authorize("");
    let folder = server.folder().path("home/.ssh");
    crate::sshd::set_mode(&folder, 0o777);

    let window = Window::open(&screen);
    window.generate_at_once();
    window.save_as(PASSPHRASE, "~/.ssh/id_ed25519");
    window.says_just("saved");
    window.press("ctrl+2");
    window.fill("Server", &format!("{USER}@127.0.0.1:{}", server.port()));
    window.press("Return");
    window.says("can be written by everybody");
    window.node("push button", "Repair");
    screen.picture("1-passed-over");
    window.press("space");
    window.says_just("Works");
    screen.picture("2-works");
    let mode = std::fs::metadata(&folder).expect("it is there").permissions();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o755);
}

#[test]
fn a_key_goes_from_the_list_of_keys_to_a_server_under_conditions() {
    let server = Sshd::with("AuthorizedKeysFile .ssh/authorized_keys HOME/elsewhere");
    let screen = Screen::settled(
        "conditions",
        "[window]\nappearance = \"light\"\n",
        &known(&server),
    );
    let_in_elsewhere(&server, &screen);
    screen.make_key("backup", "ed25519", "", "for backups");
    let window = Window::open(&screen);
    window.press("ctrl+1");
    window.node("push button", "Put on a server…");
    screen.picture("1-my-keys");
    window.click("push button", "Put on a server…");
    window.fill("Server", &format!("{USER}@127.0.0.1:{}", server.port()));
    screen.picture("2-choose");
    window.click("push button", "Restrict what this key may do");
    window.fill("Only this command", "/usr/bin/backup");
    screen.picture("3-conditions");
    screen.xdotool(&["getactivewindow", "windowsize", "--sync", "640", "480"]);
    screen.picture("4-small");
    // It may have to be scrolled to; the keyboard reaches it everywhere.
    window.press("alt+i");
    window.says_just("Works");
    window.says("Its line restricts what it may do: command=\"/usr/bin/backup\"");
    screen.picture("5-works");
    let line = format!(
        "command=\"/usr/bin/backup\" {}",
        std::fs::read_to_string(screen.home(".ssh/backup.pub")).expect("it was made")
    );
    assert_eq!(list_of(&server), line);
    window.click("push button", "Undo");
    window.says_just("Gone");
    assert_eq!(list_of(&server), "");
}

#[test]
fn about_a_key_of_somebody_else_the_server_is_asked() {
    let server = Sshd::start();
    let screen = Screen::settled("asked", "[window]\nappearance = \"dark\"\n", &known(&server));
    screen.make_key("colleague", "ed25519", "", "a colleague");
    std::fs::remove_file(screen.home(".ssh/colleague")).expect("they have it, and nobody else");
    let line = |name: &str| std::fs::read_to_string(screen.home(name)).expect("it was made");
    let (mine, theirs) = (line(".ssh/id_ecdsa.pub"), line(".ssh/colleague.pub"));
    server.authorize(&mine);
    let window = Window::open(&screen);
    window.press("ctrl+1");
    window.click("push button", "Put on a server…");
    screen.xdotool(&["getactivewindow", "windowsize", "--sync", "640", "480"]);
    window.fill("Server", &format!("{USER}@127.0.0.1:{}", server.port()));
    screen.picture("1-choose");
    window.press("Return");
    window.says_just("Accepted");
    window.says("Whoever holds it was not tried");
    screen.picture("2-accepted");
    assert_eq!(list_of(&server), format!("{mine}{theirs}"));
    window.click("push button", "Undo");
    window.says_just("Gone");
    assert_eq!(list_of(&server), mine);
}

#[test]
fn undoing_asks_before_it_takes_the_last_way_in() {
    let server = Sshd::start();
    let screen = Screen::settled("undo", "[window]\nappearance = \"dark\"\n", &known(&server));
    screen.make_key("backup", "ed25519", "", "for backups");
    let line = |name: &str| std::fs::read_to_string(screen.home(name)).expect("it was made");
    let (old, new) = (line(".ssh/id_ecdsa.pub"), line(".ssh/backup.pub"));
    server.authorize(&old);
    let window = Window::open(&screen);
    window.press("ctrl+1");
    window.click("push button", "Put on a server…");
    window.fill("Server", &format!("{USER}@127.0.0.1:{}", server.port()));
    window.press("Return");
    window.says_just("Works");
    assert_eq!(list_of(&server), format!("{old}{new}"));
    // Meanwhile somebody takes the old key off.
    server.authorize(&new);
    window.click("push button", "Undo");
    window.says("Take away your last key?");
    screen.picture("1-last");
    window.click("push button", "Keep it");
    window.says_just("Nothing was changed on the server.");
    assert_eq!(list_of(&server), new);
}

#[test]
fn nothing_goes_on_with_a_server_that_has_changed() {
    let server = Sshd::with("PasswordAuthentication yes");
    let other = Sshd::start();
    let known = known(&server).replace(
        &server.folder().get_text("host_ed25519.pub"),
        &other.folder().get_text("host_ed25519.pub"),
    );
    let screen = Screen::settled("changed-server", "[window]\ntext_size = 200\n", &known);
    let window = Window::open(&screen);
    let_in_elsewhere(&server, &screen);
    window.press("ctrl+2");
    window.fill("Server", &format!("{USER}@127.0.0.1:{}", server.port()));
    screen.picture("1-choose");
    window.node("push button", "Show keys on this server");
    window.press("Return");
    window.says("Nothing secret was sent.");
    window.says(".ssh/known_hosts");
    screen.picture("2-changed");
    let offers = window.nodes();
    let goes_on = |name: &str| offers.iter().any(|node| node.name == name);
    assert!(goes_on("Try again") && !goes_on("Trust and go on"));
    assert!(!server.log().contains("Failed"), "{}", server.log());
    // Only a key with the fingerprint that somebody else has told takes the place of the old one.
    let told = "Fingerprint that whoever runs the server told you";
    let list = || std::fs::read_to_string(screen.home(".ssh/known_hosts")).expect("a list");
    window.fill(told, &fingerprint_of(&other));
    window.press("Return");
    window.says("The server shows a key with another fingerprint than this.");
    screen.picture("3-another");
    assert_eq!(list(), known);
    window.fill(told, &fingerprint_of(&server));
    window.click("push button", "Replace");
    window.says("is forgotten as it was known in");
    // It goes on with the server that it is now.
    window.says("Sign in with your password");
    screen.picture("4-replaced");
    let new = server.folder().get_text("host_ed25519.pub");
    let new = new.split(' ').nth(1).expect("a key");
    assert!(list().contains(new), "{}", list());
    assert_eq!(list().lines().count(), 1, "{}", list());
    // No means no: back to where the server is chosen.
    window.press("Escape");
    window.field("Server");
}

/// A `Host` of ssh's configuration.
fn host(name: &str, server: &Sshd, more: &str) -> String {
    let port = server.port();
    format!("Host {name}\n HostName 127.0.0.1\n Port {port}\n User {USER}\n{more}")
}

#[test]
fn a_third_server_is_reached_over_two_with_what_each_of_them_asks() {
    let first = Sshd::with("PasswordAuthentication yes");
    let [second, inner] = [
        Sshd::start(),
        Sshd::with("UsePAM yes\nKbdInteractiveAuthentication yes"),
    ];
    let screen = Screen::settled("jump", "[window]\nappearance = \"light\"\n", &known(&second));
    let old = std::fs::read(screen.home(".ssh/id_ecdsa.pub")).expect("it was made");
    second.authorize(&String::from_utf8(old).expect("text"));
    let config = host("first", &first, " IdentityFile none\n")
        + &host("second", &second, "")
        + &host("inner", &inner, " ProxyJump first,second\n");
    screen.put("home/.ssh/config", &config, 0o600);

    let window = Window::open(&screen);
    window.generate_at_once();
    window.save_as(PASSPHRASE, "~/.ssh/id_ed25519");
    window.says_just("saved");
    window.press("ctrl+2");
    window.fill("Server", "inner");
    window.press("Return");
    for server in [&first, &inner] {
        let host = format!("127.0.0.1:{}", server.port());
        let address = format!("{USER}@{host}");
        window.says(&format!("This computer has not met {host} before."));
        window.says(&fingerprint_of(server));
        screen.picture(if server.port() == first.port() {
            "1-first"
        } else {
            "3-inner"
        });
        window.click("push button", "Trust and go on");
        let field = if server.port() == first.port() {
            format!("Password for {address}")
        } else {
            format!("({address}) Password:")
        };
        window.paste_secret(&field, PASSWORD);
        if server.port() == first.port() {
            screen.picture("2-password");
        }
        window.press("Return");
    }
    window.says_just("Works");
    window.says(&format!(
        "Signed in on {USER}@127.0.0.1:{} with your key",
        second.port()
    ));
    screen.picture("4-works");
    assert!(list_of(&inner).lines().count() == 1, "{}", list_of(&inner));
    assert!(list_of(&first).is_empty());
    // Undone by the same way.
    window.click("push button", "Undo");
    window.says_just("Gone");
    assert!(list_of(&inner).is_empty(), "{}", list_of(&inner));
}

#[test]
fn what_a_server_asks_is_marked_as_the_servers() {
    let screen = Screen::new("server-asks");
    let server = Sshd::with("UsePAM yes\nKbdInteractiveAuthentication yes");
    let window = Window::open(&screen);
    window.generate_at_once();
    window.save_as(PASSPHRASE, "~/.ssh/id_ed25519");
    window.says_just("saved");
    window.click("page tab", "Servers");
    let address = format!("{USER}@127.0.0.1:{}", server.port());
    window.fill("Server", &address);
    window.click("push button", "Install the key");
    window.click("push button", "Trust and go on");
    window.says("The server asks");
    window.says(&format!("What stands behind ({address}) are the server's words."));
    let question = format!("({address}) Password:");
    window.fill(&question, "wrong");
    screen.picture("question");
    window.press("Return");
    window.says("The server asks again.");
    window.field(&question);
}

#[test]
fn a_key_does_not_work_where_everybody_is_let_in() {
    let screen = Screen::new("server-of-everybody");
    let server = Everybody::start("unasked");
    let window = Window::open(&screen);
    window.generate_at_once();
    window.fill("Key comment", "jo at home");
    window.save_as(PASSPHRASE, "~/.ssh/id_ed25519");
    window.says_just("saved");
    window.click("page tab", "Servers");
    window.fill("Server", &server.address());
    window.click("push button", "Install the key");
    window.click("push button", "Trust and go on");
    window.says_just("On the list");
    window.says("Whether the key works cannot be told");
    window.says("The server lets everybody in");
    screen.picture("on-the-list");
    let nodes = window.nodes();
    assert!(!nodes.iter().any(|node| node.name == "Works"), "{nodes:?}");

    window.click("push button", "Show keys on this server");
    window.says("The server lets everybody in");
    window.click("check box", "jo at home (ED25519)");
    window.click("push button", "Remove 1 key");
    window.says("but the server lets everybody in, with or without a key");
    let nodes = window.nodes();
    assert!(!nodes.iter().any(|node| node.name == "Gone"), "{nodes:?}");
    assert_eq!(server.list(), "");
}

#[test]
fn where_only_ssh_can_speak_with_a_server_its_command_is_there_to_copy() {
    let screen = Screen::new("by-ssh");
    let server = Sshd::with("KexAlgorithms sntrup761x25519-sha512@openssh.com");
    let window = Window::open(&screen);
    window.generate_at_once();
    window.save_as(PASSPHRASE, "~/.ssh/id_ed25519");
    window.says_just("saved");
    window.click("page tab", "Servers");
    window.fill("Server", &format!("{USER}@127.0.0.1:{}", server.port()));
    window.click("push button", "Install the key");
    window.says("This has ssh put the key there: keywright-cli public");
    screen.picture("1-told");
    window.click("push button", "Copy command");
    let copied = crate::screen::until("the command is on the clipboard", || {
        Some(screen.clipboard()).filter(|text| text.starts_with("keywright-cli public "))
    });
    let file = screen.home(".ssh/id_ed25519");
    let expected = format!(
        "keywright-cli public {} --install-line sh | ssh -p {} {USER}@127.0.0.1 sh",
        file.display(),
        server.port()
    );
    assert_eq!(copied, expected);
}
