//! One line at the foot: what is going on, or what just happened.

use egui::{Align, Button, Frame, Label, Layout, Margin, Panel, RichText, Ui};

use super::pieces;
use super::theme::Palette;
use crate::app::stage::Stage;
use crate::app::{App, Command, Page};

pub(super) fn status_ui(ui: &mut Ui, app: &App, out: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    let frame = Frame::new()
        .fill(palette.card)
        .inner_margin(Margin::symmetric(16, 2));
    Panel::bottom("status").frame(frame).show(ui, |ui| {
        ui.set_min_height(32.0);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            buttons_ui(ui, app, out);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let text = RichText::new(line(app)).small().color(palette.weak);
                let response = ui.add(Label::new(text).truncate());
                pieces::polite(ui, &response);
            });
        });
    });
}

fn line(app: &App) -> &str {
    if let Some(busy) = app.busy() {
        return busy;
    }
    if !app.status.text.is_empty() {
        return &app.status.text;
    }
    match &app.stage {
        _ if app.page != Page::Key => "",
        Stage::Empty => "No key yet.",
        Stage::Stirring(_) => "Collecting randomness.",
        Stage::Generating(_) => "Making the key.",
        Stage::Ready(document) if document.is_unsaved() => "Not saved yet.",
        Stage::Ready(_) => "Everything is saved.",
    }
}

fn buttons_ui(ui: &mut Ui, app: &App, out: &mut Vec<Command>) {
    let small = |text| Button::new(RichText::new(text).small()).frame_when_inactive(false);
    if app.busy().is_some() {
        if !app.is_saving() && ui.add(small("Cancel")).clicked() {
            out.push(Command::Cancel);
        }
        if app.is_picking() && ui.add(small("Type the path instead")).clicked() {
            out.push(Command::TypePathInstead);
        }
    } else if let Some(path) = &app.status.file
        && ui.add(small("Show in folder")).clicked()
    {
        out.push(Command::ShowInFolder(path.clone()));
    }
}
