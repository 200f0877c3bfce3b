//! Register an application's public key; its private half never comes here.

use aws_lc_rs::signature::{self, ParsedPublicKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hansom_domain::{Actor, ApplicationId, CredentialId, CredentialKind};
use hansom_store::NewCredential;
use serde_json::{Map, Value, json};

use crate::{Control, Error, Lasting, fingerprint};

impl Control {
    /// Registers a public key, PEM (`PUBLIC KEY`) or JWK, for an application of the actor's groups: P-256, Ed25519, or
    /// RSA of 2,048 bits or more.
    pub async fn register_key(
        &self,
        actor: &Actor,
        application: &ApplicationId,
        public_key: &str,
    ) -> Result<CredentialId, Error> {
        self.register_key_for(actor, application, public_key, &Lasting::default()).await
    }

    /// Registers a public key that ends by itself, or takes the place of another credential.
    pub async fn register_key_for(
        &self,
        actor: &Actor,
        application: &ApplicationId,
        public_key: &str,
        lasting: &Lasting,
    ) -> Result<CredentialId, Error> {
        self.application_to_equip(actor, application).await?;
        let jwk = public_jwk(public_key)?;
        let text = jwk.to_string();
        let thumbprint: String = fingerprint(&text).chars().take(16).collect();
        let id = CredentialId::random(&self.chance);
        let now = self.clock.now();
        let mut change = self.begin(actor, "register_key", now).await?;
        let expires_at = self.make_room(&mut change, application, CredentialKind::PublicKey, lasting).await?;
        let credential = NewCredential {
            id: &id,
            application_id: application,
            kind: CredentialKind::PublicKey,
            public_jwk: Some(&text),
            secret_hash: None,
            jwks_url: None,
            expires_at,
            hint: &thumbprint,
            at: now,
            by: actor.name(),
        };
        change.insert_credential(&credential).await?;
        let replaced = lasting.replaces.as_ref().map(|(id, overlap)| json!({ "credential": id, "ends": overlap }));
        let detail = json!({ "credential": id, "kind": "public_key", "expires_at": expires_at, "replaces": replaced });
        change.commit(&format!("application {application}"), &detail).await?;
        Ok(id)
    }
}

/// A public key of a key set, read as strictly as one that is registered; `None` if it cannot be used to sign.
pub fn usable_key(jwk: &Value) -> Option<Value> {
    let member = |name: &str| jwk.get(name).and_then(Value::as_str);
    if member("use").is_some_and(|purpose| purpose != "sig") {
        return None;
    }
    let mut key = public_jwk(&jwk.to_string()).ok()?;
    if member("alg").is_some_and(|alg| key.get("alg").and_then(Value::as_str) != Some(alg)) {
        return None;
    }
    if let (Some(kid), Some(members)) = (member("kid"), key.as_object_mut()) {
        members.insert("kid".into(), kid.into());
    }
    Some(key)
}

fn refused(why: &str) -> Error {
    Error::Invalid(format!("the public key cannot be used: {why}"))
}

/// Reads a public key and gives it as a JWK with its algorithm pinned and nothing else in it.
fn public_jwk(text: &str) -> Result<Value, Error> {
    let text = text.trim();
    if text.len() > 16_384 {
        return Err(refused("it is longer than 16 KiB"));
    }
    if text.contains("PRIVATE KEY") {
        return Err(refused(
            "this is a private key; keep it, and send the public one: openssl pkey -in key.pem -pubout",
        ));
    }
    if text.starts_with('{') { from_jwk(text) } else { from_pem(text) }
}

fn from_jwk(text: &str) -> Result<Value, Error> {
    let jwk: Map<String, Value> =
        serde_json::from_str(text).map_err(|error| refused(&format!("it is no JWK: {error}")))?;
    if jwk.contains_key("d") || jwk.contains_key("k") {
        return Err(refused("the JWK holds a private or symmetric key; send only its public members"));
    }
    let member = |name: &str| jwk.get(name).and_then(Value::as_str).unwrap_or_default();
    let bytes = |name: &str| {
        URL_SAFE_NO_PAD.decode(member(name)).map_err(|_| refused(&format!("its member {name} is no base64url")))
    };
    match (member("kty"), member("crv")) {
        ("EC", "P-256") => p256(&bytes("x")?, &bytes("y")?),
        ("OKP", "Ed25519") => ed25519(&bytes("x")?),
        ("RSA", _) => rsa(&bytes("n")?, &bytes("e")?),
        _ => Err(refused("use an EC key on P-256, an Ed25519 key, or an RSA key")),
    }
}

fn p256(x: &[u8], y: &[u8]) -> Result<Value, Error> {
    let point = [&[4], x, y].concat();
    let proven =
        x.len() == 32 && y.len() == 32 && ParsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, &point).is_ok();
    if !proven {
        return Err(refused("it is no point on P-256"));
    }
    Ok(
        json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y) }),
    )
}

fn ed25519(x: &[u8]) -> Result<Value, Error> {
    if x.len() != 32 || ParsedPublicKey::new(&signature::ED25519, x).is_err() {
        return Err(refused("it is no Ed25519 key"));
    }
    Ok(json!({ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "x": URL_SAFE_NO_PAD.encode(x) }))
}

fn rsa(n: &[u8], e: &[u8]) -> Result<Value, Error> {
    let n: &[u8] = n.strip_prefix(&[0]).unwrap_or(n);
    if !(256..=1024).contains(&n.len()) || n.first().is_none_or(|byte| byte.leading_zeros() > 0) {
        return Err(refused("an RSA key needs 2,048 to 8,192 bits"));
    }
    if !matches!(e, [1, 0, 1]) {
        return Err(refused("an RSA key needs the exponent 65537"));
    }
    Ok(json!({ "kty": "RSA", "alg": "RS256", "n": URL_SAFE_NO_PAD.encode(n), "e": URL_SAFE_NO_PAD.encode(e) }))
}

/// The DER prefixes of a SubjectPublicKeyInfo for each kind of key (RFC 5480, RFC 8410, RFC 8017).
const P256_PREFIX: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
];
const ED25519_PREFIX: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

fn from_pem(text: &str) -> Result<Value, Error> {
    let body = text
        .strip_prefix("-----BEGIN PUBLIC KEY-----")
        .and_then(|rest| rest.split_once("-----END PUBLIC KEY-----"))
        .map(|(body, _)| body.split_ascii_whitespace().collect::<String>())
        .ok_or_else(|| refused("send PEM that begins with -----BEGIN PUBLIC KEY-----, or a JWK"))?;
    let der = base64::engine::general_purpose::STANDARD.decode(body).map_err(|_| refused("its PEM is no base64"))?;
    if let Some((x, y)) = der.strip_prefix(P256_PREFIX).and_then(|point| point.split_at_checked(32)) {
        return p256(x, y);
    }
    if let Some(x) = der.strip_prefix(ED25519_PREFIX) {
        return ed25519(x);
    }
    let key = aws_lc_rs::rsa::PublicKey::from_der(&der)
        .map_err(|_| refused("use an EC key on P-256, an Ed25519 key, or an RSA key of 2,048 bits or more"))?;
    rsa(key.modulus().big_endian_without_leading_zero(), key.exponent().big_endian_without_leading_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_short_and_foreign_keys_are_refused() {
        for bad in [
            "",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
            r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#,
            r#"{"kty":"oct","k":"c2VjcmV0"}"#,
            r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"}"#,
            r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#,
            "-----BEGIN PUBLIC KEY-----\n!!!\n-----END PUBLIC KEY-----",
        ] {
            assert!(public_jwk(bad).is_err(), "{bad:?} must be refused");
        }
    }
}
