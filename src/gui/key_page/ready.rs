//! A key is here: use it, protect it, save it.

use egui::{Button, Key, Label, RichText, TextStyle, Ui};

use super::{View, identity, protect, public, save};
use crate::app::stage::Document;
use crate::app::{App, Command, Page};
use crate::engine::certificate_facts;
use crate::engine::describe::ENDED_BY_CLEAN_COPY;
use crate::format::Certificate;
use crate::gui::menu;
use crate::gui::pieces::{self, Tone};
use crate::gui::signs::{self, Sign};
use crate::gui::theme::Palette;

/// Where there is less room, the buttons stand below the title.
const ROOMY: f32 = 640.0;

pub(super) fn ready_ui(ui: &mut Ui, app: &mut App, view: &mut View, out: &mut Vec<Command>) {
    let (strength, speed) = (app.strength, app.speed());
    let shown = identity::Shown {
        kind: app.fingerprint,
        subject: app.fingerprint_of,
    };
    let Some(document) = app.document_mut() else {
        return;
    };
    title_ui(ui, document, out);
    if let Some(notice) = document.notice() {
        pieces::hint_ui(ui, notice);
    }
    for warning in document.warnings.iter().chain(document.certificate_warnings()) {
        pieces::note_ui(ui, Tone::Warning, &warning.sentence(), warning.hint);
        if ENDED_BY_CLEAN_COPY.contains(&warning.code) && ui.add(Button::new("Save a clean copy")).clicked() {
            out.push(match document.key() {
                Some(_) => Command::SavePrivate,
                None => Command::SavePublicBeside,
            });
        }
    }
    pieces::card_ui(ui, |ui| {
        public::public_ui(ui, document, out);
        if let Some(certificate) = document.certificate() {
            certificate_ui(ui, certificate, out);
        }
    });
    pieces::card_ui(ui, |ui| identity::identity_ui(ui, document, shown, view, out));
    pieces::card_ui(ui, |ui| {
        if document.key().is_some() {
            protect::protect_ui(ui, document, view, strength, speed, out);
        }
        save::save_ui(ui, document, strength, out);
    });
}

fn title_ui(ui: &mut Ui, document: &Document, out: &mut Vec<Command>) {
    if ui.available_width() > ROOMY {
        ui.horizontal(|ui| {
            pieces::heading_ui(ui, &title(document), TextStyle::Heading);
            state_ui(ui, document);
            pieces::at_right_ui(ui, |ui| buttons_ui(ui, document, out));
        });
        return;
    }
    ui.horizontal_wrapped(|ui| {
        pieces::heading_ui(ui, &title(document), TextStyle::Heading);
        state_ui(ui, document);
    });
    ui.horizontal_wrapped(|ui| buttons_ui(ui, document, out));
}

/// What comes next is the last that would have to go, and so it stands first.
fn buttons_ui(ui: &mut Ui, document: &Document, out: &mut Vec<Command>) {
    if document.key().is_some() && ui.add(Button::new(menu::PUT_ON_SERVER)).clicked() {
        out.push(Command::ShowPage(Page::Servers));
    }
    if ui.add(Button::new("New key")).clicked() {
        out.push(Command::NewKey);
    }
    let load = pieces::mnemonic(ui, "Load", 'L');
    if ui.add(Button::new(load)).clicked() || pieces::alt_pressed(ui, Key::L) {
        out.push(Command::Open);
    }
}

/// That the key has a certificate, and which.
fn certificate_ui(ui: &mut Ui, certificate: &Certificate, out: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    pieces::low_row_ui(ui, 24.0, |ui| {
        signs::sign_ui(ui, Sign::Seal, palette.accent);
        let text = certificate_facts::summary(certificate);
        ui.add(Label::new(RichText::new(text).small().color(palette.text)));
        ui.spacing_mut().button_padding.y = 2.0;
        let info = Button::new(RichText::new("Certificate info…").small());
        if ui.add(info).clicked() {
            out.push(Command::ShowCertificate);
        }
    });
}

/// “Ed25519 key”, “RSA key, 3072 bits”, “RSA public key, 3072 bits”.
fn title(document: &Document) -> String {
    use crate::key::Algorithm as A;
    let public = document.public();
    let half = match (document.key(), document.certificate()) {
        (Some(_), _) => "key",
        (None, None) => "public key",
        (None, Some(_)) => "certificate",
    };
    match public.algorithm() {
        A::Ed25519 => format!("Ed25519 {half}"),
        A::Ed448 => format!("Ed448 {half}"),
        A::Rsa => format!("RSA {half}, {} bits", public.bits()),
        A::Dsa => format!("DSA {half}, {} bits", public.bits()),
        A::Ecdsa(curve) => format!("ECDSA {half}, {}", curve.name()),
        A::MlDsa44Ed25519(_) => format!("ML-DSA-44 and Ed25519 {half}"),
        A::SkEcdsa => format!("ECDSA {half} in a security key"),
        A::SkEd25519 => format!("Ed25519 {half} in a security key"),
    }
}

/// Whether what is here is in a file, in words and with a sign.
fn state_ui(ui: &mut Ui, document: &Document) {
    let palette = Palette::of(ui);
    let (sign, text, color) = if document.is_new() {
        (Sign::Open, "not saved yet", palette.warn)
    } else if document.is_unsaved() {
        (Sign::Open, "changed, not saved yet", palette.warn)
    } else {
        (Sign::Good, "saved", palette.good)
    };
    signs::sign_ui(ui, sign, color);
    let response = ui.add(Label::new(RichText::new(text).small().color(color)).selectable(false));
    pieces::polite(ui, &response);
}
