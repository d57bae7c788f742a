//! By what a key is recognised: fingerprint and picture.

use egui::{Key, Label, RichText, TextStyle, Ui};

use super::View;
use crate::app::Command;
use crate::app::stage::{Document, Subject};
use crate::gui::art::art_ui;
use crate::gui::pieces::{self, low_row_ui};
use crate::gui::radios::radios_ui;
use crate::gui::theme::{at, size, space};
use crate::key::fingerprint::FingerprintKind;

/// Which fingerprint is shown.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    pub(super) kind: FingerprintKind,
    pub(super) subject: Subject,
}

pub(super) fn identity_ui(
    ui: &mut Ui,
    document: &Document,
    kind: Shown,
    view: &mut View,
    out: &mut Vec<Command>,
) {
    let gap = space::L;
    let is_narrow = ui.available_width() < at::NARROW_CARD;
    if is_narrow {
        words_ui(ui, document, kind, view, out);
        picture_ui(ui, document, view);
        return;
    }
    let width = ui.available_width() - size::ART - gap;
    pieces::columns_ui(ui, gap, [width, size::ART], |ui, column| {
        if column == 0 {
            words_ui(ui, document, kind, view, out);
        } else {
            picture_ui(ui, document, view);
        }
    });
}

fn words_ui(ui: &mut Ui, document: &Document, kind: Shown, view: &mut View, out: &mut Vec<Command>) {
    ui.horizontal_wrapped(|ui| {
        ui.set_row_height(ui.spacing().interact_size.y);
        pieces::row_label_ui(ui, "Key fingerprint", Some('i'));
        let all = [
            (FingerprintKind::Sha256, "SHA-256"),
            (FingerprintKind::Md5, "MD5"),
        ];
        let next = radios_ui(
            ui,
            &all,
            |(each, _)| each == kind.kind,
            |ui, (_, name), radio| radio.ui(ui, RichText::new(name).small()),
        );
        out.extend(next.map(|(each, _)| Command::ShowFingerprint(each)));
        if ui.add(pieces::tertiary("Copy fingerprint")).clicked() || pieces::alt_pressed(ui, Key::I) {
            out.push(Command::CopyFingerprint);
        }
        let text = if view.is_art_text {
            "Show picture"
        } else {
            "Show picture as text"
        };
        if ui.add(pieces::tertiary(text)).clicked() {
            view.is_art_text = !view.is_art_text;
        }
    });
    if document.certificate().is_some() {
        subject_ui(ui, kind.subject, out);
    }
    let fingerprint = document.fingerprint_of(kind.subject, kind.kind).to_string();
    let job = pieces::broken_anywhere(ui, &fingerprint, ui.available_width());
    ui.add(Label::new(job).wrap());
}

/// Of what the fingerprint is; there is a choice only where there is a certificate.
fn subject_ui(ui: &mut Ui, subject: Subject, out: &mut Vec<Command>) {
    low_row_ui(ui, size::LOW_ROW, |ui| {
        let all = [
            (Subject::Key, "Of the key alone"),
            (Subject::WithCertificate, "Including the certificate"),
        ];
        let next = radios_ui(
            ui,
            &all,
            |(each, _)| each == subject,
            |ui, (_, name), radio| radio.ui(ui, RichText::new(name).small()),
        );
        out.extend(next.map(|(each, _)| Command::ShowFingerprintOf(each)));
    });
}

fn picture_ui(ui: &mut Ui, document: &Document, view: &View) {
    let text = document.art_text();
    if view.is_art_text {
        let text = RichText::new(text).text_style(TextStyle::Monospace);
        ui.add(Label::new(text).extend());
    } else {
        art_ui(ui, document.art(), &text);
    }
}
