//! The public key, to be pasted where it belongs, and saved.

use egui::{Button, Id, Key, Popup, Response, TextEdit, TextStyle, Ui, Vec2};

use crate::app::Command;
use crate::app::command::ListCommand;
use crate::app::stage::Document;
use crate::engine::saving::PublicForm;
use crate::gui::theme::{Palette, at, size, space};
use crate::gui::{pieces, signs};
use crate::key::Algorithm;

/// So many lines of a long key are seen at once.
const LINES: u8 = 5;

pub(super) fn public_ui(ui: &mut Ui, document: &Document, is_whole: &mut bool, out: &mut Vec<Command>) {
    let name = "Public key for pasting into OpenSSH authorized_keys file";
    let is_narrow = ui.available_width() < at::WIDE_CARD;
    let mut links_ui = |ui: &mut Ui, is_whole: &mut bool| {
        if ui.add(pieces::tertiary("Where to paste it…")).clicked() {
            out.push(Command::Lists(ListCommand::ShowProviders));
        }
        let text = if *is_whole { "Show one line" } else { "Show all" };
        if ui.add(pieces::tertiary(text)).clicked() {
            *is_whole = !*is_whole;
        }
    };
    let label = ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = size::LOW_ROW;
        ui.spacing_mut().item_spacing.x = space::LINE;
        if is_narrow {
            let label = pieces::field_label_ui(ui, name, Some('P'));
            ui.horizontal_wrapped(|ui| links_ui(ui, is_whole));
            return label;
        }
        let row = ui.horizontal(|ui| {
            let label = pieces::row_label_ui(ui, name, Some('P'));
            pieces::at_right_ui(ui, |ui| links_ui(ui, is_whole));
            label
        });
        row.inner
    });
    let label = label.inner;
    let line = document.public_line();
    if is_narrow || *is_whole {
        line_ui(ui, &label, (name, &line), (*is_whole, f32::INFINITY));
        ui.horizontal_wrapped(|ui| buttons_ui(ui, document, out));
        return;
    }
    ui.horizontal(|ui| {
        let room = (ui.available_width() - size::PUBLIC_BUTTONS).max(size::LEAST_FIELD);
        line_ui(ui, &label, (name, &line), (false, room));
        buttons_ui(ui, document, out);
    });
}

fn buttons_ui(ui: &mut Ui, document: &Document, out: &mut Vec<Command>) {
    if ui.add(Button::new("Copy public key")).clicked() {
        out.push(Command::CopyPublicKey);
    }
    let has_both = document.key().is_some() && document.certificate().is_some();
    save_ui(ui, document.public().algorithm(), has_both, out);
}

/// The line as it is, of which no more than the beginning is seen, or all of it; both can be selected and copied.
fn line_ui(ui: &mut Ui, label: &Response, (name, line): (&str, &str), (is_whole, width): (bool, f32)) {
    let id = Id::unique("public key");
    let field = if is_whole {
        let height = pieces::code_height(ui, LINES);
        pieces::code_ui(ui, id, name, line, height)
    } else {
        let mut shown = line;
        let field = TextEdit::singleline(&mut shown)
            .id(id)
            .font(TextStyle::Monospace)
            .text_color(Palette::of(ui).text)
            .desired_width(width);
        let field = ui.add(field);
        ui.ctx()
            .accesskit_node_builder(field.id, |node| node.set_label(name));
        field
    };
    pieces::reached_by(ui, &field, label, Some(Key::P));
}

/// The button, and beside it the menu with the other forms.
fn save_ui(ui: &mut Ui, algorithm: Algorithm, has_both: bool, out: &mut Vec<Command>) {
    let text = pieces::mnemonic(ui, "Save public key", 'u');
    let save = ui.add(Button::new(text));
    if save.clicked() || pieces::alt_pressed(ui, Key::U) {
        out.push(Command::SavePublicBeside);
    }
    let more = Button::new("").min_size(Vec2::splat(size::CONTROL));
    let more = pieces::icon_button_ui(ui, more, "Formats of the public key", signs::draw_down);
    Popup::menu(&more).show(|ui| {
        ui.set_max_width(size::WIDE_MENU);
        for form in PublicForm::ALL {
            let obstacle = form.obstacle(algorithm);
            let text = super::save::with_obstacle(form.title(), obstacle);
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
