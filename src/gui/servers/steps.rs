//! The steps of what is being done on a server: what was done, what goes on, what is to come.

use std::time::Duration;

use egui::{Align, Label, Layout, RichText, Ui};

use crate::app::errand::{Now, Visit};
use crate::gui::pieces;
use crate::gui::signs::{self, Sign};
use crate::gui::theme::Palette;

/// A step that takes no longer needs no word about it.
const LONG: Duration = Duration::from_secs(2);
const SECOND: Duration = Duration::from_secs(1);

pub(super) fn steps_ui(ui: &mut Ui, visit: &Visit) {
    for sentence in &visit.done {
        step_ui(ui, Stand::Done, sentence);
    }
    let mut to_come = visit.sentences_to_come().into_iter();
    if let Some(sentence) = to_come.next() {
        let stand = match &visit.now {
            Now::Examined(_) => return,
            Now::Stopped { .. } | Now::Changed(_) => Stand::Failed,
            Now::Working { .. } => Stand::Now,
            _ => Stand::Waiting,
        };
        step_ui(ui, stand, &sentence);
        if let Now::Working { job, .. } = &visit.now {
            seconds_ui(ui, job.elapsed());
        }
    }
    for sentence in to_come {
        step_ui(ui, Stand::ToCome, &sentence);
    }
}

/// How long a step has gone on, once that is long.
fn seconds_ui(ui: &mut Ui, elapsed: Duration) {
    let left = LONG.saturating_sub(elapsed);
    ui.ctx().request_repaint_after(left.max(SECOND));
    if left.is_zero() {
        let seconds = elapsed.as_secs();
        pieces::hint_ui(ui, format!("{seconds} s"));
    }
}

/// How a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    Done,
    Now,
    /// For an answer.
    Waiting,
    Failed,
    ToCome,
}

impl Stand {
    /// Said by a screen reader before the sentence, for it does not see the sign.
    fn word(self) -> &'static str {
        match self {
            Self::Done => "Done",
            Self::Now | Self::Waiting => "Now",
            Self::Failed => "Stopped",
            Self::ToCome => "To come",
        }
    }
}

fn step_ui(ui: &mut Ui, stand: Stand, sentence: &str) {
    let palette = Palette::of(ui);
    let (sign, color) = match stand {
        Stand::Done => (Sign::Good, palette.good),
        Stand::Now | Stand::Waiting => (Sign::Open, palette.accent),
        Stand::Failed => (Sign::Wrong, palette.error),
        Stand::ToCome => (Sign::Later, palette.weak),
    };
    ui.with_layout(Layout::left_to_right(Align::TOP), |ui| {
        if stand == Stand::Now {
            signs::spinner_ui(ui, color);
        } else {
            signs::sign_ui(ui, sign, color);
        }
        let color = if stand == Stand::ToCome {
            palette.weak
        } else {
            palette.text
        };
        let mut text = RichText::new(sentence).color(color);
        if matches!(stand, Stand::Now | Stand::Waiting) {
            text = text.strong();
        }
        let response = ui.add(Label::new(text).wrap());
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_value(format!("{}: {sentence}", stand.word()));
        });
        if matches!(stand, Stand::Now | Stand::Waiting) {
            pieces::polite(ui, &response);
        }
    });
}
