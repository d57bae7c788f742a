//! The steps from a new key to the first login, one card each: the step that is due stands out, and a finished one folds to
//! a tick and a line.

use egui::{Align2, Frame, Label, RichText, Sense, Stroke, Ui, Vec2};

use crate::gui::signs::{self, Sign};
use crate::gui::theme::{self, Palette, at, inset, line, radius, size, space};

/// How a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// It comes next.
    Due,
    /// It is done.
    Done,
    /// It comes later.
    Later,
}

/// A step, by its number and title.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) number: u8,
    pub(super) title: &'static str,
    pub(super) stand: Stand,
}

impl Step {
    /// Draws the card: what belongs beside the title, and what stands below it.
    pub(super) fn ui(
        self,
        ui: &mut Ui,
        beside: impl FnOnce(&mut Ui),
        below: Option<&mut dyn FnMut(&mut Ui)>,
    ) {
        let palette = Palette::of(ui);
        let edge = if self.stand == Stand::Due {
            Stroke::new(line::CHOSEN, palette.accent)
        } else {
            Stroke::new(line::THIN, palette.line)
        };
        let margin = if self.stand == Stand::Due {
            inset::LOW_CARD
        } else {
            inset::FOLDED_CARD
        };
        let indents = ui.available_width() >= at::NARROW_CARD;
        Frame::new()
            .fill(palette.card)
            .stroke(edge)
            .corner_radius(radius::CARD)
            .inner_margin(margin)
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                let is_narrow = ui.available_width() < at::NARROW_FIELD;
                let mut beside = Some(beside);
                ui.horizontal(|ui| {
                    ui.set_min_height(size::CONTROL);
                    ui.spacing_mut().item_spacing.x = space::M;
                    self.number_ui(ui);
                    self.title_ui(ui);
                    ui.spacing_mut().item_spacing.x = space::S;
                    if !is_narrow && let Some(beside) = beside.take() {
                        beside(ui);
                    }
                });
                if self.stand != Stand::Due
                    && let Some(beside) = beside.take()
                {
                    ui.horizontal(beside);
                }
                let Some(below) = below else { return };
                let indent = if indents { size::STEP + space::M } else { 0.0 };
                ui.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing.x = 0.0;
                    ui.add_space(indent);
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.x = space::S;
                        below(ui);
                    });
                });
            });
    }

    fn number_ui(self, ui: &mut Ui) {
        let palette = Palette::of(ui);
        let (place, _) = ui.allocate_exact_size(Vec2::splat(size::STEP), Sense::empty());
        let (ground, color) = match self.stand {
            Stand::Due => (palette.accent, palette.on_accent),
            Stand::Done => (palette.good_soft, palette.good),
            Stand::Later => (palette.button, palette.weak),
        };
        let painter = ui.painter();
        painter.circle_filled(place.center(), size::STEP / 2.0, ground);
        if self.stand == Stand::Done {
            signs::draw_sign(painter, place.shrink(space::XS), Sign::Good, color);
        } else {
            let font = theme::label().resolve(ui.style());
            painter.text(place.center(), Align2::CENTER_CENTER, self.number, font, color);
        }
    }

    fn title_ui(self, ui: &mut Ui) {
        let text = RichText::new(self.title).text_style(theme::subheading());
        let response = ui.add(Label::new(text).selectable(false).extend());
        let (number, title) = (self.number, self.title);
        let name = match self.stand {
            Stand::Done => format!("Step {number}, done: {title}"),
            Stand::Due | Stand::Later => format!("Step {number}: {title}"),
        };
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_role(egui::accesskit::Role::Heading);
            node.set_label(name);
        });
    }
}

/// What stands beside the title of a step: one line, cut where there is no room.
pub(super) fn aside_ui(ui: &mut Ui, text: &str) {
    let text = RichText::new(text).small().color(Palette::of(ui).weak);
    ui.add(Label::new(text).truncate());
}
