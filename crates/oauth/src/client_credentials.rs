//! How does an application get a token for itself (RFC 6749 section 4.4)?

use axum::response::Response;

use crate::{
    Error, OAuth,
    access_token::Wish,
    client::Client,
    form::Form,
    token::{Answer, kind},
};

impl OAuth {
    pub(crate) async fn exchange_credentials(
        &self,
        form: &Form,
        client: &Client,
        jkt: Option<&str>,
    ) -> Result<Response, Error> {
        let Some(credential) = &client.credential else {
            return Err(Error::Flow {
                error: "unauthorized_client",
                why: "a public application proves nothing, so it has no tokens of its own; people's flows are open to it",
            });
        };
        let audience = self.target(form)?;
        let scope = self.scope_of_application(&client.client.id, &audience, form).await?;
        let wish = Wish {
            credential: Some(credential),
            scope: scope.clone(),
            jkt,
            ..Wish::of_application(&client.client.id, audience, self.setup.application_seconds)
        };
        let issued = self.issue(wish).await?;
        Ok(Answer {
            access_token: issued.token,
            token_type: kind(jkt),
            expires_in: issued.expires_in,
            refresh_token: None,
            scope: scope.or_else(|| form.get("scope").map(|_| String::new())),
            issued_token_type: None,
        }
        .into_answer())
    }
}
