//! Under which conditions a key may log in: folded up, for most keys have none; and the line that comes of them.

use egui::{TextEdit, Ui};

use super::pieces::{self, Tone};
use super::theme::{size, space};
use crate::engine::Problem;
use crate::engine::conditions::Conditions;
use crate::format::authorized_keys::{NewLine, Right};

pub(super) fn conditions_ui(ui: &mut Ui, conditions: &mut Conditions, is_open: &mut bool) {
    if pieces::disclosure_ui(ui, "Restrict what this key may do", *is_open).clicked() {
        *is_open = !*is_open;
    }
    if *is_open {
        fields_ui(ui, conditions);
    }
}

/// The line as it will be written, or why there can be none.
pub(super) fn preview_ui(ui: &mut Ui, preview: &Result<NewLine, Problem>) {
    match preview {
        Err(problem) => pieces::note_ui(ui, Tone::Warning, &problem.sentence(), &problem.hint),
        Ok(line) => {
            let name = "The line will be";
            pieces::field_label_ui(ui, name, None);
            let id = ui.scope_id().with("new line");
            pieces::code_ui(ui, id, name, line.as_str(), size::CODE);
        }
    }
}

fn fields_ui(ui: &mut Ui, conditions: &mut Conditions) {
    for (name, example, text) in [
        ("Only from", "*.example.org, 192.0.2.0/24", &mut conditions.from),
        ("Only this command", "/usr/bin/backup", &mut conditions.command),
        ("Until", "2027-01-31", &mut conditions.expires),
    ] {
        let label = pieces::field_label_ui(ui, name, None);
        let field = TextEdit::singleline(text)
            .id_salt(name)
            .hint_text(pieces::placeholder(ui, example))
            .desired_width(f32::INFINITY);
        let field = ui.add(field).labelled_by(label.id);
        pieces::reached_by(ui, &field, &label, None);
    }
    pieces::check_ui(
        ui,
        &mut conditions.restrict,
        "Nothing but the login itself: no terminal, no forwarding",
    );
    let name = if conditions.restrict {
        "But allow"
    } else {
        "Forbid"
    };
    let label = pieces::field_label_ui(ui, name, None);
    ui.label_inputs_by(label.id, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = space::L;
            for right in Right::ALL {
                let mut is_chosen = conditions.rights.contains(&right);
                if pieces::check_ui(ui, &mut is_chosen, title(right)).changed() {
                    if is_chosen {
                        conditions.rights.insert(right);
                    } else {
                        conditions.rights.remove(&right);
                    }
                }
            }
        });
    });
}

fn title(right: Right) -> &'static str {
    match right {
        Right::Pty => "Terminal",
        Right::PortForwarding => "Ports",
        Right::AgentForwarding => "Agent",
        Right::X11Forwarding => "X11",
        Right::UserRc => "~/.ssh/rc",
    }
}
