//! Examples and defaults keep to their own schemas.
//!
//! Every example of a body, a parameter or a header, and every example and default of a schema is a value that the
//! schema allows; every value of an `enum` is one that the rest of the schema allows.
//!
//! # Why
//!
//! People copy examples and mocks answer with them. An example that the API itself would refuse costs each consumer
//! an hour, and their trust in the rest.
//!
//! # What to do
//!
//! Correct the example; or the schema, if the example is what the API really sends.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     get:
//!       parameters:
//!         - name: limit
//!           in: query
//!           schema: { type: integer, maximum: 100 }
//!           example: 500 # wrong
//!       responses:
//!         '200':
//!           description: The repairs.
//!           content:
//!             application/json:
//!               schema: { $ref: '#/components/schemas/Repair' }
//!               example:
//!                 repairId: REP-1
//!                 status: lost # wrong
//! components:
//!   schemas:
//!     Repair:
//!       type: object
//!       required: [repairId]
//!       properties:
//!         repairId: { type: string }
//!         status:
//!           type: string
//!           enum:
//!             - open
//!             - done
//!             - 7 # wrong
//!           default: new # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! components:
//!   schemas:
//!     Repair:
//!       type: object
//!       required: [repairId]
//!       properties:
//!         repairId: { type: string }
//!         status: { type: string, enum: [open, done], default: open }
//!       example: { repairId: REP-1, status: done }
//! ```
//!
//! # Sources
//!
//! - Belgif, REST guide: `oas-exampl`, `oas-defaul`, `oas-enum`
//! - Logius, API Design Rules: linter
//! - AgID (Italy), OpenAPI rules: examples

use std::collections::HashSet;

use crate::{
    document::{Kind, Node},
    finding::{Complaint, Level},
    keeping::{Keeping, Kept, Travels, below},
    media_type::is_json,
    rule::{Evidence, Found, Rule, Settings},
    shape::types,
    survey::{Body, Survey, entries},
};

pub(crate) const RULE: Rule = Rule {
    id: "OAS-08",
    name: "valid-examples",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[],
    check: Some(check),
    text: include_str!("valid_examples.rs"),
};

fn check<'d>(survey: &Survey<'d>, _: &Settings, found: &mut Found<'d>) {
    let mut judge = Judge { survey, keeping: Keeping::of(survey), judged: HashSet::new(), found };
    for body in &survey.bodies {
        judge.body(body);
    }
    for parameter in &survey.parameters {
        let travels = if parameter.answers { Travels::Out } else { Travels::In };
        judge.examples(parameter.node, travels, true);
    }
    for schema in survey.schemas.iter().filter(|schema| schema.node.kind() == Kind::Map) {
        let travels = match (schema.in_requests, schema.in_responses) {
            (true, false) => Travels::In,
            (false, true) => Travels::Out,
            _ => Travels::Either,
        };
        judge.schema(schema.node, travels);
    }
}

struct Judge<'s, 'd, 'f> {
    survey: &'s Survey<'d>,
    keeping: Keeping<'d>,
    /// Pairs of value and schema: shared examples meet the same schema again and again.
    judged: HashSet<[(u32, u32); 2]>,
    found: &'f mut Found<'d>,
}

impl<'d> Judge<'_, 'd, '_> {
    fn body(&mut self, body: &Body<'d>) {
        let travels = if body.answers { Travels::Out } else { Travels::In };
        self.examples(body.node, travels, is_json(body.media_type));
    }

    /// The examples of a media type, a parameter or a header. Where bodies are no JSON, a text is the body as it is
    /// sent, which no schema describes.
    fn examples(&mut self, around: Node<'d>, travels: Travels, json: bool) {
        let Some(schema) = around.get("schema") else { return };
        let single = around.get("example");
        let named = entries(around, "examples").filter_map(|(_, example)| {
            let example = self.survey.follow(example);
            example.get("value").or_else(|| example.get("dataValue"))
        });
        let values: Vec<Node<'d>> = single.into_iter().chain(named).collect();
        for value in values.into_iter().filter(|value| json || value.as_str().is_none()) {
            self.value(schema, value, travels, "example");
        }
    }

    fn schema(&mut self, schema: Node<'d>, travels: Travels) {
        let several = schema.get("examples").into_iter().flat_map(Node::items);
        let examples: Vec<Node<'d>> = schema.get("example").into_iter().chain(several).collect();
        for example in examples {
            self.value(schema, example, travels, "example");
        }
        if let Some(default) = schema.get("default") {
            self.value(schema, default, travels, "default");
        }
        // Only the type is asked: what else a schema says of its values is as often as not left to the list.
        for value in schema.get("enum").into_iter().flat_map(Node::items) {
            if types(schema).next().is_some() && value.kind() != Kind::Null {
                self.value(schema, value, travels, "value of `enum`");
            }
        }
    }

    fn value(&mut self, schema: Node<'d>, value: Node<'d>, travels: Travels, called: &str) {
        let pair = [value, self.survey.follow(schema)].map(|node| (node.document().number(), node.id()));
        if !self.judged.insert(pair) || !self.found.spend(10) {
            return;
        }
        self.found.applies();
        match self.keeping.keeps(schema, value, travels) {
            Kept::Yes => {}
            Kept::Cut => self.found.cut(),
            Kept::No { at, what } => {
                let place = below(value, &at);
                let inside = if at.is_empty() { String::new() } else { format!(" breaks its schema at `{at}`: it") };
                self.found.complain(Complaint::at(place, format!("the {called}{inside} {what}")));
            }
        }
    }
}
