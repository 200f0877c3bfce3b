//! Which style sheets and scripts does a page load?

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use hansom_domain::ProblemCode;

use crate::{Hub, answer::Refusal};

/// A file in the binary.
struct File {
    name: &'static str,
    media_type: &'static str,
    text: &'static str,
}

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

const FILES: &[File] = &[
    File {
        name: "govuk-frontend.min.css",
        media_type: CSS,
        text: include_str!("../assets/vendor/govuk-frontend.min.css"),
    },
    File { name: "hansom.css", media_type: CSS, text: include_str!("../assets/hansom.css") },
    File {
        name: "govuk-frontend.min.js",
        media_type: SCRIPT,
        text: include_str!("../assets/vendor/govuk-frontend.min.js"),
    },
    File { name: "hansom.js", media_type: SCRIPT, text: include_str!("../assets/hansom.js") },
    File { name: "favicon.svg", media_type: "image/svg+xml", text: include_str!("../assets/favicon.svg") },
];

/// The files under one address that changes with any of them, so that a script can import its neighbour.
#[derive(Clone, Debug)]
pub(crate) struct Assets {
    /// Where the files lie, without a slash at its end.
    pub(crate) root: String,
    hash: String,
}

impl Assets {
    pub(crate) fn new() -> Self {
        let all: String = FILES.iter().map(|file| file.text).collect();
        let hash: String = hansom_control::fingerprint(&all).chars().take(16).collect();
        Self { root: format!("/static/{hash}"), hash }
    }
}

/// `GET /static/{hash}/{name}`: kept by browsers for a year, because another content has another address.
pub(crate) async fn file(
    State(hub): State<Hub>,
    Path((hash, name)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let file = FILES.iter().find(|file| file.name == name && hash == hub.assets.hash);
    let file = file.ok_or_else(|| {
        Refusal::new(ProblemCode::NotFound, "There is no such file; load the page again that asked for it.")
    })?;
    let headers =
        [(header::CONTENT_TYPE, file.media_type), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, file.text).into_response())
}
