//! How does a token of another issuer become one of ours (RFC 8693)?

use axum::response::Response;
use hansom_control::PipelineRun;
use hansom_domain::ApiSlug;

use crate::{
    Error, OAuth, Scope, Subject, SubjectError, SubjectIssuer,
    access_token::{PIPELINE, Wish},
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

/// The pipeline is genuine: it may read in its log what it lacks, which says no more than its own token does.
fn untrusted(error: hansom_control::Error) -> Error {
    match error {
        hansom_control::Error::NotAllowed(why) => Error::Untrusted(why),
        hansom_control::Error::Invalid(why) => Error::Malformed(why),
        other => other.into(),
    }
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
        if matches!(result, Err(Error::Flow { error: "invalid_grant", .. } | Error::Untrusted(_))) {
            self.failures.count(&caller, now);
        }
        result
    }

    async fn exchange_proven(&self, form: &Form, token: &str) -> Result<Response, Error> {
        let issuer = issuer_of(token).ok_or_else(refused)?;
        let of_pipeline = self.pipeline_issuer(token, &issuer).await?;
        let trusted = match &of_pipeline {
            Some(trusted) => trusted as &dyn SubjectIssuer,
            None => {
                let mut trusted = self.setup.rules.subjects.iter();
                trusted.find(|trusted| trusted.issuer() == issuer).ok_or_else(refused)?.as_ref()
            }
        };
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
            Subject::Pipeline(run) => self.exchange_pipeline(form, &run).await,
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
        let scope = self.scope_of_application(&client.client.id, &audience, form).await?;
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

    /// A run of a pipeline that an API trusts. Its token is for publishing that API, and is all that proves it.
    async fn exchange_pipeline(&self, form: &Form, run: &PipelineRun) -> Result<Response, Error> {
        let api = form.get("api").map(str::parse::<ApiSlug>).transpose();
        let api = api.map_err(|invalid| Error::Malformed(invalid.to_string()))?;
        if form
            .get("resource")
            .or(form.get("audience"))
            .is_some_and(|place| place.trim_end_matches('/') != self.issuer())
        {
            return Err(Error::Target(
                "a pipeline's token is for the hub only; leave resource and audience out".into(),
            ));
        }
        let row = self.control().pipeline_of_run(run, api.as_ref()).await.map_err(untrusted)?;
        if !self.control().use_assertion(&run.once, run.good_until).await? {
            return Err(Error::Untrusted(
                "the pipeline's token was used before; have the pipeline's issuer make a new one for each request"
                    .into(),
            ));
        }
        self.control().pin_pipeline(&row, run).await.map_err(untrusted)?;
        let subject = format!("{PIPELINE}{}", row.id);
        let scope = Some(Scope::Publish.as_str().to_owned());
        let wish = Wish { scope: scope.clone(), ..Wish::of_pipeline(&subject, run.name(), self.issuer().to_owned()) };
        tracing::info!(api = %row.api, run = run.name(), "a pipeline gets a token to publish");
        self.exchanged(wish, scope).await
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
