//! Has a provider ended somebody's session (OpenID Connect Back-Channel Logout 1.0)?
//!
//! The provider itself asks, without a browser and without a cookie; its token is all the proof that there is.

use axum::{
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{answer::Refusal, form::Unsigned};

/// `POST /sign-in/back-channel-logout`: from the only provider.
pub(crate) async fn only(sent: Unsigned) -> Result<Response, Refusal> {
    end(&sent, "").await
}

/// `POST /sign-in/back-channel-logout/{provider}`: from one of several.
pub(crate) async fn of(Path(provider): Path<String>, sent: Unsigned) -> Result<Response, Refusal> {
    end(&sent, &provider).await
}

async fn end(sent: &Unsigned, provider: &str) -> Result<Response, Refusal> {
    let ended = sent.visitor.hub.sign_in.end_by_provider(provider, sent.fields.one("logout_token")).await?;
    tracing::info!(provider, ended, "the identity provider ended sessions");
    let mut response = StatusCode::OK.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
