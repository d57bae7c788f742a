//! The servers that are known: where keys were put, and those of ssh's configuration. One of them is chosen.

use egui::{
    Frame, Label, Response, RichText, Role, ScrollArea, Stroke, Ui, UiBuilder, WidgetInfo, accesskit, vec2,
};

use crate::app::App;
use crate::app::errand::{KnownServer, Met};
use crate::engine::plural::counted;
use crate::gui::radios::{Radio, radios_ui};
use crate::gui::theme::{self, Palette, inset, line, radius, size, space};
use crate::gui::{page, pieces, signs};
use crate::key::comment::escaped;

/// A server, and what there is to say of it.
struct Row {
    name: String,
    /// The account behind a short name.
    account: Option<String>,
    facts: String,
    look: Look,
}

/// How a server stands with one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// A key works there, as far as is known.
    Good,
    /// Nothing is known.
    Plain,
    /// It went wrong the last time.
    Wrong,
}

impl Row {
    fn all(app: &App) -> Vec<Self> {
        app.servers
            .known
            .iter()
            .map(|known| Self::of(app, known))
            .collect()
    }

    fn of(app: &App, known: &KnownServer) -> Self {
        let dates = &known.dates;
        let mut facts = match dates.len() {
            0 => "no key put there from here".to_owned(),
            count => counted(count, "key"),
        };
        let met = app.servers.met.get(&known.account);
        let seen = match (met, dates.iter().max().filter(|date| !date.is_empty())) {
            (Some(Met::TakenOff), _) => Some("a key was taken off just now".to_owned()),
            (Some(Met::LetIn), _) => Some("let you in just now".to_owned()),
            (Some(Met::Stopped), _) => Some("did not let you in just now".to_owned()),
            (None, Some(date)) => Some(format!("worked on {}", escaped(date.as_bytes()))),
            (None, None) => None,
        };
        if let Some(seen) = seen {
            facts = if dates.is_empty() {
                seen
            } else {
                format!("{facts} · {seen}")
            };
        }
        let look = match met {
            Some(Met::Stopped) => Look::Wrong,
            Some(Met::TakenOff) | None if dates.is_empty() => Look::Plain,
            Some(Met::LetIn | Met::TakenOff) | None => Look::Good,
        };
        Self {
            name: known.name.clone(),
            account: (known.name != known.account).then(|| known.account.clone()),
            facts,
            look,
        }
    }
}

/// Draws the list; hands over a server that was chosen.
pub(super) fn known_ui(ui: &mut Ui, app: &App, height: f32) -> Option<String> {
    let palette = Palette::of(ui);
    let rows = Row::all(app);
    let known = &app.servers.known;
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
                |place| known[place].is_called(now),
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
    let account = row.account.iter().map(|account| format!("{account} · "));
    let name = format!("{}, {}{}", row.name, account.collect::<String>(), row.facts);
    response.widget_info(|| WidgetInfo::labeled(Role::ListBoxOption, is_enabled, &name));
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_selected(is_chosen));
    let colors = match (row.look, is_chosen) {
        (Look::Good, true) => (palette.card, palette.on_soft),
        (Look::Good, false) => (palette.soft, palette.on_soft),
        (Look::Plain, _) => (palette.button, palette.weak),
        (Look::Wrong, _) => (palette.warn_soft, palette.warn),
    };
    let words = page::row_ground_ui(ui, &response, is_chosen, colors, signs::draw_server);
    let mut ui = ui.new_child(UiBuilder::new().max_rect(words));
    ui.spacing_mut().item_spacing.y = 0.0;
    // It is part of the row's own name.
    let word_ui = |ui: &mut Ui, text: RichText| {
        let label = ui.add(Label::new(text).selectable(false).truncate());
        ui.ctx()
            .accesskit_node_builder(label.id, accesskit::Node::set_hidden);
    };
    let weak = |text: &str| RichText::new(text).small().color(palette.weak);
    ui.horizontal(|ui| {
        let title = RichText::new(&row.name).text_style(theme::strong());
        word_ui(ui, title.color(palette.text));
        if let Some(account) = &row.account {
            word_ui(ui, weak(account));
        }
    });
    word_ui(&mut ui, weak(&row.facts));
    response
}
