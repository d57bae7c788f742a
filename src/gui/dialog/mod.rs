//! The dialogs: a file for each. At most one is open; Esc closes it, and Enter does what is first.

mod about;
mod add_place;
mod authorized;
mod certificate;
mod command_lines;
mod default_key;
mod doubts;
mod foot;
mod overwrite;
mod parameters;
mod problem;
mod providers;
mod remove_key;
mod removed_keys;
mod same_passphrase;
mod settings;
mod ssh1;
mod suggested;
mod type_path;
mod unlock;
mod unsaved;
mod weak_key;

use std::path::PathBuf;

use egui::{Context, Id, Key, Memory, Modal, Modifiers, ScrollArea, Ui, accesskit, vec2};

use foot::Foot;

use super::obstacle::{Obstacle, obstacle};
use super::pieces;
use super::theme::{self, at, size, space};
use crate::app::dialog::Dialog;
use crate::app::{App, Command};
use crate::engine::Problem;
use crate::engine::keys::restoring::Restorable;
use crate::engine::keys::{Finding, Whose};
use crate::engine::speed::Speed;
use crate::format::authorized_keys::NewLine;

/// The share of the window's height that buttons take at most where they do not scroll.
const FOOT_SHARE: f32 = 0.5;

/// What only the window knows of the dialog that is open.
#[derive(Debug, Default)]
pub(super) struct View {
    shown: Option<std::mem::Discriminant<Dialog>>,
    /// Where the focus goes when the dialog closes.
    focus_before: Option<Id>,
    is_revealed: bool,
    /// Whether the file was being opened in the last frame.
    was_opening: bool,
    /// What had the focus in the last frame.
    focus: Option<Id>,
    /// How high the buttons were in the last frame; nothing before they were drawn.
    foot: Option<f32>,
}

impl View {
    /// The page gives the focus to something else when the dialog has closed.
    pub(super) fn leave_focus(&mut self) {
        self.focus_before = None;
    }

    /// Notes where the focus is to go back to. To be called while a dialog is open, before the page is drawn, which then
    /// has no focus any more.
    pub(super) fn remember_focus(&mut self, ctx: &Context) {
        if self.shown.is_none() {
            self.focus_before = ctx.memory(Memory::focused);
        }
    }
}

/// What every dialog is given beside its own contents.
struct Scene<'a> {
    /// Whether it has just been opened, and the focus is to be set.
    is_new: bool,
    is_revealed: &'a mut bool,
    was_opening: &'a mut bool,
    foot: &'a mut Foot,
    out: &'a mut Vec<Command>,
}

impl Scene<'_> {
    /// The buttons of the dialog, the first of which answers to Enter; says which was pressed. Nothing is drawn behind them.
    fn buttons_ui(&mut self, ui: &mut Ui, takes_focus: bool, texts: &[&str]) -> Option<usize> {
        self.foot
            .show(ui, |ui| pieces::buttons_ui(ui, takes_focus, texts))
    }

    /// The same where the first can be pressed only if `is_possible`.
    fn possible_buttons_ui(
        &mut self,
        ui: &mut Ui,
        takes_focus: bool,
        texts: &[&str],
        is_possible: bool,
    ) -> Option<usize> {
        self.foot.show(ui, |ui| {
            pieces::possible_buttons_ui(ui, takes_focus, texts, is_possible)
        })
    }

    /// The same where the one in this place does what nobody can undo.
    fn risky_buttons_ui(&mut self, ui: &mut Ui, texts: &[&str], risky: usize) -> Option<usize> {
        let takes_focus = self.is_new;
        self.foot
            .show(ui, |ui| pieces::risky_buttons_ui(ui, takes_focus, texts, risky))
    }
}

pub(super) fn dialog_ui(ui: &mut Ui, app: &mut App, view: &mut View, out: &mut Vec<Command>) {
    let shown = app.dialog.as_ref().map(std::mem::discriminant);
    let is_new = shown != view.shown;
    if is_new {
        view.is_revealed = false;
        view.was_opening = false;
        view.shown = shown;
        view.foot = None;
    }
    let speed = app.speed();
    let beside = Beside::of(app);
    let Some(dialog) = &mut app.dialog else {
        if is_new && let Some(before) = view.focus_before.take() {
            ui.memory_mut(|memory| memory.request_focus(before));
        }
        return;
    };
    let shown_in_settings = settings::Shown {
        theme: app.theme,
        size: app.text_size,
        preferred: app.preferred,
        kept: &app.kept,
    };
    let room = ui.ctx().content_rect().size();
    let width = (room.x - size::AROUND_DIALOG).min(width(dialog));
    let title = title(dialog);
    let modal = Modal::new(Id::unique("dialog")).frame(theme::dialog_frame(ui));
    let response = modal.show(ui.ctx(), |ui| {
        ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
            node.set_role(accesskit::Role::Dialog);
            node.set_label(title.as_str());
            node.set_modal();
        });
        ui.set_width(width);
        let room = room.y - size::AROUND_DIALOG;
        // An area offers no more room than it took last time, and so could never grow.
        ui.set_max_height(room);
        let height = view.foot.unwrap_or(size::CONTROL + space::S);
        let gap = ui.spacing().item_spacing.y;
        let is_fixed = height < room * FOOT_SHARE;
        let most = if is_fixed { room - height - gap } else { room };
        let mut foot = Foot {
            top: ui.cursor().top(),
            around: ui.clip_rect(),
            most: is_fixed.then_some(most),
            height,
        };
        let area = ScrollArea::vertical().max_height(most);
        pieces::scrolling_ui(ui, area, |ui| {
            ui.set_width(ui.available_width());
            pieces::heading_ui(ui, &title, theme::subheading());
            let mut scene = Scene {
                is_new,
                is_revealed: &mut view.is_revealed,
                was_opening: &mut view.was_opening,
                foot: &mut foot,
                out,
            };
            contents_ui(ui, dialog, (&beside, &shown_in_settings, speed), &mut scene);
            if is_new {
                // A dialog is read from its top, wherever its first button is.
                view.focus = ui.memory(Memory::focused);
            }
            pieces::keep_focus_in_view(ui, &mut view.focus);
        });
        if is_fixed {
            ui.allocate_space(vec2(0.0, foot.height));
        }
        if view.foot != Some(foot.height) {
            view.foot = Some(foot.height);
            ui.ctx().request_repaint();
        }
    });
    let is_escaped =
        !response.any_popup_open && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
    if is_escaped {
        out.push(Command::CloseDialog);
    }
}

/// What the dialog has to say, and its buttons.
fn contents_ui(
    ui: &mut Ui,
    dialog: &mut Dialog,
    (beside, shown_in_settings, speed): (&Beside, &settings::Shown<'_>, Option<Speed>),
    scene: &mut Scene<'_>,
) {
    match dialog {
        Dialog::Unlock(unlock) => unlock::unlock_ui(ui, unlock, scene),
        Dialog::Doubts { doubts, .. } => doubts::doubts_ui(ui, doubts, scene),
        Dialog::Overwrite(overwrite) => {
            overwrite::overwrite_ui(ui, overwrite, &beside.whose, scene);
        }
        Dialog::SamePassphrase(dialog) => {
            same_passphrase::same_passphrase_ui(ui, dialog, scene);
        }
        Dialog::Suggested(dialog) => suggested::suggested_ui(ui, dialog, scene),
        Dialog::Unsaved(next) => unsaved::unsaved_ui(ui, next, beside, scene),
        Dialog::WeakKey(spec) => weak_key::weak_key_ui(ui, *spec, scene),
        Dialog::TypePath(typed) => type_path::type_path_ui(ui, typed, scene),
        Dialog::Problem { problem, file, .. } => {
            problem::problem_ui(ui, problem, file.as_deref(), scene);
        }
        Dialog::Ssh1 { name, key } => ssh1::ssh1_ui(ui, name, key, scene),
        Dialog::Certificate(facts) => certificate::certificate_ui(ui, facts, scene),
        Dialog::DefaultKey(plan) => default_key::default_key_ui(ui, plan, &beside.whose, scene),
        Dialog::RemoveKey { title, copies } => {
            remove_key::remove_key_ui(ui, title, copies, &beside.whose, scene);
        }
        Dialog::RemovedKeys => {
            let trash = (&beside.removed[..], &beside.unfinished[..]);
            removed_keys::removed_keys_ui(ui, trash, &beside.whose, scene);
        }
        Dialog::AddPlace(typed) => {
            add_place::add_place_ui(ui, typed, &beside.added, &beside.whose, scene);
        }
        Dialog::Authorized(dialog) => {
            authorized::authorized_ui(ui, dialog, beside.preview.as_ref(), scene);
        }
        Dialog::Providers(dialog) => {
            let pasted = beside.pasted.as_ref();
            providers::providers_ui(ui, dialog, (pasted, beside.obstacle), scene);
        }
        Dialog::CommandLines(lines) => command_lines::command_lines_ui(ui, lines, scene),
        Dialog::Parameters(parameters) => {
            parameters::parameters_ui(ui, parameters, speed, scene);
        }
        Dialog::Settings => settings::settings_ui(ui, shown_in_settings, scene),
        Dialog::About => about::about_ui(ui, scene),
    }
}

/// What dialogs show besides their own contents.
struct Beside {
    whose: Whose,
    added: Vec<PathBuf>,
    removed: Vec<Restorable>,
    unfinished: Vec<Finding>,
    preview: Option<Result<NewLine, Problem>>,
    has_private: bool,
    pasted: Option<Result<String, Problem>>,
    obstacle: Option<Obstacle>,
}

impl Beside {
    fn of(app: &App) -> Self {
        let my_keys = &app.my_keys;
        let dialog = app.dialog.as_ref();
        Self {
            whose: my_keys.whose().clone(),
            added: match dialog {
                Some(Dialog::AddPlace(_)) => my_keys.added().to_vec(),
                _ => Vec::new(),
            },
            removed: match dialog {
                Some(Dialog::RemovedKeys) => my_keys.restorable().to_vec(),
                _ => Vec::new(),
            },
            unfinished: match dialog {
                Some(Dialog::RemovedKeys) => my_keys.unfinished(),
                _ => Vec::new(),
            },
            preview: match dialog {
                Some(Dialog::Authorized(dialog)) => app.new_authorized_line(&dialog.conditions),
                _ => None,
            },
            has_private: app.document().is_some_and(|document| document.key().is_some()),
            pasted: match dialog {
                Some(Dialog::Providers(dialog)) => app.provider_text(*dialog),
                _ => None,
            },
            obstacle: app.document().and_then(obstacle),
        }
    }
}

fn title(dialog: &Dialog) -> String {
    match dialog {
        Dialog::Unlock(_) => "Enter passphrase for key".to_owned(),
        Dialog::Doubts { choice, doubts, .. } => doubts::title(*choice, doubts),
        Dialog::Overwrite(overwrite) if overwrite.taken.len() > 1 => "Replace these files?".to_owned(),
        Dialog::Overwrite(_) => "Replace this file?".to_owned(),
        Dialog::SamePassphrase(_) => "Passphrase of this key".to_owned(),
        Dialog::Suggested(_) => "A passphrase for this key".to_owned(),
        Dialog::Unsaved(_) => "This key is not saved".to_owned(),
        Dialog::WeakKey(spec) => weak_key::title(*spec).to_owned(),
        Dialog::TypePath(typed) => type_path::title(typed.purpose).to_owned(),
        Dialog::Problem { title, .. } => title.clone(),
        Dialog::Ssh1 { .. } => "This key must be replaced".to_owned(),
        Dialog::Certificate(_) => "Certificate info".to_owned(),
        Dialog::DefaultKey(plan) => default_key::title(plan).to_owned(),
        Dialog::RemoveKey { copies, .. } if copies.all.len() > 1 => "Which files go to the trash?".to_owned(),
        Dialog::RemoveKey { title, .. } => format!("Move {title} to the trash?"),
        Dialog::RemovedKeys => "Keys in the trash".to_owned(),
        Dialog::AddPlace(_) => "Where are more of your keys?".to_owned(),
        Dialog::Authorized(_) => "Who may log in here".to_owned(),
        Dialog::Providers(_) => "Where the public key goes".to_owned(),
        Dialog::CommandLines(_) => "Commands that do the same".to_owned(),
        Dialog::Parameters(_) => "Parameters for saving key files".to_owned(),
        Dialog::Settings => "Settings".to_owned(),
        Dialog::About => "Keywright".to_owned(),
    }
}

fn width(dialog: &Dialog) -> f32 {
    match dialog {
        Dialog::CommandLines(_)
        | Dialog::DefaultKey(_)
        | Dialog::Certificate(_)
        | Dialog::Authorized(_)
        | Dialog::Providers(_)
        | Dialog::SamePassphrase(_)
        | Dialog::Suggested(_)
        | Dialog::Parameters(_)
        | Dialog::Settings
        | Dialog::RemoveKey { .. }
        | Dialog::RemovedKeys
        | Dialog::AddPlace(_) => size::WIDE_DIALOG,
        _ => size::DIALOG,
    }
}

/// A paragraph of a dialog.
fn paragraph_ui(ui: &mut Ui, text: impl Into<String>) {
    ui.add(egui::Label::new(text.into()).wrap());
}

/// What is known of something: names at the left, values beside them, or below where it is narrow.
fn facts_ui<'a>(ui: &mut Ui, names: f32, facts: impl Iterator<Item = (&'a str, &'a str)>) {
    let is_narrow = ui.available_width() < at::NARROW_FACTS;
    ui.spacing_mut().item_spacing.y = space::LABEL;
    for (name, value) in facts {
        if is_narrow {
            pieces::field_label_ui(ui, name, None);
            ui.add(egui::Label::new(value).wrap());
            continue;
        }
        ui.horizontal_top(|ui| {
            let before = ui.cursor().left();
            pieces::field_label_ui(ui, name, None);
            ui.add_space((before + names - ui.cursor().left()).max(space::XS));
            ui.add(egui::Label::new(value).wrap());
        });
    }
}

/// The style of paths and names in a paragraph's place.
fn path_ui(ui: &mut Ui, text: &str) {
    let job = pieces::broken_anywhere(ui, text, ui.available_width());
    ui.add(egui::Label::new(job).wrap());
}
