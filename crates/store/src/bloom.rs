//! A Bloom filter in blocks of one cache line (Bloom 1970; Putze, Sanders and Singler 2007) over keys that are hashes already:
//! sixteen bits a key, seven probes, about one false alarm in 600.

const BITS_EACH: usize = 16;
const PROBES: u32 = 7;
/// A cache line, in bytes.
const LINE: usize = 64;

/// Which keys may be among those added.
#[derive(Debug, Clone)]
pub(crate) struct Bloom {
    bits: Vec<u8>,
}

impl Bloom {
    /// An empty filter with room for so many keys.
    pub(crate) fn with_room(keys: usize) -> Self {
        Self { bits: vec![0; (keys * BITS_EACH / 8).max(1).next_multiple_of(LINE)] }
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        Self { bits: bytes.to_vec() }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bits
    }

    pub(crate) fn add(&mut self, key: u128) {
        for (byte, bit) in self.probes(key) {
            if let Some(byte) = self.bits.get_mut(byte) {
                *byte |= bit;
            }
        }
    }

    pub(crate) fn may_have(&self, key: u128) -> bool {
        self.probes(key).all(|(byte, bit)| self.bits.get(byte).is_some_and(|byte| byte & bit != 0))
    }

    /// The bits of a key: one half picks the line, the other the bits in it, nine of it for each.
    fn probes(&self, key: u128) -> impl Iterator<Item = (usize, u8)> + use<> {
        let lines = u128::try_from(self.bits.len() / LINE).unwrap_or(1);
        let (high, low) = (key >> 64, key as u64);
        let line = usize::try_from((high * lines) >> 64).unwrap_or(0);
        (0..PROBES).filter_map(move |probe| {
            let bit = usize::try_from(low >> (9 * probe) & 511).ok()?;
            Some((line * LINE + bit / 8, 1 << (bit % 8)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_there_and_little_else() {
        let key = |number: u128| number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        let mut bloom = Bloom::with_room(10_000);
        (0..10_000).for_each(|number| bloom.add(key(number)));
        let again = Bloom::from_bytes(bloom.bytes());
        assert!((0..10_000).all(|number| again.may_have(key(number))));
        let alarms = (10_000..110_000).filter(|number| again.may_have(key(*number))).count();
        assert!(alarms < 500, "{alarms} of 100,000");
    }
}
