//! What does a published version look like to the gateway?

use std::{collections::BTreeSet, sync::Arc};

use hansom_control::{PublishedContract, Target};
use hansom_domain::{CrossOrigin, EnvironmentName, Status};
use hansom_gateway::snapshot::{
    self, AnswerContract, BodyContract, CrossOriginDocument, MediaAnswer, OperationContract, OperationDocument,
    ParameterContract, VersionDocument,
};
use hansom_standards::contract::{Location, Operation};
use hansom_store::VersionRow;

/// Names of header fields that a page of another origin is told of, each way.
const MOST_HEADERS: usize = 100;

/// A version as the gateway of an environment serves it; `None` where it does not run.
pub(super) fn version_document(
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
    let operations = published.contract.operations.iter().map(|operation| operation_document(operation, mock));
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

/// An operation, with what a mock has to know of it.
pub(crate) fn operation_document(operation: &Operation, mock: bool) -> OperationDocument {
    OperationDocument {
        id: operation.id.clone(),
        method: operation.method.clone(),
        path: operation.path.clone(),
        upgrades: operation.responses.iter().any(|response| response.status == "101"),
        contract: mock.then(|| operation_contract(operation)),
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
