//! Files that are dragged over the window and dropped.

use egui::{Align2, Id, LayerId, Order, Stroke, StrokeKind, TextStyle, Ui};

use super::theme::{self, Palette};
use crate::app::dialog::Dialog;
use crate::app::stage::Stage;
use crate::app::{App, Command};

pub(super) fn drop_ui(ui: &Ui, app: &App, out: &mut Vec<Command>) {
    let takes_files = matches!(app.stage, Stage::Empty | Stage::Ready(_))
        && matches!(app.dialog, None | Some(Dialog::Problem { .. }));
    if !takes_files {
        return;
    }
    if ui.input(|input| !input.raw.hovered_files.is_empty()) {
        overlay_ui(ui);
    }
    let dropped = ui.input(|input| input.raw.dropped_files.first().map(|file| file.path().to_owned()));
    out.extend(dropped.map(Command::OpenPath));
}

fn overlay_ui(ui: &Ui) {
    let palette = Palette::of(ui);
    let painter = ui
        .ctx()
        .layer_painter(LayerId::new(Order::Foreground, Id::unique("drop here")));
    let room = ui.ctx().content_rect();
    painter.rect_filled(room, 0.0, palette.page.gamma_multiply(0.92));
    let target = room.shrink(24.0);
    painter.rect(
        target,
        theme::ROUNDER,
        palette.soft,
        Stroke::new(2.0, palette.accent),
        StrokeKind::Inside,
    );
    let font = TextStyle::Heading.resolve(ui.style());
    painter.text(
        target.center(),
        Align2::CENTER_CENTER,
        "Drop the key file to open it",
        font,
        palette.text,
    );
}
