//! What is asked on the way to a server: is it the right one, and who are you?

use egui::{Key, Label, TextEdit, TextStyle, Ui};

use super::Scene;
use crate::app::Command;
use crate::app::command::ServerCommand as C;
use crate::app::errand::{ChangedHost, NewHost, Prompt, Question, SignIn};
use crate::engine::problem::CHANGED;
use crate::gui::art::art_ui;
use crate::gui::passphrase_field::passphrase_field_ui;
use crate::gui::pieces::{self, Tone, buttons_ui};
use crate::gui::theme::{self, size};
use crate::secret::TypedPassphrase;

pub(super) fn new_host_ui(ui: &mut Ui, host: &NewHost, server: &str, scene: &mut Scene<'_>) {
    pieces::card_ui(ui, |ui| {
        let title = pieces::heading_ui(ui, "Is this the right server?", theme::subheading());
        pieces::polite(ui, &title);
        let kind = host.kind;
        let server = server.rsplit_once('@').map_or(server, |(_, host)| host);
        ui.add(
            Label::new(format!(
                "This computer has not met {server} before. Compare the fingerprint of its {kind} key with the one that its owner or your provider gives you. If they differ, stop: somebody may be listening in between."
            ))
            .wrap(),
        );
        pieces::field_label_ui(ui, "Fingerprint of the server's key", None);
        let job = pieces::broken_anywhere(ui, &host.fingerprint, ui.available_width());
        ui.add(Label::new(job).wrap());
        art_ui(ui, &host.art, &host.art_text);
        let hint = if host.is_remembered {
            "Nothing secret has been sent so far. If you go on, the server's key is remembered in known_hosts, where ssh finds it too."
        } else {
            "Nothing secret has been sent so far. If you go on, the server's key is not remembered: ssh's configuration has no file for that."
        };
        pieces::hint_ui(ui, hint);
        match buttons_ui(ui, scene.is_new, &["Stop", "Trust and go on"]) {
            Some(0) => scene.out.push(Command::Server(C::Leave)),
            Some(_) => scene.out.push(Command::Server(C::Trust)),
            None => {}
        }
    });
}

/// The server has another key than before. The way on leads by its fingerprint, which somebody else has to tell.
pub(super) fn changed_host_ui(ui: &mut Ui, host: &mut ChangedHost, scene: &mut Scene<'_>) {
    const NAME: &str = "Fingerprint that whoever runs the server told you";
    pieces::note_ui(ui, Tone::Error, &host.problem.sentence(), CHANGED);
    pieces::card_ui(ui, |ui| {
        let label = pieces::field_label_ui(ui, NAME, None);
        let field = TextEdit::singleline(&mut host.typed)
            .id_salt("told fingerprint")
            .font(TextStyle::Monospace)
            .hint_text(pieces::placeholder(ui, "SHA256:…"))
            .desired_width(f32::INFINITY);
        let field = ui.add(field).labelled_by(label.id);
        pieces::reached_by(ui, &field, &label, None);
        if scene.is_new {
            field.request_focus();
        }
        let is_entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if let Some(problem) = &host.refused {
            pieces::note_ui(ui, Tone::Error, &problem.sentence(), &problem.hint);
        }
        pieces::hint_ui(
            ui,
            "If it is the one of the key that the server shows, “Replace” forgets the old key and notes the new one. Otherwise nothing is changed.",
        );
        match buttons_ui(ui, false, &["Replace", "Try again", "Back"]) {
            Some(0) => scene.out.push(Command::Server(C::ReplaceHostKey)),
            Some(1) => scene.out.push(Command::Server(C::TryAgain)),
            Some(_) => scene.out.push(Command::Server(C::Leave)),
            None if is_entered => scene.out.push(Command::Server(C::ReplaceHostKey)),
            None => {}
        }
    });
}

pub(super) fn sign_in_ui(ui: &mut Ui, sign_in: &mut SignIn, server: &str, scene: &mut Scene<'_>) {
    pieces::card_ui(ui, |ui| {
        let title = pieces::heading_ui(ui, title(&sign_in.question), theme::subheading());
        pieces::polite(ui, &title);
        ui.spacing_mut().text_edit_width = ui.available_width().min(size::SECRET_FIELD);
        let (is_entered, other) = match &mut sign_in.question {
            Question::Passphrase {
                file,
                is_again,
                typed,
            } => {
                if *is_again {
                    let hint = "Check capital letters and the keyboard's language.";
                    pieces::note_ui(ui, Tone::Error, "This passphrase does not open the key.", hint);
                }
                let name = format!("Passphrase of {file}");
                let is_entered = secret_ui(ui, "passphrase", &name, (typed, *is_again), scene);
                pieces::hint_ui(
                    ui,
                    "This key may let you in, and it is locked. The passphrase opens it on this computer and goes nowhere.",
                );
                (is_entered, Some("Go on without this key"))
            }
            Question::Password { is_again, typed } => {
                if *is_again {
                    let hint = "Check capital letters and the keyboard's language. After some attempts servers turn one away for a while.";
                    pieces::note_ui(ui, Tone::Error, "The server does not take this password.", hint);
                }
                let name = format!("Password for {server}");
                let is_entered = secret_ui(ui, "password", &name, (typed, *is_again), scene);
                pieces::hint_ui(
                    ui,
                    "No key of this computer lets you in there yet. The password goes to this server alone, encrypted, and is stored nowhere.",
                );
                (is_entered, Some("Sign in another way"))
            }
            Question::Answers {
                says,
                is_again,
                prompts,
            } => {
                if *is_again {
                    let hint = "Check capital letters and the keyboard's language.";
                    pieces::note_ui(ui, Tone::Error, "The server asks again.", hint);
                }
                pieces::hint_ui(
                    ui,
                    format!(
                        "What stands behind ({server}) are the server's words. No server needs the passphrase of a key."
                    ),
                );
                if !says.is_empty() {
                    ui.add(Label::new(says.as_str()).wrap());
                }
                let last = prompts.len().saturating_sub(1);
                let mut is_entered = false;
                for (index, prompt) in prompts.iter_mut().enumerate() {
                    is_entered |= prompt_ui(ui, index, (prompt, *is_again), scene) && index == last;
                }
                pieces::hint_ui(
                    ui,
                    "The answers go to this server alone, encrypted, and are stored nowhere.",
                );
                (is_entered, None)
            }
        };
        let mut buttons = vec!["Sign in", "Cancel"];
        buttons.extend(other);
        match buttons_ui(ui, false, &buttons) {
            Some(0) => scene.out.push(Command::Server(C::SignIn)),
            Some(1) => scene.out.push(Command::Server(C::Leave)),
            Some(_) => scene.out.push(Command::Server(C::SignInOtherwise)),
            None if is_entered => scene.out.push(Command::Server(C::SignIn)),
            None => {}
        }
    });
}

fn title(question: &Question) -> &'static str {
    match question {
        Question::Passphrase { .. } => "Open your key to sign in",
        Question::Password { .. } => "Sign in with your password",
        Question::Answers { .. } => "The server asks",
    }
}

/// Says whether Enter was pressed in the field.
fn secret_ui(
    ui: &mut Ui,
    id_salt: &str,
    name: &str,
    (typed, has_failed): (&mut TypedPassphrase, bool),
    scene: &mut Scene<'_>,
) -> bool {
    let label = pieces::field_label_ui(ui, name, None);
    let field = passphrase_field_ui(ui, id_salt, name, typed, scene.is_revealed, "");
    pieces::reached_by(ui, &field, &label, None);
    if scene.is_new {
        field.request_focus();
    }
    pieces::goes_back_to(ui, &field, has_failed);
    field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
}

fn prompt_ui(
    ui: &mut Ui,
    index: usize,
    (prompt, is_again): (&mut Prompt, bool),
    scene: &mut Scene<'_>,
) -> bool {
    let mut scene = Scene {
        is_new: scene.is_new && index == 0,
        is_revealed: &mut *scene.is_revealed,
        out: &mut *scene.out,
    };
    let mut is_visible = true;
    if prompt.is_visible {
        scene.is_revealed = &mut is_visible;
    }
    let salt = format!("answer {index}");
    let typed = (&mut prompt.typed, is_again && index == 0);
    secret_ui(ui, &salt, &prompt.text, typed, &mut scene)
}
