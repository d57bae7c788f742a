//! What the Doctor says, as text and as an object.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};

use serde_json::{Value, json};

use crate::cli::console::{Console, print, print_object};
use crate::cli::work;
use crate::engine::Problem;
use crate::engine::doctor::{Cause, Evidence, Examination, Source, Step, Tell, Verdict};
use crate::engine::job::Pulse;

/// What is told beside the verdicts.
pub(super) struct Said<'a> {
    /// What was done, or would be; nothing where nobody asked for that.
    pub(super) done: Option<&'a [String]>,
    /// Whether a person has read that already.
    pub(super) is_done_told: bool,
    /// What to ask whoever runs the server.
    pub(super) letter: Option<&'a str>,
}

/// The steps of an examination, printed as they are made; in an object they stand at the end.
pub(super) struct Steps {
    lines: Receiver<String>,
    tell: Tell,
    has_told: Arc<AtomicBool>,
}

impl Steps {
    pub(super) fn new(console: Console) -> Self {
        let (sender, lines) = channel();
        let has_told = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&has_told);
        let tell = move |step: &Step| {
            if console.is_json() {
                return;
            }
            told.store(true, Ordering::Relaxed);
            let mark = if step.is_well { "ok" } else { "--" };
            // Nobody listens any more where the program is about to end.
            drop(sender.send(format!("{mark} {}: {}", step.what, step.found)));
        };
        Self {
            lines,
            tell: Arc::new(tell),
            has_told,
        }
    }

    /// What is to be called with each step.
    pub(super) fn tell(&self) -> Tell {
        Arc::clone(&self.tell)
    }

    /// Does work, and prints the steps that are made meanwhile.
    pub(super) fn run<T: Send + 'static>(
        &self,
        console: Console,
        doing: &str,
        work: impl FnOnce(&Pulse) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        work::run_and_tell(console, doing, &self.lines, work)
    }

    /// Prints what was not printed yet, and a blank line behind it all.
    pub(super) fn end(&self) -> Result<(), Problem> {
        let mut rest: String = self.lines.try_iter().map(|line| line + "\n").collect();
        if self.has_told.swap(false, Ordering::Relaxed) {
            rest.push('\n');
        }
        print(rest.as_bytes())
    }
}

/// Tells what was found, after what was done, or would be.
pub(super) fn tell(examination: &Examination, said: &Said<'_>, console: Console) -> Result<(), Problem> {
    if console.is_json() {
        let mut object = object(examination);
        if let Some(done) = said.done {
            object["fixed"] = done.into();
        }
        if let Some(letter) = said.letter {
            object["message_for_administrator"] = letter.into();
        }
        return print_object(&object);
    }
    let mut parts: Vec<String> = Vec::new();
    match said.done {
        None => {}
        Some(_) if said.is_done_told => {}
        Some([]) => parts.push("There is nothing here that could be put right by itself.".to_owned()),
        Some(done) => parts.push(done.join("\n")),
    }
    parts.extend(examination.verdicts.iter().map(verdict));
    if let Some(letter) = said.letter {
        parts.push(format!("Ask whoever runs the server:\n  {letter}"));
    }
    print(format!("{}\n", parts.join("\n\n")).as_bytes())
}

/// A verdict in lines: what is wrong first, then what that goes by, and what to do.
fn verdict(verdict: &Verdict) -> String {
    let mut lines = vec![verdict.message.clone()];
    let is_fault = !verdict.is_well() && !matches!(verdict.cause, Cause::Unknown | Cause::NotAboutKeys);
    if is_fault {
        lines.push(format!(
            "  cause: {} ({})",
            verdict.cause,
            verdict.certainty.code()
        ));
    }
    lines.extend(
        verdict
            .evidence
            .iter()
            .map(|evidence| format!("  {}", told(evidence))),
    );
    if let Some(fix) = &verdict.fix {
        lines.push(format!("  hint: {}", fix.what));
        lines.extend(fix.command.iter().map(|command| format!("  command: {command}")));
    }
    lines.join("\n")
}

fn told(evidence: &Evidence) -> String {
    let but = if evidence.contradicts { "but " } else { "" };
    match evidence.source {
        Source::Line(number) => format!("{but}line {number}: {}", evidence.text),
        Source::File | Source::Step => format!("{but}seen: {}", evidence.text),
    }
}

fn object(examination: &Examination) -> Value {
    let steps = examination
        .steps
        .iter()
        .map(|step| json!({ "what": step.what, "found": step.found, "ok": step.is_well }));
    json!({
        "verdicts": examination.verdicts.iter().map(shape).collect::<Vec<_>>(),
        "steps": steps.collect::<Vec<_>>(),
    })
}

fn shape(verdict: &Verdict) -> Value {
    let evidence = verdict.evidence.iter().map(|evidence| {
        let (kind, line) = match evidence.source {
            Source::Line(number) => ("line", Some(number)),
            Source::File => ("file", None),
            Source::Step => ("step", None),
        };
        json!({ "kind": kind, "line": line, "text": evidence.text, "contradicts": evidence.contradicts })
    });
    let fix = verdict
        .fix
        .as_ref()
        .map(|fix| json!({ "what": fix.what, "command": fix.command, "repairable": fix.mend.is_some() }));
    json!({
        "cause": verdict.cause.code(),
        "certainty": verdict.certainty.code(),
        "message": verdict.message,
        "evidence": evidence.collect::<Vec<_>>(),
        "fix": fix,
        "who": verdict.who.map(crate::engine::doctor::Who::code),
    })
}
