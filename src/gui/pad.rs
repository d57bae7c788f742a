//! The area over which a person moves the mouse, so that a key gets a second source of randomness.
//!
//! Every movement, touch, turn of the wheel and key press becomes a [`Sample`]; the newest movements
//! stay drawn, so that the randomness can be seen arriving. They fade with the number of points
//! behind them and not with time: so the area is drawn only when something arrived, and at rest the
//! program does nothing. Nothing of it is logged.
//!
//! egui gives the events of one frame in order and without a time of their own. Each gets the
//! moment at which it is read here, in nanoseconds, plus its place in the frame. So times differ by
//! when the frame came, which is what a person's hand and the screen decide, and no two are equal.
//! egui also offers each movement of the mouse once more as raw motion; the pool would count it
//! twice, so it is left out.

use std::collections::VecDeque;
use std::time::Instant;

use egui;
use egui::epaint::QuadraticBezierShape;
use egui::{
    Color32, Event as Input, EventFilter, MouseWheelSource, Pos2, ProgressBar, Rect, Response, Sense, Stroke,
    StrokeKind, TouchPhase, Ui, WidgetInfo, accesskit, vec2,
};

use super::theme::{line, size};
use crate::app::Command;
use crate::key::entropy::{Event, Sample};

/// What the area asks for, in the words that tutorials know. The page draws it above; a screen
/// reader hears it with the area.
pub(super) const SENTENCE: &str = "Please generate some randomness by moving the mouse over the blank area.";

/// How many points of the trail are kept.
const LENGTH: usize = 240;

/// Where the pointer was lately, and since when that is watched.
#[derive(Debug)]
pub(super) struct Trail {
    start: Instant,
    /// Relative to the area; nothing where the pointer left it.
    points: VecDeque<Option<Pos2>>,
    is_new: bool,
}

impl Default for Trail {
    fn default() -> Self {
        Self {
            start: Instant::now(),
            points: VecDeque::with_capacity(LENGTH),
            is_new: true,
        }
    }
}

impl Trail {
    fn push(&mut self, point: Option<Pos2>) {
        if point.is_none() && matches!(self.points.back(), None | Some(None)) {
            return;
        }
        if self.points.len() == LENGTH {
            self.points.pop_front();
        }
        self.points.push_back(point);
    }
}

/// Draws the area over all the room there is, and below it a bar with a figure.
///
/// It takes the keyboard's focus when it is first shown, because key presses count as well.
pub(super) fn pad_ui(ui: &mut Ui, trail: &mut Trail, progress: f32, out: &mut Vec<Command>) {
    let bar_height = ui.spacing().interact_size.y;
    let room = ui.available_size();
    let height = (room.y - bar_height - ui.spacing().item_spacing.y).max(size::PAD - bar_height);
    let (rect, response) = ui.allocate_exact_size(vec2(room.x, height), Sense::hover() | Sense::FOCUSABLE);
    name(ui, &response);
    if std::mem::take(&mut trail.is_new) {
        response.request_focus();
    }
    if response.has_focus() {
        // Arrow keys are key presses here; Tab and Esc go on to mean what they mean elsewhere.
        let filter = EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    }
    read(ui, &response, trail, out);
    if ui.is_rect_visible(rect) {
        draw(ui, rect, trail);
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is 0 to 100"
    )]
    let percent = (progress.clamp(0.0, 1.0) * f32::from(100_u8)).floor() as u8;
    let bar_ground = ui.visuals().widgets.noninteractive.bg_stroke.color;
    ui.visuals_mut().extreme_bg_color = bar_ground;
    let bar = ui.add(
        ProgressBar::new(progress)
            .desired_height(bar_height)
            .text(format!("{percent} %")),
    );
    ui.ctx().accesskit_node_builder(bar.id, |node| {
        node.set_label(format!("Randomness collected: {percent} %"));
    });
}

fn name(ui: &Ui, response: &Response) {
    response.widget_info(|| {
        WidgetInfo::labeled(
            accesskit::Role::Canvas,
            ui.is_enabled(),
            "Area that collects randomness",
        )
    });
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_description(SENTENCE));
}

/// Turns what happened since the last frame into samples.
fn read(ui: &Ui, response: &Response, trail: &mut Trail, out: &mut Vec<Command>) {
    let is_over = response.contains_pointer();
    let is_focused = response.has_focus();
    let now = u64::try_from(trail.start.elapsed().as_nanos()).unwrap_or(u64::MAX);
    ui.input(|input| {
        for (event, nanos) in input.events.iter().zip(now..) {
            let event = match *event {
                Input::PointerMoved(Pos2 { x, y }) if response.rect.contains(Pos2 { x, y }) => {
                    trail.push(Some(Pos2 { x, y } - response.rect.min.to_vec2()));
                    Event::Pointer { x, y }
                }
                Input::PointerMoved(_) | Input::PointerGone => {
                    trail.push(None);
                    continue;
                }
                Input::Touch {
                    phase: TouchPhase::Start | TouchPhase::Move,
                    pos: Pos2 { x, y },
                    ..
                } if response.rect.contains(Pos2 { x, y }) => Event::Touch { x, y },
                // The system goes on scrolling by its own clock when the fingers are gone.
                Input::MouseWheel {
                    source: MouseWheelSource::Momentum,
                    ..
                } => continue,
                Input::MouseWheel { delta, .. } if is_over => Event::Scroll {
                    x: delta.x,
                    y: delta.y,
                },
                Input::Key {
                    pressed: true,
                    repeat: is_repeat,
                    ..
                } if is_focused => Event::Key { is_repeat },
                _ => continue,
            };
            out.push(Command::Stir(Sample { event, nanos }));
        }
    });
}

fn draw(ui: &Ui, rect: Rect, trail: &Trail) {
    let painter = ui.painter_at(rect);
    let visuals = ui.visuals();
    // The page draws the ring that says who has the focus, around everything alike.
    let frame = visuals.widgets.noninteractive.bg_stroke;
    let rounding = visuals.widgets.noninteractive.corner_radius;
    painter.rect(
        rect,
        rounding,
        visuals.extreme_bg_color,
        frame,
        StrokeKind::Inside,
    );

    // The newest point is drawn in full colour, the oldest just visibly.
    let accent = visuals.hyperlink_color;
    let count = trail.points.len();
    let place = |index: usize| Some((*trail.points.get(index)?)? + rect.min.to_vec2());
    for index in 0..count {
        let Some(here) = place(index) else { continue };
        let before = index
            .checked_sub(1)
            .and_then(place)
            .map(|before| before.lerp(here, 0.5));
        let after = place(index + 1).map(|after| here.lerp(after, 0.5));
        // Round every point, from half way before it to half way behind it: no movement of a hand has corners.
        let (start, end) = (before.unwrap_or(here), after.unwrap_or(here));
        let color = fade((visuals.extreme_bg_color, accent), index + 1, count);
        painter.add(QuadraticBezierShape::from_points_stroke(
            [start, here, end],
            false,
            Color32::TRANSPARENT,
            Stroke::new(line::TRAIL, color),
        ));
        painter.circle_filled(end, line::TRAIL / 2.0, color);
    }
    if let Some(Some(newest)) = trail.points.back() {
        painter.circle_filled(*newest + rect.min.to_vec2(), size::POINT, accent);
    }
}

/// From a tenth of the colour on its ground for the first of `count` to all of it for the last. It is not transparent: so what
/// is drawn twice, where two pieces meet, looks no different.
fn fade((ground, color): (Color32, Color32), index: usize, count: usize) -> Color32 {
    #[expect(clippy::cast_precision_loss, reason = "both are at most LENGTH")]
    let share = index as f32 / count.max(1) as f32;
    ground.lerp_to_gamma(color, 0.1 + 0.9 * share * share)
}

#[cfg(test)]
mod tests {
    use egui::{Event as Input, Key, Modifiers, TouchDeviceId, TouchId, pos2};
    use egui_kittest::Harness;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    use super::*;
    use crate::gui::theme;

    #[derive(Default)]
    struct Page {
        trail: Trail,
        out: Vec<Command>,
    }

    fn page() -> Harness<'static, Page> {
        let mut harness = Harness::builder().with_size(vec2(400.0, 300.0)).build_ui_state(
            |ui, page: &mut Page| {
                if theme::has_no_letters_yet(ui) {
                    return;
                }
                pad_ui(ui, &mut page.trail, 0.375, &mut page.out);
                ui.button("Cancel").clicked();
            },
            Page::default(),
        );
        harness.run();
        harness.state_mut().out.clear();
        harness
    }

    fn samples(harness: &Harness<'_, Page>) -> Vec<Sample> {
        let sample = |command: &Command| match command {
            Command::Stir(sample) => *sample,
            other => panic!("{other:?}"),
        };
        harness.state().out.iter().map(sample).collect()
    }

    #[test]
    fn every_movement_of_a_frame_is_a_sample_with_a_time_of_its_own() {
        let mut harness = page();
        let places: Vec<Pos2> = (0_u8..20)
            .map(|step| pos2(100.0 + f32::from(step) * 0.25, 50.5))
            .collect();
        for frame in places.chunks(10) {
            for place in frame {
                harness.event(Input::PointerMoved(*place));
            }
            harness.step();
        }
        let samples = samples(&harness);
        let expected: Vec<Event> = places
            .iter()
            .map(|&Pos2 { x, y }| Event::Pointer { x, y })
            .collect();
        assert_eq!(
            samples.iter().map(|sample| sample.event).collect::<Vec<_>>(),
            expected
        );
        assert!(samples.is_sorted_by(|one, next| one.nanos < next.nanos));
    }

    #[test]
    fn touches_and_the_wheel_over_it_count() {
        let mut harness = page();
        harness.event(Input::PointerMoved(pos2(100.0, 50.0)));
        harness.step();
        harness.state_mut().out.clear();
        harness.event(Input::Touch {
            device_id: TouchDeviceId(0),
            id: TouchId(0),
            phase: TouchPhase::Move,
            pos: pos2(20.5, 20.0),
            force: None,
        });
        harness.event(Input::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: vec2(0.0, -3.0),
            phase: TouchPhase::Move,
            source: egui::MouseWheelSource::Wheel,
            modifiers: Modifiers::NONE,
        });
        harness.step();
        let events: Vec<Event> = samples(&harness).iter().map(|sample| sample.event).collect();
        assert_eq!(
            events,
            [
                Event::Touch { x: 20.5, y: 20.0 },
                Event::Scroll { x: 0.0, y: -3.0 }
            ]
        );
    }

    #[test]
    fn key_presses_count_from_the_start_and_without_which_key_it_was() {
        let mut harness = page();
        assert!(harness.get_by_label("Area that collects randomness").is_focused());
        harness.key_press(Key::A);
        harness.key_press(Key::ArrowDown);
        harness.step();
        let events: Vec<Event> = samples(&harness).iter().map(|sample| sample.event).collect();
        assert_eq!(events, [Event::Key { is_repeat: false }; 2]);
    }

    #[test]
    fn a_key_that_is_held_down_is_called_a_repeat() {
        let mut harness = page();
        harness.key_down(Key::A);
        harness.step();
        harness.key_down(Key::A);
        harness.step();
        let events: Vec<Event> = samples(&harness).iter().map(|sample| sample.event).collect();
        assert_eq!(
            events,
            [Event::Key { is_repeat: false }, Event::Key { is_repeat: true }]
        );
    }

    #[test]
    fn tab_leaves_it_and_keys_no_longer_count() {
        let mut harness = page();
        harness.key_press(Key::Tab);
        harness.run();
        assert!(harness.get_by_label("Cancel").is_focused());
        harness.state_mut().out.clear();
        harness.key_press(Key::A);
        harness.step();
        assert_eq!(samples(&harness), []);
    }

    #[test]
    fn what_happens_outside_is_left_alone() {
        let mut harness = page();
        harness.event(Input::PointerMoved(pos2(100.0, 50.0)));
        harness.step();
        harness.state_mut().out.clear();
        harness.event(Input::PointerMoved(pos2(100.0, 299.0)));
        harness.step();
        assert_eq!(samples(&harness), []);
        assert_eq!(harness.state().trail.points.back(), Some(&None));
    }

    #[test]
    fn it_says_what_it_is_and_how_far_it_has_come() {
        let harness = page();
        let area = harness.get_by_label("Area that collects randomness");
        assert_eq!(area.accesskit_node().description().as_deref(), Some(SENTENCE));
        harness.get_by_label("Randomness collected: 37 %");
    }

    #[test]
    fn it_asks_for_no_frame_while_nothing_happens() {
        let mut harness = page();
        harness.event(Input::PointerMoved(pos2(100.0, 50.0)));
        harness.run();
        let delay = harness.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay;
        assert_eq!(delay, std::time::Duration::MAX);
    }

    #[test]
    fn the_trail_keeps_the_newest_points_only() {
        let mut trail = Trail::default();
        trail.push(None);
        assert!(trail.points.is_empty());
        for _ in 0..LENGTH {
            trail.push(Some(Pos2::ZERO));
        }
        trail.push(Some(pos2(1.0, 1.0)));
        assert_eq!(trail.points.len(), LENGTH);
        assert_eq!(trail.points.back(), Some(&Some(pos2(1.0, 1.0))));
    }
}
