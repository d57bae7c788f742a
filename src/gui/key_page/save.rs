//! Save the private key, in a format that is chosen beside it, and the public key.

use egui::{Button, ComboBox, Key, Label, Margin, Popup, RichText, TextEdit, Ui, vec2};

use crate::app::stage::Document;
use crate::app::{Command, SavingPlace};
use crate::engine::saving::{Choice, PpkVersion, PublicForm, Strength};
use crate::gui::theme::Palette;
use crate::gui::{pieces, signs};
use crate::key::Algorithm;

/// What the field for the path is called.
const PLACE: &str = "Private key file";
/// Of a place where ssh does not look.
const NOT_TRIED: &str = "ssh does not try this file by itself: make it the default key on the page “My keys”, or name it: ssh -i FILE.";
/// How wide the button is behind the path.
const CHANGE_WIDTH: f32 = 88.0;
/// A card narrower than this has the label above the field.
const NARROW: f32 = 480.0;

pub(super) fn save_ui(ui: &mut Ui, document: &mut Document, strength: Strength, out: &mut Vec<Command>) {
    let algorithm = document.public().algorithm();
    let choice = document.draft.choice;
    if document.key().is_some()
        && let Some(place) = &mut document.place
    {
        place_ui(ui, place, choice, out);
    }
    ui.horizontal_wrapped(|ui| {
        if document.key().is_some() {
            private_ui(ui, &mut document.draft.choice, algorithm, out);
        } else {
            pieces::hint_ui(ui, "Only the public half is in this file.");
        }
        let has_both = document.key().is_some() && document.certificate().is_some();
        public_ui(ui, algorithm, has_both, out);
    });
    if document.key().is_some() {
        let has_certificate = document.certificate().is_some();
        let choice = document.draft.choice;
        let files = files(choice, algorithm, strength.ppk_version, has_certificate);
        let is_passed_over = |place: &SavingPlace| choice.has_openssh() && !place.is_tried(choice);
        let hint = if document.place.as_ref().is_some_and(is_passed_over) {
            format!("{files} {NOT_TRIED}")
        } else {
            files
        };
        pieces::hint_ui(ui, hint);
    }
}

/// Where it is saved: proposed, and to be changed by typing or in a dialog.
fn place_ui(ui: &mut Ui, place: &mut SavingPlace, choice: Choice, out: &mut Vec<Command>) {
    let above = (ui.available_width() < NARROW).then(|| pieces::field_label_ui(ui, PLACE, None));
    ui.horizontal(|ui| {
        let label = above.unwrap_or_else(|| pieces::row_label_ui(ui, PLACE, None));
        let mut text = place.text(choice);
        let width = ui.available_width() - CHANGE_WIDTH - ui.spacing().item_spacing.x;
        let field = TextEdit::singleline(&mut text)
            .id_salt("private key file")
            .desired_width(width.max(80.0))
            .margin(Margin::symmetric(8, 6));
        let field = ui.add(field).labelled_by(label.id);
        pieces::reached_by(ui, &field, &label, None);
        if field.changed() {
            place.type_text(text, choice);
        }
        if field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
            out.push(Command::SavePrivate);
        }
        let change = ui.add(Button::new("Change…").min_size(vec2(CHANGE_WIDTH, 0.0)));
        if pieces::named(ui, change, "Choose another private key file…").clicked() {
            out.push(Command::ChooseSavingPlace);
        }
    });
}

fn private_ui(ui: &mut Ui, choice: &mut Choice, algorithm: Algorithm, out: &mut Vec<Command>) {
    let text = pieces::mnemonic(ui, "Save private key", 'S');
    let button = Button::new(text).min_size(vec2(168.0, 40.0));
    let response = pieces::primary_ui(ui, button);
    if response.clicked() || pieces::alt_pressed(ui, Key::S) {
        out.push(Command::SavePrivate);
    }
    ui.add(Label::new(RichText::new("as").color(Palette::of(ui).weak)).selectable(false));
    ui.spacing_mut().interact_size.y = 40.0;
    ui.name_inputs("Format of the private key", |ui| {
        ComboBox::from_id_salt("format")
            .width(196.0)
            .height(400.0)
            .selected_text(choice.title())
            .show_ui(ui, |ui| {
                ui.spacing_mut().interact_size.y = 30.0;
                for each in Choice::ALL {
                    choice_ui(ui, each, choice, algorithm);
                }
                ui.separator();
                pieces::field_label_ui(ui, "More formats", None);
                for each in Choice::MORE {
                    choice_ui(ui, each, choice, algorithm);
                }
            });
    });
}

fn choice_ui(ui: &mut Ui, each: Choice, choice: &mut Choice, algorithm: Algorithm) {
    let obstacle = each.obstacle(algorithm);
    let text = with_obstacle(each.title(), obstacle);
    ui.add_enabled_ui(obstacle.is_none(), |ui| {
        let radio = pieces::radio_ui(ui, *choice == each, text);
        if radio.on_hover_text(each.advice(algorithm)).clicked() {
            *choice = each;
            ui.close();
        }
    });
}

/// What cannot be chosen says why.
fn with_obstacle(title: &str, obstacle: Option<&str>) -> String {
    match obstacle {
        Some(obstacle) => format!("{title} ({obstacle})"),
        None => title.to_owned(),
    }
}

/// The button, and beside it the menu with the other forms.
fn public_ui(ui: &mut Ui, algorithm: Algorithm, has_both: bool, out: &mut Vec<Command>) {
    ui.spacing_mut().item_spacing.x = 4.0;
    let text = pieces::mnemonic(ui, "Save public key", 'u');
    let save = ui.add(Button::new(text).min_size(vec2(140.0, 40.0)));
    if save.clicked() || pieces::alt_pressed(ui, Key::U) {
        out.push(Command::SavePublicBeside);
    }
    let more = Button::new("").min_size(vec2(32.0, 40.0));
    let more = pieces::icon_button_ui(ui, more, "Formats of the public key", signs::draw_down);
    Popup::menu(&more).show(|ui| {
        ui.set_max_width(360.0);
        for form in PublicForm::ALL {
            let obstacle = form.obstacle(algorithm);
            let text = with_obstacle(form.title(), obstacle);
            if ui.add_enabled(obstacle.is_none(), Button::new(text)).clicked() {
                out.push(Command::SavePublic(form));
                ui.close();
            }
        }
        if has_both
            && ui
                .button("Certificate, as ssh looks for it (NAME-cert.pub)")
                .clicked()
        {
            out.push(Command::SaveCertificate);
            ui.close();
        }
    });
}

/// What will be written, and what it is good for.
fn files(choice: Choice, algorithm: Algorithm, version: PpkVersion, has_certificate: bool) -> String {
    let is_version_2 = version == PpkVersion::V2;
    let ppk = if is_version_2 {
        "NAME.ppk (version 2)"
    } else {
        "NAME.ppk"
    };
    let files = match (choice, has_certificate) {
        (Choice::OpenSsh, false) => "Two files, the private key and NAME.pub".to_owned(),
        (Choice::OpenSsh, true) => "Three files, the private key, NAME.pub and NAME-cert.pub".to_owned(),
        (Choice::Ppk, _) => format!("One file, {ppk}"),
        (Choice::Ppk2, _) => "One file, NAME.ppk".to_owned(),
        (Choice::Both, false) => format!("Three files, the private key, NAME.pub and {ppk}"),
        (Choice::Both, true) => {
            format!("Four files, the private key, NAME.pub, NAME-cert.pub and {ppk}")
        }
        (Choice::Pkcs8 | Choice::Pem | Choice::SshCom | Choice::Jwk, _) => "One file".to_owned(),
    };
    format!("{files}: {}.", choice.advice(algorithm))
}
