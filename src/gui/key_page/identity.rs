//! By what a key is recognised: fingerprint, picture, comment.

use egui::{Button, Key, Label, Margin, RichText, TextEdit, TextStyle, Ui};

use super::View;
use crate::app::Command;
use crate::app::stage::{Document, Subject};
use crate::gui::art::art_ui;
use crate::gui::pieces::{self, Tone, low_row_ui};
use crate::gui::radios::radios_ui;
use crate::key::fingerprint::FingerprintKind;

/// How wide the picture and its button are.
const ART_WIDTH: f32 = 200.0;
/// Where there is less room, the label stands above its field.
const NARROW: f32 = 320.0;

/// Which fingerprint is shown.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    pub(super) kind: FingerprintKind,
    pub(super) subject: Subject,
}

pub(super) fn identity_ui(
    ui: &mut Ui,
    document: &mut Document,
    kind: Shown,
    view: &mut View,
    out: &mut Vec<Command>,
) {
    let gap = 16.0;
    let is_narrow = ui.available_width() < 480.0;
    if is_narrow {
        words_ui(ui, document, kind, view, out);
        picture_ui(ui, document, view);
        return;
    }
    let width = ui.available_width() - ART_WIDTH - gap;
    pieces::columns_ui(ui, gap, [width, ART_WIDTH], |ui, column| {
        if column == 0 {
            words_ui(ui, document, kind, view, out);
        } else {
            picture_ui(ui, document, view);
        }
    });
}

fn words_ui(ui: &mut Ui, document: &mut Document, kind: Shown, view: &mut View, out: &mut Vec<Command>) {
    let small = |text| Button::new(RichText::new(text).small());
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
        if ui.add(small("Copy fingerprint")).clicked() || pieces::alt_pressed(ui, Key::I) {
            out.push(Command::CopyFingerprint);
        }
        let text = if view.is_art_text {
            "Show picture"
        } else {
            "Show picture as text"
        };
        if ui.add(small(text)).clicked() {
            view.is_art_text = !view.is_art_text;
        }
    });
    if document.certificate().is_some() {
        subject_ui(ui, kind.subject, out);
    }
    let fingerprint = document.fingerprint_of(kind.subject, kind.kind).to_string();
    let job = pieces::broken_anywhere(ui, &fingerprint, ui.available_width());
    ui.add(Label::new(job).wrap());
    comment_ui(ui, document);
}

/// Of what the fingerprint is; there is a choice only where there is a certificate.
fn subject_ui(ui: &mut Ui, subject: Subject, out: &mut Vec<Command>) {
    low_row_ui(ui, 20.0, |ui| {
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
        let text = RichText::new(text).text_style(TextStyle::Monospace).size(11.0);
        ui.add(Label::new(text).extend());
    } else {
        art_ui(ui, document.art(), &text);
    }
}

fn comment_ui(ui: &mut Ui, document: &mut Document) {
    let name = "Key comment";
    let above = (ui.available_width() < NARROW).then(|| pieces::field_label_ui(ui, name, Some('c')));
    ui.horizontal(|ui| {
        let label = above.unwrap_or_else(|| pieces::row_label_ui(ui, name, Some('c')));
        let field = TextEdit::singleline(&mut document.draft.comment)
            .id_salt("comment")
            .desired_width(ui.available_width())
            .margin(Margin::symmetric(8, 6));
        let field = ui.add(field).labelled_by(label.id);
        pieces::reached_by(ui, &field, &label, Some(Key::C));
    });
    if let Err(problem) = document.draft.checked_comment() {
        pieces::note_ui(ui, Tone::Error, &problem.sentence(), &problem.hint);
    }
}
