//! Which operation of the old contract is which of the new one, and what are their parts?

use std::{collections::HashMap, sync::Arc};

use crate::document::{Key, Kind, Node};

use super::{
    Reading,
    alternatives::Books,
    book::Book,
    change::Operation,
    content::{MediaPair, matched_content},
    families::parameters::{ParameterPair, matched_parameters},
    pairs::Pairs,
    view::{Part, Site},
};

/// The methods of a path item that may hold an operation.
const METHODS: [&str; 10] = ["get", "head", "post", "put", "patch", "delete", "options", "trace", "query", "connect"];

/// An operation that is in both contracts.
pub(super) struct Endpoint<'d> {
    pub(super) operation: Arc<Operation>,
    pub(super) old: Node<'d>,
    pub(super) new: Node<'d>,
    pub(super) parameters: Vec<ParameterPair<'d>>,
    pub(super) bodies: Vec<MediaPair<'d>>,
    pub(super) responses: Vec<ResponsePair<'d>>,
    /// The schemas to look at, each with the number of its pair.
    pub(super) sites: Vec<(Site<'d>, usize)>,
    /// The API calls and the other side answers, as with webhooks and callbacks.
    pub(super) turned: bool,
}

/// A response that both contracts have for a status.
pub(super) struct ResponsePair<'d> {
    pub(super) status: &'d str,
    pub(super) old: Node<'d>,
    pub(super) new: Node<'d>,
    pub(super) content: Vec<MediaPair<'d>>,
}

/// What an operation needs to be compared besides itself.
pub(super) struct Surroundings<'s, 'd> {
    pub(super) books: Books<'s, 'd>,
    pub(super) reading: Reading,
    pub(super) items: (Node<'d>, Node<'d>),
    /// What the variables of the old path are called in the new one; empty if the paths are the same.
    pub(super) renamed: &'s HashMap<&'d str, &'d str>,
    pub(super) turned: bool,
    pub(super) notice: Notices,
}

/// How many days of notice are asked for before something deprecated may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Notices {
    /// For what is promised to be stable.
    pub stable: u32,
    /// For what is promised to be beta.
    pub beta: u32,
}

impl Notices {
    /// The days for a level of stability, as `x-stability-level` says it.
    pub(super) fn for_level(self, level: Option<&str>) -> u32 {
        match level {
            Some("draft" | "alpha") => 0,
            Some("beta") => self.beta,
            _ => self.stable,
        }
    }
}

/// The operations of a path item: method in capital letters, and node.
pub(super) fn operations_of<'d>(book: &Book<'d>, item: Node<'d>) -> Vec<(String, Node<'d>)> {
    let item = book.sources.follow(item);
    let written = METHODS.into_iter().filter_map(|method| Some((method.to_uppercase(), item.get(method)?)));
    let further = item.get("additionalOperations").into_iter().flat_map(Node::entries);
    let mut operations: Vec<(String, Node<'d>)> = written.collect();
    operations.extend(further.map(|(key, node)| (key.text.to_uppercase(), node)));
    operations.retain(|(_, node)| node.kind() == Kind::Map);
    operations
}

/// What an operation is called in changes.
pub(super) fn named(method: &str, path: &str, node: Node<'_>) -> Arc<Operation> {
    let id = node.get("operationId").and_then(Node::as_str).map(str::to_owned);
    Arc::new(Operation { method: method.to_owned(), path: path.to_owned(), id })
}

impl<'d> Endpoint<'d> {
    /// Finds the parts of an operation that belong together, and asks for their schemas to be compared.
    pub(super) fn of(
        operation: Arc<Operation>,
        (old, new): (Node<'d>, Node<'d>),
        around: &Surroundings<'_, 'd>,
        pairs: &mut Pairs<'_, 'd>,
    ) -> Endpoint<'d> {
        let parameters = matched_parameters(old, new, around);
        let body = |book: &Book<'d>, node: Node<'d>| node.get("requestBody").map(|body| book.sources.follow(body));
        let bodies = match (body(around.books.old, old), body(around.books.new, new)) {
            (Some(old), Some(new)) => matched_content(around.books, old.get("content"), new.get("content")),
            _ => Vec::new(),
        };
        let responses = matched_responses(old, new, around.books);
        let mut endpoint =
            Endpoint { operation, old, new, parameters, bodies, responses, sites: Vec::new(), turned: around.turned };
        endpoint.ask(around, pairs);
        endpoint
    }

    fn ask(&mut self, around: &Surroundings<'_, 'd>, pairs: &mut Pairs<'_, 'd>) {
        let mut asked = Vec::new();
        for pair in &self.parameters {
            asked.extend(pair.schemas(around.books).map(|(part, old, new)| (part, false, pair.exploded, old, new)));
        }
        let several = self.bodies.len() > 1;
        for pair in &self.bodies {
            asked.extend(
                pair.schemas().map(|(old, new)| (Part::Request { media: pair.name }, several, false, old, new)),
            );
        }
        for response in &self.responses {
            for (name, old, new) in headers_of(response, around.books) {
                let part = Part::Header { status: response.status, name };
                if let (Some(old), Some(new)) = (old.get("schema"), new.get("schema")) {
                    asked.push((part, false, false, old, new));
                }
            }
            let several = response.content.len() > 1;
            for pair in &response.content {
                let part = Part::Response { status: response.status, media: pair.name };
                asked.extend(pair.schemas().map(|(old, new)| (part, several, false, old, new)));
            }
        }
        let stability = self.new.get("x-stability-level").and_then(Node::as_str);
        for (part, several, exploded, old, new) in asked {
            if let Some(number) = pairs.ask(old, new) {
                let site = Site {
                    operation: self.operation.clone(),
                    part,
                    several,
                    exploded,
                    turned: self.turned,
                    notice: around.notice.for_level(stability),
                };
                self.sites.push((site, number));
            }
        }
    }
}

/// The headers that both versions of a response have.
pub(super) fn headers_of<'d>(
    response: &ResponsePair<'d>,
    books: Books<'_, 'd>,
) -> impl Iterator<Item = (&'d str, Node<'d>, Node<'d>)> {
    let new = response.new.get("headers");
    response.old.get("headers").into_iter().flat_map(Node::entries).filter_map(move |(key, old)| {
        let new = header_of(new, key.text)?;
        Some((key.text, books.old.sources.follow(old), books.new.sources.follow(new)))
    })
}

/// The header of a name. In names of headers capital letters are the same as small ones.
pub(super) fn header_of<'d>(headers: Option<Node<'d>>, name: &str) -> Option<Node<'d>> {
    let headers = headers?;
    let same = |(key, node): (Key<'d>, Node<'d>)| key.text.eq_ignore_ascii_case(name).then_some(node);
    headers.get(name).or_else(|| headers.entries().find_map(same))
}

fn matched_responses<'d>(old: Node<'d>, new: Node<'d>, books: Books<'_, 'd>) -> Vec<ResponsePair<'d>> {
    let responses = |node: Node<'d>| node.get("responses");
    let pairs = responses(old).into_iter().flat_map(Node::entries).filter_map(|(key, old)| {
        let new = responses(new)?.get(key.text)?;
        let (old, new) = (books.old.sources.follow(old), books.new.sources.follow(new));
        let content = matched_content(books, old.get("content"), new.get("content"));
        Some(ResponsePair { status: key.text, old, new, content })
    });
    pairs.collect()
}
