//! What an examination of the Doctor's came to: on its own page, and at the end of a visit to a server.

use egui::{Label, RichText, Ui};

use super::pieces::{self, Badge, Tone};
use super::signs::{self, Sign};
use super::theme::{self, Palette, space};
use crate::engine::Problem;
use crate::engine::doctor::{Cause, Certainty, Evidence, Examination, Source, Step, Verdict};

/// The verdicts, and the steps folded below them; `copy` is told of which verdict the command is to be copied.
pub(super) fn examination_ui(
    ui: &mut Ui,
    examination: &Examination,
    shows_steps: &mut bool,
    copy: &mut dyn FnMut(usize),
) {
    for (index, verdict) in examination.verdicts.iter().enumerate() {
        if index > 0 {
            ui.separator();
        }
        verdict_ui(ui, index, verdict, copy);
    }
    let steps = &examination.steps;
    if !steps.is_empty() {
        let text = format!("What was looked at ({})", steps.len());
        if pieces::disclosure_ui(ui, &text, *shows_steps).clicked() {
            *shows_steps = !*shows_steps;
        }
        if *shows_steps {
            for step in steps {
                step_ui(ui, step);
            }
        }
    }
}

/// What is wrong first, then what that goes by, and what ends it.
fn verdict_ui(ui: &mut Ui, index: usize, verdict: &Verdict, copy: &mut dyn FnMut(usize)) {
    let palette = Palette::of(ui);
    let (sign, color) = match verdict.cause {
        Cause::Works | Cause::TakesTheKey => (Sign::Good, palette.good),
        Cause::Unknown | Cause::NotAboutKeys => (Sign::Later, palette.weak),
        _ => (Sign::Warning, palette.warn),
    };
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        signs::sign_ui(ui, sign, color);
        let text = RichText::new(&verdict.message).text_style(theme::subheading());
        let response = ui.add(Label::new(text).wrap());
        pieces::polite(ui, &response);
    });
    let doubt = match (verdict.is_well() || sign == Sign::Later, verdict.certainty) {
        (true, _) | (false, Certainty::Certain) => None,
        (false, Certainty::Likely) => Some("Likely"),
        (false, Certainty::Possible) => Some("Possible"),
    };
    if let Some(doubt) = doubt {
        pieces::badge_ui(ui, doubt, Badge::Warning);
    }
    for evidence in &verdict.evidence {
        evidence_ui(ui, evidence);
    }
    if let Some(fix) = &verdict.fix {
        ui.add(Label::new(&fix.what).wrap());
        if let Some(command) = &fix.command {
            let id = ui.make_persistent_id(("command", index));
            pieces::code_ui(ui, id, "Command", command, f32::INFINITY);
            if ui.add(pieces::tertiary("Copy the command")).clicked() {
                copy(index);
            }
        }
    }
}

fn evidence_ui(ui: &mut Ui, evidence: &Evidence) {
    let but = if evidence.contradicts { "But " } else { "" };
    let place = match evidence.source {
        Source::Line(number) => format!("{but}line {number}: "),
        Source::File | Source::Step => but.to_owned(),
    };
    let weak = Palette::of(ui).weak;
    let text = RichText::new(format!("{place}{}", evidence.text))
        .monospace()
        .color(weak);
    ui.add(Label::new(text).wrap());
}

/// A step, and what it found.
pub(super) fn step_ui(ui: &mut Ui, step: &Step) {
    let palette = Palette::of(ui);
    ui.horizontal_top(|ui| {
        let (sign, color) = if step.is_well {
            (Sign::Good, palette.good)
        } else {
            (Sign::Warning, palette.warn)
        };
        signs::sign_ui(ui, sign, color);
        ui.add(Label::new(RichText::new(format!("{}: {}", step.what, step.found)).small()).wrap());
    });
}

/// What was put right, and what could not be.
pub(super) fn mended_ui(ui: &mut Ui, done: &[String], failed: &[Problem]) {
    for done in done {
        ui.horizontal_top(|ui| {
            signs::sign_ui(ui, Sign::Good, Palette::of(ui).good);
            let response = ui.add(Label::new(done).wrap());
            pieces::polite(ui, &response);
        });
    }
    for problem in failed {
        pieces::note_ui(ui, Tone::Error, &problem.sentence(), &problem.hint);
    }
}

/// The button that puts so many things right.
pub(super) fn fix_words(count: usize) -> String {
    match count {
        1 => "Fix it".to_owned(),
        count => format!("Fix {count} problems"),
    }
}
