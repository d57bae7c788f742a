//! Something went wrong: what, why, and what to do next.

use std::path::Path;

use egui::Ui;

use super::{Scene, paragraph_ui};
use crate::app::doctor::DoctorCommand;
use crate::app::{Command, Page};
use crate::engine::Problem;

/// What leads to the Doctor, with the file that could not be opened.
const EXAMINE: &str = "Examine this file";

pub(super) fn problem_ui(ui: &mut Ui, problem: &Problem, file: Option<&Path>, scene: &mut Scene<'_>) {
    paragraph_ui(ui, problem.sentence());
    if !problem.hint.is_empty() {
        paragraph_ui(ui, problem.hint.as_str());
    }
    let buttons: &[&str] = if file.is_some() {
        &["Close", EXAMINE]
    } else {
        &["Close"]
    };
    match (scene.buttons_ui(ui, scene.is_new, buttons), file) {
        (None, _) => {}
        (Some(1), Some(file)) => scene.out.extend([
            Command::CloseDialog,
            Command::ShowPage(Page::Doctor),
            Command::Doctor(DoctorCommand::ExamineFile(file.to_owned())),
        ]),
        (Some(_), _) => scene.out.push(Command::CloseDialog),
    }
}
