//! Which addresses has a server's name?
//!
//! Names are looked up in the background as long as the server is used, so that no request waits but the very first. What was
//! found last is good until something else is found: a resolver that is down takes no server out.

use std::{
    io,
    net::IpAddr,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwap;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use super::{address::Host, target::Target};

/// The system tells no time to live, so names are looked up this often.
const REFRESH: Duration = Duration::from_secs(10);
const AFTER_FAILURE: Duration = Duration::from_secs(1);
const LONGEST_LOOKUP: Duration = Duration::from_secs(5);
/// After so many rounds without a request a name is left alone.
const MOST_UNUSED_ROUNDS: u32 = 6;
const MOST_ADDRESSES: usize = 64;
/// A resolver may give another part of a long list each time: only who is missing so often in a row is gone.
const MOST_MISSED: u8 = 3;
/// An address that did not answer is tried after the others for so long.
const SLOW_MS: u64 = 30_000;

/// The addresses of one server.
#[derive(Debug)]
pub(super) struct Names {
    name: Option<String>,
    known: ArcSwap<Known>,
    /// Counts up when an address is gone.
    epoch: AtomicU32,
    turn: AtomicUsize,
    is_watched: AtomicBool,
    state: watch::Sender<State>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    New,
    /// Nothing was ever found.
    Unknown,
    Known,
}

#[derive(Debug, Default)]
struct Known {
    addresses: Vec<Arc<Candidate>>,
    /// Who was missing of late, and how often in a row.
    missing: Vec<(IpAddr, u8)>,
}

/// An address that may be connected to.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) ip: IpAddr,
    slow_until: AtomicU64,
}

impl Candidate {
    fn new(ip: IpAddr) -> Arc<Self> {
        Arc::new(Self { ip, slow_until: AtomicU64::new(0) })
    }

    /// The others come first for a while.
    pub(super) fn mark_slow(&self, now: u64) {
        self.slow_until.store(now.saturating_add(SLOW_MS), Ordering::Relaxed);
    }

    fn is_slow(&self, now: u64) -> bool {
        self.slow_until.load(Ordering::Relaxed) > now
    }
}

impl Names {
    pub(super) fn of(host: &Host) -> Self {
        let (name, known, state) = match host {
            Host::Ip(ip) => (None, Known { addresses: vec![Candidate::new(*ip)], missing: vec![] }, State::Known),
            Host::Name(name) => (Some(name.clone()), Known::default(), State::New),
        };
        Self {
            name,
            known: ArcSwap::from_pointee(known),
            epoch: AtomicU32::new(0),
            turn: AtomicUsize::new(0),
            is_watched: AtomicBool::new(false),
            state: watch::Sender::new(state),
        }
    }

    pub(super) fn epoch(&self) -> u32 {
        self.epoch.load(Ordering::Relaxed)
    }

    /// The known addresses in the order in which to try them. Each is the first in turn.
    fn in_turn(&self, now: u64) -> Vec<Arc<Candidate>> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        in_order(&self.known.load().addresses, turn, now)
    }

    fn learn(&self, found: io::Result<Vec<IpAddr>>) {
        let found = match found {
            Ok(found) if !found.is_empty() => found,
            outcome => {
                let name = self.name.as_deref().unwrap_or_default();
                let why = outcome.err().map_or_else(|| "it has no address".to_owned(), |error| error.to_string());
                if self.state.borrow().eq(&State::Known) {
                    tracing::debug!(name, why, "the name of an upstream was not found; its last addresses stay");
                } else {
                    tracing::warn!(name, why, "the name of an upstream was not found");
                    self.state.send_replace(State::Unknown);
                }
                return;
            }
        };
        let (next, is_gone) = after(&self.known.load(), found);
        self.known.store(Arc::new(next));
        if is_gone {
            self.epoch.fetch_add(1, Ordering::Relaxed);
        }
        self.state.send_replace(State::Known);
    }
}

/// The addresses of a server, in the order in which to try them; none if its name is not known. Waits only where the name has
/// not been looked up yet.
pub(super) async fn addresses(target: &Arc<Target>) -> Vec<Arc<Candidate>> {
    let names = &target.names;
    watch(target);
    if *names.state.borrow() == State::New {
        let mut state = names.state.subscribe();
        // The sender lives in the target, so this ends when the look-up does.
        let _ = state.wait_for(|state| *state != State::New).await;
    }
    names.in_turn(target.now())
}

/// Has the name looked up now and then, as long as the server is used.
fn watch(target: &Arc<Target>) {
    let names = &target.names;
    if names.name.is_none() || names.is_watched.swap(true, Ordering::AcqRel) {
        return;
    }
    if *names.state.borrow() == State::Unknown {
        names.state.send_replace(State::New);
    }
    target.background.spawn(keep(Watch(Arc::downgrade(target))));
}

/// However the watching ends, the next connection can begin it anew.
struct Watch(Weak<Target>);

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(target) = self.0.upgrade() {
            target.names.is_watched.store(false, Ordering::Release);
        }
    }
}

async fn keep(watch: Watch) {
    let (mut begun, mut unused) = (None, 0_u32);
    // Ends with the server.
    while let Some(target) = watch.0.upgrade() {
        let name = target.names.name.clone().unwrap_or_default();
        let found = timeout(LONGEST_LOOKUP, target.reach.resolver.find(name)).await;
        target.names.learn(found.unwrap_or_else(|late| Err(late.into())));
        let so_far = Some(target.begun());
        unused = if begun == so_far { unused.saturating_add(1) } else { 0 };
        begun = so_far;
        if unused >= MOST_UNUSED_ROUNDS && target.asked.is_none() {
            return;
        }
        let pause = if *target.names.state.borrow() == State::Known { REFRESH } else { AFTER_FAILURE };
        drop(target);
        sleep(pause).await;
    }
}

/// What is known after another look-up, and whether an address is gone for good.
fn after(known: &Known, mut found: Vec<IpAddr>) -> (Known, bool) {
    // In order, so that of too many the same ones are kept each time.
    found.sort_unstable();
    found.dedup();
    found.truncate(MOST_ADDRESSES);
    let mut is_gone = false;
    let mut missing = vec![];
    let before = known.addresses.iter().map(|candidate| (candidate.ip, 0)).chain(known.missing.iter().copied());
    for (ip, missed) in before.filter(|(ip, _)| !found.contains(ip)) {
        let missed = missed.saturating_add(1);
        if missed >= MOST_MISSED {
            is_gone = true;
        } else if missing.len() < MOST_ADDRESSES {
            missing.push((ip, missed));
        }
    }
    let known_as = |ip: IpAddr| known.addresses.iter().find(|candidate| candidate.ip == ip).cloned();
    let addresses = found.into_iter().map(|ip| known_as(ip).unwrap_or_else(|| Candidate::new(ip))).collect();
    (Known { addresses, missing }, is_gone)
}

/// IPv6 and IPv4 by turns (RFC 8305 §4), each family from another place every time; who was slow of late comes last.
fn in_order(known: &[Arc<Candidate>], turn: usize, now: u64) -> Vec<Arc<Candidate>> {
    let (v6, v4): (Vec<_>, Vec<_>) = known.iter().cloned().partition(|candidate| candidate.ip.is_ipv6());
    let rotated = |mut family: Vec<Arc<Candidate>>| {
        let start = turn.checked_rem(family.len()).unwrap_or(0);
        family.rotate_left(start);
        family.into_iter()
    };
    let (mut v6, mut v4) = (rotated(v6), rotated(v4));
    let mut ordered = Vec::with_capacity(known.len());
    while ordered.len() < known.len() {
        ordered.extend(v6.next());
        ordered.extend(v4.next());
    }
    ordered.sort_by_key(|candidate| candidate.is_slow(now));
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ips(texts: &[&str]) -> Vec<IpAddr> {
        texts.iter().map(|text| text.parse().expect(text)).collect()
    }

    fn known(texts: &[&str]) -> Known {
        after(&Known::default(), ips(texts)).0
    }

    fn ordered(known: &Known, turn: usize, now: u64) -> Vec<String> {
        in_order(&known.addresses, turn, now).iter().map(|candidate| candidate.ip.to_string()).collect()
    }

    #[test]
    fn k119_families_take_turns_and_so_do_addresses() {
        let known = known(&["10.0.0.1", "10.0.0.2", "10.0.0.3", "fd00::1"]);
        assert_eq!(ordered(&known, 0, 0), ["fd00::1", "10.0.0.1", "10.0.0.2", "10.0.0.3"]);
        assert_eq!(ordered(&known, 1, 0), ["fd00::1", "10.0.0.2", "10.0.0.3", "10.0.0.1"]);
        assert_eq!(ordered(&known, 5, 0), ["fd00::1", "10.0.0.3", "10.0.0.1", "10.0.0.2"]);
        assert!(ordered(&Known::default(), 7, 0).is_empty());
    }

    #[test]
    fn k119_who_did_not_answer_is_tried_last_for_a_while() {
        let known = known(&["10.0.0.1", "fd00::1"]);
        known.addresses[1].mark_slow(1_000);
        assert_eq!(ordered(&known, 0, 30_999), ["10.0.0.1", "fd00::1"]);
        assert_eq!(ordered(&known, 0, 31_000), ["fd00::1", "10.0.0.1"]);
        let (next, _) = after(&known, ips(&["fd00::1", "10.0.0.1", "10.0.0.2"]));
        assert_eq!(ordered(&next, 0, 2_000)[2], "fd00::1", "another look-up does not forget it");
    }

    #[test]
    fn k119_of_a_thousand_addresses_the_same_sixty_four_are_kept() {
        let many: Vec<IpAddr> = (0..1000_u32).map(|n| IpAddr::V4((0x0a00_0000 + n).into())).collect();
        let (first, _) = after(&Known::default(), many.iter().copied().rev().collect());
        let (second, is_gone) = after(&first, many);
        assert_eq!(first.addresses.len(), MOST_ADDRESSES);
        assert_eq!(ordered(&first, 0, 0), ordered(&second, 0, 0));
        assert!(!is_gone);
    }

    #[test]
    fn k119_an_address_is_gone_when_it_was_missing_three_times() {
        let mut known = known(&["10.0.0.1", "10.0.0.2"]);
        for expected in [false, false, true, false] {
            let (next, is_gone) = after(&known, ips(&["10.0.0.2"]));
            assert_eq!(is_gone, expected);
            assert_eq!(ordered(&next, 0, 0), ["10.0.0.2"], "no new connection goes to who is missing");
            known = next;
        }
        let (next, _) = after(&known, ips(&["10.0.0.1"]));
        let (next, _) = after(&next, ips(&["10.0.0.2"]));
        let (next, is_gone) = after(&next, ips(&["10.0.0.1"]));
        assert!(!is_gone && next.missing == [(ips(&["10.0.0.2"])[0], 1)], "coming back begins the count anew");
    }
}
