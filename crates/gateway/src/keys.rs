//! Which keys sign access tokens, and did this one sign that?

use std::collections::HashMap;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaParameters, RsaPublicKeyComponents,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use crate::snapshot::{SetAside, VerificationKey};

const MOST_KEYS: usize = 100;
const LEAST_RSA_BYTES: usize = 256;
const MOST_RSA_BYTES: usize = 512;
const MOST_EXPONENT_BYTES: usize = 4;

/// The issuer of access tokens with its keys.
#[derive(Debug, Default)]
pub(crate) struct KeySet {
    pub(crate) issuer: String,
    documents: Vec<VerificationKey>,
    by_kid: HashMap<String, Key>,
}

/// A key with the only algorithm it is used with.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) algorithm: String,
    material: Material,
}

#[derive(Debug)]
enum Material {
    Parsed(ParsedPublicKey),
    Rsa { n: Vec<u8>, e: Vec<u8>, parameters: &'static RsaParameters },
}

impl KeySet {
    pub(crate) fn compile(issuer: &str, documents: Vec<VerificationKey>, set_aside: &mut Vec<SetAside>) -> Self {
        let mut by_kid = HashMap::new();
        for (number, key) in documents.iter().enumerate() {
            let compiled = if number < MOST_KEYS { Key::compile(key) } else { Err("there are more than 100 keys") };
            match compiled {
                Ok(compiled) => {
                    by_kid.insert(key.kid.clone(), compiled);
                }
                Err(why) => {
                    set_aside.push(SetAside { what: format!("key {}", key.kid), why: why.into(), version: None });
                }
            }
        }
        Self { issuer: issuer.to_owned(), documents, by_kid }
    }

    pub(crate) fn key(&self, kid: &str) -> Option<&Key> {
        self.by_kid.get(kid)
    }

    /// The keys as they were told, with those that were set aside.
    pub(crate) fn documents(&self) -> &[VerificationKey] {
        &self.documents
    }

    /// Whether tokens verified with the other set are just as good with this one.
    pub(crate) fn is_same(&self, other: &KeySet) -> bool {
        self.issuer == other.issuer && self.documents == other.documents
    }
}

impl Key {
    fn compile(key: &VerificationKey) -> Result<Self, &'static str> {
        let part = |name: &str| part(&key.jwk, name);
        let is = |name: &str, wanted: &str| key.jwk.get(name).and_then(Value::as_str) == Some(wanted);
        let material = match key.algorithm.as_str() {
            "ES256" if is("kty", "EC") && is("crv", "P-256") => {
                let point = [&[4], part("x")?.as_slice(), part("y")?.as_slice()].concat();
                parsed(ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point))?
            }
            "EdDSA" if is("kty", "OKP") && is("crv", "Ed25519") => parsed(ParsedPublicKey::new(&ED25519, part("x")?))?,
            "RS256" if is("kty", "RSA") => {
                let (n, e) = (part("n")?, part("e")?);
                if n.len() < LEAST_RSA_BYTES {
                    return Err("the RSA key is shorter than 2048 bits");
                }
                Material::Rsa { n, e, parameters: &RSA_PKCS1_2048_8192_SHA256 }
            }
            _ => {
                return Err("the algorithm is none of ES256, RS256 and EdDSA, or the key is not made for it");
            }
        };
        Ok(Self { algorithm: key.algorithm.clone(), material })
    }

    /// A key that a stranger brings, so that what verifying costs is bounded.
    pub(crate) fn of_proof(algorithm: &str, jwk: &Map<String, Value>) -> Result<Self, &'static str> {
        const FAULT: &str = "The key of the DPoP proof is not made for its algorithm, or too long, or no key.";
        let text = |name: &str| jwk.get(name).and_then(Value::as_str).unwrap_or_default();
        let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)).map_err(|_| FAULT);
        let material = match (algorithm, text("kty"), text("crv")) {
            ("ES256", "EC", "P-256") => {
                let point = [&[4], bytes("x")?.as_slice(), bytes("y")?.as_slice()].concat();
                parsed(ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)).map_err(|_| FAULT)?
            }
            ("EdDSA", "OKP", "Ed25519") => parsed(ParsedPublicKey::new(&ED25519, bytes("x")?)).map_err(|_| FAULT)?,
            ("RS256" | "PS256", "RSA", _) => {
                let (n, e) = (bytes("n")?, bytes("e")?);
                if !(LEAST_RSA_BYTES..=MOST_RSA_BYTES).contains(&n.len()) || e.len() > MOST_EXPONENT_BYTES {
                    return Err(FAULT);
                }
                let is_pss = algorithm == "PS256";
                let parameters = if is_pss { &RSA_PSS_2048_8192_SHA256 } else { &RSA_PKCS1_2048_8192_SHA256 };
                Material::Rsa { n, e, parameters }
            }
            _ => return Err(FAULT),
        };
        Ok(Self { algorithm: algorithm.to_owned(), material })
    }

    pub(crate) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.material {
            Material::Parsed(key) => key.verify_sig(message, signature).is_ok(),
            Material::Rsa { n, e, parameters } => {
                RsaPublicKeyComponents { n, e }.verify(parameters, message, signature).is_ok()
            }
        }
    }
}

fn part(jwk: &Value, name: &str) -> Result<Vec<u8>, &'static str> {
    let text = jwk.get(name).and_then(Value::as_str).ok_or("the key lacks one of its parts")?;
    URL_SAFE_NO_PAD.decode(text).map_err(|_| "a part of the key is not base64url")
}

fn parsed<E>(key: Result<ParsedPublicKey, E>) -> Result<Material, &'static str> {
    key.map(Material::Parsed).map_err(|_| "the key is no point of its curve")
}
