//! `oasExample`: does an example keep to its schema?

use super::{
    Call, Mistake, Options, Remark,
    oas_schema::dialect,
    schema::{answer, detected},
};
use crate::{
    document::{Kind, Node},
    ruleset::{
        ecmascript::Subject,
        format::Format,
        locating::Step,
        schema::{Relaxed, Schema},
    },
};

#[derive(Debug)]
pub(crate) struct OasExample {
    swagger: bool,
    /// Where the schema is, seen from the value; the value itself if none.
    field: Option<String>,
    /// Whether the value is a media type or a parameter, not a schema.
    media: bool,
}

/// An example: where it is below the value, and what it is.
type Example<'d> = (Vec<Step<'d>>, Subject<'d>);

impl OasExample {
    pub(super) fn read(options: &Options) -> Result<OasExample, Vec<Mistake>> {
        options.only("oasExample", &["oasVersion", "schemaField", "type"])?;
        let field = options.text("oasExample", "schemaField")?;
        Ok(OasExample {
            swagger: options.version()?,
            field: field.filter(|field| field != "$"),
            media: options.text("oasExample", "type")?.as_deref() == Some("media"),
        })
    }

    pub(super) fn run<'d>(&self, call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
        let Some(value) = call.subject.node().filter(|node| node.kind() == Kind::Map) else {
            return Vec::new();
        };
        let root = match &self.field {
            Some(field) => call.view.get(value, field),
            None => Some(value),
        };
        let Some(root) = root.filter(|root| matches!(root.kind(), Kind::Map | Kind::Bool)) else {
            return Vec::new();
        };
        let dialect = dialect(call.about).unwrap_or_else(|| detected(root));
        let schema =
            Schema { root, view: call.view, dialect, all: false, relaxed: self.relaxed(call, root), inlines: true };
        let examples = if self.media { self.of_media(call, value) } else { self.of_schema(call, value) };
        let mut used = false;
        let mut remarks = Vec::new();
        for (steps, example) in examples {
            remarks.extend(answer(call, schema, example, &steps, used));
            used |= example.kind().is_some();
        }
        remarks
    }

    fn relaxed(&self, call: &Call<'_, '_>, root: Node<'_>) -> Relaxed {
        let swagger = call.about.is(Format::OAS2);
        let flag = root.get("required").is_some_and(|required| required.kind() == Kind::Bool);
        let mut relaxed = Relaxed { flag_at_root: swagger && flag, x_nullable: swagger, ..Relaxed::default() };
        if self.media {
            let path = (call.path)();
            let is = |steps: &[&str]| {
                steps.iter().enumerate().all(|(at, step)| *step == "*" || path.get(at).is_some_and(|own| own == step))
            };
            let operation_has = |key| is(&["paths", "*", "*", key]);
            relaxed.read_only = !self.swagger && (is(&["components", "requestBodies"]) || operation_has("requestBody"));
            let shared: &[&str] = if self.swagger { &["responses"] } else { &["components", "responses"] };
            relaxed.write_only = is(shared) || operation_has("responses");
        }
        relaxed
    }

    /// The examples beside a schema's keywords.
    fn of_schema<'d>(&self, call: &Call<'_, 'd>, value: Node<'d>) -> Vec<Example<'d>> {
        let fields: &[&'static str] =
            if self.swagger { &["example", "x-example", "default"] } else { &["example", "default"] };
        let there = fields
            .iter()
            .filter_map(|field| Some((vec![Step::from(*field)], Subject::Node(call.view.get(value, field)?))));
        there.collect()
    }

    /// The examples of a media type or a parameter: the single one, else the named ones.
    fn of_media<'d>(&self, call: &Call<'_, 'd>, value: Node<'d>) -> Vec<Example<'d>> {
        let single = call.view.get(value, "example").filter(|_| !self.swagger);
        if let Some(example) = single {
            return vec![(vec!["example".into()], Subject::Node(example))];
        }
        let Some(named) = call.view.get(value, "examples") else {
            return Vec::new();
        };
        let entries: Vec<(Step<'d>, Node<'d>)> = match named.kind() {
            Kind::Map => call.view.entries(named).map(|(key, node)| (key.into(), node)).collect(),
            Kind::List => call
                .view
                .items(named)
                .enumerate()
                .map(|(position, node)| (Step::Owned(position.to_string()), node))
                .collect(),
            _ => Vec::new(),
        };
        let mut examples = Vec::new();
        for (name, example) in entries {
            if self.swagger {
                examples.push((vec!["examples".into(), name], Subject::Node(example)));
            } else if matches!(example.kind(), Kind::Map | Kind::List) && example.get("externalValue").is_none() {
                let inner = call.view.get(example, "value").map_or(Subject::Undefined, Subject::Node);
                examples.push((vec!["examples".into(), name, "value".into()], inner));
            }
        }
        examples
    }
}
