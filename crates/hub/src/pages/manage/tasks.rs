//! What can the owners of a version do?

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    response::Response,
};
use hansom_domain::Status;

use super::Managed;
use crate::{
    answer::{Refusal, page},
    form::Fields,
    frame::Frame,
    manifest_text::ManifestText,
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "manage/tasks.html")]
struct TasksPage {
    frame: Frame,
    name: String,
    status: Status,
    /// The release that was just published; 0 for none.
    published: i64,
    release: i64,
    /// Where the draft is checked and published; empty where nothing was changed yet.
    draft: String,
    tasks: Vec<Task>,
    consumers: String,
    inbox: &'static str,
    changes: String,
    verdict: String,
    copy: String,
}

/// A part of the manifest.
struct Task {
    text: &'static str,
    hint: &'static str,
    href: String,
    changed: bool,
}

/// Parts with the keys that each holds.
const PARTS: [(&str, &str, &str, &[&str]); 5] = [
    ("names", "Names", "Title, owner, kind, audience", &["title", "owner", "kind", "audience", "personal_data"]),
    ("status", "Status", "Where it is in its life, and its end", &["status", "sunset", "successor"]),
    ("access", "Access", "Who may call which operation", &["access"]),
    ("limits", "Limits and quotas", "How much, how fast", &["limits", "quotas"]),
    ("environments", "Environments", "Where it runs, and what answers there", &["environments"]),
];

/// `GET /apis/{slug}/{major}/manage?published=`
pub(crate) async fn show(
    person: SignedIn,
    Path((slug, major)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let managed = Managed::find(&person, &slug, &major).await?;
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let seen = &managed.seen;
    let (slug, major) = (&seen.version.slug, seen.version.major);
    let in_force = ManifestText::read(&seen.published.manifest_text);
    let is_changed = |keys: &[&str]| {
        in_force.as_ref().is_some_and(|old| keys.iter().any(|key| old.get(key) != managed.manifest.get(key)))
    };
    let task = |(part, text, hint, keys): (&str, &'static str, &'static str, &[&str])| Task {
        text,
        hint,
        href: urls::manage_part(slug, major, part),
        changed: is_changed(keys),
    };
    let said = fields.one("published").parse().ok().filter(|number| *number == seen.version.current_release);
    page(&TasksPage {
        frame: super::frame(&person, seen, &format!("Manage {}", seen.name())).await?,
        name: seen.name(),
        status: seen.version.status,
        published: said.unwrap_or_default(),
        release: seen.version.current_release,
        draft: managed.draft.as_ref().map_or_else(String::new, |draft| urls::draft(&draft.id)),
        tasks: PARTS.into_iter().map(task).collect(),
        consumers: urls::consumers(slug, major),
        inbox: urls::INBOX,
        changes: urls::changes(slug, major),
        verdict: urls::verdict(slug, major),
        copy: urls::manage_part(slug, major, "copy"),
    })
}
