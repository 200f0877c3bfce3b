//! Where does a document depart from the structure that OpenAPI gives it?

use std::collections::{HashMap, VecDeque};

use super::{DOCUMENT, Field, Object, Others, PARAMETER, PATH_ITEM, RESPONSE, Wants};
use crate::{
    document::{Kind, Node},
    fault::quoted,
    finding::Complaint,
    nearest::nearest,
    rewriting,
    rule::Found,
    sources::reference_of,
    survey::{Edition, Survey},
};

/// What a schema is called where an object was wanted.
const SCHEMA: &str = "a schema";

/// Complains about everything that is not as the tables say.
pub(crate) fn walk<'d>(survey: &Survey<'d>, edition: Edition, found: &mut Found<'d>) {
    let mut walk =
        Walk { survey, edition, found, waiting: Vec::new(), referred: VecDeque::new(), seen: HashMap::new() };
    walk.waiting.push((survey.root(), &DOCUMENT));
    walk.drain();
    // What only a reference leads to comes last: by then it is known what everything else in the document is.
    while let Some(referral) = walk.referred.pop_front() {
        walk.follow(referral);
        walk.drain();
    }
}

struct Walk<'s, 'd, 'f> {
    survey: &'s Survey<'d>,
    edition: Edition,
    found: &'f mut Found<'d>,
    waiting: Vec<(Node<'d>, &'static Object)>,
    referred: VecDeque<Referral<'d>>,
    /// What each node was taken for.
    seen: HashMap<(u32, u32), &'static str>,
}

/// A `$ref` where an object is wanted.
struct Referral<'d> {
    reference: Node<'d>,
    target: Node<'d>,
    wanted: &'static Object,
}

impl<'d> Walk<'_, 'd, '_> {
    fn drain(&mut self) {
        while let Some((node, object)) = self.waiting.pop() {
            if !self.found.spend(1) {
                return;
            }
            if self.seen.insert(identity(node), object.name).is_none() {
                self.object(node, object);
            }
        }
    }

    fn follow(&mut self, Referral { reference, target, wanted }: Referral<'d>) {
        match self.seen.get(&identity(target)) {
            None => self.waiting.push((target, wanted)),
            Some(name) if *name == wanted.name => {}
            Some(name) => {
                let what = format!("the reference leads to {name}, and {} is wanted", wanted.name);
                self.found.complain(Complaint::at(reference, what).mend(format!("refer to {}", wanted.name)));
            }
        }
    }

    fn object(&mut self, node: Node<'d>, object: &'static Object) {
        self.found.applies();
        if let Some(reference) = node.get("$ref").filter(|_| object.referable) {
            let target = reference_of(node).and_then(|text| self.survey.sources.target(node, text));
            self.referred.extend(target.map(|target| Referral { reference, target, wanted: object }));
            if !std::ptr::eq(object, &PATH_ITEM) {
                return;
            }
        }
        if node.kind() != Kind::Map {
            let what = format!("{} must be a map, this is {}", object.name, node.kind());
            self.found.complain(Complaint::at(node, what).mend("write its fields, each with its value"));
            return;
        }
        for (key, value) in node.entries() {
            if !key.text.starts_with("x-") {
                match object.fields.iter().find(|field| field.name == key.text) {
                    Some(field) => self.field(*field, value, object),
                    None => self.other(key.text, value, object),
                }
            }
        }
        for field in object.fields.iter().filter(|field| field.is_needed(self.edition)) {
            if node.get(field.name).is_none() {
                let what = format!("{} has no `{}`", object.name, field.name);
                self.found.complain(Complaint::at_key(node, what).mend(format!("add `{}`", field.name)));
            }
        }
        self.beyond_the_tables(node, object);
    }

    fn field(&mut self, field: Field, value: Node<'d>, object: &'static Object) {
        if field.since > self.edition {
            let what = format!("`{}` of {} came with OpenAPI {}", field.name, object.name, field.since);
            let mend = format!("remove it, or write the contract in OpenAPI {}", field.since);
            self.found.complain(Complaint::at_key(value, what).mend(mend));
            return;
        }
        match field.wants {
            Wants::Text => self.must(value, field.name, value.as_str().is_some(), "a text"),
            Wants::Word(words) => {
                let fits = value.as_str().is_some_and(|text| words.contains(&text));
                self.must(value, field.name, fits, &format!("one of {}", words.join(", ")));
            }
            Wants::Flag => self.must(value, field.name, value.as_bool().is_some(), "true or false"),
            Wants::Texts => {
                let fits = value.kind() == Kind::List && value.items().all(|item| item.as_str().is_some());
                self.must(value, field.name, fits, "a list of texts");
            }
            Wants::NamedTexts => {
                let fits = value.kind() == Kind::Map && value.entries().all(|(_, item)| item.as_str().is_some());
                self.must(value, field.name, fits, "a map from names to texts");
            }
            Wants::Map => self.must(value, field.name, value.kind() == Kind::Map, "a map"),
            Wants::Requirements => {
                let fits = value.kind() == Kind::List && value.items().all(is_requirement);
                self.must(value, field.name, fits, "a list of maps from schemes to lists of scopes");
            }
            Wants::Anything => {}
            Wants::Schema => self.schema(value),
            Wants::One(object) => self.waiting.push((value, object)),
            Wants::Schemas | Wants::Several(_) | Wants::Named(_) | Wants::Components(_) => self.several(field, value),
        }
    }

    fn several(&mut self, field: Field, value: Node<'d>) {
        match field.wants {
            Wants::Several(object) => {
                self.must(value, field.name, value.kind() == Kind::List, "a list");
                self.waiting.extend(value.items().map(|item| (item, object)));
                return;
            }
            Wants::Named(object) | Wants::Components(object) => {
                self.waiting.extend(value.entries().map(|(_, item)| (item, object)));
            }
            _ => value.entries().for_each(|(_, schema)| self.schema(schema)),
        }
        self.must(value, field.name, value.kind() == Kind::Map, "a map");
        if matches!(field.wants, Wants::Schemas | Wants::Components(_)) {
            let fits = |name: &str| {
                !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
            };
            for (key, component) in value.entries().filter(|(key, _)| !fits(key.text)) {
                let what = format!("a component cannot be called {}", quoted(key.text));
                self.found.complain(Complaint::at_key(component, what).mend("use letters, digits, `.`, `_` and `-`"));
            }
        }
    }

    fn other(&mut self, key: &str, value: Node<'d>, object: &'static Object) {
        let (wanted, mend) = match object.others {
            Others::Paths => {
                self.waiting.push((value, &PATH_ITEM));
                (key.starts_with('/'), "begin the path with `/`".to_owned())
            }
            Others::Expressions => {
                self.waiting.push((value, &PATH_ITEM));
                (true, String::new())
            }
            Others::Statuses => {
                self.waiting.push((value, &RESPONSE));
                (is_status(key), "write a status of three digits, `4XX` for a hundred of them, or `default`".to_owned())
            }
            Others::None => {
                let known = object.fields.iter().filter(|field| field.since <= self.edition).map(|field| field.name);
                let mend = match nearest(key, known) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "remove it, or let its name begin with `x-`".to_owned(),
                };
                (false, mend)
            }
        };
        if !wanted {
            let what = format!("{} is nothing that {} has", quoted(key), object.name);
            self.found.complain(Complaint::at_key(value, what).mend(mend));
        }
    }

    /// What the specification says in words.
    fn beyond_the_tables(&mut self, node: Node<'d>, object: &'static Object) {
        if std::ptr::eq(object, &PARAMETER) {
            let in_path = node.get("in").and_then(Node::as_str) == Some("path");
            if in_path && node.get("required").and_then(Node::as_bool) != Some(true) {
                let fix = match node.get("required") {
                    None => rewriting::entry("say that it is required", node, "required", "true"),
                    Some(_) => None,
                };
                let what = "a parameter in the path has no `required: true`";
                self.found.complain(Complaint::at(node, what).mend("add `required: true`").maybe_fix(fix));
            }
        }
        let holds = object.fields.iter().any(|field| field.name == "schema")
            && object.fields.iter().any(|field| field.name == "content");
        if holds {
            let what = match (node.get("schema").is_some(), node.get("content").is_some()) {
                (true, true) => format!("{} has both `schema` and `content`", object.name),
                (false, false) => format!("{} has neither `schema` nor `content`", object.name),
                _ => return,
            };
            self.found.complain(Complaint::at(node, what).mend("let it have one of the two"));
        }
        if matches!(object.others, Others::Statuses) && node.entries().next().is_none() {
            self.found.complain(Complaint::at_key(node, "there is no response").mend("write at least one"));
        }
    }

    fn schema(&mut self, node: Node<'d>) {
        self.seen.insert(identity(node), SCHEMA);
        if !matches!(node.kind(), Kind::Map | Kind::Bool) {
            let what = format!("a schema must be a map, this is {}", node.kind());
            self.found.complain(Complaint::at(node, what).mend("write `type: …`, or `$ref: …`"));
        }
    }

    fn must(&mut self, value: Node<'d>, name: &str, fits: bool, what: &str) {
        if !fits {
            let what = format!("`{name}` must be {what}, this is {}", shown(value));
            self.found.complain(Complaint::at(value, what));
        }
    }
}

fn identity(node: Node<'_>) -> (u32, u32) {
    (node.document().number(), node.id())
}

fn shown(value: Node<'_>) -> String {
    value.as_str().map_or_else(|| value.kind().to_string(), quoted)
}

fn is_requirement(node: Node<'_>) -> bool {
    let is_list = |list: Node<'_>| list.kind() == Kind::List && list.items().all(|item| item.as_str().is_some());
    node.kind() == Kind::Map && node.entries().all(|(_, scopes)| is_list(scopes))
}

fn is_status(key: &str) -> bool {
    let (first, rest) = key.split_at_checked(1).unwrap_or_default();
    let digits = rest.len() == 2 && rest.bytes().all(|byte| byte.is_ascii_digit());
    matches!(first, "1" | "2" | "3" | "4" | "5") && (digits || rest == "XX")
}
