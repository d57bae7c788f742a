//! Save the private key, in a format that is chosen beside it, and the public key.

use eframe::egui::{Button, ComboBox, Key, Label, Popup, RichText, Ui, vec2};

use crate::app::Command;
use crate::app::saving::Choice;
use crate::app::saving::PublicForm;
use crate::app::stage::Document;
use crate::gui::theme::Palette;
use crate::gui::{pieces, shortcuts, signs};

pub(super) fn save_ui(ui: &mut Ui, document: &mut Document, out: &mut Vec<Command>) {
    ui.horizontal_wrapped(|ui| {
        if document.key().is_some() {
            private_ui(ui, &mut document.draft.choice, out);
        } else {
            pieces::hint_ui(ui, "Only the public half is in this file.");
        }
        public_ui(ui, out);
    });
    if document.key().is_some() {
        pieces::hint_ui(ui, files(document.draft.choice));
    }
}

fn private_ui(ui: &mut Ui, choice: &mut Choice, out: &mut Vec<Command>) {
    let text = pieces::mnemonic(ui, "Save private key", 'S');
    let button = Button::new(text).min_size(vec2(168.0, 40.0));
    let hover = ui.ctx().format_shortcut(&shortcuts::SAVE);
    let response = pieces::primary_ui(ui, button).on_hover_text(hover);
    if response.clicked() || pieces::alt_pressed(ui, Key::S) {
        out.push(Command::SavePrivate);
    }
    ui.add(Label::new(RichText::new("as").color(Palette::of(ui).weak)).selectable(false));
    ui.spacing_mut().interact_size.y = 40.0;
    ui.name_inputs("Format of the private key", |ui| {
        ComboBox::from_id_salt("format")
            .width(196.0)
            .selected_text(choice.title())
            .show_ui(ui, |ui| {
                ui.spacing_mut().interact_size.y = 32.0;
                for each in Choice::ALL {
                    let is_other = each == Choice::Ppk2;
                    if is_other {
                        ui.separator();
                        pieces::field_label_ui(ui, "Other formats", None);
                    }
                    let title = RichText::new(each.title());
                    if pieces::radio_ui(ui, *choice == each, title)
                        .on_hover_text(each.advice())
                        .clicked()
                    {
                        *choice = each;
                        ui.close();
                    }
                }
            });
    });
}

/// The button, and beside it the menu with the other format.
fn public_ui(ui: &mut Ui, out: &mut Vec<Command>) {
    ui.spacing_mut().item_spacing.x = 4.0;
    let text = pieces::mnemonic(ui, "Save public key", 'u');
    let save = ui.add(Button::new(text).min_size(vec2(140.0, 40.0)));
    if save.clicked() || pieces::alt_pressed(ui, Key::U) {
        out.push(Command::SavePublic(PublicForm::Line));
    }
    let more = Button::new("").min_size(vec2(32.0, 40.0));
    let more = pieces::icon_button_ui(ui, more, "Formats of the public key", signs::draw_down);
    Popup::menu(&more).show(|ui| {
        ui.set_max_width(330.0);
        for (title, format) in [
            ("One line, for authorized_keys and web forms", PublicForm::Line),
            ("SSH2 file (RFC 4716), as PuTTYgen saves it", PublicForm::Rfc4716),
        ] {
            if ui.button(title).clicked() {
                out.push(Command::SavePublic(format));
                ui.close();
            }
        }
    });
}

/// What will be written, and what it is good for.
fn files(choice: Choice) -> String {
    let files = match choice {
        Choice::OpenSsh => "Two files, the private key and NAME.pub",
        Choice::Ppk | Choice::Ppk2 => "One file, NAME.ppk",
        Choice::Both => "Three files, the private key, NAME.pub and NAME.ppk",
    };
    format!("{files}: {}.", choice.advice())
}
