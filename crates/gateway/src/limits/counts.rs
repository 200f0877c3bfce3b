//! Who is how far ahead of which limit?
//!
//! Two tables, each in shards with a lock of their own: one of applications and people, whom the snapshot knows and so bounds,
//! and one of addresses, of which anybody may have any number. So a flood from many addresses pushes no application out. In a
//! full table those go first who have used the least of what they may; who stands at a limit stays, whoever comes.

use std::{
    hash::BuildHasher,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use hansom_domain::{ApiSlug, ApplicationId, EnvironmentName, Major, PersonId, Timestamp};
use hashbrown::{DefaultHashBuilder, HashTable};
use tokio::time::Instant;

use super::{
    Address, Caller, Reached, Standing,
    plan::{Kind, Line, MOST_POLICIES, Policy},
    quotas::QuotaTable,
};
use crate::patience::present;

const SHARDS: usize = 64;
/// Entries of a shard: seven eighths of a power of two, which is where a table of that size would double.
const MOST_KNOWN: usize = 7 * 1024;
const MOST_ADDRESSES: usize = 7 * 256;
/// Of more operations than these a consumer's even counts are thrown away.
const MANY_OPERATIONS: usize = 8;
/// How finely it is told how much of a limit is used.
const PARTS: u64 = 255;

/// Where a limit holds: a version in an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Scope<'a> {
    pub(crate) environment: &'a EnvironmentName,
    pub(crate) api: &'a ApiSlug,
    pub(crate) major: Major,
}

/// A [`Scope`] that stays.
#[derive(Clone, Debug)]
pub(super) struct OwnedScope {
    pub(super) environment: EnvironmentName,
    pub(super) api: ApiSlug,
    pub(super) major: Major,
}

/// A request, as far as it is counted.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a, 's> {
    pub(crate) caller: Caller<'a>,
    pub(crate) address: Address,
    pub(crate) scope: Scope<'a>,
    pub(crate) line: &'s Line,
}

/// The counts of all threads.
pub(crate) struct Limiter {
    started: Instant,
    /// How many nodes count the same callers, each its part of the rates.
    nodes: u32,
    hasher: DefaultHashBuilder,
    known: [Mutex<Shard>; SHARDS],
    addresses: [Mutex<Shard>; SHARDS],
}

#[derive(Default)]
struct Shard {
    counts: HashTable<Counts>,
    quotas: QuotaTable,
}

/// The counts of one caller in one scope.
struct Counts {
    hash: u64,
    owner: Owner,
    scope: OwnedScope,
    cells: Cells,
}

/// A [`Caller`] that stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Application(ApplicationId),
    Person(PersonId),
    Address(Address),
}

#[derive(Default)]
struct Cells {
    /// Of the limit per consumer.
    consumer: Cell,
    /// Of the limit per person or per address, whichever the owner is.
    owner: Cell,
    operations: Vec<(Arc<str>, Cell)>,
}

/// When a request is counted, and among how many nodes that count.
#[derive(Clone, Copy)]
struct At {
    now: u64,
    nodes: u32,
}

/// How far ahead of a pace.
#[derive(Clone, Copy, Default)]
struct Cell {
    /// When the owner is even, in nanoseconds of the limiter.
    even_at: u64,
    /// How far ahead it may be.
    room: u64,
}

impl Limiter {
    /// At one of so many nodes.
    pub(crate) fn new(nodes: u32) -> Self {
        Self {
            started: Instant::now(),
            nodes: nodes.max(1),
            hasher: DefaultHashBuilder::default(),
            known: std::array::from_fn(|_| Mutex::default()),
            addresses: std::array::from_fn(|_| Mutex::default()),
        }
    }

    /// Counts the request against all its limits; or against none, and says which was reached.
    pub(crate) fn count<'s>(&self, call: Call<'_, 's>, date: Timestamp) -> (Standing<'s>, Option<Reached>) {
        let now = u64::try_from(present().saturating_duration_since(self.started).as_nanos()).unwrap_or(u64::MAX);
        self.count_at(call, now, date)
    }

    fn count_at<'s>(&self, call: Call<'_, 's>, now: u64, date: Timestamp) -> (Standing<'s>, Option<Reached>) {
        let Call { caller, scope, line, .. } = call;
        let by_address = Caller::Address(call.address);
        let is_known = caller != by_address;
        // Always in this order, so that no two requests wait for each other.
        let (mut own, hash) = self.lock(caller, scope);
        let mut far = (is_known && line.has_address).then(|| self.lock(by_address, scope));
        let Shard { counts, quotas } = &mut *own;
        let mut quota = line.has_quotas.then(|| quotas.entry(hash, caller, scope, date)).flatten();
        let cells = counts.find(hash, |counts| counts.are_of(caller, scope)).map(|counts| &counts.cells);
        let far_cells = far.as_ref().and_then(|(far, hash)| far.find(*hash, by_address, scope));
        let mut used = [0; MOST_POLICIES];
        let mut ends = [0; MOST_POLICIES];
        let mut refusing: Option<(usize, &Policy, u64)> = None;
        for (place, ((policy, used), end)) in line.policies.iter().zip(&mut used).zip(&mut ends).enumerate() {
            *used = match policy.kind {
                Kind::Day | Kind::Month => quota.as_ref().map_or(0, |quota| quota.calls(policy.kind)),
                Kind::Address if is_known => far_cells.map_or(0, |cells| cells.ahead(policy, self.at(now))),
                _ => cells.map_or(0, |cells| cells.ahead(policy, self.at(now))),
            };
            *end = quota.as_ref().map_or(0, |quota| quota.seconds_to_end(policy.kind, date));
            if let Some(wait) = policy.wait(*used, *end)
                && refusing.is_none_or(|(_, _, longest)| wait > longest)
            {
                refusing = Some((place, policy, wait));
            }
        }
        let cost = |policy: &Policy| if refusing.is_some() { 0 } else { policy.cost(self.nodes) };
        let mut left = [Default::default(); MOST_POLICIES];
        for (((policy, used), end), left) in line.policies.iter().zip(used).zip(ends).zip(&mut left) {
            *left = policy.left(used.saturating_add(cost(policy)), end, self.nodes);
        }
        if let Some((place, policy, wait)) = refusing {
            return (Standing::new(line, left, Some(place)), Some(Reached::new(policy, wait)));
        }
        if let Some(quota) = &mut quota {
            quota.add();
        }
        let is_own = |policy: &&Policy| policy.kind != Kind::Address || !is_known;
        own.add((hash, caller, scope), self.at(now), line.policies.iter().filter(is_own));
        if let Some((far, hash)) = &mut far {
            let is_far = |policy: &&Policy| policy.kind == Kind::Address;
            far.add((*hash, by_address, scope), self.at(now), line.policies.iter().filter(is_far));
        }
        (Standing::new(line, left, None), None)
    }

    fn at(&self, now: u64) -> At {
        At { now, nodes: self.nodes }
    }

    fn lock(&self, caller: Caller<'_>, scope: Scope<'_>) -> (MutexGuard<'_, Shard>, u64) {
        let hash = self.hasher.hash_one((caller, scope));
        let shards = if matches!(caller, Caller::Address(_)) { &self.addresses } else { &self.known };
        // Bits that the tables within do not use.
        let place = usize::try_from(hash >> 40).unwrap_or_default() % SHARDS;
        let [first, ..] = shards;
        let shard = shards.get(place).unwrap_or(first);
        (shard.lock().unwrap_or_else(PoisonError::into_inner), hash)
    }

    /// Shows every table of quotas, one after the other.
    pub(super) fn each_quota_table(&self, mut show: impl FnMut(&mut QuotaTable)) {
        for shard in &self.known {
            show(&mut shard.lock().unwrap_or_else(PoisonError::into_inner).quotas);
        }
    }

    /// Shows the table of quotas that a caller's are in, with the hash that they are found by.
    pub(super) fn quota_table<T>(
        &self,
        caller: Caller<'_>,
        scope: Scope<'_>,
        show: impl FnOnce(&mut QuotaTable, u64) -> T,
    ) -> T {
        let (mut shard, hash) = self.lock(caller, scope);
        show(&mut shard.quotas, hash)
    }
}

impl Shard {
    fn find(&self, hash: u64, caller: Caller<'_>, scope: Scope<'_>) -> Option<&Cells> {
        self.counts.find(hash, |counts| counts.are_of(caller, scope)).map(|counts| &counts.cells)
    }

    fn add<'p>(
        &mut self,
        (hash, caller, scope): (u64, Caller<'_>, Scope<'_>),
        at: At,
        policies: impl Iterator<Item = &'p Policy>,
    ) {
        let counts = match self.counts.find_mut(hash, |counts| counts.are_of(caller, scope)) {
            Some(counts) => counts,
            None => self.insert(hash, caller, scope, at.now),
        };
        for policy in policies {
            counts.cells.add(policy, at);
        }
    }

    fn insert(&mut self, hash: u64, caller: Caller<'_>, scope: Scope<'_>, now: u64) -> &mut Counts {
        let counts = &mut self.counts;
        let most = if matches!(caller, Caller::Address(_)) { MOST_ADDRESSES } else { MOST_KNOWN };
        if counts.len() >= counts.capacity().min(most) {
            // Who is even needs no memory.
            counts.retain(|counts| !counts.cells.are_even(now));
            if counts.len() >= most.saturating_sub(most / 16) {
                forget_least_used(counts, most / 16, now);
            } else if counts.len() >= counts.capacity() / 2 {
                // So that a table of few who are even is not looked through again at once.
                counts.reserve(counts.len(), |counts| counts.hash);
            }
        }
        let new = Counts { hash, owner: caller.into(), scope: scope.into(), cells: Cells::default() };
        counts.insert_unique(hash, new, |counts| counts.hash).into_mut()
    }
}

/// Forgets those who have used the least of what they may, at least `count` of them.
fn forget_least_used(counts: &mut HashTable<Counts>, count: usize, now: u64) {
    let mut by_use = [0_usize; 256];
    for counts in counts.iter() {
        if let Some(number) = by_use.get_mut(usize::from(counts.cells.part_used(now))) {
            *number = number.saturating_add(1);
        }
    }
    let mut below = 0_usize;
    let reaches = by_use.iter().position(|number| {
        below = below.saturating_add(*number);
        below >= count
    });
    let mut forget = count;
    counts.retain(|counts| {
        let is_least = reaches.is_none_or(|reaches| usize::from(counts.cells.part_used(now)) <= reaches);
        if !is_least || forget == 0 {
            return true;
        }
        forget = forget.saturating_sub(1);
        false
    });
}

impl Counts {
    fn are_of(&self, caller: Caller<'_>, scope: Scope<'_>) -> bool {
        self.owner.is(caller) && self.scope.is(scope)
    }
}

impl OwnedScope {
    pub(super) fn is(&self, scope: Scope<'_>) -> bool {
        self.api == *scope.api && self.major == scope.major && self.environment == *scope.environment
    }
}

impl From<Scope<'_>> for OwnedScope {
    fn from(Scope { environment, api, major }: Scope<'_>) -> Self {
        Self { environment: environment.clone(), api: api.clone(), major }
    }
}

impl Owner {
    pub(super) fn is(&self, caller: Caller<'_>) -> bool {
        self.as_caller() == caller
    }

    pub(super) fn as_caller(&self) -> Caller<'_> {
        match self {
            Self::Application(id) => Caller::Application(id),
            Self::Person(id) => Caller::Person(id),
            Self::Address(address) => Caller::Address(*address),
        }
    }
}

impl From<Caller<'_>> for Owner {
    fn from(caller: Caller<'_>) -> Self {
        match caller {
            Caller::Application(id) => Self::Application(id.clone()),
            Caller::Person(id) => Self::Person(id.clone()),
            Caller::Address(address) => Self::Address(address),
        }
    }
}

impl Cells {
    /// How far the owner is ahead of a limit; never further than the limit lets it be, so that a limit that was
    /// raised holds at once.
    fn ahead(&self, policy: &Policy, at: At) -> u64 {
        let cell = match policy.kind {
            Kind::Consumer => self.consumer,
            Kind::Person | Kind::Address => self.owner,
            Kind::Operation => {
                let found = self.operations.iter().find(|(id, _)| Some(id) == policy.operation.as_ref());
                found.map_or_else(Cell::default, |(_, cell)| *cell)
            }
            Kind::Day | Kind::Month => return 0,
        };
        cell.even_at.saturating_sub(at.now).min(policy.pace.among(at.nodes).room())
    }

    fn add(&mut self, policy: &Policy, at: At) {
        let pace = policy.pace.among(at.nodes);
        let even_at = at.now.saturating_add(self.ahead(policy, at)).saturating_add(pace.step);
        let cell = Cell { even_at, room: pace.room() };
        match policy.kind {
            Kind::Consumer => self.consumer = cell,
            Kind::Person | Kind::Address => self.owner = cell,
            Kind::Operation => {
                let Some(id) = &policy.operation else { return };
                if let Some((_, known)) = self.operations.iter_mut().find(|(known, _)| known == id) {
                    *known = cell;
                    return;
                }
                if self.operations.len() >= MANY_OPERATIONS {
                    self.operations.retain(|(_, cell)| cell.even_at > at.now);
                }
                self.operations.push((Arc::clone(id), cell));
            }
            Kind::Day | Kind::Month => {}
        }
    }

    fn each(&self) -> impl Iterator<Item = Cell> {
        [self.consumer, self.owner].into_iter().chain(self.operations.iter().map(|(_, cell)| *cell))
    }

    fn are_even(&self, now: u64) -> bool {
        self.each().all(|cell| cell.even_at <= now)
    }

    /// How much of a limit is used, of the limit of which the most is.
    fn part_used(&self, now: u64) -> u8 {
        let part = |cell: Cell| {
            let ahead = cell.even_at.saturating_sub(now);
            ahead.checked_div(cell.room / PARTS).unwrap_or(ahead)
        };
        u8::try_from(self.each().map(part).max().unwrap_or_default()).unwrap_or(u8::MAX)
    }
}

#[cfg(test)]
mod tests {
    use std::{net::IpAddr, sync::atomic::AtomicU64, sync::atomic::Ordering};

    use hansom_domain::{Limit, Limits, Quotas};
    use proptest::prelude::*;

    use super::*;
    use crate::limits::plan::{Pace, Plan, Plans};

    const SECOND: u64 = 1_000_000_000;

    fn limit(rate: &str, burst: u32) -> Limit {
        Limit { rate: rate.parse().unwrap(), burst }
    }

    fn limits(rate: &str, burst: u32) -> Limits {
        Limits { per_consumer: rate.parse().unwrap(), burst, ..Limits::default() }
    }

    /// A limiter whose clock is set by hand.
    struct Bench {
        limiter: Limiter,
        environment: EnvironmentName,
        api: ApiSlug,
        now: u64,
        date: Timestamp,
    }

    impl Bench {
        fn new() -> Self {
            Self::among(1)
        }

        fn among(nodes: u32) -> Self {
            Self {
                limiter: Limiter::new(nodes),
                environment: EnvironmentName::production(),
                api: "repairs".parse().unwrap(),
                now: 0,
                date: Timestamp::from_seconds(1_800_000_000),
            }
        }

        fn scope(&self) -> Scope<'_> {
            Scope { environment: &self.environment, api: &self.api, major: "v1".parse().unwrap() }
        }

        /// The reason of a refusal, with how long to wait.
        fn call(&self, line: &Line, caller: Caller<'_>, from: &str) -> Result<(), (String, u64)> {
            let address = Address::of(from.parse().unwrap());
            let call = Call { caller, address, scope: self.scope(), line };
            let (_, reached) = self.limiter.count_at(call, self.now, self.date);
            reached.map_or(Ok(()), |reached| Err((reached.sentence(), reached.retry_after_seconds)))
        }

        fn told(&self, line: &Line, caller: Caller<'_>) -> Vec<String> {
            let address = Address::of("192.0.2.1".parse().unwrap());
            let (standing, _) =
                self.limiter.count_at(Call { caller, address, scope: self.scope(), line }, self.now, self.date);
            let mut told = vec![];
            standing.fields(&mut |_, value| told.push(String::from_utf8_lossy(value).into_owned()));
            told
        }
    }

    fn plan(limits: &Limits, quotas: Quotas, operation: &str) -> Arc<Plan> {
        Plans::compile(limits, quotas).of(operation)
    }

    fn shop() -> ApplicationId {
        "shop".parse().unwrap()
    }

    #[test]
    fn a_burst_goes_through_at_once_and_then_one_at_each_step() {
        let mut bench = Bench::new();
        let plan = plan(&limits("60/minute", 2), Quotas::default(), "list");
        let shop = shop();
        let call = |bench: &Bench| bench.call(&plan.application, Caller::Application(&shop), "192.0.2.1").is_ok();
        assert_eq!([call(&bench), call(&bench), call(&bench), call(&bench)], [true, true, true, false]);
        bench.now = SECOND - 1;
        assert!(!call(&bench));
        bench.now = SECOND;
        assert_eq!([call(&bench), call(&bench)], [true, false]);
    }

    #[test]
    fn the_strictest_of_several_limits_refuses_and_a_refused_request_counts_against_none() {
        let mut bench = Bench::new();
        let mut all = limits("60/minute", 9);
        all.operations = [("list".to_owned(), limit("60/hour", 1))].into();
        all.per_address = Some(limit("6/minute", 3));
        let (list, get) = (plan(&all, Quotas::default(), "list"), plan(&all, Quotas::default(), "get"));
        let shop = shop();
        let shop = Caller::Application(&shop);
        let from = "192.0.2.1";
        assert!(bench.call(&list.application, shop, from).is_ok());
        assert!(bench.call(&list.application, shop, from).is_ok());
        for _ in 0..50 {
            let (sentence, wait) = bench.call(&list.application, shop, from).unwrap_err();
            assert_eq!((sentence.contains("this operation is 60 requests in 3600"), wait), (true, 60), "{sentence}");
        }
        let told = bench.told(&list.application, shop);
        assert_eq!(told[1], "\"default\";r=8;t=2, \"address\";r=2;t=20, \"operation:list\";r=0;t=120");
        assert_eq!(told[2..], ["60", "0", "120"], "the trio speaks of the limit that refuses");
        assert!(bench.call(&get.application, shop, from).is_ok(), "another operation has its own count");
        assert!(bench.call(&get.application, shop, from).is_ok());
        let (sentence, wait) = bench.call(&get.application, shop, from).unwrap_err();
        assert_eq!((sentence.contains("each address"), wait), (true, 10), "{sentence}");
        assert!(bench.call(&get.application, shop, "192.0.2.2").is_ok(), "from another address");
        bench.now = 30 * SECOND;
        assert_eq!(bench.told(&get.application, shop)[2..], ["6", "2", "20"], "the least left is told");
    }

    #[test]
    fn where_two_limits_refuse_the_longer_wait_is_told() {
        let bench = Bench::new();
        let mut both = limits("60/minute", 0);
        both.per_person = Some(limit("6/minute", 0));
        let plan = plan(&both, Quotas::default(), "list");
        let ada: PersonId = "ada".parse().unwrap();
        assert!(bench.call(&plan.person, Caller::Person(&ada), "192.0.2.1").is_ok());
        assert_eq!(bench.call(&plan.person, Caller::Person(&ada), "192.0.2.1").unwrap_err().1, 10);
    }

    #[test]
    fn an_address_of_ipv6_is_counted_by_its_first_half() {
        let bench = Bench::new();
        let plan = plan(&limits("1/minute", 0), Quotas::default(), "list");
        let call = |from: &str| {
            let address: IpAddr = from.parse().unwrap();
            bench.call(&plan.anonymous, Caller::Address(Address::of(address)), from).is_ok()
        };
        assert!(call("2001:db8:0:1::1"));
        assert!(!call("2001:db8:0:1:ffff::2"), "the same network");
        assert!(call("2001:db8:0:2::1"));
        assert!(call("192.0.2.1"));
        assert!(!call("::ffff:192.0.2.1"), "the same address in another form");
        assert!(call("::c000:201"), "an address of IPv6 whose number is that of one of IPv4");
    }

    #[test]
    fn a_limit_that_is_raised_holds_at_once() {
        let mut bench = Bench::new();
        let (slow, fast) = (limits("1/day", 0), limits("60/minute", 0));
        let (slow, fast) = (plan(&slow, Quotas::default(), "x"), plan(&fast, Quotas::default(), "x"));
        let shop = shop();
        assert!(bench.call(&slow.application, Caller::Application(&shop), "192.0.2.1").is_ok());
        bench.now = SECOND;
        assert!(bench.call(&fast.application, Caller::Application(&shop), "192.0.2.1").is_err());
        assert!(bench.call(&fast.application, Caller::Application(&shop), "192.0.2.1").unwrap_err().1 <= 1);
    }

    #[test]
    fn a_flood_from_many_addresses_resets_nobody_who_stands_at_a_limit() {
        let bench = Bench::new();
        let plan = plan(&limits("60/hour", 3), Quotas::default(), "list");
        let shop = shop();
        let own = Address::of("198.51.100.7".parse().unwrap());
        for caller in [Caller::Address(own), Caller::Application(&shop)] {
            let line = if caller == Caller::Address(own) { &plan.anonymous } else { &plan.application };
            while bench.call(line, caller, "198.51.100.7").is_ok() {}
        }
        for number in 0..3 * SHARDS * MOST_ADDRESSES {
            let flood = Address(6, 0x2001_0db8_0000_0000 + u64::try_from(number).unwrap());
            assert!(bench.call(&plan.anonymous, Caller::Address(flood), "192.0.2.9").is_ok());
        }
        let entries: usize = bench.limiter.addresses.iter().map(|shard| shard.lock().unwrap().counts.len()).sum();
        assert!(entries <= SHARDS * MOST_ADDRESSES, "memory is bounded: {entries}");
        assert!(bench.call(&plan.anonymous, Caller::Address(own), "198.51.100.7").is_err());
        assert!(bench.call(&plan.application, Caller::Application(&shop), "198.51.100.7").is_err());
    }

    #[test]
    fn who_is_even_is_forgotten_before_a_table_grows() {
        let mut bench = Bench::new();
        let plan = plan(&limits("60/second", 3), Quotas::default(), "list");
        for number in 0..200_000_u64 {
            bench.now += SECOND;
            let caller: ApplicationId = format!("app-{number}").parse().unwrap();
            assert!(bench.call(&plan.application, Caller::Application(&caller), "192.0.2.9").is_ok());
        }
        let room: usize = bench.limiter.known.iter().map(|shard| shard.lock().unwrap().counts.capacity()).sum();
        assert!(room < 64 * 32, "{room}");
    }

    #[test]
    fn two_threads_at_the_same_instant_never_let_more_than_the_limit_through() {
        let bench = Bench::new();
        let mut all = limits("60/hour", 99);
        all.per_address = Some(limit("60/hour", 499));
        let plan = plan(&all, Quotas { per_day: Some(450), per_month: None }, "list");
        let passed = AtomicU64::new(0);
        let applications: Vec<ApplicationId> = (0..10).map(|n| format!("app-{n}").parse().unwrap()).collect();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        for application in &applications {
                            if bench.call(&plan.application, Caller::Application(application), "192.0.2.1").is_ok() {
                                passed.fetch_add(1, Ordering::SeqCst);
                            }
                        }
                    }
                });
            }
        });
        assert_eq!(passed.load(Ordering::SeqCst), 500, "all of the address's, since ten times 100 were wanted");
    }

    #[test]
    fn nodes_that_count_by_themselves_let_through_together_what_the_limit_says() {
        let plan = plan(&limits("600/minute", 50), Quotas { per_day: Some(100_000), per_month: None }, "list");
        let shop = shop();
        for (nodes, at_once, in_a_minute) in [(1, 51, 600), (3, 51, 600), (60, 60, 600), (1000, 1000, 0)] {
            let mut benches: Vec<Bench> = (0..nodes).map(|_| Bench::among(nodes)).collect();
            let everywhere = |benches: &[Bench]| {
                let passes =
                    |bench: &Bench| bench.call(&plan.application, Caller::Application(&shop), "192.0.2.1").is_ok();
                benches.iter().map(|bench| (0..100).take_while(|_| passes(bench)).count()).sum::<usize>()
            };
            assert_eq!(everywhere(&benches), at_once, "{nodes} nodes at once");
            let mut passed = 0;
            for second in 1..=60 {
                benches.iter_mut().for_each(|bench| bench.now = second * SECOND);
                passed += everywhere(&benches);
            }
            assert_eq!(passed, in_a_minute, "{nodes} nodes in a minute");
        }
        let bench = Bench::among(3);
        let told = bench.told(&plan.application, Caller::Application(&shop));
        assert_eq!(told[0], "\"default\";q=600;w=60, \"day\";q=100000;w=86400", "the limit is told as it is meant");
        assert_eq!(told[1], "\"default\";r=16;t=1, \"day\";r=99999;t=57600", "and what is left at this node");
    }

    #[test]
    fn a_quota_is_of_the_calendar_and_is_told_beside_the_rate() {
        let mut bench = Bench::new();
        let plan = plan(&limits("60000/second", 99), Quotas { per_day: Some(2), per_month: Some(3) }, "list");
        let shop = shop();
        let call = |bench: &Bench| bench.call(&plan.application, Caller::Application(&shop), "192.0.2.1");
        // 2027-01-15T08:00:00Z.
        assert_eq!(
            bench.told(&plan.application, Caller::Application(&shop))[1],
            "\"default\";r=99;t=1, \"day\";r=1;t=57600, \"month\";r=2;t=1440000"
        );
        assert!(call(&bench).is_ok());
        let (sentence, wait) = call(&bench).unwrap_err();
        assert!(
            sentence.starts_with("The quota of 2 requests a day is used up.") && wait == 57_600,
            "{sentence} {wait}"
        );
        bench.date = Timestamp::from_seconds(1_800_057_599);
        assert_eq!(call(&bench).unwrap_err().1, 1);
        bench.date = Timestamp::from_seconds(1_800_057_600);
        assert!(call(&bench).is_ok(), "a new day");
        assert!(call(&bench).unwrap_err().0.contains("a month"), "the month's quota is the one that is used up");
    }

    #[test]
    fn a_step_of_the_wall_clock_opens_no_quota_again() {
        let mut bench = Bench::new();
        let plan = plan(&limits("60000/second", 99), Quotas { per_day: Some(1), per_month: None }, "list");
        let shop = shop();
        let call = |bench: &Bench| bench.call(&plan.application, Caller::Application(&shop), "192.0.2.1").is_ok();
        bench.date = Timestamp::from_seconds(1_800_057_600);
        assert!(call(&bench));
        bench.date = Timestamp::from_seconds(1_800_057_599);
        assert!(!call(&bench), "one second back, over midnight");
        bench.date = Timestamp::from_seconds(1_800_057_601);
        assert!(!call(&bench), "and forward again");
        bench.date = Timestamp::from_seconds(1_900_000_000);
        assert!(call(&bench), "years ahead by mistake");
        bench.date = Timestamp::from_seconds(1_800_057_700);
        assert!(!call(&bench), "and set right: the count comes along");
        bench.date = Timestamp::from_seconds(1_800_144_000);
        assert!(call(&bench), "the next day begins as ever");
    }

    proptest! {
        #[test]
        fn a_rate_never_lets_more_than_its_burst_and_its_pace_through(
            requests in 1_u32..5000,
            window in prop::sample::select(vec!["second", "minute", "hour", "day"]),
            burst in 0_u32..200,
            waits in prop::collection::vec(0_u64..5_000_000_000, 1..400),
        ) {
            let rate = format!("{requests}/{window}");
            let pace = Pace::of(limit(&rate, burst));
            let plan = plan(&limits(&rate, burst), Quotas::default(), "list");
            let mut bench = Bench::new();
            let shop = shop();
            let mut passed = vec![];
            for wait in waits {
                bench.now += wait;
                if bench.call(&plan.application, Caller::Application(&shop), "192.0.2.1").is_ok() {
                    passed.push(bench.now);
                }
            }
            for (first, start) in passed.iter().enumerate() {
                for (last, end) in passed.iter().enumerate().skip(first) {
                    let most = u64::from(burst) + 1 + (end - start) / pace.step;
                    prop_assert!(u64::try_from(last - first + 1).unwrap() <= most);
                }
            }
        }
    }
}
