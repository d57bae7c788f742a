//! Whether one can log in, and else why not: the verdict, and what can be done about it.

use egui::{Button, Label, Ui};

use super::Scene;
use crate::app::Command;
use crate::app::command::ServerCommand as C;
use crate::app::errand::{Examined, Mended};
use crate::engine::doctor::mend::announcement;
use crate::engine::keys::Whose;
use crate::gui::pieces;
use crate::gui::theme;
use crate::gui::verdicts;

/// What is shown with it.
pub(super) struct Shown<'a> {
    pub(super) mended: &'a Mended,
    pub(super) whose: &'a Whose,
    pub(super) shows_steps: &'a mut bool,
}

pub(super) fn examined_ui(ui: &mut Ui, examined: &Examined, shown: Shown<'_>, scene: &mut Scene<'_>) {
    let Shown {
        mended,
        whose,
        shows_steps,
    } = shown;
    pieces::card_ui(ui, |ui| {
        verdicts::mended_ui(ui, &mended.done, &mended.failed);
        let out = &mut *scene.out;
        let mut copy = |index| out.push(Command::Server(C::CopyFix(index)));
        verdicts::examination_ui(ui, examined.examination(), shows_steps, &mut copy);
        mend_ui(ui, examined, whose, scene);
    });
    // What was found is to be seen from its beginning, so nothing takes the focus.
    ui.horizontal_wrapped(|ui| {
        if ui.add(Button::new("Try again")).clicked() {
            scene.out.push(Command::Server(C::TryAgain));
        }
        if ui.add(Button::new("Close")).clicked() {
            scene.out.push(Command::Server(C::Leave));
        }
    });
    if examined.can_be_seen_from_inside() {
        pieces::card_ui(ui, |ui| inside_ui(ui, scene));
    }
    if let Some(letter) = examined.letter() {
        pieces::card_ui(ui, |ui| letter_ui(ui, letter, scene));
    }
}

/// What can be put right, said before it is done.
fn mend_ui(ui: &mut Ui, examined: &Examined, whose: &Whose, scene: &mut Scene<'_>) {
    if !examined.can_be_mended() {
        return;
    }
    ui.separator();
    for mend in &examined.mends {
        ui.add(Label::new(format!("The fix: {}.", announcement(mend, whose))).wrap());
    }
    for there in &examined.there {
        let what = format!("The fix: {}.", there.announcement());
        ui.add(Label::new(what).wrap());
    }
    let count = examined.mends.len() + examined.there.len();
    if pieces::primary_ui(ui, Button::new(verdicts::fix_words(count))).clicked() {
        scene.out.push(Command::Server(C::Mend));
    }
}

fn inside_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    pieces::heading_ui(ui, "See why, from inside", theme::subheading());
    pieces::hint_ui(
        ui,
        "A server tells its log why it refuses a key, and nobody else. If you can get in by a password or another key, the reason is looked for there. Nothing is changed.",
    );
    if ui.add(Button::new("Look on the server…")).clicked() {
        scene.out.push(Command::Server(C::LookInside));
    }
}

fn letter_ui(ui: &mut Ui, letter: &str, scene: &mut Scene<'_>) {
    pieces::heading_ui(ui, "Or ask whoever runs it", theme::subheading());
    ui.add(Label::new(letter).wrap());
    if ui.add(Button::new("Copy the message")).clicked() {
        scene.out.push(Command::Server(C::CopyLetter));
    }
}
