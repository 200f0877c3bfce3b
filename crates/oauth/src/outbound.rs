//! How is an OpenID provider asked, without trusting it to be quick, brief or honest?

use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

use crate::{BoxFuture, Error};

const MOST_BYTES: usize = 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

/// An HTTP client that follows no redirect, waits 10 seconds and reads 1 MiB.
#[derive(Clone, Debug)]
pub(crate) struct Outbound(reqwest::Client);

/// Why there is no answer of the provider.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutboundError {
    #[error("{}", chain(.0))]
    Http(#[from] reqwest::Error),
    #[error("the answer is longer than 1 MiB")]
    TooLarge,
    #[error("the answer cannot be read: {0}")]
    Broken(#[from] http::Error),
}

/// The error with its causes: `reqwest` keeps the interesting part inside.
fn chain(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

impl Outbound {
    pub(crate) fn new() -> Result<Self, Error> {
        // `reqwest` is built without a crypto library of its own and takes the process's; the binary may have set it before.
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        }
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(PATIENCE)
            .timeout(PATIENCE)
            .user_agent("hansom")
            .build();
        client.map(Self).map_err(|error| Error::Setup(format!("no HTTP client could be made: {error}")))
    }

    /// The whole answer to a request.
    pub(crate) async fn fetch(&self, request: HttpRequest) -> Result<HttpResponse, OutboundError> {
        let mut response = self.0.execute(request.try_into()?).await?;
        let mut builder = http::Response::builder().status(response.status());
        for (name, value) in response.headers() {
            builder = builder.header(name, value);
        }
        let mut body = vec![];
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > MOST_BYTES {
                return Err(OutboundError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(builder.body(body)?)
    }
}

impl<'c> AsyncHttpClient<'c> for Outbound {
    type Error = OutboundError;
    type Future = BoxFuture<'c, Result<HttpResponse, OutboundError>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.fetch(request))
    }
}
