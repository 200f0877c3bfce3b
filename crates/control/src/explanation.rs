//! Why was a call refused, exactly, and what is there to be done?
//!
//! The gateway notes what it measured; what happened before (who revoked what, when a grant lapsed) is looked up here, when
//! somebody asks. Only those are answered who may read the refused call at all.

use hansom_domain::{Actor, ApplicationId, GrantState, RequestId, Timestamp};
use hansom_store::{AuditRow, RefusedCall};
use serde_json::Value;

use crate::{Control, Error};

/// A refused call with what is known of its reason.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The call, with what its caller was told.
    pub call: RefusedCall,
    /// What was found, the nearest cause first.
    pub findings: Vec<Finding>,
}

/// One fact, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which fact, the same each time: `clock_seconds_ahead`.
    pub name: &'static str,
    /// The fact in a sentence.
    pub told: String,
    /// When it happened, where that is known.
    pub at: Option<Timestamp>,
}

impl Finding {
    fn new(name: &'static str, told: impl Into<String>) -> Self {
        Self { name, told: told.into(), at: None }
    }

    fn at(self, at: Option<Timestamp>) -> Self {
        Self { at, ..self }
    }
}

impl Control {
    /// Explains the refused call with that request id, to its caller, the owners of the calling application and administrators.
    pub async fn explain_refusal(&self, actor: &Actor, id: &RequestId) -> Result<Explanation, Error> {
        let call = self.refused_call_for(actor, id).await?;
        let mut findings = measured(&call.facts);
        match call.code.as_str() {
            "token-revoked" => findings.extend(self.revocation(&call).await?),
            "grant-missing" => findings.extend(self.lapse(&call).await?),
            _ => {}
        }
        Ok(Explanation { call, findings })
    }

    /// Who ended what the token hung on, and when.
    async fn revocation(&self, call: &RefusedCall) -> Result<Option<Finding>, Error> {
        let Some(id) = call.application.as_deref().and_then(|id| id.parse::<ApplicationId>().ok()) else {
            return Ok(None);
        };
        let subject = format!("application {id}");
        let application = self.reads.application(&id).await?;
        if let Some(at) = application.and_then(|application| application.revoked_at) {
            let by = by(self.reads.audit_of(&subject, "revoke_application").await?.first());
            return Ok(Some(
                Finding::new("application_revoked", format!("The application was revoked{by}.")).at(Some(at)),
            ));
        }
        let Some(credential) = text(&call.facts, "credential") else { return Ok(None) };
        let known = self.reads.credentials_of(&id).await?;
        let Some(known) = known.into_iter().find(|known| known.id.as_str() == credential) else {
            return Ok(Some(Finding::new("credential_unknown", "The application has no such credential.")));
        };
        if let Some(at) = known.revoked_at {
            let entries = self.reads.audit_of(&subject, "revoke_credential").await?;
            let by = by(entries.iter().find(|entry| text(&entry.detail, "credential") == Some(credential)));
            let because = known.ended_because.map_or_else(String::new, |why| format!(", because {why}"));
            let told = format!("The credential ending in {} was revoked{by}{because}.", known.hint);
            return Ok(Some(Finding::new("credential_revoked", told).at(Some(at))));
        }
        let ended = known.expires_at.filter(|end| *end <= call.at);
        Ok(ended.map(|at| Finding::new("credential_expired", "The credential came to its end.").at(Some(at))))
    }

    /// What became of the grants that the application had for the version.
    async fn lapse(&self, call: &RefusedCall) -> Result<Option<Finding>, Error> {
        let Some(id) = call.application.as_deref().and_then(|id| id.parse::<ApplicationId>().ok()) else {
            return Ok(None);
        };
        let grants = self.reads.grants_of(&id).await?;
        let of_version = grants.into_iter().filter(|grant| {
            Some(grant.slug.as_str()) == call.api.as_deref()
                && call.major == Some(i64::from(grant.major.number()))
                && grant.environment == call.environment
        });
        let latest = of_version.max_by_key(|grant| grant.decided_at.unwrap_or(grant.requested_at));
        let Some(grant) = latest else {
            return Ok(Some(Finding::new(
                "grant_never_asked",
                "The application never asked for a grant for this version here.",
            )));
        };
        let by = grant.decided_by_name.as_deref().map_or_else(String::new, |name| format!(" by {name}"));
        Ok(Some(match grant.state {
            GrantState::Requested => Finding::new("grant_undecided", "A grant was asked for and is not decided yet.")
                .at(Some(grant.requested_at)),
            GrantState::Refused => {
                Finding::new("grant_refused", format!("The grant was refused{by}.")).at(grant.decided_at)
            }
            GrantState::Revoked => {
                Finding::new("grant_revoked", format!("The grant was revoked{by}.")).at(grant.decided_at)
            }
            GrantState::Replaced => {
                Finding::new("grant_replaced", "The grant was replaced by a later one, for other operations.")
                    .at(grant.decided_at)
            }
            GrantState::Lapsed => Finding::new("grant_lapsed", "The grant came to its end.").at(grant.expires_at),
            GrantState::Approved if grant.expires_at.is_some_and(|end| end <= call.at) => {
                Finding::new("grant_lapsed", "The grant came to its end.").at(grant.expires_at)
            }
            GrantState::Approved => {
                Finding::new("grant_for_others", "The application has a grant for this version, for other operations.")
            }
        }))
    }
}

/// What the gateway measured, in sentences.
fn measured(facts: &Value) -> Vec<Finding> {
    let mut findings = vec![];
    let number = |name| text(facts, name).and_then(|value| value.parse::<i64>().ok());
    let mut find = |name, told: Option<String>| findings.extend(told.map(|told| Finding::new(name, told)));
    let clock = |seconds| format!("The clock of whoever made it is {} ahead of the gateway's.", span(seconds));
    find("clock_seconds_ahead", number("clock_seconds_ahead").map(clock));
    find(
        "expired_seconds_ago",
        number("expired_seconds_ago").map(|ago| format!("The token had ended {} before the call.", span(ago))),
    );
    find(
        "proof_seconds_old",
        number("proof_seconds_old").map(|old| format!("The DPoP proof was {} old; it may be a minute old.", span(old))),
    );
    let audiences = text(facts, "token_audience").zip(text(facts, "wanted_audience"));
    find(
        "token_audience",
        audiences.map(|(told, wanted)| format!("The token is for {told}; this address takes tokens for {wanted}.")),
    );
    find(
        "groups_needed",
        text(facts, "groups_needed").map(|groups| format!("Members of any of these groups may call it: {groups}.")),
    );
    find(
        "groups_held",
        text(facts, "groups_held").map(|groups| match groups {
            "" => "You are in no group that the platform knows.".to_owned(),
            groups => format!("You are in: {groups}."),
        }),
    );
    find(
        "free_in_seconds",
        number("free_in_seconds").map(|wait| format!("The limit was free again {} after the call.", span(wait))),
    );
    find(
        "waited_milliseconds",
        number("waited_milliseconds").map(|millis| format!("The gateway waited {millis} ms for the API's server.")),
    );
    find(
        "tried_again_in_seconds",
        number("tried_again_in_seconds").map(|wait| {
            format!("The API's servers failed before; the gateway tried them again {} after the call.", span(wait))
        }),
    );
    find("most_bytes", number("most_bytes").map(|most| format!("A body may have {most} bytes here.")));
    findings
}

/// `40 s`, `3 min`, `2 h`, `5 days`.
fn span(seconds: i64) -> String {
    match seconds {
        ..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        7200..=172_799 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

fn by(entry: Option<&AuditRow>) -> String {
    entry.map_or_else(String::new, |entry| format!(" by {}", entry.actor_name))
}

fn text<'v>(object: &'v Value, name: &str) -> Option<&'v str> {
    object.get(name).and_then(Value::as_str)
}
