//! Eight numbers at once, each in a lane of the 512-bit registers, in limbs of 52 bits.
//!
//! A column is the sum of all products of limbs that have one weight. It is gathered without carrying:
//! 640 halves of products, each below 2^52, still fit into 64 bits. Ten rows of a product are summed up at
//! once, because ten limbs of one factor and ten columns fit into the registers.

#![expect(
    clippy::absurd_extreme_comparisons,
    reason = "loops that are written out compare constants"
)]

use std::arch::x86_64::{
    __m512i, __mmask8, _mm_extract_epi64, _mm512_add_epi64, _mm512_and_si512, _mm512_castsi512_si128,
    _mm512_cmpeq_epi64_mask, _mm512_madd52hi_epu64, _mm512_madd52lo_epu64, _mm512_mask_add_epi64,
    _mm512_permutexvar_epi64, _mm512_set1_epi64, _mm512_setr_epi64, _mm512_setzero_si512, _mm512_srli_epi64,
};

use zeroize::Zeroizing;

use crate::exponent::{Exponent, negated_inverse};
use crate::lanes::{from_limbs, limb};
use crate::lucas::{self, Sequence};
use crate::portable::{SQUARINGS_BETWEEN_QUESTIONS, descend_lucas};
use crate::residues::{Words, bring_below, take_away};
use crate::unroll::each;

type Limbs = Zeroizing<Vec<__m512i>>;

const RADIX: usize = 52;

/// How many rows are summed up at once.
const ROWS: usize = 10;

/// How many bits R has more than the numbers at least, so that no result has to be reduced: it stays
/// below 4n, and so below R/4, when twice (4n)²/R + n does.
const SLACK: usize = 4;

type Block = [__m512i; ROWS];

/// Bit i of the answer belongs to number i.
#[target_feature(enable = "avx512f,avx512ifma")]
pub(crate) fn test(numbers: &[&[u64]; 8], bits: u32, stop: &dyn Fn() -> bool) -> Option<u8> {
    let len = limbs(bits);
    let mut power = Power::new(numbers, len);
    let exponents = numbers.map(|number| Exponent::new(number, bits, RADIX * len));
    for (index, limb) in power.x.iter_mut().enumerate() {
        *limb = lanes(|lane| {
            let start = exponents[lane].start;
            u64::from(start / RADIX == index) << (start % RADIX)
        });
    }
    for left in (0..exponents[0].steps).rev() {
        let mut doublings = 0;
        for (lane, exponent) in exponents.iter().enumerate() {
            doublings |= __mmask8::from(exponent.doubling(left) == 1) << lane;
        }
        power.square();
        power.reduce(doublings);
        if left % SQUARINGS_BETWEEN_QUESTIONS == 0 && stop() {
            return None;
        }
    }
    Some(power.ends_well())
}

/// How many limbs the numbers have.
fn limbs(bits: u32) -> usize {
    (bits as usize + SLACK).div_ceil(RADIX).next_multiple_of(ROWS)
}

/// The strong Lucas test of an odd number.
#[target_feature(enable = "avx512f,avx512ifma")]
pub(crate) fn strong_lucas(number: &[u64]) -> bool {
    lucas::passes(number, |sequence| climb_lucas(sequence), descend_lucas)
}

/// W(d) and W(d+1), below n. Lane 0 has the product of each step and lane 1 the square; the others idle.
///
/// What is taken away is added as its negative, so that values stay below 3n: (3n)²/R + n, and n more.
#[target_feature(enable = "avx512f,avx512ifma")]
fn climb_lucas(sequence: &Sequence<'_>) -> [Words; 2] {
    let len = limbs(sequence.bits);
    let mut power = Power::new(&[sequence.n; 8], len);
    let [two, p] = sequence.start(RADIX * len);
    let mut right = Zeroizing::new(vec![_mm512_setzero_si512(); len]);
    let [minus_two, minus_p] = [&two, &p].map(|value| {
        let mut negative = Zeroizing::new(sequence.n.to_vec());
        take_away(&mut negative, value, sequence.n);
        negative
    });
    let two_lanes = |[first, second]: [&Words; 2]| -> Limbs {
        let limbs = (0..len).map(|index| {
            lanes(|lane| match lane {
                0 => limb(first, index, RADIX),
                1 => limb(second, index, RADIX),
                _ => 0,
            })
        });
        Zeroizing::new(limbs.collect())
    };
    let taken_away = two_lanes([&minus_p, &minus_two]);
    // The lane of W(k+1), of which the other lane has W(k).
    let mut lane_above = 1;
    power.x = two_lanes([&two, &p]);
    for left in (0..sequence.steps).rev() {
        let bit = sequence.bit(left);
        // 2k and 2k + 1 come from the square of W(k), or 2k + 1 and 2k + 2 from that of W(k+1).
        let squared = lane_above ^ bit ^ 1;
        let [left_lanes, right_lanes] = [0, 1].map(|product| {
            lanes(|lane| match lane {
                0 => product,
                1 => squared,
                _ => 2,
            })
        });
        for (right, x) in right.iter_mut().zip(power.x.iter_mut()) {
            *right = _mm512_permutexvar_epi64(right_lanes, *x);
            *x = _mm512_permutexvar_epi64(left_lanes, *x);
        }
        power.multiply(&right);
        for (column, limb) in power.columns[len..].iter_mut().zip(taken_away.iter()) {
            *column = _mm512_add_epi64(*column, *limb);
        }
        power.reduce(0);
        lane_above = bit;
    }
    power.bring_out();
    let [first, second] = power.first_two(sequence.n);
    if lane_above == 1 {
        [first, second]
    } else {
        [second, first]
    }
}

/// Eight numbers x, each of which stands for x/R modulo its n, where R is 2^(52·len).
struct Power {
    n: Limbs,
    /// −1/n modulo 2^52.
    inverse: __m512i,
    x: Limbs,
    /// Twice as many as x has limbs.
    columns: Limbs,
}

impl Power {
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn new(numbers: &[&[u64]; 8], len: usize) -> Self {
        let n = (0..len).map(|index| lanes(|lane| limb(numbers[lane], index, RADIX)));
        Self {
            n: Zeroizing::new(n.collect()),
            inverse: lanes(|lane| negated_inverse(numbers[lane][0]) & ((1 << RADIX) - 1)),
            x: Zeroizing::new(vec![_mm512_setzero_si512(); len]),
            columns: Zeroizing::new(vec![_mm512_setzero_si512(); 2 * len]),
        }
    }

    /// columns = x².
    #[inline(never)]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn square(&mut self) {
        self.columns.fill(_mm512_setzero_si512());
        let (blocks, _) = self.x.as_chunks::<ROWS>();
        for (index, rows) in blocks.iter().enumerate() {
            let (below, columns) = self.columns.split_at_mut((2 * index + 1) * ROWS);
            let own = &mut below[2 * index * ROWS..];
            if let Some(own) = own.first_chunk_mut() {
                let started = triangle(rows, own);
                let (right, _) = self.x[(index + 1) * ROWS..].as_chunks();
                add_rows(rows, right, columns, started);
            }
        }
        let (pairs, _) = self.columns.as_chunks_mut::<2>();
        for (pair, limb) in pairs.iter_mut().zip(self.x.iter()) {
            pair[0] = low(_mm512_add_epi64(pair[0], pair[0]), *limb, *limb);
            pair[1] = high(_mm512_add_epi64(pair[1], pair[1]), *limb, *limb);
        }
    }

    /// columns = x · right.
    #[inline(never)]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn multiply(&mut self, right: &[__m512i]) {
        let zero = _mm512_setzero_si512();
        self.columns.fill(zero);
        let (blocks, _) = self.x.as_chunks::<ROWS>();
        let (right, _) = right.as_chunks();
        for (index, rows) in blocks.iter().enumerate() {
            add_rows(rows, right, &mut self.columns[index * ROWS..], [zero; ROWS]);
        }
    }

    /// x = columns / R modulo n, and twice that in the lanes that `doublings` names.
    #[inline(never)]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn reduce(&mut self, doublings: __mmask8) {
        let mask = _mm512_set1_epi64((1 << RADIX) - 1);
        let mut carry = self.cancel();
        carry = _mm512_mask_add_epi64(carry, doublings, carry, carry);
        let upper = &self.columns[self.x.len()..];
        for (limb, column) in self.x.iter_mut().zip(upper) {
            let column = _mm512_mask_add_epi64(*column, doublings, *column, *column);
            let sum = _mm512_add_epi64(carry, column);
            *limb = _mm512_and_si512(sum, mask);
            carry = _mm512_srli_epi64::<52>(sum);
        }
    }

    /// Adds a multiple of n that makes the lower half of the columns zero; returns what that half
    /// carries into the upper one.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn cancel(&mut self) -> __m512i {
        let mut carry = _mm512_setzero_si512();
        let (n, _) = self.n.as_chunks::<ROWS>();
        let [n_first, n_rest @ ..] = n else {
            return carry;
        };
        let (columns, _) = self.columns.as_chunks_mut::<ROWS>();
        let mut next = quotients(&columns[0], n_first, self.inverse, &mut carry);
        for index in 0..n.len() {
            let rows = next;
            let mut sums = upper_triangle(&rows, n_first);
            let columns = &mut columns[index + 1..];
            if let Some((n_second, n_rest)) = n_rest.split_first() {
                add_block(&rows, n_second, &mut columns[0], &mut sums);
                // The next columns are complete but for their own block. To compute its quotients now
                // fills the time that the rest of this one takes.
                if index + 1 < n.len() {
                    next = quotients(&columns[0], n_first, self.inverse, &mut carry);
                }
                for (n, columns) in n_rest.iter().zip(&mut columns[1..]) {
                    add_block(&rows, n, columns, &mut sums);
                }
            }
            add_to(&mut columns[n_rest.len()], &sums);
        }
        carry
    }

    /// x = what it stands for: at most n, because what is reduced is less than R.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn bring_out(&mut self) {
        let len = self.x.len();
        self.columns[..len].copy_from_slice(&self.x);
        self.columns[len..].fill(_mm512_setzero_si512());
        self.reduce(0);
    }

    /// The numbers in the first two lanes, which are at most n, below n.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn first_two(&self, n: &[u64]) -> [Words; 2] {
        let lane = |lane: i64| {
            let limb = |limb: &__m512i| {
                let first = _mm512_permutexvar_epi64(_mm512_set1_epi64(lane), *limb);
                _mm_extract_epi64::<0>(_mm512_castsi512_si128(first)).cast_unsigned()
            };
            let mut words = from_limbs(self.x.iter().map(limb), RADIX, n.len());
            bring_below(&mut words, 0, n);
            words
        };
        [0, 1].map(lane)
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    fn ends_well(mut self) -> u8 {
        let zero = _mm512_setzero_si512();
        self.bring_out();
        let one = _mm512_set1_epi64(1);
        let mut is_one = _mm512_cmpeq_epi64_mask(self.x[0], one);
        let mut is_minus_one = _mm512_cmpeq_epi64_mask(_mm512_add_epi64(self.x[0], one), self.n[0]);
        for (x, n) in self.x.iter().zip(self.n.iter()).skip(1) {
            is_one &= _mm512_cmpeq_epi64_mask(*x, zero);
            is_minus_one &= _mm512_cmpeq_epi64_mask(*x, *n);
        }
        is_one | is_minus_one
    }
}

/// The products of different limbs of one block with each other. Their lower ten columns are added to
/// `columns`, the upper ten are returned.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn triangle(rows: &Block, columns: &mut Block) -> Block {
    let zero = _mm512_setzero_si512();
    let mut upper = [zero; ROWS];
    each!(COLUMN in [1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18] {
        let mut lows = zero;
        let mut highs = zero;
        each!(A in [0 1 2 3 4 5 6 7 8 9] {
            if 2 * A < COLUMN && COLUMN < A + ROWS {
                lows = low(lows, rows[A], rows[(COLUMN + ROWS - A) % ROWS]);
            }
            if 2 * A + 1 < COLUMN && COLUMN < A + 1 + ROWS {
                highs = high(highs, rows[A], rows[(COLUMN + ROWS - 1 - A) % ROWS]);
            }
        });
        let sum = _mm512_add_epi64(lows, highs);
        if COLUMN < ROWS {
            columns[COLUMN % ROWS] = _mm512_add_epi64(columns[COLUMN % ROWS], sum);
        } else {
            upper[COLUMN % ROWS] = sum;
        }
    });
    upper
}

/// Adds ten rows times all of `right` to the columns from that of row 0 and limb 0 on; `sums` are what
/// belongs to the first ten of them already.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn add_rows(rows: &Block, right: &[Block], columns: &mut [__m512i], mut sums: Block) {
    let (columns, _) = columns.as_chunks_mut::<ROWS>();
    for (right, columns) in right.iter().zip(columns.iter_mut()) {
        add_block(rows, right, columns, &mut sums);
    }
    if let Some(columns) = columns.get_mut(right.len()) {
        add_to(columns, &sums);
    }
}

/// Ten rows times ten limbs. `sums` are the ten columns that the rows have reached, the lowest first;
/// each step adds the lowest to its place, for it is complete, and goes on by one.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn add_block(rows: &Block, right: &Block, columns: &mut Block, sums: &mut Block) {
    let zero = _mm512_setzero_si512();
    let mut w = *sums;
    each!(STEP in [0 1 2 3 4 5 6 7 8 9] {
        let limb = right[STEP];
        each!(ROW in [0 1 2 3 4 5 6 7 8 9] {
            w[ROW] = low(w[ROW], rows[ROW], limb);
        });
        columns[STEP] = _mm512_add_epi64(columns[STEP], w[0]);
        each!(ROW in [0 1 2 3 4 5 6 7 8 9] {
            let next = if ROW + 1 < ROWS { w[(ROW + 1) % ROWS] } else { zero };
            w[ROW] = high(next, rows[ROW], limb);
        });
    });
    *sums = w;
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn add_to(columns: &mut Block, sums: &Block) {
    each!(COLUMN in [0 1 2 3 4 5 6 7 8 9] {
        columns[COLUMN] = _mm512_add_epi64(columns[COLUMN], sums[COLUMN]);
    });
}

/// Which multiples of n, one for each of ten columns, make them zero. `carry` is what the columns
/// before carry into the first, and then what these carry into the next.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn quotients(columns: &Block, n: &Block, inverse: __m512i, carry: &mut __m512i) -> Block {
    let zero = _mm512_setzero_si512();
    let mut quotients = [zero; ROWS];
    each!(COLUMN in [0 1 2 3 4 5 6 7 8 9] {
        let mut lows = columns[COLUMN];
        let mut highs = zero;
        each!(ROW in [0 1 2 3 4 5 6 7 8 9] {
            if ROW < COLUMN {
                lows = low(lows, quotients[ROW], n[(COLUMN + ROWS - ROW) % ROWS]);
                highs = high(highs, quotients[ROW], n[(COLUMN + ROWS - 1 - ROW) % ROWS]);
            }
        });
        let sum = _mm512_add_epi64(_mm512_add_epi64(lows, highs), *carry);
        quotients[COLUMN] = low(zero, sum, inverse);
        *carry = _mm512_srli_epi64::<52>(low(sum, quotients[COLUMN], n[0]));
    });
    quotients
}

/// The products of ten quotients with the first ten limbs of n that lie in the ten columns behind those
/// that they make zero.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn upper_triangle(rows: &Block, n: &Block) -> Block {
    let zero = _mm512_setzero_si512();
    let mut sums = [zero; ROWS];
    each!(COLUMN in [0 1 2 3 4 5 6 7 8 9] {
        let mut lows = zero;
        let mut highs = zero;
        each!(ROW in [0 1 2 3 4 5 6 7 8 9] {
            if COLUMN < ROW {
                lows = low(lows, rows[ROW], n[(COLUMN + ROWS - ROW) % ROWS]);
            }
            if COLUMN <= ROW {
                highs = high(highs, rows[ROW], n[(COLUMN + 2 * ROWS - 1 - ROW) % ROWS]);
            }
        });
        sums[COLUMN] = _mm512_add_epi64(lows, highs);
    });
    sums
}

/// sum + the lower 52 bits of a · b.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn low(sum: __m512i, a: __m512i, b: __m512i) -> __m512i {
    _mm512_madd52lo_epu64(sum, a, b)
}

/// sum + what is above the lower 52 bits of a · b.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn high(sum: __m512i, a: __m512i, b: __m512i) -> __m512i {
    _mm512_madd52hi_epu64(sum, a, b)
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn lanes(of: impl Fn(usize) -> u64) -> __m512i {
    let lane = |lane| of(lane).cast_signed();
    _mm512_setr_epi64(
        lane(0),
        lane(1),
        lane(2),
        lane(3),
        lane(4),
        lane(5),
        lane(6),
        lane(7),
    )
}
