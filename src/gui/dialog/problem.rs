//! Something went wrong: what, why, and what to do next.

use egui::Ui;

use super::{Scene, buttons_ui, paragraph_ui};
use crate::app::Command;
use crate::engine::Problem;

pub(super) fn problem_ui(ui: &mut Ui, problem: &Problem, scene: &mut Scene<'_>) {
    paragraph_ui(ui, problem.sentence());
    if !problem.hint.is_empty() {
        paragraph_ui(ui, problem.hint.as_str());
    }
    if buttons_ui(ui, scene.is_new, &["Close"]).is_some() {
        scene.out.push(Command::CloseDialog);
    }
}
