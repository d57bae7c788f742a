//! The keys that may log in, and the ones that are to be taken away.

use std::collections::BTreeSet;

use egui::{Label, RichText, Ui};

use super::Scene;
use crate::app::Command;
use crate::app::command::ServerCommand as C;
use crate::app::errand::{LastWay, Listed};
use crate::engine::describe::kind_of;
use crate::engine::plural::counted;
use crate::engine::servers::{ListedKey, ListedLine};
use crate::gui::pieces::{self, Tone, buttons_ui, careful_buttons_ui, risky_buttons_ui};
use crate::gui::theme::{self, Palette, space};

pub(super) fn listed_ui(ui: &mut Ui, listed: &mut Listed, scene: &mut Scene<'_>) {
    let mut goes = None;
    pieces::card_ui(ui, |ui| {
        pieces::hint_ui(
            ui,
            format!(
                "Whoever holds one of these keys may log in. The list is {} on the server.",
                listed.place
            ),
        );
        if let Some(warning) = listed.lets_everybody_in() {
            pieces::note_ui(ui, Tone::Warning, &warning.sentence(), warning.hint);
        }
        if listed.lines.is_empty() {
            ui.label("No key is on it.");
        }
        for line in &listed.lines {
            let mut is_chosen = listed.chosen.contains(&line.number);
            goes = line_ui(ui, line, &mut is_chosen).then_some(line.number).or(goes);
            if is_chosen {
                listed.chosen.insert(line.number);
            } else {
                listed.chosen.remove(&line.number);
            }
        }
    });
    if let Some(number) = goes {
        listed.chosen = BTreeSet::from([number]);
        scene.out.push(Command::Server(C::Remove));
        return;
    }
    let count = listed.chosen.len();
    let advice = if count == 0 {
        "“Remove” takes one key off the list, and can be undone. To take off several, select them."
    } else {
        "Only the chosen lines go; all others stay as they are, byte for byte. Then it is tried whether the keys still let anybody in."
    };
    pieces::hint_ui(ui, advice);
    let remove = match count {
        0 => {
            if buttons_ui(ui, scene.is_new, &["Done"]).is_some() {
                scene.out.push(Command::Server(C::Leave));
            }
            return;
        }
        count => format!("Remove {}", counted(count, "key")),
    };
    match careful_buttons_ui(ui, scene.is_new, &[&remove, "Cancel"]) {
        Some(0) => scene.out.push(Command::Server(C::Remove)),
        Some(_) => scene.out.push(Command::Server(C::Leave)),
        None => {}
    }
}

/// Says whether this line is to go.
fn line_ui(ui: &mut Ui, line: &ListedLine, is_chosen: &mut bool) -> bool {
    ui.add_space(space::XS);
    let name = match &line.key {
        Ok(key) => {
            let comment = if key.comment.is_empty() {
                "no comment"
            } else {
                &key.comment
            };
            match &key.name {
                Some(name) => format!("“{name}”: {comment} ({})", kind_of(&key.key)),
                None => format!("{comment} ({})", kind_of(&key.key)),
            }
        }
        Err(_) => "a line that sshd passes over".to_owned(),
    };
    let mut goes = false;
    let line_ui = |ui: &mut Ui| {
        pieces::check_ui(ui, is_chosen, &name);
        let indent = ui.spacing().icon_width + ui.spacing().icon_spacing;
        ui.horizontal_top(|ui| {
            ui.add_space(indent);
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = space::LINE;
                facts_ui(ui, line);
            });
        });
    };
    pieces::with_actions_ui(ui, line_ui, |ui| {
        let remove = ui.add(pieces::removing("Remove"));
        goes = pieces::named(ui, remove, &format!("Remove {name}")).clicked();
    });
    goes
}

fn facts_ui(ui: &mut Ui, line: &ListedLine) {
    let number = format!("Line {}", line.number);
    let key = match &line.key {
        Ok(key) => key,
        Err(why) => {
            pieces::hint_ui(ui, format!("{number}: {why}"));
            return;
        }
    };
    let fingerprint = key.fingerprint().to_string();
    pieces::fingerprint_ui(ui, &fingerprint);
    let text = RichText::new(marks(number, key))
        .small()
        .color(Palette::of(ui).text);
    ui.add(Label::new(text).wrap());
    if !key.options.is_empty() {
        pieces::hint_ui(ui, format!("Options: {}", key.options));
    }
    if let Some(why) = &key.ignored {
        let what = format!("The server passes over this line: {why}.");
        pieces::note_ui(ui, Tone::Warning, &what, "");
    }
}

/// What ties the key to whoever looks.
fn marks(mut text: String, key: &ListedKey) -> String {
    let in_use = if key.is_authority {
        "you have signed in with a certificate by it just now"
    } else {
        "you have signed in with it just now"
    };
    for (holds, mark) in [
        (key.is_authority, "lets in whoever has a certificate by it"),
        (key.is_mine, "yours: its private half is on this computer"),
        (key.is_in_use, in_use),
    ] {
        if holds {
            text.push_str(" · ");
            text.push_str(mark);
        }
    }
    text
}

pub(super) fn last_way_in_ui(ui: &mut Ui, last: &LastWay, scene: &mut Scene<'_>) {
    let (title, keep, remove) = match last {
        LastWay::Chosen(listed) if listed.chosen.len() > 1 => (
            "Take away your last keys?",
            "Keep them",
            "Remove them all the same",
        ),
        _ => ("Take away your last key?", "Keep it", "Remove it all the same"),
    };
    pieces::card_ui(ui, |ui| {
        let title = pieces::heading_ui(ui, title, theme::subheading());
        pieces::polite(ui, &title);
        let what = format!(
            "No other key of yours would be left in {}. If the server takes no password from you, you could not log in any more.",
            last.place()
        );
        ui.add(Label::new(what).wrap());
        match risky_buttons_ui(ui, scene.is_new, &[keep, remove], 1) {
            Some(0) => scene.out.push(Command::Server(C::KeepLastWayIn)),
            Some(_) => scene.out.push(Command::Server(C::RemoveLastWayIn)),
            None => {}
        }
    });
}
