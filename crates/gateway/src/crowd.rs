//! How many connections does one address have?
//!
//! So that one client cannot take the places of all others. Addresses of IPv6 are counted by their first 64 bits, which one
//! subscriber has for himself.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

/// The open connections of each address, over all threads.
#[derive(Debug, Default)]
pub(crate) struct Crowd(Mutex<HashMap<IpAddr, usize>>);

/// One connection of an address, until it is dropped.
#[derive(Debug)]
pub(crate) struct Member {
    crowd: Arc<Crowd>,
    address: IpAddr,
}

impl Crowd {
    /// Counts one connection more; `None` if the address has `most` already.
    pub(crate) fn join(self: &Arc<Self>, address: IpAddr, most: usize) -> Option<Member> {
        let address = counted_as(address);
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count = count.saturating_add(1);
        Some(Member { crowd: Arc::clone(self), address })
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let mut open = self.crowd.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d54_an_address_has_so_many_places_and_gets_them_back() {
        let crowd = Arc::new(Crowd::default());
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        let join = |text: &str| crowd.join(address(text), 2);
        let (first, _second) = (join("192.0.2.1"), join("::ffff:192.0.2.1"));
        assert!(first.is_some() && join("192.0.2.1").is_none() && join("192.0.2.2").is_some());
        drop(first);
        assert!(join("192.0.2.1").is_some());
        let (_one, _other) = (join("2001:db8::1"), join("2001:db8::ffff:2"));
        assert!(join("2001:db8::3").is_none() && join("2001:db8:0:1::1").is_some());
        drop((_one, _other, _second));
        assert!(crowd.0.lock().expect("not poisoned").is_empty(), "who has gone costs nothing");
    }
}
