//! Is this assertion signed by a key of that application, for us, now, and for the first time (RFC 7523)?

use hansom_control::fingerprint;
use hansom_domain::{ApplicationId, CredentialId, Timestamp};
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Error, OAuth,
    jws::{self, Extensions},
};

/// The algorithms that registered keys sign with, as metadata announces them.
pub(crate) const ALGORITHMS: [&str; 3] = ["ES256", "RS256", "EdDSA"];

const MOST_BYTES: usize = 16 * 1024;
const LEEWAY_SECONDS: i64 = 60;
/// What widespread clients take unasked. An assertion works once, so that a longer one is worth no more to a thief.
const LONGEST_SECONDS: i64 = 3600;

/// An assertion whose claims are in order. Nothing is proven yet: the signature is not checked.
pub(crate) struct Claimed {
    claims: Claims,
    algorithm: Algorithm,
    /// The signer's name for the key; it only says which key of an address may be meant.
    kid: Option<String>,
    message: String,
    signature: String,
}

#[derive(Deserialize)]
struct Head {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    typ: Option<String>,
    #[serde(flatten)]
    extensions: Extensions,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    iat: Option<i64>,
    jti: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn names(&self, wanted: &[&str]) -> bool {
        let is_wanted = |audience: &String| wanted.contains(&audience.as_str());
        match self {
            Audience::One(audience) => is_wanted(audience),
            Audience::Several(audiences) => audiences.iter().any(is_wanted),
        }
    }
}

impl Claimed {
    pub(crate) fn client_id(&self) -> &str {
        &self.claims.sub
    }

    /// How long the assertion could be shown again.
    fn good_until(&self) -> Timestamp {
        Timestamp::from_seconds(self.claims.exp).plus_seconds(LEEWAY_SECONDS + 1)
    }
}

fn refused(why: &'static str) -> Error {
    Error::Client { why, basic: false }
}

impl OAuth {
    /// Reads an assertion and checks all that can be checked without knowing the application, so that a developer may be
    /// told exactly what is wrong while a stranger learns nothing.
    pub(crate) fn read_assertion(&self, text: &str) -> Result<Claimed, Error> {
        const NO_JWT: &str = "the client_assertion is not a signed JWT of at most 16 KiB";
        if text.len() > MOST_BYTES || !text.is_ascii() {
            return Err(refused(NO_JWT));
        }
        let parts: Vec<&str> = text.split('.').collect();
        let [first, payload, signature] = parts.as_slice() else {
            return Err(refused(NO_JWT));
        };
        let head: Head = jws::part(first).ok_or_else(|| refused(NO_JWT))?;
        let algorithm = algorithm(&head)?;
        let claims: Claims = jws::part(payload).ok_or_else(|| {
            refused("the client_assertion needs the claims iss, sub, aud, exp and jti, each once; exp, iat and nbf are whole seconds")
        })?;
        self.check(&claims)?;
        Ok(Claimed {
            claims,
            algorithm,
            kid: head.kid,
            message: format!("{first}.{payload}"),
            signature: (*signature).to_owned(),
        })
    }

    fn check(&self, claims: &Claims) -> Result<(), Error> {
        let now = self.control().clock().now().seconds();
        let endpoint = self.token_endpoint();
        let latest = now.saturating_add(LEEWAY_SECONDS);
        if claims.iss != claims.sub || claims.sub.is_empty() {
            return Err(refused("iss and sub of the client_assertion must both be the client_id"));
        }
        if !claims.aud.names(&[&endpoint, self.issuer()]) {
            return Err(refused(
                "aud of the client_assertion must be the token endpoint or the issuer, as in the server's metadata",
            ));
        }
        if claims.exp.saturating_add(LEEWAY_SECONDS) <= now {
            return Err(refused(
                "the client_assertion has expired; check the clock and make a new one for each request",
            ));
        }
        if claims.exp > latest.saturating_add(LONGEST_SECONDS) {
            return Err(refused("exp of the client_assertion is more than an hour ahead; check the clock"));
        }
        if claims.nbf.is_some_and(|nbf| nbf > latest || nbf < 0) {
            return Err(refused("nbf of the client_assertion is in the future; check the clock"));
        }
        if claims.iat.is_some_and(|iat| iat > latest || iat < 0 || iat > claims.exp) {
            return Err(refused("iat of the client_assertion is in the future or after exp; check the clock"));
        }
        if claims.jti.is_empty() || claims.jti.len() > 255 {
            return Err(refused("jti of the client_assertion must have 1 to 255 characters"));
        }
        Ok(())
    }

    /// The credential that signed the assertion, which is thereby used up; `None` if no key in force did.
    pub(crate) async fn prove_assertion(
        &self,
        id: &ApplicationId,
        claimed: &Claimed,
    ) -> Result<Option<CredentialId>, Error> {
        let (keys, addresses) = self.control().live_proofs(id).await?;
        if keys.is_empty() && addresses.is_empty() {
            // The same work for a stranger as for an application with a key.
            signed(claimed, &decoy());
            return Ok(None);
        }
        let mut signer = keys.into_iter().find(|(_, key)| signed(claimed, key)).map(|(credential, _)| credential);
        for (credential, address) in addresses {
            if signer.is_some() {
                break;
            }
            let keys = self.keys_at(&address, claimed.kid.as_deref()).await;
            signer = keys.iter().any(|key| signed(claimed, key)).then_some(credential);
        }
        let Some(credential) = signer else {
            return Ok(None);
        };
        let once = fingerprint(&format!("{id}\n{}", claimed.claims.jti));
        if !self.control().use_assertion(&once, claimed.good_until()).await? {
            return Err(refused(
                "the client_assertion was used before; make a new one with a new jti for each request",
            ));
        }
        Ok(Some(credential))
    }
}

fn algorithm(head: &Head) -> Result<Algorithm, Error> {
    if head.extensions.are_there() {
        return Err(refused("the client_assertion has header fields that are not understood: crit, b64, enc or zip"));
    }
    let is_assertion = head.typ.as_deref().is_none_or(|typ| {
        let typ = typ.to_ascii_lowercase();
        let bare = typ.strip_prefix("application/").unwrap_or(&typ);
        matches!(bare, "jwt" | "client-authentication+jwt")
    });
    if !is_assertion {
        return Err(refused("typ of the client_assertion must be JWT or client-authentication+jwt"));
    }
    match head.alg.as_str() {
        "ES256" => Ok(Algorithm::ES256),
        "RS256" => Ok(Algorithm::RS256),
        "EdDSA" => Ok(Algorithm::EdDSA),
        _ => Err(refused("alg of the client_assertion must be ES256, RS256 or EdDSA")),
    }
}

fn signed(claimed: &Claimed, key: &Value) -> bool {
    is_signed_by(key, claimed.algorithm, &claimed.message, &claimed.signature)
}

/// Whether the key made the signature. Each key has one algorithm, whatever the signed text says.
pub(crate) fn is_signed_by(key: &Value, algorithm: Algorithm, message: &str, signature: &str) -> bool {
    let Ok(jwk) = serde_json::from_value::<Jwk>(key.clone()) else {
        return false;
    };
    let own = match &jwk.algorithm {
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => Algorithm::ES256,
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => Algorithm::EdDSA,
        _ => return false,
    };
    if own != algorithm {
        return false;
    }
    let Ok(key) = DecodingKey::from_jwk(&jwk) else {
        return false;
    };
    jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, own).unwrap_or(false)
}

/// A key that nobody holds: the base point of P-256, whose private half is the number one and is never asked for, since
/// what it verifies is thrown away.
fn decoy() -> Value {
    json!({
        "kty": "EC", "crv": "P-256",
        "x": "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
        "y": "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
    })
}
