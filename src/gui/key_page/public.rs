//! The public key, to be pasted where it belongs.

use eframe::egui::{Button, Id, Key, ScrollArea, TextStyle, Ui, Vec2, vec2};

use crate::app::Command;
use crate::app::stage::Document;
use crate::gui::{pieces, shortcuts};

/// So many lines of a long key are seen at once.
const LINES: f32 = 4.0;

pub(super) fn public_ui(ui: &mut Ui, document: &Document, out: &mut Vec<Command>) {
    let name = "Public key for pasting into OpenSSH authorized_keys file";
    pieces::field_label_ui(ui, name, Some('P'));
    let line = document.public_line();
    let button_width = 156.0;
    if ui.available_width() < 560.0 {
        box_ui(ui, name, &line);
        copy_ui(ui, vec2(button_width, 40.0), out);
        return;
    }
    let width = ui.available_width() - button_width - ui.spacing().item_spacing.x;
    ui.horizontal_top(|ui| {
        let height = ui
            .allocate_ui(vec2(width, 0.0), |ui| box_ui(ui, name, &line))
            .inner;
        copy_ui(ui, vec2(button_width, height.clamp(40.0, 56.0)), out);
    });
}

/// The line, wrapped and selectable; returns how high it has become.
fn box_ui(ui: &mut Ui, name: &str, line: &str) -> f32 {
    let line_height = ui.text_style_height(&TextStyle::Monospace);
    let area = ScrollArea::vertical()
        .id_salt("public key")
        .max_height(LINES * line_height + 18.0)
        .auto_shrink([false, true])
        .show(ui, |ui| pieces::code_ui(ui, Id::unique("public key"), name, line));
    if pieces::alt_pressed(ui, Key::P) {
        area.inner.request_focus();
    }
    area.content_size.y.min(area.inner_rect.height())
}

fn copy_ui(ui: &mut Ui, size: Vec2, out: &mut Vec<Command>) {
    let hover = ui.ctx().format_shortcut(&shortcuts::COPY);
    let button = Button::new("Copy public key");
    if ui.add_sized(size, button).on_hover_text(hover).clicked() {
        out.push(Command::CopyPublicKey);
    }
}
