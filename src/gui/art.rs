//! The randomart of a fingerprint, drawn as a picture.
//!
//! A square is the fuller the more often the bishop came by. Where he started is a ring with an S,
//! where he stopped a full square with an E, so that shape and letter say it as well as the colour.

use egui;
use egui::{
    Align2, FontId, Painter, Rect, Response, Sense, Stroke, StrokeKind, TextStyle, Ui, Visuals, WidgetInfo,
    accesskit, vec2,
};

use super::theme::{line, size};
use crate::key::randomart::{Cell, HEIGHT, Randomart, WIDTH};

/// Draws the picture; its squares are as large as the text around them asks for.
///
/// `accessible_text` is what a screen reader says; what it shows cannot be said in a few words.
pub(super) fn art_ui(ui: &mut Ui, art: &Randomart, accessible_text: &str) -> Response {
    let side = (ui.text_style_height(&TextStyle::Body) * 0.54)
        .round()
        .max(size::SQUARE);
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
        let mut marks = Vec::new();
        for (row, cells) in art.cells().iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                #[expect(clippy::cast_precision_loss, reason = "they are at most 17 and 9")]
                let place = vec2(column as f32, row as f32) * side;
                let square = Rect::from_min_size(rect.min + vec2(margin, margin) + place, vec2(side, side));
                match *cell {
                    Cell::Visits(count) => draw_visits(ui.painter(), visuals, square, count),
                    mark @ (Cell::Start | Cell::End) => marks.push((square, mark)),
                }
            }
        }
        // They are larger than a square, for the letter's sake, and lie over their neighbours.
        for (square, mark) in marks {
            draw_mark(ui.painter(), visuals, square.expand(side * 0.14), mark);
        }
    }
    response
}

fn draw_visits(painter: &Painter, visuals: &Visuals, square: Rect, count: u8) {
    if count > 0 {
        let inner = square.shrink((square.width() * 0.06).max(0.5));
        let color = visuals.hyperlink_color.gamma_multiply(intensity(count));
        painter.rect_filled(inner, inner.width() * 0.2, color);
    }
}

fn draw_mark(painter: &Painter, visuals: &Visuals, square: Rect, mark: Cell) {
    let (paper, ink) = (visuals.extreme_bg_color, visuals.strong_text_color());
    let (fill, letter) = if mark == Cell::End {
        (ink, paper)
    } else {
        (paper, ink)
    };
    let edge = Stroke::new(line::THIN, ink);
    painter.rect(square, square.width() * 0.2, fill, edge, StrokeKind::Inside);
    let font = FontId::proportional(square.height() * 0.86);
    painter.text(
        square.center(),
        Align2::CENTER_CENTER,
        mark.symbol(),
        font,
        letter,
    );
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
    use crate::gui::theme;

    fn page(text_size: f32) -> Harness<'static> {
        let mut harness = Harness::new_ui(move |ui| {
            if theme::has_no_letters_yet(ui) {
                return;
            }
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
