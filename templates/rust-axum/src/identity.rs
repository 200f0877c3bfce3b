//! Who calls? Only the platform's signed word counts; the network from which a request comes does not.

use axum::http::HeaderMap;
use jsonwebtoken::Validation;
use serde::Deserialize;

use crate::{NAME, keys::Keys, problem::Problem, settings::Trust};

const HEADER: &str = "hansom-identity";
const LONGEST_ASSERTION: usize = 8192;
const KIND_OF_TOKEN: &str = "hansom-identity+jwt";
/// How far the platform's clock and ours may differ, in seconds.
const LEEWAY: u64 = 5;

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A program, by its client id.
    Application {
        /// Its identifier.
        id: String,
    },
    /// Somebody who signed in.
    Person {
        /// Their identifier.
        id: String,
        /// Where they are a member.
        groups: Vec<String>,
    },
    /// Whoever sits at this machine.
    LocalDeveloper,
}

/// How callers are told apart.
pub enum Doorkeeper {
    /// By the platform's assertions.
    Platform(Box<Platform>),
    /// Not at all: this is a developer's machine.
    Local,
}

/// Who signs assertions, and for whom.
pub struct Platform {
    keys: Keys,
    issuer: String,
    audience: String,
    environment: String,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    kind: Kind,
    #[serde(default)]
    groups: Vec<String>,
    api: String,
    environment: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Application,
    Person,
}

impl Doorkeeper {
    /// As the settings say.
    pub fn new(trust: &Trust, environment: &str, client: &reqwest::Client) -> Self {
        match trust {
            Trust::Local => Self::Local,
            Trust::Platform { issuer, audience, jwks_url } => Self::Platform(Box::new(Platform {
                keys: Keys::new(client.clone(), jwks_url.clone()),
                issuer: issuer.clone(),
                audience: audience.clone(),
                environment: environment.to_owned(),
            })),
        }
    }

    /// Who calls, or why that is not known.
    pub async fn caller(&self, headers: &HeaderMap) -> Result<Caller, Problem> {
        match self {
            Self::Platform(platform) => platform.caller(headers).await,
            Self::Local => Ok(Caller::LocalDeveloper),
        }
    }
}

impl Platform {
    async fn caller(&self, headers: &HeaderMap) -> Result<Caller, Problem> {
        let assertion = only_value(headers).ok_or(Problem::Unauthenticated)?;
        let header = jsonwebtoken::decode_header(assertion).map_err(|_| Problem::Unauthenticated)?;
        let kid = header.kid.filter(|_| header.typ.as_deref() == Some(KIND_OF_TOKEN) && header.crit.is_none());
        let key = self.keys.find(&kid.ok_or(Problem::Unauthenticated)?).await.map_err(Problem::unavailable)?;
        let key = key.ok_or(Problem::Unauthenticated)?;
        // Of the key, never of the assertion: or somebody could choose how they are checked.
        let mut expected = Validation::new(key.algorithm);
        expected.leeway = LEEWAY;
        expected.set_issuer(&[&self.issuer]);
        expected.set_audience(&[&self.audience]);
        expected.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        let decoded = jsonwebtoken::decode::<Claims>(assertion, &key.decoding, &expected);
        let claims = decoded.map_err(|_| Problem::Unauthenticated)?.claims;
        let ours = claims.api == NAME && claims.environment == self.environment;
        claims.caller().filter(|_| ours).ok_or(Problem::Unauthenticated)
    }
}

impl Claims {
    fn caller(self) -> Option<Caller> {
        let Self { sub: id, kind, groups, .. } = self;
        let fits = !id.is_empty() && groups.iter().all(|group| group.contains('@'));
        fits.then_some(match kind {
            Kind::Application => Caller::Application { id },
            Kind::Person => Caller::Person { id, groups },
        })
    }
}

impl Caller {
    /// What it is called in logs and events.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Application { .. } => "application",
            Self::Person { .. } | Self::LocalDeveloper => "person",
        }
    }

    /// Its identifier.
    pub fn id(&self) -> &str {
        match self {
            Self::Application { id } | Self::Person { id, .. } => id,
            Self::LocalDeveloper => "local-developer",
        }
    }
}

/// Two assertions are as good as none: they could be of two callers.
fn only_value(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(HEADER).iter();
    let value = values.next()?.to_str().ok()?;
    (values.next().is_none() && value.len() <= LONGEST_ASSERTION).then_some(value)
}
