//! What the page and the dialog about lists have in common.

use egui::{Button, Ui};

use super::pieces::{self, Tone};
use crate::app::Command;
use crate::app::command::ListCommand;
use crate::app::dialog::Listed;
use crate::key::comment::escaped;

/// Where the list lies, what was done to it last, with the way back, and what went wrong.
pub(super) fn done_ui<T>(ui: &mut Ui, listed: &Listed<T>, out: &mut Vec<Command>) {
    let place = escaped(listed.path.as_os_str().as_encoded_bytes());
    pieces::hint_ui(ui, place);
    for problem in listed
        .problem
        .iter()
        .chain(listed.lines.iter().filter_map(|lines| lines.as_ref().err()))
    {
        pieces::note_ui(ui, Tone::Error, &problem.sentence(), &problem.hint);
    }
    let Some(done) = &listed.done else { return };
    ui.horizontal_wrapped(|ui| {
        let response = ui.label(done.text.as_str());
        pieces::polite(ui, &response);
        let is_idle = listed.job.is_none();
        if done.change.is_some() && ui.add_enabled(is_idle, Button::new("Undo")).clicked() {
            out.push(Command::Lists(ListCommand::Undo));
        }
    });
    let backup = done.change.as_ref().and_then(|change| change.backup.as_ref());
    if let Some(backup) = backup {
        let backup = escaped(backup.as_os_str().as_encoded_bytes());
        pieces::hint_ui(ui, format!("The list as it was is in {backup}."));
    }
}
