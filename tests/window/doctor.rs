//! The page “Doctor”.

use crate::scene::Scene;
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use keywright::app::Page;

const REFUSED: &str = "debug1: Authenticating to example.org:22 as 'jo'
debug1: Offering public key: /home/jo/.ssh/id_ed25519 ED25519 SHA256:abc
debug1: Authentications that can continue: publickey
jo@example.org: Permission denied (publickey).
";

fn on_page(width: f32, height: f32) -> Scene {
    let mut scene = Scene::of_size(width, height);
    scene.press(Modifiers::COMMAND, Key::Num5);
    assert_eq!(scene.page(), Page::Doctor);
    scene
}

fn wait(scene: &mut Scene) {
    scene.wait(|scene| scene.window.state().app().doctor.examining().is_none());
    scene.steps();
}

#[test]
fn what_is_typed_or_pasted_into_the_field_is_examined() {
    for (width, height) in [(900.0, 640.0), (640.0, 480.0)] {
        let mut scene = on_page(width, height);
        scene.window.event(Event::Text(REFUSED.to_owned()));
        scene.steps();
        scene.click("Examine");
        wait(&mut scene);
        assert!(scene.says("Offering public key"), "the line that shows it");
        let examination = scene
            .window
            .state()
            .app()
            .doctor
            .found
            .as_ref()
            .expect("it was examined");
        let verdict = &examination.examination.as_ref().expect("it could be").verdicts[0];
        assert!(scene.says(&verdict.message));
        assert!(scene.says(&verdict.fix.as_ref().expect("there is advice").what));
        let message = verdict.message.clone();
        scene.click("Close");
        assert!(!scene.says(&message));
    }
}

#[test]
fn what_is_on_the_clipboard_is_examined_by_one_press() {
    let mut scene = on_page(900.0, 640.0);
    *scene.desktop.0.clipboard.borrow_mut() = Some(REFUSED.as_bytes().to_vec());
    scene.click("Paste and examine");
    wait(&mut scene);
    assert!(scene.says("What was looked at"));
    assert_eq!(scene.window.state().app().doctor.log, REFUSED);
}

#[test]
fn nothing_can_be_examined_before_there_is_something() {
    let scene = on_page(900.0, 640.0);
    assert!(scene.button("Examine").accesskit_node().is_disabled());
    assert!(
        !scene
            .button("Examine this computer")
            .accesskit_node()
            .is_disabled()
    );
}

#[cfg(unix)]
#[test]
fn what_would_be_put_right_is_said_before_the_button_that_does_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut scene = on_page(900.0, 640.0);
    crate::key_files::put_key(scene.folder.path(), "key", "me", 1);
    let path = scene.folder.path().join(".ssh/key");
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(&path, open).expect("set");
    scene.desktop.will_pick(&path);
    scene.click("Examine a file…");
    scene.wait(|scene| scene.window.state().app().doctor.found.is_some());
    scene.steps();
    assert!(scene.says("The fix: make"));
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o644);
    scene.click("Fix it");
    wait(&mut scene);
    assert_eq!(mode(&path), 0o600);
    assert!(scene.says("Nothing is wrong with"));
}

#[test]
fn a_server_that_refuses_is_examined_from_either_page() {
    for (width, height) in [(900.0, 640.0), (640.0, 480.0)] {
        let listener = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("it has an address").port();
        drop(listener);
        let mut scene = on_page(width, height);
        scene.type_text("Server", &format!("jo@127.0.0.1:{port}"));
        scene.click("Can I log in?");
        scene.wait(|scene| scene.is_shown("Try again"));
        assert!(scene.says("Can I log in on jo@127.0.0.1"));
        assert!(scene.says("What was looked at"));
        scene.click("Close");
        assert!(scene.is_shown("Examine this computer"));
        scene.press(Modifiers::COMMAND, Key::Num2);
        assert_eq!(scene.page(), Page::Servers);
        scene.click("Can I log in?");
        scene.steps();
        assert_eq!(scene.page(), Page::Doctor);
        scene.wait(|scene| scene.is_shown("Try again"));
        scene.escape();
        assert!(scene.is_shown("Examine this computer"));
    }
}

#[test]
fn enter_in_the_field_for_the_server_begins_and_the_page_chosen_again_has_no_old_report() {
    let mut scene = on_page(640.0, 480.0);
    // What is pressed next is to be seen without scrolling.
    for name in ["Examine", "Server", "Can I log in?"] {
        let all = scene.window.query_all_by_label(name);
        let bottom = all.map(|node| node.rect().bottom()).fold(0.0, f32::max);
        assert!(bottom <= 480.0, "{name} ends at {bottom}");
    }
    scene.type_text("Server", "jo@127.0.0.1:1");
    scene.press(Modifiers::NONE, Key::Enter);
    scene.wait(|scene| scene.is_shown("Try again"));
    assert!(scene.says("Can I log in on jo@127.0.0.1:1?"));

    // The page stays as it is while one looks elsewhere.
    scene.press(Modifiers::COMMAND, Key::Num2);
    scene.press(Modifiers::COMMAND, Key::Num5);
    assert!(scene.is_shown("Try again"));
    scene.press(Modifiers::COMMAND, Key::Num5);
    assert!(!scene.is_shown("Try again"), "it was chosen anew");

    // Another server was typed meanwhile.
    scene.click("Can I log in?");
    scene.wait(|scene| scene.is_shown("Try again"));
    scene.press(Modifiers::COMMAND, Key::Num2);
    scene.press(Modifiers::COMMAND, Key::A);
    scene.window.event(Event::Text("jo@127.0.0.1:2".to_owned()));
    scene.steps();
    scene.press(Modifiers::COMMAND, Key::Num5);
    assert!(!scene.says("Can I log in on jo@127.0.0.1:1?"));

    // And so with what was found in a log.
    scene.press(Modifiers::COMMAND, Key::Num2);
    scene.press(Modifiers::COMMAND, Key::Num5);
    scene.window.event(Event::Text(REFUSED.to_owned()));
    scene.steps();
    scene.click("Examine");
    wait(&mut scene);
    assert!(scene.says("What was looked at"));
    scene.press(Modifiers::COMMAND, Key::Num5);
    assert!(!scene.says("What was looked at"));
}
