//! Servers: put a key on one, see which keys let somebody in, take some away.

mod asked;
mod choose;
mod examined;
mod known;
mod list;
mod outcome;
mod steps;

use egui::{CentralPanel, Frame, Id, Key, Modifiers, Popup, ScrollArea, TextStyle, Ui};

use super::pieces::{self, buttons_ui};
use super::theme::Palette;
use super::verdicts;
use crate::app::command::ServerCommand as C;
use crate::app::errand::{Errand, Now, Step, Visit};
use crate::app::{App, Command};

pub(super) use choose::{HOW, server_ui};

/// The button that begins an examination.
pub(super) const CAN_I_LOG_IN: &str = "Can I log in?";

/// What only the window knows of the page.
#[derive(Debug, Default)]
pub(super) struct View {
    is_revealed: bool,
    shows_conditions: bool,
    /// Whether all is shown that an examination has looked at.
    shows_steps: bool,
    /// What is asked now; another question starts with hidden letters, and takes the focus.
    asked: Asked,
    /// What had the focus in the last frame.
    focus: Option<Id>,
}

/// What the page asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Asked {
    /// Nothing: another page is shown.
    #[default]
    Nothing,
    /// Which server.
    Server,
    /// What comes up during a visit.
    OfVisit(std::mem::Discriminant<Now>),
}

impl View {
    /// Another page is shown: when this one comes back, its question is new again.
    pub(super) fn put_away(&mut self) {
        self.asked = Asked::Nothing;
    }
}

pub(super) fn servers_ui(ui: &mut Ui, app: &mut App, view: &mut View, out: &mut Vec<Command>) {
    // An examination is on the page of the Doctor.
    let is_visited = app
        .servers
        .visit
        .as_ref()
        .is_some_and(|visit| !visit.is_examination());
    page_ui(ui, app, view, |ui, app, view, is_new| {
        if is_visited {
            visit_ui(ui, app, view, is_new, out);
        } else {
            choose::choose_ui(ui, app, view, is_new, out);
        }
    });
}

/// An examination, on the page of the Doctor.
pub(super) fn examination_ui(ui: &mut Ui, app: &mut App, view: &mut View, out: &mut Vec<Command>) {
    page_ui(ui, app, view, |ui, app, view, is_new| {
        visit_ui(ui, app, view, is_new, out);
    });
}

fn page_ui(
    ui: &mut Ui,
    app: &mut App,
    view: &mut View,
    contents: impl FnOnce(&mut Ui, &mut App, &mut View, bool),
) {
    let asked = match &app.servers.visit {
        Some(visit) => Asked::OfVisit(std::mem::discriminant(&visit.now)),
        None => Asked::Server,
    };
    let is_new = std::mem::replace(&mut view.asked, asked) != asked;
    if is_new {
        view.is_revealed = false;
    }
    let frame = Frame::new().fill(Palette::of(ui).page);
    CentralPanel::default().frame(frame).show(ui, |ui| {
        let area = ScrollArea::vertical().id_salt("servers").auto_shrink(false);
        pieces::scrolling_ui(ui, area, |ui| {
            pieces::column_ui(ui, |ui| {
                contents(ui, app, view, is_new);
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
    // A dialog or a menu closes first.
    let is_free = app.dialog.is_none() && !Popup::is_any_open(ui.ctx());
    let Some(visit) = &mut app.servers.visit else {
        return;
    };
    let is_escaped = is_free && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
    if is_escaped {
        out.extend(escaped(visit));
    }
    let whose = app.my_keys.whose();
    let title = title(visit);
    pieces::heading_ui(ui, &title, TextStyle::Heading);
    pieces::card_ui(ui, |ui| {
        steps::steps_ui(ui, visit);
        if visit.is_examination() && !matches!(visit.now, Now::Examined(_)) {
            for step in visit.notes.so_far() {
                verdicts::step_ui(ui, &step);
            }
        }
        if let Some(what) = &visit.not_followed {
            pieces::hint_ui(ui, what);
        }
        for what in &visit.remarks {
            pieces::hint_ui(ui, what);
        }
        if !visit.banner.is_empty() {
            pieces::hint_ui(ui, visit.banner.as_str());
        }
    });
    let mut scene = Scene {
        is_new,
        is_revealed: &mut view.is_revealed,
        out,
    };
    let talks_to = visit.talks_to();
    match &mut visit.now {
        Now::Working { is_stopping, .. } => {
            let is_stopping = *is_stopping;
            working_ui(ui, visit, is_stopping, &mut scene);
        }
        Now::Changed(host) => asked::changed_host_ui(ui, host, &mut scene),
        Now::NewHost(host) => asked::new_host_ui(ui, host, &talks_to, &mut scene),
        Now::SignIn(sign_in) => asked::sign_in_ui(ui, sign_in, &talks_to, &mut scene),
        Now::Works(works) => outcome::works_ui(ui, works, &mut scene),
        Now::Listed(listed) => list::listed_ui(ui, listed, &mut scene),
        Now::LastWayIn(last) => list::last_way_in_ui(ui, last, &mut scene),
        Now::Gone {
            is_proved,
            managed,
            undo,
        } => outcome::gone_ui(ui, *is_proved, managed.as_ref(), undo.is_some(), &mut scene),
        Now::Back(keys) => outcome::back_ui(ui, keys, &mut scene),
        Now::Examined(examined) => {
            let shown = examined::Shown {
                mended: &visit.mended,
                whose,
                shows_steps: &mut view.shows_steps,
            };
            examined::examined_ui(ui, examined, shown, &mut scene);
        }
        Now::Stopped { problem, after } => outcome::stopped_ui(ui, problem, after, &mut scene),
    }
}

/// What Esc means here: no, or away from here; never while something is being changed.
fn escaped(visit: &Visit) -> Option<Command> {
    match (&visit.now, visit.to_come().next()) {
        (
            Now::Working {
                is_stopping: true, ..
            },
            _,
        ) => None,
        (Now::Working { .. }, Some(step)) if step.is_change() => None,
        (Now::LastWayIn(_), _) => Some(Command::Server(C::KeepLastWayIn)),
        _ => Some(Command::Server(C::Leave)),
    }
}

fn title(visit: &Visit) -> String {
    let server = &visit.server;
    match &visit.errand {
        Errand::Install { .. } => format!("Putting the key on {server}"),
        Errand::Undo => format!("Taking the key off {server}"),
        Errand::Look => format!("Keys that let you in on {server}"),
        Errand::PutBack => format!("Putting keys back on {server}"),
        Errand::Remove => format!("Taking keys off {server}"),
        Errand::Examine | Errand::LookInside(_) | Errand::Mend => {
            format!("Can I log in on {server}?")
        }
    }
}

/// What goes on, and how it is stopped; a list that is being changed is not left half way.
fn working_ui(ui: &mut Ui, visit: &Visit, is_stopping: bool, scene: &mut Scene<'_>) {
    let step = visit.to_come().next();
    if let Now::Working { job, .. } = &visit.now {
        let words = job.words();
        if !words.is_empty() {
            pieces::hint_ui(ui, words);
        }
    }
    if is_stopping {
        let response = ui.label("Stopping…");
        pieces::polite(ui, &response);
    } else if step.is_some_and(Step::is_change) {
        pieces::hint_ui(
            ui,
            "This takes a moment. It is done wholly or not at all, so it is not stopped on the way.",
        );
    } else if buttons_ui(ui, scene.is_new, &["Cancel"]).is_some() {
        scene.out.push(Command::Server(C::Leave));
    }
}
