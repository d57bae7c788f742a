//! The picture of a fingerprint that `ssh-keygen -lv` prints: the drunken bishop.
//!
//! The digest moves a bishop over a board of 17 × 9 squares, two bits a step, and each square shows
//! how often he came by. D. Loss and others, "The drunken bishop: An analysis of the OpenSSH
//! fingerprint visualization algorithm", 2009.

/// How many squares the board is wide.
pub const WIDTH: usize = 17;
/// How many squares the board is high.
pub const HEIGHT: usize = 9;

/// Where the bishop starts: the middle of the board.
const START: (usize, usize) = (WIDTH / 2, HEIGHT / 2);

/// What is drawn for 0, 1, 2 … visits.
const SYMBOLS: [char; 15] = [
    ' ', '.', 'o', '+', '=', '*', 'B', 'O', 'X', '@', '%', '&', '#', '/', '^',
];

/// One square of the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// How often the bishop came by; it is counted up to [`Cell::MOST_VISITS`].
    Visits(u8),
    /// The square in the middle, where he started.
    Start,
    /// Where he stopped. It hides [`Cell::Start`] when he came back.
    End,
}

impl Cell {
    /// Further visits are not counted.
    pub const MOST_VISITS: u8 = 14;

    /// The character that `ssh-keygen` draws for it.
    #[must_use]
    pub fn symbol(self) -> char {
        match self {
            Self::Visits(count) => SYMBOLS[usize::from(count.min(Self::MOST_VISITS))],
            Self::Start => 'S',
            Self::End => 'E',
        }
    }
}

/// The board after the bishop's walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Randomart {
    cells: [[Cell; WIDTH]; HEIGHT],
}

impl Randomart {
    /// The picture of a digest: 32 bytes of SHA-256, or 16 of MD5.
    #[must_use]
    pub fn new(digest: &[u8]) -> Self {
        let mut visits = [[0_u8; WIDTH]; HEIGHT];
        let (mut x, mut y) = START;
        for byte in digest {
            for shift in [0, 2, 4, 6] {
                let step = byte >> shift;
                x = moved(x, step & 1 != 0, WIDTH);
                y = moved(y, step & 2 != 0, HEIGHT);
                let square = &mut visits[y][x];
                *square = (*square + 1).min(Cell::MOST_VISITS);
            }
        }
        let mut cells = visits.map(|row| row.map(Cell::Visits));
        cells[START.1][START.0] = Cell::Start;
        cells[y][x] = Cell::End;
        Self { cells }
    }

    /// The board, row by row from the top.
    #[must_use]
    pub fn cells(&self) -> &[[Cell; WIDTH]; HEIGHT] {
        &self.cells
    }

    /// The picture in its frame, eleven lines without a newline at the end.
    ///
    /// The title and the footer are centred in the frame, `[ED25519 256]` and `[SHA256]`; see
    /// [`title`]. What is longer than the board is wide is cut off.
    #[must_use]
    pub fn to_text(&self, title: &str, footer: &str) -> String {
        let mut text = String::with_capacity((WIDTH + 3) * (HEIGHT + 2));
        text.push_str(&border(title));
        for row in &self.cells {
            text.push_str("\n|");
            text.extend(row.iter().map(|cell| cell.symbol()));
            text.push('|');
        }
        text.push('\n');
        text.push_str(&border(footer));
        text
    }
}

/// The title that `ssh-keygen` writes over the picture of a key: `[RSA 3072]`.
///
/// The kind is its name in capitals, as in `ED25519`, `ECDSA-CERT` or `ED25519-SK`. The size is left
/// out when there is no room, as in `[ED25519-CERT]`. `ssh-keygen` keeps 16 characters of a title but
/// finds out only at 18 that it is too long; so `[MLDSA44-ED25519]`, which has 17, loses its bracket
/// there and here.
#[must_use]
pub fn title(kind: &str, bits: u32) -> String {
    let mut title = format!("[{kind} {bits}]");
    if title.chars().count() > WIDTH {
        title = format!("[{kind}]");
    }
    title.chars().take(WIDTH - 1).collect()
}

/// One step to a side, or none at the edge.
fn moved(position: usize, forward: bool, squares: usize) -> usize {
    if forward {
        (position + 1).min(squares - 1)
    } else {
        position.saturating_sub(1)
    }
}

/// A border with a label in the middle, or just left of it where that cannot be.
fn border(label: &str) -> String {
    let label: String = label.chars().take(WIDTH).collect();
    format!("+{label:-^WIDTH$}+")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bishop_who_stays_at_the_start_ends_there() {
        let art = Randomart::new(&[]);
        assert_eq!(art.cells()[4][8], Cell::End);
        assert_eq!(
            art.to_text("[X]", "[NONE]").matches(' ').count(),
            WIDTH * HEIGHT - 1
        );
    }

    #[test]
    fn the_title_drops_the_size_where_there_is_no_room() {
        for (kind, bits, expected) in [
            ("ED25519", 256, "[ED25519 256]"),
            ("RSA", 16384, "[RSA 16384]"),
            ("RSA-CERT", 16384, "[RSA-CERT 16384]"),
            ("ECDSA-CERT", 256, "[ECDSA-CERT 256]"),
            ("ED25519-CERT", 256, "[ED25519-CERT]"),
            ("ED25519-SK", 256, "[ED25519-SK 256]"),
            ("MLDSA44-ED25519", 256, "[MLDSA44-ED25519"),
        ] {
            assert_eq!(title(kind, bits), expected);
        }
    }

    #[test]
    fn a_square_counts_fourteen_visits_and_no_more() {
        // He walks into the upper left corner and stays there for 52 steps more.
        let art = Randomart::new(&[0; 15]);
        assert_eq!(art.cells()[0][0], Cell::End);
        // He goes from there along the upper edge: the corner keeps what it had.
        let art = Randomart::new(&[[0; 15].as_slice(), &[0b01_01_01_01]].concat());
        assert_eq!(art.cells()[0][0], Cell::Visits(Cell::MOST_VISITS));
        assert_eq!(art.cells()[0][0].symbol(), '^');
        assert_eq!(art.cells()[0][4], Cell::End);
    }
}
