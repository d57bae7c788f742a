//! The foot of a dialog, in which its buttons are always in sight.

use egui::{Rect, Ui, UiBuilder, pos2, vec2};

/// Where the buttons stand: below what scrolls, and so always in sight.
pub(super) struct Foot {
    /// Where what scrolls begins, and what can be drawn on around it.
    pub(super) top: f32,
    pub(super) around: Rect,
    /// How high what scrolls may be; nothing where there is so little room that the buttons scroll as well.
    pub(super) most: Option<f32>,
    /// How high the buttons are, now that they are drawn.
    pub(super) height: f32,
}

impl Foot {
    /// Draws them; nothing is to be drawn behind them.
    pub(super) fn show<R>(&mut self, ui: &mut Ui, buttons: impl FnOnce(&mut Ui) -> R) -> R {
        let Some(most) = self.most else {
            let drawn = ui.scope(buttons);
            self.height = drawn.response.rect.height();
            return drawn.inner;
        };
        let contents = ui.min_rect();
        let below = self.top + contents.height().min(most) + ui.spacing().item_spacing.y;
        let room = Rect::from_min_size(pos2(contents.left(), below), vec2(contents.width(), self.height));
        let mut foot = ui.new_child(UiBuilder::new().id_salt("foot").max_rect(room));
        foot.set_clip_rect(self.around);
        let pressed = buttons(&mut foot);
        self.height = foot.min_rect().height();
        pressed
    }
}
