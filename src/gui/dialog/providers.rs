//! Whose form the public key goes into: what is pasted there, checked before it is copied.

use egui::{Id, Ui};

use super::{Scene, paragraph_ui};
use crate::app::Command;
use crate::app::command::ListCommand;
use crate::app::dialog::Providers;
use crate::engine::Problem;
use crate::engine::providers::{AS_OF, PROVIDERS};
use crate::gui::obstacle::Obstacle;
use crate::gui::pieces::{self, Tone};
use crate::gui::radios::group_ui;
use crate::gui::theme::{size, space};

pub(super) fn providers_ui(
    ui: &mut Ui,
    dialog: &mut Providers,
    (pasted, obstacle): (Option<&Result<String, Problem>>, Option<Obstacle>),
    scene: &mut Scene<'_>,
) {
    let all: Vec<_> = PROVIDERS.iter().collect();
    let chosen = dialog.chosen;
    let next = group_ui(ui, "Where", &all, chosen, |each| each.title.to_owned());
    dialog.chosen = next.unwrap_or(chosen);
    ui.add_space(space::XS);
    let chosen = dialog.chosen;
    for (number, step) in (1..).zip(chosen.steps) {
        paragraph_ui(ui, format!("{number}. {step}"));
    }
    if let Some((what, hint)) = obstacle {
        pieces::note_ui(ui, Tone::Warning, what, hint);
    }
    match pasted {
        None => {}
        Some(Err(problem)) => pieces::note_ui(ui, Tone::Error, &problem.sentence(), &problem.hint),
        Some(Ok(text)) => {
            let name = "What is pasted there";
            pieces::field_label_ui(ui, name, None);
            pieces::code_ui(ui, Id::unique("what is pasted"), name, text, size::CODE);
        }
    }
    let says = if chosen.is_documented {
        "It takes"
    } else {
        "What it takes is not documented, but usually"
    };
    let note = [
        format!("{says}: {} (as of {AS_OF}).", chosen.taken()),
        chosen.note.to_owned(),
        "This program asks nobody: the page opens in your browser.".to_owned(),
    ];
    let is_said = |sentence: &&String| !sentence.is_empty();
    let note: Vec<&str> = note.iter().filter(is_said).map(String::as_str).collect();
    pieces::hint_ui(ui, note.join(" "));

    let can_copy = matches!(pasted, Some(Ok(_)));
    let mut buttons = Vec::new();
    if can_copy {
        buttons.push(("Copy", Command::Lists(ListCommand::CopyForProvider)));
    }
    if chosen.page.is_some() {
        buttons.push(("Open the page", Command::Lists(ListCommand::OpenProviderPage)));
    }
    buttons.push(("Close", Command::CloseDialog));
    let titles: Vec<&str> = buttons.iter().map(|(title, _)| *title).collect();
    if let Some(pressed) = scene.buttons_ui(ui, scene.is_new, &titles) {
        scene
            .out
            .extend(buttons.into_iter().nth(pressed).map(|(_, command)| command));
    }
}
