//! Which trace is a request part of, and is it told?
//!
//! Decided by the request's head, before anything is noted for a trace: a request that is not told costs a number or two and no
//! memory. Whose word about a trace is taken is for the operator to say, since whoever is believed can fill the collector.

mod parent;
mod span;
mod state;

pub use span::{Asked, Span, SpanId, TraceId};
pub(crate) use state::put_state;

use crate::{fields::Kind, head::Unread, story::Core};
use parent::Parent;

/// Whose `traceparent` a request's trace goes on from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Follows {
    /// That of trusted proxies. Anybody else's is only noted, as a link: it could have every request told, or mix up traces.
    #[default]
    Proxies,
    /// Everybody's. For gateways that strangers cannot reach.
    Everybody,
    /// Nobody's; all are noted as links.
    Nobody,
}

/// Which requests are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    /// The rightmost 56 bits of a trace's id must reach it, as OpenTelemetry has it, so that all who see the trace and know the
    /// ratio decide alike.
    threshold: u64,
    follows: Follows,
}

/// The place of one request in a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Trace {
    pub(crate) id: TraceId,
    /// Whom the upstream is told as its parent.
    told: SpanId,
    is_sampled: bool,
    /// Whether the trace is the client's own, so that its `tracestate` goes on.
    pub(crate) is_followed: bool,
}

/// 2⁵⁶
const WHOLE: u64 = 1 << 56;

impl Sampling {
    /// Tells that share of the traces which begin here. What follows another's decision is told as that says.
    pub fn new(ratio: f64, follows: Follows) -> Self {
        let share = if ratio.is_finite() { ratio.clamp(0.0, 1.0) } else { 0.0 };
        // A float becomes the nearest whole number within the range.
        let threshold = ((1.0 - share) * 72_057_594_037_927_936.0) as u64;
        Self { threshold, follows }
    }

    fn takes(self, trace: TraceId) -> bool {
        trace.low() & WHOLE.wrapping_sub(1) >= self.threshold
    }

    fn trusts(self, is_proxy: bool) -> bool {
        match self.follows {
            Follows::Proxies => is_proxy,
            Follows::Everybody => true,
            Follows::Nobody => false,
        }
    }

    /// Gives a request its place. What its head says of another place does not go on to the upstream.
    pub(crate) fn begin(self, core: &Core, unread: &mut Unread, is_proxy: bool) -> (Trace, Option<Box<Span>>) {
        let (mut parent, mut count) = (None, 0_u32);
        let Unread { fields, text, .. } = unread;
        for field in fields.iter_mut() {
            match field.kind {
                Kind::TraceParent => {
                    count = count.saturating_add(1);
                    parent = Parent::read(field.value(text));
                    field.kind = Kind::KeptFromUpstreams;
                }
                Kind::TraceState => field.kind = Kind::KeptFromUpstreams,
                _ => {}
            }
        }
        // Two that differ could each be believed by somebody else.
        let parent = parent.filter(|_| count == 1);
        match parent {
            Some(parent) if self.trusts(is_proxy) => follow(core, parent),
            other => self.root(core, other),
        }
    }

    /// A trace that begins here.
    pub(crate) fn root(self, core: &Core, linked: Option<Parent>) -> (Trace, Option<Box<Span>>) {
        let id = TraceId::from_chance(core.draw());
        let is_sampled = self.takes(id);
        let trace = Trace { id, told: SpanId::from_chance(core.draw()), is_sampled, is_followed: false };
        let span = is_sampled.then(|| {
            let linked = linked.map(|parent| (parent.trace, parent.span));
            Box::new(Span { linked, ..Span::new(SpanId::from_chance(core.draw()), trace.told) })
        });
        (trace, span)
    }
}

fn follow(core: &Core, parent: Parent) -> (Trace, Option<Box<Span>>) {
    let (id, is_sampled) = (parent.trace, parent.is_sampled);
    let trace = Trace { id, told: SpanId::from_chance(core.draw()), is_sampled, is_followed: true };
    let span = is_sampled.then(|| {
        let own = SpanId::from_chance(core.draw());
        Box::new(Span { parent: Some(parent.span), ..Span::new(own, trace.told) })
    });
    (trace, span)
}

impl Trace {
    /// The value of `traceparent` for the upstream (W3C Trace Context §3.2).
    pub(crate) fn parent(&self) -> [u8; parent::LENGTH] {
        parent::write(self.id, self.told, self.is_sampled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_decides_by_the_rightmost_56_bits_of_the_trace() {
        let trace = |low: u64| TraceId::from_chance(((1_u128 << 64) | u128::from(low)).to_be_bytes());
        let half = Sampling::new(0.5, Follows::Proxies);
        assert!(half.takes(trace(1 << 55)) && half.takes(trace(u64::MAX)));
        assert!(!half.takes(trace((1 << 55) - 1)) && !half.takes(trace(0xff << 56)));
        assert!(Sampling::new(1.0, Follows::Proxies).takes(trace(1)));
        for nothing in [0.0, -1.0, f64::NAN] {
            assert!(!Sampling::new(nothing, Follows::Proxies).takes(trace(u64::MAX)), "{nothing}");
        }
    }
}
