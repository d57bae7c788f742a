//! The key that is chosen: what it is, what is wrong with it, and what can be done with it.

use egui::{Button, Frame, Key, Label, Popup, RichText, TextEdit, Ui, Vec2};

use crate::app::my_keys::KeysCommand;
use crate::app::{App, Command, Page};
use crate::engine::keys::key::Kind;
use crate::engine::keys::{Finding, Grade, Key as OwnKey, KeyFile, Remedy, Whose, age};
use crate::gui::art::art_ui;
use crate::gui::menu::PUT_ON_SERVER;
use crate::gui::pieces::{self, Tone};
use crate::gui::signs::{self, Sign};
use crate::gui::theme::{self, Palette, at, inset, radius, size, space};
use crate::key::comment::escaped;
use crate::key::fingerprint::FingerprintKind;
use crate::key::randomart::Randomart;
use crate::sys::clock::unix_seconds;

/// What only the window knows of it.
#[derive(Debug, Default)]
pub(super) struct View {
    /// Whether the picture of the fingerprint is shown.
    is_pictured: bool,
    /// Whether the name was left, and is to be saved as soon as nothing is pressed any more.
    has_left_name: bool,
}

pub(super) fn detail_ui(ui: &mut Ui, app: &mut App, view: &mut View, out: &mut Vec<Command>) {
    let is_busy = app.my_keys.is_doing();
    let mut name = std::mem::take(&mut app.my_keys.name);
    let mut goes_to = None;
    if let Some(key) = app.my_keys.chosen() {
        ui.add_enabled_ui(!is_busy, |ui| {
            let mut contents_ui = |ui: &mut Ui| {
                // Lines that are no longer than people read.
                ui.set_max_width(ui.available_width().min(size::COLUMN));
                pieces::heading_ui(ui, &key.title(), theme::subheading());
                actions_ui(ui, key, out);
                if key.fingerprint().is_some() {
                    let is_refused = app.my_keys.name_problem.is_some();
                    name_ui(ui, key, (&mut name, &mut view.has_left_name, is_refused), out);
                    if let Some(problem) = &app.my_keys.name_problem {
                        pieces::note_ui(ui, Tone::Error, &problem.sentence(), &problem.hint);
                    }
                }
                for finding in &key.findings {
                    finding_ui(ui, finding, app.my_keys.whose(), out);
                }
                goes_to = servers_ui(ui, key, out);
                facts_ui(ui, key, app.my_keys.whose());
                fingerprint_ui(ui, key, view);
            };
            pieces::card_ui(ui, |ui| ui.scope(&mut contents_ui));
        });
    }
    app.my_keys.name = name;
    if let Some(server) = goes_to {
        app.servers.address = server;
        out.push(Command::ShowPage(Page::Servers));
    }
}

fn actions_ui(ui: &mut Ui, key: &OwnKey, out: &mut Vec<Command>) {
    let mut ask = |command| out.push(Command::Keys(command));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().button_padding.x = space::S;
        ui.spacing_mut().item_spacing.x = space::LABEL;
        let is_key = key.described.public.is_some() || key.private_file().is_some();
        if is_key && pieces::primary_ui(ui, Button::new(PUT_ON_SERVER)).clicked() {
            ask(KeysCommand::PutOnServer);
        }
        if key.described.public.is_some() && ui.add(Button::new("Copy public key")).clicked() {
            ask(KeysCommand::CopyPublicKey);
        }
        let more = Button::new("").min_size(Vec2::splat(size::CONTROL));
        let more = pieces::icon_button_ui(ui, more, "More for this key", signs::draw_more);
        Popup::menu(&more).show(|ui| {
            ui.set_min_width(size::MENU);
            ui.spacing_mut().item_spacing.y = space::LINE;
            more_ui(ui, key, &mut ask);
        });
    });
}

/// What is not done every day.
fn more_ui(ui: &mut Ui, key: &OwnKey, ask: &mut impl FnMut(KeysCommand)) {
    let mut entry_ui = |ui: &mut Ui, entry: Button<'_>, command| {
        if ui.add(entry).clicked() {
            ask(command);
            ui.close();
        }
    };
    let open = Button::new("Open, to change or convert it");
    entry_ui(ui, open, KeysCommand::Open);
    if key.is_default {
        let no_default = Button::new("No longer the default key…");
        entry_ui(ui, no_default, KeysCommand::PlanNoDefault);
    } else if key.file_for_ssh().is_some() && key.fingerprint().is_some() {
        entry_ui(ui, Button::new("Make default…"), KeysCommand::PlanDefault);
    }
    entry_ui(ui, Button::new("Show in folder"), KeysCommand::ShowInFolder);
    entry_ui(ui, pieces::removing("Move to trash…"), KeysCommand::PlanRemoval);
}

/// Where the key lets somebody in; says which of the servers is to be shown.
fn servers_ui(ui: &mut Ui, key: &OwnKey, out: &mut Vec<Command>) -> Option<String> {
    if key.installed.is_empty() {
        return None;
    }
    let mut goes_to = None;
    let palette = Palette::of(ui);
    pieces::field_label_ui(ui, "Works on", None);
    for on in &key.installed {
        let [server, date] = [&on.server, &on.date].map(|text| escaped(text.as_bytes()));
        Frame::new()
            .fill(palette.row)
            .corner_radius(radius::CONTROL)
            .inner_margin(inset::ROW)
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                let name = RichText::new(&server).text_style(theme::label());
                let mut rest_ui = |ui: &mut Ui| {
                    ui.add(Label::new(RichText::new(&date).small().color(palette.weak)).extend());
                    let show = ui.add(pieces::tertiary("Show"));
                    if pieces::named(ui, show, &format!("Show {server}")).clicked() {
                        goes_to = Some(on.server.clone());
                    }
                    if key.file_for_ssh().is_some() {
                        let log_in = ui.add(pieces::tertiary("Log in"));
                        if pieces::named(ui, log_in, &format!("Log in on {server}")).clicked() {
                            out.push(Command::Keys(KeysCommand::LogIn(on.server.clone())));
                        }
                    }
                };
                if ui.available_width() < at::NARROW_FIELD {
                    ui.spacing_mut().interact_size.y = size::LOW_ROW;
                    ui.spacing_mut().button_padding.y = space::LINE;
                    ui.horizontal(|ui| {
                        signs::sign_ui(ui, Sign::Good, palette.good);
                        ui.add(Label::new(name).truncate());
                    });
                    ui.horizontal(rest_ui);
                } else {
                    ui.horizontal(|ui| {
                        signs::sign_ui(ui, Sign::Good, palette.good);
                        pieces::elided_before_ui(ui, name, &mut rest_ui);
                    });
                }
            });
    }
    goes_to
}

fn finding_ui(ui: &mut Ui, finding: &Finding, whose: &Whose, out: &mut Vec<Command>) {
    let what = finding.sentence(whose);
    match finding.grade {
        Grade::Danger => pieces::note_ui(ui, Tone::Error, &what, finding.warning.hint),
        Grade::Warning => pieces::note_ui(ui, Tone::Warning, &what, finding.warning.hint),
        Grade::Note => {
            pieces::hint_ui(ui, format!("{what} {}", finding.warning.hint));
        }
    }
    if let Some(remedy) = &finding.remedy
        && ui.add(Button::new(remedy.title())).clicked()
    {
        out.push(Command::Keys(match remedy {
            // What needs a decision asks for it first.
            Remedy::Open(_) => KeysCommand::Open,
            Remedy::MakeDefault(_) => KeysCommand::PlanDefault,
            Remedy::RemoveCopy(file) => KeysCommand::PlanRemovalOf(file.clone()),
            _ => KeysCommand::Repair(remedy.clone()),
        }));
    }
}

/// What its owner calls it: saved when the field is left, and by Enter; Esc brings back what it was.
fn name_ui(
    ui: &mut Ui,
    key: &OwnKey,
    (name, has_left, is_refused): (&mut String, &mut bool, bool),
    out: &mut Vec<Command>,
) {
    let label = pieces::field_label_ui(ui, "Your name for this key", None);
    let field = TextEdit::singleline(name)
        .id_salt("name of the key")
        .hint_text(pieces::placeholder(ui, &key.title()))
        .desired_width(f32::INFINITY);
    let field = ui.add(field).labelled_by(label.id);
    pieces::reached_by(ui, &field, &label, None);
    pieces::goes_back_to(ui, &field, is_refused);
    if field.lost_focus() {
        if ui.input(|input| input.key_pressed(Key::Escape)) {
            out.push(Command::Keys(KeysCommand::UndoName));
        } else {
            *has_left = true;
        }
    }
    // What is being clicked stays where it is until the click has come to its end.
    if *has_left && !ui.input(|input| input.pointer.any_down()) {
        *has_left = false;
        out.push(Command::Keys(KeysCommand::SaveName));
    }
}

fn facts_ui(ui: &mut Ui, key: &OwnKey, whose: &Whose) {
    let now = unix_seconds();
    ui.spacing_mut().item_spacing.y = space::LABEL;
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
}

fn fingerprint_ui(ui: &mut Ui, key: &OwnKey, view: &mut View) {
    let Some(fingerprint) = key.fingerprint() else {
        return;
    };
    ui.horizontal(|ui| {
        pieces::row_label_ui(ui, "Fingerprint", None);
        pieces::at_right_ui(ui, |ui| {
            let text = if view.is_pictured {
                "Hide the picture"
            } else {
                "Picture"
            };
            if ui.add(pieces::tertiary(text)).clicked() {
                view.is_pictured = !view.is_pictured;
            }
        });
    });
    let job = pieces::broken_anywhere(ui, &fingerprint.to_string(), ui.available_width());
    ui.add(Label::new(job).wrap());
    if view.is_pictured {
        let text = key.described.randomart(FingerprintKind::Sha256);
        art_ui(
            ui,
            &Randomart::new(fingerprint.digest()),
            &text.unwrap_or_default(),
        );
    }
}

fn fact_ui(ui: &mut Ui, name: &str, value: &str) {
    ui.horizontal_top(|ui| {
        let before = ui.cursor().left();
        if !name.is_empty() {
            pieces::field_label_ui(ui, name, None);
        }
        ui.add_space((before + size::FACT - ui.cursor().left()).max(space::XS));
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
