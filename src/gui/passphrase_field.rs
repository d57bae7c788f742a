//! The only place of the window where a passphrase is typed.
//!
//! egui's own masked field hides the letters and nothing else: every frame it copies the text to
//! see whether it changed, up to a hundred earlier texts lie in its undo history, where Ctrl+Z finds
//! them, and `Cut` deletes what it does not copy. So egui never gets the text here:
//!
//! * It edits a [`Masked`] buffer, which shows it as many bullets as there are characters. Frame
//!   copies, undo history, laid-out text and what a screen reader is told hold bullets.
//! * What arrives (typed, pasted, from an input method) is taken out of egui's events by [`Incoming`]
//!   before the field sees them, and a stand-in character is left behind; the field gives the
//!   stand-in back with the place where the text belongs. The texts are wiped after the frame.
//! * Copy, cut, undo and redo are taken out too, and the undo history is cleared all the same.
//!
//! The text itself lies in a [`TypedPassphrase`], which never moves and is wiped.
//!
//! # What cannot be held
//!
//! What the system, its input method and winit hand over has passed through their buffers, a
//! keystroke or a pasted text at a time; they are freed unwiped. So are texts that a screen reader
//! sets, and those pasted with the middle button. While the passphrase is revealed, it is laid out
//! on the screen like any text, and egui and the screen reader hold it until some frames later.

use std::any::TypeId;
use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use egui;
use egui::epaint::text::PASSWORD_REPLACEMENT_CHAR;
use egui::epaint::{CircleShape, QuadraticBezierShape};
use egui::text::{CharIndex, LayoutJob};
use egui::{
    Color32, Event, FontSelection, Galley, Id, ImeEvent, InputState, Key, Response, Sense, Shape, TextBuffer,
    TextStyle, Ui, WidgetInfo, accesskit, pos2, vec2,
};
use zeroize::{Zeroize, Zeroizing};

use super::pieces;
use super::theme::{line, size};
use crate::secret::TypedPassphrase;

/// A masked text field with an eye beside it that shows what was typed.
///
/// Together they are as wide as `ui.spacing().text_edit_width`. `label` is what a screen reader
/// calls the field; it is not drawn. Returned is the response of the field, not of the eye.
pub(super) fn passphrase_field_ui(
    ui: &mut Ui,
    id_salt: &str,
    label: &str,
    typed: &mut TypedPassphrase,
    reveal: &mut bool,
    hint: &str,
) -> Response {
    let id = ui.make_persistent_id(id_salt);
    ui.vertical(|ui| {
        let response = ui
            .horizontal(|ui| {
                let eye_width = ui.spacing().interact_size.y;
                let width = ui.spacing().text_edit_width.min(ui.available_width())
                    - eye_width
                    - ui.spacing().item_spacing.x;
                let response = field_ui(ui, id, width, label, typed, *reveal, hint);
                eye_ui(ui, eye_width, label, reveal);
                response
            })
            .inner;
        if let Some(refusal) = ui.data(|data| data.get_temp::<Refusal>(id)) {
            let message = ui.colored_label(ui.visuals().error_fg_color, refusal.sentence());
            ui.ctx()
                .accesskit_node_builder(message.id, |node| node.set_live(accesskit::Live::Polite));
        }
        response
    })
    .inner
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the field that everybody else is sent to"
)]
fn field_ui(
    ui: &mut Ui,
    id: Id,
    width: f32,
    label: &str,
    typed: &mut TypedPassphrase,
    is_revealed: bool,
    hint: &str,
) -> Response {
    let mut incoming = Incoming::default();
    if ui.memory(|memory| memory.has_focus(id)) {
        ui.input_mut(|input| incoming.take_from(input));
    }
    let font = FontSelection::Style(TextStyle::Body);
    let font_id = font.clone().resolve(ui.style());
    let color = ui.visuals().text_color();

    // The field and the one who lays the text out both look at it, in turns.
    let shared = RefCell::new(typed);
    let mut buffer = Masked::new(&shared, &incoming);
    let mut lay_out_plain = |ui: &Ui, _: &dyn TextBuffer, _: f32| -> Arc<Galley> {
        let plain = shared.borrow().expose().to_owned();
        let mut job = LayoutJob::simple_singleline(plain, font_id.clone(), color);
        job.keep_trailing_whitespace = true;
        ui.fonts_mut(|fonts| fonts.layout_job(job))
    };
    let mut field = egui::TextEdit::singleline(&mut buffer)
        .id(id)
        .password(true)
        .font(font)
        .hint_text(pieces::placeholder(ui, hint))
        // Bullets are a little lower than letters, and nothing is to move when the first one is typed.
        .min_size(vec2(0.0, size::CONTROL))
        .desired_width(width);
    if is_revealed {
        field = field.layouter(&mut lay_out_plain);
    }
    let mut output = field.show(ui);
    output.state.clear_undoer();

    let response = output.response.response;
    let refusal = buffer.refusal;
    if response.changed() {
        ui.data_mut(|data| match refusal {
            Some(refusal) => {
                data.insert_temp(id, refusal);
            }
            None => data.remove::<Refusal>(id),
        });
    }
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_label(label);
        if is_revealed {
            node.set_role(accesskit::Role::TextInput);
            node.set_value(shared.borrow().expose());
        }
    });
    response
}

/// Why a text did not go in; kept until one does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    TooLong,
    ManyLines,
}

impl Refusal {
    fn sentence(self) -> String {
        match self {
            Self::TooLong => format!(
                "That would be more than {} bytes. It was not taken.",
                TypedPassphrase::MAX_BYTES
            ),
            Self::ManyLines => "A passphrase is one line. That text has more and was not taken.".to_owned(),
        }
    }
}

/// The passphrase as egui sees it: bullets, which it may delete and put text between.
struct Masked<'a, 't> {
    typed: &'a RefCell<&'t mut TypedPassphrase>,
    incoming: &'a Incoming,
    bullets: String,
    refusal: Option<Refusal>,
}

impl<'a, 't> Masked<'a, 't> {
    fn new(typed: &'a RefCell<&'t mut TypedPassphrase>, incoming: &'a Incoming) -> Self {
        let mut masked = Self {
            typed,
            incoming,
            bullets: String::new(),
            refusal: None,
        };
        masked.count_bullets();
        masked
    }

    fn count_bullets(&mut self) {
        let count = self.typed.borrow().expose().chars().count();
        self.bullets.clear();
        self.bullets
            .extend(std::iter::repeat_n(PASSWORD_REPLACEMENT_CHAR, count));
    }

    fn byte_index(&self, index: CharIndex) -> usize {
        let typed = self.typed.borrow();
        let text = typed.expose();
        text.char_indices()
            .nth(index.0)
            .map_or(text.len(), |(byte_index, _)| byte_index)
    }
}

impl TextBuffer for Masked<'_, '_> {
    fn is_mutable(&self) -> bool {
        true
    }

    fn as_str(&self) -> &str {
        &self.bullets
    }

    fn insert_text(&mut self, text: &str, at: CharIndex) -> usize {
        let text = self.incoming.behind(text).unwrap_or(text);
        let text = without_line_end(text);
        if text.contains(['\n', '\r', '\0']) {
            self.refusal = Some(Refusal::ManyLines);
            return 0;
        }
        // Half of a pasted passphrase would be a wrong one, so it is taken whole or not at all.
        if text.len() > TypedPassphrase::MAX_BYTES - self.typed.borrow().expose().len() {
            self.refusal = Some(Refusal::TooLong);
            return 0;
        }
        let at = self.byte_index(at);
        self.typed.borrow_mut().insert(at, text);
        self.count_bullets();
        text.chars().count()
    }

    fn delete_char_range(&mut self, range: Range<CharIndex>) {
        let bytes = self.byte_index(range.start)..self.byte_index(range.end);
        self.typed.borrow_mut().delete(bytes);
        self.count_bullets();
    }

    /// Undo and redo come here, and have only bullets to bring back.
    fn replace_with(&mut self, _: &str) {}

    fn type_id(&self) -> TypeId {
        TypeId::of::<Masked<'static, 'static>>()
    }
}

/// A password manager may put a line end behind what it copies.
fn without_line_end(text: &str) -> &str {
    text.strip_suffix("\r\n")
        .or_else(|| text.strip_suffix(['\n', '\r']))
        .unwrap_or(text)
}

/// Texts that arrived in this frame, taken out of egui's events.
#[derive(Default)]
struct Incoming(Vec<Zeroizing<String>>);

impl Incoming {
    /// The first stand-in; they lie in a plane for private use, which no keyboard types.
    const FIRST: u32 = 0x000F_0000;
    const MOST: usize = 0xFFFD;

    fn take_from(&mut self, input: &mut InputState) {
        input.events.retain(|event| match event {
            Event::Copy | Event::Cut => false,
            Event::Key {
                key: Key::Z | Key::Y,
                modifiers,
                ..
            } => !modifiers.command,
            _ => true,
        });
        for text in input.events.iter_mut().filter_map(typed_text) {
            self.hold(text);
        }
        for text in input.raw.events.iter_mut().filter_map(typed_text) {
            text.zeroize();
        }
    }

    /// Takes `text` and leaves a stand-in.
    fn hold(&mut self, text: &mut String) {
        // egui looks at these two before it asks the buffer: nothing, and a line end.
        if matches!(text.as_str(), "" | "\n" | "\r") || self.0.len() >= Self::MOST {
            return;
        }
        let number = u32::try_from(self.0.len()).unwrap_or_default();
        let stand_in = char::from_u32(Self::FIRST + number).map(String::from);
        let taken = std::mem::replace(text, stand_in.unwrap_or_default());
        self.0.push(Zeroizing::new(taken));
    }

    /// The text behind a stand-in.
    fn behind(&self, stand_in: &str) -> Option<&str> {
        let mut characters = stand_in.chars();
        let (Some(only), None) = (characters.next(), characters.next()) else {
            return None;
        };
        let number = u32::from(only).checked_sub(Self::FIRST)?;
        let text = self.0.get(usize::try_from(number).ok()?)?;
        Some(text.as_str())
    }
}

fn typed_text(event: &mut Event) -> Option<&mut String> {
    match event {
        Event::Text(text)
        | Event::Paste(text)
        | Event::Ime(ImeEvent::Preedit { text, .. } | ImeEvent::Commit(text)) => Some(text),
        _ => None,
    }
}

/// A button with an eye; a stroke goes through it while a press would hide the passphrase.
///
/// Its name says what a press does, and changes with it. A pressed state beside that would say it
/// twice, and the second time the wrong way round.
fn eye_ui(ui: &mut Ui, width: f32, field: &str, reveal: &mut bool) {
    let (rect, response) = ui.allocate_exact_size(vec2(width, ui.spacing().interact_size.y), Sense::click());
    if response.clicked() {
        *reveal = !*reveal;
    }
    let name = if *reveal {
        format!("Hide “{field}”")
    } else {
        format!("Show “{field}”")
    };
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Button, ui.is_enabled(), &name));

    if ui.is_rect_visible(rect) {
        let visuals = ui.style().interact(&response);
        ui.painter().rect(
            rect,
            visuals.corner_radius,
            visuals.weak_bg_fill,
            visuals.bg_stroke,
            egui::StrokeKind::Inside,
        );
        let stroke = egui::Stroke::new(line::CHOSEN, visuals.fg_stroke.color);
        let center = rect.center();
        let half = rect.height() * 0.32;
        let (left, right) = (pos2(center.x - half, center.y), pos2(center.x + half, center.y));
        for lid in [-half * 1.15, half * 1.15] {
            ui.painter().add(QuadraticBezierShape::from_points_stroke(
                [left, pos2(center.x, center.y + lid), right],
                false,
                Color32::TRANSPARENT,
                stroke,
            ));
        }
        ui.painter().add(Shape::Circle(CircleShape::filled(
            center,
            half * 0.34,
            stroke.color,
        )));
        if *reveal {
            let corner = vec2(half * 0.9, half * 0.9);
            ui.painter()
                .line_segment([center - corner, center + corner], stroke);
        }
    }
    response.on_hover_text(name);
}

#[cfg(test)]
mod tests {
    use egui::Modifiers;
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::gui::theme;

    #[derive(Default)]
    struct Page {
        typed: TypedPassphrase,
        reveal: bool,
    }

    fn page() -> Harness<'static, Page> {
        let mut harness = Harness::builder().build_ui_state(
            |ui, page: &mut Page| {
                if theme::has_no_letters_yet(ui) {
                    return;
                }
                passphrase_field_ui(
                    ui,
                    "passphrase",
                    "Key passphrase",
                    &mut page.typed,
                    &mut page.reveal,
                    "None",
                );
            },
            Page::default(),
        );
        harness.get_by_label("Key passphrase").focus();
        harness.run();
        harness
    }

    fn typed(harness: &Harness<'_, Page>) -> String {
        harness.state().typed.expose().to_owned()
    }

    fn press(harness: &mut Harness<'_, Page>, modifiers: Modifiers, key: Key) {
        harness.key_press_modifiers(modifiers, key);
        harness.run();
    }

    #[test]
    fn what_is_typed_and_pasted_goes_in_and_bullets_come_out() {
        let mut harness = page();
        harness.event(Event::Text("pä".to_owned()));
        harness.event(Event::Text("ß".to_owned()));
        harness.run();
        press(&mut harness, Modifiers::NONE, Key::ArrowLeft);
        harness.event(Event::Paste("-pasted-".to_owned()));
        harness.run();
        assert_eq!(typed(&harness), "pä-pasted-ß");
        let value = harness.get_by_label("Key passphrase").value();
        assert_eq!(value, Some("•".repeat(11)));
        press(&mut harness, Modifiers::NONE, Key::Backspace);
        press(&mut harness, Modifiers::NONE, Key::Delete);
        assert_eq!(typed(&harness), "pä-pasted");
    }

    #[test]
    fn typing_and_deleting_within_one_frame_keep_their_order() {
        let mut harness = page();
        harness.event(Event::Text("ab".to_owned()));
        harness.key_press(Key::Backspace);
        harness.event(Event::Text("c".to_owned()));
        harness.run();
        assert_eq!(typed(&harness), "ac");
    }

    #[test]
    fn undo_never_brings_an_earlier_passphrase_back() {
        let mut harness = page();
        for text in ["first", "second"] {
            press(&mut harness, Modifiers::COMMAND, Key::A);
            harness.event(Event::Text(text.to_owned()));
            harness.run();
            // Long enough for egui to make an undo point of it.
            harness.run_steps(20);
        }
        press(&mut harness, Modifiers::COMMAND, Key::Z);
        press(&mut harness, Modifiers::COMMAND, Key::Y);
        press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
        assert_eq!(typed(&harness), "second");
        // All in one frame, as on a slow machine.
        harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        harness.key_press(Key::Delete);
        harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
        harness.run();
        assert_eq!(typed(&harness), "");
    }

    #[test]
    fn nothing_of_it_is_left_with_egui_while_it_is_masked() {
        let mut harness = page();
        harness.event(Event::Text("hunter2".to_owned()));
        harness.step();
        let id = harness.ctx.memory(egui::Memory::focused).unwrap();
        let state = egui::text_edit::TextEditState::load(&harness.ctx, id).unwrap();
        assert_eq!(
            format!("{:?}", state.undoer()),
            "Undoer { undo count: 0, redo count: 0 }"
        );
        harness.ctx.input(|input| {
            for events in [&input.events, &input.raw.events] {
                assert!(!format!("{events:?}").contains("hunter2"), "{events:?}");
            }
        });
        // What was typed over the hint is drawn one frame later.
        harness.step();
        let shapes = format!("{:?}", harness.output().shapes);
        assert!(shapes.contains("•••••••") && !shapes.contains("hunter2"));
        assert_eq!(typed(&harness), "hunter2");
    }

    #[test]
    fn it_is_neither_copied_nor_cut() {
        let mut harness = page();
        harness.event(Event::Text("hunter2".to_owned()));
        harness.run();
        for reveal in [false, true] {
            harness.state_mut().reveal = reveal;
            press(&mut harness, Modifiers::COMMAND, Key::A);
            for event in [Event::Copy, Event::Cut] {
                harness.event(event);
                harness.step();
                assert!(harness.output().platform_output.commands.is_empty());
            }
            assert_eq!(typed(&harness), "hunter2");
        }
    }

    #[test]
    fn the_eye_shows_it_and_hides_it_again() {
        let mut harness = page();
        harness.event(Event::Text("hunter2".to_owned()));
        harness.run();
        for (press, value) in [
            ("Show “Key passphrase”", "hunter2"),
            ("Hide “Key passphrase”", "•••••••"),
        ] {
            harness
                .get_by_role_and_label(accesskit::Role::Button, press)
                .click();
            harness.run();
            assert_eq!(
                harness.get_by_label("Key passphrase").value().as_deref(),
                Some(value)
            );
            assert!(format!("{:?}", harness.output().shapes).contains(value));
        }
    }

    #[test]
    fn the_eye_is_reached_and_pressed_with_the_keyboard() {
        let mut harness = page();
        press(&mut harness, Modifiers::NONE, Key::Tab);
        assert!(harness.get_by_label("Show “Key passphrase”").is_focused());
        press(&mut harness, Modifiers::NONE, Key::Space);
        assert!(harness.state().reveal);
    }

    #[test]
    fn a_text_that_does_not_fit_is_refused_whole_and_said_so() {
        let mut harness = page();
        harness.event(Event::Text("begin".to_owned()));
        harness.run();
        harness.event(Event::Paste("x".repeat(TypedPassphrase::MAX_BYTES)));
        harness.run();
        assert_eq!(typed(&harness), "begin");
        harness.get_by_label(&Refusal::TooLong.sentence());
        harness.event(Event::Text("!".to_owned()));
        harness.run();
        assert_eq!(typed(&harness), "begin!");
        assert!(harness.query_by_label(&Refusal::TooLong.sentence()).is_none());
    }

    #[test]
    fn one_line_is_taken_without_its_end_and_two_lines_are_refused() {
        let mut harness = page();
        harness.event(Event::Paste("one line\r\n".to_owned()));
        harness.run();
        assert_eq!(typed(&harness), "one line");
        harness.event(Event::Paste("two\nlines".to_owned()));
        harness.run();
        assert_eq!(typed(&harness), "one line");
        harness.get_by_label(&Refusal::ManyLines.sentence());
    }

    #[test]
    fn an_input_method_composes_and_commits() {
        let mut harness = page();
        harness.event(Event::Text("a".to_owned()));
        for text in ["に", "にほ"] {
            harness.event(Event::Ime(ImeEvent::Preedit {
                text: text.to_owned(),
                active_range_chars: None,
            }));
            harness.run();
        }
        assert_eq!(typed(&harness), "aにほ");
        harness.event(Event::Ime(ImeEvent::Commit("日本".to_owned())));
        harness.run();
        assert_eq!(typed(&harness), "a日本");
    }

    #[test]
    fn a_screen_reader_can_set_it() {
        let mut harness = page();
        harness
            .get_by_label("Key passphrase")
            .set_text_value_accesskit("spoken");
        harness.run();
        assert_eq!(typed(&harness), "spoken");
    }
}
