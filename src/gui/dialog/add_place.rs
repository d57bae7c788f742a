//! A folder, or a key file, that is to be among the keys.

use std::path::PathBuf;

use egui::{Button, Ui};

use super::type_path::path_field_ui;
use super::{Scene, path_ui};
use crate::app::Command;
use crate::app::dialog::{AddPlace, Choosing};
use crate::app::my_keys::{KeysCommand, PlaceKind};
use crate::engine::keys::Whose;
use crate::gui::pieces;

pub(super) fn add_place_ui(
    ui: &mut Ui,
    adding: &mut AddPlace,
    added: &[PathBuf],
    whose: &Whose,
    scene: &mut Scene<'_>,
) {
    pieces::hint_ui(
        ui,
        "A folder with keys, or one key; a public key by itself is welcome too. The files stay where they are.",
    );
    choose_ui(ui, &adding.choosing, scene);
    let label = match adding.choosing {
        Choosing::Offered | Choosing::Open(_) => "Or type where it is",
        Choosing::Unavailable => "Where it is",
    };
    let is_entered = path_field_ui(ui, label, &mut adding.text, scene.is_new);
    pieces::hint_ui(ui, "~ stands for your home folder.");
    if !added.is_empty() {
        pieces::field_label_ui(ui, "Added so far", None);
    }
    for place in added {
        let name = whose.short(place);
        let place_ui = |ui: &mut Ui| path_ui(ui, &name);
        pieces::with_actions_ui(ui, place_ui, |ui| {
            let forget = ui.add(Button::new("Forget"));
            let forget = pieces::named(ui, forget, &format!("Forget {name}"));
            if forget.clicked() {
                let forget = KeysCommand::ForgetPlace(place.clone());
                scene.out.push(Command::Keys(forget));
            }
        });
    }
    let add = Command::Keys(KeysCommand::AddPlace);
    match scene.buttons_ui(ui, false, &["Add", "Cancel"]) {
        Some(0) => scene.out.push(add),
        Some(_) => scene.out.push(Command::CloseDialog),
        None if is_entered => scene.out.push(add),
        None => {}
    }
}

/// The ways to a dialog of the system.
fn choose_ui(ui: &mut Ui, choosing: &Choosing, scene: &mut Scene<'_>) {
    let is_offered = match choosing {
        Choosing::Unavailable => {
            pieces::hint_ui(ui, "The file dialog of this system could not be opened.");
            return;
        }
        Choosing::Offered => true,
        Choosing::Open(_) => false,
    };
    ui.horizontal_wrapped(|ui| {
        for (text, kind) in [
            ("Choose folder…", PlaceKind::Folder),
            ("Choose file…", PlaceKind::File),
        ] {
            if ui.add_enabled(is_offered, Button::new(text)).clicked() {
                scene.out.push(Command::Keys(KeysCommand::PickPlace(kind)));
            }
        }
    });
}
