//! An event is used once, and by whom it was meant for.
//!
//! egui hands a frame all events that came since the last one. A person who presses Alt+A and types on means the field
//! behind Alt+A; but where a frame is slow, key and letters come together, the focus moves while the frame is drawn, and
//! the letters go to whoever had it before. So what may move the focus (Tab, Enter, a mnemonic, a click) ends the events
//! of its frame here. What came behind it waits for the next one, or for as long as what it has asked for is still being
//! set up: a dialog, say, whose field takes the focus once it is drawn.

use std::collections::VecDeque;
use std::fmt;

use egui::{Context, Event, Id, Key, Memory, Modifiers, Plugin, RawInput, Ui};

/// So many frames are waited for at most until the focus is where it belongs.
const MOST: u8 = 4;

/// The events that have not had their turn yet.
#[derive(Default)]
pub(super) struct Turns {
    waiting: VecDeque<Event>,
    /// What had the focus before the frame.
    focus_before: Option<Id>,
    /// Whether the frame asked for something that is done after it.
    has_asked: bool,
    /// How many frames something that may move the focus has been going on for.
    moving: u8,
}

impl fmt::Debug for Turns {
    /// Without the events, in which a passphrase may be.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turns")
            .field("waiting", &self.waiting.len())
            .field("moving", &self.moving)
            .finish_non_exhaustive()
    }
}

impl Turns {
    /// What was asked for in this frame is done after it, and the next frame shows it.
    pub(super) fn ask(ctx: &Context) {
        ctx.with_plugin(|turns: &mut Self| turns.has_asked = true);
    }

    /// The events of one frame: up to the first that may move the focus.
    fn take_turn(&mut self, in_text: bool) -> Vec<Event> {
        let mut turn = Vec::new();
        while let Some(event) = self.waiting.pop_front() {
            let moves = may_move_focus(&event, in_text);
            turn.push(event);
            if moves {
                self.moving = 1;
                break;
            }
        }
        if let Some(&Event::Key { key, modifiers, .. }) = turn.last().filter(|_| self.moving == 1) {
            if types_text(key) && matches!(self.waiting.front(), Some(Event::Text(_))) {
                turn.extend(self.waiting.pop_front());
            }
            if is_step(key) {
                self.forget_repeats(key, modifiers);
            }
        }
        turn
    }

    /// While a key is held, it is pressed again and again. What was not shown in time is not caught up on later, when
    /// the key is long up.
    fn forget_repeats(&mut self, held: Key, with: Modifiers) {
        let mut is_down = true;
        self.waiting.retain(|event| match event {
            Event::Key {
                key,
                pressed,
                modifiers,
                ..
            } if *key == held => {
                is_down &= *pressed;
                !(is_down && *modifiers == with)
            }
            _ => true,
        });
    }
}

impl Plugin for Turns {
    fn debug_name(&self) -> &'static str {
        "turns"
    }

    fn input_hook(&mut self, ctx: &Context, input: &mut RawInput) {
        self.waiting.extend(input.events.drain(..));
        self.focus_before = ctx.memory(Memory::focused);
        self.has_asked = false;
        if self.moving == 0 {
            input.events = self.take_turn(ctx.text_edit_focused());
        }
    }

    fn on_end_pass(&mut self, ui: &mut Ui) {
        if self.moving > 0 {
            let focus = ui.memory(Memory::focused);
            // Between two controls, at the end of Tab's round, nothing has it.
            let is_on_its_way = focus.is_none() && self.focus_before.is_some();
            self.moving = if (self.has_asked || is_on_its_way) && self.moving < MOST {
                self.moving + 1
            } else {
                0
            };
        }
        if !self.waiting.is_empty() {
            ui.ctx().request_repaint();
        }
    }
}

/// Whether what comes behind this may be meant for something else than what has the focus now.
fn may_move_focus(event: &Event, in_text: bool) -> bool {
    match event {
        Event::PointerButton { .. } | Event::AccessKitActionRequest(_) => true,
        Event::Paste(_) => !in_text,
        Event::Key {
            key,
            pressed: true,
            modifiers,
            ..
        } => {
            modifiers.alt
                || modifiers.ctrl
                || modifiers.command
                || matches!(key, Key::Tab | Key::Enter | Key::Escape)
                || (!in_text && (is_step(*key) || *key == Key::Space))
        }
        _ => false,
    }
}

/// Whether the key goes on to something else.
fn is_step(key: Key) -> bool {
    use Key as K;
    matches!(
        key,
        K::Tab
            | K::ArrowUp
            | K::ArrowDown
            | K::ArrowLeft
            | K::ArrowRight
            | K::Home
            | K::End
            | K::PageUp
            | K::PageDown
    )
}

/// Whether a text that comes right behind it is that of the key itself.
fn types_text(key: Key) -> bool {
    !is_step(key) && !matches!(key, Key::Enter | Key::Escape)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(key: Key, pressed: bool, modifiers: Modifiers) -> Event {
        Event::Key {
            key,
            physical_key: None,
            pressed,
            repeat: false,
            modifiers,
        }
    }

    fn down(pressed: Key) -> Event {
        key(pressed, true, Modifiers::NONE)
    }

    fn up(released: Key) -> Event {
        key(released, false, Modifiers::NONE)
    }

    fn text(text: &str) -> Event {
        Event::Text(text.to_owned())
    }

    /// How the events are dealt out to frames in which nothing is asked for.
    fn turns(events: Vec<Event>, in_text: bool) -> Vec<Vec<Event>> {
        let mut turns = Turns {
            waiting: events.into(),
            ..Turns::default()
        };
        let mut dealt = Vec::new();
        while !turns.waiting.is_empty() {
            turns.moving = 0;
            dealt.push(turns.take_turn(in_text));
        }
        dealt
    }

    #[test]
    fn what_is_typed_behind_a_mnemonic_waits_but_for_the_letter_of_the_mnemonic_itself() {
        let alt = key(Key::A, true, Modifiers::ALT);
        let events = vec![alt.clone(), text("a"), up(Key::A), down(Key::Q), text("q")];
        let dealt = turns(events, true);
        assert_eq!(
            dealt,
            [vec![alt, text("a")], vec![up(Key::A), down(Key::Q), text("q")]]
        );
    }

    #[test]
    fn what_is_typed_into_a_field_is_not_held_up() {
        let events = vec![
            text("a"),
            down(Key::ArrowLeft),
            text("b"),
            down(Key::Space),
            text(" "),
        ];
        assert_eq!(turns(events.clone(), true), [events]);
    }

    #[test]
    fn what_was_typed_is_in_no_log() {
        let turns = Turns {
            waiting: vec![text("open sesame")].into(),
            ..Turns::default()
        };
        assert!(!format!("{turns:?}").contains("sesame"));
    }

    #[test]
    fn each_click_has_a_frame_of_its_own() {
        let button = |pressed| Event::PointerButton {
            pos: egui::Pos2::ZERO,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        };
        let dealt = turns(vec![button(true), button(false), text("a")], false);
        assert_eq!(dealt, [vec![button(true)], vec![button(false)], vec![text("a")]]);
    }

    #[test]
    fn a_held_arrow_key_is_not_caught_up_on() {
        let arrow = || down(Key::ArrowDown);
        let dealt = turns(
            vec![arrow(), arrow(), arrow(), up(Key::ArrowDown), arrow()],
            false,
        );
        assert_eq!(dealt, [vec![arrow()], vec![up(Key::ArrowDown), arrow()]]);
    }
}
