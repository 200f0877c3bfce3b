//! Which APIs does this place have, in the vocabulary of catalogues (DCAT 3)?
//!
//! At `/catalog`, where catalogues of the public sector have it, and at `/catalog.jsonld` for whoever cannot say what they take.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use hansom_control::Listed;
use hansom_domain::Audience;
use serde_json::{Value, json};

use super::{View, kept::Document, uk_csv};
use crate::{Hub, answer::Refusal, api::Viewer, catalogue::Entry, moment::instant, reader, urls};

const JSON_LD: &str = "application/ld+json";
const RIGHTS: &str = "http://publications.europa.eu/resource/authority/access-right";
/// The forms at the address that leaves it to the program, the first for those who take any.
const FORMS: [&str; 4] = [JSON_LD, "application/json", "text/csv", "text/html"];

/// `GET /catalog`: in the form that is asked for.
pub(super) async fn negotiate(state: State<Hub>, viewer: Viewer, asked: HeaderMap) -> Result<Response, Refusal> {
    match reader::preferred(&asked, FORMS) {
        Some("text/html") => {
            let mut response = Redirect::to(urls::HOME).into_response();
            response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
            Ok(response)
        }
        Some("text/csv") => uk_csv::show(state, viewer, asked).await,
        _ => show(state, viewer, asked).await,
    }
}

/// `GET /catalog.jsonld`
pub(super) async fn show(State(hub): State<Hub>, viewer: Viewer, asked: HeaderMap) -> Result<Response, Refusal> {
    let view = View::new(hub, viewer).await?;
    view.answer(&asked, urls::DCAT_JSON, |view| Document::new(JSON_LD, made(view))).await
}

fn made(view: &View) -> String {
    let look = &view.hub.look;
    let publisher = if look.organisation.is_empty() { &look.name } else { &look.organisation };
    let title = match look.organisation.as_str() {
        "" => "APIs".to_owned(),
        organisation => format!("APIs of {organisation}"),
    };
    let services: Vec<Value> = view.versions().map(|(entry, listed)| service(view, entry, listed)).collect();
    json!({
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "vcard": "http://www.w3.org/2006/vcard/ns#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": view.address(urls::DCAT),
        "@type": "dcat:Catalog",
        "dct:title": title,
        "dct:description": format!("The APIs that {} lists.", view.hub.hub),
        "dct:publisher": { "@type": "foaf:Agent", "foaf:name": publisher },
        "foaf:homepage": { "@id": view.address(urls::HOME) },
        "dcat:service": services,
    })
    .to_string()
}

fn service(view: &View, entry: &Entry, listed: &Listed) -> Value {
    let (api, version, card) = (&entry.api, &listed.version, &listed.card);
    let (slug, major) = (&version.slug, version.major);
    let page = view.address(&urls::version(slug, major));
    let endpoints: Vec<Value> = view.served(listed).map(|(_, address)| json!({ "@id": address })).collect();
    let descriptions = [urls::contract(slug, major), urls::bundle_json(slug, major)].map(|path| view.address(&path));
    let keywords: Vec<&String> = card.tags.iter().chain(Some(&card.category).filter(|it| !it.is_empty())).collect();
    let mut service = json!({
        "@id": format!("{page}#service"),
        "@type": "dcat:DataService",
        "dct:identifier": format!("{slug}/{major}"),
        "dct:title": format!("{} {major}", api.title),
        "dct:description": if api.summary.is_empty() { &card.description } else { &api.summary },
        "dct:publisher": { "@type": "foaf:Agent", "foaf:name": api.owner.to_string() },
        "dcat:contactPoint": { "@type": "vcard:Kind", "vcard:hasEmail": { "@id": format!("mailto:{}", api.owner) } },
        "dcat:endpointURL": endpoints,
        "dcat:endpointDescription": descriptions.map(|address| json!({ "@id": address })),
        "dcat:landingPage": { "@id": page },
        "dcat:keyword": keywords,
        "dcat:version": listed.info_version,
        "dct:accessRights": { "@id": format!("{RIGHTS}/{}", right(api.audience)) },
        "dct:issued": { "@type": "xsd:dateTime", "@value": instant(api.created_at) },
        "dct:modified": { "@type": "xsd:dateTime", "@value": instant(listed.published_at) },
    });
    if let (Some(license), Some(members)) = (license(&card.license), service.as_object_mut()) {
        members.insert("dct:license".into(), license);
    }
    service
}

fn right(audience: Audience) -> &'static str {
    match audience {
        Audience::Public => "PUBLIC",
        Audience::Controlled => "RESTRICTED",
        Audience::Internal => "NON_PUBLIC",
    }
}

/// An address as it is, an SPDX id by its page, a name as words.
fn license(text: &str) -> Option<Value> {
    let is_id = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'+'));
    match text {
        "" => None,
        address if address.starts_with("https://") || address.starts_with("http://") => Some(json!({ "@id": address })),
        id if is_id => Some(json!({ "@id": format!("https://spdx.org/licenses/{id}") })),
        name => Some(json!({ "@type": "dct:LicenseDocument", "dct:title": name })),
    }
}
