//! How much was called, for those whom it concerns?

use std::collections::BTreeSet;

use hansom_domain::{Actor, ApiSlug, ApplicationId, Major, Status};
use hansom_store::{By, Called, Consumption, OperationUse, RefusalCountRow, RefusedCall, Span, VersionRow};

use crate::{Control, Error};

/// So many operations that are deprecated are looked at.
const MOST_DEPRECATED: usize = 100;

/// What somebody still calls although it is deprecated.
#[derive(Clone, Debug)]
pub struct DeprecatedUse {
    /// The operation; none where the whole version is deprecated.
    pub operation: Option<String>,
    /// Who, and how much.
    pub consumption: Consumption,
}

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

    /// Who called a version: for its owner group and administrators. People are not told apart.
    pub async fn consumption_of(
        &self,
        actor: &Actor,
        (slug, major): (&ApiSlug, Major),
        span: Span,
    ) -> Result<Vec<Consumption>, Error> {
        let version = self.own_version(actor, slug, major).await?;
        Ok(self.reads.consumption((&version.slug, version.major), None, span).await?)
    }

    /// What was called of a version: for its owner group and administrators.
    pub async fn operation_use_of(
        &self,
        actor: &Actor,
        (slug, major): (&ApiSlug, Major),
        span: Span,
    ) -> Result<Vec<OperationUse>, Error> {
        let version = self.own_version(actor, slug, major).await?;
        Ok(self.reads.operation_use((&version.slug, version.major), span).await?)
    }

    /// Who still calls what is deprecated of a version, or the version itself: for its owner group and administrators.
    pub async fn deprecated_use_of(
        &self,
        actor: &Actor,
        (slug, major): (&ApiSlug, Major),
        span: Span,
    ) -> Result<Vec<DeprecatedUse>, Error> {
        let version = self.own_version(actor, slug, major).await?;
        let place = (&version.slug, version.major);
        let of = |operation: Option<String>, lines: Vec<Consumption>| {
            lines.into_iter().map(move |consumption| DeprecatedUse { operation: operation.clone(), consumption })
        };
        if matches!(version.status, Status::Deprecated | Status::Retired) {
            return Ok(of(None, self.reads.consumption(place, None, span).await?).collect());
        }
        let published = self.contract_of(&version).await?;
        let called: BTreeSet<String> =
            self.reads.operation_use(place, span).await?.into_iter().map(|line| line.operation).collect();
        let deprecated = published.contract.operations.iter().filter(|it| it.deprecated && called.contains(&it.id));
        let mut found = vec![];
        for operation in deprecated.take(MOST_DEPRECATED) {
            let lines = self.reads.consumption(place, Some(&operation.id), span).await?;
            found.extend(of(Some(operation.id.clone()), lines));
        }
        Ok(found)
    }

    /// A version, for its owner group and administrators.
    async fn own_version(&self, actor: &Actor, slug: &ApiSlug, major: Major) -> Result<VersionRow, Error> {
        let version = self.reads.version(slug, major).await?.filter(|version| actor.speaks_for(&version.owner));
        version.ok_or_else(|| Error::NotFound("there is no such version of an API among those of your groups".into()))
    }
}
