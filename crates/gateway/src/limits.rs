//! How much, how fast?
//!
//! The generic cell rate algorithm: of each consumer only the moment is kept at which it would be even with its pace. Time is
//! the monotonic clock, so that a step of the wall clock neither opens nor closes anything.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use hansom_domain::{ApiSlug, ApplicationId, EnvironmentName, Limits, Major, PersonId};
use tokio::time::Instant;

use crate::{
    authentication::Identity,
    authorization::Permitted,
    matching::Matched,
    refusal::Refusal,
    story::{Core, Notes},
    token::VerifiedToken,
};

const SHARDS: usize = 64;
const MOST_PER_SHARD: usize = 16_384;
const NANOS: u64 = 1_000_000_000;

/// The proof that the request is within the limits.
pub(crate) struct Admitted<'s> {
    permitted: Permitted<'s>,
}

/// Counts the request, or refuses. What is left is noted for the answer.
pub(crate) fn admit<'s>(core: &Core, permitted: Permitted<'s>, notes: &mut Notes<'s>) -> Result<Admitted<'s>, Refusal> {
    let matched = permitted.matched();
    let consumer = match permitted.identity() {
        Identity::Nobody => Consumer::Address(matched.arrival().peer.address()),
        Identity::Application { id, .. } => Consumer::Application(id.clone()),
        Identity::Person { id, .. } => Consumer::Person(id.clone()),
    };
    let version = matched.version();
    let key = Key {
        consumer,
        api: version.api.clone(),
        major: version.major,
        environment: matched.arrival().environment.clone(),
    };
    let (allowed, standing) = core.shared.limiter.count(key, version.limits);
    notes.standing = Some(standing);
    if allowed { Ok(Admitted { permitted }) } else { Err(Refusal::LimitReached(standing)) }
}

impl<'s> Admitted<'s> {
    /// How many bytes the body may have.
    pub(crate) fn largest_body(&self, core: &Core) -> u64 {
        core.shared.bounds.largest_body
    }
    pub(crate) fn matched(&self) -> &Matched<'s> {
        self.permitted.matched()
    }
    pub(crate) fn identity(&self) -> &Identity<'s> {
        self.permitted.identity()
    }
    pub(crate) fn token(&self) -> Option<&VerifiedToken> {
        self.permitted.token()
    }
}

/// How a consumer stands with a limit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    pub(crate) quota: u32,
    pub(crate) window_seconds: u32,
    left: u64,
    full_again_seconds: u64,
    pub(crate) retry_after_seconds: u64,
}

impl Standing {
    /// What is told of it with every answer.
    pub(crate) fn fields(&self, put: &mut dyn FnMut(&'static str, &[u8])) {
        let policy = format!("\"default\";q={};w={}", self.quota, self.window_seconds);
        let left = format!("\"default\";r={};t={}", self.left, self.full_again_seconds);
        put("ratelimit-policy", policy.as_bytes());
        put("ratelimit", left.as_bytes());
    }
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    consumer: Consumer,
    api: ApiSlug,
    major: Major,
    environment: EnvironmentName,
}

#[derive(PartialEq, Eq, Hash)]
enum Consumer {
    Address(IpAddr),
    Application(ApplicationId),
    Person(PersonId),
}

/// The counts of all threads.
pub(crate) struct Limiter {
    started: Instant,
    hasher: RandomState,
    shards: Vec<Mutex<HashMap<Key, u64>>>,
}

impl Limiter {
    pub(crate) fn new() -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { started: Instant::now(), hasher: RandomState::new(), shards }
    }

    fn count(&self, key: Key, limits: Limits) -> (bool, Standing) {
        let now = u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let pace = Pace::of(limits);
        let shard = usize::try_from(self.hasher.hash_one(&key)).unwrap_or(0) % SHARDS;
        let Some(shard) = self.shards.get(shard) else {
            return (false, pace.standing(limits, now, now));
        };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let even_at = shard.get(&key).copied().unwrap_or(0).max(now);
        if even_at - now > pace.tolerance {
            return (false, pace.standing(limits, now, even_at));
        }
        let even_at = even_at.saturating_add(pace.step);
        make_room(&mut shard, now);
        shard.insert(key, even_at);
        (true, pace.standing(limits, now, even_at))
    }
}

/// Consumers that are even with their pace need no memory. If all are ahead of it, any of them is forgotten.
fn make_room(shard: &mut HashMap<Key, u64>, now: u64) {
    if shard.len() < MOST_PER_SHARD {
        return;
    }
    shard.retain(|_, even_at| *even_at > now);
    if shard.len() >= MOST_PER_SHARD {
        let mut forget = MOST_PER_SHARD / 16;
        shard.retain(|_, _| {
            forget = forget.saturating_sub(1);
            forget == 0
        });
    }
}

struct Pace {
    /// Nanoseconds between two requests at an even pace.
    step: u64,
    /// How far ahead of it a consumer may be.
    tolerance: u64,
}

impl Pace {
    fn of(limits: Limits) -> Self {
        let step =
            (u64::from(limits.per_consumer.seconds) * NANOS / u64::from(limits.per_consumer.requests.max(1))).max(1);
        Self { step, tolerance: step.saturating_mul(u64::from(limits.burst)) }
    }

    fn standing(&self, limits: Limits, now: u64, even_at: u64) -> Standing {
        let ahead = even_at.saturating_sub(now);
        let room = self.tolerance.saturating_add(self.step);
        Standing {
            quota: limits.per_consumer.requests,
            window_seconds: limits.per_consumer.seconds,
            left: room.saturating_sub(ahead) / self.step,
            full_again_seconds: ahead.div_ceil(NANOS),
            retry_after_seconds: ahead.saturating_sub(self.tolerance).div_ceil(NANOS).max(1),
        }
    }
}
