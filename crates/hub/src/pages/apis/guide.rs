//! What does a guide say that came with the contract?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_control::{Guide, stem};
use hansom_domain::ProblemCode;

use super::Seen;
use crate::{
    answer::Refusal,
    frame::{Frame, Section},
    prose::{Prose, Stands},
    reader::Reader,
    twin::Leaf,
    urls,
};

#[derive(Template)]
#[template(path = "apis/guide.html")]
struct GuidePage {
    frame: Frame,
    version: String,
    title: String,
    text: Prose,
    /// As it was sent.
    source: String,
}

/// `GET /apis/{slug}/{major}/guides/{guide}`
pub(crate) async fn show(
    mut reader: Reader,
    Path((slug, major, name)): Path<(String, String, String)>,
) -> Result<Response, Refusal> {
    let seen = Seen::find(&reader.visitor, &slug, Some(&major)).await?;
    let guides = reader.visitor.hub.control.guides_of(&seen.published.release).await?;
    let name = reader.known(&name, |name| guides.iter().any(|guide| stem(&guide.file) == name)).to_owned();
    let guide = guides.into_iter().find(|guide| stem(&guide.file) == name).ok_or_else(|| {
        let text = format!("{} has no such guide. Its page lists those that it has.", seen.name());
        Refusal::new(ProblemCode::NotFound, text)
    })?;
    let (slug, major) = (&seen.version.slug, seen.version.major);
    let title = guide.title();
    let frame = reader.visitor.frame(&format!("{title} – {}", seen.name()), Section::Apis).await?;
    let frame = frame
        .with_twin(&urls::guide(slug, major, &name))
        .under("APIs", urls::HOME)
        .under(seen.name(), urls::version(slug, major));
    let text = Prose::of(Some(below_title(&guide)), Stands::UnderTitle);
    reader.answer(&GuidePage { frame, version: seen.name(), title, text, source: guide.text })
}

/// The text without the heading that is the title of the page.
fn below_title(guide: &Guide) -> &str {
    let text = guide.text.trim_start();
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    if first.starts_with("# ") { rest } else { text }
}

impl Leaf for GuidePage {
    fn markdown(&self) -> String {
        self.source.clone()
    }
}
