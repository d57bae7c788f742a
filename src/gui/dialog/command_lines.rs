//! The commands that do what a click does.

use egui::{Align, Button, Id, Layout, Ui};

use super::Scene;
use crate::app::Command;
use crate::engine::command_line::CommandLine;
use crate::gui::pieces;

pub(super) fn command_lines_ui(ui: &mut Ui, lines: &[CommandLine], scene: &mut Scene<'_>) {
    pieces::hint_ui(ui, "For learning, and for scripts. None of them holds a secret.");
    for (index, line) in lines.iter().enumerate() {
        pieces::field_label_ui(ui, line.does, None);
        ui.with_layout(Layout::right_to_left(Align::TOP), |ui| {
            let copy = ui.add(Button::new("Copy"));
            let copy = pieces::named(ui, copy, &format!("Copy: {}", line.does));
            if copy.clicked() {
                scene.out.push(Command::CopyCommandLine(index));
            }
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                pieces::code_ui(
                    ui,
                    Id::unique(("command", index)),
                    line.does,
                    &line.line,
                    f32::INFINITY,
                );
            });
        });
    }
    if scene.buttons_ui(ui, scene.is_new, &["Close"]).is_some() {
        scene.out.push(Command::CloseDialog);
    }
}
