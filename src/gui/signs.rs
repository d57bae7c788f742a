//! Signs that stand beside text, drawn and not written: no font of every system has them all.
//!
//! They only repeat what the text says, for whoever looks quickly, and have no name of their own.

use egui::{Color32, Painter, Pos2, Rect, Sense, Shape, Stroke, TextStyle, Ui, Vec2, vec2};

use super::motion;
use super::theme::{Palette, radius, size, space};

/// The corners of a tick.
const TICK: [(f32, f32); 3] = [(0.08, 0.55), (0.38, 0.86), (0.95, 0.16)];

/// What a sign says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// All is well: a tick.
    Good,
    /// Something is open: a full dot.
    Open,
    /// Something is still to come: a ring.
    Later,
    /// Something to know: a triangle with a stroke in it.
    Warning,
    /// Somebody vouches for it: a seal with two ribbons.
    Seal,
    /// Something is wrong: a ring with a cross in it.
    Wrong,
}

/// Draws a sign as high as small text.
pub(super) fn sign_ui(ui: &mut Ui, sign: Sign, color: Color32) {
    let side = ui.text_style_height(&TextStyle::Small);
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(side), Sense::empty());
    draw_sign(ui.painter(), rect, sign, color);
}

/// Draws a sign over all of `rect`, which is a square.
pub(super) fn draw_sign(painter: &Painter, rect: Rect, sign: Sign, color: Color32) {
    let side = rect.width();
    let square = rect.shrink(side * 0.12);
    let at = |x: f32, y: f32| square.min + vec2(x, y) * square.size();
    let stroke = Stroke::new(side * 0.1, color);
    match sign {
        Sign::Good => {
            painter.line(TICK.map(|(x, y)| at(x, y)).to_vec(), stroke);
        }
        Sign::Open => {
            painter.circle_filled(square.center(), side * 0.24, color);
        }
        Sign::Later => {
            painter.circle_stroke(square.center(), side * 0.22, Stroke::new(side * 0.08, color));
        }
        Sign::Warning => {
            let corners = vec![at(0.5, 0.06), at(1.0, 0.94), at(0.0, 0.94)];
            painter.add(Shape::closed_line(corners, stroke));
            painter.line_segment([at(0.5, 0.4), at(0.5, 0.64)], stroke);
            painter.circle_filled(at(0.5, 0.79), stroke.width * 0.55, color);
        }
        Sign::Seal => {
            painter.circle_stroke(at(0.5, 0.36), square.width() * 0.32, stroke);
            painter.line(vec![at(0.3, 0.62), at(0.22, 1.0), at(0.5, 0.84)], stroke);
            painter.line(vec![at(0.7, 0.62), at(0.78, 1.0), at(0.5, 0.84)], stroke);
        }
        Sign::Wrong => {
            painter.circle_stroke(square.center(), square.width() * 0.5, stroke);
            painter.line_segment([at(0.3, 0.3), at(0.7, 0.7)], stroke);
            painter.line_segment([at(0.7, 0.3), at(0.3, 0.7)], stroke);
        }
    }
}

/// A ring of which a part goes round, for what goes on now; it stands still where the system asks for less motion.
pub(super) fn spinner_ui(ui: &mut Ui, color: Color32) {
    const STEPS: u8 = 20;
    let side = ui.text_style_height(&TextStyle::Small);
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(side), Sense::empty());
    let (center, radius) = (rect.center(), side * 0.36);
    let begins = if motion::is_wanted(ui.ctx()) {
        ui.ctx().request_repaint_after(motion::FRAME);
        motion::turn(ui.input(|input| input.time))
    } else {
        0.0
    };
    let faint = Stroke::new(side * 0.1, Palette::of(ui).line);
    ui.painter().circle_stroke(center, radius, faint);
    let points = (0..=STEPS).map(|step| {
        let angle = begins + f32::from(step) / f32::from(STEPS) * std::f32::consts::PI;
        center + Vec2::angled(angle) * radius
    });
    ui.painter()
        .line(points.collect(), Stroke::new(side * 0.12, color));
}

/// A tick that draws itself when it comes up, where the system does not ask for less motion.
pub(super) fn tick_ui(ui: &mut Ui, color: Color32, is_new: bool) {
    let side = ui.text_style_height(&TextStyle::Small);
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::empty());
    let drawn = motion::since(ui, response.id, is_new);
    let square = rect.shrink(side * 0.12);
    let at = |(x, y): (f32, f32)| square.min + vec2(x, y) * square.size();
    let [start, corner, end] = TICK.map(at);
    let first = (corner - start).length() / ((corner - start).length() + (end - corner).length());
    let line = if drawn < first {
        vec![start, start.lerp(corner, drawn / first)]
    } else {
        vec![start, corner, corner.lerp(end, (drawn - first) / (1.0 - first))]
    };
    ui.painter().line(line, Stroke::new(side * 0.1, color));
}

/// Draws `of` bars, of which `filled` have the colour; the others are there, and no more.
pub(super) fn gauge_ui(ui: &mut Ui, filled: u8, of: u8, color: Color32) {
    let height = ui.text_style_height(&TextStyle::Small);
    let step = size::GAUGE + space::XS;
    let (rect, _) = ui.allocate_exact_size(vec2(step * f32::from(of) - space::XS, height), Sense::empty());
    let empty = Palette::of(ui).line;
    for index in 0..of {
        let start = rect.left_center() + vec2(step * f32::from(index), 0.0);
        let middle = start + vec2(size::GAUGE / 2.0, 0.0);
        let bar = Rect::from_center_size(middle, vec2(size::GAUGE, size::GAUGE_BAR));
        let color = if index < filled { color } else { empty };
        ui.painter().rect_filled(bar, radius::BAR, color);
    }
}

/// A wheel with teeth, in the middle of `rect`.
pub(super) fn draw_gear(painter: &Painter, rect: Rect, color: Color32) {
    const TEETH: u8 = 8;
    let (center, radius) = (rect.center(), rect.height() * 0.5);
    let direction = |index: u8| {
        let angle = f32::from(index) / f32::from(TEETH) * std::f32::consts::TAU;
        Vec2::angled(angle)
    };
    for index in 0..TEETH {
        let along = direction(index);
        let ends: [Pos2; 2] = [center + along * radius * 0.62, center + along * radius];
        painter.line_segment(ends, Stroke::new(radius * 0.3, color));
    }
    painter.circle_stroke(center, radius * 0.56, Stroke::new(radius * 0.3, color));
}

/// A heartbeat.
pub(super) fn draw_pulse(painter: &Painter, rect: Rect, color: Color32) {
    let stroke = Stroke::new(rect.height() * 0.1, color);
    let at = |x: f32, y: f32| rect.min + vec2(x, y) * rect.size();
    let beat = [
        (0.04, 0.54),
        (0.28, 0.54),
        (0.4, 0.18),
        (0.58, 0.86),
        (0.7, 0.54),
        (0.96, 0.54),
    ];
    painter.line(beat.map(|(x, y)| at(x, y)).to_vec(), stroke);
}

/// A question mark in a circle.
pub(super) fn draw_question(painter: &Painter, rect: Rect, color: Color32) {
    let stroke = Stroke::new(rect.height() * 0.1, color);
    painter.circle_stroke(rect.center(), rect.height() * 0.44, stroke);
    let at = |x: f32, y: f32| rect.min + vec2(x, y) * rect.size();
    let hook = [
        (0.36, 0.4),
        (0.4, 0.3),
        (0.5, 0.26),
        (0.61, 0.31),
        (0.63, 0.42),
        (0.52, 0.52),
        (0.5, 0.61),
    ];
    painter.line(hook.map(|(x, y)| at(x, y)).to_vec(), stroke);
    painter.circle_filled(at(0.5, 0.74), rect.height() * 0.065, color);
}

/// A key: its bow at the left, its teeth at the right.
pub(super) fn draw_key(painter: &Painter, rect: Rect, color: Color32) {
    let at = |x: f32, y: f32| rect.min + vec2(x, y) * rect.size();
    let stroke = Stroke::new(rect.height() * 0.1, color);
    painter.circle_stroke(at(0.26, 0.5), rect.width() * 0.2, stroke);
    painter.line(vec![at(0.46, 0.5), at(0.94, 0.5), at(0.94, 0.72)], stroke);
    painter.line_segment([at(0.74, 0.5), at(0.74, 0.66)], stroke);
}

/// Two machines of a rack, each with its lamp.
pub(super) fn draw_server(painter: &Painter, rect: Rect, color: Color32) {
    let at = |x: f32, y: f32| rect.min + vec2(x, y) * rect.size();
    let stroke = Stroke::new(rect.height() * 0.09, color);
    for top in [0.08, 0.54] {
        let machine = Rect::from_min_max(at(0.04, top), at(0.96, top + 0.38));
        painter.rect_stroke(machine, radius::BAR, stroke, egui::StrokeKind::Inside);
        painter.circle_filled(at(0.22, top + 0.19), rect.height() * 0.06, color);
        painter.line_segment([at(0.5, top + 0.19), at(0.8, top + 0.19)], stroke);
    }
}

/// A triangle that points down, in the middle of `rect`.
pub(super) fn draw_down(painter: &Painter, rect: Rect, color: Color32) {
    let at = |x: f32, y: f32| rect.center() + vec2(x, y) * rect.height();
    let corners = vec![at(-0.3, -0.18), at(0.3, -0.18), at(0.0, 0.25)];
    painter.add(Shape::convex_polygon(corners, color, Stroke::NONE));
}

/// A triangle that points to the right, in the middle of `rect`.
pub(super) fn draw_right(painter: &Painter, rect: Rect, color: Color32) {
    let at = |x: f32, y: f32| rect.center() + vec2(x, y) * rect.height();
    let corners = vec![at(-0.18, -0.3), at(0.25, 0.0), at(-0.18, 0.3)];
    painter.add(Shape::convex_polygon(corners, color, Stroke::NONE));
}

/// A plus, in the middle of `rect`.
pub(super) fn draw_plus(painter: &Painter, rect: Rect, color: Color32) {
    let stroke = Stroke::new(rect.height() * 0.12, color);
    let half = rect.height() * 0.4;
    let center = rect.center();
    painter.line_segment([center - vec2(half, 0.0), center + vec2(half, 0.0)], stroke);
    painter.line_segment([center - vec2(0.0, half), center + vec2(0.0, half)], stroke);
}

/// Three dots in a row: there is more.
pub(super) fn draw_more(painter: &Painter, rect: Rect, color: Color32) {
    for step in [-0.36, 0.0, 0.36] {
        painter.circle_filled(
            rect.center() + vec2(step, 0.0) * rect.width(),
            rect.width() * 0.1,
            color,
        );
    }
}

/// A pencil: what is being worked on.
pub(super) fn draw_pen(painter: &Painter, rect: Rect, color: Color32) {
    let at = |x: f32, y: f32| rect.min + vec2(x, y) * rect.size();
    let stroke = Stroke::new(rect.height() * 0.08, color);
    let corners = vec![
        at(0.12, 0.88),
        at(0.2, 0.62),
        at(0.7, 0.12),
        at(0.88, 0.3),
        at(0.38, 0.8),
    ];
    painter.add(Shape::closed_line(corners, stroke));
    painter.line_segment([at(0.58, 0.24), at(0.76, 0.42)], stroke);
}

/// A globe: the hosts out there.
pub(super) fn draw_globe(painter: &Painter, rect: Rect, color: Color32) {
    let (center, radius) = (rect.center(), rect.height() * 0.42);
    let stroke = Stroke::new(rect.height() * 0.08, color);
    painter.circle_stroke(center, radius, stroke);
    painter.add(Shape::ellipse_stroke(center, vec2(radius * 0.45, radius), stroke));
    painter.line_segment([center - vec2(radius, 0.0), center + vec2(radius, 0.0)], stroke);
}

/// A box with a keyhole: who holds opened keys.
pub(super) fn draw_agent(painter: &Painter, rect: Rect, color: Color32) {
    let at = |x: f32, y: f32| rect.min + vec2(x, y) * rect.size();
    let stroke = Stroke::new(rect.height() * 0.08, color);
    let safe = Rect::from_min_max(at(0.1, 0.14), at(0.9, 0.86));
    painter.rect_stroke(safe, radius::BAR, stroke, egui::StrokeKind::Inside);
    painter.circle_filled(at(0.5, 0.43), rect.height() * 0.1, color);
    painter.line_segment([at(0.5, 0.46), at(0.5, 0.66)], stroke);
}

/// A sheet with an arrow into it: what comes in from a file.
pub(super) fn draw_open(painter: &Painter, rect: Rect, color: Color32) {
    let at = |x: f32, y: f32| rect.min + vec2(x, y) * rect.size();
    let stroke = Stroke::new(rect.height() * 0.08, color);
    painter.line_segment([at(0.5, 0.08), at(0.5, 0.62)], stroke);
    painter.line(vec![at(0.28, 0.42), at(0.5, 0.64), at(0.72, 0.42)], stroke);
    painter.line(
        vec![at(0.1, 0.6), at(0.1, 0.9), at(0.9, 0.9), at(0.9, 0.6)],
        stroke,
    );
}
