//! Which operation is meant?
//!
//! The API and the version are found in the snapshot by their names, the operation in the version's tree of path templates.

use std::{collections::HashMap, sync::Arc};

use hansom_domain::{AccessRules, ApiSlug, EnvironmentName, GroupAddress, Major, OperationSet, Status};
use http::{HeaderValue, Method};

use crate::{
    cors::CrossOrigin,
    lifecycle,
    limits::{Plan, Plans},
    mock::{MockOperation, Mocks, Proof},
    path::CanonicalPath,
    refusal::Refusal,
    routes::{Growing, Routes},
    snapshot::{Environment, OperationDocument, Snapshot, Target, VersionDocument},
    story::{Arrival, Core, Notes},
    upstreams::Upstreams,
};

const MOST_OPERATIONS: usize = 5000;

/// A version ready for look-ups.
#[derive(Debug)]
pub(crate) struct Version {
    pub(crate) api: ApiSlug,
    pub(crate) major: Major,
    /// Bytes that a request's body may have, where the version allows fewer than the platform.
    pub(crate) largest_body: Option<u64>,
    /// Which other origins may call it.
    pub(crate) cross_origin: Option<Box<CrossOrigin>>,
    pub(crate) target: CompiledTarget,
    /// Fields that every answer of a deprecated version carries.
    pub(crate) lifecycle: Box<[(&'static str, HeaderValue)]>,
    retired: Option<Retired>,
    operations: Box<[Operation]>,
    routes: Routes,
}

#[derive(Debug)]
struct Retired {
    successor: Option<String>,
}

#[derive(Debug)]
pub(crate) enum CompiledTarget {
    Mock,
    Upstreams(Box<Upstreams>),
}

/// An operation ready for look-ups.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: Arc<str>,
    /// Whether a WebSocket may come of it: whether the contract declares an answer 101.
    pub(crate) upgrades: bool,
    /// Who may call it; nobody if there is no rule.
    pub(crate) rule: Option<Arc<Rule>>,
    pub(crate) mock: Option<Arc<MockOperation>>,
    /// Which limits hold.
    pub(crate) plan: Arc<Plan>,
}

/// Who may call the operations of a rule.
#[derive(Debug)]
pub(crate) struct Rule {
    /// People in any of these groups.
    pub(crate) groups: Box<[GroupAddress]>,
    /// Applications with a grant for the operation.
    pub(crate) granted_applications: bool,
    /// Anyone, without a token.
    pub(crate) anyone: bool,
}

/// The rules of a version by the operations that they are for.
struct Rules<'d> {
    rules: Vec<Arc<Rule>>,
    /// The first rule that names the operation.
    by_operation: HashMap<&'d str, usize>,
    /// The first rule for every operation.
    of_every: Option<usize>,
}

/// What a version is compiled among.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    pub(crate) environment: &'a EnvironmentName,
    /// The environment's address.
    pub(crate) base_url: &'a str,
    /// The hub's.
    pub(crate) hub: &'a str,
    pub(crate) proof: Proof,
    pub(crate) mocks: &'a Arc<Mocks>,
}

/// The proof that an operation matches the request.
pub(crate) struct Matched<'s> {
    snapshot: &'s Snapshot,
    environment: &'s Environment,
    version: &'s Version,
    operation: &'s Operation,
    arrival: Box<Arrival>,
}

/// Finds the operation, or refuses. Notes what is known on the way.
pub(crate) fn find_operation<'s>(
    snapshot: &'s Snapshot,
    arrival: Box<Arrival>,
    notes: &mut Notes<'s>,
) -> Result<Matched<'s>, Refusal> {
    let environment = snapshot.environment(&arrival.environment).ok_or(Refusal::ApiUnknown)?;
    let version = find_version(environment, &arrival.head.path)?;
    notes.belongs_to(version, &arrival.head);
    let operation = version.find(&arrival.head.method, &arrival.head.path)?;
    notes.page.write(|entry| entry.operation = Some(Arc::clone(&operation.id)));
    notes.page.tell(|span| span.route = version.route(&arrival.head.path));
    Ok(Matched { snapshot, environment, version, operation, arrival })
}

/// The version that a request is for.
pub(crate) fn version_of<'s>(snapshot: &'s Snapshot, arrival: &Arrival) -> Result<&'s Version, Refusal> {
    let environment = snapshot.environment(&arrival.environment).ok_or(Refusal::ApiUnknown)?;
    find_version(environment, &arrival.head.path)
}

fn find_version<'s>(environment: &'s Environment, path: &CanonicalPath) -> Result<&'s Version, Refusal> {
    // A path of one segment names at most an API; there is nothing to call.
    let (api, major, _) = path.split().ok_or(Refusal::ApiUnknown)?;
    let versions = environment.versions_of(api).ok_or(Refusal::ApiUnknown)?;
    if let Some(version) = major.parse().ok().and_then(|major: Major| versions.find(major)) {
        return Ok(version);
    }
    Err(Refusal::VersionUnknown { api: versions.api().clone(), known: versions.majors().collect() })
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
    /// How many bytes the body may have: as many as the platform takes, or fewer if the version says so.
    pub(crate) fn largest_body(&self, core: &Core) -> u64 {
        let platform = core.shared.bounds.largest_body;
        self.version.largest_body.map_or(platform, |own| own.min(platform))
    }
}

impl Version {
    pub(crate) fn compile(document: &VersionDocument, surroundings: Surroundings<'_>) -> Result<Self, String> {
        let Surroundings { environment, base_url, hub, .. } = surroundings;
        if document.operations.len() > MOST_OPERATIONS {
            return Err(format!("it has more than {MOST_OPERATIONS} operations"));
        }
        let target = match &document.target {
            Target::Mock => CompiledTarget::Mock,
            Target::Upstreams { urls, timeout_ms, options } => {
                let name = format!("{environment}/{}/{}", document.api, document.major);
                CompiledTarget::Upstreams(Box::new(Upstreams::compile(name, urls, *timeout_ms, options)?))
            }
        };
        let rules = Rules::of(&document.access);
        let cross_origin = document.cross_origin.as_ref();
        let cross_origin = cross_origin.map(|word| CrossOrigin::compile(word, &document.target)).transpose()?;
        let plans = Plans::compile(&document.limits, document.quotas);
        let mut routes = Growing::default();
        let mut operations = Vec::with_capacity(document.operations.len());
        for (place, operation) in document.operations.iter().enumerate() {
            routes.insert(&operation.method, &operation.path, place)?;
            operations.push(Operation::compile(operation, document, (&rules, &plans), surroundings)?);
        }
        let retired = (document.status == Status::Retired)
            .then(|| Retired { successor: lifecycle::successor(document, base_url) });
        Ok(Self {
            api: document.api.clone(),
            major: document.major,
            largest_body: document.limits.body,
            cross_origin: cross_origin.map(Box::new),
            target,
            lifecycle: lifecycle::headers(document, base_url, hub).into(),
            retired,
            operations: operations.into(),
            routes: routes.grown(),
        })
    }

    fn find(&self, method: &Method, path: &CanonicalPath) -> Result<&Operation, Refusal> {
        if let Some(Retired { successor }) = &self.retired {
            let (api, major, successor) = (self.api.clone(), self.major, successor.clone());
            return Err(Refusal::Retired { api, major, successor });
        }
        let unknown = || Refusal::OperationUnknown { api: self.api.clone(), major: self.major };
        let (_, _, below) = path.split().ok_or_else(unknown)?;
        let node = self.routes.find(below).ok_or_else(unknown)?;
        let place = node.operation(method).ok_or_else(|| Refusal::MethodNotAllowed { allowed: node.allowed() })?;
        self.operations.get(place).ok_or_else(unknown)
    }

    /// The template that a path matches, with the version's own address before it.
    fn route(&self, path: &CanonicalPath) -> Option<String> {
        let (_, _, below) = path.split()?;
        Some(format!("/{}/{}{}", self.api, self.major, self.routes.template(below)?))
    }

    /// The methods of the operations at a path; `None` if there are none, or if the version is retired.
    pub(crate) fn methods_at(&self, path: &CanonicalPath) -> Option<Vec<String>> {
        let (_, _, below) = path.split().filter(|_| self.retired.is_none())?;
        Some(self.routes.find(below)?.allowed())
    }

    /// The operation's id as it is held here, if there is one of that name.
    pub(crate) fn operation_id(&self, id: &str) -> Option<&Arc<str>> {
        self.operations.iter().map(|operation| &operation.id).find(|known| known.as_ref() == id)
    }
}

impl<'d> Rules<'d> {
    fn of(access: &'d AccessRules) -> Self {
        let (mut rules, mut by_operation, mut of_every) = (vec![], HashMap::new(), None);
        for (place, rule) in access.all().iter().enumerate() {
            match &rule.operations {
                OperationSet::Every(_) => of_every = of_every.or(Some(place)),
                OperationSet::These(ids) => {
                    for id in ids {
                        by_operation.entry(id.as_str()).or_insert(place);
                    }
                }
            }
            rules.push(Arc::new(Rule {
                groups: rule.groups.clone().into(),
                granted_applications: rule.granted_applications,
                anyone: rule.anyone,
            }));
        }
        Self { rules, by_operation, of_every }
    }

    /// The first rule that speaks of the operation.
    fn rule_for(&self, operation: &str) -> Option<Arc<Rule>> {
        let named = self.by_operation.get(operation).copied();
        let first = named.into_iter().chain(self.of_every).min()?;
        self.rules.get(first).cloned()
    }
}

impl Operation {
    fn compile(
        document: &OperationDocument,
        version: &VersionDocument,
        (rules, plans): (&Rules<'_>, &Plans<'_>),
        Surroundings { proof, mocks, .. }: Surroundings<'_>,
    ) -> Result<Self, String> {
        let mock = match (&version.target, &document.contract) {
            (Target::Mock, Some(contract)) => Some(
                MockOperation::compile(contract, &document.path, proof, mocks)
                    .map_err(|why| format!("{}: {why}", document.id))?,
            ),
            (Target::Mock, None) => {
                return Err(format!("{}: a mock needs the operation's contract", document.id));
            }
            (Target::Upstreams { .. }, _) => None,
        };
        Ok(Self {
            id: document.id.as_str().into(),
            upgrades: document.upgrades,
            rule: rules.rule_for(&document.id),
            mock,
            plan: plans.of(&document.id),
        })
    }
}
