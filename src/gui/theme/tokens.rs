//! The measures, in points: distances on a grid of four, sizes, and the widths at which a page is laid out another way.
//! No other file of the window has any.

use egui::{CornerRadius, Margin};

/// Distances.
pub(in crate::gui) mod space {
    /// Between the lines of one thing.
    pub(in crate::gui) const LINE: f32 = 2.0;
    /// Between what belongs together.
    pub(in crate::gui) const XS: f32 = 4.0;
    /// From a label to its field.
    pub(in crate::gui) const LABEL: f32 = 6.0;
    /// Between buttons in a row.
    pub(in crate::gui) const S: f32 = 8.0;
    /// Between cards.
    pub(in crate::gui) const M: f32 = 12.0;
    /// Between rows of a card.
    pub(in crate::gui) const L: f32 = 16.0;
    /// Between parts of a page.
    pub(in crate::gui) const XXL: f32 = 24.0;
    /// Around a page.
    pub(in crate::gui) const PAGE: f32 = 32.0;
}

/// Room within frames.
pub(in crate::gui) mod inset {
    use super::Margin;

    pub(in crate::gui) const FIELD: Margin = Margin::symmetric(12, 8);
    pub(in crate::gui) const WORDS: Margin = Margin::symmetric(8, 4);
    pub(in crate::gui) const DROP: Margin = Margin::symmetric(12, 20);
    pub(in crate::gui) const LOW_CARD: Margin = Margin::symmetric(20, 12);
    pub(in crate::gui) const FOLDED_CARD: Margin = Margin::symmetric(20, 6);
    pub(in crate::gui) const DIALOG: Margin = Margin::same(24);
    pub(in crate::gui) const LIST: Margin = Margin::same(8);
    pub(in crate::gui) const NOTE: Margin = Margin::symmetric(12, 8);
    pub(in crate::gui) const ROW: Margin = Margin::symmetric(12, 2);
    pub(in crate::gui) const BADGE: Margin = Margin::symmetric(8, 1);
    pub(in crate::gui) const TOAST: Margin = Margin::symmetric(16, 8);
    pub(in crate::gui) const SIDE: Margin = Margin::symmetric(12, 12);
    pub(in crate::gui) const NARROW_SIDE: Margin = Margin::symmetric(8, 8);
    pub(in crate::gui) const MENU_BAR: Margin = Margin::symmetric(8, 2);
    pub(in crate::gui) const MENU: Margin = Margin::same(6);
    /// Around a page in a window of the usual width, and in a narrow one.
    pub(in crate::gui) const PAGE: Margin = Margin::symmetric(32, 24);
    pub(in crate::gui) const NARROW_PAGE: Margin = Margin::symmetric(16, 12);
    /// Around lines of code, and around the area in which they scroll.
    pub(in crate::gui) const CODE: Margin = Margin::symmetric(10, 8);
    pub(in crate::gui) const CODE_AREA: Margin = Margin::symmetric(2, 1);
}

/// Corners.
pub(in crate::gui) mod radius {
    use super::CornerRadius;

    /// Of buttons, fields and rows.
    pub(in crate::gui) const CONTROL: CornerRadius = CornerRadius::same(8);
    /// Of the ring around what has the focus.
    pub(in crate::gui) const RING: CornerRadius = CornerRadius::same(9);
    /// Of cards and dialogs.
    pub(in crate::gui) const CARD: CornerRadius = CornerRadius::same(12);
    /// Of badges.
    pub(in crate::gui) const BADGE: CornerRadius = CornerRadius::same(10);
    /// Of the bars of a gauge.
    pub(in crate::gui) const BAR: CornerRadius = CornerRadius::same(2);
}

/// Lines.
pub(in crate::gui) mod line {
    /// Around a choice: of a thinner ring no pixel has the whole colour.
    pub(in crate::gui) const RING: f32 = 1.5;
    /// Around fields, cards and notes.
    pub(in crate::gui) const THIN: f32 = 1.0;
    /// Around what is chosen.
    pub(in crate::gui) const CHOSEN: f32 = 1.5;
    /// Around what has the focus.
    pub(in crate::gui) const FOCUS: f32 = 2.0;
    /// Dashes, and the gaps between them.
    pub(in crate::gui) const DASH: f32 = 5.0;
    /// The trail of the pointer on the pad.
    pub(in crate::gui) const TRAIL: f32 = 2.5;
}

/// How large things are.
pub(in crate::gui) mod size {
    /// Buttons and fields.
    pub(in crate::gui) const CONTROL: f32 = 36.0;
    /// The narrowest button that is not a sign alone.
    pub(in crate::gui) const BUTTON: f32 = 88.0;
    /// Rows that are to take little room.
    pub(in crate::gui) const LOW_ROW: f32 = 24.0;
    /// Entries of menus.
    pub(in crate::gui) const ENTRY: f32 = 30.0;
    /// Signs within buttons.
    pub(in crate::gui) const SIGN: f32 = 16.0;
    /// Signs of the pages.
    pub(in crate::gui) const PAGE_SIGN: f32 = 20.0;
    /// The box or ring of a choice, and what is in it.
    pub(in crate::gui) const CHOICE: f32 = 18.0;
    pub(in crate::gui) const CHOSEN: f32 = 12.0;
    /// Sign and number of a step.
    pub(in crate::gui) const STEP: f32 = 24.0;
    /// The sign before a row of a list, with its ground.
    pub(in crate::gui) const TILE: f32 = 36.0;
    /// The width of the ways to the pages, with words and without.
    pub(in crate::gui) const SIDE: f32 = 196.0;
    pub(in crate::gui) const NARROW_SIDE: f32 = 56.0;
    /// How wide a page grows; longer lines are hard to read.
    pub(in crate::gui) const COLUMN: f32 = 720.0;
    /// Lists beside what they list.
    pub(in crate::gui) const LIST: f32 = 264.0;
    /// A row of a list, and between two.
    pub(in crate::gui) const ROW: f32 = 56.0;
    /// A list above what it lists.
    pub(in crate::gui) const LIST_ABOVE: f32 = 192.0;
    /// The two widths of dialogs, and what is left free around them.
    pub(in crate::gui) const DIALOG: f32 = 420.0;
    pub(in crate::gui) const WIDE_DIALOG: f32 = 640.0;
    pub(in crate::gui) const AROUND_DIALOG: f32 = 72.0;
    /// News.
    pub(in crate::gui) const TOAST: f32 = 420.0;
    /// Menus, the narrowest and the widest.
    pub(in crate::gui) const MENU: f32 = 240.0;
    pub(in crate::gui) const WIDE_MENU: f32 = 360.0;
    pub(in crate::gui) const TOOLTIP: f32 = 360.0;
    pub(in crate::gui) const COMBO: f32 = 120.0;
    pub(in crate::gui) const COMBO_LIST: f32 = 400.0;
    pub(in crate::gui) const SCROLL_BAR: f32 = 10.0;
    /// What is left free below a menu that is as high as the window.
    pub(in crate::gui) const BELOW_MENU: f32 = 24.0;
    /// A field for a number.
    pub(in crate::gui) const NUMBER: f32 = 80.0;
    /// The narrowest field for words, fields for passwords, and for a server.
    pub(in crate::gui) const LEAST_FIELD: f32 = 80.0;
    pub(in crate::gui) const SECRET_FIELD: f32 = 360.0;
    pub(in crate::gui) const SERVER_FIELD: f32 = 480.0;
    pub(in crate::gui) const NAME_FIELD: f32 = 280.0;
    pub(in crate::gui) const SEARCH: f32 = 260.0;
    /// Names of facts before their values, short and long ones.
    pub(in crate::gui) const FACT: f32 = 96.0;
    pub(in crate::gui) const LONG_FACT: f32 = 120.0;
    pub(in crate::gui) const LONGEST_FACT: f32 = 208.0;
    /// Values of the parameters.
    pub(in crate::gui) const VALUES: f32 = 212.0;
    /// The format of the private key.
    pub(in crate::gui) const FORMAT: f32 = 176.0;
    /// Lists and code within dialogs scroll when they are higher.
    pub(in crate::gui) const CODE: f32 = 96.0;
    pub(in crate::gui) const LOW_CODE: f32 = 64.0;
    pub(in crate::gui) const TRASH: f32 = 320.0;
    /// The bars of a gauge.
    pub(in crate::gui) const GAUGE: f32 = 24.0;
    pub(in crate::gui) const GAUGE_BAR: f32 = 4.0;
    /// The button behind the field for a server.
    pub(in crate::gui) const PUT_BUTTON: f32 = 148.0;
    /// The buttons for the public key, which stand behind it.
    pub(in crate::gui) const PUBLIC_BUTTONS: f32 = 352.0;
    /// The card for a new key: where nothing scrolls, and at the least.
    pub(in crate::gui) const KINDS_CARD: f32 = 452.0;
    pub(in crate::gui) const LEAST_KINDS: f32 = 240.0;
    /// The picture of a fingerprint and what belongs to it.
    pub(in crate::gui) const ART: f32 = 200.0;
    /// The pad at the least.
    pub(in crate::gui) const PAD: f32 = 180.0;
    /// The newest point of the trail.
    pub(in crate::gui) const POINT: f32 = 5.0;
    /// A square of the picture of a fingerprint at the least.
    pub(in crate::gui) const SQUARE: f32 = 6.0;
}

/// Where there is less room than this, things are laid out another way.
pub(in crate::gui) mod at {
    /// A window: the ways to the pages have no words.
    pub(in crate::gui) const NARROW_WINDOW: f32 = 700.0;
    /// A page: less room around it.
    pub(in crate::gui) const NARROW_PAGE: f32 = 600.0;
    /// A page: list and details below each other.
    pub(in crate::gui) const SIDE_BY_SIDE: f32 = 520.0;
    /// A page: a list with cards of text beside it.
    pub(in crate::gui) const LIST_BESIDE: f32 = 600.0;
    /// A page: heading and search below each other.
    pub(in crate::gui) const HEADER: f32 = 400.0;
    /// A card: what stands side by side stands below each other.
    pub(in crate::gui) const NARROW_CARD: f32 = 440.0;
    /// A card: a field and its button stand below each other.
    pub(in crate::gui) const NARROW_FIELD: f32 = 320.0;
    /// A card: a line and its buttons stand below each other.
    pub(in crate::gui) const WIDE_CARD: f32 = 540.0;
    /// Facts: names stand above their values.
    pub(in crate::gui) const NARROW_FACTS: f32 = 420.0;
    /// A page so low has no room to spare.
    pub(in crate::gui) const LOW: f32 = 460.0;
    /// A page so low scrolls as a whole.
    pub(in crate::gui) const VERY_LOW: f32 = 340.0;
}
