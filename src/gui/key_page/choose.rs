//! No key yet: make one, or open one.

use egui::{
    Button, Color32, Frame, Key, Label, Memory, Rect, Response, RichText, ScrollArea, Sense, Shape, Stroke,
    StrokeKind, TextStyle, Ui, Vec2, pos2,
};

use super::View;
use crate::app::{Command, Kind, NextKey};
use crate::gui::drop::Drops;
use crate::gui::pieces::{self, Badge, Tone};
use crate::gui::radios::{Radio, group_ui, radios_ui};
use crate::gui::theme::{self, Palette, at, inset, line, radius, size, space};
use crate::gui::{page, signs};
use crate::key::prime::{Policy, Proof};
use crate::key::spec::{Curve, RsaBits};

/// What shows the kinds that hardly anybody needs.
const MORE: &str = "More types…";
/// What share of the page the card has, beside the other one.
const SHARE: f32 = 0.62;

/// What only the window knows: whether the page has just come up, and the rest.
type Known<'a> = (bool, &'a mut View);

pub(super) fn choose_ui(ui: &mut Ui, next: &mut NextKey, known: Known<'_>, out: &mut Vec<Command>) {
    // In a low window Generate matters more than an explanation.
    let is_low = ui.clip_rect().height() < at::LOW;
    pieces::heading_ui(ui, "Make or open an SSH key", TextStyle::Heading);
    if !is_low {
        pieces::hint_ui(
            ui,
            "An SSH key is a pair: the public half goes to servers, the private half stays with you.",
        );
        ui.add_space(space::XS);
    }
    let drops = known.1.drops;
    let room = ui.clip_rect().bottom() - ui.cursor().top() - space::PAGE;
    if ui.available_width() < at::NARROW_CARD {
        let height = room.clamp(size::LEAST_KINDS, size::KINDS_CARD);
        kinds_card_ui(ui, next, known, height, out);
        ui.add_space(space::XS);
        let tall = size::LEAST_KINDS;
        drop_area_ui(ui, drops, tall, out);
        return;
    }
    let height = room.clamp(size::LEAST_KINDS, size::KINDS_CARD);
    let gap = space::M;
    let left = ((ui.available_width() - gap) * SHARE).floor();
    let right = ui.available_width() - gap - left;
    let mut known = Some(known);
    pieces::columns_ui(ui, gap, [left, right], |ui, _| match known.take() {
        Some(known) => kinds_card_ui(ui, next, known, height, out),
        None => drop_area_ui(ui, drops, height, out),
    });
}

/// The card for a new key: what scrolls where there is no room, and the button that is always in sight.
fn kinds_card_ui(
    ui: &mut Ui,
    next: &mut NextKey,
    (is_new, view): Known<'_>,
    height: f32,
    out: &mut Vec<Command>,
) {
    pieces::card_ui(ui, |ui| {
        let inside = height - inset::LOW_CARD.sum().y - 2.0 * line::THIN;
        let kinds = inside - size::CONTROL - space::M;
        let spec = next.spec();
        let mut is_entered = false;
        let area = ScrollArea::vertical()
            .id_salt("kinds")
            .auto_shrink(false)
            .min_scrolled_height(kinds)
            .max_height(kinds);
        pieces::scrolling_ui(ui, area, |ui| {
            pieces::field_label_ui(ui, "Type of key to generate", None);
            kinds_ui(ui, next, &mut view.is_more_shown);
            match next.kind {
                Kind::Ed25519 | Kind::Ed448 | Kind::MlDsa44Ed25519 | Kind::Dsa => {}
                Kind::Rsa => {
                    is_entered = bits_ui(ui, next);
                    primes_ui(ui, &mut next.primes, &mut view.shows_primes);
                }
                Kind::Ecdsa => curve_ui(ui, next),
            }
            if let Err(problem) = &spec {
                pieces::note_ui(ui, Tone::Error, &problem.sentence(), &problem.hint);
            }
            pieces::keep_focus_in_view(ui, &mut view.kinds_focus);
        });
        ui.add_space(space::M - space::S);
        let text = pieces::mnemonic(ui, "Generate", 'G');
        let is_asked = pieces::alt_pressed(ui, Key::G) || is_entered;
        let button = ui.add_enabled_ui(spec.is_ok(), |ui| {
            pieces::wide_ui(ui, pieces::primary(Button::new(text)))
        });
        let button = button.inner;
        if is_new && ui.memory(Memory::focused).is_none() {
            button.request_focus();
        }
        if button.clicked() || is_asked {
            out.extend(spec.ok().map(Command::Generate));
        }
    });
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
            kind_ui(ui, kind, kind == chosen, radio)
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

/// A tile with the kind's name and plain advice.
fn kind_ui(ui: &mut Ui, kind: Kind, is_chosen: bool, radio: Radio) -> Response {
    let palette = Palette::of(ui);
    let (ground, edge) = if is_chosen {
        (palette.soft, Stroke::new(line::CHOSEN, palette.accent))
    } else {
        (palette.card, Stroke::new(line::THIN, palette.line))
    };
    let tile = Frame::new()
        .fill(ground)
        .stroke(edge)
        .corner_radius(radius::CONTROL)
        .inner_margin(inset::NOTE);
    let shown = tile.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.spacing_mut().interact_size.y = size::LOW_ROW;
        let radio = ui
            .horizontal(|ui| {
                let text = RichText::new(kind.title()).text_style(theme::strong());
                let radio = radio.ui(ui, text);
                if kind == Kind::Ed25519 {
                    pieces::at_right_ui(ui, |ui| {
                        pieces::badge_ui(ui, "Recommended", Badge::Good);
                    });
                }
                radio
            })
            .inner;
        let indent = ui.spacing().icon_width + ui.spacing().icon_spacing;
        let advice = ui
            .horizontal_top(|ui| {
                ui.add_space(indent);
                let text = RichText::new(kind.advice()).small().color(palette.weak);
                ui.add(Label::new(text).wrap().selectable(false).sense(Sense::CLICK))
            })
            .inner;
        ui.ctx().accesskit_node_builder(radio.id, |node| {
            node.push_described_by(advice.id.accesskit_id());
        });
        // The advice belongs to it, and is clicked as well.
        radio | advice
    });
    let whole = ui.interact(shown.response.rect, shown.inner.id.with("tile"), Sense::CLICK);
    shown.inner | whole
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

/// How the primes are found, in PuTTYgen's words. What was chosen is seen, and what is usual is out of the way.
fn primes_ui(ui: &mut Ui, primes: &mut Policy, is_shown: &mut bool) {
    let is_open = *is_shown || *primes != Policy::default();
    if pieces::disclosure_ui(ui, "How the primes are found", is_open).clicked() {
        *is_shown = !is_open;
        if is_open {
            *primes = Policy::default();
        }
    }
    if !is_open {
        return;
    }
    let all = [
        (Proof::Probable, "Use probable primes (fast)"),
        (Proof::Proven, "Use proven primes (slower)"),
        (
            Proof::ProvenEven,
            "Use proven primes with even distribution (slowest)",
        ),
    ];
    let now = primes.proof;
    let other = radios_ui(
        ui,
        &all,
        |(proof, _)| proof == now,
        |ui, (_, name), radio| radio.ui(ui, name),
    );
    primes.proof = other.map_or(now, |(proof, _)| proof);
    pieces::check_ui(
        ui,
        &mut primes.is_strong,
        "Use “strong” primes as RSA key factors",
    );
}

fn curve_ui(ui: &mut Ui, next: &mut NextKey) {
    let name = "Curve to use for generating this key";
    let now = next.curve;
    let other = group_ui(ui, name, &Curve::ALL, now, |curve| curve.name().to_owned());
    next.curve = other.unwrap_or(now);
}

/// Where a key that is there already comes in.
fn drop_area_ui(ui: &mut Ui, drops: Drops, height: f32, out: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    let frame = Frame::new().inner_margin(inset::DROP);
    let shown = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.set_min_height(height - inset::DROP.sum().y);
        let text = match drops {
            Drops::Heard => "Drop files anywhere in this window",
            Drops::Unheard => "A key you have",
        };
        ui.vertical_centered(|ui| {
            ui.add_space(space::L);
            page::tile_ui(ui, signs::draw_open);
            ui.add_space(space::XS);
            pieces::heading_ui(ui, text, theme::strong());
            pieces::hint_ui(
                ui,
                "Private and public keys of OpenSSH, PuTTY (.ppk), OpenSSL (PEM, PKCS#8) and others: to see them, change or convert them.",
            );
            ui.add_space(space::S);
            let text = pieces::mnemonic(ui, "Load", 'L');
            let is_asked = pieces::alt_pressed(ui, Key::L);
            if pieces::wide_ui(ui, Button::new(text)).clicked() || is_asked {
                out.push(Command::Open);
            }
            let paste = pieces::tertiary("Paste from the clipboard").wrap_mode(egui::TextWrapMode::Extend);
            if ui.add(paste).clicked() {
                out.push(Command::Paste);
            }
        });
    });
    dashes(ui, shown.response.rect, palette.outline);
}

/// Draws a line of dashes around `rect`, with round corners.
fn dashes(ui: &Ui, rect: Rect, color: Color32) {
    let round = f32::from(radius::CARD.nw);
    let stroke = Stroke::new(line::CHOSEN, color);
    let painter = ui.painter();
    let inside = rect.shrink(line::THIN);
    for [from, to] in [
        [
            pos2(inside.left() + round, inside.top()),
            pos2(inside.right() - round, inside.top()),
        ],
        [
            pos2(inside.right(), inside.top() + round),
            pos2(inside.right(), inside.bottom() - round),
        ],
        [
            pos2(inside.right() - round, inside.bottom()),
            pos2(inside.left() + round, inside.bottom()),
        ],
        [
            pos2(inside.left(), inside.bottom() - round),
            pos2(inside.left(), inside.top() + round),
        ],
    ] {
        painter.extend(Shape::dashed_line(&[from, to], stroke, line::DASH, line::DASH));
    }
    // The corners are drawn whole, each within its own square.
    for corner in [
        inside.left_top(),
        inside.right_top(),
        inside.right_bottom(),
        inside.left_bottom(),
    ] {
        let square = Rect::from_center_size(corner, Vec2::splat(2.0 * round));
        ui.painter_at(square.intersect(ui.clip_rect())).rect_stroke(
            inside,
            radius::CARD,
            stroke,
            StrokeKind::Middle,
        );
    }
}
