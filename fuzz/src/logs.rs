//! What must hold for whatever the Doctor is given as a log.

use std::sync::Once;

use keywright::engine::doctor::log;

use crate::check::{allowance, watched};

/// What all patterns take together, which are laid out when they are first looked for, in bytes.
const PATTERNS: usize = 8 << 20;
static LAID_OUT: Once = Once::new();

/// What is noted of attempts, of which so many are kept, however short the lines that tell of them.
const NOTED: usize = 2 << 20;

/// Has it looked through: something is always said, it is safe to print, and the same is said again.
pub fn log(bytes: &[u8]) {
    LAID_OUT.call_once(|| {
        let ordinary: &[u8] = b"Permission denied (publickey).\n";
        let _first = watched(PATTERNS, || log::examine(ordinary));
    });
    let examined = || log::examine(bytes).expect("what lies in memory can be read");
    let found = watched(NOTED + allowance(bytes.len()), examined);
    assert!((1..=3).contains(&found.verdicts.len()), "{found:?}");
    for verdict in &found.verdicts {
        let evidence = verdict.evidence.iter().map(|evidence| evidence.text.as_str());
        let fix = verdict.fix.iter();
        let fix = fix.flat_map(|fix| [Some(fix.what.as_str()), fix.command.as_deref()]);
        for text in evidence.chain(fix.flatten()).chain([verdict.message.as_str()]) {
            assert!(!text.chars().any(char::is_control), "not fit to print: {text:?}");
        }
    }
    assert_eq!(found, examined());
}
