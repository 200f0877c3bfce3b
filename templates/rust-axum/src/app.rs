//! What is the service made of? Every part is put together here, and taken apart in the other order when it stops.

use std::{collections::BTreeMap, io, net::SocketAddr, ops::Deref, sync::Arc, time::Duration};

use axum::{Router, middleware};
use serde_json::Value;
use sqlx::PgPool;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::warn;

use crate::{
    answers,
    api::Api,
    contract::{self, Contract, ContractFault},
    database, health, housekeeping,
    identity::Doorkeeper,
    listener::Listener,
    metrics::Metrics,
    outbound::{self, Outbound, Patience},
    problem::Problem,
    publisher::{Pace, Publisher, Receiver},
    resources::{self, Heard},
    server,
    settings::{Settings, Trust},
    tokens::{NoKey, Tokens},
    validation::Checks,
};

/// What every handler can reach.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of the service.
pub struct Parts {
    /// How it was set up.
    pub settings: Settings,
    /// What it promises.
    pub contract: Contract,
    /// What requests have to fit, by operation.
    pub checks: BTreeMap<String, Arc<Checks>>,
    /// Where its data lie.
    pub database: PgPool,
    /// Who tells callers apart.
    pub doorkeeper: Doorkeeper,
    /// What is counted.
    pub metrics: Metrics,
}

/// A service that runs.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where Prometheus asks.
    pub metrics_address: Option<SocketAddr>,
    /// What it is made of.
    pub app: App,
    requests: CancellationToken,
    serving: JoinHandle<()>,
    background: CancellationToken,
    tasks: TaskTracker,
}

/// Why a service does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartFailure {
    /// The contract promises what is not there.
    #[error(transparent)]
    Contract(#[from] ContractFault),
    /// Somebody else listens there, or nobody may.
    #[error("{0} cannot be listened at: {1}")]
    Listen(SocketAddr, #[source] io::Error),
    /// Nobody could be called.
    #[error("no HTTP client could be made: {0}")]
    Client(#[from] reqwest::Error),
    /// Others could only be called as nobody.
    #[error(transparent)]
    Key(#[from] NoKey),
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Starts everything.
pub async fn start(settings: Settings) -> Result<Running, StartFailure> {
    let client = outbound::client(Duration::from_secs(10))?;
    let app = App::new(settings, &client)?;
    let publisher = Publisher::new(app.database.clone(), receiver(&app, client)?, Pace::default());
    let (listener, address) = listen(app.settings.listen).await?;
    let (requests, background, tasks) = (CancellationToken::new(), CancellationToken::new(), TaskTracker::new());
    let serving = tokio::spawn(server::serve(listener, router(&app)?, requests.clone()));
    let mut metrics_address = None;
    if let Some(address) = app.settings.metrics {
        let (listener, address) = listen(address).await?;
        metrics_address = Some(address);
        tasks.spawn(server::serve(listener, app.metrics.routes(app.database.clone()), background.clone()));
    }
    tasks.spawn(publisher.run(background.clone()));
    tasks.spawn(housekeeping::run(app.database.clone(), background.clone()));
    tasks.close();
    if app.settings.trust == Trust::Local {
        warn!("everybody is let in as the local developer: IDENTITY is local");
    }
    Ok(Running { address, metrics_address, app, requests, serving, background, tasks })
}

impl App {
    fn new(settings: Settings, client: &reqwest::Client) -> Result<Self, StartFailure> {
        let contract = Contract::read(contract::TEXT)?;
        let checks = contract
            .operations
            .iter()
            .map(|operation| Ok((operation.id.clone(), Arc::new(Checks::of(&contract, operation)?))));
        Ok(Self(Arc::new(Parts {
            checks: checks.collect::<Result<_, ContractFault>>()?,
            database: database::pool(&settings),
            doorkeeper: Doorkeeper::new(&settings.trust, &settings.environment, client),
            metrics: Metrics::new(),
            contract,
            settings,
        })))
    }

    /// Refuses a body that an operation would not take.
    pub fn check_body(&self, operation: &str, body: &Value) -> Result<(), Problem> {
        self.checks.get(operation).map_or(Ok(()), |checks| checks.body(body))
    }
}

impl Running {
    /// Takes nothing new, ends what was begun, and closes everything.
    pub async fn stop(self) {
        self.requests.cancel();
        // It ends in no other way, unless it was ended for us.
        let _ = self.serving.await;
        self.background.cancel();
        self.tasks.wait().await;
        self.app.database.close().await;
    }
}

/// Every address, within what all answers have in common.
fn router(app: &App) -> Result<Router, ContractFault> {
    let mut api = Api::new(app.clone());
    health::operations(&mut api);
    resources::operations(&mut api);
    let routes = api.complete()?.merge(health::routes(app.clone()));
    Ok(routes
        .fallback(async || Problem::NothingHere)
        .method_not_allowed_fallback(async || Problem::MethodNotAllowed)
        .layer(middleware::from_fn_with_state(app.clone(), answers::every_answer)))
}

/// Events go to somebody else, or to the listener of this service.
fn receiver(app: &App, client: reqwest::Client) -> Result<Receiver<Heard>, NoKey> {
    let Some(url) = app.settings.events_url.clone() else {
        let first_retry = Duration::from_millis(200);
        return Ok(Receiver::Listener(Listener::new(app.database.clone(), Heard, 4, first_retry)));
    };
    let resource = match &app.settings.trust {
        Trust::Platform { issuer, .. } => issuer.as_str(),
        Trust::Local => "",
    };
    let settings = app.settings.client.as_ref();
    let tokens = settings.map(|settings| Tokens::new(client.clone(), settings, resource)).transpose()?;
    Ok(Receiver::Address { outbound: Box::new(Outbound::new(client, tokens, Patience::default())), url })
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartFailure> {
    let failure = |error| StartFailure::Listen(address, error);
    let listener = TcpListener::bind(address).await.map_err(failure)?;
    let address = listener.local_addr().map_err(failure)?;
    Ok((listener, address))
}
