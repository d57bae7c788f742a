//! The key that is chosen: what it is, what is wrong with it, and what can be done with it.

use egui::{Button, Key, Label, Margin, RichText, TextEdit, Ui, vec2};

use crate::app::my_keys::KeysCommand;
use crate::app::{App, Command};
use crate::engine::keys::key::Kind;
use crate::engine::keys::{Finding, Grade, Key as OwnKey, KeyFile, Whose, age};
use crate::gui::art::art_ui;
use crate::gui::pieces::{self, Tone};
use crate::gui::theme;
use crate::key::comment::escaped;
use crate::key::fingerprint::FingerprintKind;
use crate::key::randomart::Randomart;
use crate::sys::clock::unix_seconds;

/// How wide the names of facts are.
const NAMES: f32 = 96.0;

pub(super) fn detail_ui(ui: &mut Ui, app: &mut App, out: &mut Vec<Command>) {
    let is_busy = app.my_keys.is_busy() && !app.my_keys.is_reading();
    let mut name = std::mem::take(&mut app.my_keys.name);
    if let Some(key) = app.my_keys.chosen() {
        ui.add_enabled_ui(!is_busy, |ui| {
            pieces::card_ui(ui, |ui| {
                pieces::heading_ui(ui, &key.title(), theme::subheading());
                actions_ui(ui, key, out);
                for finding in &key.findings {
                    finding_ui(ui, finding, out);
                }
                if key.fingerprint().is_some() {
                    name_ui(ui, app, &mut name, out);
                }
                facts_ui(ui, key, app.my_keys.whose());
            });
        });
    }
    app.my_keys.name = name;
}

fn actions_ui(ui: &mut Ui, key: &OwnKey, out: &mut Vec<Command>) {
    let mut ask = |command| out.push(Command::Keys(command));
    ui.horizontal_wrapped(|ui| {
        if key.described.public.is_some() {
            let copy = Button::new("Copy public key").min_size(vec2(88.0, 32.0));
            if pieces::primary_ui(ui, copy).clicked() {
                ask(KeysCommand::CopyPublicKey);
            }
        }
        let open = ui.add(Button::new("Open"));
        if open
            .on_hover_text("To change its passphrase, its comment or its format")
            .clicked()
        {
            ask(KeysCommand::Open);
        }
        let is_key = key.described.public.is_some() || key.private_file().is_some();
        if is_key && ui.add(Button::new("Put on a server…")).clicked() {
            ask(KeysCommand::PutOnServer);
        }
        if key.is_default {
            if ui.add(Button::new("No longer the default key…")).clicked() {
                ask(KeysCommand::PlanNoDefault);
            }
        } else if key.file_for_ssh().is_some()
            && key.fingerprint().is_some()
            && ui.add(Button::new("Make default…")).clicked()
        {
            ask(KeysCommand::PlanDefault);
        }
        if ui.add(Button::new("Show in folder")).clicked() {
            ask(KeysCommand::ShowInFolder);
        }
        if ui.add(Button::new("Move to trash…")).clicked() {
            ask(KeysCommand::PlanRemoval);
        }
    });
}

fn finding_ui(ui: &mut Ui, finding: &Finding, out: &mut Vec<Command>) {
    let what = finding.warning.sentence();
    match finding.grade {
        Grade::Danger => pieces::note_ui(ui, Tone::Error, &what, finding.warning.hint),
        Grade::Warning => pieces::note_ui(ui, Tone::Warning, &what, finding.warning.hint),
        Grade::Note => {
            pieces::hint_ui(ui, format!("{what} {}", finding.warning.hint));
        }
    }
    if let Some(remedy) = finding.remedy.as_ref().filter(|remedy| remedy.is_harmless())
        && ui.add(Button::new(remedy.title())).clicked()
    {
        out.push(Command::Keys(KeysCommand::Repair(remedy.clone())));
    }
}

/// What its owner calls it.
fn name_ui(ui: &mut Ui, app: &App, name: &mut String, out: &mut Vec<Command>) {
    let label = pieces::field_label_ui(ui, "Your name for this key", None);
    ui.horizontal(|ui| {
        let width = (ui.available_width() - 110.0).max(80.0);
        let field = TextEdit::singleline(name)
            .id_salt("name of the key")
            .desired_width(width)
            .margin(Margin::symmetric(8, 6));
        let field = ui.add(field).labelled_by(label.id);
        pieces::reached_by(ui, &field, &label, None);
        let is_entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if ui.add(Button::new("Save name")).clicked() || is_entered {
            out.push(Command::Keys(KeysCommand::SaveName));
        }
    });
    if let Some(problem) = &app.my_keys.name_problem {
        pieces::note_ui(ui, Tone::Error, &problem.sentence(), &problem.hint);
    }
}

fn facts_ui(ui: &mut Ui, key: &OwnKey, whose: &Whose) {
    let now = unix_seconds();
    ui.spacing_mut().item_spacing.y = 6.0;
    if let Some(public) = &key.described.public {
        let title = key.described.title().unwrap_or_default();
        fact_ui(ui, "Type", &format!("{title}, {} bits", public.bits()));
    }
    if let Some(comment) = key
        .described
        .shown_comment()
        .filter(|comment| !comment.is_empty())
    {
        fact_ui(ui, "Comment", &comment);
    }
    for file in &key.files {
        fact_ui(ui, kind(file.kind), &whose.short(&file.path));
        fact_ui(ui, "", &file_facts(file, now));
    }
    for on in &key.installed {
        let [server, date] = [&on.server, &on.date].map(|text| escaped(text.as_bytes()));
        fact_ui(ui, "Installed on", &format!("{server}, {date}"));
    }
    if let Some(fingerprint) = key.fingerprint() {
        pieces::field_label_ui(ui, "Fingerprint", None);
        let job = pieces::broken_anywhere(ui, &fingerprint.to_string(), ui.available_width());
        ui.add(Label::new(job).wrap());
        let text = key
            .described
            .randomart(FingerprintKind::Sha256)
            .unwrap_or_default();
        art_ui(ui, &Randomart::new(fingerprint.digest()), &text);
    }
}

fn fact_ui(ui: &mut Ui, name: &str, value: &str) {
    ui.horizontal_top(|ui| {
        let before = ui.cursor().left();
        if !name.is_empty() {
            pieces::field_label_ui(ui, name, None);
        }
        ui.add_space((before + NAMES - ui.cursor().left()).max(4.0));
        ui.add(Label::new(RichText::new(value).small()).wrap());
    });
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Private => "Private key",
        Kind::Public => "Public key",
        Kind::Certificate => "Certificate",
    }
}

fn file_facts(file: &KeyFile, now: u64) -> String {
    let mut facts = Vec::new();
    facts.extend(file.format.map(|format| format.title().to_owned()));
    if file.kind == Kind::Private {
        facts.push(if file.is_encrypted {
            "with a passphrase".to_owned()
        } else {
            "without a passphrase".to_owned()
        });
    }
    let written = |then| format!("written {}", age::in_words(then, now));
    facts.extend(file.modified.map(written));
    facts.join(", ")
}
