//! The randomart of a fingerprint, drawn as a picture.
//!
//! A square is the fuller the more often the bishop came by. Where he started is a ring with an S,
//! where he stopped a full square with an E, so that shape and letter say it as well as the colour.

use eframe::egui;
use egui::{
    Align2, Color32, FontId, Painter, Rect, Response, Sense, Stroke, StrokeKind, TextStyle, Ui, Visuals,
    WidgetInfo, accesskit, pos2, vec2,
};

use crate::key::randomart::{Cell, HEIGHT, Randomart, WIDTH};

/// Draws the picture; its squares are as large as the text around them asks for.
///
/// `accessible_text` is what a screen reader says; what it shows cannot be said in a few words.
pub(super) fn art_ui(ui: &mut Ui, art: &Randomart, accessible_text: &str) -> Response {
    let side = (ui.text_style_height(&TextStyle::Body) * 0.68).round().max(6.0);
    let margin = (side * 0.5).round();
    #[expect(clippy::cast_precision_loss, reason = "they are 17 and 9")]
    let board = vec2(WIDTH as f32, HEIGHT as f32) * side + vec2(margin, margin) * 2.0;
    let (rect, response) = ui.allocate_exact_size(board, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Image, ui.is_enabled(), accessible_text));

    if ui.is_rect_visible(rect) {
        let visuals = ui.visuals();
        let rounding = visuals.widgets.noninteractive.corner_radius;
        let frame = visuals.widgets.noninteractive.bg_stroke;
        ui.painter().rect(
            rect,
            rounding,
            visuals.extreme_bg_color,
            frame,
            StrokeKind::Inside,
        );
        for (row, cells) in art.cells().iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                #[expect(clippy::cast_precision_loss, reason = "they are at most 17 and 9")]
                let place = pos2(column as f32, row as f32) * side;
                let square = Rect::from_min_size(
                    rect.min + vec2(margin, margin) + place.to_vec2(),
                    vec2(side, side),
                );
                draw_cell(ui.painter(), visuals, square, *cell);
            }
        }
    }
    response
}

fn draw_cell(painter: &Painter, visuals: &Visuals, square: Rect, cell: Cell) {
    let accent = visuals.hyperlink_color;
    let inner = square.shrink((square.width() * 0.06).max(0.5));
    let rounding = inner.width() * 0.2;
    let letter = |text: char, color: Color32| {
        let font = FontId::monospace(inner.height());
        painter.text(inner.center(), Align2::CENTER_CENTER, text, font, color);
    };
    match cell {
        Cell::Visits(0) => {}
        Cell::Visits(count) => {
            painter.rect_filled(inner, rounding, accent.gamma_multiply(intensity(count)));
        }
        Cell::Start => {
            painter.rect_stroke(inner, rounding, Stroke::new(1.5, accent), StrokeKind::Inside);
            letter(cell.symbol(), visuals.strong_text_color());
        }
        Cell::End => {
            painter.rect_filled(inner, rounding, visuals.strong_text_color());
            letter(cell.symbol(), visuals.extreme_bg_color);
        }
    }
}

/// The first visits differ most: half of all squares that were visited were visited once or twice.
fn intensity(count: u8) -> f32 {
    let share = f32::from(count.min(Cell::MOST_VISITS)) / f32::from(Cell::MOST_VISITS);
    0.18 + 0.82 * share.sqrt()
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;

    fn page(text_size: f32) -> Harness<'static> {
        let mut harness = Harness::new_ui(move |ui| {
            ui.style_mut().override_font_id = None;
            for font in ui.style_mut().text_styles.values_mut() {
                font.size = text_size;
            }
            art_ui(ui, &Randomart::new(&[0x0c; 32]), "Randomart of the fingerprint");
        });
        harness.run();
        harness
    }

    #[test]
    fn the_picture_has_a_name() {
        let harness = page(14.0);
        harness.get_by_role_and_label(accesskit::Role::Image, "Randomart of the fingerprint");
    }

    #[test]
    fn the_picture_grows_with_the_text() {
        let [small, large] = [14.0, 28.0].map(|size| {
            let harness = page(size);
            harness.get_by_label("Randomart of the fingerprint").rect().size()
        });
        assert!(
            large.x > small.x * 1.8 && large.y > small.y * 1.8,
            "{small} {large}"
        );
        assert!(small.x > small.y, "{small}");
    }

    #[test]
    fn more_visits_are_drawn_stronger() {
        let intensities: Vec<f32> = (1..=Cell::MOST_VISITS).map(intensity).collect();
        assert!(intensities.is_sorted_by(|less, more| less < more));
        assert!(intensities.iter().all(|share| (0.1..=1.001).contains(share)));
    }

    #[test]
    fn start_and_end_are_letters() {
        let harness = page(14.0);
        let mut letters: Vec<&str> = (harness.output().shapes.iter())
            .filter_map(|clipped| match &clipped.shape {
                egui::Shape::Text(text) => Some(text.galley.text()),
                _ => None,
            })
            .collect();
        letters.sort_unstable();
        assert_eq!(letters, ["E", "S"]);
    }
}
