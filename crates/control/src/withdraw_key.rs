//! Withdraw a signing key that somebody else may have: nothing that it signed counts any more, at every gateway within seconds.

use hansom_domain::Actor;
use serde_json::json;

use crate::{
    Control, Error,
    keys::{announced_at, signing_at},
    rotate_keys::succeed,
};

impl Control {
    /// Withdraws a key, and has another one sign where it was the one that does; gives the one that signs then.
    pub async fn withdraw_signing_key(&self, actor: &Actor, kid: &str, reason: &str) -> Result<String, Error> {
        self.only_administrators(actor)?;
        let reason = crate::text::checked("the reason", reason, 1, 500, true)?;
        let now = self.clock.now();
        let mut change = self.begin(actor, "withdraw_signing_key", now).await?;
        let mut keys = self.hold_keys(&mut change).await?;
        let position = keys.iter().position(|key| key.id == kid);
        let unknown = || Error::NotFound(format!("there is no signing key {}", kid.escape_debug()));
        let key = keys.remove(position.ok_or_else(unknown)?);
        if key.withdrawn_at.is_some() {
            return Err(Error::Conflict(format!("the key {kid} was withdrawn before")));
        }
        change.withdraw_signing_key(kid, now).await?;
        let announced = announced_at(&keys, now).map(|key| key.id.clone());
        let signs = match (signing_at(&keys, now), announced) {
            // It was retired, or announced: whoever signs goes on, for as long as nobody else is announced.
            (Some(signing), announced) => {
                if announced.is_none() {
                    change.time_signing_key(&signing.id, signing.signs_from, None).await?;
                }
                signing.id.clone()
            }
            (None, Some(next)) => {
                succeed(&mut change, &keys, &next, now).await?;
                next
            }
            (None, None) => {
                let new = self.new_key(now, now)?;
                change.insert_signing_key(&new).await?;
                succeed(&mut change, &keys, &new.id, now).await?;
                new.id
            }
        };
        let detail = json!({ "reason": reason, "signs_now": signs });
        change.commit(&format!("signing key {kid}"), &detail).await?;
        self.signing.forget();
        Ok(signs)
    }
}
