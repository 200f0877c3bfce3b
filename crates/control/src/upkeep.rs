//! What is due by now?

use crate::{Control, Error};

impl Control {
    /// Does what is due, if no other node has the lease for it.
    pub async fn keep_up(&self, holder: &str, lease_seconds: i64) -> Result<(), Error> {
        let now = self.clock.now();
        if !self.writes.take_lease("upkeep", holder, now, now.plus_seconds(lease_seconds)).await? {
            return Ok(());
        }
        self.rotate_if_due().await?;
        self.clear_keys().await?;
        Ok(())
    }
}
