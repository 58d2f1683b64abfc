//! Sets of symbols, to see at once that a phrase cannot begin at a place.

use crate::grammar::Symbol;

const WORDS: usize = 8;

/// A set of symbols. Symbols beyond its size are in every set: it may only ever say "perhaps" too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Bits([u64; WORDS]);

impl Bits {
    pub(crate) fn add(&mut self, symbol: Symbol) {
        match self.0.get_mut(usize::from(symbol / 64)) {
            Some(word) => *word |= 1 << (symbol % 64),
            None => self.0 = [u64::MAX; WORDS],
        }
    }

    pub(crate) fn join(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(word, more)| *word |= more);
    }

    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).any(|(word, more)| word & more != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_meet_where_they_share_a_symbol() {
        let set = |symbols: &[Symbol]| {
            let mut bits = Bits::default();
            symbols.iter().for_each(|symbol| bits.add(*symbol));
            bits
        };
        assert!(set(&[3, 200]).meets(&set(&[200])));
        assert!(!set(&[3, 200]).meets(&set(&[4, 199])));
        assert!(set(&[9_999]).meets(&set(&[1])));
    }
}
