//! Who reads a page that programs read, too, and as what: a page or Markdown?

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
    response::{IntoResponse, Response},
};
use hansom_domain::ProblemCode;
use hansom_standards::Profile;

use crate::{
    Hub,
    answer::{Refusal, page},
    frame::{Frame, Section},
    session::Visitor,
    twin::Leaf,
};

const MARKDOWN: &str = "text/markdown";

/// Somebody who reads a page that has a twin.
pub(crate) struct Reader {
    pub(crate) visitor: Visitor,
    /// By the ending of the address or by `Accept`.
    wants_markdown: bool,
    by_accept: bool,
}

impl Reader {
    /// The last part of the page's address as a name.
    pub(crate) fn name<'n>(&self, written: &'n str) -> &'n str {
        written.strip_suffix(".md").unwrap_or(written)
    }

    /// The same where names may end in `.md` themselves: what is there by the very name is meant.
    pub(crate) fn known<'n>(&mut self, written: &'n str, is_there: impl Fn(&str) -> bool) -> &'n str {
        if is_there(written) {
            self.wants_markdown = self.by_accept;
            return written;
        }
        self.name(written)
    }

    /// The frame of a page of the playbook.
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
        let by_accept = prefers_markdown(&parts.headers);
        Ok(Self { wants_markdown: is_twin || by_accept, by_accept, visitor })
    }
}

/// Whether Markdown is asked for by name, and more than a page.
fn prefers_markdown(headers: &HeaderMap) -> bool {
    preferred(headers, [MARKDOWN, "text/html"]) == Some(MARKDOWN)
}

/// Which of these media types is asked for by name and most; the first of those that are asked for as much.
pub(crate) fn preferred<const N: usize>(headers: &HeaderMap, known: [&'static str; N]) -> Option<&'static str> {
    let accept = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut weights = [0.0_f32; N];
    for range in accept.flat_map(|line| line.split(',')).take(50) {
        let mut parts = range.split(';').map(str::trim);
        let Some(place) = parts.next().and_then(|it| known.iter().position(|known| it.eq_ignore_ascii_case(known)))
        else {
            continue;
        };
        let quality = parts.find_map(|part| part.strip_prefix("q=")).and_then(|text| text.parse().ok());
        if let Some(weight) = weights.get_mut(place) {
            *weight = quality.unwrap_or(1.0);
        }
    }
    let mut best = (None, 0.0);
    for (media_type, weight) in known.into_iter().zip(weights) {
        if weight > best.1 {
            best = (Some(media_type), weight);
        }
    }
    best.0
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
