//! How private key files are protected, in numbers.

use egui::{ComboBox, Grid, Ui};

use super::Scene;
use crate::app::Command;
use crate::app::dialog::{HashTime, Parameters};
use crate::engine::saving::{PpkVersion, Strength};
use crate::engine::speed::Speed;
use crate::format::{Argon2Variant, Cost};
use crate::gui::pieces::{self, Tone};
use crate::gui::radios::radios_ui;
use crate::gui::theme::{self, at, size, space};

pub(super) fn parameters_ui(
    ui: &mut Ui,
    parameters: &mut Parameters,
    speed: Option<Speed>,
    scene: &mut Scene<'_>,
) {
    let is_narrow = ui.available_width() < at::NARROW_CARD;
    pieces::hint_ui(
        ui,
        "These numbers slow down whoever tries passphrases. The usual ones are good for nearly everybody.",
    );
    ui.add_space(space::XS);
    pieces::heading_ui(ui, "OpenSSH files", theme::subheading());
    rows(ui, "openssh", |ui| {
        ui.label("Cipher");
        value_ui(ui, |ui| {
            ui.name_inputs("Cipher", |ui| {
                ComboBox::from_id_salt("cipher")
                    .selected_text(parameters.cipher.as_str())
                    .show_ui(ui, |ui| {
                        for cipher in Strength::CIPHERS {
                            ui.selectable_value(&mut parameters.cipher, cipher, cipher.as_str());
                        }
                    });
            });
        });
        usual_ui(ui, is_narrow, "PuTTY reads aes256-ctr");
        number_row_ui(ui, is_narrow, "Rounds", "usual: 24", &mut parameters.rounds);
    });
    ui.add_space(space::XS);
    pieces::heading_ui(ui, "PuTTY files", theme::subheading());
    rows(ui, "ppk", |ui| ppk_ui(ui, is_narrow, parameters, speed));
    ui.add_space(space::XS);
    pieces::heading_ui(ui, "PKCS#8 files", theme::subheading());
    rows(ui, "pkcs8", |ui| {
        let usual = "of PBKDF2; usual: 600000";
        number_row_ui(ui, is_narrow, "Iterations", usual, &mut parameters.iterations);
    });
    if let Some(problem) = &parameters.problem {
        pieces::note_ui(ui, Tone::Error, &problem.sentence(), &problem.hint);
    }
    match scene.buttons_ui(ui, scene.is_new, &["OK", "Usual numbers", "Cancel"]) {
        Some(0) => scene.out.push(Command::ApplyParameters),
        Some(1) => *parameters = Parameters::new(Strength::default()),
        Some(_) => scene.out.push(Command::CloseDialog),
        None => {}
    }
}

fn ppk_ui(ui: &mut Ui, is_narrow: bool, parameters: &mut Parameters, speed: Option<Speed>) {
    ui.label("PPK file version");
    value_ui(ui, |ui| {
        let all = [(PpkVersion::V3, "3"), (PpkVersion::V2, "2")];
        let chosen = parameters.ppk_version;
        let next = radios_ui(
            ui,
            &all,
            |(each, _)| each == chosen,
            |ui, (_, name), radio| radio.named_ui(ui, name, &format!("PPK file version {name}")),
        );
        parameters.ppk_version = next.map_or(chosen, |(version, _)| version);
    });
    usual_ui(ui, is_narrow, "2 for PuTTY before 0.75");
    let has_numbers = parameters.ppk_version == PpkVersion::V3;
    if !has_numbers {
        ui.disable();
    }
    ui.label("Function");
    value_ui(ui, |ui| {
        ui.name_inputs("Function", |ui| {
            ComboBox::from_id_salt("variant")
                .selected_text(parameters.variant.name())
                .show_ui(ui, |ui| {
                    for variant in Argon2Variant::ALL {
                        ui.selectable_value(&mut parameters.variant, variant, variant.name());
                    }
                });
        });
    });
    let usual = if has_numbers {
        "usual: Argon2id"
    } else {
        "version 2 has none of these"
    };
    usual_ui(ui, is_narrow, usual);
    number_row_ui(
        ui,
        is_narrow,
        "Memory (KiB)",
        "usual: 8192",
        &mut parameters.mem_kib,
    );
    time_ui(ui, is_narrow, parameters, speed);
    number_row_ui(
        ui,
        is_narrow,
        "Parallelism",
        "usual: 1",
        &mut parameters.parallelism,
    );
}

/// How long the passphrase is hashed: as a time on this machine, or as a number of passes.
fn time_ui(ui: &mut Ui, is_narrow: bool, parameters: &mut Parameters, speed: Option<Speed>) {
    let argon2 = parameters.argon2();
    ui.label("Time");
    value_ui(ui, |ui| {
        let (name, value, is_passes) = match &mut parameters.time {
            HashTime::Passes(passes) => ("Passes", passes, true),
            HashTime::Millis { millis, .. } => ("Milliseconds", millis, false),
        };
        pieces::number_ui(ui, "time", name, value);
        let next = radios_ui(
            ui,
            &[true, false],
            |each| each == is_passes,
            |ui, each, radio| {
                let (text, is_enabled) = if each {
                    ("passes", true)
                } else {
                    ("ms", speed.is_some())
                };
                ui.add_enabled_ui(is_enabled, |ui| radio.ui(ui, text)).inner
            },
        );
        match (next, speed) {
            (Some(true), _) => parameters.count_passes(),
            (Some(false), Some(speed)) => parameters.measure_time(speed),
            (Some(false), None) | (None, _) => {}
        }
    });
    let here = match (parameters.time, speed) {
        (HashTime::Millis { .. }, _) => format!("{} passes on this machine", argon2.passes),
        (HashTime::Passes(_), None) => "usual: 13".to_owned(),
        (HashTime::Passes(_), Some(speed)) => {
            let time = speed.estimate(Cost::Argon2(argon2));
            format!("{} on this machine", pieces::about(time))
        }
    };
    usual_ui(ui, is_narrow, &here);
}

fn rows(ui: &mut Ui, id: &str, contents: impl FnOnce(&mut Ui)) {
    Grid::new(id)
        .num_columns(3)
        .spacing([space::M, space::LABEL])
        .min_col_width(size::LONG_FACT)
        .show(ui, contents);
}

/// What is usual, at the end of a row, or below it where there is no room beside it.
fn usual_ui(ui: &mut Ui, is_narrow: bool, usual: &str) {
    if is_narrow {
        ui.end_row();
        ui.label("");
    }
    pieces::hint_ui(ui, usual);
    ui.end_row();
}

/// The middle column, as wide in every group as the widest needs.
fn value_ui(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.set_min_width(size::VALUES);
        contents(ui);
    });
}

fn number_row_ui(ui: &mut Ui, is_narrow: bool, name: &str, usual: &str, value: &mut u32) {
    let label = ui.label(name);
    value_ui(ui, |ui| {
        let field = pieces::number_ui(ui, name, name, value);
        pieces::reached_by(ui, &field, &label, None);
    });
    usual_ui(ui, is_narrow, usual);
}
