//! Servers, and the keys that let somebody in there.

use eframe::egui::{CentralPanel, Frame, Id, ScrollArea, TextStyle, Ui};

use super::pieces;
use super::theme::Palette;
use crate::app::{App, Command, Page};

/// What only the window knows of the page.
#[derive(Debug, Default)]
pub(super) struct View {
    /// What had the focus in the last frame.
    focus: Option<Id>,
}

pub(super) fn servers_ui(ui: &mut Ui, _: &mut App, view: &mut View, _: &mut Vec<Command>) {
    let frame = Frame::new().fill(Palette::of(ui).page);
    CentralPanel::default().frame(frame).show(ui, |ui| {
        let area = ScrollArea::vertical().id_salt("servers").auto_shrink(false);
        pieces::scrolling_ui(ui, area, |ui| {
            pieces::column_ui(ui, |ui| {
                pieces::heading_ui(ui, Page::Servers.title(), TextStyle::Heading);
            });
            pieces::keep_focus_in_view(ui, &mut view.focus);
        });
    });
}
