//! Who reads the playbook, and as what: a page or Markdown?

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
    response::{IntoResponse, Response},
};
use hansom_domain::ProblemCode;
use hansom_standards::Profile;

use super::Leaf;
use crate::{
    Hub,
    answer::{Refusal, page},
    frame::{Frame, Section},
    session::Visitor,
};

const MARKDOWN: &str = "text/markdown";

/// Somebody who reads the playbook.
pub(crate) struct Reader {
    pub(crate) visitor: Visitor,
    /// By the ending of the address or by `Accept`.
    wants_markdown: bool,
}

impl Reader {
    /// The last part of the page's address as a name.
    pub(crate) fn name<'n>(&self, written: &'n str) -> &'n str {
        written.strip_suffix(".md").unwrap_or(written)
    }

    /// The frame of the page.
    pub(crate) async fn frame(&self) -> Result<Frame, Refusal> {
        Ok(self.visitor.frame("", Section::Playbook).await?)
    }

    /// The profile that contracts are held to on this platform.
    pub(crate) async fn in_force(&self) -> Result<Arc<Profile>, Refusal> {
        Ok(self.visitor.hub.control.profile_in_force().await?)
    }

    /// The page, or its twin.
    pub(crate) fn answer(&self, leaf: &impl Leaf) -> Result<Response, Refusal> {
        if self.wants_markdown {
            return Ok(([(header::CONTENT_TYPE, "text/markdown; charset=utf-8")], leaf.markdown()).into_response());
        }
        page(leaf)
    }

    /// There is no such page of the playbook.
    pub(crate) fn nothing(what: &str) -> Refusal {
        Refusal::new(ProblemCode::NotFound, format!("There is no such {what}. The playbook's first page leads to all."))
    }
}

impl FromRequestParts<Hub> for Reader {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, hub: &Hub) -> Result<Self, Refusal> {
        let visitor = Visitor::from_request_parts(parts, hub).await?;
        let is_twin = parts.uri.path().ends_with(".md");
        Ok(Self { wants_markdown: is_twin || prefers_markdown(&parts.headers), visitor })
    }
}

/// Whether Markdown is asked for by name, and more than a page.
fn prefers_markdown(headers: &HeaderMap) -> bool {
    let accept = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut weights = [0.0_f32; 2];
    for range in accept.flat_map(|line| line.split(',')).take(50) {
        let mut parts = range.split(';').map(str::trim);
        let Some(place) =
            parts.next().and_then(|it| [MARKDOWN, "text/html"].iter().position(|known| it.eq_ignore_ascii_case(known)))
        else {
            continue;
        };
        let quality = parts.find_map(|part| part.strip_prefix("q=")).and_then(|text| text.parse().ok());
        if let Some(weight) = weights.get_mut(place) {
            *weight = quality.unwrap_or(1.0);
        }
    }
    let [markdown, html] = weights;
    markdown > 0.0 && markdown >= html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_is_for_those_who_ask_for_it() {
        for (accept, expected) in [
            ("text/html,*/*;q=0.8", false),
            ("*/*", false),
            ("text/markdown", true),
            ("Text/Markdown, */*;q=0.1", true),
            ("text/markdown;q=0.5, text/html", false),
            ("text/html;q=0.5, text/markdown;q=0.9", true),
            ("text/markdown;q=0", false),
            ("text/markdown;q=x, text/html;q=", true),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())]);
            assert_eq!(prefers_markdown(&headers), expected, "{accept}");
        }
    }
}
