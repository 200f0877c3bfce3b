//! Which call may a guide show that works as it stands?

use std::sync::Arc;

use hansom_control::{Access, Control, Listed, PublishedContract};
use hansom_domain::{AccessRule, EnvironmentName, Status};
use hansom_standards::contract::Operation;

use crate::{answer::Refusal, catalogue::Entry, session::Visitor, urls};

/// Contracts that are looked into for one.
const MOST: usize = 20;

/// A call of the sandbox that needs nothing filled in.
pub(super) struct Example {
    /// The operation, for people.
    pub(super) name: String,
    /// Its page.
    pub(super) page: String,
    /// What is called.
    pub(super) address: String,
}

/// One that anyone may make.
pub(super) async fn open(visitor: &Visitor) -> Result<Option<Example>, Refusal> {
    first(visitor, |access| access == Access::Open, |rule| rule.anyone).await
}

/// One that applications are granted.
pub(super) async fn granted(visitor: &Visitor) -> Result<Option<Example>, Refusal> {
    first(visitor, |access| matches!(access, Access::Open | Access::Granted), |rule| rule.granted_applications).await
}

async fn first(
    visitor: &Visitor,
    may_have: impl Fn(Access) -> bool,
    fits: impl Fn(&AccessRule) -> bool,
) -> Result<Option<Example>, Refusal> {
    let hub = &visitor.hub;
    let Some(base) = hub.base(&EnvironmentName::sandbox()) else { return Ok(None) };
    let shelf = hub.catalogue.current(&hub.control).await?;
    let is_candidate = |entry: &&Arc<Entry>| {
        let listed = entry.newest();
        let in_sandbox = listed.card.environments.iter().any(|name| name == EnvironmentName::sandbox().as_str());
        let in_use = !matches!(listed.version.status, Status::Deprecated | Status::Retired);
        hub.control.may_see(visitor.actor(), entry.api.audience, &entry.api.owner)
            && in_sandbox
            && in_use
            && may_have(listed.card.access)
    };
    let candidates: Vec<_> = shelf.all().iter().filter(is_candidate).take(MOST).cloned().collect();
    for entry in candidates {
        let listed = entry.newest();
        let published = contract(&hub.control, listed).await?;
        let operations = published.contract.operations.iter();
        let found = operations
            .filter(|it| is_plain(it))
            .find(|operation| published.manifest.access.rule_for(&operation.id).is_some_and(&fits));
        if let Some(operation) = found {
            let version = &listed.version;
            return Ok(Some(Example {
                name: format!("{} {}: {}", version.title, version.major, operation.id),
                page: urls::operation(&version.slug, version.major, &operation.id),
                address: format!("{}{}", urls::served(base, &version.slug, version.major), operation.path),
            }));
        }
    }
    Ok(None)
}

async fn contract(control: &Control, listed: &Listed) -> Result<Arc<PublishedContract>, Refusal> {
    Ok(control.contract_of(&listed.version).await?)
}

/// Whether an operation reads, and is called by its path alone: one that no shell takes for something else.
fn is_plain(operation: &Operation) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.');
    operation.method.eq_ignore_ascii_case("get")
        && operation.path.bytes().all(is_word)
        && !operation.parameters.iter().any(|parameter| parameter.required)
}
