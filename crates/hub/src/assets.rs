//! Which style sheets and scripts does a page load?

use std::sync::OnceLock;

use aws_lc_rs::digest::{Context, SHA256};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use hansom_domain::ProblemCode;

use crate::{Hub, answer::Refusal, compression, look::Look, protection};

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

/// The style sheet of the organisation's own colours.
const LOOK: &str = "look.css";

/// The files under one address that changes with any of them, so that a script can import its neighbour.
#[derive(Clone, Debug)]
pub(crate) struct Assets {
    /// Where the files lie, without a slash at its end.
    pub(crate) root: String,
    /// Where the organisation's own colours are; empty if it has none.
    pub(crate) look: String,
    /// Where its logo is; empty if it has none.
    pub(crate) logo: String,
    hash: String,
    style: String,
}

impl Assets {
    pub(crate) fn new(look: &Look) -> Self {
        let mut digest = Context::new(&SHA256);
        for file in &FILES {
            digest.update(file.bytes);
        }
        let style = look.colours.style();
        digest.update(style.as_bytes());
        if let Some(logo) = &look.logo {
            digest.update(logo.bytes());
        }
        let hash: String = digest.finish().as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let root = format!("/static/{hash}");
        let look_address = if style.is_empty() { String::new() } else { format!("{root}/{LOOK}") };
        let logo = look.logo.as_ref().map_or_else(String::new, |logo| format!("{root}/{}", logo.name()));
        Self { root, look: look_address, logo, hash, style }
    }
}

/// `GET /static/{hash}/{name}`: kept by browsers for a year, because another content has another address.
pub(crate) async fn file(
    State(hub): State<Hub>,
    Path((hash, name)): Path<(String, String)>,
    asked: HeaderMap,
) -> Result<Response, Refusal> {
    let missing =
        || Refusal::new(ProblemCode::NotFound, "There is no such file; load the page again that asked for it.");
    if hash != hub.assets.hash {
        return Err(missing());
    }
    let headers = |media_type| {
        [
            (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
            (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
        ]
    };
    if let Some(logo) = hub.look.logo.as_ref().filter(|logo| logo.name() == name) {
        let mut response = (headers(logo.media_type()), logo.bytes().to_vec()).into_response();
        protection::let_nothing_act(response.headers_mut());
        return Ok(response);
    }
    if name == LOOK {
        return Ok((headers(CSS), hub.assets.style.clone()).into_response());
    }
    let file = FILES.iter().find(|file| file.name == name).ok_or_else(missing)?;
    let small =
        compression::takes_gzip(&asked).then(|| file.small.get_or_init(|| compression::gzip(file.bytes)).as_deref());
    let mut response = match small.flatten() {
        Some(small) => (headers(file.media_type), [(header::CONTENT_ENCODING, "gzip")], small).into_response(),
        None => (headers(file.media_type), file.bytes).into_response(),
    };
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if name == WORKER {
        protection::let_engine_run(response.headers_mut());
    }
    Ok(response)
}
