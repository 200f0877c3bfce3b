//! Which style sheets and scripts does a page load?

use std::sync::OnceLock;

use aws_lc_rs::digest::{Context, SHA256};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use hansom_domain::ProblemCode;

use crate::{Hub, answer::Refusal, compression, protection};

/// A file in the binary.
pub(crate) struct File {
    pub(crate) name: &'static str,
    media_type: &'static str,
    pub(crate) bytes: &'static [u8],
    /// The same compressed, by the first who asks.
    small: OnceLock<Option<Vec<u8>>>,
}

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
/// The script that runs the standards engine. A worker's policy is that of its own file.
const WORKER: &str = "editor-worker.js";

macro_rules! files {
    ($($name:literal $media_type:expr, $path:literal;)+) => {
        [$(File { name: $name, media_type: $media_type, bytes: include_bytes!(concat!("../assets/", $path)), small: OnceLock::new() }),+]
    };
}

static FILES: [File; 9] = files! {
    "govuk-frontend.min.css" CSS, "vendor/govuk-frontend.min.css";
    "hansom.css" CSS, "hansom.css";
    "govuk-frontend.min.js" SCRIPT, "vendor/govuk-frontend.min.js";
    "hansom.js" SCRIPT, "hansom.js";
    "editor.js" SCRIPT, "editor.js";
    "leave.js" SCRIPT, "leave.js";
    "editor-worker.js" SCRIPT, "editor-worker.js";
    "standards.wasm" "application/wasm", "vendor/standards.wasm";
    "favicon.svg" "image/svg+xml", "favicon.svg";
};

/// The files that pages without a hub around them need.
pub(crate) static ALONE: [File; 4] = files! {
    "govuk-frontend.min.css" CSS, "vendor/govuk-frontend.min.css";
    "hansom.css" CSS, "hansom.css";
    "playbook-search.js" SCRIPT, "playbook-search.js";
    "favicon.svg" "image/svg+xml", "favicon.svg";
};

/// The files under one address that changes with any of them, so that a script can import its neighbour.
#[derive(Clone, Debug)]
pub(crate) struct Assets {
    /// Where the files lie, without a slash at its end.
    pub(crate) root: String,
    hash: String,
}

impl Assets {
    pub(crate) fn new() -> Self {
        let mut digest = Context::new(&SHA256);
        for file in &FILES {
            digest.update(file.bytes);
        }
        let hash: String = digest.finish().as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { root: format!("/static/{hash}"), hash }
    }
}

/// `GET /static/{hash}/{name}`: kept by browsers for a year, because another content has another address.
pub(crate) async fn file(
    State(hub): State<Hub>,
    Path((hash, name)): Path<(String, String)>,
    asked: HeaderMap,
) -> Result<Response, Refusal> {
    let file = FILES.iter().find(|file| file.name == name && hash == hub.assets.hash);
    let file = file.ok_or_else(|| {
        Refusal::new(ProblemCode::NotFound, "There is no such file; load the page again that asked for it.")
    })?;
    let headers =
        [(header::CONTENT_TYPE, file.media_type), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    let small =
        compression::takes_gzip(&asked).then(|| file.small.get_or_init(|| compression::gzip(file.bytes)).as_deref());
    let mut response = match small.flatten() {
        Some(small) => (headers, [(header::CONTENT_ENCODING, "gzip")], small).into_response(),
        None => (headers, file.bytes).into_response(),
    };
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if file.name == WORKER {
        protection::let_engine_run(response.headers_mut());
    }
    Ok(response)
}
