//! Where does a path below a version lead?
//!
//! Path templates in a tree, segment by segment: a literal segment before a parameter, a parameter takes exactly one segment
//! that is not empty. There are very many of these trees and they never change, so a node is three short sorted slices.

use std::collections::BTreeMap;

use http::Method;

use crate::path::CanonicalPath;

const DEEPEST_TEMPLATE: usize = 32;

/// The path templates of a version.
#[derive(Debug, Default)]
pub(crate) struct Routes(Node);

/// A place in the tree.
#[derive(Debug, Default)]
pub(crate) struct Node {
    literals: Box<[(Box<str>, Node)]>,
    parameter: Option<Box<Node>>,
    /// Methods that end here, with the operation's place.
    methods: Box<[(Method, u32)]>,
}

impl Routes {
    /// What a path leads to; `below` is what follows the version, with its leading slash.
    pub(crate) fn find(&self, below: &str) -> Option<&Node> {
        self.0.find(below)
    }

    /// The template that a path matches; a parameter is `{}`, as nobody needs its name to match.
    pub(crate) fn template(&self, below: &str) -> Option<String> {
        let mut segments = vec![];
        self.0.trace(below, &mut segments).then(|| segments.concat())
    }
}

impl Node {
    fn find(&self, below: &str) -> Option<&Node> {
        let Some(below) = below.strip_prefix('/') else {
            return (!self.methods.is_empty()).then_some(self);
        };
        let (segment, rest) = match below.find('/') {
            Some(end) => below.split_at_checked(end)?,
            None => (below, ""),
        };
        let literal = self.literals.binary_search_by(|(known, _)| known.as_ref().cmp(segment)).ok();
        let literal = literal.and_then(|place| self.literals.get(place)).and_then(|(_, node)| node.find(rest));
        literal.or_else(|| self.parameter.as_ref().filter(|_| !segment.is_empty())?.find(rest))
    }

    /// Goes the way of [`Node::find`], and notes it.
    fn trace<'p>(&self, below: &'p str, way: &mut Vec<&'p str>) -> bool {
        let Some(inner) = below.strip_prefix('/') else { return !self.methods.is_empty() };
        let end = inner.find('/').map_or(below.len(), |end| end.saturating_add(1));
        let Some((segment, rest)) = below.split_at_checked(end) else { return false };
        let name = segment.get(1..).unwrap_or_default();
        let before = way.len();
        let literal = self.literals.binary_search_by(|(known, _)| known.as_ref().cmp(name)).ok();
        if let Some((_, node)) = literal.and_then(|place| self.literals.get(place)) {
            way.push(segment);
            if node.trace(rest, way) {
                return true;
            }
            way.truncate(before);
        }
        let Some(node) = self.parameter.as_ref().filter(|_| !name.is_empty()) else { return false };
        way.push("/{}");
        node.trace(rest, way) || {
            way.truncate(before);
            false
        }
    }

    /// The place of the operation; HEAD is served by GET where the contract does not declare it.
    pub(crate) fn operation(&self, method: &Method) -> Option<usize> {
        let of = |wanted: &Method| self.methods.iter().find(|(known, _)| known == wanted).map(|(_, place)| *place);
        let place = of(method).or_else(|| if *method == Method::HEAD { of(&Method::GET) } else { None })?;
        usize::try_from(place).ok()
    }

    /// The methods that lead on from here, for `Allow`.
    pub(crate) fn allowed(&self) -> Vec<String> {
        let mut allowed: Vec<String> = self.methods.iter().map(|(method, _)| method.as_str().to_owned()).collect();
        if allowed.iter().any(|method| method == "GET") && !allowed.iter().any(|method| method == "HEAD") {
            allowed.push("HEAD".into());
        }
        allowed.sort();
        allowed
    }
}

/// A tree that still grows.
#[derive(Debug, Default)]
pub(crate) struct Growing {
    literals: BTreeMap<String, Growing>,
    parameter: Option<Box<Growing>>,
    methods: Vec<(Method, u32)>,
}

impl Growing {
    /// Adds an operation by its method, its template and its place, or says why no tree can hold it.
    pub(crate) fn insert(&mut self, method: &str, template: &str, place: usize) -> Result<(), String> {
        let fault = |why: &str| format!("{method} {template}: {why}");
        let known = Method::from_bytes(method.as_bytes()).ok().filter(|_| !method.contains(is_lower_case));
        let known = known.ok_or_else(|| fault("the method is no upper-case HTTP method"))?;
        // `/` alone is the version's own address, with nothing below it.
        let below = if template == "/" { "" } else { template };
        if !below.is_empty() && !below.starts_with('/') {
            return Err(fault("the path template does not begin with a slash"));
        }
        let mut node = self;
        for (depth, segment) in below.split('/').skip(1).enumerate() {
            if depth >= DEEPEST_TEMPLATE {
                return Err(fault("the path template has more than 32 segments"));
            }
            node = node.child(segment).map_err(fault)?;
        }
        if node.methods.iter().any(|(method, _)| *method == known) {
            return Err(fault("another operation has the same method and path"));
        }
        node.methods.push((known, u32::try_from(place).map_err(|_| fault("there are too many operations"))?));
        Ok(())
    }

    fn child(&mut self, segment: &str) -> Result<&mut Growing, &'static str> {
        let inner = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}'));
        if let Some(name) = inner {
            if name.is_empty() || name.contains(['{', '}']) {
                return Err("a path parameter must be a whole segment, such as {id}");
            }
            return Ok(self.parameter.get_or_insert_default());
        }
        if segment.contains(['{', '}']) {
            return Err("a path parameter must be a whole segment, such as {id}");
        }
        let canonical =
            CanonicalPath::read(&format!("/{segment}")).map_err(|_| "the path template could be read in two ways")?;
        let literal = canonical.as_str().trim_start_matches('/').to_owned();
        if literal.is_empty() {
            return Err("the path template has an empty segment or a slash at its end");
        }
        Ok(self.literals.entry(literal).or_default())
    }

    /// The tree in its last and smallest form.
    pub(crate) fn grown(self) -> Routes {
        Routes(self.node())
    }

    fn node(self) -> Node {
        Node {
            literals: self.literals.into_iter().map(|(name, node)| (name.into(), node.node())).collect(),
            parameter: self.parameter.map(|node| Box::new(node.node())),
            methods: self.methods.into(),
        }
    }
}

fn is_lower_case(c: char) -> bool {
    c.is_ascii_lowercase()
}
