//! The page Doctor, and a server that refuses: asked, looked at from inside, put right, and asked again.

use crate::screen::{Running, Screen, until};
use crate::sshd::{PASSWORD, Sshd, USER, set_mode};
use crate::tutorials::typed_at_home;
use crate::window::{PROGRAM, Window};

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

/// What a build at GitHub prints whose secret has lost its line ends, as it is copied from its page.
const BUILD: &str = "2026-12-01T11:50:01.1234567Z ##[group]Run ssh-add - <<< \"${{ secrets.DEPLOY_KEY }}\"
2026-12-01T11:50:01.2345678Z \u{1b}[36;1mssh-add - <<< \"***\"\u{1b}[0m
2026-12-01T11:50:01.3456789Z shell: /usr/bin/bash -e {0}
2026-12-01T11:50:01.4567890Z ##[endgroup]
2026-12-01T11:50:01.5678901Z Error loading key \"(stdin)\": error in libcrypto
2026-12-01T11:50:01.6789012Z ##[error]Process completed with exit code 1.
";

#[test]
fn the_log_of_a_build_is_pasted_and_the_verdict_is_read() {
    let screen = Screen::settled("build", "[window]\nappearance = \"light\"\n", "");
    let window = Window::open(&screen);
    window.press("ctrl+5");
    window.node("push button", "Examine this computer");
    screen.copy(BUILD);
    window.click("push button", "Paste and examine");
    window.says("on its standard input cannot be read as a private key: error in libcrypto");
    window.says("has most likely lost its line breaks");
    window.says("line 5: ");
    screen.picture("1-verdict");
    assert!(window.nodes().iter().all(|node| node.name != "Fix it"));
    window.click("push button", "Close");
    window.wait("the verdict is gone", |nodes| {
        let is_verdict = |name: &str| name.contains("on its standard input");
        (!nodes.iter().any(|node| is_verdict(&node.name))).then_some(())
    });
}

#[test]
fn too_many_keys_of_an_agent_end_with_lines_by_which_the_real_ssh_gets_in() {
    let server = Sshd::with("MaxAuthTries 4\n");
    let port = server.port();
    let known = format!(
        "[127.0.0.1]:{port} {}",
        server.folder().get_text("host_ed25519.pub")
    );
    let screen = Screen::settled("too-many", "[window]\nappearance = \"light\"\n", &known);
    let line = std::fs::read_to_string(screen.home(".ssh/id_ecdsa.pub")).expect("it was made");
    server.authorize(&line);
    let config = format!("Host web\n HostName 127.0.0.1\n Port {port}\n User {USER}\n UpdateHostKeys no\n");
    screen.put("home/.ssh/config", &config, 0o600);
    let socket = screen.path("agent");
    let _agent = Running::start(screen.command("ssh-agent").arg("-D").arg("-a").arg(&socket));
    until("the agent listens", || socket.exists().then_some(()));
    for number in 0..6 {
        let name = format!("other{number}");
        screen.make_key(&name, "ed25519", "", "another");
        let mut add = screen.command("ssh-add");
        add.env("SSH_AUTH_SOCK", &socket)
            .arg(screen.home(&format!(".ssh/{name}")));
        assert!(add.output().expect("ssh-add").status.success());
        for file in [name.clone(), format!("{name}.pub")] {
            std::fs::remove_file(screen.home(&format!(".ssh/{file}"))).expect("it was made");
        }
    }
    let agent = format!("SSH_AUTH_SOCK={}", socket.display());
    let ssh = || {
        typed_at_home(
            &screen,
            &["env", &agent, "ssh", "-o", "BatchMode=yes", "web", "true"],
        )
    };
    let (is_in, said) = ssh();
    assert!(
        !is_in && said.contains("Too many authentication failures"),
        "{said}"
    );

    let mut command = screen.command(PROGRAM);
    command
        .env("PATH", screen.path("no-programs"))
        .env("SSH_AUTH_SOCK", &socket);
    let window = Window::of(&screen, &mut command);
    window.press("ctrl+5");
    window.fill("Server", "web");
    window.click("push button", "Can I log in?");
    window.says("and the server takes it");
    window.says("add lines about web to ssh's configuration");
    screen.picture("1-too-many");
    assert_eq!(
        std::fs::read_to_string(screen.home(".ssh/config")).expect("it is there"),
        config
    );
    window.click("push button", "Fix it");
    window.says("has lines about web now");
    window.says("The login works.");
    screen.picture("2-works");
    let after = std::fs::read_to_string(screen.home(".ssh/config")).expect("it is there");
    let lines = "Host web\n    IdentityFile ~/.ssh/id_ecdsa\n    IdentitiesOnly yes\n";
    assert!(after.starts_with(lines) && after.ends_with(&config), "{after}");
    let (is_in, said) = ssh();
    assert!(is_in, "{said}");
}
