//! Which APIs does this place have, by RFC 9727?

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use hansom_control::Listed;
use hansom_domain::EnvironmentName;
use serde_json::{Map, Value, json};

use super::{View, kept::Document};
use crate::{Hub, answer::Refusal, api::Viewer, catalogue::Entry, urls};

const LINK_SET: &str = "application/linkset+json; profile=\"https://www.rfc-editor.org/info/rfc9727\"";

/// `GET /.well-known/api-catalog`
pub(super) async fn show(State(hub): State<Hub>, viewer: Viewer, asked: HeaderMap) -> Result<Response, Refusal> {
    let view = View::new(hub, viewer).await?;
    let link = format!("<{}>; rel=\"api-catalog\"", view.address(urls::API_CATALOG));
    let mut response = view.answer(&asked, urls::API_CATALOG, |view| Document::new(LINK_SET, made(view))).await?;
    if let Ok(link) = HeaderValue::try_from(link) {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

fn made(view: &View) -> String {
    let own = view.address(urls::API_CATALOG);
    let (mut items, mut contexts) = (vec![], vec![]);
    for (entry, listed) in view.versions() {
        for (environment, address) in view.served(listed) {
            items.push(json!({ "href": address, "title": title(entry, listed, environment) }));
            contexts.push(context(view, listed, &address));
        }
    }
    let described = json!({
        "anchor": own,
        "item": items,
        "service-doc": [
            { "href": view.address(urls::HOME), "type": "text/html" },
            { "href": view.address(&urls::twin(urls::GUIDES)), "type": "text/markdown" },
        ],
        "status": [
            { "href": view.address(urls::STATUS), "type": "text/html" },
            { "href": view.address(urls::STATUS_FEED), "type": "application/atom+xml" },
        ],
        "describedby": [{ "href": view.address(urls::DCAT_JSON), "type": "application/ld+json" }],
    });
    contexts.insert(0, described);
    json!({ "linkset": contexts }).to_string()
}

fn title(entry: &Entry, listed: &Listed, environment: &EnvironmentName) -> String {
    format!("{} {} ({environment})", entry.api.title, listed.version.major)
}

fn context(view: &View, listed: &Listed, address: &str) -> Value {
    let (slug, major) = (&listed.version.slug, listed.version.major);
    let link = |path: String, media_type: &str| json!({ "href": view.address(&path), "type": media_type });
    let mut context = Map::new();
    context.insert("anchor".into(), address.into());
    context.insert(
        "service-desc".into(),
        json!([
            link(urls::contract(slug, major), "application/yaml"),
            link(urls::bundle_json(slug, major), "application/json")
        ]),
    );
    let page = urls::version(slug, major);
    context.insert(
        "service-doc".into(),
        json!([link(page.clone(), "text/html"), link(urls::twin(&page), "text/markdown")]),
    );
    context.insert("status".into(), json!([link(urls::version_in_api(slug, major), "application/json")]));
    Value::Object(context)
}
