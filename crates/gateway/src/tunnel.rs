//! What becomes of a connection after an upgrade?

use std::time::Duration;

use tokio::{
    io::{AsyncWriteExt, copy_bidirectional},
    time::timeout,
};

use crate::stream::Stream;

/// A WebSocket ends after so long in any case; its two sides connect anew, and are judged anew.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// Carries bytes both ways until one side ends or a day has passed; when the gateway stops, as long as others may take to end.
/// `early` came from the upstream already.
pub(crate) async fn run(client: &mut Stream, upstream: &mut Stream, early: &[u8]) {
    if client.write_all(early).await.is_ok() {
        let _ = timeout(LONGEST, copy_bidirectional(client, upstream)).await;
    }
}
