//! What the Doctor says, as text and as an object.

use serde_json::{Value, json};

use crate::cli::console::{Console, print, print_object};
use crate::engine::Problem;
use crate::engine::doctor::{Cause, Evidence, Examination, Source, Verdict};

/// Tells what was found, after what was done, or would be.
pub(super) fn tell(
    examination: &Examination,
    done: &[String],
    is_to_fix: bool,
    console: Console,
) -> Result<(), Problem> {
    if console.is_json() {
        let mut object = object(examination);
        if is_to_fix {
            object["fixed"] = done.into();
        }
        return print_object(&object);
    }
    let mut parts: Vec<String> = Vec::new();
    if !done.is_empty() {
        parts.push(done.join("\n"));
    } else if is_to_fix {
        parts.push("There is nothing here that could be put right by itself.".to_owned());
    }
    parts.extend(examination.verdicts.iter().map(verdict));
    print(format!("{}\n", parts.join("\n\n")).as_bytes())
}

/// A verdict in lines: what is wrong first, then what that goes by, and what to do.
fn verdict(verdict: &Verdict) -> String {
    let mut lines = vec![verdict.message.clone()];
    let is_fault = !matches!(verdict.cause, Cause::Works | Cause::Unknown | Cause::NotAboutKeys);
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
        .map(|fix| json!({ "what": fix.what, "command": fix.command, "repairable": fix.remedy.is_some() }));
    json!({
        "cause": verdict.cause.code(),
        "certainty": verdict.certainty.code(),
        "message": verdict.message,
        "evidence": evidence.collect::<Vec<_>>(),
        "fix": fix,
        "who": verdict.who.map(crate::engine::doctor::Who::code),
    })
}
