//! News, at the bottom right: what is going on, or what just happened, with the one thing to do about it. The page ends above
//! them, so that they lie over nothing that can be pressed.

use std::time::Duration;

use egui::{Align, Align2, Area, Frame, Id, Label, Layout, Memory, Order, Panel, RichText, Ui, Vec2};

use super::pieces;
use super::theme::{ON_TOAST, Palette, inset, radius, size, space};
use crate::app::{App, Command, Status};

/// For how long news stay; longer while the pointer or the focus is on them.
const STAYS: Duration = Duration::from_secs(6);

/// What only the window knows of them.
#[derive(Debug, Default)]
pub(super) struct View {
    /// What was told last, and until when.
    told: Status,
    until: f64,
    /// Whether the pointer or the focus was on it in the last frame.
    is_held: bool,
    /// Whether something is told in this frame.
    is_shown: bool,
    /// How high that was when it was last drawn.
    height: Option<f32>,
}

impl View {
    /// Whether what happened last is still to be shown.
    fn is_news(&mut self, ui: &Ui, status: &Status) -> bool {
        let now = ui.input(|input| input.time);
        if self.told != *status {
            self.told = status.clone();
            self.is_held = false;
            self.until = now + STAYS.as_secs_f64();
        }
        if self.is_held {
            self.until = now + STAYS.as_secs_f64();
        }
        let is_left = !status.text.is_empty() && now < self.until;
        if is_left && !self.is_held {
            let left = Duration::try_from_secs_f64(self.until - now).unwrap_or_default();
            ui.ctx().request_repaint_after(left);
        }
        is_left
    }
}

/// The room for them, if there are any: to be left before the page is drawn.
pub(super) fn room_ui(ui: &mut Ui, app: &App, view: &mut View) {
    let is_news = view.is_news(ui, &app.status);
    view.is_shown = is_news || app.busy().is_some();
    // There is room for nothing, too: what is drawn behind it would be called otherwise by egui, and a press be lost that news
    // come or go under.
    let height = if view.is_shown {
        view.height.unwrap_or(size::LOW_ROW + 2.0 * space::M) + space::L + space::S
    } else {
        0.0
    };
    let frame = Frame::new().fill(Palette::of(ui).page);
    Panel::bottom("room for news")
        .frame(frame)
        .resizable(false)
        .show_separator_line(false)
        .exact_size(height)
        .show(ui, |_| {});
}

/// Draws them in the room that [`room_ui`] has left, behind the page in the order of Tab.
pub(super) fn toast_ui(ui: &Ui, app: &App, view: &mut View, out: &mut Vec<Command>) {
    if !view.is_shown {
        return;
    }
    let text = app.busy().unwrap_or(&app.status.text);
    let palette = Palette::of(ui);
    let room = ui.ctx().content_rect().width();
    let area = Area::new(Id::unique("news"))
        .order(Order::Middle)
        .anchor(Align2::RIGHT_BOTTOM, Vec2::splat(-space::L))
        .show(ui.ctx(), |ui| {
            Frame::popup(ui.style())
                .fill(palette.toast)
                .stroke(egui::Stroke::NONE)
                .corner_radius(radius::CONTROL)
                .inner_margin(inset::TOAST)
                .show(ui, |ui| {
                    ui.set_max_width(size::TOAST.min(room - size::AROUND_DIALOG));
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        ui.set_min_height(size::LOW_ROW);
                        let said = RichText::new(text).color(palette.on_toast);
                        let response = ui.add(Label::new(said).selectable(false).wrap());
                        pieces::polite(ui, &response);
                        buttons_ui(ui, app, out);
                    });
                });
        });
    let focused = ui.memory(Memory::focused);
    let is_focused = focused
        .and_then(|id| super::theme::place_of(ui.ctx(), id))
        .is_some_and(|place| place.layer_id == area.response.layer_id);
    let is_held = area.response.contains_pointer() || is_focused;
    let height = area.response.rect.height();
    if view.height.is_none_or(|before| (before - height).abs() > 0.5) {
        view.height = Some(height);
        ui.ctx().request_repaint();
    }
    if view.is_held && !is_held {
        ui.ctx().request_repaint();
    }
    view.is_held = is_held;
}

fn buttons_ui(ui: &mut Ui, app: &App, out: &mut Vec<Command>) {
    use egui::class::HasClasses as _;

    let action = |text| egui::Button::new(text).with_class(ON_TOAST);
    if app.busy().is_some() {
        if !app.is_saving() && ui.add(action("Cancel")).clicked() {
            out.push(Command::Cancel);
        }
        if app.is_picking() && ui.add(action("Type the path instead")).clicked() {
            out.push(Command::TypePathInstead);
        }
    } else if let Some(path) = &app.status.file
        && ui.add(action("Show in folder")).clicked()
    {
        out.push(Command::ShowInFolder(path.clone()));
    }
}
