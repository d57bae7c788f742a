//! The few building blocks that every page and dialog is put together from.

mod foot;
mod row;

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use egui::class::HasClasses as _;
use egui::os::OperatingSystem;
use egui::text::{LayoutJob, TextFormat};
use egui::{
    Align, Atom, Button, Color32, Frame, Id, IdSalt, Key, Label, Layout, Memory, Modifiers, Painter, Rect,
    Response, RichText, Role, ScrollArea, Sense, Stroke, Style, TextEdit, TextStyle, TextWrapMode, Ui,
    UiBuilder, Vec2, WidgetInfo, WidgetRect, WidgetText, accesskit, pos2, vec2,
};

pub(super) use foot::{buttons_ui, careful_buttons_ui, possible_buttons_ui, risky_buttons_ui};
pub(super) use row::with_actions_ui;

use super::signs::{self, Sign};
use super::theme::{self, Palette, at, inset, line, radius, size, space};

/// What a page holds: a column, with room around it.
pub(super) fn column_ui(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    let (side, above) = if ui.available_width() < at::NARROW_PAGE {
        (space::L, space::S)
    } else {
        (space::PAGE, space::L)
    };
    let width = (ui.available_width() - 2.0 * side)
        .clamp(0.0, size::COLUMN)
        .floor();
    let room = ui.available_rect_before_wrap();
    let top = room.min + vec2(side, above);
    let column = Rect::from_min_max(top, pos2(top.x + width, (room.max.y - space::M).max(top.y)));
    ui.scope_builder(UiBuilder::new().max_rect(column), |ui| {
        ui.set_width(width);
        contents(ui);
    });
    ui.add_space(space::M);
}

/// A group of things on a page.
pub(super) fn card_ui<R>(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let palette = Palette::of(ui);
    Frame::new()
        .fill(palette.card)
        .stroke(Stroke::new(line::THIN, palette.line))
        .corner_radius(radius::CARD)
        .inner_margin(inset::LOW_CARD)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            contents(ui)
        })
        .inner
}

/// A heading; screen readers find it as one.
pub(super) fn heading_ui(ui: &mut Ui, text: &str, style: TextStyle) -> Response {
    let response = ui.add(Label::new(RichText::new(text).text_style(style)).wrap());
    as_heading(ui, &response, text);
    response
}

/// Makes a heading of a text, for those who find their way by headings.
pub(super) fn as_heading(ui: &Ui, response: &Response, text: &str) {
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_role(accesskit::Role::Heading);
        node.set_label(text);
    });
}

/// Text that explains.
pub(super) fn hint_ui(ui: &mut Ui, text: impl Into<String>) -> Response {
    let text = RichText::new(text).small().color(Palette::of(ui).weak);
    ui.add(Label::new(text).wrap())
}

/// What to press next. At most one is on the screen.
pub(super) fn primary_ui(ui: &mut Ui, button: Button<'_>) -> Response {
    ui.add(primary(button))
}

/// The same, to be added by whoever has a place for it.
pub(super) fn primary(button: Button<'_>) -> Button<'_> {
    button.with_class(theme::PRIMARY)
}

/// A button that stays in the background: words in the colour of the accent.
pub(super) fn tertiary<'a>(text: impl Into<WidgetText>) -> Button<'a> {
    Button::new(text.into()).with_class(theme::TERTIARY)
}

/// The same for what takes something away.
pub(super) fn removing<'a>(text: impl Into<WidgetText>) -> Button<'a> {
    Button::new(text.into()).with_class(theme::REMOVING)
}

/// What a badge says of what it stands beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Badge {
    /// It is the best of them.
    Good,
    /// There is something to know.
    Warning,
    /// Something is wrong.
    Error,
}

/// A word on a coloured ground, which is a part of what it stands in.
pub(super) fn badge_ui(ui: &mut Ui, text: &str, badge: Badge) -> Response {
    let palette = Palette::of(ui);
    let (color, ground) = match badge {
        Badge::Good => (palette.on_soft, palette.soft),
        Badge::Warning => (palette.warn, palette.warn_soft),
        Badge::Error => (palette.error, palette.error_soft),
    };
    let edge = Stroke::new(line::THIN, color.gamma_multiply(EDGE));
    Frame::new()
        .fill(ground)
        .stroke(edge)
        .corner_radius(radius::BADGE)
        .inner_margin(inset::BADGE)
        .show(ui, |ui| {
            let text = RichText::new(text).text_style(theme::label()).color(color);
            ui.add(Label::new(text).selectable(false).extend())
        })
        .inner
}

/// Draws one thing in another style. Unlike `Ui::scope` it leaves rows free to wrap before it.
pub(super) fn restyled<R>(
    ui: &mut Ui,
    restyle: impl FnOnce(&mut Style),
    draw: impl FnOnce(&mut Ui) -> R,
) -> R {
    let before = Arc::clone(ui.style());
    restyle(ui.style_mut());
    let drawn = draw(ui);
    ui.set_style(before);
    drawn
}

/// A button over the whole width, its text in the middle.
pub(super) fn wide_ui(ui: &mut Ui, button: Button<'_>) -> Response {
    ui.vertical_centered_justified(|ui| ui.add(button)).inner
}

/// A row that is lower than those of the usual controls, and wraps where it must.
pub(super) fn low_row_ui<R>(ui: &mut Ui, height: f32, contents: impl FnOnce(&mut Ui) -> R) -> R {
    ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = height;
        ui.horizontal_wrapped(contents).inner
    })
    .inner
}

/// Contents at the right end of a row, in the order in which they are read and in which Tab goes through them.
pub(super) fn at_right_ui(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    let id = ui.scope_id().with("at the right");
    let width: f32 = ui.data(|data| data.get_temp(id)).unwrap_or_default();
    ui.add_space((ui.available_width() - width).max(0.0));
    let drawn = ui.scope(contents).response.rect.width();
    if (drawn - width).abs() > 0.5 {
        ui.data_mut(|data| data.insert_temp(id, drawn));
        ui.ctx().request_repaint();
    }
}

/// A text at the left, cut off where that is needed for what is [at the right](at_right_ui).
pub(super) fn elided_before_ui(ui: &mut Ui, text: RichText, contents: impl FnOnce(&mut Ui)) {
    let id = ui.scope_id().with("at the right");
    let taken: f32 = ui.data(|data| data.get_temp(id)).unwrap_or_default();
    let room = ui.available_width() - taken - ui.spacing().item_spacing.x;
    ui.scope(|ui| {
        ui.set_max_width(room.max(0.0));
        ui.add(Label::new(text).truncate());
    });
    at_right_ui(ui, contents);
}

/// One of several in a menu, where each entry is a stop; elsewhere they are [`radios_ui`](super::radios::radios_ui).
pub(super) fn radio_ui(ui: &mut Ui, is_chosen: bool, text: impl Into<RichText>) -> Response {
    let text = text.into().color(Palette::of(ui).text);
    restyled(ui, outlined(ui, is_chosen), |ui| ui.radio(is_chosen, text))
}

/// Something that is so or not.
pub(super) fn check_ui(ui: &mut Ui, is_so: &mut bool, text: impl Into<RichText>) -> Response {
    let text = text.into().color(Palette::of(ui).text);
    restyled(ui, outlined(ui, *is_so), |ui| ui.checkbox(is_so, text))
}

/// The same with a text that may be long, such as a path.
pub(super) fn long_check_ui(ui: &mut Ui, is_so: &mut bool, text: impl Into<RichText>) -> Response {
    let text = text.into().color(Palette::of(ui).text);
    let outlined = outlined(ui, *is_so);
    let wrapping = |style: &mut Style| {
        outlined(style);
        style.wrap_mode = Some(TextWrapMode::Wrap);
    };
    restyled(ui, wrapping, |ui| ui.checkbox(is_so, text))
}

/// How a box or ring for a choice looks.
pub(super) fn outlined(ui: &Ui, is_chosen: bool) -> impl FnOnce(&mut Style) + use<> {
    let palette = Palette::of(ui);
    move |style: &mut Style| {
        style.wrap_mode = Some(TextWrapMode::Extend);
        let widgets = &mut style.visuals.widgets;
        for state in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.active] {
            state.bg_fill = palette.field;
            // A menu takes the outlines of all its buttons away, and these would be gone with them.
            state.bg_stroke = Stroke::new(line::RING, palette.outline);
            if is_chosen {
                state.fg_stroke.color = palette.accent;
                state.bg_stroke = Stroke::new(line::CHOSEN, palette.accent);
            }
        }
    }
}

/// How strong the edge of a note is, beside its text.
const EDGE: f32 = 0.4;

/// How much a note matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// Something to know.
    Warning,
    /// Something went wrong.
    Error,
}

/// A note on a coloured ground, with a sign before it for whoever does not see the colour.
pub(super) fn note_ui(ui: &mut Ui, tone: Tone, what: &str, hint: &str) {
    let palette = Palette::of(ui);
    let (color, ground, sign) = match tone {
        Tone::Warning => (palette.warn, palette.warn_soft, Sign::Warning),
        Tone::Error => (palette.error, palette.error_soft, Sign::Wrong),
    };
    Frame::new()
        .fill(ground)
        .stroke(Stroke::new(line::THIN, color.gamma_multiply(EDGE)))
        .corner_radius(radius::CONTROL)
        .inner_margin(inset::NOTE)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.with_layout(Layout::left_to_right(Align::TOP), |ui| {
                signs::sign_ui(ui, sign, color);
                let response = ui
                    .add(Label::new(RichText::new(format!("{what} {hint}").trim_end()).color(color)).wrap());
                polite(ui, &response);
            });
        });
}

/// Lets screen readers say what has changed here, when they have nothing else to say.
pub(super) fn polite(ui: &Ui, response: &Response) {
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_live(accesskit::Live::Polite));
}

/// The name of a field, above it.
pub(super) fn field_label_ui(ui: &mut Ui, text: &str, mnemonic: Option<char>) -> Response {
    let job = label_job(ui, text, mnemonic);
    ui.add(Label::new(job).selectable(false))
}

/// The name of what stands behind it in the same row.
pub(super) fn row_label_ui(ui: &mut Ui, text: &str, mnemonic: Option<char>) -> Response {
    let job = label_job(ui, text, mnemonic);
    // A label that may wrap is not put in the middle of the row's height.
    ui.add(Label::new(job).selectable(false).extend())
}

fn label_job(ui: &Ui, text: &str, mnemonic: Option<char>) -> LayoutJob {
    let weak = Palette::of(ui).weak;
    match mnemonic {
        Some(letter) => underlined(ui, text, letter, &theme::label(), weak),
        None => plain(ui, text, &theme::label(), weak),
    }
}

/// Gives a field the focus when its label is clicked, or its letter is pressed with Alt.
pub(super) fn reached_by(ui: &Ui, field: &Response, label: &Response, letter: Option<Key>) {
    let is_clicked = label.interact(Sense::CLICK).clicked();
    if is_clicked || letter.is_some_and(|letter| alt_pressed(ui, letter)) {
        field.request_focus();
    }
}

/// Gives a field the focus again where what was entered in it has come to nothing: `has_failed` while that is told. What has the
/// focus keeps it.
pub(super) fn goes_back_to(ui: &Ui, field: &Response, has_failed: bool) {
    let is_free = ui.is_enabled() && ui.memory(Memory::focused).is_none();
    if has_failed && is_free && !field.lost_focus() {
        field.request_focus();
    }
}

/// What stands in an empty field. The caret stands before it, and not on its first letter.
pub(super) fn placeholder(ui: &Ui, text: &str) -> LayoutJob {
    let format = TextFormat::simple(TextStyle::Body.resolve(ui.style()), Palette::of(ui).weak);
    let mut job = LayoutJob::default();
    job.append(text, space::LINE, format);
    job
}

/// A whole number; anything but digits is not taken, and an empty field is 0.
pub(super) fn number_ui(ui: &mut Ui, id_salt: &str, name: &str, value: &mut u32) -> Response {
    let mut text = match *value {
        0 => String::new(),
        number => number.to_string(),
    };
    let field = TextEdit::singleline(&mut text)
        .id_salt(id_salt)
        .desired_width(size::NUMBER);
    let response = ui.add(field);
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label(name));
    // What has no digit in it was typed by mistake, and costs no number that was there.
    if response.changed() && (text.is_empty() || text.contains(|typed: char| typed.is_ascii_digit())) {
        let digits = text.chars().filter(char::is_ascii_digit).take(9);
        *value = digits.fold(0, |number, digit| {
            number * 10 + digit.to_digit(10).unwrap_or_default()
        });
    }
    response
}

/// A button that is called something else than it shows.
pub(super) fn named(ui: &Ui, response: Response, name: &str) -> Response {
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), name));
    response
}

/// A button that shows what `draw` draws and is called `name`.
pub(super) fn icon_button_ui(
    ui: &mut Ui,
    button: Button<'_>,
    name: &str,
    draw: impl FnOnce(&Painter, Rect, Color32),
) -> Response {
    let is_accent = button.has_class(theme::PRIMARY.as_str());
    let response = ui.add(button);
    let response = named(ui, response, name);
    let mut color = if is_accent {
        Palette::of(ui).on_accent
    } else {
        Palette::of(ui).text
    };
    if !ui.is_enabled() {
        color = ui.visuals().disable(color);
    }
    let square = Rect::from_center_size(response.rect.center(), Vec2::splat(size::SIGN));
    draw(ui.painter(), square, color);
    response.on_hover_text(name)
}

/// What shows more of the page or less, with a triangle before it.
pub(super) fn disclosure_ui(ui: &mut Ui, text: &str, is_open: bool) -> Response {
    let triangle = IdSalt::new("triangle");
    let side = ui.spacing().icon_width;
    let label = RichText::new(text).color(Palette::of(ui).text);
    // The triangle stands below the radio buttons' dots; what is behind the text only keeps it off the frame.
    let margin = Atom::custom(IdSalt::new("margin"), vec2(space::LINE, 0.0));
    let button =
        Button::new((Atom::custom(triangle, Vec2::splat(side)), label, margin)).frame_when_inactive(false);
    let before = ui.spacing().button_padding;
    ui.spacing_mut().button_padding = vec2(0.0, space::LINE);
    let drawn = button.atom_ui(ui);
    ui.spacing_mut().button_padding = before;
    let response = named(ui, drawn.response.clone(), text);
    if let Some(rect) = drawn.rect(triangle) {
        let color = Palette::of(ui).weak;
        if is_open {
            signs::draw_down(ui.painter(), rect, color);
        } else {
            signs::draw_right(ui.painter(), rect, color);
        }
    }
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_expanded(is_open));
    response
}

fn with_visible_handle(ui: &Ui) -> impl FnOnce(&mut Style) + use<> {
    let palette = Palette::of(ui);
    move |style: &mut Style| {
        style.visuals.extreme_bg_color = palette.line;
        let widgets = &mut style.visuals.widgets;
        widgets.inactive.bg_fill = palette.outline;
        widgets.hovered.bg_fill = palette.accent;
        widgets.active.bg_fill = palette.accent;
    }
}

/// What scrolls when it is too high, with a handle that can be seen.
pub(super) fn scrolling_ui<R>(ui: &mut Ui, area: ScrollArea, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let plain = Arc::clone(ui.style());
    restyled(ui, with_visible_handle(ui), |ui| {
        let scrolled = area.show(ui, |ui| {
            ui.set_style(plain);
            contents(ui)
        });
        scrolled.inner
    })
}

/// The same for rows of one height, of which only those are drawn that can be seen.
pub(super) fn scrolling_rows_ui(
    ui: &mut Ui,
    area: ScrollArea,
    height: f32,
    rows: usize,
    contents: impl FnOnce(&mut Ui, Range<usize>),
) {
    let plain = Arc::clone(ui.style());
    restyled(ui, with_visible_handle(ui), |ui| {
        area.show_rows(ui, height, rows, |ui, shown| {
            ui.set_style(plain);
            contents(ui, shown);
        });
    });
}

/// Scrolls to what has just got the keyboard's focus, when it cannot be seen. To be called at the end
/// of what a scroll area holds.
pub(super) fn keep_focus_in_view(ui: &Ui, before: &mut Option<Id>) {
    let focused = ui.memory(Memory::focused);
    if focused == *before {
        return;
    }
    *before = focused;
    let place = focused.and_then(|id| theme::place_of(ui.ctx(), id));
    // What can be seen outside of this area is none of its contents.
    let is_inside = |place: &WidgetRect| {
        place.layer_id == ui.layer_id()
            && (!place.interact_rect.is_positive()
                || ui.clip_rect().expand(1.0).contains_rect(place.interact_rect))
    };
    if let Some(place) = place.filter(is_inside) {
        let rect = place.rect.expand(space::XXL);
        if !ui.clip_rect().contains_rect(rect) {
            ui.scroll_to_rect(rect, None);
        }
    }
}

/// Whether Alt and this letter were pressed. On macOS these type characters, and nothing answers.
pub(super) fn alt_pressed(ui: &Ui, key: Key) -> bool {
    if !has_mnemonics(ui) || !ui.memory(|memory| memory.allows_interaction(ui.layer_id())) {
        return false;
    }
    ui.input_mut(|input| input.consume_key(Modifiers::ALT, key))
}

fn has_mnemonics(ui: &Ui) -> bool {
    ui.ctx().os() != OperatingSystem::Mac
}

/// `text` for a button, its letter for Alt underlined while Alt is held.
pub(super) fn mnemonic(ui: &Ui, text: &str, letter: char) -> WidgetText {
    underlined(ui, text, letter, &TextStyle::Button, Color32::PLACEHOLDER).into()
}

fn underlined(ui: &Ui, text: &str, letter: char, style: &TextStyle, color: Color32) -> LayoutJob {
    let is_alt_held = has_mnemonics(ui) && ui.input(|input| input.modifiers.alt);
    let Some((before, from)) = text
        .find(letter)
        .filter(|_| is_alt_held)
        .map(|index| text.split_at(index))
    else {
        return plain(ui, text, style, color);
    };
    let (marked, after) = from.split_at(letter.len_utf8());
    let format = TextFormat::simple(style.resolve(ui.style()), color);
    let line = TextFormat {
        underline: Stroke::new(line::THIN, color),
        ..format.clone()
    };
    let mut job = LayoutJob::default();
    job.append(before, 0.0, format.clone());
    job.append(marked, 0.0, line);
    job.append(after, 0.0, format);
    job
}

fn plain(ui: &Ui, text: &str, style: &TextStyle, color: Color32) -> LayoutJob {
    LayoutJob::simple_singleline(text.to_owned(), style.resolve(ui.style()), color)
}

/// Text that may be broken anywhere, as keys and fingerprints have to be: egui breaks at `/` and `+`
/// only, which leaves ragged lines. What takes two lines is broken in the middle, so that no letter stands alone.
pub(super) fn broken_anywhere(ui: &Ui, text: &str, width: f32) -> LayoutJob {
    let font = TextStyle::Monospace.resolve(ui.style());
    let glyph = ui.fonts_mut(|fonts| fonts.glyph_width(&font, '0'));
    let count = text.chars().fold(0.0, |count: f32, _| count + 1.0);
    let half = ((count / 2.0).ceil() + 0.5) * glyph;
    let width = if count * glyph > width && half < width && !text.contains('\n') {
        half
    } else {
        width
    };
    let mut job = LayoutJob::simple(text.to_owned(), font, ui.visuals().text_color(), width);
    job.wrap.break_anywhere = true;
    job
}

/// A fingerprint. It is one word: where it does not fit into the line it goes on in the next one.
pub(super) fn fingerprint_ui(ui: &mut Ui, fingerprint: &str) -> Response {
    let job = broken_anywhere(ui, fingerprint, ui.available_width());
    ui.add(Label::new(job).wrap())
}

/// How high so many lines of [`code_ui`] are.
pub(super) fn code_height(ui: &Ui, lines: u8) -> f32 {
    f32::from(lines) * ui.text_style_height(&TextStyle::Monospace) + inset::CODE.sum().y
}

/// Read-only text in monospace that can be selected and copied with the keyboard too. What is higher
/// than `max_height` scrolls.
pub(super) fn code_ui(ui: &mut Ui, id: Id, name: &str, text: &str, max_height: f32) -> Response {
    let mut layouter = |ui: &Ui, buffer: &dyn egui::TextBuffer, width: f32| {
        let job = broken_anywhere(ui, buffer.as_str(), width);
        ui.fonts_mut(|fonts| fonts.layout_job(job))
    };
    let mut shown = text;
    let area = ScrollArea::vertical()
        .id_salt(id)
        .max_height(max_height)
        .auto_shrink([false, true]);
    let framed = Frame::new()
        .fill(Palette::of(ui).field)
        .stroke(Stroke::new(line::THIN, Palette::of(ui).outline))
        .corner_radius(radius::CONTROL)
        .inner_margin(inset::CODE_AREA);
    let framed = framed.show(ui, |ui| {
        scrolling_ui(ui, area, |ui| {
            let field = TextEdit::multiline(&mut shown)
                .id(id)
                .frame(Frame::new().inner_margin(inset::CODE))
                .desired_rows(1)
                .desired_width(f32::INFINITY)
                .layouter(&mut layouter);
            ui.add(field)
        })
    });
    let response = framed.inner;
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label(name));
    response
}

/// A time, as people say it: “about 0.1 s”.
pub(super) fn about(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if time < Duration::from_millis(50) {
        "next to no time".to_owned()
    } else if time < Duration::from_millis(9_950) {
        format!("about {seconds:.1} s")
    } else {
        format!("about {seconds:.0} s")
    }
}

/// Columns side by side, each as wide as is said; `content` is drawn for each, with its number.
pub(super) fn columns_ui(ui: &mut Ui, gap: f32, widths: [f32; 2], mut content: impl FnMut(&mut Ui, usize)) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        for (number, width) in widths.into_iter().enumerate() {
            ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
                ui.spacing_mut().item_spacing.x = space::S;
                ui.set_width(width);
                content(ui, number);
            });
        }
    });
}
