//! How does a token of another issuer become one of ours (RFC 8693)?

use axum::response::Response;

use crate::{
    Error, OAuth, Scope, Subject, SubjectError,
    access_token::Wish,
    client::Client,
    form::Form,
    scope,
    subject_token::issuer_of,
    token::{Answer, kind, person_is_gone},
};

pub(crate) const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const SUBJECT_TYPES: [&str; 2] = ["urn:ietf:params:oauth:token-type:id_token", "urn:ietf:params:oauth:token-type:jwt"];

/// One answer for every token that proves nothing here.
const PROVES_NOTHING: &str =
    "the subject_token is of no issuer, for no audience, or for nobody that this platform takes, or it has ended";

fn refused() -> Error {
    Error::Flow { error: "invalid_grant", why: PROVES_NOTHING }
}

impl OAuth {
    pub(crate) async fn exchange_token(&self, form: &Form) -> Result<Response, Error> {
        let token = form.need("subject_token")?;
        let kind = form.need("subject_token_type")?;
        if !SUBJECT_TYPES.contains(&kind) {
            return Err(Error::Malformed(format!("subject_token_type must be one of: {}", SUBJECT_TYPES.join(", "))));
        }
        if form.get("actor_token").is_some() || form.get("actor_token_type").is_some() {
            return Err(Error::Malformed("nobody acts for another by exchange; leave actor_token out".into()));
        }
        if form.get("requested_token_type").is_some_and(|wanted| wanted != ACCESS_TOKEN) {
            return Err(Error::Malformed(format!("the only requested_token_type is {ACCESS_TOKEN}")));
        }
        let now = self.control().clock().now();
        let caller = format!("exchange@{}", form.address);
        self.failures.refuse_if_too_many(&caller, now)?;
        let result = self.exchange_proven(form, token).await;
        if matches!(result, Err(Error::Flow { error: "invalid_grant", .. })) {
            self.failures.count(&caller, now);
        }
        result
    }

    async fn exchange_proven(&self, form: &Form, token: &str) -> Result<Response, Error> {
        let issuer = issuer_of(token).ok_or_else(refused)?;
        let trusted = self.setup.rules.subjects.iter().find(|trusted| trusted.issuer() == issuer);
        let trusted = trusted.ok_or_else(refused)?;
        let own = [self.issuer().to_owned(), self.token_endpoint()];
        let now = self.control().clock().now();
        let subject = trusted.prove(token, &own, now).await.map_err(|error| match error {
            SubjectError::Unproven(cause) => {
                tracing::info!(cause, issuer, "a subject token was refused");
                refused()
            }
            SubjectError::Silent(cause) => {
                tracing::warn!(cause, issuer, "the issuer of a subject token does not answer");
                Error::Flow {
                    error: "temporarily_unavailable",
                    why: "the issuer of the subject_token does not answer; try again",
                }
            }
        })?;
        match subject {
            Subject::Person { issuer, subject } => self.exchange_person(form, &issuer, &subject).await,
            Subject::ServiceAccount { issuer, subject, email } => {
                self.exchange_service_account(form, (&issuer, &subject), &email).await
            }
        }
    }

    /// A person who has signed in at the hub before, by an application that says who it is. Nobody was asked, so the token
    /// changes nothing at the hub.
    async fn exchange_person(&self, form: &Form, issuer: &str, subject: &str) -> Result<Response, Error> {
        let client = self.authenticate_client(form).await?;
        let jkt = self.proven_key_of(form, &client).await?;
        let resource = self.target(form)?;
        let reads = self.control().reads();
        let person = reads.person_of_subject(issuer, subject).await.map_err(hansom_control::Error::from)?;
        let person = person.ok_or_else(refused)?;
        let actor = self.control().actor_of_person(&person.id).await.map_err(person_is_gone)?;
        let groups = reads.groups_of(&person.id).await.map_err(hansom_control::Error::from)?;
        let scope = match resource == self.issuer() {
            true => Some(scope::granted_within(&actor, form.get("scope"), &[Scope::Read])),
            false => None,
        };
        let wish = Wish {
            credential: client.credential.as_ref(),
            scope: scope.clone(),
            groups: Some(groups),
            jkt: jkt.as_deref(),
            ..Wish::of_person(&person.id, &client.client.id, resource, self.setup.person_seconds)
        };
        let answer = self.exchanged(wish, scope).await?;
        self.note_use(&client).await;
        Ok(answer)
    }

    /// An application that a service account proves. It needs no other proof; if it names itself, it names the right one.
    async fn exchange_service_account(
        &self,
        form: &Form,
        (issuer, subject): (&str, &str),
        email: &str,
    ) -> Result<Response, Error> {
        let bound = self.control().service_account(issuer, subject).await?;
        let bound = bound.filter(|bound| bound.email.eq_ignore_ascii_case(email)).ok_or_else(refused)?;
        if form.get("client_id").is_some_and(|told| told != bound.application_id.as_str()) {
            return Err(refused());
        }
        let client = self.control().client(&bound.application_id).await?.ok_or_else(refused)?;
        let client = Client { client, credential: Some(bound.credential_id) };
        let jkt = self.proven_key_of(form, &client).await?;
        let audience = self.target(form)?;
        let scope = match audience == self.issuer() {
            true => {
                let actor = self.control().actor_of_application(&client.client.id).await?;
                Some(scope::granted(&actor, form.get("scope")))
            }
            false => None,
        };
        let wish = Wish {
            credential: client.credential.as_ref(),
            scope: scope.clone(),
            jkt: jkt.as_deref(),
            ..Wish::of_application(&client.client.id, audience, self.setup.application_seconds)
        };
        let answer = self.exchanged(wish, scope).await?;
        self.note_use(&client).await;
        Ok(answer)
    }

    async fn exchanged(&self, wish: Wish<'_>, scope: Option<String>) -> Result<Response, Error> {
        let token_type = kind(wish.jkt);
        let issued = self.issue(wish).await?;
        Ok(Answer {
            access_token: issued.token,
            token_type,
            expires_in: issued.expires_in,
            refresh_token: None,
            scope,
            issued_token_type: Some(ACCESS_TOKEN),
        }
        .into_answer())
    }
}
