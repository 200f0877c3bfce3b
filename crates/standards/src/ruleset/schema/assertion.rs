//! Which keywords look at a value alone, and what does each say if it does not hold?

use super::{Detail, Run, Scope, format};
use crate::{
    document::{Kind, Node},
    ruleset::{
        ecmascript::{Subject, equal, number, quoted, string},
        view::View,
    },
};

impl<'d> Run<'_, 'd> {
    /// Whether there is a reason to stop, since a keyword of the same group did not hold.
    pub(super) fn stops(&self, scope: Scope<'d>, before: usize) -> bool {
        !scope.all && self.violations.len() > before
    }

    pub(super) fn one_of_values(&mut self, schema: Node<'d>, value: Subject<'d>, scope: Scope<'d>) {
        let before = self.violations.len();
        let view = self.schema.view;
        if let Some(wanted) = schema.get("const")
            && !equal(value, self.view, Subject::Node(view.open(wanted)), view)
        {
            let detail = Detail::default();
            self.say(schema, scope, "const", "must be equal to constant".to_owned(), detail);
        }
        if self.stops(scope, before) {
            return;
        }
        if let Some(allowed) = schema.get("enum").filter(|node| node.kind() == Kind::List)
            && !view.items(allowed).any(|one| equal(value, self.view, Subject::Node(one), view))
        {
            let allowed = view.items(allowed).map(|one| (json(one), one.as_str().map(str::to_owned))).collect();
            let detail = Detail { allowed, ..Detail::default() };
            self.say(schema, scope, "enum", "must be equal to one of the allowed values".to_owned(), detail);
        }
    }

    pub(super) fn number(&mut self, schema: Node<'d>, value: Subject<'d>, scope: Scope<'d>) {
        let before = self.violations.len();
        let Some(own) = value.as_f64() else {
            return;
        };
        for (keyword, exclusive) in [("maximum", "exclusiveMaximum"), ("minimum", "exclusiveMinimum")] {
            let strict = schema.get(exclusive).and_then(Node::as_bool) == Some(true);
            self.limit(schema, scope, keyword, strict, own);
            if self.stops(scope, before) {
                return;
            }
        }
        for keyword in ["exclusiveMaximum", "exclusiveMinimum"] {
            self.limit(schema, scope, keyword, true, own);
            if self.stops(scope, before) {
                return;
            }
        }
        if let Some(step) = schema.get("multipleOf").and_then(Node::as_f64) {
            let times = own / step;
            if step == 0.0 || times.fract() != 0.0 || times.is_infinite() {
                let message = format!("must be multiple of {}", number(step));
                self.say(schema, scope, "multipleOf", message, Detail::default());
            }
        }
        if self.stops(scope, before) {
            return;
        }
        let name = schema.get("format").and_then(Node::as_str);
        if let Some(name) = name.filter(|name| !format::number_fits(name, own)) {
            self.say(schema, scope, "format", format!("must match format \"{name}\""), Detail::default());
        }
    }

    fn limit(&mut self, schema: Node<'d>, scope: Scope<'d>, keyword: &'static str, strict: bool, own: f64) {
        let Some(limit) = schema.get(keyword).and_then(Node::as_f64) else {
            return;
        };
        let upper = keyword.ends_with("aximum");
        let (holds, sign) = match (upper, strict) {
            (true, false) => (own <= limit, "<="),
            (true, true) => (own < limit, "<"),
            (false, false) => (own >= limit, ">="),
            (false, true) => (own > limit, ">"),
        };
        if !holds {
            self.say(schema, scope, keyword, format!("must be {sign} {}", number(limit)), Detail::default());
        }
    }

    pub(super) fn text(&mut self, schema: Node<'d>, value: Subject<'d>, scope: Scope<'d>) {
        let before = self.violations.len();
        let Some(own) = value.as_str() else {
            return;
        };
        self.sizes(schema, scope, own.chars().count(), ["maxLength", "minLength"], "characters");
        if self.stops(scope, before) {
            return;
        }
        if let Some(pattern) = schema.get("pattern").and_then(Node::as_str)
            && !self.expressions.matches(pattern, own)
        {
            let message = format!("must match pattern \"{pattern}\"");
            self.say(schema, scope, "pattern", message, Detail::default());
        }
        if self.stops(scope, before) {
            return;
        }
        if let Some(name) = schema.get("format").and_then(Node::as_str)
            && !format::text_fits(name, own, self.expressions)
        {
            self.say(schema, scope, "format", format!("must match format \"{name}\""), Detail::default());
        }
    }

    pub(super) fn sizes(
        &mut self,
        schema: Node<'d>,
        scope: Scope<'d>,
        own: usize,
        [most, least]: [&'static str; 2],
        of_what: &str,
    ) {
        let own = own as f64;
        if let Some(limit) = schema.get(most).and_then(Node::as_f64)
            && own > limit
        {
            let message = format!("must NOT have more than {} {of_what}", number(limit));
            self.say(schema, scope, most, message, Detail::default());
            if !scope.all {
                return;
            }
        }
        if let Some(limit) = schema.get(least).and_then(Node::as_f64)
            && own < limit
        {
            let message = format!("must NOT have fewer than {} {of_what}", number(limit));
            self.say(schema, scope, least, message, Detail::default());
        }
    }

    pub(super) fn unique(&mut self, schema: Node<'d>, value: Node<'d>, scope: Scope<'d>) {
        if schema.get("uniqueItems").and_then(Node::as_bool) != Some(true) {
            return;
        }
        let items: Vec<Node<'d>> = self.view.items(value).collect();
        let alike =
            |one: Node<'d>, other: Node<'d>| equal(Subject::Node(one), self.view, Subject::Node(other), self.view);
        let found = items.iter().enumerate().rev().find_map(|(later, one)| {
            let earlier = items.iter().take(later).rposition(|other| alike(*one, *other))?;
            Some((later, earlier))
        });
        if let Some((i, j)) = found {
            let message = format!("must NOT have duplicate items (items ## {j} and {i} are identical)");
            self.say(schema, scope, "uniqueItems", message, Detail::default());
        }
    }

    pub(super) fn required(&mut self, schema: Node<'d>, value: Node<'d>, scope: Scope<'d>) {
        let Some(required) = schema.get("required").filter(|node| node.kind() == Kind::List) else {
            return;
        };
        for item in required.items() {
            // What is no text is looked for by its text.
            let name = &*string(Subject::Node(item));
            if self.view.get(value, name).is_some() || self.is_relaxed(schema, name, scope) {
                continue;
            }
            let message = format!("must have required property '{name}'");
            let detail = Detail { property: Some(name.to_owned()), ..Detail::default() };
            self.say(schema, scope, "required", message, detail);
            if !scope.all {
                return;
            }
        }
    }

    /// Whether a property need not be there, since it is only read in a request or only written in a response.
    fn is_relaxed(&self, schema: Node<'d>, name: &str, scope: Scope<'d>) -> bool {
        let relaxed = self.schema.relaxed;
        if scope.negated || !(relaxed.read_only || relaxed.write_only) {
            return false;
        }
        let view = self.schema.view;
        let property = schema.get("properties").and_then(|properties| view.get(properties, name));
        let says = |key| property.and_then(|node| node.get(key)).and_then(Node::as_bool) == Some(true);
        (relaxed.read_only && says("readOnly")) || (relaxed.write_only && says("writeOnly"))
    }

    pub(super) fn dependent_required(
        &mut self,
        schema: Node<'d>,
        keyword: &'static str,
        value: Node<'d>,
        scope: Scope<'d>,
    ) {
        let Some(dependencies) = schema.get(keyword) else {
            return;
        };
        for (property, needed) in dependencies.entries() {
            if needed.kind() != Kind::List || self.view.get(value, property.text).is_none() {
                continue;
            }
            let names: Vec<&str> = needed.items().filter_map(Node::as_str).collect();
            for name in &names {
                if self.view.get(value, name).is_some() {
                    continue;
                }
                let noun = if names.len() == 1 { "property" } else { "properties" };
                let message =
                    format!("must have {noun} {} when property {} is present", names.join(", "), property.text);
                self.say(schema, scope, keyword, message, Detail::default());
                if !scope.all {
                    return;
                }
            }
        }
    }
}

/// A value as JSON in one line; what lies deep is left out.
fn json(node: Node<'_>) -> String {
    match node.kind() {
        Kind::Text => quoted(node.as_str().unwrap_or_default()),
        Kind::List | Kind::Map => {
            let (nodes, bytes) = node.weight();
            if nodes > 100 || bytes > 10_000 { "…".to_owned() } else { node.to_json().to_string() }
        }
        _ => string(Subject::Node(node)).into_owned(),
    }
}

/// The positions of a list as a view sees them.
pub(super) fn positions<'d>(view: View<'d>, list: Node<'d>) -> impl Iterator<Item = (usize, Node<'d>)> {
    view.items(list).enumerate()
}
