//! The keys that may log in, and the ones that are to be taken away.

use eframe::egui::{Align, Label, Layout, RichText, Ui};

use super::{Scene, buttons_ui};
use crate::app::Command;
use crate::app::visit::{Listed, Row};
use crate::gui::pieces::{self, Tone};
use crate::gui::theme::{self, Palette};

pub(super) fn listed_ui(ui: &mut Ui, listed: &mut Listed, scene: &mut Scene<'_>) {
    pieces::card_ui(ui, |ui| {
        pieces::hint_ui(ui, format!("The list is {} on the server.", listed.place));
        if listed.rows.is_empty() {
            ui.label("No key is on it.");
        }
        for row in &listed.rows {
            let mut is_chosen = listed.chosen.contains(&row.number);
            row_ui(ui, row, &mut is_chosen);
            if is_chosen {
                listed.chosen.insert(row.number);
            } else {
                listed.chosen.remove(&row.number);
            }
        }
    });
    let count = listed.chosen.len();
    if count > 0 {
        pieces::hint_ui(
            ui,
            "Only the chosen lines are taken out; all others stay as they are, byte for byte. Then it is tried that the keys let nobody in any more.",
        );
    }
    let remove = match count {
        1 => "Remove 1 key".to_owned(),
        count => format!("Remove {count} keys"),
    };
    let buttons: &[&str] = if count == 0 { &["Done"] } else { &["Done", &remove] };
    match buttons_ui(ui, scene.is_new, buttons) {
        Some(0) => scene.out.push(Command::LeaveServer),
        Some(_) => scene.out.push(Command::RemoveFromServer),
        None => {}
    }
}

fn row_ui(ui: &mut Ui, row: &Row, is_chosen: &mut bool) {
    let palette = Palette::of(ui);
    ui.add_space(4.0);
    let name = if row.comment.is_empty() { "no comment" } else { &row.comment };
    pieces::check_ui(ui, is_chosen, format!("{name} ({})", row.kind));
    ui.indent(("key", row.number), |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        let job = pieces::broken_anywhere(ui, &row.fingerprint, ui.available_width());
        ui.add(Label::new(job).wrap());
        let marks = marks(row);
        if !marks.is_empty() {
            let text = RichText::new(marks.join(" · ")).small().color(palette.text);
            ui.add(Label::new(text).wrap());
        }
        if !row.options.is_empty() {
            pieces::hint_ui(ui, format!("Only as: {}", row.options));
        }
        if let Some(fault) = &row.fault {
            pieces::note_ui(ui, Tone::Warning, fault, "");
        }
    });
}

/// What ties the key to whoever looks.
fn marks(row: &Row) -> Vec<String> {
    let mut marks = vec![format!("line {}", row.number)];
    if row.is_mine {
        marks.push("your key: the private half is on this computer".to_owned());
    }
    if row.is_in_use {
        marks.push("you have signed in with it just now".to_owned());
    }
    marks
}

pub(super) fn last_way_in_ui(ui: &mut Ui, listed: &Listed, scene: &mut Scene<'_>) {
    pieces::card_ui(ui, |ui| {
        let title = pieces::heading_ui(ui, "Lock yourself out?", theme::subheading());
        pieces::polite(ui, &title);
        ui.add(Label::new(format!("No other key of yours is in {}, and the server may take no password. If you remove this key, you may not get in any more.", listed.place)).wrap());
        match buttons_ui(ui, scene.is_new, &["Keep it", "Remove it all the same"]) {
            Some(0) => scene.out.push(Command::KeepOnServer),
            Some(_) => scene.out.push(Command::RemoveAllTheSame),
            None => {}
        }
    });
}
