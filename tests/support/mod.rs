//! A desktop that does what a test has written down for it.

#![allow(dead_code, reason = "each test program uses a part of it")]

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use keywright::app::App;
use keywright::app::desktop::{
    ClipboardError, Copied, Desktop, FindAgents, OpenTerminal, PickRequest, Picked, Picking,
};
use keywright::secret::SecretBytes;
use keywright::sys::agent::Agent;

/// How long anything may take on a machine that does other things too.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// What was asked of the desktop, and what it will answer.
#[derive(Default)]
pub(crate) struct Script {
    /// The answers of file dialogs, in order; one that nothing is left for stays open for ever.
    pub(crate) picks: RefCell<VecDeque<Picked>>,
    /// The file dialogs that were opened.
    pub(crate) asked: RefCell<Vec<PickRequest>>,
    /// How many of them are on the screen.
    pub(crate) open: Arc<AtomicUsize>,
    /// What lies on the clipboard.
    pub(crate) clipboard: RefCell<Option<Vec<u8>>>,
    /// What was copied.
    pub(crate) copied: RefCell<Vec<String>>,
    /// What was copied as a secret.
    pub(crate) copied_secrets: RefCell<Vec<String>>,
    /// The key agents that are there.
    pub(crate) agents: RefCell<Vec<Agent>>,
    /// The home folder; nothing where it is not known.
    pub(crate) home: RefCell<Option<PathBuf>>,
    /// Whether files can not be dropped on the window.
    pub(crate) takes_no_drops: Cell<bool>,
    /// The clipboard is to be had only by the window itself.
    pub(crate) pastes_by_window: Cell<bool>,
    /// There is no browser.
    pub(crate) has_no_browser: Cell<bool>,
    /// The commands that were given to a terminal.
    pub(crate) in_terminal: Arc<Mutex<Vec<Vec<String>>>>,
    /// The pages that were opened.
    pub(crate) pages: RefCell<Vec<&'static str>>,
    /// The files that were shown in their folders.
    pub(crate) shown: RefCell<Vec<PathBuf>>,
}

/// A file dialog on the screen.
struct Open(Arc<AtomicUsize>);

impl Open {
    fn new(open: &Arc<AtomicUsize>) -> Self {
        open.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(open))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A desktop that a window can own while the test keeps the script.
#[derive(Clone, Default)]
pub(crate) struct Scripted(pub(crate) Rc<Script>);

impl Scripted {
    pub(crate) fn will_pick(&self, path: impl Into<PathBuf>) {
        self.0.picks.borrow_mut().push_back(Picked::Path(path.into()));
    }

    pub(crate) fn will_answer(&self, picked: Picked) {
        self.0.picks.borrow_mut().push_back(picked);
    }

    pub(crate) fn has_on_clipboard(&self, text: &str) {
        *self.0.clipboard.borrow_mut() = Some(text.as_bytes().to_vec());
    }

    pub(crate) fn has_agent(&self, place: impl Into<PathBuf>) {
        self.0.agents.borrow_mut().push(Agent::at(place));
    }

    pub(crate) fn is_at_home_in(&self, folder: impl Into<PathBuf>) {
        *self.0.home.borrow_mut() = Some(folder.into());
    }

    pub(crate) fn dialogs_on_screen(&self) -> usize {
        self.0.open.load(Ordering::SeqCst)
    }

    pub(crate) fn dialogs_opened(&self) -> usize {
        self.0.asked.borrow().len()
    }

    pub(crate) fn copied_secrets(&self) -> Vec<String> {
        self.0.copied_secrets.borrow().clone()
    }

    pub(crate) fn copied(&self) -> Vec<String> {
        self.0.copied.borrow().clone()
    }

    fn pick(&self, request: PickRequest) -> Picking {
        self.0.asked.borrow_mut().push(request);
        if let Some(picked) = self.0.picks.borrow_mut().pop_front() {
            return Box::pin(std::future::ready(picked));
        }
        let open = Open::new(&self.0.open);
        Box::pin(async move {
            let _open = open;
            std::future::pending().await
        })
    }
}

impl Desktop for Scripted {
    fn agents(&self) -> FindAgents {
        let agents = self.0.agents.borrow().clone();
        Box::new(|| agents)
    }

    fn pick_to_open(&self, request: PickRequest) -> Picking {
        self.pick(request)
    }

    fn pick_folder(&self, request: PickRequest) -> Picking {
        self.pick(request)
    }

    fn pick_to_save(&self, request: PickRequest) -> Picking {
        self.pick(request)
    }

    fn copy(&self, text: &str) -> Result<Copied, ClipboardError> {
        self.0.copied.borrow_mut().push(text.to_owned());
        Ok(if self.0.pastes_by_window.get() {
            Copied::WhileOpen
        } else {
            Copied::AsUsual
        })
    }

    fn copy_secret(&self, text: &str) -> Result<(), ClipboardError> {
        self.0.copied_secrets.borrow_mut().push(text.to_owned());
        Ok(())
    }

    fn pastes_by_window(&self) -> bool {
        self.0.pastes_by_window.get()
    }

    fn hand_over(&self, pasted: Option<SecretBytes>) {
        self.0
            .clipboard
            .replace(pasted.map(|text| text.expose().to_vec()));
    }

    fn paste(&self) -> Result<SecretBytes, ClipboardError> {
        let clipboard = self.0.clipboard.borrow();
        let bytes = clipboard
            .as_ref()
            .ok_or_else(|| ClipboardError("there is no text on it".to_owned()))?;
        Ok(SecretBytes::copy_of(bytes))
    }

    fn terminal(&self) -> OpenTerminal {
        let given = Arc::clone(&self.0.in_terminal);
        Box::new(move |words| {
            given.lock().expect("nobody panics").push(words.to_vec());
            true
        })
    }

    fn open_page(&self, address: &'static str) -> bool {
        self.0.pages.borrow_mut().push(address);
        !self.0.has_no_browser.get()
    }

    fn takes_dropped_files(&self) -> bool {
        !self.0.takes_no_drops.get()
    }

    fn home(&self) -> Option<PathBuf> {
        self.0.home.borrow().clone()
    }

    fn show_in_folder(&self, path: &Path) {
        self.0.shown.borrow_mut().push(path.to_owned());
    }
}

/// Polls `app` until `is_so`.
#[track_caller]
pub(crate) fn wait(app: &mut App, is_so: impl Fn(&App) -> bool) {
    let start = Instant::now();
    while !is_so(app) {
        assert!(start.elapsed() < PATIENCE, "it never came: {app:#?}");
        app.poll();
        std::thread::sleep(Duration::from_millis(2));
    }
}
