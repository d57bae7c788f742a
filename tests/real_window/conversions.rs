//! A certificate and another format, reached from the menus, and judged by those that they are for.

use std::path::Path;

use crate::PASSPHRASE;
use crate::screen::Screen;
use crate::tools::{Folder, mode};
use crate::window::{PROGRAM, Window};

fn corpus(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("tests/corpus/real/openssh").join(name);
    std::fs::read_to_string(path).expect("it is in the tree")
}

#[test]
fn a_certificate_goes_with_the_key_into_both_formats() {
    let screen = Screen::new("certificate");
    std::fs::create_dir(screen.home(".ssh")).expect("a folder");
    screen.put("home/.ssh/id_ed25519", &corpus("ed25519"), 0o600);
    screen.put("home/from-ca.pub", &corpus("cert_options-cert.pub"), 0o644);
    let mut command = screen.command(PROGRAM);
    command
        .env("PATH", screen.path("no-programs"))
        .arg(screen.home(".ssh/id_ed25519"));
    let mut window = Window::of(&screen, &mut command);
    window.says_just("saved");
    window.press("alt+k");
    window.click("menu item", "Add certificate to key");
    window.fill("File", "~/from-ca.pub");
    window.press("Return");
    window.says("User certificate “opts”, valid forever");
    window.says("changed, not saved yet");
    screen.picture("added");
    window.click("push button", "Certificate info…");
    window.says("Fingerprint of signing CA key");
    screen.picture("info");
    window.press("Escape");

    window.click("combo box", "Format of the private key");
    window.click("radio button", "OpenSSH and PuTTY");
    window.save_as(PASSPHRASE, "~/.ssh/work");
    window.says_just("saved");
    let ssh = screen.home(".ssh");
    for (name, expected) in [
        ("work", 0o600),
        ("work.pub", 0o644),
        ("work-cert.pub", 0o644),
        ("work.ppk", 0o600),
    ] {
        assert_eq!(mode(&ssh.join(name)), expected, "{name}");
    }
    let folder = Folder::new();
    let of_openssh = folder
        .tool("ssh-keygen")
        .arg("-Lf")
        .arg(ssh.join("work-cert.pub"))
        .output()
        .expect("OpenSSH reads it");
    assert!(of_openssh.contains("Key ID: \"opts\""), "{of_openssh}");
    let of_putty = folder
        .tool("puttygen")
        .arg("--cert-info")
        .arg(ssh.join("work.ppk"))
        .output()
        .expect("PuTTY reads it");
    assert!(of_putty.contains("Certificate ID string: opts"), "{of_putty}");
    window.ask_to_close();
    assert!(window.ended().success());
}

#[test]
fn openssl_reads_what_the_conversions_menu_exports() {
    let screen = Screen::new("conversions");
    let mut window = Window::open(&screen);
    window.generate_at_once();
    window.fill("Key passphrase", PASSPHRASE);
    window.fill("Confirm passphrase", PASSPHRASE);
    window.press("alt+v");
    screen.picture("menu");
    window.click("menu item", "Export PKCS#8 key");
    window.says("no room for the comment");
    screen.picture("doubts");
    window.click("push button", "Save all the same");
    let path = screen.home("key.p8");
    window.fill("File", &path.display().to_string());
    window.press("Return");
    window.says("The comment is not in it.");
    window.says("not saved yet");
    assert_eq!(mode(&path), 0o600);
    let folder = Folder::new();
    let told = folder
        .tool("openssl")
        .args(["pkey", "-noout", "-text", "-passin"])
        .arg(format!("pass:{PASSPHRASE}"))
        .arg("-in")
        .arg(&path)
        .output()
        .expect("OpenSSL opens it");
    assert!(told.contains("ED25519 Private-Key"), "it is another kind of key");
    window.ask_to_close();
    window.click("push button", "Quit without saving");
    assert!(window.ended().success());
}
