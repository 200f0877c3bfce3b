//! What is in this schema?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_domain::ProblemCode;

use super::{Seen, outline::Outline};
use crate::{
    answer::{Refusal, page},
    frame::{Frame, Section},
    session::Visitor,
    urls,
};

#[derive(Template)]
#[template(path = "apis/schema.html")]
struct SchemaPage {
    frame: Frame,
    name: String,
    outline: Outline,
    json: String,
}

/// `GET /apis/{slug}/{major}/schemas/{schema}`
pub(crate) async fn show(
    visitor: Visitor,
    Path((slug, major, name)): Path<(String, String, String)>,
) -> Result<Response, Refusal> {
    let seen = Seen::find(&visitor, &slug, Some(&major)).await?;
    let contract = &seen.published.contract;
    let node = contract.schemas().find(|(known, _)| *known == name);
    let Some((_, node)) = node else {
        return Err(Refusal::new(
            ProblemCode::NotFound,
            format!("{} has no such schema. Its page lists those that it has.", seen.name()),
        ));
    };
    let schema = contract.json_schema(node);
    let version = &seen.version;
    let frame = visitor
        .frame(&format!("{name} – {}", seen.name()), Section::Apis)
        .await?
        .under("APIs", urls::HOME)
        .under(seen.name(), urls::version(&version.slug, version.major));
    page(&SchemaPage {
        frame,
        outline: Outline::of(&schema, &|name| seen.schema_address(name)),
        json: serde_json::to_string_pretty(&schema).unwrap_or_default(),
        name,
    })
}
