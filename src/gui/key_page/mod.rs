//! The key page, from an empty window to a key that is saved.

mod choose;
mod collecting;
mod generating;
mod identity;
mod protect;
mod public;
mod ready;
mod save;
mod steps;

use std::mem::Discriminant;

use egui::{CentralPanel, Event, Frame, Id, ScrollArea, Ui};

use super::drop::Drops;
use super::pad::Trail;
use super::pieces;
use super::theme::Palette;
use crate::app::stage::{Field, Stage};
use crate::app::{App, Command};
use crate::key::PublicKey;

/// What a person begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum First {
    /// To make a key.
    Generate,
    /// To protect the one that was made.
    Passphrase,
}

impl First {
    fn of(app: &App) -> Option<Self> {
        match &app.stage {
            Stage::Empty => Some(Self::Generate),
            Stage::Ready(document) if document.is_new() && document.key().is_some() => Some(Self::Passphrase),
            Stage::Ready(_) | Stage::Stirring(_) | Stage::Generating(_) => None,
        }
    }
}

/// What only the window knows of the page.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each tells of another thing whether it is shown"
)]
#[derive(Debug, Default)]
pub(super) struct View {
    /// The stage and the key that the rest belongs to.
    shown: Option<(Discriminant<Stage>, Option<PublicKey>)>,
    /// What the focus is still to be given to, for it comes first here.
    first: Option<First>,
    /// The field that somebody was sent back to.
    wanted: Option<Field>,
    trail: Trail,
    drops: Drops,
    is_revealed: bool,
    is_art_text: bool,
    /// Whether “More types” is open.
    is_more_shown: bool,
    /// Whether the ways to find primes are shown.
    shows_primes: bool,
    /// Whether the first step is open although the key is saved.
    is_saving_open: bool,
    /// How often the key had been saved in the last frame.
    saves: u32,
    /// Whether all of the public key line is shown.
    is_line_whole: bool,
    /// What had the focus in the last frame, among the types.
    kinds_focus: Option<Id>,
    /// What had the focus in the last frame.
    focus: Option<Id>,
}

impl View {
    pub(super) fn new(drops: Drops) -> Self {
        Self {
            drops,
            ..Self::default()
        }
    }

    /// Starts anew for another stage or another key: what was revealed of one key is not to show the
    /// passphrase of the next.
    fn follow(&mut self, app: &App) {
        let shown = (
            std::mem::discriminant(&app.stage),
            app.document().map(|document| document.public().clone()),
        );
        if self.shown.as_ref() != Some(&shown) {
            *self = Self {
                shown: Some(shown),
                first: First::of(app),
                focus: self.focus,
                drops: self.drops,
                ..Self::default()
            };
        }
    }
}

pub(super) fn key_page_ui(ui: &mut Ui, app: &mut App, view: &mut View, out: &mut Vec<Command>) {
    view.follow(app);
    let frame = Frame::new().fill(Palette::of(ui).page);
    CentralPanel::default().frame(frame).show(ui, |ui| {
        // The pad takes what room there is, and had better not scroll away under a moving finger.
        if matches!(app.stage, Stage::Stirring(_)) && ui.available_height() >= collecting::MIN_HEIGHT {
            pieces::column_ui(ui, |ui| stage_ui(ui, app, view, out));
            return;
        }
        let stage = std::mem::discriminant(&app.stage);
        let area = ScrollArea::vertical().id_salt(stage).auto_shrink(false);
        pieces::scrolling_ui(ui, area, |ui| {
            pieces::column_ui(ui, |ui| stage_ui(ui, app, view, out));
            pieces::keep_focus_in_view(ui, &mut view.focus);
        });
    });
}

/// Whether this comes from a person who has begun to do something.
fn is_meant(event: &Event) -> bool {
    matches!(
        event,
        Event::Key { .. } | Event::PointerButton { .. } | Event::AccessKitActionRequest(_)
    )
}

fn stage_ui(ui: &mut Ui, app: &mut App, view: &mut View, out: &mut Vec<Command>) {
    let is_free = app.dialog.is_none();
    match &mut app.stage {
        Stage::Empty => {
            let is_new = view.first == Some(First::Generate) && is_free;
            // Where the window is still being made, it may be laid out another way, and the focus given anew.
            if ui.input(|input| input.events.iter().any(is_meant)) {
                view.first = None;
            }
            choose::choose_ui(ui, &mut app.next_key, (is_new, view), out);
        }
        Stage::Stirring(stirring) => collecting::collecting_ui(ui, stirring, &mut view.trail, out),
        Stage::Generating(generating) => generating::generating_ui(ui, generating, out),
        Stage::Ready(_) => ready::ready_ui(ui, app, view, out),
    }
}
