//! Save the private key, at a place and in a format that stand beside it.

use egui::{Button, ComboBox, Key, Label, RichText, TextEdit, Ui};

use crate::app::stage::Document;
use crate::app::{Command, SavingPlace};
use crate::engine::saving::{Choice, PpkVersion, Strength};
use crate::gui::pieces;
use crate::gui::theme::{Palette, at, size, space};
use crate::key::Algorithm;

/// What the field for the path is called.
const PLACE: &str = "Private key file";
/// Of a place where ssh does not look.
const NOT_TRIED: &str = "ssh does not try this file by itself: make it the default key on the page “Keys”, or name it: ssh -i FILE.";

pub(super) fn save_ui(ui: &mut Ui, document: &mut Document, strength: Strength, out: &mut Vec<Command>) {
    let algorithm = document.public().algorithm();
    let choice = document.draft.choice;
    let is_narrow = ui.available_width() < at::NARROW_CARD;
    if is_narrow {
        if let Some(place) = &mut document.place {
            place_ui(ui, place, choice, out);
        }
        ui.horizontal_wrapped(|ui| {
            button_ui(ui, out);
            format_ui(ui, &mut document.draft.choice, algorithm);
        });
    } else {
        ui.horizontal(|ui| {
            button_ui(ui, out);
            if let Some(place) = &mut document.place {
                ui.add(Label::new(RichText::new("to").color(Palette::of(ui).weak)).selectable(false));
                place_ui(ui, place, choice, out);
            }
        });
    }
    let has_certificate = document.certificate().is_some();
    let files = files(choice, algorithm, strength.ppk_version, has_certificate);
    let is_passed_over = |place: &SavingPlace| choice.has_openssh() && !place.is_tried(choice);
    let hint = if document.place.as_ref().is_some_and(is_passed_over) {
        format!("{files} {NOT_TRIED}")
    } else {
        files
    };
    if is_narrow {
        pieces::hint_ui(ui, hint);
        return;
    }
    ui.horizontal(|ui| {
        format_ui(ui, &mut document.draft.choice, algorithm);
        pieces::hint_ui(ui, hint);
    });
}

/// Where it is saved: proposed, and to be changed by typing or in a dialog.
fn place_ui(ui: &mut Ui, place: &mut SavingPlace, choice: Choice, out: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        let mut text = place.text(choice);
        let width = ui.available_width() - size::BUTTON - ui.spacing().item_spacing.x;
        let field = TextEdit::singleline(&mut text)
            .id_salt("private key file")
            .desired_width(width.max(size::LEAST_FIELD));
        let field = ui.add(field);
        ui.ctx()
            .accesskit_node_builder(field.id, |node| node.set_label(PLACE));
        if field.changed() {
            place.type_text(text, choice);
        }
        if field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
            out.push(Command::SavePrivate);
        }
        let change = ui.add(pieces::tertiary("Change…").min_size(egui::vec2(size::BUTTON, 0.0)));
        if pieces::named(ui, change, "Choose another private key file…").clicked() {
            out.push(Command::ChooseSavingPlace);
        }
    });
}

fn button_ui(ui: &mut Ui, out: &mut Vec<Command>) {
    let text = pieces::mnemonic(ui, "Save private key", 'S');
    let response = pieces::primary_ui(ui, Button::new(text));
    if response.clicked() || pieces::alt_pressed(ui, Key::S) {
        out.push(Command::SavePrivate);
    }
}

fn format_ui(ui: &mut Ui, choice: &mut Choice, algorithm: Algorithm) {
    ui.add(Label::new(RichText::new("as").color(Palette::of(ui).weak)).selectable(false));
    ui.name_inputs("Format of the private key", |ui| {
        ComboBox::from_id_salt("format")
            .width(size::FORMAT)
            .height(size::COMBO_LIST)
            .selected_text(choice.title())
            .show_ui(ui, |ui| {
                ui.spacing_mut().interact_size.y = size::ENTRY;
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
    ui.add_space(space::XS);
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
pub(super) fn with_obstacle(title: &str, obstacle: Option<&str>) -> String {
    match obstacle {
        Some(obstacle) => format!("{title} ({obstacle})"),
        None => title.to_owned(),
    }
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
        (Choice::OpenSsh, false) => "NAME and NAME.pub".to_owned(),
        (Choice::OpenSsh, true) => "NAME, NAME.pub and NAME-cert.pub".to_owned(),
        (Choice::Ppk, _) => ppk.to_owned(),
        (Choice::Ppk2, _) => "NAME.ppk".to_owned(),
        (Choice::Both, false) => format!("NAME, NAME.pub and {ppk}"),
        (Choice::Both, true) => {
            format!("NAME, NAME.pub, NAME-cert.pub and {ppk}")
        }
        (Choice::Pkcs8 | Choice::Pem | Choice::SshCom | Choice::Jwk | Choice::Dropbear, _) => {
            "NAME".to_owned()
        }
    };
    format!("{files}: {}.", choice.advice(algorithm))
}
