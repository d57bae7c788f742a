//! What this program is.

use egui::Ui;

use super::{Scene, paragraph_ui};
use crate::app::Command;
use crate::gui::pieces;

pub(super) fn about_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    paragraph_ui(ui, format!("Version {}", env!("CARGO_PKG_VERSION")));
    paragraph_ui(
        ui,
        "Makes, shows, protects, converts and saves SSH keys, and puts them on servers. All else happens on this computer: nobody is spoken to but a server that you name.",
    );
    pieces::hint_ui(
        ui,
        format!("Licence: {}, as you like.", env!("CARGO_PKG_LICENSE")),
    );
    pieces::hint_ui(
        ui,
        "Set in Inter and JetBrains Mono, under the SIL Open Font License 1.1.",
    );
    if scene.buttons_ui(ui, scene.is_new, &["Close"]).is_some() {
        scene.out.push(Command::CloseDialog);
    }
}
