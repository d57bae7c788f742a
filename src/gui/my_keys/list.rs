//! The list of keys. Only the rows that can be seen are drawn, however many there are.

use egui::{
    Align, EventFilter, Id, Key, Label, Layout, Modifiers, Rect, Response, RichText, Role, ScrollArea, Sense,
    Stroke, Ui, UiBuilder, WidgetInfo, accesskit, pos2, vec2,
};

use crate::app::my_keys::KeysCommand;
use crate::app::{App, Command};
use crate::engine::keys::{Grade, Key as OwnKey};
use crate::gui::page;
use crate::gui::pieces::{self, Badge};
use crate::gui::signs;
use crate::gui::theme::{self, Palette, inset, line, radius, size, space};

const ROW: f32 = size::ROW;
const GAP: f32 = space::LINE;

/// What only the window knows of the list.
#[derive(Debug, Default)]
pub(super) struct View {
    /// The row that the arrow keys have led to, and that has to be scrolled to.
    goes_to: Option<usize>,
}

pub(super) fn list_ui(ui: &mut Ui, app: &mut App, view: &mut View, height: f32, out: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    let frame = egui::Frame::new()
        .fill(palette.card)
        .stroke(Stroke::new(line::THIN, palette.line))
        .corner_radius(radius::CARD)
        .inner_margin(inset::LIST);
    let shown = frame.show(ui, |ui| {
        let inside = (height - inset::LIST.sum().y - 2.0 * line::THIN).max(ROW);
        ui.set_min_height(inside);
        ui.set_max_height(inside);
        ui.set_width(ui.available_width());
        let found = app.my_keys.found().to_vec();
        if found.is_empty() {
            let response = pieces::hint_ui(ui, "No key is found by this.");
            pieces::polite(ui, &response);
        } else {
            rows_ui(ui, app, &found, view, out);
        }
        ui.unique_id()
    });
    let place = shown.response.rect;
    ui.ctx().accesskit_node_builder(shown.inner, |node| {
        node.set_role(accesskit::Role::ListBox);
        node.set_label("Keys");
        let [x0, y0, x1, y1] = [place.left(), place.top(), place.right(), place.bottom()].map(f64::from);
        node.set_bounds(accesskit::Rect { x0, y0, x1, y1 });
    });
}

fn rows_ui(ui: &mut Ui, app: &App, found: &[usize], view: &mut View, out: &mut Vec<Command>) {
    let Some(inventory) = &app.my_keys.inventory else {
        return;
    };
    let key_in = |row: usize| found.get(row).and_then(|index| inventory.keys.get(*index));
    let choose = |row| key_in(row).map(|key| Command::Keys(KeysCommand::Choose(key.id.clone())));
    let chosen = app.my_keys.chosen().map(|key| &key.id);
    let place = (0..found.len()).find(|row| key_in(*row).map(|key| &key.id) == chosen);
    let rows = found.len();
    if let Some(next) = place.and_then(|row| step(ui, row, rows)) {
        view.goes_to = Some(next);
        out.extend(choose(next));
    }
    let mut area = ScrollArea::vertical().id_salt("keys").auto_shrink(false);
    if let Some(row) = view.goes_to {
        area = area.vertical_scroll_offset(offset_for(row, ui));
    }
    ui.spacing_mut().item_spacing.y = GAP;
    pieces::scrolling_rows_ui(ui, area, ROW, rows, |ui, shown| {
        let top = ui.max_rect().top();
        for row in shown.clone() {
            let Some(key) = key_in(row) else { continue };
            let response = row_ui(ui, (row, rows), key, place == Some(row));
            if response.clicked() {
                out.extend(choose(row));
            }
            if response.clicked() || view.goes_to == Some(row) {
                view.goes_to = None;
                response.request_focus();
            }
        }
        // Tab comes to the chosen row wherever the list has been scrolled to, and the list goes there with it.
        if let Some(row) = place.filter(|row| !shown.contains(row)) {
            let rect = Rect::from_min_size(pos2(ui.max_rect().left(), top), vec2(1.0, 1.0));
            if ui
                .interact(rect, row_id(row), Sense::focusable_noninteractive())
                .gained_focus()
            {
                view.goes_to = Some(row);
                ui.ctx().request_repaint();
            }
        }
    });
    // The row may have gone with what was typed into the search.
    if place.is_none() {
        view.goes_to = None;
    }
}

/// Where to scroll so that this row is in the middle.
fn offset_for(row: usize, ui: &Ui) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "a row of a list")]
    let top = row as f32 * (ROW + GAP);
    (top - (ui.available_height() - ROW) / 2.0).max(0.0)
}

fn row_id(row: usize) -> Id {
    Id::unique(("key", row))
}

/// The row that a key leads to from this one, if that has the focus.
fn step(ui: &Ui, row: usize, rows: usize) -> Option<usize> {
    let id = row_id(row);
    if !ui.memory(|memory| memory.has_focus(id)) {
        return None;
    }
    let filter = EventFilter {
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    let mut next = row;
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::ArrowDown) {
        next = row + 1;
    } else if pressed(Key::ArrowUp) {
        next = row.checked_sub(1)?;
    } else if pressed(Key::Home) {
        next = 0;
    } else if pressed(Key::End) {
        next = rows - 1;
    }
    (next < rows && next != row).then_some(next)
}

/// A row; of all of them Tab stops at the chosen one alone.
fn row_ui(ui: &mut Ui, (row, rows): (usize, usize), key: &OwnKey, is_chosen: bool) -> Response {
    let palette = Palette::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let sense = if is_chosen { Sense::click() } else { Sense::CLICK };
    let response = ui.interact(rect, row_id(row), sense);
    let is_enabled = ui.is_enabled();
    let name = spoken(key);
    response.widget_info(|| WidgetInfo::labeled(Role::ListBoxOption, is_enabled, &name));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_selected(is_chosen);
        node.set_position_in_set(row + 1);
        node.set_size_of_set(rows);
    });
    let colors = match key.worst() {
        Some(Grade::Danger) => (palette.error_soft, palette.error),
        Some(Grade::Warning) => (palette.warn_soft, palette.warn),
        Some(Grade::Note) | None if is_chosen => (palette.card, palette.on_soft),
        Some(Grade::Note) | None => (palette.soft, palette.on_soft),
    };
    let words = page::row_ground_ui(ui, &response, is_chosen, colors, signs::draw_key);
    words_ui(ui, words, key);
    response
}

/// Title and facts, which take no more room than the row has.
fn words_ui(ui: &mut Ui, room: Rect, key: &OwnKey) {
    let palette = Palette::of(ui);
    let layout = Layout::top_down(Align::Min);
    let mut ui = ui.new_child(UiBuilder::new().max_rect(room).layout(layout));
    ui.spacing_mut().item_spacing = vec2(space::XS, 0.0);
    ui.spacing_mut().interact_size.y = size::PAGE_SIGN;
    let title = RichText::new(key.title())
        .text_style(theme::strong())
        .color(palette.text);
    let mut seen = seen(key);
    if badge(key) == Some(NO_PASSPHRASE) {
        seen.retain(|fact| fact != WITHOUT);
    }
    let facts = RichText::new(seen.join(" · ")).small().color(palette.weak);
    // It is part of the row's own name.
    let hide = |ui: &Ui, label: &Response| {
        ui.ctx()
            .accesskit_node_builder(label.id, accesskit::Node::set_hidden);
    };
    // By its name a key is told from others, so that is cut off last.
    let label = ui.add(Label::new(title).selectable(false).truncate());
    hide(&ui, &label);
    let line = vec2(ui.available_width(), size::PAGE_SIGN);
    ui.allocate_ui_with_layout(line, Layout::right_to_left(Align::Center), |ui| {
        if let Some((text, badge)) = badge(key) {
            let shown = pieces::badge_ui(ui, text, badge);
            hide(ui, &shown);
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let label = ui.add(Label::new(facts).selectable(false).truncate());
            hide(ui, &label);
        });
    });
}

/// That a private key is protected by nothing: said by the badge, or among the facts.
const NO_PASSPHRASE: (&str, Badge) = ("No passphrase", Badge::Warning);
const WITHOUT: &str = "no passphrase";

/// What is to be known of a key before all else.
fn badge(key: &OwnKey) -> Option<(&'static str, Badge)> {
    let is_open = key.private_file().is_some_and(|file| !file.is_encrypted);
    match key.worst() {
        Some(Grade::Danger) => Some(("Needs attention", Badge::Error)),
        Some(Grade::Warning) => Some(("Needs attention", Badge::Warning)),
        Some(Grade::Note) | None if key.is_default => Some(("Default", Badge::Good)),
        Some(Grade::Note) | None if is_open => Some(NO_PASSPHRASE),
        Some(Grade::Note) | None => None,
    }
}

/// What stands below the title.
fn facts(key: &OwnKey) -> String {
    let mut facts = Vec::new();
    if key.is_default {
        facts.push("default key".to_owned());
    }
    facts.extend(seen(key));
    facts.join(" · ")
}

/// The same for those who see the badge.
fn seen(key: &OwnKey) -> Vec<String> {
    let mut facts = Vec::new();
    match key.described.title() {
        Some(title) => facts.push(title),
        None => facts.push("only its passphrase shows which key it is".to_owned()),
    }
    match key.private_file() {
        None => facts.push("public half only".to_owned()),
        Some(file) if !file.is_encrypted => facts.push(WITHOUT.to_owned()),
        Some(_) => {}
    }
    match &key.name {
        Some(_) => facts.push(key.file_name()),
        None => facts.extend(
            key.described
                .shown_comment()
                .filter(|comment| !comment.is_empty()),
        ),
    }
    facts
}

/// What a screen reader says of the row.
fn spoken(key: &OwnKey) -> String {
    let matter = match key.worst() {
        Some(Grade::Danger) => ", others may be able to use it",
        Some(Grade::Warning) => ", something is wrong with it",
        Some(Grade::Note) | None => "",
    };
    format!("{}, {}{matter}", key.title(), facts(key))
}
