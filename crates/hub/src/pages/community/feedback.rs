//! What feedback did I give, and which do my groups answer?

use askama::Template;
use axum::response::Response;
use hansom_domain::FeedbackState;
use hansom_store::FeedbackRow;

use crate::{
    answer::{Refusal, page},
    frame::{Frame, Section},
    moment,
    session::SignedIn,
    urls,
};

/// Threads that are listed of each kind.
const MOST: usize = 200;

#[derive(Template)]
#[template(path = "community/feedback.html")]
struct List {
    frame: Frame,
    to_answer: Vec<Line>,
    own: Vec<Line>,
    others: Vec<Line>,
}

struct Line {
    href: String,
    title: String,
    about: String,
    by: String,
    state: FeedbackState,
    at: String,
}

/// `GET /feedback`
pub(crate) async fn show(person: SignedIn) -> Result<Response, Refusal> {
    let threads = person.hub.control.feedback_of(person.actor()).await?;
    let (own, of_others): (Vec<_>, Vec<_>) =
        threads.into_iter().partition(|row| row.by_id.as_deref() == Some(person.actor().id()));
    let (to_answer, others): (Vec<_>, Vec<_>) = of_others.into_iter().partition(|row| row.state == FeedbackState::Open);
    let lines = |rows: Vec<FeedbackRow>| rows.into_iter().take(MOST).map(line).collect();
    page(&List {
        frame: person.frame("Feedback", Section::Elsewhere).await?,
        to_answer: lines(to_answer),
        own: lines(own),
        others: lines(others),
    })
}

fn line(row: FeedbackRow) -> Line {
    Line {
        href: urls::thread(&row.id, ""),
        title: row.title,
        about: row.api_title.unwrap_or(row.about),
        by: row.by_name,
        state: row.state,
        at: moment::written(row.changed_at),
    }
}
