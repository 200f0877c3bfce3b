//! What does an access token say, once its signature is known to be right?

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hansom_domain::{ApplicationId, CredentialId, PersonId, Reach, TokenId, is_built_in_client};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::Value;

use crate::{identity::Assertions, keys::KeySet, refusal::Refusal};

const LONGEST: usize = 8 * 1024;
/// Clocks of issuer and gateway may differ by so many seconds. An end is an end: `exp` has no leeway.
const LEEWAY_SECONDS: i64 = 30;

/// A token whose signature, issuer and shape are right. Time and audience are asked at each use.
#[derive(Debug)]
pub(crate) struct VerifiedToken {
    pub(crate) subject: Subject,
    pub(crate) id: TokenId,
    /// What was consented to, or the refresh tokens, that it came of: revoked as one.
    pub(crate) family: Option<TokenId>,
    /// The thumbprint of the key that whoever uses it has to prove to hold (RFC 9449 §6).
    pub(crate) key: Option<Box<str>>,
    /// The versions of APIs that it is for, where its person allowed no more.
    pub(crate) reach: Reach,
    audience: String,
    expires: i64,
    begins: i64,
    /// What upstreams are told of its bearer.
    pub(crate) assertions: Assertions,
}

/// Whom a token was issued for.
#[derive(Debug)]
pub(crate) enum Subject {
    Application { id: ApplicationId, credential: CredentialId },
    Person { id: PersonId, client: Client },
}

/// By which program a person calls.
#[derive(Debug)]
pub(crate) enum Client {
    /// One of the platform's own.
    BuiltIn,
    Application {
        id: ApplicationId,
        credential: Option<CredentialId>,
    },
}

impl VerifiedToken {
    /// Checks shape, key, signature and claims of a token.
    pub(crate) fn verify(token: &str, keys: &KeySet) -> Result<Self, Refusal> {
        Self::read(token, keys).map_err(Refusal::TokenInvalid)
    }

    fn read(token: &str, keys: &KeySet) -> Result<Self, &'static str> {
        if token.len() > LONGEST {
            return Err("The access token is longer than 8 KiB.");
        }
        let (signed, signature) = token.rsplit_once('.').ok_or("The access token is no JWT.")?;
        let (header, claims) = signed.split_once('.').ok_or("The access token is no JWT.")?;
        if claims.contains('.') {
            return Err("The access token is no signed JWT.");
        }
        let header: Object = object(header)?;
        let key = keys
            .key(key_id(&header)?)
            .ok_or("The access token is signed with a key that this platform does not have.")?;
        if header.text("alg") != Some(key.algorithm.as_str()) {
            return Err("The access token names another algorithm than its key is for.");
        }
        let signature =
            URL_SAFE_NO_PAD.decode(signature).map_err(|_| "The signature of the access token is not base64url.")?;
        if !key.signed(signed.as_bytes(), &signature) {
            return Err("The signature of the access token is wrong.");
        }
        Self::from_claims(&object(claims)?, &keys.issuer)
    }

    /// What claims say, as if they were signed.
    #[cfg(any(test, feature = "hostile"))]
    pub(crate) fn of_claims(claims: &[u8], issuer: &str) -> Result<Self, &'static str> {
        let claims: Object = serde_json::from_slice(claims).map_err(|_| "no object")?;
        Self::from_claims(&claims, issuer)
    }

    /// Which key a header names, if it is taken.
    #[cfg(any(test, feature = "hostile"))]
    pub(crate) fn header_key(header: &[u8]) -> Option<String> {
        let header: Object = serde_json::from_slice(header).ok()?;
        key_id(&header).ok().map(str::to_owned)
    }

    fn from_claims(claims: &Object, issuer: &str) -> Result<Self, &'static str> {
        if claims.text("iss") != Some(issuer) {
            return Err("The access token is of another issuer.");
        }
        let audience = audience(claims).ok_or("The access token needs exactly one audience (aud).")?;
        let expires = claims.seconds("exp")?.ok_or("The access token has no end (exp).")?;
        let issued = claims.seconds("iat")?.ok_or("The access token does not say when it was issued (iat).")?;
        let begins = claims.seconds("nbf")?.map_or(issued, |nbf| nbf.max(issued));
        let id = claims.text("jti").and_then(|jti| jti.parse().ok()).ok_or("The access token has no id (jti).")?;
        let subject = claims.text("sub").ok_or("The access token has no subject (sub).")?;
        let client = claims.text("client_id").ok_or("The access token has no client_id.")?;
        let credential: Option<CredentialId> =
            claims.word("credential", "The credential of the access token is no id.")?;
        let subject = if subject == client {
            Subject::Application {
                id: client.parse().map_err(|_| "The client_id of the access token is no id.")?,
                credential: credential.ok_or("The access token does not say for which credential it was issued.")?,
            }
        } else {
            let id = subject.parse().map_err(|_| "The subject of the access token is no id.")?;
            let client = match is_built_in_client(client) {
                true => Client::BuiltIn,
                false => {
                    let id = client.parse().map_err(|_| "The client_id of the access token is no id.")?;
                    Client::Application { id, credential }
                }
            };
            Subject::Person { id, client }
        };
        let family = claims.word("family", "The family of the access token is no id.")?;
        let (key, reach, audience) = (confirmed_key(claims)?, reach(claims)?, audience.to_owned());
        Ok(Self { subject, id, family, key, reach, audience, expires, begins, assertions: Assertions::default() })
    }

    /// Whether it may be used now, for the environment with that address.
    pub(crate) fn check(&self, now_seconds: i64, base_url: &str) -> Result<(), Refusal> {
        if now_seconds >= self.expires {
            return Err(Refusal::TokenExpired { seconds: now_seconds.saturating_sub(self.expires) });
        }
        if self.begins > now_seconds.saturating_add(LEEWAY_SECONDS) {
            return Err(Refusal::TokenAhead { seconds: self.begins.saturating_sub(now_seconds) });
        }
        if self.audience != base_url {
            return Err(Refusal::TokenForElsewhere { wanted: base_url.to_owned(), told: self.audience.clone() });
        }
        Ok(())
    }
}

fn key_id(header: &Object) -> Result<&str, &'static str> {
    // A header field that brings a key of its own, or asks for rules unknown here, is an attack or a misunderstanding.
    if ["jwk", "jku", "x5u", "x5c", "crit", "zip", "enc", "b64"].iter().any(|name| header.get(name).is_some()) {
        return Err("The header of the access token has a field that is not accepted.");
    }
    let is_access_token = header
        .text("typ")
        .is_some_and(|typ| typ.eq_ignore_ascii_case("at+jwt") || typ.eq_ignore_ascii_case("application/at+jwt"));
    if !is_access_token {
        return Err("The token is no access token: its typ is not at+jwt.");
    }
    header.text("kid").ok_or("The header of the access token names no key (kid).")
}

/// The thumbprint of the key that a token is bound to. Another binding than to a key of DPoP could not be checked.
fn confirmed_key(claims: &Object) -> Result<Option<Box<str>>, &'static str> {
    const FAULT: &str = "The access token is bound (cnf) in a way that is not known here.";
    let Some(confirmation) = claims.get("cnf") else { return Ok(None) };
    let of_confirmation = confirmation.as_object().filter(|members| members.len() == 1).ok_or(FAULT)?;
    let thumbprint = of_confirmation.get("jkt").and_then(Value::as_str).ok_or(FAULT)?;
    let fits = URL_SAFE_NO_PAD.decode(thumbprint).is_ok_and(|digest| digest.len() == 32);
    if fits { Ok(Some(thumbprint.into())) } else { Err(FAULT) }
}

/// What the scope of a token reaches; a scope that is no text is not read as none.
fn reach(claims: &Object) -> Result<Reach, &'static str> {
    match claims.get("scope") {
        None => Ok(Reach::Everything),
        Some(Value::String(scope)) => Ok(Reach::of_scope(scope)),
        Some(_) => Err("The scope of the access token is no text."),
    }
}

fn audience(claims: &Object) -> Option<&str> {
    match claims.get("aud")? {
        Value::String(audience) => Some(audience),
        Value::Array(list) => match list.as_slice() {
            [Value::String(audience)] => Some(audience),
            _ => None,
        },
        _ => None,
    }
}

/// A part of a JWT.
pub(crate) fn object(part: &str) -> Result<Object, &'static str> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| "A part of the access token is not base64url.")?;
    serde_json::from_slice(&bytes).map_err(|_| "A part of the access token is no JSON object, or says something twice.")
}

/// A JSON object in which no name stands twice.
#[derive(Debug)]
pub(crate) struct Object(Vec<(String, Value)>);

impl Object {
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// A word that need not be there; `fault` if it is none.
    fn word<T: std::str::FromStr>(&self, name: &str, fault: &'static str) -> Result<Option<T>, &'static str> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value.as_str().and_then(|text| text.parse().ok()).map(Some).ok_or(fault)
    }

    fn seconds(&self, name: &str) -> Result<Option<i64>, &'static str> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => match value.as_i64().filter(|seconds| *seconds >= 0) {
                Some(seconds) => Ok(Some(seconds)),
                None => Err("A time in the access token is not a whole number of seconds."),
            },
        }
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Object;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object in which no name stands twice")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut members: Vec<(String, Value)> = vec![];
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if members.len() >= 100 || members.iter().any(|(known, _)| *known == name) {
                        return Err(A::Error::custom("a name stands twice, or there are more than 100"));
                    }
                    members.push((name, value));
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Names)
    }
}
