//! What moves, for how long, and whether anything is to move at all: a system can ask for less motion.

use std::time::Duration;

use egui::{Context, Id, Ui};

/// How often something that moves is drawn anew.
pub(super) const FRAME: Duration = Duration::from_millis(33);
/// How long a ring takes to go round, in seconds.
const ROUND: f64 = 1.2;
/// How long a tick takes to be drawn, in seconds.
const TICK: f64 = 0.25;

/// Whether things may move.
pub(super) fn is_wanted(ctx: &Context) -> bool {
    !ctx.data(|data| data.get_temp::<bool>(place())).unwrap_or(false)
}

/// Takes up what the system says.
#[cfg_attr(
    not(target_os = "linux"),
    expect(dead_code, reason = "only there the system can be asked")
)]
pub(super) fn is_reduced(ctx: &Context, is_so: bool) {
    ctx.data_mut(|data| data.insert_temp(place(), is_so));
}

fn place() -> Id {
    Id::unique("less motion")
}

/// How far a ring has come round at this time, as an angle.
#[expect(clippy::cast_possible_truncation, reason = "a part of one round")]
pub(super) fn turn(time: f64) -> f32 {
    ((time / ROUND).fract() * std::f64::consts::TAU) as f32
}

/// How much of something is drawn that has begun when it was new: from 0 to 1.
#[expect(clippy::cast_possible_truncation, reason = "0 to 1")]
pub(super) fn since(ui: &Ui, id: Id, is_new: bool) -> f32 {
    let now = ui.input(|input| input.time);
    if is_new && is_wanted(ui.ctx()) {
        ui.data_mut(|data| data.insert_temp(id, now));
    }
    let begun: Option<f64> = ui.data(|data| data.get_temp(id));
    let drawn = begun.map_or(1.0, |begun| ((now - begun) / TICK).clamp(0.0, 1.0) as f32);
    if drawn < 1.0 {
        ui.ctx().request_repaint();
    }
    drawn
}
