//! The page “Known hosts”: the hosts that ssh knows, found, shown and forgotten.

use egui::{Id, Label, RichText, TextEdit, Ui};

use super::page::{self, View};
use super::theme::{self, space};
use super::{listed, pieces, signs};
use crate::app::command::ListCommand;
use crate::app::dialog::{KnownHosts, Pictured};
use crate::app::{App, Command, Page};
use crate::engine::known_hosts::{Host, Known};
use crate::key::fingerprint::FingerprintKind;

/// More than these nobody looks through; a part of the name finds the right ones.
const MOST: usize = 100;

pub(super) fn known_hosts_ui(ui: &mut Ui, app: &mut App, view: &mut View, out: &mut Vec<Command>) {
    let is_new = view.is_new();
    page::page_ui(ui, Page::KnownHosts.title(), view, |ui| {
        pieces::hint_ui(
            ui,
            "ssh notes the key of every host that it meets, to notice when another one answers in its place. Forgetting a host takes no key of yours off it.",
        );
        if let Some(hosts) = &mut app.hosts {
            hosts_ui(ui, hosts, is_new, out);
        }
    });
}

fn hosts_ui(ui: &mut Ui, dialog: &mut KnownHosts, is_new: bool, out: &mut Vec<Command>) {
    // ssh makes the file when there is something to note.
    let is_missing = matches!(&dialog.listed.lines, Some(Err(problem)) if problem.code == "io-not-found");
    let is_empty = matches!(&dialog.listed.lines, Some(Ok(hosts)) if hosts.is_empty());
    let has_none = dialog.word.trim().is_empty() && (is_missing || is_empty);
    if !has_none {
        let label = pieces::field_label_ui(ui, "Find a host", None);
        let field = TextEdit::singleline(&mut dialog.word)
            .id_salt("host")
            .hint_text(pieces::placeholder(ui, "example.org, or example.org:2222"))
            .desired_width(f32::INFINITY);
        let field = ui.add(field).labelled_by(label.id);
        pieces::reached_by(ui, &field, &label, None);
        if is_new {
            field.request_focus();
        }
        if field.changed() {
            out.push(Command::Lists(ListCommand::FindHosts));
        }
    }
    if !(has_none && is_missing) {
        listed::done_ui(ui, &dialog.listed, out);
    }
    if dialog.word.trim().is_empty() && dialog.listed.lines().iter().any(Known::is_hidden) {
        pieces::hint_ui(
            ui,
            "Some names are hidden in the file. To see whether a host is among them, type the whole of its name, with its port where that is not 22.",
        );
    }
    let is_working = dialog.listed.job.is_some();
    let pictured = &mut dialog.pictured;
    let hosts = dialog.listed.lines();
    if has_none {
        let what = "Nothing has to be done here: the first time that you log in somewhere, ssh or this program asks whether it is the right host, and notes its key.";
        page::nothing_ui(ui, signs::draw_globe, ("ssh knows no host yet.", what), |_| {});
        return;
    }
    if hosts.is_empty() && matches!(dialog.listed.lines, Some(Ok(_))) {
        let text = "No such host. A hidden name is found when the whole of it is typed, with its port where that is not 22.";
        let response = ui.add(Label::new(text).wrap());
        pieces::polite(ui, &response);
    } else if !hosts.is_empty() {
        ui.add_enabled_ui(!is_working, |ui| {
            pieces::card_ui(ui, |ui| {
                for (index, host) in hosts.iter().take(MOST).enumerate() {
                    if index > 0 {
                        ui.separator();
                    }
                    host_ui(ui, host, pictured, out);
                }
            });
        });
    }
    if hosts.len() > MOST {
        let left = hosts.len() - MOST;
        ui.label(format!("And {left} more: type a part of the name."));
    }
}

fn host_ui(ui: &mut Ui, known: &Known, pictured: &mut Option<Pictured>, out: &mut Vec<Command>) {
    let title = known.title();
    let title_ui = |ui: &mut Ui| {
        let name = RichText::new(title.as_str()).text_style(theme::strong());
        ui.add(Label::new(name).wrap());
    };
    pieces::with_actions_ui(ui, title_ui, |ui| {
        let forget = ui.add(pieces::removing("Forget"));
        if pieces::named(ui, forget, &format!("Forget {title}")).clicked()
            && let Some(first) = known.lines.first()
        {
            out.push(Command::Lists(ListCommand::ForgetHost(first.line)));
        }
    });
    for host in &known.lines {
        key_ui(ui, host, (&known.name, known.lines.len()), pictured);
    }
}

/// One key of a host, by which it is known.
fn key_ui(ui: &mut Ui, host: &Host, (name, count): (&str, usize), pictured: &mut Option<Pictured>) {
    let this = (host.line, host.title(), host.key_line(FingerprintKind::Sha256));
    let is_pictured = pictured.as_ref() == Some(&this);
    let line_ui = |ui: &mut Ui| {
        ui.spacing_mut().item_spacing.y = space::LINE;
        let kind = if count == 1 {
            host.kind()
        } else {
            format!("{} · line {}", host.kind(), host.line)
        };
        pieces::hint_ui(ui, kind);
        if let Some(fingerprint) = host.fingerprint() {
            pieces::fingerprint_ui(ui, &fingerprint.to_string());
        }
        if is_pictured
            && let Ok(key) = &host.key
            && let Some(art) = key.randomart(FingerprintKind::Sha256)
        {
            let id = Id::unique("picture of a host");
            pieces::code_ui(ui, id, "Picture of the key", &art, f32::INFINITY);
        }
    };
    pieces::with_actions_ui(ui, line_ui, |ui| {
        if host.key.is_ok() {
            let picture = ui.add(pieces::tertiary("Picture").selected(is_pictured));
            let of_line = format!("Picture of the key of {name} (line {})", host.line);
            if pieces::named(ui, picture, &of_line).clicked() {
                *pictured = (!is_pictured).then(|| this.clone());
            }
        }
    });
}
