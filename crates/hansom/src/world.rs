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

/// Which Hansom this is: its version, and the size and age of its file, which differ between two builds of one version.
pub(crate) fn build() -> String {
    let file = std::env::current_exe().and_then(std::fs::metadata);
    let (length, changed) = file.map_or((0, None), |file| (file.len(), file.modified().ok()));
    let changed = changed.and_then(|changed| changed.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    format!("{} {length} {}", env!("CARGO_PKG_VERSION"), changed.as_millis())
}
