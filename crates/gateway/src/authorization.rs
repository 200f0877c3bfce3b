//! May they?

use hansom_domain::{AccessRule, Timestamp};

use crate::{
    authentication::{Identified, Identity},
    matching::Matched,
    refusal::Refusal,
    snapshot::{Application, GrantDocument},
    story::Core,
};

/// The proof that the caller may call the operation.
pub(crate) struct Permitted<'s> {
    identified: Identified<'s>,
}

/// Lets the caller through, or refuses and says what is missing. Deny unless a rule allows.
pub(crate) fn authorize<'s>(core: &Core, identified: Identified<'s>) -> Result<Permitted<'s>, Refusal> {
    let matched = identified.matched();
    let operation = matched.operation();
    let Some(rule) = &operation.rule else {
        return Err(Refusal::OperationClosed { operation: operation.id.clone() });
    };
    let allowed = match identified.identity() {
        _ if rule.anyone => Ok(()),
        Identity::Nobody => Err(Refusal::TokenMissing),
        Identity::Person { groups, .. } if rule.groups.iter().any(|group| groups.contains(group)) => Ok(()),
        Identity::Person { .. } => Err(person_refused(rule, matched)),
        Identity::Application { application, .. } => {
            application_allowed(rule, application, matched, core.shared.clock.now())
        }
    };
    allowed.map(|()| Permitted { identified })
}

impl<'s> Permitted<'s> {
    pub(crate) fn matched(&self) -> &Matched<'s> {
        self.identified.matched()
    }
    pub(crate) fn identity(&self) -> &Identity<'s> {
        self.identified.identity()
    }
}

fn person_refused(rule: &AccessRule, matched: &Matched<'_>) -> Refusal {
    let (operation, api) = (matched.operation().id.clone(), matched.version().api.clone());
    if rule.groups.is_empty() {
        return Refusal::PeopleNotAllowed { operation, api };
    }
    Refusal::GroupMissing { operation, groups: rule.groups.clone(), api }
}

fn application_allowed(
    rule: &AccessRule,
    application: &Application,
    matched: &Matched<'_>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let (operation, version) = (matched.operation(), matched.version());
    if !rule.granted_applications {
        let (operation, groups, api) = (operation.id.clone(), rule.groups.clone(), version.api.clone());
        return Err(Refusal::ApplicationsNotAllowed { operation, groups, api });
    }
    let environment = &matched.arrival().environment;
    let speaks_of_it = |grant: &&GrantDocument| {
        grant.api == version.api
            && grant.major == version.major
            && grant.environment == *environment
            && grant.operations.contains(&operation.id)
    };
    let mut expired = false;
    for grant in application.grants.iter().filter(speaks_of_it) {
        if grant.expires_at.is_none_or(|end| now < end) {
            return Ok(());
        }
        expired = true;
    }
    Err(Refusal::GrantMissing {
        operation: operation.id.clone(),
        api: version.api.clone(),
        major: version.major,
        environment: environment.clone(),
        expired,
    })
}
