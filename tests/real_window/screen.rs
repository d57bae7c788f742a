//! A screen without a monitor, and what stands on it: a window manager, a bus, and what lets a
//! screen reader look into windows.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::tools::put_with_mode;

const INSTALL: &str = "sudo apt-get install --no-install-recommends xvfb openbox xdotool xclip imagemagick dbus \
    at-spi2-core gir1.2-atspi-2.0 python3-gi python3-xlib zenity openssh-client openssh-server putty-tools util-linux strace \
    weston wl-clipboard";

/// Longer than anything takes here, even while the machine does much else.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A bus on which nothing can be started: so there is no portal that would open a file dialog.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
    "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=SOCKET</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// Ended with the test, together with whatever it has started.
pub(crate) struct Running(pub(crate) Child);

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        // A group of its own, so that what it starts can be ended with it.
        match command.process_group(0).spawn() {
            Ok(child) => Self(child),
            Err(error) => not_started(command, &error),
        }
    }

    /// How it ended, once it has.
    pub(crate) fn end(&mut self) -> std::process::ExitStatus {
        until("the program ends", || self.0.try_wait().expect("it is our child"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let group = i32::try_from(self.0.id()).expect("a process number");
        let group = rustix::process::Pid::from_raw(group).expect("it is not 0");
        // It may be gone already.
        rustix::process::kill_process_group(group, rustix::process::Signal::KILL).ok();
        self.0.wait().ok();
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        while let Some(running) = self.standing.pop() {
            drop(running);
        }
    }
}

/// The screen, and a folder that is the home of whoever sits before it.
pub(crate) struct Screen {
    test: &'static str,
    folder: tempfile::TempDir,
    display: String,
    /// What is started first is ended last.
    standing: Vec<Running>,
    /// Where the rows of the window begin on the screen and how many there are, where no window manager tells.
    rows: Option<[i32; 2]>,
}

impl Screen {
    /// `test` names the pictures that are taken.
    pub(crate) fn new(test: &'static str) -> Self {
        let mut screen = Self::bare(test);
        screen.start_bus();
        screen.start_window_manager();
        screen.start_accessibility();
        screen
    }

    /// A screen on which windows are at home in a compositor for Wayland, which shows one at a time, over all that it has;
    /// `scale` is how many pixels it draws for one.
    pub(crate) fn with_wayland(test: &'static str, scale: u8) -> Self {
        /// Less than the screen is wide: what comes in from beside it is where the compositor takes it to be.
        const WIDTH: i32 = 1240;
        const HEIGHT: i32 = 880;
        let mut screen = Self::bare(test);
        screen.rows = Some([0, HEIGHT]);
        screen.start_bus();
        screen.start_accessibility();
        screen.put("weston.ini", "[core]\nidle-time=0\n", 0o600);
        let scale = i32::from(scale);
        let weston = Self::stand(
            screen
                .command("weston")
                .args(["--backend=x11-backend.so", "--shell=kiosk-shell.so"])
                .args(["--socket=wayland-of-test", &format!("--scale={scale}")])
                .arg(format!("--width={}", WIDTH / scale))
                .arg(format!("--height={}", HEIGHT / scale))
                .arg(format!("--config={}", screen.path("weston.ini").display())),
        );
        screen.standing.push(weston);
        let socket = screen.path("wayland-of-test");
        until("the compositor is there", || socket.exists().then_some(()));
        until("the compositor is on the screen", || {
            let asked = Self::run(screen.command("xdotool").args(["search", "--class", "weston"]));
            (!asked.stdout.is_empty()).then_some(())
        });
        for [x, y] in [["1270", "890"], ["600", "400"]] {
            screen.xdotool(&["mousemove", x, y]);
            std::thread::sleep(Duration::from_millis(200));
        }
        screen
    }

    /// A program that is at home under Wayland, and sees nothing of X11.
    pub(crate) fn wayland_command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = self.command(program);
        command
            .env_remove("DISPLAY")
            .env("WAYLAND_DISPLAY", "wayland-of-test");
        command
    }

    fn bare(test: &'static str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in ["home", "no-programs"] {
            std::fs::create_dir(folder.path().join(name)).expect("a folder in it");
        }
        let mut xvfb = Running::start(
            Command::new("Xvfb")
                .args([
                    "-displayfd",
                    "1",
                    "-screen",
                    "0",
                    "1280x900x24",
                    "-nolisten",
                    "tcp",
                    // Or it starts anew, and drops who is just connecting, whenever its last client goes.
                    "-noreset",
                ])
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        );
        let mut display = String::new();
        let said = xvfb.0.stdout.take().expect("it was asked for");
        BufReader::new(said)
            .read_line(&mut display)
            .expect("Xvfb says where it is");
        assert!(!display.is_empty(), "Xvfb does not start");

        Self {
            test,
            folder,
            display: format!(":{}", display.trim()),
            standing: vec![xvfb],
            rows: None,
        }
    }

    fn start_bus(&mut self) {
        let socket = self.path("bus");
        let config = BUS.replace("SOCKET", &socket.display().to_string());
        self.put("bus.conf", &config, 0o600);
        let bus = Self::stand(
            self.command("dbus-daemon")
                .arg("--nofork")
                .arg("--config-file")
                .arg(self.path("bus.conf")),
        );
        self.standing.push(bus);
        until("the bus is there", || socket.exists().then_some(()));
    }

    fn start_window_manager(&mut self) {
        let mut openbox = Self::stand(&mut self.command("openbox"));
        until("there is a window manager", || {
            if openbox.0.try_wait().is_ok_and(|ended| ended.is_some()) {
                openbox = Self::stand(&mut self.command("openbox"));
            }
            let asked = Self::run(self.command("xdotool").arg("get_num_desktops"));
            asked.status.success().then_some(())
        });
        self.standing.push(openbox);
    }

    fn start_accessibility(&mut self) {
        let places = [
            "/usr/libexec",
            "/usr/lib/at-spi2-core",
            "/usr/lib/at-spi2",
            "/usr/libexec/at-spi2-core",
        ];
        let launcher = places
            .map(|place| Path::new(place).join("at-spi-bus-launcher"))
            .into_iter()
            .find(|file| file.exists())
            .unwrap_or_else(|| panic!("at-spi-bus-launcher is needed: {INSTALL}"));
        let launcher = Self::stand(
            self.command(launcher)
                .arg("--launch-immediately")
                // Without it the setting below would go into the real settings of this person.
                .env("GSETTINGS_BACKEND", "memory"),
        );
        self.standing.push(launcher);
        until("windows let a screen reader in", || {
            let set = Self::run(self.command("dbus-send").args([
                "--session",
                "--print-reply",
                "--dest=org.a11y.Bus",
                "/org/a11y/bus",
                "org.freedesktop.DBus.Properties.Set",
                "string:org.a11y.Status",
                "string:IsEnabled",
                "variant:boolean:true",
            ]));
            set.status.success().then_some(())
        });
    }

    /// A file or folder of this screen's own.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where `~` leads.
    pub(crate) fn home(&self, name: &str) -> PathBuf {
        self.path("home").join(name)
    }

    pub(crate) fn put(&self, name: &str, text: &str, mode: u32) {
        self.put_bytes(name, text.as_bytes(), mode);
    }

    pub(crate) fn put_bytes(&self, name: &str, bytes: &[u8], mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        let file = put_with_mode(&self.path(name), bytes, mode);
        // Whatever the umask is.
        file.set_permissions(std::fs::Permissions::from_mode(mode))
            .expect("it is ours");
    }

    /// A program that sees this screen and nothing of the real one.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env(
                "PATH",
                "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin",
            )
            .env("HOME", self.path("home"))
            // Where this screen's settings are; those of whoever runs the tests are not touched.
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env("USER", "someone")
            .env("LC_ALL", "C.UTF-8")
            .env("DISPLAY", &self.display)
            .env(
                "DBUS_SESSION_BUS_ADDRESS",
                format!("unix:path={}", self.path("bus").display()),
            )
            .env("XDG_RUNTIME_DIR", self.folder.path())
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    fn stand(command: &mut Command) -> Running {
        Running::start(command.stdout(Stdio::null()).stderr(Stdio::null()))
    }

    /// Runs a program to its end.
    fn run(command: &mut Command) -> Output {
        match command.output() {
            Ok(output) => output,
            Err(error) => not_started(command, &error),
        }
    }

    /// Runs a program that must succeed, and gives what it printed.
    fn printed_by(command: &mut Command) -> String {
        let output = Self::run(command);
        let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
        let program = command.get_program().display();
        assert!(output.status.success(), "{program} failed: {err}{out}");
        out.into_owned()
    }

    pub(crate) fn xdotool(&self, arguments: &[&str]) {
        Self::printed_by(self.command("xdotool").args(arguments));
    }

    /// Where the rows of the window begin on the screen, and how many there are.
    pub(crate) fn window_rows(&self) -> [i32; 2] {
        if let Some(rows) = self.rows {
            return rows;
        }
        let words = ["getactivewindow", "getwindowgeometry", "--shell"];
        let told = Self::printed_by(self.command("xdotool").args(words));
        ["Y=", "HEIGHT="].map(|name| {
            let value = told.lines().find_map(|line| line.strip_prefix(name));
            value
                .and_then(|value| value.parse().ok())
                .expect("a number of pixels")
        })
    }

    /// Keeps a picture of the screen for whoever wants to look, as `target/real_window/TEST-NAME.png`.
    pub(crate) fn picture(&self, name: &str) {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("real_window");
        std::fs::create_dir_all(&folder).expect("a folder in target");
        let file = folder.join(format!("{}-{name}.png", self.test));
        Self::printed_by(self.command("import").args(["-window", "root"]).arg(file));
    }

    /// Puts a text on the clipboard, as another program does.
    pub(crate) fn copy(&self, text: &str) {
        self.put("copied", text, 0o600);
        // It goes on in the background, for somebody has to hand the text out.
        let mut copy = self.command("xclip");
        copy.args(["-selection", "clipboard", "-i"])
            .arg(self.path("copied"));
        copy.stdout(Stdio::null()).stderr(Stdio::null());
        let status = copy.status();
        let status = status.unwrap_or_else(|error| not_started(&copy, &error));
        assert!(status.success(), "nothing was copied");
    }

    /// What is on the clipboard, as another program gets it; empty where nobody has put a text there yet.
    pub(crate) fn clipboard(&self) -> String {
        let pasted = Self::run(self.command("xclip").args(["-selection", "clipboard", "-o"]));
        String::from_utf8_lossy(&pasted.stdout).into_owned()
    }
}

pub(crate) fn not_started(command: &Command, error: &std::io::Error) -> ! {
    let program = command.get_program().display();
    panic!("{program} does not start: {error}; {INSTALL}")
}

/// Asks until there is an answer.
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begin.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
