//! How does an application go on acting for a person (RFC 6749 section 6)?

use axum::response::Response;
use hansom_control::{Refreshed, ShownRefresh};

use crate::{Error, OAuth, client::Client, form::Form};

/// One answer for every refresh token that is worth nothing.
const WORTH_NOTHING: &str =
    "the refresh token is unknown, used, too old, revoked, another client's, or not proven by its key";

impl OAuth {
    pub(crate) async fn refresh(&self, form: &Form, client: &Client, jkt: Option<&str>) -> Result<Response, Error> {
        let token = form.need("refresh_token")?;
        // What is asked for is judged before the token is used up: a wrong wish is no reason to lose it.
        if let Some(family) = self.control().family_of_refresh_token(token).await?
            && family.client_id == client.client.id
        {
            if self.resource_if_told(form)?.is_some_and(|resource| resource != family.resource) {
                return Err(Error::Target("the person allowed another resource".into()));
            }
            self.extent(&family.resource, &family.scope).narrowed(form.get("scope"))?;
        }
        let shown = ShownRefresh { token, client: &client.client.id, jkt };
        match self.control().refresh_tokens(shown, self.setup.rules.refresh).await? {
            Refreshed::Family(granted) => {
                let allowed = self.extent(&granted.family.resource, &granted.family.scope);
                let scope = allowed.narrowed(form.get("scope"))?.scope();
                self.answer_for_person(client, granted, scope, jkt).await
            }
            Refreshed::Refused => Err(Error::Flow { error: "invalid_grant", why: WORTH_NOTHING }),
        }
    }
}
