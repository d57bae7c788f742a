//! How private key files are protected, in numbers.

use eframe::egui::{ComboBox, Grid, Ui};

use super::{Scene, buttons_ui};
use crate::app::Command;
use crate::app::dialog::{HashTime, Parameters};
use crate::app::saving::{PpkVersion, Strength};
use crate::app::speed::Speed;
use crate::format::{Argon2Variant, Cost};
use crate::gui::pieces::{self, Tone};
use crate::gui::theme;

pub(super) fn parameters_ui(
    ui: &mut Ui,
    parameters: &mut Parameters,
    speed: Option<Speed>,
    scene: &mut Scene<'_>,
) {
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
    pieces::heading_ui(ui, "PuTTY files", theme::subheading());
    rows(ui, "ppk", |ui| ppk_ui(ui, parameters, speed));
    ui.add_space(4.0);
    pieces::heading_ui(ui, "PKCS#8 files", theme::subheading());
    rows(ui, "pkcs8", |ui| {
        let usual = "of PBKDF2; usual: 600000";
        number_row_ui(ui, "Iterations", usual, &mut parameters.iterations);
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

fn ppk_ui(ui: &mut Ui, parameters: &mut Parameters, speed: Option<Speed>) {
    ui.label("PPK file version");
    ui.horizontal(|ui| {
        for (version, name) in [(PpkVersion::V3, "3"), (PpkVersion::V2, "2")] {
            let is_chosen = parameters.ppk_version == version;
            let radio = pieces::radio_ui(ui, is_chosen, name);
            let radio = pieces::named_radio(ui, radio, is_chosen, &format!("PPK file version {name}"));
            if radio.clicked() {
                parameters.ppk_version = version;
            }
        }
    });
    pieces::hint_ui(ui, "2 for PuTTY before 0.75");
    ui.end_row();
    let has_numbers = parameters.ppk_version == PpkVersion::V3;
    if !has_numbers {
        ui.disable();
    }
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
    let usual = if has_numbers {
        "usual: Argon2id"
    } else {
        "version 2 has none of these"
    };
    pieces::hint_ui(ui, usual);
    ui.end_row();
    number_row_ui(ui, "Memory (KiB)", "usual: 8192", &mut parameters.mem_kib);
    time_ui(ui, parameters, speed);
    number_row_ui(ui, "Parallelism", "usual: 1", &mut parameters.parallelism);
}

/// How long the passphrase is hashed: as a time on this machine, or as a number of passes.
fn time_ui(ui: &mut Ui, parameters: &mut Parameters, speed: Option<Speed>) {
    let argon2 = parameters.argon2();
    ui.label("Time");
    ui.horizontal(|ui| {
        let (name, value, is_passes) = match &mut parameters.time {
            HashTime::Passes(passes) => ("Passes", passes, true),
            HashTime::Millis { millis, .. } => ("Milliseconds", millis, false),
        };
        pieces::number_ui(ui, "time", name, value);
        if pieces::radio_ui(ui, is_passes, "passes").clicked() {
            parameters.count_passes();
        }
        ui.add_enabled_ui(speed.is_some(), |ui| {
            if pieces::radio_ui(ui, !is_passes, "ms").clicked()
                && let Some(speed) = speed
            {
                parameters.measure_time(speed);
            }
        });
    });
    let here = match (parameters.time, speed) {
        (HashTime::Millis { .. }, _) => format!("{} passes on this machine", argon2.passes),
        (HashTime::Passes(_), None) => "usual: 13".to_owned(),
        (HashTime::Passes(_), Some(speed)) => {
            let time = speed.estimate(Cost::Argon2(argon2));
            format!("{} on this machine", pieces::about(time))
        }
    };
    pieces::hint_ui(ui, here);
    ui.end_row();
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
