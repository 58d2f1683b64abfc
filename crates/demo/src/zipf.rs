//! Few customers buy often: ranks by Zipf's law, drawn by rejection-inversion (W. Hörmann and G. Derflinger,
//! "Rejection-Inversion to Generate Variates from Monotone Discrete Distributions", ACM TOMACS 6(3), 1996).
//! Takes no table, so a million ranks cost what ten do.

use crate::rng::Rng;

/// Ranks from 1 to `count`, rank k with a share that goes with k^-exponent.
#[derive(Debug, Clone)]
pub(crate) struct Zipf {
    count: f64,
    exponent: f64,
    low: f64,
    high: f64,
    sure: f64,
}

impl Zipf {
    /// `exponent` is above 0; 1 is Zipf's own.
    #[expect(clippy::cast_precision_loss, reason = "ranks stay far below 2^53")]
    pub(crate) fn new(count: u64, exponent: f64) -> Self {
        let mut zipf = Self { count: count.max(1) as f64, exponent, low: 0.0, high: 0.0, sure: 0.0 };
        zipf.low = zipf.area(1.5) - 1.0;
        zipf.high = zipf.area(zipf.count + 0.5);
        zipf.sure = 2.0 - zipf.inverse(zipf.area(2.5) - zipf.weight(2.0));
        zipf
    }

    /// A rank.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the ranks")]
    pub(crate) fn sample(&self, rng: &mut Rng) -> u64 {
        loop {
            let at = self.high + rng.unit() * (self.low - self.high);
            let x = self.inverse(at);
            let rank = (x + 0.5).floor().clamp(1.0, self.count);
            if rank - x <= self.sure || at >= self.area(rank + 0.5) - self.weight(rank) {
                return rank as u64;
            }
        }
    }

    /// The weight of x: x^-exponent.
    fn weight(&self, x: f64) -> f64 {
        (-self.exponent * x.ln()).exp()
    }

    /// The integral of the weight from 1 to x.
    fn area(&self, x: f64) -> f64 {
        let log = x.ln();
        over((1.0 - self.exponent) * log, f64::exp_m1) * log
    }

    /// The x with that integral.
    fn inverse(&self, area: f64) -> f64 {
        let t = (area * (1.0 - self.exponent)).max(-1.0);
        (over(t, f64::ln_1p) * area).exp()
    }
}

/// f(x)/x, also where x is all but nought: there both functions used go like x + x²/2 or x - x²/2.
fn over(x: f64, f: fn(f64) -> f64) -> f64 {
    if x.abs() > 1e-8 { f(x) / x } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_follow_the_law() {
        for exponent in [0.6, 1.0, 1.4] {
            let (zipf, mut rng) = (Zipf::new(1000, exponent), Rng::new(7, 7));
            let mut seen = vec![0f64; 1001];
            (0..200_000).for_each(|_| seen[usize::try_from(zipf.sample(&mut rng)).unwrap()] += 1.0);
            let total: f64 = (1..=1000).map(|rank| f64::from(rank).powf(-exponent)).sum();
            for rank in [1u32, 2, 3, 10] {
                let expected = 200_000.0 * f64::from(rank).powf(-exponent) / total;
                let ratio = seen[usize::try_from(rank).unwrap()] / expected;
                assert!((0.85..1.15).contains(&ratio), "{exponent} {rank} {ratio}");
            }
            assert!(seen[0] == 0.0);
        }
    }

    #[test]
    fn one_rank_is_always_drawn() {
        let mut rng = Rng::new(1, 2);
        assert!((0..100).all(|_| Zipf::new(1, 1.1).sample(&mut rng) == 1));
    }
}
