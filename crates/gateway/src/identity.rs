//! How does an upstream learn who calls?
//!
//! By `Hansom-Identity`, an assertion that names the upstream as its audience, so that it is worth nothing elsewhere. The
//! caller's own token is not passed on. Signing costs more than all else that a request needs, so an assertion is used again
//! for a while; it is kept with the token that it was made for, and goes with it.

use std::{cell::RefCell, rc::Rc};

use hansom_domain::{ApiSlug, EnvironmentName, GroupAddress};
use serde::Serialize;

use crate::{authentication::Identity, limits::Admitted, story::Core};

const LIFETIME_SECONDS: i64 = 60;
/// An assertion with less than this left is not used again.
const LEAST_LEFT_SECONDS: i64 = 15;
/// A token is used for few upstreams at a time.
const MOST_KEPT: usize = 8;

/// What an assertion says. The signer adds its header and signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IdentityClaims {
    /// Who says it: the address of the environment.
    pub iss: String,
    /// To whom: the upstream's origin.
    pub aud: String,
    /// The application or person.
    pub sub: String,
    /// `application` or `person`.
    pub kind: &'static str,
    /// The groups of a person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupAddress>,
    /// The API that was called.
    pub api: ApiSlug,
    /// Where.
    pub environment: EnvironmentName,
    /// When it was said, in seconds.
    pub iat: i64,
    /// Until when it is true, in seconds.
    pub exp: i64,
}

/// The assertions of one token that can be used again.
#[derive(Debug, Default)]
pub(crate) struct Assertions(RefCell<Vec<Kept>>);

#[derive(Debug)]
struct Kept {
    audience: Rc<str>,
    api: ApiSlug,
    /// The snapshot that told a person's groups; an application has none, and what is said of it does not change.
    generation: Option<u64>,
    exp: i64,
    text: Rc<str>,
}

/// The assertion for an upstream; `None` for nobody, or where the gateway has no signer.
pub(crate) fn assertion(core: &Core, admitted: &Admitted<'_>, audience: &str) -> Option<Rc<str>> {
    let signer = core.shared.signer.as_ref()?;
    let token = admitted.token()?;
    let matched = admitted.matched();
    let (kind, subject, groups, generation) = match admitted.identity() {
        Identity::Nobody => return None,
        Identity::Application { id, .. } => ("application", id.as_str(), &[][..], None),
        Identity::Person { id, groups } => ("person", id.as_str(), *groups, Some(matched.snapshot().generation())),
    };
    let (api, now) = (&matched.version().api, matched.arrival().at.seconds());
    let mut kept = token.assertions.0.borrow_mut();
    let fits = |kept: &&Kept| *kept.audience == *audience && kept.api == *api && kept.generation == generation;
    if let Some(known) = kept.iter().find(fits)
        && now.saturating_add(LEAST_LEFT_SECONDS) < known.exp
    {
        return Some(Rc::clone(&known.text));
    }
    let mut groups = groups.to_vec();
    groups.sort();
    let exp = now.saturating_add(LIFETIME_SECONDS);
    let text = signer(&IdentityClaims {
        iss: matched.environment().base_url.to_string(),
        aud: audience.to_owned(),
        sub: subject.to_owned(),
        kind,
        groups,
        api: api.clone(),
        environment: matched.arrival().environment.clone(),
        iat: now,
        exp,
    })?;
    // A line break in it would be a field of somebody else's making.
    let text = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_graphic()))?;
    kept.retain(|kept| !(*kept.audience == *audience && kept.api == *api));
    if kept.len() >= MOST_KEPT {
        kept.remove(0);
    }
    let text: Rc<str> = text.into();
    kept.push(Kept { audience: audience.into(), api: api.clone(), generation, exp, text: Rc::clone(&text) });
    Some(text)
}
