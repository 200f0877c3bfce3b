//! How is a signing key made?

use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hansom_domain::SigningAlgorithm;
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use crate::{Error, fingerprint};

/// A new key: its name, its public half and its private one (PKCS #8).
pub(crate) struct NewPair {
    pub(crate) kid: String,
    pub(crate) jwk: Value,
    pub(crate) private: Zeroizing<Vec<u8>>,
}

impl NewPair {
    /// A key that nobody had before.
    pub(crate) fn random(algorithm: SigningAlgorithm) -> Result<Self, Error> {
        let (private, members) = match algorithm {
            SigningAlgorithm::Es256 => p256(),
            SigningAlgorithm::EdDsa => ed25519(),
            SigningAlgorithm::Rs256 => rsa(),
        }
        .ok_or_else(|| Error::Internal(format!("no signing key for {algorithm} could be made")))?;
        let kid = thumbprint(&members);
        let mut jwk = members;
        jwk.insert("kid".into(), kid.clone().into());
        jwk.insert("alg".into(), algorithm.as_str().into());
        jwk.insert("use".into(), "sig".into());
        Ok(Self { kid, jwk: Value::Object(jwk), private })
    }
}

type Made = (Zeroizing<Vec<u8>>, Map<String, Value>);

/// The members that make up the thumbprint, in its order (RFC 7638).
fn members<const N: usize>(members: [(&str, &str); N]) -> Map<String, Value> {
    members.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
}

fn thumbprint(members: &Map<String, Value>) -> String {
    fingerprint(&json!(members).to_string()).chars().take(32).collect()
}

fn p256() -> Option<Made> {
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).ok()?;
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).ok()?;
    let point = pair.public_key().as_ref().strip_prefix(&[4]).filter(|rest| rest.len() == 64)?;
    let (x, y) = point.split_at_checked(32)?;
    let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
    let jwk = members([("crv", "P-256"), ("kty", "EC"), ("x", &x), ("y", &y)]);
    Some((Zeroizing::new(pkcs8.as_ref().to_vec()), jwk))
}

fn ed25519() -> Option<Made> {
    let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).ok()?;
    let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).ok()?;
    let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
    let jwk = members([("crv", "Ed25519"), ("kty", "OKP"), ("x", &x)]);
    Some((Zeroizing::new(pkcs8.as_ref().to_vec()), jwk))
}

/// RSA of 3,072 bits: as strong as the others.
fn rsa() -> Option<Made> {
    let pair = rsa::KeyPair::generate(rsa::KeySize::Rsa3072).ok()?;
    let pkcs8 = pair.as_der().ok()?;
    let public = pair.public_key();
    let n = URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero());
    let e = URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero());
    let jwk = members([("e", &e), ("kty", "RSA"), ("n", &n)]);
    Some((Zeroizing::new(pkcs8.as_ref().to_vec()), jwk))
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation, jwk::Jwk};

    use super::*;

    #[test]
    fn a_key_of_each_kind_signs_what_its_public_half_verifies() {
        for &algorithm in SigningAlgorithm::ALL {
            let pair = NewPair::random(algorithm).unwrap();
            let encoding = match algorithm {
                SigningAlgorithm::Es256 => EncodingKey::from_ec_der(&pair.private),
                SigningAlgorithm::Rs256 => crate::keys::rsa_key(&pair.private).unwrap(),
                SigningAlgorithm::EdDsa => EncodingKey::from_ed_der(&pair.private),
            };
            let name: jsonwebtoken::Algorithm = algorithm.as_str().parse().unwrap();
            let token = jsonwebtoken::encode(&Header::new(name), &json!({ "sub": "a" }), &encoding).unwrap();
            let jwk: Jwk = serde_json::from_value(pair.jwk.clone()).unwrap();
            let mut validation = Validation::new(name);
            validation.required_spec_claims.clear();
            validation.validate_exp = false;
            let key = DecodingKey::from_jwk(&jwk).unwrap();
            let read = jsonwebtoken::decode::<Value>(&token, &key, &validation);
            assert!(read.is_ok(), "{algorithm}: {read:?}");
            assert_eq!(pair.kid.len(), 32, "{algorithm}");
            assert!(!pair.jwk.to_string().contains("\"d\""), "{algorithm}: {}", pair.jwk);
        }
    }
}
