//! How is a call tried out for a person, and what can it never be?
//!
//! The hub makes it itself, to the gateway of one environment, by a token of the person's that lives for a minute and is shown
//! to nobody. A form says only what goes into the contract's own parameters and its body: address, other header fields and token
//! are the platform's.

mod asked;
mod lossless;
mod told;

use std::{future::Future, pin::Pin};

use hansom_domain::{EnvironmentName, PersonId};
use http::{HeaderName, HeaderValue, Method};
use tokio::sync::{Semaphore, SemaphorePermit};

pub(crate) use asked::{Asked, body_field, fillable, is_safe, media_of, parameter_field};
pub(crate) use told::Told;

use crate::allowance::Allowance;

/// Bytes of an answer that are read and shown.
pub const MOST_ANSWER_BYTES: usize = 256 * 1024;
/// How long the token of such a call lives.
pub(crate) const TOKEN_SECONDS: i64 = 60;
/// Calls that a person may try in a minute.
pub(crate) const QUOTA: u32 = 30;
const WINDOW_SECONDS: i64 = 60;
/// Calls that are under way at once, of all people: the rest of the hub has to stay quick.
const MOST_AT_ONCE: usize = 16;

/// What comes back later.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The gateways of the environments, each at the address that the configuration gives it and at no other.
pub trait Gateways: Send + Sync {
    /// Makes a call: within seconds, without following redirects, reading [`MOST_ANSWER_BYTES`] of the answer at most.
    fn call(&self, call: GatewayCall) -> Later<'_, Result<GatewayAnswer, Unreached>>;
}

/// A call of the hub's to a gateway.
#[derive(Clone, Debug)]
pub struct GatewayCall {
    /// In which environment.
    pub environment: EnvironmentName,
    /// The method.
    pub method: Method,
    /// Path and query as they are to be sent, to the letter.
    pub target: String,
    /// Header fields besides the token.
    pub fields: Vec<(HeaderName, HeaderValue)>,
    /// The body.
    pub body: Vec<u8>,
    /// The person's access token; `None` where anyone may call.
    pub token: Option<String>,
}

/// What a gateway answered.
#[derive(Clone, Debug)]
pub struct GatewayAnswer {
    /// The status.
    pub status: u16,
    /// The header fields, in their order.
    pub fields: Vec<(String, String)>,
    /// The body, or its beginning.
    pub body: Vec<u8>,
    /// Whether there was more of it.
    pub is_cut: bool,
}

/// Why there is no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Unreached {
    /// The address that was made is not the one that would be asked for.
    #[error("the address of the call could be read in two ways")]
    Ambiguous,
    /// It did not answer in time.
    #[error("the gateway did not answer within {0} seconds")]
    Late(u64),
    /// It could not be reached, or broke off.
    #[error("the gateway could not be reached: {0}")]
    Broken(String),
}

/// Who tries how much.
pub(crate) struct Trials {
    allowance: Allowance<PersonId>,
    at_once: Semaphore,
}

impl Default for Trials {
    fn default() -> Self {
        Self { allowance: Allowance::new(QUOTA, WINDOW_SECONDS), at_once: Semaphore::new(MOST_AT_ONCE) }
    }
}

impl Trials {
    /// Counts a call of a person. Whether it may be made.
    pub(crate) fn allows(&self, person: &PersonId, now: hansom_domain::Timestamp) -> bool {
        self.allowance.allows(person.clone(), now)
    }

    /// A place among the calls that are under way, if one is free.
    pub(crate) fn place(&self) -> Option<SemaphorePermit<'_>> {
        self.at_once.try_acquire().ok()
    }
}
