//! Which networks ask too often for what strangers may ask for?

use std::net::IpAddr;

use hansom_domain::{Timestamp, network_of_caller};

use crate::allowance::Allowance;

const WINDOW_SECONDS: i64 = 900;

/// What was asked for in a quarter of an hour, by network: an address of IPv4, or half an address of IPv6.
pub(crate) struct NetworkCalls(Allowance<Option<IpAddr>>);

impl NetworkCalls {
    /// Each network may ask so often in a quarter of an hour.
    pub(crate) fn of(quota: u32) -> Self {
        Self(Allowance::new(quota, WINDOW_SECONDS))
    }

    /// Counts one. Whether it is answered.
    pub(crate) fn allows(&self, peer: Option<IpAddr>, now: Timestamp) -> bool {
        self.0.allows(peer.map(network_of_caller), now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_gets_so_much_and_others_are_not_hindered() {
        const QUOTA: u32 = 30;
        let (calls, now) = (NetworkCalls::of(QUOTA), Timestamp::from_seconds(1000));
        let one = |host: u32| Some(format!("2001:db8::{host:x}").parse().unwrap());
        for host in 0..QUOTA {
            assert!(calls.allows(one(host), now));
        }
        assert!(!calls.allows(one(7), now), "another address of the same network");
        assert!(calls.allows(Some("192.0.2.1".parse().unwrap()), now));
        assert!(calls.allows(one(7), now.plus_seconds(WINDOW_SECONDS)));
    }
}
