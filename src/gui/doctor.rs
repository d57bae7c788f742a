//! The page “Doctor”: why a login does not work, from what was printed, a server that is asked, a file, or this computer.

use egui::{Button, Label, TextEdit, TextStyle, Ui};

use super::page::{self, View as Shown};
use super::pieces::{self, Tone};
use super::theme::{self, at, size};
use super::{servers, verdicts};
use crate::app::command::ServerCommand;
use crate::app::doctor::{Doctor, DoctorCommand as C, Found, Subject};
use crate::app::{App, Command, Page};
use crate::engine::doctor::mend::{Mend, announcement};
use crate::engine::keys::Whose;
use crate::engine::plural::counted;

/// Lines of what was printed that can be seen at once.
const LINES: usize = 5;
/// The same in a low window.
const FEW_LINES: usize = 2;

/// What only the window knows of the page.
#[derive(Debug, Default)]
pub(super) struct View {
    page: Shown,
    /// Whether all is shown that was looked at.
    shows_steps: bool,
    /// Of the examination of a server.
    server: servers::View,
}

impl View {
    /// Another page is shown.
    pub(super) fn put_away(&mut self) {
        self.page.put_away();
        self.server.put_away();
    }
}

pub(super) fn doctor_ui(ui: &mut Ui, app: &mut App, view: &mut View, out: &mut Vec<Command>) {
    if app
        .servers
        .visit
        .as_ref()
        .is_some_and(|visit| visit.is_examination())
    {
        servers::examination_ui(ui, app, &mut view.server, out);
        return;
    }
    let whose = app.my_keys.whose().clone();
    let is_new = view.page.is_new();
    let shows_steps = &mut view.shows_steps;
    let mut asked = Vec::new();
    let mut examines_server = false;
    page::page_ui(ui, Page::Doctor.title(), &mut view.page, |ui| {
        // In a low window, what is to be pressed comes before what is read once.
        let is_low = ui.clip_rect().height() < at::LOW;
        if !is_low {
            pieces::hint_ui(
                ui,
                "Why does a login not work? The Doctor looks, and changes nothing until you say so.",
            );
        }
        let doctor = &mut app.doctor;
        if let Some(subject) = doctor.examining() {
            let text = match subject {
                Subject::Here => "Examining this computer…",
                Subject::Log => "Reading what was printed…",
                Subject::File(_) => "Examining the file…",
            };
            let response = ui.label(text);
            pieces::polite(ui, &response);
        } else if let Some(found) = &doctor.found {
            found_ui(ui, found, shows_steps, &whose, &mut asked);
        }
        pieces::card_ui(ui, |ui| log_ui(ui, doctor, (is_new, is_low), &mut asked));
        examines_server = pieces::card_ui(ui, |ui| server_ui(ui, app));
        pieces::card_ui(ui, |ui| others_ui(ui, &mut asked));
    });
    if examines_server {
        out.push(Command::Server(ServerCommand::Examine));
    }
    out.extend(asked.into_iter().map(Command::Doctor));
}

fn log_ui(ui: &mut Ui, doctor: &mut Doctor, (is_new, is_low): (bool, bool), out: &mut Vec<C>) {
    let name = "What was printed";
    let label = pieces::field_label_ui(ui, name, None);
    if let Some(long) = &doctor.long_log {
        ui.label(format!(
            "A log of {} was pasted.",
            counted(long.lines().count(), "line")
        ));
    } else {
        let field = TextEdit::multiline(&mut doctor.log)
            .id_salt("log")
            .font(TextStyle::Monospace)
            .char_limit(Doctor::FIELD)
            .desired_rows(if is_low { FEW_LINES } else { LINES })
            .desired_width(f32::INFINITY)
            .hint_text(pieces::placeholder(
                ui,
                "Output of ssh -v, git push, PuTTY’s event log, a build, or the server’s log",
            ));
        let area = egui::ScrollArea::vertical()
            .id_salt("log")
            .max_height(size::TRASH / 2.0);
        let field = pieces::scrolling_ui(ui, area, |ui| ui.add(field)).labelled_by(label.id);
        pieces::reached_by(ui, &field, &label, None);
        if is_new && doctor.found.is_none() {
            field.request_focus();
        }
        if doctor.log.len() + 4 > Doctor::FIELD {
            pieces::hint_ui(
                ui,
                "The field holds no more. Save the log in a file, and choose that.",
            );
        }
    }
    ui.horizontal_wrapped(|ui| {
        let is_empty = doctor.log.trim().is_empty() && doctor.long_log.is_none();
        let examine = pieces::primary(Button::new("Examine"));
        if ui.add_enabled(!is_empty, examine).clicked() {
            out.push(C::ExamineLog);
        }
        if ui.add(Button::new("Paste and examine")).clicked() {
            out.push(C::Paste);
        }
    });
}

/// Which server one cannot log in to; says whether it is to be examined.
fn server_ui(ui: &mut Ui, app: &mut App) -> bool {
    pieces::heading_ui(ui, "A server that refuses", theme::subheading());
    let is_entered = servers::server_ui(ui, app, false);
    let has_server = !app.servers.address.trim().is_empty();
    let button = Button::new(servers::CAN_I_LOG_IN);
    let is_clicked = ui.add_enabled(has_server, button).clicked();
    // What is pressed next stands before what is read once.
    pieces::hint_ui(ui, servers::HOW);
    pieces::hint_ui(
        ui,
        "Asks it about each of your keys, as ssh would, and changes nothing there.",
    );
    is_clicked || (has_server && is_entered)
}

fn others_ui(ui: &mut Ui, out: &mut Vec<C>) {
    ui.horizontal_wrapped(|ui| {
        if ui.add(Button::new("Examine this computer")).clicked() {
            out.push(C::ExamineHere);
        }
        if ui.add(Button::new("Examine a file…")).clicked() {
            out.push(C::Choose);
        }
    });
    pieces::hint_ui(
        ui,
        "This computer: your keys, ssh's configuration and the agents. A file: a key that some program does not take, or a log; it can be dropped here, too.",
    );
}

fn found_ui(ui: &mut Ui, found: &Found, shows_steps: &mut bool, whose: &Whose, out: &mut Vec<C>) {
    pieces::card_ui(ui, |ui| {
        let subject = match &found.subject {
            Subject::Here => "This computer".to_owned(),
            Subject::Log => "What was printed".to_owned(),
            Subject::File(path) => whose.short(path),
        };
        ui.horizontal(|ui| {
            pieces::row_label_ui(ui, &subject, None);
            pieces::at_right_ui(ui, |ui| {
                if ui.add(pieces::tertiary("Close")).clicked() {
                    out.push(C::Close);
                }
            });
        });
        verdicts::mended_ui(ui, &found.done, &found.failed);
        match &found.examination {
            Ok(examination) => {
                let mut copy = |index| out.push(C::CopyCommand(index));
                verdicts::examination_ui(ui, examination, shows_steps, &mut copy);
            }
            Err(problem) => pieces::note_ui(ui, Tone::Error, &problem.sentence(), &problem.hint),
        }
        repair_ui(ui, &found.mends, whose, out);
    });
}

/// What this program can put right, said before it is done.
fn repair_ui(ui: &mut Ui, mends: &[Mend], whose: &Whose, out: &mut Vec<C>) {
    if mends.is_empty() {
        return;
    }
    ui.separator();
    for mend in mends {
        ui.add(Label::new(format!("The fix: {}.", announcement(mend, whose))).wrap());
    }
    let text = verdicts::fix_words(mends.len());
    if pieces::primary_ui(ui, Button::new(text)).clicked() {
        out.push(C::Repair);
    }
}
