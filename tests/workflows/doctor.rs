//! The Doctor, without a window.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};

use keywright::app::command::{Command as Ask, ServerCommand};
use keywright::app::doctor::{DoctorCommand, Found, Subject};
use keywright::app::errand::Now;
use keywright::app::{App, Page};
use keywright::engine::doctor::Cause;

use crate::key_files::put_key;
use crate::scene::Scene;

const REFUSED: &str = "debug1: Connecting to example.org [192.0.2.1] port 22.
debug1: Authenticating to example.org:22 as 'jo'
debug1: Offering public key: /home/jo/.ssh/id_ed25519 ED25519 SHA256:abc
debug1: Authentications that can continue: publickey
jo@example.org: Permission denied (publickey).
";

impl Scene {
    fn ask_doctor(&mut self, command: DoctorCommand) {
        self.ask(Ask::Doctor(command));
        self.wait(|app| app.doctor.examining().is_none());
    }

    /// What the examination of a server comes to.
    #[track_caller]
    fn examined(&mut self) -> Vec<Cause> {
        let now = |app: &App| match app.servers.visit.as_deref().map(|visit| &visit.now) {
            Some(Now::Examined(examined)) => {
                let verdicts = &examined.examination().verdicts;
                Some(verdicts.iter().map(|verdict| verdict.cause).collect())
            }
            _ => None,
        };
        self.wait(|app| now(app).is_some());
        now(&self.app).expect("it is over")
    }

    #[track_caller]
    fn found(&self) -> &Found {
        self.app.doctor.found.as_ref().expect("something was examined")
    }

    #[track_caller]
    fn causes(&self) -> Vec<Cause> {
        let examination = self.found().examination.as_ref().expect("it could be examined");
        examination.verdicts.iter().map(|verdict| verdict.cause).collect()
    }
}

#[test]
fn what_was_printed_is_pasted_and_examined_at_once() {
    let mut scene = Scene::new();
    *scene.desktop.0.clipboard.borrow_mut() = Some(REFUSED.as_bytes().to_vec());
    scene.ask_doctor(DoctorCommand::Paste);
    assert_eq!(scene.app.doctor.log, REFUSED);
    assert_eq!(scene.found().subject, Subject::Log);
    assert_eq!(scene.causes(), [Cause::KeyNotAuthorized]);
    scene.ask_doctor(DoctorCommand::Close);
    assert!(scene.app.doctor.found.is_none());

    // A long one is examined as well, and not laid out in a field.
    let long = "debug1: nothing of note\n".repeat(5000) + REFUSED;
    *scene.desktop.0.clipboard.borrow_mut() = Some(long.into_bytes());
    scene.ask_doctor(DoctorCommand::Paste);
    assert_eq!(scene.causes(), [Cause::KeyNotAuthorized]);
    assert!(scene.app.doctor.log.is_empty() && scene.app.doctor.long_log.is_some());
}

#[test]
fn a_private_key_on_the_clipboard_does_not_come_into_the_field() {
    let mut scene = Scene::with_saved_key();
    let key = fs::read(scene.path("id")).expect("it was saved");
    *scene.desktop.0.clipboard.borrow_mut() = Some(key);
    scene.ask_doctor(DoctorCommand::Paste);
    assert_eq!(scene.problem(), "usage");
    assert!(scene.app.doctor.log.is_empty() && scene.app.doctor.long_log.is_none());
    scene.ask(Ask::CloseDialog);
    "somebody's token".clone_into(&mut scene.app.doctor.log);
    assert!(!format!("{:?}", scene.app).contains("token"));
}

#[test]
fn nothing_is_no_log() {
    let mut scene = Scene::new();
    " \n".clone_into(&mut scene.app.doctor.log);
    scene.ask_doctor(DoctorCommand::ExamineLog);
    let problem = scene
        .found()
        .examination
        .as_ref()
        .expect_err("there is nothing to say");
    assert!(problem.hint.contains("ssh -v"), "{}", problem.hint);
}

#[test]
fn a_file_is_examined_as_a_key_or_else_as_a_log() {
    let mut scene = Scene::with_saved_key();
    let public = scene.path("id.pub");
    scene.ask_doctor(DoctorCommand::ExamineFile(public));
    assert_eq!(scene.causes(), [Cause::KeyFilePublic]);
    scene.put("build.log", REFUSED.as_bytes());
    scene.ask_doctor(DoctorCommand::ExamineFile(scene.path("build.log")));
    assert_eq!(scene.causes(), [Cause::KeyNotAuthorized]);
    scene.put("notes", b"milk, eggs\n");
    scene.ask_doctor(DoctorCommand::ExamineFile(scene.path("notes")));
    assert_eq!(scene.causes(), [Cause::KeyFileFormat]);
    scene.desktop.will_pick(scene.path("id"));
    scene.ask(Ask::Doctor(DoctorCommand::Choose));
    scene.settle();
    scene.wait(|app| app.doctor.examining().is_none());
    assert_eq!(scene.causes(), [Cause::Works]);
}

#[cfg(unix)]
#[test]
fn what_can_be_put_right_is_put_right_when_that_is_asked_for_and_looked_at_again() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::TempDir::new().expect("a folder");
    let mut scene = Scene::at_home_in(home.path());
    put_key(home.path(), "id_ed25519", "me", 1);
    let file = home.path().join(".ssh/id_ed25519");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("set");
    let mode = || fs::metadata(&file).expect("it is there").permissions().mode() & 0o777;
    scene.ask_doctor(DoctorCommand::ExamineHere);
    assert!(
        scene.causes().contains(&Cause::KeyFilePermissions),
        "{:?}",
        scene.causes()
    );
    assert_eq!(mode(), 0o644, "looking changes nothing");
    assert!(scene.found().done.is_empty() && !scene.found().mends.is_empty());
    scene.ask_doctor(DoctorCommand::Repair);
    assert_eq!(mode(), 0o600);
    assert!(
        !scene.causes().contains(&Cause::KeyFilePermissions),
        "{:?}",
        scene.causes()
    );
    assert_eq!((scene.found().done.len(), scene.found().failed.len()), (1, 0));
}

#[test]
fn the_command_of_a_verdict_is_copied() {
    let mut scene = Scene::new();
    let log = "Bad owner or permissions on /home/jo/.ssh/config\n";
    log.clone_into(&mut scene.app.doctor.log);
    scene.ask_doctor(DoctorCommand::ExamineLog);
    assert_eq!(scene.causes(), [Cause::ConfigPermissions]);
    scene.ask_doctor(DoctorCommand::CopyCommand(0));
    scene.ask_doctor(DoctorCommand::CopyCommand(7));
    assert_eq!(scene.desktop.copied(), ["chmod 600 /home/jo/.ssh/config"]);
}

#[test]
fn a_server_that_cannot_be_reached_is_a_verdict_and_no_error() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("it has an address").port();
    drop(listener);
    let mut scene = Scene::new();
    scene.app.servers.address = format!("jo@127.0.0.1:{port}");
    scene.ask(Ask::Server(ServerCommand::Examine));
    assert_eq!(scene.app.page, Page::Doctor);
    assert_eq!(scene.examined(), [Cause::ConnectionRefused]);
    let visit = scene.app.servers.visit.as_deref().expect("it is shown");
    assert!(
        visit.notes.so_far().iter().any(|step| step.what == "login"),
        "the steps"
    );
    // It looks once more; and it is put away.
    scene.ask(Ask::Server(ServerCommand::TryAgain));
    assert_eq!(scene.examined(), [Cause::ConnectionRefused]);
    scene.ask(Ask::Server(ServerCommand::Leave));
    assert!(scene.app.servers.visit.is_none());
}

#[test]
fn an_examination_gives_way_to_what_else_is_wanted_of_a_server() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("it has an address").port();
    let mut scene = Scene::new();
    // It waits for a server that says nothing.
    scene.app.servers.address = format!("jo@127.0.0.1:{port}");
    scene.ask(Ask::Server(ServerCommand::Examine));
    scene.ask(Ask::Server(ServerCommand::Look));
    let visit = scene.app.servers.visit.as_deref().expect("it began");
    assert!(!visit.is_examination());
    assert_eq!(scene.app.page, Page::Servers);
    drop(listener);
}

#[test]
fn what_came_to_nothing_gives_way_to_an_examination_and_what_goes_on_is_named() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("it has an address").port();
    let mut scene = Scene::new();
    scene.app.servers.address = format!("jo@127.0.0.1:{port}");
    scene.ask(Ask::Server(ServerCommand::Look));
    // It waits for a server that says nothing.
    scene.ask(Ask::Server(ServerCommand::Examine));
    assert_eq!(scene.app.page, Page::Servers);
    assert_eq!(
        scene.app.status.text,
        format!("First finish what is open with jo@127.0.0.1:{port}.")
    );
    drop(listener);
    let is_stopped = |app: &App| {
        let visit = app.servers.visit.as_deref();
        matches!(visit.map(|visit| &visit.now), Some(Now::Stopped { .. }))
    };
    scene.wait(is_stopped);
    scene.ask(Ask::Server(ServerCommand::Examine));
    assert_eq!(scene.app.page, Page::Doctor);
    assert_eq!(scene.examined(), [Cause::ConnectionRefused]);
}
