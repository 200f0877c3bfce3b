//! Where is it in its life, and when does it end?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_control::Successor;
use hansom_domain::Status;

use super::Managed;
use crate::{
    answer::{Refusal, faulty_page, page},
    choice::Choice,
    form::{Errors, Fields, Sent},
    frame::Frame,
    moment,
    session::SignedIn,
};

const DAY: i64 = 86_400;

#[derive(Template)]
#[template(path = "manage/status.html")]
struct StatusPage {
    frame: Frame,
    errors: Errors,
    name: String,
    statuses: Vec<Choice>,
    sunset: String,
    successor: String,
    /// What the playbook says about notice; empty where it says nothing.
    notice: String,
    others: String,
}

async fn form(person: &SignedIn, managed: &Managed, chosen: &Fields) -> Result<StatusPage, Refusal> {
    let control = &person.hub.control;
    let manifest = &managed.manifest;
    let version = &managed.seen.version;
    let typed = |key: &str| match chosen.one(key) {
        "" => manifest.word(key).to_owned(),
        word => word.to_owned(),
    };
    let status = typed("status");
    let may = Status::ALL.iter().copied().filter(|next| version.status.may_become(*next));
    let since = if version.status == Status::Deprecated { version.status_since } else { control.clock().now() };
    let notice = control.notice_days().await?.map_or_else(String::new, |days| {
        let first = moment::day(since.plus_seconds(days * DAY));
        format!("The playbook gives callers {days} days: {first} at the earliest.")
    });
    let others = managed.seen.versions.iter().filter(|other| other.major != version.major);
    let others: Vec<String> = others.map(|other| other.major.to_string()).collect();
    Ok(StatusPage {
        frame: managed.frame(person, "Status").await?,
        errors: Errors::default(),
        name: managed.seen.name(),
        statuses: may
            .map(|next| Choice {
                hint: meaning(next).to_owned(),
                ..Choice::plain(next.as_str(), crate::sentence::capital(next.as_str()), next.as_str() == status)
            })
            .collect(),
        sunset: typed("sunset"),
        successor: typed("successor"),
        notice,
        others: others.join(", "),
    })
}

fn meaning(status: Status) -> &'static str {
    match status {
        Status::Alpha => "It may break its callers with any release",
        Status::Beta => "Open to all who are granted it; it breaks nobody within a version",
        Status::Live => "Ready for everything",
        Status::Deprecated => {
            "It answers until its last day, takes no new requests for access, and every answer says so"
        }
        Status::Retired => "It answers nothing any more but where to go. This cannot be undone",
    }
}

/// `GET /apis/{slug}/{major}/manage/status`
pub(crate) async fn show(person: SignedIn, Path((slug, major)): Path<(String, String)>) -> Result<Response, Refusal> {
    let managed = Managed::find(&person, &slug, &major).await?;
    page(&form(&person, &managed, &Fields::default()).await?)
}

/// `POST /apis/{slug}/{major}/manage/status`
pub(crate) async fn change(Path((slug, major)): Path<(String, String)>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let mut managed = Managed::find(&person, &slug, &major).await?;
    let status: Option<Status> = fields.one("status").parse().ok();
    let (sunset, successor) = (fields.one("sunset"), fields.one("successor"));
    let mut errors = Errors::default();
    errors.when(status.is_none(), "status", "Select where the version is in its life");
    let ends = status == Some(Status::Deprecated);
    let no_day = sunset.parse::<chrono::NaiveDate>().is_err();
    errors.when(ends && no_day, "sunset", "Enter the last day on which it answers, like 2027-04-01");
    let no_successor = successor.parse::<Successor>().is_err();
    errors.when(ends && no_successor, "successor", "Enter what to use instead: a version like v2, an address, or none");
    if errors.is_empty() {
        let keeps = matches!(status, Some(Status::Deprecated | Status::Retired));
        managed.manifest.set_word("status", fields.one("status"));
        managed.manifest.set_word("sunset", if keeps { sunset } else { "" });
        managed.manifest.set_word("successor", if keeps { successor } else { "" });
        errors = managed.faults("status");
    }
    if errors.is_empty() {
        return managed.keep(&person).await;
    }
    let blank = form(&person, &managed, &fields).await?;
    faulty_page(&StatusPage { frame: blank.frame.faulty(true), errors, ..blank })
}
