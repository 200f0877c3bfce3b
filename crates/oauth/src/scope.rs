//! What may a token do at the hub itself?
//!
//! At the gateways grants and groups decide; tokens for them carry a scope only where a person allowed less (`extent`). At the control API a token does what its scopes say,
//! and never more than the one may whom it speaks for.

use hansom_domain::{Actor, ApplicationId};

use crate::{Error, OAuth, form::Form};

/// A right of a token whose audience is the hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Read what the caller may see.
    Read,
    /// Publish releases for the application's owner group.
    Publish,
    /// Change everything else. An application has it only where it acts for a person who agreed to that.
    Write,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Scope; 3] = [Scope::Read, Scope::Publish, Scope::Write];

    /// The scope as it stands in tokens.
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Read => "hub:read",
            Scope::Publish => "hub:publish",
            Scope::Write => "hub:write",
        }
    }

    /// Whether an actor may be given it in a token.
    pub(crate) fn is_open_to(self, actor: &Actor) -> bool {
        match self {
            Scope::Read => !matches!(actor, Actor::Pipeline { .. }),
            Scope::Publish => matches!(
                actor,
                Actor::Application { may_publish: true, .. } | Actor::Person { .. } | Actor::Pipeline { .. }
            ),
            Scope::Write => matches!(actor, Actor::Person { .. }),
        }
    }
}

/// The scopes that an actor gets: those it asks for and may have; all that it may have where it asks for none.
pub(crate) fn granted(actor: &Actor, asked: Option<&str>) -> String {
    let is_asked =
        |scope: &Scope| asked.is_none_or(|asked| asked.split_ascii_whitespace().any(|word| word == scope.as_str()));
    let scopes = Scope::ALL.into_iter().filter(|scope| scope.is_open_to(actor) && is_asked(scope));
    scopes.map(Scope::as_str).collect::<Vec<_>>().join(" ")
}

/// The same, but none that is not in `most`.
pub(crate) fn granted_within(actor: &Actor, asked: Option<&str>, most: &[Scope]) -> String {
    let granted = granted(actor, asked);
    let scopes = read(&granted).into_iter().filter(|scope| most.contains(scope));
    scopes.map(Scope::as_str).collect::<Vec<_>>().join(" ")
}

/// The scopes that an application asks a person for: to read, where it names none. Words that are no scopes are left out,
/// and the answer says which are left (RFC 6749 section 3.3).
pub(crate) fn wanted_by_person(asked: Option<&str>) -> String {
    let asked = asked.unwrap_or(Scope::Read.as_str());
    let is_asked = |scope: &Scope| asked.split_ascii_whitespace().any(|word| word == scope.as_str());
    Scope::ALL.into_iter().filter(is_asked).map(Scope::as_str).collect::<Vec<_>>().join(" ")
}

impl OAuth {
    /// The scopes of a token that an application has for itself; `None` where it is for a gateway, at which grants decide.
    pub(crate) async fn scope_of_application(
        &self,
        application: &ApplicationId,
        audience: &str,
        form: &Form,
    ) -> Result<Option<String>, Error> {
        if audience != self.issuer() {
            return Ok(None);
        }
        let actor = self.control().actor_of_application(application).await?;
        Ok(Some(granted(&actor, form.get("scope"))))
    }
}

/// The scopes of a text, those that are none left out.
pub(crate) fn read(text: &str) -> Vec<Scope> {
    Scope::ALL.into_iter().filter(|scope| text.split(' ').any(|word| word == scope.as_str())).collect()
}
