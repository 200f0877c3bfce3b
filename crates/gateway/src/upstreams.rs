//! Which of a version's servers takes the next request?
//!
//! The least loaded of two random ones ([`Upstreams::choose`]). What is known of a server (its addresses, how it stands, how
//! many requests it has) is one [`Target`] for all threads, all versions that name it and all snapshots, kept in the
//! [`Registry`]; a snapshot's versions are bound to it before it serves.

mod address;
mod connect;
mod hops;
mod load;
mod names;
mod patience;
mod probe;
mod reach;
mod registry;
mod retry;
mod room;
mod standing;
mod tally;
mod target;
mod turn;

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicU32, Ordering},
};

use hansom_domain::{HealthCheck, UpstreamOptions};

use crate::refusal::Refusal;

pub(crate) use connect::{ConnectFault, HTTP_1, HTTP_2, connect};
pub(crate) use hops::goes_in_a_circle;
pub(crate) use patience::Patience;
pub use reach::{Reach, Resolver};
pub(crate) use registry::Registry;
pub(crate) use retry::{Attempt, Sent};
pub(crate) use room::RoomFigures;
pub(crate) use tally::{Open, TargetFigures};
pub(crate) use target::Target;
pub(crate) use turn::{Failure, Turn};

use address::Address;
use retry::Again;
use room::Room;

const MOST_UPSTREAMS: usize = 64;

/// The servers of a version.
#[derive(Debug)]
pub(crate) struct Upstreams {
    /// Whose they are: `production/rents/v1`.
    name: String,
    addresses: Vec<Address>,
    health: Option<HealthCheck>,
    patience: Patience,
    http2: bool,
    wants_certificates: bool,
    most_in_flight: u32,
    bound: OnceLock<Bound>,
    turn: AtomicU32,
}

/// What outlives the snapshot.
#[derive(Debug)]
struct Bound {
    targets: Vec<Arc<Target>>,
    room: Arc<Room>,
}

impl Upstreams {
    /// Reads the addresses. `name` says whose they are; versions of the same name follow each other.
    pub(crate) fn compile(
        name: String,
        urls: &[String],
        timeout_ms: u64,
        options: &UpstreamOptions,
    ) -> Result<Self, String> {
        if urls.len() > MOST_UPSTREAMS {
            return Err(format!("it has more than {MOST_UPSTREAMS} upstreams"));
        }
        let mut addresses: Vec<Address> = vec![];
        for url in urls {
            let address = Address::parse(url).map_err(|why| format!("the upstream {why}"))?;
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        if let Some(health) = &options.health {
            probe::check_path(&health.path)?;
        }
        Ok(Self {
            name,
            addresses,
            health: options.health.clone(),
            patience: Patience::new(timeout_ms, options),
            http2: options.http2,
            wants_certificates: options.client_certificate,
            most_in_flight: options.most_in_flight.max(1),
            bound: OnceLock::new(),
            turn: AtomicU32::new(0),
        })
    }

    /// Joins what is known of the servers already. Without it there are none.
    pub(crate) fn bind(&self, registry: &Registry) {
        self.bound.get_or_init(|| Bound {
            targets: self
                .addresses
                .iter()
                .map(|address| registry.target(address, self.health.as_ref(), self.http2))
                .collect(),
            room: registry.room(&self.name, self.most_in_flight),
        });
    }

    /// The origin of the server that is named first.
    pub(crate) fn first_origin(&self) -> Option<&str> {
        self.addresses.first().map(|address| &*address.origin)
    }

    /// Each server: its number, its address, its figures.
    pub(crate) fn targets(&self) -> impl Iterator<Item = (u32, String, TargetFigures)> {
        self.bound
            .get()
            .into_iter()
            .flat_map(|bound| &bound.targets)
            .map(|target| (target.number(), format!("{}{}", target.origin(), target.base_path()), target.figures()))
    }

    /// The figures of the version's room.
    pub(crate) fn room(&self) -> Option<RoomFigures> {
        self.bound.get().map(|bound| bound.room.figures())
    }

    /// How long what may take.
    pub(crate) fn patience(&self) -> Patience {
        self.patience
    }

    /// Whether the servers are asked in HTTP/2.
    pub(crate) fn speak_http2(&self) -> bool {
        self.http2
    }

    /// Whether the servers are told whom the certificate of a client names.
    pub(crate) fn want_certificates(&self) -> bool {
        self.wants_certificates
    }

    /// Takes a place at the less loaded of two servers, or, after `excluding` has failed, at another one: if there is none, the
    /// client is told how the first failed. The place is free again when the [`Turn`] is dropped: hold it until the answer's
    /// last byte.
    pub(crate) fn choose(&self, excluding: Option<&Target>) -> Result<Turn, Refusal> {
        let bound = self.bound.get().filter(|bound| !bound.targets.is_empty()).ok_or(Refusal::UpstreamMissing)?;
        let place = room::enter(&bound.room).ok_or(Refusal::UpstreamBusy)?;
        let (target, is_trial) = match bound.targets.as_slice() {
            [only] if excluding.is_none() && only.is_in() => (only, false),
            targets => self.pick(targets, excluding)?,
        };
        Ok(Turn::new(Arc::clone(target), place, is_trial))
    }

    /// Goes on after a failed attempt: the turn for the next one, and whether it must be made on a new connection. If there is
    /// none, the refusal.
    pub(crate) fn go_on(
        &self,
        mut turn: Turn,
        attempt: &Attempt,
        failure: Failure,
        refusal: Refusal,
    ) -> Result<(Turn, bool), Refusal> {
        let again = self.again(&turn, attempt, failure);
        if again == Again::Afresh {
            // The end of the connection crossed with the request: that says nothing of the server.
            return Ok((turn, true));
        }
        turn.failed(failure);
        let failed = Arc::clone(turn.target());
        // Its place is free before the next one is taken.
        drop(turn);
        match again {
            Again::Elsewhere => self.choose(Some(&failed)).map(|turn| (turn, false)).map_err(|_| refusal),
            Again::Afresh | Again::No => Err(refusal),
        }
    }

    /// What is safe, within the version's budget, if there is another server.
    fn again(&self, turn: &Turn, attempt: &Attempt, failure: Failure) -> Again {
        let has_others = self.bound.get().is_some_and(|bound| bound.targets.len() > 1);
        match attempt.after(failure) {
            Again::Elsewhere if !has_others || !turn.may_repeat() => Again::No,
            again => again,
        }
    }

    fn pick<'t>(
        &self,
        targets: &'t [Arc<Target>],
        excluding: Option<&Target>,
    ) -> Result<(&'t Arc<Target>, bool), Refusal> {
        let dice = scatter(self.turn.fetch_add(1, Ordering::Relaxed));
        let pair = two_of(dice, targets.len());
        if excluding.is_none()
            && let (Some(one), Some(other)) = (targets.get(pair.0), targets.get(pair.1))
            && one.is_in()
            && other.is_in()
        {
            return Ok((less_loaded(one, other), false));
        }
        pick_carefully(targets, excluding, dice)
    }
}

/// The way when somebody is out, or was tried already.
fn pick_carefully<'t>(
    targets: &'t [Arc<Target>],
    excluding: Option<&Target>,
    dice: u64,
) -> Result<(&'t Arc<Target>, bool), Refusal> {
    let is_excluded = |target: &Target| excluding.is_some_and(|tried| tried.number() == target.number());
    let is_in = targets.iter().filter(|target| target.is_in()).count();
    // Who only answers badly may be better than the few that are left, or than nobody.
    let takes_poor = is_in.saturating_mul(2) < targets.len();
    let takes = |target: &Target| target.is_in() || (takes_poor && target.is_poor());
    let candidates = || targets.iter().filter(|target| takes(target) && !is_excluded(target));
    let count = candidates().count();
    // One that may be well again is tried with one request; by chance, if there are others, which go on as they do.
    let (first, second) = two_of(dice, targets.len());
    let met = [first, second].into_iter().filter_map(|place| targets.get(place)).find(|target| !takes(target));
    let due = || targets.iter().find(|target| !takes(target) && !is_excluded(target) && target.is_due());
    let waiting = if count == 0 { due() } else { met.filter(|target| !is_excluded(target)) };
    if let Some(target) = waiting.filter(|target| target.try_out()) {
        return Ok((target, true));
    }
    let (first, second) = two_of(dice, count);
    match (candidates().nth(first), candidates().nth(second)) {
        (Some(one), Some(other)) => Ok((less_loaded(one, other), false)),
        _ => Err(Refusal::UpstreamsOut { seconds: soonest(targets) }),
    }
}

fn soonest(targets: &[Arc<Target>]) -> u64 {
    targets.iter().map(|target| target.seconds_out()).min().unwrap_or(1).max(1)
}

fn less_loaded<'t>(one: &'t Arc<Target>, other: &'t Arc<Target>) -> &'t Arc<Target> {
    if other.in_flight() < one.in_flight() { other } else { one }
}

/// Two different places below `count` (the same twice if there is but one), all pairs alike often.
fn two_of(dice: u64, count: usize) -> (usize, usize) {
    let count = count as u64;
    let Some(first) = (dice >> 32).checked_rem(count) else {
        return (0, 0);
    };
    let step = (dice & 0xffff_ffff).checked_rem(count.saturating_sub(1)).map_or(0, |step| step.saturating_add(1));
    let second = first.saturating_add(step).checked_rem(count).unwrap_or(0);
    (usize::try_from(first).unwrap_or(0), usize::try_from(second).unwrap_or(0))
}

/// Numbers one after the other become numbers without an order (SplitMix64).
fn scatter(number: u32) -> u64 {
    let mut z = u64::from(number).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests;
