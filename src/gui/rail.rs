//! The pages at the left edge, one below the other; where the window is narrow, by their signs alone.

use egui::{
    Align, Color32, Frame, Label, Layout, Margin, Painter, Panel, Rect, Response, RichText, Role, Sense, Ui,
    UiBuilder, Vec2, WidgetInfo, accesskit, pos2, vec2,
};

use super::signs;
use super::theme::{self, Palette};
use crate::app::{Command, Page};

/// How wide it is where the names stand below the signs.
const WIDE: f32 = 72.0;
/// How wide it is with the signs alone.
const NARROW: f32 = 44.0;
/// Windows narrower than this need the room for the page.
const ROOMY: f32 = 720.0;

/// Draws an entry for each of `pages`, unless there is only one: then there is nothing to choose.
pub(super) fn rail_ui(ui: &mut Ui, pages: &[Page], shown: Page, is_free: bool, out: &mut Vec<Command>) {
    if pages.len() < 2 {
        return;
    }
    let is_narrow = ui.ctx().content_rect().width() < ROOMY;
    let width = if is_narrow { NARROW } else { WIDE };
    let frame = Frame::new()
        .fill(Palette::of(ui).card)
        .inner_margin(Margin::symmetric(4, 8));
    let panel = Panel::left("rail").frame(frame).resizable(false);
    panel.exact_size(width).show(ui, |ui| {
        ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
            node.set_role(accesskit::Role::TabList);
            node.set_label("Pages");
        });
        if !is_free {
            ui.disable();
        }
        ui.spacing_mut().item_spacing.y = 4.0;
        for &page in pages {
            if entry_ui(ui, page, page == shown, is_narrow).clicked() && page != shown {
                out.push(Command::ShowPage(page));
            }
        }
        // At the foot, apart from what somebody works on.
        ui.add_space((ui.available_height() - entry_height(ui, is_narrow)).max(0.0));
        if entry_ui(ui, Page::Help, Page::Help == shown, is_narrow).clicked() {
            out.push(Command::ShowPage(Page::Help));
        }
    });
}

fn entry_height(ui: &Ui, is_narrow: bool) -> f32 {
    let name = ui.text_style_height(&egui::TextStyle::Small);
    36.0 + if is_narrow { 0.0 } else { name }
}

fn entry_ui(ui: &mut Ui, page: Page, is_shown: bool, is_narrow: bool) -> Response {
    let palette = Palette::of(ui);
    let size = vec2(ui.available_width(), entry_height(ui, is_narrow));
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let is_enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Tab, is_enabled, page.title()));
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_selected(is_shown));
    let color = if is_shown { palette.accent } else { palette.weak };
    if is_shown || response.hovered() {
        ui.painter().rect_filled(rect, theme::ROUND, palette.soft);
    }
    if is_shown {
        // A bar at the edge, so that colour is not all that tells the page that is shown.
        let bar = Rect::from_min_size(rect.min + vec2(0.0, 8.0), vec2(3.0, rect.height() - 16.0));
        ui.painter().rect_filled(bar, 1.5, palette.accent);
    }
    let center = pos2(rect.center().x, rect.top() + 18.0);
    sign_of(page)(
        ui.painter(),
        Rect::from_center_size(center, Vec2::splat(20.0)),
        color,
    );
    if is_narrow {
        return response.on_hover_text(page.title());
    }
    let below = Rect::from_min_max(pos2(rect.left(), rect.top() + 30.0), rect.max);
    let layout = Layout::top_down(Align::Center);
    ui.scope_builder(UiBuilder::new().max_rect(below).layout(layout), |ui| {
        let text = RichText::new(page.title()).small();
        let text = text.color(if is_shown { palette.text } else { palette.weak });
        let name = ui.add(Label::new(text).selectable(false).extend());
        // It is the name of the entry, which has been said already.
        ui.ctx()
            .accesskit_node_builder(name.id, accesskit::Node::set_hidden);
    });
    response
}

fn sign_of(page: Page) -> fn(&Painter, Rect, Color32) {
    match page {
        Page::Key => signs::draw_key,
        Page::MyKeys => signs::draw_keys,
        Page::Servers => signs::draw_server,
        Page::Help => signs::draw_question,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use egui_kittest::Harness;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    use super::*;

    const PAGES: [Page; 3] = [Page::Key, Page::MyKeys, Page::Servers];

    fn rail(width: f32, pages: &'static [Page]) -> (Harness<'static>, Rc<RefCell<Vec<Command>>>) {
        let out = Rc::new(RefCell::new(Vec::new()));
        let theirs = Rc::clone(&out);
        let harness = Harness::builder()
            .with_size(vec2(width, 480.0))
            .build_ui(move |ui| {
                if ui.ctx().cumulative_frame_nr() == 0 {
                    theme::install(ui.ctx());
                }
                rail_ui(ui, pages, Page::Key, true, &mut theirs.borrow_mut());
            });
        (harness, out)
    }

    #[test]
    fn each_page_has_its_name_and_the_shown_one_is_told() {
        for width in [900.0, 640.0] {
            let (mut harness, _) = rail(width, &PAGES);
            harness.run();
            for page in PAGES {
                let tab = harness.get_by_role_and_label(Role::Tab, page.title());
                let is_shown = tab.accesskit_node().is_selected() == Some(true);
                assert_eq!(is_shown, page == Page::Key, "{page:?} at {width}");
            }
        }
    }

    #[test]
    fn a_click_asks_for_the_page() {
        let (mut harness, out) = rail(640.0, &PAGES);
        harness.run();
        harness.get_by_role_and_label(Role::Tab, "Servers").click();
        harness.run();
        assert_eq!(*out.borrow(), [Command::ShowPage(Page::Servers)]);
    }

    #[test]
    fn one_page_alone_is_no_choice() {
        let (mut harness, _) = rail(900.0, &PAGES[..1]);
        harness.run();
        assert!(harness.query_by_role(Role::Tab).is_none());
    }
}
