//! How does a gateway run without hub and store, and take changes by order?

use std::{
    fs::{File, OpenOptions},
    io::{BufRead, Write},
    path::PathBuf,
    sync::{Arc, mpsc},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hansom_domain::{Chance, Clock, EnvironmentName, Network, OpenNetworks, Status, Timestamp};
use hansom_gateway::{Bounds, Delta, Gateway, Reach, Record, Resolver, Setup, kept, pressure::Pressure};
use prometheus_client::registry::Registry;

use crate::town::{Outcome, Town};

/// Serves until standard input ends or the process is ended.
pub fn serve(snapshot: &str, address: &str) -> Outcome {
    let kept = kept::open(File::open(snapshot)?, None)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (journal, mut entries) = tokio::sync::mpsc::channel(10_000);
    let listeners = hansom_gateway::listen(address.parse()?, 1)?;
    let random = SystemRandom::new();
    let setup = Setup {
        environments: vec![(EnvironmentName::production(), listeners, Default::default())],
        clock: Clock::new(now),
        chance: Chance::new(move |bytes| {
            let _ = random.fill(bytes);
        }),
        journal,
        registry: &mut Registry::default(),
        cores: 1,
        bounds: Bounds::default(),
        pressure: Pressure::default(),
        sampling: None,
        reach: Reach::new(OpenNetworks::new(Network::LOOPBACK.into()), Resolver::system(), vec![], None)?,
        identity_signer: Some(Arc::new(|claims| serde_json::to_vec(claims).ok().map(|c| URL_SAFE_NO_PAD.encode(c)))),
    };
    let gateway = hansom_gateway::start(setup, Some(kept.snapshot))?;
    std::thread::spawn(move || while runtime.block_on(entries.recv()).is_some() {});
    let changes = Changes { town: Town::beside(snapshot)?, gateway, disk: disk(snapshot.into()) };
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let answer = match words.as_slice() {
            ["status", number, status] => format!("{:.3}", changes.one(number.parse()?, status.parse()?)?),
            ["storm", per_second, seconds] => changes.storm(per_second.parse()?, seconds.parse()?)?,
            _ => return Err(format!("{line:?} is no order").into()),
        };
        println!("{answer}");
    }
    // An input that is closed from the start gives no orders and ends nothing.
    loop {
        std::thread::park();
    }
}

/// Appends runs to the snapshot on disk, many at once where many wait, as the platform does.
fn disk(file: PathBuf) -> mpsc::Sender<Delta> {
    let (sender, waiting) = mpsc::channel::<Delta>();
    std::thread::spawn(move || -> std::io::Result<()> {
        let mut file = OpenOptions::new().append(true).open(file)?;
        while let Ok(delta) = waiting.recv() {
            let mut bytes = kept::run(&delta)?;
            while let Ok(delta) = waiting.try_recv() {
                bytes.extend(kept::run(&delta)?);
            }
            file.write_all(&bytes)?;
            file.sync_data()?;
        }
        Ok(())
    });
    sender
}

struct Changes {
    town: Town,
    gateway: Gateway,
    disk: mpsc::Sender<Delta>,
}

impl Changes {
    /// Changes one version; milliseconds until that is live.
    fn one(&self, number: usize, status: Status) -> Outcome<f64> {
        let record = self.town.version(number % self.town.versions, status)?;
        self.change(record)
    }

    fn change(&self, record: Record) -> Outcome<f64> {
        let begun = Instant::now();
        let snapshot = self.gateway.snapshot().ok_or("there is no snapshot")?;
        let delta = Delta { generation: snapshot.generation() + 1, made_at: now(), records: vec![record] };
        let compiled = snapshot.apply(delta.clone());
        self.gateway.swap(compiled.snapshot);
        let taken = begun.elapsed().as_secs_f64() * 1000.0;
        self.disk.send(delta)?;
        if compiled.set_aside.is_empty() { Ok(taken) } else { Err(format!("{:?}", compiled.set_aside).into()) }
    }

    /// Changes at an even pace: how many there were, the median and the longest milliseconds.
    fn storm(&self, per_second: u32, seconds: u32) -> Outcome<String> {
        let (begun, count) = (Instant::now(), per_second.saturating_mul(seconds));
        let mut taken = vec![];
        for number in 0..count {
            let due = begun + Duration::from_secs(1) * number / per_second.max(1);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            let status = if number % 2 == 0 { Status::Live } else { Status::Beta };
            taken.push(self.one(usize::try_from(number)? * 37, status)?);
        }
        taken.sort_by(f64::total_cmp);
        let median = taken.get(taken.len() / 2).copied().unwrap_or_default();
        Ok(format!("{} {median:.3} {:.3}", taken.len(), taken.last().copied().unwrap_or_default()))
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or_default())
}
