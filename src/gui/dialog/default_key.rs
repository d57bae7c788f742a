//! What another default key changes in ssh's configuration, before it is changed.

use egui::{Label, RichText, TextStyle, Ui};

use super::{Scene, paragraph_ui};
use crate::app::Command;
use crate::app::my_keys::KeysCommand;
use crate::engine::keys::Whose;
use crate::engine::keys::default_key::{Fate, Plan};
use crate::gui::pieces;
use crate::gui::theme::{Palette, space};
use crate::key::comment::escaped;

pub(super) fn default_key_ui(ui: &mut Ui, plan: &Plan, whose: &Whose, scene: &mut Scene<'_>) {
    let palette = Palette::of(ui);
    for sentence in &plan.meaning {
        paragraph_ui(ui, sentence.as_str());
    }
    let path = whose.short(plan.path());
    if plan.changes_configuration() {
        pieces::field_label_ui(
            ui,
            &format!("Changed in {path}: + is added, – is taken out. Every other line stays as it is."),
            None,
        );
        ui.spacing_mut().item_spacing.y = space::LINE;
        for (fate, line) in &plan.lines {
            let (sign, color) = match fate {
                Fate::Kept => (' ', palette.weak),
                Fate::Added => ('+', palette.good),
                Fate::Removed => ('–', palette.error),
            };
            let text = format!("{sign} {}", escaped(line.as_bytes()));
            let text = RichText::new(text).text_style(TextStyle::Monospace).color(color);
            ui.add(Label::new(text).wrap());
        }
        ui.spacing_mut().item_spacing.y = space::S;
        if let Some(backup) = plan.backup() {
            let backup = whose.short(&backup);
            pieces::hint_ui(ui, format!("The file as it is now is kept as {backup}."));
        }
    } else {
        paragraph_ui(ui, format!("Nothing has to be changed in {path}."));
    }
    match scene.buttons_ui(ui, scene.is_new, &["Change it", "Cancel"]) {
        Some(0) => scene.out.push(Command::Keys(KeysCommand::MakeDefault)),
        Some(_) => scene.out.push(Command::CloseDialog),
        None => {}
    }
}

pub(super) fn title(plan: &Plan) -> &'static str {
    if plan.sets_a_key() {
        "Make this the default key?"
    } else {
        "Have no default key any more?"
    }
}
