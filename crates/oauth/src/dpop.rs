//! Does the caller hold the key that it says it holds (RFC 9449)?

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{SHA256, digest},
};
use axum::http::HeaderMap;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hansom_control::fingerprint;
use jsonwebtoken::{Algorithm, DecodingKey, jwk::Jwk};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;

use crate::{
    Error, OAuth,
    jws::{self, Extensions},
};

/// The algorithms that proofs are signed with, as metadata announces them.
pub(crate) const ALGORITHMS: [&str; 3] = ["ES256", "RS256", "EdDSA"];
/// The header field of a nonce.
pub(crate) const NONCE_FIELD: &str = "dpop-nonce";

/// The header field of a proof.
pub(crate) const FIELD: &str = "dpop";
const MOST_BYTES: usize = 8 * 1024;
/// How far a proof's time may be from ours.
const WINDOW_SECONDS: i64 = 60;
/// How long a nonce is the newest; the one before is taken too.
const NONCE_SECONDS: i64 = 120;

/// What a proof must be for.
#[derive(Clone, Copy, Debug)]
pub struct ProofFor<'a> {
    /// The method of the request.
    pub method: &'a str,
    /// Its whole address without query.
    pub address: &'a str,
    /// The access token beside it, at a resource.
    pub token: Option<&'a str>,
}

/// A proof whose signature and claims are right.
struct Proven {
    /// The thumbprint of its key (RFC 7638).
    jkt: String,
    jti: String,
    nonce: Option<String>,
}

#[derive(Deserialize)]
struct Head {
    typ: String,
    alg: String,
    jwk: Map<String, Value>,
    #[serde(flatten)]
    extensions: Extensions,
}

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: i64,
    #[serde(default)]
    ath: Option<String>,
    #[serde(default)]
    nonce: Option<String>,
}

impl OAuth {
    /// The key that a request to an endpoint of ours proves, if it carries a proof at all.
    pub(crate) async fn proven_key(&self, headers: &HeaderMap, path: &str) -> Result<Option<String>, Error> {
        let address = format!("{}{path}", self.issuer());
        let wanted = ProofFor { method: "POST", address: &address, token: None };
        match the_one(headers)? {
            Some(proof) => self.prove_key(proof, wanted).await.map(Some),
            None => Ok(None),
        }
    }

    /// The thumbprint of the key that signed a proof, which is thereby used up.
    pub(crate) async fn prove_key(&self, proof: &str, wanted: ProofFor<'_>) -> Result<String, Error> {
        let now = self.control().clock().now();
        let proven = verify(proof, wanted, now.seconds()).map_err(Error::Proof)?;
        if self.setup.rules.dpop_nonces && !self.is_nonce(proven.nonce.as_deref()) {
            return Err(Error::Nonce(self.nonce(0)));
        }
        let once = fingerprint(&format!("dpop\n{}\n{}", proven.jkt, proven.jti));
        if !self.control().use_assertion(&once, now.plus_seconds(2 * WINDOW_SECONDS + 1)).await? {
            return Err(Error::Proof("the DPoP proof was used before; make a new one with a new jti for each request"));
        }
        Ok(proven.jkt)
    }

    /// The nonce of now, or of a time before; nothing has to be remembered to know it again.
    pub(crate) fn nonce(&self, before: i64) -> String {
        let time = self.control().clock().now().seconds().div_euclid(NONCE_SECONDS) - before;
        self.control().keyed_hash("dpop nonce", &time.to_string())
    }

    fn is_nonce(&self, told: Option<&str>) -> bool {
        let told = told.unwrap_or_default();
        [0, 1].iter().any(|before| verify_slices_are_equal(self.nonce(*before).as_bytes(), told.as_bytes()).is_ok())
    }
}

/// The proof of a request; more than one is none.
pub(crate) fn the_one(headers: &HeaderMap) -> Result<Option<&str>, Error> {
    let mut fields = headers.get_all(FIELD).iter();
    match (fields.next(), fields.next()) {
        (None, _) => Ok(None),
        (Some(field), None) => field.to_str().map(Some).map_err(|_| Error::Proof("the header DPoP is no signed JWT")),
        (Some(_), Some(_)) => Err(Error::Proof("the header DPoP is there twice")),
    }
}

fn verify(proof: &str, wanted: ProofFor<'_>, now: i64) -> Result<Proven, &'static str> {
    const NO_JWT: &str = "the DPoP proof is not a signed JWT of at most 8 KiB";
    if proof.len() > MOST_BYTES || !proof.is_ascii() {
        return Err(NO_JWT);
    }
    let (message, signature) = proof.rsplit_once('.').ok_or(NO_JWT)?;
    let (head, claims) = message.split_once('.').ok_or(NO_JWT)?;
    let head: Head = jws::part(head).ok_or("the header of the DPoP proof needs typ, alg and jwk, each once")?;
    if head.typ != "dpop+jwt" {
        return Err("typ of the DPoP proof must be dpop+jwt");
    }
    if head.extensions.are_there() {
        return Err("the DPoP proof has header fields that are not understood: crit, b64, enc or zip");
    }
    let (key, algorithm) = public_key(&head.jwk)?;
    if head.alg.parse::<Algorithm>().ok() != Some(algorithm) {
        return Err("alg of the DPoP proof must be ES256, RS256 or EdDSA, as its key is");
    }
    let decoding = serde_json::from_value::<Jwk>(key.clone()).ok().and_then(|jwk| DecodingKey::from_jwk(&jwk).ok());
    let is_signed = decoding.is_some_and(|decoding| {
        jsonwebtoken::crypto::verify(signature, message.as_bytes(), &decoding, algorithm).unwrap_or(false)
    });
    if !is_signed {
        return Err("the signature of the DPoP proof is not of the key in its header");
    }
    let claims: Claims = jws::part(claims).ok_or("the DPoP proof needs the claims jti, htm, htu and iat, each once")?;
    check(&claims, wanted, now)?;
    Ok(Proven { jkt: thumbprint(&key), jti: claims.jti, nonce: claims.nonce })
}

fn check(claims: &Claims, wanted: ProofFor<'_>, now: i64) -> Result<(), &'static str> {
    if claims.jti.is_empty() || claims.jti.len() > 255 {
        return Err("jti of the DPoP proof must have 1 to 255 characters");
    }
    if claims.htm != wanted.method {
        return Err("htm of the DPoP proof is not the method of the request");
    }
    if !is_same_place(&claims.htu, wanted.address) {
        return Err("htu of the DPoP proof is not the address of the request");
    }
    if claims.iat < now.saturating_sub(WINDOW_SECONDS) || claims.iat > now.saturating_add(WINDOW_SECONDS) {
        return Err(
            "iat of the DPoP proof is more than a minute off; check the clock, and make a proof for each request",
        );
    }
    let Some(token) = wanted.token else { return Ok(()) };
    let hash = URL_SAFE_NO_PAD.encode(digest(&SHA256, token.as_bytes()));
    let told = claims.ath.as_deref().unwrap_or_default();
    verify_slices_are_equal(hash.as_bytes(), told.as_bytes())
        .map_err(|_| "ath of the DPoP proof is not the SHA-256 of the access token")
}

/// Whether two addresses are one, but for query and fragment (RFC 9449 section 4.3).
fn is_same_place(told: &str, wanted: &str) -> bool {
    let bare = |address: &str| {
        let mut url = Url::parse(address).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        Some(url)
    };
    bare(told).is_some_and(|told| Some(told) == bare(wanted))
}

/// The public key of a header, with nothing in it but what makes its thumbprint, and the one algorithm that it is for.
fn public_key(jwk: &Map<String, Value>) -> Result<(Value, Algorithm), &'static str> {
    const NO_KEY: &str =
        "jwk of the DPoP proof must be a public key: EC on P-256, Ed25519, or RSA of 2,048 to 8,192 bits";
    if ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].iter().any(|member| jwk.contains_key(*member)) {
        return Err("jwk of the DPoP proof holds a private key; that key is not secret any more");
    }
    let text = |name: &str| jwk.get(name).and_then(Value::as_str).unwrap_or_default();
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)).map_err(|_| NO_KEY);
    let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    match (text("kty"), text("crv")) {
        ("EC", "P-256") => {
            let (x, y) = (bytes("x")?, bytes("y")?);
            let fits = x.len() == 32 && y.len() == 32;
            let key = json!({ "crv": "P-256", "kty": "EC", "x": encoded(&x), "y": encoded(&y) });
            fits.then_some((key, Algorithm::ES256)).ok_or(NO_KEY)
        }
        ("OKP", "Ed25519") => {
            let x = bytes("x")?;
            let key = json!({ "crv": "Ed25519", "kty": "OKP", "x": encoded(&x) });
            (x.len() == 32).then_some((key, Algorithm::EdDSA)).ok_or(NO_KEY)
        }
        ("RSA", _) => {
            let (n, e) = (bytes("n")?, bytes("e")?);
            let fits = (256..=1024).contains(&n.len()) && n.first().is_some_and(|byte| *byte >= 128) && e == [1, 0, 1];
            let key = json!({ "e": encoded(&e), "kty": "RSA", "n": encoded(&n) });
            fits.then_some((key, Algorithm::RS256)).ok_or(NO_KEY)
        }
        _ => Err(NO_KEY),
    }
}

/// RFC 7638: the members that make the key, in the order of their names, which is how [`public_key`] writes them.
fn thumbprint(key: &Value) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, key.to_string().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc7638_3_1_the_thumbprint_of_the_example_is_the_one_of_the_document() {
        let key = json!({
            "kty": "RSA", "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        });
        let (key, algorithm) = public_key(key.as_object().unwrap()).unwrap();
        assert_eq!(algorithm, Algorithm::RS256);
        assert_eq!(thumbprint(&key), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn rfc9449_4_3_an_address_is_the_same_however_it_is_written() {
        for same in ["https://hub.example/oauth/token", "HTTPS://HUB.example:443/oauth/token?x=1#y"] {
            assert!(is_same_place(same, "https://hub.example/oauth/token"), "{same}");
        }
        for other in [
            "https://hub.example/oauth/token/",
            "https://x@hub.example/oauth/token",
            "http://hub.example/oauth/token",
            "",
        ] {
            assert!(!is_same_place(other, "https://hub.example/oauth/token"), "{other}");
        }
    }
}
