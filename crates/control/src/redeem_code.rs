//! Exchange a code for tokens: once, by the application it was made for, from where it was sent.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use hansom_domain::{Actor, ApplicationId, Timestamp};
use hansom_store::AuthorizationCodeRow;
use serde_json::json;

use crate::{Control, Error, GrantedFamily, RefreshLife, fingerprint, token_families::NewFamily};

const ELSEWHERE: &str = "another resource was named";

/// A code as an application shows it.
#[derive(Clone, Copy, Debug)]
pub struct ShownCode<'a> {
    /// The code.
    pub code: &'a str,
    /// Who shows it.
    pub client: &'a ApplicationId,
    /// The redirect URI that it was sent to, as the application says.
    pub redirect_uri: &'a str,
    /// The challenge that the shown verifier gives; empty if none was shown.
    pub challenge: &'a str,
    /// The audience that the application names, if it names one.
    pub resource: Option<&'a str>,
    /// The thumbprint of the key that the request proved.
    pub jkt: Option<&'a str>,
    /// Whether refresh tokens are to be bound to that key.
    pub binds_refresh: bool,
}

/// What came of a code.
#[derive(Clone, Debug)]
pub enum Redeemed {
    /// Tokens.
    Family(GrantedFamily),
    /// Nothing: the tokens are for another audience than the application names.
    ForElsewhere,
    /// Nothing: the code is unknown, over, used, another's, or not proven. The reason is for the audit trail alone.
    Refused,
}

impl Control {
    /// Uses a code up, whatever comes of it. One that was used before takes the tokens that came of it along.
    pub async fn redeem_code(&self, shown: ShownCode<'_>, life: RefreshLife) -> Result<Redeemed, Error> {
        let now = self.clock.now();
        let hash = fingerprint(shown.code);
        let mut change = self.begin(&Actor::Platform, "redeem_code", now).await?;
        let Some(code) = change.use_authorization_code(&hash, now).await? else {
            let known = change.authorization_code(&hash).await?;
            drop(change);
            if let Some(code) = known {
                self.end_replayed(&code).await?;
            }
            return Ok(Redeemed::Refused);
        };
        let subject = format!("person {}", code.person_id);
        if let Some(why) = fault(&code, shown, now) {
            let detail = json!({ "client": code.client_id, "shown_by": shown.client, "refused": why });
            change.commit(&subject, &detail).await?;
            return Ok(if why == ELSEWHERE { Redeemed::ForElsewhere } else { Redeemed::Refused });
        }
        let new = NewFamily {
            id: code.family_id.clone(),
            client: &code.client_id,
            person: &code.person_id,
            resource: &code.resource,
            scope: &code.scope,
            bound_to: shown.jkt.filter(|_| shown.binds_refresh),
            authenticated_at: code.authenticated_at,
        };
        let granted = self.begin_family(&mut change, new, life).await?;
        let detail = json!({
            "client": code.client_id, "resource": code.resource, "scope": code.scope, "family": code.family_id,
        });
        change.commit(&subject, &detail).await?;
        Ok(Redeemed::Family(granted))
    }

    /// Somebody else has the code too (RFC 6749 section 4.1.2): what came of it ends.
    async fn end_replayed(&self, code: &AuthorizationCodeRow) -> Result<(), Error> {
        let mut change = self.begin(&Actor::Platform, "refuse_replayed_code", self.clock.now()).await?;
        let ended = self.end_family(&mut change, &code.family_id).await?;
        let detail = json!({ "client": code.client_id, "family": code.family_id, "revoked": ended });
        Ok(change.commit(&format!("person {}", code.person_id), &detail).await?)
    }
}

/// What is wrong with a code that was not used before.
fn fault(code: &AuthorizationCodeRow, shown: ShownCode<'_>, now: Timestamp) -> Option<&'static str> {
    let differ = |kept: &str, told: &str| verify_slices_are_equal(kept.as_bytes(), told.as_bytes()).is_err();
    if code.client_id != *shown.client {
        return Some("another client showed the code");
    }
    if now >= code.expires_at {
        return Some("the code was shown too late");
    }
    if code.redirect_uri != shown.redirect_uri {
        return Some("another redirect URI was named");
    }
    if differ(&code.challenge, shown.challenge) {
        return Some("the verifier does not fit");
    }
    if code.dpop_jkt.as_deref().is_some_and(|jkt| shown.jkt.is_none_or(|told| differ(jkt, told))) {
        return Some("another key was proven");
    }
    if shown.resource.is_some_and(|resource| resource != code.resource) {
        return Some(ELSEWHERE);
    }
    None
}
