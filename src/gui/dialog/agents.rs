//! The keys in agents.

use egui::{Align, Button, Layout, Ui};

use super::{Scene, buttons_ui, paragraph_ui};
use crate::app::Command;
use crate::app::dialog::{Agents, Keep};
use crate::engine::agents::Shown;
use crate::gui::pieces::{self, Tone};
use crate::gui::radios::radios_ui;
use crate::key::comment::escaped;

pub(super) fn agents_ui(ui: &mut Ui, agents: &mut Agents, has_private: bool, scene: &mut Scene<'_>) {
    pieces::hint_ui(
        ui,
        "An agent holds opened keys, so that a passphrase is typed once. It does not tell how long it keeps a key.",
    );
    if let Some(problem) = &agents.problem {
        pieces::note_ui(ui, Tone::Error, &problem.sentence(), &problem.hint);
    }
    let is_working = agents.job.is_some();
    let is_any = matches!(&agents.shown, Some(Ok(_)));
    ui.add_enabled_ui(!is_working, |ui| {
        match &agents.shown {
            None => {}
            Some(Err(problem)) => pieces::note_ui(ui, Tone::Warning, &problem.sentence(), &problem.hint),
            Some(Ok(shown)) => {
                for (index, each) in shown.iter().enumerate() {
                    agent_ui(ui, index, each, has_private, scene);
                }
            }
        }
        if has_private && is_any {
            conditions_ui(ui, agents);
        }
    });
    if is_working {
        let response = ui.label("Waiting for the agents…");
        pieces::polite(ui, &response);
    }
    if buttons_ui(ui, scene.is_new, &["Close"]).is_some() {
        scene.out.push(Command::CloseDialog);
    }
}

fn agent_ui(ui: &mut Ui, index: usize, shown: &Shown, has_private: bool, scene: &mut Scene<'_>) {
    ui.add_space(4.0);
    let place = escaped(shown.agent.place().as_os_str().as_encoded_bytes());
    pieces::field_label_ui(ui, &place, None);
    let entries = match &shown.entries {
        Ok(entries) => entries,
        Err(problem) => {
            pieces::note_ui(ui, Tone::Warning, &problem.sentence(), &problem.hint);
            return;
        }
    };
    if entries.is_empty() {
        paragraph_ui(ui, "It holds no keys.");
    }
    for (entry, held) in entries.iter().enumerate() {
        ui.with_layout(Layout::right_to_left(Align::TOP), |ui| {
            let remove = ui.add(Button::new("Remove"));
            let remove = pieces::named(ui, remove, &format!("Remove from the agent: {}", held.line));
            if remove.clicked() {
                scene.out.push(Command::RemoveFromAgent { agent: index, entry });
            }
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                paragraph_ui(ui, held.line.as_str());
            });
        });
    }
    if has_private {
        let add = ui.add(Button::new("Add the open key"));
        let add = pieces::named(ui, add, &format!("Add the open key to {place}"));
        if add.clicked() {
            scene.out.push(Command::AddToAgent(index));
        }
    }
}

fn conditions_ui(ui: &mut Ui, agents: &mut Agents) {
    ui.add_space(4.0);
    let label = pieces::field_label_ui(ui, "An agent that is given the open key keeps it", None);
    ui.label_inputs_by(label.id, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 16.0;
            let keep = agents.keep;
            let next = radios_ui(
                ui,
                &Keep::ALL,
                |each| each == keep,
                |ui, each, radio| radio.ui(ui, each.title()),
            );
            agents.keep = next.unwrap_or(keep);
        });
    });
    pieces::check_ui(ui, &mut agents.confirm, "and asks before each use");
}
