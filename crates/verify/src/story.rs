//! In which order is a service tried, and within which bounds?
//!
//! First what lists records, so that there is something to ask for; then what makes new ones, then what reads and changes single
//! ones, and at last what removes them. The order of the contract decides among equals.

use std::collections::{BTreeMap, BTreeSet};

use hansom_domain::Chance;
use hansom_standards::contract::{Contract, Location};
use serde_json::Value;

use crate::{
    call::{Answer, Call, Service, Silence},
    check::Check,
    dice::Dice,
    draft::{Draft, address},
    judge::judge,
    known::{Known, Record},
    ledger::{Failing, Report},
    making::{self, Maker, Shape},
    probes, problem,
    subject::{Parameter, Subject},
};

/// Fewer requests than that are no trial of an operation.
const LEAST_REQUESTS: usize = 8;

/// What may be done to a service.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Requests in all, but for those that remove what was made.
    pub requests: usize,
    /// Whether anything may be made, changed and removed. Only what this run has made is changed and removed.
    pub writes: bool,
    /// The operations to try, by id; all of them, if there is none.
    pub operations: BTreeSet<String>,
}

/// Why a contract cannot be tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// Which operation.
    pub operation: String,
    /// What is wrong with it.
    pub what: String,
}

/// Holds a service against its contract.
///
/// # Errors
/// A schema of the contract cannot be compiled.
pub fn verify(
    contract: &Contract,
    service: &mut dyn Service,
    chance: Chance,
    bounds: &Bounds,
) -> Result<Report, Unfit> {
    let mut subjects = Vec::with_capacity(contract.operations.len());
    for operation in &contract.operations {
        let subject = Subject::of(contract, operation);
        subjects.push(subject.map_err(|what| Unfit { operation: operation.id.clone(), what })?);
    }
    subjects.sort_by_key(turn);
    let report = Report { title: contract.title.clone(), version: contract.version.clone(), ..Report::default() };
    let mut visit = Visit {
        service,
        subjects: &subjects,
        dice: Dice::new(chance),
        known: Known::default(),
        writes: bounds.writes,
        report,
        left: bounds.requests,
        here: 0,
        removing: false,
    };
    visit.everything(&bounds.operations);
    Ok(visit.report)
}

/// When it is an operation's turn.
fn turn(subject: &Subject<'_>) -> (bool, i64, u8) {
    let removes = subject.is("DELETE");
    let parameters = subject.operation.path.matches('{').count();
    let depth = i64::try_from(parameters).unwrap_or(i64::MAX);
    let ends_with_one = subject.operation.path.ends_with('}');
    let rank = match subject.operation.method.as_str() {
        "GET" | "HEAD" if !ends_with_one => 0,
        "POST" => 1,
        "GET" | "HEAD" => 2,
        _ => 3,
    };
    // What lies deeper is removed first.
    (removes, if removes { -depth } else { depth }, rank)
}

/// A service that is being tried.
pub(crate) struct Visit<'v> {
    service: &'v mut dyn Service,
    pub(crate) subjects: &'v [Subject<'v>],
    pub(crate) dice: Dice,
    pub(crate) known: Known,
    pub(crate) writes: bool,
    report: Report,
    /// Requests that are left in all, and for the operation whose turn it is.
    left: usize,
    here: usize,
    /// What was made is removed whatever is left.
    removing: bool,
}

/// Which record a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    /// Any that is there, those of this run first.
    Any,
    /// One that this run has made.
    Ours,
    /// One that is not there.
    Nobodys,
}

/// Whose record a draft is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// This run has made it.
    Ours,
    /// It is there, or the address has no identifier.
    There,
    /// It may be there or not.
    Unknown,
}

/// A request with everything that it needs.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    pub(crate) draft: Draft,
    pub(crate) standing: Standing,
}

impl<'v> Visit<'v> {
    fn everything(&mut self, wanted: &BTreeSet<String>) {
        let subjects = self.subjects;
        let chosen: Vec<&'v Subject<'v>> =
            subjects.iter().filter(|subject| wanted.is_empty() || wanted.contains(&subject.operation.id)).collect();
        probes::nowhere::probe(self);
        for (number, subject) in chosen.iter().enumerate() {
            self.here = (self.left / (chosen.len() - number)).max(LEAST_REQUESTS).min(self.left);
            probes::operation(self, subject);
        }
        self.removing = true;
        probes::removing::clear_up(self);
    }

    /// Sends a request and holds the answer against what the contract says of this operation.
    pub(crate) fn ask(&mut self, subject: &Subject<'_>, tried: &str, call: &Call) -> Option<Answer> {
        let answer = self.heard(subject, tried, call)?;
        for (check, kept) in judge(subject, call, &answer) {
            self.note(subject, check, kept, tried, call, &answer);
        }
        Some(answer)
    }

    /// The same for a request of which the contract says nothing: it must not make the service fail, and its refusal must be
    /// of the same form as every other.
    pub(crate) fn ask_beyond(&mut self, subject: &Subject<'_>, tried: &str, call: &Call) -> Option<Answer> {
        let answer = self.heard(subject, tried, call)?;
        let fails = answer.status >= 500 && answer.status != 501;
        let works = if fails { Err(format!("the service failed with {}", answer.status)) } else { Ok(()) };
        self.note(subject, Check::Works, works, tried, call, &answer);
        if answer.is_refusal() && call.method != "HEAD" && self.speaks_problems() {
            let sent = answer.media_type().unwrap_or_default();
            let kept = if sent == problem::MEDIA_TYPE {
                problem::fault(&answer).map_or(Ok(()), Err)
            } else {
                let sent = if sent.is_empty() { "no media type" } else { &sent };
                Err(format!(
                    "{} is answered with {sent}, and the contract's refusals are problem documents",
                    answer.status
                ))
            };
            self.note(subject, Check::Problem, kept, tried, call, &answer);
        }
        Some(answer)
    }

    /// Sends a request, and notes if there is no answer.
    fn heard(&mut self, subject: &Subject<'_>, tried: &str, call: &Call) -> Option<Answer> {
        match self.send(subject, call)? {
            Ok(answer) => {
                self.note(subject, Check::Answers, Ok(()), tried, call, &answer);
                Some(answer)
            }
            Err(silence) => {
                let what = match &silence {
                    Silence::TimedOut => "there was no answer in time".to_owned(),
                    Silence::Broken(why) => format!("there was no answer: {why}"),
                };
                self.fail(subject, Check::Answers, what, tried, call, Err(silence));
                None
            }
        }
    }

    /// Sends a request if there are any left.
    pub(crate) fn send(&mut self, subject: &Subject<'_>, call: &Call) -> Option<Result<Answer, Silence>> {
        if !self.removing {
            if self.here == 0 {
                let id = &subject.operation.id;
                if !self.report.cut.contains(id) {
                    self.report.cut.push(id.clone());
                }
                return None;
            }
            self.here -= 1;
            self.left = self.left.saturating_sub(1);
        }
        self.report.requests += 1;
        Some(self.service.ask(call))
    }

    /// Lets one request be sent before any operation's turn.
    pub(crate) fn allow_one(&mut self) {
        self.here = self.left.min(1);
    }

    /// Notes what came of a promise.
    pub(crate) fn note(
        &mut self,
        subject: &Subject<'_>,
        check: Check,
        kept: Result<(), String>,
        tried: &str,
        call: &Call,
        answer: &Answer,
    ) {
        match kept {
            Ok(()) => {
                let (id, place) = (&subject.operation.id, place(subject));
                if let Some(entry) = self.report.entry(id, &place, check) {
                    entry.kept += 1;
                }
            }
            Err(what) => self.fail(subject, check, what, tried, call, Ok(answer.clone())),
        }
    }

    fn fail(
        &mut self,
        subject: &Subject<'_>,
        check: Check,
        what: String,
        tried: &str,
        call: &Call,
        answer: Result<Answer, Silence>,
    ) {
        let (id, place) = (&subject.operation.id, place(subject));
        if let Some(entry) = self.report.entry(id, &place, check) {
            entry.fail(Failing { tried: tried.to_owned(), what, call: call.clone(), answer });
        }
    }

    /// Notes why a promise is not tried.
    pub(crate) fn skip(&mut self, subject: &Subject<'_>, check: Check, why: &str) {
        let (id, place) = (&subject.operation.id, place(subject));
        if let Some(entry) = self.report.entry(id, &place, check) {
            entry.skipped = Some(why.to_owned());
        }
    }

    /// Whether a promise of an operation was neither kept nor broken so far.
    pub(crate) fn is_open(&mut self, subject: &Subject<'_>, check: Check) -> bool {
        let (id, place) = (&subject.operation.id, place(subject));
        self.report.entry(id, &place, check).is_some_and(|entry| entry.kept == 0 && entry.broken == 0)
    }

    pub(crate) fn left_behind(&mut self, what: String) {
        self.report.left_behind.push(what);
    }

    pub(crate) fn has_credentials(&self) -> bool {
        self.service.has_credentials()
    }

    pub(crate) fn follow(&self, call: &Call, link: &str) -> Option<String> {
        self.service.follow(call, link)
    }

    /// Whether the contract's refusals are problem documents.
    fn speaks_problems(&self) -> bool {
        let mut forms = self.subjects.iter().flat_map(|subject| &subject.answers).flat_map(|told| &told.forms);
        forms.any(|form| form.covers(problem::MEDIA_TYPE))
    }

    /// The operation with that method at a path.
    pub(crate) fn subject(&self, method: &str, path: &str) -> Option<&'v Subject<'v>> {
        let subjects = self.subjects;
        subjects.iter().find(|subject| subject.is(method) && subject.operation.path == path)
    }

    /// A request with what it needs and nothing else; none, if something that it needs cannot be made or written.
    pub(crate) fn base(&self, subject: &Subject<'_>, want: Want) -> Option<Base> {
        let (path, standing) = self.bind(subject, want)?;
        let mut draft = Draft::to(path);
        for parameter in &subject.parameters {
            let is_needed = parameter.said.required && parameter.said.location != Location::Path;
            if is_needed && !draft.set(parameter.said, &self.usual(parameter)?) {
                return None;
            }
        }
        Some(Base { draft, standing })
    }

    /// The contract's example, or a value that fits.
    pub(crate) fn usual(&self, parameter: &Parameter<'_>) -> Option<Value> {
        let example = parameter.examples().into_iter().next().map(|(_, value)| value);
        example.or_else(|| self.fresh(parameter))
    }

    /// A value that fits and that most likely nobody has used.
    pub(crate) fn fresh(&self, parameter: &Parameter<'_>) -> Option<Value> {
        Maker::new(&parameter.validity.schema, &self.dice).fitting(Shape::Any, &parameter.validity)
    }

    /// Values for the parameters of the path, from the left to the right, since what is on the left says what is on the right.
    fn bind(&self, subject: &Subject<'_>, want: Want) -> Option<(BTreeMap<String, String>, Standing)> {
        let template = subject.operation.path.as_str();
        let mut bound = BTreeMap::new();
        let mut standing = Standing::There;
        for (end, _) in template.match_indices('/').skip(1).chain([(template.len(), "")]) {
            let so_far = template.get(..end).unwrap_or(template);
            let (before, segment) = so_far.rsplit_once('/').unwrap_or(("", so_far));
            let is_last = !template.get(end..).unwrap_or_default().contains('{');
            for name in names(segment) {
                let collection = address(before, &bound);
                let record =
                    if segment.len() == name.len() + 2 { self.record(&collection, want, is_last) } else { None };
                standing = match record {
                    Some(record) if record.is_ours => Standing::Ours,
                    Some(_) => Standing::There,
                    None => Standing::Unknown,
                };
                let text = match record {
                    Some(record) => record.segment.clone(),
                    None => self.made_up(subject, name, want)?,
                };
                bound.insert(name.to_owned(), text);
            }
        }
        Some((bound, standing))
    }

    fn record(&self, collection: &str, want: Want, is_last: bool) -> Option<&Record> {
        let known = self.known.at(collection);
        let ours = known.iter().find(|record| record.is_ours);
        match want {
            Want::Nobodys if is_last => None,
            Want::Ours if is_last => ours,
            _ => ours.or_else(|| known.first()),
        }
    }

    fn made_up(&self, subject: &Subject<'_>, name: &str, want: Want) -> Option<String> {
        let parameter = subject.parameter(Location::Path, name)?;
        let mut draft = Draft::default();
        let set =
            |draft: &mut Draft, value: Option<Value>| value.is_some_and(|value| draft.set(parameter.said, &value));
        let example = if want == Want::Nobodys { None } else { self.usual(parameter) };
        if !set(&mut draft, example)
            && !set(&mut draft, self.fresh(parameter))
            && !set(&mut draft, self.usual(parameter))
        {
            return None;
        }
        draft.path.remove(name)
    }

    /// Values for a body in JSON.
    pub(crate) fn bodies(&self, subject: &Subject<'_>) -> Vec<making::Made> {
        let form = subject.json_body();
        let made = form.and_then(|form| Some(making::fitting(form.validity.as_ref()?, &form.examples, &self.dice)));
        made.unwrap_or_default()
    }
}

/// The names of the parameters of one segment.
fn names(segment: &str) -> impl Iterator<Item = &str> {
    segment.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

fn place(subject: &Subject<'_>) -> String {
    format!("{} {}", subject.operation.method, subject.operation.path)
}
