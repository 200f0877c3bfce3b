//! Which versions, applications and people are there, and with which tokens are they asked?

use std::{
    error::Error,
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hansom_domain::{
    AccessRule, AccessRules, Audience, CredentialId, EnvironmentName, Limits, OperationSet, Rate, Status, Timestamp,
};
use hansom_gateway::{
    PlacedVersion, PlatformDocument, Record,
    kept::Writer,
    snapshot::{
        ApplicationDocument, GrantDocument, OperationDocument, PersonDocument, Target, VerificationKey, VersionDocument,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub const BASE_URL: &str = "https://api.hackney.example";
const HUB: &str = "https://hub.hackney.example";
/// So many tokens are prepared, and so many requests with each: for every size the same, so that only the snapshot differs.
const TOKENS: usize = 100;
const REQUESTS_OF_EACH: usize = 20;
const TEN_YEARS: i64 = 10 * 365 * 86_400;

pub type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// The size of a snapshot; everything in it follows.
#[derive(Clone, Serialize, Deserialize)]
pub struct Town {
    pub versions: usize,
    pub operations: usize,
    pub applications: usize,
    upstream: String,
}

impl Town {
    pub fn read(versions: &str, operations: &str, applications: &str, upstream: &str) -> Outcome<Self> {
        let (versions, operations) = (versions.parse::<usize>()?.max(1), operations.parse::<usize>()?.max(1));
        Ok(Self { versions, operations, applications: applications.parse()?, upstream: upstream.into() })
    }

    pub fn beside(snapshot: &str) -> Outcome<Self> {
        Ok(serde_json::from_slice(&std::fs::read(Path::new(snapshot).with_file_name("town.json"))?)?)
    }

    /// Writes `snapshot`, `requests.json`, `key.json` and `town.json`.
    pub fn write(&self, folder: &str) -> Outcome {
        let folder = Path::new(folder);
        std::fs::create_dir_all(folder)?;
        let issuer = Issuer::new()?;
        let mut writer = Writer::begin(BufWriter::new(File::create(folder.join("snapshot"))?))?;
        for record in self.records(&issuer)? {
            writer.put(&record?)?;
        }
        writer.end(1, Timestamp::from_seconds(0))?.flush()?;
        let callers = (0..TOKENS).map(|number| {
            let application = number * self.applications.max(1) / TOKENS;
            Ok((application, issuer.token(&application_id(application), number)?))
        });
        let callers: Vec<_> = callers.collect::<Outcome<_>>()?;
        let requests = (0..REQUESTS_OF_EACH).flat_map(|turn| {
            callers
                .iter()
                .map(move |(application, token)| json!({ "path": self.path(*application, turn), "token": token }))
        });
        let requests: Vec<_> = requests.collect();
        std::fs::write(folder.join("key.json"), serde_json::to_vec(&issuer.key())?)?;
        std::fs::write(folder.join("requests.json"), serde_json::to_vec(&requests)?)?;
        std::fs::write(folder.join("town.json"), serde_json::to_vec(self)?)?;
        Ok(())
    }

    /// One of the paths that an application has a grant for, another each turn.
    fn path(&self, application: usize, turn: usize) -> String {
        let (first, second) = self.granted(application);
        let (version, places) =
            if turn.is_multiple_of(2) { (second, self.operations) } else { (first, self.operations.min(5)) };
        let place = (application + turn / 2) % places;
        format!("/{}/v1{}", api(version), template(place).replace("{id}", "7"))
    }

    /// Everything, as the first run of a file says it.
    pub fn records(&self, issuer: &Issuer) -> Outcome<impl Iterator<Item = Outcome<Record>>> {
        let production = EnvironmentName::production();
        let platform = PlatformDocument {
            issuer: HUB.into(),
            hub: HUB.into(),
            environments: vec![(production, BASE_URL.into()), (EnvironmentName::sandbox(), format!("{BASE_URL}:444"))],
        };
        let first = [Ok(Record::Platform(platform)), Ok(Record::Keys(vec![issuer.key()]))];
        let versions = (0..self.versions).map(|number| self.version(number, Status::Beta)).chain([self.open()]);
        let applications = (0..self.applications).map(|number| self.application(number));
        let people = (0..self.applications / 10).map(|number| {
            let groups = (0..8).map(|group| format!("group-{}@hackney.example", (number + group * 7) % 400).parse());
            let groups = groups.collect::<Result<_, _>>()?;
            Ok(Record::Person(PersonDocument::known(format!("person-{number:024}").parse()?, groups)))
        });
        Ok(first.into_iter().chain(versions).chain(applications).chain(people))
    }

    /// A version: two of its operations are for applications alone, the others for people too.
    pub fn version(&self, number: usize, status: Status) -> Outcome<Record> {
        let rule = |operations: OperationSet, granted| -> Outcome<AccessRule> {
            let groups = vec![format!("group-{}@hackney.example", number % 400).parse()?];
            Ok(AccessRule { operations, groups, granted_applications: granted, anyone: false })
        };
        let rules = vec![
            rule(OperationSet::from_list(vec![id(number, 0), id(number, 1)])?, true)?,
            rule(OperationSet::from_list(vec!["*".into()])?, true)?,
        ];
        let operations = (0..self.operations).map(|place| operation(id(number, place), template(place)));
        let operations = operations.collect();
        let document =
            self.document(&api(number), number, status, AccessRules::new(rules, Audience::Internal)?, operations)?;
        Ok(placed(document))
    }

    /// One that anyone may call, with a small answer and a large one.
    fn open(&self) -> Outcome<Record> {
        let operations = OperationSet::from_list(vec!["*".into()])?;
        let rule = AccessRule { operations, groups: vec![], granted_applications: false, anyone: true };
        let operations = ["thing", "large"].map(|name| operation(format!("get-{name}"), format!("/{name}")));
        let access = AccessRules::new(vec![rule], Audience::Public)?;
        let document = self.document("bench", 0, Status::Beta, access, operations.into())?;
        Ok(placed(VersionDocument { audience: Audience::Public, ..document }))
    }

    fn document(
        &self,
        api: &str,
        number: usize,
        status: Status,
        access: AccessRules,
        operations: Vec<OperationDocument>,
    ) -> Outcome<VersionDocument> {
        Ok(VersionDocument {
            api: api.parse()?,
            major: "v1".parse()?,
            release: 1,
            info_version: "1.4.2".into(),
            title: format!("Things of department {number}"),
            owner: format!("group-{}@hackney.example", number % 400).parse()?,
            status,
            audience: Audience::Internal,
            sunset: None,
            deprecated_at: None,
            successor: None,
            limits: Limits {
                per_consumer: Rate { requests: 1_000_000_000, seconds: 1 },
                burst: 1_000_000,
                ..Limits::default()
            },
            quotas: Default::default(),
            cross_origin: None,
            access,
            target: Target::Upstreams {
                urls: vec![format!("http://{}", self.upstream)],
                timeout_ms: 5000,
                options: Default::default(),
            },
            operations,
        })
    }

    /// The two versions that an application has a grant for.
    fn granted(&self, application: usize) -> (usize, usize) {
        (application % self.versions, (application * 31 + 1) % self.versions)
    }

    fn application(&self, number: usize) -> Outcome<Record> {
        let (first, second) = self.granted(number);
        let grant = |version: usize, operations: Vec<String>| -> Outcome<GrantDocument> {
            Ok(GrantDocument {
                api: api(version).parse()?,
                major: "v1".parse()?,
                environment: EnvironmentName::production(),
                operations: OperationSet::from_list(operations)?,
                expires_at: None,
            })
        };
        let of = |version| (0..5).map(|place| id(version, place)).collect();
        Ok(Record::Application(ApplicationDocument {
            id: application_id(number).parse()?,
            name: format!("Application {number}"),
            owner: format!("group-{}@hackney.example", number % 400).parse()?,
            credentials: vec![credential_id(number).parse::<CredentialId>()?.into()],
            grants: vec![grant(first, of(first))?, grant(second, vec!["*".into()])?],
        }))
    }
}

fn placed(version: VersionDocument) -> Record {
    let (environment, made_from) = (EnvironmentName::production(), version.status.to_string());
    Record::Version(Box::new(PlacedVersion { environment, made_from, version }))
}

fn operation(id: String, path: String) -> OperationDocument {
    OperationDocument { id, method: "GET".into(), path, upgrades: false, contract: None }
}

/// Every other path has a parameter.
fn template(place: usize) -> String {
    if place.is_multiple_of(2) { format!("/things-{place}") } else { format!("/things-{place}/{{id}}") }
}

fn api(number: usize) -> String {
    format!("api-{number}")
}

fn id(version: usize, operation: usize) -> String {
    format!("getThing{operation}OfDepartment{version}")
}

/// As long as a real one.
fn application_id(number: usize) -> String {
    format!("{number:032x}")
}

fn credential_id(number: usize) -> String {
    format!("c{number:031x}")
}

/// Signs access tokens.
pub struct Issuer(EcdsaKeyPair);

impl Issuer {
    pub fn new() -> Outcome<Self> {
        Ok(Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?))
    }

    fn key(&self) -> VerificationKey {
        let (x, y) = self.0.public_key().as_ref().split_at(33);
        let (x, y) = (URL_SAFE_NO_PAD.encode(x.strip_prefix(&[4]).unwrap_or(x)), URL_SAFE_NO_PAD.encode(y));
        let jwk = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y });
        VerificationKey { kid: "alone".into(), algorithm: "ES256".into(), jwk }
    }

    fn token(&self, application: &str, number: usize) -> Outcome<String> {
        let now = i64::try_from(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs())?;
        let credential = application.replacen('0', "c", 1);
        let claims = json!({ "iss": HUB, "aud": BASE_URL, "sub": application, "client_id": application,
            "credential": credential, "iat": now, "exp": now + TEN_YEARS, "jti": format!("token-{number}") });
        let header = json!({ "typ": "at+jwt", "alg": "ES256", "kid": "alone" });
        let encoded = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encoded(&header), encoded(&claims));
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes())?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref())))
    }
}
