//! What do the signatures of a token cost by themselves, and what does a client with its key send?
//!
//! ```text
//! signatures time KEY.pem                                     nanoseconds to sign with ES256 and to verify, as JSON
//! signatures assertions KEY.pem CLIENT TOKEN-ENDPOINT COUNT   so many assertions (RFC 7523), one a line
//! ```
#![expect(
    clippy::disallowed_methods,
    reason = "it is a program of its own: it reads its words, its files and the clock"
)]

use std::{
    error::Error,
    hint::black_box,
    io::Write,
    process::ExitCode,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::{
    rand::{self, SystemRandom},
    signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// A token's length, near enough.
const MESSAGE: [u8; 500] = [b'a'; 500];
const ROUNDS: usize = 15;
const PER_ROUND: usize = 500;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["time", key] => read(key).and_then(|key| time(&key)),
        ["assertions", key, client, endpoint, count] => {
            read(key).and_then(|key| assertions(&key, client, endpoint, count.parse()?))
        }
        _ => Err("time KEY.pem, or assertions KEY.pem CLIENT TOKEN-ENDPOINT COUNT".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("signatures: {error}");
            ExitCode::FAILURE
        }
    }
}

fn read(file: &str) -> Outcome<EcdsaKeyPair> {
    let text = std::fs::read_to_string(file)?;
    let body: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
    let key = STANDARD.decode(body.trim())?;
    Ok(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key)?)
}

fn time(key: &EcdsaKeyPair) -> Outcome {
    let random = SystemRandom::new();
    let signature = key.sign(&random, &MESSAGE)?;
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.public_key().as_ref());
    let sign_ns = median_ns(|| key.sign(&random, black_box(&MESSAGE)).is_ok());
    let verify_ns = median_ns(|| public.verify(black_box(&MESSAGE), signature.as_ref()).is_ok());
    println!("{}", json!({ "sign_ns": sign_ns, "verify_ns": verify_ns }));
    Ok(())
}

/// The median over rounds of what one takes.
fn median_ns(mut one: impl FnMut() -> bool) -> f64 {
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let begun = Instant::now();
            for _ in 0..PER_ROUND {
                black_box(one());
            }
            begun.elapsed().as_nanos() as f64 / PER_ROUND as f64
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 2]
}

fn assertions(key: &EcdsaKeyPair, client: &str, endpoint: &str, count: usize) -> Outcome {
    let random = SystemRandom::new();
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(&json!({ "alg": "ES256", "typ": "JWT" }));
    let mut out = std::io::stdout().lock();
    for _ in 0..count {
        let mut id = [0; 16];
        rand::fill(&mut id)?;
        let claims = json!({ "iss": client, "sub": client, "aud": endpoint, "iat": now, "exp": now + 1800,
            "jti": URL_SAFE_NO_PAD.encode(id) });
        let message = format!("{head}.{}", part(&claims));
        let signature = key.sign(&random, message.as_bytes())?;
        writeln!(out, "{message}.{}", URL_SAFE_NO_PAD.encode(signature))?;
    }
    Ok(())
}
