//! What is asked on the way to a server: is it the right one, and who are you?

use eframe::egui::{Align, Key, Label, Layout, TextEdit, Ui, vec2};

use super::{Scene, buttons_ui};
use crate::app::Command;
use crate::app::visit::{NewHost, Prompt, Question, SignIn};
use crate::gui::art::art_ui;
use crate::gui::passphrase_field::passphrase_field_ui;
use crate::gui::pieces::{self, Tone};
use crate::gui::theme;

/// How wide fields for passwords and answers are.
const FIELD: f32 = 360.0;

pub(super) fn new_host_ui(ui: &mut Ui, host: &NewHost, server: &str, scene: &mut Scene<'_>) {
    pieces::card_ui(ui, |ui| {
        let title = pieces::heading_ui(ui, "Is this the right server?", theme::subheading());
        pieces::polite(ui, &title);
        ui.add(
            Label::new(format!(
                "This computer has not met {server} before. It shows this {}. Compare it with what the server's \
                 owner or your provider gives you. If it differs, somebody may be listening in between.",
                host.kind
            ))
            .wrap(),
        );
        pieces::field_label_ui(ui, "Fingerprint of the server's key", None);
        let job = pieces::broken_anywhere(ui, &host.fingerprint, ui.available_width());
        ui.add(Label::new(job).wrap());
        art_ui(ui, &host.art, &host.art_text);
        pieces::hint_ui(
            ui,
            "Nothing secret has been sent so far. If you go on, the server's key is remembered in known_hosts, and ssh will know it too.",
        );
        match buttons_ui(ui, scene.is_new, &["Stop", "Trust and go on"]) {
            Some(0) => scene.out.push(Command::LeaveServer),
            Some(_) => scene.out.push(Command::TrustServer),
            None => {}
        }
    });
}

pub(super) fn sign_in_ui(ui: &mut Ui, sign_in: &mut SignIn, server: &str, scene: &mut Scene<'_>) {
    pieces::card_ui(ui, |ui| {
        let title = pieces::heading_ui(ui, "Sign in", theme::subheading());
        pieces::polite(ui, &title);
        for sentence in &sign_in.tried {
            pieces::hint_ui(ui, sentence);
        }
        let mut is_entered = false;
        ui.spacing_mut().button_padding = vec2(10.0, 8.5);
        ui.spacing_mut().text_edit_width = ui.available_width().min(FIELD);
        match &mut sign_in.question {
            Question::Password(typed) => {
                let name = format!("Password for {server}");
                pieces::field_label_ui(ui, &name, None);
                let reveal = &mut *scene.is_revealed;
                let field = passphrase_field_ui(ui, "password", &name, typed, reveal, "");
                is_entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
                if scene.is_new {
                    field.request_focus();
                }
                pieces::hint_ui(
                    ui,
                    "It goes to this server alone, over the encrypted connection, and is not kept.",
                );
            }
            Question::Answers { says, prompts } => {
                if !says.is_empty() {
                    pieces::hint_ui(ui, format!("The server says: {says}"));
                }
                let last = prompts.len().saturating_sub(1);
                for (index, prompt) in prompts.iter_mut().enumerate() {
                    let is_entered_here = prompt_ui(ui, index, prompt, scene);
                    is_entered |= is_entered_here && index == last;
                }
            }
        }
        match buttons_ui(ui, false, &["Sign in", "Cancel"]) {
            Some(0) => scene.out.push(Command::SignIn),
            Some(_) => scene.out.push(Command::LeaveServer),
            None if is_entered => scene.out.push(Command::SignIn),
            None => {}
        }
    });
}

/// Says whether Enter was pressed in the field.
fn prompt_ui(ui: &mut Ui, index: usize, prompt: &mut Prompt, scene: &mut Scene<'_>) -> bool {
    let label = pieces::field_label_ui(ui, &prompt.text, None);
    let salt = format!("answer {index}");
    let mut is_seen = prompt.is_shown;
    let reveal = if prompt.is_shown {
        &mut is_seen
    } else {
        &mut *scene.is_revealed
    };
    let field = passphrase_field_ui(ui, &salt, &prompt.text, &mut prompt.typed, reveal, "");
    field.clone().labelled_by(label.id);
    if scene.is_new && index == 0 {
        field.request_focus();
    }
    field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
}
