//! How the window looks: calm, spacious, one accent colour, a grid of four points.
//!
//! All colours stand in [`Palette`], all measures in [`tokens`], all letters in [`fonts`]; no other file of the window
//! has any of its own.

mod fonts;
mod palette;
mod tokens;
mod widgets;

use egui::style::{TextCursorStyle, WidgetVisuals, Widgets};
use egui::{
    Color32, Context, Frame, Id, Memory, Shadow, Stroke, StrokeKind, Style, Theme, ThemePreference, Ui,
    Visuals, WidgetRect, vec2,
};

pub(super) use fonts::{label, strong, subheading};
pub(super) use palette::Palette;
pub(super) use tokens::{at, inset, line, radius, size, space};
pub(super) use widgets::{DANGER, ON_TOAST, PRIMARY, REMOVING, TERTIARY};

use crate::app::look::{TextSize, ThemeChoice};

/// How long a change of colour takes, and how long a pointer rests before a tooltip comes, in seconds.
const ANIMATION: f32 = 0.08;
const TOOLTIP_DELAY: f32 = 0.4;

/// Gives `ctx` both looks, once.
pub(super) fn install(ctx: &Context) {
    fonts::install(ctx);
    widgets::install(ctx);
    ctx.set_style_of(Theme::Light, style(&Palette::LIGHT, &Visuals::light()));
    ctx.set_style_of(Theme::Dark, style(&Palette::DARK, &Visuals::dark()));
    ctx.options_mut(|options| {
        // Larger text is a setting here, with the same keys.
        options.zoom_with_keyboard = false;
        options.fallback_theme = Theme::Light;
    });
}

/// Whether a test is in its first frame, in which there are no letters yet.
#[cfg(test)]
pub(super) fn has_no_letters_yet(ui: &Ui) -> bool {
    let is_first = ui.ctx().cumulative_frame_nr() == 0;
    if is_first {
        install(ui.ctx());
    }
    is_first
}

/// Takes over what was chosen in the settings.
pub(super) fn apply(ctx: &Context, theme: ThemeChoice, size: TextSize) {
    let preference = match theme {
        ThemeChoice::System => ThemePreference::System,
        ThemeChoice::Light => ThemePreference::Light,
        ThemeChoice::Dark => ThemePreference::Dark,
    };
    ctx.set_theme(preference);
    ctx.set_zoom_factor(f32::from(size.percent()) / 100.0);
}

/// The frame of a dialog.
pub(super) fn dialog_frame(ui: &Ui) -> Frame {
    Frame::popup(ui.style())
        .inner_margin(inset::DIALOG)
        .corner_radius(radius::CARD)
}

fn style(palette: &Palette, visuals: &Visuals) -> Style {
    let mut style = Style {
        text_styles: fonts::text_styles(),
        visuals: themed(palette, visuals),
        animation_time: ANIMATION,
        ..Style::default()
    };
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(space::S, space::S);
    spacing.button_padding = vec2(space::L, space::S);
    spacing.interact_size = vec2(size::CONTROL, size::CONTROL);
    spacing.icon_width = size::CHOICE;
    spacing.icon_width_inner = size::CHOSEN;
    spacing.icon_spacing = space::S;
    spacing.menu_margin = inset::MENU;
    spacing.menu_width = size::TOOLTIP;
    spacing.combo_width = size::COMBO;
    spacing.combo_height = size::COMBO_LIST;
    spacing.tooltip_width = size::TOOLTIP;
    // A scroll bar that hides until it is hovered is found by nobody.
    spacing.scroll = egui::style::ScrollStyle {
        bar_width: size::SCROLL_BAR,
        foreground_color: false,
        ..egui::style::ScrollStyle::solid()
    };
    style.interaction.tooltip_delay = TOOLTIP_DELAY;
    style
}

fn themed(palette: &Palette, base: &Visuals) -> Visuals {
    let widget = |fill: Color32, stroke: Stroke| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: stroke,
        corner_radius: radius::CONTROL,
        fg_stroke: Stroke::new(line::CHOSEN, palette.text),
        expansion: 0.0,
    };
    let shadow = Shadow {
        offset: [0, 6],
        blur: 24,
        spread: 0,
        color: palette.shadow,
    };
    let edge = Stroke::new(line::THIN, palette.line);
    let lively = widget(palette.button_strong, Stroke::NONE);
    Visuals {
        override_text_color: None,
        weak_text_color: Some(palette.weak),
        widgets: Widgets {
            noninteractive: widget(palette.card, edge),
            inactive: widget(palette.button, Stroke::NONE),
            hovered: lively,
            active: lively,
            open: lively,
        },
        selection: egui::style::Selection {
            bg_fill: palette.selection,
            stroke: Stroke::new(line::CHOSEN, palette.on_selection),
        },
        hyperlink_color: palette.accent,
        faint_bg_color: palette.page,
        extreme_bg_color: palette.field,
        text_edit_bg_color: Some(palette.field),
        code_bg_color: palette.field,
        warn_fg_color: palette.warn,
        error_fg_color: palette.error,
        window_corner_radius: radius::CARD,
        menu_corner_radius: radius::CONTROL,
        window_shadow: shadow,
        popup_shadow: shadow,
        window_fill: palette.card,
        window_stroke: edge,
        panel_fill: palette.page,
        text_cursor: TextCursorStyle {
            stroke: Stroke::new(line::FOCUS, palette.accent),
            // A blinking cursor would wake the processor twice a second for as long as the window is open.
            blink: false,
            ..TextCursorStyle::default()
        },
        ..base.clone()
    }
}

/// Draws a ring around what has the keyboard's focus, the same for every kind of control.
pub(super) fn focus_ring(ui: &Ui) {
    let Some(focused) = ui.memory(Memory::focused) else {
        return;
    };
    let Some(place) = place_of(ui.ctx(), focused) else {
        return;
    };
    // A field's own line becomes the ring; a button may have the colour of the ring, and is kept off it.
    let off = if ui.ctx().text_edit_focused() {
        -line::THIN
    } else {
        line::FOCUS
    };
    let reach = off.max(0.0) + line::FOCUS;
    // What a scroll area hides of a control is not to be drawn around.
    let clip = place.interact_rect.expand(reach + line::THIN);
    let stroke = Stroke::new(line::FOCUS, Palette::of(ui).accent);
    ui.ctx()
        .layer_painter(place.layer_id)
        .with_clip_rect(clip)
        .rect_stroke(place.rect.expand(off), radius::RING, stroke, StrokeKind::Outside);
}

/// Where a control is that was drawn in this frame; one that has gone is nowhere. Egui's own way to find out takes the
/// focus from it when something else is clicked, although that may just have given it the focus.
pub(super) fn place_of(ctx: &Context, id: Id) -> Option<WidgetRect> {
    ctx.viewport(|viewport| viewport.this_pass.widgets.get(id).copied())
}
