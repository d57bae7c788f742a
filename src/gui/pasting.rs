//! The clipboard where only the window itself may look at it: under Wayland, on desktops that let no program without the
//! focus read it (GNOME, Weston). There it is asked for in one frame and comes in one of the next, as if Ctrl+V had been
//! pressed; so a command that reads it waits for that.

use egui::{Context, Event, ViewportCommand};
use zeroize::Zeroize as _;

use crate::app::desktop::Desktop;
use crate::app::{App, Command};
use crate::secret::SecretBytes;

/// After so many frames nothing comes any more: there is no text on the clipboard.
const FRAMES: u8 = 10;

/// The command that waits, and for how many frames more.
#[derive(Default)]
pub(super) struct Pasting(Option<(Command, u8)>);

impl Pasting {
    /// Gives the command back where it need not wait for the clipboard.
    pub(super) fn hold(
        &mut self,
        ctx: &Context,
        app: &App,
        desktop: &dyn Desktop,
        command: Command,
    ) -> Option<Command> {
        if !app.reads_clipboard(&command) || !desktop.pastes_by_window() {
            return Some(command);
        }
        ctx.send_viewport_cmd(ViewportCommand::RequestPaste);
        ctx.request_repaint();
        self.0 = Some((command, FRAMES));
        None
    }

    /// The command that has waited long enough: the text has come and was handed over, or there is none. To be called
    /// before anything is drawn, so that no field takes what was meant for the command.
    pub(super) fn arrived(&mut self, ctx: &Context, desktop: &dyn Desktop) -> Option<Command> {
        let (command, frames) = self.0.take()?;
        let pasted = take_pasted(ctx);
        if pasted.is_none() && frames > 0 {
            ctx.request_repaint();
            self.0 = Some((command, frames - 1));
            return None;
        }
        desktop.hand_over(pasted);
        Some(command)
    }
}

/// What was pasted in this frame, which may be a private key; no copy of it stays in egui's events.
pub(super) fn take_pasted(ctx: &Context) -> Option<SecretBytes> {
    ctx.input_mut(|input| {
        for event in &mut input.raw.events {
            if let Event::Paste(text) = event {
                text.zeroize();
            }
        }
        let mut pasted = None;
        input.events.retain_mut(|event| match event {
            Event::Paste(text) => {
                pasted = Some(SecretBytes::new(std::mem::take(text).into_bytes()));
                false
            }
            _ => true,
        });
        pasted
    })
}
