//! How well does an API answer, and what is an incident's life?

use crate::invalid::closed_word;

closed_word! {
    /// How an API or the platform does at present.
    Health, "health" {
        /// It answers as it should.
        Up = "up",
        /// Some calls fail.
        Degraded = "degraded",
        /// Most calls fail.
        Down = "down",
        /// Too little was called to tell.
        Unmeasured = "unmeasured",
    }
}

closed_word! {
    /// How bad an incident is for those who call.
    Impact, "impact" {
        /// Some calls fail, or are slow.
        Degraded = "degraded",
        /// Most calls fail.
        Down = "down",
        /// Planned work: calls may fail.
        Maintenance = "maintenance",
    }
}

closed_word! {
    /// Where an incident stands.
    IncidentState, "incident state" {
        /// Somebody looks for the cause.
        Investigating = "investigating",
        /// The cause is known.
        Identified = "identified",
        /// It was mended, and is being watched.
        Monitoring = "monitoring",
        /// It is over.
        Resolved = "resolved",
    }
}

/// So many calls say something about how an API does; fewer do not.
const FEWEST_CALLS: i64 = 10;

impl Health {
    /// What so many calls, of which so many failed, say: from one in twenty on it is degraded, from one in two on it is down.
    pub fn of_calls(calls: i64, failed: i64) -> Self {
        if calls < FEWEST_CALLS {
            return if failed > 0 && failed == calls { Health::Degraded } else { Health::Unmeasured };
        }
        match failed.saturating_mul(20) {
            failed if failed >= calls.saturating_mul(10) => Health::Down,
            failed if failed >= calls => Health::Degraded,
            _ => Health::Up,
        }
    }

    /// With what an incident that is not over says; measured or told, the worse counts.
    pub fn with(self, impact: Impact) -> Self {
        match (self, impact) {
            (_, Impact::Down) | (Health::Down, _) => Health::Down,
            (Health::Up | Health::Degraded | Health::Unmeasured, Impact::Degraded) => Health::Degraded,
            (health, Impact::Maintenance) => health,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_tell_health_from_one_failure_in_twenty_on() {
        for (calls, failed, health) in [
            (0, 0, Health::Unmeasured),
            (9, 3, Health::Unmeasured),
            (3, 3, Health::Degraded),
            (10, 0, Health::Up),
            (100, 4, Health::Up),
            (100, 5, Health::Degraded),
            (100, 49, Health::Degraded),
            (100, 50, Health::Down),
            (i64::MAX, i64::MAX, Health::Down),
        ] {
            assert_eq!(Health::of_calls(calls, failed), health, "{failed} of {calls}");
        }
    }

    #[test]
    fn an_incident_makes_health_worse_and_never_better() {
        assert_eq!(Health::Up.with(Impact::Down), Health::Down);
        assert_eq!(Health::Down.with(Impact::Degraded), Health::Down);
        assert_eq!(Health::Unmeasured.with(Impact::Degraded), Health::Degraded);
        assert_eq!(Health::Up.with(Impact::Maintenance), Health::Up);
    }
}
