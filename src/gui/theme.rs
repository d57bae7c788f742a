//! How the window looks: calm, spacious, one accent colour, a grid of four points.
//!
//! Every colour that carries text has a contrast of at least 4.5 to 1 to what lies behind it, and every
//! outline that shows where a control is at least 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11); a test holds that.

use egui::style::{TextCursorStyle, WidgetVisuals, Widgets};
use egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Frame, Id, Margin, Memory, Shadow, Stroke, Style,
    TextStyle, Theme, ThemePreference, Ui, Visuals, WidgetRect, vec2,
};

use crate::app::look::{TextSize, ThemeChoice};

/// The colours of one theme.
#[derive(Debug)]
pub(super) struct Palette {
    /// Behind everything.
    pub(super) page: Color32,
    /// Behind a group of things.
    pub(super) card: Color32,
    /// Behind text that is typed.
    pub(super) field: Color32,
    /// Between groups; only an ornament.
    pub(super) line: Color32,
    /// Around what can be used.
    pub(super) outline: Color32,
    /// Text.
    pub(super) text: Color32,
    /// Text that explains.
    pub(super) weak: Color32,
    /// What to press next.
    pub(super) accent: Color32,
    /// The same under the pointer.
    pub(super) accent_strong: Color32,
    /// Text on the accent.
    pub(super) on_accent: Color32,
    /// What is chosen, and what lies under the pointer.
    pub(super) soft: Color32,
    /// Selected text, behind it.
    pub(super) selection: Color32,
    /// Selected text itself.
    pub(super) on_selection: Color32,
    /// Text of a note that warns.
    pub(super) warn: Color32,
    /// Behind it.
    pub(super) warn_soft: Color32,
    /// Text of something that went wrong.
    pub(super) error: Color32,
    /// Behind it.
    pub(super) error_soft: Color32,
    /// Text of something that is well.
    pub(super) good: Color32,
}

impl Palette {
    const LIGHT: Self = Self {
        page: Color32::from_rgb(0xF2, 0xF5, 0xF4),
        card: Color32::from_rgb(0xFF, 0xFF, 0xFF),
        field: Color32::from_rgb(0xFB, 0xFC, 0xFC),
        line: Color32::from_rgb(0xDD, 0xE5, 0xE3),
        outline: Color32::from_rgb(0x7A, 0x8B, 0x88),
        text: Color32::from_rgb(0x13, 0x20, 0x1E),
        weak: Color32::from_rgb(0x4A, 0x5B, 0x58),
        accent: Color32::from_rgb(0x0F, 0x76, 0x6E),
        accent_strong: Color32::from_rgb(0x0B, 0x5C, 0x56),
        on_accent: Color32::from_rgb(0xFF, 0xFF, 0xFF),
        soft: Color32::from_rgb(0xE2, 0xF1, 0xEF),
        selection: Color32::from_rgb(0xC4, 0xE5, 0xE1),
        on_selection: Color32::from_rgb(0x0A, 0x4F, 0x4A),
        warn: Color32::from_rgb(0x7A, 0x45, 0x00),
        warn_soft: Color32::from_rgb(0xFF, 0xF4, 0xDF),
        error: Color32::from_rgb(0xA8, 0x1E, 0x14),
        error_soft: Color32::from_rgb(0xFD, 0xEE, 0xEC),
        good: Color32::from_rgb(0x14, 0x62, 0x36),
    };

    const DARK: Self = Self {
        page: Color32::from_rgb(0x10, 0x16, 0x15),
        card: Color32::from_rgb(0x19, 0x22, 0x20),
        field: Color32::from_rgb(0x10, 0x17, 0x16),
        line: Color32::from_rgb(0x2B, 0x37, 0x35),
        outline: Color32::from_rgb(0x6E, 0x84, 0x80),
        text: Color32::from_rgb(0xE8, 0xF0, 0xEE),
        weak: Color32::from_rgb(0xA6, 0xB8, 0xB4),
        accent: Color32::from_rgb(0x2D, 0xD4, 0xBF),
        accent_strong: Color32::from_rgb(0x5E, 0xEA, 0xD4),
        on_accent: Color32::from_rgb(0x04, 0x21, 0x1D),
        soft: Color32::from_rgb(0x17, 0x35, 0x31),
        selection: Color32::from_rgb(0x13, 0x4E, 0x48),
        on_selection: Color32::from_rgb(0xCC, 0xFB, 0xF1),
        warn: Color32::from_rgb(0xF7, 0xC4, 0x6C),
        warn_soft: Color32::from_rgb(0x33, 0x29, 0x14),
        error: Color32::from_rgb(0xFF, 0x9E, 0x94),
        error_soft: Color32::from_rgb(0x3A, 0x1D, 0x1A),
        good: Color32::from_rgb(0x7C, 0xDD, 0xA4),
    };

    /// The colours that hold now.
    pub(super) fn of(ui: &Ui) -> &'static Self {
        if ui.visuals().dark_mode {
            &Self::DARK
        } else {
            &Self::LIGHT
        }
    }
}

/// The text style of headings within a page.
pub(super) fn subheading() -> TextStyle {
    TextStyle::Name("subheading".into())
}

/// The text style of the largest buttons.
pub(super) fn large_button() -> TextStyle {
    TextStyle::Name("large button".into())
}

/// Corners of buttons and fields.
pub(super) const ROUND: CornerRadius = CornerRadius::same(6);
/// Corners of cards and dialogs.
pub(super) const ROUNDER: CornerRadius = CornerRadius::same(10);

/// Gives `ctx` both looks, once.
pub(super) fn install(ctx: &Context) {
    ctx.set_style_of(Theme::Light, style(&Palette::LIGHT, &Visuals::light()));
    ctx.set_style_of(Theme::Dark, style(&Palette::DARK, &Visuals::dark()));
    ctx.options_mut(|options| {
        // Larger text is a setting here, with the same keys.
        options.zoom_with_keyboard = false;
        options.fallback_theme = Theme::Light;
    });
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
        .inner_margin(Margin::same(20))
        .corner_radius(ROUNDER)
}

fn style(palette: &Palette, visuals: &Visuals) -> Style {
    let proportional = |size| FontId::new(size, FontFamily::Proportional);
    let mut style = Style {
        text_styles: [
            (TextStyle::Heading, proportional(22.0)),
            (subheading(), proportional(17.0)),
            (TextStyle::Body, proportional(14.5)),
            (TextStyle::Button, proportional(14.5)),
            (large_button(), proportional(17.0)),
            (TextStyle::Small, proportional(13.0)),
            (TextStyle::Monospace, FontId::new(13.0, FontFamily::Monospace)),
        ]
        .into(),
        visuals: themed(palette, visuals),
        animation_time: 0.08,
        ..Style::default()
    };
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(8.0, 8.0);
    spacing.button_padding = vec2(12.0, 6.0);
    spacing.interact_size = vec2(40.0, 32.0);
    spacing.icon_width = 18.0;
    spacing.icon_width_inner = 12.0;
    spacing.icon_spacing = 8.0;
    spacing.menu_margin = Margin::same(6);
    spacing.menu_width = 320.0;
    spacing.combo_width = 120.0;
    spacing.combo_height = 320.0;
    spacing.tooltip_width = 360.0;
    // A scroll bar that hides until it is hovered is found by nobody.
    spacing.scroll = egui::style::ScrollStyle {
        bar_width: 10.0,
        foreground_color: false,
        ..egui::style::ScrollStyle::solid()
    };
    style.interaction.tooltip_delay = 0.4;
    style
}

fn themed(palette: &Palette, base: &Visuals) -> Visuals {
    let widget = |fill: Color32, stroke: Stroke| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: stroke,
        corner_radius: ROUND,
        fg_stroke: Stroke::new(1.5, palette.text),
        expansion: 0.0,
    };
    let shadow = Shadow {
        offset: [0, 6],
        blur: 24,
        spread: 0,
        color: Color32::from_black_alpha(if base.dark_mode { 110 } else { 36 }),
    };
    let rest = Stroke::new(1.0, palette.outline);
    let lively = Stroke::new(1.0, palette.accent);
    Visuals {
        override_text_color: None,
        weak_text_color: Some(palette.weak),
        widgets: Widgets {
            noninteractive: widget(palette.card, Stroke::new(1.0, palette.line)),
            inactive: widget(palette.field, rest),
            hovered: widget(palette.soft, lively),
            active: widget(palette.soft, lively),
            open: widget(palette.soft, lively),
        },
        selection: egui::style::Selection {
            bg_fill: palette.selection,
            stroke: Stroke::new(1.5, palette.on_selection),
        },
        hyperlink_color: palette.accent,
        faint_bg_color: palette.page,
        extreme_bg_color: palette.field,
        text_edit_bg_color: Some(palette.field),
        code_bg_color: palette.field,
        warn_fg_color: palette.warn,
        error_fg_color: palette.error,
        window_corner_radius: ROUNDER,
        menu_corner_radius: CornerRadius::same(8),
        window_shadow: shadow,
        popup_shadow: shadow,
        window_fill: palette.card,
        window_stroke: Stroke::new(1.0, palette.line),
        panel_fill: palette.page,
        text_cursor: TextCursorStyle {
            stroke: Stroke::new(2.0, palette.accent),
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
    // What a scroll area hides of a control is not to be drawn around.
    let clip = place.interact_rect.expand(4.0);
    let stroke = Stroke::new(2.0, Palette::of(ui).accent);
    ui.ctx()
        .layer_painter(place.layer_id)
        .with_clip_rect(clip)
        .rect_stroke(
            place.rect.expand(1.0),
            CornerRadius::same(7),
            stroke,
            egui::StrokeKind::Outside,
        );
}

/// Where a control is that was drawn in this frame; one that has gone is nowhere. Egui's own way to find out takes the
/// focus from it when something else is clicked, although that may just have given it the focus.
pub(super) fn place_of(ctx: &Context, id: Id) -> Option<WidgetRect> {
    ctx.viewport(|viewport| viewport.this_pass.widgets.get(id).copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2.2).
    fn luminance(color: Color32) -> f32 {
        let channel = |value: u8| {
            let value = f32::from(value) / 255.0;
            if value <= 0.040_45 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(color.r()) + 0.7152 * channel(color.g()) + 0.0722 * channel(color.b())
    }

    fn contrast(one: Color32, other: Color32) -> f32 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_text_can_be_read_and_every_control_can_be_seen() {
        for palette in [&Palette::LIGHT, &Palette::DARK] {
            let p = palette;
            for (text, behind) in [
                (p.text, p.page),
                (p.text, p.card),
                (p.text, p.field),
                (p.text, p.soft),
                (p.weak, p.page),
                (p.weak, p.card),
                (p.weak, p.field),
                (p.weak, p.soft),
                (p.accent, p.card),
                (p.on_accent, p.accent),
                (p.on_accent, p.accent_strong),
                (p.on_selection, p.selection),
                (p.warn, p.warn_soft),
                (p.warn, p.card),
                (p.error, p.error_soft),
                (p.error, p.card),
                (p.error, p.page),
                (p.good, p.card),
            ] {
                let ratio = contrast(text, behind);
                assert!(ratio >= 4.5, "{text:?} on {behind:?} has {ratio}");
            }
            for (outline, behind) in [
                (p.outline, p.card),
                (p.outline, p.page),
                (p.accent, p.page),
                (p.accent, p.card),
            ] {
                let ratio = contrast(outline, behind);
                assert!(ratio >= 3.0, "{outline:?} on {behind:?} has {ratio}");
            }
        }
    }
}
