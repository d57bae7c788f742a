//! The page Doctor, and a server that refuses: asked, looked at from inside, put right, and asked again.

use crate::screen::Screen;
use crate::sshd::{PASSWORD, Sshd, USER, set_mode};
use crate::window::Window;

fn mode(path: &std::path::Path) -> u32 {
    let metadata = std::fs::metadata(path).expect("it is there");
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777
}

#[test]
fn a_server_that_refuses_a_key_is_looked_at_from_inside_and_put_right() {
    let server = Sshd::with("PasswordAuthentication yes");
    let known = format!(
        "[127.0.0.1]:{} {}",
        server.port(),
        server.folder().get_text("host_ed25519.pub")
    );
    let screen = Screen::settled("refused", "[window]\nappearance = \"light\"\n", &known);
    let line = std::fs::read_to_string(screen.home(".ssh/id_ecdsa.pub")).expect("it was made");
    server.authorize(&line);
    let folder = server.home().join(".ssh");
    set_mode(&folder, 0o777);
    let window = Window::open(&screen);
    window.press("ctrl+2");
    window.fill("Server", &format!("{USER}@127.0.0.1:{}", server.port()));
    window.click("push button", "Can I log in?");
    window.says("does not take the key for jo");
    window.says("offered from the address 127.0.0.1");
    screen.picture("1-refused");
    window.click("push button", "Look on the server…");
    let field = format!("Password for {USER}@127.0.0.1:{}", server.port());
    window.paste_secret(&field, PASSWORD);
    screen.picture("2-password");
    window.press("Return");
    window.says("can be written by everybody");
    screen.picture("3-seen");
    assert_eq!(mode(&folder), 0o777, "looking changes nothing");
    window.click("push button", "Fix it");
    window.says("nobody but its owner can change ~/.ssh any more");
    window.says("The login works.");
    screen.picture("4-works");
    assert_eq!(mode(&folder), 0o755);
    window.click("push button", "Close");
    window.node("push button", "Examine this computer");
}
