//! A row of a list, and what can be done about what is in it.

use egui::{Align, Layout, Ui, vec2};

use crate::gui::theme::size;

/// What is in a row, and at its right what can be done about it: this comes behind it for Tab and for who listens, too.
pub(in crate::gui) fn with_actions_ui(
    ui: &mut Ui,
    contents: impl FnOnce(&mut Ui),
    actions: impl FnOnce(&mut Ui),
) {
    ui.horizontal_top(|ui| {
        let id = ui.unique_id().with("actions");
        let taken: f32 = ui.data(|data| data.get_temp(id)).unwrap_or(size::BUTTON);
        let room = (ui.available_width() - taken - ui.spacing().item_spacing.x).max(0.0);
        ui.allocate_ui_with_layout(vec2(room, 0.0), Layout::top_down(Align::Min), |ui| {
            ui.set_width(room);
            contents(ui);
        });
        let drawn = ui.scope(actions).response.rect.width();
        if (drawn - taken).abs() > 0.5 {
            ui.data_mut(|data| data.insert_temp(id, drawn));
            ui.ctx().request_repaint();
        }
    });
}

#[cfg(test)]
mod tests {
    use egui::Key;
    use egui_kittest::Harness;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    use super::*;
    use crate::gui::theme;

    #[test]
    fn tab_goes_through_rows_as_they_are_read() {
        let mut harness = Harness::builder().with_size(vec2(400.0, 200.0)).build_ui(|ui| {
            if theme::has_no_letters_yet(ui) {
                return;
            }
            for name in ["one", "two"] {
                with_actions_ui(
                    ui,
                    |ui| {
                        ui.checkbox(&mut false, name);
                    },
                    |ui| {
                        ui.button(format!("Remove {name}")).clicked();
                    },
                );
            }
        });
        harness.run();
        for name in ["one", "Remove one", "two", "Remove two"] {
            harness.key_press(Key::Tab);
            harness.run();
            let control = harness.get_by_label(name);
            assert!(control.accesskit_node().is_focused(), "{name}");
            assert!(control.rect().right() <= 400.0, "{name}");
        }
        let (text, action) = (
            harness.get_by_label("two").rect(),
            harness.get_by_label("Remove two").rect(),
        );
        assert!(action.left() >= text.right() && action.top() < text.bottom());
    }
}
