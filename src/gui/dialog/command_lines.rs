//! The commands that do what a click does.

use egui::{Button, Id, Ui};

use super::Scene;
use crate::app::Command;
use crate::engine::command_line::CommandLine;
use crate::gui::pieces;

pub(super) fn command_lines_ui(ui: &mut Ui, lines: &[CommandLine], scene: &mut Scene<'_>) {
    pieces::hint_ui(ui, "For learning, and for scripts. None of them holds a secret.");
    for (index, line) in lines.iter().enumerate() {
        pieces::field_label_ui(ui, line.does, None);
        let line_ui = |ui: &mut Ui| {
            let id = Id::unique(("command", index));
            pieces::code_ui(ui, id, line.does, &line.line, f32::INFINITY);
        };
        pieces::with_actions_ui(ui, line_ui, |ui| {
            let copy = ui.add(Button::new("Copy"));
            let copy = pieces::named(ui, copy, &format!("Copy: {}", line.does));
            if copy.clicked() {
                scene.out.push(Command::CopyCommandLine(index));
            }
        });
    }
    if scene.buttons_ui(ui, scene.is_new, &["Close"]).is_some() {
        scene.out.push(Command::CloseDialog);
    }
}
