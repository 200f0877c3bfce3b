//! How is a call that was sent twice done once?
//!
//! The caller chooses a key for what it wants done. The first call with it takes the key and its answer is kept, sealed,
//! for a day: it may hold a secret that is shown once. Every further call with the key gets that answer, from every node.
//! A call that was refused gives its key back, since nothing was done.

use hansom_domain::Actor;

use crate::{Control, Error, fingerprint};

/// How long an answer is kept.
const KEPT_SECONDS: i64 = 86_400;

/// No call takes that long; the node that took the key is gone.
const LONGEST_CALL_SECONDS: i64 = 60;

/// A key that the call holds, until its answer is kept or it gives the key back.
#[derive(Debug)]
pub struct Claim(String);

/// What came of asking for a key.
#[derive(Debug)]
pub enum Claimed {
    /// The call is the first.
    First(Claim),
    /// It was done before; this was the answer.
    Done(Vec<u8>),
    /// It is being done at this moment.
    Running,
    /// The key was used for something else.
    Other,
}

impl Control {
    /// Asks for the key of an actor, for a request of which `request` tells all.
    pub async fn claim_call(&self, actor: &Actor, key: &str, request: &str) -> Result<Claimed, Error> {
        let key_hash = self.vault.hash(&format!("{} {} {key}", actor.kind(), actor.id()));
        let request_hash = fingerprint(request);
        let now = self.clock.now();
        let outdated = now.plus_seconds(-KEPT_SECONDS);
        let limits = (outdated, now.plus_seconds(-LONGEST_CALL_SECONDS));
        if self.writes.claim_call(&key_hash, &request_hash, now, limits).await? {
            return Ok(Claimed::First(Claim(key_hash)));
        }
        Ok(match self.reads.repeated_call(&key_hash, outdated).await? {
            Some(call) if call.request_hash != request_hash => Claimed::Other,
            Some(call) => match call.answer {
                Some(sealed) => Claimed::Done(self.vault.open(&sealed, &key_hash)?.to_vec()),
                None => Claimed::Running,
            },
            // Given back between the two looks.
            None => Claimed::Running,
        })
    }

    /// Keeps what was answered to the first call.
    pub async fn keep_answer(&self, Claim(key_hash): Claim, answer: &[u8]) -> Result<(), Error> {
        let sealed = self.vault.seal(answer, &key_hash, &self.chance)?;
        Ok(self.writes.keep_answer(&key_hash, &sealed).await?)
    }

    /// Gives the key back: the call was refused.
    pub async fn give_key_back(&self, Claim(key_hash): Claim) -> Result<(), Error> {
        Ok(self.writes.forget_call(&key_hash).await?)
    }
}
