//! Anything at all is pressed.

use crate::scene::Scene;
use egui::{Event, Key, Modifiers, PointerButton, pos2};
use keywright::app::desktop::Picked;

/// Numbers that look random and are the same every time (G. Marsaglia, “Xorshift RNGs”, 2003).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).expect("it is less than `sides`")
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())]
    }
}

#[test]
fn a_cat_on_the_keyboard_does_not_end_the_program() {
    const KEYS: [Key; 16] = [
        Key::Tab,
        Key::Enter,
        Key::Escape,
        Key::Space,
        Key::ArrowDown,
        Key::ArrowUp,
        Key::A,
        Key::F,
        Key::G,
        Key::K,
        Key::H,
        Key::N,
        Key::O,
        Key::S,
        Key::Comma,
        Key::Plus,
    ];
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for (width, height) in [(900.0, 640.0), (640.0, 480.0), (450.0, 320.0), (300.0, 200.0)] {
        let mut scene = Scene::of_size(width, height);
        scene.desktop.has_on_clipboard(
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEZ9iNxQK3ja9sDSQPMJCoIMpVgDxlXJTPOhpwfsO0NQ x",
        );
        for _ in 0..120 {
            scene.desktop.will_answer(Picked::Unavailable);
            match dice.roll(6) {
                0..=2 => {
                    let modifiers = [
                        Modifiers::NONE,
                        Modifiers::NONE,
                        Modifiers::ALT,
                        Modifiers::COMMAND,
                    ];
                    let (modifiers, key) = (dice.pick(&modifiers), dice.pick(&KEYS));
                    scene.window.key_press_modifiers(modifiers, key);
                }
                3 => scene.window.event(Event::Text("é1".to_owned())),
                4 => {
                    #[expect(clippy::cast_precision_loss, reason = "places in a window")]
                    let place = pos2(dice.roll(900) as f32, dice.roll(640) as f32);
                    scene.window.hover_at(place);
                    for pressed in [true, false] {
                        scene.window.event(Event::PointerButton {
                            pos: place,
                            button: PointerButton::Primary,
                            pressed,
                            modifiers: Modifiers::NONE,
                        });
                    }
                }
                _ => scene.window.event(Event::Paste("x\ny".to_owned())),
            }
            scene.window.run_steps(2);
        }
    }
}
