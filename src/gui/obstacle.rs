//! What stands in the way of giving the open key to a server or a provider.

use crate::app::stage::Document;

/// What is wrong, and what to do about it.
pub(super) type Obstacle = (&'static str, &'static str);

/// Why this key had better not be given to anybody now.
pub(super) fn obstacle(document: &Document) -> Option<Obstacle> {
    document.is_new().then_some((
        "This key is not saved yet.",
        "Save it first: a key that is in no file is gone when the window closes, and with it your way in.",
    ))
}
