//! How much, how fast?
//!
//! Rates are kept by the generic cell rate algorithm: of each consumer only the moment is kept at which it would be even with
//! its pace. Time is the monotonic clock, so that a step of the wall clock neither opens nor closes anything. Quotas are
//! counted by the days and months of UTC. All that hold for a request are looked at together: either it counts against each
//! of them, or it is refused and counts against none.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use std::net::IpAddr;

use hansom_domain::{ApplicationId, PersonId};

use crate::{
    authentication::Identity,
    authorization::Permitted,
    matching::Matched,
    refusal::Refusal,
    story::{Core, Notes},
    token::VerifiedToken,
};

mod counts;
mod plan;
mod quotas;
mod standing;

pub(crate) use counts::{Call, Limiter, Scope};
pub(crate) use plan::{Plan, Plans};
pub use quotas::{QuotaCaller, QuotaCount, QuotaLedger};
pub(crate) use standing::{Reached, Standing};

/// The proof that the request is within the limits.
pub(crate) struct Admitted<'s> {
    permitted: Permitted<'s>,
}

/// Counts the request, or refuses. What is left is noted for the answer.
pub(crate) fn admit<'s>(core: &Core, permitted: Permitted<'s>, notes: &mut Notes<'s>) -> Result<Admitted<'s>, Refusal> {
    let matched = permitted.matched();
    let address = Address::of(matched.arrival().peer.address());
    let plan = &matched.operation().plan;
    let (caller, line) = match permitted.identity() {
        Identity::Nobody => (Caller::Address(address), &plan.anonymous),
        Identity::Application { id, .. } => (Caller::Application(id), &plan.application),
        Identity::Person { id, .. } => (Caller::Person(id), &plan.person),
    };
    let version = matched.version();
    let scope = Scope { environment: &matched.arrival().environment, api: &version.api, major: version.major };
    let call = Call { caller, address, scope, line };
    let (standing, reached) = core.shared.limiter.count(call, matched.arrival().at);
    notes.standing = Some(standing);
    match reached {
        None => Ok(Admitted { permitted }),
        Some(reached) => Err(Refusal::LimitReached(reached)),
    }
}

impl<'s> Admitted<'s> {
    /// How many bytes the body may have.
    pub(crate) fn largest_body(&self, core: &Core) -> u64 {
        self.matched().largest_body(core)
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

/// Who is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Caller<'a> {
    Application(&'a ApplicationId),
    Person(&'a PersonId),
    Address(Address),
}

/// Where a request comes from, as far as it is counted: an address of IPv4, or the first half of one of IPv6, since
/// whoever has one of those has the other half to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Address(u8, u64);

impl Address {
    pub(crate) fn of(peer: IpAddr) -> Self {
        match peer.to_canonical() {
            IpAddr::V4(address) => Self(4, u64::from(address.to_bits())),
            IpAddr::V6(address) => Self(6, u64::try_from(address.to_bits() >> 64).unwrap_or_default()),
        }
    }
}
