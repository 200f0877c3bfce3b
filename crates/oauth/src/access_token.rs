//! What does an access token say (RFC 9068), and is it still good?

use axum::http::HeaderMap;
use hansom_domain::{
    Actor, ApplicationId, CredentialId, EnvironmentName, GroupAddress, PersonId, PipelineId, Timestamp, TokenId,
};
use jsonwebtoken::{Algorithm, DecodingKey, Header, jwk::Jwk};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Error, OAuth, Scope,
    dpop::{ProofFor, the_one},
    jws, scope,
};

/// The `client_id` of tokens that the hub gives to people. No application can have it: theirs are 32 hexadecimal digits.
pub const HUB_CLIENT: &str = hansom_domain::HUB_CLIENT;

/// What the `sub` of a pipeline's token begins with. No id has a colon.
pub(crate) const PIPELINE: &str = "pipeline:";
/// How long a pipeline's token lives. No other setting makes it longer.
const PIPELINE_SECONDS: i64 = 600;

const MEDIA_TYPE: &str = "at+jwt";
/// Below the header limits of the gateway and of every usual client.
const MOST_BYTES: usize = 16 * 1024;

/// A new access token.
pub struct IssuedToken {
    /// The token itself.
    pub token: String,
    /// How many seconds it is good for.
    pub expires_in: i64,
}

/// How a request to the control API shows its token.
#[derive(Clone, Copy, Debug)]
pub struct KeyProof<'a> {
    /// Whether by the scheme `DPoP` and not `Bearer`.
    pub is_dpop_scheme: bool,
    /// Its header fields, with the proof.
    pub headers: &'a HeaderMap,
    /// Its method.
    pub method: &'a str,
    /// Its path.
    pub path: &'a str,
}

/// Who calls the control API, as proven by an access token.
#[derive(Clone, Debug)]
pub struct Bearer {
    /// As whom.
    pub actor: Actor,
    /// By which token.
    pub token: TokenId,
    /// What the token may do.
    pub scopes: Vec<Scope>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub(crate) iss: String,
    pub(crate) aud: String,
    pub(crate) sub: String,
    pub(crate) client_id: String,
    /// By which credential the application got it; tokens of people and public applications have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) credential: Option<CredentialId>,
    /// The person's groups; applications' tokens have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) groups: Option<Vec<GroupAddress>>,
    /// What the token may do at the hub; for an environment, the versions of APIs that it reaches, if not all that its bearer may
    /// call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scope: Option<String>,
    /// The family of refresh tokens that it ends with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) family: Option<TokenId>,
    /// Which run of a pipeline it is: repository, ref and run. For the audit trail; it gives nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pipeline: Option<String>,
    /// When the person signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) auth_time: Option<i64>,
    /// The key that its bearer must prove.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cnf: Option<Confirmation>,
    pub(crate) iat: i64,
    pub(crate) exp: i64,
    pub(crate) jti: TokenId,
}

/// The key that a token is bound to (RFC 9449 section 6.1).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Confirmation {
    /// Its thumbprint.
    pub(crate) jkt: String,
}

/// What a new token is to say.
pub(crate) struct Wish<'a> {
    pub(crate) subject: &'a str,
    pub(crate) client: &'a str,
    pub(crate) credential: Option<&'a CredentialId>,
    pub(crate) audience: String,
    pub(crate) scope: Option<String>,
    pub(crate) groups: Option<Vec<GroupAddress>>,
    pub(crate) family: Option<&'a TokenId>,
    pub(crate) pipeline: Option<String>,
    pub(crate) authenticated_at: Option<Timestamp>,
    pub(crate) jkt: Option<&'a str>,
    pub(crate) seconds: i64,
}

impl<'a> Wish<'a> {
    /// A token of an application's own.
    pub(crate) fn of_application(application: &'a ApplicationId, audience: String, seconds: i64) -> Self {
        Self::new(application.as_str(), application.as_str(), audience, seconds)
    }

    /// A token with which an application acts for a person.
    pub(crate) fn of_person(person: &'a PersonId, client: &'a ApplicationId, audience: String, seconds: i64) -> Self {
        Self::new(person.as_str(), client.as_str(), audience, seconds)
    }

    /// A token of a run of a pipeline. Subject and client are no ids, so that nothing else takes it for anybody.
    pub(crate) fn of_pipeline(subject: &'a str, run: String, audience: String) -> Self {
        Self { pipeline: Some(run), ..Self::new(subject, subject, audience, PIPELINE_SECONDS) }
    }

    fn new(subject: &'a str, client: &'a str, audience: String, seconds: i64) -> Self {
        let (credential, scope, groups, family, authenticated_at, jkt) = (None, None, None, None, None, None);
        let pipeline = None;
        Self { subject, client, credential, audience, scope, groups, family, pipeline, authenticated_at, jkt, seconds }
    }
}

#[derive(Deserialize)]
struct Head {
    alg: String,
    kid: String,
    typ: String,
    #[serde(default)]
    crit: Option<Value>,
}

impl OAuth {
    /// A token for a person, with their groups as last told, for one environment.
    pub async fn issue_person_token(
        &self,
        person: &PersonId,
        groups: &[GroupAddress],
        environment: &EnvironmentName,
    ) -> Result<IssuedToken, Error> {
        self.issue_brief_token(person, groups, environment, self.setup.person_seconds).await
    }

    /// The same for no more than so many seconds: for a call that the hub itself makes for the person.
    pub async fn issue_brief_token(
        &self,
        person: &PersonId,
        groups: &[GroupAddress],
        environment: &EnvironmentName,
        seconds: i64,
    ) -> Result<IssuedToken, Error> {
        let audience = self.audience_of(environment)?;
        let seconds = seconds.min(self.setup.person_seconds);
        let wish = Wish { groups: Some(groups.to_vec()), ..Wish::new(person.as_str(), HUB_CLIENT, audience, seconds) };
        self.issue(wish).await
    }

    /// A token for an application in force, by one of its credentials, for one environment.
    pub async fn issue_application_token(
        &self,
        application: &ApplicationId,
        credential: &CredentialId,
        environment: &EnvironmentName,
    ) -> Result<IssuedToken, Error> {
        if !self.is_in_force(application, credential).await? {
            return Err(Error::TokenRevoked);
        }
        let audience = self.audience_of(environment)?;
        let wish = Wish::of_application(application, audience, self.setup.application_seconds);
        self.issue(Wish { credential: Some(credential), ..wish }).await
    }

    /// A token that says this.
    pub(crate) async fn issue(&self, wish: Wish<'_>) -> Result<IssuedToken, Error> {
        let now = self.control().clock().now().seconds();
        let claims = Claims {
            iss: self.issuer().to_owned(),
            aud: wish.audience,
            sub: wish.subject.to_owned(),
            client_id: wish.client.to_owned(),
            credential: wish.credential.cloned(),
            groups: wish.groups,
            scope: wish.scope,
            family: wish.family.cloned(),
            pipeline: wish.pipeline,
            auth_time: wish.authenticated_at.map(Timestamp::seconds),
            cnf: wish.jkt.map(|jkt| Confirmation { jkt: jkt.to_owned() }),
            iat: now,
            exp: now.saturating_add(wish.seconds),
            jti: TokenId::random(self.control().chance()),
        };
        self.sign(&claims).await
    }

    /// Who calls the control API with this token alone.
    pub async fn authenticate(&self, bearer: &str) -> Result<Bearer, Error> {
        let key = KeyProof { is_dpop_scheme: false, headers: &HeaderMap::new(), method: "", path: "" };
        self.authenticate_by(bearer, key).await
    }

    /// Who calls the control API with this token, and with the proof of the key that it is bound to, if it is. Membership and
    /// revocation are asked of the store, not of the token.
    pub async fn authenticate_by(&self, bearer: &str, key: KeyProof<'_>) -> Result<Bearer, Error> {
        let claims = self.read_token(bearer).await?;
        if claims.exp <= self.control().clock().now().seconds() {
            return Err(Error::TokenExpired);
        }
        if claims.aud != self.issuer() {
            return Err(Error::TokenAudience);
        }
        if let Some(id) = claims.sub.strip_prefix(PIPELINE) {
            return self.authenticate_pipeline(id, &claims, key).await;
        }
        if !self.is_unrevoked(&claims).await? {
            return Err(Error::TokenRevoked);
        }
        self.refuse_without_key(bearer, &claims, key).await?;
        let actor = if claims.sub == claims.client_id {
            let application = parsed::<ApplicationId>(&claims.sub)?;
            self.control().actor_of_application(&application).await?
        } else {
            let person = parsed::<PersonId>(&claims.sub)?;
            self.control().actor_of_person(&person).await?
        };
        Ok(Bearer { actor, token: claims.jti, scopes: scope::read(claims.scope.as_deref().unwrap_or_default()) })
    }

    /// A run of a pipeline, as long as the pipeline is trusted: whoever distrusts it is obeyed at once.
    async fn authenticate_pipeline(&self, id: &str, claims: &Claims, key: KeyProof<'_>) -> Result<Bearer, Error> {
        let reads = self.control().reads();
        if reads.is_revoked_token(&claims.jti).await.map_err(hansom_control::Error::from)? {
            return Err(Error::TokenRevoked);
        }
        if key.is_dpop_scheme {
            return Err(Error::TokenInvalid("the access token is bound to no key; send it as Bearer"));
        }
        let name = claims.pipeline.as_deref().unwrap_or_default();
        let actor = self.control().actor_of_pipeline(&parsed::<PipelineId>(id)?, name).await;
        let actor = actor.map_err(|error| match error {
            hansom_control::Error::NotAllowed(_) => Error::TokenRevoked,
            other => other.into(),
        })?;
        Ok(Bearer { actor, token: claims.jti.clone(), scopes: vec![Scope::Publish] })
    }

    /// RFC 9449 section 7.1: a bound token is worth nothing without its key, and none is made a bearer token by its scheme.
    async fn refuse_without_key(&self, token: &str, claims: &Claims, key: KeyProof<'_>) -> Result<(), Error> {
        let Some(bound) = &claims.cnf else {
            return match key.is_dpop_scheme {
                true => Err(Error::TokenInvalid("the access token is bound to no key; send it as Bearer")),
                false => Ok(()),
            };
        };
        if !key.is_dpop_scheme {
            return Err(Error::TokenInvalid("the access token is bound to a key; send it as DPoP, with a proof"));
        }
        let proof =
            the_one(key.headers)?.ok_or(Error::Proof("the header DPoP with the proof of the key is missing"))?;
        let wanted =
            ProofFor { method: key.method, address: &format!("{}{}", self.issuer(), key.path), token: Some(token) };
        let jkt = self.prove_key(proof, wanted).await?;
        if jkt != bound.jkt {
            return Err(Error::Proof("the DPoP proof is of another key than the access token is bound to"));
        }
        Ok(())
    }

    fn audience_of(&self, environment: &EnvironmentName) -> Result<String, Error> {
        let audience = self.audience(environment);
        audience
            .map(str::to_owned)
            .ok_or_else(|| Error::Target(format!("there is no environment {environment} on this platform")))
    }

    async fn sign(&self, claims: &Claims) -> Result<IssuedToken, Error> {
        let key = self.control().signing_key().await?;
        let mut header = Header::new(key.algorithm);
        header.typ = Some(MEDIA_TYPE.to_owned());
        header.kid = Some(key.kid.clone());
        let token = jsonwebtoken::encode(&header, claims, &key.encoding)
            .map_err(|error| hansom_control::Error::Internal(format!("signing a token failed: {error}")))?;
        if token.len() > MOST_BYTES {
            let groups = claims.groups.as_ref().map_or(0, Vec::len);
            return Err(Error::TooManyGroups(groups));
        }
        Ok(IssuedToken { token, expires_in: claims.exp - claims.iat })
    }

    /// The claims of a token that this platform has signed. Whether it is still good, and for whom, is not asked yet.
    pub(crate) async fn read_token(&self, text: &str) -> Result<Claims, Error> {
        const NONE_OF_OURS: Error =
            Error::TokenInvalid("this is no access token of this platform, or its signature is wrong");
        if text.len() > MOST_BYTES || !text.is_ascii() {
            return Err(NONE_OF_OURS);
        }
        let (message, signature) = text.rsplit_once('.').ok_or(NONE_OF_OURS)?;
        let (head, payload) = message.split_once('.').ok_or(NONE_OF_OURS)?;
        let head: Head = jws::part(head).ok_or(NONE_OF_OURS)?;
        let typ = head.typ.to_ascii_lowercase();
        if head.crit.is_some() || typ.strip_prefix("application/").unwrap_or(&typ) != MEDIA_TYPE {
            return Err(NONE_OF_OURS);
        }
        let keys = self.control().verification_keys().await?;
        let key = keys.into_iter().find(|key| key.kid == head.kid && key.algorithm == head.alg);
        let key = key.ok_or(NONE_OF_OURS)?;
        if !is_signed(message, signature, &key.algorithm, key.jwk) {
            return Err(NONE_OF_OURS);
        }
        let claims: Claims = jws::part(payload).ok_or(NONE_OF_OURS)?;
        let latest = self.control().clock().now().plus_seconds(60).seconds();
        if claims.iss != self.issuer() || claims.iat > latest {
            return Err(NONE_OF_OURS);
        }
        Ok(claims)
    }

    /// Whether neither the token nor what it was issued for was revoked.
    pub(crate) async fn is_unrevoked(&self, claims: &Claims) -> Result<bool, Error> {
        for id in [&claims.jti].into_iter().chain(&claims.family) {
            if self.control().reads().is_revoked_token(id).await.map_err(hansom_control::Error::from)? {
                return Ok(false);
            }
        }
        if claims.client_id == HUB_CLIENT {
            return Ok(true);
        }
        let Ok(client) = claims.client_id.parse::<ApplicationId>() else {
            return Ok(false);
        };
        match &claims.credential {
            Some(credential) => self.is_in_force(&client, credential).await,
            // Only people's tokens come without a credential, by public applications.
            None => Ok(claims.sub != claims.client_id && self.control().client(&client).await?.is_some()),
        }
    }

    async fn is_in_force(&self, application: &ApplicationId, credential: &CredentialId) -> Result<bool, Error> {
        let reads = self.control().reads();
        let known = reads.application(application).await.map_err(hansom_control::Error::from)?;
        if known.is_none_or(|known| !known.is_in_force()) {
            return Ok(false);
        }
        let credentials = reads.credentials_of(application).await.map_err(hansom_control::Error::from)?;
        let now = self.control().clock().now();
        Ok(credentials.iter().any(|known| known.id == *credential && known.is_in_force(now)))
    }
}

impl Claims {
    /// When it ends.
    pub(crate) fn expires_at(&self) -> Timestamp {
        Timestamp::from_seconds(self.exp)
    }
}

fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, Error> {
    text.parse().map_err(|_| Error::TokenInvalid("the subject of the access token is no id of this platform"))
}

fn is_signed(message: &str, signature: &str, algorithm: &str, jwk: Value) -> bool {
    let Ok(algorithm) = algorithm.parse::<Algorithm>() else {
        return false;
    };
    let is_ours = matches!(algorithm, Algorithm::ES256 | Algorithm::RS256 | Algorithm::EdDSA);
    let key = serde_json::from_value::<Jwk>(jwk).ok().and_then(|jwk| DecodingKey::from_jwk(&jwk).ok());
    key.is_some_and(|key| {
        is_ours && jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, algorithm).unwrap_or(false)
    })
}
