//! A key is here: protect and save it, put it on a server, log in; and below, its public half.

use egui::{Align, Button, Key, Label, RichText, TextEdit, TextStyle, Ui};

use super::steps::{Stand, Step, aside_ui};
use super::{View, identity, protect, public, save};
use crate::app::command::ServerCommand;
use crate::app::stage::{Document, Missing};
use crate::app::{App, Command, Page};
use crate::engine::certificate_facts;
use crate::engine::command_line::words_for_ssh;
use crate::engine::describe::ENDED_BY_CLEAN_COPY;
use crate::format::Certificate;
use crate::gui::menu;
use crate::gui::pieces::{self, Tone};
use crate::gui::signs::{self, Sign};
use crate::gui::theme::{Palette, at, size, space};

/// What the field for the server is called.
const SERVER: &str = "Server";

pub(super) fn ready_ui(ui: &mut Ui, app: &mut App, view: &mut View, out: &mut Vec<Command>) {
    let (strength, speed) = (app.strength, app.speed());
    let shown = identity::Shown {
        kind: app.fingerprint,
        subject: app.fingerprint_of,
    };
    let servers = app.installed_on();
    let is_free = app.dialog.is_none();
    let mut address = std::mem::take(&mut app.servers.address);
    if let Some(document) = app.document_mut() {
        title_ui(ui, document, out);
        warnings_ui(ui, document, out);
        if document.key().is_some() {
            if is_free && document.wanted.is_some() {
                view.wanted = document.wanted.take();
                view.is_saving_open = true;
            }
            let is_saved = !document.is_unsaved();
            view.is_saving_open |= !is_saved || !document.is_from_here();
            let place = document.shown_path();
            // Whoever has just saved the key goes on at the next step.
            let saves = document.saves();
            let goes_on = saves != std::mem::replace(&mut view.saves, saves) && document.is_from_here();
            view.is_saving_open &= !goes_on;
            protect_step_ui(ui, (document, place.as_deref()), view, |ui, document, view| {
                protect::protect_ui(ui, document, view, strength, speed, out);
                save::save_ui(ui, document, strength, out);
            });
            let stand = match (is_saved, servers.is_empty()) {
                (false, _) => Stand::Later,
                (true, true) => Stand::Due,
                (true, false) => Stand::Done,
            };
            server_step_ui(ui, (stand, goes_on), &servers, &mut address, out);
            log_in_step_ui(ui, &servers, out);
        } else {
            server_row_ui(ui, out);
        }
        pieces::card_ui(ui, |ui| {
            public::public_ui(ui, document, &mut view.is_line_whole, out);
            identity::identity_ui(ui, document, shown, view, out);
        });
    }
    app.servers.address = address;
}

fn title_ui(ui: &mut Ui, document: &Document, out: &mut Vec<Command>) {
    let title = title(document);
    // A key that was pasted is not saved either, but it is not new.
    let is_made_here = document.is_new() && document.format.is_none();
    let heading = if is_made_here {
        "Your new key is ready"
    } else {
        &title
    };
    let mut load_ui = |ui: &mut Ui| {
        let load = pieces::mnemonic(ui, "Load", 'L');
        if ui.add(pieces::tertiary(load)).clicked() || pieces::alt_pressed(ui, Key::L) {
            out.push(Command::Open);
        }
    };
    let told_ui = |ui: &mut Ui| {
        if is_made_here {
            let text = RichText::new(title.as_str()).small().color(Palette::of(ui).weak);
            ui.add(Label::new(text).selectable(false));
        }
        state_ui(ui, document);
    };
    if ui.available_width() < at::NARROW_CARD {
        ui.horizontal_wrapped(|ui| {
            pieces::heading_ui(ui, heading, TextStyle::Heading);
            told_ui(ui);
            load_ui(ui);
        });
    } else {
        ui.horizontal(|ui| {
            let text = RichText::new(heading).text_style(TextStyle::Heading);
            let title = ui.add(Label::new(text).extend());
            pieces::as_heading(ui, &title, heading);
            told_ui(ui);
            pieces::at_right_ui(ui, load_ui);
        });
    }
    if let Some(certificate) = document.certificate() {
        certificate_ui(ui, certificate, out);
    }
    if let Some(notice) = document.notice() {
        pieces::hint_ui(ui, notice);
    }
}

/// That the key is no longer where it was saved, and what can be done about that.
fn missing_ui(ui: &mut Ui, document: &Document) {
    let (Some(missing), Some(place)) = (document.missing(), document.shown_path()) else {
        return;
    };
    let what = match missing {
        Missing::InTrash => format!("{place} was moved to the trash."),
        Missing::Gone => format!("{place} is no longer there."),
    };
    let hint = match (missing, document.key()) {
        (Missing::InTrash, _) => "The page “Keys” puts it back, under “Trash…”. Or save the key here again.",
        (Missing::Gone, Some(_)) => {
            "It was moved or deleted, or its disk was taken out. Save the key again, or it may be gone with this window."
        }
        (Missing::Gone, None) => "It was moved or deleted, or its disk was taken out.",
    };
    pieces::note_ui(ui, Tone::Warning, &what, hint);
}

fn warnings_ui(ui: &mut Ui, document: &Document, out: &mut Vec<Command>) {
    missing_ui(ui, document);
    for warning in document.warnings.iter().chain(document.certificate_warnings()) {
        pieces::note_ui(ui, Tone::Warning, &warning.sentence(), warning.hint);
        if ENDED_BY_CLEAN_COPY.contains(&warning.code) && ui.add(Button::new("Save a clean copy")).clicked() {
            out.push(match document.key() {
                Some(_) => Command::SavePrivate,
                None => Command::SavePublicBeside,
            });
        }
    }
}

fn protect_step_ui(
    ui: &mut Ui,
    (document, place): (&mut Document, Option<&str>),
    view: &mut View,
    contents: impl FnOnce(&mut Ui, &mut Document, &mut View),
) {
    let is_saved = !document.is_unsaved();
    let is_open = view.is_saving_open;
    let stand = match (is_saved, is_open) {
        (true, false) => Stand::Done,
        (true, true) if document.is_from_here() => Stand::Later,
        (true | false, true) | (false, false) => Stand::Due,
    };
    let step = Step {
        number: 1,
        title: "Protect and save it",
        stand,
    };
    let mut opens = false;
    let has_passphrase = document.keeps_passphrase();
    let beside = |ui: &mut Ui| {
        if stand == Stand::Done {
            pieces::at_right_ui(ui, |ui| {
                opens = ui.add(pieces::tertiary("Change…")).clicked();
            });
        }
    };
    let mut contents = Some(contents);
    step.ui(
        ui,
        beside,
        Some(&mut |ui| {
            if stand != Stand::Done {
                if let Some(contents) = contents.take() {
                    contents(ui, document, view);
                }
                return;
            }
            let with = if has_passphrase {
                "with a passphrase"
            } else {
                "without a passphrase"
            };
            let what = match place {
                Some(place) => format!("Saved as {place}, {with}."),
                None => format!("Saved, {with}."),
            };
            pieces::hint_ui(ui, what);
        }),
    );
    view.is_saving_open |= opens;
}

fn server_step_ui(
    ui: &mut Ui,
    (stand, goes_on): (Stand, bool),
    servers: &[String],
    address: &mut String,
    out: &mut Vec<Command>,
) {
    let step = Step {
        number: 2,
        title: "Put it on a server",
        stand,
    };
    let is_wide = ui.available_width() >= at::NARROW_CARD;
    let aside = match servers {
        [] => "Logs in, adds it, proves it.".to_owned(),
        servers => servers.join(", "),
    };
    let mut goes = false;
    let beside = |ui: &mut Ui| {
        if stand == Stand::Due {
            return;
        }
        // What comes next is the last that would have to go.
        let put_ui = |ui: &mut Ui| goes = ui.add(Button::new(menu::PUT_ON_SERVER)).clicked();
        if is_wide {
            let aside = RichText::new(&aside).small().color(Palette::of(ui).weak);
            pieces::elided_before_ui(ui, aside, put_ui);
        } else {
            pieces::at_right_ui(ui, put_ui);
        }
    };
    let mut field_ui = |ui: &mut Ui| {
        let label = pieces::field_label_ui(ui, SERVER, None);
        let room = ui.available_width();
        let is_narrow = room < at::NARROW_FIELD;
        let mut row_ui = |ui: &mut Ui| {
            let width = if is_narrow {
                room
            } else {
                room - size::PUT_BUTTON - ui.spacing().item_spacing.x
            };
            let field = TextEdit::singleline(address)
                .id_salt("server of the key")
                .hint_text(pieces::placeholder(ui, "you@example.org"))
                .desired_width(width);
            let field = ui.add(field).labelled_by(label.id);
            ui.ctx()
                .accesskit_node_builder(field.id, |node| node.set_label(SERVER));
            pieces::reached_by(ui, &field, &label, None);
            let is_entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let put = pieces::primary_ui(ui, Button::new(menu::PUT_ON_SERVER));
            if goes_on {
                field.request_focus();
                put.scroll_to_me(Some(Align::Center));
            }
            if put.clicked() || is_entered {
                out.push(Command::ShowPage(Page::Servers));
                if !address.trim().is_empty() {
                    out.push(Command::Server(ServerCommand::Install));
                }
            }
        };
        if is_narrow {
            row_ui(ui);
        } else {
            ui.horizontal(row_ui);
        }
        pieces::hint_ui(
            ui,
            "Logs in as you do today, adds the public half, and proves that the key works.",
        );
    };
    let below: Option<&mut dyn FnMut(&mut Ui)> = match stand {
        Stand::Due => Some(&mut field_ui),
        Stand::Done | Stand::Later => None,
    };
    step.ui(ui, beside, below);
    if goes {
        out.push(Command::ShowPage(Page::Servers));
    }
}

fn log_in_step_ui(ui: &mut Ui, servers: &[String], out: &mut Vec<Command>) {
    let stand = if servers.is_empty() {
        Stand::Later
    } else {
        Stand::Due
    };
    let step = Step {
        number: 3,
        title: "Log in",
        stand,
    };
    let Some(server) = servers.first() else {
        let beside = |ui: &mut Ui| {
            let text = RichText::new("ssh you@server").text_style(TextStyle::Monospace);
            ui.add(Label::new(text.color(Palette::of(ui).weak)).truncate());
        };
        return step.ui(ui, beside, None);
    };
    let mut below = |ui: &mut Ui| {
        // The name of a server may be long, and the whole command is what helps.
        let command = format!("ssh {}", words_for_ssh(server));
        let job = pieces::broken_anywhere(ui, &command, ui.available_width());
        ui.add(Label::new(job).wrap());
        ui.horizontal_wrapped(|ui| {
            if pieces::primary_ui(ui, Button::new("Log in")).clicked() {
                out.push(Command::LogIn(server.clone()));
            }
            if ui.add(Button::new("See which keys may log in…")).clicked() {
                out.push(Command::ShowPage(Page::Servers));
            }
        });
    };
    step.ui(ui, |_| {}, Some(&mut below));
}

/// Where there is only a public half: what can be done with it.
fn server_row_ui(ui: &mut Ui, out: &mut Vec<Command>) {
    ui.horizontal_wrapped(|ui| {
        if ui.add(Button::new(menu::PUT_ON_SERVER)).clicked() {
            out.push(Command::ShowPage(Page::Servers));
        }
        aside_ui(ui, "Only the public half is in this file.");
    });
}

/// That the key has a certificate, and which.
fn certificate_ui(ui: &mut Ui, certificate: &Certificate, out: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    pieces::low_row_ui(ui, size::LOW_ROW, |ui| {
        signs::sign_ui(ui, Sign::Seal, palette.accent);
        let text = certificate_facts::summary(certificate);
        ui.add(Label::new(RichText::new(text).small().color(palette.text)));
        ui.spacing_mut().button_padding.y = space::LINE;
        if ui.add(pieces::tertiary("Certificate info…")).clicked() {
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
    let (sign, text, color) = if let Some(missing) = document.missing() {
        let text = match missing {
            Missing::InTrash => "in the trash",
            Missing::Gone => "its file is gone",
        };
        (Sign::Open, text, palette.warn)
    } else if document.is_new() {
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
