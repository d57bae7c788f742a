//! Movements are being collected.

use eframe::egui::{Button, Layout, Ui, vec2};

use crate::app::Command;
use crate::app::stage::Stirring;
use crate::gui::pad::{SENTENCE, Trail, pad_ui};
use crate::gui::{pieces, theme};

pub(super) fn collecting_ui(ui: &mut Ui, stirring: &Stirring, trail: &mut Trail, out: &mut Vec<Command>) {
    let title = pieces::heading_ui(ui, SENTENCE, theme::subheading());
    pieces::polite(ui, &title);
    pieces::hint_ui(ui, "A finger, a pen or any keys of the keyboard do as well.");
    ui.with_layout(Layout::bottom_up(eframe::egui::Align::Min), |ui| {
        ui.add_space(12.0);
        choices_ui(ui, out);
        ui.with_layout(Layout::top_down(eframe::egui::Align::Min), |ui| {
            pad_ui(ui, trail, stirring.pool.progress(), out);
        });
    });
}

fn choices_ui(ui: &mut Ui, out: &mut Vec<Command>) {
    ui.with_layout(Layout::top_down(eframe::egui::Align::Min), |ui| {
        ui.horizontal_wrapped(|ui| {
            if ui.add(Button::new("Use system randomness only")).clicked() {
                out.push(Command::UseSystemRandomnessOnly);
            }
            if ui.add(Button::new("Cancel").min_size(vec2(88.0, 0.0))).clicked() {
                out.push(Command::Cancel);
            }
        });
        pieces::hint_ui(
            ui,
            "The operating system's randomness is already enough; the mouse adds a second, independent source.",
        );
    });
}
