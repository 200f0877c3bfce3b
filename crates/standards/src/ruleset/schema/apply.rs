//! Which keywords apply other schemas, to the same value or to what is inside it?

use super::{Detail, Place, Run, Scope, Seen, assertion::positions, below, has};
use crate::{
    document::{Kind, Node},
    ruleset::{ecmascript::Subject, view::address},
};

impl<'d> Run<'_, 'd> {
    /// The keywords for any value.
    pub(super) fn any(
        &mut self,
        schema: Node<'d>,
        value: Subject<'d>,
        scope: Scope<'d>,
        mut seen: Option<&mut Seen<'d>>,
    ) {
        let before = self.violations.len();
        self.reference(schema, value, scope, seen.as_deref_mut());
        if self.stops(scope, before) {
            return;
        }
        self.one_of_values(schema, value, scope);
        if self.stops(scope, before) {
            return;
        }
        self.not(schema, value, scope);
        if self.stops(scope, before) {
            return;
        }
        self.any_of(schema, value, scope, seen.as_deref_mut());
        if self.stops(scope, before) {
            return;
        }
        self.one_of(schema, value, scope, seen.as_deref_mut());
        if self.stops(scope, before) {
            return;
        }
        if let Some(parts) = list_at(schema, "allOf") {
            for part in parts {
                self.holds(part, value, scope, seen.as_deref_mut());
                if self.stops(scope, before) {
                    return;
                }
            }
        }
        self.conditional(schema, value, scope, seen);
    }

    pub(super) fn reference(
        &mut self,
        schema: Node<'d>,
        value: Subject<'d>,
        scope: Scope<'d>,
        mut seen: Option<&mut Seen<'d>>,
    ) {
        for keyword in ["$ref", "$dynamicRef", "$recursiveRef"] {
            let Some(text) = schema.get(keyword).and_then(Node::as_str) else {
                continue;
            };
            let meta = scope.meta.filter(|_| keyword == "$dynamicRef" && text == "#meta");
            let Some((target, root)) = meta.map(|meta| (meta, meta)).or_else(|| self.target(text, scope)) else {
                continue;
            };
            // What is compiled by itself ends at its own first violation, even while a branch is tried out.
            let inlined = scope.tried && self.schema.inlines && !holds_reference(target);
            let inner = if inlined { scope } else { Scope { piece: address(target), root, tried: false, ..scope } };
            let mut own = seen.is_some().then(Seen::default);
            let holds = self.holds(target, value, inner, own.as_mut());
            // What is known from the schema alone counts in any case.
            if let (Some(seen), Some(own)) = (seen.as_deref_mut(), own)
                && (holds || !own.depends)
            {
                seen.merge(own);
            }
        }
    }

    /// Applies a schema. What it looks at counts as looked at only if it holds.
    fn holds_and_sees(
        &mut self,
        schema: Node<'d>,
        value: Subject<'d>,
        scope: Scope<'d>,
        seen: Option<&mut Seen<'d>>,
    ) -> bool {
        let mut own = seen.is_some().then(Seen::default);
        let holds = self.holds(schema, value, scope, own.as_mut());
        if let (Some(seen), Some(own)) = (seen, own) {
            seen.depends = true;
            if holds {
                seen.merge(own);
            }
        }
        holds
    }

    /// Tries a schema out; the violations remain.
    fn tries(&mut self, schema: Node<'d>, value: Subject<'d>, scope: Scope<'d>, seen: Option<&mut Seen<'d>>) -> bool {
        self.holds(schema, value, Scope { tried: true, ..scope }, seen)
    }

    fn not(&mut self, schema: Node<'d>, value: Subject<'d>, scope: Scope<'d>) {
        let Some(negated) = schema.get("not") else {
            return;
        };
        let before = self.violations.len();
        let inner = Scope { all: false, negated: true, ..scope };
        let holds = self.tries(negated, value, inner, None);
        self.violations.truncate(before);
        if holds {
            self.say(schema, scope, "not", "must NOT be valid".to_owned(), Detail::default());
        }
    }

    fn any_of(&mut self, schema: Node<'d>, value: Subject<'d>, scope: Scope<'d>, seen: Option<&mut Seen<'d>>) {
        let Some(parts) = list_at(schema, "anyOf") else {
            return;
        };
        let before = self.violations.len();
        let mut any = false;
        let mut all_seen = seen.is_some().then(Seen::default);
        for part in parts {
            let mut own = all_seen.is_some().then(Seen::default);
            if self.tries(part, value, scope, own.as_mut()) {
                any = true;
                match (all_seen.as_mut(), own) {
                    (Some(all), Some(own)) => all.merge(own),
                    _ => break,
                }
            }
        }
        if any {
            self.violations.truncate(before);
            if let (Some(seen), Some(all)) = (seen, all_seen) {
                seen.merge(all);
                seen.depends = true;
            }
        } else {
            self.say(schema, scope, "anyOf", "must match a schema in anyOf".to_owned(), Detail::default());
        }
    }

    fn one_of(&mut self, schema: Node<'d>, value: Subject<'d>, scope: Scope<'d>, seen: Option<&mut Seen<'d>>) {
        let Some(parts) = list_at(schema, "oneOf") else {
            return;
        };
        let before = self.violations.len();
        let mut matched = 0;
        let mut all_seen = seen.is_some().then(Seen::default);
        for part in parts {
            let mut own = all_seen.is_some().then(Seen::default);
            if self.tries(part, value, scope, own.as_mut()) {
                matched += 1;
                if let (Some(all), Some(own)) = (all_seen.as_mut(), own) {
                    all.merge(own);
                }
            }
        }
        if matched == 1 {
            self.violations.truncate(before);
            if let (Some(seen), Some(all)) = (seen, all_seen) {
                seen.merge(all);
                seen.depends = true;
            }
        } else {
            let detail = Detail { several_matched: matched > 1, ..Detail::default() };
            self.say(schema, scope, "oneOf", "must match exactly one schema in oneOf".to_owned(), detail);
        }
    }

    fn conditional(&mut self, schema: Node<'d>, value: Subject<'d>, scope: Scope<'d>, mut seen: Option<&mut Seen<'d>>) {
        let Some(condition) = schema.get("if") else {
            return;
        };
        if !has(schema, "then") && !has(schema, "else") {
            return;
        }
        let before = self.violations.len();
        let mut own = seen.is_some().then(Seen::default);
        let met = self.tries(condition, value, Scope { all: false, ..scope }, own.as_mut());
        self.violations.truncate(before);
        if let (Some(seen), Some(own)) = (seen.as_deref_mut(), own) {
            seen.merge(own);
        }
        let branch = if met { "then" } else { "else" };
        if let Some(part) = schema.get(branch)
            && !self.holds_and_sees(part, value, scope, seen)
        {
            if !scope.all && !scope.tried {
                return;
            }
            self.say(schema, scope, "if", format!("must match \"{branch}\" schema"), Detail::default());
        }
    }

    /// Applies a schema to a part of the value.
    fn inside(&mut self, schema: Node<'d>, part: Node<'d>, place: Place<'d>, scope: Scope<'d>) -> bool {
        self.places.push(place);
        let holds = self.holds(schema, Subject::Node(part), scope, None);
        self.places.pop();
        holds
    }

    /// The keywords for lists.
    pub(super) fn list(
        &mut self,
        schema: Node<'d>,
        value: Subject<'d>,
        scope: Scope<'d>,
        mut seen: Option<&mut Seen<'d>>,
    ) {
        let Some(list) = value.node() else {
            return;
        };
        let before = self.violations.len();
        if has(schema, "maxItems") || has(schema, "minItems") {
            let count = self.view.items(list).count();
            self.sizes(schema, scope, count, ["maxItems", "minItems"], "items");
            if self.stops(scope, before) {
                return;
            }
        }
        self.items(schema, list, scope, seen.as_deref_mut());
        if self.stops(scope, before) {
            return;
        }
        self.contains(schema, list, scope);
        if self.stops(scope, before) {
            return;
        }
        self.unique(schema, list, scope);
        if self.stops(scope, before) {
            return;
        }
        self.unevaluated_items(schema, list, scope, seen);
    }

    fn items(&mut self, schema: Node<'d>, list: Node<'d>, scope: Scope<'d>, seen: Option<&mut Seen<'d>>) {
        let before = self.violations.len();
        let items = schema.get("items").map(|items| self.schema.view.open(items));
        let old_tuple = items.filter(|items| items.kind() == Kind::List);
        let new_tuple = schema.get("prefixItems").filter(|_| self.schema.dialect == super::Dialect::Draft2020);
        let tuple: Vec<Node<'d>> = old_tuple.or(new_tuple).map(|tuple| tuple.items().collect()).unwrap_or_default();
        let rest = if old_tuple.is_some() { schema.get("additionalItems") } else { items };
        let rest_keyword = if old_tuple.is_some() { "additionalItems" } else { "items" };
        if let Some(seen) = seen {
            seen.items = seen.items.max(tuple.len());
            seen.every_item |= rest.is_some();
        }
        let rest_is_false = rest.and_then(Node::as_bool) == Some(false);
        // Of the old keywords that for the rest comes first, of the new ones that for the beginning.
        let too_many = rest_is_false && (old_tuple.is_some() || new_tuple.is_some());
        if too_many && old_tuple.is_some() {
            self.no_more_items(schema, list, tuple.len(), rest_keyword, scope);
            if self.stops(scope, before) {
                return;
            }
        }
        for (position, item) in positions(self.view, list) {
            let part = match tuple.get(position) {
                Some(part) => *part,
                None => match rest {
                    Some(rest) if !too_many => rest,
                    _ => break,
                },
            };
            self.inside(part, item, Place::Item(position), scope);
            if self.stops(scope, before) {
                return;
            }
        }
        if too_many && old_tuple.is_none() {
            self.no_more_items(schema, list, tuple.len(), rest_keyword, scope);
        }
    }

    fn no_more_items(
        &mut self,
        schema: Node<'d>,
        list: Node<'d>,
        most: usize,
        keyword: &'static str,
        scope: Scope<'d>,
    ) {
        if self.view.items(list).count() > most {
            let message = format!("must NOT have more than {most} items");
            self.say(schema, scope, keyword, message, Detail::default());
        }
    }

    fn contains(&mut self, schema: Node<'d>, list: Node<'d>, scope: Scope<'d>) {
        let Some(wanted) = schema.get("contains") else {
            return;
        };
        let before = self.violations.len();
        let bound = |key| schema.get(key).and_then(Node::as_f64).filter(|_| self.schema.dialect.tracks_evaluation());
        let least = bound("minContains").unwrap_or(1.0);
        let most = bound("maxContains");
        let mut count = 0.0;
        for (position, item) in positions(self.view, list) {
            self.places.push(Place::Item(position));
            if self.tries(wanted, Subject::Node(item), scope, None) {
                count += 1.0;
            }
            self.places.pop();
        }
        let holds = count >= least && most.is_none_or(|most| count <= most);
        // What each item lacks is told only beside other violations: the list alone is wrong, not each of its items.
        if holds || (!scope.all && !scope.tried) {
            self.violations.truncate(before);
        }
        if holds {
            return;
        }
        let message = match most {
            None => format!("must contain at least {least} valid item(s)"),
            Some(most) => format!("must contain at least {least} and no more than {most} valid item(s)"),
        };
        self.say(schema, scope, "contains", message, Detail::default());
    }

    fn unevaluated_items(&mut self, schema: Node<'d>, list: Node<'d>, scope: Scope<'d>, seen: Option<&mut Seen<'d>>) {
        let (Some(rest), Some(seen)) = (schema.get("unevaluatedItems"), seen) else {
            return;
        };
        if seen.every_item {
            return;
        }
        let before = self.violations.len();
        if rest.as_bool() == Some(false) {
            if self.view.items(list).count() > seen.items {
                let message = format!("must NOT have more than {} items", seen.items);
                self.say(schema, scope, "unevaluatedItems", message, Detail::default());
            }
        } else {
            for (position, item) in positions(self.view, list).skip(seen.items) {
                self.inside(rest, item, Place::Item(position), scope);
                if self.stops(scope, before) {
                    return;
                }
            }
        }
        seen.every_item = true;
    }

    /// The keywords for maps.
    pub(super) fn map(
        &mut self,
        schema: Node<'d>,
        value: Subject<'d>,
        scope: Scope<'d>,
        mut seen: Option<&mut Seen<'d>>,
    ) {
        let Some(map) = value.node() else {
            return;
        };
        let before = self.violations.len();
        if has(schema, "maxProperties") || has(schema, "minProperties") {
            let count = self.view.entries(map).count();
            self.sizes(schema, scope, count, ["maxProperties", "minProperties"], "properties");
            if self.stops(scope, before) {
                return;
            }
        }
        self.required(schema, map, scope);
        if self.stops(scope, before) {
            return;
        }
        self.property_names(schema, map, scope);
        if self.stops(scope, before) {
            return;
        }
        self.additional(schema, map, scope, seen.as_deref_mut());
        if self.stops(scope, before) {
            return;
        }
        self.dependencies(schema, "dependencies", "dependencies", value, scope, seen.as_deref_mut());
        if self.stops(scope, before) {
            return;
        }
        self.properties(schema, map, scope, seen.as_deref_mut());
        if self.stops(scope, before) {
            return;
        }
        self.dependencies(schema, "dependentRequired", "dependentSchemas", value, scope, seen.as_deref_mut());
        if self.stops(scope, before) {
            return;
        }
        self.unevaluated_properties(schema, map, scope, seen);
    }

    fn property_names(&mut self, schema: Node<'d>, map: Node<'d>, scope: Scope<'d>) {
        let Some(names) = schema.get("propertyNames") else {
            return;
        };
        for (key, _) in self.view.entries(map) {
            if !self.tries(names, Subject::Key(key), scope, None) {
                self.say(schema, scope, "propertyNames", "property name must be valid".to_owned(), Detail::default());
                if !scope.all {
                    return;
                }
            }
        }
    }

    /// The schemas of `patternProperties` that a key meets.
    fn by_pattern(&self, schema: Node<'d>, key: &str) -> Vec<Node<'d>> {
        let patterns = schema.get("patternProperties").into_iter().flat_map(Node::entries);
        patterns.filter(|(pattern, _)| self.expressions.matches(pattern.text, key)).map(|(_, part)| part).collect()
    }

    fn additional(&mut self, schema: Node<'d>, map: Node<'d>, scope: Scope<'d>, seen: Option<&mut Seen<'d>>) {
        let Some(rest) = schema.get("additionalProperties") else {
            return;
        };
        if let Some(seen) = seen {
            seen.every_property = true;
        }
        let forbidden = rest.as_bool() == Some(false);
        if rest.as_bool() == Some(true) {
            return;
        }
        let properties = schema.get("properties").map(|node| self.schema.view.open(node));
        for (key, value) in self.view.entries(map) {
            if properties.and_then(|properties| properties.get(key)).is_some()
                || !self.by_pattern(schema, key).is_empty()
            {
                continue;
            }
            let holds = if forbidden {
                let detail = Detail { property: Some(key.to_owned()), ..Detail::default() };
                let message = "must NOT have additional properties".to_owned();
                self.say(schema, scope, "additionalProperties", message, detail);
                false
            } else {
                self.inside(rest, value, Place::Key(key), scope)
            };
            if !holds && !scope.all {
                return;
            }
        }
    }

    fn properties(&mut self, schema: Node<'d>, map: Node<'d>, scope: Scope<'d>, mut seen: Option<&mut Seen<'d>>) {
        let before = self.violations.len();
        if let Some(properties) = schema.get("properties") {
            for (key, part) in self.schema.view.open(properties).entries() {
                if let Some(seen) = seen.as_deref_mut() {
                    seen.properties.push(key.text);
                }
                if let Some(value) = self.view.get(map, key.text) {
                    self.inside(part, value, Place::Key(key.text), scope);
                    if self.stops(scope, before) {
                        return;
                    }
                }
            }
        }
        if !has(schema, "patternProperties") {
            return;
        }
        if let Some(seen) = seen.as_deref_mut() {
            seen.depends = true;
        }
        for (key, value) in self.view.entries(map) {
            for part in self.by_pattern(schema, key) {
                if let Some(seen) = seen.as_deref_mut() {
                    seen.properties.push(key);
                }
                self.inside(part, value, Place::Key(key), scope);
                if self.stops(scope, before) {
                    return;
                }
            }
        }
    }

    fn dependencies(
        &mut self,
        schema: Node<'d>,
        lists: &'static str,
        schemas: &'static str,
        value: Subject<'d>,
        scope: Scope<'d>,
        mut seen: Option<&mut Seen<'d>>,
    ) {
        let (Some(map), before) = (value.node(), self.violations.len()) else {
            return;
        };
        self.dependent_required(schema, lists, map, scope);
        if self.stops(scope, before) {
            return;
        }
        for (property, part) in schema.get(schemas).into_iter().flat_map(Node::entries) {
            if part.kind() == Kind::List || self.view.get(map, property.text).is_none() {
                continue;
            }
            self.holds_and_sees(part, value, scope, seen.as_deref_mut());
            if self.stops(scope, before) {
                return;
            }
        }
    }

    fn unevaluated_properties(
        &mut self,
        schema: Node<'d>,
        map: Node<'d>,
        scope: Scope<'d>,
        seen: Option<&mut Seen<'d>>,
    ) {
        let (Some(rest), Some(seen)) = (schema.get("unevaluatedProperties"), seen) else {
            return;
        };
        if seen.every_property {
            return;
        }
        seen.every_property = true;
        let forbidden = rest.as_bool() == Some(false);
        for (key, value) in self.view.entries(map) {
            if seen.properties.contains(&key) {
                continue;
            }
            let holds = if forbidden {
                let detail = Detail { property: Some(key.to_owned()), ..Detail::default() };
                let message = "must NOT have unevaluated properties".to_owned();
                self.say(schema, scope, "unevaluatedProperties", message, detail);
                false
            } else {
                self.inside(rest, value, Place::Key(key), scope)
            };
            if !holds && !scope.all {
                return;
            }
        }
    }
}

fn list_at<'d>(schema: Node<'d>, keyword: &str) -> Option<impl Iterator<Item = Node<'d>>> {
    schema.get(keyword).filter(|node| node.kind() == Kind::List).map(Node::items)
}

/// Whether there is any reference in a schema, so that it is compiled by itself.
fn holds_reference(schema: Node<'_>) -> bool {
    below(schema).any(|node| node.key().is_some_and(|key| matches!(key.text, "$ref" | "$recursiveRef" | "$dynamicRef")))
}
