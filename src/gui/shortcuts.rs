//! The keys that work everywhere in the window.

use egui::os::OperatingSystem;
use egui::text_edit::TextEditState;
use egui::text_selection::LabelSelectionState;
use egui::{Context, Event, Key, KeyboardShortcut, Memory, Modifiers, Popup};

use super::pasting::take_pasted;
use crate::app::doctor::DoctorCommand;
use crate::app::look::TextSize;
use crate::app::stage::Stage;
use crate::app::{App, Command, Page};

pub(super) const OPEN: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::O);
pub(super) const SAVE: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::S);
pub(super) const COPY: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::C);
pub(super) const PASTE: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::V);
pub(super) const NEW: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::N);
pub(super) const QUIT: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::Q);
pub(super) const SETTINGS: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::Comma);
pub(super) const HELP: KeyboardShortcut = KeyboardShortcut::new(Modifiers::NONE, Key::F1);
/// For the pages, in their order, and then for the key that is open or the new one.
const PAGES: [KeyboardShortcut; 6] = [
    KeyboardShortcut::new(Modifiers::COMMAND, Key::Num1),
    KeyboardShortcut::new(Modifiers::COMMAND, Key::Num2),
    KeyboardShortcut::new(Modifiers::COMMAND, Key::Num3),
    KeyboardShortcut::new(Modifiers::COMMAND, Key::Num4),
    KeyboardShortcut::new(Modifiers::COMMAND, Key::Num5),
    KeyboardShortcut::new(Modifiers::COMMAND, Key::Num6),
];
const LARGER: [KeyboardShortcut; 2] = [
    KeyboardShortcut::new(Modifiers::COMMAND, Key::Plus),
    KeyboardShortcut::new(Modifiers::COMMAND, Key::Equals),
];
const SMALLER: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::Minus);
const USUAL: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::Num0);

/// What the keys of this frame ask for. To be called before anything is drawn.
pub(super) fn pressed(ctx: &Context, app: &App, out: &mut Vec<Command>) {
    keep_mnemonics_out_of_fields(ctx);
    let consume = |shortcut: &KeyboardShortcut| ctx.input_mut(|input| input.consume_shortcut(shortcut));
    if consume(&QUIT) {
        out.push(Command::Quit);
    }
    if LARGER.iter().any(consume) {
        out.extend(next_size(app.text_size, 1).map(Command::SetTextSize));
    }
    if consume(&SMALLER) {
        out.extend(next_size(app.text_size, -1).map(Command::SetTextSize));
    }
    if consume(&USUAL) {
        out.push(Command::SetTextSize(TextSize::default()));
    }
    // It may be a private key: what egui has of it is wiped, and `App` asks the clipboard itself.
    let is_pasted = !ctx.text_edit_focused() && take_pasted(ctx).is_some();
    if app.dialog.is_some() || Popup::is_any_open(ctx) {
        return;
    }
    if consume(&SETTINGS) {
        out.push(Command::EditSettings);
    }
    if consume(&NEW) {
        out.push(Command::NewKey);
    }
    if consume(&HELP) {
        out.push(Command::ShowPage(Page::Help));
    }
    for (shortcut, &page) in PAGES.iter().zip(Page::ALL.iter().chain([&Page::Key])) {
        if consume(shortcut) {
            out.push(Command::ShowPage(page));
        }
    }
    if app.page == Page::Key {
        pressed_on_key_page(ctx, app, is_pasted, out);
    } else if is_pasted && app.page == Page::Doctor {
        out.push(Command::Doctor(DoctorCommand::Paste));
    } else if is_pasted && matches!(app.stage, Stage::Empty | Stage::Ready(_)) {
        out.push(Command::Paste);
    }
    if matches!(app.stage, Stage::Empty | Stage::Ready(_)) && consume(&OPEN) {
        out.push(Command::Open);
    }
}

/// What the keys ask for that mean something else on another page, or nothing.
fn pressed_on_key_page(ctx: &Context, app: &App, is_pasted: bool, out: &mut Vec<Command>) {
    let consume = |shortcut: &KeyboardShortcut| ctx.input_mut(|input| input.consume_shortcut(shortcut));
    match &app.stage {
        Stage::Empty => {
            if is_enter_free(ctx) {
                out.extend(app.next_key.spec().ok().map(Command::Generate));
            }
        }
        Stage::Ready(document) => {
            let wants_saving = consume(&SAVE) || (document.is_unsaved() && is_enter_free(ctx));
            if wants_saving && document.key().is_some() {
                out.push(Command::SavePrivate);
            }
            if is_copy_pressed(ctx) && !is_text_selected(ctx) {
                out.push(Command::CopyPublicKey);
            }
        }
        Stage::Stirring(_) | Stage::Generating(_) => {
            if ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
                out.push(Command::Cancel);
            }
            return;
        }
    }
    if is_pasted {
        out.push(Command::Paste);
    }
}

/// A letter that is pressed with Alt means a control; the field that has the focus is not to get it
/// too. With Ctrl beside it, it is `AltGr`, and on macOS Alt types characters.
fn keep_mnemonics_out_of_fields(ctx: &Context) {
    if ctx.os() == OperatingSystem::Mac {
        return;
    }
    ctx.input_mut(|input| {
        let is_mnemonic = |event: &Event| {
            matches!(event, Event::Key { pressed: true, modifiers, .. } if modifiers.alt && !modifiers.ctrl)
        };
        // The letter's own text comes behind it; what was typed before is the field's.
        if let Some(at) = input.events.iter().position(is_mnemonic) {
            let rest = input.events.split_off(at);
            let is_kept = |event: &Event| !matches!(event, Event::Text(_));
            input.events.extend(rest.into_iter().filter(is_kept));
        }
    });
}

/// Whether Enter was pressed and no control has the focus: then it does what is first on the page.
fn is_enter_free(ctx: &Context) -> bool {
    ctx.memory(Memory::focused).is_none()
        && ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter))
}

/// The text size after or before this one, if there is one.
fn next_size(size: TextSize, step: isize) -> Option<TextSize> {
    let at = TextSize::ALL.iter().position(|&other| other == size)?;
    TextSize::ALL.get(at.checked_add_signed(step)?).copied()
}

fn is_copy_pressed(ctx: &Context) -> bool {
    ctx.input(|input| input.events.iter().any(|event| matches!(event, Event::Copy)))
}

fn is_text_selected(ctx: &Context) -> bool {
    let in_field = ctx
        .memory(Memory::focused)
        .and_then(|focused| TextEditState::load(ctx, focused))
        .and_then(|state| state.cursor.char_range())
        .is_some_and(|range| !range.is_empty());
    in_field || ctx.plugin::<LabelSelectionState>().lock().has_selection()
}
