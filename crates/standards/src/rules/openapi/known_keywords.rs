//! Schemas say only what their language knows.
//!
//! Every keyword of a schema is one of the edition of OpenAPI in which the contract is written, spelt right, with a value
//! that it can have; a pattern can be run and comes to an end; and what a schema asks can be kept all at once.
//!
//! # Why
//!
//! A validator reads over what it does not know. With `"maximum:"` instead of `maximum` there is no maximum, and no
//! tool says a word; HMRC once found about twenty of these in one API.
//!
//! # What to do
//!
//! Correct the keyword or its value. What is meant as a remark gets a name that begins with `x-`.
//!
//! # Bad
//!
//! ```yaml
//! components:
//!   schemas:
//!     Repair:
//!       type: object
//!       properties:
//!         floor:
//!           type: integer
//!           maximun: 40 # wrong
//!           nullable: true # wrong
//!         reference:
//!           type: string
//!           maxLength: ten # wrong
//!           pattern: ^([a-z]+)+$ # wrong
//!         count: # wrong
//!           type: integer
//!           minimum: 10
//!           maximum: 1
//! ```
//!
//! # Good
//!
//! ```yaml
//! components:
//!   schemas:
//!     Repair:
//!       type: object
//!       properties:
//!         floor:
//!           type: [integer, 'null']
//!           maximum: 40
//!         reference:
//!           type: string
//!           maxLength: 10
//!           pattern: ^[a-z]+(-[a-z]+)*$
//! ```
//!
//! # Sources
//!
//! - HMRC, income-tax-mtd-changelog: misspelt keywords in schemas
//! - OpenAPI Specification: schema object
//! - JSON Schema 2020-12

use std::collections::HashMap;

use crate::{
    backtracking,
    contract::{OpenApiVersion, keyword},
    contradiction,
    document::{Kind, Node},
    fault::quoted,
    finding::{Complaint, Level},
    nearest::nearest,
    pattern::Pattern,
    rule::{Evidence, Found, Parameter, Rule, Settings},
    schema_words,
    survey::{Edition, Survey, entries},
};

pub(crate) const RULE: Rule = Rule {
    id: "OAS-02",
    name: "known-keywords",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[Parameter {
        name: "extra",
        default: "[]",
        about: "keywords that schemas may have besides, as some generators need them",
    }],
    check: Some(check),
    text: include_str!("known_keywords.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let Some(edition) = survey.edition else { return };
    let mut patterns = HashMap::new();
    for schema in &survey.schemas {
        found.applies();
        for (key, value) in schema.node.entries().filter(|(key, _)| !key.text.starts_with("x-")) {
            if !found.spend(1) {
                return;
            }
            let known = schema_words::is_known(key.text, edition) || settings.list("extra").any(|word| word == key.text);
            if !known {
                found.complain(unknown(key.text, value, edition));
            } else if let Err((what, mend)) = keyword::check_keyword(read_as(edition), key.text, value) {
                found.complain(Complaint::at(value, what).mend(mend));
            }
        }
        formats(schema.node, found);
        for text in patterns_of(schema.node) {
            judge_pattern(text, &mut patterns, found);
        }
        let composed = schema.node.get("allOf").map_or(1, |list| 1 + list.items().count() as u64);
        if !found.spend(composed) {
            return;
        }
        if let Some(what) = contradiction::of(survey, schema.node) {
            let what = format!("{what}: no value can keep this schema");
            found.complain(Complaint::at(schema.node, what).mend("let what it asks agree"));
        }
    }
}

fn read_as(edition: Edition) -> OpenApiVersion {
    match edition {
        Edition::V3_0 => OpenApiVersion::V3_0,
        Edition::V3_1 => OpenApiVersion::V3_1,
        Edition::V3_2 => OpenApiVersion::V3_2,
    }
}

fn unknown<'d>(keyword: &str, value: Node<'d>, edition: Edition) -> Complaint<'d> {
    let what = format!("{} is no keyword of a schema in OpenAPI {edition}", quoted(keyword));
    let mend = match (keyword, edition) {
        ("nullable", _) => "write it as a type: `type: [string, 'null']`".to_owned(),
        (word, Edition::V3_0) if schema_words::is_known(word, Edition::V3_1) => {
            "remove it, or write the contract in OpenAPI 3.1".to_owned()
        }
        (word, _) => match nearest(word, schema_words::known(edition)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if value.kind() == Kind::Map => "if it is a property, put it below `properties`".to_owned(),
            None => "remove it, or let its name begin with `x-`".to_owned(),
        },
    };
    Complaint::at_key(value, what).mend(mend)
}

/// A format that nobody knows may be somebody's own; one that is nearly `date-time` is a mistake.
fn formats<'d>(schema: Node<'d>, found: &mut Found<'d>) {
    let Some(node) = schema.get("format") else { return };
    let Some(format) = node.as_str() else {
        return found.complain(Complaint::at(node, format!("`format` must be a text, this is {}", node.kind())));
    };
    if schema_words::FORMATS.contains(&format) {
        return;
    }
    if let Some(meant) = nearest(format, schema_words::FORMATS.into_iter().filter(|known| known.len() > 4)) {
        let what = format!("{} is no format that tools know", quoted(format));
        found.complain(Complaint::at(node, what).mend(format!("did you mean `{meant}`?")));
    }
}

fn patterns_of<'d>(schema: Node<'d>) -> impl Iterator<Item = (&'d str, Node<'d>)> {
    let own = schema.get("pattern").and_then(|node| Some((node.as_str()?, node)));
    own.into_iter().chain(entries(schema, "patternProperties"))
}

fn judge_pattern<'d>(
    (text, node): (&'d str, Node<'d>),
    judged: &mut HashMap<&'d str, Option<(String, String)>>,
    found: &mut Found<'d>,
) {
    let wrong = judged.entry(text).or_insert_with(|| {
        found.spend(text.len() as u64);
        match Pattern::with_flags(text, "") {
            Err(fault) => Some((fault.what, fault.mend)),
            Ok(_) if backtracking::may_never_end(text) => Some((
                format!("the pattern {} repeats a repetition, and may try for ever", quoted(text)),
                "write it without a repetition inside a repetition".to_owned(),
            )),
            Ok(_) => None,
        }
    });
    if let Some((what, mend)) = wrong {
        let is_key = node.key().is_some_and(|key| key.text == text);
        let complaint = if is_key { Complaint::at_key(node, what.clone()) } else { Complaint::at(node, what.clone()) };
        found.complain(complaint.mend(mend.clone()));
    }
}
