//! How is a code exchanged for tokens (RFC 6749 section 4.1.3, RFC 7636 section 4.5)?

use aws_lc_rs::digest::{SHA256, digest};
use axum::response::Response;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hansom_control::{Redeemed, ShownCode};

use crate::{Error, OAuth, client::Client, form::Form};

/// One answer for every code that is worth nothing.
const WORTH_NOTHING: &str =
    "the code is unknown, used, too old, another client's, or not proven by redirect_uri, code_verifier and key";

impl OAuth {
    pub(crate) async fn exchange_code(
        &self,
        form: &Form,
        client: &Client,
        jkt: Option<&str>,
    ) -> Result<Response, Error> {
        let code = form.need("code")?;
        let resource = self.resource_if_told(form)?;
        let challenge = form.get("code_verifier").filter(|verifier| is_verifier(verifier)).map(challenge_of);
        let shown = ShownCode {
            code,
            client: &client.client.id,
            redirect_uri: form.get("redirect_uri").unwrap_or_default(),
            challenge: challenge.as_deref().unwrap_or_default(),
            resource: resource.as_deref(),
            jkt,
            binds_refresh: client.client.public,
        };
        match self.control().redeem_code(shown, self.setup.rules.refresh).await? {
            Redeemed::Family(granted) => {
                let scope = granted.family.scope.clone();
                self.answer_for_person(client, granted, scope, jkt).await
            }
            Redeemed::ForElsewhere => Err(Error::Target("the person allowed another resource".into())),
            Redeemed::Refused => Err(Error::Flow { error: "invalid_grant", why: WORTH_NOTHING }),
        }
    }
}

/// RFC 7636 section 4.1.
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'))
}

fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}
