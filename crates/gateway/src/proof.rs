//! Does the caller hold the key that its token is bound to (RFC 9449)?
//!
//! A proof is good for one request: its method, its address, its token, this minute, once. What costs least is asked first, and
//! the signature last; who sends proofs that are wrong has as few tries as with wrong tokens. That a proof was used is remembered
//! on this node alone ([`Replays`]).

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use crate::{
    fields::Kind,
    head::Head,
    keys::Key,
    matching::Matched,
    path::CanonicalPath,
    refusal::Refusal,
    token::{Object, object},
};

/// What proofs may be signed with, as challenges name it.
pub(crate) const ALGORITHMS: &str = "ES256 EdDSA RS256 PS256";

const LONGEST: usize = 8 * 1024;
const LONGEST_ID: usize = 255;
/// How far a proof's time may be from ours, before and after.
const WINDOW_SECONDS: i64 = 60;
/// Longer than a proof is taken: from a minute before its time to a minute after it.
const MEMORY_SECONDS: i64 = 2 * WINDOW_SECONDS + 1;
const SHARDS: usize = 16;
/// Proofs of a shard in one stretch of [`MEMORY_SECONDS`], and those of one key among them.
const MOST_OF_SHARD: usize = 32 * 1024;
const MOST_OF_KEY: u32 = 8 * 1024;

/// A proof whose claims are right and whose signature was not looked at.
pub(crate) struct Claimed<'h> {
    key: Key,
    thumbprint: &'h str,
    id: [u8; 16],
    signed: &'h [u8],
    signature: Vec<u8>,
}

/// Reads the proof of a request with a token that is bound to the key with that thumbprint.
pub(crate) fn read<'h>(
    head: &'h Head,
    matched: &Matched<'_>,
    (token, thumbprint): (&str, &'h str),
) -> Result<Claimed<'h>, Refusal> {
    let proof = the_one(head).map_err(Refusal::ProofInvalid)?;
    let (signed, signature) = proof.rsplit_once('.').ok_or(Refusal::ProofInvalid(NO_JWT))?;
    let (header, claims) = signed.split_once('.').ok_or(Refusal::ProofInvalid(NO_JWT))?;
    let header = object(header).map_err(|_| Refusal::ProofInvalid(NO_JWT))?;
    let claims = object(claims).map_err(|_| Refusal::ProofInvalid(NO_JWT))?;
    let key = key(&header, thumbprint).map_err(Refusal::ProofInvalid)?;
    check_time(&claims, matched.arrival().at.seconds())?;
    let id = check(&claims, matched, token).map_err(Refusal::ProofInvalid)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Refusal::ProofInvalid(NO_JWT))?;
    Ok(Claimed { key, thumbprint, id: name_of(thumbprint, id), signed: signed.as_bytes(), signature })
}

const NO_JWT: &str = "The DPoP proof is no signed JWT of at most 8 KiB whose parts are JSON objects.";

fn the_one(head: &Head) -> Result<&str, &'static str> {
    let mut proofs = head.of_kind(Kind::Proof);
    let proof = proofs.next().ok_or("The access token is bound to a key, and the request has no header DPoP.")?;
    if proofs.next().is_some() {
        return Err("The request has more than one DPoP header.");
    }
    let is_jwt = proof.len() <= LONGEST
        && proof.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        && proof.iter().filter(|byte| **byte == b'.').count() == 2;
    std::str::from_utf8(proof).ok().filter(|_| is_jwt).ok_or(NO_JWT)
}

/// The key in a proof's header, if it is the one that the token is bound to.
fn key(header: &Object, thumbprint: &str) -> Result<Key, &'static str> {
    if header.text("typ") != Some("dpop+jwt") {
        return Err("The typ of the DPoP proof is not dpop+jwt.");
    }
    if ["jku", "x5u", "x5c", "crit", "zip", "enc", "b64"].iter().any(|name| header.get(name).is_some()) {
        return Err("The header of the DPoP proof has a field that is not accepted.");
    }
    let algorithm = header.text("alg").unwrap_or_default();
    if !ALGORITHMS.split(' ').any(|known| known == algorithm) {
        return Err("The alg of the DPoP proof is none of ES256, EdDSA, RS256 and PS256.");
    }
    let jwk = header.get("jwk").and_then(Value::as_object).ok_or("The header of the DPoP proof has no key (jwk).")?;
    if ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].iter().any(|member| jwk.contains_key(*member)) {
        return Err("The key in the DPoP proof is a private one; it is not secret any more.");
    }
    if thumbprint_of(jwk).as_deref() != Some(thumbprint) {
        return Err("The key of the DPoP proof is not the one that the access token is bound to.");
    }
    Key::of_proof(algorithm, jwk)
}

/// The thumbprint of a key (RFC 7638): the parts that make it, in the order of their names.
fn thumbprint_of(jwk: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let parts: &[&str] = match text("kty")? {
        "EC" => &["crv", "kty", "x", "y"],
        "OKP" => &["crv", "kty", "x"],
        "RSA" => &["e", "kty", "n"],
        _ => return None,
    };
    let mut members = Vec::with_capacity(parts.len());
    for part in parts {
        // Nothing that JSON could write in two ways.
        let fits = |value: &&str| value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        members.push(format!("\"{part}\":\"{}\"", text(part).filter(fits)?));
    }
    let canonical = format!("{{{}}}", members.join(","));
    Some(URL_SAFE_NO_PAD.encode(digest(&SHA256, canonical.as_bytes())))
}

fn check_time(claims: &Object, now: i64) -> Result<(), Refusal> {
    let made = claims.get("iat").and_then(Value::as_i64);
    let made =
        made.ok_or(Refusal::ProofInvalid("The DPoP proof does not say in whole seconds when it was made (iat)."))?;
    let ahead = made.saturating_sub(now);
    if (-WINDOW_SECONDS..=WINDOW_SECONDS).contains(&ahead) { Ok(()) } else { Err(Refusal::ProofTime { ahead }) }
}

/// Checks that a proof is for this request and this token. Its id.
fn check<'c>(claims: &'c Object, matched: &Matched<'_>, token: &str) -> Result<&'c str, &'static str> {
    let head = &matched.arrival().head;
    if claims.text("htm") != Some(head.method.as_str()) {
        return Err("The DPoP proof is for another method (htm).");
    }
    let told = claims.text("htu").unwrap_or_default();
    if !is_address(told, &matched.environment().base_url, &head.path) {
        return Err("The DPoP proof is for another address (htu).");
    }
    if claims.text("ath") != Some(&URL_SAFE_NO_PAD.encode(digest(&SHA256, token.as_bytes()))) {
        return Err("The DPoP proof is for another access token (ath).");
    }
    let id = claims.text("jti").filter(|id| (1..=LONGEST_ID).contains(&id.len()));
    id.ok_or("The DPoP proof needs an id (jti) of 1 to 255 characters.")
}

/// Whether an address is that of the path in the environment, but for what RFC 9449 §4.3 leaves out or calls equivalent.
fn is_address(told: &str, base_url: &str, path: &CanonicalPath) -> bool {
    let told = told.split_once(['?', '#']).map_or(told, |(address, _)| address);
    let Some((scheme, rest)) = told.split_once("://") else { return false };
    let end = rest.find('/').unwrap_or(rest.len());
    let (Some(authority), Some(told_path)) = (rest.get(..end), rest.get(end..)) else { return false };
    let (scheme, authority) = (scheme.to_ascii_lowercase(), authority.to_ascii_lowercase());
    let default_port = if scheme == "https" { ":443" } else { ":80" };
    let authority = authority.strip_suffix(default_port).unwrap_or(&authority);
    let is_here = base_url.strip_prefix(&scheme).and_then(|rest| rest.strip_prefix("://")) == Some(authority);
    is_here && CanonicalPath::read(told_path).is_ok_and(|told| told == *path)
}

/// The name under which a proof is remembered; the id alone is the client's choice.
fn name_of(thumbprint: &str, id: &str) -> [u8; 16] {
    let whole = digest(&SHA256, format!("{thumbprint}\n{id}").as_bytes());
    let mut name = [0; 16];
    name.iter_mut().zip(whole.as_ref()).for_each(|(byte, digest)| *byte = *digest);
    name
}

impl Claimed<'_> {
    /// Whether the proof was used before. Asked before the signature is looked at, so that a stolen proof costs nothing.
    pub(crate) fn refuse_used(&self, replays: &Replays, now: i64) -> Result<(), Refusal> {
        if replays.knows(&self.id, now) { Err(used()) } else { Ok(()) }
    }

    /// Looks at the signature, and uses the proof up.
    pub(crate) fn use_up(&self, replays: &Replays, now: i64) -> Result<(), Refusal> {
        if !self.key.signed(self.signed, &self.signature) {
            return Err(Refusal::ProofInvalid("The signature of the DPoP proof is wrong."));
        }
        replays.note(self.id, self.thumbprint, now)
    }
}

fn used() -> Refusal {
    Refusal::ProofInvalid("The DPoP proof was used before; make one with a new jti for each request.")
}

/// The proofs that were used on this node, for as long as they could be used again. Where there is no room for one more, it is
/// refused: none is forgotten early.
#[derive(Debug, Default)]
pub(crate) struct Replays([Mutex<Shard>; SHARDS]);

#[derive(Debug, Default)]
struct Shard {
    since: i64,
    young: Generation,
    old: Generation,
}

#[derive(Debug, Default)]
struct Generation {
    used: HashSet<[u8; 16]>,
    of_keys: HashMap<Box<str>, u32>,
}

impl Replays {
    fn knows(&self, id: &[u8; 16], now: i64) -> bool {
        self.with_shard(id, |shard| {
            shard.turn(now);
            shard.young.used.contains(id) || shard.old.used.contains(id)
        })
    }

    fn note(&self, id: [u8; 16], thumbprint: &str, now: i64) -> Result<(), Refusal> {
        self.with_shard(&id, |shard| {
            shard.turn(now);
            if shard.old.used.contains(&id) || shard.young.used.contains(&id) {
                return Err(used());
            }
            let of_key = shard.young.of_keys.get(thumbprint).copied().unwrap_or_default();
            if shard.young.used.len() >= MOST_OF_SHARD || of_key >= MOST_OF_KEY {
                return Err(Refusal::TooManyProofs);
            }
            shard.young.of_keys.insert(thumbprint.into(), of_key.saturating_add(1));
            shard.young.used.insert(id);
            Ok(())
        })
    }

    fn with_shard<T>(&self, id: &[u8; 16], act: impl FnOnce(&mut Shard) -> T) -> T {
        let [first, ..] = id;
        let place = usize::from(*first).checked_rem(SHARDS).unwrap_or(0);
        match self.0.get(place) {
            Some(shard) => act(&mut shard.lock().unwrap_or_else(PoisonError::into_inner)),
            None => act(&mut Shard::default()),
        }
    }
}

impl Shard {
    /// Forgets what can not be used again any more. A clock that steps back forgets nothing.
    fn turn(&mut self, now: i64) {
        let age = now.saturating_sub(self.since);
        if age < MEMORY_SECONDS {
            return;
        }
        self.old = std::mem::take(&mut self.young);
        if age >= MEMORY_SECONDS.saturating_mul(2) {
            self.old = Generation::default();
        }
        self.since = now;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn id(number: usize) -> [u8; 16] {
        name_of("key", &number.to_string())
    }

    #[test]
    fn a_used_proof_is_known_for_as_long_as_it_could_be_used_and_then_forgotten() {
        let replays = Replays::default();
        for start in [1000, 1000 + MEMORY_SECONDS - 1] {
            let id = id(start as usize);
            assert!(!replays.knows(&id, start) && replays.note(id, "key", start).is_ok());
            for later in [0, 1, WINDOW_SECONDS, 2 * WINDOW_SECONDS] {
                assert!(replays.knows(&id, start + later) && replays.note(id, "key", start + later).is_err());
            }
            assert!(!replays.knows(&id, start + 3 * MEMORY_SECONDS), "what nobody can use again costs nothing");
        }
    }

    #[test]
    fn a_full_memory_refuses_and_forgets_nothing() {
        let replays = Replays::default();
        let noted = (0..MOST_OF_KEY as usize * SHARDS * 2).filter(|number| replays.note(id(*number), "key", 7).is_ok());
        let noted: Vec<usize> = noted.collect();
        assert_eq!(noted.len(), MOST_OF_KEY as usize * SHARDS, "one key has so many and no more");
        assert!(noted.iter().all(|number| replays.knows(&id(*number), 7)));
        assert!(replays.note(name_of("other", "1"), "other", 7).is_ok(), "others have their room");
        assert!(replays.note(id(usize::MAX), "key", 7 + MEMORY_SECONDS).is_ok());
    }

    #[test]
    fn rfc7638_3_1_the_thumbprint_of_the_example_is_the_one_of_the_document() {
        let key = json!({
            "kty": "RSA", "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        });
        let thumbprint = thumbprint_of(key.as_object().expect("an object"));
        assert_eq!(thumbprint.as_deref(), Some("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"));
    }

    #[test]
    fn rfc9449_4_3_an_address_is_the_same_however_it_is_written_and_no_other() {
        let check = |told: &str| {
            let path = CanonicalPath::read("/rents/v1/accounts/7").expect("a path");
            is_address(told, "https://api.hackney.example", &path)
        };
        for same in [
            "https://api.hackney.example/rents/v1/accounts/7",
            "HTTPS://API.hackney.example:443/rents/v1/accounts/7",
            "https://api.hackney.example/rents/v1/%61ccounts/7?page=2#x",
        ] {
            assert!(check(same), "{same}");
        }
        for other in [
            "",
            "/rents/v1/accounts/7",
            "http://api.hackney.example/rents/v1/accounts/7",
            "https://api.hackney.example:8443/rents/v1/accounts/7",
            "https://x@api.hackney.example/rents/v1/accounts/7",
            "https://api.hackney.example.evil/rents/v1/accounts/7",
            "https://api.hackney.example/rents/v1/accounts/7/",
            "https://api.hackney.example/rents/v1/accounts",
            "https://api.hackney.example/rents/v1/x/../accounts/7",
            "https://api.hackney.example?/rents/v1/accounts/7",
        ] {
            assert!(!check(other), "{other}");
        }
    }
}
