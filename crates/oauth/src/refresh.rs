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
            narrowed(form.get("scope"), &family.scope)?;
        }
        let shown = ShownRefresh { token, client: &client.client.id, jkt };
        match self.control().refresh_tokens(shown, self.setup.rules.refresh).await? {
            Refreshed::Family(granted) => {
                let scope = narrowed(form.get("scope"), &granted.family.scope)?;
                self.answer_for_person(client, granted, scope, jkt).await
            }
            Refreshed::Refused => Err(Error::Flow { error: "invalid_grant", why: WORTH_NOTHING }),
        }
    }
}

/// The scopes that are asked for, if they are among those that were allowed; all of them where none is asked for.
fn narrowed(asked: Option<&str>, allowed: &str) -> Result<String, Error> {
    let Some(asked) = asked else {
        return Ok(allowed.to_owned());
    };
    let known: Vec<&str> = allowed.split(' ').collect();
    let words: Vec<&str> = asked.split_ascii_whitespace().collect();
    if words.iter().all(|word| known.contains(word)) {
        return Ok(words.join(" "));
    }
    Err(Error::Flow { error: "invalid_scope", why: "scope names more than the person allowed" })
}
