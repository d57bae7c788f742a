//! The public key, to be pasted where it belongs.

use eframe::egui::{Button, Id, Key, ScrollArea, TextStyle, Ui, vec2};

use crate::app::Command;
use crate::app::stage::Document;
use crate::gui::{pieces, shortcuts};

/// So many lines of a long key are seen at once.
const LINES: f32 = 4.0;

pub(super) fn public_ui(ui: &mut Ui, document: &Document, out: &mut Vec<Command>) {
    let name = "Public key for pasting into OpenSSH authorized_keys file";
    pieces::field_label_ui(ui, name, Some('P'));
    let line_height = ui.text_style_height(&TextStyle::Monospace);
    let button_width = 156.0;
    let is_narrow = ui.available_width() < 560.0;
    let box_width = if is_narrow {
        ui.available_width()
    } else {
        ui.available_width() - button_width - ui.spacing().item_spacing.x
    };
    let line = document.public_line();
    ui.horizontal_wrapped(|ui| {
        let height = ui
            .allocate_ui(vec2(box_width, 0.0), |ui| {
                let id = Id::unique("public key");
                let area = ScrollArea::vertical()
                    .id_salt("public key")
                    .max_height(LINES * line_height + 20.0)
                    .auto_shrink([false, true])
                    .show(ui, |ui| pieces::code_ui(ui, id, name, &line));
                if pieces::alt_pressed(ui, Key::P) {
                    area.inner.request_focus();
                }
                area.inner_rect.height()
            })
            .inner;
        let height = if is_narrow { 40.0 } else { height.clamp(40.0, 56.0) };
        let button = Button::new("Copy public key").min_size(vec2(button_width, height));
        let hover = ui.ctx().format_shortcut(&shortcuts::COPY);
        if ui.add(button).on_hover_text(hover).clicked() {
            out.push(Command::CopyPublicKey);
        }
    });
}
