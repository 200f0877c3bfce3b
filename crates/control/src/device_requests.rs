//! Let a device in that a person looks at (RFC 8628).

use hansom_domain::{Actor, ApplicationId, PersonId, Timestamp, TokenId};
use hansom_store::DeviceRequestRow;
use serde_json::json;

use crate::{
    Control, Error, GrantedFamily, RefreshLife, Session, approve_authorization::person_of, fingerprint,
    token_families::NewFamily,
};

/// How long a device waits for a person.
pub const DEVICE_SECONDS: i64 = 600;
/// How many seconds a device lets pass between two questions.
pub const DEVICE_PAUSE_SECONDS: i64 = 5;
/// No pause grows beyond that.
const LONGEST_PAUSE_SECONDS: i64 = 60;
/// No client has more devices waiting at once.
const MOST_OF_CLIENT: i64 = 10_000;
/// Letters that are not mistaken for one another, without vowels, so that they make no words (RFC 8628 section 6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const CODE_LETTERS: usize = 8;

/// What a device asks for.
#[derive(Clone, Copy, Debug)]
pub struct AskedDevice<'a> {
    /// Who asks.
    pub client: &'a ApplicationId,
    /// The audience of the tokens.
    pub resource: &'a str,
    /// What they may do.
    pub scope: &'a str,
    /// The thumbprint of the key that the request proved.
    pub jkt: Option<&'a str>,
    /// From which address.
    pub address: &'a str,
}

/// The two codes of a device, in the one moment in which they can be shown.
#[derive(Clone, Debug)]
pub struct DeviceCodes {
    /// For the device.
    pub device: String,
    /// For the person: `WDJB-MJHT`.
    pub user: String,
}

/// What came of a device's question.
#[derive(Clone, Debug)]
pub enum Polled {
    /// Tokens.
    Family(GrantedFamily),
    /// The person has not decided.
    Waiting,
    /// The device asks too often.
    TooSoon,
    /// The person said no.
    Refused,
    /// It took too long.
    Over,
    /// There is no such code, or it was used.
    Unknown,
}

impl Control {
    /// Makes the two codes of a device.
    pub async fn ask_for_device(&self, asked: AskedDevice<'_>) -> Result<DeviceCodes, Error> {
        let codes = DeviceCodes { device: self.chance.hex(32), user: self.user_code() };
        let now = self.clock.now();
        let row = DeviceRequestRow {
            device_hash: fingerprint(&codes.device),
            user_hash: self.user_code_hash(&codes.user),
            client_id: asked.client.clone(),
            resource: asked.resource.to_owned(),
            scope: asked.scope.to_owned(),
            dpop_jkt: asked.jkt.map(str::to_owned),
            address: asked.address.chars().filter(|c| c.is_ascii_graphic()).take(100).collect(),
            state: "waiting".to_owned(),
            pause_seconds: DEVICE_PAUSE_SECONDS,
            polled_at: None,
            person_id: None,
            authenticated_at: None,
            created_at: now,
            expires_at: now.plus_seconds(DEVICE_SECONDS),
        };
        if !self.writes.insert_device_request(&row, MOST_OF_CLIENT).await? {
            return Err(Error::Conflict("too many devices wait for this application; try again in a while".into()));
        }
        Ok(codes)
    }

    /// The device that waits with that code of a person.
    pub async fn waiting_device(&self, user_code: &str) -> Result<Option<DeviceRequestRow>, Error> {
        Ok(self.reads.waiting_device_request(&self.user_code_hash(user_code), self.clock.now()).await?)
    }

    /// Lets a device in to do what `allowed` says, or not at all; `false` if it does not wait any more.
    pub async fn decide_device(
        &self,
        session: &Session,
        user_code: &str,
        allowed: Option<&str>,
    ) -> Result<bool, Error> {
        let person = person_of(&session.actor)?;
        let now = self.clock.now();
        let (verb, state) = match allowed {
            Some(_) => ("approve_device", "approved"),
            None => ("refuse_device", "refused"),
        };
        let outcome = (state, allowed.unwrap_or_default());
        let mut change = self.begin(&session.actor, verb, now).await?;
        let hash = self.user_code_hash(user_code);
        let decided = change.decide_device_request(&hash, outcome, person, session.signed_in_at, now).await?;
        let Some(request) = decided else {
            return Ok(false);
        };
        let detail = json!({
            "client": request.client_id, "resource": request.resource, "scope": request.scope, "address": request.address,
        });
        change.commit(&format!("person {person}"), &detail).await?;
        Ok(true)
    }

    /// Answers a device that asks whether a person has decided.
    pub async fn poll_device(
        &self,
        device_code: &str,
        client: &ApplicationId,
        (jkt, binds_refresh): (Option<&str>, bool),
        life: RefreshLife,
    ) -> Result<Polled, Error> {
        let hash = fingerprint(device_code);
        let Some(request) = self.reads.device_request(&hash, client).await? else {
            return Ok(Polled::Unknown);
        };
        let now = self.clock.now();
        if now >= request.expires_at {
            return Ok(Polled::Over);
        }
        let is_too_soon = request.polled_at.is_some_and(|at| now < at.plus_seconds(request.pause_seconds));
        let pause = request.pause_seconds + if is_too_soon { DEVICE_PAUSE_SECONDS } else { 0 };
        self.writes.poll_device_request(&request, pause.min(LONGEST_PAUSE_SECONDS), now).await?;
        match request.state.as_str() {
            _ if is_too_soon => Ok(Polled::TooSoon),
            "approved" if request.dpop_jkt.as_deref().is_some_and(|bound| Some(bound) != jkt) => Ok(Polled::Unknown),
            "approved" => self.let_device_in(&hash, jkt.filter(|_| binds_refresh), life).await,
            "refused" => Ok(Polled::Refused),
            _ => Ok(Polled::Waiting),
        }
    }

    async fn let_device_in(&self, hash: &str, bound_to: Option<&str>, life: RefreshLife) -> Result<Polled, Error> {
        let mut change = self.begin(&Actor::Platform, "redeem_device_code", self.clock.now()).await?;
        let Some(request) = change.take_device_request(hash).await? else {
            return Ok(Polled::Unknown);
        };
        let decided = request.person_id.as_deref().and_then(|id| id.parse::<PersonId>().ok());
        let (Some(person), Some(authenticated_at)) = (decided, request.authenticated_at) else {
            return Err(Error::Internal("an approved device request names nobody".into()));
        };
        let id = TokenId::random(&self.chance);
        let new = NewFamily {
            id: id.clone(),
            client: &request.client_id,
            person: &person,
            resource: &request.resource,
            scope: &request.scope,
            bound_to,
            authenticated_at: authenticated_at.max(Timestamp::from_millis(0)),
        };
        let granted = self.begin_family(&mut change, new, life).await?;
        let detail = json!({
            "client": request.client_id, "resource": request.resource, "scope": request.scope, "family": id,
        });
        change.commit(&format!("person {person}"), &detail).await?;
        Ok(Polled::Family(granted))
    }

    /// Eight letters in two fours. Bytes that would make some letters likelier are passed over.
    fn user_code(&self) -> String {
        let mut code = String::with_capacity(CODE_LETTERS + 1);
        let mut letters = 0;
        while letters < CODE_LETTERS {
            for byte in self.chance.bytes::<32>() {
                let fair = byte < 240 && letters < CODE_LETTERS;
                if let (true, Some(letter)) = (fair, LETTERS.get(usize::from(byte) % LETTERS.len())) {
                    if letters == CODE_LETTERS / 2 {
                        code.push('-');
                    }
                    code.push(char::from(*letter));
                    letters += 1;
                }
            }
        }
        code
    }

    /// The keyed hash of a code as people type it: in any case, with or without the hyphen.
    fn user_code_hash(&self, code: &str) -> String {
        let letters: String =
            code.chars().filter(char::is_ascii_alphabetic).take(20).map(|c| c.to_ascii_uppercase()).collect();
        self.vault.hash(&format!("device user code {letters}"))
    }
}
