//! What stands in the way of giving the open key to a server or a provider.

use crate::app::stage::Document;

/// What is wrong, and what to do about it.
pub(super) type Obstacle = (&'static str, &'static str);

/// Why this key had better not be given to anybody now.
pub(super) fn obstacle(document: &Document) -> Option<Obstacle> {
    let what = match document.missing() {
        None => "This key is not saved yet.",
        Some(_) => "This key is no longer where it was saved.",
    };
    document.is_in_no_file().then_some((
        what,
        "Save it first: a key that is in no file is gone when the window closes, and with it your way in.",
    ))
}
