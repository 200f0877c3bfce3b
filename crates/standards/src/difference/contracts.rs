//! Which path of the old contract is which of the new one, and in which order are they compared?

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use crate::{document::Node, finding::Level, sources::Sources};

use super::{
    Difference, Needed, Question, Reading,
    alternatives::Books,
    book::Book,
    catalogue::{Area, Kind},
    change::{Change, Operation},
    endpoint::{Endpoint, Surroundings, named, operations_of},
    families::{
        access, components, deprecated_operations, deprecated_parameters, operation_ids, operations, parameters,
        request_bodies, responses, security_requirements, security_schemes, servers, stability_of_operations, tags,
        versions, webhooks,
    },
    ledger::Ledger,
    pairs::Pairs,
    remainder,
    version::{Bump, Version},
    walk::Walk,
};

pub(super) fn compare(old: &Sources, new: &Sources, question: &Question<'_>) -> Difference {
    let (old_book, new_book) = (Book::of(old), Book::of(new));
    let books = Books { old: &old_book, new: &new_book };
    let mut comparison = Comparison {
        books,
        roots: (old.root(), new.root()),
        question,
        pairs: Pairs::between(&old_book, &new_book, question.reading == Reading::Hansom),
        ledger: Ledger::new(books, question),
        endpoints: Vec::new(),
        shortened: 0,
    };
    comparison.match_operations();
    comparison.pairs.settle();
    comparison.report();
    comparison.judge()
}

struct Comparison<'c, 'd> {
    books: Books<'c, 'd>,
    roots: (Node<'d>, Node<'d>),
    question: &'c Question<'c>,
    pairs: Pairs<'c, 'd>,
    ledger: Ledger<'c, 'd>,
    endpoints: Vec<Endpoint<'d>>,
    shortened: usize,
}

/// A path that both contracts have, and what its variables are called in the new one.
struct PathPair<'d> {
    path: String,
    items: (Node<'d>, Node<'d>),
    renamed: HashMap<&'d str, &'d str>,
    turned: bool,
}

impl<'d> Comparison<'_, 'd> {
    fn match_operations(&mut self) {
        let paths = |root: Node<'d>| root.get("paths");
        let mut pairs = self.match_paths(paths(self.roots.0), paths(self.roots.1));
        pairs.extend(self.match_webhooks());
        for pair in pairs {
            self.match_path(&pair);
        }
    }

    /// Paths that went or came are reported at once; the others are given back.
    fn match_paths(&mut self, old: Option<Node<'d>>, new: Option<Node<'d>>) -> Vec<PathPair<'d>> {
        let entries = |map: Option<Node<'d>>| {
            map.into_iter().flat_map(Node::entries).filter(|(key, _)| !key.text.starts_with("x-"))
        };
        let mut by_form: HashMap<String, Vec<(&'d str, Node<'d>)>> = HashMap::new();
        for (key, node) in entries(new) {
            by_form.entry(without_names(key.text).0).or_default().push((key.text, node));
        }
        let mut pairs = Vec::new();
        let mut met: HashSet<&'d str> = HashSet::new();
        for (key, node) in entries(old) {
            let (form, variables) = without_names(key.text);
            let candidates = by_form.get(&form).map(Vec::as_slice).unwrap_or_default();
            let exact = candidates.iter().find(|(path, _)| *path == key.text);
            let Some((path, other)) = exact.or(candidates.first()) else {
                self.note_path(key.text, node, true);
                continue;
            };
            met.insert(path);
            let renamed = match exact {
                Some(_) => HashMap::new(),
                None => variables.into_iter().zip(without_names(path).1).collect(),
            };
            pairs.push(PathPair { path: key.text.to_owned(), items: (node, *other), renamed, turned: false });
        }
        for (key, node) in entries(new).filter(|(key, _)| !met.contains(key.text)) {
            self.note_path(key.text, node, false);
        }
        pairs
    }

    fn note_path(&mut self, path: &str, item: Node<'d>, gone: bool) {
        let book = if gone { self.books.old } else { self.books.new };
        let found = operations_of(book, item);
        for (method, node) in found {
            let operation = named(&method, path, node);
            if gone {
                operations::note_removed(&operation, node, true, &mut self.ledger);
            } else {
                operations::note_added(&operation, node, &mut self.ledger);
            }
        }
    }

    fn match_webhooks(&mut self) -> Vec<PathPair<'d>> {
        webhooks::look_at_webhooks(self.roots, &mut self.ledger);
        let (old, new) = (self.roots.0.get("webhooks"), self.roots.1.get("webhooks"));
        let both = old.into_iter().flat_map(Node::entries).filter_map(|(key, node)| {
            let other = new?.get(key.text)?;
            Some(PathPair {
                path: format!("webhook:{}", key.text),
                items: (node, other),
                renamed: HashMap::new(),
                turned: self.question.reading == Reading::Hansom,
            })
        });
        both.collect()
    }

    fn match_path(&mut self, pair: &PathPair<'d>) {
        let olds = operations_of(self.books.old, pair.items.0);
        let news = operations_of(self.books.new, pair.items.1);
        for (method, node) in &olds {
            match news.iter().find(|(other, _)| other == method) {
                Some((_, other)) => self.match_operation(pair, method, (*node, *other)),
                None => {
                    let operation = named(method, &pair.path, *node);
                    operations::note_removed(&operation, *node, false, &mut self.ledger);
                }
            }
        }
        for (method, node) in news.iter().filter(|(method, _)| olds.iter().all(|(other, _)| other != method)) {
            operations::note_added(&named(method, &pair.path, *node), *node, &mut self.ledger);
        }
        let items = (self.books.old.sources.follow(pair.items.0), self.books.new.sources.follow(pair.items.1));
        if self.question.reading == Reading::Published {
            let all: Vec<Arc<Operation>> = news.iter().map(|(method, node)| named(method, &pair.path, *node)).collect();
            parameters::look_at_path_parameters(items, &all, &mut self.ledger);
        }
        servers::look_at_servers(items, None, &mut self.ledger);
        remainder::look_at_path(&pair.path, items, &mut self.ledger);
    }

    fn match_operation(&mut self, pair: &PathPair<'d>, method: &str, nodes: (Node<'d>, Node<'d>)) {
        let operation = named(method, &pair.path, nodes.1);
        if !stability_of_operations::look_at_stability(&operation, nodes, &mut self.ledger) {
            return;
        }
        let around = Surroundings {
            books: self.books,
            reading: self.question.reading,
            items: pair.items,
            renamed: &pair.renamed,
            turned: pair.turned,
            notice: self.question.notices,
        };
        let endpoint = Endpoint::of(operation, nodes, &around, &mut self.pairs);
        self.endpoints.push(endpoint);
        self.match_callbacks(pair, method, nodes);
    }

    /// The operations of a callback are compared like those of a webhook. oasdiff does not look at them.
    fn match_callbacks(&mut self, pair: &PathPair<'d>, method: &str, (old, new): (Node<'d>, Node<'d>)) {
        if self.question.reading == Reading::Published || pair.path.contains(" callback:") {
            return;
        }
        let follow = |book: &Book<'d>, node: Node<'d>| book.sources.follow(node);
        let callbacks = old.get("callbacks").into_iter().flat_map(Node::entries);
        let mut inside = Vec::new();
        for (key, node) in callbacks {
            let Some(other) = new.get("callbacks").and_then(|map| map.get(key.text)) else {
                continue;
            };
            let (node, other) = (follow(self.books.old, node), follow(self.books.new, other));
            for (expression, item) in node.entries() {
                let Some(counterpart) = other.get(expression.text) else {
                    continue;
                };
                inside.push(PathPair {
                    path: format!("{} {method} callback:{}", pair.path, key.text),
                    items: (item, counterpart),
                    renamed: HashMap::new(),
                    turned: !pair.turned,
                });
            }
        }
        for pair in inside {
            self.match_path(&pair);
        }
    }

    fn report(&mut self) {
        let endpoints = std::mem::take(&mut self.endpoints);
        for endpoint in &endpoints {
            self.report_operation(endpoint);
        }
        let ledger = &mut self.ledger;
        if let Some(access) = self.question.access {
            access::look_at_access(access, &endpoints, ledger);
        }
        security_requirements::look_at_global_security(self.roots, ledger);
        security_schemes::look_at_schemes(self.roots, ledger);
        servers::look_at_servers(self.roots, None, ledger);
        components::look_at_components(self.roots, ledger);
        remainder::look_at_document(self.roots, ledger);
    }

    fn report_operation(&mut self, endpoint: &Endpoint<'d>) {
        let ledger = &mut self.ledger;
        deprecated_operations::look_at_deprecation(endpoint, ledger, self.question.notices);
        security_requirements::look_at_security(endpoint, self.roots, ledger);
        parameters::look_at_parameters(endpoint, ledger);
        deprecated_parameters::look_at_deprecation(endpoint, ledger, self.question.notices);
        request_bodies::look_at_body(endpoint, ledger);
        responses::look_at_responses(endpoint, ledger);
        webhooks::look_at_callbacks(endpoint, ledger);
        operation_ids::look_at_id(endpoint, ledger);
        tags::look_at_tags(endpoint, ledger);
        servers::look_at_servers((endpoint.old, endpoint.new), Some(&endpoint.operation), ledger);
        remainder::look_at_operation(endpoint, ledger);
        for (site, root) in &endpoint.sites {
            let mut walk = Walk::new(&self.pairs, ledger, site);
            walk.from(*root);
            self.shortened += walk.shortened;
        }
    }

    fn judge(mut self) -> Difference {
        let version = |root: Node<'d>| {
            root.get("info").and_then(|info| info.get("version")).and_then(Node::as_str).and_then(Version::parse)
        };
        let (old, new) = (version(self.roots.0), version(self.roots.1));
        let words = self.pairs.words + self.ledger.words;
        let needed = needed(&self.ledger.changes, !self.ledger.unhandled.is_empty(), words);
        versions::look_at_versions(self.roots, needed, needed == Bump::None, &mut self.ledger);
        Difference {
            changes: self.ledger.changes,
            unhandled: self.ledger.unhandled,
            words,
            shortened: self.shortened,
            old_version: old.map(|version| version.to_string()),
            new_version: new.map(|version| version.to_string()),
            needed: Needed { bump: needed, done: old.zip(new).map(|(old, new)| Bump::between(old, new)) },
        }
    }
}

/// Which number of the version has to go up.
fn needed(changes: &[Change], unhandled: bool, words: usize) -> Bump {
    let of = |change: &Change| match (change.level, change.check.area, change.check.kind) {
        (Level::Error, ..) => Bump::Major,
        (Level::Information, Area::Tags | Area::Components | Area::Info, _) => Bump::Patch,
        (Level::Information, Area::Paths, Kind::Existence) if change.id.starts_with("api-operation-id") => Bump::Patch,
        _ => Bump::Minor,
    };
    let floor = match (unhandled, words) {
        (true, _) => Bump::Minor,
        (false, 0) => Bump::None,
        (false, _) => Bump::Patch,
    };
    changes.iter().map(of).max().unwrap_or(Bump::None).max(floor)
}

/// A path with its variables taken out, and their names.
fn without_names(path: &str) -> (String, Vec<&str>) {
    let mut form = String::with_capacity(path.len());
    let mut names = Vec::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        form.push_str(before);
        form.push_str("{}");
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        names.push(name);
        rest = after;
    }
    form.push_str(rest);
    (form, names)
}
