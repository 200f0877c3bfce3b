//! How do end-to-end tests run the real binary and speak to it from outside?
#![expect(clippy::disallowed_methods, reason = "an end-to-end test is the outside: it has files and a clock")]

use std::{
    collections::HashMap,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

pub const BINARY: &str = env!("CARGO_BIN_EXE_hansom");
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A folder of one test, removed at its end.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("hansom-test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let file = self.0.join(name);
        std::fs::write(&file, text).unwrap();
        file
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The files of a new API that has a manifest and a contract alone.
pub fn new_api(name: &str, owner: &str) -> std::collections::BTreeMap<String, String> {
    let asked = hansom_scaffold::Asked {
        name: name.into(),
        owner: owner.into(),
        id: "5d1f0a4c-9b7e-48d2-a3c6-e1f08b92d475".into(),
        ..hansom_scaffold::Asked::default()
    };
    let answers = hansom_scaffold::Answers::check(asked).unwrap();
    hansom_scaffold::Template::named("contract").unwrap().render(&answers).unwrap()
}

/// A demo that runs.
pub struct Demo {
    child: Child,
    pub ready: Value,
    pub http: reqwest::Client,
}

impl Demo {
    pub async fn start(dir: &Path) -> Self {
        Self::start_with(dir, &[]).await
    }

    /// A demo in which the playbook plays no part, so that a story can tell the least of a contract.
    pub async fn without_standards(dir: &Path) -> Self {
        let profile = dir.join("no-standards.yaml");
        std::fs::write(&profile, "profile: none\nedition: none\ntitle: None\nsummary: Nothing holds.\nothers: off\n")
            .unwrap();
        Self::start_with(dir, &["--profile", profile.to_str().unwrap()]).await
    }

    pub async fn start_with(dir: &Path, more: &[&str]) -> Self {
        let ready_file = dir.join("ready.json");
        let _ = std::fs::remove_file(&ready_file);
        let any = "127.0.0.1:0";
        let mut child = Command::new(BINARY)
            .args(["demo", "--hub", any, "--gateway", any, "--sandbox", any, "--ops", any, "--dir"])
            .arg(dir.join("demo"))
            .arg("--ready-file")
            .arg(&ready_file)
            .args(more)
            .stdout(Stdio::null())
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let began = Instant::now();
        let ready = loop {
            if let Some(ready) = std::fs::read(&ready_file).ok().and_then(|text| serde_json::from_slice(&text).ok()) {
                break ready;
            }
            assert!(child.try_wait().unwrap().is_none(), "the demo ended before it was ready");
            assert!(began.elapsed() < PATIENCE, "the demo did not get ready");
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let http = reqwest::Client::builder()
            .pool_max_idle_per_host(0)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { child, ready, http }
    }

    /// Kills the process as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn url(&self, role: &str) -> String {
        self.ready[role].as_str().unwrap().to_owned()
    }

    /// The token in the printed `curl` line.
    pub fn printed_token(&self) -> String {
        let curl = self.ready["curl"].as_str().unwrap();
        curl.split("Bearer ").nth(1).unwrap().split('\'').next().unwrap().to_owned()
    }

    /// The URL in the printed `curl` line.
    pub fn printed_url(&self) -> String {
        self.ready["curl"].as_str().unwrap().rsplit(' ').next().unwrap().to_owned()
    }

    pub async fn get(&self, url: &str, token: Option<&str>) -> Answer {
        let mut request = self.http.get(url);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        Answer::of(request.send().await.unwrap()).await
    }

    /// A token for the demo's application by its private key.
    pub async fn token(&self, resource: &str) -> Answer {
        let application = &self.ready["application"];
        self.token_for(
            application["client_id"].as_str().unwrap(),
            application["private_key_file"].as_str().unwrap(),
            resource,
        )
        .await
    }

    pub async fn token_for(&self, client_id: &str, key_file: &str, resource: &str) -> Answer {
        let endpoint = self.ready["application"]["token_endpoint"].as_str().unwrap();
        let assertion = self.assertion(client_id, key_file);
        let form = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &assertion),
            ("resource", resource),
        ];
        Answer::of(self.http.post(endpoint).form(&form).send().await.unwrap()).await
    }

    /// What an application proves itself with.
    pub fn assertion(&self, client_id: &str, key_file: &str) -> String {
        let endpoint = self.ready["application"]["token_endpoint"].as_str().unwrap();
        let key = EncodingKey::from_ec_pem(&std::fs::read(key_file).unwrap()).unwrap();
        let claims = json!({ "iss": client_id, "sub": client_id, "aud": endpoint, "exp": now() + 60, "iat": now(),
            "jti": format!("{}-{:?}", now(), Instant::now()) });
        jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &key).unwrap()
    }

    /// Runs `hansom publish` as the demo's pipeline.
    pub fn publish(&self, manifest: &Path, more: &[&str]) -> Output {
        let publisher = &self.ready["publisher"];
        Command::new(BINARY)
            .args(["publish", "--hub", &self.url("hub"), "--client-id", publisher["client_id"].as_str().unwrap()])
            .args(["--key-file", publisher["private_key_file"].as_str().unwrap(), "--manifest"])
            .arg(manifest)
            .args(more)
            .output()
            .unwrap()
    }

    /// Chooses a person at the demo's OpenID provider: the address to which the browser is sent back.
    pub async fn agree(&self, screen_url: &str, email: &str) -> String {
        let screen = Answer::of(self.http.get(screen_url).send().await.unwrap()).await;
        let mut form: Vec<(String, String)> = hidden_fields(&screen.text);
        let button =
            screen.text.split("<button").find(|button| button.contains(email)).expect("the person has a button");
        form.push(("person".into(), attribute(button, "value")));
        let action = url::Url::parse(screen_url).unwrap().join("/authorize").unwrap();
        Answer::of(self.http.post(action).form(&form).send().await.unwrap()).await.header("location")
    }

    /// Signs somebody in at the hub as a browser would, through the demo's OpenID provider.
    pub async fn sign_in(&self, email: &str) -> Browser<'_> {
        let mut browser = Browser { demo: self, cookies: HashMap::new() };
        let to_provider = browser.get("/sign-in?return_to=/applications").await;
        let callback = self.agree(&to_provider.header("location"), email).await;
        let signed_in = browser.get(callback.strip_prefix(&self.url("hub")).unwrap()).await;
        assert_eq!(
            (signed_in.status, signed_in.header("location").as_str()),
            (303, "/applications"),
            "{}",
            signed_in.text
        );
        browser
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A browser without a screen: keeps cookies, sends forms.
pub struct Browser<'d> {
    demo: &'d Demo,
    cookies: HashMap<String, String>,
}

impl Browser<'_> {
    pub fn cookie(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    async fn keep(&mut self, response: reqwest::Response) -> Answer {
        for cookie in response.headers().get_all("set-cookie") {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.into(), value.into());
        }
        Answer::of(response).await
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        let request = self.demo.http.get(format!("{}{path}", self.demo.url("hub"))).header("accept", "text/html");
        let response = request.header("cookie", self.cookie()).send().await.unwrap();
        self.keep(response).await
    }

    /// An access token for the person, from the hub's page that shows one.
    pub async fn token(&mut self, environment: &str) -> String {
        let page = self.get("/token").await;
        let mut form = hidden_fields(&page.text);
        form.push(("environment".into(), environment.into()));
        let request = self.demo.http.post(format!("{}/token", self.demo.url("hub"))).header("cookie", self.cookie());
        let response = request.header("accept", "text/html").form(&form).send().await.unwrap();
        let page = self.keep(response).await;
        let start = page.text.find("eyJ").unwrap_or_else(|| panic!("no token on the page: {}", page.text));
        page.text[start..].chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')).collect()
    }

    /// The token that every form of the session carries.
    pub async fn form_token(&mut self) -> String {
        let page = self.get("/applications/new").await;
        let fields = hidden_fields(&page.text);
        fields.into_iter().find(|(name, _)| name == "form_token").expect("a form carries its token").1
    }

    /// Sends a form of the session.
    pub async fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.form_token().await;
        let mut form = vec![("form_token", token.as_str())];
        form.extend(fields);
        let request = self.demo.http.post(format!("{}{path}", self.demo.url("hub"))).header("cookie", self.cookie());
        let response = request.header("accept", "text/html").form(&form).send().await.unwrap();
        self.keep(response).await
    }

    /// Sends JSON to the control API with the session's cookie and form token.
    pub async fn api(&mut self, method: &str, path: &str, body: &Value) -> Answer {
        let token = self.form_token().await;
        let url = format!("{}/api/v1{path}", self.demo.url("hub"));
        let mut request = self.demo.http.request(method.parse().unwrap(), url).header("cookie", self.cookie());
        request = request.header("hansom-form-token", token);
        if !body.is_null() {
            request = request.json(body);
        }
        let response = request.send().await.unwrap();
        self.keep(response).await
    }
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub async fn of(response: reqwest::Response) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    }

    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn access_token(&self) -> String {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// Asserts that this is a problem of that status and code, with all members in place.
    #[track_caller]
    pub fn is_problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status, "{problem}");
        assert!(problem["type"].as_str().unwrap().ends_with(code), "{problem}");
        assert_eq!(problem["instance"].as_str().unwrap(), self.header("request-id"), "{problem}");
        assert!(
            !problem["title"].as_str().unwrap().is_empty() && !problem["detail"].as_str().unwrap().is_empty(),
            "{problem}"
        );
        problem
    }
}

/// Sends bytes as they are and reads the first line of the answer; empty where the connection was closed.
pub fn raw(base: &str, request: &str) -> String {
    let address = base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = vec![0; 4096];
    let length = stream.read(&mut answer).unwrap_or(0);
    let text = String::from_utf8_lossy(&answer[..length]).into_owned();
    text.lines().next().unwrap_or_default().to_owned()
}

pub fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

fn attribute(tag: &str, name: &str) -> String {
    let tag = tag.split('>').next().unwrap();
    let value = tag.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap();
    value.replace("&#x2f;", "/").replace("&#47;", "/").replace("&#38;", "&").replace("&amp;", "&")
}

fn hidden_fields(html: &str) -> Vec<(String, String)> {
    let inputs =
        html.split("<input").filter(|input| input.split('>').next().is_some_and(|tag| tag.contains("type=\"hidden\"")));
    inputs.map(|input| (attribute(input, "name"), attribute(input, "value"))).collect()
}

/// Asks again and again, bounded, until `done` says yes.
pub async fn until<F: AsyncFnMut() -> bool>(what: &str, mut done: F) {
    let began = Instant::now();
    while !done().await {
        assert!(began.elapsed() < PATIENCE, "{what} did not happen");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
