//! How does the hub call a gateway when somebody tries an operation, and nothing else than a gateway?

use std::{error::Error as _, time::Duration};

use hansom_domain::EnvironmentName;
use hansom_hub::{GatewayAnswer, GatewayCall, Gateways, Later, MOST_ANSWER_BYTES, Unreached};
use reqwest::{Client, Url, redirect::Policy};

use crate::failure::{Doing, Failure};

/// Less than a page may take, so that the page can say so.
const PATIENCE: Duration = Duration::from_secs(20);
const CONNECTING: Duration = Duration::from_secs(5);

/// The gateways at the base URLs of the configuration.
pub(crate) struct TrialCalls {
    client: Client,
    bases: Vec<(EnvironmentName, String)>,
}

impl TrialCalls {
    /// A client that follows nothing, keeps nothing and asks no proxy.
    pub(crate) fn new(bases: &[(EnvironmentName, String)]) -> Result<Self, Failure> {
        let client =
            Client::builder().redirect(Policy::none()).no_proxy().timeout(PATIENCE).connect_timeout(CONNECTING);
        let client = client.build().doing("no HTTP client could be made")?;
        // As addresses are written in full, so that a call's can be held against it.
        let written = |base: &str| Url::parse(base).map_or_else(|_| base.to_owned(), Into::into);
        let bases = bases.iter().map(|(name, base)| (name.clone(), written(base).trim_end_matches('/').to_owned()));
        Ok(Self { client, bases: bases.collect() })
    }

    /// The address of a call, if it is what every reader takes it for: below the base URL, and just as it is written.
    fn address(&self, call: &GatewayCall) -> Option<Url> {
        let (_, base) = self.bases.iter().find(|(name, _)| *name == call.environment)?;
        let (base_url, written) = (Url::parse(base).ok()?, format!("{base}{}", call.target));
        let address = Url::parse(&written).ok()?;
        let is_below =
            call.target.starts_with('/') && address.origin() == base_url.origin() && address.fragment().is_none();
        (is_below && address.as_str() == written).then_some(address)
    }

    async fn answer(&self, call: GatewayCall) -> Result<GatewayAnswer, Unreached> {
        let address = self.address(&call).ok_or(Unreached::Ambiguous)?;
        let mut request = self.client.request(call.method, address).headers(call.fields.into_iter().collect());
        if let Some(token) = call.token {
            request = request.bearer_auth(token);
        }
        if !call.body.is_empty() {
            request = request.body(call.body);
        }
        let mut response = request.send().await.map_err(unreached)?;
        let fields = response.headers().iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.to_string(), value)
        });
        let mut answer =
            GatewayAnswer { status: response.status().as_u16(), fields: fields.collect(), body: vec![], is_cut: false };
        while let Some(piece) = response.chunk().await.map_err(unreached)? {
            let room = MOST_ANSWER_BYTES.saturating_sub(answer.body.len());
            answer.body.extend(piece.iter().take(room));
            if piece.len() > room {
                answer.is_cut = true;
                break;
            }
        }
        Ok(answer)
    }
}

impl Gateways for TrialCalls {
    fn call(&self, call: GatewayCall) -> Later<'_, Result<GatewayAnswer, Unreached>> {
        Box::pin(self.answer(call))
    }
}

/// The error by its inmost cause: `reqwest` keeps the interesting part inside.
fn unreached(error: reqwest::Error) -> Unreached {
    if error.is_timeout() {
        return Unreached::Late(PATIENCE.as_secs());
    }
    let mut cause = error.source();
    while let Some(inner) = cause.and_then(std::error::Error::source) {
        cause = Some(inner);
    }
    let cause = cause.map(ToString::to_string);
    Unreached::Broken(cause.unwrap_or_else(|| error.without_url().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(target: &str) -> GatewayCall {
        GatewayCall {
            environment: EnvironmentName::sandbox(),
            method: http::Method::GET,
            target: target.into(),
            fields: vec![],
            body: vec![],
            token: None,
        }
    }

    #[test]
    fn no_target_leads_away_from_the_gateway_of_the_environment() {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let bases = [(EnvironmentName::sandbox(), "http://127.0.0.1:8081".to_owned())];
        let calls = TrialCalls::new(&bases).unwrap();
        let fine = calls.address(&call("/repairs/v1/repairs?x=1")).unwrap();
        assert_eq!(fine.as_str(), "http://127.0.0.1:8081/repairs/v1/repairs?x=1");
        for wrong in ["@evil.example/", "0/x", ".evil.example/", "/a/../b", "/%2e%2e/b", "/a\\b", "/a b", "/a#b", ""] {
            assert!(calls.address(&call(wrong)).is_none(), "{wrong}");
        }
        let elsewhere = GatewayCall { environment: EnvironmentName::production(), ..call("/a") };
        assert!(calls.address(&elsewhere).is_none());
    }
}
