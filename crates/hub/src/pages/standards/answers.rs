//! What did the owners answer to a checklist, and what do they answer now?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_control::ANSWERS;
use hansom_domain::ProblemCode;
use hansom_store::AnswerRow;

use crate::{
    answer::{Refusal, faulty_page, go_to, page},
    form::{Errors, Fields, Sent},
    frame::{Frame, Section},
    moment,
    pages::apis::Seen,
    playbook::{self, Checklist},
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "standards/answers.html")]
struct AnswersPage {
    frame: Frame,
    errors: Errors,
    name: String,
    list: &'static Checklist,
    others: Vec<(String, String)>,
    may_answer: bool,
    answered: usize,
    lines: Vec<Line>,
}

struct Line {
    id: String,
    question: String,
    why: String,
    evidence: String,
    who: String,
    /// What was answered, by whom and when; empty where nobody has yet.
    answer: String,
    note: String,
    told: String,
    /// Whether the form of this line was sent with faults: it shows what was typed.
    faulty: bool,
}

fn missing() -> Refusal {
    Refusal::new(ProblemCode::NotFound, "The playbook has no such checklist. Its first page lists those that it has.")
}

async fn view(person: &SignedIn, seen: &Seen, slug: &str, sent: Option<&Fields>) -> Result<AnswersPage, Refusal> {
    let list = playbook::checklist(slug).ok_or_else(missing)?;
    let control = &person.hub.control;
    let answers = control.answers_of(&seen.api).await?;
    let version = &seen.version;
    let title = format!("{}: {}", seen.name(), list.title);
    let frame = person.frame(&title, Section::Apis).await?.under("APIs", urls::HOME);
    let lines: Vec<Line> = list.items.iter().map(|item| line(item, &answers, sent)).collect();
    Ok(AnswersPage {
        frame: frame.under(seen.name(), urls::version(&version.slug, version.major)),
        errors: Errors::default(),
        name: seen.name(),
        list,
        others: playbook::checklists()
            .iter()
            .filter(|other| other.slug != list.slug)
            .map(|other| (other.title.clone(), urls::answers(&version.slug, version.major, other.slug)))
            .collect(),
        may_answer: person.actor().speaks_for(&version.owner),
        answered: lines.iter().filter(|line| !line.answer.is_empty()).count(),
        lines,
    })
}

fn line(item: &playbook::Item, answers: &[AnswerRow], sent: Option<&Fields>) -> Line {
    let known = answers.iter().find(|row| row.item == item.id);
    let typed = sent.filter(|fields| fields.one("item") == item.id);
    Line {
        id: item.id.clone(),
        question: item.question.clone(),
        why: item.why.clone(),
        evidence: item.evidence.clone(),
        who: item.who.clone(),
        answer: typed
            .map(|fields| fields.one("answer"))
            .or(known.map(|row| row.answer.as_str()))
            .unwrap_or("")
            .to_owned(),
        note: typed.map(|fields| fields.one("note")).or(known.map(|row| row.note.as_str())).unwrap_or("").to_owned(),
        told: known
            .map_or_else(String::new, |row| format!("{}, {}", row.answered_by, moment::written(row.answered_at))),
        faulty: typed.is_some(),
    }
}

/// `GET /apis/{slug}/{major}/checklists/{list}`
pub(crate) async fn show(
    person: SignedIn,
    Path((slug, major, list)): Path<(String, String, String)>,
) -> Result<Response, Refusal> {
    let seen = Seen::find(&person.visitor(), &slug, Some(&major)).await?;
    page(&view(&person, &seen, &list, None).await?)
}

/// `POST /apis/{slug}/{major}/checklists/{list}`
pub(crate) async fn answer(
    Path((slug, major, list)): Path<(String, String, String)>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let seen = Seen::find(&person.visitor(), &slug, Some(&major)).await?;
    let item = fields.one("item");
    let known = playbook::checklist(&list).ok_or_else(missing)?;
    if !known.items.iter().any(|one| one.id == item) {
        return Err(missing());
    }
    let mut errors = Errors::default();
    errors.when(!ANSWERS.contains(&fields.one("answer")), "answer", "Select yes, no or not applicable");
    errors.when(fields.one("note").is_empty(), "note", "Enter what the answer rests on");
    if errors.is_empty() {
        let control = &person.hub.control;
        let done = control
            .answer_checklist(person.actor(), &seen.version.slug, item, fields.one("answer"), fields.one("note"))
            .await;
        match done {
            Ok(()) => {
                let address = urls::answers(&seen.version.slug, seen.version.major, &list);
                return Ok(go_to(&format!("{address}#{}", urls::encoded(item))));
            }
            Err(error @ hansom_control::Error::Invalid(_)) => {
                errors = Errors::of_verb(error, &[("the note", "note"), ("", "answer")])?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    let blank = view(&person, &seen, &list, Some(&fields)).await?;
    faulty_page(&AnswersPage { frame: blank.frame.faulty(true), errors, ..blank })
}

impl Line {
    fn is(&self, answer: &str) -> bool {
        self.answer == answer
    }
}
