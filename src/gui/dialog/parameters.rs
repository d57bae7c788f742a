//! How private key files are protected, in numbers.

use eframe::egui::{ComboBox, Grid, Ui};

use super::{Scene, buttons_ui};
use crate::app::Command;
use crate::app::dialog::Parameters;
use crate::app::saving::Strength;
use crate::format::Argon2Variant;
use crate::gui::pieces::{self, Tone};
use crate::gui::theme;

pub(super) fn parameters_ui(ui: &mut Ui, parameters: &mut Parameters, scene: &mut Scene<'_>) {
    pieces::hint_ui(
        ui,
        "These numbers slow down whoever tries passphrases. The usual ones are good for nearly everybody.",
    );
    ui.add_space(4.0);
    pieces::heading_ui(ui, "OpenSSH files", theme::subheading());
    rows(ui, "openssh", |ui| {
        ui.label("Cipher");
        ui.name_inputs("Cipher", |ui| {
            ComboBox::from_id_salt("cipher")
                .selected_text(parameters.cipher.as_str())
                .show_ui(ui, |ui| {
                    for cipher in Parameters::CIPHERS {
                        ui.selectable_value(&mut parameters.cipher, cipher, cipher.as_str());
                    }
                });
        });
        pieces::hint_ui(ui, "PuTTY reads aes256-ctr");
        ui.end_row();
        number_row_ui(ui, "Rounds", "usual: 24", &mut parameters.rounds);
    });
    ui.add_space(4.0);
    pieces::heading_ui(ui, "PuTTY files, version 3", theme::subheading());
    rows(ui, "ppk", |ui| {
        ui.label("Function");
        ui.name_inputs("Function", |ui| {
            ComboBox::from_id_salt("variant")
                .selected_text(parameters.variant.name())
                .show_ui(ui, |ui| {
                    for variant in Argon2Variant::ALL {
                        ui.selectable_value(&mut parameters.variant, variant, variant.name());
                    }
                });
        });
        pieces::hint_ui(ui, "usual: Argon2id");
        ui.end_row();
        number_row_ui(ui, "Memory (KiB)", "usual: 8192", &mut parameters.mem_kib);
        number_row_ui(
            ui,
            "Passes",
            "usual: 13, or what takes 0.1 s",
            &mut parameters.passes,
        );
        number_row_ui(ui, "Parallelism", "usual: 1", &mut parameters.parallelism);
    });
    if let Some(problem) = &parameters.problem {
        pieces::note_ui(ui, Tone::Error, &problem.sentence(), &problem.hint);
    }
    match buttons_ui(ui, scene.is_new, &["OK", "Usual numbers", "Cancel"]) {
        Some(0) => scene.out.push(Command::ApplyParameters),
        Some(1) => *parameters = Parameters::new(Strength::default()),
        Some(_) => scene.out.push(Command::CloseDialog),
        None => {}
    }
}

fn rows(ui: &mut Ui, id: &str, contents: impl FnOnce(&mut Ui)) {
    Grid::new(id)
        .num_columns(3)
        .spacing([12.0, 6.0])
        .min_col_width(96.0)
        .show(ui, contents);
}

fn number_row_ui(ui: &mut Ui, name: &str, usual: &str, value: &mut u32) {
    ui.label(name);
    pieces::number_ui(ui, name, name, value);
    pieces::hint_ui(ui, usual);
    ui.end_row();
}
