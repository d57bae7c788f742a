//! A key is being made.

use std::time::Duration;

use egui::{Button, ProgressBar, Ui};

use crate::app::Command;
use crate::app::stage::Generating;
use crate::engine::duration::in_words;
use crate::gui::pieces;
use crate::gui::theme::{self, size, space};
use crate::key::spec::KeySpec;

/// How often the elapsed time is drawn anew.
const TICK: Duration = Duration::from_millis(100);

pub(super) fn generating_ui(ui: &mut Ui, generating: &Generating, out: &mut Vec<Command>) {
    ui.add_space(space::XXL);
    pieces::card_ui(ui, |ui| {
        let title = pieces::heading_ui(ui, "Please wait while a key is generated…", theme::subheading());
        pieces::polite(ui, &title);
        pieces::hint_ui(ui, advice(generating.spec));
        let done = generating.job.progress();
        let text = match done {
            Some(done) => format!("{:.0} %", done * f32::from(100_u8)),
            None => "Starting…".to_owned(),
        };
        let bar = ui.add(
            ProgressBar::new(done.unwrap_or_default())
                .desired_height(size::LOW_ROW)
                .text(text),
        );
        ui.ctx()
            .accesskit_node_builder(bar.id, |node| node.set_label("Progress of the key"));
        let elapsed = in_words(generating.job.elapsed());
        ui.label(match generating.job.left() {
            Some(left) => format!(
                "{} · {elapsed} · on average another {}",
                generating.spec,
                in_words(left)
            ),
            None => format!("{} · {elapsed}", generating.spec),
        });
        if ui.add(Button::new("Cancel")).clicked() {
            out.push(Command::Cancel);
        }
    });
    ui.ctx().request_repaint_after(TICK);
}

fn advice(spec: KeySpec) -> &'static str {
    match spec {
        KeySpec::Rsa(bits) if bits.get() > 8192 => {
            "Two primes of this size can take minutes to find. How many tries that takes is chance, so the bar may stay near the end for a while."
        }
        KeySpec::Rsa(_) => {
            "Two large primes are being looked for. How many tries that takes is chance, so the bar may stay near the end for a while."
        }
        KeySpec::Dsa => {
            "A prime of 1024 bits is being looked for, and one of 160 bits that goes with it. How many tries that takes is chance."
        }
        KeySpec::Ed25519 | KeySpec::Ecdsa(_) | KeySpec::Ed448 | KeySpec::MlDsa44Ed25519 => {
            "This takes a moment."
        }
    }
}
