//! Ask that an application may call operations.

use hansom_domain::{Actor, ApiSlug, ApplicationId, EnvironmentName, GrantId, GrantState, Major, OperationSet, Status};
use hansom_store::NewGrant;
use serde_json::json;

use crate::{Control, Error, PublishedContract, credentials::refuse_out_of_force, text};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct AskedGrant<'a> {
    /// The application that wants to call.
    pub application: &'a ApplicationId,
    /// The API that it wants to call.
    pub api: &'a ApiSlug,
    /// Its version.
    pub major: Major,
    /// In which environment.
    pub environment: &'a EnvironmentName,
    /// Operation ids, or `["*"]`.
    pub operations: Vec<String>,
    /// What for, 10 to 2,000 characters.
    pub purpose: &'a str,
    /// By which law; needed where the version's answers hold personal data, at most 500 characters.
    pub legal_basis: &'a str,
}

impl Control {
    /// Asks for a grant for an application of the actor's groups. Somebody else, in the API's owner group, decides.
    pub async fn request_grant(&self, actor: &Actor, asked: AskedGrant<'_>) -> Result<GrantId, Error> {
        let application = self.application_for(actor, asked.application).await?;
        refuse_out_of_force(&application)?;
        let unknown = || Error::NotFound(format!("there is no API {} {}", asked.api, asked.major));
        let version = self.reads.version(asked.api, asked.major).await?.ok_or_else(unknown)?;
        if !self.may_see(Some(actor), version.audience, &version.owner) {
            return Err(unknown());
        }
        if matches!(version.status, Status::Deprecated | Status::Retired) {
            return Err(Error::Conflict(format!(
                "{} {} is {}; ask for a newer version",
                asked.api, asked.major, version.status
            )));
        }
        let published = self.contract_of(&version).await?;
        if !published.manifest.environments.iter().any(|(name, _)| name == asked.environment) {
            return Err(Error::Invalid(format!("{} {} does not run in {}", asked.api, asked.major, asked.environment)));
        }
        let operations = OperationSet::from_list(asked.operations.clone())?;
        refuse_what_no_grant_opens(&published, &operations)?;
        let purpose = text::checked("the purpose", asked.purpose, 10, 2000, true)?;
        let least = usize::from(version.personal_data);
        let legal_basis = text::checked("the legal basis", asked.legal_basis, least, 500, true)?;
        self.refuse_second_request(&asked, &operations).await?;

        let id = GrantId::random(&self.chance);
        let now = self.clock.now();
        let mut change = self.begin(actor, "request_grant", now).await?;
        let grant = NewGrant {
            id: &id,
            application_id: asked.application,
            version_id: &version.id,
            environment: asked.environment,
            operations: &operations,
            purpose: &purpose,
            legal_basis: &legal_basis,
            by: (actor.id(), actor.name()),
            at: now,
        };
        change.insert_grant(&grant).await?;
        let detail = json!({ "application": asked.application, "api": asked.api, "version": asked.major,
            "environment": asked.environment, "operations": operations });
        change.commit(&format!("grant {id}"), &detail).await?;
        Ok(id)
    }

    async fn refuse_second_request(&self, asked: &AskedGrant<'_>, operations: &OperationSet) -> Result<(), Error> {
        let twin = self.reads.grants_of(asked.application).await?.into_iter().find(|grant| {
            grant.state == GrantState::Requested
                && grant.slug == *asked.api
                && grant.major == asked.major
                && grant.environment == *asked.environment
                && grant.operations == *operations
        });
        match twin {
            Some(grant) => Err(Error::Conflict(format!(
                "{} asked for just this already; it waits to be decided",
                grant.requested_by_name
            ))),
            None => Ok(()),
        }
    }
}

/// A grant opens only operations that are there and whose rule lets granted applications in.
fn refuse_what_no_grant_opens(published: &PublishedContract, operations: &OperationSet) -> Result<(), Error> {
    let opens =
        |operation: &str| published.manifest.access.rule_for(operation).is_some_and(|rule| rule.granted_applications);
    match operations {
        OperationSet::Every(_) if published.contract.operations.iter().any(|operation| opens(&operation.id)) => Ok(()),
        OperationSet::Every(_) => Err(Error::Invalid("this API lets no application in by a grant".into())),
        OperationSet::These(ids) => {
            for id in ids {
                if !published.contract.operations.iter().any(|operation| operation.id == *id) {
                    return Err(Error::Invalid(format!("there is no operation {} in this version", id.escape_debug())));
                }
                if !opens(id) {
                    return Err(Error::Invalid(format!("{id} lets no application in by a grant")));
                }
            }
            Ok(())
        }
    }
}
