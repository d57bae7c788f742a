//! Whether a Linux desktop is dark, which winit tells on Windows and macOS only, and whether it asks for less motion.

#[cfg(not(target_os = "linux"))]
mod platform {
    /// winit knows.
    pub(in crate::gui) struct SystemTheme;

    impl SystemTheme {
        pub(in crate::gui) fn new(_: crate::engine::job::Wake) -> Self {
            Self
        }

        pub(in crate::gui) fn poll(&mut self, _: &egui::Context) {}
    }
}

#[cfg(target_os = "linux")]
mod platform {
    use std::process::{Command, Stdio};

    use egui::{Context, Theme};

    use crate::engine::job::{Job, Poll, Wake};
    use crate::gui::motion;
    use crate::sys::programs::system_program;

    /// Asks the desktop's portal, beside everything else, at the start and whenever the window is
    /// come back to.
    pub(in crate::gui) struct SystemTheme {
        wake: Wake,
        was_focused: bool,
        job: Option<Job<Answer>>,
    }

    impl SystemTheme {
        pub(in crate::gui) fn new(wake: Wake) -> Self {
            let job = Some(Job::start("theme", &wake, |_| ask_portal()));
            Self {
                wake,
                was_focused: true,
                job,
            }
        }

        pub(in crate::gui) fn poll(&mut self, ctx: &Context) {
            let is_focused = ctx.input(|input| input.focused);
            if is_focused && !self.was_focused && self.job.is_none() {
                self.job = Some(Job::start("theme", &self.wake, |_| ask_portal()));
            }
            self.was_focused = is_focused;
            let answer = match self.job.as_mut().map(Job::poll) {
                Some(Poll::Done(answer)) => answer,
                Some(Poll::Lost) => Answer::default(),
                Some(Poll::Running) | None => return,
            };
            self.job = None;
            motion::is_reduced(ctx, answer.is_motion_reduced);
            if let Some(theme) = answer.theme {
                ctx.options_mut(|options| options.fallback_theme = theme);
                ctx.request_repaint();
            }
        }
    }

    /// What the desktop wants.
    #[derive(Default)]
    pub(in crate::gui) struct Answer {
        theme: Option<Theme>,
        is_motion_reduced: bool,
    }

    /// Light or dark, and whether things may move. Nothing when there is no portal.
    fn ask_portal() -> Answer {
        let appearance = "org.freedesktop.appearance";
        let Some(theme) = setting(appearance, "color-scheme") else {
            return Answer::default();
        };
        let less = || setting(appearance, "reduced-motion").is_some_and(|answer| answer.contains("uint32 1"));
        let animations = setting("org.gnome.desktop.interface", "enable-animations");
        Answer {
            theme: theme_of(&theme),
            is_motion_reduced: animations.is_some_and(|answer| answer.contains("<false>")) || less(),
        }
    }

    /// A setting as the portal has it, by the tool that every desktop with `GLib` has.
    fn setting(group: &str, name: &str) -> Option<String> {
        let output = Command::new(system_program("gdbus")?)
            .args(["call", "--session", "--timeout", "2"])
            .args(["--dest", "org.freedesktop.portal.Desktop"])
            .args(["--object-path", "/org/freedesktop/portal/desktop"])
            .args(["--method", "org.freedesktop.portal.Settings.Read"])
            .args([group, name])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .ok()
            .filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The answer as gdbus prints it, `(<<uint32 1>>,)`: 1 is dark, 2 light, 0 no preference.
    fn theme_of(answer: &str) -> Option<Theme> {
        let number = answer.split("uint32 ").nth(1)?;
        match number.chars().next()? {
            '1' => Some(Theme::Dark),
            _ => Some(Theme::Light),
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_portals_answer_is_understood() {
            assert_eq!(theme_of("(<<uint32 1>>,)\n"), Some(Theme::Dark));
            assert_eq!(theme_of("(<uint32 2>,)\n"), Some(Theme::Light));
            assert_eq!(theme_of("(<<uint32 0>>,)\n"), Some(Theme::Light));
            assert_eq!(theme_of(""), None);
        }
    }
}

pub(super) use platform::SystemTheme;
