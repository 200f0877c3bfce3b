//! May they?

use hansom_domain::{GroupAddress, PersonId, Timestamp};

use crate::{
    authentication::{Identified, Identity},
    callers::{Application, Standing},
    matching::{Matched, Rule},
    refusal::Refusal,
    token::VerifiedToken,
};

/// The proof that the caller may call the operation.
pub(crate) struct Permitted<'s> {
    identified: Identified<'s>,
}

/// Lets the caller through, or refuses and says what is missing. Deny unless a rule allows.
pub(crate) fn authorize(identified: Identified<'_>) -> Result<Permitted<'_>, Refusal> {
    let matched = identified.matched();
    let operation = matched.operation();
    let Some(rule) = &operation.rule else {
        return Err(Refusal::OperationClosed { operation: operation.id.to_string() });
    };
    let allowed = match identified.identity() {
        _ if rule.anyone => Ok(()),
        _ if is_out_of_reach(&identified) => Err(out_of_reach(matched)),
        Identity::Nobody => Err(Refusal::TokenMissing),
        Identity::Person { groups, .. } if rule.groups.iter().any(|group| groups.contains(group)) => Ok(()),
        Identity::Person { id, groups } => Err(person_refused(rule, (id, groups), matched)),
        Identity::Application { application, .. } => {
            application_allowed(rule, application, matched, matched.arrival().at)
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
    pub(crate) fn token(&self) -> Option<&VerifiedToken> {
        self.identified.token()
    }
}

/// Whether the token was given for less than this version.
fn is_out_of_reach(identified: &Identified<'_>) -> bool {
    let version = identified.matched().version();
    identified.token().is_some_and(|token| !token.reach.includes(&version.api, version.major))
}

fn out_of_reach(matched: &Matched<'_>) -> Refusal {
    let version = matched.version();
    Refusal::ScopeMissing { api: version.api.clone(), major: version.major }
}

fn person_refused(rule: &Rule, (person, held): (&PersonId, &[GroupAddress]), matched: &Matched<'_>) -> Refusal {
    let (operation, api) = (matched.operation().id.to_string(), matched.version().api.clone());
    if rule.groups.is_empty() {
        return Refusal::PeopleNotAllowed { operation, api };
    }
    if matched.snapshot().is_uncertain(person, matched.arrival().at) {
        return Refusal::GroupsUnknown { operation };
    }
    Refusal::GroupMissing { operation, groups: rule.groups.to_vec(), held: held.to_vec(), api }
}

fn application_allowed(
    rule: &Rule,
    application: &Application,
    matched: &Matched<'_>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let (operation, version) = (matched.operation(), matched.version());
    if !rule.granted_applications {
        let (operation, groups, api) = (operation.id.to_string(), rule.groups.to_vec(), version.api.clone());
        return Err(Refusal::ApplicationsNotAllowed { operation, groups, api });
    }
    let environment = &matched.arrival().environment;
    let standing = application.standing((&version.api, version.major, environment), &operation.id, now);
    if standing == Standing::Granted {
        return Ok(());
    }
    Err(Refusal::GrantMissing {
        operation: operation.id.to_string(),
        api: version.api.clone(),
        major: version.major,
        environment: environment.clone(),
        expired: standing == Standing::Expired,
    })
}
