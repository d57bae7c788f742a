//! The servers that are known: where keys were put, and those of ssh's configuration. One of them is chosen.

use egui::{
    Frame, Label, Response, RichText, Role, ScrollArea, Stroke, Ui, UiBuilder, WidgetInfo, accesskit, vec2,
};

use crate::app::App;
use crate::gui::radios::{Radio, radios_ui};
use crate::gui::theme::{self, Palette, inset, line, radius, size, space};
use crate::gui::{page, pieces, signs};

/// A server, and what there is to say of it.
struct Row {
    name: String,
    facts: String,
    has_keys: bool,
}

impl Row {
    fn all(app: &App) -> Vec<Self> {
        let keys = app.my_keys.inventory.as_ref();
        let row = |name: &String| {
            let of_server = keys.into_iter().flat_map(|inventory| &inventory.keys);
            let count = of_server
                .filter(|key| key.installed.iter().any(|on| on.server == *name))
                .count();
            let facts = match count {
                0 => "no key put there from here".to_owned(),
                1 => "1 key".to_owned(),
                count => format!("{count} keys"),
            };
            Self {
                name: name.clone(),
                facts,
                has_keys: count > 0,
            }
        };
        app.servers.names.iter().map(row).collect()
    }
}

/// Draws the list; hands over a server that was chosen.
pub(super) fn known_ui(ui: &mut Ui, app: &App, height: f32) -> Option<String> {
    let palette = Palette::of(ui);
    let rows = Row::all(app);
    let places: Vec<usize> = (0..rows.len()).collect();
    let frame = Frame::new()
        .fill(palette.card)
        .stroke(Stroke::new(line::THIN, palette.line))
        .corner_radius(radius::CARD)
        .inner_margin(inset::LIST);
    let shown = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        let inside = (height - inset::LIST.sum().y - 2.0 * line::THIN).max(size::ROW);
        ui.set_min_height(inside);
        let id = ui.unique_id();
        let area = ScrollArea::vertical().id_salt("known servers").max_height(inside);
        let chosen = pieces::scrolling_ui(ui, area, |ui| {
            ui.spacing_mut().item_spacing.y = space::LINE;
            let now = app.servers.address.trim();
            radios_ui(
                ui,
                &places,
                |place| rows[place].name == now,
                |ui, place, radio| row_ui(ui, &rows[place], radio),
            )
        });
        (chosen, id)
    });
    let (chosen, id) = shown.inner;
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(accesskit::Role::ListBox);
        node.set_label("Servers that you know");
    });
    chosen.map(|place| rows[place].name.clone())
}

fn row_ui(ui: &mut Ui, row: &Row, radio: Radio) -> Response {
    let palette = Palette::of(ui);
    let (_, response) = ui.allocate_exact_size(vec2(ui.available_width(), size::ROW), radio.sense());
    let is_chosen = radio.is_chosen();
    let is_enabled = ui.is_enabled();
    let name = format!("{}, {}", row.name, row.facts);
    response.widget_info(|| WidgetInfo::labeled(Role::ListBoxOption, is_enabled, &name));
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_selected(is_chosen));
    let colors = match (row.has_keys, is_chosen) {
        (true, true) => (palette.card, palette.on_soft),
        (true, false) => (palette.soft, palette.on_soft),
        (false, _) => (palette.button, palette.weak),
    };
    let words = page::row_ground_ui(ui, &response, is_chosen, colors, signs::draw_server);
    let mut ui = ui.new_child(UiBuilder::new().max_rect(words));
    ui.spacing_mut().item_spacing.y = 0.0;
    let title = RichText::new(&row.name)
        .text_style(theme::strong())
        .color(palette.text);
    let facts = RichText::new(&row.facts).small().color(palette.weak);
    for text in [title, facts] {
        let label = ui.add(Label::new(text).selectable(false).truncate());
        // It is part of the row's own name.
        ui.ctx()
            .accesskit_node_builder(label.id, accesskit::Node::set_hidden);
    }
    response
}
