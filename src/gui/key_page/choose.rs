//! No key yet: make one, or open one.

use egui::{Key, Label, Memory, Response, RichText, Sense, Ui};

use super::View;
use crate::app::{Command, Kind, NextKey};
use crate::gui::drop::Drops;
use crate::gui::pieces::{self, Tone};
use crate::gui::radios::{Radio, radios_ui};
use crate::gui::theme::{self, Palette};
use crate::key::spec::{Curve, RsaBits};

/// How high the two cards are at most when they stand side by side.
const CARD_HEIGHT: f32 = 316.0;
const GENERATE_HEIGHT: f32 = 48.0;
/// What shows the kinds that hardly anybody needs.
const MORE: &str = "More types";
/// A page lower than this has no room to spare.
const LOW: f32 = 460.0;

/// What only the window knows: whether the page has just come up, and the rest.
type Known<'a> = (bool, &'a mut View);

pub(super) fn choose_ui(ui: &mut Ui, next: &mut NextKey, known: Known<'_>, out: &mut Vec<Command>) {
    // In a low window Generate matters more than an explanation.
    let is_low = ui.clip_rect().height() < LOW;
    if !is_low {
        ui.add_space(8.0);
    }
    pieces::heading_ui(ui, "Make or open an SSH key", egui::TextStyle::Heading);
    if !is_low {
        pieces::hint_ui(
            ui,
            "An SSH key is a pair: the public half goes to servers, the private half stays with you.",
        );
        ui.add_space(8.0);
    }
    if ui.available_width() < 560.0 {
        let drops = known.1.drops;
        pieces::card_ui(ui, |ui| generate_ui(ui, next, known, 0.0, out));
        ui.add_space(4.0);
        pieces::card_ui(ui, |ui| load_ui(ui, drops, out));
        return;
    }
    // As high as there is room for, so that Generate is in sight.
    let room = ui.clip_rect().bottom() - ui.cursor().top() - 44.0;
    let height = room.clamp(240.0, CARD_HEIGHT);
    let gap = 16.0;
    let left = ((ui.available_width() - gap) * 0.6).floor();
    let right = ui.available_width() - gap - left;
    let drops = known.1.drops;
    let mut known = Some(known);
    pieces::columns_ui(ui, gap, [left, right], |ui, _| {
        pieces::card_ui(ui, |ui| {
            ui.set_min_height(height);
            match known.take() {
                Some(known) => generate_ui(ui, next, known, height, out),
                None => load_ui(ui, drops, out),
            }
        });
    });
}

fn generate_ui(
    ui: &mut Ui,
    next: &mut NextKey,
    (is_new, view): Known<'_>,
    height: f32,
    out: &mut Vec<Command>,
) {
    pieces::heading_ui(ui, "A new key", theme::subheading());
    pieces::field_label_ui(ui, "Type of key to generate", None);
    kinds_ui(ui, next, &mut view.is_more_shown);
    let is_entered = match next.kind {
        Kind::Ed25519 | Kind::Ed448 | Kind::MlDsa44Ed25519 | Kind::Dsa => false,
        Kind::Rsa => bits_ui(ui, next),
        Kind::Ecdsa => {
            curve_ui(ui, next);
            false
        }
    };
    let spec = next.spec();
    if let Err(problem) = &spec {
        pieces::note_ui(ui, Tone::Error, &problem.sentence(), &problem.hint);
    }
    // The button stays where it is, whatever the type has to ask.
    let used = ui.cursor().top() - ui.min_rect().top();
    ui.add_space((height - used - GENERATE_HEIGHT).max(8.0));
    let text = pieces::large_mnemonic(ui, "Generate", 'G');
    let is_asked = pieces::alt_pressed(ui, Key::G) || is_entered;
    let button = ui
        .add_enabled_ui(spec.is_ok(), |ui| {
            pieces::wide_primary_ui(ui, GENERATE_HEIGHT, text)
        })
        .inner;
    if is_new && ui.memory(Memory::focused).is_none() {
        button.request_focus();
    }
    if button.clicked() || is_asked {
        out.extend(spec.ok().map(Command::Generate));
    }
}

/// The kinds of keys. Those that hardly anybody needs are shown when one of them is chosen, wherever that was.
fn kinds_ui(ui: &mut Ui, next: &mut NextKey, is_more_shown: &mut bool) {
    let is_open = *is_more_shown || Kind::MORE.contains(&next.kind);
    let mut kinds = Kind::MAIN.to_vec();
    if is_open {
        kinds.extend(Kind::MORE);
    }
    let mut is_toggled = false;
    let chosen = next.kind;
    let other = radios_ui(
        ui,
        &kinds,
        |kind| kind == chosen,
        |ui, kind, radio| {
            if Some(&kind) == Kind::MORE.first() {
                is_toggled = pieces::disclosure_ui(ui, MORE, true).clicked();
            }
            ui.scope(|ui| kind_ui(ui, kind, radio)).inner
        },
    );
    if !is_open {
        is_toggled = pieces::disclosure_ui(ui, MORE, false).clicked();
    }
    next.kind = other.unwrap_or(chosen);
    if is_toggled {
        *is_more_shown = !is_open;
        if is_open && Kind::MORE.contains(&next.kind) {
            next.kind = Kind::Ed25519;
        }
    }
}

fn kind_ui(ui: &mut Ui, kind: Kind, radio: Radio) -> Response {
    ui.spacing_mut().interact_size.y = 22.0;
    let radio = radio.ui(ui, kind.title());
    ui.spacing_mut().item_spacing.y = 2.0;
    let indent = ui.spacing().icon_width + ui.spacing().icon_spacing;
    let advice = ui
        .horizontal_top(|ui| {
            ui.add_space(indent);
            let text = RichText::new(kind.advice()).small().color(Palette::of(ui).weak);
            ui.add(Label::new(text).wrap().selectable(false).sense(Sense::CLICK))
        })
        .inner;
    ui.ctx().accesskit_node_builder(radio.id, |node| {
        node.push_described_by(advice.id.accesskit_id());
    });
    // The advice belongs to it, and is clicked as well.
    radio | advice
}

/// Says whether Enter was pressed in the field.
fn bits_ui(ui: &mut Ui, next: &mut NextKey) -> bool {
    let name = "Number of bits in a generated key";
    let label = pieces::field_label_ui(ui, name, Some('b'));
    ui.horizontal_wrapped(|ui| {
        let field = pieces::number_ui(ui, "rsa bits", name, &mut next.rsa_bits);
        pieces::reached_by(ui, &field, &label, Some(Key::B));
        let usual = RsaBits::default().get();
        let now = next.rsa_bits;
        let other = radios_ui(
            ui,
            &[2048, usual, 4096],
            |bits| bits == now,
            |ui, bits, radio| {
                let text = if bits == usual {
                    format!("{bits} (usual)")
                } else {
                    bits.to_string()
                };
                radio.ui(ui, text)
            },
        );
        next.rsa_bits = other.unwrap_or(now);
        field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
    })
    .inner
}

fn curve_ui(ui: &mut Ui, next: &mut NextKey) {
    let label = pieces::field_label_ui(ui, "Curve to use for generating this key", None);
    ui.label_inputs_by(label.id, |ui| {
        ui.horizontal_wrapped(|ui| {
            let now = next.curve;
            let other = radios_ui(
                ui,
                &Curve::ALL,
                |curve| curve == now,
                |ui, curve, radio| radio.ui(ui, curve.name()),
            );
            next.curve = other.unwrap_or(now);
        });
    });
}

fn load_ui(ui: &mut Ui, drops: Drops, out: &mut Vec<Command>) {
    pieces::heading_ui(ui, "A key you have", theme::subheading());
    pieces::hint_ui(
        ui,
        "Opens private and public keys of OpenSSH, PuTTY (.ppk), OpenSSL (PEM, PKCS#8) and others: to see them, to change the comment or the passphrase, and to save them in another format.",
    );
    ui.add_space(4.0);
    let text = pieces::large_mnemonic(ui, "Load", 'L');
    if pieces::wide_ui(ui, 48.0, text).clicked() || pieces::alt_pressed(ui, Key::L) {
        out.push(Command::Open);
    }
    if drops == Drops::Heard {
        pieces::hint_ui(ui, "Or drop files anywhere in this window.");
    }
    ui.add_space(4.0);
    if pieces::wide_ui(ui, 36.0, "Paste from the clipboard").clicked() {
        out.push(Command::Paste);
    }
}
