//! Servers: put a key on one, see which keys let somebody in, take some away.

mod asked;
mod choose;
mod list;
mod outcome;
mod steps;

use eframe::egui::{Align, Button, CentralPanel, Frame, Id, Layout, ScrollArea, TextStyle, Ui, vec2};

use super::pieces::{self, Tone, buttons_ui};
use super::theme::Palette;
use crate::app::visit::{Errand, Now, Visit};
use crate::app::{App, Command};

/// What only the window knows of the page.
#[derive(Debug, Default)]
pub(super) struct View {
    is_revealed: bool,
    /// What is asked now; another question starts with hidden letters, and takes the focus.
    asked: Option<std::mem::Discriminant<Now>>,
    /// What had the focus in the last frame.
    focus: Option<Id>,
}

pub(super) fn servers_ui(ui: &mut Ui, app: &mut App, view: &mut View, out: &mut Vec<Command>) {
    let asked = (app.servers.visit.as_ref()).map(|visit| std::mem::discriminant(&visit.now));
    let is_new = std::mem::replace(&mut view.asked, asked) != asked;
    if is_new {
        view.is_revealed = false;
    }
    let frame = Frame::new().fill(Palette::of(ui).page);
    CentralPanel::default().frame(frame).show(ui, |ui| {
        let area = ScrollArea::vertical().id_salt("servers").auto_shrink(false);
        pieces::scrolling_ui(ui, area, |ui| {
            pieces::column_ui(ui, |ui| {
                if app.servers.visit.is_some() {
                    visit_ui(ui, app, view, is_new, out);
                } else {
                    choose::choose_ui(ui, app, is_new, out);
                }
            });
            pieces::keep_focus_in_view(ui, &mut view.focus);
        });
    });
}

/// What every question is given beside its own contents.
struct Scene<'a> {
    /// Whether it has just come up, and the focus is to be set.
    is_new: bool,
    is_revealed: &'a mut bool,
    out: &'a mut Vec<Command>,
}

fn visit_ui(ui: &mut Ui, app: &mut App, view: &mut View, is_new: bool, out: &mut Vec<Command>) {
    let Some(visit) = &mut app.servers.visit else {
        return;
    };
    let title = title(visit);
    pieces::heading_ui(ui, &title, TextStyle::Heading);
    pieces::card_ui(ui, |ui| steps::steps_ui(ui, visit));
    let mut scene = Scene {
        is_new,
        is_revealed: &mut view.is_revealed,
        out,
    };
    match &mut visit.now {
        Now::Working { what, .. } => working_ui(ui, what, &mut scene),
        Now::NewHost(host) => asked::new_host_ui(ui, host, &visit.server, &mut scene),
        Now::SignIn(sign_in) => asked::sign_in_ui(ui, sign_in, &visit.server, &mut scene),
        Now::Works(works) => outcome::works_ui(ui, works, &mut scene),
        Now::Listed(listed) => list::listed_ui(ui, listed, &mut scene),
        Now::LastWayIn(listed) => list::last_way_in_ui(ui, listed, &mut scene),
        Now::Gone(gone) => outcome::gone_ui(ui, gone, &mut scene),
        Now::Stopped(problem) => {
            pieces::note_ui(ui, Tone::Error, &problem.sentence(), &problem.hint);
            let buttons = ["Try again", "Another server"];
            match buttons_ui(ui, scene.is_new, &buttons) {
                Some(0) => scene.out.push(Command::TryServerAgain),
                Some(_) => scene.out.push(Command::LeaveServer),
                None => {}
            }
        }
    }
}

fn title(visit: &Visit) -> String {
    match &visit.errand {
        Errand::Install(_) => format!("Installing the key on {}", visit.server),
        Errand::Look => format!("Keys that may log in as {}", visit.server),
    }
}

fn working_ui(ui: &mut Ui, what: &str, scene: &mut Scene<'_>) {
    let response = ui.label(what);
    pieces::polite(ui, &response);
    if buttons_ui(ui, scene.is_new, &["Cancel"]).is_some() {
        scene.out.push(Command::LeaveServer);
    }
}
