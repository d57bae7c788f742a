//! The window: panels that draw the state of [`crate::app::App`] and push commands.

mod agent;
mod art;
mod conditions;
mod dialog;
mod doctor;
#[cfg(target_os = "macos")]
mod double_click;
mod drop;
mod help;
mod key_page;
mod known_hosts;
mod listed;
mod logging;
mod menu;
mod motion;
mod my_keys;
mod native_desktop;
mod obstacle;
mod pad;
mod page;
mod passphrase_field;
mod pasting;
mod pieces;
mod radios;
mod servers;
mod shortcuts;
mod sidebar;
mod signs;
mod start;
mod system_theme;
mod theme;
mod toast;
mod turns;
mod verdicts;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use eframe::{CreationContext, Frame, glow};
use egui::{Context, InputState, Ui, ViewportCommand};

pub use logging::log_to_stderr;
pub use start::run;

use crate::app::desktop::Desktop;
use crate::app::look::WindowShape;
use crate::app::settings::Kept;
use crate::app::stage::Document;
use crate::app::{App, Command, Page};
use crate::engine::job::Wake;
use drop::Drops;
use pasting::Pasting;
use system_theme::SystemTheme;
use turns::Turns;

/// How long a disk may take over the settings when the window is to close.
const LAST_WRITE: Duration = Duration::from_secs(2);

/// How long a file dialog may take to close then.
const LAST_LOOK: Duration = Duration::from_millis(500);

/// The program as eframe sees it.
pub struct Window {
    app: App,
    desktop: Box<dyn Desktop>,
    menu: menu::View,
    key_page: key_page::View,
    my_keys: my_keys::View,
    servers: servers::View,
    known_hosts: page::View,
    agent: page::View,
    doctor: doctor::View,
    help: page::View,
    dialog: dialog::View,
    toast: toast::View,
    pasting: Pasting,
    system_theme: SystemTheme,
    /// Whether the window was in front in the last frame.
    was_focused: bool,
    title: String,
}

impl std::fmt::Debug for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Window")
            .field("app", &self.app)
            .finish_non_exhaustive()
    }
}

impl Window {
    /// A window with the settings in `kept`, which opens the file `open`, if there is one.
    #[must_use]
    pub fn new(
        cc: &CreationContext<'_>,
        desktop: Box<dyn Desktop>,
        kept: Kept,
        open: Option<PathBuf>,
    ) -> Self {
        theme::install(&cc.egui_ctx);
        cc.egui_ctx.add_plugin(Turns::default());
        let ctx = cc.egui_ctx.clone();
        let wake: Wake = Arc::new(move || ctx.request_repaint());
        let mut app = App::new(Arc::clone(&wake), kept, desktop.home());
        theme::apply(&cc.egui_ctx, app.theme, app.text_size);
        match open {
            Some(path) => app.apply(Command::OpenPath(path), &*desktop),
            None => app.begin(&*desktop),
        }
        let drops = if desktop.takes_dropped_files() {
            Drops::Heard
        } else {
            Drops::Unheard
        };
        let key_page = key_page::View::new(drops);
        #[cfg(target_os = "macos")]
        double_click::wake_with(Arc::clone(&wake));
        Self {
            app,
            desktop,
            menu: menu::View::default(),
            key_page,
            my_keys: my_keys::View::default(),
            servers: servers::View::default(),
            known_hosts: page::View::default(),
            agent: page::View::default(),
            doctor: doctor::View::default(),
            help: page::View::default(),
            dialog: dialog::View::default(),
            toast: toast::View::default(),
            pasting: Pasting::default(),
            system_theme: SystemTheme::new(wake),
            was_focused: true,
            title: String::new(),
        }
    }

    /// What the program is doing.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Has the size of the window remembered; that of a window that fills the screen is the screen's.
    fn note_shape(&mut self, ctx: &Context) {
        let before = self.app.kept.settings().window;
        let now = ctx.input(|input| shape(input, before));
        if now != before {
            self.app.apply(Command::ShapeWindow(now), &*self.desktop);
        }
    }

    /// Says in the title which key this is and whether it is saved.
    fn retitle(&mut self, ctx: &Context) {
        let title = match self.app.document() {
            Some(document) => format!("{} – Keywright", name(document)),
            None => "Keywright".to_owned(),
        };
        // A screen reader says it when it comes to the window.
        ctx.accesskit_node_builder(egui::accesskit_root_id(), |node| node.set_label(title.as_str()));
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }
}

/// The shape of the window as the system counts it: egui's points are larger where text is.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "floats become the nearest number that there is"
)]
fn shape(input: &InputState, before: WindowShape) -> WindowShape {
    let viewport = input.viewport();
    let is_maximized = viewport.maximized.unwrap_or(false);
    let has_no_size_of_its_own = is_maximized
        || viewport.fullscreen.unwrap_or(false)
        || viewport.minimized.unwrap_or(false)
        || viewport.native_pixels_per_point.is_none();
    if has_no_size_of_its_own {
        return WindowShape {
            is_maximized,
            ..before
        };
    }
    let scale = input.pixels_per_point() / viewport.native_pixels_per_point.unwrap_or(1.0);
    let size = input.viewport_rect().size() * scale;
    WindowShape {
        width: size.x.round() as u16,
        height: size.y.round() as u16,
        is_maximized,
    }
}

fn name(document: &Document) -> String {
    let mark = if document.is_unsaved() { "* " } else { "" };
    match document.path.as_ref().and_then(|path| path.file_name()) {
        Some(file) => format!("{mark}{}", file.to_string_lossy()),
        None => format!("{mark}{}", document.draft.comment),
    }
}

impl eframe::App for Window {
    fn logic(&mut self, ctx: &Context, _: &mut Frame) {
        self.app.poll();
        self.system_theme.poll(ctx);
        self.note_shape(ctx);
        let is_focused = ctx.input(|input| input.focused);
        let was_focused = std::mem::replace(&mut self.was_focused, is_focused);
        if is_focused && !was_focused {
            self.app.apply(Command::LookAgain, &*self.desktop);
        }
        // There is one window and one key: of several files the last one stays.
        #[cfg(target_os = "macos")]
        for path in double_click::take() {
            self.app.apply(Command::OpenPath(path), &*self.desktop);
        }
        let is_closing = ctx.input(|input| input.viewport().close_requested());
        if is_closing && !self.app.must_quit() {
            self.app.apply(Command::Quit, &*self.desktop);
            if !self.app.must_quit() {
                ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            }
        } else if self.app.must_quit() && !is_closing {
            // Asked for in the window; or files were being written, and now they are safe.
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut Frame) {
        let mut out = Vec::new();
        theme::apply(ui.ctx(), self.app.theme, self.app.text_size);
        if let Some(command) = self.pasting.arrived(ui.ctx(), &*self.desktop) {
            self.app.apply(command, &*self.desktop);
            self.desktop.hand_over(None);
        }
        shortcuts::pressed(ui.ctx(), &self.app, &mut out);
        if self.app.dialog.is_some() {
            self.dialog.remember_focus(ui.ctx());
            // Nothing is offered behind a dialog; the ground that lies over the page shows that already.
            ui.visuals_mut().disabled_alpha = 1.0;
            ui.disable();
        }
        let is_wanted = |document: &Document| document.wanted.is_some();
        if self.app.dialog.is_none() && self.app.document().is_some_and(is_wanted) {
            self.dialog.leave_focus();
        }
        menu::menu_bar_ui(ui, &self.app, &mut self.menu, &mut out);
        sidebar::sidebar_ui(ui, &self.app, &mut out);
        toast::room_ui(ui, &self.app, &mut self.toast);
        let page = self.app.page;
        if page != Page::Servers {
            self.servers.put_away();
        }
        if page != Page::KnownHosts {
            self.known_hosts.put_away();
        }
        if page != Page::Doctor {
            self.doctor.put_away();
        }
        if page != Page::Help {
            self.help.put_away();
        }
        match page {
            Page::Key => key_page::key_page_ui(ui, &mut self.app, &mut self.key_page, &mut out),
            Page::MyKeys => my_keys::my_keys_ui(ui, &mut self.app, &mut self.my_keys, &mut out),
            Page::Servers => servers::servers_ui(ui, &mut self.app, &mut self.servers, &mut out),
            Page::KnownHosts => {
                known_hosts::known_hosts_ui(ui, &mut self.app, &mut self.known_hosts, &mut out);
            }
            Page::Agent => agent::agent_ui(ui, &mut self.app, &mut self.agent, &mut out),
            Page::Doctor => doctor::doctor_ui(ui, &mut self.app, &mut self.doctor, &mut out),
            Page::Help => help::help_ui(ui, &mut self.app, &mut self.help),
        }
        toast::toast_ui(ui, &self.app, &mut self.toast, &mut out);
        dialog::dialog_ui(ui, &mut self.app, &mut self.dialog, &mut out);
        drop::drop_ui(ui, &self.app, &mut out);
        theme::focus_ring(ui);

        if !out.is_empty() {
            // What the commands change is drawn by the next frame.
            ui.ctx().request_repaint();
            Turns::ask(ui.ctx());
        }
        for command in out {
            if let Some(command) = self.pasting.hold(ui.ctx(), &self.app, &*self.desktop, command) {
                self.app.apply(command, &*self.desktop);
            }
        }
        self.retitle(ui.ctx());
    }

    fn on_exit(&mut self, _: Option<&glow::Context>) {
        self.app.close_file_dialogs(LAST_LOOK);
        self.app.finish_settings(LAST_WRITE);
    }
}
