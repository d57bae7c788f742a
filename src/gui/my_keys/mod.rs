//! The keys that lie on this computer: a list, and the one that is chosen beside it.

mod detail;
mod list;
mod notes;

use egui::{Align, Button, CentralPanel, Frame, Id, Layout, ScrollArea, TextEdit, TextStyle, Ui, vec2};

use super::theme::{Palette, at, inset, size, space};
use super::{page, pieces, signs};
use crate::app::my_keys::KeysCommand;
use crate::app::{App, Command, Page};
use crate::engine::keys::KeyId;

/// The share of the room beside the title that the search takes at most; and where there is a button more.
const SEARCH_SHARE: f32 = 0.46;
const SEARCH_SHARE_WITH_TRASH: f32 = 0.38;

/// What only the window knows of the page.
#[derive(Debug, Default)]
pub(super) struct View {
    /// What had the focus in the last frame.
    focus: Option<Id>,
    list: list::View,
    detail: detail::View,
    notes: notes::View,
    /// Of which key the panel was shown in the last frame.
    shown: Option<KeyId>,
}

pub(super) fn my_keys_ui(ui: &mut Ui, app: &mut App, view: &mut View, out: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    let margin = if ui.available_width() < at::NARROW_PAGE {
        inset::NARROW_PAGE
    } else {
        inset::PAGE
    };
    let frame = Frame::new().fill(palette.page).inner_margin(margin);
    CentralPanel::default().frame(frame).show(ui, |ui| {
        if ui.available_height() < at::VERY_LOW {
            let area = ScrollArea::vertical().id_salt("my keys").auto_shrink(false);
            pieces::scrolling_ui(ui, area, |ui| {
                if above_ui(ui, app, view, out) {
                    list::list_ui(ui, app, &mut view.list, size::LIST_ABOVE, out);
                    ui.add_space(space::XS);
                    detail::detail_ui(ui, app, &mut view.detail, out);
                }
                pieces::keep_focus_in_view(ui, &mut view.focus);
            });
            return;
        }
        if !above_ui(ui, app, view, out) {
            return;
        }
        if ui.available_width() < at::SIDE_BY_SIDE {
            below_each_other_ui(ui, app, view, out);
        } else {
            side_by_side_ui(ui, app, view, out);
        }
    });
}

/// What stands above the keys; says whether there are any.
fn above_ui(ui: &mut Ui, app: &mut App, view: &mut View, out: &mut Vec<Command>) -> bool {
    header_ui(ui, app, out);
    notes::notes_ui(ui, app, &mut view.notes, out);
    let inventory = app.my_keys.inventory.as_ref();
    let has_keys = inventory.is_some_and(|inventory| !inventory.keys.is_empty());
    if !has_keys {
        nothing_ui(ui, app, out);
    }
    has_keys
}

fn header_ui(ui: &mut Ui, app: &mut App, out: &mut Vec<Command>) {
    if ui.available_width() < at::HEADER {
        pieces::heading_ui(ui, Page::MyKeys.title(), TextStyle::Heading);
        ui.horizontal_wrapped(|ui| header_buttons_ui(ui, app, out));
        search_ui(ui, app, ui.available_width().min(size::SEARCH));
        return;
    }
    ui.horizontal(|ui| {
        pieces::heading_ui(ui, Page::MyKeys.title(), TextStyle::Heading);
        let share = if app.my_keys.has_trash() {
            SEARCH_SHARE_WITH_TRASH
        } else {
            SEARCH_SHARE
        };
        let width = (ui.available_width() * share).clamp(size::LEAST_FIELD, size::SEARCH);
        pieces::at_right_ui(ui, |ui| {
            search_ui(ui, app, width);
            header_buttons_ui(ui, app, out);
        });
    });
}

fn header_buttons_ui(ui: &mut Ui, app: &App, out: &mut Vec<Command>) {
    let trash = app
        .my_keys
        .has_trash()
        .then_some(("Trash…", KeysCommand::ShowRemoved));
    let always = [("Add…", KeysCommand::AskPlace), ("Refresh", KeysCommand::Read)];
    for (text, command) in trash.into_iter().chain(always) {
        if ui.add(Button::new(text)).clicked() {
            out.push(Command::Keys(command));
        }
    }
}

fn search_ui(ui: &mut Ui, app: &mut App, width: f32) {
    let field = TextEdit::singleline(&mut app.my_keys.search)
        .id_salt("search")
        .hint_text(pieces::placeholder(ui, "Search"))
        .desired_width(width);
    let field = ui.add(field);
    ui.ctx()
        .accesskit_node_builder(field.id, |node| node.set_label("Search"));
}

/// No keys, or none that is known yet.
fn nothing_ui(ui: &mut Ui, app: &App, out: &mut Vec<Command>) {
    ui.add_space(space::S);
    if app.my_keys.inventory.is_none() {
        let response = ui.label("Looking at your keys…");
        pieces::polite(ui, &response);
        return;
    }
    let what = (
        "There are no keys here yet.",
        "Make one, open one that lies elsewhere, or add the folder in which your keys are.",
    );
    page::nothing_ui(ui, signs::draw_key, what, |ui| {
        ui.add_space(space::S);
        if pieces::primary_ui(ui, Button::new("Make a key")).clicked() {
            out.push(Command::ShowPage(Page::Key));
        }
    });
}

fn side_by_side_ui(ui: &mut Ui, app: &mut App, view: &mut View, out: &mut Vec<Command>) {
    let gap = space::L;
    let room = ui.available_size();
    let left = size::LIST.min((room.x - gap) * 0.5).floor();
    let right = room.x - gap - left;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        ui.allocate_ui_with_layout(vec2(left, room.y), Layout::top_down(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            ui.set_width(left);
            list::list_ui(ui, app, &mut view.list, room.y, out);
        });
        ui.allocate_ui_with_layout(vec2(right, room.y), Layout::top_down(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            ui.set_width(right);
            scrolling_detail_ui(ui, app, view, out);
        });
    });
}

fn below_each_other_ui(ui: &mut Ui, app: &mut App, view: &mut View, out: &mut Vec<Command>) {
    let height = size::LIST_ABOVE.min(ui.available_height() * 0.5);
    list::list_ui(ui, app, &mut view.list, height, out);
    ui.add_space(space::XS);
    scrolling_detail_ui(ui, app, view, out);
}

fn scrolling_detail_ui(ui: &mut Ui, app: &mut App, view: &mut View, out: &mut Vec<Command>) {
    let mut area = ScrollArea::vertical().id_salt("chosen key").auto_shrink(false);
    let chosen = app.my_keys.chosen().map(|key| &key.id);
    if view.shown.as_ref() != chosen {
        view.shown = chosen.cloned();
        // Another key is read from its top.
        area = area.vertical_scroll_offset(0.0);
    }
    pieces::scrolling_ui(ui, area, |ui| {
        detail::detail_ui(ui, app, &mut view.detail, out);
        pieces::keep_focus_in_view(ui, &mut view.focus);
    });
}
