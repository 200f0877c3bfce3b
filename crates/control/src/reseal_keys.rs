//! Seal what the store keeps secret with another master key.

use hansom_domain::Actor;
use serde_json::json;

use crate::{Control, Error, Vault, vault::PEPPER};

impl Control {
    /// Seals everything with `new` and nothing with the master key of now any more; gives how many keys that were. Nodes
    /// that run with the old master key serve on, but make no new keys and do not start again with it.
    pub async fn reseal(&self, actor: &Actor, new: &Vault) -> Result<usize, Error> {
        self.only_administrators(actor)?;
        let now = self.clock.now();
        let mut change = self.begin(actor, "reseal", now).await?;
        let keys = self.hold_keys(&mut change).await?;
        let mut count = 0;
        for key in keys.iter().filter(|key| !key.sealed_private.is_empty()) {
            let private = self.vault.open(&key.sealed_private, &key.id)?;
            change.reseal_signing_key(&key.id, &new.seal(&private, &key.id, &self.chance)?).await?;
            count += 1;
        }
        // Secrets are hashed with the pepper, and nobody can hash them again: it stays what it was.
        change.put_sealed_value(PEPPER, &self.vault.pepper_sealed_by(new, &self.chance)?).await?;
        change.forget_repeated_calls().await?;
        change.commit("the master key", &json!({ "signing_keys": count })).await?;
        Ok(count)
    }
}
