//! The colours, light and dark. No other file of the window names one.
//!
//! Every colour that carries text has a contrast of at least 4.5 to 1 to what lies behind it, and every
//! outline that shows where a control is at least 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11); a test holds that.

use egui::{Color32, Ui};

/// The colours of one theme.
#[derive(Debug)]
pub(in crate::gui) struct Palette {
    /// Behind everything.
    pub(in crate::gui) page: Color32,
    /// Behind the ways to the pages, and the menus.
    pub(in crate::gui) side: Color32,
    /// Behind a group of things.
    pub(in crate::gui) card: Color32,
    /// Behind text that is typed.
    pub(in crate::gui) field: Color32,
    /// A row within a card.
    pub(in crate::gui) row: Color32,
    /// Between groups; only an ornament.
    pub(in crate::gui) line: Color32,
    /// Around what can be used.
    pub(in crate::gui) outline: Color32,
    /// Text.
    pub(in crate::gui) text: Color32,
    /// Text that explains.
    pub(in crate::gui) weak: Color32,
    /// What to press next.
    pub(in crate::gui) accent: Color32,
    /// The same under the pointer.
    pub(in crate::gui) accent_strong: Color32,
    /// Text on the accent.
    pub(in crate::gui) on_accent: Color32,
    /// What is chosen.
    pub(in crate::gui) soft: Color32,
    /// Text on it.
    pub(in crate::gui) on_soft: Color32,
    /// A button that is not the next one to press.
    pub(in crate::gui) button: Color32,
    /// The same under the pointer.
    pub(in crate::gui) button_strong: Color32,
    /// Selected text, behind it.
    pub(in crate::gui) selection: Color32,
    /// Selected text itself.
    pub(in crate::gui) on_selection: Color32,
    /// Text of a note that warns, and its edge.
    pub(in crate::gui) warn: Color32,
    /// Behind it.
    pub(in crate::gui) warn_soft: Color32,
    /// Text of something that went wrong or cannot be undone, and its edge.
    pub(in crate::gui) error: Color32,
    /// Behind it.
    pub(in crate::gui) error_soft: Color32,
    /// What takes something away for good.
    pub(in crate::gui) danger: Color32,
    /// Text on that.
    pub(in crate::gui) on_danger: Color32,
    /// Text of something that is well, and its edge.
    pub(in crate::gui) good: Color32,
    /// Behind it.
    pub(in crate::gui) good_soft: Color32,
    /// News, behind them.
    pub(in crate::gui) toast: Color32,
    /// News, the text.
    pub(in crate::gui) on_toast: Color32,
    /// What can be done about them.
    pub(in crate::gui) toast_action: Color32,
    /// Below what lies over the page.
    pub(in crate::gui) shadow: Color32,
}

impl Palette {
    pub(super) const LIGHT: Self = Self {
        page: Color32::from_rgb(0xF3, 0xF5, 0xF7),
        side: Color32::from_rgb(0xFA, 0xFB, 0xFC),
        card: Color32::from_rgb(0xFF, 0xFF, 0xFF),
        field: Color32::from_rgb(0xFF, 0xFF, 0xFF),
        row: Color32::from_rgb(0xF7, 0xF9, 0xFA),
        line: Color32::from_rgb(0xDD, 0xE3, 0xE8),
        outline: Color32::from_rgb(0x80, 0x8B, 0x98),
        text: Color32::from_rgb(0x14, 0x18, 0x1D),
        weak: Color32::from_rgb(0x4A, 0x54, 0x5E),
        accent: Color32::from_rgb(0x0B, 0x6E, 0x66),
        accent_strong: Color32::from_rgb(0x08, 0x57, 0x51),
        on_accent: Color32::from_rgb(0xFF, 0xFF, 0xFF),
        soft: Color32::from_rgb(0xE5, 0xF3, 0xF1),
        on_soft: Color32::from_rgb(0x0B, 0x6E, 0x66),
        button: Color32::from_rgb(0xE9, 0xED, 0xF1),
        button_strong: Color32::from_rgb(0xDD, 0xE3, 0xE9),
        selection: Color32::from_rgb(0xBF, 0xE3, 0xDF),
        on_selection: Color32::from_rgb(0x08, 0x4A, 0x45),
        warn: Color32::from_rgb(0x7F, 0x4B, 0x00),
        warn_soft: Color32::from_rgb(0xFF, 0xF5, 0xE2),
        error: Color32::from_rgb(0xB3, 0x26, 0x1E),
        error_soft: Color32::from_rgb(0xFD, 0xEF, 0xED),
        danger: Color32::from_rgb(0xB3, 0x26, 0x1E),
        on_danger: Color32::from_rgb(0xFF, 0xFF, 0xFF),
        good: Color32::from_rgb(0x11, 0x6B, 0x3A),
        good_soft: Color32::from_rgb(0xE7, 0xF6, 0xEC),
        toast: Color32::from_rgb(0x1E, 0x26, 0x2D),
        on_toast: Color32::from_rgb(0xF3, 0xF5, 0xF7),
        toast_action: Color32::from_rgb(0x6F, 0xDD, 0xD0),
        shadow: Color32::from_black_alpha(36),
    };

    pub(super) const DARK: Self = Self {
        page: Color32::from_rgb(0x11, 0x16, 0x19),
        side: Color32::from_rgb(0x15, 0x1B, 0x1F),
        card: Color32::from_rgb(0x1A, 0x21, 0x26),
        field: Color32::from_rgb(0x12, 0x18, 0x1C),
        row: Color32::from_rgb(0x20, 0x28, 0x2E),
        line: Color32::from_rgb(0x2D, 0x37, 0x3E),
        outline: Color32::from_rgb(0x74, 0x84, 0x90),
        text: Color32::from_rgb(0xE9, 0xEE, 0xF1),
        weak: Color32::from_rgb(0xA9, 0xB5, 0xBE),
        accent: Color32::from_rgb(0x3A, 0xCF, 0xBD),
        accent_strong: Color32::from_rgb(0x6C, 0xE5, 0xD6),
        on_accent: Color32::from_rgb(0x04, 0x22, 0x1E),
        soft: Color32::from_rgb(0x17, 0x35, 0x34),
        on_soft: Color32::from_rgb(0x5F, 0xDD, 0xCD),
        button: Color32::from_rgb(0x29, 0x33, 0x3A),
        button_strong: Color32::from_rgb(0x33, 0x3F, 0x47),
        selection: Color32::from_rgb(0x14, 0x4F, 0x4A),
        on_selection: Color32::from_rgb(0xCC, 0xFB, 0xF1),
        warn: Color32::from_rgb(0xF5, 0xC1, 0x6B),
        warn_soft: Color32::from_rgb(0x32, 0x29, 0x16),
        error: Color32::from_rgb(0xFF, 0x9D, 0x93),
        error_soft: Color32::from_rgb(0x3A, 0x1F, 0x1D),
        danger: Color32::from_rgb(0xFF, 0x9D, 0x93),
        on_danger: Color32::from_rgb(0x33, 0x0B, 0x08),
        good: Color32::from_rgb(0x7B, 0xDB, 0xA2),
        good_soft: Color32::from_rgb(0x16, 0x30, 0x22),
        toast: Color32::from_rgb(0xE9, 0xEE, 0xF1),
        on_toast: Color32::from_rgb(0x14, 0x18, 0x1D),
        toast_action: Color32::from_rgb(0x0B, 0x6E, 0x66),
        shadow: Color32::from_black_alpha(110),
    };

    /// The colours that hold now.
    pub(in crate::gui) fn of(ui: &Ui) -> &'static Self {
        Self::of_theme(ui.visuals().dark_mode)
    }

    pub(super) fn of_theme(is_dark: bool) -> &'static Self {
        if is_dark { &Self::DARK } else { &Self::LIGHT }
    }
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
            let grounds = [p.page, p.side, p.card, p.field, p.row, p.soft];
            let on_grounds = grounds
                .iter()
                .flat_map(|behind| [(p.text, *behind), (p.weak, *behind)]);
            let texts = [
                (p.text, p.button),
                (p.text, p.button_strong),
                (p.accent, p.card),
                (p.accent, p.page),
                (p.accent, p.row),
                (p.on_soft, p.soft),
                (p.on_accent, p.accent),
                (p.on_accent, p.accent_strong),
                (p.on_selection, p.selection),
                (p.warn, p.warn_soft),
                (p.warn, p.card),
                (p.warn, p.soft),
                (p.error, p.error_soft),
                (p.error, p.card),
                (p.error, p.page),
                (p.error, p.row),
                (p.error, p.soft),
                (p.on_danger, p.danger),
                (p.good, p.card),
                (p.good, p.row),
                (p.good, p.good_soft),
                (p.on_toast, p.toast),
                (p.toast_action, p.toast),
            ];
            for (text, behind) in on_grounds.chain(texts) {
                let ratio = contrast(text, behind);
                assert!(ratio >= 4.5, "{text:?} on {behind:?} has {ratio}");
            }
            for (outline, behind) in [
                (p.outline, p.page),
                (p.outline, p.card),
                (p.outline, p.field),
                (p.accent, p.page),
                (p.accent, p.card),
                (p.accent, p.side),
                (p.accent, p.soft),
                (p.danger, p.card),
            ] {
                let ratio = contrast(outline, behind);
                assert!(ratio >= 3.0, "{outline:?} on {behind:?} has {ratio}");
            }
        }
    }
}
