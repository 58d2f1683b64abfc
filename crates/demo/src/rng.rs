//! Chance from a seed: xoshiro256++ (Blackman and Vigna 2021), seeded by SplitMix64 as its authors advise.
//! Good for telling stories and spreading load, never for keys.

/// A stream of numbers that its seed decides.
#[derive(Debug, Clone)]
pub(crate) struct Rng([u64; 4]);

/// One step of SplitMix64: spreads near numbers far apart.
pub(crate) fn mix(seed: u64) -> u64 {
    let mut word = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

impl Rng {
    /// The stream of this number under a seed.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let first = mix(seed ^ mix(stream));
        let second = mix(first);
        let third = mix(second);
        Self([first, second, third, mix(third)])
    }

    pub(crate) fn next(&mut self) -> u64 {
        let [a, b, c, d] = self.0;
        let result = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let (c, d) = (c ^ a, d ^ b);
        self.0 = [a ^ d, b ^ c, c ^ (b << 17), d.rotate_left(45)];
        result
    }

    /// Less than `end`, which counts as 1 when it is 0. The bias is under 2^-32 for the sizes used here
    /// (Lemire 2019).
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(end.max(1));
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// From `low` up to and including `high`.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high.saturating_sub(low)).unwrap_or(0).saturating_add(1);
        low.saturating_add(i64::try_from(self.below(span)).unwrap_or(0))
    }

    /// At least 0 and less than 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit exactly")]
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True so often.
    pub(crate) fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// One of these.
    pub(crate) fn pick<T: Copy + Default>(&mut self, all: &[T]) -> T {
        let place = usize::try_from(self.below(all.len() as u64)).unwrap_or(0);
        all.get(place).copied().unwrap_or_default()
    }

    /// The place of one of these weights.
    pub(crate) fn weighted(&mut self, weights: &[u32]) -> usize {
        let total: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
        let mut left = self.below(total);
        let place = weights.iter().position(|weight| {
            let weight = u64::from(*weight);
            let is_here = left < weight;
            left = left.saturating_sub(weight);
            is_here
        });
        place.unwrap_or(0)
    }

    /// Around 1, half of them between `1/spread` and `spread`: the exponential of a sum of three uniform
    /// numbers, near enough to log-normal.
    pub(crate) fn factor(&mut self, spread: f64) -> f64 {
        let sum = self.unit() + self.unit() + self.unit() - 1.5;
        (sum * 2.0 * spread.ln() / 0.7).exp()
    }

    /// Waiting times whose mean is `mean`.
    pub(crate) fn wait(&mut self, mean: f64) -> f64 {
        -(1.0 - self.unit()).ln() * mean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_sequence() {
        // The first outputs of the authors' xoshiro256plusplus.c from the state 1, 2, 3, 4.
        let mut rng = Rng([1, 2, 3, 4]);
        let first: Vec<u64> = (0..4).map(|_| rng.next()).collect();
        assert_eq!(first, [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386]);
    }

    #[test]
    fn numbers_fill_their_range() {
        let mut rng = Rng::new(1, 1);
        let mut seen = [0u32; 7];
        (0..7000).for_each(|_| seen[usize::try_from(rng.below(7)).unwrap()] += 1);
        assert!(seen.iter().all(|count| (850..1150).contains(count)), "{seen:?}");
        assert!((0..1000).all(|_| (-3..=3).contains(&rng.between(-3, 3))));
        let mean = (0..10_000).map(|_| rng.wait(5.0)).sum::<f64>() / 10_000.0;
        assert!((4.8..5.2).contains(&mean), "{mean}");
        let half = (0..10_000).filter(|_| (0.5..2.0).contains(&rng.factor(2.0))).count();
        assert!((4500..5500).contains(&half), "{half}");
    }
}
