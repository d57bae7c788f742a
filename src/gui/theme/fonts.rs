//! The letters: Inter for words, in three weights, and `JetBrains` Mono for keys, cut by `scripts/subset-fonts`.
//!
//! What they lack, Chinese for one, comes from the fonts of the system.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::{Context, FontData, FontDefinitions, FontFamily, FontId, TextStyle};

const INTER: &[u8] = include_bytes!("../../../assets/fonts/Inter-Regular.ttf");
const INTER_MEDIUM: &[u8] = include_bytes!("../../../assets/fonts/Inter-Medium.ttf");
const INTER_SEMIBOLD: &[u8] = include_bytes!("../../../assets/fonts/Inter-SemiBold.ttf");
const JETBRAINS_MONO: &[u8] = include_bytes!("../../../assets/fonts/JetBrainsMono.ttf");

const REGULAR: &str = "Inter";
const MEDIUM: &str = "Inter Medium";
const SEMIBOLD: &str = "Inter SemiBold";
const MONO: &str = "JetBrains Mono";

/// Headings within a page.
pub(in crate::gui) fn subheading() -> TextStyle {
    TextStyle::Name("subheading".into())
}

/// What stands out within a line or a row: the name of a key.
pub(in crate::gui) fn strong() -> TextStyle {
    TextStyle::Name("strong".into())
}

/// Names of fields, and what stands in a row of its own.
pub(in crate::gui) fn label() -> TextStyle {
    TextStyle::Name("label".into())
}

/// How large each kind of text is, and how heavy.
pub(super) fn text_styles() -> BTreeMap<TextStyle, FontId> {
    let weight = |name: &str| FontFamily::Name(name.into());
    [
        (TextStyle::Heading, FontId::new(24.0, weight(SEMIBOLD))),
        (subheading(), FontId::new(16.0, weight(SEMIBOLD))),
        (strong(), FontId::new(14.0, weight(SEMIBOLD))),
        (TextStyle::Body, FontId::new(14.0, FontFamily::Proportional)),
        (TextStyle::Button, FontId::new(14.0, weight(MEDIUM))),
        (label(), FontId::new(13.0, weight(MEDIUM))),
        (TextStyle::Small, FontId::new(13.0, FontFamily::Proportional)),
        (TextStyle::Monospace, FontId::new(12.5, FontFamily::Monospace)),
    ]
    .into()
}

pub(super) fn install(ctx: &Context) {
    let mut fonts = FontDefinitions::empty();
    let weight = |name: &str| FontFamily::Name(name.into());
    for (name, bytes, family) in [
        (REGULAR, INTER, FontFamily::Proportional),
        (MEDIUM, INTER_MEDIUM, weight(MEDIUM)),
        (SEMIBOLD, INTER_SEMIBOLD, weight(SEMIBOLD)),
        (MONO, JETBRAINS_MONO, FontFamily::Monospace),
    ] {
        let data = Arc::new(FontData::from_static(bytes));
        fonts.font_data.insert(name.to_owned(), data);
        let mut names = vec![name.to_owned()];
        // It has the most letters.
        names.extend((name != REGULAR).then(|| REGULAR.to_owned()));
        fonts.families.insert(family, names);
    }
    ctx.set_fonts(fonts);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letters_of_half_the_world_are_in_the_program() {
        let ctx = Context::default();
        install(&ctx);
        // The fonts are there from the first frame on.
        let mut first = ctx.run_ui(egui::RawInput::default(), |_| {});
        first.textures_delta.clear();
        for text in ["Zoë Łódź", "Ключ Київ", "κλειδί", "Việt", "“–…•·→✓"] {
            for font in text_styles().values() {
                let has = ctx.fonts_mut(|fonts| fonts.has_glyphs(font, text));
                assert!(has, "{text} in {font:?}");
            }
        }
    }

    #[test]
    fn nothing_is_smaller_than_the_letters_of_keys_and_a_line_of_text_is_twenty_points() {
        let styles = text_styles();
        let least = |least: f32, font: &FontId| least.min(font.size);
        assert!(styles.values().fold(f32::MAX, least) >= 12.5);
        let ctx = Context::default();
        install(&ctx);
        let mut first = ctx.run_ui(egui::RawInput::default(), |_| {});
        first.textures_delta.clear();
        let height = ctx.fonts_mut(|fonts| fonts.row_height(&styles[&TextStyle::Body]));
        assert!((height - 20.0).abs() < 0.01, "{height}");
    }
}
