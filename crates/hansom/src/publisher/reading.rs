//! What of the store is different from what the gateway serves?
//!
//! A change is read by what the store noted of it. Everything is read too, at the start and now and then: that costs the rows
//! of the tables, but no contract is read again of which the same version was made before.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use hansom_control::{Control, Error, fingerprint};
use hansom_domain::{ApplicationId, EnvironmentName, PersonId, Status};
use hansom_gateway::{
    Delta, PlacedVersion, PlatformDocument, Record, Snapshot, VersionPlace,
    snapshot::{ApplicationDocument, CredentialDocument, GrantDocument, PersonDocument, VerificationKey},
};
use hansom_store::{ApplicationRow, CredentialRow, GrantRow, MembershipSource, Subject, VersionRow};

use super::{Aside, documents::version_document};

/// Reads the store for the gateway.
pub(crate) struct Reading {
    /// Where the platform is read.
    pub(crate) control: Control,
    /// The hub's public URL, which is the issuer too.
    pub(crate) hub: String,
    /// The environments with their base URLs.
    pub(crate) environments: Vec<(EnvironmentName, String)>,
    /// Which Hansom this is: another one may make something else of the same release.
    pub(crate) build: String,
    /// What could not be read is told here.
    pub(crate) aside: Aside,
}

impl Reading {
    /// The platform's addresses.
    pub(crate) fn platform(&self) -> PlatformDocument {
        let (issuer, hub) = (self.hub.clone(), self.hub.clone());
        PlatformDocument { issuer, hub, environments: self.environments.clone() }
    }

    /// What is different in everything; with nothing to compare with, everything. What `remembered` has revoked stays so.
    pub(super) async fn everything(
        &self,
        present: Option<&Snapshot>,
        remembered: Option<&Snapshot>,
        generation: u64,
    ) -> Result<Delta, Error> {
        self.aside.clear();
        let mut found = Found::beside(present);
        if present.is_none() {
            found.records.push(Record::Platform(self.platform()));
        }
        self.keys(&mut found).await?;
        let mut by_api: BTreeMap<_, Vec<VersionRow>> = BTreeMap::new();
        for version in self.control.reads().versions().await? {
            by_api.entry(version.slug.clone()).or_default().push(version);
        }
        for versions in by_api.values() {
            self.versions(versions, &mut found).await;
        }
        if let Some(present) = present {
            let gone = present.versions().map(|(place, _)| place).filter(|place| !found.places.contains(place));
            found.records.extend(gone.map(Record::NoVersion));
        }
        self.all_applications(&mut found).await?;
        self.all_people(&mut found).await?;
        self.all_tokens(&mut found, remembered).await?;
        Ok(Delta { generation, made_at: self.control.clock().now(), records: found.records })
    }

    /// What is different in these things.
    pub(super) async fn these(
        &self,
        subjects: BTreeSet<Subject>,
        present: &Snapshot,
        generation: u64,
    ) -> Result<Delta, Error> {
        let reads = self.control.reads();
        let mut found = Found::beside(Some(present));
        let mut applications = BTreeSet::new();
        for subject in subjects {
            match subject {
                Subject::Api(id) => {
                    let versions = reads.versions_of_api(&id).await?;
                    self.versions(&versions, &mut found).await;
                }
                Subject::Application(id) => {
                    applications.insert(id);
                }
                Subject::Grant(id) => applications.extend(reads.grant(&id).await?.map(|grant| grant.application_id)),
                Subject::Person(id) => self.person(id, &mut found).await?,
                Subject::Token(id) => found.records.push(Record::Revoked(id)),
                Subject::Keys => self.keys(&mut found).await?,
            }
        }
        for id in applications {
            self.application(id, &mut found).await?;
        }
        Ok(Delta { generation, made_at: self.control.clock().now(), records: found.records })
    }

    async fn keys(&self, found: &mut Found<'_>) -> Result<(), Error> {
        let keys = self.control.verification_keys().await?.into_iter();
        let keys: Vec<_> =
            keys.map(|key| VerificationKey { kid: key.kid, algorithm: key.algorithm, jwk: key.jwk }).collect();
        if found.present.is_none_or(|present| present.keys() != keys) {
            found.records.push(Record::Keys(keys));
        }
        Ok(())
    }

    /// All versions of one API, oldest first. One that cannot be read is told of, and stays as it is.
    async fn versions(&self, versions: &[VersionRow], found: &mut Found<'_>) {
        for version in versions {
            let newer = |other: &&VersionRow| other.major > version.major && other.status != Status::Retired;
            // What its owners say; else the newest version that is not retired.
            let successor = match version.successor.as_deref() {
                Some("none") => None,
                Some(said) => Some(said.to_owned()),
                None => versions.iter().filter(newer).map(|other| other.major.to_string()).next_back(),
            };
            let made_from = self.made_from(version, successor.as_deref());
            let place = |environment: &EnvironmentName| {
                let (environment, api) = (environment.clone(), version.slug.clone());
                VersionPlace { environment, api, major: version.major }
            };
            let places: Vec<VersionPlace> = self.environments.iter().map(|(name, _)| place(name)).collect();
            let known: Vec<Option<&str>> = places.iter().map(|place| found.made_from(place)).collect();
            let is_known = known.iter().any(Option::is_some);
            if is_known && known.iter().flatten().all(|known| *known == made_from) {
                found.places.extend(places);
                continue;
            }
            let named = format!("{} {}", version.slug, version.major);
            let published = match self.control.contract_of(version).await {
                Ok(published) => {
                    self.aside.note(named, None);
                    published
                }
                Err(error) => {
                    let why = error.private().unwrap_or_else(|| error.detail());
                    tracing::error!(api = %version.slug, version = %version.major, why,
                        "set aside: its release cannot be read; what was served of it before serves on");
                    self.aside.note(named, Some(format!("its release cannot be read: {why}")));
                    found.places.extend(places);
                    continue;
                }
            };
            for place in places {
                let document = version_document(version, &published, &place.environment, successor.clone());
                match document {
                    Some(version) => {
                        let environment = place.environment.clone();
                        let placed = PlacedVersion { environment, made_from: made_from.clone(), version };
                        found.records.push(Record::Version(Box::new(placed)));
                        found.places.insert(place);
                    }
                    None if found.made_from(&place).is_some() => found.records.push(Record::NoVersion(place)),
                    None => {}
                }
            }
        }
    }

    /// Everything that a version's document is made from, in short.
    fn made_from(&self, version: &VersionRow, successor: Option<&str>) -> String {
        let words = format!("{} {version:?} {successor:?} {:?}", self.build, self.environments);
        fingerprint(&words).chars().take(22).collect()
    }

    async fn application(&self, id: ApplicationId, found: &mut Found<'_>) -> Result<(), Error> {
        let reads = self.control.reads();
        let Some(row) = reads.application(&id).await?.filter(ApplicationRow::is_in_force) else {
            found.records.push(Record::NoApplication(id));
            return Ok(());
        };
        let mut document = application_document(row);
        document.credentials = reads.live_credentials_of(&id).await?.into_iter().map(credential_document).collect();
        document.grants = reads.approved_grants_of(&id).await?.into_iter().map(grant_document).collect();
        found.application(document);
        Ok(())
    }

    async fn all_applications(&self, found: &mut Found<'_>) -> Result<(), Error> {
        let reads = self.control.reads();
        let rows = reads.applications().await?.into_iter().filter(ApplicationRow::is_in_force);
        let mut applications: BTreeMap<ApplicationId, ApplicationDocument> =
            rows.map(|row| (row.id.clone(), application_document(row))).collect();
        for credential in reads.live_credentials().await? {
            if let Some(application) = applications.get_mut(&credential.application_id) {
                application.credentials.push(credential_document(credential));
            }
        }
        for grant in reads.approved_grants().await? {
            if let Some(application) = applications.get_mut(&grant.application_id) {
                application.grants.push(grant_document(grant));
            }
        }
        if let Some(present) = found.present {
            let gone = present.application_ids().filter(|id| !applications.contains_key(id));
            found.records.extend(gone.cloned().map(Record::NoApplication));
        }
        applications.into_values().for_each(|document| found.application(document));
        Ok(())
    }

    async fn person(&self, id: PersonId, found: &mut Found<'_>) -> Result<(), Error> {
        let reads = self.control.reads();
        let Some(row) = reads.person(&id).await?.filter(|row| row.suspended_at.is_none()) else {
            found.records.push(Record::NoPerson(id));
            return Ok(());
        };
        let groups = reads.groups_of(&id).await?;
        let mut document = PersonDocument::known(id, groups);
        if row.groups_known_until.is_some() {
            document.groups_known_until = row.groups_known_until;
            let told = reads.told_groups_of(&document.id).await?.into_iter();
            let kept = told.filter(|told| told.source == MembershipSource::Kept.as_str());
            document.kept_groups = kept.map(|told| told.group_address).collect();
        }
        found.person(document);
        Ok(())
    }

    async fn all_people(&self, found: &mut Found<'_>) -> Result<(), Error> {
        let reads = self.control.reads();
        let mut people: BTreeMap<PersonId, PersonDocument> = BTreeMap::new();
        for person in reads.people().await?.into_iter().filter(|person| person.suspended_at.is_none()) {
            let mut document = PersonDocument::known(person.id.clone(), vec![]);
            document.groups_known_until = person.groups_known_until;
            people.insert(person.id, document);
        }
        for (person, group) in reads.memberships().await? {
            if let Some(person) = people.get_mut(&person) {
                person.groups.push(group);
            }
        }
        for (person, group) in reads.kept_memberships_of_uncertain().await? {
            if let Some(person) = people.get_mut(&person) {
                person.kept_groups.push(group);
            }
        }
        if let Some(present) = found.present {
            let gone = present.person_ids().filter(|id| !people.contains_key(id));
            found.records.extend(gone.cloned().map(Record::NoPerson));
        }
        people.into_values().for_each(|document| found.person(document));
        Ok(())
    }

    async fn all_tokens(&self, found: &mut Found<'_>, remembered: Option<&Snapshot>) -> Result<(), Error> {
        let tokens = self.control.reads().revoked_tokens(self.control.clock().now()).await?;
        let remembered = remembered.into_iter().flat_map(Snapshot::revoked_tokens);
        let now: HashSet<_> = tokens.iter().chain(remembered).collect();
        let before: HashSet<_> = found.present.iter().flat_map(|present| present.revoked_tokens()).collect();
        found.records.extend(before.difference(&now).map(|id| Record::NotRevoked((*id).clone())));
        found.records.extend(now.difference(&before).map(|id| Record::Revoked((*id).clone())));
        Ok(())
    }
}

/// What was found to be different.
struct Found<'s> {
    present: Option<&'s Snapshot>,
    records: Vec<Record>,
    /// Where versions are, or may be.
    places: HashSet<VersionPlace>,
}

impl<'s> Found<'s> {
    fn beside(present: Option<&'s Snapshot>) -> Self {
        Self { present, records: vec![], places: HashSet::new() }
    }

    fn made_from(&self, place: &VersionPlace) -> Option<&'s str> {
        self.present.and_then(|present| present.made_from(place))
    }

    fn application(&mut self, document: ApplicationDocument) {
        if self.present.is_none_or(|present| !present.has_application(&document)) {
            self.records.push(Record::Application(document));
        }
    }

    fn person(&mut self, document: PersonDocument) {
        if self.present.is_none_or(|present| !present.has_person(&document)) {
            self.records.push(Record::Person(document));
        }
    }
}

fn application_document(row: ApplicationRow) -> ApplicationDocument {
    let ApplicationRow { id, name, owner, .. } = row;
    ApplicationDocument { id, name, owner, credentials: vec![], grants: vec![] }
}

fn credential_document(row: CredentialRow) -> CredentialDocument {
    CredentialDocument { id: row.id, expires_at: row.expires_at }
}

fn grant_document(row: GrantRow) -> GrantDocument {
    GrantDocument {
        api: row.slug,
        major: row.major,
        environment: row.environment,
        operations: row.operations,
        expires_at: row.expires_at,
    }
}
