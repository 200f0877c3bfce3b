//! How are the upstreams, in numbers?
//!
//! Read from the snapshot when somebody asks, so that there are figures of what is served and of nothing else, and none is old.

use std::{
    collections::BTreeMap,
    fmt::Error,
    sync::{Arc, Weak},
};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeLabelSet, MetricEncoder},
    metrics::MetricType,
};

use crate::{
    delta::VersionPlace,
    snapshot::Snapshot,
    story::Shared,
    upstreams::{RoomFigures, TargetFigures},
};

/// So many versions, and so many servers, have figures of their own.
const MOST: usize = 1000;

/// Whether the servers behind what is served take requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpstreamStates {
    /// How many do.
    pub taking: usize,
    /// Those that do not: of which version, and the address.
    pub out: Vec<(VersionPlace, String)>,
}

impl UpstreamStates {
    /// Of every server behind every version of a snapshot.
    pub(crate) fn of(snapshot: &Snapshot) -> Self {
        let mut states = Self::default();
        for (environment, version, upstreams) in snapshot.upstreams() {
            for (_, address, figures) in upstreams.targets() {
                if figures.is_in {
                    states.taking = states.taking.saturating_add(1);
                    continue;
                }
                let (environment, api, major) = (environment.clone(), version.api.clone(), version.major);
                states.out.push((VersionPlace { environment, api, major }, address));
            }
        }
        states
    }
}

/// Tells the figures of what is served at present.
pub(crate) struct UpstreamFigures(Weak<Shared>);

/// What there is to tell.
#[derive(Default)]
struct Told {
    targets: BTreeMap<String, TargetFigures>,
    rooms: Vec<([(&'static str, String); 3], RoomFigures)>,
    left_out: u64,
}

impl UpstreamFigures {
    pub(crate) fn of(shared: &Arc<Shared>) -> Self {
        Self(Arc::downgrade(shared))
    }
}

impl std::fmt::Debug for UpstreamFigures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UpstreamFigures")
    }
}

impl Told {
    fn of(snapshot: &Snapshot) -> Self {
        let (mut told, mut seen) = (Self::default(), std::collections::HashSet::new());
        for (environment, version, upstreams) in snapshot.upstreams() {
            for (number, address, figures) in upstreams.targets() {
                if !seen.insert(number) {
                    continue;
                }
                if told.targets.len() < MOST || told.targets.contains_key(&address) {
                    told.targets.entry(address).or_default().join(figures);
                } else {
                    told.left_out = told.left_out.saturating_add(1);
                }
            }
            let Some(room) = upstreams.room() else { continue };
            if told.rooms.len() < MOST {
                let (api, major) = (version.api.to_string(), version.major.to_string());
                let labels = [("environment", environment.to_string()), ("api", api), ("version", major)];
                told.rooms.push((labels, room));
            } else {
                told.left_out = told.left_out.saturating_add(1);
            }
        }
        told
    }
}

impl Collector for UpstreamFigures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let snapshot = self.0.upgrade().and_then(|shared| shared.snapshot.load_full());
        let told = snapshot.map(|snapshot| Told::of(&snapshot)).unwrap_or_default();
        of_targets(&told, &mut encoder)?;
        of_rooms(&told, &mut encoder)?;
        let help = "Versions and upstreams that have no figures of their own, since there are so many";
        let left_out = encoder.encode_descriptor("hansom_upstream_figures_left_out", help, None, MetricType::Gauge)?;
        gauge(left_out, told.left_out)
    }
}

/// A column of a table of figures: name, help, value.
type Column<F> = (&'static str, &'static str, fn(&F) -> u64);

fn of_targets(told: &Told, encoder: &mut DescriptorEncoder<'_>) -> Result<(), Error> {
    let help = "Requests by upstream and what became of them";
    let mut family = encoder.encode_descriptor("hansom_upstream_requests", help, None, MetricType::Counter)?;
    for (address, figures) in &told.targets {
        for (outcome, count) in figures.outcomes() {
            let labels = [("upstream", address.as_str()), ("outcome", outcome)];
            counter(family.encode_family(&labels)?, count)?;
        }
    }
    let ejections: Column<TargetFigures> =
        ("hansom_upstream_ejections", "How often an upstream was put out", |figures| figures.ejections);
    let gauges: [Column<TargetFigures>; 4] = [
        ("hansom_upstream_up", "Whether the upstream takes requests: 1 or 0", |figures| u64::from(figures.is_in)),
        ("hansom_upstream_in_flight", "Requests under way at the upstream", |figures| figures.in_flight),
        ("hansom_upstream_connections_open", "Open connections to the upstream", |figures| figures.open),
        ("hansom_upstream_connections_idle", "Open connections beyond the requests under way", |figures| {
            figures.open.saturating_sub(figures.in_flight)
        }),
    ];
    let rows = || told.targets.iter().map(|(address, figures)| ([("upstream", address.as_str())], figures));
    table(encoder, rows(), ejections, MetricType::Counter)?;
    gauges.into_iter().try_for_each(|column| table(encoder, rows(), column, MetricType::Gauge))
}

fn of_rooms(told: &Told, encoder: &mut DescriptorEncoder<'_>) -> Result<(), Error> {
    let counters: [Column<RoomFigures>; 3] = [
        ("hansom_version_repeats", "Requests sent again to another upstream, from the budget", |room| room.repeats),
        ("hansom_version_repeats_refused", "Requests not sent again, as the budget was used up", |room| {
            room.repeats_refused
        }),
        ("hansom_version_busy", "Requests refused, as too many were at the upstreams already", |room| room.busy),
    ];
    let in_flight: Column<RoomFigures> =
        ("hansom_version_in_flight", "Requests under way at the version's upstreams", |room| room.in_flight);
    let rows = || {
        told.rooms.iter().map(|(labels, room)| (labels.each_ref().map(|(name, value)| (*name, value.as_str())), room))
    };
    counters.into_iter().try_for_each(|column| table(encoder, rows(), column, MetricType::Counter))?;
    table(encoder, rows(), in_flight, MetricType::Gauge)
}

fn table<'t, L: EncodeLabelSet, F: 't>(
    encoder: &mut DescriptorEncoder<'_>,
    rows: impl Iterator<Item = (L, &'t F)>,
    (name, help, value): Column<F>,
    kind: MetricType,
) -> Result<(), Error> {
    let is_counter = matches!(kind, MetricType::Counter);
    let mut family = encoder.encode_descriptor(name, help, None, kind)?;
    for (labels, figures) in rows {
        let one = family.encode_family(&labels)?;
        if is_counter { counter(one, value(figures))? } else { gauge(one, value(figures))? }
    }
    Ok(())
}

fn counter(mut encoder: MetricEncoder<'_>, value: u64) -> Result<(), Error> {
    encoder.encode_counter::<[(&str, &str); 0], _, u64>(&value, None)
}

fn gauge(mut encoder: MetricEncoder<'_>, value: u64) -> Result<(), Error> {
    encoder.encode_gauge(&i64::try_from(value).unwrap_or(i64::MAX))
}
