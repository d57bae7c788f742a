//! Files and folders that were dropped on the window: one key file is opened, and more of them are all among the keys.

use std::path::PathBuf;

use crate::app::dialog::Unsaved;
use crate::app::doctor::Subject;
use crate::app::my_keys::{Outcome, Work};
use crate::app::{App, Page};
use crate::engine::Problem;
use crate::engine::keys::{Whose, added};
use crate::engine::plural::counted;

impl App {
    pub(in crate::app) fn dropped(&mut self, mut paths: Vec<PathBuf>) {
        let is_one_file = matches!(&paths[..], [one] if !one.is_dir());
        if paths.is_empty() || self.is_saving() {
            return;
        }
        if is_one_file && self.page == Page::Doctor {
            return self.examine(Subject::File(paths.remove(0)), Vec::new());
        }
        if is_one_file {
            return self.open_path(paths.remove(0), Unsaved::Ask);
        }
        self.dialog = None;
        self.show_page(Page::MyKeys);
        // The keys are looked at again when these are among them.
        self.my_keys.work.take_if(|work| matches!(work, Work::Reading(_)));
        self.do_with_keys(move |whose| add_all(whose, &paths));
    }
}

/// Adds those that can be; what cannot is named.
fn add_all(whose: &Whose, paths: &[PathBuf]) -> Result<Outcome, Problem> {
    let mut added: Vec<String> = Vec::new();
    let mut refused: Vec<String> = Vec::new();
    let mut problem = None;
    for path in paths {
        match added::add(whose, path) {
            Ok(place) => added.push(whose.short(&place)),
            Err(why) => {
                refused.push(whose.short(path));
                problem = problem.or(Some(why));
            }
        }
    }
    if let (true, Some(problem)) = (added.is_empty(), problem) {
        return Err(problem);
    }
    let done = match &added[..] {
        [one] => format!("{one} is among your keys now."),
        several => format!("{} files and folders are among your keys now.", several.len()),
    };
    let left = match &refused[..] {
        [] => String::new(),
        [one] => format!(" {one} holds no key."),
        [first, rest @ ..] => format!(" {first} and {} hold no key.", counted(rest.len(), "other")),
    };
    Ok(Outcome::say(done + &left))
}
