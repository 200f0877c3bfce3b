//! A small town to test in: a store on each database, a clock that one sets, chance that counts.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use hansom_control::{Control, Settings, Standards, Vault};
use hansom_domain::{Actor, Chance, Clock, EnvironmentName, GroupAddress, PersonKey, Timestamp};
use hansom_standards::Profile;
use hansom_store::Opened;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

/// The moment at which every test begins: 2026-11-23T09:00:00Z.
pub const START: Timestamp = Timestamp::from_millis(1_795_424_400_000);

/// A clock that a test turns.
#[derive(Clone, Debug)]
pub struct Hands(Arc<AtomicI64>);

impl Hands {
    /// Turns the clock forward.
    pub fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

/// A clock that stands at [`START`] until its hands are turned.
pub fn clock() -> (Clock, Hands) {
    let hands = Hands(Arc::new(AtomicI64::new(START.millis())));
    let shown = hands.clone();
    (Clock::new(move || Timestamp::from_millis(shown.0.load(Ordering::SeqCst))), hands)
}

/// Chance that never repeats and is the same in every run.
pub fn chance() -> Chance {
    let count = AtomicU64::new(1);
    Chance::new(move |bytes| {
        for chunk in bytes.chunks_mut(8) {
            // Splitmix64: well spread, so that prefixes differ too.
            let mut mixed = count.fetch_add(1, Ordering::SeqCst).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let mixed = (mixed ^ (mixed >> 31)).to_le_bytes();
            chunk.iter_mut().zip(mixed).for_each(|(byte, new)| *byte = new);
        }
    })
}

/// A fresh store in memory, for stories in which the database plays no part.
pub async fn store() -> Opened {
    open("sqlite::memory:").await
}

/// A file in which a store lies whose rows are counted from outside; it goes with this value.
#[derive(Debug)]
pub struct CountedFile(PathBuf);

impl CountedFile {
    /// A new one for a story.
    pub fn new(story: &str) -> Self {
        Self(std::env::temp_dir().join(format!("hansom-counted-{story}-{}.db", std::process::id())))
    }

    /// A fresh store in it.
    pub async fn store(&self) -> Opened {
        open(&self.address()).await
    }

    fn address(&self) -> String {
        format!("sqlite://{}", self.0.display())
    }

    /// How many rows each table has.
    pub async fn rows(&self) -> BTreeMap<String, i64> {
        let mut connection = SqliteConnection::connect(&self.address()).await.expect("the file is a database");
        let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
        let tables: Vec<String> =
            sqlx::query_scalar(sql).fetch_all(&mut connection).await.expect("a database names its tables");
        let mut rows = BTreeMap::new();
        for table in tables {
            let count = AssertSqlSafe(format!("SELECT count(*) FROM \"{table}\""));
            let count = sqlx::query_scalar(count).fetch_one(&mut connection).await.expect("a table can be counted");
            rows.insert(table, count);
        }
        rows
    }
}

impl Drop for CountedFile {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", self.0.display()));
        }
    }
}

/// A fresh store on each database that there is: SQLite always, PostgreSQL where `TEST_POSTGRES` names a server. `story`
/// names the PostgreSQL database; give each test its own.
pub async fn stores(story: &str) -> Vec<(&'static str, Opened)> {
    let mut stores = vec![("SQLite", store().await)];
    if let Some(address) = database(story).await {
        stores.push(("PostgreSQL", open(&address).await));
    }
    stores
}

/// A fresh database on PostgreSQL without any table, where `TEST_POSTGRES` names a server: its address.
pub async fn database(story: &str) -> Option<String> {
    let server = postgres()?;
    let mut connection = PgConnection::connect(&server).await.expect("TEST_POSTGRES names a server that answers");
    let name = format!("story_{story}_{}", std::process::id());
    let drop = AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name}"));
    sqlx::query(drop).execute(&mut connection).await.expect("a database can be dropped");
    let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(create).execute(&mut connection).await.expect("a database can be made");
    Some(format!("{}/{name}", server.rsplit_once('/').map_or(server.as_str(), |(host, _)| host)))
}

/// Makes a database look as if a newer Hansom had brought it further than this one knows.
pub async fn from_the_future(address: &str) {
    let sql = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
               SELECT 9000, 'future', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";
    if address.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(address).await.expect("the file is a database");
        sqlx::query(sql).execute(&mut connection).await.expect("a row can be added");
    } else {
        let mut connection = PgConnection::connect(address).await.expect("the database is there");
        sqlx::query(sql).execute(&mut connection).await.expect("a row can be added");
    }
}

#[expect(clippy::disallowed_methods, reason = "the test script tells its PostgreSQL by the environment")]
fn postgres() -> Option<String> {
    std::env::var("TEST_POSTGRES").ok()
}

async fn open(address: &str) -> Opened {
    hansom_store::open(address, START).await.expect("a fresh store opens")
}

/// The keepers of the playbook `api-standards@hackney.example`, and a profile without rules: for stories in which the
/// playbook plays no part.
pub fn standards() -> Standards {
    let profile = "profile: none\nedition: none\ntitle: None\nsummary: Nothing holds.\nothers: off\n";
    standards_by(profile)
}

/// The same keepers, and a profile of the story's own.
pub fn standards_by(profile: &str) -> Standards {
    let profile = Profile::read(profile).expect("a test writes profiles rightly");
    Standards { group: group("api-standards@hackney.example"), profile: Arc::new(profile) }
}

/// The verbs over a store, with the administrators `api-platform@hackney.example`, two environments and a profile without
/// rules.
pub fn control(opened: &Opened) -> (Control, Hands) {
    control_by(opened, standards())
}

/// The verbs over a store, with standards that hold.
pub fn control_by(opened: &Opened, standards: Standards) -> (Control, Hands) {
    let (clock, hands) = clock();
    let settings = Settings {
        administrators: group("api-platform@hackney.example"),
        environments: vec![EnvironmentName::production(), EnvironmentName::sandbox()],
        open_networks: hansom_domain::OpenNetworks::new(hansom_domain::Network::LOOPBACK.into()),
        standards,
        terms: hansom_control::Terms::default(),
    };
    let vault = Vault::new([7; 32]);
    (Control::new(opened.reads.clone(), opened.writes.clone(), vault, clock, chance(), settings), hands)
}

/// A group by its address.
pub fn group(address: &str) -> GroupAddress {
    address.parse().expect("a test names groups rightly")
}

/// Signs a person in who is in these groups.
pub async fn person(control: &Control, name: &str, groups: &[&str]) -> Actor {
    let key = PersonKey { issuer: "https://accounts.hackney.example".into(), subject: name.into() };
    let groups: Vec<_> = groups.iter().map(|address| group(address)).collect();
    let email = format!("{name}@hackney.example");
    let session = control.sign_in_person(key, &email, name, &groups).await.expect("a person can sign in");
    control.actor_of_person(&session.person).await.expect("a person who signed in is known")
}
