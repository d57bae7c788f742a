//! Who may log in to this account: shown, taken out, and let in under conditions.

use egui::{Button, Ui};

use super::{Scene, paragraph_ui};
use crate::app::Command;
use crate::app::command::ListCommand;
use crate::app::dialog::Authorized;
use crate::engine::Problem;
use crate::engine::authorized::Row;
use crate::format::authorized_keys::NewLine;
use crate::gui::conditions;
use crate::gui::listed;
use crate::gui::pieces::{self, Tone};
use crate::gui::theme::space;

pub(super) fn authorized_ui(
    ui: &mut Ui,
    dialog: &mut Authorized,
    preview: Option<&Result<NewLine, Problem>>,
    scene: &mut Scene<'_>,
) {
    pieces::hint_ui(
        ui,
        "These keys log in to your account on this computer. What you change counts from the next login on; sshd need not be restarted.",
    );
    listed::done_ui(ui, &dialog.listed, scene.out);
    let is_working = dialog.listed.job.is_some();
    ui.add_enabled_ui(!is_working, |ui| {
        for row in dialog.listed.lines() {
            row_ui(ui, row, scene);
            if dialog.asks_about == Some(row.line) {
                last_ui(ui, scene);
            }
        }
        if dialog.listed.lines().is_empty() && matches!(dialog.listed.lines, Some(Ok(_))) {
            paragraph_ui(ui, "Nobody can log in here with a key.");
        }
        if let Some(preview) = preview {
            add_ui(ui, dialog, preview, scene);
        }
    });
    if scene.buttons_ui(ui, scene.is_new, &["Close"]).is_some() {
        scene.out.push(Command::CloseDialog);
    }
}

fn row_ui(ui: &mut Ui, row: &Row, scene: &mut Scene<'_>) {
    let title = format!("line {}: {}", row.line, row.title());
    let line_ui = |ui: &mut Ui| {
        paragraph_ui(ui, title.as_str());
        if row.is_mine {
            pieces::hint_ui(ui, "This key is yours.");
        }
        if !row.options.is_empty() {
            pieces::hint_ui(ui, format!("Restrictions: {}", row.options));
        }
        if let Some(why) = &row.ignored {
            pieces::note_ui(ui, Tone::Warning, &format!("It lets nobody in: {why}."), "");
        }
        for warning in row.key.iter().flat_map(|key| &key.warnings) {
            pieces::note_ui(ui, Tone::Warning, &format!("{}.", warning.message), warning.hint);
        }
    };
    pieces::with_actions_ui(ui, line_ui, |ui| {
        let remove = ui.add(Button::new("Remove"));
        if pieces::named(ui, remove, &format!("Remove {title}")).clicked() {
            scene.out.push(Command::Lists(ListCommand::Unauthorize(row.line)));
        }
    });
}

fn last_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    pieces::note_ui(
        ui,
        Tone::Warning,
        "Afterwards nobody can log in here with a key.",
        "Make sure that there is another way in.",
    );
    if ui.add(Button::new("Remove it all the same")).clicked() {
        scene.out.push(Command::Lists(ListCommand::UnauthorizeLast));
    }
}

/// Lets the open key in; most do so without conditions, which are folded up.
fn add_ui(ui: &mut Ui, dialog: &mut Authorized, preview: &Result<NewLine, Problem>, scene: &mut Scene<'_>) {
    ui.add_space(space::S);
    ui.separator();
    paragraph_ui(ui, "Let the open key log in here as well:");
    conditions::conditions_ui(ui, &mut dialog.conditions, &mut dialog.shows_conditions);
    conditions::preview_ui(ui, preview);
    let add = ui.add_enabled(preview.is_ok(), Button::new("Add the open key"));
    if add.clicked() {
        scene.out.push(Command::Lists(ListCommand::Authorize));
    }
}
