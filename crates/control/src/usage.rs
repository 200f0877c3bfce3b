//! How much was called, for those whom it concerns?

use hansom_domain::{Actor, ApiSlug, ApplicationId};
use hansom_store::{By, Called, RefusalCountRow, RefusedCall, Span};

use crate::{Control, Error};

impl Control {
    /// What an application called, all together and line by line: for its owner group, itself and administrators.
    pub async fn usage_by_application(
        &self,
        actor: &Actor,
        id: &ApplicationId,
        span: Span,
        by: By,
    ) -> Result<(Vec<Called>, Vec<Called>), Error> {
        let application = self.application_for(actor, id).await?;
        let all = self.reads.called_by(&application.id, span, By::Nothing).await?;
        Ok((all, self.reads.called_by(&application.id, span, by).await?))
    }

    /// The refused calls of an application, the last `most` first, and how many there were of what: for its owner group, itself
    /// and administrators.
    pub async fn refusals_of_application(
        &self,
        actor: &Actor,
        id: &ApplicationId,
        span: Span,
        most: u16,
    ) -> Result<(Vec<RefusedCall>, Vec<RefusalCountRow>), Error> {
        let application = self.application_for(actor, id).await?;
        let calls = self.reads.refusals_of(&application.id, span, most).await?;
        Ok((calls, self.reads.refusal_counts_of(&application.id, span).await?))
    }

    /// What was called of an API, all together and line by line: for its owner group and administrators. People are not told
    /// apart.
    pub async fn usage_of_api(
        &self,
        actor: &Actor,
        slug: &ApiSlug,
        span: Span,
        by: By,
    ) -> Result<(Vec<Called>, Vec<Called>), Error> {
        let api = self.reads.api(slug).await?.filter(|api| actor.speaks_for(&api.owner));
        let api = api.ok_or_else(|| Error::NotFound("there is no such API among those of your groups".into()))?;
        let all = self.reads.called_of(&api.slug, span, By::Nothing).await?;
        Ok((all, self.reads.called_of(&api.slug, span, by).await?))
    }
}
