//! The row of buttons at the foot of a dialog or a page.

use egui::class::{ClassName, HasClasses as _};
use egui::{Button, Key, Modifiers, Ui, vec2};

use crate::gui::theme::{self, size, space};

/// The buttons at the foot, the first of which answers to Enter; says which was pressed.
pub(in crate::gui) fn buttons_ui(ui: &mut Ui, takes_focus: bool, texts: &[&str]) -> Option<usize> {
    usual_buttons_ui(ui, takes_focus, texts, None)
}

/// The same where the one in this place does what nobody can undo.
pub(in crate::gui) fn risky_buttons_ui(
    ui: &mut Ui,
    takes_focus: bool,
    texts: &[&str],
    risky: usize,
) -> Option<usize> {
    usual_buttons_ui(ui, takes_focus, texts, Some(risky))
}

/// The same where the first cannot be pressed unless `is_possible`.
pub(in crate::gui) fn possible_buttons_ui(
    ui: &mut Ui,
    takes_focus: bool,
    texts: &[&str],
    is_possible: bool,
) -> Option<usize> {
    if is_possible {
        return buttons_ui(ui, takes_focus, texts);
    }
    foot_ui(ui, &[(Some(0), theme::PRIMARY)], None, texts, false)
}

fn usual_buttons_ui(ui: &mut Ui, takes_focus: bool, texts: &[&str], risky: Option<usize>) -> Option<usize> {
    let classes = [(Some(0), theme::PRIMARY), (risky, theme::REMOVING)];
    let pressed = foot_ui(ui, &classes, takes_focus.then_some(0), texts, true);
    // When a click beside everything has taken the focus away, Enter still means the first.
    let is_meant = ui.memory(|memory| memory.focused().is_none() && memory.allows_interaction(ui.layer_id()));
    if is_meant && !takes_focus && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter)) {
        return Some(0);
    }
    pressed
}

/// The same where the first takes something away: Enter means it only where it has the focus, which the last is given.
pub(in crate::gui) fn careful_buttons_ui(ui: &mut Ui, takes_focus: bool, texts: &[&str]) -> Option<usize> {
    let last = texts.len().saturating_sub(1);
    // A focus that stood on the first button of another row does not pass on to this one.
    ui.push_id("careful", |ui| {
        foot_ui(
            ui,
            &[(Some(0), theme::DANGER)],
            takes_focus.then_some(last),
            texts,
            true,
        )
    })
    .inner
}

/// The buttons, some of which are of a class, and one of which may be given the focus; the first may be one that cannot be
/// pressed.
fn foot_ui(
    ui: &mut Ui,
    classes: &[(Option<usize>, ClassName)],
    focus: Option<usize>,
    texts: &[&str],
    is_first_possible: bool,
) -> Option<usize> {
    let mut pressed = None;
    ui.add_space(space::S);
    ui.horizontal_wrapped(|ui| {
        for (index, &text) in texts.iter().enumerate() {
            let mut button = Button::new(text).min_size(vec2(size::BUTTON, size::CONTROL));
            for (place, class) in classes {
                button.set_class(class.clone(), *place == Some(index));
            }
            let response = ui.add_enabled(is_first_possible || index > 0, button);
            if focus == Some(index) {
                response.request_focus();
            }
            if response.clicked() {
                pressed = Some(index);
            }
        }
    });
    pressed
}
