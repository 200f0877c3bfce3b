//! Who has too many links sent?

use std::net::IpAddr;

use hansom_domain::{Timestamp, network_of_caller};

use crate::allowance::Allowance;

/// Links that one network may ask for in a window.
const QUOTA: u32 = 30;
const WINDOW_SECONDS: i64 = 900;

/// Links asked for, by network: an address of IPv4, or half an address of IPv6.
pub(crate) struct LinkCalls(Allowance<Option<IpAddr>>);

impl Default for LinkCalls {
    fn default() -> Self {
        Self(Allowance::new(QUOTA, WINDOW_SECONDS))
    }
}

impl LinkCalls {
    /// Counts a link. Whether it may be sent.
    pub(crate) fn allows(&self, peer: Option<IpAddr>, now: Timestamp) -> bool {
        self.0.allows(peer.map(network_of_caller), now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_gets_so_many_links_and_others_are_not_hindered() {
        let (calls, now) = (LinkCalls::default(), Timestamp::from_seconds(1000));
        let one = |host: u32| Some(format!("2001:db8::{host:x}").parse().unwrap());
        for host in 0..QUOTA {
            assert!(calls.allows(one(host), now));
        }
        assert!(!calls.allows(one(7), now), "another address of the same network");
        assert!(calls.allows(Some("192.0.2.1".parse().unwrap()), now));
        assert!(calls.allows(one(7), now.plus_seconds(WINDOW_SECONDS)));
    }
}
