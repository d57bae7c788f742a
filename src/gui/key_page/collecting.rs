//! Movements are being collected.

use egui::{Button, Id, Ui, vec2};

use crate::app::Command;
use crate::app::stage::Stirring;
use crate::gui::pad::{SENTENCE, Trail, pad_ui};
use crate::gui::pieces;
use crate::gui::theme::{self, at, size};

/// What the choices below the pad take where nothing wraps.
const FOOT_HEIGHT: f32 = size::CONTROL;

/// Where there is less, everything scrolls.
pub(super) const MIN_HEIGHT: f32 = at::VERY_LOW;

pub(super) fn collecting_ui(ui: &mut Ui, stirring: &Stirring, trail: &mut Trail, out: &mut Vec<Command>) {
    let title = pieces::heading_ui(ui, SENTENCE, theme::subheading());
    pieces::polite(ui, &title);
    pieces::hint_ui(
        ui,
        "A finger, a pen or some fifty key presses do as well; the system's own randomness is enough, too.",
    );
    // The pad comes before the buttons in the order of Tab, and takes the room that they leave.
    let foot = Id::unique("room for the choices");
    let foot_height = ui.data(|data| data.get_temp(foot)).unwrap_or(FOOT_HEIGHT);
    let height = ui.available_height() - foot_height - ui.spacing().item_spacing.y;
    let room = vec2(ui.available_width(), height.max(size::PAD));
    ui.allocate_ui(room, |ui| pad_ui(ui, trail, stirring.pool.progress(), out));
    let height = ui.scope(|ui| choices_ui(ui, out)).response.rect.height();
    if (height - foot_height).abs() > 0.5 {
        ui.data_mut(|data| data.insert_temp(foot, height));
        ui.ctx().request_repaint();
    }
}

fn choices_ui(ui: &mut Ui, out: &mut Vec<Command>) {
    ui.horizontal_wrapped(|ui| {
        if ui.add(Button::new("Use system randomness only")).clicked() {
            out.push(Command::UseSystemRandomnessOnly);
        }
        if ui.add(Button::new("Cancel")).clicked() {
            out.push(Command::Cancel);
        }
    });
}
