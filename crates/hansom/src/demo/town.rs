//! How does the demo's town come to be: people known, APIs published, two applications with their keys?

use std::collections::BTreeMap;

use hansom_control::{AskedGrant, Control, NewApp, Publication, Published};
use hansom_domain::{
    Actor, ApiSlug, ApplicationId, Decision, EnvironmentName, GroupAddress, Major, PersonId, PersonKey,
};
use serde::{Deserialize, Serialize};

use crate::{
    demo::{
        folder::{Folder, Key},
        people::DemoPerson,
    },
    failure::{Doing, Failure},
};

/// One of the council's APIs with the port that its manifest names for its service.
pub(crate) struct CouncilApi {
    /// Its name in paths.
    pub(crate) slug: &'static str,
    /// The port in its manifest.
    pub(crate) port: u16,
    manifest: &'static str,
    contract: &'static str,
}

macro_rules! council_api {
    ($slug:literal, $port:literal) => {
        CouncilApi {
            slug: $slug,
            port: $port,
            manifest: include_str!(concat!("../../../../examples/council/", $slug, "/api.yaml")),
            contract: include_str!(concat!("../../../../examples/council/", $slug, "/openapi.yaml")),
        }
    };
}

/// The council's APIs.
pub(crate) const COUNCIL: [CouncilApi; 4] = [
    council_api!("repairs", 9101),
    council_api!("rents", 9102),
    council_api!("council-tax", 9103),
    council_api!("bulky-waste", 9104),
];

/// What the demo remembers of its applications.
#[derive(Serialize, Deserialize)]
pub(crate) struct Applications {
    /// Calls APIs; owned by the digital team.
    pub(crate) consumer: ApplicationId,
    /// Publishes APIs; owned by the platform team.
    pub(crate) publisher: ApplicationId,
}

/// Builds the town, or what is missing of it. `ports` are the ports that the services listen on.
pub(crate) async fn build(
    control: &Control,
    folder: &Folder,
    issuer: &str,
    ports: &BTreeMap<&'static str, u16>,
    people: &[DemoPerson],
) -> Result<Applications, Failure> {
    let known = meet(control, issuer, people).await?;
    for api in &COUNCIL {
        publish(control, api, ports.get(api.slug).copied().unwrap_or(api.port)).await?;
    }
    let kept: Option<Applications> = folder.read("applications.json");
    if let Some(kept) = kept
        && control.reads().application(&kept.consumer).await.doing("the demo's application cannot be read")?.is_some()
    {
        return Ok(kept);
    }
    let applications = register(control, &folder.key("application")?, &folder.key("publisher")?).await?;
    grant(control, &known, &applications.consumer).await?;
    folder.write("applications.json", &applications)?;
    Ok(applications)
}

/// Makes the people known, as if each had signed in once.
async fn meet(
    control: &Control,
    issuer: &str,
    people: &[DemoPerson],
) -> Result<BTreeMap<&'static str, PersonId>, Failure> {
    let mut known = BTreeMap::new();
    let before = control.reads().people().await.doing("the demo's people cannot be read")?;
    for DemoPerson { subject, email, name, groups } in people {
        let met = before.iter().find(|person| person.issuer == issuer && person.subject == *subject);
        let id = match met {
            Some(person) => person.id.clone(),
            None => {
                let key = PersonKey { issuer: issuer.into(), subject: (*subject).into() };
                let groups = groups.iter().map(|group| group.parse()).collect::<Result<Vec<GroupAddress>, _>>();
                let groups = groups.doing("a demo group is no address")?;
                let session =
                    control.sign_in_person(key, email, name, &groups).await.doing("a demo person could not be met")?;
                control.sign_out(&session.value).await.doing("a demo person could not leave")?;
                session.person
            }
        };
        known.insert(*email, id);
    }
    Ok(known)
}

/// Publishes one of the council's APIs with the address that its service has today, unless somebody else has published
/// it since.
async fn publish(control: &Control, api: &CouncilApi, port: u16) -> Result<(), Failure> {
    let doing = format!("the demo's {} could not be published", api.slug);
    let slug: ApiSlug = api.slug.parse().doing(&doing)?;
    if let Some(version) = control.reads().versions_of(&slug).await.doing(&doing)?.first() {
        let releases = control.reads().releases_of(&version.id).await.doing(&doing)?;
        if releases.first().is_none_or(|release| release.published_by != Actor::Platform.name()) {
            return Ok(());
        }
    }
    let manifest = api.manifest.replace(&format!("127.0.0.1:{}", api.port), &format!("127.0.0.1:{port}"));
    let publication = Publication { manifest: &manifest, contract: api.contract, dry_run: false };
    let _: Published = control.publish_release(&Actor::Platform, publication).await.map_err(|error| {
        let faults = if let hansom_control::Error::Faults(faults) = &error {
            faults.iter().map(ToString::to_string).collect()
        } else {
            vec![]
        };
        Failure::broke(format!("{doing}: {error} {}", faults.join("\n")))
    })?;
    Ok(())
}

async fn register(control: &Control, consumer: &Key, publisher: &Key) -> Result<Applications, Failure> {
    let doing = "a demo application could not be registered";
    let digital: GroupAddress = "digital-services@hackney.example".parse().doing(doing)?;
    let platform: GroupAddress = control.settings().administrators.clone();
    let new = NewApp {
        name: "Repairs tracker",
        description: "Shows residents how their repairs come along.",
        owner: &digital,
        may_publish: false,
    };
    let tracker = control.register_application(&Actor::Platform, new).await.doing(doing)?;
    control.register_key(&Actor::Platform, &tracker, &consumer.public_pem).await.doing(doing)?;
    let new = NewApp {
        name: "Council pipeline",
        description: "Publishes the council's APIs from continuous integration.",
        owner: &platform,
        may_publish: true,
    };
    let pipeline = control.register_application(&Actor::Platform, new).await.doing(doing)?;
    control.register_key(&Actor::Platform, &pipeline, &publisher.public_pem).await.doing(doing)?;
    Ok(Applications { consumer: tracker, publisher: pipeline })
}

/// Ben asks for the tracker, Chloe approves: the way everyone goes.
async fn grant(
    control: &Control,
    known: &BTreeMap<&'static str, PersonId>,
    tracker: &ApplicationId,
) -> Result<(), Failure> {
    let doing = "the demo's grant could not be made";
    let person =
        |email: &str| known.get(email).ok_or_else(|| Failure::broke(format!("{doing}: nobody is called {email}")));
    let ben = control.actor_of_person(person("ben.carter@hackney.example")?).await.doing(doing)?;
    let chloe = control.actor_of_person(person("chloe.martin@hackney.example")?).await.doing(doing)?;
    let repairs: ApiSlug = "repairs".parse().doing(doing)?;
    let major: Major = "v1".parse().doing(doing)?;
    for environment in [EnvironmentName::production(), EnvironmentName::sandbox()] {
        let asked = AskedGrant {
            application: tracker,
            api: &repairs,
            major,
            environment: &environment,
            operations: ["listRepairs", "getRepair", "getServiceStatus"].map(String::from).to_vec(),
            purpose: "Show residents the state of the repairs that they reported.",
            legal_basis: "Public task: Landlord and Tenant Act 1985, section 11",
        };
        let id = control.request_grant(&ben, asked).await.doing(doing)?;
        control
            .decide_grant(&chloe, &id, Decision::Approve, "Agreed with the housing repairs team.")
            .await
            .doing(doing)?;
    }
    Ok(())
}
