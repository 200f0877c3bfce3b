//! How long do things last?

use hansom_domain::{SigningAlgorithm, Timestamp};

/// A day in seconds.
pub(crate) const DAY: i64 = 86_400;

/// How long keys, credentials and grants last, and how long before their ends people are warned.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Terms {
    /// Of the platform's own signing keys.
    pub keys: KeyTerms,
    /// Of the credentials of applications.
    pub credentials: CredentialTerms,
    /// Of grants.
    pub grants: GrantTerms,
    /// Of applications.
    pub applications: ApplicationTerms,
    /// Of what is known of people.
    pub people: PeopleTerms,
}

/// How long sessions last, and what directories told of people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeopleTerms {
    /// A session ends after so many seconds without a request.
    pub idle_seconds: i64,
    /// A session ends after so many seconds in any case.
    pub absolute_seconds: i64,
    /// What a directory told is asked for again after so many seconds.
    pub cache_seconds: i64,
    /// While it is silent, what it told last holds for so many seconds more.
    pub stale_seconds: i64,
    /// What an ID token said of groups holds for so many seconds after the sign-in.
    pub claim_seconds: i64,
}

impl Default for PeopleTerms {
    fn default() -> Self {
        Self {
            idle_seconds: 3600,
            absolute_seconds: 12 * 3600,
            cache_seconds: 240,
            stale_seconds: 900,
            claim_seconds: 12 * 3600,
        }
    }
}

/// How long a signing key lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyTerms {
    /// What the next key signs with.
    pub algorithm: SigningAlgorithm,
    /// A key signs for so many days; 0: until somebody says otherwise.
    pub rotate_every_days: u16,
    /// A key is shown for so long before it signs, so that whoever verifies has it in time.
    pub announce_seconds: i64,
    /// The longest life of an access token: a retired key verifies for so long.
    pub token_seconds: i64,
}

impl Default for KeyTerms {
    fn default() -> Self {
        Self { algorithm: SigningAlgorithm::Es256, rotate_every_days: 90, announce_seconds: DAY, token_seconds: 3600 }
    }
}

/// How long a credential lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialTerms {
    /// A secret lasts so many days at most; 0: as long as its owners like.
    pub longest_secret_days: u16,
    /// A credential that was used for nothing in so many days lapses; 0: never.
    pub unused_days: u16,
}

impl Default for CredentialTerms {
    fn default() -> Self {
        Self { longest_secret_days: 0, unused_days: 180 }
    }
}

/// How long a grant lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantTerms {
    /// So many months where the one who decides names no other end.
    pub usual_months: u16,
    /// No grant lasts longer.
    pub most_months: u16,
    /// Whether a request for the sandbox is granted at once.
    pub sandbox_at_once: bool,
}

impl Default for GrantTerms {
    fn default() -> Self {
        Self { usual_months: 12, most_months: 24, sandbox_at_once: false }
    }
}

/// How long an application lasts whose owners are gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationTerms {
    /// So many days after its owning group emptied it is suspended; 0: never.
    pub ownerless_days: u16,
}

impl Default for ApplicationTerms {
    fn default() -> Self {
        Self { ownerless_days: 30 }
    }
}

/// So many days after a moment.
pub(crate) fn days_after(moment: Timestamp, days: u16) -> Timestamp {
    moment.plus_seconds(DAY.saturating_mul(days.into()))
}
