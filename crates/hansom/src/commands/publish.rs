//! `hansom publish`: from files to a release, over the control API.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use hansom_control::PublishFault;
use hansom_standards::Document;
use serde_json::{Value, json};

use crate::{
    failure::{Doing, Failure},
    hub_asking::HubAsking,
    pipeline_token,
    sign_ins::SignIns,
    world,
};

/// A contract is at most this large; the platform takes no larger one.
const MOST_BYTES: u64 = 10 * 1024 * 1024;

/// Publish a manifest and its contract as a release: checked, then all or nothing.
#[derive(Args)]
#[command(after_help = "Examples:\n  hansom publish --manifest api.yaml --dry-run\n  \
    hansom publish --hub https://hub.hackney.example --client-id 1f0c… --key-file publisher.key.pem\n\n\
    In GitHub Actions and GitLab CI the pipeline proves itself: docs/publishing.md has the files to copy.")]
pub(crate) struct Publish {
    /// The manifest; the contract is the file that it names, in the same folder.
    #[arg(long, default_value = "api.yaml")]
    manifest: PathBuf,
    /// Check everything, store nothing.
    #[arg(long)]
    dry_run: bool,
    /// The hub.
    #[arg(long, env = "HANSOM_HUB", default_value = "http://127.0.0.1:8000")]
    hub: String,
    /// The client id of an application that may publish.
    #[arg(long, env = "HANSOM_CLIENT_ID", requires = "key_file")]
    client_id: Option<String>,
    /// The application's private key (PEM, PKCS#8, P-256).
    #[arg(long, env = "HANSOM_KEY_FILE", requires = "client_id")]
    key_file: Option<PathBuf>,
    /// An access token for the hub, instead of a client id and key.
    #[arg(long, env = "HANSOM_TOKEN", hide_env_values = true, conflicts_with = "client_id")]
    token: Option<String>,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Pretty,
    Json,
}

impl Publish {
    /// Reads the files, asks for a token, sends them, prints what came of it.
    pub(crate) fn run(self) -> Result<(), Failure> {
        let (manifest, contract, contract_file) = read_files(&self.manifest)?;
        let guides = read_guides(&self.manifest, &manifest)?;
        let names = (self.manifest.display().to_string(), contract_file.display().to_string());
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().doing("no runtime could be made")?;
        let answer = runtime.block_on(self.send(&manifest, &contract, &guides))?;
        self.print(answer, &names)
    }

    async fn send(&self, manifest: &str, contract: &str, guides: &[Value]) -> Result<(u16, Value), Failure> {
        let hub = self.hub.trim_end_matches('/');
        let client = reqwest::Client::builder()
            .timeout(std::time::Duration::from_secs(60))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .doing("no HTTP client could be made")?;
        let token = match (&self.token, &self.client_id, &self.key_file) {
            (Some(token), _, _) => token.clone(),
            (None, Some(id), Some(key)) => token_for(&client, hub, id, key).await?,
            _ if pipeline_token::is_offered() => pipeline_token::token_for(&client, hub, manifest).await?,
            // A person who signed in with `hansom login` publishes for their groups.
            _ => {
                let asking = HubAsking::new(hub)?;
                SignIns::open()?.access_token(&asking, asking.address()).await.map_err(|failure| {
                    Failure::refused(format!(
                        "publishing needs a sign-in, --client-id and --key-file of an application that may publish, or \
                         --token: {}{}",
                        failure.text(),
                        pipeline_token::hint()
                    ))
                })?
            }
        };
        let body = json!({ "manifest": manifest, "contract": contract, "guides": guides, "dryRun": self.dry_run });
        let answer = client.post(format!("{hub}/api/v1/releases")).bearer_auth(token).json(&body).send().await;
        let answer = answer.doing(format!("{hub} could not be reached"))?;
        let status = answer.status().as_u16();
        let value = answer.json().await.doing(format!("{hub} did not answer in JSON"))?;
        Ok((status, value))
    }

    fn print(&self, (status, answer): (u16, Value), names: &(String, String)) -> Result<(), Failure> {
        if self.format == Format::Json {
            println!("{answer:#}");
        }
        if matches!(status, 200 | 201) {
            if self.format == Format::Pretty {
                print_release(&answer);
            }
            return Ok(());
        }
        let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let faults = answer.get("errors").and_then(Value::as_array).cloned().unwrap_or_default();
        let lines = faults.iter().map(|fault| {
            let file = if text(fault, "file") == "api.yaml" { &names.0 } else { &names.1 };
            let number = |name: &str| fault.get(name).and_then(Value::as_u64).unwrap_or_default();
            let rule = fault.get("rule").and_then(Value::as_str).map_or_else(String::new, |rule| format!(" [{rule}]"));
            let (line, column) = (number("line"), number("column"));
            format!("{file}:{line}:{column}: {}; {}{rule}", text(fault, "what"), text(fault, "mend"))
        });
        let detail = text(&answer, "detail");
        let lines: Vec<String> = std::iter::once(format!("not published: {detail}")).chain(lines).collect();
        let failure = lines.join("\n");
        Err(if status >= 500 { Failure::broke(failure) } else { Failure::refused(failure) })
    }
}

fn print_release(answer: &Value) {
    let text = |name: &str| {
        answer
            .get(name)
            .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            .unwrap_or_default()
    };
    let flag = |name: &str| answer.get(name).and_then(Value::as_bool).unwrap_or_default();
    let what = if flag("unchanged") {
        "is in force already"
    } else if flag("dryRun") {
        "would be published"
    } else {
        "is published"
    };
    println!(
        "{} {} release {} (contract {}, {} operations) {what}",
        text("api"),
        text("major"),
        text("release"),
        text("infoVersion"),
        text("operations")
    );
    let score = answer.get("score").and_then(Value::as_u64);
    let score =
        score.map_or_else(|| "no score".to_owned(), |score| format!("score {}.{} of 100", score / 10, score % 10));
    println!(
        "  playbook: {score}, {} warnings, {} waived, {} changes: {}",
        text("warnings"),
        text("waived"),
        text("changes"),
        text("verdict")
    );
    for like in answer.get("similarApis").and_then(Value::as_array).into_iter().flatten() {
        let (title, api) = (like["title"].as_str().unwrap_or_default(), like["api"].as_str().unwrap_or_default());
        println!("  like it already: {title} ({api}), {} of 100", like["likeness"]);
    }
    for (environment, url) in answer.get("baseUrls").and_then(Value::as_object).into_iter().flatten() {
        println!("  {environment}: {}", url.as_str().unwrap_or_default());
    }
}

/// The texts of manifest and contract, and where the contract lies. Faults of the manifest show before anything is sent.
fn read_files(manifest_file: &Path) -> Result<(String, String, PathBuf), Failure> {
    let manifest = read_bounded(manifest_file)?;
    let shown = manifest_file.display().to_string();
    let read = hansom_control::read_manifest(&manifest).map_err(|faults| {
        let lines = faults.into_iter().map(|fault| PublishFault { file: shown.clone(), ..fault }.to_string());
        let lines: Vec<String> =
            std::iter::once("not published: the manifest has faults".to_owned()).chain(lines).collect();
        Failure::refused(lines.join("\n"))
    })?;
    let contract_file = manifest_file.parent().unwrap_or(Path::new("")).join(&read.contract);
    if !contract_file.is_file() {
        let document = Document::parse(&manifest).ok();
        let place = document.as_ref().and_then(|document| document.at("/contract")).map(|node| node.place());
        let (line, column) = place.map_or((1, 1), |place| (place.line, place.column));
        return Err(Failure::refused(format!(
            "not published: the manifest has faults\n{shown}:{line}:{column}: there is no file {}; write the contract's file name, beside the manifest",
            contract_file.display()
        )));
    }
    let contract = read_bounded(&contract_file)?;
    Ok((manifest, contract, contract_file))
}

/// The guides that a manifest names, which lie below its folder, links followed.
fn read_guides(manifest_file: &Path, manifest: &str) -> Result<Vec<Value>, Failure> {
    let read = hansom_control::read_manifest(manifest);
    let folder = manifest_file.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let mut guides = vec![];
    for (file, place) in read.iter().flat_map(|manifest| &manifest.guides) {
        let path = folder.join(file);
        let is_below =
            path.canonicalize().ok().zip(folder.canonicalize().ok()).is_some_and(|(it, below)| it.starts_with(below));
        if !path.is_file() || !is_below {
            return Err(Failure::refused(format!(
                "not published: the manifest has faults\n{}:{}:{}: there is no file {}; write the guide, or take it out of the manifest",
                manifest_file.display(),
                place.line,
                place.column,
                path.display()
            )));
        }
        guides.push(json!({ "file": file, "text": read_bounded(&path)? }));
    }
    Ok(guides)
}

fn read_bounded(file: &Path) -> Result<String, Failure> {
    let unreadable = format!("{} cannot be read", file.display());
    let size = std::fs::metadata(file)
        .map(|data| data.len())
        .map_err(|error| Failure::wrong_use(format!("{unreadable}: {error}")))?;
    if size > MOST_BYTES {
        return Err(Failure::refused(format!(
            "{}:1:1: the file has {} MB; at most {} MB are read",
            file.display(),
            size / 1_048_576,
            MOST_BYTES / 1_048_576
        )));
    }
    std::fs::read_to_string(file).doing(unreadable)
}

/// An access token for the hub itself, by a signed assertion (RFC 7523).
async fn token_for(client: &reqwest::Client, hub: &str, client_id: &str, key_file: &Path) -> Result<String, Failure> {
    let pem = std::fs::read(key_file).doing(format!("{} cannot be read", key_file.display()))?;
    let key = jsonwebtoken::EncodingKey::from_ec_pem(&pem)
        .map_err(|_| Failure::wrong_use(format!("{} is no P-256 private key in PEM (PKCS#8)", key_file.display())))?;
    let endpoint = format!("{hub}/oauth/token");
    let now = world::clock().now().seconds();
    let claims = json!({ "iss": client_id, "sub": client_id, "aud": endpoint, "iat": now, "exp": now + 60, "jti": world::chance().hex(16) });
    let assertion = jsonwebtoken::encode(&jsonwebtoken::Header::new(jsonwebtoken::Algorithm::ES256), &claims, &key)
        .doing("the assertion could not be signed")?;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", client_id),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", &assertion),
        ("resource", hub),
    ];
    let answer = client.post(&endpoint).form(&form).send().await.doing(format!("{hub} could not be reached"))?;
    let refused = !answer.status().is_success();
    let answer: Value = answer.json().await.doing(format!("{hub} did not answer in JSON"))?;
    let member = |name: &str| answer.get(name).and_then(Value::as_str);
    match member("access_token").filter(|_| !refused) {
        Some(token) => Ok(token.to_owned()),
        None => {
            let why = member("error_description").or(member("detail")).unwrap_or("no reason given");
            Err(Failure::refused(format!("{hub} gave no token: {why}")))
        }
    }
}
