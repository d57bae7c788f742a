//! Files that are dragged over the window and dropped.

use std::path::PathBuf;

use egui::{Align2, Id, LayerId, Order, Stroke, StrokeKind, TextStyle, Ui};

use super::theme::{Palette, line, radius, space};
use crate::app::dialog::Dialog;
use crate::app::stage::Stage;
use crate::app::{App, Command};

/// Whether the window hears of files that are dropped on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Drops {
    /// It does.
    #[default]
    Heard,
    /// The system passes none on.
    Unheard,
}

pub(super) fn drop_ui(ui: &Ui, app: &App, out: &mut Vec<Command>) {
    let takes_files = matches!(app.stage, Stage::Empty | Stage::Ready(_))
        && matches!(app.dialog, None | Some(Dialog::Problem { .. }));
    if !takes_files {
        return;
    }
    match ui.input(|input| input.raw.hovered_files.len()) {
        0 => {}
        1 => overlay_ui(
            ui,
            "Drop a key file to open it, or a folder to add it to your keys",
        ),
        _ => overlay_ui(ui, "Drop them to add them to your keys"),
    }
    let dropped: Vec<PathBuf> = ui.input(|input| {
        let files = input.raw.dropped_files.iter();
        files.map(|file| file.path().to_owned()).collect()
    });
    if !dropped.is_empty() {
        out.push(Command::Dropped(dropped));
    }
}

/// How much of the page the overlay covers.
const COVER: f32 = 0.92;

fn overlay_ui(ui: &Ui, text: &str) {
    let palette = Palette::of(ui);
    let painter = ui
        .ctx()
        .layer_painter(LayerId::new(Order::Foreground, Id::unique("drop here")));
    let room = ui.ctx().content_rect();
    painter.rect_filled(room, 0.0, palette.page.gamma_multiply(COVER));
    let target = room.shrink(space::XXL);
    painter.rect(
        target,
        radius::CARD,
        palette.soft,
        Stroke::new(line::FOCUS, palette.accent),
        StrokeKind::Inside,
    );
    let font = TextStyle::Heading.resolve(ui.style());
    painter.text(target.center(), Align2::CENTER_CENTER, text, font, palette.text);
}
