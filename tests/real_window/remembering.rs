//! Settings that outlive the window, a program that carries its own, and one that talks to nobody.

use crate::screen::Screen;
use crate::window::{PROGRAM, Window};

impl Window<'_> {
    fn is_chosen(&self, name: &str) {
        self.wait(&format!("“{name}” is chosen"), |nodes| {
            (nodes.iter())
                .find(|node| node.role == "radio button" && node.name == name && node.is("checked"))
                .map(|_| ())
        });
    }
}

fn settings(screen: &Screen) -> String {
    std::fs::read_to_string(screen.path("config/keywright/settings.toml")).expect("they were written")
}

#[test]
fn what_was_chosen_is_there_when_the_window_opens_again() {
    let screen = Screen::new("remembering");
    let mut window = Window::open(&screen);
    window.press("ctrl+comma");
    window.says("Settings are kept in ");
    screen.picture("light");
    window.click("radio button", "Dark");
    window.is_chosen("Dark");
    window.click("radio button", "125 %");
    window.is_chosen("125 %");
    window.press("Escape");
    window.click("radio button", "RSA");
    window.fill("Number of bits in a generated key", "4096");
    window.ask_to_close();
    assert!(window.ended().success());
    let text = settings(&screen);
    for line in [
        "appearance = \"dark\"",
        "text_size = 125",
        "type = \"rsa\"",
        "rsa_bits = 4096",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(!text.contains("curve"), "{text}");

    let mut again = Window::open(&screen);
    again.is_chosen("RSA");
    assert_eq!(again.field("Number of bits in a generated key").text, "4096");
    screen.picture("again");
    again.press("ctrl+comma");
    again.is_chosen("Dark");
    again.is_chosen("125 %");
    screen.picture("dark");
    again.press("Escape");
    again.ask_to_close();
    assert!(again.ended().success());
    assert_eq!(
        settings(&screen),
        text,
        "nothing was changed, so nothing was written"
    );
}

#[test]
fn a_damaged_file_is_told_and_kept_and_the_window_opens() {
    let screen = Screen::new("damaged");
    std::fs::create_dir_all(screen.path("config/keywright")).expect("a folder");
    screen.put("config/keywright/settings.toml", "[window\n", 0o600);
    let mut window = Window::open(&screen);
    window.says("The settings were damaged (line 1: ");
    window.node("push button", "Show in folder");
    screen.picture("told");
    window.ask_to_close();
    assert!(window.ended().success());
    let kept = std::fs::read_to_string(screen.path("config/keywright/settings.damaged.toml"));
    assert_eq!(kept.expect("it is kept"), "[window\n");
}

#[test]
fn a_portable_program_leaves_nothing_in_the_home_folder() {
    let screen = Screen::new("portable");
    let stick = screen.path("stick");
    std::fs::create_dir(&stick).expect("a folder");
    std::fs::copy(PROGRAM, stick.join("keywright")).expect("there is room");
    screen.put("stick/keywright.toml", "", 0o644);
    let open = || {
        let mut command = screen.command(stick.join("keywright"));
        command.env("PATH", screen.path("no-programs"));
        Window::of(&screen, &mut command)
    };
    let mut window = open();
    window.press("ctrl+comma");
    window.says("Settings are kept beside the program, in ");
    window.click("radio button", "Dark");
    window.is_chosen("Dark");
    screen.picture("settings");
    window.press("Escape");
    window.ask_to_close();
    assert!(window.ended().success());
    let text = std::fs::read_to_string(stick.join("keywright.toml")).expect("it is there");
    assert!(text.contains("appearance = \"dark\""), "{text}");

    let mut again = open();
    again.press("ctrl+comma");
    again.is_chosen("Dark");
    again.press("Escape");
    again.ask_to_close();
    assert!(again.ended().success());
    assert!(!screen.path("config").exists());
    assert!(!screen.home(".config/keywright").exists());
}

#[test]
fn a_stick_that_cannot_be_written_is_told_once() {
    // A mount namespace of its own, in which the folder is read-only even to root.
    const SCRIPT: &str = r#"
        mount --bind stick stick && mount -o remount,bind,ro stick || exit 3
        PATH="$PWD/no-programs" stick/keywright"#;
    let screen = Screen::new("read-only");
    let stick = screen.path("stick");
    std::fs::create_dir(&stick).expect("a folder");
    std::fs::copy(PROGRAM, stick.join("keywright")).expect("there is room");
    screen.put(
        "stick/keywright.toml",
        "[window]\nappearance = \"light\"\n",
        0o644,
    );
    let rights: &[&str] = if crate::tools::is_root() {
        &[]
    } else {
        &["--user", "--map-root-user"]
    };
    let mut command = screen.command("unshare");
    command.arg("--mount").args(rights).args(["sh", "-c", SCRIPT]);
    let mut window = Window::of(&screen, &mut command);
    window.press("ctrl+comma");
    window.is_chosen("Light");
    window.click("radio button", "Dark");
    window.is_chosen("Dark");
    window.says("Settings are not kept: The disk of ");
    screen.picture("told");
    window.press("Escape");
    window.generate_at_once();
    window.ask_to_close();
    window.click("push button", "Quit without saving");
    assert!(window.ended().success());
    assert!(!screen.path("config").exists());
}

#[test]
fn the_window_opens_no_connection() {
    let screen = Screen::new("quiet");
    let calls = screen.path("calls");
    let mut command = screen.command("strace");
    command
        .args(["-f", "-qq", "-e", "trace=%network", "-o"])
        .arg(&calls)
        .arg("env")
        .arg(format!("PATH={}", screen.path("no-programs").display()))
        .arg(PROGRAM);
    let mut window = Window::of(&screen, &mut command);
    window.generate_at_once();
    window.save_as(crate::PASSPHRASE, "~/id");
    window.says_just("saved");
    window.ask_to_close();
    assert!(window.ended().success());
    let calls = std::fs::read_to_string(calls).expect("strace writes it");
    let of = |name: &'static str| calls.lines().filter(move |line| line.contains(name));
    assert!(
        of("socket(AF_UNIX").count() > 0,
        "it talks to the screen: {calls}"
    );
    let elsewhere: Vec<_> = of("socket(")
        .filter(|line| !line.contains("socket(AF_UNIX"))
        .collect();
    assert!(elsewhere.is_empty(), "{elsewhere:#?}");
    assert_eq!(of("AF_INET").next(), None);
}
