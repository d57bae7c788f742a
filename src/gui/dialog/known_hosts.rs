//! The hosts that ssh knows: found, shown and forgotten.

use egui::{Align, Button, Id, Layout, Margin, TextEdit, Ui};

use super::{Scene, buttons_ui, list, paragraph_ui};
use crate::app::Command;
use crate::app::command::ListCommand;
use crate::app::dialog::{KnownHosts, Pictured};
use crate::engine::known_hosts::Host;
use crate::gui::pieces;
use crate::key::fingerprint::FingerprintKind;

/// More than these nobody looks through; a part of the name finds the right ones.
const MOST: usize = 100;

pub(super) fn known_hosts_ui(ui: &mut Ui, dialog: &mut KnownHosts, scene: &mut Scene<'_>) {
    pieces::hint_ui(
        ui,
        "ssh notes the key of every host that it meets, to notice when another one answers in its place. Forgetting a host takes no key of yours off it.",
    );
    let label = pieces::field_label_ui(ui, "Find a host", None);
    let field = TextEdit::singleline(&mut dialog.word)
        .id_salt("host")
        .hint_text("example.org, or example.org:2222")
        .desired_width(f32::INFINITY)
        .margin(Margin::symmetric(8, 6));
    let field = ui.add(field).labelled_by(label.id);
    pieces::reached_by(ui, &field, &label, None);
    if scene.is_new {
        field.request_focus();
    }
    if field.changed() {
        scene.out.push(Command::Lists(ListCommand::FindHosts));
    }
    list::done_ui(ui, &dialog.listed, scene);
    let is_working = dialog.listed.job.is_some();
    let hosts = dialog.listed.lines();
    ui.add_enabled_ui(!is_working, |ui| {
        for host in hosts.iter().take(MOST) {
            host_ui(ui, host, &mut dialog.pictured, scene);
        }
    });
    if hosts.len() > MOST {
        let left = hosts.len() - MOST;
        paragraph_ui(ui, format!("And {left} more: type a part of the name."));
    } else if hosts.is_empty() && matches!(dialog.listed.lines, Some(Ok(_))) {
        let text = if dialog.word.trim().is_empty() {
            "ssh knows no host yet."
        } else {
            "No such host. A hidden name is found when the whole of it is typed, with its port where that is not 22."
        };
        let response = ui.label(text);
        pieces::polite(ui, &response);
    }
    if buttons_ui(ui, false, &["Close"]).is_some() {
        scene.out.push(Command::CloseDialog);
    }
}

fn host_ui(ui: &mut Ui, host: &Host, pictured: &mut Option<Pictured>, scene: &mut Scene<'_>) {
    let title = format!("{} (line {})", host.title(), host.line);
    ui.with_layout(Layout::right_to_left(Align::TOP), |ui| {
        let forget = ui.add(Button::new("Forget"));
        if pieces::named(ui, forget, &format!("Forget {title}")).clicked() {
            scene.out.push(Command::Lists(ListCommand::ForgetHost(host.line)));
        }
        let this = (host.line, host.title(), host.key_line(FingerprintKind::Sha256));
        let is_pictured = pictured.as_ref() == Some(&this);
        if host.key.is_ok() {
            let picture = ui.add(Button::new("Picture").selected(is_pictured));
            if pieces::named(ui, picture, &format!("Picture of the key of {title}")).clicked() {
                *pictured = (!is_pictured).then_some(this);
            }
        }
        ui.with_layout(Layout::top_down(Align::Min), |ui| {
            paragraph_ui(ui, title.as_str());
            pieces::hint_ui(ui, host.key_line(FingerprintKind::Sha256));
            if is_pictured
                && let Ok(key) = &host.key
                && let Some(art) = key.randomart(FingerprintKind::Sha256)
            {
                let id = Id::unique("picture of a host");
                pieces::code_ui(ui, id, "Picture of the key", &art, f32::INFINITY);
            }
        });
    });
}
