//! How it ended.

use egui::{Button, Color32, Id, Key, Label, TextEdit, Ui};

use super::Scene;
use crate::app::Command;
use crate::app::command::ServerCommand as C;
use crate::app::errand::{After, Back, Naming, Verdict, Works};
use crate::engine::Problem;
use crate::engine::describe::Warning;
use crate::engine::log_in::LogIn;
use crate::gui::pieces::{self, Tone, buttons_ui};
use crate::gui::signs::{self, Sign};
use crate::gui::theme::{self, Palette, size};

const DONE: &str = "Done";
const BACK: &str = "Back";
const UNDO: &str = "Undo";
const REPAIR: &str = "Repair";
const COPY: &str = "Copy command";
const SHOW: &str = "Show keys on this server";

pub(super) fn works_ui(ui: &mut Ui, works: &mut Works, scene: &mut Scene<'_>) {
    pieces::card_ui(ui, |ui| {
        let (word, what) = words(&works.verdict);
        verdict_ui(ui, sign(&works.verdict), word, scene.is_new);
        ui.add(Label::new(what).wrap());
        if let Some(warning) = works.lets_everybody_in() {
            pieces::note_ui(ui, Tone::Warning, &warning.sentence(), warning.hint);
        }
        if let Some(warning) = &works.warning {
            pieces::note_ui(ui, Tone::Warning, &warning.sentence(), warning.hint);
        } else if !works.options.is_empty() {
            let what = format!("Its line restricts what it may do: {}.", works.options);
            ui.add(Label::new(what).wrap());
        }
        if let Some(warning) = &works.managed {
            pieces::note_ui(ui, Tone::Warning, &warning.sentence(), warning.hint);
        }
        if works.verdict != Verdict::Unasked {
            log_in_ui(ui, &works.log_in, scene);
            naming_ui(ui, &mut works.naming, scene);
        }
        pieces::hint_ui(
            ui,
            "Nothing has to be restarted. All that let you in before still does.",
        );
        let buttons: &[&str] = if works.can_be_undone() {
            &[DONE, UNDO, SHOW]
        } else {
            &[DONE, SHOW]
        };
        // A name that was refused is to be typed once more, and not left behind with the next Enter.
        let is_refused = matches!(&works.naming, Naming::Offered { problem: Some(_), .. });
        let mut scene = Scene {
            is_new: scene.is_new && !is_refused,
            is_revealed: &mut *scene.is_revealed,
            out: &mut *scene.out,
        };
        press(ui, buttons, &mut scene);
    });
}

/// The sign before the verdict.
fn sign(verdict: &Verdict) -> Sign {
    match verdict {
        Verdict::Unasked => Sign::Warning,
        Verdict::Works | Verdict::AsksForMore(_) | Verdict::Accepted | Verdict::Untried => Sign::Good,
    }
}

/// The colour of a sign.
fn color(ui: &Ui, sign: Sign) -> Color32 {
    let palette = Palette::of(ui);
    match sign {
        Sign::Good => palette.good,
        _ => palette.warn,
    }
}

/// The verdict in a word, and in a sentence or two.
fn words(verdict: &Verdict) -> (&'static str, String) {
    match verdict {
        Verdict::Works => (
            "Works",
            "The key lets you in.".to_owned(),
        ),
        Verdict::AsksForMore(more) => (
            "Works",
            format!("The server takes the key. Whoever signs in there also needs {more}, with every key."),
        ),
        Verdict::Accepted => (
            "Accepted",
            "The server would let this key in. Whoever holds it was not tried, for its private half is not here."
                .to_owned(),
        ),
        Verdict::Unasked => (
            "On the list",
            "Whether the key works cannot be told: the server let in without looking at it.".to_owned(),
        ),
        Verdict::Untried => (
            "On the list",
            "Whether the server lets this key in could not be tried: it wants something else before a key, or cannot be asked about a key whose private half is not here."
                .to_owned(),
        ),
    }
}

/// How to go there from now on.
fn log_in_ui(ui: &mut Ui, log_in: &LogIn, scene: &mut Scene<'_>) {
    let (command, is_for_files, files) = match log_in {
        LogIn::Command {
            ssh,
            is_for_files,
            files,
            ..
        } => (ssh, *is_for_files, files),
        LogIn::OtherFile => {
            pieces::hint_ui(
                ui,
                "ssh does not read the file that this key is saved in. PuTTY and WinSCP do; for ssh, save it as OpenSSH as well.",
            );
            return;
        }
        LogIn::Refused(warning) => {
            let what = format!("But before you can log in with it: {}", warning.sentence());
            pieces::note_ui(ui, Tone::Warning, &what, warning.hint);
            return;
        }
        LogIn::Elsewhere => return,
    };
    let name = if is_for_files {
        "The account has no shell; from now on you reach its files with"
    } else {
        "From now on you log in with"
    };
    pieces::field_label_ui(ui, name, None);
    let command_ui = |ui: &mut Ui| {
        pieces::code_ui(ui, Id::unique("how to log in"), name, command, size::LOW_CODE);
    };
    pieces::with_actions_ui(ui, command_ui, |ui| {
        if ui.add(Button::new("Log in")).clicked() {
            scene.out.push(Command::Server(C::LogIn));
        }
        if ui.add(Button::new(COPY)).clicked() {
            scene.out.push(Command::Server(C::CopyLogIn));
        }
    });
    if let Some(files) = files {
        let what = format!(
            "No shell has answered there. If that ends at once, the account is for files alone: {files}"
        );
        pieces::hint_ui(ui, what);
    }
}

/// A short name, by which ssh tries this key first.
fn naming_ui(ui: &mut Ui, naming: &mut Naming, scene: &mut Scene<'_>) {
    const NAME: &str = "Short name for this server";
    let (typed, problem) = match naming {
        Naming::None => return,
        Naming::Named { name, place, .. } => {
            let what = format!(
                "“{name}” stands in {place}: ssh tries this key there first, and of your agent’s keys only those that its configuration names."
            );
            pieces::hint_ui(ui, what);
            return;
        }
        Naming::Offered { typed, problem } => (typed, problem),
    };
    let label = pieces::field_label_ui(ui, NAME, None);
    ui.horizontal(|ui| {
        let field = TextEdit::singleline(typed)
            .id_salt("short name")
            .hint_text(pieces::placeholder(ui, "web-1"))
            .desired_width((ui.available_width() - size::LONG_FACT).min(size::NAME_FIELD));
        let field = ui.add(field).labelled_by(label.id);
        pieces::reached_by(ui, &field, &label, None);
        ui.ctx()
            .accesskit_node_builder(field.id, |node| node.set_label(NAME));
        let save = Button::new("Save name");
        let is_asked = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let is_empty = typed.trim().is_empty();
        let is_refused = scene.is_new && problem.is_some();
        if is_refused || (is_asked && is_empty) {
            field.request_focus();
        }
        pieces::goes_back_to(ui, &field, problem.is_some());
        let is_clicked = ui.add_enabled(!is_empty, save).clicked();
        if is_clicked || (is_asked && !is_empty) {
            scene.out.push(Command::Server(C::NameServer));
        }
    });
    if let Some(problem) = problem {
        pieces::note_ui(ui, Tone::Error, &problem.sentence(), &problem.hint);
    } else {
        pieces::hint_ui(
            ui,
            "It goes into ssh’s configuration. “ssh” and the name then log in with this key first, and offer none of your agent’s keys that the configuration does not name.",
        );
    }
}

pub(super) fn gone_ui(
    ui: &mut Ui,
    is_proved: bool,
    managed: Option<&Warning>,
    can_be_undone: bool,
    scene: &mut Scene<'_>,
) {
    pieces::card_ui(ui, |ui| {
        verdict_ui(ui, Sign::Good, "Gone", scene.is_new);
        let what = if is_proved {
            "Nobody can log in with it any more."
        } else {
            "It is on the list no more, and the server has no other reason to let it in that this program knows of."
        };
        ui.add(Label::new(what).wrap());
        pieces::hint_ui(
            ui,
            "Nothing has to be restarted. Connections that are open now stay open until they are closed.",
        );
        if let Some(warning) = managed {
            pieces::note_ui(ui, Tone::Warning, &warning.sentence(), warning.hint);
        }
        let buttons: &[&str] = if can_be_undone {
            &[DONE, UNDO, SHOW]
        } else {
            &[DONE, SHOW]
        };
        press(ui, buttons, scene);
    });
}

/// What was taken off is back; of each key, whether it lets somebody in.
pub(super) fn back_ui(ui: &mut Ui, keys: &[Back], scene: &mut Scene<'_>) {
    const REFUSED: &str = "The server refuses it, although its line stands there.";
    pieces::card_ui(ui, |ui| {
        if let [
            Back {
                verdict: Some(verdict),
                ..
            },
        ] = keys
        {
            let (word, what) = words(verdict);
            verdict_ui(ui, sign(verdict), word, scene.is_new);
            ui.add(Label::new(what).wrap());
        } else {
            verdict_ui(ui, Sign::Good, "Back on the list", scene.is_new);
            for key in keys {
                let (sign, what) = match &key.verdict {
                    Some(verdict) => (sign(verdict), words(verdict).1),
                    None => (Sign::Warning, REFUSED.to_owned()),
                };
                key_ui(ui, sign, &key.name, &what);
            }
        }
        pieces::hint_ui(
            ui,
            "What was taken off stands on the list again. Nothing has to be restarted.",
        );
        press(ui, &[DONE, SHOW], scene);
    });
}

/// A key, and what was seen of it.
fn key_ui(ui: &mut Ui, sign: Sign, name: &str, what: &str) {
    ui.horizontal_top(|ui| {
        signs::sign_ui(ui, sign, color(ui, sign));
        ui.add(Label::new(format!("{name}: {what}")).wrap());
    });
}

pub(super) fn stopped_ui(ui: &mut Ui, problem: &Problem, after: &After, scene: &mut Scene<'_>) {
    pieces::note_ui(ui, Tone::Error, &problem.sentence(), &problem.hint);
    let again = "Try again";
    let mut buttons = vec![again];
    if matches!(after, After::Repair(_)) {
        // That is what helps.
        buttons.insert(0, REPAIR);
    }
    if after.can_be_undone() {
        buttons.push(UNDO);
    }
    if matches!(after, After::BySsh(_)) {
        buttons.insert(0, COPY);
    }
    buttons.push(BACK);
    press(ui, &buttons, scene);
}

fn press(ui: &mut Ui, buttons: &[&str], scene: &mut Scene<'_>) {
    let pressed = buttons_ui(ui, scene.is_new, buttons).map(|index| buttons[index]);
    scene.out.extend(pressed.map(|pressed| match pressed {
        DONE | BACK => Command::Server(C::Leave),
        UNDO => Command::Server(C::Undo),
        REPAIR => Command::Server(C::Repair),
        SHOW => Command::Server(C::ShowKeys),
        COPY => Command::Server(C::CopyBySsh),
        _ => Command::Server(C::TryAgain),
    }));
}

/// One word, large, with its sign.
fn verdict_ui(ui: &mut Ui, sign: Sign, word: &str, is_new: bool) {
    let color = color(ui, sign);
    ui.horizontal(|ui| {
        if sign == Sign::Good {
            signs::tick_ui(ui, color, is_new);
        } else {
            signs::sign_ui(ui, sign, color);
        }
        let title = pieces::heading_ui(ui, word, theme::subheading());
        pieces::polite(ui, &title);
    });
}
