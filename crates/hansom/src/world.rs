//! Where do time and chance come from in earnest?

use std::time::{SystemTime, UNIX_EPOCH};

use hansom_domain::{Chance, Clock, Timestamp};

/// The system's clock.
pub(crate) fn clock() -> Clock {
    Clock::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    })
}

/// The cryptographic source of chance.
pub(crate) fn chance() -> Chance {
    Chance::new(|bytes| {
        // The library's source fails only where the machine has none at all; a platform that went on would be guessable.
        if aws_lc_rs::rand::fill(bytes).is_err() {
            eprintln!("hansom: this machine has no source of chance");
            std::process::abort();
        }
    })
}
