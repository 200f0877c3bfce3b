//! How is the snapshot, in numbers?

use hansom_gateway::Gateway;
use prometheus_client::{
    collector::Collector, encoding::DescriptorEncoder, encoding::EncodeMetric, metrics::gauge::ConstGauge,
};

use crate::{keeper::Keeper, publisher::Held};

/// Tells the figures when they are asked for, so that none is ever old.
pub(crate) struct Figures {
    /// What serves.
    pub(crate) gateway: Gateway,
    /// What is on disk.
    pub(crate) keeper: Keeper,
    /// What waits.
    pub(crate) held: Held,
}

impl std::fmt::Debug for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Figures")
    }
}

impl Collector for Figures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let snapshot = self.gateway.snapshot();
        let counts = snapshot.as_ref().map(|snapshot| snapshot.counts()).unwrap_or_default();
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let generation = |generation: u64| i64::try_from(generation).unwrap_or(i64::MAX);
        for (name, help, value) in [
            ("generation", "The generation that serves", generation(snapshot.map_or(0, |s| s.generation()))),
            ("kept_generation", "The generation on disk", generation(self.keeper.generation())),
            ("held", "Whether a generation waits to be confirmed", i64::from(self.held.now().is_some())),
            ("versions", "Versions that are served, in all environments", number(counts.versions)),
            ("applications", "Applications that may call", number(counts.applications)),
            ("people", "People who may call", number(counts.people)),
        ] {
            let gauge = ConstGauge::new(value);
            let name = format!("hansom_snapshot_{name}");
            gauge.encode(encoder.encode_descriptor(&name, help, None, gauge.metric_type())?)?;
        }
        Ok(())
    }
}
