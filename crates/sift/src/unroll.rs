//! Loops that are written out, so that every index is known when they are compiled and every value
//! of an array stays in a register of its own.

/// Runs a block for each of the numbers, with a constant of that name.
macro_rules! each {
    ($name:ident in [$($value:literal)*] $block:block) => {
        $({
            const $name: usize = $value;
            $block
        })*
    };
}

pub(crate) use each;
