//! Was a parameter added or taken away, must it be sent now, or is it written differently?
//!
//! A parameter belongs to an operation whether it is written there or at the path. A path parameter may be renamed: its
//! name is nowhere on the wire. One that moved from the query to a header is one that went and one that came. Parameters
//! that became properties of one exploded object (or the other way round) are still the same on the wire.
//!
//! ```yaml old operation
//! parameters: [{ name: page, in: query, schema: { type: integer } }]
//! responses: { '200': { description: fine } }
//! ```
//! ```yaml new operation
//! parameters: [{ name: owner, in: query, required: true, schema: { type: string } }]
//! responses: { '200': { description: fine } }
//! ```
//! ```changes
//! request-parameter-removed new-required-request-parameter
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "parameters",
    checks: &[
        single_checks! { Existence;
            "new-required-request-parameter" = E (Request Parameters): "An operation has a new parameter that must be sent";
            "new-optional-request-parameter" = I (Request Parameters): "An operation has a new parameter that may be sent";
            "new-request-path-parameter" = E (Request Parameters): "An operation has a new parameter in its path";
            "new-required-request-default-parameter-to-existing-path" = E (Request Parameters): "All operations of a path have a new parameter that must be sent";
            "new-optional-request-default-parameter-to-existing-path" = I (Request Parameters): "All operations of a path have a new parameter that may be sent";
            "request-parameter-removed" = WE (Request Parameters): "A parameter was taken away that was not deprecated";
            "request-parameter-removed-with-deprecation" = I (Request Parameters): "A deprecated parameter was taken away";
            "request-parameter-removed-before-sunset" = E (Request Parameters): "A deprecated parameter was taken away before its sunset";
        },
        single_checks! { Requiredness;
            "request-parameter-became-required" = E (Request Parameters): "A parameter must be sent now";
            "request-parameter-became-optional" = I (Request Parameters): "A parameter need not be sent any more";
        },
        single_checks! { Type;
            "request-parameter-style-changed" = e (Request Parameters): "A parameter is written differently now";
            "request-parameter-reserved-changed" = w (Request Parameters): "It changed whether a parameter may hold reserved characters";
            "request-parameter-empty-value-changed" = w (Request Parameters): "It changed whether a parameter may be empty";
            "request-parameter-content-changed" = e (Request Parameters): "A parameter holds another media type now";
        },
    ],
    keywords: &[],
    source: include_str!("parameters.rs"),
};

/// A parameter of an operation.
#[derive(Clone, Copy)]
pub(in super::super) struct Parameter<'d> {
    pub(in super::super) node: Node<'d>,
    location: &'d str,
    name: &'d str,
    /// It is written at the path, for all operations.
    of_path: bool,
}

/// A parameter that one contract or both have.
pub(in super::super) struct ParameterPair<'d> {
    pub(in super::super) old: Option<Parameter<'d>>,
    pub(in super::super) new: Option<Parameter<'d>>,
    /// The property of an exploded object that the parameter was, or is.
    property: (Option<Node<'d>>, Option<Node<'d>>),
    /// The new one repeats its name for each item of a list.
    pub(in super::super) exploded: bool,
}

impl<'d> Parameter<'d> {
    fn all_at(book: &Book<'d>, node: Node<'d>, of_path: bool) -> Vec<Parameter<'d>> {
        let listed = node.get("parameters").into_iter().flat_map(Node::items);
        let named = listed.filter_map(|node| {
            let node = book.sources.follow(node);
            let text = |name: &str| node.get(name).and_then(Node::as_str);
            Some(Parameter { node, location: text("in")?, name: text("name")?, of_path })
        });
        named.collect()
    }

    /// Those of the operation, and those of the path that it does not write anew.
    fn all_of(book: &Book<'d>, operation: Node<'d>, item: Node<'d>, published: bool) -> Vec<Parameter<'d>> {
        let mut own = Parameter::all_at(book, operation, false);
        if !published {
            let of_path = Parameter::all_at(book, book.sources.follow(item), true);
            let new = of_path.into_iter().filter(|one| !own.iter().any(|other| other.is(one.location, one.name)));
            let new: Vec<_> = new.collect();
            own.extend(new);
        }
        own
    }

    fn is(&self, location: &str, name: &str) -> bool {
        // Names of headers are the same in capital letters.
        self.location == location && (self.name == name || location == "header" && self.name.eq_ignore_ascii_case(name))
    }

    fn is_required(&self) -> bool {
        self.flag("required")
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.node.get(name).and_then(Node::as_bool).unwrap_or_default()
    }

    fn style(&self) -> &'d str {
        let written = self.node.get("style").and_then(Node::as_str);
        written.unwrap_or(if matches!(self.location, "query" | "cookie") { "form" } else { "simple" })
    }

    fn explodes(&self) -> bool {
        self.node.get("explode").and_then(Node::as_bool).unwrap_or(self.style() == "form")
    }

    /// The properties of an object whose properties are sent as parameters of their own.
    fn exploded_property(&self, book: &Book<'d>, name: &str) -> Option<Node<'d>> {
        let written = self.node.get("explode").and_then(Node::as_bool) == Some(true);
        if !written || self.style() != "form" || !matches!(self.location, "query" | "cookie") {
            return None;
        }
        let schema = book.schema(self.node.get("schema")?);
        if schema.types() == ["object"] { schema.property(name) } else { None }
    }

    fn is_exploded_object(&self, book: &Book<'d>) -> bool {
        let schema = self.node.get("schema").map(|node| book.schema(node));
        let first = schema.and_then(|schema| schema.get(Keyword::Properties)?.entries().next());
        first.is_some_and(|(key, _)| self.exploded_property(book, key.text).is_some())
    }
}

impl<'d> ParameterPair<'d> {
    fn new(old: Option<Parameter<'d>>, new: Option<Parameter<'d>>) -> Self {
        let exploded = new.is_some_and(|new| new.style() == "form" && new.explodes());
        ParameterPair { old, new, property: (None, None), exploded }
    }

    /// The schemas to compare.
    pub(in super::super) fn schemas(&self, books: Books<'_, 'd>) -> Option<(Part<'d>, Node<'d>, Node<'d>)> {
        let (old, new) = (self.old?, self.new?);
        let schema = |one: Parameter<'d>, book: &Book<'d>| {
            let content = || one.node.get("content").and_then(|content| content.entries().next()).map(|(_, node)| node);
            one.node.get("schema").or_else(|| book.sources.follow(content()?).get("schema"))
        };
        let part = Part::Parameter {
            location: old.location,
            name: old.name,
            required: (old.is_required(), new.is_required()),
        };
        let old = self.property.0.or_else(|| schema(old, books.old))?;
        let new = self.property.1.or_else(|| schema(new, books.new))?;
        Some((part, old, new))
    }

    pub(in super::super) fn title(&self) -> String {
        let one = self.old.or(self.new);
        one.map(|one| format!("{} parameter `{}`", one.location, one.name)).unwrap_or_default()
    }

    pub(in super::super) fn nodes(&self) -> Nodes<'d> {
        (self.old.map(|one| one.node), self.new.map(|one| one.node))
    }
}

/// Finds the parameters of an operation that belong together.
pub(in super::super) fn matched_parameters<'d>(
    old: Node<'d>,
    new: Node<'d>,
    around: &Surroundings<'_, 'd>,
) -> Vec<ParameterPair<'d>> {
    let published = around.reading == Reading::Published;
    let books = around.books;
    let mut olds = Parameter::all_of(books.old, old, around.items.0, published);
    let mut news = Parameter::all_of(books.new, new, around.items.1, published);
    let mut pairs = Vec::new();
    match_exploded(&mut olds, &mut news, books, &mut pairs);
    for old in olds {
        let name = match around.renamed.get(old.name) {
            Some(renamed) if old.location == "path" => renamed,
            _ => old.name,
        };
        let position = news.iter().position(|new| new.is(old.location, name));
        pairs.push(ParameterPair::new(Some(old), position.map(|position| news.remove(position))));
    }
    pairs.extend(news.into_iter().map(|new| ParameterPair::new(None, Some(new))));
    pairs
}

/// Parameters that became properties of an exploded object, and the other way round.
fn match_exploded<'d>(
    olds: &mut Vec<Parameter<'d>>,
    news: &mut Vec<Parameter<'d>>,
    books: Books<'_, 'd>,
    pairs: &mut Vec<ParameterPair<'d>>,
) {
    gather(olds, books.old, news, books.new, |simple, object, property| {
        let mut pair = ParameterPair::new(Some(simple), Some(object));
        pair.property.1 = Some(property);
        pairs.push(pair);
    });
    gather(news, books.new, olds, books.old, |simple, object, property| {
        let mut pair = ParameterPair::new(Some(object), Some(simple));
        pair.property.0 = Some(property);
        pairs.push(pair);
    });
}

fn gather<'d>(
    simple: &mut Vec<Parameter<'d>>,
    simple_book: &Book<'d>,
    objects: &mut Vec<Parameter<'d>>,
    objects_book: &Book<'d>,
    mut found: impl FnMut(Parameter<'d>, Parameter<'d>, Node<'d>),
) {
    objects.retain(|object| {
        if !object.is_exploded_object(objects_book) {
            return true;
        }
        let before = simple.len();
        simple.retain(|one| {
            let matches = one.location == object.location && !one.is_exploded_object(simple_book);
            match object.exploded_property(objects_book, one.name).filter(|_| matches) {
                Some(property) => {
                    found(*one, *object, property);
                    false
                }
                None => true,
            }
        });
        simple.len() == before
    });
}

/// Says which parameters came, went, or changed outside their schemas.
pub(in super::super) fn look_at_parameters<'d>(endpoint: &Endpoint<'d>, ledger: &mut Ledger<'_, 'd>) {
    for pair in &endpoint.parameters {
        match (pair.old, pair.new) {
            (Some(old), None) => note_removed(endpoint, ledger, pair, old),
            (None, Some(new)) => note_added(endpoint, ledger, pair, new),
            (Some(old), Some(new)) => note_changed(endpoint, ledger, pair, old, new),
            (None, None) => {}
        }
    }
}

fn note_added<'d>(endpoint: &Endpoint<'d>, ledger: &mut Ledger<'_, 'd>, pair: &ParameterPair<'d>, new: Parameter<'d>) {
    let id = match (new.location, new.is_required(), new.of_path) {
        ("path", _, _) => "new-request-path-parameter",
        (_, true, false) => "new-required-request-parameter",
        (_, false, false) => "new-optional-request-parameter",
        (_, true, true) => "new-required-request-default-parameter-to-existing-path",
        (_, false, true) => "new-optional-request-default-parameter-to-existing-path",
    };
    let word = if new.is_required() { "required" } else { "optional" };
    let from = elsewhere(&endpoint.parameters, new, |pair| pair.old.filter(|_| pair.new.is_none()));
    let moved = from.map(|old| format!("; it moved here from {}", old.location)).unwrap_or_default();
    let text = format!("{}: the {word} parameter was added{moved}", pair.title());
    ledger.enter_as(id, Some(&endpoint.operation), pair.nodes(), text);
}

fn note_removed<'d>(
    endpoint: &Endpoint<'d>,
    ledger: &mut Ledger<'_, 'd>,
    pair: &ParameterPair<'d>,
    old: Parameter<'d>,
) {
    let sunset = old.node.get("x-sunset");
    let day = sunset.and_then(Node::as_str).and_then(Day::parse);
    let (id, why) = match (old.flag("deprecated"), sunset, day) {
        (false, _, _) => ("request-parameter-removed", String::new()),
        (true, None, _) => ("request-parameter-removed-with-deprecation", "; it was deprecated".to_owned()),
        (true, Some(_), None) => ("request-parameter-sunset-parse", "; its `x-sunset` is no date".to_owned()),
        (true, Some(_), Some(day)) if ledger.today < day => {
            ("request-parameter-removed-before-sunset", format!("; it was promised until {day}"))
        }
        (true, Some(_), Some(day)) => {
            if ledger.reading == Reading::Published {
                return;
            }
            ("request-parameter-removed-with-deprecation", format!("; it was promised until {day}"))
        }
    };
    let to = elsewhere(&endpoint.parameters, old, |pair| pair.new.filter(|_| pair.old.is_none()));
    let moved = to.map(|new| format!("; it moved to {}", new.location)).unwrap_or_default();
    let text = format!("{}: the parameter was taken away{why}{moved}", pair.title());
    ledger.enter_as(id, Some(&endpoint.operation), pair.nodes(), text);
}

/// A parameter of the same name that came or went in another place.
fn elsewhere<'d>(
    pairs: &[ParameterPair<'d>],
    one: Parameter<'d>,
    pick: impl Fn(&ParameterPair<'d>) -> Option<Parameter<'d>>,
) -> Option<Parameter<'d>> {
    pairs.iter().filter_map(pick).find(|other| other.name == one.name && other.location != one.location)
}

fn note_changed<'d>(
    endpoint: &Endpoint<'d>,
    ledger: &mut Ledger<'_, 'd>,
    pair: &ParameterPair<'d>,
    old: Parameter<'d>,
    new: Parameter<'d>,
) {
    let mut note = |id: &str, name: &str, what: &str| {
        let nodes = (old.node.get(name).or(Some(old.node)), new.node.get(name).or(Some(new.node)));
        ledger.enter_as(id, Some(&endpoint.operation), nodes, format!("{}: {what}", pair.title()));
    };
    match (old.is_required(), new.is_required()) {
        (false, true) => note("request-parameter-became-required", "required", "it must be sent now"),
        (true, false) => note("request-parameter-became-optional", "required", "it need not be sent any more"),
        _ => {}
    }
    let alone = pair.property.0.is_none() && pair.property.1.is_none();
    if alone && (old.style() != new.style() || old.explodes() != new.explodes()) {
        note("request-parameter-style-changed", "style", "it is written differently now (`style`, `explode`)");
    }
    if old.flag("allowReserved") != new.flag("allowReserved") {
        note("request-parameter-reserved-changed", "allowReserved", "`allowReserved` changed");
    }
    if old.flag("allowEmptyValue") != new.flag("allowEmptyValue") {
        note("request-parameter-empty-value-changed", "allowEmptyValue", "`allowEmptyValue` changed");
    }
    let media = |one: Parameter<'d>| one.node.get("content").and_then(|content| content.entries().next());
    if media(old).map(|(key, _)| key.text) != media(new).map(|(key, _)| key.text) {
        note("request-parameter-content-changed", "content", "its `content` changed");
    }
}

/// In oasdiff's reading, what is written at the path is looked at by itself, and only for what was added.
pub(in super::super) fn look_at_path_parameters<'d>(
    items: (Node<'d>, Node<'d>),
    operations: &[Arc<Operation>],
    ledger: &mut Ledger<'_, 'd>,
) {
    let olds = Parameter::all_at(ledger.books.old, items.0, true);
    for new in Parameter::all_at(ledger.books.new, items.1, true) {
        if new.location == "path" || olds.iter().any(|old| old.is(new.location, new.name)) {
            continue;
        }
        let word = if new.is_required() { "required" } else { "optional" };
        let id = format!("new-{word}-request-default-parameter-to-existing-path");
        for operation in operations {
            let text = format!("{} parameter `{}`: the {word} parameter was added to the path", new.location, new.name);
            ledger.enter_as(&id, Some(operation), (None, Some(new.node)), text);
        }
    }
}
