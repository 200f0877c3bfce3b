//! What does time do to keys, credentials, grants and applications?
//!
//! Of all nodes that share a database one does it, as long as it says so; when it is gone, another.

use std::time::Duration;

use hansom_control::Control;

/// So often.
const PAUSE: Duration = Duration::from_secs(30);
/// Who has not done it for so long has given it up.
const LEASE_SECONDS: i64 = 120;

/// Looks after everything, again and again.
pub(crate) async fn run(control: Control) {
    let holder = control.chance().hex(16);
    let mut failing = false;
    loop {
        match control.keep_up(&holder, LEASE_SECONDS).await {
            Ok(()) => failing = false,
            Err(error) => {
                // One line per outage, not one per try.
                if !failing {
                    let error = error.private().unwrap_or_else(|| error.detail());
                    tracing::warn!(error, "keys, credentials and grants could not be looked after");
                }
                failing = true;
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}
