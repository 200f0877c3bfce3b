//! What may a token do at the hub itself?
//!
//! At the gateways grants decide, and tokens for them carry no scope. At the control API a token does what its scopes say,
//! and never more than its application may.

use hansom_domain::Actor;

/// A right of a token whose audience is the hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Read what the caller may see.
    Read,
    /// Publish releases for the application's owner group.
    Publish,
    /// Change everything else. No application is given it: that is for people, with their sessions.
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
            Scope::Read => true,
            Scope::Publish => matches!(actor, Actor::Application { may_publish: true, .. }),
            Scope::Write => false,
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

/// The scopes of a text, those that are none left out.
pub(crate) fn read(text: &str) -> Vec<Scope> {
    Scope::ALL.into_iter().filter(|scope| text.split(' ').any(|word| word == scope.as_str())).collect()
}
