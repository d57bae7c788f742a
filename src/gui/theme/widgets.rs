//! How buttons and fields look, by what they are for.

use egui::class::{ClassName, HasClasses as _};
use egui::theme::{DefaultStyle, StyleProvider};
use egui::widget_style::{ButtonStyle, StyleArgs, TextEditStyle, TextVisuals, WidgetState};
use egui::{Button, Color32, ComboBox, Context, Frame, Stroke, TextStyle};

use super::palette::Palette;
use super::tokens::{inset, line, radius};

/// What to press next. At most one is on the screen.
pub(in crate::gui) const PRIMARY: ClassName = ClassName::from_static("keywright::primary");
/// What takes something away for good.
pub(in crate::gui) const DANGER: ClassName = ClassName::from_static("keywright::danger");
/// What is beside the point of the page: words without a ground.
pub(in crate::gui) const TERTIARY: ClassName = ClassName::from_static("keywright::tertiary");
/// The same for what takes something away.
pub(in crate::gui) const REMOVING: ClassName = ClassName::from_static("keywright::removing");
/// Words on the ground of news.
pub(in crate::gui) const ON_TOAST: ClassName = ClassName::from_static("keywright::on toast");

#[derive(Clone, Debug)]
struct Look;

pub(super) fn install(ctx: &Context) {
    ctx.replace_widget_theme::<ButtonStyle>(Look);
    ctx.replace_widget_theme::<TextEditStyle>(Look);
}

impl StyleProvider<ButtonStyle> for Look {
    fn style(&mut self, args: &StyleArgs<'_>) -> ButtonStyle {
        let mut style: ButtonStyle = StyleProvider::<ButtonStyle>::style(&mut DefaultStyle, args);
        let palette = Palette::of_theme(args.style.visuals.dark_mode);
        let is_lively = matches!(args.state, WidgetState::Hovered | WidgetState::Active);
        let has = |class: &ClassName| args.classes.has_class(class);
        // Two colours each: at rest, and under the pointer.
        let pick = |grounds: [Color32; 2]| grounds[usize::from(is_lively)];
        let quiet = pick([Color32::TRANSPARENT, palette.button]);
        let (ground, text) = if has(&PRIMARY) {
            (pick([palette.accent, palette.accent_strong]), palette.on_accent)
        } else if has(&DANGER) {
            (palette.danger, palette.on_danger)
        } else if has(&TERTIARY) {
            (quiet, palette.accent)
        } else if has(&REMOVING) {
            (quiet, palette.error)
        } else if has(&ON_TOAST) {
            (Color32::TRANSPARENT, palette.toast_action)
        } else {
            let color = style.atom_layout.text_style.color;
            style.atom_layout.text_style = TextVisuals::new(args.style, font(args), color);
            return style;
        };
        let mut frame = style.atom_layout.frame;
        if has(&TERTIARY) || has(&REMOVING) {
            // Words without a ground stand nearly where they would stand as text.
            frame.inner_margin = inset::WORDS;
        }
        style.atom_layout.frame = Frame {
            fill: ground,
            stroke: Stroke::NONE,
            corner_radius: radius::CONTROL,
            ..frame
        };
        style.atom_layout.text_style = TextVisuals::new(args.style, font(args), text);
        style
    }
}

/// What a button shows is a little heavier than other text; the value that was chosen from many is none of that.
fn font(args: &StyleArgs<'_>) -> TextStyle {
    let is_value =
        args.classes.has_class(&ComboBox::CLASS_OPEN) || args.classes.has_class(&Button::CLASS_SELECTED);
    // In a menu buttons have no ground, and are many.
    let is_entry = args.style.visuals.widgets.inactive.weak_bg_fill == Color32::TRANSPARENT;
    if is_value || is_entry {
        TextStyle::Body
    } else {
        TextStyle::Button
    }
}

impl StyleProvider<TextEditStyle> for Look {
    fn style(&mut self, args: &StyleArgs<'_>) -> TextEditStyle {
        let mut style: TextEditStyle = StyleProvider::<TextEditStyle>::style(&mut DefaultStyle, args);
        let palette = Palette::of_theme(args.style.visuals.dark_mode);
        // The ring around what has the focus is drawn by the window, the same for every control.
        let stroke = Stroke::new(line::THIN, palette.outline);
        let frame = style.atom_layout.frame;
        style.atom_layout.frame = Frame {
            inner_margin: inset::FIELD,
            stroke: Stroke::NONE,
            corner_radius: radius::CONTROL,
            ..frame
        }
        .apply_stroke_and_expansion_without_layout_shift(stroke, 0.0);
        style
    }
}
