//! Ask that applications may call operations.

use std::collections::BTreeMap;

use hansom_domain::{
    Actor, ApiSlug, ApplicationId, EnvironmentName, GrantId, GrantState, GroupAddress, Major, OperationSet, Status,
};
use hansom_store::{Change, NewGrant, VersionRow};
use serde_json::{Value, json};

use crate::{Control, Error, PublishedContract, credentials::refuse_out_of_force, text};

/// So many requests are taken at once.
const MOST_AT_ONCE: usize = 100;
/// What is told where the platform itself decides.
const AT_ONCE: &str = "Access to the sandbox is granted at once, as the platform and the API allow.";

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

/// A request that may be made.
struct Checked<'a> {
    id: GrantId,
    asked: AskedGrant<'a>,
    version: VersionRow,
    application: String,
    operations: OperationSet,
    purpose: String,
    legal_basis: String,
    /// Granted by the platform at once, for so many months.
    at_once: Option<u16>,
    replaces: Option<GrantId>,
}

impl Control {
    /// Asks for a grant for an application of the actor's groups. Somebody else, in the API's owner group, decides.
    pub async fn request_grant(&self, actor: &Actor, asked: AskedGrant<'_>) -> Result<GrantId, Error> {
        let checked = self.check(actor, asked, None).await?;
        let id = checked.id.clone();
        self.submit(actor, vec![checked], None).await?;
        Ok(id)
    }

    /// Asks for several grants at once, all or none, as suppliers do who serve many: each is a grant of its own, and their
    /// owners decide them one by one or together. Gives their ids, and the name of the bundle.
    pub async fn request_grants(
        &self,
        actor: &Actor,
        asked: Vec<AskedGrant<'_>>,
    ) -> Result<(String, Vec<GrantId>), Error> {
        if asked.is_empty() || asked.len() > MOST_AT_ONCE {
            return Err(Error::Invalid(format!("from 1 to {MOST_AT_ONCE} grants are asked for at once")));
        }
        let mut checked: Vec<Checked<'_>> = vec![];
        for (number, asked) in asked.into_iter().enumerate() {
            let next = self.check(actor, asked, None).await.map_err(|error| numbered(error, number))?;
            if checked.iter().any(|known| known.is_same(&next)) {
                return Err(Error::Invalid(format!("request {} stands there twice", number.saturating_add(1))));
            }
            checked.push(next);
        }
        let ids = checked.iter().map(|checked| checked.id.clone()).collect();
        let bundle = self.chance.hex(16);
        self.submit(actor, checked, Some(&bundle)).await?;
        Ok((bundle, ids))
    }

    /// Asks that another grant takes the place of one in force: the same for longer, or more or fewer operations. The one in
    /// force stays so until that is decided, and ends when the other begins.
    pub async fn renew_grant(
        &self,
        actor: &Actor,
        id: &GrantId,
        operations: Option<Vec<String>>,
        (purpose, legal_basis): (&str, &str),
    ) -> Result<GrantId, Error> {
        let grant = self.grant_for(actor, id).await?;
        if !matches!(grant.state, GrantState::Approved | GrantState::Lapsed) {
            return Err(Error::Conflict(format!("the grant is {}; ask for a new one", grant.state)));
        }
        let asked = AskedGrant {
            application: &grant.application_id,
            api: &grant.slug,
            major: grant.major,
            environment: &grant.environment,
            operations: operations.unwrap_or_else(|| grant.operations.to_list()),
            purpose: if purpose.is_empty() { &grant.purpose } else { purpose },
            legal_basis: if legal_basis.is_empty() { &grant.legal_basis } else { legal_basis },
        };
        let checked = self.check(actor, asked, Some(id.clone())).await?;
        let new = checked.id.clone();
        self.submit(actor, vec![checked], None).await?;
        Ok(new)
    }

    async fn check<'a>(
        &self,
        actor: &Actor,
        asked: AskedGrant<'a>,
        replaces: Option<GrantId>,
    ) -> Result<Checked<'a>, Error> {
        let application = self.application_for(actor, asked.application).await?;
        refuse_out_of_force(&application)?;
        let unknown = || Error::NotFound(format!("there is no API {} {}", asked.api, asked.major));
        let version = self.reads.version(asked.api, asked.major).await?.ok_or_else(unknown)?;
        if !self.may_see(Some(actor), version.audience, &version.owner) {
            return Err(unknown());
        }
        if matches!(version.status, Status::Deprecated | Status::Retired) && replaces.is_none() {
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
        let terms = &self.settings.terms.grants;
        let is_sandbox = *asked.environment == EnvironmentName::sandbox();
        let at_once = is_sandbox && terms.sandbox_at_once && published.manifest.grants.sandbox_at_once;
        Ok(Checked {
            id: GrantId::random(&self.chance),
            at_once: at_once.then(|| terms.usual_months.min(published.manifest.grants.longest(terms))),
            application: application.name,
            asked,
            version,
            operations,
            purpose,
            legal_basis,
            replaces,
        })
    }

    /// Stores requests in one change: each has its own audit entry, and each group that decides is told once.
    async fn submit(&self, actor: &Actor, requests: Vec<Checked<'_>>, bundle: Option<&str>) -> Result<(), Error> {
        let now = self.clock.now();
        let mut change = self.begin(actor, "request_grant", now).await?;
        let mut waiting: BTreeMap<GroupAddress, Vec<String>> = BTreeMap::new();
        let last = requests.len().saturating_sub(1);
        let mut told = (String::new(), Value::Null);
        for (number, request) in requests.iter().enumerate() {
            let grant = NewGrant {
                id: &request.id,
                application_id: request.asked.application,
                version_id: &request.version.id,
                environment: request.asked.environment,
                operations: &request.operations,
                purpose: &request.purpose,
                legal_basis: &request.legal_basis,
                by: (actor.id(), actor.name()),
                at: now,
                replaces: request.replaces.as_ref(),
                bundle,
            };
            change.insert_grant(&grant).await?;
            match request.at_once {
                Some(months) => self.grant_at_once(&mut change, request, months).await?,
                None => waiting.entry(request.version.owner.clone()).or_default().push(request.told()),
            }
            told = (format!("grant {}", request.id), request.detail(bundle));
            if number < last {
                change.note(self.chance.hex(16), None, "request_grant", &told.0, &told.1).await?;
            }
        }
        for (owner, lines) in &waiting {
            let subject = format!("{} asks for access", actor.name());
            let body = format!("{} asks:\n\n{}\n\nDecide in the hub: /inbox.\n", actor.name(), lines.join("\n"));
            self.tell(&mut change, &[owner], actor, (&subject, &body)).await?;
        }
        Ok(change.commit(&told.0, &told.1).await?)
    }

    /// The platform decides, by the rule of operators and owners: nobody approves what they asked for themselves.
    async fn grant_at_once(&self, change: &mut Change, request: &Checked<'_>, months: u16) -> Result<(), Error> {
        let (platform, now) = (Actor::Platform, self.clock.now());
        let states = (GrantState::Requested, GrantState::Approved);
        let by = (platform.id(), platform.name());
        change.move_grant(&request.id, states, by, AT_ONCE, now).await?;
        let end = crate::decide_grant::months_after(now, months);
        change.end_grant_at(&request.id, end).await?;
        if let Some(before) = &request.replaces {
            change.close_grant(before, GrantState::Replaced).await?;
        }
        let detail = json!({ "decision": "approve", "reason": AT_ONCE, "expires_at": end });
        let subject = format!("grant {}", request.id);
        Ok(change.note(self.chance.hex(16), Some(&platform), "decide_grant", &subject, &detail).await?)
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

impl Checked<'_> {
    fn is_same(&self, other: &Self) -> bool {
        let key = |of: &Self| (of.asked.application.clone(), of.version.id.clone(), of.asked.environment.clone());
        key(self) == key(other) && self.operations == other.operations
    }

    fn detail(&self, bundle: Option<&str>) -> Value {
        json!({ "application": self.asked.application, "api": self.asked.api, "version": self.asked.major,
            "environment": self.asked.environment, "operations": self.operations, "replaces": self.replaces,
            "bundle": bundle })
    }

    fn told(&self) -> String {
        let Self { application, version, asked, .. } = self;
        format!("- {application} for {} {} in {}: /grants/{}", version.title, asked.major, asked.environment, self.id)
    }
}

/// Which of several was it?
fn numbered(error: Error, number: usize) -> Error {
    let number = number.saturating_add(1);
    match error {
        Error::NotAllowed(why) => Error::NotAllowed(format!("request {number}: {why}")),
        Error::NotFound(why) => Error::NotFound(format!("request {number}: {why}")),
        Error::Conflict(why) => Error::Conflict(format!("request {number}: {why}")),
        Error::Invalid(why) => Error::Invalid(format!("request {number}: {why}")),
        other => other,
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
