//! The built program on a screen: what a screen reader finds in it, and hands that use it.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

use serde_json::Value;

use crate::screen::{Running, Screen, until};

/// The program that was built for this test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_keywright");

/// Something in the window that a screen reader can point at.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) role: String,
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) states: Vec<String>,
    /// Left, top, width and height on the screen.
    pub(crate) place: Option<[i32; 4]>,
}

impl Node {
    fn read(value: &Value) -> Self {
        let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        let numbers = value["box"].as_array();
        Self {
            role: text("role"),
            name: text("name"),
            text: text("text"),
            states: (value["states"].as_array().into_iter().flatten())
                .filter_map(|state| state.as_str().map(str::to_owned))
                .collect(),
            place: numbers.map(|numbers| {
                let number = |index: usize| {
                    numbers[index]
                        .as_i64()
                        .and_then(|value| i32::try_from(value).ok())
                };
                [0, 1, 2, 3].map(|index| number(index).unwrap_or_default())
            }),
        }
    }

    pub(crate) fn is(&self, state: &str) -> bool {
        self.states.iter().any(|each| each == state)
    }

    fn center(&self) -> Option<[i32; 2]> {
        let [x, y, width, height] = self.place?;
        (width > 0 && height > 0).then_some([x + width / 2, y + height / 2])
    }
}

/// A window of the program.
pub(crate) struct Window<'a> {
    pub(crate) screen: &'a Screen,
    pub(crate) program: Running,
    reader: RefCell<(Running, ChildStdin, BufReader<ChildStdout>)>,
    announced: RefCell<Vec<String>>,
}

impl<'a> Window<'a> {
    /// Starts the program, where no other program can be found: so no `zenity` either.
    pub(crate) fn open(screen: &'a Screen) -> Self {
        let mut command = screen.command(PROGRAM);
        command.env("PATH", screen.path("no-programs"));
        Self::of(screen, &mut command)
    }

    /// Starts this command, which is the program or leads to it.
    pub(crate) fn of(screen: &'a Screen, command: &mut Command) -> Self {
        let program = Running::start(command);
        let mut reader = Running::start(
            screen
                .command("/usr/bin/python3")
                .args(["-c", include_str!("tree.py"), "keywright"])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped()),
        );
        let ask = reader.0.stdin.take().expect("it was asked for");
        let answers = BufReader::new(reader.0.stdout.take().expect("it was asked for"));
        let window = Self {
            screen,
            program,
            reader: RefCell::new((reader, ask, answers)),
            announced: RefCell::default(),
        };
        window.wait("there is a window", |nodes| {
            nodes.iter().find(|node| node.role == "frame").map(|_| ())
        });
        window
    }

    /// All that a screen reader finds now.
    pub(crate) fn nodes(&self) -> Vec<Node> {
        let (_, ask, answers) = &mut *self.reader.borrow_mut();
        ask.write_all(b"\n").expect("the reader lives");
        let mut line = String::new();
        answers.read_line(&mut line).expect("the reader answers");
        assert!(
            !line.is_empty(),
            "tree.py has failed: are python3-gi and gir1.2-atspi-2.0 installed?"
        );
        let value: Value = serde_json::from_str(&line).expect("it is JSON");
        let announced = value["announced"].as_array().into_iter().flatten();
        let announced = announced.filter_map(|text| text.as_str().map(str::to_owned));
        self.announced.borrow_mut().extend(announced);
        value["nodes"]
            .as_array()
            .into_iter()
            .flatten()
            .map(Node::read)
            .collect()
    }

    /// What a screen reader was told to say by itself since this was asked last.
    pub(crate) fn announced(&self) -> Vec<String> {
        self.nodes();
        std::mem::take(&mut self.announced.borrow_mut())
    }

    /// Looks until it sees what it looks for.
    pub(crate) fn wait<T>(&self, what: &str, mut look: impl FnMut(&[Node]) -> Option<T>) -> T {
        let mut last = Vec::new();
        let begin = std::time::Instant::now();
        loop {
            let nodes = self.nodes();
            if let Some(found) = look(&nodes) {
                return found;
            }
            if begin.elapsed() > crate::screen::PATIENCE {
                self.screen.picture("failed");
                last.extend(nodes);
                let seen: Vec<_> = (last.iter())
                    .map(|node| format!("{} {:?} {:?}", node.role, node.name, node.text))
                    .collect();
                panic!(
                    "{what}: was not seen within {:?}. In the window:\n{}",
                    crate::screen::PATIENCE,
                    seen.join("\n")
                );
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }

    /// The one that is called so, once it is there and can be used.
    pub(crate) fn node(&self, role: &str, name: &str) -> Node {
        self.wait(&format!("the {role} “{name}”"), |nodes| {
            (nodes.iter())
                .find(|node| {
                    node.role == role && node.name == name && node.is("sensitive") && node.center().is_some()
                })
                .cloned()
        })
    }

    /// Waits until a text of the window is this and nothing more: “saved”, but not “not saved yet”.
    pub(crate) fn says_just(&self, text: &str) {
        self.wait(&format!("just “{text}”"), |nodes| {
            (nodes.iter())
                .find(|node| node.name == text || node.text == text)
                .map(|_| ())
        });
    }

    /// Waits until this is said anywhere in the window.
    pub(crate) fn says(&self, text: &str) {
        self.wait(&format!("“{text}”"), |nodes| {
            (nodes.iter())
                .find(|node| node.name.contains(text) || node.text.contains(text))
                .map(|_| ())
        });
    }

    /// Where it stays: what has just appeared may still be moved by what appears beside it.
    fn settled(&self, role: &str, name: &str) -> [i32; 2] {
        let mut before = None;
        self.wait(&format!("the {role} “{name}” stays where it is"), |nodes| {
            let now = (nodes.iter())
                .find(|node| node.role == role && node.name == name && node.is("sensitive"))
                .and_then(Node::center);
            let is_settled = now.is_some() && now == before;
            before = now;
            is_settled.then_some(now).flatten()
        })
    }

    /// Where it is once it can be seen: what lies further down is scrolled to, with the wheel over the middle of the page.
    fn in_sight(&self, role: &str, name: &str) -> [i32; 2] {
        /// News may lie over the lowest part of the window.
        const NEWS: i32 = 100;
        let mut last = None;
        loop {
            let [x, y] = self.settled(role, name);
            let [top, height] = self.screen.window_rows();
            let is_seen = (top..top + height - NEWS).contains(&y);
            if is_seen || last == Some(y) {
                return [x, y];
            }
            last = Some(y);
            let wheel = if y < top { "4" } else { "5" };
            let middle = (top + height / 2).to_string();
            self.screen
                .xdotool(&["mousemove", &x.to_string(), &middle, "click", wheel]);
        }
    }

    /// Presses it with the mouse.
    pub(crate) fn click(&self, role: &str, name: &str) {
        let [x, y] = self.in_sight(role, name).map(|number| number.to_string());
        self.screen.xdotool(&["mousemove", &x, &y, "click", "1"]);
    }

    /// Presses a button of the keyboard, or several together.
    pub(crate) fn press(&self, keys: &str) {
        self.screen.xdotool(&["key", "--clearmodifiers", keys]);
    }

    pub(crate) fn type_text(&self, text: &str) {
        self.screen.xdotool(&["type", "--delay", "4", text]);
    }

    /// Pastes this secret into a masked field, in place of what it holds, and waits until it is there.
    pub(crate) fn paste_secret(&self, field: &str, secret: &str) {
        self.fill(field, "x");
        self.screen.copy(secret);
        self.press("ctrl+a");
        self.press("ctrl+v");
        let bullets = "•".repeat(secret.chars().count());
        self.wait("what was pasted is in the field", |nodes| {
            nodes.iter().find(|node| node.text == bullets).map(|_| ())
        });
    }

    /// Puts this text in place of what a field holds, and waits until it is there.
    pub(crate) fn fill(&self, name: &str, text: &str) {
        let role = self.field(name).role;
        self.click(&role, name);
        self.wait(&format!("“{name}” has the focus"), |nodes| {
            nodes
                .iter()
                .find(|node| node.name == name && node.is("focused"))
                .map(|_| ())
        });
        self.press("ctrl+a");
        self.type_text(text);
        let shown = if role == "password text" {
            "•".repeat(text.chars().count())
        } else {
            text.to_owned()
        };
        self.wait(&format!("“{name}” holds what was typed"), |nodes| {
            nodes
                .iter()
                .find(|node| node.name == name && node.text == shown)
                .map(|_| ())
        });
    }

    /// A field for text, masked or not.
    pub(crate) fn field(&self, name: &str) -> Node {
        self.wait(&format!("the field “{name}”"), |nodes| {
            (nodes.iter())
                .find(|node| node.name == name && ["entry", "password text"].contains(&node.role.as_str()))
                .cloned()
        })
    }

    /// Asks the window to close, as its frame and the window manager do.
    pub(crate) fn ask_to_close(&self) {
        // A window manager that is busy may let a key go by; asking once more does no harm.
        for _ in 0..10 {
            self.press("alt+F4");
            let begin = std::time::Instant::now();
            while begin.elapsed() < std::time::Duration::from_secs(6) {
                let is_asked = |node: &Node| node.name.contains("This key is not saved");
                let nodes = self.nodes();
                // Nothing is left of a window that is closed.
                if nodes.is_empty() || nodes.iter().any(is_asked) {
                    return;
                }
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
        }
    }

    /// Waits until the program has come to its end.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        self.program.end()
    }

    /// Moves the mouse over the area that collects randomness until it has gone, and has a look
    /// halfway.
    pub(crate) fn move_until_collected(&self) {
        let area = self.node("canvas", "Area that collects randomness");
        let [left, top, width, height] = area.place.expect("it is drawn");
        let mut angle = 0.0_f64;
        let mut has_looked = false;
        until("enough movements were collected", || {
            let mut script = String::new();
            for _ in 0..25 {
                angle += 0.21;
                let along = (angle * 0.31).sin() * 0.5 + 0.5;
                let across = (angle * 1.7).sin() * 0.5 + 0.5;
                let x = f64::from(left) + 12.0 + along * f64::from(width - 24);
                let y = f64::from(top) + 12.0 + across * f64::from(height - 24);
                writeln!(script, "mousemove {x:.0} {y:.0}\nsleep 0.012").expect("a text can grow");
            }
            let file = self.screen.path("movements");
            std::fs::File::create(&file)
                .and_then(|mut file| file.write_all(script.as_bytes()))
                .expect("there is room");
            self.screen.xdotool(&[file.to_str().expect("its name is text")]);
            let nodes = self.nodes();
            let is_collecting = nodes.iter().any(|node| node.role == "canvas");
            if is_collecting && !has_looked {
                self.screen.picture("2-collecting");
                has_looked = true;
            }
            (!is_collecting).then_some(())
        });
    }

    /// Drops this file into the middle of the window, as a file manager does.
    pub(crate) fn drop_file(&self, path: &Path) {
        let [x, y] = self.wait("the window has a place", |nodes| {
            nodes
                .iter()
                .find(|node| node.role == "frame")
                .and_then(Node::center)
        });
        self.screen
            .xdotool(&["mousemove", &x.to_string(), &y.to_string()]);
        let mut drop = self.screen.command("/usr/bin/python3");
        drop.args(["-c", include_str!("drop.py")]).arg(path);
        let dropped = drop.output().expect("python3 is there: it reads the window");
        let said = String::from_utf8_lossy(&dropped.stderr);
        assert!(
            dropped.status.success(),
            "not dropped (is python3-xlib installed?): {said}"
        );
    }

    /// Makes an Ed25519 key the short way.
    pub(crate) fn generate_at_once(&self) {
        // Where there are keys the window opens with them.
        self.click("push button", "New key");
        self.click("push button", "Generate");
        self.click("push button", "Use system randomness only");
        self.field("Key passphrase");
    }

    /// Protects the key and asks to save it at this place.
    pub(crate) fn save_as(&self, passphrase: &str, path: &str) {
        self.fill("Key passphrase", passphrase);
        self.fill("Confirm passphrase", passphrase);
        self.fill("Private key file", path);
        self.press("Return");
    }
}
