//! How does what was changed reach the gateway? The only place where control plane and data plane meet.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use hansom_control::{Control, PublishedContract, Target};
use hansom_domain::{ApplicationId, CrossOrigin, EnvironmentName, PersonId, Status};
use hansom_gateway::{
    Gateway, Snapshot, kept,
    snapshot::{
        self, AnswerContract, ApplicationDocument, BodyContract, CrossOriginDocument, EnvironmentDocument,
        GrantDocument, MediaAnswer, OperationContract, OperationDocument, ParameterContract, PersonDocument,
        SnapshotDocument, VersionDocument,
    },
};
use hansom_standards::contract::{Location, Operation};
use hansom_store::VersionRow;

/// Names of header fields that a page of another origin is told of, each way.
const MOST_HEADERS: usize = 100;

/// Compiles snapshots from the store and swaps them in.
#[derive(Clone)]
pub(crate) struct Publisher {
    /// Where the platform is read.
    pub(crate) control: Control,
    /// Where snapshots go.
    pub(crate) gateway: Gateway,
    /// The hub's public URL, which is the issuer too.
    pub(crate) hub: String,
    /// The environments with their base URLs.
    pub(crate) environments: Vec<(EnvironmentName, String)>,
    /// Where the snapshot is kept on disk.
    pub(crate) file: PathBuf,
}

impl Publisher {
    /// Publishes whenever the store's generation changes: at once for changes of this process, within a quarter of a second
    /// for those of others.
    pub(crate) async fn run(self) {
        let mut reads = self.control.reads().clone();
        let mut published = self.gateway.snapshot().map(|snapshot| snapshot.generation());
        let mut failing = false;
        loop {
            match self.publish_if_changed(published).await {
                Ok(generation) => {
                    published = Some(generation);
                    failing = false;
                }
                Err(error) => {
                    // One line per outage, not one per try.
                    if !failing {
                        tracing::error!(%error, "the gateway stays on its snapshot: the store could not be read");
                    }
                    failing = true;
                }
            }
            tokio::select! {
                () = reads.changed() => {}
                () = tokio::time::sleep(Duration::from_millis(250)) => {}
            }
        }
    }

    /// Publishes once if the generation is not `published`; gives the generation that the gateway is at.
    pub(crate) async fn publish_if_changed(&self, published: Option<u64>) -> Result<u64, hansom_control::Error> {
        let generation = self.control.reads().generation().await?;
        if published == Some(generation) {
            return Ok(generation);
        }
        let document = self.document(generation).await?;
        let before = self.gateway.snapshot().map_or(0, |snapshot| snapshot.counts().versions);
        if before > 0 && document.environments.iter().all(|environment| environment.versions.is_empty()) {
            tracing::error!(
                "the store shows no API at all, where the gateway serves {before}; it goes on serving them"
            );
            return Ok(generation);
        }
        self.keep(&document);
        let compiled = Snapshot::compile(document);
        for aside in &compiled.set_aside {
            tracing::error!(what = aside.what, why = aside.why, "set aside: it is not served");
        }
        self.gateway.swap(compiled.snapshot);
        Ok(generation)
    }

    /// Keeps the snapshot on disk, whole or not at all. A full disk does not stop traffic.
    fn keep(&self, document: &SnapshotDocument) {
        let beside = self.file.with_extension("new");
        let (delta, _) = document.clone().into_delta();
        let write = || {
            let mut writer = kept::Writer::begin(std::io::BufWriter::new(std::fs::File::create(&beside)?))?;
            delta.records.iter().try_for_each(|record| writer.put(record))?;
            writer.end(delta.generation, delta.made_at)?.into_inner()?.sync_data()?;
            std::fs::rename(&beside, &self.file)
        };
        let written: std::io::Result<()> = write();
        if let Err(error) = written {
            tracing::error!(%error, file = %self.file.display(), "the snapshot could not be kept on disk");
        }
    }

    async fn document(&self, generation: u64) -> Result<SnapshotDocument, hansom_control::Error> {
        let reads = self.control.reads();
        let now = self.control.clock().now();
        let mut environments: Vec<_> = self
            .environments
            .iter()
            .map(|(name, base_url)| EnvironmentDocument {
                name: name.clone(),
                base_url: base_url.clone(),
                versions: vec![],
            })
            .collect();
        let versions = reads.versions().await?;
        for version in &versions {
            let published = match self.control.contract_of(version).await {
                Ok(published) => published,
                Err(error) => {
                    let why = error.private().unwrap_or_else(|| error.detail());
                    tracing::error!(api = %version.slug, version = %version.major, why, "set aside: its release cannot be read");
                    continue;
                }
            };
            let successor = versions.iter().filter(|other| {
                other.slug == version.slug && other.major > version.major && other.status != Status::Retired
            });
            let successor = successor.map(|other| other.major.to_string()).next_back();
            for environment in &mut environments {
                if let Some(document) = version_document(version, &published, &environment.name, successor.clone()) {
                    environment.versions.push(document);
                }
            }
        }
        let keys = self.control.verification_keys().await?.into_iter();
        Ok(SnapshotDocument {
            format: snapshot::FORMAT,
            generation,
            made_at: now,
            issuer: self.hub.clone(),
            hub: self.hub.clone(),
            keys: keys
                .map(|key| snapshot::VerificationKey { kid: key.kid, algorithm: key.algorithm, jwk: key.jwk })
                .collect(),
            environments,
            applications: self.applications().await?,
            people: self.people().await?,
            revoked_tokens: reads.revoked_tokens(now).await?,
        })
    }

    async fn applications(&self) -> Result<Vec<ApplicationDocument>, hansom_control::Error> {
        let reads = self.control.reads();
        let mut applications: BTreeMap<ApplicationId, ApplicationDocument> = reads
            .applications()
            .await?
            .into_iter()
            .filter(|application| application.revoked_at.is_none())
            .map(|row| {
                let document = ApplicationDocument {
                    id: row.id.clone(),
                    name: row.name,
                    owner: row.owner,
                    credentials: vec![],
                    grants: vec![],
                };
                (row.id, document)
            })
            .collect();
        for credential in reads.live_credentials().await? {
            if let Some(application) = applications.get_mut(&credential.application_id) {
                application.credentials.push(credential.id);
            }
        }
        for grant in reads.approved_grants().await? {
            if let Some(application) = applications.get_mut(&grant.application_id) {
                application.grants.push(GrantDocument {
                    api: grant.slug,
                    major: grant.major,
                    environment: grant.environment,
                    operations: grant.operations,
                    expires_at: grant.expires_at,
                });
            }
        }
        Ok(applications.into_values().collect())
    }

    async fn people(&self) -> Result<Vec<PersonDocument>, hansom_control::Error> {
        let reads = self.control.reads();
        let mut people: BTreeMap<PersonId, PersonDocument> = BTreeMap::new();
        for person in reads.people().await? {
            people.insert(person.id.clone(), PersonDocument { id: person.id, groups: vec![] });
        }
        for (person, group) in reads.memberships().await? {
            if let Some(person) = people.get_mut(&person) {
                person.groups.push(group);
            }
        }
        Ok(people.into_values().collect())
    }
}

fn version_document(
    version: &VersionRow,
    published: &Arc<PublishedContract>,
    environment: &EnvironmentName,
    successor: Option<String>,
) -> Option<VersionDocument> {
    let manifest = &published.manifest;
    let (_, target) = manifest.environments.iter().find(|(name, _)| name == environment)?;
    let target = match target {
        Target::Mock => snapshot::Target::Mock,
        Target::Upstreams { urls, timeout_ms, options } => {
            snapshot::Target::Upstreams { urls: urls.clone(), timeout_ms: *timeout_ms, options: options.clone() }
        }
    };
    let mock = target == snapshot::Target::Mock;
    let operations = published.contract.operations.iter().map(|operation| OperationDocument {
        id: operation.id.clone(),
        method: operation.method.clone(),
        path: operation.path.clone(),
        upgrades: operation.responses.iter().any(|response| response.status == "101"),
        contract: mock.then(|| operation_contract(operation)),
    });
    Some(VersionDocument {
        api: version.slug.clone(),
        major: version.major,
        release: published.number,
        info_version: published.contract.version.clone(),
        title: version.title.clone(),
        owner: version.owner.clone(),
        status: version.status,
        audience: version.audience,
        sunset: version.sunset_at,
        deprecated_at: (version.status == Status::Deprecated).then_some(version.status_since),
        successor,
        limits: manifest.limits.clone(),
        quotas: manifest.quotas,
        cross_origin: manifest
            .cross_origin
            .clone()
            .map(|allowed| cross_origin(allowed, &published.contract.operations)),
        access: manifest.access.clone(),
        target,
        operations: operations.collect(),
    })
}

/// With the header fields that a page may want to send and to see.
fn cross_origin(allowed: CrossOrigin, operations: &[Operation]) -> CrossOriginDocument {
    let sent = operations.iter().flat_map(|operation| &operation.parameters);
    let sent = sent.filter(|parameter| parameter.location == Location::Header).map(|parameter| &parameter.name);
    let told = operations.iter().flat_map(|operation| &operation.responses).flat_map(|answer| &answer.headers);
    let names = |names: BTreeSet<String>| names.into_iter().take(MOST_HEADERS).collect();
    CrossOriginDocument {
        allowed,
        request_headers: names(sent.map(|name| name.to_ascii_lowercase()).collect()),
        answer_headers: names(told.map(|header| header.name.to_ascii_lowercase()).collect()),
    }
}

fn operation_contract(operation: &Operation) -> OperationContract {
    // The mock holds a value against each parameter; a parameter that is the whole query has no value of its own.
    let each = operation.parameters.iter().filter(|parameter| parameter.location != Location::Querystring);
    let parameters = each.map(|parameter| ParameterContract {
        name: parameter.name.clone(),
        location: parameter.location.as_str().into(),
        required: parameter.required,
        schema: parameter.schema.clone(),
        explode: parameter.explode,
    });
    let body = operation.request_body.as_ref().map(|body| BodyContract {
        required: body.required,
        media: body.content.iter().map(|media| (media.media_type.clone(), media.schema.clone())).collect(),
    });
    let answers = operation.responses.iter().map(|response| AnswerContract {
        status: response.status.clone(),
        headers: response.headers.iter().map(|header| (header.name.clone(), header.example.clone())).collect(),
        media: response
            .content
            .iter()
            .map(|media| MediaAnswer {
                media_type: media.media_type.clone(),
                examples: media.examples.iter().map(|example| (example.name.clone(), example.value.clone())).collect(),
            })
            .collect(),
    });
    OperationContract { parameters: parameters.collect(), body, answers: answers.collect() }
}
