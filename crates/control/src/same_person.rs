//! Does a person decide what they asked for themselves, if need be by a second account?

use hansom_domain::{Actor, PersonId};

use crate::{Control, Error};

impl Control {
    /// Whether the actor is the person who asked: the same account, or another provider's with the same e-mail address.
    pub(crate) async fn is_who_asked(&self, actor: &Actor, asker: &PersonId) -> Result<bool, Error> {
        let Actor::Person { id, .. } = actor else {
            return Ok(false);
        };
        if id == asker {
            return Ok(true);
        }
        let (Some(one), Some(other)) = (self.reads.person(id).await?, self.reads.person(asker).await?) else {
            return Ok(false);
        };
        Ok(!one.email.is_empty() && one.email.eq_ignore_ascii_case(&other.email))
    }
}
