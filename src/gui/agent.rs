//! The page “Agent”: the keys that agents hold.

use egui::{Button, Label, RichText, Ui};

use super::page::{self, View};
use super::pieces::{self, Tone};
use super::radios::group_ui;
use super::signs;
use super::theme::{self, space};
use crate::app::dialog::{Agents, Keep};
use crate::app::{App, Command, Page};
use crate::engine::agents::Shown;
use crate::key::comment::escaped;

pub(super) fn agent_ui(ui: &mut Ui, app: &mut App, view: &mut View, out: &mut Vec<Command>) {
    let has_private = app.document().is_some_and(|document| document.key().is_some());
    page::page_ui(ui, Page::Agent.title(), view, |ui| {
        pieces::hint_ui(
            ui,
            "An agent holds opened keys, so that a passphrase is typed once. It does not tell how long it keeps a key.",
        );
        if let Some(agents) = &mut app.agents {
            agents_ui(ui, agents, has_private, out);
        }
    });
}

fn agents_ui(ui: &mut Ui, agents: &mut Agents, has_private: bool, out: &mut Vec<Command>) {
    if let Some(problem) = &agents.problem {
        pieces::note_ui(ui, Tone::Error, &problem.sentence(), &problem.hint);
    }
    let is_working = agents.job.is_some();
    ui.add_enabled_ui(!is_working, |ui| match &agents.shown {
        None => {}
        Some(Err(problem)) => {
            let what = problem.sentence();
            page::nothing_ui(ui, signs::draw_agent, (&what, &problem.hint), |ui| {
                ui.add_space(space::S);
                if ui.add(Button::new("Look again")).clicked() {
                    out.push(Command::ShowPage(Page::Agent));
                }
            });
        }
        Some(Ok(shown)) => {
            if has_private {
                pieces::card_ui(ui, |ui| {
                    conditions_ui(ui, (&mut agents.keep, &mut agents.confirm));
                });
            } else {
                pieces::hint_ui(ui, "Open a private key, and an agent can be given it here.");
            }
            for (index, each) in shown.iter().enumerate() {
                pieces::card_ui(ui, |ui| held_ui(ui, index, each, has_private, out));
            }
        }
    });
    if is_working {
        let response = ui.label("Waiting for the agents…");
        pieces::polite(ui, &response);
    }
}

fn held_ui(ui: &mut Ui, index: usize, shown: &Shown, has_private: bool, out: &mut Vec<Command>) {
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
        ui.label("It holds no keys.");
    }
    for (entry, held) in entries.iter().enumerate() {
        let line_ui = |ui: &mut Ui| {
            ui.spacing_mut().item_spacing.y = space::LINE;
            let comment = match held.comment.as_str() {
                "" => "no comment",
                comment => comment,
            };
            let name = RichText::new(comment).text_style(theme::strong());
            ui.add(Label::new(name).wrap());
            pieces::hint_ui(ui, held.kind.as_str());
            pieces::fingerprint_ui(ui, &held.fingerprint);
        };
        pieces::with_actions_ui(ui, line_ui, |ui| {
            let remove = ui.add(pieces::removing("Remove"));
            let remove = pieces::named(ui, remove, &format!("Remove from the agent: {}", held.line));
            if remove.clicked() {
                out.push(Command::RemoveFromAgent { agent: index, entry });
            }
        });
    }
    if has_private {
        let add = ui.add(Button::new("Add the open key"));
        let add = pieces::named(ui, add, &format!("Add the open key to {place}"));
        if add.clicked() {
            out.push(Command::AddToAgent(index));
        }
    }
}

fn conditions_ui(ui: &mut Ui, (keep, confirm): (&mut Keep, &mut bool)) {
    let name = "An agent that is given the open key keeps it";
    let next = group_ui(ui, name, &Keep::ALL, *keep, Keep::title);
    *keep = next.unwrap_or(*keep);
    pieces::check_ui(ui, confirm, "and asks before each use");
}
