//! The page “Doctor”: why a login does not work, from what was printed, a file, or this computer.

use egui::{Button, Label, RichText, TextEdit, TextStyle, Ui};

use super::page::{self, View as Shown};
use super::pieces::{self, Badge, Tone};
use super::signs::{self, Sign};
use super::theme::{self, Palette, size, space};
use crate::app::doctor::{Doctor, DoctorCommand as C, Found, Subject};
use crate::app::{App, Command, Page};
use crate::engine::doctor::{Cause, Certainty, Evidence, Examination, Source, Step, Verdict};
use crate::engine::keys::repair::announcement;
use crate::engine::keys::{Remedy, Whose};

/// Lines of what was printed that can be seen at once.
const LINES: usize = 5;

/// What only the window knows of the page.
#[derive(Debug, Default)]
pub(super) struct View {
    page: Shown,
    /// Whether all is shown that was looked at.
    shows_steps: bool,
}

impl View {
    /// Another page is shown.
    pub(super) fn put_away(&mut self) {
        self.page.put_away();
    }
}

pub(super) fn doctor_ui(ui: &mut Ui, app: &mut App, view: &mut View, out: &mut Vec<Command>) {
    let whose = app.my_keys.whose().clone();
    let doctor = &mut app.doctor;
    let is_new = view.page.is_new();
    let shows_steps = &mut view.shows_steps;
    let mut asked = Vec::new();
    page::page_ui(ui, Page::Doctor.title(), &mut view.page, |ui| {
        pieces::hint_ui(
            ui,
            "Why does a login not work? The Doctor looks, and changes nothing until you say so.",
        );
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
        pieces::card_ui(ui, |ui| log_ui(ui, doctor, is_new, &mut asked));
        pieces::card_ui(ui, |ui| others_ui(ui, &mut asked));
    });
    out.extend(asked.into_iter().map(Command::Doctor));
}

fn log_ui(ui: &mut Ui, doctor: &mut Doctor, is_new: bool, out: &mut Vec<C>) {
    let name = "What was printed";
    let label = pieces::field_label_ui(ui, name, None);
    if let Some(long) = &doctor.long_log {
        ui.label(format!("A log of {} lines was pasted.", long.lines().count()));
    } else {
        let field = TextEdit::multiline(&mut doctor.log)
            .id_salt("log")
            .font(TextStyle::Monospace)
            .char_limit(Doctor::FIELD)
            .desired_rows(LINES)
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
        for done in &found.done {
            ui.horizontal_top(|ui| {
                signs::sign_ui(ui, Sign::Good, Palette::of(ui).good);
                let response = ui.add(Label::new(done).wrap());
                pieces::polite(ui, &response);
            });
        }
        for problem in &found.failed {
            pieces::note_ui(ui, Tone::Error, &problem.sentence(), &problem.hint);
        }
        match &found.examination {
            Ok(examination) => examination_ui(ui, examination, shows_steps, out),
            Err(problem) => pieces::note_ui(ui, Tone::Error, &problem.sentence(), &problem.hint),
        }
        repair_ui(ui, &found.remedies, whose, out);
    });
}

fn examination_ui(ui: &mut Ui, examination: &Examination, shows_steps: &mut bool, out: &mut Vec<C>) {
    for (index, verdict) in examination.verdicts.iter().enumerate() {
        if index > 0 {
            ui.separator();
        }
        verdict_ui(ui, index, verdict, out);
    }
    let steps = &examination.steps;
    if !steps.is_empty() {
        let text = format!("What was looked at ({})", steps.len());
        if pieces::disclosure_ui(ui, &text, *shows_steps).clicked() {
            *shows_steps = !*shows_steps;
        }
        if *shows_steps {
            for step in steps {
                step_ui(ui, step);
            }
        }
    }
}

/// What is wrong first, then what that goes by, and what ends it.
fn verdict_ui(ui: &mut Ui, index: usize, verdict: &Verdict, out: &mut Vec<C>) {
    let palette = Palette::of(ui);
    let (sign, color) = match verdict.cause {
        Cause::Works => (Sign::Good, palette.good),
        Cause::Unknown | Cause::NotAboutKeys => (Sign::Later, palette.weak),
        _ => (Sign::Warning, palette.warn),
    };
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        signs::sign_ui(ui, sign, color);
        let text = RichText::new(&verdict.message).text_style(theme::subheading());
        let response = ui.add(Label::new(text).wrap());
        pieces::polite(ui, &response);
    });
    let doubt = match (verdict.is_well() || sign == Sign::Later, verdict.certainty) {
        (true, _) | (false, Certainty::Certain) => None,
        (false, Certainty::Likely) => Some("Likely"),
        (false, Certainty::Possible) => Some("Possible"),
    };
    if let Some(doubt) = doubt {
        pieces::badge_ui(ui, doubt, Badge::Warning);
    }
    for evidence in &verdict.evidence {
        evidence_ui(ui, evidence);
    }
    if let Some(fix) = &verdict.fix {
        ui.add(Label::new(&fix.what).wrap());
        if let Some(command) = &fix.command {
            let id = ui.make_persistent_id(("command", index));
            pieces::code_ui(ui, id, "Command", command, f32::INFINITY);
            if ui.add(pieces::tertiary("Copy the command")).clicked() {
                out.push(C::CopyCommand(index));
            }
        }
    }
}

fn evidence_ui(ui: &mut Ui, evidence: &Evidence) {
    let but = if evidence.contradicts { "But " } else { "" };
    let place = match evidence.source {
        Source::Line(number) => format!("{but}line {number}: "),
        Source::File | Source::Step => but.to_owned(),
    };
    let weak = Palette::of(ui).weak;
    let text = RichText::new(format!("{place}{}", evidence.text))
        .monospace()
        .color(weak);
    ui.add(Label::new(text).wrap());
}

fn step_ui(ui: &mut Ui, step: &Step) {
    let palette = Palette::of(ui);
    ui.horizontal_top(|ui| {
        let (sign, color) = if step.is_well {
            (Sign::Good, palette.good)
        } else {
            (Sign::Warning, palette.warn)
        };
        signs::sign_ui(ui, sign, color);
        ui.add(Label::new(RichText::new(format!("{}: {}", step.what, step.found)).small()).wrap());
    });
}

/// What this program can put right, said before it is done.
fn repair_ui(ui: &mut Ui, remedies: &[Remedy], whose: &Whose, out: &mut Vec<C>) {
    if remedies.is_empty() {
        return;
    }
    ui.separator();
    for remedy in remedies {
        ui.add(Label::new(format!("The fix: {}.", announcement(remedy, whose))).wrap());
    }
    let text = match remedies.len() {
        1 => "Fix it".to_owned(),
        count => format!("Fix {count} problems"),
    };
    if pieces::primary_ui(ui, Button::new(text)).clicked() {
        out.push(C::Repair);
    }
}
