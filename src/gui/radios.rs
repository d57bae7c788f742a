//! One of several: one stop for Tab, and the arrow keys go from one to the next, as in every other program.

use egui::{
    Atom, Button, EventFilter, IdSalt, Key, Modifiers, Response, RichText, Role, Sense, Ui, Vec2, WidgetInfo,
};

use super::pieces;
use super::theme::{Palette, space};

/// One of them, as it is to be drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Radio {
    is_chosen: bool,
    /// Whether Tab stops at it.
    is_stop: bool,
}

/// Draws each of `all`, of which `is_chosen` says which holds; hands over another one that was chosen.
pub(super) fn radios_ui<T: Copy>(
    ui: &mut Ui,
    all: &[T],
    is_chosen: impl Fn(T) -> bool,
    mut draw: impl FnMut(&mut Ui, T, Radio) -> Response,
) -> Option<T> {
    let chosen = all.iter().position(|each| is_chosen(*each));
    let stop = chosen.unwrap_or(0);
    let mut drawn = Vec::with_capacity(all.len());
    for (place, each) in all.iter().enumerate() {
        let radio = Radio {
            is_chosen: chosen == Some(place),
            is_stop: place == stop,
        };
        drawn.push(draw(ui, *each, radio));
    }
    let clicked = drawn.iter().position(Response::clicked);
    let next = clicked.or_else(|| {
        let focused = drawn.iter().position(Response::has_focus)?;
        step(ui, &drawn[focused], focused, all.len())
    })?;
    drawn[next].request_focus();
    (chosen != Some(next)).then(|| all[next])
}

/// A group with its name above it, in a row that wraps where it must; hands over another one that was chosen.
pub(super) fn group_ui<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    all: &[T],
    chosen: T,
    title: impl Fn(T) -> String,
) -> Option<T> {
    let label = pieces::field_label_ui(ui, name, None);
    ui.label_inputs_by(label.id, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = space::L;
            let draw = |ui: &mut Ui, each, radio: Radio| radio.ui(ui, title(each));
            radios_ui(ui, all, |each| each == chosen, draw)
        })
        .inner
    })
}

/// Where an arrow key leads to from this one. Behind the last comes the first.
fn step(ui: &Ui, focused: &Response, place: usize, count: usize) -> Option<usize> {
    let filter = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(focused.id, filter));
    let pressed = |keys: [Key; 2]| {
        let mut is_pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        keys.into_iter().any(&mut is_pressed)
    };
    if pressed([Key::ArrowDown, Key::ArrowRight]) {
        Some((place + 1) % count)
    } else if pressed([Key::ArrowUp, Key::ArrowLeft]) {
        Some((place + count - 1) % count)
    } else {
        None
    }
}

impl Radio {
    /// Whether it is the one that holds.
    pub(super) fn is_chosen(self) -> bool {
        self.is_chosen
    }

    /// What to allocate it with, where it is drawn another way than [`Self::ui`] does.
    pub(super) fn sense(self) -> Sense {
        if self.is_stop {
            Sense::click()
        } else {
            Sense::CLICK
        }
    }

    /// What is chosen is told by the dot, not by its colour alone.
    pub(super) fn ui(self, ui: &mut Ui, text: impl Into<RichText>) -> Response {
        let text = text.into();
        let name = text.text().to_owned();
        self.named_ui(ui, text, &name)
    }

    /// The same for one that is called something else than it shows.
    pub(super) fn named_ui(self, ui: &mut Ui, text: impl Into<RichText>, name: &str) -> Response {
        let is_chosen = self.is_chosen;
        let ring = IdSalt::new("ring");
        let side = ui.spacing().icon_width;
        let text = text.into().color(Palette::of(ui).text);
        let button = Button::new((Atom::custom(ring, Vec2::splat(side)), text))
            .sense(self.sense())
            .frame(false);
        let drawn = pieces::restyled(ui, pieces::outlined(ui, is_chosen), |ui| {
            let drawn = button.atom_ui(ui);
            if let Some(rect) = drawn.rect(ring) {
                let visuals = ui.style().interact(&drawn.response);
                let (center, radius) = (rect.center(), rect.width() / 2.0);
                ui.painter()
                    .circle(center, radius, visuals.bg_fill, visuals.bg_stroke);
                if is_chosen {
                    let dot = ui.spacing().icon_width_inner * 0.34;
                    ui.painter().circle_filled(center, dot, visuals.fg_stroke.color);
                }
            }
            drawn
        });
        let response = drawn.response;
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), is_chosen, name));
        response
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    use super::*;
    use crate::gui::theme;

    fn row(chosen: Option<u8>) -> Harness<'static, Option<u8>> {
        Harness::new_ui_state(
            |ui, chosen: &mut Option<u8>| {
                if theme::has_no_letters_yet(ui) {
                    return;
                }
                ui.add(Button::new("before"));
                let now = *chosen;
                let next = radios_ui(
                    ui,
                    &[1, 2, 3],
                    |each| now == Some(each),
                    |ui, each, radio| radio.ui(ui, each.to_string()),
                );
                *chosen = next.or(now);
                ui.add(Button::new("behind"));
            },
            chosen,
        )
    }

    fn focused(harness: &Harness<'_, Option<u8>>) -> Option<String> {
        let names = ["before", "1", "2", "3", "behind"];
        let has_focus = |name: &&str| harness.get_by_label(name).accesskit_node().is_focused();
        names.into_iter().find(has_focus).map(str::to_owned)
    }

    fn press(harness: &mut Harness<'_, Option<u8>>, key: Key) {
        harness.key_press(key);
        harness.run();
    }

    #[test]
    fn tab_stops_at_the_chosen_one_alone() {
        for (chosen, stop) in [(Some(2), "2"), (None, "1")] {
            let mut harness = row(chosen);
            harness.get_by_label("before").focus();
            harness.run();
            press(&mut harness, Key::Tab);
            assert_eq!(focused(&harness).as_deref(), Some(stop));
            press(&mut harness, Key::Tab);
            assert_eq!(focused(&harness).as_deref(), Some("behind"));
        }
    }

    #[test]
    fn the_arrow_keys_choose_and_go_round() {
        let mut harness = row(Some(2));
        harness.get_by_label("2").focus();
        harness.run();
        for (key, expected) in [
            (Key::ArrowDown, 3),
            (Key::ArrowRight, 1),
            (Key::ArrowLeft, 3),
            (Key::ArrowUp, 2),
        ] {
            press(&mut harness, key);
            assert_eq!(*harness.state(), Some(expected), "{key:?}");
            assert_eq!(focused(&harness), Some(expected.to_string()));
        }
    }

    #[test]
    fn a_click_chooses_and_the_arrow_keys_go_on_from_there() {
        let mut harness = row(Some(1));
        harness.get_by_label("2").click();
        harness.run();
        assert_eq!(*harness.state(), Some(2));
        press(&mut harness, Key::ArrowDown);
        assert_eq!(*harness.state(), Some(3));
    }
}
