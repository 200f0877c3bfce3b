//! Until when is it known in which groups a person is?

use hansom_domain::Timestamp;
use hansom_store::PersonRow;

use crate::PeopleTerms;

/// Whether a person's groups are known at a moment.
pub(crate) fn is_known(person: &PersonRow, now: Timestamp) -> bool {
    person.groups_known_until.is_none_or(|end| now < end)
}

/// What was told until when it holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Knowledge {
    /// When the directory told groups last.
    pub(crate) told_at: Option<Timestamp>,
    /// When an ID token told groups last.
    pub(crate) claimed_at: Option<Timestamp>,
}

impl Knowledge {
    /// The end, while the directory answers.
    pub(crate) fn end(self, terms: &PeopleTerms) -> Option<Timestamp> {
        self.claimed_at.map(|at| at.plus_seconds(terms.claim_seconds))
    }

    /// The end, while the directory is silent.
    pub(crate) fn end_in_silence(self, terms: &PeopleTerms) -> Option<Timestamp> {
        let told = self.told_at.map(|at| at.plus_seconds(terms.cache_seconds).plus_seconds(terms.stale_seconds));
        [told, self.end(terms)].into_iter().flatten().min()
    }
}
