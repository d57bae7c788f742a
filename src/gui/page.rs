//! What the simple pages have in common: a heading, a column that scrolls, and what is said where there is nothing yet.

use egui::{
    CentralPanel, Color32, Frame, Id, Label, Painter, Rect, Response, RichText, ScrollArea, Sense, Stroke,
    StrokeKind, TextStyle, Ui, Vec2,
};

use super::pieces;
use super::theme::{self, Palette, line, radius, size, space};

/// What draws a sign.
type Sign = fn(&Painter, Rect, Color32);

/// What only the window knows of a page.
#[derive(Debug, Default)]
pub(super) struct View {
    /// Whether it was shown in the last frame.
    was_shown: bool,
    /// What had the focus in the last frame.
    focus: Option<Id>,
}

impl View {
    /// Another page is shown: this one comes up anew.
    pub(super) fn put_away(&mut self) {
        self.was_shown = false;
    }

    /// Whether the page has just come up, and may take the focus.
    pub(super) fn is_new(&mut self) -> bool {
        !std::mem::replace(&mut self.was_shown, true)
    }
}

pub(super) fn page_ui(ui: &mut Ui, title: &str, view: &mut View, contents: impl FnOnce(&mut Ui)) {
    let frame = Frame::new().fill(Palette::of(ui).page);
    CentralPanel::default().frame(frame).show(ui, |ui| {
        let area = ScrollArea::vertical().id_salt(title).auto_shrink(false);
        pieces::scrolling_ui(ui, area, |ui| {
            pieces::column_ui(ui, |ui| {
                pieces::heading_ui(ui, title, TextStyle::Heading);
                contents(ui);
            });
            pieces::keep_focus_in_view(ui, &mut view.focus);
        });
    });
}

/// What is said in place of things that are not there yet: that it is so, and what would help.
pub(super) fn nothing_ui(ui: &mut Ui, sign: Sign, (what, hint): (&str, &str), more: impl FnOnce(&mut Ui)) {
    pieces::card_ui(ui, |ui| {
        ui.vertical_centered(|ui| {
            ui.add_space(space::XXL);
            tile_ui(ui, sign);
            ui.add_space(space::S);
            let text = RichText::new(what).text_style(theme::subheading());
            let response = ui.add(Label::new(text).wrap());
            pieces::polite(ui, &response);
            pieces::hint_ui(ui, hint);
            more(ui);
            ui.add_space(space::XXL);
        });
    });
}

/// The ground of a row in a list, with its sign before it; returned is the room for its words.
pub(super) fn row_ground_ui(
    ui: &Ui,
    row: &Response,
    is_chosen: bool,
    (ground, color): (Color32, Color32),
    sign: Sign,
) -> Rect {
    let palette = Palette::of(ui);
    let (painter, rect) = (ui.painter(), row.rect);
    if is_chosen {
        painter.rect_filled(rect, radius::CONTROL, palette.soft);
        // A frame, so that colour is not all that tells the row.
        let stroke = Stroke::new(line::THIN, palette.accent);
        painter.rect_stroke(rect, radius::CONTROL, stroke, StrokeKind::Inside);
    } else if row.hovered() {
        painter.rect_filled(rect, radius::CONTROL, palette.row);
    }
    let inside = rect.shrink2(Vec2::splat(space::S));
    let center = inside.left_center() + Vec2::new(size::TILE / 2.0, 0.0);
    let tile = Rect::from_center_size(center, Vec2::splat(size::TILE));
    painter.rect_filled(tile, radius::CONTROL, ground);
    let drawn = Rect::from_center_size(center, Vec2::splat(size::PAGE_SIGN));
    sign(painter, drawn, color);
    Rect::from_min_max(inside.min + Vec2::new(size::TILE + space::M, 0.0), inside.max)
}

/// A sign on a ground of its own.
pub(super) fn tile_ui(ui: &mut Ui, sign: Sign) {
    let palette = Palette::of(ui);
    let height = size::TILE + space::M;
    let (row, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), height), Sense::empty());
    let tile = Rect::from_center_size(row.center(), Vec2::splat(height));
    ui.painter().rect_filled(tile, radius::CARD, palette.soft);
    let inside = Rect::from_center_size(tile.center(), Vec2::splat(size::LOW_ROW));
    sign(ui.painter(), inside, palette.on_soft);
}
