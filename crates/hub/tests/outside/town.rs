//! Who lives in the town of these tests, and what do they do at the hub?

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
};
use hansom_control::{Control, Publication, Standards};
use hansom_domain::{Actor, EnvironmentName, PersonKey};
use hansom_oauth::{OAuth, Provider, SignIn, Way};
use hansom_store::{Books, Opened};
use http::{HeaderMap, Request, StatusCode, header};
use tower::ServiceExt;

use crate::gateways::Remembering;

pub const HUB: &str = "https://hub.hackney.example";
pub const ADMINISTRATORS: &str = "api-platform@hackney.example";

const COUNCIL: [(&str, &str); 4] = [
    (
        include_str!("../../../../examples/council/repairs/api.yaml"),
        include_str!("../../../../examples/council/repairs/openapi.yaml"),
    ),
    (
        include_str!("../../../../examples/council/rents/api.yaml"),
        include_str!("../../../../examples/council/rents/openapi.yaml"),
    ),
    (
        include_str!("../../../../examples/council/council-tax/api.yaml"),
        include_str!("../../../../examples/council/council-tax/openapi.yaml"),
    ),
    (
        include_str!("../../../../examples/council/bulky-waste/api.yaml"),
        include_str!("../../../../examples/council/bulky-waste/openapi.yaml"),
    ),
];

pub const HOSTILE_MANIFEST: &str = r#"
api: hostile
title: "<script>alert(1)</script>"
owner: digital@hackney.example
kind: service
audience: public
status: alpha
personal_data: false
contract: openapi.yaml
environments:
  sandbox: { mock: true }
access:
  - operations: ["*"]
    applications: granted
"#;

pub const HOSTILE_CONTRACT: &str = r##"
openapi: 3.1.0
info:
  title: "<script>alert(1)</script>"
  version: 1.0.0
  summary: "<script>alert(2)</script><img src=x onerror=alert(1)>"
  description: "<script>alert(3)</script>\n\n[x](javascript:alert(1))\n\n</main><script>alert(4)</script>"
  contact: { name: "<script>alert(5)</script>", url: "javascript:alert(1)" }
tags:
  - { name: "<script>alert(6)</script>", description: "<script>alert(7)</script>" }
paths:
  "/things/{id}":
    post:
      operationId: "readIt"
      summary: "\"><script>alert(10)</script>"
      description: "<script>alert(11)</script>"
      tags: ["<script>alert(6)</script>"]
      parameters:
        - name: id
          in: path
          required: true
          description: "<script>alert(12)</script>"
          schema: { type: string, enum: ["<script>alert(13)</script>", "'; rm -rf /; '"], pattern: "<script>alert(14)</script>" }
          example: "<script>alert(13)</script>"
      requestBody:
        description: "<script>alert(15)</script>"
        content:
          application/json:
            schema: { $ref: "#/components/schemas/Thing" }
            examples:
              one: { summary: "<script>alert(16)</script>", value: { text: "<script>alert(17)</script>'" } }
      responses:
        "200":
          description: "<script>alert(18)</script>"
          headers:
            X-It: { description: "<script>alert(19)</script>", schema: { type: string }, example: "<script>alert(20)</script>" }
          content:
            application/json:
              schema: { $ref: "#/components/schemas/Thing" }
              example: { text: "<script>alert(21)</script>" }
components:
  schemas:
    Thing:
      type: object
      description: "<script>alert(22)</script>"
      properties:
        "<script>alert(23)</script>": { type: string, description: "<script>alert(24)</script>", default: "<script>alert(25)</script>" }
        text: { type: string, const: "<script>alert(26)</script>" }
"##;

/// What a hub lets strangers do.
#[derive(Default)]
struct Open {
    reuse: bool,
    feedback: bool,
}

/// A hub over an empty store, with a clock that stands and chance that counts.
pub struct Town {
    pub control: Control,
    pub books: Books,
    pub gateways: Arc<Remembering>,
    pub hands: hansom_testkit::Hands,
    hub: Router,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The value of a header field; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header of text"))
    }
}

/// A browser at the hub.
pub struct Someone {
    hub: Router,
    pub cookie: String,
    pub form_token: String,
}

impl Town {
    /// A hub in which the playbook plays no part.
    pub async fn new() -> Self {
        Self::with_standards(hansom_testkit::standards()).await
    }

    /// A hub with standards that hold.
    pub async fn with_standards(standards: Standards) -> Self {
        Self::settled(standards, hansom_hub::Look::default(), Open::default()).await
    }

    /// With the four APIs of the council, where strangers see what is reused.
    pub async fn open_about_reuse() -> Self {
        let open = Open { reuse: true, ..Open::default() };
        let town = Self::settled(hansom_testkit::standards(), hansom_hub::Look::default(), open).await;
        town.publish_council().await;
        town
    }

    /// A hub that looks like this.
    pub async fn with_look(look: hansom_hub::Look) -> Self {
        Self::settled(hansom_testkit::standards(), look, Open::default()).await
    }

    /// With the four APIs of the council, and strangers give feedback.
    pub async fn open_to_strangers() -> Self {
        let open = Open { feedback: true, ..Open::default() };
        let town = Self::settled(hansom_testkit::standards(), hansom_hub::Look::default(), open).await;
        town.publish_council().await;
        town
    }

    async fn settled(standards: Standards, look: hansom_hub::Look, open: Open) -> Self {
        Self::laid(hansom_testkit::store().await, standards, look, open).await
    }

    /// A hub over a store.
    pub async fn over(opened: Opened, standards: Standards, public_reuse: bool) -> Self {
        let open = Open { reuse: public_reuse, ..Open::default() };
        Self::laid(opened, standards, hansom_hub::Look::default(), open).await
    }

    async fn laid(opened: Opened, standards: Standards, look: hansom_hub::Look, open: Open) -> Self {
        let (control, hands) = hansom_testkit::control_by(&opened, standards);
        control.ensure_signing_key().await.unwrap();
        let environments: Vec<_> = [EnvironmentName::sandbox(), EnvironmentName::production()]
            .into_iter()
            .map(|name| (name.clone(), format!("https://{name}.hackney.example")))
            .collect();
        let oauth = OAuth::new(hansom_oauth::Setup {
            control: control.clone(),
            issuer: HUB.into(),
            audiences: environments.clone(),
            person_seconds: 900,
            application_seconds: 3600,
            rules: hansom_oauth::Rules::default(),
        });
        let provider = Provider::alone("https://id.hackney.example".into(), "hub".into(), None, "Hackney".into());
        let sign_in = SignIn::new(control.clone(), vec![Way { provider, sources: vec![] }], HUB.into()).unwrap();
        let gateways = Arc::new(Remembering::default());
        let hub = hansom_hub::router(hansom_hub::Setup {
            control: control.clone(),
            gateways: gateways.clone(),
            oauth,
            sign_in,
            hub: HUB.into(),
            environments,
            notice: Some("This is a demo.".into()),
            mail_links: Some(hansom_hub::MailLinks {
                terms: "2026-11".into(),
                terms_url: "https://hackney.example/terms".into(),
            }),
            sends_mail: false,
            public_reuse: open.reuse,
            look,
            strangers_give_feedback: open.feedback,
        });
        Self { control, books: opened.books, hands, gateways, hub }
    }

    /// With the four APIs of the council.
    pub async fn with_council() -> Self {
        let town = Self::new().await;
        town.publish_council().await;
        town
    }

    async fn publish_council(&self) {
        for (manifest, contract) in COUNCIL {
            self.publish(manifest, contract).await;
        }
    }

    pub async fn publish(&self, manifest: &str, contract: &str) {
        let publication = Publication { manifest, contract, dry_run: false };
        self.control.publish_release(&Actor::Platform, publication).await.unwrap();
    }

    pub fn stranger(&self) -> Someone {
        Someone { hub: self.hub.clone(), cookie: String::new(), form_token: String::new() }
    }

    /// Somebody who signed in and is in these groups.
    pub async fn person(&self, name: &str, groups: &[&str]) -> Someone {
        let key = PersonKey { issuer: "https://id.hackney.example".into(), subject: name.into() };
        let groups: Vec<_> = groups.iter().map(|it| hansom_testkit::group(it)).collect();
        let email = format!("{}@hackney.example", hansom_control::fingerprint(name));
        let cookie = self.control.sign_in_person(key, &email, name, &groups).await.unwrap();
        let session = self.control.session(&cookie.value).await.unwrap().unwrap();
        Someone {
            hub: self.hub.clone(),
            cookie: format!("__Host-hansom-session={}", cookie.value),
            form_token: session.form_token,
        }
    }

    /// Registers an application of the digital team; gives its id.
    pub async fn application(&self, someone: &Someone) -> String {
        let fields = [("name", "Tracker"), ("owner", "digital@hackney.example")];
        let answer = someone.post("/applications/new", &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let address = answer.header("location");
        address.rsplit('/').next().unwrap().to_owned()
    }

    /// Asks that an application may read repairs in the sandbox; gives the address of the grant.
    pub async fn grant(&self, someone: &Someone, application: &str) -> String {
        let fields = [
            ("application", application),
            ("environment", "sandbox"),
            ("operations", "listRepairs"),
            ("operations", "getRepair"),
            ("purpose", "Shows tenants how their repairs stand."),
            ("legal_basis", "UK GDPR article 6(1)(e)"),
        ];
        let answer = someone.post("/apis/repairs/v1/access", &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        answer.header("location").to_owned()
    }
}

impl Someone {
    /// Opens a page as a browser does.
    pub async fn get(&self, address: &str) -> Answer {
        self.get_as(address, "text/html,*/*;q=0.8").await
    }

    pub async fn get_as(&self, address: &str, accept: &str) -> Answer {
        let request = Request::get(address).header(header::ACCEPT, accept).header(header::COOKIE, &self.cookie);
        self.answer(request.body(Body::empty()).unwrap()).await
    }

    /// Asks as a program does, with these header fields.
    pub async fn get_with(&self, address: &str, headers: &[(&'static str, &str)]) -> Answer {
        let mut request = Request::get(address).header(header::COOKIE, &self.cookie);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.answer(request.body(Body::empty()).unwrap()).await
    }

    /// Sends a form from the person's own session.
    pub async fn post(&self, address: &str, fields: &[(&str, &str)]) -> Answer {
        let own = [("origin", HUB), ("sec-fetch-site", "same-origin")];
        self.send(address, &self.form_token, fields, &own).await
    }

    /// Sends a form with files from the person's own session: names that end in `_file` are files.
    pub async fn upload(&self, address: &str, fields: &[(&str, &str)]) -> Answer {
        self.upload_with(address, &self.form_token, fields).await
    }

    /// The same with this token.
    pub async fn upload_with(&self, address: &str, token: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = format!("--edge\r\nContent-Disposition: form-data; name=\"form_token\"\r\n\r\n{token}\r\n");
        for (name, value) in fields {
            let file =
                if name.ends_with("_file") { "; filename=\"a.yaml\"\r\nContent-Type: application/yaml" } else { "" };
            body += &format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{value}\r\n");
        }
        let request = Request::post(address)
            .header(header::ACCEPT, "text/html")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
            .header(header::COOKIE, &self.cookie)
            .header("origin", HUB)
            .header("sec-fetch-site", "same-origin");
        self.answer(request.body(Body::from(body + "--edge--\r\n")).unwrap()).await
    }

    /// Sends a form with this token and these header fields.
    pub async fn send(
        &self,
        address: &str,
        token: &str,
        fields: &[(&str, &str)],
        headers: &[(&'static str, &str)],
    ) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("form_token", token)
            .extend_pairs(fields)
            .finish();
        let mut request = Request::post(address)
            .header(header::ACCEPT, "text/html")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::COOKIE, &self.cookie);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.answer(request.body(Body::from(body)).unwrap()).await
    }

    /// Sends JSON to the control API from the person's own session.
    pub async fn send_json(&self, address: &str, body: &serde_json::Value) -> Answer {
        let request = Request::post(address)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::COOKIE, &self.cookie)
            .header("hansom-form-token", &self.form_token);
        self.answer(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub async fn answer(&self, request: Request<Body>) -> Answer {
        let response = self.hub.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 10_000_000).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            bytes: bytes.to_vec(),
        }
    }
}
