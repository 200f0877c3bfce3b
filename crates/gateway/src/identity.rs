//! How does an upstream learn who calls?
//!
//! By `Hansom-Identity`, an assertion that names the upstream as its audience, so that it is worth nothing elsewhere. The
//! caller's own token is not passed on. Signing costs more than all else that a request needs, so an assertion is used again
//! for a while; it is kept with the token that it was made for, and goes with it.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use hansom_domain::{ApiSlug, EnvironmentName, GroupAddress};
use serde::Serialize;

use crate::{
    authentication::Identity, client_certificate::ClientCertificate, limits::Admitted, matching::CompiledTarget,
    story::Core,
};

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
    /// Whom the certificate names that the caller showed, for upstreams that want to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Arc<ClientCertificate>>,
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
    /// A token may be used on connections with different certificates.
    certificate: Option<Arc<ClientCertificate>>,
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
    let certificate = match &matched.version().target {
        CompiledTarget::Upstreams(upstreams) if upstreams.want_certificates() => matched.arrival().certificate.as_ref(),
        _ => None,
    };
    let mut kept = token.assertions.0.borrow_mut();
    let fits = |kept: &&Kept| {
        *kept.audience == *audience
            && kept.api == *api
            && kept.generation == generation
            && kept.certificate.as_ref() == certificate
    };
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
        certificate: certificate.cloned(),
        iat: now,
        exp,
    })?;
    // A line break in it would be a field of somebody else's making.
    let text = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_graphic()))?;
    kept.retain(|kept| !(*kept.audience == *audience && kept.api == *api && kept.certificate.as_ref() == certificate));
    if kept.len() >= MOST_KEPT {
        kept.remove(0);
    }
    let text: Rc<str> = text.into();
    let (audience, api, certificate) = (audience.into(), api.clone(), certificate.cloned());
    kept.push(Kept { audience, api, generation, certificate, exp, text: Rc::clone(&text) });
    Some(text)
}
