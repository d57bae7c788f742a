//! The keys that lie on this computer: a list, and the one that is chosen beside it.

mod detail;
mod list;
mod notes;

use eframe::egui::{
    Align, Button, CentralPanel, Frame, Id, Layout, Margin, ScrollArea, TextEdit, TextStyle, Ui, vec2,
};

use super::pieces;
use super::theme::Palette;
use crate::app::my_keys::KeysCommand;
use crate::app::{App, Command, Page};

/// Where there is less room, the chosen key stands below the list.
const SIDE_BY_SIDE: f32 = 520.0;
/// How much of the list is shown then.
const LIST_ABOVE: f32 = 190.0;

/// What only the window knows of the page.
#[derive(Debug, Default)]
pub(super) struct View {
    /// What had the focus in the last frame.
    focus: Option<Id>,
    list: list::View,
    are_notes_open: bool,
}

pub(super) fn my_keys_ui(ui: &mut Ui, app: &mut App, view: &mut View, out: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    let margin = if ui.available_width() < 640.0 { 12 } else { 20 };
    let frame = Frame::new()
        .fill(palette.page)
        .inner_margin(Margin::symmetric(margin, 12));
    CentralPanel::default().frame(frame).show(ui, |ui| {
        header_ui(ui, app, out);
        notes::notes_ui(ui, app, &mut view.are_notes_open, out);
        let is_empty = app
            .my_keys
            .inventory
            .as_ref()
            .is_none_or(|inventory| inventory.keys.is_empty());
        if is_empty {
            nothing_ui(ui, app, out);
        } else if ui.available_width() < SIDE_BY_SIDE {
            below_each_other_ui(ui, app, view, out);
        } else {
            side_by_side_ui(ui, app, view, out);
        }
    });
}

fn header_ui(ui: &mut Ui, app: &mut App, out: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        pieces::heading_ui(ui, Page::MyKeys.title(), TextStyle::Heading);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.add(Button::new("Look again")).clicked() {
                out.push(Command::Keys(KeysCommand::Read));
            }
            if ui.add(Button::new("Add…")).clicked() {
                out.push(Command::Keys(KeysCommand::AskPlace));
            }
            let width = (ui.available_width() - 8.0).clamp(60.0, 260.0);
            let field = TextEdit::singleline(&mut app.my_keys.search)
                .id_salt("search")
                .hint_text("Search")
                .desired_width(width - 16.0)
                .margin(Margin::symmetric(8, 6));
            let field = ui.add(field);
            ui.ctx()
                .accesskit_node_builder(field.id, |node| node.set_label("Search"));
        });
    });
}

/// No keys, or none that is known yet.
fn nothing_ui(ui: &mut Ui, app: &App, out: &mut Vec<Command>) {
    ui.add_space(8.0);
    if app.my_keys.inventory.is_none() {
        let response = ui.label("Looking at your keys…");
        pieces::polite(ui, &response);
        return;
    }
    pieces::card_ui(ui, |ui| {
        ui.label("There are no keys on this computer yet, at least not in the usual folder.");
        pieces::hint_ui(
            ui,
            "Make one, open one that lies elsewhere, or add the folder in which your keys are.",
        );
        ui.add_space(4.0);
        let make = Button::new("Make a key").min_size(vec2(88.0, 36.0));
        if pieces::primary_ui(ui, make).clicked() {
            out.push(Command::ShowPage(Page::Key));
        }
    });
}

fn side_by_side_ui(ui: &mut Ui, app: &mut App, view: &mut View, out: &mut Vec<Command>) {
    let gap = 16.0;
    let size = ui.available_size();
    let left = ((size.x - gap) * 0.4).clamp(180.0, 320.0).floor();
    let right = size.x - gap - left;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        ui.allocate_ui_with_layout(vec2(left, size.y), Layout::top_down(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            ui.set_width(left);
            list::list_ui(ui, app, &mut view.list, size.y, out);
        });
        ui.allocate_ui_with_layout(vec2(right, size.y), Layout::top_down(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            ui.set_width(right);
            scrolling_detail_ui(ui, app, view, out);
        });
    });
}

fn below_each_other_ui(ui: &mut Ui, app: &mut App, view: &mut View, out: &mut Vec<Command>) {
    let height = LIST_ABOVE.min(ui.available_height() * 0.5);
    list::list_ui(ui, app, &mut view.list, height, out);
    ui.add_space(4.0);
    scrolling_detail_ui(ui, app, view, out);
}

fn scrolling_detail_ui(ui: &mut Ui, app: &mut App, view: &mut View, out: &mut Vec<Command>) {
    let area = ScrollArea::vertical().id_salt("chosen key").auto_shrink(false);
    pieces::scrolling_ui(ui, area, |ui| {
        detail::detail_ui(ui, app, out);
        pieces::keep_focus_in_view(ui, &mut view.focus);
    });
}
