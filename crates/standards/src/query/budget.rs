//! How much work may a run of queries still do?

/// Steps that are left: one for every place that is looked at, and for every part of a filter that is worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    left: u64,
}

impl Budget {
    /// A budget of so many steps.
    pub fn of(steps: u64) -> Self {
        Self { left: steps }
    }

    /// The steps that are left.
    pub fn left(self) -> u64 {
        self.left
    }

    /// Takes steps away. False if there were not enough; then none are left.
    #[must_use]
    pub fn spend(&mut self, steps: u64) -> bool {
        let enough = self.left >= steps;
        self.left = self.left.saturating_sub(steps);
        enough
    }
}
