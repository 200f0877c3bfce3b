//! What is different between a release and what is to follow it?

use hansom_domain::Timestamp;
use hansom_standards::{
    Contract, Fault, Sources,
    difference::{self, Access, Admission, Audience, Day, Difference, Question},
    document::Limits,
};

use crate::{Error, Manifest, PublishedContract};

/// Compares a release with a manifest and a contract that are to follow it, as of a moment: a sunset lies before or
/// after it. On a thread of its own, since large contracts take a while and nobody else may wait for them.
pub(crate) async fn compare(
    before: &PublishedContract,
    manifest: &Manifest,
    contract: &Contract,
    text: &str,
    now: Timestamp,
) -> Result<Difference, Error> {
    let (old, new) = (before.contract_text.clone(), text.to_owned());
    let access = (access(&before.manifest, &before.contract), access(manifest, contract));
    let compared = tokio::task::spawn_blocking(move || {
        let read = |text: &str| Sources::of_text("openapi.yaml", text, &Limits::default());
        let (old, new) = (read(&old)?, read(&new)?);
        let question =
            Question { access: Some((&access.0, &access.1)), ..Question::on(Day::of_seconds(now.seconds())) };
        Ok::<_, Fault>(difference::compare(&old, &new, &question))
    });
    let compared = compared.await.map_err(|error| Error::Internal(format!("comparing contracts: {error}")))?;
    compared.map_err(|fault| Error::Internal(format!("a contract does not read: {fault}")))
}

/// What a manifest says about access, in the words of the differ.
fn access(manifest: &Manifest, contract: &Contract) -> Access {
    let admission = |operation: &str| {
        let rule = manifest.access.rule_for(operation);
        rule.map_or_else(Admission::default, |rule| Admission {
            anyone: rule.anyone,
            groups: rule.groups.iter().map(ToString::to_string).collect(),
            applications: rule.granted_applications,
        })
    };
    let operations = contract.operations.iter().map(|operation| (operation.id.clone(), admission(&operation.id)));
    Access {
        audience: match manifest.audience {
            hansom_domain::Audience::Public => Audience::Public,
            hansom_domain::Audience::Controlled => Audience::Controlled,
            hansom_domain::Audience::Internal => Audience::Internal,
        },
        operations: operations.collect(),
    }
}
