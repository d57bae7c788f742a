//! Which server, and what for.

use egui::{Button, ComboBox, Key, Popup, RichText, TextEdit, TextStyle, Ui, Vec2};

use super::{View, known};
use crate::app::command::{ListCommand, ServerCommand as C};
use crate::app::my_keys::KeysCommand;
use crate::app::{App, Command, Page};
use crate::engine::keys::{Key as OwnKey, KeyId};
use crate::gui::obstacle::obstacle;
use crate::gui::pieces::{self, Tone};
use crate::gui::theme::{self, at, size, space};
use crate::gui::{conditions, signs};
use crate::key::fingerprint::FingerprintKind;

/// What the field for the server is called.
const SERVER: &str = "Server";

pub(super) fn choose_ui(ui: &mut Ui, app: &mut App, view: &mut View, is_new: bool, out: &mut Vec<Command>) {
    let is_low = ui.clip_rect().height() < at::LOW;
    pieces::heading_ui(ui, Page::Servers.title(), TextStyle::Heading);
    if !is_low {
        pieces::hint_ui(
            ui,
            "A server lets in whoever holds a key whose public half is on its list. Here you put a key on that list, see who is on it, and take keys off again.",
        );
    }
    let room = ui.available_width();
    if app.servers.known.is_empty() || room < at::LIST_BESIDE {
        cards_ui(ui, app, view, is_new, out);
        return;
    }
    let gap = space::L;
    let left = size::LIST;
    // As high as what stands beside it was in the last frame.
    let beside = ui.scope_id().with("beside the servers");
    let height = ui.data(|data| data.get_temp(beside)).unwrap_or(size::ROW);
    let mut now = height;
    pieces::columns_ui(ui, gap, [left, room - gap - left], |ui, column| {
        if column == 0 {
            if let Some(server) = known::known_ui(ui, app, height) {
                app.servers.address = server;
            }
            return;
        }
        cards_ui(ui, app, view, is_new, out);
        now = ui.min_rect().height();
    });
    if (now - height).abs() > 0.5 {
        ui.data_mut(|data| data.insert_temp(beside, now));
        ui.ctx().request_repaint();
    }
}

fn cards_ui(ui: &mut Ui, app: &mut App, view: &mut View, is_new: bool, out: &mut Vec<Command>) {
    let mut is_entered = false;
    pieces::card_ui(ui, |ui| {
        is_entered = server_ui(ui, app, is_new);
        pieces::hint_ui(ui, HOW);
        own_keys_ui(ui, app, out);
    });
    let has_server = !app.servers.address.trim().is_empty();
    pieces::card_ui(ui, |ui| {
        install_ui(ui, app, view, (has_server, is_entered), out);
    });
    pieces::card_ui(ui, |ui| {
        pieces::heading_ui(ui, "Find out why it refuses you", theme::subheading());
        pieces::hint_ui(
            ui,
            "The Doctor asks the server about each of your keys, as ssh would, and says what is wrong. Nothing changes before you say so.",
        );
        let button = Button::new(super::CAN_I_LOG_IN);
        if ui.add_enabled(has_server, button).clicked() {
            out.push(Command::Server(C::Examine));
        }
    });
    pieces::card_ui(ui, |ui| {
        pieces::heading_ui(ui, "See which keys may log in", theme::subheading());
        pieces::hint_ui(
            ui,
            "Signs in as you do today and shows the list. From there you can take keys off it. Nothing changes before you say so.",
        );
        let button = Button::new("Show keys on this server");
        // Without a key there is nothing else that Enter could mean.
        let is_asked = is_entered && app.document().is_none();
        if ui.add_enabled(has_server, button).clicked() || (has_server && is_asked) {
            out.push(Command::Server(C::Look));
        }
    });
}

/// What the field for a server takes.
pub(in crate::gui) const HOW: &str =
    "As you would give it to ssh: you@host, you@host:port, or a name from ~/.ssh/config.";

/// The field for a server; says whether Enter was pressed in it.
pub(in crate::gui) fn server_ui(ui: &mut Ui, app: &mut App, is_new: bool) -> bool {
    let label = pieces::field_label_ui(ui, SERVER, Some('S'));
    let known: Vec<String> = app.servers.known.iter().map(|known| known.name.clone()).collect();
    let mut chosen = None;
    let field = ui
        .horizontal(|ui| {
            let room = if known.is_empty() {
                0.0
            } else {
                size::CONTROL + space::S
            };
            let width = (ui.available_width() - room).min(size::SERVER_FIELD);
            let field = TextEdit::singleline(&mut app.servers.address)
                .id_salt("server")
                .hint_text(pieces::placeholder(ui, "you@example.org"))
                .desired_width(width);
            let field = ui.add(field).labelled_by(label.id);
            ui.ctx()
                .accesskit_node_builder(field.id, |node| node.set_label(SERVER));
            if !known.is_empty() {
                let more = Button::new("").min_size(Vec2::splat(size::CONTROL));
                let more = pieces::icon_button_ui(ui, more, "Servers that you know", signs::draw_down);
                Popup::menu(&more).show(|ui| {
                    ui.set_max_width(size::WIDE_MENU);
                    for name in &known {
                        if ui.button(name).clicked() {
                            chosen = Some(name.clone());
                            ui.close();
                        }
                    }
                });
            }
            field
        })
        .inner;
    if let Some(name) = chosen {
        app.servers.address = name;
    }
    pieces::reached_by(ui, &field, &label, Some(Key::S));
    if is_new {
        field.request_focus();
    }
    field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
}

/// By which keys ssh knows the server, where it is one of those that are known.
fn own_keys_ui(ui: &mut Ui, app: &App, out: &mut Vec<Command>) {
    let address = app.servers.address.trim();
    let mut known = app.servers.known.iter();
    let Some(server) = known.find(|known| known.is_called(address) && !known.own_keys.is_empty()) else {
        return;
    };
    ui.horizontal(|ui| {
        pieces::row_label_ui(ui, "The server’s own key", None);
        pieces::at_right_ui(ui, |ui| {
            let forget = ui.add(pieces::tertiary("Forget…"));
            let name = format!("Forget the own key of {address}");
            if pieces::named(ui, forget, &name).clicked() {
                out.push(Command::ShowPage(Page::KnownHosts));
                out.push(Command::Lists(ListCommand::FindHost(server.host.clone())));
            }
        });
    });
    for (kind, fingerprint) in &server.own_keys {
        pieces::hint_ui(ui, kind.as_str());
        pieces::fingerprint_ui(ui, fingerprint);
    }
}

fn install_ui(
    ui: &mut Ui,
    app: &mut App,
    view: &mut View,
    (has_server, is_entered): (bool, bool),
    out: &mut Vec<Command>,
) {
    pieces::heading_ui(ui, "Put a key on it", theme::subheading());
    let preview = app.new_authorized_line(&app.servers.conditions);
    let (Some(document), Some(preview)) = (app.document(), preview) else {
        if mine_ui(ui, app, "Which key", out) {
            return;
        }
        pieces::hint_ui(ui, "Make a key or open one first. It is then offered here.");
        if ui.add(Button::new("Make a key")).clicked() {
            out.push(Command::ShowPage(Page::Key));
        }
        return;
    };
    let fingerprint = document.fingerprint(FingerprintKind::Sha256);
    let named = app.my_keys.inventory.as_ref();
    let named = named.and_then(|inventory| inventory.key(&KeyId::Fingerprint(fingerprint.clone())));
    let name = named.map_or_else(|| document.draft.comment.clone(), OwnKey::title);
    pieces::field_label_ui(ui, "The key that is open", None);
    ui.horizontal_wrapped(|ui| {
        ui.add(egui::Label::new(RichText::new(name).text_style(theme::strong())).wrap());
        mine_ui(ui, app, "Another key", out);
    });
    pieces::fingerprint_ui(ui, &fingerprint.to_string());
    let obstacle = obstacle(document);
    if let Some((what, hint)) = obstacle {
        pieces::note_ui(ui, Tone::Warning, what, hint);
    }
    let what = if document.key().is_some() {
        "Adds the public half to the list, and then logs in once more with this key alone, to see that it works. The private half never leaves this computer. You can undo it."
    } else {
        "Only the public half of this key is here. It is added to the list, and the server is asked whether it would let the key in; whoever holds it is not tried. You can undo it."
    };
    pieces::hint_ui(ui, what);
    conditions::conditions_ui(ui, &mut app.servers.conditions, &mut view.shows_conditions);
    // What was chosen holds although it is folded up again, and is seen then.
    if view.shows_conditions || preview.is_err() || !app.servers.conditions.are_none() {
        conditions::preview_ui(ui, &preview);
    }
    let may_go = has_server && obstacle.is_none() && preview.is_ok();
    let text = pieces::mnemonic(ui, "Install the key", 'I');
    let button = Button::new(text);
    let is_asked = is_entered || pieces::alt_pressed(ui, Key::I);
    let mut is_clicked = false;
    ui.horizontal_wrapped(|ui| {
        let install = ui.add_enabled_ui(may_go, |ui| pieces::primary_ui(ui, button));
        is_clicked = install.inner.clicked();
        let link = RichText::new("No network, or a provider’s web page?").small();
        if ui.link(link).clicked() {
            out.push(Command::Lists(ListCommand::ShowProviders));
        }
    });
    if may_go && (is_clicked || is_asked) {
        out.push(Command::Server(C::Install));
    }
}

/// A choice among the keys of this computer, by their names; says whether there are any.
fn mine_ui(ui: &mut Ui, app: &App, name: &str, out: &mut Vec<Command>) -> bool {
    let keys = app.my_keys.inventory.as_ref();
    let keys = keys.into_iter().flat_map(|inventory| &inventory.keys);
    let keys: Vec<&OwnKey> = keys.filter(|key| key.main_file().is_some()).collect();
    if keys.is_empty() {
        return false;
    }
    ui.name_inputs(name, |ui| {
        ComboBox::from_id_salt("which of my keys")
            .width(size::FORMAT)
            .height(size::COMBO_LIST)
            .selected_text(format!("{name}…"))
            .show_ui(ui, |ui| {
                ui.spacing_mut().interact_size.y = size::ENTRY;
                for key in keys {
                    if ui.button(key.title()).clicked() {
                        out.push(Command::Keys(KeysCommand::Choose(key.id.clone())));
                        out.push(Command::Keys(KeysCommand::PutOnServer));
                        ui.close();
                    }
                }
            });
    });
    true
}
