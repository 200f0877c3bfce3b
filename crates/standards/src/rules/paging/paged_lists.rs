//! Lists come in pages.
//!
//! A list operation has a parameter for the size of a page, with a default and a maximum; one for where to start; and its
//! answer leads to the next page: by a property such as `nextCursor` or `links`, or by the header `Link`.
//!
//! A list operation is a GET whose path ends in a word and whose answer is a bare list, or holds a list called like that
//! word in any casing (`rentAccounts` of `/rent-accounts`) or by one of the general names in the parameter `lists`. A list of a closed set of
//! values needs no pages, nor does one that has no paging parameters and whose `maxItems` is at most `complete_up_to`.
//!
//! # Why
//!
//! A list that is short today is long next year, and adding pages later breaks every consumer: they believe that they
//! have everything. A list without a maximum is also the cheapest way to bring a service down.
//!
//! # What to do
//!
//! Add `limit` (with `default` and `maximum`) and `cursor` from shared parameters, and `nextCursor` or `links.next` to the
//! answer. Do it in the first release.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     get: # wrong
//!       parameters:
//!         - name: limit
//!           in: query
//!           schema: # wrong
//!             type: integer
//!       responses:
//!         '200':
//!           description: Repairs
//!           content:
//!             application/json:
//!               schema:
//!                 type: object
//!                 properties:
//!                   repairs: { type: array, items: { type: object } }
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     get:
//!       parameters:
//!         - { name: limit, in: query, schema: { type: integer, default: 20, maximum: 100 } }
//!         - { name: cursor, in: query, schema: { type: string } }
//!       responses:
//!         '200':
//!           description: A page of repairs
//!           content:
//!             application/json:
//!               schema:
//!                 type: object
//!                 properties:
//!                   repairs: { type: array, items: { type: object } }
//!                   nextCursor: { type: string }
//! ```
//!
//! # Sources
//!
//! - Zalando, RESTful API Guidelines: rules 137, 159 and 161
//! - Belgif, REST guide: `col-paging`
//! - OWASP API Security Top 10 2023: API4, unrestricted resource consumption
//! - Hackney, API Playbook: every list that can pass a few hundred is paged

use std::borrow::Cow;

use crate::{
    casing::{Casing, plain},
    document::Node,
    finding::{Complaint, Level},
    media_type,
    once::Once,
    rule::{Evidence, Found, Parameter, Rule, Settings},
    shape::Shape,
    status,
    survey::{Operation, Survey, entries},
};

pub(crate) const RULE: Rule = Rule {
    id: "PAGE-01",
    name: "paged-lists",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[
        Parameter { name: "size", default: r#"["limit"]"#, about: "what the size of a page may be called" },
        Parameter { name: "start", default: r#"["cursor", "offset"]"#, about: "what the start of a page may be called" },
        Parameter {
            name: "next",
            default: r#"["nextCursor", "next_cursor", "nextPageToken", "next", "links", "_links"]"#,
            about: "properties of an answer that lead to the next page; the header `Link` does in any case",
        },
        Parameter {
            name: "lists",
            default: r#"["items", "results", "records", "data", "entries", "values", "elements"]"#,
            about: "names of a property that holds a list, whatever the path is called",
        },
        Parameter {
            name: "complete_up_to",
            default: "100",
            about: "how many items a list may have at most, by its `maxItems`, to need no pages",
        },
    ],
    check: Some(check),
    text: include_str!("paged_lists.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let mut once = Once::default();
    for operation in survey.operations.iter().filter(|operation| operation.method == "get") {
        let Some(list) = list(survey, operation, settings) else { continue };
        let size = parameter(operation, settings, "size");
        let start = parameter(operation, settings, "start");
        if size.is_none() && start.is_none() && list.is_short(survey, settings) {
            found.applies();
            continue;
        }
        let mut missing = Vec::new();
        if size.is_none() {
            missing.push(format!("parameter for the size of a page ({})", listed(settings, "size")));
        }
        if start.is_none() {
            missing.push(format!("parameter for where to start ({})", listed(settings, "start")));
        }
        if !list.leads_on(survey, settings) {
            missing.push("way to the next page in its answer".to_owned());
        }
        found.expect(missing.is_empty(), || {
            Complaint::at_key(operation.node, format!("the list {operation} has no {}", missing.join(", no ")))
        });
        if let Some(schema) = size.and_then(|size| size.get("schema")).filter(|schema| once.is_new(*schema)) {
            bounds(survey, operation, schema, found);
        }
    }
}

/// Expects that the size of a page is known if nobody asks for one, and never more than so many.
fn bounds<'d>(survey: &Survey<'d>, operation: &Operation<'d>, schema: Node<'d>, found: &mut Found<'d>) {
    let shape = Shape::of(survey, schema);
    let closed = shape.has_any(&["enum", "const"]);
    let lacking: Vec<&str> = [("default", false), ("maximum", closed)]
        .into_iter()
        .filter(|(keyword, enough)| !enough && !shape.has_any(&[keyword]))
        .map(|(keyword, _)| keyword)
        .collect();
    found.expect(lacking.is_empty(), || {
        Complaint::at_key(schema, format!("the size of a page of {operation} has no {}", lacking.join(" and no ")))
    });
}

fn parameter<'d>(operation: &Operation<'d>, settings: &Settings, names: &str) -> Option<Node<'d>> {
    let named = |name: &str| settings.list(names).any(|known| known == name);
    let parameters = &operation.parameters;
    parameters.iter().find(|one| one.location == "query" && named(one.name)).map(|one| one.node)
}

fn listed(settings: &Settings, parameter: &str) -> String {
    settings.list(parameter).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ")
}

/// What a list operation answers.
struct List<'d> {
    response: Node<'d>,
    /// The whole body.
    body: Node<'d>,
    /// The list in it.
    items: Node<'d>,
}

fn list<'d>(survey: &Survey<'d>, operation: &Operation<'d>, settings: &Settings) -> Option<List<'d>> {
    let last = operation.path.trim_end_matches('/').rsplit('/').next().filter(|last| !last.contains('{'))?;
    let written = Casing::ALL.into_iter().map(|casing| casing.of(last));
    let called: Vec<String> = written.chain([last.to_owned(), plain(last)]).collect();
    let answers = operation.responses.iter().filter(|(status, _)| status::class(status) == Some(2));
    let bodies = answers.flat_map(|(_, response)| entries(*response, "content").map(move |body| (*response, body)));
    let json = bodies.filter(|(_, (name, _))| media_type::is_json(name));
    json.filter_map(|(response, (_, media_type))| Some((response, media_type.get("schema")?))).find_map(
        |(response, body)| {
            let shape = Shape::of(survey, body);
            let inside = || {
                let general = settings.list("lists").map(Cow::Borrowed);
                let mut named = called.iter().map(|name| Cow::Borrowed(name.as_str())).chain(general);
                named.find_map(|name| {
                    shape.each_property(&name).find(|property| Shape::of(survey, *property).is_array())
                })
            };
            let items = if shape.is_array() { Some(body) } else { inside() }?;
            let of_closed_set = Shape::of(survey, items).says("items").is_some_and(|items| is_closed(survey, items));
            (!of_closed_set).then_some(List { response, body, items })
        },
    )
}

fn is_closed<'d>(survey: &Survey<'d>, items: Node<'d>) -> bool {
    Shape::of(survey, items).has_any(&["enum", "const"])
}

impl<'d> List<'d> {
    /// Whether the list can never be long.
    fn is_short(&self, survey: &Survey<'d>, settings: &Settings) -> bool {
        let most = Shape::of(survey, self.items).says("maxItems").and_then(Node::as_i64);
        most.is_some_and(|most| u64::try_from(most).is_ok_and(|most| most <= settings.number("complete_up_to")))
    }

    fn leads_on(&self, survey: &Survey<'d>, settings: &Settings) -> bool {
        let by_header = entries(self.response, "headers").any(|(name, _)| name.eq_ignore_ascii_case("link"));
        by_header || Shape::with_branches(survey, self.body).property(settings.list("next")).is_some()
    }
}
