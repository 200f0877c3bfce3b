//! How does a README show how good a version is?

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use hansom_control::Judgement;
use hansom_standards::badge;

use crate::{answer::Refusal, pages::apis::Seen, session::Visitor};

/// `GET /apis/{slug}/{major}/badge.svg`
pub(crate) async fn show(visitor: Visitor, Path((slug, major)): Path<(String, String)>) -> Result<Response, Refusal> {
    let seen = Seen::find(&visitor, &slug, Some(&major)).await?;
    let verdict = visitor.hub.control.reads().verdict(&seen.version.id, seen.version.current_release).await?;
    let judgement = verdict.and_then(|row| serde_json::from_str::<Judgement>(&row.verdict).ok());
    let svg = match judgement {
        Some(judgement) => badge::badge(&seen.name(), &judgement.scorecard()),
        None => badge::without_verdict(&seen.name()),
    };
    let headers = [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, svg).into_response())
}
