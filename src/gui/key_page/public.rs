//! The public key, to be pasted where it belongs.

use egui::{Button, Id, Key, Response, RichText, TextStyle, Ui, Vec2, vec2};

use crate::app::Command;
use crate::app::command::ListCommand;
use crate::app::stage::Document;
use crate::gui::pieces;

/// So many lines of a long key are seen at once.
const LINES: f32 = 4.0;

pub(super) fn public_ui(ui: &mut Ui, document: &Document, out: &mut Vec<Command>) {
    let name = "Public key for pasting into OpenSSH authorized_keys file";
    let height = ui.text_style_height(&TextStyle::Small);
    let label = pieces::low_row_ui(ui, height, |ui| {
        let label = pieces::field_label_ui(ui, name, Some('P'));
        if ui.link(RichText::new("Where to paste it…").small()).clicked() {
            out.push(Command::Lists(ListCommand::ShowProviders));
        }
        label
    });
    let line = document.public_line();
    let button_width = 156.0;
    if ui.available_width() < 560.0 {
        box_ui(ui, &label, name, &line);
        copy_ui(ui, vec2(button_width, 40.0), out);
        return;
    }
    let width = ui.available_width() - button_width - ui.spacing().item_spacing.x;
    ui.horizontal_top(|ui| {
        let boxed = ui.allocate_ui(vec2(width, 0.0), |ui| box_ui(ui, &label, name, &line));
        let height = boxed.response.rect.height().clamp(40.0, 56.0);
        copy_ui(ui, vec2(button_width, height), out);
    });
}

/// The line, wrapped and selectable.
fn box_ui(ui: &mut Ui, label: &Response, name: &str, line: &str) {
    let max_height = LINES * ui.text_style_height(&TextStyle::Monospace) + 14.0;
    let field = pieces::code_ui(ui, Id::unique("public key"), name, line, max_height);
    pieces::reached_by(ui, &field, label, Some(Key::P));
}

fn copy_ui(ui: &mut Ui, size: Vec2, out: &mut Vec<Command>) {
    if ui.add_sized(size, Button::new("Copy public key")).clicked() {
        out.push(Command::CopyPublicKey);
    }
}
