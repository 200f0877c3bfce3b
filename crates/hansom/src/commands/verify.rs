//! `hansom verify`: does a running service keep its contract?

mod address;
mod credentials;
mod seeded;

use std::{collections::BTreeSet, path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};
use hansom_standards::{Contract, report::Look};
use hansom_verify::{
    Bounds, Report,
    report::{Recipe, json, junit, markdown, pretty},
    verify,
};

use crate::{
    contract_file::ContractFile,
    failure::{Doing, Failure},
    saying::{look, say, tell, write_whole},
    world,
};
use address::{Address, Caution};
use credentials::{Credential, Credentials};

/// The fewest requests with which anything can be said of an operation.
const LEAST_REQUESTS: usize = 10;
const MOST_REQUESTS: usize = 100_000;

/// Call a running service and hold it against its contract: what it takes, what it refuses, and everything it answers. Without
/// --writes nothing is sent but GET and HEAD; with it only what this run has made is changed and removed.
#[derive(Args)]
#[command(after_help = "Examples:\n  hansom verify openapi.yaml --url http://127.0.0.1:8080/parking/v1\n  \
    HANSOM_VERIFY_TOKEN=$(hansom token) hansom verify openapi.yaml --url https://api.example/parking/v1\n  \
    hansom verify openapi.yaml --url http://127.0.0.1:8080/parking/v1 --writes --header 'X-Tenant: $TENANT' --seed 7\n\n\
    Exit code: 0 every promise that was tried is kept, 1 something is broken or the contract cannot be read, 2 wrong use, \
    3 it broke, or the service could not be reached.")]
pub(crate) struct Verify {
    /// The contract; `-` reads it from standard input.
    contract: PathBuf,
    /// The address below which the contract's paths are, with the base path.
    #[arg(long)]
    url: Address,
    /// Let records be made; they are changed and removed again. Never for a service whose data matter.
    #[arg(long)]
    writes: bool,
    /// Try this operation alone, by its id. May be given again.
    #[arg(long, value_name = "ID")]
    operation: Vec<String>,
    /// An access token for the service. It does not stand in the report.
    #[arg(long, env = "HANSOM_VERIFY_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// A header field by which the caller says who it is, such as 'X-Key: $KEY'; variables of the environment are put in. Its
    /// value does not stand in the report. May be given again.
    #[arg(long, value_name = "NAME: VALUE")]
    header: Vec<Credential>,
    /// How many requests may be sent.
    #[arg(long, default_value_t = 1000, value_name = "N")]
    max_requests: usize,
    /// How many seconds an answer may take.
    #[arg(long, default_value_t = 10, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,
    /// What all chance comes from: the same number sends the same requests. Any, if none is given.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// How what came of it is told.
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,
    /// Show what is kept, too.
    #[arg(long)]
    all: bool,
    /// Write to a file instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Pretty,
    Json,
    Junit,
    Markdown,
}

impl Verify {
    /// Tries the service and tells what came of it.
    pub(crate) fn run(self) -> Result<(), Failure> {
        if !(LEAST_REQUESTS..=MOST_REQUESTS).contains(&self.max_requests) {
            return Err(Failure::wrong_use(format!("--max-requests is from {LEAST_REQUESTS} to {MOST_REQUESTS}")));
        }
        let contract = ContractFile::of(&self.contract)?.contract()?;
        let operations = self.operations(&contract)?;
        let seed = self.seed.unwrap_or_else(|| u64::from_le_bytes(world::chance().bytes()));
        let credentials = Credentials::of(self.token.clone(), self.header.clone())?;
        let recipe = Recipe { url: self.url.as_str().to_owned(), headers: credentials.shown(), seed };
        let caution = Caution { timeout: Duration::from_secs(self.timeout) };
        let mut service = self.url.service(credentials, &caution)?;
        let bounds = Bounds { requests: self.max_requests, writes: self.writes, operations };
        if !self.writes {
            tell("Only GET and HEAD are sent; --writes tries the rest on records of its own");
        }
        let report = verify(&contract, &mut service, seeded::chance(seed), &bounds).map_err(|unfit| {
            Failure::refused(format!("the operation {} cannot be tried: {}", unfit.operation, unfit.what))
        })?;
        if let Some(why) = service.out_of_reach() {
            return Err(Failure::broke(format!("{} could not be reached: {why}", self.url.as_str())));
        }
        self.tell(&report, &recipe)
    }

    fn operations(&self, contract: &Contract) -> Result<BTreeSet<String>, Failure> {
        let known: Vec<&str> = contract.operations.iter().map(|operation| operation.id.as_str()).collect();
        match self.operation.iter().find(|id| !known.contains(&id.as_str())) {
            Some(id) => {
                Err(Failure::wrong_use(format!("the contract has no operation {id}; it has {}", known.join(", "))))
            }
            None => Ok(self.operation.iter().cloned().collect()),
        }
    }

    fn tell(&self, report: &Report, recipe: &Recipe) -> Result<(), Failure> {
        let text = match self.format {
            Format::Pretty => {
                let look = if self.output.is_some() { Look::default() } else { look() };
                pretty(report, recipe, Look { all: self.all, ..look })
            }
            Format::Json => json(report, recipe),
            Format::Junit => junit(report, recipe),
            Format::Markdown => markdown(report, recipe),
        };
        match &self.output {
            Some(file) => write_whole(file, &text).doing(format!("{} could not be written", file.display()))?,
            None => say(&text)?,
        }
        if report.broken() > 0 { Err(Failure::found()) } else { Ok(()) }
    }
}
