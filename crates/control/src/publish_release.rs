//! Publish a release of a version: all or nothing.

use std::{net::Ipv4Addr, sync::Arc};

use hansom_domain::{Actor, ApiId, ApiSlug, GroupAddress, Major, OpenNetworks, ReleaseId, Status, VersionId};
use hansom_standards::{Contract, Place, difference::Difference};
use hansom_store::{ApiRow, Change, NewApi, NewRelease, NewVersion, VersionRow};
use serde_json::json;

use crate::{
    Card, Control, Error, Guide, Judgement, Manifest, PublishFault, PublishedContract, Target, comparison::compare,
    deprecation, guides::put_guides, manifest, policy, read_manifest,
};

/// What is published.
#[derive(Clone, Copy, Debug)]
pub struct Publication<'a> {
    /// The text of the manifest.
    pub manifest: &'a str,
    /// The text of the contract.
    pub contract: &'a str,
    /// Whether everything is to be checked and nothing to be stored.
    pub dry_run: bool,
}

/// What was published, or would be.
#[derive(Clone, Debug)]
pub struct Published {
    /// The API.
    pub api: ApiSlug,
    /// The version, by the contract's own major number.
    pub major: Major,
    /// The release's number.
    pub release: i64,
    /// The contract's own version.
    pub info_version: String,
    /// Whether nothing was stored because that was asked for.
    pub dry_run: bool,
    /// Whether nothing was stored because just this is in force already.
    pub unchanged: bool,
    /// How many operations the contract has.
    pub operations: usize,
    /// What the contract was found to be by the playbook.
    pub judgement: Judgement,
    /// What is different from the release before; none where there is none before.
    pub difference: Option<Difference>,
    /// The release in short.
    pub card: Card,
}

/// What a publication would be, before it is one: nothing is stored.
#[derive(Debug)]
pub struct Review {
    /// What would be published.
    pub published: Published,
    /// Everything that speaks against it.
    pub refusals: Vec<PublishFault>,
    /// The release that it would follow.
    pub before: Option<Arc<PublishedContract>>,
    /// Whether there is no API of that name yet.
    pub is_new_api: bool,
}

/// A publication that was read and judged, within a change that has not changed anything yet.
pub(crate) struct Weighed {
    manifest: Manifest,
    contract: Contract,
    guides: Vec<Guide>,
    pub(crate) review: Review,
    change: Change,
    api: Option<ApiRow>,
    version: Option<VersionRow>,
}

impl Control {
    /// Checks manifest and contract and makes a release of them, in one transaction: after a crash there is the whole
    /// release or none. The actor speaks for the owner group. Publishing what is in force changes nothing.
    pub async fn publish_release(&self, actor: &Actor, publication: Publication<'_>) -> Result<Published, Error> {
        self.publish_with_guides(actor, publication, &[]).await
    }

    /// The same with the texts of guides. Those that the manifest names and nobody sent stay as they are in the release before.
    pub async fn publish_with_guides(
        &self,
        actor: &Actor,
        publication: Publication<'_>,
        sent: &[Guide],
    ) -> Result<Published, Error> {
        let weighed = self.weigh(actor, publication, sent).await?;
        self.carry_out(actor, publication, weighed).await
    }

    /// Publishes what was weighed, unless something speaks against it.
    pub(crate) async fn carry_out(
        &self,
        actor: &Actor,
        publication: Publication<'_>,
        weighed: Weighed,
    ) -> Result<Published, Error> {
        let Weighed { manifest, contract, guides, review, mut change, api, version } = weighed;
        let published = review.published;
        if published.unchanged {
            return Ok(published);
        }
        if !review.refusals.is_empty() {
            return Err(Error::Faults(review.refusals));
        }
        if version.as_ref().map(|version| version.current_release) != review.before.as_ref().map(|before| before.number)
        {
            return Err(hansom_store::Error::Taken.into());
        }
        if publication.dry_run {
            return Ok(published);
        }
        let is_told = is_news(&manifest, version.as_ref());
        let api_id = self.put_api(&mut change, &manifest, &contract, api).await?;
        let version_id = self.put_version(&mut change, &manifest, &published, &api_id, version).await?;
        let release = self.put_release(&mut change, publication, &published, &version_id, actor).await?;
        put_guides(&mut change, &release, &guides).await?;
        if is_told {
            let title = manifest.title.as_deref().unwrap_or(&contract.title);
            let name = format!("{title} {}", published.major);
            self.tell_of_end(&mut change, actor, (&version_id, &name), &manifest).await?;
        }
        let detail =
            json!({ "version": published.major, "release": published.release, "info_version": contract.version });
        change.commit(&format!("api {}", manifest.api), &detail).await?;
        Ok(published)
    }

    /// Everything that publishing would find and change, and nothing is stored: for those who decide whether to publish.
    pub async fn review_release(&self, actor: &Actor, manifest: &str, contract: &str) -> Result<Review, Error> {
        let weighed = self.weigh(actor, Publication { manifest, contract, dry_run: true }, &[]).await?;
        Ok(weighed.review)
    }

    pub(crate) async fn weigh(
        &self,
        actor: &Actor,
        publication: Publication<'_>,
        sent: &[Guide],
    ) -> Result<Weighed, Error> {
        let (manifest, contract) = self.read(publication)?;
        let major = major_of(&contract)?;
        let before = self.release_before(&manifest.api, major).await?;
        let (guides, known_guides) = self.guides_for(&manifest, sent, before.as_deref()).await?;
        let now = self.clock.now();
        let waived = self.waived(&manifest.api).await?;
        let profile = self.profile_in_force().await?;
        let mut judgement = self.judge(&manifest, publication.contract, Arc::clone(&profile), &waived).await?;
        let difference = match &before {
            Some(before) => Some(compare(before, &manifest, &contract, publication.contract, now).await?),
            None => None,
        };
        if let Some(difference) = &difference {
            judgement.compared(difference, manifest.status, &waived);
        }
        let mut change = self.begin(actor, "publish_release", now).await?;
        let api = change.api(&manifest.api).await?;
        refuse_strangers(actor, &manifest, api.as_ref())?;
        let version = change.version(&manifest.api, major).await?;
        refuse_leaps(&manifest, version.as_ref())?;
        let mut published = Published {
            api: manifest.api.clone(),
            major,
            release: version.as_ref().map_or(1, |version| version.current_release + 1),
            info_version: contract.version.clone(),
            dry_run: publication.dry_run,
            unchanged: false,
            operations: contract.operations.len(),
            judgement,
            difference,
            card: Card::of(&manifest, &contract),
        };
        if let Some(before) = before.as_ref().filter(|before| before.is_of(publication) && guides == known_guides) {
            published.release = before.number;
            published.unchanged = true;
        }
        let mut refusals = policy::refusals(&manifest, &published, &waived);
        refusals.extend(deprecation::faults(&manifest, version.as_ref(), &profile, now));
        let review = Review { published, refusals, before, is_new_api: api.is_none() };
        Ok(Weighed { manifest, contract, guides, review, change, api, version })
    }

    /// The release in force of the version that a contract belongs to.
    async fn release_before(&self, api: &ApiSlug, major: Major) -> Result<Option<Arc<PublishedContract>>, Error> {
        match self.reads.version(api, major).await? {
            Some(version) => Ok(Some(self.contract_of(&version).await?)),
            None => Ok(None),
        }
    }

    async fn put_release(
        &self,
        change: &mut Change,
        publication: Publication<'_>,
        published: &Published,
        version_id: &VersionId,
        actor: &Actor,
    ) -> Result<ReleaseId, Error> {
        let now = self.clock.now();
        let id = ReleaseId::random(&self.chance);
        let difference = published.difference.as_ref().map_or(Ok("{}".to_owned()), serde_json::to_string);
        let difference = difference.map_err(|error| Error::Internal(format!("a difference: {error}")))?;
        let release = NewRelease {
            id: &id,
            version_id,
            number: published.release,
            info_version: &published.info_version,
            contract: publication.contract,
            manifest: publication.manifest,
            difference: &difference,
            card: &published.card.write()?,
            at: now,
            by: actor.name(),
        };
        change.insert_release(&release).await?;
        published.judgement.put(change, &id, now).await?;
        Ok(id)
    }

    /// Reads both texts and tells every fault of either.
    fn read(&self, publication: Publication<'_>) -> Result<(Manifest, Contract), Error> {
        let manifest = read_manifest(publication.manifest);
        let contract = Contract::read(publication.contract).map_err(|faults| {
            faults.iter().map(|found| manifest::of_standards("openapi.yaml", found)).collect::<Vec<_>>()
        });
        match (manifest, contract) {
            (Ok(manifest), Ok(contract)) => {
                let faults = self.faults_between(&manifest, &contract);
                if faults.is_empty() { Ok((manifest, contract)) } else { Err(Error::Faults(faults)) }
            }
            (manifest, contract) => {
                let mut faults = manifest.err().unwrap_or_default();
                faults.extend(contract.err().unwrap_or_default());
                Err(Error::Faults(faults))
            }
        }
    }

    /// What only shows when the manifest is held against the contract and the platform.
    fn faults_between(&self, manifest: &Manifest, contract: &Contract) -> Vec<PublishFault> {
        let fault = |place: Place, what: String, mend: &str| PublishFault {
            file: "api.yaml".into(),
            line: place.line,
            column: place.column,
            what,
            mend: mend.into(),
            rule: None,
        };
        let mut faults = vec![];
        for (id, place) in &manifest.named_operations {
            if !contract.operations.iter().any(|operation| operation.id == *id) {
                let shown: String = id.chars().filter(|c| !c.is_control()).take(100).collect();
                faults.push(fault(
                    *place,
                    format!("there is no operation `{shown}` in the contract"),
                    "name an operationId of the contract",
                ));
            }
        }
        for ((name, target), place) in manifest.environments.iter().zip(&manifest.environment_places) {
            if !self.settings.environments.contains(name) {
                let known: Vec<_> = self.settings.environments.iter().map(ToString::to_string).collect();
                faults.push(fault(
                    *place,
                    format!("this platform has no environment {name}"),
                    &format!("use one of: {}", known.join(", ")),
                ));
            }
            let Target::Upstreams { urls, .. } = target else {
                continue;
            };
            if let Some(kind) = urls.iter().find_map(|url| closed(url, &self.settings.open_networks)) {
                faults.push(fault(
                    *place,
                    format!("an upstream has {kind}"),
                    "name a host that the gateway reaches by the network, or have the operators allow it: loopback_upstreams and private_upstreams",
                ));
            }
        }
        faults
    }

    async fn put_api(
        &self,
        change: &mut Change,
        manifest: &Manifest,
        contract: &Contract,
        known: Option<ApiRow>,
    ) -> Result<ApiId, Error> {
        let id = known.map_or_else(|| ApiId::random(&self.chance), |api| api.id);
        let summary = contract.summary.as_deref().or(contract.description.as_deref()).unwrap_or_default();
        let summary: String = summary.lines().next().unwrap_or_default().chars().take(300).collect();
        let api = NewApi {
            id: &id,
            slug: &manifest.api,
            title: manifest.title.as_deref().unwrap_or(&contract.title),
            summary: &summary,
            owner: &manifest.owner,
            kind: manifest.kind,
            audience: manifest.audience,
            at: self.clock.now(),
        };
        change.put_api(&api).await?;
        Ok(id)
    }

    async fn put_version(
        &self,
        change: &mut Change,
        manifest: &Manifest,
        published: &Published,
        api_id: &ApiId,
        known: Option<VersionRow>,
    ) -> Result<VersionId, Error> {
        let since =
            known.as_ref().filter(|version| version.status == manifest.status).map(|version| version.status_since);
        let id = known.map_or_else(|| VersionId::random(&self.chance), |version| version.id);
        let successor = manifest.ending.successor.as_ref().map(ToString::to_string);
        let version = NewVersion {
            id: &id,
            api_id,
            major: published.major,
            status: manifest.status,
            status_since: since.unwrap_or_else(|| self.clock.now()),
            sunset_at: manifest.ending.sunset,
            successor: successor.as_deref(),
            personal_data: manifest.personal_data,
            current_release: published.release,
        };
        change.put_version(&version).await?;
        Ok(id)
    }
}

/// The version that a contract belongs to: its own major number; what is not yet 1.0.0 is published as `v1`.
fn major_of(contract: &Contract) -> Result<Major, Error> {
    let number =
        contract.version.split('.').next().and_then(|number| number.parse::<u16>().ok()).map(|number| number.max(1));
    number
        .and_then(Major::new)
        .ok_or_else(|| Error::Invalid(format!("info.version {} has no major number from 0 to 999", contract.version)))
}

/// Only the owners publish: those of the API as it is, and those that the manifest names.
fn refuse_strangers(actor: &Actor, manifest: &Manifest, api: Option<&ApiRow>) -> Result<(), Error> {
    if let Actor::Pipeline { api: trusting, owner, .. } = actor {
        return refuse_other_apis(trusting, owner, manifest, api);
    }
    if let Actor::Application { .. } = actor
        && !actor.speaks_for(&manifest.owner)
    {
        return Err(Error::NotAllowed(format!(
            "the application belongs to another group than {}, which owns the API",
            manifest.owner
        )));
    }
    for owner in api.map(|api| &api.owner).into_iter().chain([&manifest.owner]) {
        if !actor.speaks_for(owner) {
            let what = if api.is_some() { "is owned by" } else { "would be owned by" };
            return Err(Error::NotAllowed(format!("{} {what} {owner}; only its members may publish it", manifest.api)));
        }
    }
    Ok(())
}

/// A pipeline publishes the API that trusts it, for the group that said so, and gives it to nobody else.
fn refuse_other_apis(
    trusting: &ApiSlug,
    trusted_by: &GroupAddress,
    manifest: &Manifest,
    api: Option<&ApiRow>,
) -> Result<(), Error> {
    if *trusting != manifest.api {
        return Err(Error::NotAllowed(format!(
            "the pipeline is trusted to publish {trusting} and not {}; the owners of {0} trust it at the hub",
            manifest.api
        )));
    }
    for owner in api.map(|api| &api.owner).into_iter().chain([&manifest.owner]) {
        if owner != trusted_by {
            return Err(Error::NotAllowed(format!(
                "{trusted_by} trusts the pipeline, and {} would be published for {owner}; a member of that group trusts the \
                 pipeline anew, or publishes it",
                manifest.api
            )));
        }
    }
    Ok(())
}

/// Whether those who may call a version are told: it becomes deprecated, or its end is moved.
fn is_news(manifest: &Manifest, version: Option<&VersionRow>) -> bool {
    manifest.status == Status::Deprecated
        && version.is_some_and(|known| known.status != Status::Deprecated || known.sunset_at != manifest.ending.sunset)
}

/// The status goes the ways that the words allow.
fn refuse_leaps(manifest: &Manifest, version: Option<&VersionRow>) -> Result<(), Error> {
    match version {
        Some(version) if !version.status.may_become(manifest.status) => Err(Error::Conflict(format!(
            "{} {} is {}; it cannot become {}",
            version.slug, version.major, version.status, manifest.status
        ))),
        _ => Ok(()),
    }
}

/// What kind of closed address an upstream has, if it has one; names are looked up and checked when the gateway connects.
fn closed(url: &str, open: &OpenNetworks) -> Option<&'static str> {
    match url::Url::parse(url).ok().as_ref().and_then(url::Url::host) {
        Some(url::Host::Ipv4(ip)) => open.refusal(ip.into()),
        Some(url::Host::Ipv6(ip)) => open.refusal(ip.into()),
        Some(url::Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            let is_local = name == "localhost" || name.ends_with(".localhost");
            is_local.then(|| open.refusal(Ipv4Addr::LOCALHOST.into())).flatten()
        }
        None => Some("no host"),
    }
}
