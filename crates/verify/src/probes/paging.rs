//! Do pages follow one another and end, without a record that comes twice?

use std::collections::BTreeSet;

use hansom_standards::contract::Location;
use serde_json::{Value, json};

use crate::{
    call::{Answer, Call},
    check::Check,
    draft::Draft,
    known::{identifier, items},
    story::Visit,
    subject::Subject,
};

const MOST_PAGES: usize = 8;
/// Small pages, so that there are several.
const SIZE: usize = 2;
const LIMITS: [&str; 5] = ["limit", "page_size", "pageSize", "per_page", "size"];

/// Walks through a list from its beginning, if it comes in pages.
pub(crate) fn probe(visit: &mut Visit<'_>, subject: &Subject<'_>, base: &Draft) {
    let mut draft = base.clone();
    let limit = LIMITS.iter().find_map(|name| subject.parameter(Location::Query, name));
    let limited = limit.is_some_and(|limit| limit.validity.fits(&json!(SIZE)) && draft.set(limit.said, &json!(SIZE)));
    let has_cursor = subject.parameter(Location::Query, "cursor").is_some();
    if !limited && !has_cursor {
        return;
    }
    let mut call = draft.call(subject);
    let mut walk = Walk { seen: BTreeSet::new(), pages: BTreeSet::new(), limited };
    for number in 1..=MOST_PAGES {
        let tried = format!("page {number} of the list");
        let Some(answer) = visit.ask(subject, &tried, &call) else { return };
        if !answer.is_success() {
            let kept = Err(format!("{} for a page that the page before named", answer.status));
            if number > 1 {
                visit.note(subject, Check::Paging, kept, &tried, &call, &answer);
            }
            return;
        }
        let body = answer.json().unwrap_or_default();
        let next = match walk.page(&call, &body) {
            Ok(()) => next(visit, subject, &draft, &call, &answer, &body),
            Err(what) => Err(what),
        };
        let kept = next.as_ref().map(|_| ()).map_err(Clone::clone);
        visit.note(subject, Check::Paging, kept, &tried, &call, &answer);
        match next {
            Ok(Some(following)) => call = following,
            _ => return,
        }
    }
}

/// What was seen so far.
struct Walk {
    seen: BTreeSet<String>,
    pages: BTreeSet<String>,
    limited: bool,
}

impl Walk {
    fn page(&mut self, call: &Call, body: &Value) -> Result<(), String> {
        if !self.pages.insert(call.target.clone()) {
            return Err("the next page is one that was read before".to_owned());
        }
        let items = items(body);
        if self.limited && items.len() > SIZE {
            return Err(format!("the page has {} records, and {SIZE} were asked for", items.len()));
        }
        for id in items.iter().filter_map(|item| identifier(item, "id")) {
            if !self.seen.insert(id.clone()) {
                return Err(format!("the record {id} was on a page before"));
            }
        }
        Ok(())
    }
}

/// The call for the next page, if there is one.
fn next(
    visit: &Visit<'_>,
    subject: &Subject<'_>,
    draft: &Draft,
    call: &Call,
    answer: &Answer,
    body: &Value,
) -> Result<Option<Call>, String> {
    if let Some(link) = link(answer, body) {
        let target = visit.follow(call, &link);
        let target = target.ok_or_else(|| format!("the link to the next page leads out of the service: {link}"))?;
        return Ok(Some(Call { target, ..call.clone() }));
    }
    let cursor = ["nextCursor", "next_cursor", "cursor"].iter().find_map(|name| body.get(*name)?.as_str());
    let parameter = subject.parameter(Location::Query, "cursor");
    let (Some(cursor), Some(parameter)) = (cursor.filter(|cursor| !cursor.is_empty()), parameter) else {
        return Ok(None);
    };
    let mut following = draft.clone();
    following.set(parameter.said, &json!(cursor));
    Ok(Some(following.call(subject)))
}

/// The link to the next page: in the body, or in the header Link (RFC 8288).
fn link(answer: &Answer, body: &Value) -> Option<String> {
    let text = |value: &Value| value.as_str().or_else(|| value.get("href")?.as_str()).map(str::to_owned);
    let in_body = ["links", "_links"].iter().find_map(|name| body.get(*name)?.get("next").and_then(text));
    let in_header = || {
        let all = answer.header("link")?;
        let next = all.split(',').find(|one| one.contains("rel=\"next\"") || one.contains("rel=next"))?;
        Some(next.split_once('<')?.1.split_once('>')?.0.to_owned())
    };
    in_body.or_else(in_header).filter(|link| !link.is_empty())
}
