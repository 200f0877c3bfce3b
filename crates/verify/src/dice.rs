//! Which of several is taken?

use hansom_domain::Chance;

/// Chance in the form in which cases are chosen by it.
#[derive(Clone, Debug)]
pub(crate) struct Dice(Chance);

impl Dice {
    pub(crate) fn new(chance: Chance) -> Self {
        Self(chance)
    }

    fn number(&self) -> u64 {
        u64::from_le_bytes(self.0.bytes())
    }

    /// A number below that one; 0 below 0.
    pub(crate) fn below(&self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX);
        let number = self.number().checked_rem(end).unwrap_or_default();
        usize::try_from(number).unwrap_or_default()
    }

    /// A number from that one to that one.
    pub(crate) fn between(&self, least: i64, most: i64) -> i64 {
        let span = most.saturating_sub(least).max(0).unsigned_abs().saturating_add(1);
        let step = i64::try_from(self.number().checked_rem(span).unwrap_or_default()).unwrap_or_default();
        least.saturating_add(step)
    }

    pub(crate) fn coin(&self) -> bool {
        self.number() & 1 == 0
    }

    pub(crate) fn one<'t, T>(&self, of: &'t [T]) -> Option<&'t T> {
        of.get(self.below(of.len()))
    }

    /// A UUID of version 4, which nobody else has.
    pub(crate) fn uuid(&self) -> String {
        let mut bytes: [u8; 16] = self.0.bytes();
        for (place, mask, set) in [(6, 0x0f, 0x40), (8, 0x3f, 0x80)] {
            if let Some(byte) = bytes.get_mut(place) {
                *byte = (*byte & mask) | set;
            }
        }
        let mut text = String::with_capacity(36);
        for (place, byte) in bytes.iter().enumerate() {
            if matches!(place, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            text.push_str(&format!("{byte:02x}"));
        }
        text
    }
}
