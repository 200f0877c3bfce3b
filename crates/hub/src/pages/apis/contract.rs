//! What was published, as it was sent?

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};

use super::Seen;
use crate::{answer::Refusal, taker::Taker};

/// `GET /apis/{slug}/{major}/openapi.yaml`
pub(crate) async fn download(
    Taker(visitor): Taker,
    Path((slug, major)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let seen = Seen::find(&visitor, &slug, Some(&major)).await?;
    let text = seen.published.contract_text.clone();
    let name = format!("attachment; filename=\"{}-{}.openapi.yaml\"", seen.version.slug, seen.version.major);
    let headers = [(header::CONTENT_TYPE, "application/yaml".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, text).into_response())
}
