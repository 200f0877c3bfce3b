//! `hansom serve`: run the platform from a configuration.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use hansom_domain::Chance;
use hansom_gateway::{Entrance, Sampling, Tls};
use hansom_hub::MailLinks;
use hansom_oauth::Way;
use tokio::sync::Notify;

use crate::{
    access_log::AccessLog,
    certificates::Watched,
    config::{Config, HUB, Material, OPERATIONS, Role},
    descriptors,
    exporter::Exporter,
    failure::{Doing, Failure},
    handover::Inherited,
    heartbeat::ConfigFile,
    master_key,
    platform::{self, Environment, Life, OfHouse, Parts, Platform},
    reach, saying,
    signals::Signals,
    world,
};

/// Run the platform: hub, control API, tokens, gateway and operations in one process.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  hansom serve --config hansom.toml\n  hansom serve --config hansom.toml --replace\n  hansom serve --config hansom.toml --role gateway"
)]
pub(crate) struct Serve {
    /// The configuration file.
    #[arg(long, default_value = "hansom.toml")]
    config: PathBuf,
    /// Which part of the platform this process plays, in place of what the file says.
    #[arg(long)]
    role: Option<Role>,
    /// Log lines as JSON.
    #[arg(long)]
    log_json: bool,
    /// Take the listeners over from the process that runs with the same state folder, and let it end; no connection is lost.
    #[arg(long)]
    replace: bool,
}

impl Serve {
    /// Runs until told to stop.
    pub(crate) fn run(self) -> Result<(), Failure> {
        platform::log(self.log_json);
        let config = Config::read_for(&self.config, self.role)?;
        descriptors::raise();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().enable_all().build().doing("no runtime could be made")?;
        let outcome = runtime.block_on(async {
            let ask = Arc::new(Notify::new());
            let mut signals = Signals::of_a_service(Arc::clone(&ask))?;
            let mut inherited = self.inherit(&config)?;
            let parts = parts(&config, (&self.config, self.role), &mut inherited, ask)?;
            let platform = tokio::select! {
                platform = Platform::start(parts) => platform?,
                () = signals.told_to_stop() => {
                    saying::tell("stopping before everything was started");
                    return Ok(());
                }
            };
            say_addresses(&config);
            platform.take_over(inherited)?.run(signals).await
        });
        // What still waits for a name server or a disk is not worth waiting for.
        runtime.shutdown_background();
        outcome
    }

    fn inherit(&self, config: &Config) -> Result<Inherited, Failure> {
        if !self.replace {
            return Ok(Inherited::of_service_manager());
        }
        let inherited = Inherited::of_process_before(&config.state.directory)?;
        if !inherited.is_of_process() {
            let state = config.state.directory.display();
            saying::tell(&format!("no process runs with the state folder {state}; there is nothing to replace"));
        }
        Ok(inherited)
    }
}

fn say_addresses(config: &Config) {
    if config.role.serves_hub() {
        saying::tell(&format!("hub {}", config.hub.url));
    }
    for (name, environment) in config.environments.iter().filter(|_| config.role.serves_apis()) {
        saying::tell(&format!("gateway {name} {}", environment.url));
    }
}

fn parts(
    config: &Config,
    (file, told): (&Path, Option<Role>),
    inherited: &mut Inherited,
    ask: Arc<Notify>,
) -> Result<Parts, Failure> {
    let chance = world::chance();
    let (tls, watched) = tls(config, file)?;
    let environments = environments(config, &tls, inherited)?;
    let role = config.role;
    let hub = config.hub.listen.filter(|_| role.serves_hub());
    let hub = hub.map(|address| platform::bind(address, "the hub", inherited)).transpose()?;
    Ok(Parts {
        role,
        environments,
        hub: (hub, config.hub.url.as_str().to_owned()),
        proxies: config.hub.proxies(),
        operations: platform::bind(config.operations.listen, "the operations listener", inherited)?,
        tls: OfHouse { hub: tls.get(HUB).cloned(), operations: tls.get(OPERATIONS).cloned() },
        database: config.database_url()?,
        waits_for_store: true,
        master_key: master_key::of(config, &chance)?,
        terms: config.terms(),
        state: config.state.directory.clone(),
        is_replacement: inherited.is_of_process(),
        ways: ways(config)?,
        mail_links: mail_links(config),
        public_reuse: config.hub.public_reuse,
        post: config.post()?,
        rules: config.tokens.rules()?,
        administrators: config.platform.administrators.clone(),
        open_networks: reach::open_networks(config),
        reach: reach::of(config)?,
        standards: config.standards()?,
        notice: None,
        look: config.look().map_err(|why| Failure::refused(format!("[hub.look] {why}")))?,
        strangers_give_feedback: config.hub.strangers_give_feedback,
        life: Life {
            watched,
            ask,
            bounds: config.gateway.bounds(),
            access_log: access_log(config)?,
            traces: traces(config, &chance)?,
            memory: config.gateway.memory(),
            stop_delay: config.gateway.stop_delay(),
            drain: config.gateway.drain(),
            config: Some(ConfigFile { path: file.to_owned(), role: told }),
        },
        clock: world::clock(),
        chance,
    })
}

/// TLS by its section.
type Sections = HashMap<String, Arc<Tls>>;

/// The TLS of each section that has certificates; and whose certificates are looked after.
fn tls(config: &Config, file: &Path) -> Result<(Sections, Vec<Watched>), Failure> {
    let (mut by_section, mut watched) = (HashMap::new(), vec![]);
    for Material { section, files, material } in config.materials(file)? {
        let tls = Arc::new(Tls::new(&material).doing(format!("TLS of [{section}]"))?);
        let environment =
            section.strip_prefix("environments.").map_or_else(|| format!("[{section}]"), ToOwned::to_owned);
        let files = files.get_ref().clone();
        watched.push(Watched { environment, tls: Arc::clone(&tls), files, material: Ok(material) });
        by_section.insert(section, tls);
    }
    Ok((by_section, watched))
}

/// All environments, with listeners where this process serves them.
fn environments(config: &Config, tls: &Sections, inherited: &mut Inherited) -> Result<Vec<Environment>, Failure> {
    let proxies = Arc::new(config.gateway.proxies());
    let mut environments = vec![];
    for (name, environment) in &config.environments {
        let what = format!("the gateway for {name}");
        let address = environment.listen.filter(|_| config.role.serves_apis());
        let listeners = address.map(|address| platform::bind_gateway(address, &what, inherited)).transpose()?;
        let tls = tls.get(&format!("environments.{name}")).cloned();
        let base = environment.url.as_str().to_owned();
        let https_only = base.starts_with("https://");
        let proxy_protocol = config.gateway.proxy_protocol;
        let authz_from = config.gateway.authz_from.clone().into();
        let entrance = Entrance { tls, proxies: Arc::clone(&proxies), proxy_protocol, https_only, authz_from };
        environments.push(Environment { name: name.clone(), listeners: listeners.unwrap_or_default(), base, entrance });
    }
    Ok(environments)
}

/// How people come in; a gateway alone lets nobody in.
fn ways(config: &Config) -> Result<Vec<Way>, Failure> {
    let identity = config.identity.as_ref().filter(|_| config.role.serves_hub());
    identity.map_or_else(|| Ok(vec![]), |identity| identity.ways(&world::clock()))
}

fn mail_links(config: &Config) -> Option<MailLinks> {
    let links = config.identity.as_ref()?.mail_links.clone()?;
    Some(MailLinks { terms: links.terms, terms_url: links.terms_url })
}

fn traces(config: &Config, chance: &Chance) -> Result<Option<(Exporter, Sampling)>, Failure> {
    let Some(traces) = &config.observation.traces else { return Ok(None) };
    let headers = traces.headers().map_err(|why| Failure::refused(format!("[observation] {why}")))?;
    let exporter = Exporter::new(traces.endpoint.clone(), headers, chance.clone())?;
    Ok(Some((exporter, traces.sampling())))
}

fn access_log(config: &Config) -> Result<Option<AccessLog>, Failure> {
    let Some(target) = &config.gateway.access_log else { return Ok(None) };
    AccessLog::open(target).map(Some).doing(format!("the access log {} cannot be opened", target.display()))
}
