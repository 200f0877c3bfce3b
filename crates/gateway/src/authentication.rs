//! Who calls?
//!
//! A signature is checked once and remembered per thread, by the whole token; time, audience, revocation and whether caller and
//! credential still exist are asked at every request, of the snapshot that the request sees.

use std::{cell::RefCell, net::IpAddr, rc::Rc, sync::Arc};

use hansom_domain::{ApplicationId, CredentialId, GroupAddress, PersonId, Timestamp};
use hashbrown::HashMap;

use crate::{
    callers::Application,
    fields::Kind,
    head::Head,
    journal::Caller,
    keys::KeySet,
    matching::Matched,
    proof,
    refusal::{Refusal, Scheme},
    snapshot::Snapshot,
    story::{Core, Notes},
    token::{Client, Subject, VerifiedToken},
};

/// The proof that the caller is who they say, or that nobody was said.
pub(crate) struct Identified<'s> {
    matched: Matched<'s>,
    identity: Identity<'s>,
    token: Option<Rc<VerifiedToken>>,
}

/// A caller of the snapshot.
#[derive(Clone, Debug)]
pub(crate) enum Identity<'s> {
    Nobody,
    Application { id: ApplicationId, application: &'s Application },
    Person { id: PersonId, groups: &'s [GroupAddress] },
}

/// Finds out who calls, or refuses. Where anyone may call, no token is needed; a bad one is refused there too.
pub(crate) fn authenticate<'s>(
    core: &Core,
    matched: Matched<'s>,
    notes: &mut Notes<'s>,
) -> Result<Identified<'s>, Refusal> {
    let anyone = matched.operation().rule.as_ref().is_some_and(|rule| rule.anyone);
    let (identity, token) = match shown(&matched.arrival().head)? {
        None if anyone => (Identity::Nobody, None),
        None => return Err(Refusal::TokenMissing),
        Some((scheme, token)) => {
            notes.scheme = scheme;
            let (identity, token) = identify(core, &matched, (scheme, token), notes)?;
            (identity, Some(token))
        }
    };
    Ok(Identified { matched, identity, token })
}

impl<'s> Identified<'s> {
    pub(crate) fn matched(&self) -> &Matched<'s> {
        &self.matched
    }
    pub(crate) fn identity(&self) -> &Identity<'s> {
        &self.identity
    }
    /// The token that said who calls.
    pub(crate) fn token(&self) -> Option<&VerifiedToken> {
        self.token.as_deref()
    }
}

/// The one token and by which scheme it came; `None` without the header. Another scheme, or the header twice, is never "first
/// that works".
fn shown(head: &Head) -> Result<Option<(Scheme, &str)>, Refusal> {
    let mut values = head.of_kind(Kind::Authorization);
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(Refusal::TokenInvalid("The request has more than one Authorization header."));
    }
    let text = std::str::from_utf8(value).unwrap_or_default();
    let parts = text.split_once(' ').filter(|(_, token)| !token.is_empty() && !token.contains([' ', ',', '\t']));
    match parts {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some((Scheme::Bearer, token))),
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("dpop") => Ok(Some((Scheme::Dpop, token))),
        _ => Err(Refusal::TokenInvalid("The Authorization header is not exactly: Bearer <token>.")),
    }
}

fn identify<'s>(
    core: &Core,
    matched: &Matched<'s>,
    (scheme, text): (Scheme, &str),
    notes: &mut Notes<'s>,
) -> Result<(Identity<'s>, Rc<VerifiedToken>), Refusal> {
    let snapshot = matched.snapshot();
    let now = matched.arrival().at.seconds();
    let token = core.tokens.verified(core, text, &snapshot.keys, matched.arrival().peer.address(), now)?;
    notes.page.write(|entry| entry.caller = caller(&token.subject));
    token.check(now, &matched.environment().base_url)?;
    if snapshot.is_revoked(&token.id) {
        return Err(Refusal::TokenRevoked("The access token was revoked."));
    }
    if token.family.as_ref().is_some_and(|family| snapshot.is_revoked(family)) {
        return Err(Refusal::TokenRevoked("The consent or the sign-in that the access token came of has ended."));
    }
    let identity = standing_of(&token.subject, snapshot, matched.arrival().at)?;
    match (&token.key, scheme) {
        (None, Scheme::Bearer) => {}
        (Some(thumbprint), Scheme::Dpop) => prove(core, matched, (text, thumbprint))?,
        (Some(_), Scheme::Bearer) => return Err(Refusal::TokenBound),
        (None, Scheme::Dpop) => {
            return Err(Refusal::TokenInvalid(
                "The access token is bound to no key. Send it as Authorization: Bearer <token>.",
            ));
        }
    }
    Ok((identity, token))
}

/// Has the caller prove that it holds the key of its token. A proof that is wrong counts like a token that is.
fn prove(core: &Core, matched: &Matched<'_>, bound: (&str, &str)) -> Result<(), Refusal> {
    let (now, peer) = (matched.arrival().at.seconds(), matched.arrival().peer.address());
    let replays = &core.shared.replays;
    core.tokens.misses.borrow_mut().spend(peer, now, OF_A_PROOF)?;
    let proven = proof::read(&matched.arrival().head, matched, bound).and_then(|claimed| {
        claimed.refuse_used(replays, now)?;
        claimed.use_up(replays, now)
    });
    if matches!(proven, Err(Refusal::ProofInvalid(_))) {
        core.tokens.misses.borrow_mut().spend(peer, now, OF_A_VERIFICATION)?;
    }
    proven
}

fn caller(subject: &Subject) -> Caller {
    match subject {
        Subject::Application { id, credential } => {
            Caller::Application { id: id.clone(), credential: Some(credential.clone()) }
        }
        Subject::Person { id, .. } => Caller::Person { id: id.clone() },
    }
}

fn standing_of<'s>(subject: &Subject, snapshot: &'s Snapshot, now: Timestamp) -> Result<Identity<'s>, Refusal> {
    match subject {
        Subject::Application { id, credential } => {
            let application = in_force(snapshot, id, Some(credential), now)?;
            Ok(Identity::Application { id: id.clone(), application })
        }
        Subject::Person { id, client } => {
            if let Client::Application { id, credential } = client {
                in_force(snapshot, id, credential.as_ref(), now)?;
            }
            let groups = snapshot
                .groups_of(id, now)
                .ok_or(Refusal::TokenRevoked("The person that the access token is for may no longer call."))?;
            Ok(Identity::Person { id: id.clone(), groups })
        }
    }
}

/// The application that a token was issued to, if it is in force, and with it the credential.
fn in_force<'s>(
    snapshot: &'s Snapshot,
    id: &ApplicationId,
    credential: Option<&CredentialId>,
    now: Timestamp,
) -> Result<&'s Application, Refusal> {
    let application = snapshot.application(id);
    let application =
        application.ok_or(Refusal::TokenRevoked("The application that the access token is for is no longer there."))?;
    match credential.map_or(Some(true), |credential| application.has(credential, now)) {
        Some(true) => Ok(application),
        Some(false) => Err(Refusal::TokenRevoked("The credential that the access token was issued for has expired.")),
        None => Err(Refusal::TokenRevoked("The credential that the access token was issued for was revoked.")),
    }
}

const MOST_TOKENS_PER_GENERATION: usize = 5000;
const MOST_ADDRESSES: usize = 4096;
/// A forged token is never in the cache and costs a verification, and so does a wrong proof; an address gets 200 of them a second.
const BUDGET_PER_SECOND: u32 = 2000;
const OF_A_VERIFICATION: u32 = 10;
/// Proofs that are right are many, and bounded by the limits of who sends them.
const OF_A_PROOF: u32 = 1;

/// Tokens of this thread whose signature was right, and who asked how often for others.
#[derive(Default)]
pub(crate) struct TokenCache {
    kept: RefCell<Kept>,
    misses: RefCell<Misses>,
}

/// Two generations: a full young one becomes the old one, so that what is in use stays and eviction costs nothing.
#[derive(Default)]
struct Kept {
    keys: Option<Arc<KeySet>>,
    young: HashMap<Box<str>, Rc<VerifiedToken>>,
    old: HashMap<Box<str>, Rc<VerifiedToken>>,
}

#[derive(Default)]
struct Misses {
    second: i64,
    by_address: HashMap<IpAddr, u32>,
}

impl TokenCache {
    fn verified(
        &self,
        core: &Core,
        token: &str,
        keys: &Arc<KeySet>,
        peer: IpAddr,
        now: i64,
    ) -> Result<Rc<VerifiedToken>, Refusal> {
        if let Some(known) = self.kept.borrow_mut().get(token, keys) {
            core.shared.metrics.token_hits.inc();
            return Ok(known);
        }
        core.shared.metrics.token_misses.inc();
        self.misses.borrow_mut().spend(peer, now, OF_A_VERIFICATION)?;
        let verified = Rc::new(VerifiedToken::verify(token, keys)?);
        self.kept.borrow_mut().put(token, Rc::clone(&verified));
        Ok(verified)
    }
}

impl Kept {
    fn get(&mut self, token: &str, keys: &Arc<KeySet>) -> Option<Rc<VerifiedToken>> {
        self.follow(keys);
        if let Some(known) = self.young.get(token) {
            return Some(Rc::clone(known));
        }
        let (token, known) = self.old.remove_entry(token)?;
        self.put(&token, Rc::clone(&known));
        Some(known)
    }

    /// Forgets everything when the keys or the issuer have changed.
    fn follow(&mut self, keys: &Arc<KeySet>) {
        match &self.keys {
            Some(known) if Arc::ptr_eq(known, keys) => return,
            Some(known) if known.is_same(keys) => {}
            _ => {
                self.young.clear();
                self.old.clear();
            }
        }
        self.keys = Some(Arc::clone(keys));
    }

    fn put(&mut self, token: &str, verified: Rc<VerifiedToken>) {
        if self.young.len() >= MOST_TOKENS_PER_GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(token.into(), verified);
    }
}

impl Misses {
    fn spend(&mut self, peer: IpAddr, now: i64, cost: u32) -> Result<(), Refusal> {
        if self.second != now {
            self.second = now;
            self.by_address.clear();
        }
        if self.by_address.len() >= MOST_ADDRESSES && !self.by_address.contains_key(&peer) {
            return Err(Refusal::TooManyUnknownTokens);
        }
        let spent = self.by_address.entry(peer).or_default();
        *spent = spent.saturating_add(cost);
        if *spent > BUDGET_PER_SECOND {
            return Err(Refusal::TooManyUnknownTokens);
        }
        Ok(())
    }
}
