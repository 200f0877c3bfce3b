//! Retire a signing key: another one signs in its place, and what it signed counts until its time is over.

use hansom_domain::{Actor, Timestamp};

use crate::{Begins, Control, Error, KeyState};

impl Control {
    /// Has the key that signs retired by a successor, which is announced first; gives that and from when on it signs. The
    /// other keys are on their way already.
    pub async fn retire_signing_key(&self, actor: &Actor, kid: &str) -> Result<(String, Timestamp), Error> {
        let keys = self.list_signing_keys(actor).await?;
        let key = keys.iter().find(|key| key.kid == kid);
        let key = key.ok_or_else(|| Error::NotFound(format!("there is no signing key {}", kid.escape_debug())))?;
        let successor = keys.iter().find(|key| key.state == KeyState::Announced);
        match (key.state, successor) {
            (KeyState::Signing, Some(successor)) => Ok((successor.kid.clone(), successor.signs_from)),
            (KeyState::Signing, None) => self.rotate_signing_key(actor, Begins::Announced).await,
            (KeyState::Announced, _) => Err(Error::Conflict(format!(
                "the key {kid} has signed nothing yet; withdraw it instead: `hansom keys retire {kid} --now`"
            ))),
            (KeyState::Retired | KeyState::Gone | KeyState::Withdrawn, _) => {
                Err(Error::Conflict(format!("the key {kid} is {} already", key.state.as_str())))
            }
        }
    }
}
