//! The menu bar: every word where a tutorial says it is.

use egui::containers::menu::{MenuBar, MenuButton};
use egui::{
    Button, EventFilter, Frame, Id, Key, KeyboardShortcut, Modifiers, Panel, Popup, Response, RichText,
    ScrollArea, TextWrapMode, Ui, WidgetInfo, vec2,
};

use super::pieces::{self, alt_pressed};
use super::shortcuts;
use super::theme::{Palette, inset, size, space};
use crate::app::command::ListCommand;
use crate::app::stage::{Document, Stage};
use crate::app::{App, Command, Page};
use crate::engine::programs::{PROGRAMS, Purpose};
use crate::engine::saving::Choice;
use crate::key::fingerprint::FingerprintKind;

/// The way to the page about servers.
pub(super) const PUT_ON_SERVER: &str = "Put on a server…";

/// What only the window knows of the menus.
#[derive(Debug, Default)]
pub(super) struct View {
    /// What had the focus in the last frame.
    focus: Option<Id>,
    /// The menus, each with the button that opens it.
    menus: Vec<(Id, Response)>,
}

pub(super) fn menu_bar_ui(ui: &mut Ui, app: &App, view: &mut View, out: &mut Vec<Command>) {
    let frame = Frame::new()
        .fill(Palette::of(ui).side)
        .inner_margin(inset::MENU_BAR);
    Panel::top("menu bar").frame(frame).show(ui, |ui| {
        let is_free = app.dialog.is_none();
        MenuBar::new().ui(ui, |ui| {
            ui.spacing_mut().button_padding = vec2(space::M, space::LABEL);
            view.menus.clear();
            ui.add_enabled_ui(is_free, |ui| {
                menu_ui(ui, view, "File", 'F', Key::F, |ui| file_menu_ui(ui, app, out));
                menu_ui(ui, view, "Key", 'K', Key::K, |ui| key_menu_ui(ui, app, out));
                menu_ui(ui, view, "Conversions", 'v', Key::V, |ui| {
                    conversions_menu_ui(ui, app, out);
                });
                menu_ui(ui, view, "Help", 'H', Key::H, |ui| help_menu_ui(ui, app, out));
            });
            step_aside(ui, &view.menus);
        });
    });
}

fn menu_ui(
    ui: &mut Ui,
    view: &mut View,
    title: &str,
    letter: char,
    key: Key,
    contents: impl FnOnce(&mut Ui),
) {
    let title_text = pieces::mnemonic(ui, title, letter);
    let is_asked = alt_pressed(ui, key);
    let (response, _) = MenuButton::from_button(Button::new(title_text)).ui(ui, |ui| {
        ui.set_min_width(size::MENU);
        ui.spacing_mut().button_padding = vec2(space::M, space::XS);
        ui.spacing_mut().item_spacing.y = space::LINE;
        // Where the window is lower than the menu, the menu scrolls.
        let room = ui.ctx().content_rect().bottom() - ui.cursor().top() - size::BELOW_MENU;
        // An area offers no more room than it took last time, and so could never grow.
        ui.set_max_height(room);
        ui.style_mut().wrap_mode = Some(TextWrapMode::Extend);
        let area = ScrollArea::vertical().max_height(room);
        pieces::scrolling_ui(ui, area, |ui| {
            contents(ui);
            pieces::keep_focus_in_view(ui, &mut view.focus);
        });
    });
    let id = Popup::default_response_id(&response);
    if is_asked {
        response.request_focus();
        Popup::open_id(ui.ctx(), id);
    }
    view.menus.push((id, response));
}

/// With a menu open, the arrow keys left and right lead to the next one, and round.
fn step_aside(ui: &Ui, menus: &[(Id, Response)]) {
    let Some(open) = menus.iter().position(|(id, _)| Popup::is_id_open(ui.ctx(), *id)) else {
        return;
    };
    if let Some(focused) = ui.memory(egui::Memory::focused) {
        // Up and down lead from entry to entry.
        let filter = EventFilter {
            horizontal_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(focused, filter));
    }
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let step = if pressed(Key::ArrowRight) {
        1
    } else if pressed(Key::ArrowLeft) {
        menus.len() - 1
    } else {
        return;
    };
    let (next, button) = &menus[(open + step) % menus.len()];
    Popup::open_id(ui.ctx(), *next);
    button.request_focus();
}

/// An entry, with its key at the right.
fn entry_ui(ui: &mut Ui, is_enabled: bool, text: &str, shortcut: Option<&KeyboardShortcut>) -> bool {
    let mut button = Button::new(text);
    if let Some(shortcut) = shortcut {
        let keys = ui.ctx().format_shortcut(shortcut).replace("Comma", ",");
        button = button.shortcut_text(keys);
    }
    let response = ui.add_enabled(is_enabled, button);
    // Without this a screen reader would take the key for a part of the name.
    response.widget_info(|| WidgetInfo::labeled(egui::Role::MenuItem, is_enabled, text));
    closing(ui, &response)
}

/// An entry that says why it cannot be used, where there is a reason.
fn explained_entry_ui(ui: &mut Ui, is_enabled: bool, text: &str, obstacle: Option<&str>) -> bool {
    let Some(obstacle) = obstacle else {
        return entry_ui(ui, is_enabled, text, None);
    };
    let button = Button::new(text).right_text(RichText::new(obstacle).small());
    let response = ui.add_enabled(false, button);
    let name = format!("{text} ({obstacle})");
    response.widget_info(|| WidgetInfo::labeled(egui::Role::MenuItem, false, &name));
    false
}

fn choice_ui(ui: &mut Ui, is_chosen: bool, text: &str) -> bool {
    let response = pieces::radio_ui(ui, is_chosen, text);
    closing(ui, &response)
}

fn closing(ui: &Ui, response: &Response) -> bool {
    let is_clicked = response.clicked();
    if is_clicked {
        ui.close();
    }
    is_clicked
}

fn file_menu_ui(ui: &mut Ui, app: &App, out: &mut Vec<Command>) {
    let document = app.document();
    let is_at_rest = matches!(app.stage, Stage::Empty | Stage::Ready(_));
    let has_private = document.is_some_and(|document| document.key().is_some());
    if entry_ui(ui, true, "New key", Some(&shortcuts::NEW)) {
        out.push(Command::NewKey);
    }
    if entry_ui(ui, is_at_rest, "Load private key", Some(&shortcuts::OPEN)) {
        out.push(Command::Open);
    }
    if entry_ui(ui, is_at_rest, "Paste a key", Some(&shortcuts::PASTE)) {
        out.push(Command::Paste);
    }
    ui.separator();
    if entry_ui(ui, has_private, "Save private key", Some(&shortcuts::SAVE)) {
        out.push(Command::SavePrivate);
    }
    if entry_ui(ui, document.is_some(), "Save public key", None) {
        out.push(Command::SavePublicBeside);
    }
    ui.separator();
    if entry_ui(ui, document.is_some(), "Copy public key", Some(&shortcuts::COPY)) {
        out.push(Command::CopyPublicKey);
    }
    ui.add_enabled_ui(document.is_some(), |ui| {
        ui.menu_button("Copy for…", |ui| copy_for_menu_ui(ui, document, out));
    });
    if entry_ui(ui, document.is_some(), "Copy randomart", None) {
        out.push(Command::CopyRandomart);
    }
    ui.separator();
    if entry_ui(ui, true, "Settings…", Some(&shortcuts::SETTINGS)) {
        out.push(Command::EditSettings);
    }
    if entry_ui(ui, true, "Quit", Some(&shortcuts::QUIT)) {
        out.push(Command::Quit);
    }
}

/// What the public key may be wanted for; a program that does not take such keys says so.
fn copy_for_menu_ui(ui: &mut Ui, document: Option<&Document>, out: &mut Vec<Command>) {
    let Some(document) = document else { return };
    ui.spacing_mut().button_padding = vec2(space::M, space::XS);
    ui.spacing_mut().item_spacing.y = space::LINE;
    ui.style_mut().wrap_mode = Some(TextWrapMode::Extend);
    // Where the window is lower than the menu, the menu scrolls.
    let room = ui.ctx().content_rect().height() - 2.0 * size::BELOW_MENU;
    ui.set_max_height(room);
    let area = ScrollArea::vertical().max_height(room);
    pieces::scrolling_ui(ui, area, |ui| purposes_ui(ui, document, out));
}

fn purposes_ui(ui: &mut Ui, document: &Document, out: &mut Vec<Command>) {
    for purpose in Purpose::all() {
        let obstacle = match purpose {
            Purpose::Program(program) if program.format(document.public()).is_err() => {
                Some("takes no such keys")
            }
            Purpose::Program(_) | Purpose::Carried(_) => None,
        };
        if matches!(purpose, Purpose::Program(program) if program == &PROGRAMS[0]) {
            ui.separator();
        }
        if explained_entry_ui(ui, true, purpose.title(), obstacle) {
            out.push(Command::CopyFor(purpose));
        }
    }
}

fn key_menu_ui(ui: &mut Ui, app: &App, out: &mut Vec<Command>) {
    let is_at_rest = matches!(app.stage, Stage::Empty | Stage::Ready(_));
    let spec = app.next_key.spec();
    let obstacle = spec.as_ref().err().map(|problem| problem.what.as_str());
    if explained_entry_ui(ui, is_at_rest, "Generate key pair", obstacle) {
        out.extend(spec.ok().map(Command::Generate));
    }
    ui.separator();
    let document = app.document();
    let takes_certificate = document.is_some_and(Document::takes_certificate);
    let has_certificate = document.is_some_and(|document| document.certificate().is_some());
    let has_private = document.is_some_and(|document| document.key().is_some());
    if entry_ui(ui, takes_certificate, "Add certificate to key", None) {
        out.push(Command::AddCertificate);
    }
    if entry_ui(
        ui,
        has_certificate && has_private,
        "Remove certificate from key",
        None,
    ) {
        out.push(Command::RemoveCertificate);
    }
    if entry_ui(ui, has_certificate, "Certificate info…", None) {
        out.push(Command::ShowCertificate);
    }
    ui.separator();
    if entry_ui(ui, has_private, PUT_ON_SERVER, None) {
        out.push(Command::ShowPage(Page::Servers));
    }
    if entry_ui(ui, document.is_some(), "Where the public key goes…", None) {
        out.push(Command::Lists(ListCommand::ShowProviders));
    }
    if entry_ui(ui, true, "Who may log in here…", None) {
        out.push(Command::Lists(ListCommand::ShowAuthorized));
    }
    ui.separator();
    if entry_ui(ui, true, "Parameters for saving key files…", None) {
        out.push(Command::EditParameters);
    }
    ui.separator();
    for (kind, title) in [
        (FingerprintKind::Sha256, "Show fingerprint as SHA256"),
        (FingerprintKind::Md5, "Show fingerprint as MD5"),
    ] {
        if choice_ui(ui, app.fingerprint == kind, title) {
            out.push(Command::ShowFingerprint(kind));
        }
    }
}

fn conversions_menu_ui(ui: &mut Ui, app: &App, out: &mut Vec<Command>) {
    let is_at_rest = matches!(app.stage, Stage::Empty | Stage::Ready(_));
    if entry_ui(ui, is_at_rest, "Import key", None) {
        out.push(Command::Open);
    }
    ui.separator();
    let private = app.document().filter(|document| document.key().is_some());
    let algorithm = private.map(|document| document.public().algorithm());
    for (title, choice) in EXPORTS {
        let obstacle = algorithm.and_then(|algorithm| choice.obstacle(algorithm));
        if choice == Choice::Pkcs8 {
            ui.separator();
        }
        if explained_entry_ui(ui, algorithm.is_some(), title, obstacle) {
            out.push(Command::Export(choice));
        }
    }
}

/// What there is to export, and under which name PuTTYgen and others have it.
const EXPORTS: [(&str, Choice); 7] = [
    ("Export OpenSSH key", Choice::OpenSsh),
    ("Export PuTTY key", Choice::Ppk),
    ("Export PKCS#8 key", Choice::Pkcs8),
    ("Export PEM key (old OpenSSH)", Choice::Pem),
    ("Export ssh.com key", Choice::SshCom),
    ("Export Dropbear key", Choice::Dropbear),
    ("Export JSON Web Key", Choice::Jwk),
];

fn help_menu_ui(ui: &mut Ui, app: &App, out: &mut Vec<Command>) {
    if entry_ui(ui, true, "Questions and answers", Some(&shortcuts::HELP)) {
        out.push(Command::ShowPage(Page::Help));
    }
    if entry_ui(ui, app.document().is_some(), "Commands that do the same…", None) {
        out.push(Command::ShowCommandLines);
    }
    if entry_ui(ui, true, "About Keywright", None) {
        out.push(Command::About);
    }
}
