//! The ways to the pages, at the left edge: signs and words, or where the window is narrow, signs alone.

use egui::{
    Align2, Button, Color32, Frame, Painter, Panel, Rect, Response, Role, ScrollArea, Sense, TextStyle, Ui,
    Vec2, WidgetInfo, accesskit, pos2, vec2,
};

use super::theme::{self, Palette, at, inset, radius, size, space};
use super::{pieces, signs};
use crate::app::stage::Stage;
use crate::app::{App, Command, Page};

/// What a new key is begun with.
const NEW_KEY: &str = "New key";

/// A way to a page.
struct Way {
    page: Page,
    title: String,
    /// How many things are there, where that is known.
    count: Option<usize>,
}

impl Way {
    fn to(page: Page, count: Option<usize>) -> Self {
        Self {
            page,
            title: page.title().to_owned(),
            count,
        }
    }

    fn all(app: &App) -> Vec<Self> {
        let keys = app.my_keys.inventory.as_ref();
        let keys = keys.map(|inventory| inventory.keys.len());
        let servers = Some(app.servers.known.len());
        let counted = |count: Option<usize>| count.filter(|count| *count > 0);
        Page::ALL
            .iter()
            .map(|&page| match page {
                Page::MyKeys => Self::to(page, counted(keys)),
                Page::Servers => Self::to(page, counted(servers)),
                Page::Key | Page::KnownHosts | Page::Agent | Page::Doctor | Page::Help => {
                    Self::to(page, None)
                }
            })
            .collect()
    }

    /// The way back to the key that is being worked on, if there is one.
    fn back(app: &App) -> Option<Self> {
        let title = match &app.stage {
            Stage::Empty => return None,
            Stage::Stirring(_) | Stage::Generating(_) => "A key is being made".to_owned(),
            Stage::Ready(document) if document.is_unsaved() => {
                format!("{} (not saved)", document.draft.comment)
            }
            Stage::Ready(document) => document.draft.comment.clone(),
        };
        Some(Self {
            page: Page::Key,
            title,
            count: None,
        })
    }
}

pub(super) fn sidebar_ui(ui: &mut Ui, app: &App, out: &mut Vec<Command>) {
    let is_narrow = ui.ctx().content_rect().width() < at::NARROW_WINDOW;
    let (width, margin) = if is_narrow {
        (size::NARROW_SIDE, inset::NARROW_SIDE)
    } else {
        (size::SIDE, inset::SIDE)
    };
    let frame = Frame::new().fill(Palette::of(ui).side).inner_margin(margin);
    let panel = Panel::left("pages").frame(frame).resizable(false);
    panel.exact_size(width).show(ui, |ui| {
        let room = ui.available_height();
        pieces::scrolling_ui(ui, ScrollArea::vertical().id_salt("pages"), |ui| {
            ui.spacing_mut().item_spacing.y = space::XS;
            let top = ui.cursor().top();
            ways_ui(ui, app, is_narrow, out);
            let used = ui.cursor().top() - top;
            let buttons: u8 = if is_narrow { 3 } else { 2 };
            let foot = f32::from(buttons) * (size::CONTROL + space::S);
            ui.add_space((room - used - foot - space::S).max(space::S));
            foot_ui(ui, app, is_narrow, out);
        });
    });
}

fn ways_ui(ui: &mut Ui, app: &App, is_narrow: bool, out: &mut Vec<Command>) {
    ui.scope(|ui| {
        ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
            node.set_role(accesskit::Role::TabList);
            node.set_label("Pages");
        });
        for way in Way::all(app).into_iter().chain(Way::back(app)) {
            let is_shown = app.page == way.page;
            if way_ui(ui, &way, is_shown, is_narrow).clicked() && !is_shown {
                out.push(Command::ShowPage(way.page));
            }
        }
    });
}

fn way_ui(ui: &mut Ui, way: &Way, is_shown: bool, is_narrow: bool) -> Response {
    let palette = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), size::CONTROL), Sense::click());
    let is_enabled = ui.is_enabled();
    let name = match way.count {
        Some(count) => format!("{}, {count}", way.title),
        None => way.title.clone(),
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Tab, is_enabled, &way.title));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_selected(is_shown);
        if way.count.is_some() {
            node.set_description(name.as_str());
        }
    });
    if is_shown {
        ui.painter().rect_filled(rect, radius::CONTROL, palette.soft);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, radius::CONTROL, palette.button);
    }
    let (color, text) = if is_shown {
        (palette.on_soft, palette.on_soft)
    } else {
        (palette.weak, palette.text)
    };
    let center = if is_narrow {
        rect.center()
    } else {
        pos2(rect.left() + space::M + size::PAGE_SIGN / 2.0, rect.center().y)
    };
    let sign = Rect::from_center_size(center, Vec2::splat(size::PAGE_SIGN));
    sign_of(way.page)(ui.painter(), sign, color);
    if is_narrow {
        return response.on_hover_text(name);
    }
    // Weight tells the page that is shown, not colour alone.
    let style = if is_shown {
        theme::strong()
    } else {
        TextStyle::Button
    };
    let left = sign.right() + space::S;
    let mut right = rect.right() - space::M;
    if let Some(count) = way.count {
        let font = theme::label().resolve(ui.style());
        let place = pos2(right, rect.center().y);
        let number = ui.painter().text(place, Align2::RIGHT_CENTER, count, font, color);
        right = number.left() - space::S;
    }
    let mut job =
        egui::text::LayoutJob::simple_singleline(way.title.clone(), style.resolve(ui.style()), text);
    job.wrap = egui::text::TextWrapping::truncate_at_width(right - left);
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    let is_cut = galley.elided;
    let place = pos2(left, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(place, galley, text);
    if is_cut {
        response.on_hover_text(name)
    } else {
        response
    }
}

fn foot_ui(ui: &mut Ui, app: &App, is_narrow: bool, out: &mut Vec<Command>) {
    ui.spacing_mut().item_spacing.y = space::S;
    let width = ui.available_width();
    let whole = vec2(width, size::CONTROL);
    if is_narrow {
        let plus = pieces::primary(Button::new("")).min_size(whole);
        if pieces::icon_button_ui(ui, plus, NEW_KEY, signs::draw_plus).clicked() {
            out.push(Command::NewKey);
        }
        let gear = pieces::tertiary("").min_size(whole);
        if pieces::icon_button_ui(ui, gear, "Settings", signs::draw_gear).clicked() {
            out.push(Command::EditSettings);
        }
        let sign = ui.cursor().min;
        help_ui(ui, app, pieces::tertiary("").min_size(whole), out);
        let place = Rect::from_min_size(sign, whole);
        let sign = Rect::from_center_size(place.center(), Vec2::splat(size::SIGN));
        let color = Palette::of(ui).text;
        signs::draw_question(ui.painter(), sign, color);
        return;
    }
    if pieces::wide_ui(ui, pieces::primary(Button::new(NEW_KEY))).clicked() {
        out.push(Command::NewKey);
    }
    ui.horizontal(|ui| {
        if ui.add(pieces::tertiary("Settings")).clicked() {
            out.push(Command::EditSettings);
        }
        pieces::at_right_ui(ui, |ui| {
            help_ui(ui, app, pieces::tertiary(Page::Help.title()), out);
        });
    });
}

fn help_ui(ui: &mut Ui, app: &App, button: Button<'_>, out: &mut Vec<Command>) {
    let is_shown = app.page == Page::Help;
    let response = ui.add(button);
    let is_enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Tab, is_enabled, Page::Help.title()));
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_selected(is_shown));
    if response.clicked() && !is_shown {
        out.push(Command::ShowPage(Page::Help));
    }
}

fn sign_of(page: Page) -> fn(&Painter, Rect, Color32) {
    match page {
        Page::Key => signs::draw_pen,
        Page::MyKeys => signs::draw_key,
        Page::Servers => signs::draw_server,
        Page::KnownHosts => signs::draw_globe,
        Page::Agent => signs::draw_agent,
        Page::Doctor => signs::draw_pulse,
        Page::Help => signs::draw_question,
    }
}
