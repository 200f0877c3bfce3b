//! Does a program have the newest of a document already?

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::View;
use crate::answer::Refusal;

/// Others may keep what strangers see, and ask again after this long.
const PUBLIC: &str = "public, max-age=60, must-revalidate";
/// What was made for one reader is nobody else's.
const PRIVATE: &str = "private, no-store";

/// A document, with what tells it from every other; weakly, since it goes out compressed or not.
#[derive(Clone, Debug)]
pub(super) struct Document {
    media_type: &'static str,
    bytes: Bytes,
    tag: String,
}

/// The documents for strangers, each with the state of the store that it was made of.
#[derive(Default)]
pub(crate) struct Kept(Mutex<HashMap<&'static str, (u64, Arc<Document>)>>);

impl Document {
    pub(super) fn new(media_type: &'static str, text: impl Into<String>) -> Self {
        let bytes = Bytes::from(text.into());
        let hash = digest(&SHA256, &bytes);
        let tag: String = hash.as_ref().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        Self { media_type, bytes, tag: format!("W/\"{tag}\"") }
    }

    /// The document, or that nothing changed.
    pub(super) fn answer(&self, asked: &HeaderMap, is_public: bool) -> Response {
        let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        let is_known = known
            .flat_map(|line| line.split(','))
            .map(str::trim)
            .any(|tag| tag == "*" || tag.trim_start_matches("W/") == self.tag.trim_start_matches("W/"));
        let mut response = if is_known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let mut response = Body::from(self.bytes.clone()).into_response();
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media_type));
            response
        };
        let headers = response.headers_mut();
        if let Ok(tag) = HeaderValue::try_from(&self.tag) {
            headers.insert(header::ETAG, tag);
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(if is_public { PUBLIC } else { PRIVATE }));
        headers.insert(header::VARY, HeaderValue::from_static("accept, authorization, cookie"));
        // Catalogues are read by pages of other sites, too; no credentials come with that.
        if is_public {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
        }
        response
    }
}

impl View {
    /// The document of that name, made anew only if it must be.
    pub(super) async fn answer(
        self,
        asked: &HeaderMap,
        name: &'static str,
        make: impl FnOnce(&View) -> Document + Send + 'static,
    ) -> Result<Response, Refusal> {
        let is_public = self.actor.is_none();
        let generation = self.shelf.generation();
        if let Some(document) = self.kept(name).filter(|_| is_public) {
            return Ok(document.answer(asked, true));
        }
        let hub = self.hub.clone();
        // Ten thousand APIs take a while to write down.
        let made = tokio::task::spawn_blocking(move || make(&self)).await;
        let document = Arc::new(made.map_err(|error| Refusal::internal(format!("{name} was not made: {error}")))?);
        if is_public {
            let mut kept = hub.documents.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.insert(name, (generation, Arc::clone(&document)));
        }
        Ok(document.answer(asked, is_public))
    }

    fn kept(&self, name: &'static str) -> Option<Arc<Document>> {
        let kept = self.hub.documents.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (generation, document) = kept.get(name)?;
        (*generation == self.shelf.generation()).then(|| Arc::clone(document))
    }
}
