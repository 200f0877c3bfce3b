//! How does an upstream learn who calls?
//!
//! By `Hansom-Identity`, an assertion that names the upstream as its audience, so that it is worth nothing elsewhere. The
//! caller's own token is not passed on.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use hansom_domain::{ApiSlug, EnvironmentName, GroupAddress};
use serde::Serialize;

use crate::{authentication::Identity, limits::Admitted, story::Core};

const LIFETIME_SECONDS: i64 = 60;
/// An assertion with less than this left is not used again.
const LEAST_LEFT_SECONDS: i64 = 15;
const MOST_KEPT: usize = 10_000;

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

/// Assertions of this thread that can be used again. A new snapshot begins with none, as groups may have changed.
#[derive(Default)]
pub(crate) struct Assertions(RefCell<Kept>);

#[derive(Default)]
struct Kept {
    generation: u64,
    by_caller: HashMap<Key, (Rc<str>, i64)>,
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    kind: &'static str,
    subject: String,
    audience: String,
    api: ApiSlug,
    environment: EnvironmentName,
}

impl Assertions {
    /// The assertion for an upstream; `None` for nobody, or where the gateway has no signer.
    pub(crate) fn assertion(&self, core: &Core, admitted: &Admitted<'_>, audience: &str) -> Option<Rc<str>> {
        let signer = core.shared.signer.as_ref()?;
        let (kind, subject, groups) = match admitted.identity() {
            Identity::Nobody => return None,
            Identity::Application { id, .. } => ("application", id.as_str().to_owned(), vec![]),
            Identity::Person { id, groups } => {
                let mut groups = groups.to_vec();
                groups.sort();
                ("person", id.as_str().to_owned(), groups)
            }
        };
        let matched = admitted.matched();
        let (api, environment) = (matched.version().api.clone(), matched.arrival().environment.clone());
        let now = matched.arrival().at.seconds();
        let key = Key { kind, subject, audience: audience.to_owned(), api, environment };
        let mut kept = self.0.borrow_mut();
        kept.follow(matched.snapshot().generation());
        if let Some((assertion, exp)) = kept.by_caller.get(&key)
            && now + LEAST_LEFT_SECONDS < *exp
        {
            return Some(Rc::clone(assertion));
        }
        let claims = IdentityClaims {
            iss: matched.environment().base_url.clone(),
            aud: key.audience.clone(),
            sub: key.subject.clone(),
            kind,
            groups,
            api: key.api.clone(),
            environment: key.environment.clone(),
            iat: now,
            exp: now + LIFETIME_SECONDS,
        };
        let assertion = Rc::<str>::from(signer(&claims)?);
        kept.by_caller.insert(key, (Rc::clone(&assertion), claims.exp));
        Some(assertion)
    }
}

impl Kept {
    fn follow(&mut self, generation: u64) {
        if self.generation != generation || self.by_caller.len() >= MOST_KEPT {
            self.by_caller.clear();
            self.generation = generation;
        }
    }
}
