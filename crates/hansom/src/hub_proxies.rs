//! From which address does a request to the hub come, behind a proxy?
//!
//! What the hub counts by address, and what it shows of a device that asks to be let in, is the client's and not the proxy's.
//! The proxies before the hub are believed as those before the gateway are: those that are named, and the one header that they write.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    middleware::{self, Next},
    response::Response,
};
use hansom_gateway::TrustedProxies;

/// The router behind these proxies.
pub(crate) fn behind(router: Router, proxies: TrustedProxies) -> Router {
    router.layer(middleware::from_fn_with_state(Arc::new(proxies), tell_client))
}

async fn tell_client(State(proxies): State<Arc<TrustedProxies>>, mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() {
        let headers = request.headers();
        let client = proxies.client(peer.ip(), |name| headers.get_all(name).iter().map(|value| value.as_bytes()));
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(client.address, peer.port())));
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, routing::get};
    use hansom_gateway::ForwardedHeader;
    use tower::ServiceExt;

    use super::*;

    async fn told(peer: &str, forwarded_for: &[&str]) -> String {
        let whoami = |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() };
        let networks = vec!["10.0.0.0/8".parse().unwrap()];
        let router = Router::new().route("/", get(whoami));
        let router = behind(router, TrustedProxies::new(networks, ForwardedHeader::XForwardedFor));
        let mut request = Request::get("/");
        for value in forwarded_for {
            request = request.header("x-forwarded-for", *value);
        }
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 4711)));
        let answer = router.oneshot(request).await.unwrap();
        let bytes = axum::body::to_bytes(answer.into_body(), 1000).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_client_is_known_by_its_own_address_behind_a_trusted_proxy_and_behind_no_other() {
        assert_eq!(told("10.0.0.9", &["6.6.6.6, 198.51.100.1"]).await, "198.51.100.1");
        assert_eq!(told("10.0.0.9", &["6.6.6.6", "198.51.100.1, 10.1.1.1"]).await, "198.51.100.1");
        assert_eq!(told("10.0.0.9", &[]).await, "10.0.0.9");
        assert_eq!(told("192.0.2.1", &["6.6.6.6"]).await, "192.0.2.1", "whoever is not named is not believed");
    }
}
