//! `hansom demo`: the whole platform on this machine, with nothing else installed.

use std::{
    collections::BTreeMap,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use hansom_control::{Standards, Terms};
use hansom_domain::{ApplicationId, EnvironmentName, GroupAddress, Network, OpenNetworks};
use hansom_gateway::TrustedProxies;
use hansom_hub::{Look, MailLinks};
use hansom_oauth::{OpenIdIssuer, Provider, Rules, Way};
use hansom_standards::profile::DEFAULT;
use hansom_store::MembershipSource;
use serde_json::{Value, json};

use crate::{
    config::{self, Role},
    demo::{
        folder::Folder,
        mailbox::Mailbox,
        people::{DemoPerson, people_joining},
        provider::{self, DemoDirectory, ProviderSetup},
        town, upstream,
    },
    failure::{Doing, Failure},
    handover::Inherited,
    mail::Post,
    master_key,
    platform::{self, Environment, Life, OfHouse, Parts, Platform},
    reach, saying,
    signals::Signals,
    world,
};

/// Run the whole platform on this machine with nothing else installed: four council APIs, a sandbox that answers from
/// their contracts, and a demo identity provider with a few people and groups. For trying out, never for the public.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  hansom demo\n  hansom demo --dir /tmp/town --hub 127.0.0.1:0 --ready-file ready.json"
)]
pub(crate) struct Demo {
    /// Where the state lives; it survives a restart.
    #[arg(long, default_value = "./hansom-demo")]
    dir: PathBuf,
    /// Where the hub listens; port 0 takes any free one.
    #[arg(long, default_value = "127.0.0.1:8000")]
    hub: SocketAddr,
    /// Where the production gateway listens.
    #[arg(long, default_value = "127.0.0.1:8080")]
    gateway: SocketAddr,
    /// Where the sandbox gateway listens.
    #[arg(long, default_value = "127.0.0.1:8081")]
    sandbox: SocketAddr,
    /// Where the operations listener is.
    #[arg(long, default_value = "127.0.0.1:9090")]
    ops: SocketAddr,
    /// The profile that contracts are judged by: one that comes with Hansom, or a file.
    #[arg(long, default_value = DEFAULT)]
    profile: String,
    /// Let developers from outside sign in by links in mails, too. Mails are shown at /mailbox of the identity provider.
    #[arg(long)]
    mail_links: bool,
    /// Put the first of the demo's people into this group, too, to try an API that the group owns; several times for several.
    #[arg(long, value_name = "GROUP")]
    join: Vec<GroupAddress>,
    /// Write a JSON file with all addresses, for scripts, once everything answers.
    #[arg(long)]
    ready_file: Option<PathBuf>,
}

/// Everything that the demo has bound and made before the platform starts.
struct Ground {
    folder: Folder,
    parts: Parts,
    issuer: String,
    services: BTreeMap<&'static str, u16>,
    urls: Urls,
}

/// The listeners that have a flag.
struct Bound {
    hub: TcpListener,
    operations: TcpListener,
    production: Vec<TcpListener>,
    sandbox: Vec<TcpListener>,
    urls: Urls,
}

struct Urls {
    hub: String,
    production: String,
    sandbox: String,
    operations: String,
}

impl Demo {
    /// Runs until told to stop.
    pub(crate) fn run(self) -> Result<(), Failure> {
        platform::log(false);
        for (flag, address) in
            [("--hub", self.hub), ("--gateway", self.gateway), ("--sandbox", self.sandbox), ("--ops", self.ops)]
        {
            if !address.ip().is_loopback() {
                return Err(Failure::wrong_use(format!(
                    "{flag} {address}: the demo lets everyone be anyone, so it listens on this machine alone; use 127.0.0.1"
                )));
            }
        }
        let runtime =
            tokio::runtime::Builder::new_multi_thread().enable_all().build().doing("no runtime could be made")?;
        runtime.block_on(self.run_on_ground())
    }

    async fn run_on_ground(self) -> Result<(), Failure> {
        let mut signals = Signals::of_a_terminal()?;
        // The folder is held until the end.
        let (platform, _folder) = tokio::select! {
            started = self.start() => started?,
            () = signals.told_to_stop() => return Ok(()),
        };
        platform.run(signals).await
    }

    /// Starts everything and says so.
    async fn start(self) -> Result<(Platform, Folder), Failure> {
        let ground = self.lay_ground()?;
        let folder = ground.folder;
        let platform = Platform::start(ground.parts).await?;
        let people = people_joining(&self.join);
        let applications = town::build(&platform.control, &folder, &ground.issuer, &ground.services, &people).await?;
        platform.settled().await?;
        let token = demo_token(&platform, &applications.consumer).await?;
        let urls = ground.urls;
        let curl = format!("curl -H 'Authorization: Bearer {token}' {}/repairs/v1/repairs", urls.production);
        let publisher_key = folder.key("publisher")?.file;
        if let Some(file) = &self.ready_file {
            let ready = json!({
                "hub": urls.hub, "production": urls.production, "sandbox": urls.sandbox, "operations": urls.operations,
                "curl": curl,
                "people": people.iter().map(|person| json!({
                    "email": person.email, "name": person.name, "groups": person.groups })).collect::<Vec<Value>>(),
                "application": {
                    "client_id": applications.consumer,
                    "private_key_file": folder.key("application")?.file,
                    "token_endpoint": format!("{}/oauth/token", urls.hub),
                },
                "publisher": { "client_id": applications.publisher, "private_key_file": publisher_key },
            });
            write_whole(file, &format!("{ready:#}\n"))?;
        }
        let publisher = format!("--client-id {} --key-file {}", applications.publisher, publisher_key.display());
        greet(&urls, &people, &curl, &publisher)?;
        Ok((platform, folder))
    }

    /// Binds every listener, makes or reads every key, starts the services and the identity provider.
    fn lay_ground(&self) -> Result<Ground, Failure> {
        let mut folder = Folder::open(&self.dir)?;
        let (clock, chance) = (world::clock(), world::chance());
        let bound = self.bind(&mut folder)?;
        let urls = bound.urls;
        let services = start_services(&mut folder)?;
        let mailbox = Mailbox::default();
        let people = people_joining(&self.join);
        let provider = start_provider(&mut folder, &urls.hub, people.clone(), mailbox.clone())?;
        let issuer = provider.issuer.clone();
        let directory = DemoDirectory::new(issuer.clone(), &people).doing("the demo's directory")?;
        let open_networks = OpenNetworks::new(Network::LOOPBACK.into());
        let parts = Parts {
            role: Role::All,
            hub: (Some(bound.hub), urls.hub.clone()),
            proxies: TrustedProxies::default(),
            environments: vec![
                environment(EnvironmentName::production(), bound.production, &urls.production),
                environment(EnvironmentName::sandbox(), bound.sandbox, &urls.sandbox),
            ],
            operations: bound.operations,
            tls: OfHouse::default(),
            database: format!("sqlite://{}", folder.file("hansom.db").display()),
            waits_for_store: false,
            master_key: master_key::of_file(&folder.file("master.key"), Role::All, &chance)?,
            terms: Terms::default(),
            state: folder.file("state"),
            is_replacement: false,
            ways: vec![Way { provider, sources: vec![(MembershipSource::Directory, Arc::new(directory))] }],
            public_reuse: false,
            mail_links: self
                .mail_links
                .then(|| MailLinks { terms: "2026-11".into(), terms_url: format!("{}/about", urls.hub) }),
            post: Some(Post::Mailbox(mailbox)),
            rules: exchanging(&issuer)?,
            administrators: "api-platform@hackney.example"
                .parse::<GroupAddress>()
                .doing("the demo's administrators")?,
            reach: reach::plain(open_networks.clone())?,
            open_networks,
            standards: Standards {
                group: "api-standards@hackney.example".parse().doing("the demo's keepers of the playbook")?,
                profile: Arc::new(config::profile(&self.profile)?),
            },
            look: Look { organisation: "Hackney Council (made up)".into(), ..Look::default() },
            strangers_give_feedback: false,
            notice: Some("Demo: everyone can sign in as anyone, on this machine alone.".into()),
            life: Life::default(),
            clock,
            chance,
        };
        Ok(Ground { folder, parts, issuer, services, urls })
    }

    /// Binds the four listeners that have a flag, and remembers their ports.
    fn bind(&self, folder: &mut Folder) -> Result<Bound, Failure> {
        let none = &mut Inherited::default();
        let hub = platform::bind(folder.address("hub", self.hub), "the hub", none)?;
        let operations = platform::bind(folder.address("operations", self.ops), "the operations listener", none)?;
        let production =
            platform::bind_gateway(folder.address("production", self.gateway), "the production gateway", none)?;
        let sandbox = platform::bind_gateway(folder.address("sandbox", self.sandbox), "the sandbox gateway", none)?;
        let mut url = |role: &str, listener: Option<&TcpListener>| -> Result<String, Failure> {
            let address =
                listener.map_or_else(|| Err(std::io::Error::other("it is not bound")), TcpListener::local_addr);
            let address = address.doing("a listener has no address")?;
            folder.remember(role, address)?;
            Ok(format!("http://{address}"))
        };
        let urls = Urls {
            hub: url("hub", Some(&hub))?,
            operations: url("operations", Some(&operations))?,
            production: url("production", production.first())?,
            sandbox: url("sandbox", sandbox.first())?,
        };
        Ok(Bound { hub, operations, production, sandbox, urls })
    }
}

/// An environment at whose listeners everybody on this machine may ask what to do with a request.
fn environment(name: EnvironmentName, listeners: Vec<TcpListener>, url: &str) -> Environment {
    let mut environment = Environment::plain(name, listeners, url.to_owned());
    environment.entrance.authz_from = Network::LOOPBACK.into();
    environment
}

/// Starts the council's services, each on a port of its own: slug and port.
fn start_services(folder: &mut Folder) -> Result<BTreeMap<&'static str, u16>, Failure> {
    let mut services = BTreeMap::new();
    for api in &town::COUNCIL {
        let listener = folder.listener(&format!("service {}", api.slug), api.port)?;
        services.insert(api.slug, listener.local_addr().doing("a listener has no address")?.port());
        tokio::spawn(upstream::serve(listener, api.slug, world::clock(), world::chance()));
    }
    Ok(services)
}

/// The rules of the flows; ID tokens of the demo's provider are exchanged, as Google's would be.
fn exchanging(issuer: &str) -> Result<Rules, Failure> {
    let subjects = OpenIdIssuer::new(issuer, vec!["hansom".into()]).doing("the demo's exchange of tokens")?;
    Ok(Rules { subjects: vec![Arc::new(subjects)], ..Rules::default() })
}

/// Starts the demo's OpenID provider; real sign-in code runs against it.
fn start_provider(
    folder: &mut Folder,
    hub: &str,
    people: Vec<DemoPerson>,
    mailbox: Mailbox,
) -> Result<Provider, Failure> {
    let listener = folder.listener("identity provider", 9100)?;
    let issuer = format!("http://{}", listener.local_addr().doing("a listener has no address")?);
    let client_secret = world::chance().hex(32);
    let router = provider::router(ProviderSetup {
        issuer: issuer.clone(),
        client_id: "hansom".into(),
        client_secret: client_secret.clone(),
        redirect_uris: vec![format!("{hub}/sign-in/callback")],
        people,
        mailbox,
        clock: world::clock(),
        chance: world::chance(),
        signing_key_pkcs8: folder.key("identity-provider")?.pkcs8,
    })
    .doing("the demo's identity provider could not start")?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(Provider::alone(issuer, "hansom".into(), Some(client_secret), "Demo identity provider".into()))
}

/// A token of the demo's application, as its own key would get it.
async fn demo_token(platform: &Platform, application: &ApplicationId) -> Result<String, Failure> {
    let doing = "the demo's token could not be issued";
    let keys = platform.control.live_keys(application).await.doing(doing)?;
    let Some((credential, _)) = keys.first() else {
        return Ok("(the demo's application has no key any more; make one in the hub)".into());
    };
    let token = platform.oauth.issue_application_token(application, credential, &EnvironmentName::production()).await;
    Ok(token.doing(doing)?.token)
}

/// Writes a file that is there whole or not at all, since scripts wait for it.
fn write_whole(file: &Path, text: &str) -> Result<(), Failure> {
    let beside = file.with_extension("new");
    platform::write_secret(&beside, text.as_bytes())?;
    std::fs::rename(&beside, file).doing(format!("{} cannot be written", file.display()))
}

fn greet(urls: &Urls, people: &[DemoPerson], curl: &str, publisher: &str) -> Result<(), Failure> {
    let mut text = String::new();
    let mut line = |line: &str| {
        text.push_str(line);
        text.push('\n');
    };
    line("Hansom runs. Four council APIs are published: repairs, rents, council-tax, bulky-waste.");
    line("");
    line(&format!("  Hub          {}   sign in as one of:", urls.hub));
    for person in people {
        line(&format!("                 {:<14} {}", person.name, person.groups.join(", ")));
    }
    line(&format!("  Production   {}", urls.production));
    line(&format!("  Sandbox      {}   answers from the contracts' examples", urls.sandbox));
    line(&format!("  Operations   {}   /live /ready /metrics", urls.operations));
    line("");
    line("Call an API through the gateway (the token is good for an hour):");
    line(&format!("  {curl}"));
    line("");
    line("Publish an API of your own:");
    line(&format!("  hansom publish --hub {} {publisher} --manifest api.yaml", urls.hub));
    line("");
    line("Stop with Ctrl-C. The state stays.");
    saying::say(&text)
}
