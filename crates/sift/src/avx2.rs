//! Four numbers at once, each in a lane of the 256-bit registers, in limbs of 27 or 28 bits.
//!
//! A column is the sum of all products of limbs that have one weight, gathered without carrying. Six
//! rows of a product are summed up at once, because six limbs of one factor and six columns fit into
//! the sixteen registers.

#![expect(
    clippy::absurd_extreme_comparisons,
    reason = "loops that are written out compare constants"
)]

use std::arch::x86_64::{
    __m256i, _mm256_add_epi64, _mm256_and_si256, _mm256_castsi256_pd, _mm256_cmpeq_epi64, _mm256_movemask_pd,
    _mm256_mul_epu32, _mm256_set1_epi64x, _mm256_setr_epi64x, _mm256_setzero_si256, _mm256_sllv_epi64,
    _mm256_srli_epi64,
};

use zeroize::Zeroizing;

use crate::exponent::{Exponent, negated_inverse};
use crate::lanes::limb;
use crate::portable::SQUARINGS_BETWEEN_QUESTIONS;
use crate::unroll::each;

type Limbs = Zeroizing<Vec<__m256i>>;

/// How many rows are summed up at once.
const ROWS: usize = 6;

type Block = [__m256i; ROWS];

/// How many bits R has more than the numbers at least, so that no result has to be reduced: it stays
/// below 4n, and so below R/4, when twice (4n)²/R + n does.
const SLACK: usize = 4;

/// The largest numbers whose columns have room for limbs of 28 bits: two products for each of 110
/// limbs, each product below 2^56.1.
const MOST_BITS_IN_28: u32 = 3072;

/// Bit i of the answer belongs to number i.
#[target_feature(enable = "avx2")]
pub(crate) fn test(numbers: &[&[u64]; 4], bits: u32, stop: &dyn Fn() -> bool) -> Option<u8> {
    if bits <= MOST_BITS_IN_28 {
        Power::<28>::test(numbers, bits, stop)
    } else {
        // Up to 304 limbs of 27 bits, for numbers of 8192: 608 products below 2^54.1.
        Power::<27>::test(numbers, bits, stop)
    }
}

/// Four numbers x, each of which stands for x/R modulo its n, where R is 2^(RADIX·len).
struct Power<const RADIX: i32> {
    n: Limbs,
    /// −1/n modulo 2^RADIX.
    inverse: __m256i,
    /// Limbs may be a little above 2^RADIX.
    x: Limbs,
    /// Twice as many as x has limbs.
    columns: Limbs,
}

impl<const RADIX: i32> Power<RADIX> {
    const WIDTH: usize = RADIX.cast_unsigned() as usize;

    #[target_feature(enable = "avx2")]
    fn test(numbers: &[&[u64]; 4], bits: u32, stop: &dyn Fn() -> bool) -> Option<u8> {
        let len = (bits as usize + SLACK).div_ceil(Self::WIDTH).max(ROWS);
        let mut power = Self::new(numbers, len);
        let exponents = numbers.map(|number| Exponent::new(number, bits, Self::WIDTH * len));
        for (index, limb) in power.x.iter_mut().enumerate() {
            *limb = lanes(|lane| {
                let start = exponents[lane].start;
                u64::from(start / Self::WIDTH == index) << (start % Self::WIDTH)
            });
        }
        for left in (0..exponents[0].steps).rev() {
            power.square();
            power.reduce(lanes(|lane| exponents[lane].doubling(left)));
            if left % SQUARINGS_BETWEEN_QUESTIONS == 0 && stop() {
                return None;
            }
        }
        Some(power.ends_well())
    }

    #[target_feature(enable = "avx2")]
    fn new(numbers: &[&[u64]; 4], len: usize) -> Self {
        let n = (0..len).map(|index| lanes(|lane| limb(numbers[lane], index, Self::WIDTH)));
        Self {
            n: Zeroizing::new(n.collect()),
            inverse: lanes(|lane| negated_inverse(numbers[lane][0]) & ((1 << RADIX) - 1)),
            x: Zeroizing::new(vec![_mm256_setzero_si256(); len]),
            columns: Zeroizing::new(vec![_mm256_setzero_si256(); 2 * len]),
        }
    }

    /// columns = x².
    #[inline(never)]
    #[target_feature(enable = "avx2")]
    fn square(&mut self) {
        let zero = _mm256_setzero_si256();
        self.columns.fill(zero);
        let (blocks, rest) = self.x.as_chunks::<ROWS>();
        for (index, rows) in blocks.iter().enumerate() {
            let first = index * ROWS;
            add_square_of::<ROWS>(rows, &self.x[first + ROWS..], &mut self.columns[2 * first..]);
        }
        let mut rows = [zero; ROWS];
        rows[..rest.len()].copy_from_slice(rest);
        let columns = &mut self.columns[2 * blocks.len() * ROWS..];
        match rest.len() {
            2 => add_square_of::<2>(&rows, &[], columns),
            3 => add_square_of::<3>(&rows, &[], columns),
            4 => add_square_of::<4>(&rows, &[], columns),
            5 => add_square_of::<5>(&rows, &[], columns),
            _ => {}
        }
        let (pairs, _) = self.columns.as_chunks_mut::<2>();
        for (pair, limb) in pairs.iter_mut().zip(self.x.iter()) {
            pair[0] = add(_mm256_add_epi64(pair[0], pair[0]), *limb, *limb);
            pair[1] = _mm256_add_epi64(pair[1], pair[1]);
        }
    }

    /// x = columns / R modulo n, and twice that in the lanes where `doublings` is 1.
    ///
    /// What a limb has above its bits goes to the next limb twice, and is not carried on from there:
    /// the first time it has up to 36 bits, the second time 9, and limbs of so little more than
    /// their bits can be multiplied.
    #[inline(never)]
    #[target_feature(enable = "avx2")]
    fn reduce(&mut self, doublings: __m256i) {
        let mask = _mm256_set1_epi64x((1 << RADIX) - 1);
        let mut first = self.cancel();
        let mut second = _mm256_setzero_si256();
        let upper = &self.columns[self.x.len()..];
        for (limb, column) in self.x.iter_mut().zip(upper) {
            let sum = _mm256_add_epi64(_mm256_and_si256(*column, mask), first);
            let sum = _mm256_sllv_epi64(sum, doublings);
            first = shifted::<RADIX>(*column);
            *limb = _mm256_add_epi64(_mm256_and_si256(sum, mask), second);
            second = shifted::<RADIX>(sum);
        }
    }

    /// Adds a multiple of n that makes the lower half of the columns zero; returns what that half
    /// carries into the upper one.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn cancel(&mut self) -> __m256i {
        let mut carry = _mm256_setzero_si256();
        let (n, columns) = (&self.n[..], &mut self.columns[..]);
        let first = n.len() % ROWS;
        match first {
            1 => cancel_first::<1, RADIX>(columns, n, self.inverse, &mut carry),
            2 => cancel_first::<2, RADIX>(columns, n, self.inverse, &mut carry),
            3 => cancel_first::<3, RADIX>(columns, n, self.inverse, &mut carry),
            4 => cancel_first::<4, RADIX>(columns, n, self.inverse, &mut carry),
            5 => cancel_first::<5, RADIX>(columns, n, self.inverse, &mut carry),
            _ => {}
        }
        let Some((n_first, n_rest)) = n.split_first_chunk::<ROWS>() else {
            return carry;
        };
        let columns = &mut columns[first..];
        let mut next = quotients::<ROWS, RADIX>(columns, n_first, self.inverse, &mut carry);
        for start in (0..n.len() - first).step_by(ROWS) {
            let rows = next;
            let mut sums = upper_triangle::<ROWS>(&rows, n_first);
            let columns = &mut columns[start + ROWS..];
            let reached = if let (Some((n_second, _)), Some(columns)) =
                (n_rest.split_first_chunk::<ROWS>(), columns.first_chunk_mut())
            {
                add_block(&rows, n_second, columns, &mut sums);
                ROWS
            } else {
                add_rows::<ROWS>(&rows, n_rest, columns, sums);
                n_rest.len()
            };
            // The next columns are complete but for their own block. To compute its quotients now fills
            // the time that the rest of this one takes.
            if start + ROWS < n.len() - first {
                next = quotients::<ROWS, RADIX>(columns, n_first, self.inverse, &mut carry);
            }
            if reached == ROWS {
                add_rows::<ROWS>(&rows, &n_rest[ROWS..], &mut columns[ROWS..], sums);
            }
        }
        carry
    }

    #[target_feature(enable = "avx2")]
    fn ends_well(mut self) -> u8 {
        let zero = _mm256_setzero_si256();
        let len = self.x.len();
        self.columns[..len].copy_from_slice(&self.x);
        self.columns[len..].fill(zero);
        let mut carry = self.cancel();
        let mask = _mm256_set1_epi64x((1 << RADIX) - 1);
        for (limb, column) in self.x.iter_mut().zip(&self.columns[len..]) {
            carry = _mm256_add_epi64(carry, *column);
            *limb = _mm256_and_si256(carry, mask);
            carry = shifted::<RADIX>(carry);
        }
        // Now x is what it stood for: at most n, because what was reduced was less than R.
        let one = _mm256_set1_epi64x(1);
        let mut is_one = _mm256_cmpeq_epi64(self.x[0], one);
        let mut is_minus_one = _mm256_cmpeq_epi64(_mm256_add_epi64(self.x[0], one), self.n[0]);
        for (x, n) in self.x.iter().zip(self.n.iter()).skip(1) {
            is_one = _mm256_and_si256(is_one, _mm256_cmpeq_epi64(*x, zero));
            is_minus_one = _mm256_and_si256(is_minus_one, _mm256_cmpeq_epi64(*x, *n));
        }
        let [is_one, is_minus_one] =
            [is_one, is_minus_one].map(|lanes| _mm256_movemask_pd(_mm256_castsi256_pd(lanes)));
        // Four bits, one for each lane.
        (is_one | is_minus_one).to_le_bytes()[0]
    }
}

/// Adds to the columns, from that of row 0 with itself on, the products of the first `N` rows with each
/// other, each pair of different ones once, and with the limbs to the right of them.
#[inline]
#[target_feature(enable = "avx2")]
fn add_square_of<const N: usize>(rows: &Block, right: &[__m256i], columns: &mut [__m256i]) {
    let zero = _mm256_setzero_si256();
    let mut upper = [zero; ROWS];
    each!(COLUMN in [1 2 3 4 5 6 7 8 9 10] {
        if COLUMN + 2 < 2 * N {
            let mut sum = zero;
            each!(A in [0 1 2 3 4 5] {
                if A < N && 2 * A < COLUMN && COLUMN < A + N {
                    sum = add(sum, rows[A], rows[(COLUMN + 2 * ROWS - A) % ROWS]);
                }
            });
            if COLUMN < N {
                columns[COLUMN] = _mm256_add_epi64(columns[COLUMN], sum);
            } else {
                upper[(COLUMN + ROWS - N) % ROWS] = sum;
            }
        }
    });
    add_rows::<N>(rows, right, &mut columns[N..], upper);
}

/// Adds the first `N` rows times all of `right` to the columns from that of row 0 and limb 0 on; `sums`
/// are what belongs to the first `N` of them already.
#[inline]
#[target_feature(enable = "avx2")]
fn add_rows<const N: usize>(rows: &Block, right: &[__m256i], columns: &mut [__m256i], mut sums: Block) {
    let zero = _mm256_setzero_si256();
    let (sixes, rest) = right.as_chunks::<ROWS>();
    let (done, columns) = columns.split_at_mut(sixes.len() * ROWS);
    let (done, _) = done.as_chunks_mut::<ROWS>();
    for (right, columns) in sixes.iter().zip(done) {
        if N == ROWS {
            add_block(rows, right, columns, &mut sums);
        } else {
            for (limb, column) in right.iter().zip(columns) {
                add_limb::<N>(rows, *limb, column, &mut sums, zero);
            }
        }
    }
    for (limb, column) in rest.iter().zip(columns.iter_mut()) {
        add_limb::<N>(rows, *limb, column, &mut sums, zero);
    }
    for (column, sum) in columns[rest.len()..].iter_mut().zip(&sums[..N]) {
        *column = _mm256_add_epi64(*column, *sum);
    }
}

/// Six rows times six limbs. `sums` are the six columns that the rows have reached, the lowest first;
/// each step adds the lowest to its place, for it is complete, and goes on by one.
#[inline]
#[target_feature(enable = "avx2")]
fn add_block(rows: &Block, right: &Block, columns: &mut Block, sums: &mut Block) {
    let zero = _mm256_setzero_si256();
    each!(STEP in [0 1 2 3 4 5] {
        add_limb::<ROWS>(rows, right[STEP], &mut columns[STEP], sums, zero);
    });
}

/// One step of [`add_block`], for the first `N` rows.
#[inline]
#[target_feature(enable = "avx2")]
fn add_limb<const N: usize>(
    rows: &Block,
    limb: __m256i,
    column: &mut __m256i,
    sums: &mut Block,
    zero: __m256i,
) {
    each!(ROW in [0 1 2 3 4 5] {
        if ROW < N {
            sums[ROW] = add(sums[ROW], rows[ROW], limb);
        }
    });
    *column = _mm256_add_epi64(*column, sums[0]);
    each!(ROW in [0 1 2 3 4 5] {
        if ROW < N {
            sums[ROW] = if ROW + 1 < N { sums[(ROW + 1) % ROWS] } else { zero };
        }
    });
}

/// Makes the first `N` columns zero, so that six at a time are left.
#[inline]
#[target_feature(enable = "avx2")]
fn cancel_first<const N: usize, const RADIX: i32>(
    columns: &mut [__m256i],
    n: &[__m256i],
    inverse: __m256i,
    carry: &mut __m256i,
) {
    if let Some(n_first) = n.first_chunk::<ROWS>() {
        let rows = quotients::<N, RADIX>(columns, n_first, inverse, carry);
        let sums = upper_triangle::<N>(&rows, n_first);
        add_rows::<N>(&rows, &n[N..], &mut columns[N..], sums);
    }
}

/// Which multiples of n, one for each of the first `N` columns, make them zero. `carry` is what the
/// columns before carry into the first, and then what these carry into the next.
#[inline]
#[target_feature(enable = "avx2")]
fn quotients<const N: usize, const RADIX: i32>(
    columns: &[__m256i],
    n: &Block,
    inverse: __m256i,
    carry: &mut __m256i,
) -> Block {
    let mask = _mm256_set1_epi64x((1 << RADIX) - 1);
    let mut quotients = [_mm256_setzero_si256(); ROWS];
    each!(COLUMN in [0 1 2 3 4 5] {
        if COLUMN < N {
            let mut sum = columns[COLUMN];
            each!(ROW in [0 1 2 3 4 5] {
                if ROW < COLUMN {
                    sum = add(sum, quotients[ROW], n[(COLUMN + ROWS - ROW) % ROWS]);
                }
            });
            let sum = _mm256_add_epi64(sum, *carry);
            quotients[COLUMN] = _mm256_and_si256(_mm256_mul_epu32(sum, inverse), mask);
            *carry = shifted::<RADIX>(add(sum, quotients[COLUMN], n[0]));
        }
    });
    quotients
}

/// The products of `N` quotients with the first `N` limbs of n that lie in the columns behind those that
/// they make zero.
#[inline]
#[target_feature(enable = "avx2")]
fn upper_triangle<const N: usize>(rows: &Block, n: &Block) -> Block {
    let zero = _mm256_setzero_si256();
    let mut sums = [zero; ROWS];
    each!(COLUMN in [0 1 2 3 4] {
        if COLUMN + 1 < N {
            let mut sum = zero;
            each!(ROW in [1 2 3 4 5] {
                if COLUMN < ROW && ROW < N {
                    sum = add(sum, rows[ROW], n[(COLUMN + N + ROWS - ROW) % ROWS]);
                }
            });
            sums[COLUMN] = sum;
        }
    });
    sums
}

/// sum + a · b, of which the lower 32 bits count.
#[inline]
#[target_feature(enable = "avx2")]
fn add(sum: __m256i, a: __m256i, b: __m256i) -> __m256i {
    _mm256_add_epi64(sum, _mm256_mul_epu32(a, b))
}

#[inline]
#[target_feature(enable = "avx2")]
fn shifted<const RADIX: i32>(column: __m256i) -> __m256i {
    _mm256_srli_epi64::<RADIX>(column)
}

#[inline]
#[target_feature(enable = "avx2")]
fn lanes(of: impl Fn(usize) -> u64) -> __m256i {
    let lane = |lane| of(lane).cast_signed();
    _mm256_setr_epi64x(lane(0), lane(1), lane(2), lane(3))
}
