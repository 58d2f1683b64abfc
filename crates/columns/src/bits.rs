//! A set of rows, one bit each.

/// A set of rows, one bit each. Bits beyond the last row are never set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Bits {
    words: Vec<u64>,
    rows: usize,
}

/// Those of up to 64 values that pass: first all that they are asked, which is compiled to a few wide comparisons, then the bits.
fn word<T: Copy>(some: &[T], passes: &impl Fn(T) -> bool) -> u64 {
    let mut marks = [0_u8; 64];
    marks.iter_mut().zip(some).for_each(|(mark, value)| *mark = u8::from(passes(*value)));
    let (eights, _) = marks.as_chunks::<8>();
    // Eight bytes that are 0 or 1, as eight bits.
    let packed = |eight: &[u8; 8]| u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
    eights.iter().enumerate().fold(0, |word, (at, eight)| word | packed(eight) << (8 * at))
}

impl Bits {
    /// None of so many rows.
    pub(crate) fn none(rows: usize) -> Self {
        Self { words: vec![0; rows.div_ceil(64)], rows }
    }

    /// All of so many rows.
    pub(crate) fn all(rows: usize) -> Self {
        Self { words: vec![u64::MAX; rows.div_ceil(64)], rows }.trimmed()
    }

    /// Those of a column's values that pass; rows beyond its end do not.
    pub(crate) fn of<T: Copy>(values: &[T], rows: usize, passes: impl Fn(T) -> bool) -> Self {
        let mut words = Vec::with_capacity(rows.div_ceil(64));
        words.extend(values.chunks(64).map(|some| word(some, &passes)));
        words.resize(rows.div_ceil(64), 0);
        Self { words, rows }
    }

    fn trimmed(mut self) -> Self {
        let over = self.words.len() * 64 - self.rows;
        if let Some(last) = self.words.last_mut() {
            *last &= u64::MAX >> over;
        }
        self
    }

    pub(crate) fn set(&mut self, row: usize, on: bool) {
        if let Some(word) = self.words.get_mut(row / 64) {
            let bit = 1 << (row % 64);
            if on { *word |= bit } else { *word &= !bit }
        }
    }

    /// Adds a row, with room for it.
    pub(crate) fn add(&mut self, row: usize) {
        if self.rows <= row {
            self.rows = row + 1;
            self.words.resize(self.rows.div_ceil(64), 0);
        }
        self.set(row, true);
    }

    /// About how many bytes it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.words.capacity() * 8
    }

    pub(crate) fn has(&self, row: usize) -> bool {
        self.words.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// Makes room for one more row, which is not in it.
    pub(crate) fn grow(&mut self) {
        self.rows += 1;
        self.words.resize(self.rows.div_ceil(64), 0);
    }

    pub(crate) fn and(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= other);
    }

    pub(crate) fn or(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word |= other);
    }

    pub(crate) fn without(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= !other);
    }

    pub(crate) fn inverted(mut self) -> Self {
        self.words.iter_mut().for_each(|word| *word = !*word);
        self.trimmed()
    }

    pub(crate) fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The rows in it, the last first.
    pub(crate) fn rows_from_last(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().rev().flat_map(|(at, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = left.checked_ilog2()?;
                left ^= 1 << bit;
                Some(at * 64 + bit as usize)
            })
        })
    }

    /// The rows in it, in order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros() as usize;
                left &= left.checked_sub(1)?;
                Some(at * 64 + bit)
            })
        })
    }
}
