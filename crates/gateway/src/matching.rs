//! Which operation is meant?
//!
//! Path templates are compared segment by segment in a tree, made when the snapshot is compiled: a literal segment before a
//! parameter, a parameter takes exactly one segment that is not empty.

use std::collections::HashMap;

use hansom_domain::{AccessRule, ApiSlug, Limits, Major, Status};
use http::{HeaderName, HeaderValue, Method};

use crate::{
    lifecycle,
    mock::MockOperation,
    path::CanonicalPath,
    proxy::Upstreams,
    refusal::Refusal,
    snapshot::{Environment, EnvironmentDocument, OperationDocument, Snapshot, Target, VersionDocument},
    story::{Arrival, Notes},
};

const DEEPEST_TEMPLATE: usize = 32;
const MOST_OPERATIONS: usize = 5000;

/// A version ready for look-ups.
#[derive(Debug)]
pub(crate) struct Version {
    pub(crate) api: ApiSlug,
    pub(crate) major: Major,
    pub(crate) limits: Limits,
    pub(crate) target: CompiledTarget,
    /// Fields that every answer of a deprecated version carries.
    pub(crate) lifecycle: Vec<(HeaderName, HeaderValue)>,
    retired: Option<Retired>,
    operations: Vec<Operation>,
    routes: Node,
}

#[derive(Debug)]
struct Retired {
    successor: Option<String>,
}

#[derive(Debug)]
pub(crate) enum CompiledTarget {
    Mock,
    Upstreams(Upstreams),
}

/// An operation ready for look-ups.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: String,
    /// Who may call it; nobody if there is no rule.
    pub(crate) rule: Option<AccessRule>,
    pub(crate) mock: Option<MockOperation>,
}

#[derive(Debug, Default)]
struct Node {
    literals: HashMap<String, Node>,
    parameter: Option<Box<Node>>,
    /// Methods that end here, with the operation's place.
    methods: Vec<(String, usize)>,
}

/// The proof that an operation matches the request.
pub(crate) struct Matched<'s> {
    snapshot: &'s Snapshot,
    environment: &'s Environment,
    version: &'s Version,
    operation: &'s Operation,
    arrival: Arrival,
}

/// Finds the operation, or refuses. Notes what is known on the way.
pub(crate) fn find_operation<'s>(
    snapshot: &'s Snapshot,
    arrival: Arrival,
    notes: &mut Notes<'s>,
) -> Result<Matched<'s>, Refusal> {
    let environment = snapshot.environment(&arrival.environment).ok_or(Refusal::ApiUnknown)?;
    let version = find_version(environment, &arrival.path)?;
    notes.version = Some(version);
    notes.page.write(|entry| {
        entry.api = Some(version.api.clone());
        entry.major = Some(version.major);
    });
    let operation = version.find(&arrival.method, &arrival.path)?;
    notes.page.write(|entry| entry.operation = Some(operation.id.clone()));
    Ok(Matched { snapshot, environment, version, operation, arrival })
}

fn find_version<'s>(environment: &'s Environment, path: &CanonicalPath) -> Result<&'s Version, Refusal> {
    // A path of one segment names at most an API; there is nothing to call.
    let (api, major, _) = path.split().ok_or(Refusal::ApiUnknown)?;
    let versions = environment.versions_of(api).ok_or(Refusal::ApiUnknown)?;
    if let Some(version) = major.parse().ok().and_then(|major: Major| versions.get(&major)) {
        return Ok(version);
    }
    let mut known: Vec<Major> = versions.keys().copied().collect();
    known.sort();
    match versions.values().next() {
        Some(version) => Err(Refusal::VersionUnknown { api: version.api.clone(), known }),
        None => Err(Refusal::ApiUnknown),
    }
}

impl<'s> Matched<'s> {
    pub(crate) fn snapshot(&self) -> &'s Snapshot {
        self.snapshot
    }
    pub(crate) fn environment(&self) -> &'s Environment {
        self.environment
    }
    pub(crate) fn version(&self) -> &'s Version {
        self.version
    }
    pub(crate) fn operation(&self) -> &'s Operation {
        self.operation
    }
    pub(crate) fn arrival(&self) -> &Arrival {
        &self.arrival
    }
}

impl Version {
    pub(crate) fn compile(
        document: &VersionDocument,
        environment: &EnvironmentDocument,
        hub: &str,
    ) -> Result<Self, String> {
        if document.operations.len() > MOST_OPERATIONS {
            return Err(format!("it has more than {MOST_OPERATIONS} operations"));
        }
        let target = match &document.target {
            Target::Mock => CompiledTarget::Mock,
            Target::Upstreams { urls, timeout_ms } => CompiledTarget::Upstreams(Upstreams::compile(urls, *timeout_ms)?),
        };
        let mut routes = Node::default();
        let mut operations = vec![];
        for (place, operation) in document.operations.iter().enumerate() {
            routes.insert(operation, place)?;
            operations.push(Operation::compile(operation, document)?);
        }
        let retired = (document.status == Status::Retired)
            .then(|| Retired { successor: lifecycle::successor(document, environment) });
        Ok(Self {
            api: document.api.clone(),
            major: document.major,
            limits: document.limits,
            target,
            lifecycle: lifecycle::headers(document, environment, hub),
            retired,
            operations,
            routes,
        })
    }

    fn find(&self, method: &Method, path: &CanonicalPath) -> Result<&Operation, Refusal> {
        if let Some(Retired { successor }) = &self.retired {
            let (api, major, successor) = (self.api.clone(), self.major, successor.clone());
            return Err(Refusal::Retired { api, major, successor });
        }
        let unknown = || Refusal::OperationUnknown { api: self.api.clone(), major: self.major };
        let (_, _, below) = path.split().ok_or_else(unknown)?;
        let segments: Vec<&str> = segments(below).take(DEEPEST_TEMPLATE + 1).collect();
        let node = self.routes.find(&segments).ok_or_else(unknown)?;
        let place = node.operation(method).ok_or_else(|| Refusal::MethodNotAllowed { allowed: node.allowed() })?;
        self.operations.get(place).ok_or_else(unknown)
    }
}

/// The segments of what stands below the version; none for nothing and for nothing else than the root template `/`.
fn segments(below: &str) -> impl Iterator<Item = &str> {
    below.split('/').skip(1)
}

impl Operation {
    fn compile(document: &OperationDocument, version: &VersionDocument) -> Result<Self, String> {
        let mock = match (&version.target, &document.contract) {
            (Target::Mock, Some(contract)) => Some(
                MockOperation::compile(contract, &document.path).map_err(|why| format!("{}: {why}", document.id))?,
            ),
            (Target::Mock, None) => {
                return Err(format!("{}: a mock needs the operation's contract", document.id));
            }
            (Target::Upstreams { .. }, _) => None,
        };
        Ok(Self { id: document.id.clone(), rule: version.access.rule_for(&document.id).cloned(), mock })
    }
}

impl Node {
    fn insert(&mut self, operation: &OperationDocument, place: usize) -> Result<(), String> {
        let fault = |why: &str| format!("{} {}: {why}", operation.method, operation.path);
        if Method::from_bytes(operation.method.as_bytes()).is_err()
            || operation.method.contains(|c: char| c.is_ascii_lowercase())
        {
            return Err(fault("the method is no upper-case HTTP method"));
        }
        // `/` alone is the version's own address, with nothing below it.
        let template = if operation.path == "/" { "" } else { operation.path.as_str() };
        if !template.is_empty() && !template.starts_with('/') {
            return Err(fault("the path template does not begin with a slash"));
        }
        let mut node = self;
        for (depth, segment) in segments(template).enumerate() {
            if depth >= DEEPEST_TEMPLATE {
                return Err(fault("the path template has more than 32 segments"));
            }
            node = node.child(segment).map_err(fault)?;
        }
        if node.methods.iter().any(|(method, _)| *method == operation.method) {
            return Err(fault("another operation has the same method and path"));
        }
        node.methods.push((operation.method.clone(), place));
        Ok(())
    }

    fn child(&mut self, segment: &str) -> Result<&mut Node, &'static str> {
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

    fn find(&self, segments: &[&str]) -> Option<&Node> {
        let Some((first, rest)) = segments.split_first() else {
            return (!self.methods.is_empty()).then_some(self);
        };
        let literal = self.literals.get(*first).and_then(|node| node.find(rest));
        literal.or_else(|| {
            let node = self.parameter.as_ref().filter(|_| !first.is_empty())?;
            node.find(rest)
        })
    }

    /// HEAD is served by GET where the contract does not declare it.
    fn operation(&self, method: &Method) -> Option<usize> {
        let of = |name: &str| self.methods.iter().find(|(known, _)| known == name).map(|(_, place)| *place);
        of(method.as_str()).or_else(|| if *method == Method::HEAD { of("GET") } else { None })
    }

    fn allowed(&self) -> Vec<String> {
        let mut allowed: Vec<String> = self.methods.iter().map(|(method, _)| method.clone()).collect();
        if allowed.iter().any(|m| m == "GET") && !allowed.iter().any(|m| m == "HEAD") {
            allowed.push("HEAD".into());
        }
        allowed.sort();
        allowed
    }
}
